// The log: what was said and answered. An entry that is shown stays, so that it is announced once.
class Log {
  /** `asking(title, message)` makes a button that asks; `rate(entry, vote, reason)` keeps a vote. */
  constructor(texts, language, asking, rate) {
    Object.assign(this, { texts, language, asking, rate, shown: new Map() });
    this.node = make("div", { role: "log", "aria-label": texts.log, tabIndex: 0, className: "log" });
  }

  /** The log as the memory has it; whether something came to it. */
  show({ entries, conversation }) {
    const last = entries.at(-1);
    let news = false;
    const nodes = entries.map((entry) => {
      const node = this.shown.get(entry.id) ?? this.said(entry);
      news = this.complete(node, entry) || !node.isConnected || news;
      if (entry !== last) this.retire(node, entry);
      // The server keeps no vote on an answer of an earlier conversation.
      if (entry.of !== conversation?.id) node.querySelector(".rating")?.remove();
      return node;
    });
    for (const node of [...this.node.children]) if (!nodes.includes(node)) node.remove();
    this.node.append(...nodes.filter((node) => node.parentNode !== this.node));
    return news;
  }

  said(entry) {
    const node = make("div", { className: "entry" }, entry.letter ? this.letter(entry.letter)
      : make("p", { className: "said" }, make("span", { className: "unseen" }, this.texts.you), entry.said));
    this.shown.set(entry.id, node);
    return node;
  }

  /** Add the answer once it is there, whole: a screen reader says what is added. */
  complete(node, entry) {
    if (node.children.length > 1 || entry.letter || waits(entry)) return false;
    node.append(entry.turn ? this.answer(entry) : make("p", { className: "failed" }, this.texts.refused));
    return true;
  }

  /** Only the last turn's choices hold. Those of an answer without a card are its content, and stay to be read. */
  retire(node, { turn }) {
    const choices = node.querySelector(".offered");
    if (turn?.cards.length) choices?.remove();
    else choices?.querySelectorAll("button").forEach((each) => (each.disabled = true));
  }

  /** What a person wrote, or who answers from now on. */
  letter(letter) {
    return make("div", { className: `answer ${letter.author}`, lang: letter.language },
      letter.author === "staff" && make("p", { className: "small" }, this.texts.staff),
      renderParts(letter), this.choices(letter.choices));
  }

  choices(choices) {
    return choices.length > 0 && make("div", { className: "choices offered", role: "group", "aria-label": this.texts.next },
      choices.map(({ id, title }) => this.asking(title, { choice: id })));
  }

  answer(entry) {
    const { language, choices, replies } = entry.turn;
    if (!replies.join("")) return make("p", { className: "small delivered" }, this.texts.delivered);
    return make("div", { className: "answer", lang: language },
      make("span", { className: "unseen" }, this.texts.bot), renderParts(entry.turn),
      this.choices(choices), this.rating(entry));
  }

  /** Thumbs up or down; with thumbs down, why. */
  rating(entry) {
    const t = this.texts;
    const said = make("span", { className: "small" }); // In the log, so it is announced.
    const rate = async (vote, reason) => {
      try {
        await this.rate(entry, vote, reason);
        for (const [name, each] of Object.entries(thumbs)) each.setAttribute("aria-pressed", name === vote);
        said.textContent = t.thanks;
        if (form.contains(form.getRootNode().activeElement)) thumbs.down.focus();
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
}
