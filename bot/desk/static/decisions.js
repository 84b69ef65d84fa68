// Decisions about cases, in the context beside a conversation: each form is confirmed before it is sent.
import { post } from "./fetching.js";

const CONFIRM = {
  approve: { title: "Approve this case?", text: "What the customer asked for is carried out, and the customer is told.", yes: "Approve" },
  decline: { title: "Decline this case?", text: "The customer is told that we cannot do it, with this reason.", yes: "Decline" },
  settle: { title: "Settle this return?", text: "This amount is paid for what did not come as agreed, and the return ends.", yes: "Settle" },
  liability: { title: "Overrule the liability?", text: "Your finding replaces the one of the rules, and both stay in the history.", yes: "Overrule" },
};

export class Decisions {
  #element;
  #confirmed;
  #decided;

  constructor(element, { confirmed, decided }) {
    this.#element = element;
    this.#confirmed = confirmed;
    this.#decided = decided;
    element.addEventListener("submit", (event) => this.#submit(event));
  }

  async #submit(event) {
    const form = event.target.closest("form[data-decision]");
    if (!form) return;
    event.preventDefault();
    const { decision, case: number } = form.dataset;
    if (!(await this.#confirmed(CONFIRM[decision]))) return;
    const button = form.querySelector("button");
    const problem = this.#element.querySelector(`[data-problem-of="${number}"]`);
    button.disabled = true;
    problem.hidden = true;
    try {
      await post(`/desk/cases/${number}/${decision}`, Object.fromEntries(new FormData(form)));
      await this.#decided();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
    button.disabled = false;
  }
}
