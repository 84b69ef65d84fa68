// The list of approvals: a decision is asked for in a dialog, and the list is drawn anew.
import { Decisions } from "./decisions.js";
import { keepTimes } from "./times.js";

new Decisions(document.querySelector("[data-approvals]"), {
  decided: ({ refused } = {}) => (refused ? undefined : location.reload()),
});
keepTimes(document);
