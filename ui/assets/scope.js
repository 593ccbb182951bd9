/* Asking within some documents or dates: what is chosen stands over the field, and a reload keeps it. */
"use strict";
(() => {
  const { actions, state, find, all, make } = footnote;
  const KEPT = "footnote-scope"; // of one library: another has other documents
  const ticked = new Set(); // chosen in the list, also those that a search hides now

  function keep() {
    const { library, documents, since, until } = state;
    try {
      sessionStorage.setItem(KEPT, JSON.stringify({ library, documents, since, until }));
    } catch {
      // a browser that keeps nothing
    }
  }

  /* What was chosen in a library; nothing where that was another one. */
  function scopeOf(library) {
    let found = null;
    try {
      found = JSON.parse(sessionStorage.getItem(KEPT));
    } catch {
      // a browser that keeps nothing
    }
    const { documents, since, until } = found?.library === library ? found : { documents: [], since: "", until: "" };
    Object.assign(state, { documents, since, until });
    [find("#fn-since").value, find("#fn-until").value] = [since, until];
    ticked.clear();
    for (const id of documents) ticked.add(id);
    show();
  }

  const dates = () => [find("#fn-since").value, find("#fn-until").value];
  const reversed = ([since, until]) => Boolean(since && until && since > until);

  /* The button says what is ticked; dates that leave no day are told at their field. */
  function chosen() {
    const wrong = reversed(dates());
    find("#fn-dates-wrong").hidden = !wrong;
    for (const field of [find("#fn-since"), find("#fn-until")]) field.setAttribute("aria-invalid", String(wrong));
    const button = find("[data-action=ask-within]");
    if (!button) return;
    const dated = dates().some(Boolean);
    button.hidden = !ticked.size && !dated && !state.documents.length && !state.since && !state.until;
    button.disabled = wrong;
    if (ticked.size) button.textContent = `Ask only ${ticked.size === 1 ? "this one" : `these ${ticked.size}`}`;
    else button.textContent = dated ? "Ask only these dates" : "Ask all documents";
  }

  function show() {
    const place = find("#fn-scope");
    const { documents, since, until } = state;
    const parts = [];
    if (documents.length) parts.push(documents.length === 1 ? "1 document" : `${documents.length} documents`);
    if (since) parts.push(`from ${since}`);
    if (until) parts.push(`until ${until}`);
    place.hidden = !parts.length;
    if (!parts.length) return place.replaceChildren();
    const clear = make("button", { type: "button", class: "fn-quiet", "data-action": "ask-all" }, "Ask all");
    place.replaceChildren(make("span", {}, `Asking only ${parts.join(", ")}`), clear);
  }

  function scope() {
    keep();
    show();
  }

  actions["ask-within"] = () => {
    if (reversed(dates())) return find("#fn-until").focus();
    state.documents = [...ticked];
    [state.since, state.until] = dates();
    scope();
    footnote.close("fn-files", false);
    find("#fn-question textarea").focus();
  };
  actions["ask-all"] = () => {
    Object.assign(state, { documents: [], since: "", until: "" });
    find("#fn-since").value = find("#fn-until").value = "";
    ticked.clear();
    for (const box of all(".fn-choose input")) box.checked = false;
    scope();
    chosen();
    find("#fn-question textarea").focus();
  };
  Object.assign(footnote, { scope, scopeOf, chosen, ticked });
})();
