"""Long texts are cut where it hurts least, and nothing is lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.splitting import split, utf8_bytes, utf16_units


def without_blanks(text: str) -> str:
    return "".join(text.split())


def test_a_text_that_fits_stays_whole() -> None:
    assert split("一二三\n\n四五六", 20) == ["一二三\n\n四五六"]


def test_paragraphs_stay_together_as_long_as_they_fit() -> None:
    assert split("aaaa\n\nbbbb\n\ncccc", 12) == ["aaaa\n\nbbbb", "cccc"]


def test_a_paragraph_that_is_too_long_is_cut_at_its_lines_then_at_its_sentences() -> None:
    assert split("第一行\n第二行\n第三行", 8) == ["第一行\n第二行", "第三行"]
    assert split("第一句话。第二句话！第三句", 7) == ["第一句话。", "第二句话！", "第三句"]
    assert split("Now. Then. Later.", 11) == ["Now. Then.", "Later."]


def test_bytes_are_counted_as_wechat_counts_them_and_units_as_telegram_does() -> None:
    assert utf8_bytes("创a") == 4
    assert utf16_units("创a😀") == 4


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet="一二三，。\n ab.😀", max_size=300),
    st.integers(4, 40),
    st.sampled_from([len, utf8_bytes, utf16_units]),
)
def test_every_piece_fits_and_together_they_are_the_text(text, limit, measure) -> None:
    pieces = split(text, limit, measure)

    assert all(0 < measure(piece) <= limit for piece in pieces)
    assert without_blanks("".join(pieces)) == without_blanks(text)
