"""What a founder told of themselves, the list that it leads to, and the one question below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rasa_sdk.events import EventType

from actions.turn import Turn
from knowledge.conditions import Is
from knowledge.eligibility import Decision, Verdict
from knowledge.fitting import help_of
from knowledge.models import Ask, Provision
from knowledge.replies import asks_why, denies, keeps_the_list, names_the_list, passes
from knowledge.told import SLOT, Told

_INTENT = "ask_fit"  # what a tapped answer says, with the fact beside it
_MOST_REASONS = 3
# A longer message is a story of its own, and looked up anew.
_LONGEST_REPLY = 30
_LABELS: dict[Verdict, str] = {
    "fits": "fit_met",
    "cannot_tell": "fit_open",
    "does_not_fit": "fit_unmet",
}


def told_in(turn: Turn) -> Told:
    """What the conversation has told so far."""
    return Told.of(turn.knowledge, turn.slot(SLOT), turn.policy)


def with_story(turn: Turn, known: Told) -> Told:
    """With what the message itself says of the founder."""
    for fact in turn.entities("fact"):
        known = known.tell(fact)
    return known


def replied(turn: Turn) -> Told | None:
    """What is known after a message in words that answers what was asked; None for another one."""
    known = told_in(turn)
    ask = known.ask_named(turn.slot("asking"))
    if ask is not None and passes(turn.text):
        return known.skip(ask)
    if ask is not None and denies(turn.text):
        return known.none_of(ask)
    # A fact is also taken unasked, while the list is what is being talked about.
    listed = bool(known.ranked and turn.slot("listed"))
    if turn.entities("fact") and listed and len(turn.text) <= _LONGEST_REPLY:
        return with_story(turn, known)
    return None


def why_asked(turn: Turn) -> Ask | None:
    """What was asked, where the founder wants to know why."""
    return told_in(turn).ask_named(turn.slot("asking")) if asks_why(turn.text) else None


def show(
    turn: Turn, known: Told, provisions: Sequence[Provision], *, again: bool = True
) -> list[EventType]:
    """The list in groups, what fits first, and the one question that decides most of the rest.

    `again` is False where the list was just there: then the question alone is repeated.
    """
    known = known.about(provisions)
    listed: list[Provision] = []
    for heading, some in _groups(turn, known.decisions):
        if again:
            lines = [_line(turn, n, d) for n, d in enumerate(some, start=len(listed) + 1)]
            turn.show_lines(heading, lines)
        listed += [decision.provision for decision in some]
    turn.offer_provisions(listed)
    ask = known.ask
    if ask is not None:
        _ask(turn, ask, known)
    turn.offer(turn.label("fit_save"), _INTENT, save="list")
    turn.offer(turn.label("show_human"), "ask_human")
    return turn.end(
        "result",
        listed=True,
        focus=provisions[0].id,
        found=[provision.id for provision in provisions],
        shown=len(listed),
        asking=ask.id if ask is not None else None,
        profile=known.slot,
    )


def answer_to_ask(turn: Turn) -> list[EventType] | None:
    """Where the message answers what was asked, or asks why, by a button or in words: the turn.
    Else None."""
    known = told_in(turn)
    if known.ranked and (turn.entity("save") or keeps_the_list(turn.text)):
        # The attendant that makes the page says where it is.
        turn.effect("my_list")
        turn.say("utter_my_list")
        return show(turn, known, known.provisions, again=False)
    if names_the_list(turn.text):
        return ask_what_is_needed(turn, known, "utter_no_list")
    nothing, skip, why = (known.ask_named(turn.entity(kind)) for kind in ("none", "skip", "why"))
    if nothing is not None:
        return go_on(turn, known.none_of(nothing))
    if skip is not None:
        return go_on(turn, known.skip(skip))
    why = why or why_asked(turn)
    if why is not None and known.ranked:
        explain(turn, why)
        return show(turn, known, known.provisions, again=False)
    if not turn.text and turn.entities("fact"):
        return go_on(turn, with_story(turn, known))
    changed = replied(turn)
    return go_on(turn, changed) if changed is not None else None


def go_on(turn: Turn, known: Told) -> list[EventType]:
    """The list again, or, where there was none, which kind of help it is about."""
    if not known.ranked:
        return ask_what_is_needed(turn, known)
    turn.say("utter_fit_now")
    return show(turn, known, known.provisions)


def ask_what_is_needed(
    turn: Turn, known: Told, response: str = "utter_which_help"
) -> list[EventType]:
    """Nothing says yet which kind of help it is about."""
    turn.say(response)
    for topic in turn.policy.topics.values():
        turn.offer(topic.name[turn.language], "ask_topics", topic=topic.id)
    return turn.end("choices", listed=True, found=[], shown=0, profile=known.slot)


def explain(turn: Turn, ask: Ask) -> None:
    """Which offers the answer decides, and the words of theirs that ask for it."""
    facts = {fact.id for fact in ask.facts}
    lines = []
    for decision in told_in(turn).decisions:
        words = [r.words for r in decision.reasons if isinstance(r, Is) and r.fact in facts]
        if decision.verdict == "cannot_tell" and words:
            lines.append(
                turn.label("fit_why").format(
                    name=decision.provision.name[turn.language],
                    provision=turn.knowledge.short_id(decision.provision),
                    words=_quoted(turn, words),
                )
            )
    turn.show_lines(turn.label("fit_why_heading"), lines)


def _groups(turn: Turn, decisions: Sequence[Decision]) -> list[tuple[str, list[Decision]]]:
    """Headings and what stands under them; empty ones are left out."""
    current = [decision for decision in decisions if decision.current]

    def of(verdict: Verdict) -> list[Decision]:
        return [decision for decision in current if decision.verdict == verdict]

    by_help = {
        kind: [d for d in of("fits") if help_of(turn.knowledge, d.provision) == kind]
        for kind in turn.policy.helps
    }
    fits, helps = turn.label("fit_fits"), turn.policy.helps
    groups = [
        (fits.format(help=helps[kind].name[turn.language]), some) for kind, some in by_help.items()
    ]
    groups += [
        (turn.label("fit_cannot_tell"), of("cannot_tell")),
        (
            turn.label("fit_apart").format(hotline=turn.hotline()),
            [d for d in decisions if not d.current],
        ),
        (turn.label("fit_does_not"), of("does_not_fit")),
    ]
    return [(heading, some) for heading, some in groups if some]


def _line(turn: Turn, number: int, decision: Decision) -> str:
    """What it is, why it may fit, and the words of the clause that decide it."""
    provision = decision.provision
    entry = turn.label("fit_entry").format(
        number=number,
        name=provision.name[turn.language],
        provision=turn.knowledge.short_id(provision),
        reason=_reason(turn, provision),
    )
    if not decision.current:
        return entry
    if not decision.reasons:
        return entry + turn.label("fit_free")
    words = _quoted(turn, [leaf.words for leaf in decision.reasons])
    return entry + turn.label(_LABELS[decision.verdict]).format(words=words)


def _quoted(turn: Turn, words: Iterable[str]) -> str:
    """Words of the clause, each once, a few of them."""
    between = ", " if turn.language == "en" else "、"
    return between.join(f"“{each}”" for each in list(dict.fromkeys(words))[:_MOST_REASONS])


def _ask(turn: Turn, ask: Ask, known: Told) -> None:
    turn.say("utter_ask_profile", question=ask.question[turn.language])
    for fact in known.open_facts(ask):
        turn.offer(fact.name[turn.language], _INTENT, fact=fact.id)
    turn.offer(turn.label("fit_none"), _INTENT, none=ask.id)
    turn.offer(turn.label("fit_skip"), _INTENT, skip=ask.id)
    turn.offer(turn.label("fit_ask_why"), _INTENT, why=ask.id)


def _reason(turn: Turn, provision: Provision) -> str:
    given = provision.reason.get(turn.language)
    if given:
        return given
    comma = ", " if turn.language == "en" else "、"
    audiences = turn.knowledge.policies[provision.policy].audiences
    names = comma.join(audiences[a].name[turn.language] for a in provision.audience)
    return turn.label("fit_for").format(audience=names)
