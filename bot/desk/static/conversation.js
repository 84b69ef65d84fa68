// One conversation: its transcript grows, its head and its context follow its state.
import { Composer } from "./composer.js";
import { confirmed } from "./confirming.js";
import { Decisions } from "./decisions.js";
import { Earlier } from "./earlier.js";
import { debounced, getJson, post } from "./fetching.js";
import { Reading } from "./reading.js";
import { Stories } from "./stories.js";
import { _ } from "./texts.js";
import { localise } from "./times.js";
import { Transcript } from "./transcript.js";

const CONFIRM = {
  "take-over": (name) => ({
    title: _("Take over from {name}?", { name }),
    text: _("{name} handles this conversation now and will see that you took it.", { name }),
    yes: _("Take over"),
  }),
  resolve: () => ({
    title: _("Resolve this conversation?"),
    text: _("The customer is told that it is settled, and its case is closed as resolved."),
    yes: _("Resolve"),
  }),
  retract: () => ({
    title: _("Retract this message?"),
    text: _("It disappears wherever it was shown. What it said stays in the records of the desk."),
    yes: _("Retract"),
  }),
};

export class Conversation {
  #main;
  #context = document.querySelector("[data-context]");
  #transcript;
  #reading;
  #stories = new Stories(this.#context);
  #typing;
  #typingTimer = null;
  #problem;
  #composer;
  #shown = {};
  #readId = 0;
  refreshSoon = debounced(() => this.#refresh());

  constructor(main, live) {
    this.#main = main;
    this.id = main.dataset.conversation;
    const { path, unreadAfter, read, readAt, delivered, deliveredAt } = main.dataset;
    this.#typing = main.querySelector("[data-typing]");
    this.#problem = main.querySelector("[data-problem]");
    this.#transcript = new Transcript(main.querySelector("[data-transcript]"), {
      unreadAfter: unreadAfter ? Number(unreadAfter) : null,
      read: read ? { id: Number(read), at: readAt } : null,
      delivered: delivered ? { id: Number(delivered), at: deliveredAt } : null,
    });
    this.#reading = new Reading(main, {
      path,
      replace: (html) => this.#transcript.replace(html),
      shown: (besides) => {
        this.#transcript.settle();
        this.#stories.show(besides);
      },
    });
    new Earlier(main, {
      path,
      transcript: this.#transcript,
      shown: () => this.#reading.ask(),
      problem: (text) => this.#tell(text),
    });
    this.#composer = new Composer(main.querySelector("[data-composer]"), {
      id: this.id,
      path,
      act: (action, body) => this.#act(action, body),
      typing: () => live.typing(this.id),
      problem: (text) => this.#tell(text),
    });
    this.#composer.isMine = main.dataset.mine === "yes";
    this.#translates();
    new Decisions(this.#context, { decided: () => this.#refresh() });
    main.addEventListener("click", (event) => this.#clicked(event));
    document.addEventListener("visibilitychange", () => this.#markRead());
    this.#markRead();
  }

  onNews(news) {
    if (news.type === "typing") return news.author === "customer" ? this.#customerTypes() : undefined;
    if (news.author === "customer") this.#typing.hidden = true;
    this.refreshSoon();
  }

  async #refresh() {
    const { path, last, change } = this.#main.dataset;
    const query = new URLSearchParams(location.search);
    query.set("after", last);
    query.set("changes", change);
    const updates = await getJson(`${path}/updates?${query}`);
    this.#main.dataset.last = Math.max(updates.last_id, Number(this.#main.dataset.last));
    this.#main.dataset.change = updates.last_change;
    this.#transcript.append(updates.messages);
    if (updates.changed.trim()) this.#transcript.replace(updates.changed);
    this.#transcript.reached(updates);
    const { language } = this.#main.querySelector("[data-reading]").dataset;
    this.#reading.update(updates.reading);
    if (this.#main.querySelector("[data-reading]").dataset.language !== language) await this.#reread();
    this.#reading.ask();
    this.#composer.isMine = updates.is_mine;
    this.#translates();
    this.#replace(this.#main.querySelector("[data-header]"), "header", updates.header);
    if (this.#replace(this.#context, "context", updates.context)) {
      this.#stories.show(this.#reading.besides);
      this.#composer.loadHelp();
    }
    this.#markRead();
  }

  // What came before anybody knew that the customer has changed the language is shown as if it needed no translation.
  async #reread() {
    const { path, last } = this.#main.dataset;
    const { messages } = await getJson(`${path}/earlier?before=${Number(last) + 1}`);
    this.#transcript.reread(messages);
  }

  #translates() {
    const { possible, foreign, language, translateInto: into } = this.#main.querySelector("[data-reading]").dataset;
    this.#composer.translates = { isPossible: possible === "yes", isForeign: foreign === "yes", language, into };
  }

  // Only what a person looks at counts as read.
  #markRead() {
    const id = this.#transcript.lastId;
    if (document.visibilityState !== "visible" || id <= this.#readId) return;
    this.#readId = id;
    post(`${this.#main.dataset.path}/read`, { message_id: id }).catch(() => (this.#readId = 0));
  }

  // Only what changed is replaced, and what was unfolded stays so.
  #replace(element, name, html) {
    if (this.#shown[name] === html) return false;
    this.#shown[name] = html;
    const unfolded = [...element.querySelectorAll("details[open][id]")].map((details) => details.id);
    const action = document.activeElement?.closest("[data-header] [data-action]");
    element.innerHTML = html;
    for (const id of unfolded) document.getElementById(id)?.setAttribute("open", "");
    localise(element);
    if (action && name === "header") element.querySelector("[data-action]")?.focus();
    return true;
  }

  async #clicked(event) {
    const toggle = event.target.closest("[data-toggle-context]");
    if (toggle) {
      const isShown = document.body.classList.toggle("shows-context");
      toggle.setAttribute("aria-expanded", isShown);
      return;
    }
    const item = event.target.closest("[data-message]");
    if (item && event.target.closest("[data-edit]")) return this.#edit(item);
    if (item && event.target.closest("[data-retract]")) return this.#retract(item);
    const button = event.target.closest("[data-action]");
    if (!button) return;
    const { action, from, holder } = button.dataset;
    if ((action === "resolve" || holder) && !(await confirmed(CONFIRM[action](holder)))) return;
    button.disabled = true;
    await this.#act(action, from ? { from } : {});
    button.disabled = false;
    if (action === "take-over") this.#composer.focus();
  }

  // A translated answer is edited as its author wrote it, and translated anew.
  #edit(item) {
    const said = item.querySelector("[data-other]") ?? item.querySelector("[data-said]");
    const mode = item.classList.contains("note") ? "note" : "reply";
    this.#composer.edit(item.dataset.message, said?.textContent.trim() ?? "", mode);
  }

  async #retract(item) {
    if (await confirmed(CONFIRM.retract())) await this.#act(`messages/${item.dataset.message}/retract`, {});
  }

  async #act(action, body) {
    this.#problem.hidden = true;
    try {
      await post(`${this.#main.dataset.path}/${action}`, body);
      if (["reply", "attach"].includes(action)) this.#transcript.forgetUnread();
      return true;
    } catch (error) {
      this.#tell(error.message);
      return false;
    } finally {
      await this.#refresh().catch(() => {});
    }
  }

  #tell(text) {
    this.#problem.textContent = text;
    this.#problem.hidden = false;
  }

  #customerTypes() {
    this.#typing.hidden = false;
    clearTimeout(this.#typingTimer);
    this.#typingTimer = setTimeout(() => (this.#typing.hidden = true), 6000);
  }
}
