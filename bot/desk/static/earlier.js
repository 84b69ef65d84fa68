// Messages older than those that the page came with, on demand.
import { getJson } from "./fetching.js";
import { _ } from "./texts.js";

export class Earlier {
  #path;
  #transcript;
  #onShown;
  #problem;
  #item;
  #button;
  #isLoading = false;

  constructor(main, { path, transcript, shown, problem }) {
    this.#path = path;
    this.#transcript = transcript;
    this.#onShown = shown;
    this.#problem = problem;
    this.#item = main.querySelector("[data-earlier]");
    this.#button = this.#item?.querySelector("button");
    this.#button?.addEventListener("click", () => this.#show());
  }

  async #show() {
    if (this.#isLoading) return;
    this.#isLoading = true;
    // A disabled button would lose the focus.
    this.#button.setAttribute("aria-busy", "true");
    try {
      const { messages, count, before } = await this.#further(this.#item.dataset.earlier);
      const newest = this.#transcript.prepend(messages);
      this.#focus(newest);
      if (before) this.#item.dataset.earlier = before;
      else this.#item.remove();
      this.#announce(count, before);
      this.#onShown();
    } catch (error) {
      this.#problem(error.message);
    } finally {
      this.#isLoading = false;
      this.#button.removeAttribute("aria-busy");
    }
  }

  // There may be only whispers between others, which are not for everybody.
  async #further(from) {
    const found = await getJson(`${this.#path}/earlier?before=${from}`);
    return found.count === 0 && found.before ? this.#further(found.before) : found;
  }

  // Whoever pressed the button goes on right above what they have read, without the page moving.
  #focus(message) {
    if (!message || document.activeElement !== this.#button) return;
    message.tabIndex = -1;
    message.focus({ preventScroll: true });
  }

  #announce(count, before) {
    const announcer = document.querySelector("[data-announce]");
    const shown = _.count("1 earlier message is shown.", "{count} earlier messages are shown.", count);
    announcer.textContent = shown;
    if (!before) announcer.append(" ", _("This is the beginning of the conversation."));
  }
}
