// The list of tasks: what is done with one is asked for in a dialog, and the list is drawn anew behind it.
import { Decisions } from "./decisions.js";
import { getHtml } from "./fetching.js";
import { keepTimes, localise } from "./times.js";

const list = document.querySelector("[data-tasks]");

async function refresh() {
  const fresh = new DOMParser().parseFromString(await getHtml(location.href), "text/html").querySelector("[data-tasks]");
  const focused = list.contains(document.activeElement) ? document.activeElement.dataset.open : undefined;
  list.replaceChildren(...fresh.childNodes);
  localise(list);
  document.dispatchEvent(new Event("desk:tasks"));
  // A button that is not there any more leaves whoever works with the keyboard at the top of the list.
  const button = focused && list.querySelector(`[data-open="${CSS.escape(focused)}"]`);
  if (focused) (button || list.querySelector("h1")).focus();
}

new Decisions(list, { decided: refresh });
keepTimes(document);
