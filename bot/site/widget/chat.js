// The talk with the server: what is said waits in the memory until it is answered.
const TIMEOUT = 30_000; // The server gives up after 20 s.
const FIRST_WAIT = 3_000;
const LONGEST_WAIT = 60_000;

class Chat {
  /** `changed()` after every change of the memory; `happened(name, detail)` for the page's owner. */
  constructor(host, changed, happened) {
    Object.assign(this, { host, changed, happened, trouble: "", busy: false, wait: FIRST_WAIT });
    addEventListener("online", () => this.flush());
  }

  say(said, message) {
    const { conversation, language } = memory.read();
    const entry = { id: newId(), said, message: { ...message, ...(language && { language }) }, of: conversation?.id };
    memory.change((state) => state.entries.push(entry));
    this.happened("question", { choice: "choice" in message });
    // Two tabs must not begin two conversations; in one that goes on, ids are enough.
    this.flush(conversation ? (work) => work() : alone);
  }

  /** Send what waits, oldest first. */
  async flush(once = alone) {
    clearTimeout(this.timer);
    if (this.busy) return this.changed();
    this.busy = true;
    this.trouble = "";
    // A question is drawn with its answer where that comes at once: two drawings would delay it.
    const drawn = setTimeout(this.changed, 60);
    try {
      await once(async () => {
        for (let entry; (entry = memory.read().entries.find(waits)); this.changed()) await this.deliver(entry);
      });
      this.wait = FIRST_WAIT;
    } catch (error) {
      this.trouble = error.status === 429 ? "many" : origin === "null" ? "disk" : navigator.onLine ? "down" : "offline";
      const wait = Math.max(this.wait, (error.retryAfter || 0) * 1000);
      this.timer = setTimeout(() => this.flush(), wait);
      this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
      this.happened("error", { status: error.status ?? 0 });
    } finally {
      clearTimeout(drawn);
      this.busy = false;
      this.changed();
    }
    if (!this.trouble && memory.read().entries.some(waits)) this.flush();
  }

  async deliver(entry) {
    const { conversation } = memory.read();
    try {
      const { id, token } = conversation ?? (await this.begin());
      // A choice holds only in the conversation that offered it.
      const message = "choice" in entry.message && entry.of !== id ? { text: entry.said } : entry.message;
      const started = performance.now();
      const turn = await this.post(`/api/conversations/${id}/messages`, { id: entry.id, ...message }, token);
      memory.changeEntry(entry.id, { turn, of: id }, ({ conversation }) => { if (conversation?.id === id) conversation.owner = turn.owner; });
      const { number, outcome, language, provisions } = turn;
      this.happened("answer", { number, outcome, language, provisions, ms: Math.round(performance.now() - started) });
    } catch (error) {
      if ([401, 403, 404].includes(error.status) && conversation)
        memory.change((state) => { // The server knows it no more: a new one takes its place.
          if (state.conversation?.id === conversation.id) delete state.conversation;
        });
      else if (error.status === 422 && entry.message.focus) // It may be about what is there no more.
        memory.changeEntry(entry.id, { message: { ...entry.message, focus: undefined } });
      else if ([400, 413, 415, 422].includes(error.status)) memory.changeEntry(entry.id, { refused: true });
      else throw error;
    }
  }

  async begin() {
    const conversation = await this.post("/api/conversations", {});
    memory.change((state) => (state.conversation = conversation));
    return conversation;
  }

  async rate(entry, vote, reason) {
    const path = `/api/conversations/${entry.of}/turns/${entry.turn.number}/feedback`;
    await this.post(path, { vote, ...(reason && { reason }) }, memory.read().conversation?.token);
    memory.changeEntry(entry.id, { vote });
    this.happened("feedback", { number: entry.turn.number, vote });
  }

  async search(text, language) {
    const found = await this.fetch(`/api/search?${new URLSearchParams({ q: text, language })}`);
    return found.out_of_scope > OUT_OF_SCOPE ? [] : found.matches;
  }

  post(path, body, token) {
    const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
    return this.fetch(path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  async fetch(path, options) {
    const response = await this.request(path, { signal: AbortSignal.timeout(TIMEOUT), ...options });
    return response.status === 204 ? null : response.json();
  }

  async request(path, options) {
    const response = await fetch(this.host + path, { credentials: "omit", referrerPolicy: "no-referrer", ...options });
    const { ok, status, headers } = response;
    if (!ok) throw Object.assign(new Error(path), { status, retryAfter: Number(headers.get("retry-after")) });
    return response;
  }
}
