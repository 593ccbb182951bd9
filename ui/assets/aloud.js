/* Read aloud, by a voice that is on this computer: a voice of a service would be sent the words. */
"use strict";
(() => {
  const { root, actions, all } = footnote;
  const speech = globalThis.speechSynthesis;
  if (!speech || !globalThis.SpeechSynthesisUtterance) return;
  let button = null; // the one whose answer is being read

  const voices = () => speech.getVoices().filter((voice) => voice.localService === true);
  const offer = () => root.classList.toggle("fn-voices", voices().length > 0);

  function voiceFor(language) {
    const here = voices();
    const same = (wanted) => here.filter((voice) => voice.lang.toLowerCase().replace("_", "-").startsWith(wanted.toLowerCase()));
    const fits = [...same(language), ...same(language.split("-")[0])];
    return fits.find((voice) => voice.default) ?? fits[0] ?? here.find((voice) => voice.default) ?? here[0];
  }

  /* Sentence by sentence: browsers give up on long texts, and Stop is heard at once. */
  function sentences(turn) {
    const found = all(".fn-short, .fn-sentence, .fn-refusal", turn);
    return found.map((each) => {
      const copy = each.cloneNode(true);
      for (const marker of all(".fn-marker", copy)) marker.remove();
      return { words: copy.textContent.trim(), language: each.closest("[lang]")?.lang || navigator.language };
    });
  }

  function quiet() {
    if (!button) return;
    const said = button;
    button = null;
    speech.cancel();
    said.textContent = "Read aloud";
    said.setAttribute("aria-pressed", "false");
  }

  actions.aloud = (pressed) => {
    const same = pressed === button;
    quiet();
    if (same) return;
    const parts = sentences(pressed.closest(".fn-turn")).filter(({ words }) => words);
    if (!parts.length || !voices().length) return;
    button = pressed;
    button.textContent = "Stop reading";
    button.setAttribute("aria-pressed", "true");
    parts.forEach(({ words, language }, number) => {
      const said = new SpeechSynthesisUtterance(words);
      said.voice = voiceFor(language);
      said.lang = said.voice.lang;
      const mine = pressed;
      said.addEventListener("error", () => button === mine && quiet());
      if (number === parts.length - 1) said.addEventListener("end", () => button === mine && quiet());
      speech.speak(said);
    });
  };

  speech.addEventListener?.("voiceschanged", offer);
  document.addEventListener("footnote-opened", quiet);
  document.addEventListener("footnote-asked", quiet);
  addEventListener("pagehide", quiet);
  offer();
})();
