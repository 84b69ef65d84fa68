// Where the agent writes: a reply to the customer, or a note for colleagues. Unsent text survives changing pages.
const MODES = {
  reply: { label: "Reply to the customer", placeholder: "Write to the customer…", send: "Send" },
  note: { label: "Internal note", placeholder: "Only colleagues see this…", send: "Add note" },
};
const TYPING_EVERY_MS = 2500;

export class Composer {
  #form;
  #text;
  #id;
  #send;
  #typing;
  #mode = "reply";
  #isMine = false;
  #typedAt = 0;

  constructor(form, { id, send, typing }) {
    this.#form = form;
    this.#text = form.querySelector("[data-text]");
    this.#id = id;
    this.#send = send;
    this.#typing = typing;
    form.addEventListener("submit", (event) => this.#submit(event));
    form.addEventListener("click", (event) => {
      const button = event.target.closest("[data-mode-button]");
      if (button) this.#switch(button.dataset.modeButton);
    });
    this.#text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) form.requestSubmit();
    });
    this.#text.addEventListener("input", () => this.#typed());
    this.#switch("reply");
  }

  set isMine(isMine) {
    this.#isMine = isMine;
    this.#show();
  }

  focus() {
    if (!this.#form.classList.contains("is-locked")) this.#text.focus();
  }

  get #key() {
    return `parley.desk.draft.${this.#mode}.${this.#id}`;
  }

  #switch(mode) {
    this.#mode = mode;
    this.#form.dataset.mode = mode;
    for (const button of this.#form.querySelectorAll("[data-mode-button]")) {
      button.setAttribute("aria-pressed", String(button.dataset.modeButton === mode));
    }
    this.#form.querySelector("[data-label]").textContent = MODES[mode].label;
    this.#form.querySelector("[data-send]").textContent = MODES[mode].send;
    this.#text.placeholder = MODES[mode].placeholder;
    this.#text.value = sessionStorage.getItem(this.#key) ?? "";
    this.#show();
    if (document.activeElement?.closest("[data-composer]")) this.focus();
  }

  #show() {
    const isLocked = this.#mode === "reply" && !this.#isMine;
    this.#form.classList.toggle("is-locked", isLocked);
    this.#form.querySelector("[data-locked]").hidden = !isLocked;
  }

  #typed() {
    sessionStorage.setItem(this.#key, this.#text.value);
    if (this.#mode === "reply" && Date.now() - this.#typedAt > TYPING_EVERY_MS) {
      this.#typedAt = Date.now();
      this.#typing();
    }
  }

  async #submit(event) {
    event.preventDefault();
    const text = this.#text.value.trim();
    const button = this.#form.querySelector("[data-send]");
    if (!text || button.disabled) return;
    button.disabled = true;
    const [key, mode] = [this.#key, this.#mode];
    if (await this.#send(mode, text)) {
      sessionStorage.removeItem(key);
      if (this.#mode === mode && this.#text.value.trim() === text) this.#text.value = "";
    }
    button.disabled = false;
    this.focus();
  }
}
