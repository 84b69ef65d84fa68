// Where the agent writes: a reply to the customer, or a note for colleagues. Unsent text survives changing pages.
import { Files } from "./files.js";
import { getJson, post } from "./fetching.js";
import { Options } from "./options.js";
import { _ } from "./texts.js";

const MODES = {
  reply: { label: _("Reply to the customer"), placeholder: _("Write to the customer…"), send: _("Send") },
  note: { label: _("Internal note"), placeholder: _("Only colleagues see this; @ mentions one of them…"), send: _("Add note") },
};
const TYPING_EVERY_MS = 2500;
const UNFILLED = /\{(customer|order|case|agent)\}/;

export class Composer {
  #form;
  #text;
  #id;
  #path;
  #act;
  #typing;
  #problem;
  #files;
  #options;
  #mode = "reply";
  #isMine = false;
  #typedAt = 0;
  #editing = null;
  #preview = null;
  #ideas = [];

  // `act(path, body)` sends and tells whether that worked, `problem(text)` tells the agent what is wrong.
  constructor(form, { id, path, act, typing, problem }) {
    this.#form = form;
    this.#text = form.querySelector("[data-text]");
    this.#id = id;
    this.#path = path;
    this.#act = act;
    this.#typing = typing;
    this.#problem = problem;
    this.#options = new Options(this.#text, form.querySelector("[data-options]"), (option) => this.#taken(option));
    this.#files = new Files(form, { problem, isOpen: () => this.#mode === "reply" && this.#isMine && !this.#editing });
    form.addEventListener("submit", (event) => this.#submit(event));
    form.addEventListener("click", (event) => this.#clicked(event));
    form.addEventListener("keydown", (event) => this.#key(event));
    this.#text.addEventListener("input", () => this.#typed());
    this.#part("[data-translates]").addEventListener("change", () => this.#dropPreview());
    this.#switch("reply");
    this.loadHelp();
  }

  set isMine(isMine) {
    this.#isMine = isMine;
    this.#show();
  }

  // The customer's language, and whether it is one that the agent does not know, and there is an engine for it.
  set translates({ isPossible, isForeign, language, into }) {
    const box = this.#part("[data-translate]");
    box.hidden = !isPossible;
    this.#part("[data-translate-label]").textContent = into;
    if (language !== this.#language) this.#follow(language);
    if (this.#part("[data-translates]").dataset.touched === undefined) this.#translates = isPossible && isForeign;
    this.#show();
  }

  // What was made for a customer of another language helps no more; the agent's own words stay.
  #follow(language) {
    const isFirst = this.#language === null;
    this.#language = language;
    if (isFirst) return;
    delete this.#part("[data-translates]").dataset.touched;
    this.#dropPreview();
    this.loadHelp();
  }

  focus() {
    if (!this.#form.classList.contains("is-locked")) this.#text.focus();
  }

  // Take one's own message up again; what was being written comes back afterwards.
  edit(messageId, text, mode) {
    this.#switch(mode);
    this.#editing = messageId;
    this.#text.value = text;
    this.#part("[data-editing]").hidden = false;
    this.#part("[data-ideas]").hidden = true;
    this.#dropPreview();
    this.focus();
  }

  async loadHelp() {
    const { canned, suggestions, colleagues } = await getJson(`${this.#path}/help`).catch(() => ({ canned: [] }));
    this.#ideas = suggestions ?? [];
    const people = (colleagues ?? []).map(({ name, display_name }) => ({ name, title: display_name }));
    const ready = canned.map(({ shortcut, ...rest }) => ({ name: shortcut, ...rest }));
    this.#help = { "/": ready, "@": people };
    this.#part("[data-canned]").hidden = ready.length === 0;
    this.#showIdeas();
    this.#offer();
  }

  #help = { "/": [], "@": [] };
  #language = null;

  get #draft() {
    return `parley.desk.draft.${this.#mode}.${this.#id}`;
  }

  get #translates() {
    const box = this.#part("[data-translates]");
    return this.#mode === "reply" && !this.#part("[data-translate]").hidden && box.checked;
  }

  set #translates(isOn) {
    this.#part("[data-translates]").checked = isOn;
  }

  #part(selector) {
    return this.#form.querySelector(selector);
  }

  #offer() {
    this.#options.triggers = this.#mode === "note" ? this.#help : { "/": this.#help["/"] };
  }

  #showIdeas() {
    const place = this.#part("[data-ideas]");
    place.replaceChildren(
      ...this.#ideas.map(({ title, text, meaning }, at) => {
        const button = document.createElement("button");
        Object.assign(button, { type: "button", className: "idea", textContent: title, title: meaning ?? text });
        button.dataset.idea = at;
        return button;
      }),
    );
    place.hidden = this.#ideas.length === 0 || this.#mode !== "reply" || !this.#isMine || this.#editing !== null;
  }

  #clicked(event) {
    const mode = event.target.closest("[data-mode-button]");
    const idea = event.target.closest("[data-idea]");
    if (mode) this.#stopEditing(mode.dataset.modeButton);
    else if (idea) this.#take(this.#ideas[Number(idea.dataset.idea)]);
    else if (event.target.closest("[data-stop-editing]")) this.#stopEditing(this.#mode);
    else if (event.target.closest("[data-drop-preview]")) this.#dropPreview(true);
    else if (event.target.closest("[data-as-written]")) this.#send(this.#text.value.trim());
    else if (event.target.closest("[data-canned]")) this.#options.open("/");
  }

  #key(event) {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      this.#form.requestSubmit();
    } else if (event.key === "Escape" && this.#preview) {
      event.preventDefault();
      this.#dropPreview(true);
    } else if (event.key === "Escape" && this.#editing) {
      event.preventDefault();
      this.#stopEditing(this.#mode);
    }
  }

  #take(idea) {
    this.#text.value = this.#taken(idea);
    this.#text.dispatchEvent(new Event("input", { bubbles: true }));
    this.focus();
  }

  // What is ready in the customer's language is not translated once more.
  #taken({ name, text, suits }) {
    if (text === undefined) return `@${name} `;
    if (this.#mode === "reply" && suits) {
      this.#translates = false;
      this.#part("[data-translates]").dataset.touched = "";
    }
    return text;
  }

  #switch(mode) {
    this.#mode = mode;
    this.#form.dataset.mode = mode;
    for (const button of this.#form.querySelectorAll("[data-mode-button]")) {
      button.setAttribute("aria-pressed", String(button.dataset.modeButton === mode));
    }
    this.#part("[data-label]").textContent = MODES[mode].label;
    this.#text.placeholder = MODES[mode].placeholder;
    this.#text.value = sessionStorage.getItem(this.#draft) ?? "";
    this.#part("[data-attach]").hidden = mode === "note";
    this.#part("[data-files]").hidden = mode === "note" || this.#files.waiting.length === 0;
    this.#offer();
    this.#dropPreview();
    this.#show();
    if (document.activeElement?.closest("[data-composer]")) this.focus();
  }

  #stopEditing(mode) {
    this.#editing = null;
    this.#part("[data-editing]").hidden = true;
    this.#switch(mode);
  }

  #show() {
    const isLocked = this.#mode === "reply" && !this.#isMine && !this.#editing;
    this.#form.classList.toggle("is-locked", isLocked);
    this.#part("[data-locked]").hidden = !isLocked;
    this.#form.classList.toggle("has-preview", this.#preview !== null);
    this.#part("[data-send]").textContent = this.#preview?.text !== undefined ? _("Send translation") : this.#translates ? _("Show translation") : MODES[this.#mode].send;
    this.#part("[data-as-written]").hidden = this.#preview === null;
    this.#part("[data-hint]").hidden = this.#preview !== null;
    this.#showIdeas();
  }

  #typed() {
    if (!this.#editing) sessionStorage.setItem(this.#draft, this.#text.value);
    if (this.#preview) this.#dropPreview();
    if (this.#mode === "reply" && Date.now() - this.#typedAt > TYPING_EVERY_MS) {
      this.#typedAt = Date.now();
      this.#typing();
    }
  }

  async #submit(event) {
    event.preventDefault();
    const text = this.#text.value.trim();
    const button = this.#part("[data-send]");
    if (button.disabled || (!text && this.#files.waiting.length === 0)) return;
    button.disabled = true;
    try {
      if (!text || !this.#translates) await this.#send(text);
      else if (this.#preview?.text !== undefined) await this.#sendPreview(text);
      else await this.#translate(text);
    } finally {
      button.disabled = false;
    }
  }

  async #translate(text) {
    const made = await post(`${this.#path}/preview`, { text }).catch((error) => ({ unavailable: error.message }));
    if (this.#text.value.trim() !== text) return;
    if (made.same) return this.#send(text);
    this.#preview = made;
    const problem = this.#part("[data-untranslated]");
    problem.hidden = made.text !== undefined;
    problem.textContent = made.unavailable ?? "";
    if (made.text !== undefined) {
      const field = this.#part("[data-translated]");
      field.value = made.text;
      field.lang = made.language;
      this.#part("[data-engine]").textContent = _("Translated by {engine}", { engine: made.engine_name });
      this.#part("[data-preview]").hidden = false;
      field.focus();
    }
    this.#show();
  }

  #dropPreview(hasFocus = false) {
    this.#preview = null;
    this.#part("[data-preview]").hidden = true;
    this.#part("[data-untranslated]").hidden = true;
    this.#show();
    if (hasFocus) this.focus();
  }

  #sendPreview(text) {
    const { text: made, engine, source } = this.#preview;
    const translated = this.#part("[data-translated]").value.trim();
    const original = { text, engine, language: source, is_edited: translated !== made };
    return this.#send(translated || made, { original });
  }

  async #send(text, more = {}) {
    const [key, mode, editing] = [this.#draft, this.#mode, this.#editing];
    const unfilled = mode === "reply" && UNFILLED.exec(text);
    if (unfilled) return this.#problem(_("Fill in {variable} first.", { variable: unfilled[0] }));
    const written = this.#text.value;
    const path = editing ? `messages/${editing}/edit` : mode;
    if (text && !(await this.#act(path, { text, ...more }))) return;
    if (editing) return this.#stopEditing(mode);
    sessionStorage.removeItem(key);
    if (this.#mode === mode && this.#text.value === written) this.#text.value = "";
    delete this.#part("[data-translates]").dataset.touched;
    this.#dropPreview();
    if (mode === "reply") await this.#sendFiles();
    this.focus();
  }

  async #sendFiles() {
    for (const file of this.#files.waiting) {
      const form = new FormData();
      form.append("file", file);
      // What could not be sent stays, with the reason above it.
      if (!(await this.#act("attach", form))) return;
      this.#files.remove(file);
    }
  }
}
