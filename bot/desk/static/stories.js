// Customers' stories in the side panel: what they say in the agent's language, as messages of the transcript have it.
import { post } from "./fetching.js";
import { untranslated } from "./reading.js";
import { _ } from "./texts.js";

export class Stories {
  #panel;
  #view = "original";
  // The panel is often drawn anew: what became of a story is asked for once.
  #outcomes = new Map();

  constructor(panel) {
    this.#panel = panel;
    panel.addEventListener("click", (event) => {
      if (event.target.closest("[data-translate-again]")) this.#again();
    });
  }

  // To be called whenever somebody chose a view, and when the panel was drawn anew.
  show(view) {
    this.#view = this.#panel.dataset.view = view;
    if (view === "original") return;
    for (const story of this.#panel.querySelectorAll("[data-story]")) this.#translate(story);
  }

  async #translate(story) {
    if ("asked" in story.dataset) return;
    story.dataset.asked = "";
    const { text, engine_name: engine, unavailable } = await this.#outcome(story.dataset.story);
    if (unavailable) story.append(untranslated(unavailable));
    if (!text) return;
    story.classList.add("with-other");
    story.append(part("other", text), part("engine", _("Translated by {engine}", { engine })));
  }

  #outcome(number) {
    if (!this.#outcomes.has(number)) {
      const asked = post(`/desk/cases/${number}/translate`, {});
      this.#outcomes.set(number, asked.catch(({ message }) => ({ unavailable: message })));
    }
    return this.#outcomes.get(number);
  }

  #again() {
    this.#outcomes.clear();
    for (const line of this.#panel.querySelectorAll("[data-story] .untranslated")) {
      delete line.parentElement.dataset.asked;
      line.remove();
    }
    this.show(this.#view);
  }
}

function part(kind, text) {
  const line = document.createElement("p");
  line.className = kind;
  line.dir = "auto";
  line.textContent = text;
  return line;
}
