/* The source panel: cited words where they stand, and the way from one footnote to the next. */
"use strict";
(() => {
  const { root, actions, find, all, make, request, show, close } = footnote;
  const source = make("aside", { id: "fn-source", "aria-label": "Source" });
  source.innerHTML =
    '<div class="fn-bar-head"><header class="fn-source-head"></header><div class="fn-steps" hidden>' +
    '<button type="button" class="fn-step" data-action="previous" aria-label="Previous footnote" aria-keyshortcuts="k">←</button>' +
    '<button type="button" class="fn-step" data-action="next" aria-label="Next footnote" aria-keyshortcuts="j">→</button></div>' +
    '<button type="button" class="fn-close" data-action="close" aria-label="Close source"></button></div><div id="fn-source-body"></div>';
  const shade = make("div", { class: "fn-shade", "data-action": "close" });
  document.body.append(shade, source);
  const body = find("#fn-source-body", source);
  let asPage = true; // PDFs are shown as their pages, until a person asks for the text
  let range = {};
  let current = null; // the marker whose words are shown

  function say(sentence) {
    find(".fn-source-head", source).replaceChildren();
    body.replaceChildren(make("p", { class: "fn-notice", role: "alert" }, sentence));
  }

  const unmark = () => all("[aria-current]").forEach((each) => each.matches("[data-document]") && each.removeAttribute("aria-current"));

  actions.read = async (button) => {
    const { document: id, start, end } = button.dataset;
    close("fn-files", false);
    if (!source.contains(button)) current = button;
    range = { document: id, start, end };
    try {
      const answer = await request(`/api/passage?${new URLSearchParams(range)}`);
      body.innerHTML = await answer.text();
      // the name of the document stays in sight while its text scrolls
      find(".fn-source-head", source).replaceWith(find(".fn-source-head", body));
    } catch (error) {
      say(error.message);
    }
    unmark();
    for (const each of all(".fn-turn [data-document]"))
      if (each.dataset.document === id && each.dataset.start === start && each.dataset.end === end)
        each.setAttribute("aria-current", "true");
    show("fn-reads", source.contains(button) ? undefined : button);
    steps();
    const page = find(".fn-views [data-action=sheet]", body);
    if (page && asPage) await actions.sheet(page);
    else settle();
    if (!source.contains(document.activeElement)) (find("h2", source) ?? find("button", source)).focus({ preventScroll: true });
    document.dispatchEvent(new CustomEvent("footnote-read", { detail: { id, start, end } }));
  };

  function settle() {
    const cited = find("mark", body);
    if (cited) {
      const middle = cited.getBoundingClientRect().top - source.getBoundingClientRect().top;
      source.scrollTop += middle - source.clientHeight / 3;
    } else source.scrollTop = 0;
  }
  footnote.settle = settle;

  /* What comes before or follows; what is being read stays where it is. */
  actions.stretch = async (button) => {
    const { id, way, at, length } = button.dataset;
    if (button.disabled) return;
    button.disabled = true;
    const mine = range;
    try {
      const html = await (await request(`/api/stretch?${new URLSearchParams({ document: id, way, at, length })}`)).text();
      if (mine !== range) return; // another source was opened meanwhile
      const part = make("div");
      part.innerHTML = html;
      const begun = find(".fn-page", part);
      const below = way === "earlier" ? button.nextElementSibling : null;
      const top = below?.getBoundingClientRect().top;
      button.replaceWith(...part.childNodes);
      let last = "";
      for (const line of all(".fn-page-number", body)) {
        if (line.textContent === last) line.remove();
        last = line.textContent;
      }
      if (below) source.scrollTop += below.getBoundingClientRect().top - top;
      begun?.focus({ preventScroll: true });
    } finally {
      button.disabled = false;
    }
  };

  /* ---- pages of PDFs ---- */

  function view(page) {
    find(".fn-text", body).hidden = page;
    find("#fn-sheet-place", body).hidden = !page;
    for (const button of all(".fn-views button", body))
      button.setAttribute("aria-pressed", String((button.dataset.action === "sheet") === page));
  }

  actions.sheet = async (button) => {
    const { document: id, start, end } = range;
    const mine = range;
    asPage = true;
    const place = find("#fn-sheet-place", body);
    view(true);
    if (!place.childElementCount) place.append(make("p", { class: "fn-waiting" }, make("span", { class: "fn-pulse" }), "Drawing the page…"));
    try {
      const query = new URLSearchParams({ document: id, start, end, page: button.dataset.page });
      const html = await (await request(`/api/sheet?${query}`)).text();
      if (mine !== range) return; // another footnote was opened meanwhile
      place.innerHTML = html;
      enlarge();
      const box = find(".fn-sheet i", place);
      if (!box) return void (source.scrollTop = 0);
      const middle = box.getBoundingClientRect().top - source.getBoundingClientRect().top;
      source.scrollTop += middle - source.clientHeight / 3;
    } catch (error) {
      if (mine !== range) return;
      view(false);
      place.replaceChildren();
      find(".fn-views", body).after(make("p", { class: "fn-notice", role: "status" }, error.message));
      settle();
    }
  };

  let large = false;
  function enlarge() {
    find(".fn-sheet", body)?.classList.toggle("fn-large", large);
    find("[data-action=larger]", body)?.setAttribute("aria-pressed", String(large));
  }

  actions.larger = () => {
    large = !large;
    enlarge();
    find(".fn-sheet i", body)?.scrollIntoView({ block: "center", inline: "center" });
  };

  actions["sheet-text"] = () => {
    asPage = false;
    view(false);
    settle();
  };

  /* ---- from footnote to footnote ---- */

  function markers() {
    const turn = current?.closest?.(".fn-turn");
    if (!turn) return [];
    const found = all(".fn-marker", turn);
    return found.length ? found : all(".fn-card", turn);
  }

  function place() {
    const found = markers();
    const same = (each) => each.dataset.document === current.dataset.document && each.dataset.start === current.dataset.start;
    return [found, found.includes(current) ? found.indexOf(current) : found.findIndex(same)];
  }

  function steps() {
    const row = find(".fn-steps", source);
    row.hidden = !current?.isConnected || markers().length < 2;
  }

  async function step(by) {
    if (!current?.isConnected || !root.classList.contains("fn-reads")) return;
    const [found, at] = place();
    if (found.length < 2) return;
    const inside = source.contains(document.activeElement);
    const next = found[(at + by + found.length) % found.length];
    next.scrollIntoView({ block: "nearest" });
    await actions.read(next);
    if (!inside) find("h2", source)?.focus({ preventScroll: true });
  }
  actions.next = () => step(1);
  actions.previous = () => step(-1);

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !root.classList.contains("fn-reads")) return;
    if (event.target.closest?.("input, textarea, select, dialog")) return;
    const by = { j: 1, n: 1, ArrowRight: 1, k: -1, p: -1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    step(by).catch(() => {});
  });
  document.addEventListener("footnote-closed", (event) => event.detail === "fn-reads" && unmark());
})();
