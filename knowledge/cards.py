"""Make a provision's card in one language."""

from __future__ import annotations

from knowledge.card import Card, CardChange, CardHotline, CardLink, View
from knowledge.contacts import see_also_of, units_of
from knowledge.language import Language
from knowledge.models import Change, Document, Knowledge, NewerDocument, Notice, Provision

NEWER_SHOWN = 3
NEWS_SHOWN = 3
# The words that a channel needs to render a card, with the gaps that are filled here.
_ON_CARDS: dict[str, tuple[str, ...]] = {
    "summary": (),
    "ended": (),
    "duty": (),
    "open": ("hotline",),
    "quote": (),
    "gap": (),
    "units": ("year",),
    "no_units": ("hotline",),
    "changes": ("year",),
    "open_change": (),
    "newer": ("newer",),
    "news": (),
    "documents": (),
    "source": (),
    "translation": (),
    "website": (),
    "phone": (),
    "show_original": (),
    "show_contact": (),
    "show_validity": (),
    "show_related": (),
    "show_human": (),
}
# Every label that content must have.
LABELS: dict[str, tuple[str, ...]] = {
    **_ON_CARDS,
    "heading": ("policy", "measure", "title", "number"),
    "heading_alone": ("policy", "measure", "title", "number"),
    "see_also": ("subject",),
    "as_of": ("date", "copy", "checked"),
    "show_topics": (),
    "show_follow": (),
    "follow_topic": ("topic",),
    "follow_all": (),
    "fit_apart": ("hotline",),
    "fit_entry": ("number", "name", "provision", "reason"),
    "fit_for": ("audience",),
    "fit_fits": ("help",),
    "fit_free": (),
    "fit_cannot_tell": (),
    "fit_does_not": (),
    "fit_met": ("words",),
    "fit_open": ("words",),
    "fit_unmet": ("words",),
    "fit_none": (),
    "fit_skip": (),
    "fit_ask_why": (),
    "fit_why": ("name", "provision", "words"),
    "fit_why_heading": (),
    "fit_save": (),
    "sum_shares": (),
    "sum_share": ("amount", "since", "part", "year"),
    "sum_share_soon": ("amount", "since", "part", "year", "full"),
    "sum_share_later": ("amount", "since", "full", "year", "part"),
    "sum_share_undated": ("amount", "part"),
    "sum_years": (),
    "sum_year": ("year", "available", "income", "deducted", "taxed"),
    "sum_year_both": ("year", "available", "carried", "added", "income", "deducted", "taxed"),
    "sum_carried": ("left",),
    "sum_bars": (),
    "sum_left": (),
    "sum_grounds": ("provision",),
    "sum_of_year": ("year",),
    "sum_another_investment": (),
    "sum_another_year": (),
    "sum_again": (),
    "sum_zero": (),
    "sum_skip": (),
    "sum_done": (),
    "sum_offer": (),
}
_CHINESE_DIGITS = "零一二三四五六七八九十"


def make_card(
    knowledge: Knowledge,
    provision: Provision,
    language: Language,
    view: View = "answer",
    district: str | None = None,
) -> Card:
    """Everything that is known of a provision, for a reader of `language`."""
    policy = knowledge.policies[provision.policy]
    place = knowledge.place_of(provision)
    measure = knowledge.measure_of(provision)
    see_also = see_also_of(knowledge, provision, language)
    newer = [d for d in policy.newer if provision.id in d.provisions][:NEWER_SHOWN]
    changes = knowledge.changes_of(provision)
    values = {
        "hotline": place.fallback_hotline,
        "newer": policy.newer_as_of or "",
        "year": policy.date[:4],
    }
    labels = {key: knowledge.labels[key][language].format(**values) for key in _ON_CARDS}
    copy = policy.copy[language] if policy.copy else ""
    as_of = knowledge.labels["as_of"][language].format(
        date=policy.date,
        copy=f" {copy}" if copy and language == "en" else copy,
        checked=place.as_of,
    )
    subjects = [
        knowledge.labels["see_also"][language].format(subject=extra.subject[language])
        for extra in place.see_also
        if provision.id in extra.provisions and place.contacts[extra.contact].confirmed
    ]
    return Card(
        provision=provision.id,
        number=knowledge.short_id(provision),
        policy=policy.title[language],
        measure=measure.number,
        heading=heading(knowledge, provision, language),
        language=language,
        view=view,
        kind=provision.kind,
        open=any(change.status == "open" for change in changes),
        summary=provision.summary[language],
        quote=provision.quote,
        units=units_of(knowledge, provision, language, district),
        see_also=see_also,
        see_also_labels=tuple(subjects),
        changes=tuple(change_card(knowledge, change, language) for change in changes),
        documents=tuple(_document(knowledge.documents[d], language) for d in provision.documents),
        newer=tuple(_newer(document, language) for document in newer),
        hotline=CardHotline(
            place.fallback_hotline, place.hotlines[place.fallback_hotline].use[language]
        ),
        as_of=as_of,
        labels=labels,
        news=tuple(_notice(n, language) for n in knowledge.news_of(provision)[:NEWS_SHOWN]),
        ended=any(change.ended for change in changes),
    )


def heading(knowledge: Knowledge, provision: Provision, language: Language) -> str:
    """The line that names a provision; with its policy only where there are several."""
    measure = knowledge.measure_of(provision)
    policy = knowledge.policies[provision.policy].short_title[language]
    label = knowledge.labels["heading" if len(knowledge.policies) > 1 else "heading_alone"]
    return label[language].format(
        policy=policy,
        measure=measure.number if language == "en" else chinese_number(measure.number),
        title=measure.title[language],
        number=provision.number,
    )


def menu_entry(knowledge: Knowledge, provision: Provision, language: Language) -> str:
    """How a provision is called in a list to choose from."""
    number = knowledge.short_id(provision)
    name = provision.name[language]
    return f"{name} ({number})" if language == "en" else f"{name}（{number}）"


def chinese_number(number: int) -> str:
    """34 as the policy writes it: 三十四. For 1 to 99."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else _CHINESE_DIGITS[tens] + "十")
    return head + (_CHINESE_DIGITS[ones] if ones or not tens else "")


def change_card(knowledge: Knowledge, change: Change, language: Language) -> CardChange:
    """A change as a card shows it."""
    # A source id without an entry is internal evidence: accepted, never shown.
    sources = [knowledge.sources[s] for s in change.sources if s in knowledge.sources]
    return CardChange(
        label=change.label[language],
        when=change.when[language],
        text=change.text[language],
        status=change.status,
        sources=tuple(CardLink(s.title, s.url, s.date) for s in sources),
    )


def _notice(notice: Notice, language: Language) -> CardLink:
    opened, closed = (" (", ")") if language == "en" else ("（", "）")
    return CardLink(f"{notice.title}{opened}{notice.publisher}{closed}", notice.url, notice.date)


def _document(document: Document, language: Language) -> CardLink:
    title = f"{document.title[language]}（{document.number}）" if document.number else ""
    return CardLink(title or document.title[language], document.url, document.date)


def _newer(document: NewerDocument, language: Language) -> CardLink:
    title = document.title
    if language == "en":
        title = f"{document.english} ({document.title})"
    return CardLink(title, document.url, document.date)
