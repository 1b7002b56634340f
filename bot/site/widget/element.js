// The element: a button and the dialog that it opens, or with `data-full` a page's whole content.
const SCRIPT = document.currentScript;
const HOST = new URL(SCRIPT.src).origin;
const NARROW = matchMedia("(max-width: 30rem)");
const DOUBLE_CLICK = 500;

class ChuangWenChat extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    const { color, focus } = this.dataset;
    this.attachShadow({ mode: "open" }).adoptedStyleSheets = [...STYLES, coloured(this, color)].filter(Boolean).map((text) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(text);
      return sheet;
    });
    this.focusOn = focus;
    this.clicked = 0;
    this.chat = new Chat(HOST, () => this.show(), (name, detail) => this.tell(name, detail));
    this.letters = new Letters(this.chat, () => this.show());
    this.build();
    // Another tab went on with the conversation.
    addEventListener("storage", (event) => event.key === KEY && this.show());
    if (memory.read().entries.some(waits)) this.chat.flush();
    this.letters.look();
    if ("open" in this.dataset || memory.read().open) this.open(false);
    else this.scroll();
  }

  tell(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(`chuangwen:${name}`, { detail, bubbles: true, composed: true }));
  }

  get full() {
    return "full" in this.dataset;
  }

  get language() {
    const wanted = memory.read().language || this.dataset.lang || document.documentElement.lang || navigator.language;
    if (!/^(zh|yue)/i.test(wanted)) return "en";
    return /hant|tw|hk|mo/i.test(wanted) ? "zh-Hant" : "zh-Hans";
  }

  /** All of it, in the language of now. */
  build() {
    const { language } = this;
    const t = (this.texts = TEXTS[language]);
    this.launcher = button([make("span", { "aria-hidden": "true", className: "mark" }, "?"), make("span", {}, t.launch)],
      () => this.open(), { className: "launcher", "aria-haspopup": "dialog", "aria-expanded": "false" });
    this.log = new Log(t, language, (...asked) => this.asking(...asked), (...vote) => this.chat.rate(...vote));
    this.status = make("p", { role: "status" });
    this.reported = "";
    const candour = () => make("p", { className: "small" }, linked(t.candour));
    this.welcome = make("div", { className: "welcome" },
      make("h2", {}, t.title), make("p", {}, t.intro), candour(),
      make("p", { className: "small", id: "starters" }, t.starters),
      make("div", { className: "choices", role: "group", "aria-labelledby": "starters" },
        this.starters().map((text) => this.asking(text, { text }))));
    this.foot = candour();
    const parts = [this.header(), make("div", { className: "middle" }, this.welcome, this.log.node, this.status, this.foot), this.form()];
    this.panel = this.full ? make("main", {}, parts) : make("dialog", {
      "aria-labelledby": "title", oncancel: (event) => event.preventDefault(), onkeydown: (event) => {
        if (event.key !== "Escape" || event.defaultPrevented || event.isComposing) return;
        event.preventDefault();
        this.close();
      } }, parts);
    this.panel.lang = this.launcher.lang = language;
    this.show(); // Before it is on the page: what is there already is not announced.
    this.shadowRoot.replaceChildren(...(this.full ? [] : [this.launcher]), this.panel);
  }

  header() {
    const t = this.texts;
    const names = { "zh-Hans": "简体中文", "zh-Hant": "繁體中文", en: "English" };
    const select = make("select", { id: "language", onchange: () => this.speak(select.value) },
      Object.entries(names).map(([value, name]) => make("option", { value, lang: value, selected: value === this.language }, name)));
    const text = () => asText(memory.read().entries, t);
    this.tools = make("div", { className: "tools", role: "group", "aria-label": t.more },
      button(t.copy, async () => (this.status.textContent = (await copy(text(), this.shadowRoot)) ? t.copied : t.not_copied)),
      button(t.print, () => printOnly(this.shadowRoot, this.panel)),
      button(t.save, () => save(text())),
      this.restarting());
    return make("header", {}, make("h1", { id: "title" }, t.name),
      make("label", { htmlFor: "language", className: "unseen" }, t.language), select,
      !this.full && button("×", () => this.close(), { className: "close", "aria-label": t.close }), this.tools);
  }

  form() {
    const t = this.texts;
    this.input = make("input", {
      id: "question", type: "text", role: "combobox", maxLength: 1000, autocomplete: "off", enterKeyHint: "send",
      "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": "suggestions",
      onkeydown: (event) => this.key(event),
    });
    this.hint();
    const box = make("ul", { id: "suggestions", role: "listbox", "aria-label": t.suggestions, hidden: true });
    this.suggestions = new Suggestions(this.input, box, (text) => this.chat.search(text, this.language),
      ({ heading, provision }) => { this.input.value = ""; this.ask(heading, { text: heading, focus: provision }); });
    return make("form", { className: "ask", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
      box, make("label", { htmlFor: "question", className: "unseen" }, t.question), this.input,
      make("button", { type: "submit", className: "send" }, t.send));
  }

  starters() {
    const t = this.texts;
    const usual = [t.starter_loans, t.starter_vouchers, t.starter_incubators, t.starter_topics];
    return [...new Set([this.dataset.topic, ...usual].filter(Boolean))];
  }

  /** What one may ask, and about what: a provision or a measure by its number. */
  hint() {
    const number = this.focusOn?.split("/").at(-1);
    this.input.placeholder = number ? this.texts.hint_focus.replace("{focus}", number) : this.texts.hint;
  }

  /** The next question is about this. */
  about(focus) {
    this.focusOn = focus;
    this.hint();
    this.open();
  }

  /** A button that asks something; a second click in haste asks nothing. */
  asking(title, message) {
    return button(title, () => {
      if (Date.now() - this.clicked < DOUBLE_CLICK || memory.read().entries.some(waits)) return;
      this.clicked = Date.now();
      this.input.focus();
      this.ask(title, message);
    });
  }

  ask(said, message) {
    const focus = "text" in message && this.focusOn;
    this.focusOn = null;
    this.hint();
    this.chat.say(said, { ...(focus && { focus }), ...message });
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
    const { open } = this.panel;
    this.build();
    if (open) this.open();
    this.shadowRoot.getElementById("language").focus();
  }

  /** The button that deletes what was said: a second press does it, going elsewhere calls it off. */
  restarting() {
    const t = this.texts;
    const node = button(t.restart, ({ detail }) => {
      if (detail > 1) return; // The second half of a double click.
      if (node.textContent === t.sure) return this.restart();
      node.textContent = t.sure;
      node.focus(); // In Safari a click leaves it elsewhere, and nothing would call it off.
    }, { "aria-live": "polite", onblur: () => (node.textContent = t.restart) });
    return node;
  }

  restart() {
    this.letters.stop.abort();
    memory.change((state) => { state.entries = []; delete state.conversation; });
    this.chat.trouble = "";
    this.show();
    this.input.focus();
  }

  open(focus = true) {
    if (!this.full && !this.panel.open) {
      // On a narrow screen the dialog is the whole screen, and what is behind it cannot be reached.
      if (NARROW.matches) this.panel.showModal(); else this.panel.show();
      this.opened(true);
      this.scroll();
    }
    if (focus) this.input.focus();
    else this.shadowRoot.activeElement?.blur();
  }

  close() {
    if (!this.panel.open) return;
    const { activeElement } = this.shadowRoot;
    this.panel.close();
    this.opened(false);
    if (activeElement) this.launcher.focus(); // Else it is on the page, and stays there.
  }

  /** Tell the button, the next page, and this one: its style by the attribute, its script by the event. */
  opened(open) {
    this.launcher.setAttribute("aria-expanded", open);
    memory.change((state) => (state.open = open));
    this.toggleAttribute("open", open);
    this.tell(open ? "open" : "close");
  }

  show() {
    const kept = memory.read();
    const { entries } = kept;
    const news = this.log.show(kept);
    this.welcome.hidden = entries.length > 0;
    this.tools.hidden = this.foot.hidden = !entries.length;
    const owner = held() ? kept.conversation.owner : "";
    this.report((entries.some(waits) && (this.chat.trouble || (!owner && "busy"))) || owner);
    this.letters.follow();
    if (news) this.scroll();
  }

  /** What is being done about what waits; said when it changes. */
  report(state) {
    if (state === this.reported) return;
    this.reported = state;
    const retry = () => { this.input.focus(); this.chat.flush(); };
    this.status.replaceChildren(this.texts[state] ?? "", this.chat.trouble && state ? button(this.texts.retry, retry) : "");
  }

  /** The last question comes to the top, so that its answer is read from its beginning. */
  scroll() {
    this.log.node.lastElementChild?.scrollIntoView({ block: "start" });
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
