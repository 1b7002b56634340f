// What outlives the page: the conversation, what was said in it, what waits to be sent.
const KEY = "chuangwen";
const MOST_ENTRIES = 30;

/**
 * {conversation, entries, language, open}. An entry is something said: {id, said, message}, later
 * with its `turn`, or `refused`; one with neither waits to be sent.
 */
const memory = {
  value: null, // Where storage is forbidden the memory lasts as long as the page.

  read() {
    if (memory.value) return memory.value;
    try {
      return { entries: [], ...JSON.parse(localStorage.getItem(KEY)) };
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
        if (!memory.value) localStorage.setItem(KEY, JSON.stringify(state));
        return state;
      } catch {
        if (state.entries.length > 1) state.entries.shift(); // The storage is full.
        else memory.value = state;
      }
    }
  },

  /** Change one entry, if it is still there. */
  changeEntry(id, change) {
    memory.change((state) => {
      const entry = state.entries.find((each) => each.id === id);
      if (entry) Object.assign(entry, change);
    });
  },
};

const waits = (entry) => !entry.turn && !entry.refused && !entry.letter;

/** One tab at a time where the browser can say so; elsewhere a message's id keeps it from being answered twice. */
const alone = (work) => (navigator.locks ? navigator.locks.request(KEY, work) : work());
