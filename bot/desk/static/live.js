// The live socket: reconnects with growing pauses and says so; logs in again when the session is over.
import { getHtml } from "./fetching.js";
import { _ } from "./texts.js";

const SESSION_OVER = 4401;

export class Live {
  onNews = () => {};
  onOpen = () => {};
  #status;
  #socket = null;
  #pause = 500;
  #wasOpen = false;

  constructor(status) {
    this.#status = status;
  }

  connect() {
    const scheme = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(`${scheme}//${location.host}/desk/live${this.#wasOpen ? "" : "?arrives=yes"}`);
    this.#socket = socket;
    socket.onopen = () => {
      this.#pause = 500;
      this.#status.textContent = "";
      this.#wasOpen = true;
      // Nobody heard what happened before: since the connection was lost, or since the server drew the page.
      this.onOpen();
    };
    socket.onmessage = (event) => {
      const told = JSON.parse(event.data);
      if (told.type === "hints") return told.hints.forEach((news) => this.onNews(news));
      document.dispatchEvent(new CustomEvent("desk:presence", { detail: told.presence }));
    };
    socket.onclose = (event) => {
      if (event.code === SESSION_OVER) return location.reload();
      this.#status.textContent = _("Connection lost. Reconnecting…");
      // A refused handshake does not say why; an ordinary request finds out whether the session is over.
      getHtml("/desk/queue/changes").catch(() => {});
      setTimeout(() => this.connect(), this.#pause + Math.random() * 300);
      this.#pause = Math.min(this.#pause * 2, 15000);
    };
  }

  typing(conversationId) {
    if (this.#socket?.readyState === WebSocket.OPEN) {
      this.#socket.send(JSON.stringify({ type: "typing", conversation_id: conversationId }));
    }
  }
}
