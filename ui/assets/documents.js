/* The documents drawer: add files and folders, see what became of each, open, choose, remove, sync,
   and change between libraries. */
"use strict";
(() => {
  const { root, actions, state, find, all, make, request, post, lines, show, confirm, prompt, toast, announce } = footnote;
  let shelf = null; // what the server last said of the library

  /* ---- showing ---- */

  /* A list that is laid anew while a person is in it keeps their place and their ticks. */
  const laid = new Map();
  function put(place, html) {
    if (laid.get(place) === html) return;
    const here = place.contains(document.activeElement) ? document.activeElement : null;
    const name = here?.id ? `#${here.id}` : here && [...here.attributes].filter(({ name }) => /^(data-|value$)/.test(name)).map(({ name, value }) => `[${name}="${CSS.escape(value)}"]`).join("");
    place.innerHTML = html;
    laid.set(place, html);
    if (name) find(name, place)?.focus({ preventScroll: true });
  }

  /* Above the page: the library that is asked. A conversation may outlive its own. */
  function name() {
    find("#fn-library-name").textContent = state.gone ? "Library not here" : shelf.title;
  }

  let later;
  const sought = () => find("#fn-find-document");
  function lay(data) {
    const { ticked } = footnote;
    const same = shelf?.library === data.library;
    shelf = data;
    state.library = data.library;
    if (!same) footnote.scopeOf(data.library);
    put(find("#fn-libraries"), data.bar);
    put(find("#fn-listing"), data.html);
    name();
    const boxes = all(".fn-choose input");
    for (const box of boxes) box.checked = ticked.has(box.value);
    if (boxes.length === data.count) for (const id of [...ticked]) if (!boxes.some((box) => box.value === id)) ticked.delete(id);
    sought().hidden = !data.searched && !sought().value;
    footnote.chosen();
    clearTimeout(later);
    if (data.reading) later = setTimeout(() => root.classList.contains("fn-files") && refresh().catch(() => {}), 1200);
    for (const part of all(".fn-for-samples")) part.hidden = !data.samples;
    for (const part of all(".fn-for-own")) part.hidden = data.samples;
  }

  let shown = 0; // how many are listed; none means as many as the server lists at first
  let asked = 0;
  async function refresh() {
    const query = new URLSearchParams({ library: state.library, words: sought().value.trim() });
    if (shown) query.set("shown", shown);
    const mine = ++asked;
    const data = await (await request(`/api/documents?${query}`)).json();
    if (mine === asked) lay(data); // else another was asked for meanwhile
  }

  /* From the start: all documents of a library. */
  function unsought() {
    sought().value = "";
    shown = 0;
  }

  actions.documents = async (button) => {
    show("fn-files", button);
    find("#fn-drawer h2")?.focus({ preventScroll: true });
    await refresh();
  };

  actions["more-documents"] = async () => {
    const before = all(".fn-shelf > li").length;
    shown = before * 2;
    await refresh();
    find(".fn-document", all(".fn-shelf > li")[before] ?? undefined)?.focus({ preventScroll: true });
  };

  let typed;
  document.addEventListener("input", (event) => {
    if (event.target.id !== "fn-find-document") return;
    clearTimeout(typed);
    shown = 0;
    typed = setTimeout(() => refresh().then(() => announce(find(".fn-shelf-title").textContent), trouble), 200);
  });

  /* ---- adding ---- */

  actions["choose-files"] = () => find("#fn-files").click();
  actions["choose-folder"] = () => find("#fn-folder").click();

  async function inside(entry, folder = "") {
    if (entry.name.startsWith(".")) return []; // hidden files are left out everywhere
    if (entry.isFile) {
      const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
      return [{ file, name: folder + file.name }];
    }
    const reader = entry.createReader();
    const found = [];
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) break;
      for (const each of some) found.push(...(await inside(each, `${folder}${entry.name}/`)));
    }
    return found;
  }

  function row(name) {
    const bar = make("i");
    const words = make("span", { class: "fn-file-words" }, "waiting");
    const item = make("li", {}, make("bdi", { dir: "auto" }, name), " ", words, make("div", { class: "fn-bar", "aria-hidden": "true" }, bar));
    return {
      item,
      share: (part) => (bar.style.width = `${Math.round(part * 100)}%`),
      say: (said, kind = "") => {
        words.textContent = said;
        if (kind) item.className = kind;
      },
    };
  }

  function sendFile(file, name, library, tell) {
    return new Promise((resolve, reject) => {
      const sending = new XMLHttpRequest(); // fetch does not tell how much has been sent
      sending.open("POST", `/api/files?${new URLSearchParams({ name, library })}`);
      sending.setRequestHeader("Content-Type", "application/octet-stream");
      sending.upload.addEventListener("progress", (step) => step.total && tell(step.loaded / step.total));
      sending.addEventListener("load", () => {
        let said = {};
        try {
          said = JSON.parse(sending.responseText);
        } catch {
          // an answer that is not ours
        }
        if (sending.status === 200) resolve(said.id);
        else reject(new Error(said.error ?? `it was refused (${sending.status})`));
      });
      sending.addEventListener("error", () => reject(new Error("Footnote does not answer: is it still running?")));
      sending.send(file);
    });
  }

  async function add(files) {
    files = files.filter(({ name }) => !name.split("/").some((part) => part.startsWith(".")));
    if (!files.length) return;
    const list = make("ol", { class: "fn-uploads" });
    const { library } = state;
    const named = files.length === 1 ? "1 file" : `${files.length} files`;
    await job(`Sending ${named}…`, list, async (line) => {
      const sent = [];
      const rows = files.map(({ name }) => row(name));
      list.append(...rows.slice(0, 200).map(({ item }) => item));
      for (const [number, { file, name }] of files.entries()) {
        const shown = rows[number];
        try {
          shown.say("sending");
          sent.push({ shown, name, id: await sendFile(file, name, library, (part) => shown.share(part / 2)) });
          shown.say("waiting to be read");
          shown.share(0.5);
        } catch (error) {
          shown.say(error.message, "fn-bad");
        }
      }
      if (!sent.length) return void (line.textContent = "Nothing could be sent.");
      const answer = await post("/api/documents/add", { library, files: sent.map(({ id, name }) => ({ id, name })) });
      for await (const step of lines(answer)) follow(step, sent, line, library);
      document.dispatchEvent(new Event("footnote-library"));
    });
  }

  /* Work has a place of its own while it lasts; what is over makes room when the next begins. */
  async function job(words, list, work) {
    const line = make("p", { class: "fn-aside" }, words);
    const place = make("div", {}, line, list);
    cleared();
    find("#fn-outcome").append(place);
    try {
      await work(line);
    } catch (error) {
      line.textContent = error.message;
      line.className = "fn-notice";
      throw error;
    } finally {
      place.className = "fn-over";
      await refresh();
    }
  }

  const cleared = () => all("#fn-outcome > .fn-over").forEach((place) => place.remove());
  const WAITING = "Waiting until what is being read now is done…";

  function follow(step, sent, line, library) {
    const last = (name) => name.split("/").at(-1);
    if (step.finished) {
      line.textContent = step.trouble || `${step.outcomes.filter((one) => one.good).length} of ${sent.length} can be asked.`;
      line.className = step.trouble ? "fn-notice" : "fn-aside";
      step.outcomes.forEach((one, number) => {
        const { shown } = sent[number];
        shown.say(one.words, one.good ? "fn-good" : "fn-bad");
        shown.share(1);
      });
      // nothing was known of the library yet where files came before the first list
      if (step.library !== library && (!library || state.library === library)) {
        state.library = step.library; // away from the samples
        keep();
        if (state.conversation) footnote.begin();
      }
      return;
    }
    line.textContent = step.waiting ? WAITING : step.total ? `Reading ${Math.min(step.done + 1, step.total)} of ${step.total}` : "Reading…";
    const now = !step.waiting && sent.find(({ name }) => last(name) === step.name);
    if (now) {
      now.shown.say("reading");
      now.shown.share(0.75);
    }
  }

  const trouble = (error) => toast(error.message, true);
  document.addEventListener("change", (event) => {
    const field = event.target;
    if (field.id === "fn-files" || field.id === "fn-folder") {
      const files = [...field.files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));
      field.value = "";
      add(files).catch(trouble);
    } else if (field.id === "fn-library") {
      change(field.value).catch(trouble);
    } else if (field.closest?.(".fn-choose")) {
      footnote.ticked[field.checked ? "add" : "delete"](field.value);
      footnote.chosen();
    } else if (field.closest?.(".fn-dates")) footnote.chosen();
  });

  const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  document.addEventListener("dragenter", (event) => {
    if (carries(event)) event.preventDefault(); // or a drop on what has just come under the pointer is refused
  });
  document.addEventListener("dragover", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    root.classList.add("fn-dragging");
    if (!root.classList.contains("fn-files")) actions.documents(find(".fn-top [data-action=documents]")).catch(trouble);
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) root.classList.remove("fn-dragging");
  });
  document.addEventListener("drop", async (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    root.classList.remove("fn-dragging");
    // read at once: after the first wait the browser has emptied the list
    const dropped = [...event.dataTransfer.items].map((item) => [item.webkitGetAsEntry?.(), item.getAsFile()]);
    try {
      const found = [];
      for (const [entry, file] of dropped) {
        if (entry) found.push(...(await inside(entry)));
        else if (file) found.push({ file, name: file.name }); // out of another program, not a folder
      }
      await add(found);
    } catch (error) {
      trouble(error);
    }
  });

  /* ---- removing and syncing ---- */

  actions.remove = async (button) => {
    const row = button.closest("li");
    const { id, watched } = button.dataset;
    const title = find(".fn-card-title", row).textContent;
    const held = await (await request(`/api/documents/held?${new URLSearchParams({ document: id })}`)).json();
    const [more, box] = purging(held, "it");
    const words = watched
      ? `“${title}” will no longer be asked. Its file stays where it is, and stays left out until you take it back in, at the end of this list.`
      : `“${title}” will no longer be asked. Files of yours elsewhere stay where they are.`;
    if (!(await confirm("Remove this document?", words, "Remove", more))) return;
    const body = { library: state.library, document: id, purge: Boolean(box?.checked) };
    await post("/api/documents/remove", body);
    state.documents = state.documents.filter((each) => each !== id);
    footnote.scope();
    footnote.ticked.delete(id);
    await refresh();
    toast("Removed.");
    if (state.conversation && !state.answering) await footnote.open(state.conversation);
  };

  actions["remove-unread"] = async (button) => {
    const [name, file] = [find("bdi", button.closest("li")).textContent, button.dataset.id];
    const words = `“${name}” will no longer be named. If it was added here, it is deleted; a file in a folder of yours stays where it is and is left out.`;
    if (!(await confirm("Remove this file?", words, "Remove"))) return;
    await post("/api/files/remove", { library: state.library, file });
    await refresh();
    toast("Removed.");
  };

  actions["take-back"] = async (button) => {
    button.disabled = true;
    try {
      await brought(await post("/api/files/take-back", { library: state.library, file: button.dataset.id }));
    } finally {
      button.disabled = false;
    }
  };

  actions.unfollow = async (button) => {
    const { id } = button.dataset;
    const title = find(".fn-card-title", button.closest("li")).textContent;
    const { library } = state;
    const held = await (await request(`/api/documents/held?${new URLSearchParams({ root: id, library })}`)).json();
    const [more, box] = purging(held, "from it");
    const words = `Footnote no longer looks for changes in “${title}”, and what was read from it will no longer be asked. The files stay where they are.`;
    if (!(await confirm("Stop following this folder?", words, "Stop following", more))) return;
    const data = await (await post("/api/documents/unfollow", { library, root: id, purge: Boolean(box?.checked) })).json();
    state.documents = [];
    footnote.ticked.clear();
    footnote.scope();
    await refresh();
    toast(data.gone === 1 ? "1 document is no longer asked." : `${data.gone} documents are no longer asked.`);
    if (state.conversation && !state.answering) await footnote.open(state.conversation);
  };

  /* What is kept of a document elsewhere, and the box to have it removed there too. */
  function purging({ answers, held, copied }, which) {
    if (!held && !copied) return [[], null];
    const box = make("input", { type: "checkbox" });
    const many = (number, one, more) => (number === 1 ? `1 saved answer ${one}` : `${number} saved answers ${more}`);
    const kept = answers ? `${many(answers, "quotes", "quote")} ${which}` : `${many(held, "keeps", "keep")} words ${which === "it" ? "of it" : which}`;
    const words = !held
      ? "Your corrections keep a copy: remove it, and what rests on it, too"
      : `${kept}: remove these words from there too${copied ? ", and the corrections that rest on them" : ""}`;
    return [[make("label", { class: "fn-tick" }, box, ` ${words}`)], box];
  }

  actions.sync = async (button) => {
    button.disabled = true;
    try {
      await brought(await post("/api/documents/sync", { library: state.library }));
    } finally {
      button.disabled = false;
    }
  };

  /* What a sync tells, to its end. */
  async function brought(answer) {
    const list = make("ol", { class: "fn-uploads" });
    await job("Looking for changes…", list, async (line) => {
      for await (const step of lines(answer)) {
        if (!step.finished) {
          if (step.waiting) line.textContent = WAITING;
          else if (step.total) line.textContent = `Reading ${step.name}, ${Math.min(step.done + 1, step.total)} of ${step.total}`;
          continue;
        }
        line.textContent = step.trouble || step.summary;
        line.className = step.trouble ? "fn-notice" : "fn-aside";
        for (const one of step.outcomes)
          list.append(make("li", { class: one.good ? "fn-good" : "fn-bad" }, make("bdi", { dir: "auto" }, one.name), ` ${one.words}`));
      }
    });
  }

  /* ---- libraries ---- */

  /* A reload stays with the library; another start of Footnote begins with its own. */
  function keep() {
    try {
      sessionStorage.setItem("footnote-library", JSON.stringify([shelf.first, state.library]));
    } catch {
      // a browser that keeps nothing
    }
  }

  function kept() {
    try {
      const [first, library] = JSON.parse(sessionStorage.getItem("footnote-library"));
      return first === shelf.first ? library : "";
    } catch {
      return "";
    }
  }

  async function change(library) {
    state.library = library;
    Object.assign(state, { documents: [], since: "", until: "" });
    find("#fn-since").value = find("#fn-until").value = "";
    footnote.scope();
    footnote.begin();
    cleared();
    unsought();
    await refresh();
    keep();
  }

  actions["library-new"] = async () => {
    const title = await prompt("A new library", "", "Make it", { hint: "A library is a set of documents of its own, asked by itself." });
    if (!title) return;
    const made = await (await post("/api/libraries/make", { title })).json();
    await change(made.library);
  };
  actions["library-rename"] = async () => {
    const title = await prompt("Rename the library", shelf.title, "Rename");
    if (!title) return;
    await post("/api/libraries/rename", { library: state.library, title });
    await refresh();
  };
  actions["library-delete"] = async () => {
    const words = `“${shelf.title}” with its ${shelf.count} documents will no longer be there, and files that were added here are deleted. Files of yours elsewhere stay. Saved conversations stay.`;
    if (!(await confirm("Delete this library?", words, "Delete"))) return;
    const left = await (await post("/api/libraries/delete", { library: state.library })).json();
    await change(left.library);
    toast("Deleted.");
  };

  document.addEventListener("footnote-opened", () => {
    if (!shelf || shelf.library !== state.library) refresh().catch(() => {});
    else name();
  });
  footnote.ready(async () => {
    try {
      await refresh();
      const library = kept();
      if (!library || library === state.library || state.conversation) return;
      state.library = library;
      await refresh();
    } catch (error) {
      if (!state.library) return trouble(error);
      state.library = "";
      await refresh().catch(trouble);
    }
  });
})();
