// The page on which one talks to the bot. Everything shown is made with text nodes, never as HTML.
const TEXTS = {
  "zh-Hans": {
    title: "创业的事，用自己的话问",
    intro: "我从深圳2016年的双创政策里找出对应的条款，一字不改地给你看，再告诉你今天该找哪个部门。",
    candour: "这是独立的查询助手，不是政府部门。文本公布于2016-08-08，从一份副本修复而来，没有跟公报核对过；是否仍然有效，未能证实。",
    foot: "独立的查询助手，不是政府部门。政策是否仍然有效未能证实，可查 sf.sz.gov.cn/gfxwjcx 或打12345。",
    examples: ["创业担保贷款找谁？", "什么是创新券？", "孵化器有什么支持？"],
    languageLabel: "语言", auto: "自动", logLabel: "对话", questionLabel: "你的问题",
    hint: "想问什么？", send: "发送", you: "你：", bot: "创问：", next: "接着可以选", busy: "正在查找……",
    down: "没有收到回答：网络或服务器暂时有问题。你的问题还在，可以再试一次。", retry: "再试一次",
    refused: "这条没能处理，选项可能已经过期。请直接写下你想问的事。",
  },
  "zh-Hant": {
    title: "創業的事，用自己的話問",
    intro: "我從深圳2016年的雙創政策裏找出對應的條款，一字不改地給你看，再告訴你今天該找哪個部門。",
    candour: "這是獨立的查詢助手，不是政府部門。文本公佈於2016-08-08，從一份副本修復而來，沒有與公報核對過；是否仍然有效，未能證實。",
    foot: "獨立的查詢助手，不是政府部門。政策是否仍然有效未能證實，可查 sf.sz.gov.cn/gfxwjcx 或致電12345。",
    examples: ["創業擔保貸款搵邊個？", "什麼是創新券？", "孵化器有什麼支持？"],
    languageLabel: "語言", auto: "自動", logLabel: "對話", questionLabel: "你的問題",
    hint: "想問什麼？", send: "傳送", you: "你：", bot: "創問：", next: "接着可以選", busy: "正在查找……",
    down: "沒有收到回答：網絡或伺服器暫時有問題。你的問題還在，可以再試一次。", retry: "再試一次",
    refused: "這條未能處理，選項可能已經過期。請直接寫下你想問的事。",
  },
  en: {
    title: "Ask about starting up, in your own words",
    intro: "I find the clause of Shenzhen’s 2016 startup policy that fits, show it word for word, and say which office to ask today.",
    candour: "An independent guide, not a government service. The text is that of 2016-08-08, restored from a copy and not checked against the gazette; whether it is still in force could not be confirmed.",
    foot: "An independent guide, not a government service. Whether the policy is still in force could not be confirmed: see sf.sz.gov.cn/gfxwjcx or call 12345.",
    examples: ["Who handles guaranteed startup loans?", "What is an innovation voucher?", "Is there support for incubators?"],
    languageLabel: "Language", auto: "Auto", logLabel: "Conversation",
    questionLabel: "Your question", hint: "Ask a question", send: "Send",
    you: "You: ", bot: "ChuangWen: ", next: "Next you can choose", busy: "Looking it up …",
    down: "No answer came: the network or the server has a problem. Your question is kept; you can try again.", retry: "Try again",
    refused: "That could not be handled; the choice may have expired. Please write what you want to know.",
  },
};
const TIMEOUT = 30_000; // The server gives up after 20 s.
const [form, question, language, log, status, examples] =
  ["form", "question", "language", "log", "status", "examples"].map((id) => document.getElementById(id));
let texts;
let busy = false;
const opened = new URLSearchParams(location.search); // From a page: in which language, about what.
let focus = opened.get("focus");
let conversation = JSON.parse(sessionStorage.getItem("conversation"));

function make(tag, properties, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children.flat().filter((child) => child));
  return node;
}

function link(address, text = address.replace(/^https?:\/\//i, "").replace(/\/$/, "")) {
  const href = /^https?:\/\//i.test(address) ? address : `https://${address}`;
  return make("a", { href, target: "_blank", rel: "noopener noreferrer" }, text);
}

const phone = (number) => make("a", { href: `tel:${number.replace(/[^\d+]/g, "")}` }, number);

/** Text with its addresses and public hotlines as links, and its dates kept on one line. */
function linked(text) {
  const parts = text.split(/((?:https?:\/\/)?[\w.-]+\.cn\b(?:\/[\w./?=&#-]*)?|\b123\d\d\b|\d{4}-\d\d-\d\d)/);
  const special = (part) => (/^\d{5}$/.test(part) ? phone(part)
    : /^\d{4}-/.test(part) ? make("span", { className: "date" }, part) : link(part));
  return parts.map((part, i) => (i % 2 ? special(part) : part));
}

function translate() {
  const wanted = language.value || navigator.language;
  const chinese = /hant|tw|hk|mo/i.test(wanted) ? "zh-Hant" : "zh-Hans";
  document.documentElement.lang = /^(zh|yue)/i.test(wanted) ? chinese : "en";
  texts = TEXTS[document.documentElement.lang];
  for (const node of document.querySelectorAll("[data-text]"))
    node.replaceChildren(...linked(texts[node.dataset.text]));
  log.ariaLabel = texts.logLabel;
  question.placeholder = texts.hint;
  examples.replaceChildren(...texts.examples.map((text) => button(text, () => say({ text }, text))));
}

const button = (title, onclick) => make("button", { type: "button", onclick, disabled: busy }, title);

function section(title, ...content) {
  return content.flat().length ? make("section", {}, make("h3", {}, title), ...content) : null;
}

const list = (items) => (items.length ? make("ul", {}, items.map((item) => make("li", {}, item))) : []);

/** A Chinese name, with its translation beside it in English, marked where it is ours. */
function named(name, lang, translation, official, labels) {
  const text = official ? translation : `${translation} (${labels.translation})`;
  return [make("strong", { lang }, name), translation && make("span", { className: "translation" }, text)];
}

function office(contact, card) {
  const { labels, language } = card;
  const detailed = card.view === "contact";
  const lang = language === "en" ? "zh-Hans" : language;
  const use = (line) => detailed && line.number !== card.hotline.number && line.use;
  const lines = contact.hotlines.map((line) => make("li", {}, phone(line.number), use(line) && make("span", {}, use(line))));
  return make("div", { className: "office" },
    make("p", {}, named(contact.name, lang, contact.translation, contact.translation_official, labels),
      detailed && contact.takes && make("span", { className: "takes" }, contact.takes)),
    make("ul", { className: "ways" }, contact.website && make("li", {}, link(contact.website)), lines));
}

function units(card) {
  if (!card.units.length) return make("p", { className: "note" }, linked(card.labels.no_units));
  const shown = new Set();
  const body = (unit) => {
    if (!unit.contacts.length) return make("p", {}, linked(unit.today));
    // An office that answers for several units is written out once, as in the plain text.
    if (unit.contacts.every(({ id }) => shown.has(id)))
      return make("p", {}, unit.contacts.map(({ name }) => name).join("、"));
    return unit.contacts.map((contact) => (shown.add(contact.id), office(contact, card)));
  };
  return section(card.labels.units, list(card.units.map((unit) => [
    make("p", { className: "unit" }, named(unit.name, "zh-Hans", unit.translation, false, card.labels), "\u00a0→"),
    body(unit),
  ].flat())));
}

const written = ({ title, url, date }) => [date && `${date} `, url ? link(url, title) : title];

function render(card) {
  const { labels, view } = card;
  const answer = view === "answer";
  const asked = (...views) => views.includes(view);
  return make("article", { className: "card", lang: card.language },
    make("h2", {}, card.heading),
    answer && section(labels.summary, make("p", { className: "summary" }, card.summary)),
    !asked("original") && card.kind === "duty" && make("p", { className: "note" }, labels.duty),
    !asked("original") && card.open && make("p", { className: "note" }, labels.open),
    make("details", { open: asked("answer", "original") },
      make("summary", {}, labels.quote),
      make("blockquote", { lang: "zh-Hans" }, card.quote),
      card.quote.includes("〔缺字〕") && make("p", { className: "small" }, labels.gap),
      section(labels.documents, list(card.documents.map(written)))),
    asked("answer", "contact") && units(card),
    asked("answer", "contact") && card.see_also.map((contact, i) =>
      section(card.see_also_labels[i], office(contact, card))),
    asked("contact") && make("p", { className: "small" }, phone(card.hotline.number), " ", card.hotline.use),
    asked("answer", "status") && section(labels.changes, list(card.changes.map((change) => [
      change.status === "open" && make("strong", { className: "open" }, labels.open_change),
      change.when.replaceAll("—", "") && make("b", {}, `${change.when} `),
      linked(change.text),
      change.sources.length && make("span", { className: "sources" }, labels.source,
        change.sources.map((source) => written({ ...source, date: null })).flat()),
    ].flat()))),
    asked("answer", "status") && section(labels.newer, list(card.newer.map(written))),
    make("p", { className: "small" }, linked(card.as_of)));
}

const prose = (text) => text.trim() && make("p", { className: "prose" }, linked(text.trim()));

/** The turn: its cards, and between them what the plain text says beside the cards. */
function answerOf(turn) {
  let rest = `\n\n${turn.replies.join("\n\n")}`;
  const parts = turn.cards.flatMap((card) => {
    const start = rest.indexOf(`\n\n${card.heading}\n`);
    const end = start < 0 ? -1 : rest.indexOf(card.as_of, start);
    const before = end < 0 ? "" : rest.slice(0, start);
    if (end >= 0) rest = rest.slice(end + card.as_of.length);
    return [prose(before), render(card)];
  });
  const choices = turn.choices.map(({ id, title }) => button(title, () => say({ choice: id }, title)));
  return make("div", { className: "answer", lang: turn.language },
    make("span", { className: "unseen" }, texts.bot), parts, prose(rest),
    choices.length && make("div", { className: "choices", role: "group", ariaLabel: texts.next }, choices));
}

/** Only the last turn's choices are valid. What an answer without a card listed stays readable. */
function retire(choices) {
  const titles = choices?.closest(".answer:has(.card)") ? [] : [...(choices?.children ?? [])];
  choices?.replaceWith(...[list(titles.map((title) => title.textContent))].flat());
}

async function post(path, body, token) {
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  const options = { method: "POST", headers, body: JSON.stringify(body), signal: AbortSignal.timeout(TIMEOUT) };
  const response = await fetch(path, options);
  if (!response.ok) throw Object.assign(new Error(path), { status: response.status });
  return response.json();
}

async function deliver(message, again = true) {
  if (!conversation) {
    conversation = await post("/api/conversations", {});
    sessionStorage.setItem("conversation", JSON.stringify(conversation));
  }
  try {
    return await post(`/api/conversations/${conversation.id}/messages`, message, conversation.token);
  } catch (error) {
    if (!again || ![401, 403, 404].includes(error.status)) throw error;
    conversation = null; // The server no longer knows it: begin anew with the same message.
    return deliver(message, false);
  }
}

function wait(state) {
  busy = state;
  status.textContent = state ? texts.busy : "";
  for (const node of document.querySelectorAll("main button, #send")) node.disabled = state;
}

/** Without HTTPS, as on an office's own network, browsers lack randomUUID. */
const uuid = () => crypto.randomUUID?.() ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g,
  (digit) => (digit ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (digit / 4)))).toString(16));

function say(content, shown) {
  const said = make("p", { className: "said", tabIndex: -1 }, make("span", { className: "unseen" }, texts.you), shown);
  const id = uuid();
  const about = focus && { focus }; // Only the first message is about it; the bot remembers.
  focus = null;
  return send({ id, ...content, ...about, ...(language.value && { language: language.value }) }, said);
}

async function send(message, said) {
  if (busy) return;
  wait(true);
  log.append(said); // At a retry it moves to the end, where its answer will stand.
  said.scrollIntoView();
  // With no keyboard at hand, focusing the input would cover the answer with one.
  const typing = document.activeElement === question || !matchMedia("(hover: none)").matches;
  (typing ? question : said).focus({ preventScroll: true });
  try {
    const turn = await deliver(message);
    retire(log.querySelector(".choices"));
    log.append(answerOf(turn));
  } catch (error) {
    const lasting = [400, 413, 415, 422].includes(error.status); // To repeat it would change nothing.
    const failed = make("div", { className: "failed" }, make("p", {}, lasting ? texts.refused : texts.down));
    if (!lasting) failed.append(button(texts.retry, () => (failed.remove(), send(message, said))));
    log.append(failed);
  } finally {
    wait(false);
    said.scrollIntoView();
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = question.value.trim();
  if (busy || !text) return question.focus();
  question.value = "";
  question.focus();
  say({ text }, text);
});
question.addEventListener("keydown", (event) => {
  // While an input method composes, Enter takes a word; Safari says so by key code 229 alone.
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  form.requestSubmit();
});
language.value = opened.get("language") ?? sessionStorage.getItem("language") ?? "";
language.addEventListener("change", () => {
  sessionStorage.setItem("language", language.value);
  translate();
});
translate();
