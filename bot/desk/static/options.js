// The list that opens while somebody types: canned responses after a slash, colleagues after an @.
const TRIGGER = { "/": /(?:^|\s)\/([\p{L}\p{N}_-]*)$/u, "@": /(?:^|[^\w@])@([\w.-]*)$/ };
const MOST = 8;

export class Options {
  #text;
  #list;
  #triggers = {};
  #found = [];
  #at = 0;
  #start = 0;
  #choose;

  // `choose(option)` returns the text that takes the place of what was typed.
  constructor(text, list, choose) {
    this.#text = text;
    this.#list = list;
    this.#choose = choose;
    text.addEventListener("input", () => this.#look());
    text.addEventListener("click", () => this.#look());
    text.addEventListener("blur", () => setTimeout(() => document.activeElement !== text && this.close(), 150));
    // Before the composer's own keys.
    text.addEventListener("keydown", (event) => this.#key(event), { capture: true });
    list.addEventListener("pointerdown", (event) => {
      const item = event.target.closest("[data-option]");
      if (!item) return;
      event.preventDefault();
      this.#take(Number(item.dataset.option));
    });
  }

  // `triggers` maps a sign to its options: { name, title, text, meaning }.
  set triggers(triggers) {
    this.#triggers = triggers;
  }

  get isOpen() {
    return !this.#list.hidden;
  }

  close() {
    this.#list.hidden = true;
    this.#text.removeAttribute("aria-activedescendant");
  }

  open(sign) {
    const { selectionStart: at, value } = this.#text;
    const gap = at > 0 && !/\s$/.test(value.slice(0, at)) ? " " : "";
    this.#text.setRangeText(gap + sign, at, this.#text.selectionEnd, "end");
    this.#text.focus();
    this.#text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #look() {
    const before = this.#text.value.slice(0, this.#text.selectionStart);
    for (const [sign, options] of Object.entries(this.#triggers)) {
      const typed = TRIGGER[sign].exec(before);
      if (!typed) continue;
      const wanted = typed[1].toLocaleLowerCase();
      this.#start = before.length - typed[1].length - 1;
      const rank = ({ name, title }) => (name.startsWith(wanted) ? 0 : title.toLocaleLowerCase().includes(wanted) || name.includes(wanted) ? 1 : 2);
      this.#found = options.filter((option) => rank(option) < 2).sort((one, other) => rank(one) - rank(other)).slice(0, MOST);
      this.#at = 0;
      return this.#found.length > 0 ? this.#show(sign) : this.close();
    }
    this.close();
  }

  #show(sign) {
    this.#list.replaceChildren(
      ...this.#found.map(({ name, title, text, meaning }, at) => {
        const item = document.createElement("li");
        Object.assign(item, { id: `option-${at}` });
        Object.assign(item.dataset, { option: at });
        item.setAttribute("role", "option");
        item.append(part("b", sign + name), " ", part("span", title));
        if (text) item.append(part("p", text));
        if (meaning) item.append(part("p", meaning));
        return item;
      }),
    );
    this.#list.hidden = false;
    this.#mark();
  }

  #mark() {
    for (const [at, item] of [...this.#list.children].entries()) {
      item.setAttribute("aria-selected", String(at === this.#at));
      if (at === this.#at) item.scrollIntoView({ block: "nearest" });
    }
    this.#text.setAttribute("aria-activedescendant", `option-${this.#at}`);
  }

  #key(event) {
    if (!this.isOpen || event.isComposing) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.#at = (this.#at + step + this.#found.length) % this.#found.length;
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") this.#take(this.#at);
    else return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (step) this.#mark();
  }

  #take(at) {
    const option = this.#found[at];
    this.close();
    this.#text.setRangeText(this.#choose(option), this.#start, this.#text.selectionStart, "end");
    this.#text.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function part(tag, text) {
  const node = document.createElement(tag);
  node.textContent = text;
  node.dir = "auto";
  return node;
}
