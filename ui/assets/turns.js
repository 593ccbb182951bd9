/* What one can do with a turn: edit its question, ask it again, copy and judge its answer. */
"use strict";
(() => {
  const { actions, find, make, request, post, confirm, prompt, toast, ask, put, waits } = footnote;
  const QUESTION = "10000"; // the longest question that is taken
  const turnOf = (element) => element.closest(".fn-turn");
  const questionOf = (turn) => find(".fn-question", turn).textContent;

  function after(turn) {
    const found = [];
    for (let next = turn.nextElementSibling; next; next = next.nextElementSibling) found.push(next);
    return found;
  }

  function removal(turn) {
    const later = after(turn).length;
    return later ? `The ${later === 1 ? "question" : `${later} questions`} after it will be removed.` : "";
  }

  async function askAgain(turn, question, more = {}) {
    const old = [turn, ...after(turn)];
    await ask(question, { old, replaces: Number(turn.dataset.id), ...more });
  }

  /* What came after rests on the answer that goes: nobody loses it without being told. */
  async function againHere(turn, more = {}) {
    if (waits()) return;
    const told = removal(turn);
    if (told && !(await confirm("Ask this question again?", told, "Ask again"))) return;
    await askAgain(turn, questionOf(turn), more);
  }

  actions.again = (button) => againHere(turnOf(button));
  actions.anyway = (button) => againHere(turnOf(button), { anyway: true });
  actions["again-with"] = (button) => againHere(turnOf(button), { model: button.value });
  actions["again-all"] = (button) => againHere(turnOf(button), { documents: [], since: "", until: "", everything: true });

  async function change(turn, title, words) {
    if (waits()) return null;
    return prompt(title, words, "Ask again", { long: true, hint: removal(turn), longest: QUESTION });
  }

  actions.edit = async (button) => {
    const turn = turnOf(button);
    const words = await change(turn, "Edit the question", questionOf(turn));
    if (words) await askAgain(turn, words);
  };

  actions.understood = async (button) => {
    const turn = turnOf(button);
    const words = await change(turn, "What the question means", find(".fn-whole", turn).textContent);
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

  const UNSAID = "The documents do not say.";

  /* What is wrong with an answer; null when nothing is to change. A judgement that stands is shown
     again, to be mended or taken back. */
  async function wrong(turn, stands) {
    const words = (stands && find(".fn-correction bdi", turn)?.textContent) || "";
    const box = make("input", { type: "checkbox" });
    box.checked = words.startsWith(UNSAID);
    const hint = "What is the right answer, in the words of your documents? You can leave this empty. A correction becomes a question of your own evaluation set.";
    const more = [make("label", { class: "fn-tick" }, box, " The documents do not say")];
    const typed = box.checked ? words.slice(UNSAID.length).trim() : words;
    const others = stands ? [["back", "Take back", ""]] : [];
    const said = await prompt("This answer is wrong", typed, "Save", { long: true, hint, more, others });
    if (said === null) return null;
    if (said === undefined) return { verdict: 0 };
    return { verdict: -1, correction: said, unsaid: box.checked };
  }

  actions.judge = async (button) => {
    const turn = turnOf(button);
    const stands = button.getAttribute("aria-pressed") === "true";
    const given = Number(button.dataset.verdict);
    const body = given === -1 ? await wrong(turn, stands) : { verdict: stands ? 0 : given };
    if (!body) return;
    const answer = await (await post(`/api/turns/${turn.dataset.id}/judge`, body)).json();
    const made = put(answer.html, turn);
    find(`[data-verdict="${given}"]`, made)?.focus();
    if (body.verdict === 0) toast("Taken back.");
    else if (answer.joined) toast("Kept, and added to your own evaluation set.");
    else if (body.correction) toast("Kept with the answer. No document holds these words, so it joins no evaluation set.");
    else toast("Kept on this computer.");
  };
})();
