// The call screen: the box, the open card, the record, and the keys that reach all of it.
"use strict";

(() => {
  const SETTLED = 1500; // So many milliseconds without a key, and it was what was meant.
  const SHOWN_FOR = 3500;
  const $ = (id) => document.getElementById(id);
  const card = $("card");
  const said = JSON.parse($("call-screen").dataset.said);
  let settled = 0;
  let fading = 0;
  let ahead = null; // What is typed for a field that is still on its way.

  function toast(text) {
    $("toast").textContent = text;
    $("toast").classList.add("shown");
    clearTimeout(fading);
    fading = setTimeout(() => {
      $("toast").classList.remove("shown");
      $("toast").textContent = "";
    }, SHOWN_FOR);
  }

  const failed = () => toast(said.failed);

  const record = new CallRecord($("record"), {
    failed,
    changed(before) {
      mark();
      if (record.now.language === before.language) return;
      // What is to be said changes with the caller's language.
      if (opened()) open(opened().provision, $("district")?.value, null);
      box.again();
    },
  });
  const box = new Lookup($("q"), $("results"), $("status"), {
    failed,
    open: (provision) => open(provision),
    shown: () => mark(),
    language: () => record.now.language,
  });
  $("q").addEventListener("input", typed);

  function typed() {
    clearTimeout(settled);
    if (!box.text) return;
    record.begin();
    settled = setTimeout(() => record.write({ typed: box.text }), SETTLED);
  }

  const opened = () => card.querySelector("article")?.dataset;

  /** `focus`: what of the card gets it; nothing where the clerk is elsewhere. */
  async function open(provision, district = "", focus = "h2") {
    clearTimeout(settled);
    const query = new URLSearchParams({ language: record.now.language, district });
    const answer = await Desk.ask(`/desk/cards/${provision}?${query}`).catch(() => null);
    if (!answer?.ok) return failed();
    Desk.put(card, await answer.text());
    mark();
    if (!focus) return;
    card.querySelector(focus)?.focus({ preventScroll: true });
    const { top } = card.getBoundingClientRect();
    if (top < 0 || top > innerHeight / 2) card.scrollIntoView({ block: "start" });
    if (focus !== "h2") return;
    record.begin();
    record.write({ typed: box.text, opened: provision });
  }

  /** What can be told: the open card; with none, the sentence that the policy does not have it. */
  const tellable = () => card.querySelector("[data-tells]") ?? $("results").querySelector("[data-tells]");

  /** Shows what was told. */
  function mark() {
    for (const each of document.querySelectorAll("[data-tells]")) {
      each.setAttribute("aria-pressed", String(record.told.includes(each.dataset.tells)));
    }
  }

  function tell(button = tellable()) {
    if (!button) return;
    const { tells } = button.dataset;
    const name = record.told.includes(tells) ? "untold" : "told";
    // With what was asked, where it has not settled yet.
    const asked = card.contains(button) ? {} : { typed: box.text };
    record.begin();
    record.write({ ...asked, [name]: tells }).then(() => toast(said[name]));
  }

  async function copy(text) {
    if (!text) return;
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // Without https there is no clipboard for scripts, but the old way.
      const before = document.activeElement;
      const field = document.body.appendChild(document.createElement("textarea"));
      field.value = text;
      field.select();
      done = document.execCommand("copy");
      field.remove();
      before?.focus({ preventScroll: true });
    }
    toast(done ? said.copied : said.not_copied);
  }

  function clear() {
    clearTimeout(settled);
    card.replaceChildren();
    box.clear();
    $("q").focus();
  }

  async function end(outcome) {
    clearTimeout(settled);
    const number = record.now.call;
    await record.do("end", { outcome });
    if (record.now.call === number) return;
    toast(said.ended);
    clear();
  }

  /** Where the next call begins; in a call that is not over, how it may end. */
  async function renew() {
    await record.queue;
    if (record.begun && record.now.empty !== "true") {
      toast(said.end_first);
      return outcome();
    }
    if (record.begun) await record.do("discard");
    await record.begin();
    clear();
    return $("q");
  }

  const note = () => $("note");
  const contact = () => ($("contact")?.hidden ? $("show-contact") ?? $("forget-contact") : $("contact"));
  const outcome = () => $("record").querySelector("[data-outcome]");

  /** The focus goes there at once; where that is on its way, with it, and what was typed until
   * then goes along: nobody who types looks first whether the field is there. */
  function go(find) {
    if (find()) return find().focus();
    return arrive(record.queue.then(find));
  }

  async function arrive(coming) {
    ahead ??= "";
    const field = await coming;
    const text = ahead;
    ahead = null;
    field?.focus();
    if (!text || !field?.matches(Desk.FIELDS)) return;
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function to_new_contact() {
    $("record").querySelector(".kept-contact")?.remove();
    $("contact").hidden = false;
    $("contact").focus();
  }

  const act = {
    told: tell,
    link: () => copy(opened()?.link),
    text: () => copy(opened()?.text),
    help: () => $("help").showModal(),
    new: () => arrive(renew()),
    discard: () => record.do("discard").then(clear),
    "show-contact": () => record.do("contact"),
    "forget-contact": to_new_contact,
    note: () => go(note),
    contact: () => go(contact),
    end: () => go(outcome),
    language: () => record.speak(),
  };
  const LETTERS = { s: "told", l: "language", c: "link", t: "text", m: "note", p: "contact", e: "end", n: "new" };

  function back() {
    if (document.activeElement === $("q")) return box.leave();
    $("q").focus();
    return $("q").select();
  }

  /** Letters and digits are text in a field; in the list and the card, and with Alt, commands. */
  function command(event) {
    const { target, code, key } = event;
    const in_field = target.matches(Desk.FIELDS);
    const free = event.altKey || (!in_field && card.contains(target));
    const digit = /^Digit[1-9]$/.test(code) ? Number(code.slice(5)) : 0;
    if (digit && !event.shiftKey) return (free || (target === $("q") && box.picking)) && box.pick(digit);
    if (key === "?" && (!in_field || (target === $("q") && !box.text))) return act.help() ?? true;
    const name = LETTERS[/^Key[A-Z]$/.test(code) ? code[3].toLowerCase() : key.toLowerCase()];
    if (!free || event.shiftKey || !name) return false;
    act[name]();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    // While Chinese is being composed the keys belong to the input method.
    if (event.isComposing || event.keyCode === 229 || event.ctrlKey || event.metaKey || $("help").open) return;
    const in_box = event.target === $("q");
    if (ahead !== null && event.key.length === 1 && !event.altKey) ahead += event.key;
    else if (event.key === "Escape") back();
    else if (in_box && event.key === "ArrowDown") box.step(1);
    else if (in_box && event.key === "ArrowUp") box.step(-1);
    else if (in_box && event.key === "Enter") box.take();
    else if (!command(event)) return;
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const target = event.target.closest("button, [role=option]");
    const { do: what, open: other, outcome, provision, language } = target?.dataset ?? {};
    if (what) act[what](target);
    else if (outcome) end(outcome);
    else if (language) record.speak(language);
    else if (other ?? provision) open(other ?? provision);
  });
  card.addEventListener("change", ({ target: { id, value } }) => {
    if (id === "district") open(opened().provision, value, "#district");
  });
  mark();
  $("q").focus();
  // Who is fast types before the scripts are there.
  if (box.text) {
    box.look();
    typed();
  }
})();
