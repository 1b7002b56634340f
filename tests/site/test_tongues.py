"""Words of another language than their page's are marked as what they are."""

from __future__ import annotations

import pytest

from bot.site.tongues import foreign, numbered, spoken
from knowledge.language import Language


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("no Chinese & none", "no Chinese &amp; none"),
        ("vouchers (科技创新券) and", 'vouchers (<span lang="zh-Hans">科技创新券</span>) and'),
        ("深府规〔2025〕10号, of 2025", '<span lang="zh-Hans">深府规〔2025〕10号</span>, of 2025'),
        ("财政部 税务总局公告 says", '<span lang="zh-Hans">财政部 税务总局公告</span> says'),
        ("《条例》 took", '<span lang="zh-Hans">《条例》</span> took'),
    ],
)
def test_chinese_names_in_english_are_marked(text: str, marked: str) -> None:
    assert spoken(text, "en") == marked
    assert "<span" not in spoken(text, "zh-Hans")


@pytest.mark.parametrize(
    ("text", "language", "marked"),
    [
        ("关于印发办法的通知", "zh-Hans", "关于印发办法的通知"),
        ("关于印发办法的通知", "zh-Hant", '<span lang="zh-Hans">关于印发办法的通知</span>'),
        ("關於印發辦法的通知", "zh-Hans", '<span lang="zh-Hant">關於印發辦法的通知</span>'),
        ("Xinhua: what i深圳 is", "zh-Hant", '<span lang="en">Xinhua: what i'),
        ("Rules (办法)", "en", 'Rules (<span lang="zh-Hans">办法</span>)'),
        ("<b>", "en", "&lt;b&gt;"),
    ],
)
def test_a_title_of_others_is_marked_as_a_whole(text: str, language: Language, marked: str) -> None:
    assert foreign(text, language).startswith(marked)


def test_a_documents_number_is_written_as_the_title_before_it_is() -> None:
    assert numbered("意見（国发〔2016〕34号）", "zh-Hant") == "意見（國發〔2016〕34號）"
    assert numbered("意见（国发〔2016〕34号）", "zh-Hans") == "意见（国发〔2016〕34号）"
