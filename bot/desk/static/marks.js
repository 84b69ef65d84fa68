// Tags and snoozing of the open conversation.
import { post } from "./fetching.js";

const MORNING = 9;

export class Marks {
  #main;
  #changed;

  constructor(main, changed) {
    this.#main = main;
    this.#changed = changed;
    main.addEventListener("click", (event) => this.#clicked(event));
    // One of the two menus at a time.
    main.addEventListener("toggle", (event) => this.#toggled(event), { capture: true });
  }

  async #clicked(event) {
    const button = event.target.closest("[data-mark]");
    if (!button) return;
    const { mark, tag } = button.dataset;
    if (mark === "tag" || mark === "untag") await this.#do("tag", { tag, on: mark === "tag" });
    if (mark === "wake") await this.#do("snooze", { until: null });
    if (mark === "snooze") {
      const until = this.#until(button.dataset.for);
      if (until) await this.#do("snooze", { until: until.toISOString() });
    }
  }

  #toggled(event) {
    if (!event.target.matches?.("details.adds") || !event.target.open) return;
    for (const other of this.#main.querySelectorAll("details.adds[open]")) if (other !== event.target) other.open = false;
  }

  #until(what) {
    const at = new Date();
    if (what === "hour") return new Date(at.getTime() + 3600_000);
    if (what === "chosen") {
      const field = this.#main.querySelector("[data-snooze-until]");
      if (!field.value) return void field.focus();
      return new Date(field.value);
    }
    const days = what === "tomorrow" ? 1 : (8 - at.getDay()) % 7 || 7;
    at.setDate(at.getDate() + days);
    at.setHours(MORNING, 0, 0, 0);
    return at;
  }

  async #do(what, body) {
    const problem = this.#main.querySelector("[data-problem]");
    problem.hidden = true;
    try {
      await post(`/desk/queue/${what}`, { ...body, items: [{ id: this.#main.dataset.conversation }] });
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
    this.#changed();
  }
}
