// An answer on the screen: its texts, its cards, its units, in their order.
function section(title, ...content) {
  return content.flat(3).some(Boolean) && make("section", {}, make("h3", {}, title), ...content);
}

/** A Chinese name, with its translation beside it in English, marked where it is ours. */
function named(name, lang, translation, official, mark) {
  const text = official ? translation : `${translation} (${mark})`;
  return [make("strong", { lang }, name), translation && make("span", { className: "translation" }, text)];
}

function office(contact, card, detailed) {
  const lang = card.language === "en" ? "zh-Hans" : card.language;
  const use = (line) => detailed && line.number !== card.hotline?.number && line.use;
  return make("div", { className: "office" },
    make("p", {}, named(contact.name, lang, contact.translation, contact.translation_official, card.labels.translation),
      detailed && contact.takes && make("span", { className: "takes" }, contact.takes)),
    make("ul", { className: "ways" },
      contact.website && make("li", {}, link(contact.website)),
      contact.hotlines.map((line) => make("li", {}, phone(line.number), use(line) && make("span", {}, use(line))))));
}

/** Who was responsible and whom to ask today; an office that answers for several is written out once. */
function units(card, detailed) {
  if (!card.units.length) return make("p", { className: "note" }, linked(card.labels.no_units));
  const shown = new Set();
  return section(card.labels.units, list(card.units.map((unit) => [
    make("p", { className: "unit" }, named(unit.name, "zh-Hans", unit.translation, false, card.labels.translation)),
    !unit.contacts.length ? make("p", {}, linked(unit.today))
      : unit.contacts.every(({ id }) => shown.has(id)) ? make("p", {}, unit.contacts.map(({ name }) => name).join("、"))
        : unit.contacts.map((contact) => (shown.add(contact.id), office(contact, card, detailed))),
  ])));
}

const written = ({ title, url, date }) => [date && `${date} `, url ? link(url, title) : title];

function changed(card) {
  return section(card.labels.changes, list(card.changes.map((change) => [
    change.status === "open" && make("strong", { className: "open" }, card.labels.open_change),
    change.when.replaceAll("—", "") && make("b", {}, `${change.when} `),
    linked(change.text),
    change.sources.length > 0 && make("span", { className: "sources" }, card.labels.source, card.language === "en" ? ":" : "：",
      change.sources.map(({ title, url }) => [" ", written({ title, url })])),
  ])));
}

function renderCard(card, texts) {
  const { labels, view } = card;
  const asked = (...views) => views.includes(view);
  return make("article", { className: "card", lang: card.language },
    make("h2", {}, card.heading),
    [card.ended && labels.ended, card.kind === "duty" && labels.duty, card.open && labels.open].map((words) =>
      words && make("p", { className: "note" }, words)),
    asked("answer") && section(labels.summary, make("p", { className: "summary" }, card.summary),
      texts.translated && make("p", { className: "small" }, texts.translated)),
    make("details", { open: asked("original") },
      make("summary", {}, labels.quote),
      make("blockquote", { lang: "zh-Hans" }, card.quote),
      card.quote.includes("〔缺字〕") && make("p", { className: "small" }, labels.gap),
      section(labels.documents, list(card.documents.map(written)))),
    asked("answer", "contact") && units(card, asked("contact")),
    asked("answer", "contact") && card.see_also.map((contact, i) =>
      section(card.see_also_labels[i], office(contact, card, asked("contact")))),
    asked("contact") && make("p", { className: "small" }, phone(card.hotline.number), " ", card.hotline.use),
    asked("answer", "status") && changed(card),
    asked("answer", "status") && section(labels.newer, list(card.newer.map(written))),
    asked("answer", "status") && card.news?.length > 0 && section(labels.news, list(card.news.map(written))),
    make("p", { className: "small" }, linked(card.as_of)));
}

const prose = (text) => text.trim() && make("p", { className: "prose" }, linked(text.trim()));

/** A unit that was asked for itself. */
function renderUnit(unit, language) {
  return make("div", { className: "card" },
    make("p", {}, make("strong", { lang: "zh-Hans" }, unit.name), unit.translation && ` (${unit.translation})`, " → ", linked(unit.today)),
    unit.contacts.map((contact) => office({ ...contact, translation_official: true }, { language, labels: {} }, false)));
}

function renderParts(turn) {
  const outline = turn.outline?.length ? turn.outline : turn.replies.map((text) => ({ text }));
  return outline.map((part) => ("card" in part ? renderCard(turn.cards[part.card], TEXTS[turn.cards[part.card].language])
    : part.unit ? renderUnit(part.unit, turn.language) : prose(part.text)));
}
