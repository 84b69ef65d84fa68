// The rows of the inbox: each in its place by its key, more of them as somebody scrolls, one of them under the keyboard.
import { _ } from "./texts.js";
import { localise, span } from "./times.js";

const NEAR_THE_END_PX = 400;
const TICK_MS = 20000;

export class Rows {
  #element;
  #further;
  #isLoading = false;

  // `further(after)` fetches the rows after a key.
  constructor(element, further) {
    this.#element = element;
    this.#further = further;
    setInterval(() => this.#tick(), TICK_MS);
    element.addEventListener("scroll", (event) => this.#scrolled(event.target), { capture: true, passive: true });
  }

  has(id) {
    return this.#item(id) !== null;
  }

  // Puts a row in its place; one without content has left what is shown.
  put({ id, key, html }) {
    const old = this.#item(id);
    const list = this.#list;
    if (!html) return this.#remove(old);
    const template = document.createElement("template");
    template.innerHTML = html;
    const fresh = template.content.querySelector("[data-item]");
    const next = this.#items.find((item) => item !== old && item.dataset.key > key);
    // What belongs after everything loaded comes when somebody scrolls there.
    if (!next && list.dataset.next && !old) return;
    const isFocused = old?.contains(document.activeElement);
    if (old) fresh.querySelector("[data-pick]").checked = old.querySelector("[data-pick]").checked;
    localise(fresh);
    if (old && old.nextElementSibling === (next ?? null)) old.replaceWith(fresh);
    else {
      old?.remove();
      list.insertBefore(fresh, next ?? null);
    }
    if (isFocused) fresh.querySelector("[data-id]").focus({ preventScroll: true });
    this.#showNothing();
  }

  // Replaces everything, but leaves the eye and the keyboard where they were.
  keepPlace(replace) {
    const scrolled = this.#list?.scrollTop ?? 0;
    const focused = document.activeElement?.closest("[data-queue] [data-id]")?.dataset.id;
    const picked = new Set(this.picked.map((item) => item.dataset.item));
    replace();
    for (const item of this.#items) item.querySelector("[data-pick]").checked = picked.has(item.dataset.item);
    if (this.#list) this.#list.scrollTop = scrolled;
    if (focused) this.#item(focused)?.querySelector("[data-id]").focus({ preventScroll: true });
  }

  toTop() {
    this.#list.scrollTop = 0;
  }

  get picked() {
    return this.#items.filter((item) => item.querySelector("[data-pick]").checked);
  }

  // Moves the keyboard by a number of rows; from outside of the list it starts at the open conversation.
  async move(by) {
    const items = this.#items;
    const at = items.indexOf(this.current);
    const wanted = at + by;
    if (wanted >= items.length) await this.#more();
    const found = this.#items[Math.max(0, Math.min(at < 0 ? 0 : wanted, this.#items.length - 1))];
    found?.querySelector("[data-id]").focus();
    found?.scrollIntoView({ block: "nearest" });
  }

  get current() {
    const focused = document.activeElement?.closest("[data-item]");
    return focused ?? this.#element.querySelector("[data-item]:has([aria-current])");
  }

  toggle(item) {
    const box = item.querySelector("[data-pick]");
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  get #list() {
    return this.#element.querySelector("[data-rows]");
  }

  get #items() {
    return [...this.#element.querySelectorAll("[data-item]")];
  }

  #item(id) {
    return this.#element.querySelector(`[data-item="${CSS.escape(id)}"]`);
  }

  #remove(item) {
    if (!item) return;
    const neighbour = item.contains(document.activeElement) && (item.nextElementSibling ?? item.previousElementSibling);
    item.remove();
    if (neighbour) neighbour.querySelector("[data-id]").focus({ preventScroll: true });
    this.#showNothing();
  }

  // What is left of the time to answer, between two looks at the server.
  #tick() {
    const now = Date.now();
    for (const time of this.#element.querySelectorAll("time[data-until]")) {
      const due = new Date(time.dateTime);
      time.textContent = due > now ? span(now, due) : _("Overdue");
      time.classList.toggle("soon", time.dataset.warn !== "" && new Date(time.dataset.warn) <= now);
    }
  }

  #showNothing() {
    const nothing = this.#element.querySelector("[data-nothing]");
    if (nothing) nothing.hidden = this.#items.length > 0;
  }

  #scrolled(target) {
    if (target !== this.#list) return;
    if (target.scrollHeight - target.scrollTop - target.clientHeight < NEAR_THE_END_PX) this.#more();
  }

  async #more() {
    const list = this.#list;
    const after = list?.dataset.next;
    if (!after || this.#isLoading) return;
    this.#isLoading = true;
    try {
      const { rows, next } = await this.#further(after);
      // Meanwhile something else may be shown.
      if (list !== this.#list || list.dataset.next !== after) return;
      const template = document.createElement("template");
      template.innerHTML = rows;
      for (const item of [...template.content.querySelectorAll("[data-item]")]) {
        this.#item(item.dataset.item)?.remove();
        localise(item);
        list.append(item);
      }
      if (next) list.dataset.next = next;
      else delete list.dataset.next;
    } catch (error) {
      console.warn(error.message);
    } finally {
      this.#isLoading = false;
    }
  }
}
