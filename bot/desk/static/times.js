// Times in the agent's own time zone, and waiting times that tick.
const clock = new Intl.DateTimeFormat("en", { hour: "numeric", minute: "2-digit" });
const shortDay = new Intl.DateTimeFormat("en", { month: "short", day: "numeric" });
const longDay = new Intl.DateTimeFormat("en", { weekday: "long", month: "long", day: "numeric" });
const full = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "long" });

export function dayOf(at) {
  if (at.toDateString() === new Date().toDateString()) return "Today";
  return longDay.format(at);
}

export function localise(root) {
  for (const time of root.querySelectorAll("time[data-time]")) {
    const at = new Date(time.dateTime);
    const isToday = at.toDateString() === new Date().toDateString();
    const isInTranscript = time.closest("[data-transcript]") !== null;
    time.textContent = isToday || isInTranscript ? clock.format(at) : `${shortDay.format(at)}, ${clock.format(at)}`;
    time.title = full.format(at);
  }
  tick(root);
}

function tick(root) {
  for (const time of root.querySelectorAll("time[data-since]")) time.textContent = span(new Date(time.dateTime));
}

function span(since) {
  const minutes = Math.floor((Date.now() - since) / 60000);
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  return minutes < 48 * 60 ? `${Math.floor(minutes / 60)} h` : `${Math.floor(minutes / 1440)} d`;
}

export function keepTimes(root) {
  localise(root);
  setInterval(() => tick(root), 20000);
}
