"""How the sum is asked for and shown: one question, or the years with the words of the clause."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from rasa_sdk.events import EventType

from actions.turn import Turn
from knowledge.amounts import written
from knowledge.bookkeeping import Book, Trouble
from knowledge.card import CardChange
from knowledge.cards import make_card
from knowledge.deduction import PROVISION, WORDS, Year
from knowledge.models import Provision
from knowledge.reckoning import Asked, Share, Sum, full_two_years

_INTENT = "ask_calculation"  # what a tapped button says, with what it stands for as `sum`
# Buttons without a figure of their own, and how they are called.
SUM_LABELS = {
    "go_on": "sum_offer",
    "another_investment": "sum_another_investment",
    "another_year": "sum_another_year",
    "again": "sum_again",
    "zero": "sum_zero",
    "skip": "sum_skip",
    "done": "sum_done",
}
_TROUBLES: dict[Trouble, str] = {
    "currency": "utter_sum_currency",
    "negative": "utter_sum_not_positive",
    "zero": "utter_sum_not_positive",
    "too_large": "utter_sum_too_large",
    "unit": "utter_sum_unit",
    "vague_amount": "utter_sum_vague",
    "future": "utter_sum_future",
    "too_early": "utter_sum_no_such_day",
    "no_such_day": "utter_sum_no_such_day",
    "vague_date": "utter_sum_vague_date",
    "future_income": "utter_sum_future_income",
    "not_understood": "utter_sum_not_understood",
}
_WAN = Decimal(10_000)
_BAR, _LONGEST_BAR = "▇", 12
_MOST_YEARS = 4


def say_troubles(turn: Turn, book: Book) -> None:
    """What could not be taken in, each kind once."""
    for response in dict.fromkeys(_TROUBLES[trouble] for trouble in book.troubles):
        turn.say(response)


def ask_or_show(
    turn: Turn, known: Sum, today: date, unclear: Decimal | None = None
) -> list[EventType]:
    """The one question that is still open, or the result.

    `unclear`: a small number without a unit; which was meant is one tap.
    """
    provision = turn.knowledge.provision(PROVISION)
    assert provision is not None
    asked, which = known.asks(today)
    # With "enough" there may be too little to show anything of.
    if not asked or (known.done and known.shares):
        return _show(turn, known, provision, today)
    _ask(turn, known, asked, which)
    if unclear is not None:
        for value in (unclear * _WAN, unclear):
            turn.offer(_money(turn, value), _INTENT, sum=f"amount:{value}")
    elif asked == "whose":
        for year in range(which, min(today.year, which + _MOST_YEARS - 1) + 1):
            turn.offer(turn.label("sum_of_year").format(year=year), _INTENT, sum=f"year:{year}")
    elif asked == "income":
        _offer(turn, "zero", "skip", *(("done",) if known.incomes else ()))
    elif known.shares:
        _offer(turn, "skip")
    if known.shares:
        _offer(turn, "again")
    turn.offer(turn.label("show_original"), "ask_original", provision=PROVISION)
    return turn.end(
        "form", focus=PROVISION, found=[PROVISION], shown=1, asking="sum", sum=known.slot
    )


def _ask(turn: Turn, known: Sum, asked: Asked, which: int) -> None:
    if asked == "amount":
        turn.say("utter_sum_ask_another" if known.shares else "utter_sum_ask_amount")
    elif asked == "since":
        share = known.shares[which]
        amount, part = _money(turn, share.amount), _money(turn, Sum((share,)).deductible)
        turn.say("utter_sum_ask_since", amount=amount, part=part)
    elif asked == "whose":
        assert known.loose is not None
        turn.say("utter_sum_ask_whose", amount=_money(turn, known.loose))
    else:
        turn.say("utter_sum_ask_income", year=which)


def _show(turn: Turn, known: Sum, provision: Provision, today: date) -> list[EventType]:
    all_dated = all(share.since is not None for share in known.shares)
    lines = known.lines() if all_dated else ()
    shares = [_share_line(turn, share, today) for share in known.shares]
    turn.show_lines(turn.label("sum_shares"), [f"• {line}" for line in shares])
    if lines:
        turn.show_lines(turn.label("sum_years"), [_year_line(turn, line) for line in lines])
        turn.show_lines(turn.label("sum_bars"), _bars(turn, lines))
    elif all_dated and known.first_year > today.year:
        turn.say("utter_sum_not_yet", year=known.first_year)
    else:
        turn.say("utter_sum_no_income")
    if lines and known.unknown:
        turn.say("utter_sum_unknown", year=min(known.unknown))
    heading = turn.label("sum_grounds").format(provision=turn.knowledge.short_id(provision))
    turn.show_lines(
        heading, [f"{mark} “{words}”" for mark, words in zip("①②③", WORDS, strict=True)]
    )
    _show_later(turn, provision)
    if all_dated:
        _offer(turn, "another_investment", *(("another_year",) if known.next_year(today) else ()))
    _offer(turn, "again")
    turn.offer(turn.label("show_original"), "ask_original", provision=PROVISION)
    turn.offer(turn.label("show_contact"), "ask_contact", provision=PROVISION)
    turn.offer(turn.label("show_human"), "ask_human")
    return turn.end(
        "result", focus=PROVISION, found=[PROVISION], shown=1, asking="sum", sum=known.slot
    )


def _show_later(turn: Turn, provision: Provision) -> None:
    """What has widened since, with its source, and that this is no advice and who gives it."""
    card = make_card(turn.knowledge, provision, turn.language)
    changes = [_change(card.labels["source"], turn, change) for change in card.changes]
    turn.show_lines(card.labels["changes"], changes)
    office = next(contact for unit in card.units for contact in unit.contacts)
    numbers = " / ".join(hotline.number for hotline in office.hotlines) or turn.hotline()
    turn.say("utter_sum_no_advice", office=office.name, hotline=numbers)


def _change(source: str, turn: Turn, change: CardChange) -> str:
    colon = ": " if turn.language == "en" else "："
    lines = [f"• {change.when}{colon}{change.text}"]
    lines += [f"  {source}{colon}{link.title} {link.url}" for link in change.sources]
    return "\n".join(lines)


def _share_line(turn: Turn, share: Share, today: date) -> str:
    """What was invested, 70 % of it, and from when that is deducted."""
    amount = _money(turn, share.amount)
    if share.since is None:
        part = _money(turn, Sum((share,)).deductible)
        return turn.label("sum_share_undated").format(amount=amount, part=part)
    investment, held = share.investment, share.is_held_long_enough(today)
    begun = investment.first_year <= today.year
    name = "sum_share_soon" if begun and not held else "sum_share" if begun else "sum_share_later"
    return turn.label(name).format(
        amount=amount,
        since=share.since.written(turn.language),
        part=_money(turn, investment.deductible),
        year=investment.first_year,
        full=full_two_years(share.since).written(turn.language),
    )


def _year_line(turn: Turn, line: Year) -> str:
    """One row of the table: what could be deducted, the income, what was, what is left of both."""
    label = "sum_year_both" if line.carried_in and line.added else "sum_year"
    row = turn.label(label).format(
        year=line.year,
        available=_money(turn, line.carried_in + line.added),
        carried=_money(turn, line.carried_in),
        added=_money(turn, line.added),
        income=_money(turn, line.income),
        deducted=_money(turn, line.deducted),
        taxed=_money(turn, line.taxed),
    )
    if not line.carried_out:
        return row
    return row + turn.label("sum_carried").format(left=_money(turn, line.carried_out))


def _bars(turn: Turn, lines: Sequence[Year]) -> list[str]:
    """A bar a year, of one character that is as wide as itself in every typeface."""
    bars = [(str(line.year), line.deducted) for line in lines]
    if lines[-1].carried_out:
        bars.append((turn.label("sum_left"), lines[-1].carried_out))
    most = max(value for _, value in bars)
    return [f"{name} {_bar(value, most)} {_money(turn, value)}" for name, value in bars]


def _bar(value: Decimal, most: Decimal) -> str:
    """Anything above nothing is seen; nothing is a line."""
    if not value:
        return "▏"
    return _BAR * max(1, round(value / most * _LONGEST_BAR))


def _offer(turn: Turn, *names: str) -> None:
    for name in names:
        turn.offer(turn.label(SUM_LABELS[name]), _INTENT, sum=name)


def _money(turn: Turn, value: Decimal) -> str:
    return written(value, turn.language)
