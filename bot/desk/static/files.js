// Files that wait to be sent: chosen, dropped or pasted; each can be taken out again.
import { _ } from "./texts.js";

const MAX_BYTES = 10 * 1024 * 1024;

export class Files {
  #form;
  #list;
  #waiting = [];
  #problem;

  // `problem(text)` tells the agent why a file is not taken; `isOpen()` whether files can be sent now.
  constructor(form, { problem, isOpen }) {
    this.#form = form;
    this.#list = form.querySelector("[data-files]");
    this.#problem = problem;
    const input = form.querySelector("[data-chosen]");
    form.querySelector("[data-attach]").addEventListener("click", () => input.click());
    input.addEventListener("change", () => {
      this.#add([...input.files]);
      // Choosing the same file once more is a change only of an empty field.
      input.value = "";
    });
    form.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
      // Office programs put a picture of copied words beside the words.
      if (files.length === 0 || !isOpen() || event.clipboardData.getData("text/plain")) return;
      event.preventDefault();
      this.#add(files);
    });
    form.addEventListener("dragover", (event) => {
      if (isOpen() && [...event.dataTransfer.types].includes("Files")) event.preventDefault();
    });
    form.addEventListener("drop", (event) => {
      if (!isOpen() || event.dataTransfer.files.length === 0) return;
      event.preventDefault();
      this.#add([...event.dataTransfer.files]);
    });
    this.#list.addEventListener("click", (event) => {
      const button = event.target.closest("[data-remove]");
      if (button) this.remove(this.#waiting[Number(button.dataset.remove)]);
    });
  }

  get waiting() {
    return [...this.#waiting];
  }

  remove(file) {
    this.#waiting = this.#waiting.filter((other) => other !== file);
    this.#show();
  }

  #add(files) {
    for (const file of files) {
      if (file.size > MAX_BYTES) this.#problem(_("{name} is too large. Send up to 10 MB.", { name: file.name }));
      else this.#waiting.push(file);
    }
    this.#show();
  }

  #show() {
    this.#list.hidden = this.#waiting.length === 0;
    this.#list.replaceChildren(
      ...this.#waiting.map((file, at) => {
        const item = document.createElement("li");
        const name = document.createElement("bdi");
        name.textContent = file.name;
        const button = document.createElement("button");
        Object.assign(button, { type: "button", className: "plain", textContent: _("Remove") });
        button.dataset.remove = at;
        button.setAttribute("aria-label", _("Remove {name}", { name: file.name }));
        item.append(name, " ", button);
        return item;
      }),
    );
    this.#form.dispatchEvent(new Event("files"));
  }
}
