"""What is read out on the telephone: the summary, divided, and never without what qualifies it."""

from __future__ import annotations

import pytest

from knowledge.cards import make_card
from knowledge.language import LANGUAGES, Language
from knowledge.models import Knowledge
from knowledge.spoken import spoken


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_two_parts_are_the_summary_and_nothing_else(
    knowledge: Knowledge, language: Language
) -> None:
    for provision in knowledge.provisions.values():
        said = spoken(make_card(knowledge, provision, language))
        joined = f"{said.lead} {said.rest}" if language == "en" else said.lead + said.rest
        assert joined.strip() == provision.summary[language]
        assert said.lead.endswith(("。", "！", "？", ".", "”", "）", ")", "；")) or not said.rest


def test_what_is_read_out_first_can_be_taken_in_by_ear(knowledge: Knowledge) -> None:
    leads = [spoken(make_card(knowledge, p, "zh-Hans")).lead for p in knowledge.provisions.values()]

    assert sorted(map(len, leads))[len(leads) * 9 // 10] <= 90


def test_a_task_for_departments_and_an_open_question_are_said_with_it(
    knowledge: Knowledge,
) -> None:
    for provision in knowledge.provisions.values():
        card = make_card(knowledge, provision, "en")
        said = spoken(card).standing
        assert (card.labels["duty"] in said) == (provision.kind == "duty")
        assert (card.labels["open"] in said) == card.open
