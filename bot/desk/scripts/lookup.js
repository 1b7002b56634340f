// The box and its list: a combobox whose list is ranked anew for every key.
"use strict";

class Lookup {
  static PAUSE = 80; // Milliseconds between two keys of somebody who types fast.
  static KEPT = 200; // Answers, so that going back a letter asks nobody.

  /** `on`: language() of the caller, open(provision), shown() after each new list, failed(). */
  constructor(box, results, status, on) {
    Object.assign(this, { box, results, status, on, at: -1, picking: false, enter: false });
    Object.assign(this, { known: new Map(), asking: false, shown: "", last: 0 });
    box.addEventListener("input", () => this.typed());
  }

  get text() {
    return this.box.value.trim();
  }

  get list() {
    return this.results.querySelector("[role=listbox]");
  }

  get options() {
    return [...this.list.children];
  }

  get wanted() {
    return `${this.on.language()} ${this.text}`;
  }

  /** The first key at once; of keys that follow each other fast only the last. */
  typed() {
    const now = performance.now();
    clearTimeout(this.timer);
    this.picking = this.enter = false;
    if (now - this.last >= Lookup.PAUSE) this.look();
    else this.timer = setTimeout(() => this.look(), Lookup.PAUSE);
    this.last = now;
  }

  /** One question at a time, and an older answer never replaces a newer one. */
  async look() {
    const { wanted, text } = this;
    if (wanted === this.shown) return;
    if (this.known.has(wanted)) return this.show(wanted);
    if (this.asking) return; // When its answer is there, what is wanted then is asked.
    this.asking = true;
    const query = new URLSearchParams({ q: text, language: this.on.language() });
    const answer = await Desk.ask(`/desk/found?${query}`).catch(() => null);
    const html = answer?.ok ? await answer.text() : null;
    this.asking = false;
    if (html === null) return this.on.failed();
    if (this.known.size >= Lookup.KEPT) this.known.delete(this.known.keys().next().value);
    this.known.set(wanted, html);
    if (wanted === this.wanted) this.show(wanted);
    else this.look();
  }

  show(wanted) {
    this.shown = wanted;
    this.results.innerHTML = this.known.get(wanted); // Our own template's; each value is escaped there.
    const any = this.options.length > 0;
    this.box.setAttribute("aria-expanded", String(any));
    this.move(any ? 0 : -1);
    this.on.shown();
    // Politely, and not for each letter.
    clearTimeout(this.telling);
    this.telling = setTimeout(() => { this.status.textContent = this.list.dataset.status ?? ""; }, 500);
    if (this.enter && any) this.pick(1);
    this.enter = false;
  }

  move(to) {
    const { options } = this;
    options[this.at]?.setAttribute("aria-selected", "false");
    this.at = to;
    this.list.classList.toggle("picking", this.picking);
    if (!options[to]) return this.box.removeAttribute("aria-activedescendant");
    options[to].setAttribute("aria-selected", "true");
    this.box.setAttribute("aria-activedescendant", options[to].id);
    if (this.picking) options[to].scrollIntoView({ block: "nearest" });
  }

  step(by) {
    const count = this.options.length;
    this.picking = count > 0;
    if (count) this.move((this.at + by + count) % count);
  }

  /** Opens the one at that place, from 1; whether there is one. */
  pick(place) {
    const option = this.options[place - 1];
    if (!option) return false;
    this.move(place - 1);
    this.on.open(option.dataset.provision);
    return true;
  }

  /** What is chosen; or, where the answer is still under way, its first. */
  take() {
    if (this.shown === this.wanted) this.pick(this.at + 1);
    else this.enter = Boolean(this.text);
  }

  again() {
    this.shown = "";
    this.look();
  }

  clear() {
    clearTimeout(this.timer);
    this.box.value = "";
    this.picking = false;
    this.look();
  }

  /** One step out: from the list to the words, from the words to none. */
  leave() {
    if (this.picking) {
      this.picking = false;
      this.move(this.options.length ? 0 : -1);
    } else this.clear();
  }
}
