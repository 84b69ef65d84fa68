// What was said: messages come, change and go; day lines, a line above what is new, and how far messages
// have reached the customer, who has read some of them.
import { _ } from "./texts.js";
import { dayOf, localise } from "./times.js";

const READABLE = ".message:is(.agent, .bot)";
const QUIET_MS = 1000;

export class Transcript {
  #list;
  #isAtEnd = true;
  #size = "";
  #unreadAfter;
  #newSince = null;
  #read = null;
  #delivered = null;
  #lastAtFirst;
  #loudAgain = 0;

  constructor(list, { unreadAfter, read, delivered }) {
    this.#list = list;
    this.#unreadAfter = unreadAfter;
    this.#read = read;
    this.#delivered = delivered;
    this.#lastAtFirst = this.lastId;
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

  // Older messages come above the others, which stay where they are; returns the newest of those that came.
  prepend(html) {
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    const first = this.#messages()[0];
    const from = first?.getBoundingClientRect().top;
    const items = [...fresh.content.children].filter((item) => !this.#find(item));
    this.#quietly(() => {
      if (first) first.before(...items);
      else this.#list.append(...items);
      this.#moveNewLine(first);
      this.#decorate();
    });
    this.#isAtEnd = false;
    if (first) this.#list.scrollTop += first.getBoundingClientRect().top - from;
    this.#size = sizeOf(this.#list);
    return items.at(-1);
  }

  replace(html) {
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    const items = [...fresh.content.children];
    const change = () => {
      for (const item of items) this.#exchange(this.#find(item), item);
    };
    // What was there when the page was opened came translated or changed, which is no news to be read aloud.
    if (items.every((item) => Number(item.dataset.message) <= this.#lastAtFirst)) this.#quietly(change);
    else change();
    this.#settle();
  }

  reached({ read, delivered }) {
    if (read?.id === this.#read?.id && delivered?.id === this.#delivered?.id) return;
    this.#read = read;
    this.#delivered = delivered;
    this.#settle();
  }

  // What came while the agent looked is not new any more once they have answered.
  forgetUnread() {
    this.#unreadAfter = null;
    this.#list.querySelector(".unread-line")?.remove();
  }

  // Exchanges the messages that need a translation now and did not before, or the other way round.
  reread(html) {
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    this.#quietly(() => {
      for (const item of [...fresh.content.children]) {
        const shown = this.#find(item);
        const [was, becomes] = [shown, item].map((message) => message?.matches("[data-foreign]"));
        // What has been translated meanwhile is newer than what was asked for.
        if (shown && was !== becomes && !shown.querySelector("[data-other]")) this.#exchange(shown, item);
      }
    });
    this.#settle();
  }

  #exchange(shown, item) {
    const isFocused = shown && shown === document.activeElement;
    shown?.replaceWith(item);
    if (!isFocused) return;
    item.tabIndex = -1;
    item.focus({ preventScroll: true });
  }

  // A log is read aloud as it grows, which is right at its end only.
  #quietly(change) {
    const log = this.#list.closest("[role=log]");
    log.setAttribute("aria-live", "off");
    change();
    clearTimeout(this.#loudAgain);
    this.#loudAgain = setTimeout(() => log.removeAttribute("aria-live"), QUIET_MS);
  }

  // Where everything so far was new, the line above it belongs above what is new of the older messages.
  #moveNewLine(first) {
    const marked = this.#list.querySelector(".unread-line");
    if (!marked || !first || marked.compareDocumentPosition(first) !== Node.DOCUMENT_POSITION_FOLLOWING) return;
    marked.remove();
    this.#unreadAfter = this.#newSince;
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
    this.#markReached();
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
    this.#newSince = this.#unreadAfter;
    this.#unreadAfter = null;
  }

  #markReached() {
    for (const mark of this.#list.querySelectorAll(".read-line")) mark.remove();
    const [seen, arrived] = [this.#lastUpTo(this.#read), this.#lastUpTo(this.#delivered)];
    if (seen) this.#markBelow(seen, _("Seen by the customer"), this.#read.at);
    // What was seen has arrived.
    if (arrived && !(this.#read?.id >= Number(arrived.dataset.message))) {
      this.#markBelow(arrived, _("Delivered to the customer"), this.#delivered.at);
    }
  }

  #lastUpTo(reached) {
    if (!reached) return undefined;
    return [...this.#list.querySelectorAll(READABLE)].filter((item) => Number(item.dataset.message) <= reached.id).pop();
  }

  #markBelow(item, text, at) {
    // What the customer wrote afterwards says as much.
    if (item.nextElementSibling?.classList.contains("customer")) return;
    const mark = line("read-line", "");
    const time = document.createElement("time");
    time.dateTime = at;
    time.dataset.time = "";
    mark.append(text, " ", time);
    item.after(mark);
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
