// The element: a button, and the dialog that it opens.
const SCRIPT = document.currentScript;
const HOST = new URL(SCRIPT.src).origin;
const NARROW = matchMedia("(max-width: 30rem)");
const DOUBLE_CLICK = 500;

class ChuangWenChat extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = STYLES.map((text) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      return sheet;
    });
    if (CSS.supports("color", this.dataset.color ?? "")) this.style.setProperty("--cw-blue", this.dataset.color);
    this.focusOn = this.dataset.focus;
    this.clicked = 0;
    this.chat = new Chat(HOST, () => this.show(), (name, detail) => this.tell(name, detail));
    this.build();
    // Another tab went on with the conversation.
    addEventListener("storage", (event) => event.key === KEY && this.show());
    if (memory.read().entries.some(waits)) this.chat.flush();
    if ("open" in this.dataset || memory.read().open) this.open(false);
  }

  tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(`chuangwen:${name}`, { detail, bubbles: true, composed: true }));
  }

  get language() {
    const wanted = memory.read().language || this.dataset.lang || document.documentElement.lang || navigator.language;
    if (!/^(zh|yue)/i.test(wanted)) return "en";
    return /hant|tw|hk|mo/i.test(wanted) ? "zh-Hant" : "zh-Hans";
  }

  /** All of it, in the language of now. */
  build() {
    const t = (this.texts = TEXTS[this.language]);
    this.nodes = new Map(); // What the log shows of each entry, and for which state of it.
    this.launcher = button([make("span", { "aria-hidden": "true", className: "mark" }, "?"), make("span", {}, t.launch)],
      () => (this.dialog.open ? this.close() : this.open()), { className: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false" });
    this.log = make("div", { role: "log", "aria-label": t.log, tabIndex: 0, className: "log" });
    this.status = make("p", { role: "status" });
    this.welcome = make("div", { className: "welcome" },
      make("h2", {}, t.title), make("p", {}, t.intro), make("p", { className: "small" }, linked(t.candour)),
      make("p", { className: "small", id: "starters" }, t.starters),
      make("div", { className: "choices", role: "group", "aria-labelledby": "starters" },
        this.starters().map((text) => this.asking(text, { text }))));
    this.input = make("input", {
      id: "question", type: "text", role: "combobox", maxLength: 1000, placeholder: t.hint, autocomplete: "off", enterKeyHint: "send",
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "suggestions",
      onkeydown: (event) => this.key(event),
    });
    const box = make("ul", { id: "suggestions", role: "listbox", "aria-label": t.suggestions, hidden: true });
    this.suggestions = new Suggestions(this.input, box, (text) => this.chat.search(text, this.language),
      ({ heading, provision }) => { this.input.value = ""; this.ask(heading, { text: heading, focus: provision }); });
    const form = make("form", { onsubmit: (event) => { event.preventDefault(); this.submit(); } },
      box, make("label", { htmlFor: "question", className: "unseen" }, t.question), this.input,
      make("button", { type: "submit", className: "send" }, t.send));
    this.dialog = make("dialog", { "aria-labelledby": "title", oncancel: (event) => event.preventDefault(), onkeydown: (event) => {
      if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
      event.preventDefault();
      this.close();
    } }, this.header(), make("div", { className: "middle" }, this.welcome, this.log, this.status), form);
    this.dialog.lang = this.launcher.lang = this.language;
    this.shadowRoot.replaceChildren(this.launcher, this.dialog);
    this.show();
  }

  header() {
    const t = this.texts;
    const names = { "zh-Hans": "简体中文", "zh-Hant": "繁體中文", en: "English" };
    const select = make("select", { id: "language", onchange: () => this.speak(select.value) },
      Object.entries(names).map(([value, name]) => make("option", { value, lang: value, selected: value === this.language }, name)));
    const done = (text) => (this.status.textContent = text);
    const text = () => asText(memory.read().entries, this.texts);
    this.tools = make("div", { className: "tools", role: "group", "aria-label": t.more },
      button(t.copy, async () => done((await copy(text(), this.shadowRoot)) ? t.copied : t.not_copied)),
      button(t.print, () => printOnly(this, this.dialog)),
      button(t.save, () => save(text())),
      button(t.restart, () => this.restart()));
    return make("header", {}, make("h1", { id: "title" }, t.name),
      make("label", { htmlFor: "language", className: "unseen" }, t.language), select,
      button("×", () => this.close(), { className: "close", "aria-label": t.close }), this.tools);
  }

  starters() {
    const t = this.texts;
    const usual = [t.starter_loans, t.starter_vouchers, t.starter_incubators, t.starter_topics];
    return [...new Set([this.dataset.topic, ...usual].filter(Boolean))];
  }

  /** A button that asks something; a second click in haste asks nothing. */
  asking(title, message) {
    return button(title, () => {
      if (Date.now() - this.clicked < DOUBLE_CLICK || memory.read().entries.some(waits)) return;
      this.clicked = Date.now();
      this.ask(title, message);
      this.input.focus();
    });
  }

  ask(said, message) {
    const focus = this.focusOn && !/\d\.\d/.test(this.focusOn) ? `${this.focusOn}.1` : this.focusOn;
    this.focusOn = null;
    this.chat.say(said, { ...(focus && "text" in message && { focus }), ...message });
  }

  submit() {
    const text = this.input.value.trim();
    this.suggestions.close();
    this.input.value = "";
    this.input.focus();
    if (text) this.ask(text, { text });
  }

  key(event) {
    // While an input method composes, Enter takes a word; Safari says so by key code 229 alone.
    if (event.isComposing || event.keyCode === 229) {
      if (event.key === "Enter") event.preventDefault();
    } else if (this.suggestions.key(event)) event.preventDefault();
  }

  speak(language) {
    memory.change((state) => (state.language = language));
    const { open } = this.dialog;
    this.build();
    if (open) this.open();
    this.shadowRoot.getElementById("language").focus();
  }

  restart() {
    memory.change((state) => { state.entries = []; delete state.conversation; });
    this.chat.trouble = "";
    this.show();
    this.input.focus();
  }

  open(focus = true) {
    if (this.dialog.open) return;
    // On a narrow screen the dialog is the whole screen, and what is behind it cannot be reached.
    if (NARROW.matches) this.dialog.showModal(); else this.dialog.show();
    this.launcher.setAttribute("aria-expanded", "true");
    memory.change((state) => (state.open = true));
    this.scroll();
    if (focus) this.input.focus();
    else this.shadowRoot.activeElement?.blur();
    this.tell("open");
  }

  close() {
    this.dialog.close();
    this.launcher.setAttribute("aria-expanded", "false");
    memory.change((state) => (state.open = false));
    this.launcher.focus();
    this.tell("close");
  }

  /** The log as the memory has it; what is shown already stays, so that it is announced once. */
  show() {
    const { entries } = memory.read();
    const last = entries.at(-1);
    const wanted = entries.map((entry) => {
      const state = [Boolean(entry.turn), Boolean(entry.refused), entry === last].join();
      const shown = this.nodes.get(entry.id);
      if (shown?.state === state) return shown.node;
      const node = shown?.node ?? make("div", { className: "entry" }, make("p", { className: "said" },
        make("span", { className: "unseen" }, this.texts.you), entry.said));
      this.update(node, entry, entry === last);
      this.nodes.set(entry.id, { state, node });
      return node;
    });
    for (const node of [...this.log.children]) if (!wanted.includes(node)) node.remove();
    const fresh = wanted.filter((node) => node.parentNode !== this.log);
    this.log.append(...fresh);
    this.welcome.hidden = entries.length > 0;
    this.tools.hidden = !entries.length;
    this.report(entries.some(waits));
    if (this.dialog?.open && (fresh.length || last?.turn?.id !== this.scrolled)) this.scroll();
    this.scrolled = last?.turn?.id;
  }

  update(node, entry, isLast) {
    if (entry.refused && !node.querySelector(".failed")) node.append(make("p", { className: "failed" }, this.texts.refused));
    if (entry.turn && !node.querySelector(".answer")) node.append(this.answer(entry));
    // Only the last turn's choices hold.
    node.querySelector(".offered")?.remove();
    const choices = (isLast && entry.turn?.choices) || [];
    if (choices.length) node.append(make("div", { className: "choices offered", role: "group", "aria-label": this.texts.next },
      choices.map(({ id, title }) => this.asking(title, { choice: id }))));
  }

  answer(entry) {
    return make("div", { className: "answer", lang: entry.turn.language },
      make("span", { className: "unseen" }, this.texts.bot), renderParts(entry.turn), this.rating(entry));
  }

  /** Thumbs up or down; with thumbs down, why. */
  rating(entry) {
    const t = this.texts;
    const said = make("span", { className: "small" });
    const rate = async (vote, reason) => {
      try {
        await this.chat.rate(entry, vote, reason);
        for (const [name, each] of Object.entries(thumbs)) each.setAttribute("aria-pressed", String(name === vote));
        said.textContent = t.thanks;
        form.hidden = vote === "up" || Boolean(reason);
      } catch {
        said.textContent = t.not_kept;
      }
    };
    // Words, not signs: not every device has a face for thumbs.
    const thumb = (vote, title) => button(title, () => rate(vote), { "aria-pressed": String(entry.vote === vote) });
    const thumbs = { up: thumb("up", t.up), down: thumb("down", t.down_vote) };
    const id = `reason-${entry.id}`;
    const reason = make("input", { id, type: "text", maxLength: 500, autocomplete: "off" });
    const form = make("form", { className: "reason", hidden: true, onsubmit: (event) => { event.preventDefault(); rate("down", reason.value.trim()); } },
      make("label", { htmlFor: id }, t.reason), reason, make("button", { type: "submit" }, t.submit));
    return make("div", { className: "rating", lang: this.language, role: "group", "aria-label": t.rate }, thumbs.up, thumbs.down, said, form);
  }

  /** What is being done about what waits. */
  report(waiting) {
    const { trouble } = this.chat;
    if (!waiting) return this.status.replaceChildren();
    this.status.replaceChildren(this.texts[trouble || "busy"], trouble ? button(this.texts.retry, () => this.chat.flush()) : "");
  }

  /** The last question comes to the top, so that its answer is read from its beginning. */
  scroll() {
    this.log.lastElementChild?.scrollIntoView({ block: "start" });
  }
}

if (!customElements.get("chuangwen-chat")) {
  customElements.define("chuangwen-chat", ChuangWenChat);
  const begin = () => {
    const chat = document.createElement("chuangwen-chat");
    Object.assign(chat.dataset, SCRIPT.dataset);
    document.body.append(chat);
  };
  if (document.body) begin();
  else addEventListener("DOMContentLoaded", begin, { once: true });
}
