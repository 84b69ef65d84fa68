// Passing a conversation on: dialogs for the bot's instruction, for colleagues and teams, and for whispers.
import { post } from "./fetching.js";
import { _ } from "./texts.js";

export class Handoff {
  #path;
  #done;

  // The fragments around are replaced at any time; a dialog is made when it is opened and lives outside of them.
  constructor(path, done) {
    this.#path = path;
    this.#done = done;
    document.addEventListener("click", (event) => {
      const button = event.target.closest("[data-open-dialog]");
      if (button) this.#open(button.dataset.openDialog);
    });
  }

  #open(name) {
    const template = document.querySelector(`template[data-dialog="${CSS.escape(name)}"]`);
    if (!template || document.querySelector("dialog[data-handing]")) return;
    const dialog = template.content.firstElementChild.cloneNode(true);
    document.body.append(dialog);
    dialog.addEventListener("close", () => dialog.remove());
    dialog.addEventListener("submit", (event) => {
      if (event.submitter?.value !== "yes") return;
      event.preventDefault();
      this.#send(name, dialog, event);
    });
    const percent = dialog.querySelector("[name=percent]");
    percent?.addEventListener("input", () => (dialog.querySelector("[value=offer]").checked = true));
    dialog.showModal();
  }

  async #send(name, dialog, event) {
    const problem = dialog.querySelector("[data-dialog-problem]");
    problem.hidden = true;
    event.submitter.disabled = true;
    try {
      const answer = await post(`${this.#path}/${name}`, this.#body(name, dialog));
      if (answer.waits) throw new Error(answer.message ?? _("A supervisor has to approve this first."));
      dialog.close("yes");
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    } finally {
      event.submitter.disabled = false;
      this.#done();
    }
  }

  #body(name, dialog) {
    const form = new FormData(dialog.querySelector("form"));
    if (name === "transfer") return { to: form.get("to"), from: dialog.dataset.from };
    if (name === "whisper") return { text: form.get("text") };
    const instruction = { kind: form.get("kind"), note: form.get("note") };
    if (instruction.kind !== "offer") return { instruction };
    const chosen = dialog.querySelector("[name=case]").selectedOptions[0];
    return { instruction: { ...instruction, percent: form.get("percent") }, case: chosen.value, seen: chosen.dataset.seen };
  }
}
