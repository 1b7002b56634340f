// Chats: keys, the number waiting in the title, and a reply that is sent without losing its place.
"use strict";

(() => {
  const $ = (id) => document.getElementById(id);
  const [list, timeline, compose, text, cards, find, help] = ["chat-list", "timeline", "compose", "text", "cards", "find", "help"].map($);
  const MOST_CARDS = 3;
  const PAUSE = 150; // Milliseconds without a key before a clerk's words are looked for.
  const say = (words) => { $("status").textContent = words; };

  // --- The title shows how many wait; a clerk who does not see it hears when there are more. ---
  let waiting = Number(list?.firstElementChild.dataset.waiting ?? 0);
  function count() {
    const { waiting: now, title, said } = list.firstElementChild.dataset;
    const rest = document.title.slice(document.title.indexOf(" · "));
    document.title = (now > 0 ? `(${now}) ` : "") + title + rest;
    if (Number(now) > waiting) say(said);
    waiting = Number(now);
  }
  if (list) new MutationObserver(count).observe(list, { childList: true });

  // --- The talk stays at its end, unless somebody has gone back to read. ---
  if (timeline) {
    const isAtEnd = () => timeline.scrollHeight - timeline.scrollTop - timeline.clientHeight < 40;
    const toEnd = () => { timeline.scrollTop = timeline.scrollHeight; };
    let atEnd = true;
    let last = timeline.firstElementChild.dataset.last;
    timeline.addEventListener("scroll", () => { atEnd = isAtEnd(); });
    new MutationObserver(() => {
      if (atEnd) toEnd();
      const now = timeline.firstElementChild?.dataset ?? {};
      if (now.last && now.last !== last) say(now.new + now.words);
      last = now.last ?? last;
    }).observe(timeline, { childList: true });
    toEnd();
  }

  // --- The reply is kept in memory alone: it may name people. ---
  const isWritten = () => Boolean(text?.value.trim() || cards?.children.length);
  const filled = (template, name) => template.replace("{name}", name);

  function put(button) {
    const { card, name } = button.dataset;
    const there = [...cards.querySelectorAll("input")].some((input) => input.value === card);
    if (there || cards.children.length >= MOST_CARDS) return text.focus();
    const item = document.createElement("li");
    const input = Object.assign(document.createElement("input"), { type: "hidden", name: "card", value: card });
    const remove = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: "×" });
    remove.setAttribute("aria-label", filled(compose.dataset.remove, name));
    remove.dataset.do = "remove";
    item.append(input, name, remove);
    cards.append(item);
    say(filled(compose.dataset.cardIn, name));
    text.focus();
  }

  function insert(sentence) {
    const gap = text.value && !/\s$/.test(text.value) ? "\n" : "";
    text.value += gap + sentence;
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  }

  let sending = false;
  let again = false;
  async function send() {
    if (sending) return void (again = true);
    sending = $("send").disabled = true;
    const said = text.value;
    const put_in = [...cards.children];
    const problem = $("problem");
    problem.replaceChildren();
    // The key stays until it is sent: sent twice, it is there once.
    const answer = await Desk.post(compose.action, new FormData(compose)).catch(() => null);
    sending = $("send").disabled = false;
    const html = answer && [200, 404, 409, 422].includes(answer.status) ? await answer.text().catch(() => "") : "";
    const key = answer?.ok && answer.headers.get("X-Next-Key");
    if (key) {
      compose.elements.key.value = key;
      // What was written meanwhile stays, for the next one.
      if (text.value.startsWith(said)) text.value = text.value.slice(said.length);
      for (const card of put_in) card.remove();
      timeline.scrollTop = timeline.scrollHeight;
      Desk.put(timeline, html);
      say(compose.dataset.sent);
    } else if (html) problem.innerHTML = html; // Our own template's; every value in it is escaped there.
    else problem.textContent = compose.dataset.failed;
    text.focus();
    const waits = again && key && isWritten();
    again = false;
    if (waits) send();
  }

  compose?.addEventListener("submit", (event) => {
    event.preventDefault();
    send();
  });
  addEventListener("beforeunload", (event) => {
    if (isWritten()) event.preventDefault();
  });

  // --- Looking for a provision: an older answer never replaces a newer. ---
  let asked = 0;
  let timer = 0;
  async function look() {
    const mine = ++asked;
    const answer = await Desk.ask(`${find.dataset.address}?${new URLSearchParams({ q: find.value })}`).catch(() => null);
    if (!answer?.ok || mine !== asked) return;
    $("found").innerHTML = await answer.text();
    $("found").scrollIntoView({ block: "nearest" });
  }
  find?.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });

  // --- Keys. Alt and a letter, so that none is lost to what is being written. ---
  function key_down(event) {
    // While Chinese is being composed the keys belong to the input method.
    if (event.isComposing || event.keyCode === 229 || help.open) return;
    const inField = event.target.matches(Desk.FIELDS);
    if (event.ctrlKey && event.key === "Enter" && event.target === text) {
      event.preventDefault();
      return send();
    }
    if (event.key === "?" && !inField) {
      event.preventDefault();
      return help.showModal();
    }
    if (event.target === find && event.key === "Enter") {
      event.preventDefault();
      return $("found").querySelector("[data-card]")?.focus();
    }
    const pressed = /^(?:Key|Digit)([A-Z1-9])$/.exec(event.code)?.[1].toLowerCase();
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !pressed) return;
    const target = document.querySelector(`main [data-key="${pressed}"]`);
    if (!target) return;
    event.preventDefault();
    target.focus();
    const chosen = target.matches("[data-only-focus], [data-canned]") || target.matches(Desk.FIELDS);
    if (!chosen) target.click();
  }

  document.addEventListener("keydown", key_down);
  document.addEventListener("click", (event) => {
    const target = event.target.closest("[data-card], [data-canned], [data-do]");
    if (!target) return;
    if (target.dataset.do === "help") help.showModal();
    else if (target.dataset.do === "remove") {
      target.closest("li").remove();
      text.focus();
    } else if (compose && target.dataset.card) put(target);
    else if (compose) insert(target.textContent);
  });
})();
