/*
 * Parley chat widget: <script src="https://desk.example/widget/parley.js" defer></script>
 *
 * Options are data attributes of that script tag: data-language, data-theme (light or dark), data-accent (any CSS
 * colour), data-title. Whatever comes from the server is untrusted: it only ever becomes text nodes.
 */
(() => {
  "use strict";

  if (customElements.get("parley-chat")) return;

  const SCRIPT = document.currentScript;
  const OPTIONS = { ...SCRIPT.dataset };
  const BASE = new URL("../", SCRIPT.src);
  const PHONE = matchMedia("(max-width: 479px)");
  const DARK = matchMedia("(prefers-color-scheme: dark)");
  const TOUCH = matchMedia("(hover: none) and (pointer: coarse)");

  const MAX_LENGTH = 2000;
  const COUNTER_FROM = 1800;
  const GROUP_MS = 5 * 60_000;
  const PING_MS = 25_000;
  const SILENCE_MS = 40_000;
  const ACK_MS = 15_000;
  const TYPING_SHOWN_MS = 10_000;
  const TYPING_SENT_MS = 3_000;
  const MAX_FILE_BYTES = 10 * 1024 * 1024;
  const MAX_FILES_AN_HOUR = 10;
  const MAX_PAGES = 20;
  const MAX_LANGUAGES = 5;
  const UPLOAD_MS = 5 * 60_000;
  const BACKOFF_MS = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000];

  const STARTERS = [
    ["widget_start_track", "/track_order"],
    ["widget_start_return", "/return_item"],
    ["widget_start_exchange", "/exchange_item"],
    ["widget_start_complain", "/complain"],
  ];

  // Endings beside types: browsers on desktops do not know what HEIC is.
  const FILE_TYPES = "image/jpeg,image/png,image/webp,image/heic,image/heif,.heic,.heif,application/pdf";

  /** Why the server refuses a file, and whether sending the same one again later may help. */
  const FILE_PROBLEMS = {
    too_large: { key: "widget_file_too_large" },
    unsupported_type: { key: "widget_file_unsupported" },
    unreadable: { key: "widget_file_unreadable" },
    encrypted: { key: "widget_file_encrypted" },
    too_many_pages: { key: "widget_file_too_many_pages" },
    too_many: { key: "widget_file_too_many", mayRetry: true },
  };

  const ICONS = {
    chat: "M12 3.5c5 0 9 3.3 9 7.6s-4 7.6-9 7.6c-.9 0-1.8-.1-2.6-.3L4.6 20.6l1-3.7C3.9 15.4 3 13.4 3 11.1 3 6.8 7 3.5 12 3.5Z",
    down: "M5.5 9 12 15.5 18.5 9",
    close: "M6 6l12 12M18 6 6 18",
    more: "M5.5 12h.01M12 12h.01M18.5 12h.01",
    send: "M12 19V5.5M5.5 12 12 5.5l6.5 6.5",
    person: "M12 12.2a3.9 3.9 0 1 0 0-7.8 3.9 3.9 0 0 0 0 7.8ZM4.8 20c.8-3.4 3.7-5.2 7.2-5.2s6.4 1.8 7.2 5.2",
    restart: "M4.5 12a7.5 7.5 0 1 0 2.4-5.5M4.5 4v4h4",
    check: "M5 12.5 10 17.5 19.5 7.5",
    clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 8v4.2l2.8 1.8",
    copy: "M9 9h10v11H9zM15 9V4H5v11h4",
    alert: "M12 8v5M12 16.4v.1M12 3.5 2.8 19.5h18.4Z",
    clip: "M20 11.2l-8.3 8.3a5.1 5.1 0 0 1-7.2-7.2L13 3.8a3.4 3.4 0 0 1 4.8 4.8l-8.5 8.5a1.7 1.7 0 0 1-2.4-2.4l7.9-7.9",
    camera: "M3.5 8h4l1.6-2.5h5.8L16.5 8h4v11h-17ZM12 16.4a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4Z",
    file: "M6 3.5h8l4.5 4.5v12.5H6ZM14 3.5V8h4.5M9 13h6.5M9 16.5h6.5",
    offline: "M4 4l16 16M8.8 15.2a4.6 4.6 0 0 1 6.4 0M5.6 11.8a9 9 0 0 1 4-2.2M14.6 9.7a9 9 0 0 1 3.8 2.1M12 19h.01",
  };

  /* ---------- small helpers ---------- */

  /** Return an element; properties starting with "aria-" or naming attributes become attributes. */
  function el(tag, properties = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (value === undefined || value === null || value === false) continue;
      if (name === "class") node.className = value;
      else if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else node.setAttribute(name, value === true ? "" : String(value));
    }
    node.append(...children.filter((child) => child !== null && child !== undefined));
    return node;
  }

  function icon(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    svg.setAttribute("class", `icon icon-${name}`);
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", ICONS[name]);
    svg.append(path);
    return svg;
  }

  /** crypto.randomUUID exists only on https pages; shops are tried out on plain http too. */
  function uuid4() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  /** Storage may be forbidden or full; the chat then lives as long as the page. */
  function storage(kind) {
    const memory = new Map();
    return {
      get(key) {
        try {
          return window[kind].getItem(`parley:${key}`) ?? memory.get(key) ?? null;
        } catch {
          return memory.get(key) ?? null;
        }
      },
      set(key, value) {
        memory.set(key, value);
        try {
          window[kind].setItem(`parley:${key}`, value);
        } catch {
          /* kept in memory */
        }
      },
      remove(key) {
        memory.delete(key);
        try {
          window[kind].removeItem(`parley:${key}`);
        } catch {
          /* was in memory only */
        }
      },
    };
  }

  const lasting = storage("localStorage");
  const perTab = storage("sessionStorage");

  /** Return whom the shop's page is logged in as, or "": only to keep sessions apart, the server checks the token. */
  function loggedInAs(token) {
    try {
      const bytes = atob(token.split(".")[1].replaceAll("-", "+").replaceAll("_", "/"));
      return scalar(JSON.parse(new TextDecoder().decode(Uint8Array.from(bytes, (sign) => sign.charCodeAt(0)))).sub);
    } catch {
      return "";
    }
  }

  /** The chat's session: one for each customer who logs in at this browser, so that nobody reads another's. */
  const session = {
    key: OPTIONS.identity && loggedInAs(OPTIONS.identity) ? `sender:${loggedInAs(OPTIONS.identity)}` : "sender",
    get id() {
      return lasting.get(this.key);
    },
    begin() {
      if (this.id) {
        lasting.remove(this.seenKey);
        perTab.remove(this.outboxKey);
      }
      lasting.set(this.key, uuid4());
    },
    // Who logs in or out in this tab comes to another session, and must not find what the one before left.
    get seenKey() {
      return `seen:${this.id}`;
    },
    get outboxKey() {
      return `outbox:${this.id}`;
    },
  };

  /** Return the visitor's languages, best first: the page's, then what the browser is set to. */
  function languages() {
    const page = OPTIONS.language || document.documentElement.lang;
    const found = [page, ...(navigator.languages ?? [navigator.language])].filter(Boolean);
    return [...new Set(found)].slice(0, MAX_LANGUAGES);
  }

  /** Return a displayable string for a scalar from the server, or "" for anything else. */
  function scalar(value) {
    return typeof value === "string" || typeof value === "number" ? String(value) : "";
  }

  function list(value) {
    return Array.isArray(value) ? value.filter((item) => item && typeof item === "object") : [];
  }

  /* ---------- safe links ---------- */

  // Full-width and CJK punctuation ends an address: Chinese sentences put no space after it.
  const LINK = /https?:\/\/[^\s<>"\u3000-\u303f\uff00-\uffef\u2018-\u201f\u2026]+/gi;

  function withoutTrailingPunctuation(address) {
    const count = (text, sign) => text.split(sign).length - 1;
    let url = address;
    while (/[.,;:!?'*\]}]$/.test(url) || (url.endsWith(")") && count(url, ")") > count(url, "("))) {
      url = url.slice(0, -1);
    }
    return url;
  }

  function linked(text) {
    const fragment = document.createDocumentFragment();
    let position = 0;
    for (const match of text.matchAll(LINK)) {
      const address = withoutTrailingPunctuation(match[0]);
      if (!parses(address)) continue;
      fragment.append(text.slice(position, match.index));
      fragment.append(
        el("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow" }, address),
      );
      position = match.index + address.length;
    }
    fragment.append(text.slice(position));
    return fragment;
  }

  function parses(address) {
    try {
      return Boolean(new URL(address));
    } catch {
      return false;
    }
  }

  /** Return an image address that cannot run anything, or null. */
  function imageAddress(value) {
    try {
      const url = new URL(value, BASE);
      return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
    } catch {
      return null;
    }
  }

  /* ---------- words ---------- */

  /** The widget's own words in one language; numbers and dates follow it through Intl. */
  class Words {
    static #loaded = new Map();

    constructor({ language, direction, strings }) {
      this.language = language;
      this.direction = direction;
      this.strings = strings;
    }

    /** Load the words of a language, or of the first that there are words for of several with commas between. */
    static load(wanted) {
      const key = wanted || "en";
      if (!Words.#loaded.has(key)) {
        const request = fetch(new URL(`widget/strings/${encodeURIComponent(key)}.json`, BASE))
          .then((response) => (response.ok ? response.json() : Promise.reject(new Error(response.status))))
          .then((json) => new Words(json));
        request.catch(() => Words.#loaded.delete(key));
        Words.#loaded.set(key, request);
      }
      return Words.#loaded.get(key);
    }

    text(key, values = {}) {
      return (this.strings[key] ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
    }

    time(iso) {
      return this.#date(iso, { hour: "numeric", minute: "2-digit" });
    }

    date(iso) {
      // A bare date means that day everywhere, not midnight in Greenwich.
      const timeZone = /^\d{4}-\d\d-\d\d$/.test(iso) ? "UTC" : undefined;
      return this.#date(iso, { day: "numeric", month: "long", year: "numeric", timeZone });
    }

    day(iso) {
      const midnight = (date) => new Date(date.getFullYear(), date.getMonth(), date.getDate());
      const days = Math.round((midnight(new Date(iso)) - midnight(new Date())) / 86_400_000);
      if (days !== 0 && days !== -1) return this.#date(iso, { weekday: "long", day: "numeric", month: "long" });
      const name = new Intl.RelativeTimeFormat(this.language, { numeric: "auto" }).format(days, "day");
      return name.charAt(0).toLocaleUpperCase(this.language) + name.slice(1);
    }

    duration(seconds) {
      const minutes = Math.max(1, Math.round(seconds / 60));
      const [count, unit] = minutes < 90 ? [minutes, "minute"] : [Math.round(minutes / 60), "hour"];
      return new Intl.NumberFormat(this.language, { style: "unit", unit, unitDisplay: "long" }).format(count);
    }

    money(amount, currency) {
      try {
        return new Intl.NumberFormat(this.language, { style: "currency", currency }).format(amount);
      } catch {
        return `${amount} ${currency}`;
      }
    }

    #date(iso, format) {
      const date = new Date(iso);
      return Number.isNaN(date.getTime()) ? "" : new Intl.DateTimeFormat(this.language, format).format(date);
    }
  }

  /* ---------- connection ---------- */

  /** One WebSocket kept alive: pings, notices silence, redials with growing, jittered pauses. */
  class Connection {
    #socket = null;
    #attempts = 0;
    #redial = 0;
    #heartbeat = 0;
    #lastFrameAt = 0;
    #lastPingAt = 0;
    #readyAt = 0;

    constructor({ hello, onFrame, onChange, onBeat }) {
      Object.assign(this, { hello, onFrame, onChange, onBeat });
      this.ready = false;
      this.wanted = false;
      const url = new URL("webhooks/web/socket", BASE);
      url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
      this.url = url.href;
    }

    open() {
      if (this.wanted) return;
      this.wanted = true;
      this.#heartbeat = setInterval(() => this.#beat(), 5_000);
      this.#dial();
    }

    close() {
      this.wanted = false;
      clearInterval(this.#heartbeat);
      clearTimeout(this.#redial);
      this.#drop();
    }

    /** Dial at once instead of waiting for the pause to end: the network is back or the customer asks for it. */
    hurry() {
      if (!this.wanted || this.#socket) return;
      this.#dial();
    }

    send(frame) {
      if (this.#socket?.readyState !== WebSocket.OPEN) return false;
      this.#socket.send(JSON.stringify(frame));
      return true;
    }

    /** Give up a connection that looks alive and is not; a new one follows. */
    reset() {
      this.#drop();
      if (this.wanted) this.#retry();
    }

    #dial() {
      clearTimeout(this.#redial);
      this.#lastFrameAt = this.#lastPingAt = Date.now();
      const socket = new WebSocket(this.url);
      this.#socket = socket;
      socket.onopen = () => this.send({ type: "hello", ...this.hello() });
      socket.onmessage = (event) => socket === this.#socket && this.#receive(event.data);
      socket.onclose = () => socket === this.#socket && this.reset();
    }

    #receive(data) {
      this.#lastFrameAt = Date.now();
      let frame;
      try {
        frame = JSON.parse(data);
      } catch {
        return;
      }
      if (frame === null || typeof frame !== "object") return;
      if (frame.type === "ready") {
        this.ready = true;
        this.#readyAt = Date.now();
        this.onChange(true);
      }
      this.onFrame(frame);
    }

    #drop() {
      const socket = this.#socket;
      this.#socket = null;
      this.ready = false;
      if (socket) {
        socket.onclose = socket.onmessage = socket.onopen = null;
        socket.close();
      }
    }

    #retry() {
      // A server that accepts and then hangs up must not be dialled without a pause.
      if (this.#readyAt && Date.now() - this.#readyAt > 5_000) this.#attempts = 0;
      this.#readyAt = 0;
      const pause = BACKOFF_MS[Math.min(this.#attempts, BACKOFF_MS.length - 1)];
      this.#attempts += 1;
      clearTimeout(this.#redial);
      this.#redial = setTimeout(() => this.#dial(), pause * (0.5 + Math.random() / 2));
      this.onChange(false);
    }

    #beat() {
      const now = Date.now();
      if (this.#socket && now - this.#lastFrameAt > (this.ready ? SILENCE_MS : ACK_MS)) this.reset();
      else if (this.ready && now - this.#lastPingAt > PING_MS) {
        this.#lastPingAt = now;
        this.send({ type: "ping" });
      }
      this.onBeat(now);
    }
  }

  /* ---------- transcript ---------- */

  /**
   * What was said, in order, and what is still on its way to the server.
   *
   * An entry of the customer has a clientId and a state: sending, sent, failed (no connection for long; will still
   * be sent) or rejected (the server said no; only the customer can send it again).
   */
  class Transcript {
    constructor() {
      this.entries = [];
      this.outbox = [];
      this.uploads = [];
      for (const kept of Transcript.#kept()) {
        const state = kept.state === "rejected" ? "rejected" : "sending";
        const entry = { ...kept, author: "customer", state, inFlightSince: 0, isKept: true };
        this.entries.push(entry);
        this.outbox.push(entry);
      }
    }

    get lastId() {
      for (let at = this.entries.length - 1; at >= 0; at -= 1) {
        if (this.entries[at].id) return this.entries[at].id;
      }
      return null;
    }

    /** Take in a message of the server; return ["added" | "merged" | "known", entry]. */
    receive(message) {
      const id = scalar(message.message_id);
      if (id && this.entries.some((entry) => entry.id === id)) return ["known", null];
      const clientId = scalar(message.client_message_id);
      const own = clientId && this.entries.find((entry) => entry.clientId === clientId);
      if (own) {
        own.id = id;
        if (own.file) this.uploaded(own, message.custom?.attachment);
        this.settle(clientId);
        return ["merged", own];
      }
      const entry = {
        id,
        clientId: clientId || null,
        author: ["customer", "bot", "agent", "system"].includes(message.author) ? message.author : "system",
        text: scalar(message.text),
        at: scalar(message.at) || new Date().toISOString(),
        language: scalar(message.language),
        buttons: list(message.buttons).filter((button) => scalar(button.title) && scalar(button.payload)),
        custom: message.custom && typeof message.custom === "object" ? message.custom : {},
        image: scalar(message.image),
        state: "sent",
      };
      this.entries.push(entry);
      return ["added", entry];
    }

    /** Take over what an agent made of a message that is shown already; return its entry, or null. */
    change(message) {
      const entry = this.entries.find(({ id }) => id && id === scalar(message.message_id));
      if (!entry || entry.author !== "agent") return null;
      const custom = message.custom && typeof message.custom === "object" ? message.custom : {};
      return Object.assign(entry, { text: scalar(message.text), custom, image: scalar(message.image) });
    }

    write(text, title) {
      // Words may be there before a connection, and with it a session, is.
      if (!session.id) session.begin();
      const entry = {
        clientId: uuid4(),
        author: "customer",
        text: title || text,
        payload: title ? text : null,
        at: new Date().toISOString(),
        state: "sending",
        inFlightSince: 0,
      };
      this.entries.push(entry);
      this.outbox.push(entry);
      this.#keep();
      return entry;
    }

    /** Add a file of the customer that is to be sent; unlike words it does not outlive a reload. */
    attach(file) {
      const entry = {
        clientId: uuid4(),
        author: "customer",
        text: "",
        at: new Date().toISOString(),
        state: "sending",
        file,
        progress: 0,
        custom: {},
      };
      this.entries.push(entry);
      this.uploads.push(entry);
      return entry;
    }

    /** Mark a file as stored by the server, which knows it under an id from now on. */
    uploaded(entry, attachment) {
      Object.assign(entry, { state: "sent", code: null, file: null, custom: { attachment } });
      this.uploads = this.uploads.filter((waiting) => waiting !== entry);
    }

    /** Mark a message as safely stored by the server; return its entry. */
    settle(clientId) {
      const entry = this.outbox.find((waiting) => waiting.clientId === clientId);
      if (!entry) return null;
      entry.state = "sent";
      this.outbox = this.outbox.filter((waiting) => waiting !== entry);
      this.#keep();
      return entry;
    }

    /** Mark the message the server refused; without an id it is the oldest one under way. */
    reject(clientId, code) {
      const entry = this.outbox.find((waiting) =>
        clientId ? waiting.clientId === clientId : waiting.inFlightSince && waiting.state !== "rejected",
      );
      if (!entry) return null;
      Object.assign(entry, { state: "rejected", code, inFlightSince: 0 });
      this.#keep();
      return entry;
    }

    /** Have a message sent again that failed or was refused, as the customer wishes. */
    again(entry) {
      Object.assign(entry, { state: "sending", code: null, inFlightSince: 0, at: new Date().toISOString() });
      this.#keep();
    }

    /** Come to another session, for the one so far is somebody else's: only what was written on this page goes along. */
    moveToNewSession() {
      session.begin();
      this.outbox = this.outbox.filter(({ isKept }) => !isKept);
      for (const entry of this.outbox) entry.inFlightSince = 0;
      this.entries = [...this.outbox, ...this.uploads];
      this.#keep();
    }

    /** Put the oldest messages ahead of the history that arrived after a page load. */
    moveUnsentToEnd() {
      const waiting = new Set([...this.outbox, ...this.uploads]);
      const isWaiting = (entry) => waiting.has(entry);
      this.entries = [...this.entries.filter((entry) => !isWaiting(entry)), ...this.entries.filter(isWaiting)];
    }

    /** Return the entry whose buttons are on show and whether they have been used, or null. */
    replies() {
      let used = false;
      let answered = false;
      for (let at = this.entries.length - 1; at >= 0; at -= 1) {
        const entry = this.entries[at];
        if (entry.author === "agent" || (entry.author === "customer" && answered)) return null;
        if (entry.author === "customer") used = true;
        else if (entry.buttons.length > 0) return { entry, used };
        else if (entry.author === "bot") answered = true;
      }
      return null;
    }

    unread(seenId) {
      const seenAt = this.entries.findIndex((entry) => entry.id && entry.id === seenId);
      return this.entries.slice(seenAt + 1).filter((entry) => entry.author !== "customer").length;
    }

    // Unsent messages outlive a reload of this tab, not the tab: nobody wants a message sent days later.
    #keep() {
      const rows = this.outbox.map(({ clientId, text, payload, at, state, code }) => ({
        ...{ clientId, text, payload, at },
        ...(state === "rejected" ? { state, code } : {}),
      }));
      perTab.set(session.outboxKey, JSON.stringify(rows));
    }

    static #kept() {
      try {
        return list(JSON.parse(perTab.get(session.outboxKey) ?? "[]"));
      } catch {
        return [];
      }
    }
  }

  /* ---------- cards: facts of a message shown beside its text, which says the same in words ---------- */

  function card(title, ...children) {
    return el("div", { class: "card" }, el("p", { class: "card-title" }, title), ...children);
  }

  function copyButton(value, words) {
    const label = el("span", {}, words.text("widget_copy"));
    const button = el("button", { class: "copy", type: "button" }, icon("copy"), label);
    button.addEventListener("click", async () => {
      await copy(value, button);
      label.textContent = words.text("widget_copied");
      setTimeout(() => (label.textContent = words.text("widget_copy")), 2_000);
    });
    return button;
  }

  async function copy(value, near) {
    try {
      await navigator.clipboard.writeText(value);
    } catch {
      // The clipboard API exists only on https pages.
      const field = el("textarea", { class: "visually-hidden", "aria-hidden": "true" });
      field.value = value;
      near.after(field);
      field.select();
      document.execCommand("copy");
      field.remove();
      near.focus();
    }
  }

  function reference(title, number, words, note) {
    return card(
      title,
      el("div", { class: "reference" }, el("bdi", { class: "number" }, number), copyButton(number, words)),
      note ? el("p", { class: "card-note" }, note) : null,
    );
  }

  function itemDetail(item) {
    const quantity = scalar(item.quantity);
    return [scalar(item.variant), quantity && `× ${quantity}`].filter(Boolean).join(" · ");
  }

  function itemRows(items) {
    const rows = list(items).map((item) => {
      const title = scalar(item.title) || scalar(item.label);
      return title && el("li", {}, el("span", {}, title), el("span", { class: "detail" }, itemDetail(item)));
    });
    const shown = rows.filter(Boolean);
    return shown.length > 0 ? el("ul", { class: "items" }, ...shown) : null;
  }

  function handoffCard(handoff, words) {
    const position = Number(handoff.position);
    const seconds = Number(handoff.expected_wait_seconds);
    const notes = [];
    if (position > 0) notes.push(words.text("widget_place_in_line", { position }));
    if (seconds > 0) notes.push(words.text("widget_waiting_time", { duration: words.duration(seconds) }));
    if (notes.length === 0) return null;
    return card(words.text("widget_handoff"), ...notes.map((note) => el("p", { class: "card-note" }, note)));
  }

  function offerCard(offer, words) {
    const amount = Number(offer.amount);
    const currency = scalar(offer.currency);
    if (!(amount > 0) || !currency) return null;
    return card(words.text("widget_offer"), el("p", { class: "number" }, words.money(amount, currency)));
  }

  function returnCard(return_, words) {
    const deadline = scalar(return_.deadline);
    const date = deadline && words.date(deadline);
    const note = date && words.text("widget_send_back_by", { date });
    return reference(words.text("widget_return_number"), scalar(return_.rma), words, note);
  }

  /** Return a link to a paper; the server names it by a path that starts at its own root. */
  function documentCard({ kind, url }, words) {
    const path = scalar(url);
    if (!["return", "repair", "invoice"].includes(kind) || !/^\/documents\/[\w.-]+$/.test(path)) return null;
    const link = { href: new URL(path.slice(1), BASE).href, target: "_blank", rel: "noopener", class: "paper" };
    return el("div", { class: "card" }, el("a", link, words.text(`widget_document_${kind}`)));
  }

  function cards({ custom = {}, buttons = [] }, words) {
    const has = (name) => custom[name] && typeof custom[name] === "object";
    const nodes = [];
    if (has("case") && scalar(custom.case.number)) {
      nodes.push(reference(words.text("widget_case_number"), scalar(custom.case.number), words));
    }
    if (has("return") && scalar(custom.return.rma)) nodes.push(returnCard(custom.return, words));
    if (has("document")) nodes.push(documentCard(custom.document, words));
    if (has("offer")) nodes.push(offerCard(custom.offer, words));
    if (has("handoff")) nodes.push(handoffCard(custom.handoff, words));
    if (buttons.length === 0) {
      for (const rows of [itemRows(custom.items), itemRows(custom.variants)]) {
        if (rows) nodes.push(el("div", { class: "card" }, rows));
      }
    }
    return nodes.filter(Boolean);
  }

  /** Return what a machine made of a message in the language the customer reads first, or null. */
  function translationOf(entry) {
    const made = entry.custom?.translation?.[scalar(entry.custom.shown_in)];
    return made && scalar(made.text) ? { text: made.text, buttons: Array.isArray(made.buttons) ? made.buttons : [] } : null;
  }

  /** Return variant and quantity of the order line that a button stands for, unless its title tells already. */
  function replyDetail(button, items) {
    let values = [];
    try {
      const start = button.payload.indexOf("{");
      values = start < 0 ? [] : Object.values(JSON.parse(button.payload.slice(start))).map(String);
    } catch {
      return "";
    }
    const item = list(items).find(({ line }) => scalar(line) && values.includes(String(line)));
    if (!item) return "";
    // A title such as "2 × T-shirt (M / white)" tells all, and in the customer's language.
    return button.title.includes("×") && button.title.includes(scalar(item.title)) ? "" : itemDetail(item);
  }

  /* ---------- the element ---------- */

  class ParleyChat extends HTMLElement {
    #root = this.attachShadow({ mode: "open" });
    #transcript = new Transcript();
    #words = null;
    #connection;
    #handledBy = "bot";
    #isOpen = false;
    #typingTimer = 0;
    #typingSentAt = 0;
    #offlineTimer = 0;
    #unseenBelow = false;
    #upload = null;
    #started = false;
    #spoken = null;
    #readId = null;

    constructor() {
      super();
      this.#connection = new Connection({
        hello: () => this.#hello(),
        onFrame: (frame) => this.#receive(frame),
        onChange: (ready) => this.#connectionChanged(ready),
        onBeat: (now) => this.#beat(now),
      });
    }

    connectedCallback() {
      if (!this.#started) this.#start();
      else if (this.#words && session.id) this.#connection.open();
    }

    disconnectedCallback() {
      this.#connection.close();
    }

    open() {
      if (this.#isOpen || !this.#words) return;
      this.#isOpen = true;
      this.#connection.open();
      this.#showOpen();
      this.#scrollToEnd();
      // A keyboard sliding over a phone before anything was read is unfriendly.
      (TOUCH.matches ? this.#ui.title : this.#ui.input).focus({ preventScroll: true });
    }

    close() {
      if (!this.#isOpen) return;
      this.#isOpen = false;
      this.#showOpen();
      this.#ui.launcher.focus();
    }

    /* --- start --- */

    async #start() {
      this.#started = true;
      const wanted = languages().join(",");
      for (let pause = 1_000; !this.#words; pause = Math.min(pause * 2, 30_000)) {
        try {
          this.#words = await Words.load(wanted);
        } catch {
          await new Promise((resume) => setTimeout(resume, pause));
        }
      }
      this.#build();
      this.#label();
      this.#followTheme();
      this.#listen();
      // Who has never opened the chat costs the server no connection and gets no identifier.
      if (session.id) this.#connection.open();
    }

    get #sender() {
      if (!session.id) session.begin();
      return session.id;
    }

    #hello() {
      return {
        sender: this.#sender,
        identity: OPTIONS.identity,
        languages: languages(),
        after: this.#transcript.lastId,
      };
    }

    #listen() {
      addEventListener("online", () => this.#connection.hurry());
      addEventListener("storage", () => this.#updateUnread());
      document.addEventListener("visibilitychange", () => {
        if (document.visibilityState !== "visible") return;
        this.#connection.hurry();
        this.#markSeen();
      });
      PHONE.addEventListener("change", () => this.#showOpen());
      DARK.addEventListener("change", () => this.#followTheme());
      for (const name of ["resize", "scroll"]) {
        visualViewport?.addEventListener(name, () => this.#followViewport());
      }
    }

    /* --- frames --- */

    #receive(frame) {
      if (frame.type === "ready") this.#caughtUp(frame);
      else if (frame.type === "message" && frame.message) this.#arrived(frame.message);
      else if (frame.type === "change" && frame.message) this.#changed(frame.message);
      else if (frame.type === "ack") this.#settled(this.#transcript.settle(scalar(frame.message_id)));
      else if (frame.type === "typing") this.#showTyping(frame.author === "agent" ? "agent" : "bot");
      else if (frame.type === "state") this.#showHandledBy(frame.handled_by);
      else if (frame.type === "error" && frame.code === "bad_identity") {
        console.warn(`parley: data-identity is of no use: ${scalar(frame.reason)}`);
      } else if (frame.type === "error" && frame.code === "other_customer") {
        // It is somebody else's, or was begun by a customer who has logged out.
        this.#transcript.moveToNewSession();
        this.#readId = null;
        this.#renderAll();
        this.#connection.reset();
      } else if (frame.type === "error") {
        this.#settled(this.#transcript.reject(scalar(frame.message_id), scalar(frame.code)));
      }
    }

    #caughtUp(frame) {
      const isFirst = this.#transcript.lastId === null;
      const outcomes = list(frame.messages).map((message) => this.#transcript.receive(message));
      for (const message of list(frame.changed)) this.#changed(message);
      if (isFirst) {
        this.#transcript.moveUnsentToEnd();
        this.#renderAll();
      } else {
        for (const [outcome, entry] of outcomes) {
          if (outcome === "added") this.#append(entry);
          else if (outcome === "merged" && entry.custom?.attachment) this.#renderAgain(entry);
        }
        this.#renderStates();
      }
      this.#showHandledBy(frame.handled_by);
      this.#markSeen();
      this.#followLanguage();
      this.#flush();
    }

    /** An agent edited or retracted what was shown already. */
    #changed(message) {
      const entry = this.#transcript.change(message);
      if (!entry) return;
      if (entry.node) this.#renderAgain(entry);
      this.#renderReplies();
    }

    #arrived(message) {
      const [outcome, entry] = this.#transcript.receive(message);
      if (outcome === "known") return;
      if (outcome === "merged") {
        if (entry.custom?.attachment) this.#renderAgain(entry);
        return this.#settled(entry);
      }
      if (entry.author !== "customer") this.#hideTyping();
      this.#append(entry);
      this.#markSeen();
      this.#followLanguage();
    }

    #followLanguage() {
      const newest = this.#transcript.entries.filter(({ author, language }) => author === "bot" && language).pop();
      if (newest) this.#speak(newest.language);
    }

    async #speak(language) {
      if (language === this.#spoken) return;
      this.#spoken = language;
      try {
        const words = await Words.load(language);
        if (this.#spoken !== language || words.language === this.#words.language) return;
        this.#words = words;
      } catch {
        this.#spoken = null;
        return;
      }
      this.#label();
      this.#renderAll();
    }

    /* --- sending --- */

    #submit(text, title) {
      const entry = this.#transcript.write(text, title);
      this.#append(entry);
      this.#scrollToEnd();
      this.#flush();
      this.#connection.hurry();
    }

    #flush() {
      if (!this.#connection.ready) return;
      for (const entry of this.#transcript.outbox) {
        if (entry.inFlightSince || entry.state === "rejected") continue;
        const frame = { type: "message", message_id: entry.clientId, text: entry.payload ?? entry.text };
        if (entry.payload) frame.title = entry.text;
        if (!this.#connection.send(frame)) return;
        entry.inFlightSince = Date.now();
        entry.state = "sending";
        this.#renderState(entry);
      }
    }

    #retry(entry) {
      this.#transcript.again(entry);
      if (entry.file) {
        this.#renderAgain(entry);
        this.#uploadNext();
      } else this.#renderState(entry);
      this.#flush();
      this.#connection.hurry();
      this.#ui.input.focus();
    }

    /* --- files --- */

    #attach(files) {
      for (const file of files) this.#append(this.#transcript.attach(file));
      if (files.length === 0) return;
      this.#scrollToEnd();
      this.#uploadNext();
      (TOUCH.matches ? this.#ui.log : this.#ui.input).focus({ preventScroll: true });
    }

    /** Send the oldest waiting file; one after the other, so that each is soon there on a slow line. */
    #uploadNext() {
      if (this.#upload) return;
      const entry = this.#transcript.uploads.find(({ state }) => state === "sending");
      if (!entry) return;
      if (entry.file.size > MAX_FILE_BYTES) {
        this.#uploadEnded(entry, { code: "too_large" });
        return;
      }
      const form = new FormData();
      form.append("file", entry.file);
      const query = new URLSearchParams({ message_id: entry.clientId });
      for (const language of languages()) query.append("language", language);
      // Not fetch, which cannot tell how much of a body has gone out.
      const request = new XMLHttpRequest();
      this.#upload = request;
      request.open("POST", this.#fileAddress(`?${query}`));
      // A header takes no other signs, and what has any is no token.
      if (/^[\x21-\x7e]+$/.test(OPTIONS.identity ?? "")) request.setRequestHeader("X-Parley-Identity", OPTIONS.identity);
      request.timeout = UPLOAD_MS;
      request.upload.onprogress = ({ loaded, total }) => this.#showProgress(entry, total ? loaded / total : 0);
      request.onloadend = () => {
        this.#upload = null;
        let answer = {};
        try {
          answer = JSON.parse(request.responseText) ?? {};
        } catch {
          /* no connection, or somebody between us and the server answered */
        }
        this.#uploadEnded(entry, answer);
      };
      request.send(form);
    }

    #uploadEnded(entry, answer) {
      const known = FILE_PROBLEMS[answer.code] || answer.code === "rate_limited";
      // The message may have come over the socket before the answer to the upload.
      if (entry.file && scalar(answer.id)) {
        this.#transcript.uploaded(entry, { id: answer.id, kind: answer.kind, pass: answer.pass });
      } else if (entry.file) Object.assign(entry, { state: known ? "rejected" : "failed", code: answer.code ?? null });
      this.#renderAgain(entry);
      this.#renderStates();
      this.#uploadNext();
    }

    #fileAddress(rest) {
      return new URL(`webhooks/web/conversations/${encodeURIComponent(this.#sender)}/files${rest}`, BASE).href;
    }

    #showProgress(entry, share) {
      entry.progress = share;
      const bar = entry.node?.querySelector("progress");
      if (bar) bar.value = share;
    }

    /** Return what stands for a file: while it is sent its name, then the small picture or a link. */
    #attachment(entry) {
      const words = this.#words;
      if (entry.file) {
        const name = el("bdi", { class: "file-name" }, entry.file.name);
        const bar = el("progress", { max: 1, "aria-label": words.text("widget_sending") });
        bar.value = entry.progress;
        return el("div", { class: "file" }, icon("file"), name, entry.state === "sending" ? bar : null);
      }
      const id = scalar(entry.custom?.attachment?.id);
      if (!/^[0-9a-f]{32}$/.test(id)) return null;
      // Where the session is a customer's: pictures and links cannot send the token.
      const pass = scalar(entry.custom.attachment.pass);
      const query = pass ? `?${new URLSearchParams({ pass })}` : "";
      const link = { href: this.#fileAddress(`/${id}${query}`), target: "_blank", rel: "noopener noreferrer" };
      if (entry.custom.attachment.kind !== "image") {
        return el("a", { ...link, class: "file" }, icon("file"), words.text("widget_document"));
      }
      const source = this.#fileAddress(`/${id}/thumbnail${query}`);
      const image = { src: source, alt: words.text("widget_photo"), loading: "lazy", referrerpolicy: "no-referrer" };
      return el("a", { ...link, class: "thumbnail" }, el("img", image));
    }

    #renderAgain(entry) {
      const isFollowUp = entry.node?.classList.contains("follow-up");
      entry.node?.replaceChildren(...this.#entryParts(entry, isFollowUp));
      this.#renderState(entry);
    }

    #settled(entry) {
      if (entry) this.#renderStates();
    }

    #beat(now) {
      const { outbox } = this.#transcript;
      if (outbox.some((entry) => entry.inFlightSince && now - entry.inFlightSince > ACK_MS)) this.#connection.reset();
      for (const entry of outbox) {
        if (entry.state === "sending" && !entry.inFlightSince && now - Date.parse(entry.at) > ACK_MS) {
          entry.state = "failed";
          this.#renderState(entry);
        }
      }
    }

    #connectionChanged(ready) {
      clearTimeout(this.#offlineTimer);
      if (ready) this.#ui.banner.hidden = true;
      else {
        for (const entry of this.#transcript.outbox) entry.inFlightSince = 0;
        this.#hideTyping();
        // Most interruptions heal at once and are not worth a word.
        this.#offlineTimer = setTimeout(() => (this.#ui.banner.hidden = false), 400);
      }
    }

    /* --- building --- */

    #ui = {};

    #build() {
      const ui = this.#ui;
      const button = (className, name, onclick) =>
        el("button", { class: className, type: "button", onclick }, icon(name));

      ui.badge = el("span", { class: "badge", "aria-hidden": "true", hidden: true });
      ui.launcher = button("launcher", "chat", () => (this.#isOpen ? this.close() : this.open()));
      ui.launcher.append(icon("down"), ui.badge);
      ui.launcher.setAttribute("aria-haspopup", "dialog");
      ui.launcher.setAttribute("aria-controls", "panel");

      ui.title = el("h2", { id: "title", tabindex: "-1" });
      ui.status = el("p", { class: "status", role: "status" });
      ui.menuButton = button("quiet", "more", () => this.#toggleMenu());
      ui.menuButton.setAttribute("aria-haspopup", "menu");
      ui.menuButton.setAttribute("aria-expanded", "false");
      ui.closeButton = button("quiet", "close", () => this.close());
      ui.person = el("button", { role: "menuitem", type: "button", tabindex: "-1" }, icon("person"), el("span"));
      ui.restart = el("button", { role: "menuitem", type: "button", tabindex: "-1" }, icon("restart"), el("span"));
      ui.menu = el("div", { class: "menu", role: "menu", hidden: true }, ui.person, ui.restart);
      const header = el(
        "header",
        {},
        el("span", { class: "avatar" }, icon("chat")),
        el("div", { class: "names" }, ui.title, ui.status),
        ui.menuButton,
        ui.closeButton,
        ui.menu,
      );

      ui.bannerText = el("span");
      ui.banner = el("div", { class: "banner", role: "status", hidden: true }, icon("offline"), ui.bannerText);
      ui.welcomeTitle = el("p", { class: "welcome-title" });
      ui.welcomeText = el("p");
      ui.starters = el("div", { class: "replies", role: "group" });
      ui.welcome = el("div", { class: "welcome" }, ui.welcomeTitle, ui.welcomeText, ui.starters);
      ui.log = el("div", { class: "log", role: "log", "aria-live": "polite", tabindex: "0" });
      ui.typingText = el("span", { class: "visually-hidden" });
      ui.typing = el(
        "div",
        { class: "typing", role: "status", hidden: true },
        el("span", { class: "dots", "aria-hidden": "true" }, el("i"), el("i"), el("i")),
        ui.typingText,
      );
      ui.below = el("button", { class: "below", type: "button", hidden: true }, icon("down"), el("span"));
      ui.scroll = el("div", { class: "scroll" }, ui.welcome, ui.log, ui.typing);

      ui.inputLabel = el("label", { class: "visually-hidden", for: "input" });
      ui.input = el("textarea", { id: "input", rows: "1", enterkeyhint: "send", autocomplete: "off" });
      ui.input.setAttribute("aria-describedby", "counter");
      ui.counter = el("p", { class: "counter", id: "counter", hidden: true });
      ui.attach = button("tool", "clip", () => ui.files.click());
      ui.camera = button("tool camera", "camera", () => ui.photos.click());
      ui.files = el("input", { type: "file", accept: FILE_TYPES, multiple: true, hidden: true });
      ui.photos = el("input", { type: "file", accept: "image/*", capture: "environment", hidden: true });
      const tools = el("div", { class: "tools" }, ui.attach, ui.camera, ui.files, ui.photos);
      ui.drop = el("div", { class: "drop", "aria-hidden": "true", hidden: true }, icon("clip"), el("span"));
      ui.send = el("button", { class: "send", type: "submit", disabled: true }, icon("send"));
      ui.form = el("form", { class: "composer" }, ui.inputLabel, ui.input, tools, ui.send, ui.counter);
      ui.panel = el(
        "section",
        { class: "panel", id: "panel", role: "dialog", "aria-labelledby": "title", hidden: true },
        header,
        ui.banner,
        el("div", { class: "body" }, ui.scroll, ui.below),
        ui.form,
        ui.drop,
      );

      this.#wire();
      this.#root.adoptedStyleSheets = [styleSheet(), accentSheet(OPTIONS.accent)];
      this.#root.append(ui.launcher, ui.panel);
    }

    #wire() {
      const ui = this.#ui;
      ui.person.addEventListener("click", () => this.#choose("/ask_human", "widget_talk_to_person"));
      ui.restart.addEventListener("click", () => this.#choose("/stop", "widget_start_over"));
      ui.below.addEventListener("click", () => this.#scrollToEnd());
      ui.scroll.addEventListener("scroll", () => this.#isAtEnd() && this.#noteBelow(false), { passive: true });
      ui.input.addEventListener("input", () => this.#typed());
      ui.input.addEventListener("keydown", (event) => {
        // Enter that picks a candidate of an input method (Chinese, Japanese) must not send; 229 is older Safari.
        if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
        event.preventDefault();
        this.#sendInput();
      });
      ui.form.addEventListener("submit", (event) => {
        event.preventDefault();
        this.#sendInput();
      });
      for (const input of [ui.files, ui.photos]) {
        input.addEventListener("change", () => {
          const chosen = [...input.files];
          // Choosing the same file once more is a change only of an empty field.
          input.value = "";
          this.#attach(chosen);
        });
      }
      this.#wireDrop();
      ui.panel.addEventListener("keydown", (event) => this.#panelKey(event));
      ui.panel.addEventListener("pointerdown", (event) => {
        if (!event.composedPath().some((node) => node === ui.menu || node === ui.menuButton)) this.#closeMenu();
      });
    }

    #wireDrop() {
      const { panel, drop } = this.#ui;
      const hasFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
      for (const name of ["dragenter", "dragover"]) {
        panel.addEventListener(name, (event) => {
          if (!hasFiles(event)) return;
          event.preventDefault();
          event.dataTransfer.dropEffect = "copy";
          drop.hidden = false;
        });
      }
      panel.addEventListener("dragleave", (event) => {
        if (!panel.contains(event.relatedTarget)) drop.hidden = true;
      });
      panel.addEventListener("drop", (event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        drop.hidden = true;
        this.#attach([...event.dataTransfer.files]);
      });
      panel.addEventListener("paste", (event) => {
        const files = [...(event.clipboardData?.files ?? [])];
        // Office programs put a picture of copied words beside the words.
        if (files.length === 0 || event.clipboardData.getData("text/plain")) return;
        event.preventDefault();
        this.#attach(files);
      });
    }

    /** Put the widget's own words everywhere; runs again when the language changes. */
    #label() {
      const ui = this.#ui;
      const text = (key) => this.#words.text(key);
      this.lang = this.#words.language;
      ui.panel.dir = ui.launcher.dir = this.#words.direction;
      ui.title.textContent = OPTIONS.title || text("widget_title");
      ui.bannerText.textContent = text("widget_connection_lost");
      ui.welcomeTitle.textContent = text("widget_welcome");
      ui.welcomeText.textContent = text("widget_welcome_text");
      ui.inputLabel.textContent = text("widget_message");
      ui.input.placeholder = text("widget_placeholder");
      ui.person.lastChild.textContent = text("widget_talk_to_person");
      ui.restart.lastChild.textContent = text("widget_start_over");
      ui.below.lastChild.textContent = text("widget_new_messages");
      ui.drop.lastChild.textContent = text("widget_drop_files");
      ui.attach.title = text("widget_attach");
      for (const [node, key] of [
        [ui.menuButton, "widget_menu"],
        [ui.menu, "widget_menu"],
        [ui.closeButton, "widget_close"],
        [ui.send, "widget_send"],
        [ui.attach, "widget_attach"],
        [ui.camera, "widget_take_photo"],
        [ui.log, "widget_conversation"],
        [ui.starters, "widget_suggestions"],
      ]) {
        node.setAttribute("aria-label", text(key));
      }
      ui.starters.replaceChildren(
        ...STARTERS.map(([key, payload]) => this.#reply({ title: text(key), payload }, "")),
      );
      this.#showHandledBy(this.#handledBy);
      this.#updateUnread();
      this.#typed();
    }

    /* --- transcript on screen --- */

    #renderAll() {
      const { log, welcome } = this.#ui;
      const { entries } = this.#transcript;
      // Assistive technology must not read the whole history aloud.
      log.setAttribute("aria-busy", "true");
      log.replaceChildren();
      entries.forEach((entry, at) => this.#renderEntry(entry, entries[at - 1]));
      welcome.hidden = entries.length > 0;
      this.#renderStates();
      this.#renderReplies();
      log.setAttribute("aria-busy", "false");
      this.#scrollToEnd();
    }

    #append(entry) {
      const follow = this.#isAtEnd();
      const { entries } = this.#transcript;
      this.#renderEntry(entry, entries[entries.indexOf(entry) - 1]);
      this.#ui.welcome.hidden = true;
      this.#renderStates();
      this.#renderReplies();
      if (follow) this.#scrollToEnd();
      else if (entry.author !== "customer") this.#noteBelow(true);
    }

    #renderEntry(entry, previous) {
      const words = this.#words;
      const { log } = this.#ui;
      const day = words.day(entry.at);
      const isNewDay = !previous || words.day(previous.at) !== day;
      if (isNewDay && day) log.append(el("p", { class: "day" }, day));
      const isFollowUp =
        !isNewDay && previous.author === entry.author && Date.parse(entry.at) - Date.parse(previous.at) < GROUP_MS;
      entry.node = el("div", { class: `entry ${entry.author}${isFollowUp ? " follow-up" : ""}` });
      entry.node.append(...this.#entryParts(entry, isFollowUp));
      log.append(entry.node);
    }

    #entryParts(entry, isFollowUp) {
      const words = this.#words;
      if (entry.author === "system") {
        return [el("p", { class: "notice", dir: "auto", lang: entry.language }, linked(entry.text))];
      }
      const name = words.text(`widget_author_${entry.author}`);
      const time = el("time", { datetime: entry.at }, words.time(entry.at));
      const edited = entry.custom?.edited ? el("span", {}, ` · ${words.text("widget_edited")}`) : null;
      const by = { class: isFollowUp && !edited ? "by visually-hidden" : "by" };
      const parts = [el("p", by, el("b", {}, name), " ", time, ...(edited ? [edited] : []))];
      if (entry.author !== "customer") {
        const face = icon(entry.author === "agent" ? "person" : "chat");
        parts.push(el("span", { class: "face", "aria-hidden": "true" }, face));
      }
      if (entry.custom?.retracted) parts.push(el("p", { class: "bubble gone" }, words.text("widget_removed")));
      else if (entry.text) parts.push(...this.#spokenParts(entry));
      const attachment = ["customer", "agent"].includes(entry.author) ? this.#attachment(entry) : null;
      if (attachment) parts.push(attachment);
      const picture = entry.image && imageAddress(entry.image);
      if (picture) {
        const image = el("img", { src: picture, alt: words.text("widget_image"), loading: "lazy" });
        parts.push(el("a", { class: "picture", href: picture, target: "_blank", rel: "noopener noreferrer" }, image));
      }
      parts.push(...cards(entry, words));
      if (entry.author === "customer") parts.push(el("p", { class: "state" }));
      return parts;
    }

    /** What somebody said; where a machine translated it that is said, too, and the original is one click away. */
    #spokenParts(entry) {
      const made = translationOf(entry);
      const isShown = made && !entry.showsOriginal;
      const lang = (isShown ? entry.custom.shown_in : entry.language) || null;
      const bubble = el("p", { class: "bubble", dir: "auto", lang }, linked(isShown ? made.text : entry.text));
      if (!made) return [bubble];
      const other = isShown ? "widget_show_original" : "widget_show_translation";
      const toggle = el("button", { class: "again", type: "button" }, this.#words.text(other));
      toggle.addEventListener("click", () => {
        entry.showsOriginal = !entry.showsOriginal;
        this.#renderAgain(entry);
        this.#renderReplies();
        entry.node.querySelector(".machine button").focus();
      });
      const note = isShown ? [el("span", {}, this.#words.text("widget_machine_translated")), " "] : [];
      return [bubble, el("p", { class: "machine" }, ...note, toggle)];
    }

    #renderStates() {
      const own = this.#transcript.entries.filter(({ author }) => author === "customer");
      for (const entry of own) this.#renderState(entry, entry === own.at(-1));
    }

    #renderState(entry, isNewest = true) {
      const line = entry.node?.querySelector(".state");
      if (!line) return;
      const text = (key) => this.#words.text(key);
      const isStuck = entry.state === "failed" || entry.state === "rejected";
      line.className = `state ${isStuck ? "stuck" : entry.state}`;
      if (isStuck) {
        const problem = FILE_PROBLEMS[entry.code];
        const why = problem?.key ?? (entry.code === "rate_limited" ? "widget_rate_limited" : "widget_not_sent");
        const limits = { megabytes: MAX_FILE_BYTES / 2 ** 20, count: MAX_FILES_AN_HOUR, pages: MAX_PAGES };
        line.replaceChildren(icon("alert"), el("span", {}, this.#words.text(why, limits)));
        if (problem && !problem.mayRetry) return;
        const again = el("button", { class: "again", type: "button" }, text("widget_retry"));
        again.addEventListener("click", () => this.#retry(entry));
        line.append(" ", again);
      } else if (entry.state === "sending") line.replaceChildren(icon("clock"), text("widget_sending"));
      else if (isNewest) line.replaceChildren(icon("check"), text("widget_sent"));
      else line.replaceChildren();
    }

    #renderReplies() {
      this.#ui.replies?.remove();
      const active = this.#transcript.replies();
      if (!active) return;
      const { entry, used } = active;
      const newestOwn = this.#transcript.entries.filter(({ author }) => author === "customer").pop();
      const items = entry.custom.items;
      const named = entry.showsOriginal ? [] : translationOf(entry)?.buttons ?? [];
      const buttons = entry.buttons.map((button, position) => {
        const title = scalar(named[position]) || button.title;
        const node = this.#reply({ ...button, title }, replyDetail(button, items));
        node.disabled = used;
        if (used && newestOwn?.payload === button.payload) node.classList.add("chosen");
        return node;
      });
      const isLong = list(items).length > 0 || entry.buttons.some(({ title }) => title.length > 32);
      const label = this.#words.text("widget_suggestions");
      const group = { class: `replies${isLong ? " rows" : ""}`, role: "group", "aria-label": label };
      this.#ui.replies = el("div", group, ...buttons);
      entry.node.append(this.#ui.replies);
    }

    #reply({ title, payload }, detail) {
      const node = el("button", { type: "button", dir: "auto" }, el("span", {}, title));
      if (detail) node.append(" ", el("span", { class: "detail" }, detail));
      node.addEventListener("click", () => {
        this.#submit(payload, title);
        (TOUCH.matches ? this.#ui.log : this.#ui.input).focus({ preventScroll: true });
      });
      return node;
    }

    /* --- composer --- */

    #typed() {
      const { input, send, counter } = this.#ui;
      const left = MAX_LENGTH - input.value.length;
      input.style.height = "auto";
      input.style.height = `${input.scrollHeight}px`;
      send.disabled = input.value.trim() === "" || left < 0;
      counter.hidden = input.value.length < COUNTER_FROM;
      counter.classList.toggle("over", left < 0);
      input.setAttribute("aria-invalid", String(left < 0));
      const key = left < 0 ? "widget_too_long" : "widget_characters_left";
      counter.textContent = this.#words.text(key, { count: Math.abs(left) });
      const now = Date.now();
      if (input.value && this.#connection.ready && now - this.#typingSentAt > TYPING_SENT_MS) {
        this.#typingSentAt = now;
        this.#connection.send({ type: "typing" });
      }
    }

    #sendInput() {
      const { input, send } = this.#ui;
      if (send.disabled) return;
      const text = input.value.trim();
      input.value = "";
      this.#typingSentAt = 0;
      this.#typed();
      this.#submit(text);
      input.focus();
    }

    /* --- what is shown --- */

    #showHandledBy(handledBy) {
      if (!["bot", "queued", "human"].includes(handledBy)) return;
      this.#handledBy = handledBy;
      const { panel, status, person } = this.#ui;
      panel.dataset.handledBy = handledBy;
      status.textContent = this.#words.text(`widget_status_${handledBy}`);
      person.hidden = handledBy !== "bot";
    }

    #showTyping(author) {
      const { typing, typingText } = this.#ui;
      const follow = this.#isAtEnd();
      typing.className = `typing ${author}`;
      typingText.textContent = this.#words.text(`widget_typing_${author}`);
      typing.hidden = false;
      clearTimeout(this.#typingTimer);
      this.#typingTimer = setTimeout(() => this.#hideTyping(), TYPING_SHOWN_MS);
      if (follow) this.#scrollToEnd();
    }

    #hideTyping() {
      clearTimeout(this.#typingTimer);
      this.#ui.typing.hidden = true;
    }

    #showOpen() {
      const { launcher, panel } = this.#ui;
      const fills = this.#isOpen && PHONE.matches;
      panel.hidden = !this.#isOpen;
      launcher.hidden = fills;
      launcher.setAttribute("aria-expanded", String(this.#isOpen));
      if (fills) panel.setAttribute("aria-modal", "true");
      else panel.removeAttribute("aria-modal");
      document.documentElement.style.overflow = fills ? "hidden" : "";
      this.#closeMenu();
      this.#followViewport();
      this.#typed();
      this.#markSeen();
    }

    #markSeen() {
      const { lastId } = this.#transcript;
      if (this.#isOpen && document.visibilityState === "visible" && lastId) {
        lasting.set(session.seenKey, lastId);
        if (lastId !== this.#readId && this.#connection.send({ type: "read", message_id: lastId })) this.#readId = lastId;
      }
      this.#updateUnread();
    }

    #updateUnread() {
      const { launcher, badge } = this.#ui;
      const count = this.#isOpen ? 0 : this.#transcript.unread(lasting.get(session.seenKey));
      badge.hidden = count === 0;
      badge.textContent = count > 9 ? "9+" : String(count);
      const action = this.#words.text(this.#isOpen ? "widget_close" : "widget_open");
      const unread = count > 0 ? `. ${this.#words.text("widget_unread", { count })}` : "";
      launcher.setAttribute("aria-label", action + unread);
    }

    #isAtEnd() {
      const { scroll } = this.#ui;
      return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 80;
    }

    #scrollToEnd() {
      this.#ui.scroll.scrollTop = this.#ui.scroll.scrollHeight;
      this.#noteBelow(false);
    }

    #noteBelow(isThere) {
      if (this.#unseenBelow === isThere) return;
      this.#unseenBelow = isThere;
      this.#ui.below.hidden = !isThere;
    }

    /** On a phone the panel covers exactly what the on-screen keyboard leaves free. */
    #followViewport() {
      if (!visualViewport || !PHONE.matches || !this.#isOpen) return;
      const follow = this.#isAtEnd();
      this.#ui.panel.style.setProperty("--viewport-height", `${visualViewport.height}px`);
      this.#ui.panel.style.setProperty("--viewport-top", `${visualViewport.offsetTop}px`);
      if (follow) this.#scrollToEnd();
    }

    #followTheme() {
      const isDark = OPTIONS.theme === "dark" || (OPTIONS.theme !== "light" && DARK.matches);
      this.dataset.theme = isDark ? "dark" : "light";
    }

    /* --- menu and keys --- */

    #menuItems() {
      return [this.#ui.person, this.#ui.restart].filter((item) => !item.hidden);
    }

    #toggleMenu() {
      if (!this.#ui.menu.hidden) return this.#closeMenu();
      this.#ui.menu.hidden = false;
      this.#ui.menuButton.setAttribute("aria-expanded", "true");
      this.#menuItems()[0].focus();
    }

    #closeMenu() {
      this.#ui.menu.hidden = true;
      this.#ui.menuButton.setAttribute("aria-expanded", "false");
    }

    #choose(payload, key) {
      this.#closeMenu();
      this.#submit(payload, this.#words.text(key));
      this.#ui.input.focus();
    }

    #panelKey(event) {
      const isInMenu = !this.#ui.menu.hidden;
      if (event.key === "Escape" && !event.isComposing) {
        event.stopPropagation();
        if (!isInMenu) return this.close();
        this.#closeMenu();
        this.#ui.menuButton.focus();
      } else if (isInMenu && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
        event.preventDefault();
        const items = this.#menuItems();
        const step = event.key === "ArrowDown" ? 1 : items.length - 1;
        items[(items.indexOf(this.#root.activeElement) + step) % items.length].focus();
      } else if (event.key === "Tab") {
        if (isInMenu) this.#closeMenu();
        if (PHONE.matches) this.#keepFocusInside(event);
      }
    }

    #keepFocusInside(event) {
      const reachable = "button:not([disabled], [hidden], [tabindex='-1']), a, textarea, [tabindex='0']";
      const nodes = [...this.#ui.panel.querySelectorAll(reachable)].filter((node) => node.offsetParent !== null);
      const [first, last] = event.shiftKey ? [nodes.at(-1), nodes[0]] : [nodes[0], nodes.at(-1)];
      if (this.#root.activeElement !== last) return;
      event.preventDefault();
      first.focus();
    }
  }

  /* ---------- looks ---------- */

  function styleSheet() {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS_TEXT);
    return sheet;
  }

  /** Return a sheet with the accent colour and whichever of black and white reads better on it (WCAG contrast). */
  function accentSheet(wanted) {
    const accent = wanted && CSS.supports("color", wanted) ? wanted : "#14665a";
    const context = Object.assign(document.createElement("canvas"), { width: 1, height: 1 }).getContext("2d");
    context.fillStyle = accent;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue] = Array.from(context.getImageData(0, 0, 1, 1).data, (value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    const on = 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 ? "#fff" : "#101418";
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(":host {}");
    sheet.cssRules[0].style.setProperty("--accent", accent);
    sheet.cssRules[0].style.setProperty("--on-accent", on);
    return sheet;
  }

  const CSS_TEXT = `
    :host {
      all: initial;
      --surface: #fff;
      --canvas: #f5f6f7;
      --raised: #fff;
      --text: #1a1e23;
      --muted: #5d6670;
      --line: #e1e4e8;
      --agent: #fdf0dc;
      --agent-line: #f2ddb8;
      --agent-face: #9a5b00;
      --danger: #b3261e;
      --warn: #fff3cd;
      --warn-text: #5c4400;
      --ink: color-mix(in oklab, var(--accent) 88%, #000);
      --shadow: 0 1px 3px rgb(16 24 32 / 12%), 0 12px 40px rgb(16 24 32 / 20%);
      color-scheme: light;
      font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "PingFang SC", "Microsoft YaHei",
        "Noto Sans CJK SC", sans-serif;
      position: fixed;
      inset: auto 0 0 auto;
      z-index: 2147483000;
      color: var(--text);
    }
    :host([data-theme="dark"]) {
      --surface: #1c1f23;
      --canvas: #14161a;
      --raised: #25292f;
      --text: #eceff2;
      --muted: #a0a9b3;
      --line: #343a41;
      --agent: #3a2f1c;
      --agent-line: #57462a;
      --agent-face: #f0b95b;
      --danger: #ff9c93;
      --warn: #453a17;
      --warn-text: #ffe7a0;
      --ink: color-mix(in oklab, var(--accent) 56%, #fff);
      --shadow: 0 1px 3px rgb(0 0 0 / 50%), 0 12px 40px rgb(0 0 0 / 55%);
      color-scheme: dark;
    }
    *, *::before, *::after { box-sizing: border-box; }
    [hidden] { display: none !important; }
    p, h2, ul { margin: 0; padding: 0; }
    ul { list-style: none; }
    button { font: inherit; color: inherit; border: 0; background: none; padding: 0; cursor: pointer; }
    button:disabled { cursor: default; }
    :focus-visible { outline: 2px solid var(--ink); outline-offset: 2px; }
    h2:focus-visible { outline: none; }
    .visually-hidden {
      position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden;
      clip-path: inset(50%); white-space: nowrap;
    }
    .icon {
      width: 20px; height: 20px; flex: none; fill: none; stroke: currentColor; stroke-width: 2;
      stroke-linecap: round; stroke-linejoin: round;
    }
    .icon-more { stroke-width: 3; }

    .launcher {
      position: fixed;
      inset-block-end: calc(20px + env(safe-area-inset-bottom));
      inset-inline-end: calc(20px + env(safe-area-inset-right));
      display: grid; place-items: center; width: 60px; height: 60px; border-radius: 50%;
      background: var(--accent); color: var(--on-accent); box-shadow: var(--shadow);
      transition: transform .15s ease;
    }
    .launcher:hover { transform: scale(1.05); }
    .launcher .icon { width: 28px; height: 28px; grid-area: 1 / 1; transition: opacity .15s, transform .2s; }
    .launcher .icon-chat { fill: currentColor; stroke: none; }
    .launcher[aria-expanded="true"] .icon-chat,
    .launcher[aria-expanded="false"] .icon-down { opacity: 0; transform: scale(.6); }
    .badge {
      position: absolute; inset-block-start: -2px; inset-inline-end: -2px; min-width: 22px; height: 22px;
      padding-inline: 6px; border-radius: 11px; background: #d3302f; color: #fff; font-size: 12px;
      font-weight: 700; line-height: 22px; text-align: center; box-shadow: 0 0 0 2px #fff;
    }

    .panel {
      position: fixed;
      inset-block-end: calc(94px + env(safe-area-inset-bottom));
      inset-inline-end: calc(20px + env(safe-area-inset-right));
      display: flex; flex-direction: column; overflow: hidden;
      width: min(404px, calc(100vw - 40px)); height: min(680px, calc(100dvh - 114px)); min-height: 260px;
      border-radius: 18px; background: var(--canvas); box-shadow: var(--shadow);
      animation: rise .2s cubic-bezier(.2, .8, .3, 1);
    }
    @keyframes rise { from { opacity: 0; transform: translateY(12px) scale(.98); } }

    header {
      position: relative; z-index: 2; display: flex; align-items: center; gap: 4px; flex: none;
      padding-block: 14px; padding-inline: 16px 10px; background: var(--accent); color: var(--on-accent);
    }
    header :focus-visible { outline-color: currentColor; outline-offset: -2px; }
    .avatar {
      display: grid; place-items: center; width: 40px; height: 40px; margin-inline-end: 8px; border-radius: 50%;
      background: color-mix(in srgb, currentColor 18%, transparent);
    }
    .avatar .icon { fill: currentColor; stroke: none; width: 22px; height: 22px; }
    .names { flex: 1; min-width: 0; }
    h2 { font-size: 16px; font-weight: 650; line-height: 1.3; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .status { display: flex; align-items: center; gap: 6px; font-size: 13px; line-height: 1.35; opacity: .92; }
    .status::before { content: ""; flex: none; width: 8px; height: 8px; border-radius: 50%; background: #6ee7a8; }
    .panel[data-handled-by="queued"] .status::before { background: #ffd166; animation: pulse 1.6s infinite; }
    @keyframes pulse { 50% { opacity: .35; } }
    .quiet { display: grid; place-items: center; width: 40px; height: 40px; border-radius: 10px; }
    .quiet:hover, .quiet[aria-expanded="true"] { background: color-mix(in srgb, currentColor 14%, transparent); }
    .menu {
      position: absolute; inset-block-start: 60px; inset-inline-end: 12px; min-width: 220px; padding: 6px;
      border: 1px solid var(--line); border-radius: 12px; background: var(--raised); color: var(--text);
      box-shadow: var(--shadow);
    }
    .menu button {
      display: flex; align-items: center; gap: 10px; width: 100%; min-height: 44px; padding: 8px 12px;
      border-radius: 8px; text-align: start;
    }
    .menu button:hover, .menu button:focus-visible { background: var(--canvas); }
    .menu .icon { color: var(--muted); }

    .banner {
      display: flex; align-items: center; gap: 8px; flex: none; padding: 8px 16px;
      background: var(--warn); color: var(--warn-text); font-size: 13px; font-weight: 550;
    }
    .body { position: relative; display: flex; flex: 1; min-height: 0; }
    .scroll {
      flex: 1; overflow-y: auto; overscroll-behavior: contain; padding: 16px; scrollbar-width: thin;
      scrollbar-color: var(--line) transparent;
    }
    .log { border-radius: 8px; }
    .welcome { padding: 20px 4px 8px; }
    .welcome-title { margin-block-end: 6px; font-size: 22px; font-weight: 700; line-height: 1.25; text-wrap: balance; }
    .welcome > p:not(.welcome-title) { margin-block-end: 18px; color: var(--muted); }
    .day {
      margin: 6px 0 14px; text-align: center; font-size: 12px; font-weight: 600; color: var(--muted);
    }
    .entry { position: relative; display: flex; flex-direction: column; gap: 6px; margin-block-end: 14px; }
    .entry:has(+ .follow-up) { margin-block-end: 4px; }
    .entry.bot, .entry.agent { align-items: flex-start; padding-inline-start: 40px; }
    .entry.customer { align-items: flex-end; padding-inline-start: 40px; }
    .entry.system { align-items: center; }
    .face {
      position: absolute; inset-inline-start: 0; inset-block-start: 22px; display: grid; place-items: center;
      width: 30px; height: 30px; border-radius: 50%; background: var(--accent); color: var(--on-accent);
    }
    .face .icon { width: 16px; height: 16px; }
    .bot .face .icon { fill: currentColor; stroke: none; }
    .agent .face { background: var(--agent); color: var(--agent-face); box-shadow: inset 0 0 0 1px var(--agent-line); }
    .follow-up .face { display: none; }
    .by { font-size: 12px; line-height: 16px; color: var(--muted); }
    .by b { font-weight: 600; }
    .agent .by b { color: var(--agent-face); }
    .customer .by b { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
    .bubble {
      max-width: 100%; padding: 9px 13px; border-radius: 16px; overflow-wrap: anywhere; white-space: pre-wrap;
      background: var(--raised); border: 1px solid var(--line);
    }
    .bot .bubble, .agent .bubble { border-start-start-radius: 5px; }
    .agent .bubble { background: var(--agent); border-color: var(--agent-line); }
    .customer .bubble {
      border-color: transparent; border-end-end-radius: 5px; background: var(--accent); color: var(--on-accent);
    }
    .machine { margin: 0; color: var(--muted); font-size: 0.8em; }
    .bubble.gone { color: var(--muted); font-style: italic; }
    .bubble a, .notice a { color: inherit; text-decoration: underline; text-underline-offset: 2px; }
    .bot .bubble a { color: var(--ink); }
    .notice {
      max-width: 88%; padding: 4px 12px; border-radius: 12px; text-align: center; font-size: 13px;
      color: var(--muted); background: color-mix(in srgb, var(--muted) 12%, transparent);
      overflow-wrap: anywhere; white-space: pre-wrap;
    }
    .picture img {
      display: block; max-width: 100%; max-height: 240px; border-radius: 12px; border: 1px solid var(--line);
    }
    .thumbnail { display: block; max-width: 100%; border-radius: 12px; }
    .thumbnail img {
      /* A fixed height, so that nothing jumps when it has loaded. */
      display: block; height: 150px; min-width: 60px; max-width: 100%; object-fit: cover; border-radius: 12px;
      border: 1px solid var(--line); background: var(--raised);
    }
    .file {
      display: flex; align-items: center; flex-wrap: wrap; gap: 8px; max-width: 100%; min-height: 44px;
      padding: 9px 13px; border: 1px solid var(--line); border-radius: 12px; background: var(--raised);
      color: var(--text);
    }
    a.file { color: var(--ink); font-weight: 600; }
    .file-name { min-width: 0; max-width: 220px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .file progress { flex-basis: 100%; width: 100%; height: 6px; accent-color: var(--ink); }
    .state { display: flex; align-items: center; gap: 4px; font-size: 12px; line-height: 16px; color: var(--muted); }
    .state:empty { display: none; }
    .state .icon { width: 13px; height: 13px; }
    .state.stuck { flex-wrap: wrap; justify-content: flex-end; color: var(--danger); font-weight: 550; }
    .state.stuck span { max-width: calc(100% - 20px); }
    .customer:has(.stuck) .bubble { opacity: .75; }
    .again { padding: 4px 2px; font-weight: 650; text-decoration: underline; text-underline-offset: 2px; }

    .card {
      width: 100%; padding: 11px 13px; border: 1px solid color-mix(in oklab, var(--ink) 30%, var(--line));
      border-radius: 12px; background: color-mix(in oklab, var(--accent) 5%, var(--raised));
    }
    .card-title { font-size: 12px; font-weight: 650; color: var(--ink); }
    .paper { font-size: 14px; font-weight: 550; color: var(--ink); }
    .card-note { margin-block-start: 2px; font-size: 13px; color: var(--muted); }
    .number { font-size: 17px; font-weight: 650; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
    .reference { display: flex; align-items: center; justify-content: space-between; gap: 10px; }
    .copy {
      display: flex; align-items: center; gap: 5px; flex: none; min-height: 32px; padding: 4px 10px;
      border-radius: 8px; background: var(--canvas); color: var(--ink); font-size: 13px; font-weight: 600;
    }
    .copy:hover { background: var(--line); }
    .copy .icon { width: 15px; height: 15px; }
    .items li { display: flex; flex-direction: column; padding: 6px 0; overflow-wrap: anywhere; }
    .items li + li { border-block-start: 1px solid var(--line); }
    .detail { font-size: 13px; color: var(--muted); }

    .replies { display: flex; flex-wrap: wrap; gap: 8px; width: 100%; margin-block-start: 2px; }
    .replies button {
      max-width: 100%; min-height: 38px; padding: 7px 14px; border: 1.5px solid var(--ink); border-radius: 19px;
      background: var(--surface); color: var(--ink); font-size: 14px; font-weight: 600; line-height: 1.35;
      text-align: start; overflow-wrap: anywhere; transition: background .12s;
    }
    .replies button:hover:enabled { background: color-mix(in oklab, var(--accent) 12%, var(--surface)); }
    .replies button:disabled { border-color: var(--line); color: var(--muted); background: transparent; }
    .replies button.chosen { background: color-mix(in oklab, var(--accent) 14%, var(--surface)); color: var(--text); }
    .replies.rows { flex-direction: column; gap: 6px; }
    .replies.rows button { width: 100%; padding: 9px 14px; border-width: 1px; border-radius: 12px; }
    .replies.rows span { display: block; }
    .replies .detail { font-weight: 450; }

    .typing { padding-inline-start: 40px; }
    .dots {
      display: inline-flex; gap: 4px; padding: 13px 14px; border: 1px solid var(--line); border-radius: 16px;
      border-start-start-radius: 5px; background: var(--raised);
    }
    .typing.agent .dots { background: var(--agent); border-color: var(--agent-line); }
    .dots i { width: 7px; height: 7px; border-radius: 50%; background: var(--muted); animation: hop 1.2s infinite; }
    .dots i:nth-child(2) { animation-delay: .15s; }
    .dots i:nth-child(3) { animation-delay: .3s; }
    @keyframes hop { 0%, 60%, 100% { opacity: .35; transform: none; } 30% { opacity: 1; transform: translateY(-3px); } }
    .below {
      position: absolute; inset-block-end: 10px; inset-inline: 0; margin-inline: auto; width: fit-content;
      display: flex; align-items: center; gap: 6px; padding: 6px 14px 6px 10px; border-radius: 18px;
      background: var(--text); color: var(--surface); font-size: 13px; font-weight: 600; box-shadow: var(--shadow);
    }
    .below .icon { width: 16px; height: 16px; }

    .composer {
      display: grid; grid-template-columns: 1fr auto auto; align-items: end; gap: 8px; flex: none;
      padding: 10px 12px calc(10px + env(safe-area-inset-bottom)); border-block-start: 1px solid var(--line);
      background: var(--surface);
    }
    textarea {
      width: 100%; min-height: 42px; max-height: 132px; padding: 9px 14px; border: 1px solid var(--line);
      border-radius: 21px; background: var(--canvas); color: var(--text); resize: none; overflow-y: auto;
      /* Smaller than 16 px and phones zoom the page on focus. */
      font: inherit; font-size: 16px; line-height: 1.4; scrollbar-width: thin;
    }
    textarea::placeholder { color: var(--muted); opacity: 1; }
    textarea:focus { outline: 2px solid var(--ink); outline-offset: -1px; }
    .tools { display: flex; margin-inline-start: -4px; }
    .tool { display: grid; place-items: center; width: 38px; height: 42px; border-radius: 10px; color: var(--muted); }
    .tool:hover { background: var(--canvas); color: var(--text); }
    .tool.camera { display: none; }
    @media (hover: none) and (pointer: coarse) {
      .tool { width: 44px; }
      .tool.camera { display: grid; }
    }
    .drop {
      position: absolute; inset: 8px; z-index: 3; display: flex; flex-direction: column; align-items: center;
      justify-content: center; gap: 10px; padding: 20px; border: 2px dashed var(--ink); border-radius: 12px;
      background: color-mix(in oklab, var(--surface) 92%, var(--accent)); color: var(--ink); font-weight: 650;
      text-align: center; pointer-events: none;
    }
    .drop .icon { width: 36px; height: 36px; }
    .send {
      display: grid; place-items: center; width: 42px; height: 42px; border-radius: 50%;
      background: var(--accent); color: var(--on-accent);
    }
    .send:disabled { background: var(--line); color: var(--muted); }
    .counter { grid-column: 1 / -1; padding-inline: 14px; font-size: 12px; color: var(--muted); }
    .counter.over { color: var(--danger); font-weight: 600; }

    @media (max-width: 479px) {
      .panel {
        inset: var(--viewport-top, 0) 0 auto 0; width: 100%; height: var(--viewport-height, 100dvh);
        min-height: 0; border-radius: 0;
      }
      header { padding-block-start: calc(12px + env(safe-area-inset-top)); padding-block-end: 12px; }
      .quiet { width: 44px; height: 44px; }
      .replies button { min-height: 44px; border-radius: 22px; }
    }
    @media (prefers-reduced-motion: reduce) {
      *, *::before, *::after { animation: none !important; transition: none !important; }
    }
    @media (forced-colors: active) {
      .bubble, .launcher, .send, .panel { border: 1px solid; }
    }
    @media print { :host { display: none; } }
  `;

  /* ---------- on the page ---------- */

  customElements.define("parley-chat", ParleyChat);

  function embed() {
    if (!document.querySelector("parley-chat")) document.body.append(document.createElement("parley-chat"));
  }

  if (document.body) embed();
  else document.addEventListener("DOMContentLoaded", embed);
})();
