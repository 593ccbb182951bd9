/* Asking: a question goes out, its answer comes in line by line and can be stopped. The address of
   the page names the conversation, so a reload keeps it. */
"use strict";
(() => {
  const { actions, state, find, all, make, request, post, lines, toast, still, root } = footnote;
  const thread = () => find("#fn-thread");
  const box = () => find("#fn-question textarea");
  const SETTLED_MS = 1500;

  /* ---- sending ---- */

  function fill(words) {
    const field = box();
    field.value = words;
    field.dispatchEvent(new Event("input", { bubbles: true })); // its component listens
    field.focus();
  }

  function busy(on) {
    root.classList.toggle("fn-answering", on);
  }

  const many = () => thread().classList.toggle("fn-many", thread().childElementCount > 1);

  function put(html, turn) {
    const shell = document.createElement("template");
    shell.innerHTML = html;
    const made = shell.content.firstElementChild;
    const old = turn ?? find(".fn-turn.fn-live", thread());
    if (old) {
      for (const details of all("details[open]", old))
        find(`details.${details.className}`, made)?.setAttribute("open", "");
      old.replaceWith(made);
    } else {
      thread().append(made);
      many();
      if (thread().childElementCount > 1)
        made.scrollIntoView({ block: "start", behavior: still.matches ? "auto" : "smooth" });
    }
    return made;
  }

  function live(words) {
    const turn = make("article", { class: "fn-turn fn-live", "aria-busy": "true", "data-id": "0" });
    const title = make("h2", { class: "fn-question", dir: "auto" }, words);
    const waiting = make("p", { class: "fn-waiting", role: "status" }, make("span", { class: "fn-pulse" }), "Searching your documents…");
    turn.append(make("div", { class: "fn-asked" }, title), waiting);
    return turn.outerHTML;
  }

  /* A turn without a finished answer, with what one can do then. The server says the same when the
     conversation is opened again. */
  function ended(turn, words) {
    turn.classList.remove("fn-live");
    turn.setAttribute("aria-busy", "false");
    find(".fn-waiting", turn)?.remove();
    find(".fn-pending", turn)?.remove(); // nobody has checked it
    const button = (action, kind, said) => make("button", { type: "button", class: kind, "data-action": action }, said);
    const edit = button("edit", "fn-quiet fn-edit", "Edit");
    edit.setAttribute("aria-label", "Edit this question and ask again");
    find(".fn-asked", turn).append(edit);
    const other = make("details", { class: "fn-pop fn-other" }, make("summary", { class: "fn-quiet" }, "Ask another model"), make("div", { class: "fn-menu-body" }));
    const tools = make("div", { class: "fn-actions" }, button("again", "fn-quiet", "Ask again"), other);
    turn.append(make("p", { class: "fn-notice", role: "status" }, words), tools);
  }

  /* A model that was stopped has said by now what is left of its answer, and who wrote it. */
  async function settle(turn) {
    if (!turn.isConnected || turn.dataset.id === "0") return;
    try {
      const { html } = await (await request(`/api/turns/${turn.dataset.id}`)).json();
      if (turn.isConnected && html.includes("fn-footer")) put(html, turn);
    } catch {
      // the page shows what it had
    }
  }

  /* The answer may have been there before the server heard of the stop: then it has taken the place
     of the one that was put back. */
  async function settleOld(run) {
    const [first] = run.old;
    if (!first.isConnected || run.turn.dataset.id === "0") return;
    try {
      const kept = await request(`/api/turns/${first.dataset.id}`).catch(() => null);
      if (kept) return;
      const { html } = await (await request(`/api/turns/${run.turn.dataset.id}`)).json();
      if (!first.isConnected || !html.includes("fn-footer")) return;
      for (const turn of run.old.slice(1)) turn.remove();
      put(html, first);
      many();
      toast("The answer came before the stop, and has taken the earlier one's place.");
    } catch {
      // the page shows what it had
    }
  }

  /* ---- one question ---- */

  const running = new Map(); // answers by conversation: they go on while another one is looked at
  let noted = Promise.resolve(); // the server knows the latest question, and its conversation

  /* Whether another question has to wait; says so. */
  function waits() {
    if (state.answering) toast("One question at a time: stop this answer first, or wait for it.");
    return Boolean(state.answering);
  }

  const here = (run) => state.answering === run;
  const worth = (turns) => turns.some((turn) => find(".fn-prose, .fn-refusal", turn));

  /* ``old`` are the turns that the answer takes the place of: they come back when there is none. */
  async function ask(question, { old = [], ...more } = {}) {
    question = question.trim();
    if (!question) return;
    if (waits()) return keepWords(question);
    const run = { question, old, control: new AbortController(), conversation: state.conversation, known: false, stopped: false, kept: false };
    const before = noted;
    let tell;
    noted = new Promise((resolve) => (tell = resolve));
    state.answering = run;
    busy(true);
    welcome(false);
    document.dispatchEvent(new Event("footnote-asked"));
    for (const turn of old) turn.remove();
    run.turn = put(live(question));
    try {
      await before;
      run.conversation ||= here(run) || run.stopped ? state.conversation : "";
      const { library, documents, since, until, model } = state;
      const body = { question, conversation: run.conversation, library, documents, since, until, model, ...more };
      const answer = await post("/api/chat", body, { signal: run.control.signal });
      for await (const step of lines(answer)) {
        run.control.signal.throwIfAborted(); // lines that had arrived before
        if (step.error) throw new Error(step.error);
        know(run, step);
        tell();
        if (run.stopped) break;
        if (step.kept) {
          run.kept = true;
          throw new Error(step.notice);
        }
        run.turn = put(step.html, run.turn);
        if (!step.final) continue;
        if (!here(run)) toast(`Answered: ${question.slice(0, 80)}`);
        done(run); // the line may stay open a little: the next question need not wait for that
      }
      if (run.stopped) run.control.abort();
      else if (run.turn.classList.contains("fn-live")) fail(run, "The answer broke off: ask again.");
      else if (run.turn.isConnected) footnote.announce(find(".fn-prose, .fn-refusal, .fn-notice", run.turn)?.textContent ?? "");
    } catch (error) {
      if (error.name !== "AbortError") fail(run, error.message);
    } finally {
      tell();
      done(run);
      if (run.stopped && worth(run.old)) for (const times of [1, 4, 16]) setTimeout(() => settleOld(run), times * SETTLED_MS);
      document.dispatchEvent(new Event("footnote-said"));
    }
  }

  function know(run, step) {
    if (run.known) return;
    run.known = true;
    run.conversation = step.conversation;
    const shown = here(run) || (run.stopped && run.turn.isConnected);
    if (shown && step.conversation && step.conversation !== state.conversation) {
      state.conversation = step.conversation;
      history.replaceState(null, "", `#c=${step.conversation}`);
    }
    if (run.stopped) run.turn.dataset.id = step.turn;
    else running.set(run.conversation, run);
  }

  function done(run) {
    if (running.get(run.conversation) === run) running.delete(run.conversation);
    if (!here(run)) return;
    state.answering = null;
    busy(false);
  }

  /* The server has no answer, or was not let finish one. */
  function fail(run, words) {
    if (run.stopped) return;
    const shown = run.turn.isConnected;
    done(run);
    if (run.kept || worth(run.old)) {
      restore(run);
      if (shown) toast(words, true);
    } else if (!run.known && shown && !box().value) {
      restore(run); // nothing of it was kept: what was typed goes back to the field
      toast(words, true);
    } else {
      if (!run.known) run.turn.before(...run.old);
      ended(run.turn, words);
    }
  }

  function restore(run) {
    const shown = run.turn.isConnected;
    run.turn.replaceWith(...run.old);
    many();
    if (!shown) return;
    const first = run.old[0] && find(".fn-question", run.old[0]).textContent;
    if (run.question !== first) keepWords(run.question);
    welcome(!thread().childElementCount);
  }

  function keepWords(words) {
    if (!box().value) fill(words);
  }

  function stop() {
    const run = state.answering;
    if (!run) return;
    run.stopped = true;
    done(run);
    if (worth(run.old)) {
      restore(run);
      toast("Stopped: the earlier answer is kept.");
    } else {
      ended(run.turn, "Stopped.");
      setTimeout(() => settle(run.turn), SETTLED_MS);
    }
    // until the server has noted the question, nobody knows its number: then the line is cut there
    if (run.known) run.control.abort();
  }

  function send() {
    const words = box().value;
    if (!words.trim()) return;
    if (!state.answering) fill("");
    ask(words);
  }

  /* In the capture phase, before Gradio's own field sees the key. */
  document.addEventListener(
    "keydown",
    (event) => {
      if (event.target !== box() || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      event.stopPropagation();
      send();
    },
    true
  );
  /* What is typed while the focus is nowhere goes into the field, its first letter too. Beside an open
     source, letters lead from footnote to footnote. */
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.target !== document.body || event.key === " ") return;
    if (event.key.length > 1 && event.key !== "Dead" && event.key !== "Process") return;
    if ((event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState("AltGraph")) return;
    if (["fn-reads", "fn-files", "fn-lists"].some((open) => root.classList.contains(open))) return;
    if (find("dialog[open]")) return;
    box()?.focus();
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#fn-send")) send();
    else if (event.target.closest?.("#fn-stop")) stop();
  });

  /* ---- one conversation ---- */

  function welcome(on) {
    find("#fn-welcome").style.display = on ? "" : "none";
  }

  /* An answer that is being written goes on, and is there when one comes back. */
  function leave() {
    if (!state.answering) return;
    state.answering = null;
    busy(false);
    document.dispatchEvent(new Event("footnote-said")); // its conversation is in the list
  }

  async function open(conversation) {
    const found = await (await request(`/api/conversations/${conversation}`)).json();
    const run = running.get(conversation);
    leave();
    state.conversation = found.id;
    state.gone = !found.here;
    if (found.here) state.library = found.library;
    history.replaceState(null, "", `#c=${found.id}`);
    thread().innerHTML = found.html;
    if (run) resume(run);
    many();
    welcome(!thread().childElementCount);
    footnote.scopeOf(found.library);
    document.dispatchEvent(new Event("footnote-opened"));
    thread().lastElementChild?.scrollIntoView({ block: "start" });
  }

  /* Show an answer that is being written where it will stand. */
  function resume(run) {
    const gone = new Set([run.turn, ...run.old].map((turn) => turn.dataset.id));
    for (const turn of all(".fn-turn", thread())) if (gone.has(turn.dataset.id)) turn.remove();
    thread().append(run.turn);
    state.answering = run;
    busy(true);
  }

  function begin() {
    leave();
    state.conversation = "";
    state.gone = false;
    history.replaceState(null, "", location.pathname);
    thread().replaceChildren();
    welcome(true);
    document.dispatchEvent(new Event("footnote-opened"));
    box().focus();
  }

  async function fromAddress() {
    const named = /^#c=([0-9a-f]{32})$/.exec(location.hash);
    if (!named || named[1] === state.conversation) return;
    try {
      await open(named[1]);
    } catch (error) {
      begin();
      toast(error.message, true);
    }
  }

  actions.new = begin;
  actions.example = (button) => ask(button.textContent);
  Object.assign(footnote, { open, begin, ask, put, waits });

  addEventListener("hashchange", fromAddress);
  footnote.ready(() => fromAddress());
})();
