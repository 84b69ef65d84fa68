// Original and translation side by side: which of them is shown, and having translated what is in view.
import { post } from "./fetching.js";
import { _ } from "./texts.js";

const AT_ONCE = 20;
const KEY = "parley.desk.view";

export class Reading {
  #main;
  #list;
  #path;
  #replace;
  #onShown;
  #shown = null;
  #failed = new Set();
  #isAsking = false;

  constructor(main, { path, replace, shown }) {
    this.#main = main;
    this.#list = main.querySelector("[data-transcript]");
    this.#path = path;
    this.#replace = replace;
    this.#onShown = shown;
    main.addEventListener("click", (event) => {
      const view = event.target.closest("[data-view]");
      if (view) this.#choose(view.dataset.view);
      if (event.target.closest("[data-translate-again]")) this.#again();
    });
    this.#show();
  }

  update(html) {
    if (this.#shown === html) return;
    this.#bar.outerHTML = html;
    this.#shown = html;
    this.#show();
  }

  // Called whenever messages came or changed.
  async ask() {
    if (this.#view === "original" || this.#isAsking || this.#bar.dataset.possible !== "yes") return;
    const waiting = [...this.#list.querySelectorAll("[data-foreign]")];
    const ids = waiting.map((item) => Number(item.dataset.message)).filter((id) => !this.#failed.has(id));
    if (ids.length === 0) return;
    // The newest first: that is where the agent reads.
    const some = ids.slice(-AT_ONCE);
    this.#isAsking = true;
    try {
      const { messages, unavailable } = await post(`${this.#path}/translate`, { ids: some });
      this.#replace(messages);
      for (const id of some) if (this.#find(id)?.matches("[data-foreign]")) this.#failed.add(id);
      for (const [id, why] of Object.entries(unavailable)) this.#say(this.#find(id), why);
    } catch (error) {
      for (const id of some) this.#failed.add(id);
      this.#say(this.#find(some.at(-1)), error.message);
    } finally {
      this.#isAsking = false;
    }
    await this.ask();
  }

  get #bar() {
    return this.#main.querySelector("[data-reading]");
  }

  get #view() {
    const { foreign, possible } = this.#bar.dataset;
    if (this.#bar.hidden || possible !== "yes") return "original";
    return localStorage.getItem(`${KEY}.${foreign}`) ?? (foreign === "yes" ? "both" : "original");
  }

  // How what stands beside the transcript is shown: that may be in another language than the conversation by now.
  get besides() {
    return this.#bar.hidden ? "both" : this.#view;
  }

  #choose(view) {
    localStorage.setItem(`${KEY}.${this.#bar.dataset.foreign}`, view);
    this.#show();
  }

  #show() {
    this.#list.dataset.view = this.#view;
    for (const button of this.#bar.querySelectorAll("[data-view]")) {
      button.setAttribute("aria-pressed", String(button.dataset.view === this.#view));
    }
    this.#onShown(this.besides);
    this.ask();
  }

  #again() {
    this.#failed.clear();
    for (const line of this.#list.querySelectorAll(".untranslated")) line.remove();
    this.ask();
  }

  #say(item, why) {
    if (item && !item.querySelector(".untranslated")) item.append(untranslated(why));
  }

  #find(id) {
    return this.#list.querySelector(`[data-message="${id}"]`);
  }
}

// Why there is no translation of something, with a way to ask for it again.
export function untranslated(why) {
  const line = document.createElement("p");
  line.className = "untranslated";
  const again = document.createElement("button");
  again.type = "button";
  again.className = "plain";
  again.dataset.translateAgain = "";
  again.textContent = _("Try again");
  line.append(why, " ", again);
  return line;
}
