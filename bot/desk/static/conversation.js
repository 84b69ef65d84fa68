// One conversation: its transcript grows, its head and its context follow its state.
import { Composer } from "./composer.js";
import { Decisions } from "./decisions.js";
import { debounced, getJson, post } from "./fetching.js";
import { dayOf, localise } from "./times.js";

const CONFIRM = {
  "take-over": (holder) => ({ title: `Take over from ${holder}?`, text: `${holder} handles this conversation now and will see that you took it.`, yes: "Take over" }),
  resolve: () => ({ title: "Resolve this conversation?", text: "The customer is told that it is settled, and its case is closed as resolved.", yes: "Resolve" }),
};

export class Conversation {
  #main;
  #context = document.querySelector("[data-context]");
  #transcript;
  #typing;
  #typingTimer = null;
  #problem;
  #composer;
  #shown = {};
  #isAtEnd = true;
  refreshSoon = debounced(() => this.#refresh());

  constructor(main, live) {
    this.#main = main;
    this.id = main.dataset.conversation;
    this.#transcript = main.querySelector("[data-transcript]");
    this.#typing = main.querySelector("[data-typing]");
    this.#problem = main.querySelector("[data-problem]");
    this.#composer = new Composer(main.querySelector("[data-composer]"), {
      id: this.id,
      send: (mode, text) => this.#act(mode, { text }),
      typing: () => live.typing(this.id),
    });
    this.#composer.isMine = main.dataset.mine === "yes";
    new Decisions(this.#context, { confirmed: (question) => this.#confirmed(question), decided: () => this.#refresh() });
    main.addEventListener("click", (event) => this.#clicked(event));
    this.#decorate();
    this.#stayAtEnd();
  }

  onNews(news) {
    if (news.type === "typing") return news.author === "customer" ? this.#customerTypes() : undefined;
    if (news.author === "customer") this.#typing.hidden = true;
    this.refreshSoon();
  }

  async #refresh() {
    const updates = await getJson(`${this.#main.dataset.path}/updates${location.search ? location.search + "&" : "?"}after=${this.#main.dataset.last}`);
    this.#main.dataset.last = updates.last_id;
    this.#composer.isMine = updates.is_mine;
    this.#append(updates.messages);
    this.#replace(this.#main.querySelector("[data-header]"), "header", updates.header);
    this.#replace(this.#context, "context", updates.context);
  }

  #append(html) {
    const list = this.#transcript;
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    for (const item of [...fresh.content.children]) {
      // Two refreshes may overlap: one after an action, one after the news of it.
      if (!list.querySelector(`[data-message="${item.dataset.message}"]`)) list.append(item);
    }
    this.#decorate();
    if (this.#isAtEnd) list.scrollTop = list.scrollHeight;
  }

  // Whoever reads the end keeps seeing it when messages come or the window shrinks; whoever reads above is left alone.
  #stayAtEnd() {
    const list = this.#transcript;
    list.scrollTop = list.scrollHeight;
    list.addEventListener("scroll", () => (this.#isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80));
    new ResizeObserver(() => {
      if (this.#isAtEnd) list.scrollTop = list.scrollHeight;
    }).observe(list);
  }

  // Only what changed is replaced, and what was unfolded stays so.
  #replace(element, name, html) {
    if (this.#shown[name] === html) return;
    this.#shown[name] = html;
    const unfolded = [...element.querySelectorAll("details[open][id]")].map((details) => details.id);
    const action = document.activeElement?.closest("[data-header] [data-action]");
    element.innerHTML = html;
    for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
    localise(element);
    if (action && name === "header") element.querySelector("[data-action]")?.focus();
  }

  // Day lines between messages, and which of the bot's buttons the customer used.
  #decorate() {
    localise(this.#transcript);
    let day = null;
    let chips = [];
    for (const item of [...this.#transcript.children]) {
      if (item.classList.contains("day")) {
        day = item.textContent;
        continue;
      }
      const on = dayOf(new Date(item.querySelector("time").dateTime));
      if (on !== day) {
        const line = document.createElement("li");
        line.className = "day";
        line.textContent = day = on;
        item.before(line);
      }
      if (item.classList.contains("bot")) chips = [...item.querySelectorAll(".chip")];
      if (item.classList.contains("customer")) {
        this.#markChoice(item, chips);
        chips = [];
      }
    }
  }

  #markChoice(item, chips) {
    const body = item.querySelector(".body");
    // A photo without words has none.
    if (!body) return;
    const said = body.textContent.trim();
    const chosen = chips.find((chip) => chip.textContent.trim() === said || chip.dataset.payload === said);
    if (chosen && !chosen.classList.contains("chosen")) {
      chosen.classList.add("chosen");
      chosen.setAttribute("aria-label", `${chosen.textContent.trim()}, chosen by the customer`);
      if (chosen.dataset.payload === said) body.textContent = chosen.textContent.trim();
    }
    if (body.textContent.startsWith("/")) item.classList.add("payload");
  }

  async #clicked(event) {
    const toggle = event.target.closest("[data-toggle-context]");
    if (toggle) {
      const isShown = document.body.classList.toggle("shows-context");
      toggle.setAttribute("aria-expanded", isShown);
      return;
    }
    const button = event.target.closest("[data-action]");
    if (!button) return;
    const { action, from, holder } = button.dataset;
    if ((action === "resolve" || holder) && !(await this.#confirmed(CONFIRM[action](holder)))) return;
    button.disabled = true;
    await this.#act(action, from ? { from } : {});
    button.disabled = false;
    if (action === "take-over") this.#composer.focus();
  }

  async #act(action, body) {
    this.#problem.hidden = true;
    try {
      await post(`${this.#main.dataset.path}/${action}`, body);
      return true;
    } catch (error) {
      this.#problem.textContent = error.message;
      this.#problem.hidden = false;
      return false;
    } finally {
      await this.#refresh().catch(() => {});
    }
  }

  #confirmed({ title, text, yes }) {
    const dialog = document.querySelector("[data-confirm]");
    dialog.querySelector("[data-confirm-title]").textContent = title;
    dialog.querySelector("[data-confirm-text]").textContent = text;
    dialog.querySelector("[data-confirm-yes]").textContent = yes;
    dialog.returnValue = "no";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
    });
  }

  #customerTypes() {
    this.#typing.hidden = false;
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => (this.#typing.hidden = true), 6000);
  }
}
