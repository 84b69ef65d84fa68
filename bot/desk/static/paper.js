// Pages of text and forms: times in one's own time zone, and copying what is shown only once.
import { localise } from "./times.js";

class Copying {
  #button;
  #source;

  constructor(button) {
    this.#button = button;
    this.#source = document.getElementById(button.dataset.copy);
    // Browsers let pages copy only over HTTPS; without it the text is selected by hand.
    if (!navigator.clipboard) return;
    button.hidden = false;
    button.addEventListener("click", () => this.#copy());
  }

  async #copy() {
    const items = [...this.#source.querySelectorAll("li")].map((item) => item.textContent.trim());
    await navigator.clipboard.writeText(this.#source.value ?? items.join("\n"));
    this.#button.textContent = this.#button.dataset.done;
  }
}

localise(document);
for (const button of document.querySelectorAll("button[data-copy]")) new Copying(button);
for (const field of document.querySelectorAll("[data-select]")) field.addEventListener("focus", () => field.select());
