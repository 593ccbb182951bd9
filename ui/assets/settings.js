/* Who answers, and what leaves this computer: the line under the field, the settings view, and
   asking one question again with another model. The choice stays in this browser. */
"use strict";
(() => {
  const { root, actions, state, find, all, make, request, toast } = footnote;
  const PLACE = "footnote-model";
  let found = null; // what the server last said of its models

  /* ---- the choice ---- */

  /* It holds for the settings it was made under: another model given at the start comes first. */
  function kept() {
    try {
      const [first, id, name] = JSON.parse(localStorage.getItem(PLACE)) ?? [];
      return first === found.first && id !== found.first ? { id, name } : null;
    } catch {
      return null;
    }
  }

  function keep(id, name) {
    state.model = id;
    try {
      localStorage.setItem(PLACE, JSON.stringify([found.first, id, name]));
    } catch {
      // a browser that keeps nothing
    }
    shown();
  }

  const chosen = () => found?.models.find((one) => one.id === (state.model || found.first));

  function shown() {
    const here = chosen();
    if (here) find("#fn-answering bdi").textContent = here.name;
    counted().catch(() => {});
  }

  async function look(again = false) {
    found = await (await request(`/api/models?again=${again}`)).json();
    root.classList.toggle("fn-choice", found.models.filter((one) => one.usable).length > 1);
    return found;
  }

  /* ---- the promise ---- */

  async function counted() {
    const said = await (await request(`/api/connections?${new URLSearchParams({ model: state.model })}`)).json();
    const badge = find("#fn-connections");
    badge.textContent = said.badge;
    badge.classList.toggle("fn-leaves", Boolean(said.away));
    const words = said.away ? `Passages are sent to ${said.away}.` : "Nothing leaves this computer.";
    for (const place of all("[data-promise]")) place.textContent = words;
    return said;
  }

  /* ---- the view ---- */

  function section(title, ...parts) {
    return make("section", {}, make("h3", {}, title), ...parts);
  }

  actions.settings = async (button) => {
    const list = make("div", { class: "fn-model-place" }, make("p", { class: "fn-waiting" }, make("span", { class: "fn-pulse" }), "Looking for models…"));
    const again = make("button", { type: "button", class: "fn-quiet fn-look" }, "Look again");
    const how = make("p", { class: "fn-aside" }, "Found are model servers that run on this computer, such as Ollama or llama.cpp, and models in its model cache. To use another folder or server, start Footnote with ", make("code", {}, "footnote chat --model FOLDER-OR-ADDRESS"), ".");
    const told = make("div", { class: "fn-privacy" });
    const close = make("button", { type: "button", class: "fn-close", "aria-label": "Close settings" });
    const head = make("div", { class: "fn-bar-head" }, make("h2", { tabindex: "-1" }, "Settings"), close);
    const body = make("div", { class: "fn-dialog-body" }, section("Answered by", list, again, how), section("What leaves this computer", told));
    const box = make("dialog", { class: "fn-dialog fn-settings", "aria-label": "Settings" }, head, body);
    const end = () => {
      box.remove();
      button.focus({ preventScroll: true });
    };
    close.addEventListener("click", end);
    box.addEventListener("cancel", end);
    box.addEventListener("click", (event) => event.target === box && end());
    box.addEventListener("keydown", (event) => event.key === "Escape" && event.stopPropagation());
    const privacy = async () => {
      told.innerHTML = (await counted()).html;
    };
    list.addEventListener("change", (event) => {
      keep(event.target.value, event.target.dataset.name);
      privacy().catch(() => {});
    });
    const fill = async (anew) => {
      again.disabled = true;
      try {
        await look(anew);
        list.innerHTML = found.html;
        const now = find(`input[value="${chosen()?.id}"]`, list);
        if (now) now.checked = true;
      } catch (error) {
        list.replaceChildren(make("p", { class: "fn-notice", role: "alert" }, error.message));
      }
      again.disabled = false;
    };
    again.addEventListener("click", () => fill(true).then(() => find("input:checked", list)?.focus()));
    document.body.append(box);
    box.showModal();
    find("h2", box).focus();
    await Promise.all([fill(false), privacy()]);
    if (button.dataset.part) find("section:last-child", box).scrollIntoView({ block: "end" });
  };

  /* ---- once with another model ---- */

  document.addEventListener(
    "toggle",
    (event) => {
      const menu = event.target;
      if (!menu.matches?.(".fn-other") || !menu.open || !found) return;
      const answered = chosen()?.id;
      const others = found.models.filter((one) => one.usable && one.id !== answered);
      const rows = others.map((one) => {
        const row = make("button", { type: "button", class: "fn-quiet", "data-action": "again-with", value: one.id }, make("bdi", {}, one.name));
        if (one.where) row.append(make("span", { class: "fn-detail" }, one.where));
        return row;
      });
      find(".fn-menu-body", menu).replaceChildren(...rows);
    },
    true // it does not bubble
  );

  document.addEventListener("footnote-said", () => counted().catch(() => {}));
  footnote.ready(async () => {
    try {
      await look();
    } catch {
      return; // said again, and properly, when a person looks
    }
    const before = kept();
    if (before) {
      const here = found.models.find((one) => one.id === before.id && one.usable);
      if (here) state.model = here.id;
      else toast(`${before.name} cannot be used now, so ${chosen()?.name ?? "another model"} answers.`, true);
    }
    shown();
  });
})();
