/* Asking: a question goes out, its answer comes in line by line and can be stopped, edited, asked
   again, copied and judged. The address of the page names the conversation, so a reload keeps it. */
"use strict";
(() => {
  const { actions, state, find, all, make, request, post, lines, confirm, prompt, toast, still, root } = footnote;
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
      thread().classList.toggle("fn-many", thread().childElementCount > 1);
      if (thread().childElementCount > 1)
        made.scrollIntoView({ block: "start", behavior: still.matches ? "auto" : "smooth" });
    }
    return made;
  }

  function live(words) {
    const turn = make("article", { class: "fn-turn fn-live", "aria-busy": "true", "data-id": "0" });
    const title = make("h2", { class: "fn-question", dir: "auto" }, words);
    const waiting = make("p", { class: "fn-waiting", role: "status" }, make("span", { class: "fn-pulse" }), "Searching your documents…");
    turn.append(title, waiting);
    return turn.outerHTML;
  }

  function ended(turn, words) {
    // the server says the same when the conversation is opened again
    turn.classList.remove("fn-live");
    turn.setAttribute("aria-busy", "false");
    find(".fn-waiting", turn)?.remove();
    find(".fn-pending", turn)?.remove(); // nobody has checked it
    turn.append(make("p", { class: "fn-notice", role: "status" }, words));
    if (turn.dataset.id !== "0") {
      const again = make("button", { type: "button", class: "fn-quiet", "data-action": "again" }, "Ask again");
      turn.append(make("div", { class: "fn-actions" }, again));
    }
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

  async function ask(question, more = {}) {
    question = question.trim();
    if (!question) return;
    if (state.answering) {
      toast("One question at a time: stop this answer first, or wait for it.");
      return;
    }
    const control = new AbortController();
    const done = () => {
      // the line may stay open a little: the next question need not wait for that
      if (state.answering !== control) return;
      state.answering = null;
      busy(false);
    };
    state.answering = control;
    busy(true);
    welcome(false);
    document.dispatchEvent(new Event("footnote-asked"));
    let turn = put(live(question));
    try {
      const { conversation, library, documents, since, until, model } = state;
      const body = { question, conversation, library, documents, since, until, model, ...more };
      const answer = await post("/api/chat", body, { signal: control.signal });
      for await (const step of lines(answer)) {
        control.signal.throwIfAborted(); // lines that had arrived before
        if (step.error) throw new Error(step.error);
        if (step.conversation && step.conversation !== state.conversation ) {
          state.conversation = step.conversation;
          history.replaceState(null, "", `#c=${step.conversation}`);
        }
        turn = put(step.html, turn);
        if (step.final) done();
      }
      footnote.announce(find(".fn-prose, .fn-refusal, .fn-notice", turn)?.textContent ?? "");
      if (turn.classList.contains("fn-live")) ended(turn, "The answer broke off: ask again.");
    } catch (error) {
      ended(turn, error.name === "AbortError" ? "Stopped." : error.message);
      if (error.name === "AbortError") setTimeout(() => settle(turn), SETTLED_MS);
    } finally {
      done();
      document.dispatchEvent(new Event("footnote-said"));
    }
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
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("#fn-send")) send();
    else if (event.target.closest?.("#fn-stop")) state.answering?.abort();
  });

  /* ---- one conversation ---- */

  function welcome(on) {
    find("#fn-welcome").style.display = on ? "" : "none";
  }

  async function open(conversation) {
    const found = await (await request(`/api/conversations/${conversation}`)).json();
    state.answering?.abort();
    state.conversation = found.id;
    state.library = found.library;
    history.replaceState(null, "", `#c=${found.id}`);
    thread().innerHTML = found.html;
    thread().classList.toggle("fn-many", thread().childElementCount > 1);
    welcome(!found.html);
    document.dispatchEvent(new Event("footnote-opened"));
    thread().lastElementChild?.scrollIntoView({ block: "start" });
  }

  function begin() {
    state.answering?.abort();
    state.conversation = "";
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
  footnote.open = open;
  footnote.begin = begin;

  /* ---- what one can do with a turn ---- */

  const turnOf = (element) => element.closest(".fn-turn");
  const questionOf = (turn) => find(".fn-question", turn).textContent;

  const laterThan = (turn) => all(".fn-turn", thread()).length - 1 - all(".fn-turn", thread()).indexOf(turn);
  const removal = (later) => (later ? `The ${later === 1 ? "question" : `${later} questions`} after it will be removed.` : "");

  /* What came after rests on the answer that goes: nobody loses it without being told. */
  async function againHere(turn, more = {}) {
    const later = laterThan(turn);
    if (later && !(await confirm("Ask this question again?", removal(later), "Ask again"))) return;
    await askAgain(turn, questionOf(turn), more);
  }

  async function askAgain(turn, question, more = {}) {
    const number = Number(turn.dataset.id);
    while (turn.nextElementSibling) turn.nextElementSibling.remove();
    turn.remove();
    await ask(question, { replaces: number, ...more });
  }

  actions.again = (button) => againHere(turnOf(button));
  actions.anyway = (button) => againHere(turnOf(button), { anyway: true });
  actions["again-with"] = (button) => againHere(turnOf(button), { model: button.value });

  actions.edit = async (button) => {
    const turn = turnOf(button);
    const hint = removal(laterThan(turn));
    const words = await prompt("Edit the question", questionOf(turn), "Ask again", { long: true, hint });
    if (words) await askAgain(turn, words);
  };

  actions.understood = async (button) => {
    const turn = turnOf(button);
    const whole = find(".fn-whole", turn).textContent;
    const hint = removal(laterThan(turn));
    const words = await prompt("What the question means", whole, "Ask again", { long: true, hint });
    if (words) await askAgain(turn, questionOf(turn), { understood: words });
  };

  actions.copy = async (button) => {
    const words = await (await request(`/api/turns/${turnOf(button).dataset.id}/text`)).text();
    try {
      await navigator.clipboard.writeText(words);
    } catch {
      const field = make("textarea", { class: "fn-away" }); // no clipboard without a secure address
      field.value = words;
      document.body.append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
      button.focus();
    }
    toast("Copied with its sources.");
  };

  actions.judge = async (button) => {
    const turn = turnOf(button);
    const pressed = button.getAttribute("aria-pressed") === "true";
    const verdict = pressed ? 0 : Number(button.dataset.verdict);
    let correction = "";
    const box = make("input", { type: "checkbox" });
    if (verdict === -1) {
      const hint = "What is the right answer, in the words of your documents? You can leave this empty. A correction becomes a question of your own evaluation set.";
      const more = [make("label", { class: "fn-tick" }, box, " The documents do not say")];
      const said = await prompt("This answer is wrong", "", "Save", { long: true, hint, more });
      if (said === null) return;
      correction = said;
    }
    const body = { verdict, correction, unsaid: box.checked };
    const answer = await (await post(`/api/turns/${turn.dataset.id}/judge`, body)).json();
    const made = put(answer.html, turn);
    find(`[data-verdict="${button.dataset.verdict}"]`, made)?.focus();
    if (verdict === 0) toast("Taken back.");
    else if (answer.joined) toast("Kept, and added to your own evaluation set.");
    else if (correction) toast("Kept with the answer. No document holds these words, so it joins no evaluation set.");
    else toast("Kept on this computer.");
  };

  addEventListener("hashchange", fromAddress);
  footnote.ready(() => fromAddress());
})();
