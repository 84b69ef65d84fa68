// What is done to several conversations at once. Each is a matter of its own: what did not work is said, the rest is done.
import { confirmed } from "./confirming.js";
import { post } from "./fetching.js";
import { _ } from "./texts.js";

export class Bulk {
  #element;
  #done;
  #announce;

  constructor(element, { done, announce }) {
    this.#element = element;
    this.#done = done;
    this.#announce = announce;
    element.addEventListener("change", (event) => this.#changed(event));
    element.addEventListener("click", (event) => this.#clicked(event));
  }

  // Shows what can be done with what is selected now.
  refresh() {
    const items = this.#picked;
    const bar = this.#element.querySelector("[data-bulk]");
    const all = this.#element.querySelector("[data-pick-all]");
    if (!bar) return;
    bar.hidden = items.length === 0;
    bar.querySelector("[data-bulk-count]").textContent = _.count("1 selected", "{count} selected", items.length);
    const shown = this.#element.querySelectorAll("[data-pick]").length;
    all.checked = shown > 0 && items.length === shown;
    all.indeterminate = items.length > 0 && items.length < shown;
  }

  clear() {
    for (const box of this.#element.querySelectorAll("[data-pick]")) box.checked = false;
    this.refresh();
  }

  get #picked() {
    return [...this.#element.querySelectorAll("[data-item]")].filter((item) => item.querySelector("[data-pick]").checked);
  }

  async #changed(event) {
    const { target } = event;
    if (target.matches("[data-pick-all]")) {
      for (const box of this.#element.querySelectorAll("[data-pick]")) box.checked = target.checked;
    }
    if (target.matches("[data-pick], [data-pick-all]")) return this.refresh();
    const { value } = target;
    if (!value || !target.matches("[data-bulk-assign], [data-bulk-tag]")) return;
    target.value = "";
    if (target.matches("[data-bulk-assign]")) await this.#do("assign", { to: value });
    else await this.#do("tag", { tag: value });
  }

  async #clicked(event) {
    const act = event.target.closest("[data-bulk-act]")?.dataset.bulkAct;
    if (act === "none") this.clear();
    if (act === "mine") await this.#do("assign", { to: this.#element.dataset.me });
    if (act === "close" && (await this.#sure())) await this.#do("close", {});
  }

  #sure() {
    const count = this.#picked.length;
    return confirmed({
      title: _.count("Close 1 conversation?", "Close {count} conversations?", count),
      text: _("Each customer is told that it is settled, and the cases are closed as resolved."),
      yes: _("Close"),
    });
  }

  async #do(what, body) {
    const items = this.#picked.map((item) => ({ id: item.dataset.item, from: item.dataset.holder }));
    const problem = this.#element.querySelector("[data-queue-problem]");
    problem.hidden = true;
    try {
      const { done, refused } = await post(`/desk/queue/${what}`, { ...body, items });
      this.#announce(_.count("1 conversation done", "{count} conversations done", done.length));
      if (refused.length) {
        const { message } = refused[0];
        this.#tell(_.count("1 was left out: {message}", "{count} were left out, the first because: {message}", refused.length, { message }));
      }
      // Those that were left out stay selected, to be tried again or looked at.
      const left = new Set(refused.map(({ id }) => id));
      for (const item of this.#picked) item.querySelector("[data-pick]").checked = left.has(item.dataset.item);
    } catch (error) {
      this.#tell(error.message);
    }
    this.refresh();
    this.#done(items.map(({ id }) => id));
  }

  #tell(text) {
    const problem = this.#element.querySelector("[data-queue-problem]");
    problem.textContent = text;
    problem.hidden = false;
  }
}
