// What is done to several conversations at once. Each is a matter of its own: what did not work is said, the rest is done.
import { confirmed } from "./confirming.js";
import { MOST_AT_ONCE, post } from "./fetching.js";
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
    const { done, refused } = await this.#sent(`/desk/queue/${what}`, body, items);
    if (done.length) this.#announce(_.count("1 conversation done", "{count} conversations done", done.length));
    if (refused.length) this.#tell(this.#why(refused, done.length));
    // Those that were left out stay selected, to be tried again or looked at.
    const gone = new Set(done);
    for (const item of this.#picked) if (gone.has(item.dataset.item)) item.querySelector("[data-pick]").checked = false;
    this.refresh();
    this.#done(items.map(({ id }) => id));
  }

  // Of a request that fails as a whole nothing is done; the others are made all the same.
  async #sent(path, body, items) {
    const done = [];
    const refused = [];
    for (let start = 0; start < items.length; start += MOST_AT_ONCE) {
      const some = items.slice(start, start + MOST_AT_ONCE);
      try {
        const answer = await post(path, { ...body, items: some });
        done.push(...answer.done);
        refused.push(...answer.refused);
      } catch ({ message }) {
        refused.push(...some.map(({ id }) => ({ id, message })));
      }
    }
    return { done, refused };
  }

  #why(refused, doneCount) {
    const [{ message }] = refused;
    if (!doneCount) return message;
    return _.count("1 was left out: {message}", "{count} were left out, the first because: {message}", refused.length, { message });
  }

  #tell(text) {
    const problem = this.#element.querySelector("[data-queue-problem]");
    problem.textContent = text;
    problem.hidden = false;
  }
}
