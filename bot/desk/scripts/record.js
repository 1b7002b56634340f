// The record of a call: one thing is written after the other, and a call begins by itself.
"use strict";

class CallRecord {
  /** `on`: changed(before) after each answer, failed(). */
  constructor(element, on) {
    Object.assign(this, { element, on, queue: Promise.resolve() });
    this.begun = Boolean(this.now.call);
    element.addEventListener("focusout", ({ target }) => this.left(target));
  }

  /** What the server said of it last. */
  get now() {
    return this.element.firstElementChild.dataset;
  }

  get told() {
    return this.now.told.split(" ");
  }

  /** What was written is kept when its field is left. Not by "change": that never comes where an
   * answer has put in a new field meanwhile. */
  left({ id, value, defaultValue }) {
    if (this.putting || !["note", "contact"].includes(id) || value === defaultValue) return;
    this.write({ [id]: value });
  }

  put(html) {
    this.putting = true; // Browsers say of a field that is replaced that it was left.
    Desk.put(this.element, html);
    this.putting = false;
  }

  /** `address` is asked for when its turn comes: what went before may have begun the call. */
  send(address, fields) {
    this.queue = this.queue.then(async () => {
      const before = { ...this.now };
      const answer = await Desk.post(address(), fields);
      if (!answer) return; // Nobody is signed in any more.
      if (![200, 409, 422].includes(answer.status)) throw new Error(answer.status);
      this.put(await answer.text());
      this.begun = Boolean(this.now.call);
      this.on.changed(before);
      this.element.querySelector("[aria-invalid]")?.focus();
    }).catch(() => {
      this.begun = Boolean(this.now.call);
      this.on.failed();
    });
    return this.queue;
  }

  begin(language = this.now.language) {
    if (this.begun) return this.queue;
    this.begun = true;
    return this.send(() => "/desk/calls", { language });
  }

  write(fields) {
    return this.send(() => `/desk/calls/${this.now.call}`, fields);
  }

  do(what, fields = {}) {
    return this.send(() => `/desk/calls/${this.now.call}/${what}`, fields);
  }

  /** To this language of the caller, or to the next. */
  speak(language) {
    const all = [...this.element.querySelectorAll("button[data-language]")].map((each) => each.dataset.language);
    const next = language ?? all[(all.indexOf(this.now.language) + 1) % all.length];
    return this.begun ? this.write({ language: next }) : this.begin(next);
  }
}
