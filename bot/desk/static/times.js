// Times in the agent's own time zone and in the language of the page, and waiting times that tick.
import { _, language } from "./texts.js";

const clock = new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" });
const shortMoment = new Intl.DateTimeFormat(language, { month: "short", day: "numeric", hour: "numeric", minute: "2-digit" });
const longDay = new Intl.DateTimeFormat(language, { weekday: "long", month: "long", day: "numeric" });
const full = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "long" });

export function dayOf(at) {
  if (at.toDateString() === new Date().toDateString()) return _("Today");
  return longDay.format(at);
}

export function localise(root) {
  for (const time of root.querySelectorAll("time[data-time]")) {
    const at = new Date(time.dateTime);
    const isToday = at.toDateString() === new Date().toDateString();
    const isInTranscript = time.closest("[data-transcript]") !== null;
    time.textContent = isToday || isInTranscript ? clock.format(at) : shortMoment.format(at);
    time.title = full.format(at);
  }
  tick(root);
}

function tick(root) {
  for (const time of root.querySelectorAll("time[data-since]")) time.textContent = span(new Date(time.dateTime));
}

// The server writes the same words, so that nothing changes when the clock first ticks.
export function span(since, until = Date.now()) {
  const minutes = Math.floor((until - since) / 60000);
  if (minutes < 1) return _("now");
  if (minutes < 60) return _("{minutes} min", { minutes });
  return minutes < 48 * 60
    ? _("{hours} h", { hours: Math.floor(minutes / 60) })
    : _("{days} d", { days: Math.floor(minutes / 1440) });
}

export function keepTimes(root) {
  localise(root);
  setInterval(() => tick(root), 20000);
}
