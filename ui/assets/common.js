/* What all parts of the page share: requests, panels, questions to the person, and the one place
   that hears clicks and keys. Everything is fetched from this server only. */
"use strict";
const footnote = (() => {
  const root = document.documentElement;
  const narrow = matchMedia("(max-width: 999px)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const actions = {}; // by data-action: (element, event) => void
  const state = { conversation: "", library: "", documents: [], since: "", until: "", answering: null, model: "", gone: false };
  const SILENT = "Footnote does not answer: is it still running?";

  const find = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  function make(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  /* ---- requests ---- */

  async function request(path, options = {}) {
    let answer;
    try {
      answer = await fetch(path, options);
    } catch (error) {
      if (error.name === "AbortError") throw error;
      throw new Error(SILENT);
    }
    if (answer.ok) return answer;
    let said = "";
    try {
      said = (await answer.json()).error;
    } catch {
      // no JSON: something between us answered
    }
    throw new Error(said || `Footnote refused this (${answer.status}).`);
  }

  const post = (path, body, options = {}) =>
    request(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      ...options,
    });

  async function* lines(answer) {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      let piece;
      try {
        piece = await reader.read();
      } catch (error) {
        if (error.name === "AbortError") throw error;
        throw new Error(SILENT);
      }
      if (piece.done) return;
      const found = (rest + piece.value).split("\n");
      rest = found.pop();
      for (const line of found) if (line) yield JSON.parse(line);
    }
  }

  /* ---- panels ---- */

  let opener = null; // what gets the focus back

  function show(name, from) {
    if (from) opener = from;
    root.classList.add(name);
    const page = find("gradio-app");
    if (page) page.inert = name === "fn-reads" && narrow.matches;
  }

  function close(name, giveBack = true) {
    if (!root.classList.contains(name)) return false;
    root.classList.remove(name);
    const page = find("gradio-app");
    if (page) page.inert = false;
    find(".fn-menu")?.setAttribute("aria-expanded", String(root.classList.contains("fn-lists")));
    document.dispatchEvent(new CustomEvent("footnote-closed", { detail: name }));
    if (giveBack && opener?.isConnected) opener.focus({ preventScroll: true });
    return true;
  }

  actions.close = () => close("fn-files") || close("fn-lists") || close("fn-reads");

  /* ---- questions to the person ---- */

  function dialog(title, parts, buttons) {
    const box = make("dialog", { class: "fn-dialog", "aria-label": title }, make("h2", {}, title), ...parts);
    const row = make("div", { class: "fn-dialog-buttons" });
    for (const [value, words, kind] of buttons)
      row.append(make("button", { type: "button", class: `fn-tool ${kind}`, value }, words));
    box.append(row);
    document.body.append(box);
    return new Promise((resolve) => {
      const end = (value) => {
        box.remove();
        resolve(value);
      };
      row.addEventListener("click", (event) => event.target.value && end(event.target.value));
      box.addEventListener("cancel", () => end(""));
      box.addEventListener("keydown", (event) => {
        event.stopPropagation();
        const written = event.target.matches("input[type=text], textarea");
        if (event.key === "Enter" && !event.shiftKey && !event.isComposing && written) {
          event.preventDefault();
          end(buttons.at(-1)[0]);
        }
      });
      box.showModal();
      (find("input[type=text], textarea", box) ?? row.lastElementChild).focus();
    });
  }

  async function confirm(title, words, yes, more = []) {
    const parts = [make("p", {}, words), ...more];
    return (await dialog(title, parts, [["no", "Cancel", ""], ["yes", yes, "fn-danger"]])) === "yes";
  }

  /* What was typed; null when it was cancelled, undefined when one of the ``others`` was pressed. */
  async function prompt(title, value, yes, { long = false, hint = "", more = [], longest = "5000", others = [] } = {}) {
    const field = long
      ? make("textarea", { rows: "4", "aria-label": title, maxlength: longest })
      : make("input", { type: "text", "aria-label": title, maxlength: "200" });
    field.value = value;
    const parts = [...(hint ? [make("p", {}, hint)] : []), field, ...more];
    const said = await dialog(title, parts, [...others, ["no", "Cancel", ""], ["yes", yes, "fn-primary"]]);
    if (others.some(([name]) => name === said)) return undefined;
    return said === "yes" ? field.value.trim() : null;
  }

  let lastToast;
  function toast(words, bad = false) {
    lastToast?.remove();
    lastToast = make("p", { class: `fn-toast${bad ? " fn-bad-toast" : ""}`, role: bad ? "alert" : "status" }, words);
    document.body.append(lastToast);
    const mine = lastToast;
    setTimeout(() => mine.remove(), bad ? 9000 : 3500);
  }

  /* Said aloud by screen readers, seen by nobody. */
  const voice = make("p", { class: "fn-away", role: "status" });
  document.body.append(voice);
  const announce = (words) => (voice.textContent = words);

  /* ---- clicks and keys ---- */

  document.addEventListener("click", async (event) => {
    const hit = event.target.closest?.("[data-document], [data-action]");
    const done = hit || event.target.closest?.("a[download]");
    for (const menu of all("details.fn-pop[open]"))
      if (!menu.contains(event.target) || done) menu.open = false;
    if (!hit) return;
    try {
      await actions[hit.dataset.document ? "read" : hit.dataset.action]?.(hit, event);
    } catch (error) {
      if (error.name !== "AbortError") toast(error.message, true);
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      const menu = find("details.fn-pop[open]");
      if (menu) {
        menu.open = false;
        find("summary", menu).focus();
      } else actions.close();
    }
    if (event.key !== "Tab" || !root.classList.contains("fn-files")) return;
    const drawer = find("#fn-drawer");
    const stops = all("button, input, select, summary", drawer).filter(
      (each) => each.offsetParent && !each.disabled && each.tabIndex >= 0
    );
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement === edge || !drawer.contains(document.activeElement)) {
      event.preventDefault();
      (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
    }
  });

  /* Gradio lays the page out after its own script has run. */
  function ready(then) {
    if (find("#fn-thread") && find("#fn-question textarea")) return then();
    const watch = new MutationObserver(() => {
      if (!find("#fn-thread") || !find("#fn-question textarea")) return;
      watch.disconnect();
      then();
    });
    watch.observe(document.body, { childList: true, subtree: true });
  }

  return { root, narrow, still, actions, state, find, all, make, request, post, lines, show, close, confirm, prompt, dialog, toast, announce, ready };
})();
