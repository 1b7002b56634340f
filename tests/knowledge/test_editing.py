"""A question is added to a content file by one line; comments, order and style stay."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.editing import CannotEdit, with_question
from knowledge.language import LANGUAGES, Language, clean, has_words
from knowledge.storage import ROOT

BLOCK = """\
# What this is.
provisions:
- id: "1.1"
  questions:
    zh-Hans:
    - "一"   # the first
    # the second was a bad one
    - '二'
    en: [one, "two"]   # flow
  units: []
- id: "1.2"   # no Traditional here
  questions:
    zh-Hans:
      - 三
    en: []
"""
FIRST, SECOND = ("provisions", 0, "questions"), ("provisions", 1, "questions")


def added(before: str, after: str) -> list[tuple[str, str]]:
    """The lines that differ, old and new; lines that are new have an empty old one."""
    old, new = before.split("\n"), after.split("\n")
    start = next(at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b)
    if len(new) == len(old):
        return [(a, b) for a, b in zip(old, new, strict=True) if a != b]
    more = len(new) - len(old)
    assert new[start + more :] == old[start:]
    return [("", line) for line in new[start : start + more]]


@pytest.mark.parametrize(
    ("path", "language", "lines"),
    [
        (FIRST, "zh-Hans", [("", '    - "新"')]),
        (FIRST, "zh-Hant", [("", "    zh-Hant:"), ("", '    - "新"')]),
        (FIRST, "en", [('    en: [one, "two"]   # flow', '    en: [one, "two", "新"]   # flow')]),
        (SECOND, "zh-Hans", [("", '      - "新"')]),
        (SECOND, "zh-Hant", [("", "    zh-Hant:"), ("", '    - "新"')]),
        (SECOND, "en", [("    en: []", '    en: ["新"]')]),
    ],
)
def test_one_line_more_in_the_style_that_is_there(
    path: tuple[str | int, ...], language: Language, lines: list[tuple[str, str]]
) -> None:
    after = with_question(BLOCK, path, language, "新")

    assert added(BLOCK, after) == lines


def test_line_ends_of_windows_and_a_file_without_a_last_one_stay() -> None:
    windows = BLOCK.replace("\n", "\r\n")
    assert with_question(windows, FIRST, "zh-Hans", "新").count("\r\n") == windows.count("\r\n") + 1
    short = 'questions:\n  en:\n  - "one"'
    assert with_question(short, ("questions",), "en", "two") == short + '\n  - "two"'


@given(st.text(min_size=1, max_size=80).map(clean).filter(has_words), st.sampled_from(LANGUAGES))
@settings(max_examples=60, deadline=None)
def test_whatever_is_asked_comes_back_word_for_word(question: str, language: Language) -> None:
    text = BLOCK.replace("one", "a question of its own")
    try:
        after = with_question(text, FIRST, language, question)
    except CannotEdit:
        # YAML has no words for a few characters; then nothing is given out.
        return
    questions = yaml.safe_load(after)["provisions"][0]["questions"]
    assert questions[language][-1] == question


@pytest.mark.parametrize(
    ("text", "path", "why"),
    [
        (BLOCK, ("provisions", 7, "questions"), "there is no 7"),
        (BLOCK, ("provisions", 0, "units"), "no mapping"),
        ("a: [", ("a",), "not readable"),
        ("a:\n  zh-Hans: text\n", ("a",), "is no list"),
    ],
)
def test_a_file_that_is_not_as_expected_is_left_alone(
    text: str, path: tuple[str | int, ...], why: str
) -> None:
    with pytest.raises(CannotEdit, match=why):
        with_question(text, path, "zh-Hans", "新")


def test_what_is_there_already_is_not_added_in_any_language() -> None:
    for language in LANGUAGES:
        with pytest.raises(CannotEdit, match="already"):
            with_question(BLOCK, FIRST, language, "二")


def test_every_list_of_the_content_can_be_added_to() -> None:
    count = 0
    for file in sorted(ROOT.glob("policies/*/measures/*.yml")):
        text = file.read_text("utf-8")
        provisions = yaml.load(text, yaml.CSafeLoader)["provisions"]
        # Parsing a file for a change takes a while; each kind of place once.
        for at in {0, len(provisions) - 1}:
            language = LANGUAGES[count % 3]
            after = with_question(text, ("provisions", at, "questions"), language, "新？")
            assert [line.strip() for _, line in added(text, after)] == ['- "新？"']
            count += 1
    assert count > 34
