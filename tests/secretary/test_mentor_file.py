"""A CSV file of mentors: what is right in it, and what is said of what is wrong."""

from __future__ import annotations

import asyncio
from datetime import date
from pathlib import Path

import pytest

from bot.__main__ import main
from bot.secretary.mentor_file import MentorsError, read_mentors, template
from bot.settings import Settings
from bot.store.mentors import SqlMentors
from bot.store.sql import SqlStore
from knowledge.vocabulary import Vocabulary

HEAD = "id,name,fields,stages,languages,times,contact,consent"
ROW = 'm-001,林老师,硬件; chips,seed；初创期,英语;廣東話,"周二, 晚上",13800138000,2026-11-01'
TODAY = date(2026, 11, 30)


def mistakes(words: Vocabulary, *lines: str, head: str = HEAD) -> list[str]:
    with pytest.raises(MentorsError) as error:
        read_mentors("\n".join([head, *lines]).encode(), words, TODAY)
    return error.value.lines


def changed(column: str, value: str) -> str:
    """The row that is right, but for one column."""
    cells = ["m-001", "林老师", "chips", "seed", "english", "weekends", "a@b.cn", "2026-11-01"]
    cells[HEAD.split(",").index(column)] = value
    return ",".join(cells)


def test_a_row_may_name_words_in_any_language_and_separate_them_as_people_do(
    words: Vocabulary,
) -> None:
    (found,) = read_mentors(f"\ufeff{HEAD}\n{ROW}\n\n".encode(), words, TODAY)

    assert found.fields == ("hardware", "chips")
    assert found.stages == ("seed", "startup")
    assert found.tongues == ("english", "cantonese")
    assert (found.times, found.contact) == ("周二, 晚上", "13800138000")
    assert (found.consent, found.active, found.demo) == (date(2026, 11, 1), True, False)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("id", "", "give each mentor an id"),
        ("id", "m 1", "'m 1' is no id"),
        ("name", "", "write what the mentor is called"),
        ("name", "x" * 41, "at most 40 characters"),
        ("name", "call 13800138000", "founders see this"),
        ("fields", "hardwear", "did you mean 'hardware'?"),
        ("fields", ";", "write one or more fields"),
        ("stages", "qqq", "one of idea, seed"),
        ("languages", "klingon", "is not in the list"),
        ("times", "", "write when the mentor has time"),
        ("times", "mail me: a@b.cn", "write it under contact alone"),
        ("contact", "by pigeon", "no phone number and no e-mail"),
        ("consent", "", "without it a mentor cannot be entered"),
        ("consent", "yes", "write it like 2026-11-30"),
        ("consent", "2026-02-30", "'2026-02-30' is no day"),
        ("consent", "2026-12-01", "has not come yet"),
    ],
)
def test_a_bad_value_is_named_with_line_and_column_and_what_to_write(
    words: Vocabulary, column: str, value: str, said: str
) -> None:
    (line,) = mistakes(words, changed(column, value))

    assert line.startswith(f"line 2: {column}: ")
    assert said in line


def test_every_mistake_of_every_row_is_said_at_once(words: Vocabulary) -> None:
    found = mistakes(words, changed("fields", "qqq"), "", changed("contact", "none"))

    # The second has the id of the first, which could not be read: that is no mistake of its own.
    assert [line.partition(": ")[0] for line in found] == ["line 2", "line 4"]


def test_an_id_that_stands_twice_names_the_line_of_the_first(words: Vocabulary) -> None:
    (line,) = mistakes(words, ROW, ROW)

    assert line.startswith("line 3: id: 'm-001' stands in line 2 already")


def test_a_value_over_two_lines_does_not_shift_the_lines_that_are_named(words: Vocabulary) -> None:
    long = changed("times", '"weekends\nand evenings"')
    (line,) = mistakes(words, long, changed("id", "!"))

    assert line.startswith("line 4: id")


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("id,nmae,fields,stages,languages,times,contact,consent", "did you mean 'name'?"),
        ("id,name,fields,stages,languages,times,contact", "without the column consent"),
        (f"{HEAD},id", "the column 'id' twice"),
    ],
)
def test_a_wrong_head_is_named(words: Vocabulary, head: str, said: str) -> None:
    assert said in "\n".join(mistakes(words, ROW, head=head))


def test_a_row_with_too_many_values_says_how_to_quote_a_comma(words: Vocabulary) -> None:
    (line,) = mistakes(words, f"{ROW},more")

    assert "line 2: has 9 values for 8 columns" in line


def test_a_file_that_is_not_utf_8_says_how_to_save_it(words: Vocabulary) -> None:
    with pytest.raises(MentorsError, match="line 2: is not UTF-8"):
        read_mentors(f"{HEAD}\n{ROW}".encode("gb18030"), words, TODAY)


def test_the_template_is_a_file_without_mentors_and_names_every_word(words: Vocabulary) -> None:
    text = template(words)
    with pytest.raises(MentorsError, match="there is no mentor in it"):
        read_mentors(text.encode(), words, TODAY)

    assert len(read_mentors(f"{text}\n{ROW}".encode(), words, TODAY)) == 1
    assert all(word in text for word in (*words.fields, *words.stages, *words.tongues))


async def kept(settings: Settings) -> dict[str, str]:
    store = SqlStore(settings.database)
    try:
        return {each.id: each.times for each in await SqlMentors(store).all()}
    finally:
        await store.close()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CHUANGWEN_DATA_DIR", str(tmp_path))
    return tmp_path


def test_importing_again_changes_and_doubles_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "mentors.csv"
    file.write_text(f"{HEAD}\n{ROW}\n", "utf-8")
    assert main(["mentors", "import", "--check", str(file)]) == 0
    assert asyncio.run(kept(Settings(data_dir=folder))) == {}
    assert main(["mentors", "import", str(file)]) == 0
    file.write_text(f"{HEAD}\n{changed('times', 'mornings')}\n", "utf-8")
    assert main(["mentors", "import", str(file)]) == 0

    assert asyncio.run(kept(Settings(data_dir=folder))) == {"m-001": "mornings"}
    assert "0 mentors added, 1 changed" in capsys.readouterr().out
    assert b"13800138000" not in (folder / "chuangwen.db").read_bytes()


def test_one_bad_row_keeps_all_of_them_out(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "mentors.csv"
    file.write_text(f"{HEAD}\n{ROW}\n{changed('id', 'm 2')}\n", "utf-8")

    assert main(["mentors", "import", str(file)]) == 1
    assert asyncio.run(kept(Settings(data_dir=folder))) == {}
    said = capsys.readouterr().err
    assert "mentors.csv: line 3: id:" in said
    assert "nothing was imported" in said


def test_demo_data_is_marked_and_goes_without_touching_what_is_real(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = folder / "mentors.csv"
    file.write_text(f"{HEAD}\n{ROW}\n", "utf-8")
    main(["mentors", "import", str(file)])
    assert main(["demo", "load"]) == main(["demo", "load"]) == 0
    capsys.readouterr()
    main(["mentors", "list"])
    listed = capsys.readouterr().out.splitlines()
    assert sum(line.endswith("demo") for line in listed) == len(listed) - 1 > 0

    assert main(["demo", "remove"]) == 0
    assert list(asyncio.run(kept(Settings(data_dir=folder)))) == ["m-001"]
