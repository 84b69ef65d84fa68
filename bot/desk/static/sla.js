// Clocks of service levels: they tick between two looks at the server, change their colour, and sound if one wants.
import { _ } from "./texts.js";

const SOUND = "parley-desk-sla-sound";
const EVERY_MS = 5000;

function span(seconds) {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1) return _("now");
  if (minutes < 60) return _("{minutes} min", { minutes });
  return minutes < 48 * 60 ? _("{hours} h", { hours: Math.floor(minutes / 60) }) : _("{days} d", { days: Math.floor(minutes / 1440) });
}

export class ServiceClocks {
  #sounded = new Set();
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
      if (level === "soon") this.#sound(`${location.pathname} ${clock.dataset.name}`);
    }
  }

  // Once for each clock; browsers let pages sound only after somebody has clicked, which switching it on is.
  #sound(key) {
    if (localStorage.getItem(SOUND) !== "yes" || this.#sounded.has(key)) return;
    this.#sounded.add(key);
    this.#beep();
  }

  #beep() {
    this.#audio ??= new AudioContext();
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
      // A first tone tells what it will sound like, and the click allows the page to sound.
      if (choice.checked) this.#beep();
    });
  }
}
