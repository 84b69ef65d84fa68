// What single keys do at the desk, as in mail programs; nothing while somebody writes or a dialog is open.
const VIEWS_AFTER_MS = 1500;

export class Shortcuts {
  #queue;
  #dialog = document.querySelector("[data-shortcuts]");
  #goesSince = 0;
  #acts;

  constructor(queue) {
    this.#queue = queue;
    this.#acts = {
      j: () => queue.rows.move(1),
      k: () => queue.rows.move(-1),
      x: () => queue.rows.current && queue.rows.toggle(queue.rows.current),
      "/": () => this.#focus("[data-search-text]"),
      f: () => this.#open("details.filters"),
      t: () => this.#click("[data-action=take-over]"),
      e: () => this.#click("[data-action=resolve]"),
      r: () => this.#write("reply"),
      n: () => this.#write("note"),
      s: () => this.#open("#add-snooze"),
      l: () => this.#open("#add-tag"),
      g: () => (this.#goesSince = Date.now()),
      "?": () => this.#dialog.showModal(),
      Escape: () => queue.bulk.clear(),
    };
    document.addEventListener("keydown", (event) => this.#pressed(event));
  }

  #pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]")) return;
    const field = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (field) {
      if (event.key === "Escape" && field.closest("[data-queue]")) field.blur();
      return;
    }
    if (/^[1-8]$/.test(event.key) && Date.now() - this.#goesSince < VIEWS_AFTER_MS) {
      document.querySelectorAll("[data-queue] [data-view]")[Number(event.key) - 1]?.click();
      return;
    }
    const act = this.#acts[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  #focus(selector) {
    document.querySelector(selector)?.focus();
  }

  #click(selector) {
    document.querySelector(`[data-conversation] ${selector}`)?.click();
  }

  #open(selector) {
    const details = document.querySelector(selector);
    if (!details) return;
    details.open = true;
    details.querySelector("select, button, input")?.focus();
  }

  #write(mode) {
    const form = document.querySelector("[data-composer]");
    form?.querySelector(`[data-mode-button=${mode}]`)?.click();
    form?.querySelector("[data-text]")?.focus();
  }
}
