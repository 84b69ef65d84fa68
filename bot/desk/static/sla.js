// Clocks of service levels: they tick between two looks at the server, change their colour, and sound if one wants.
import { _ } from "./texts.js";

const SOUND = "parley-desk-sla-sound";
const SOUNDED = "parley-desk-sla-sounded";
const EVERY_MS = 5000;
// Clocks that sounded so long ago are forgotten.
const KEPT_MS = 7 * 24 * 3600 * 1000;
// The conversation counts whole seconds from when it was shown, its row in the inbox has the moment itself.
const SAME_MS = 60 * 1000;

function span(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return _("now");
  if (minutes < 60) return _("{minutes} min", { minutes });
  return minutes < 48 * 60 ? _("{hours} h", { hours: Math.floor(minutes / 60) }) : _("{days} d", { days: Math.floor(minutes / 1440) });
}

export class ServiceClocks {
  #audio = null;
  #seenAt = new WeakMap();

  constructor(root) {
    this.root = root;
    this.#offerSound();
    setInterval(() => this.tick(), EVERY_MS);
    new MutationObserver(() => this.tick()).observe(root, { childList: true, subtree: true });
    this.tick();
  }

  tick() {
    const pressing = this.#ownRows();
    for (const clock of this.root.querySelectorAll("[data-clock]")) {
      // What the server said holds from the moment at which it came.
      if (!this.#seenAt.has(clock)) this.#seenAt.set(clock, Date.now());
      if (clock.dataset.ticks !== "yes") continue;
      const left = Number(clock.dataset.left) - (Date.now() - this.#seenAt.get(clock)) / 1000;
      const level = left <= 0 ? "late" : left <= Number(clock.dataset.warn) ? "soon" : "fine";
      const shown = clock.querySelector("[data-clock-left]");
      const text = left <= 0 ? _("{time} late", { time: span(-left) }) : _("{time} left", { time: span(left) });
      if (shown.textContent !== text) shown.textContent = text;
      if (!clock.classList.contains(level)) {
        clock.classList.remove("fine", "soon", "late");
        clock.classList.add(level);
      }
      if (level === "soon") pressing.push({ id: this.#shown, due: Date.now() + left * 1000 });
    }
    this.#sound(pressing);
  }

  get #shown() {
    return document.querySelector("[data-conversation]")?.dataset.conversation ?? "";
  }

  // Somebody also misses what waits beside the conversation on the screen.
  #ownRows() {
    const me = document.querySelector("[data-queue]")?.dataset.me;
    const now = Date.now();
    return [...document.querySelectorAll("[data-queue] [data-item]")]
      .filter((item) => item.dataset.holder === `agent:${me}`)
      .map((item) => ({ id: item.dataset.item, time: item.querySelector("time[data-until]") }))
      .filter(({ time }) => time?.dataset.warn && new Date(time.dataset.warn) <= now && now < new Date(time.dateTime))
      .map(({ id, time }) => ({ id, due: new Date(time.dateTime).getTime() }));
  }

  // Once for each clock, whichever page or tab it is seen on: what has sounded is kept beyond the page.
  #sound(pressing) {
    if (localStorage.getItem(SOUND) !== "yes" || pressing.length === 0) return;
    const sounded = this.#sounded();
    const isNew = ({ id, due }) => !sounded.some((one) => one.id === id && Math.abs(one.due - due) < SAME_MS);
    const fresh = pressing.filter(isNew);
    if (fresh.length === 0 || !this.#maySound()) return;
    localStorage.setItem(SOUNDED, JSON.stringify([...sounded, ...fresh]));
    this.#beep();
  }

  #sounded() {
    try {
      return JSON.parse(localStorage.getItem(SOUNDED) ?? "[]").filter(({ due }) => due > Date.now() - KEPT_MS);
    } catch {
      return [];
    }
  }

  // Browsers let pages sound only after somebody has clicked or typed; until then nothing counts as having sounded.
  #maySound() {
    this.#audio ??= new AudioContext();
    if (this.#audio.state === "running") return true;
    this.#resume();
    return false;
  }

  #resume = () => {
    if (this.#audio?.state !== "suspended") return;
    this.#audio.resume().then(() => this.#audio.state === "running" && this.tick(), () => {});
  };

  #beep() {
    const now = this.#audio.currentTime;
    for (const [start, frequency] of [[0, 660], [0.18, 880]]) {
      const tone = this.#audio.createOscillator();
      const volume = this.#audio.createGain();
      tone.frequency.value = frequency;
      volume.gain.setValueAtTime(0.0001, now + start);
      volume.gain.exponentialRampToValueAtTime(0.15, now + start + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, now + start + 0.16);
      tone.connect(volume).connect(this.#audio.destination);
      tone.start(now + start);
      tone.stop(now + start + 0.17);
    }
    document.documentElement.dataset.beeps = Number(document.documentElement.dataset.beeps ?? 0) + 1;
  }

  #offerSound() {
    const choice = document.querySelector("[data-sla-sound]");
    if (!choice) return;
    choice.checked = localStorage.getItem(SOUND) === "yes";
    choice.addEventListener("change", () => {
      localStorage.setItem(SOUND, choice.checked ? "yes" : "no");
      if (!choice.checked) return;
      // A first tone tells what it will sound like, and the click allows the page to sound.
      this.#audio ??= new AudioContext();
      this.#audio.resume().then(() => this.#beep(), () => {});
    });
    for (const gesture of ["pointerdown", "keydown"]) document.addEventListener(gesture, this.#resume, { passive: true });
  }
}
