// What was said: messages come, change and go; day lines, a line above what is new, and how far the customer has read.
import { _ } from "./texts.js";
import { dayOf, localise } from "./times.js";

const READABLE = ".message:is(.agent, .bot)";

export class Transcript {
  #list;
  #isAtEnd = true;
  #size = "";
  #unreadAfter;
  #read = null;

  constructor(list, { unreadAfter, read }) {
    this.#list = list;
    this.#unreadAfter = unreadAfter;
    this.#read = read;
    this.#decorate();
    this.#stayAtEnd();
  }

  get lastId() {
    return Number([...this.#list.querySelectorAll("[data-message]")].pop()?.dataset.message ?? 0);
  }

  append(html) {
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    for (const item of [...fresh.content.children]) {
      // Two refreshes may overlap: one after an action, one after the news of it.
      if (!this.#find(item)) this.#list.append(item);
    }
    this.#settle();
  }

  replace(html) {
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    for (const item of [...fresh.content.children]) this.#find(item)?.replaceWith(item);
    this.#settle();
  }

  set read(read) {
    if (!read || read.id === this.#read?.id) return;
    this.#read = read;
    this.#settle();
  }

  // What came while the agent looked is not new any more once they have answered.
  forgetUnread() {
    this.#unreadAfter = null;
    this.#list.querySelector(".unread-line")?.remove();
  }

  #find(item) {
    return this.#list.querySelector(`[data-message="${CSS.escape(item.dataset.message)}"]`);
  }

  #settle() {
    this.#decorate();
    this.settle();
  }

  // To be called after whatever changes how high messages are.
  settle() {
    if (this.#isAtEnd) this.#list.scrollTop = this.#list.scrollHeight;
    this.#size = sizeOf(this.#list);
  }

  // Whoever reads the end keeps seeing it when messages come or the window shrinks; whoever reads above is left alone.
  #stayAtEnd() {
    const list = this.#list;
    this.settle();
    list.addEventListener("scroll", () => {
      // A browser that keeps what is read in its place scrolls, too, when messages or the composer grow.
      if (this.#isAtEnd && this.#size !== sizeOf(list)) return this.settle();
      this.#isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
    });
    new ResizeObserver(() => this.settle()).observe(list);
  }

  #decorate() {
    localise(this.#list);
    this.#markDays();
    this.#markUnread();
    this.#markRead();
    this.#watchOwn();
  }

  #messages() {
    return [...this.#list.querySelectorAll("[data-message]")];
  }

  // Day lines between messages, and which of the bot's buttons the customer used.
  #markDays() {
    for (const line of this.#list.querySelectorAll(".day")) line.remove();
    let day = null;
    let chips = [];
    for (const item of this.#messages()) {
      const on = dayOf(new Date(item.querySelector("time").dateTime));
      if (on !== day) item.before(line("day", (day = on)));
      if (item.classList.contains("bot")) chips = [...item.querySelectorAll(".chip")];
      if (item.classList.contains("customer")) {
        this.#markChoice(item, chips);
        chips = [];
      }
    }
  }

  #markChoice(item, chips) {
    const body = item.querySelector("[data-said]");
    // A photo without words has none.
    if (!body) return;
    const said = body.textContent.trim();
    const chosen = chips.find((chip) => chip.textContent.trim() === said || chip.dataset.payload === said);
    if (chosen && !chosen.classList.contains("chosen")) {
      chosen.classList.add("chosen");
      chosen.setAttribute("aria-label", _("{choice}, chosen by the customer", { choice: chosen.textContent.trim() }));
      if (chosen.dataset.payload === said) body.textContent = chosen.textContent.trim();
    }
    if (body.textContent.startsWith("/")) item.classList.add("payload");
  }

  #markUnread() {
    if (this.#unreadAfter === null || this.#list.querySelector(".unread-line")) return;
    const first = this.#messages().find((item) => Number(item.dataset.message) > this.#unreadAfter);
    if (first && !first.querySelector("[data-own]")) first.before(line("unread-line", _("New")));
    this.#unreadAfter = null;
  }

  #markRead() {
    this.#list.querySelector(".read-line")?.remove();
    if (!this.#read) return;
    const seen = [...this.#list.querySelectorAll(READABLE)].filter((item) => Number(item.dataset.message) <= this.#read.id);
    const last = seen.pop();
    // What the customer wrote afterwards says as much.
    if (!last || last.nextElementSibling?.classList.contains("customer")) return;
    const mark = line("read-line", "");
    const time = document.createElement("time");
    time.dateTime = this.#read.at;
    time.dataset.time = "";
    mark.append(_("Seen by the customer"), " ", time);
    last.after(mark);
    localise(this.#list);
  }

  // The buttons of one's own messages go when their time is over.
  #watchOwn() {
    for (const item of this.#list.querySelectorAll("[data-changeable-seconds]")) {
      const left = Number(item.dataset.changeableSeconds);
      item.removeAttribute("data-changeable-seconds");
      setTimeout(() => item.querySelector("[data-own]")?.remove(), left * 1000);
    }
  }
}

function sizeOf(list) {
  return `${list.scrollHeight}/${list.clientHeight}`;
}

function line(kind, text) {
  const item = document.createElement("li");
  item.className = kind;
  item.textContent = text;
  return item;
}
