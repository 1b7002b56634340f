// Keeps parts of a page current: what is marked data-live="/desk/…" is fetched anew when the desk's
// stream says that something has changed. Also what all screens share: putting in a fragment.
"use strict";

const Desk = (() => {
  const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
  const FIELDS = "input, textarea, select";

  /** A fragment, or null where nobody is signed in any more: the page then leads to sign-in. */
  async function ask(address, options = {}) {
    const answer = await fetch(address, { credentials: "same-origin", cache: "no-store", ...options });
    if (answer.status !== 401) return answer;
    location.reload();
    return null;
  }

  const post = (address, fields = {}) => ask(address, {
    method: "POST", body: new URLSearchParams(fields), headers: { "X-CSRF-Token": csrf },
  });

  /** The focus stays where it was, and so does what is being written. */
  function put(element, html) {
    const held = element.contains(document.activeElement) ? document.activeElement : null;
    const { id, value, selectionStart, selectionEnd } = held ?? {};
    const written = held?.matches(FIELDS);
    element.innerHTML = html; // Our own template's; every value in it is escaped there.
    const again = id && document.getElementById(id);
    if (!again || again.hidden) return;
    again.focus({ preventScroll: true });
    if (!written) return;
    again.value = value;
    if (selectionStart != null) again.setSelectionRange(selectionStart, selectionEnd);
  }

  return { ask, post, put, FIELDS };
})();

(() => {
  const shown = new WeakMap();
  let running = false;
  let again = false;

  const busy = (part) => part.querySelector("details[open], dialog[open]")
    || (part.contains(document.activeElement) && document.activeElement.matches(Desk.FIELDS));

  async function refresh() {
    if (running) return void (again = true);
    running = true;
    do {
      again = false;
      for (const part of document.querySelectorAll("[data-live]")) {
        const answer = await Desk.ask(part.dataset.live, { headers: { "X-Background": "1" } }).catch(() => null);
        if (!answer?.ok || !part.isConnected) continue;
        const html = await answer.text();
        if (busy(part) || shown.get(part) === html) continue;
        shown.set(part, html);
        Desk.put(part, html);
      }
    } while (again);
    running = false;
  }

  // Before the first letter is typed a page has nothing better to do.
  if (document.querySelector("[data-live]")) {
    const stream = new EventSource("/desk/events");
    for (const kind of ["change", "beat", "open"]) stream.addEventListener(kind, refresh);
    addEventListener("pagehide", () => stream.close());
    addEventListener("pageshow", (event) => event.persisted && location.reload());
  }

  // A contact is shown to whoever asks for it, and that is recorded.
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-show]");
    if (!button) return;
    const answer = await Desk.post(button.dataset.show).catch(() => null);
    if (!answer?.ok) return;
    const place = button.parentElement.querySelector("[data-contact]");
    place.innerHTML = await answer.text();
    button.remove();
    place.querySelector("a")?.focus();
  });
})();
