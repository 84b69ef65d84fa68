// How much waits to be done by whoever looks: their own tasks and those without an owner, the overdue ones before all.
import { _ } from "./texts.js";

const EVERY_MS = 60000;
const badge = document.querySelector("[data-tasks-count]");

async function refresh() {
  const response = await fetch("/desk/tasks/count", { headers: { Accept: "application/json" } });
  if (!response.ok) return;
  const { open, overdue } = await response.json();
  const count = overdue || open;
  const shown = count > 99 ? "99+" : String(count);
  badge.hidden = count === 0;
  badge.classList.toggle("urgent", overdue > 0);
  const text = overdue ? _.count("1 overdue task", "{count} overdue tasks", count) : _.count("1 open task", "{count} open tasks", count);
  // What is said aloud is only said when it has changed.
  if (badge.getAttribute("aria-label") === text) return;
  badge.textContent = shown;
  badge.setAttribute("aria-label", text);
}

if (badge) {
  const look = () => refresh().catch(() => {});
  look();
  const isSeen = () => document.visibilityState === "visible";
  setInterval(() => isSeen() && look(), EVERY_MS);
  document.addEventListener("visibilitychange", () => isSeen() && look());
  document.addEventListener("desk:tasks", look);
}
