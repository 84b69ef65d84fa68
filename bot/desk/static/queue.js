// The queue on the left: replaced by the server's rendering whenever something happened.
import { debounced, getHtml } from "./fetching.js";
import { localise } from "./times.js";

export class Queue {
  #element;
  #announce;
  #title = document.title;
  refreshSoon = debounced(() => this.#refresh(), 250);
  #refreshLater = debounced(() => this.#refresh(), 2000);

  constructor(element, announce) {
    this.#element = element;
    this.#announce = announce;
    this.#showCount();
  }

  // Most news are of customers that the bot talks to: they concern only who looks at them.
  onNews(news) {
    const isListed = () => this.#element.querySelector(`[data-id="${CSS.escape(news.conversation_id)}"]`) !== null;
    if (news.type === "state" || (news.type === "message" && isListed())) this.refreshSoon();
    else if (news.type === "message" && this.#element.dataset.tab === "bot") this.#refreshLater();
  }

  async #refresh() {
    const { tab, selected } = this.#element.dataset;
    const html = await getHtml(`/desk/queue?${new URLSearchParams({ tab, selected })}`);
    const waitedBefore = this.#waiting();
    const scrolled = this.#element.querySelector(".rows")?.scrollTop ?? 0;
    const focused = document.activeElement?.closest("[data-queue] [data-id]")?.dataset.id;
    this.#element.innerHTML = html;
    localise(this.#element);
    const rows = this.#element.querySelector(".rows");
    if (rows) rows.scrollTop = scrolled;
    if (focused) this.#element.querySelector(`[data-id="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
    if (this.#waiting() > waitedBefore) this.#announce.textContent = `${this.#waiting()} waiting for a person`;
    this.#showCount();
  }

  #waiting() {
    return Number(this.#element.querySelector("[data-count=waiting]")?.textContent ?? 0);
  }

  #showCount() {
    document.title = this.#waiting() ? `(${this.#waiting()}) ${this.#title}` : this.#title;
  }
}
