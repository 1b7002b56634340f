// What outlives the page: the conversation, what was said in it, what waits to be sent.
const KEY = "chuangwen";
const MOST_ENTRIES = 30;
const json = new WeakMap(); // Of each entry: only what has changed is written out anew.

/**
 * {conversation, entries, language, open}. An entry is something said: {id, said, message}, later
 * with its `turn`, or `refused`; one with neither waits to be sent.
 */
const memory = {
  read() {
    if (memory.value) return memory.value; // Storage is forbidden: it lasts as long as the page.
    try {
      const text = localStorage.getItem(KEY); // Parsed again only where another tab has changed it.
      if (text !== memory.text) Object.assign(memory, { text, parsed: { entries: [], ...JSON.parse(text) } });
      return memory.parsed;
    } catch {
      return (memory.value = { entries: [] });
    }
  },

  /** Change what is kept, as it is now: another tab may have changed it. */
  change(work) {
    const state = memory.read();
    work(state);
    state.entries = state.entries.slice(-MOST_ENTRIES);
    for (;;) {
      try {
        if (!memory.value) localStorage.setItem(KEY, (memory.text = memory.write(state)));
        return state;
      } catch {
        if (state.entries.length > 1) state.entries.shift(); // The storage is full.
        else memory.value = state;
      }
    }
  },

  write({ entries, ...rest }) {
    const each = entries.map((entry) => json.get(entry) ?? json.set(entry, JSON.stringify(entry)).get(entry));
    return `${JSON.stringify({ ...rest, entries: [] }).slice(0, -2)}${each}]}`;
  },

  /** Change one entry, if it is still there, and with it what else `work` changes. */
  changeEntry(id, change, work) {
    memory.change((state) => {
      const entry = state.entries.find((each) => each.id === id);
      if (entry) json.delete(Object.assign(entry, change));
      work?.(state);
    });
  },
};

const waits = (entry) => !entry.turn && !entry.refused && !entry.letter;

/** One tab at a time where the browser can say so; elsewhere a message's id keeps it from being answered twice. */
const alone = (work) => (navigator.locks ? navigator.locks.request(KEY, work) : work());
