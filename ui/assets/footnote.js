/* What the page does in the browser: open footnotes in the source panel, open and close the
   documents, keep the newest question in view. It fetches from this server only. */
"use strict";
(() => {
  const root = document.documentElement;
  const narrow = matchMedia("(max-width: 999px)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  let opener = null; // what gets the focus back
  let lastTurn = "0";

  const source = document.createElement("aside");
  source.id = "fn-source";
  source.setAttribute("aria-label", "Source");
  source.innerHTML =
    '<div class="fn-bar-head"><header class="fn-source-head"></header><button type="button" class="fn-close" ' +
    'data-action="close" aria-label="Close source"></button></div><div id="fn-source-body"></div>';
  const shade = document.createElement("div");
  shade.className = "fn-shade";
  shade.dataset.action = "close";
  document.body.append(shade, source);
  const body = source.querySelector("#fn-source-body");
  const page = document.querySelector("gradio-app");

  const drawer = () => document.getElementById("fn-drawer");

  function say(sentence) {
    const line = document.createElement("p");
    line.className = "fn-notice";
    line.setAttribute("role", "alert");
    line.textContent = sentence;
    source.querySelector(".fn-source-head").replaceChildren();
    body.replaceChildren(line);
  }

  async function read(button) {
    const { document: id, start, end, around } = button.dataset;
    const more = button.classList.contains("fn-more");
    if (!more) {
      opener = button;
      close("fn-files", false);
    }
    const query = new URLSearchParams({ document: id, start, end });
    if (around) query.set("around", around);
    let answer;
    try {
      answer = await fetch(`/api/passage?${query}`);
      if (!answer.ok) throw new Error((await answer.json()).error);
      body.innerHTML = await answer.text();
      // the name of the document stays in sight while its text scrolls
      source.querySelector(".fn-source-head").replaceWith(body.querySelector(".fn-source-head"));
    } catch (error) {
      say(answer ? error.message : "Footnote does not answer: is it still running?");
    }
    for (const each of document.querySelectorAll("[aria-current]"))
      each.removeAttribute("aria-current");
    if (!more) {
      for (const each of document.querySelectorAll(".fn-turn [data-document]"))
        if (each.dataset.document === id && each.dataset.start === start && each.dataset.end === end)
          each.setAttribute("aria-current", "true");
    }
    show("fn-reads");
    const cited = body.querySelector("mark");
    if (cited) {
      const middle = cited.getBoundingClientRect().top - source.getBoundingClientRect().top;
      source.scrollTop += middle - source.clientHeight / 3;
    } else source.scrollTop = 0;
    (source.querySelector("h2") ?? source.querySelector("button")).focus({ preventScroll: true });
  }

  function show(name) {
    root.classList.add(name);
    page.inert = name === "fn-reads" && narrow.matches;
  }

  function close(name, giveBack = true) {
    if (!root.classList.contains(name)) return false;
    root.classList.remove(name);
    page.inert = false;
    if (name === "fn-reads")
      for (const each of document.querySelectorAll("[aria-current]"))
        each.removeAttribute("aria-current");
    if (giveBack && opener?.isConnected) opener.focus({ preventScroll: true });
    return true;
  }

  const actions = {
    new: () => location.reload(),
    close: () => close("fn-files") || close("fn-reads"),
    documents: (button) => {
      opener = button;
      show("fn-files");
      const panel = drawer();
      panel.setAttribute("role", "dialog");
      panel.setAttribute("aria-modal", "true");
      panel.setAttribute("aria-label", "Documents");
      panel.querySelector("h2")?.focus({ preventScroll: true });
    },
  };

  document.addEventListener("click", (event) => {
    const hit = event.target.closest?.("[data-document], [data-action]");
    if (!hit) return;
    if (hit.dataset.document) read(hit);
    else actions[hit.dataset.action]?.(hit);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") actions.close();
    if (event.key !== "Tab" || !root.classList.contains("fn-files")) return;
    const stops = [...drawer().querySelectorAll("button, input, summary")].filter(
      (each) => each.offsetParent && !each.disabled && each.tabIndex >= 0
    );
    const edge = event.shiftKey ? stops[0] : stops.at(-1);
    if (document.activeElement === edge || !drawer().contains(document.activeElement)) {
      event.preventDefault();
      (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
    }
  });

  new MutationObserver(() => {
    const turn = document.querySelector("#fn-now .fn-turn");
    if (!turn || turn.dataset.turn === lastTurn) return;
    lastTurn = turn.dataset.turn;
    if (lastTurn !== "1")
      turn.scrollIntoView({ block: "start", behavior: still.matches ? "auto" : "smooth" });
  }).observe(page, { childList: true, subtree: true });
})();
