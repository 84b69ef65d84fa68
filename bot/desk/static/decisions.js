// Decisions about cases: a button opens its question in a dialog, which says what will happen and asks what is missing.
import { getHtml, post } from "./fetching.js";
import { _ } from "./texts.js";
import { localise } from "./times.js";

export class Decisions {
  #element;
  #decided;
  #dialog = null;
  #opener = null;

  // What is shown in `element` may be replaced while a dialog is open: dialogs stand outside of it.
  constructor(element, { decided }) {
    this.#element = element;
    this.#decided = decided;
    element.addEventListener("click", (event) => this.#clicked(event));
    element.addEventListener("toggle", (event) => this.#unfolded(event.target), true);
  }

  #clicked(event) {
    const button = event.target.closest("[data-open]");
    if (button) this.#open(button.dataset.open);
  }

  #open(id) {
    const question = document.getElementById(`dialog-${id}`);
    if (!question || this.#dialog) return;
    const dialog = document.createElement("dialog");
    dialog.className = "confirm";
    dialog.setAttribute("aria-labelledby", "dialog-title");
    dialog.append(question.content.cloneNode(true));
    document.body.append(dialog);
    this.#dialog = dialog;
    this.#opener = id;
    dialog.addEventListener("close", () => this.#closed());
    dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
    dialog.querySelector("form").addEventListener("submit", (event) => this.#submitted(event));
    dialog.addEventListener("change", (event) => this.#suggest(event.target));
    const chooser = dialog.querySelector("[data-chooses]");
    if (chooser) {
      chooser.addEventListener("change", () => this.#show(chooser.value));
      this.#show(chooser.value);
    }
    dialog.showModal();
    (dialog.querySelector("select, input:not([type=hidden]), textarea") ?? dialog.querySelector("[type=submit]")).focus();
  }

  // What is to do tells who usually does it.
  #suggest(field) {
    const { department } = field.selectedOptions?.[0]?.dataset ?? {};
    if (department) field.form.elements.department.value = department;
  }

  // Only the fields of what is chosen are asked and sent.
  #show(choice) {
    for (const part of this.#dialog.querySelectorAll("[data-for]")) {
      const isAsked = part.dataset.for === choice;
      part.hidden = !isAsked;
      for (const field of part.querySelectorAll("input, select, textarea")) field.disabled = !isAsked;
    }
  }

  async #submitted(event) {
    event.preventDefault();
    const form = event.target;
    const dialog = this.#dialog;
    const problem = form.querySelector("[data-dialog-problem]");
    const submit = form.querySelector("[type=submit]");
    submit.disabled = true;
    problem.hidden = true;
    try {
      const answer = await post(form.dataset.post, this.#given(form));
      dialog.close();
      this.#announce(answer.message ?? _("Done."));
      await this.#decided();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
      // Behind the dialog the case is shown as it is now.
      await this.#decided({ refused: true });
    }
    submit.disabled = false;
  }

  // Beside the fields goes how a chosen case stood: somebody may change that one meanwhile, too. Moments are entered in
  // the agent's own time zone.
  #given(form) {
    const given = Object.fromEntries(new FormData(form));
    for (const { name, selectedOptions } of form.querySelectorAll("select")) {
      const seen = selectedOptions[0]?.dataset.seen;
      if (seen) given[`${name}_seen`] = seen;
    }
    for (const { name, value } of form.querySelectorAll("input[type=datetime-local]")) {
      if (value) given[name] = new Date(value).toISOString();
    }
    return given;
  }

  #closed() {
    this.#dialog.remove();
    this.#dialog = null;
    this.#element.querySelector(`[data-open="${CSS.escape(this.#opener)}"]`)?.focus();
  }

  #announce(text) {
    const announcer = document.querySelector("[data-announce]");
    if (announcer) announcer.textContent = text;
  }

  // The history of a case is long, so it is fetched once somebody wants to see it.
  async #unfolded(details) {
    if (!details.open || !details.dataset?.load) return;
    const place = details.querySelector("[data-loaded]");
    try {
      place.innerHTML = await getHtml(details.dataset.load);
      localise(place);
    } catch (error) {
      place.textContent = error.message;
    }
  }
}
