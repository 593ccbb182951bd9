/* The list of conversations: open, search, rename, delete. Beside the page where it is wide enough,
   over it where not. */
"use strict";
(() => {
  const { root, actions, state, find, all, request, post, show, close, confirm, prompt, toast, narrow } = footnote;

  let latest = 0;

  async function refresh() {
    const mine = ++latest;
    const query = new URLSearchParams({ words: find("#fn-find")?.value ?? "" });
    const found = await (await request(`/api/conversations?${query}`)).json();
    const list = find("#fn-talk-list");
    if (mine !== latest || list.innerHTML === found.html) return mark(); // a later search was asked
    const shown = find("details[open]", list)?.closest("[data-talk]").dataset.talk;
    list.innerHTML = found.html;
    if (shown) find(`[data-talk="${shown}"] details`, list)?.setAttribute("open", "");
    mark();
  }

  function mark() {
    for (const row of all("#fn-talk-list [data-talk]")) {
      const here = row.dataset.talk === state.conversation;
      if (here) find(".fn-talk", row).setAttribute("aria-current", "true");
      else find(".fn-talk", row).removeAttribute("aria-current");
    }
  }

  const quietly = () => refresh().catch((error) => toast(error.message, true));
  const rowOf = (element) => element.closest("[data-talk]");

  actions.talks = (button) => {
    if (root.classList.contains("fn-lists")) return close("fn-lists");
    show("fn-lists", button);
    button.setAttribute("aria-expanded", "true");
    find("#fn-find").focus();
    quietly();
  };

  actions["open-talk"] = async (button) => {
    await footnote.open(rowOf(button).dataset.talk);
    if (narrow.matches) close("fn-lists");
  };

  actions["rename-talk"] = async (button) => {
    const row = rowOf(button);
    const title = await prompt("Rename the conversation", find(".fn-talk", row).textContent, "Rename");
    if (!title) return;
    await post(`/api/conversations/${row.dataset.talk}/rename`, { title });
    await refresh();
  };

  actions["delete-talk"] = async (button) => {
    const row = rowOf(button);
    const title = find(".fn-talk", row).textContent;
    if (!(await confirm("Delete this conversation?", `“${title}” and its answers will be gone for good.`, "Delete"))) return;
    await post(`/api/conversations/${row.dataset.talk}/delete`, {});
    if (row.dataset.talk === state.conversation) footnote.begin();
    await refresh();
    toast("Deleted.");
  };

  let waiting;
  document.addEventListener("input", (event) => {
    if (event.target.id !== "fn-find") return;
    clearTimeout(waiting);
    waiting = setTimeout(quietly, 180);
  });
  document.addEventListener("footnote-said", quietly);
  document.addEventListener("footnote-opened", mark);
  footnote.ready(quietly);
})();
