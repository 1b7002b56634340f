"""What a founder told of themselves, the list that it leads to, and the one question below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from rasa_sdk.events import EventType

from actions.turn import Turn
from knowledge.eligibility import Decision, Verdict, decide_all, next_ask, told
from knowledge.fitting import help_of
from knowledge.models import Ask, Fact, Provision
from knowledge.replies import asks_why, denies, keeps_the_list, passes

_INTENT = "ask_fit"  # what a tapped answer says, with the fact beside it
_MOST_REASONS = 3
# A longer message is a story of its own, and looked up anew.
_LONGEST_REPLY = 30
_LABELS: dict[Verdict, str] = {
    "fits": "fit_met",
    "cannot_tell": "fit_open",
    "does_not_fit": "fit_unmet",
}


@dataclass(frozen=True)
class Profile:
    """Kept in the slot `profile`: what is known, which asks are over, and the list that it is
    about, best first."""

    facts: dict[str, bool]
    passed: tuple[str, ...] = ()
    ranked: tuple[str, ...] = ()

    @classmethod
    def of(cls, turn: Turn) -> Profile:
        kept = turn.slot("profile") or {}
        return cls(
            dict(kept.get("facts") or {}),
            tuple(kept.get("passed") or ()),
            tuple(kept.get("ranked") or ()),
        )

    @property
    def slot(self) -> dict[str, Any]:
        return {"facts": self.facts, "passed": list(self.passed), "ranked": list(self.ranked)}


def with_story(turn: Turn, profile: Profile) -> Profile:
    """What the message itself says of the founder; a correction replaces what was said before."""
    facts = profile.facts
    for fact in turn.entities("fact"):
        facts = told(facts, turn.policy.asks, fact)
    return Profile(facts, profile.passed, profile.ranked)


def ask_named(turn: Turn, name: str | None) -> Ask | None:
    """The ask of that id, if there is one."""
    return next((ask for ask in turn.policy.asks if ask.id == name), None)


def none_of(turn: Turn, profile: Profile, ask: Ask) -> Profile:
    """Nothing (more) of what was offered is so."""
    facts = {**profile.facts, **{fact.id: False for fact in open_facts(turn, profile, ask)}}
    return Profile(facts, profile.passed, profile.ranked)


def skipped(profile: Profile, ask: Ask) -> Profile:
    """Not known, or not to be told: it is not asked again, and decides nothing."""
    return Profile(profile.facts, (*profile.passed, ask.id), profile.ranked)


def open_facts(turn: Turn, profile: Profile, ask: Ask) -> list[Fact]:
    """Those of an ask that could still decide something of the list."""
    decisions = decide_all(turn.knowledge, profile.facts, listed_of(turn, profile))
    missing = {fact for d in decisions if d.current for fact in d.missing}
    return [fact for fact in ask.facts if fact.id in missing]


def replied(turn: Turn) -> Profile | None:
    """The profile after a message in words that answers what was asked; None for another one."""
    ask, profile = ask_named(turn, turn.slot("asking")), Profile.of(turn)
    if ask is not None and passes(turn.text):
        return skipped(profile, ask)
    if ask is not None and denies(turn.text):
        return none_of(turn, profile, ask)
    # A fact is also taken unasked, while the list is what is being talked about.
    listed = bool(profile.ranked and turn.slot("listed"))
    if turn.entities("fact") and listed and len(turn.text) <= _LONGEST_REPLY:
        return with_story(turn, profile)
    return None


def why_asked(turn: Turn) -> Ask | None:
    """What was asked, where the founder wants to know why."""
    return ask_named(turn, turn.slot("asking")) if asks_why(turn.text) else None


def show(
    turn: Turn, profile: Profile, provisions: Sequence[Provision], *, again: bool = True
) -> list[EventType]:
    """The list in groups, what fits first, and the one question that decides most of the rest.

    `again` is False where the list was just there: then the question alone is repeated.
    """
    profile = Profile(profile.facts, profile.passed, tuple(p.id for p in provisions))
    decisions = decide_all(turn.knowledge, profile.facts, provisions)
    listed: list[Provision] = []
    for heading, some in _groups(turn, decisions):
        if again:
            lines = [_line(turn, n, d) for n, d in enumerate(some, start=len(listed) + 1)]
            turn.show_lines(heading, lines)
        listed += [decision.provision for decision in some]
    turn.offer_provisions(listed)
    current = [decision.provision for decision in decisions if decision.current]
    ask = next_ask(turn.knowledge, turn.policy.asks, profile.facts, current, profile.passed)
    if ask is not None:
        _ask(turn, ask, profile)
    turn.offer(turn.label("fit_save"), _INTENT, save="list")
    turn.offer(turn.label("show_human"), "ask_human")
    return turn.end(
        "result",
        listed=True,
        focus=provisions[0].id,
        found=[provision.id for provision in provisions],
        shown=len(listed),
        asking=ask.id if ask is not None else None,
        profile=profile.slot,
    )


def answer_to_ask(turn: Turn) -> list[EventType] | None:
    """Where the message answers what was asked, or asks why, by a button or in words: the turn.
    Else None."""
    profile = Profile.of(turn)
    if profile.ranked and (turn.entity("save") or keeps_the_list(turn.text)):
        # The attendant that makes the page says where it is.
        turn.effect("my_list")
        turn.say("utter_my_list")
        return show(turn, profile, listed_of(turn, profile), again=False)
    nothing, skip, why = (ask_named(turn, turn.entity(kind)) for kind in ("none", "skip", "why"))
    if nothing is not None:
        return go_on(turn, none_of(turn, profile, nothing))
    if skip is not None:
        return go_on(turn, skipped(profile, skip))
    why = why or why_asked(turn)
    if why is not None:
        explain(turn, why)
        return show(turn, profile, listed_of(turn, profile), again=False)
    if not turn.text and turn.entities("fact"):
        return go_on(turn, with_story(turn, profile))
    changed = replied(turn)
    return go_on(turn, changed) if changed is not None else None


def go_on(turn: Turn, profile: Profile) -> list[EventType]:
    """The list again, or, where there was none, which kind of help it is about."""
    provisions = listed_of(turn, profile)
    if not provisions:
        return ask_what_is_needed(turn, profile)
    turn.say("utter_fit_now")
    return show(turn, profile, provisions)


def ask_what_is_needed(turn: Turn, profile: Profile) -> list[EventType]:
    """Nothing says yet which kind of help it is about."""
    turn.say("utter_which_help")
    for topic in turn.policy.topics.values():
        turn.offer(topic.name[turn.language], "ask_topics", topic=topic.id)
    return turn.end("choices", listed=True, found=[], shown=0, profile=profile.slot)


def explain(turn: Turn, ask: Ask) -> None:
    """Which offers the answer decides, and the words of theirs that ask for it."""
    profile = Profile.of(turn)
    facts = {fact.id for fact in ask.facts}
    lines = []
    for decision in decide_all(turn.knowledge, profile.facts, listed_of(turn, profile)):
        words = [leaf.words for leaf in decision.reasons if leaf.fact in facts]
        if decision.verdict == "cannot_tell" and words:
            lines.append(
                turn.label("fit_why").format(
                    name=decision.provision.name[turn.language],
                    provision=turn.knowledge.short_id(decision.provision),
                    words=_quoted(turn, words),
                )
            )
    turn.show_lines(turn.label("fit_why_heading"), lines)


def listed_of(turn: Turn, profile: Profile) -> list[Provision]:
    """The provisions that the profile is about, as far as they are still there."""
    found = (turn.knowledge.provision(identity) for identity in profile.ranked)
    return [provision for provision in found if provision is not None]


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


def _ask(turn: Turn, ask: Ask, profile: Profile) -> None:
    turn.say("utter_ask_profile", question=ask.question[turn.language])
    for fact in open_facts(turn, profile, ask):
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
