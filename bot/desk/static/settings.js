// Forms of settings with rows that come and go; leaving with changes that were not saved is asked about.
import { _ } from "./texts.js";

class SettingsForm {
  #form;
  #rows;
  #isChanged = false;
  #next;

  constructor(form) {
    this.#form = form;
    this.#rows = form.querySelector("[data-rows]");
    this.#next = this.#rows?.children.length ?? 0;
    form.addEventListener("input", () => (this.#isChanged = true));
    form.addEventListener("submit", () => (this.#isChanged = false));
    form.addEventListener("click", (event) => this.#clicked(event));
    // What a refused form holds is not saved either.
    if (form.querySelector("[role=alert]")) this.#isChanged = true;
    window.addEventListener("beforeunload", (event) => {
      if (this.#isChanged) event.preventDefault();
    });
  }

  #clicked(event) {
    if (event.target.closest("[data-add]")) this.#add();
    const remove = event.target.closest("[data-remove]");
    if (remove) this.#remove(remove.closest("[data-row]"));
  }

  #add() {
    const row = this.#form.querySelector("template[data-new]").content.firstElementChild.cloneNode(true);
    for (const field of row.querySelectorAll("[name]")) field.name = field.name.replace(/^000-/, `${this.#next}-`);
    for (const field of row.querySelectorAll("[type=radio]")) field.value = String(this.#next);
    this.#next += 1;
    this.#rows.append(row);
    row.querySelector("input:not([type=hidden])").focus();
    this.#isChanged = true;
  }

  #remove(row) {
    const name = row.querySelector("input:not([type=hidden])").value;
    if (name && !confirm(_("Remove {name}? It is gone once you save.", { name }))) return;
    const neighbour = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (neighbour?.querySelector("input:not([type=hidden])") ?? this.#form.querySelector("[data-add]")).focus();
    this.#isChanged = true;
  }
}

for (const form of document.querySelectorAll("form[data-settings]")) new SettingsForm(form);
