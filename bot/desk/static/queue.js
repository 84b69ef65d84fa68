// The inbox on the left: of what happened only the rows that it concerns are fetched and put where they belong now.
import { Bulk } from "./bulk.js";
import { MOST_AT_ONCE, debounced, getHtml, getJson } from "./fetching.js";
import { Rows } from "./rows.js";
import { _ } from "./texts.js";
import { localise } from "./times.js";

const TYPING_PAUSE_MS = 300;
// Everybody's page hears of every handoff, so together they ask as often as there are people at the desk.
const PATIENCE = 8;
const WATCHED = "unassigned";

export class Queue {
  #element;
  #announce;
  #rows;
  #bulk;
  #title = document.title;
  #changed = new Set();
  #typed = null;
  refreshSoon = debounced(() => this.#refresh(), 250);
  #updateSoon = debounced(() => this.#update(), 250, PATIENCE);
  #updateLater = debounced(() => this.#update(), 2000, PATIENCE);

  constructor(element, announce) {
    this.#element = element;
    this.#announce = announce;
    this.#rows = new Rows(element, (after) => getJson(this.#path("further", { after })));
    this.#bulk = new Bulk(element, { done: (ids) => this.#happened(ids), announce: (text) => this.#tell(text) });
    element.addEventListener("change", (event) => this.#asked(event));
    element.addEventListener("input", (event) => this.#typing(event));
    element.addEventListener("submit", (event) => this.#submitted(event));
    addEventListener("popstate", () => this.refreshSoon());
    this.#showCount();
  }

  get rows() {
    return this.#rows;
  }

  get bulk() {
    return this.#bulk;
  }

  // Most news are of customers that the bot talks to: they concern only who looks at them.
  onNews(news) {
    const { type, conversation_id: id } = news;
    const isShown = this.#rows.has(id);
    if (type === "state" || type === "marks") this.#happened([id]);
    // What was edited or retracted may be what a row shows of its conversation.
    else if (isShown && type === "change") this.#happened([id]);
    else if (type !== "message") return;
    else if (isShown || this.#view === "snoozed") this.#happened([id]);
    else if (this.#view === "bot") {
      this.#changed.add(id);
      this.#updateLater();
    }
  }

  #happened(ids) {
    for (const id of ids) this.#changed.add(id);
    this.#updateSoon();
  }

  get #view() {
    return this.#asks.get("view") ?? "all";
  }

  get #asks() {
    return new URLSearchParams(location.search);
  }

  #path(what, more = {}) {
    const asks = this.#asks;
    asks.set("selected", this.#element.dataset.selected);
    for (const [name, value] of Object.entries(more)) asks.set(name, value);
    return `/desk/queue${what ? `/${what}` : ""}?${asks}`;
  }

  async #update() {
    const ids = [...this.#changed].slice(0, MOST_AT_ONCE);
    for (const id of ids) this.#changed.delete(id);
    // More are asked for later: drawing everything anew would lose what is selected, and what was said of it.
    if (this.#changed.size) this.#updateSoon();
    const asks = this.#asks;
    asks.set("selected", this.#element.dataset.selected);
    for (const id of ids) asks.append("id", id);
    const changes = await getJson(`/desk/queue/changes?${asks}`);
    for (const row of changes.rows) this.#rows.put(row);
    this.#bulk.refresh();
    this.#count(changes.counts);
  }

  async #refresh() {
    this.#changed.clear();
    const html = await getHtml(this.#path(""));
    const waitedBefore = this.#waiting();
    const field = document.activeElement?.closest("[data-search-text]");
    const place = field && [field.value, field.selectionStart];
    const open = this.#element.querySelector("details.filters")?.open;
    this.#rows.keepPlace(() => (this.#element.innerHTML = html));
    localise(this.#element);
    if (open) this.#element.querySelector("details.filters").open = true;
    if (place) {
      const fresh = this.#element.querySelector("[data-search-text]");
      fresh.value = place[0];
      fresh.focus();
      fresh.setSelectionRange(place[1], place[1]);
    }
    this.#bulk.refresh();
    this.#tellWaiting(waitedBefore);
  }

  #count(counts) {
    const waitedBefore = this.#waiting();
    for (const [view, count] of Object.entries(counts)) {
      const badge = this.#element.querySelector(`[data-count="${view}"]`);
      if (badge) badge.textContent = count < 1000 ? count : "999+";
    }
    this.#tellWaiting(waitedBefore);
  }

  #tellWaiting(before) {
    const now = this.#waiting();
    if (now > before) this.#tell(_.count("1 conversation waits for a person", "{count} conversations wait for a person", now));
    this.#showCount();
  }

  #tell(text) {
    this.#announce.textContent = text;
  }

  #waiting() {
    return parseInt(this.#element.querySelector(`[data-count=${WATCHED}]`)?.textContent ?? "0", 10);
  }

  #showCount() {
    document.title = this.#waiting() ? `(${this.#waiting()}) ${this.#title}` : this.#title;
  }

  #asked(event) {
    const form = event.target.closest("[data-ask]")?.form;
    if (form) this.#ask(new FormData(form));
  }

  #typing(event) {
    const field = event.target.closest("[data-search-text]");
    if (!field) return;
    clearTimeout(this.#typed);
    this.#typed = setTimeout(() => this.#ask(new FormData(field.form)), TYPING_PAUSE_MS);
  }

  #submitted(event) {
    const form = event.target.closest("[data-search], [data-asks]");
    if (!form) return;
    event.preventDefault();
    clearTimeout(this.#typed);
    this.#ask(new FormData(form));
  }

  // The address says what is shown, so that it outlives a reload and a way back; the conversation stays open.
  #ask(data) {
    const asks = new URLSearchParams([...data].filter(([, value]) => value !== ""));
    history.replaceState(null, "", `${location.pathname}?${asks}`);
    this.#rows.toTop();
    this.refreshSoon();
  }
}
