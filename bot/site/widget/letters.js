// What people write: a stream that goes on where it broke, or, where none gets through, a list that is asked for.
const SILENCE = 40_000; // The server says something every 15 s.
const POLL = 5_000;
const POLLS = 12; // Then the stream is tried again.

const held = () => ["waiting", "human"].includes(memory.read().conversation?.owner);
/** So long, or until the network is back. */
const pause = (ms) => new Promise((done) => {
  setTimeout(done, ms);
  addEventListener("online", done, { once: true, signal: AbortSignal.timeout(ms) });
});

class Letters {
  /** `changed()` after every change of the memory. */
  constructor(chat, changed) {
    Object.assign(this, { chat, changed, polls: 0, wait: 1000, stop: new AbortController() });
    addEventListener("online", () => (this.polls = 0));
    document.addEventListener("visibilitychange", () => document.hidden || this.look());
  }

  /** What came while nobody listened: that something changed which the visitor follows. */
  async look() {
    if (held() || !memory.read().conversation) return;
    try {
      this.keep(await this.after("letters", "fetch"));
    } catch {} // Whoever asks next is told what is wrong.
  }

  /** Listen for as long as a person answers, or is waited for. */
  async follow() {
    if (this.follows) return;
    this.follows = true;
    while (held()) {
      this.heard = false;
      try {
        await (this.polls ? this.poll() : this.stream());
      } catch (error) {
        if ([401, 403, 404].includes(error.status)) { // It was deleted.
          memory.change((state) => delete state.conversation);
          this.changed();
        }
        if (!this.heard) this.polls ||= POLLS;
      }
      this.wait = this.heard ? 1000 : Math.min(this.wait * 2, LONGEST_WAIT);
      if (held()) await pause(this.heard && this.polls ? POLL : this.wait);
    }
    this.follows = false;
  }

  /** Ask for what came after the last letter: of the "events" or the "letters". */
  after(kind, work, more) {
    const { id, token, letter = 0 } = memory.read().conversation;
    this.of = id;
    return this.chat[work](`/api/conversations/${id}/${kind}?after=${letter}`, { headers: { authorization: `Bearer ${token}` }, ...more });
  }

  async poll() {
    this.polls -= 1;
    if (!document.hidden) this.keep(await this.after("letters", "fetch"));
    this.heard = true;
  }

  async stream() {
    const stop = (this.stop = new AbortController());
    let timer;
    const alive = () => { clearTimeout(timer); timer = setTimeout(() => stop.abort(), SILENCE); };
    alive();
    try {
      const { body } = await this.after("events", "request", { signal: stop.signal });
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = "", part; held() && !(part = await reader.read()).done; alive()) {
        this.heard = true;
        const events = (text + part.value).split("\n\n");
        text = events.pop();
        for (const event of events) this.take(event);
      }
    } finally {
      clearTimeout(timer);
      stop.abort();
    }
  }

  take(event) {
    const data = event.match(/^data: (.*)$/m);
    if (data) this.keep(/^event: owner$/m.test(event) ? JSON.parse(data[1]) : { letters: [JSON.parse(data[1])] });
  }

  keep({ owner, letters = [] }) {
    memory.change(({ conversation, entries }) => {
      if (conversation?.id !== this.of) return; // Another was begun.
      if (owner) conversation.owner = owner;
      for (const letter of letters) {
        if (letter.number <= (conversation.letter ?? 0)) continue; // Another tab has it.
        conversation.letter = letter.number;
        entries.push({ id: `letter-${conversation.id}-${letter.number}`, letter, of: conversation.id });
      }
    });
    this.changed();
  }
}
