/* The list of conversations: open, search, rename, delete. Beside the page where it is wide enough,
   over it where not. However long, it is one stop of the Tab key; arrows go through it. */
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
      if (isCurrent(row)) find(".fn-talk", row).setAttribute("aria-current", "true");
      else find(".fn-talk", row).removeAttribute("aria-current");
    }
    const rows = all("#fn-talk-list [data-talk]");
    stopAt(rows.find((row) => row.contains(document.activeElement)) ?? rows.find(isCurrent) ?? rows[0]);
  }

  const isCurrent = (row) => row.dataset.talk === state.conversation;

  function stopAt(stop) {
    for (const row of all("#fn-talk-list [data-talk]"))
      for (const part of [find(".fn-talk", row), find("summary", row)]) part.tabIndex = row === stop ? 0 : -1;
  }

  // the row an arrow key leads to from the one given, or from the search field
  function rowBy(key, from) {
    const rows = all("#fn-talk-list [data-talk]");
    const at = rows.indexOf(from);
    return { ArrowDown: rows[at + 1], ArrowUp: rows[at - 1], Home: rows[0], End: rows.at(-1) }[key];
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
  document.addEventListener("focusin", (event) => {
    if (event.target.matches("#fn-talk-list :is(.fn-talk, summary)")) stopAt(rowOf(event.target));
  });
  document.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const sought = event.target.id === "fn-find" && event.key === "ArrowDown";
    if (!sought && !event.target.matches("#fn-talk-list :is(.fn-talk, summary)")) return;
    const row = rowBy(event.key, rowOf(event.target));
    if (!row || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    event.preventDefault();
    find(event.target.matches("summary") ? "summary" : ".fn-talk", row).focus();
  });
  document.addEventListener("footnote-said", quietly);
  document.addEventListener("footnote-opened", mark);
  footnote.ready(quietly);
})();
