// The conversation to take away: copied, saved as text, printed.
function asText(entries, texts) {
  return entries.map((entry) => [
    entry.said && texts.you + entry.said,
    entry.letter && (entry.letter.author === "staff" ? texts.staff + ": " : "") + entry.letter.text,
    entry.turn?.replies.join("") && texts.bot + entry.turn.replies.join("\n\n"),
    entry.refused && texts.refused,
  ].filter(Boolean).join("\n\n")).concat(texts.candour).join("\n\n———\n\n") + "\n";
}

/** Whether it was copied; pages without https have no clipboard of the new kind. */
async function copy(text, root) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = make("textarea", { value: text, className: "unseen" });
    const focused = root.activeElement;
    root.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    focused?.focus();
    return copied;
  }
}

function save(text) {
  const href = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/plain;charset=utf-8" }));
  make("a", { href, download: `chuangwen-${new Date().toISOString().slice(0, 10)}.txt` }).click();
  setTimeout(() => URL.revokeObjectURL(href), 1000);
}

/** Print the conversation without the page around it; a constructed sheet needs no leave of the page's policy. */
function printOnly(root, panel) {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("@media print { body > * { display: none !important } body > chuangwen-chat { display: block !important } }");
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  const folded = [...panel.querySelectorAll("details:not([open])")];
  folded.forEach((details) => (details.open = true));
  const focused = root.activeElement;
  const modal = panel.matches(":modal"); // Which is cut off at the end of the first sheet.
  const again = (open) => { panel.close(); panel[open](); };
  if (modal) again("show");
  addEventListener("afterprint", () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((each) => each !== sheet);
    folded.forEach((details) => (details.open = false));
    if (modal) again("showModal");
    focused?.focus();
  }, { once: true });
  print();
}
