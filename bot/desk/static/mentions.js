// How many notes mention the agent and were not seen yet; asked again after notes.
import { debounced, getJson } from "./fetching.js";
import { _ } from "./texts.js";

export class Mentions {
  #badge;
  refreshSoon = debounced(() => this.#refresh(), 400);

  constructor(badge) {
    this.#badge = badge;
    if (badge) this.refreshSoon();
  }

  onNews(news) {
    if (this.#badge && news.type === "note") this.refreshSoon();
  }

  async #refresh() {
    if (!this.#badge) return;
    const { unseen } = await getJson("/desk/mentions/count");
    this.#badge.hidden = unseen === 0;
    this.#badge.textContent = unseen > 99 ? "99+" : String(unseen);
    this.#badge.setAttribute("aria-label", _.count("1 new mention", "{count} new mentions", unseen));
  }
}
