"""The sheet that a founder fills in for a project: which question is next, and what it takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

Step = Literal["what", "stage", "team", "need", "contact", "consent", "review"]
STEPS: tuple[Step, ...] = ("what", "stage", "team", "need", "contact", "consent", "review")
ANSWERED = STEPS[:5]  # what a project consists of, and may be changed at the end
FREE = ("what", "team", "need")  # answered in any words
SKIPPABLE = ("stage", "team", "need", "contact")
LONGEST = 500  # characters of an answer
KEY = "project_form"  # in a conversation's state while a sheet is open
# After this long a message is more likely about something else than an answer.
_STALE = timedelta(hours=1)

Command = Literal["skip", "back", "cancel", "confirm", "agree", "edit", "aside"]


@dataclass(frozen=True)
class Sheet:
    """As far as it is filled in. Answers are masked, the contact sealed; skipped ones are empty.

    `id` makes one project of one sheet. `aside`: words that were taken for a question and may have
    been the answer. `version` is the owner's, and `touched` when it was last shown: both tell
    whether something else came in between.
    """

    id: str
    step: Step = "what"
    answers: Mapping[str, str] = field(default_factory=dict)
    editing: bool = False
    aside: str = ""
    version: int = 0
    touched: str = ""

    @classmethod
    def of(cls, state: Mapping[str, Any]) -> Sheet | None:
        kept = state.get(KEY)
        return cls(**kept) if kept else None

    def into(self, state: Mapping[str, Any]) -> dict[str, Any]:
        return {**state, KEY: asdict(self)}

    def answer(self, value: str) -> Sheet:
        """The next question, or back to the end where one answer alone was to be changed."""
        answers = {**self.answers, self.step: value}
        following = STEPS[STEPS.index(self.step) + 1]
        step: Step = "review" if self.editing else following
        return replace(self, step=step, answers=answers, editing=False, aside="")

    def back(self) -> Sheet:
        """The question before; from a change at the end, the end."""
        at = STEPS.index(self.step)
        step: Step = "review" if self.editing else STEPS[max(at - 1, 0)]
        return replace(self, step=step, editing=False, aside="")

    def edit(self, step: str) -> Sheet:
        """Change one answer, then go on where it is read back."""
        if step not in ANSWERED or self.step != "review":
            return self
        return replace(self, step=step, editing=True, aside="")

    def shown(self, version: int, now: datetime, aside: str = "") -> Sheet:
        return replace(self, version=version, touched=now.isoformat(), aside=aside)

    def is_stale(self, version: int, now: datetime) -> bool:
        """Whether a person had the conversation meanwhile, or it was left for long."""
        last = datetime.fromisoformat(self.touched) if self.touched else now
        return self.version != version or now - last > _STALE


def without(state: Mapping[str, Any]) -> dict[str, Any]:
    """A conversation's state without a sheet."""
    return {key: value for key, value in state.items() if key != KEY}


def command_in(text: str, step: Step) -> tuple[Command, str] | None:
    """What a text tells the sheet to do, rather than answering it; for "edit" also which answer."""
    for command, pattern in _COMMANDS.items():
        if pattern.fullmatch(text.strip()) and command in _AT.get(step, _ALWAYS):
            return command, ""
    if step == "review":
        match = _EDIT.match(text.strip())
        for name, pattern in _NAMES.items():
            if match and pattern.search(text):
                return "edit", name
    return None


def is_question(text: str) -> bool:
    """Whether a text clearly asks something."""
    return bool(_QUESTION.search(text.strip()))


def _whole(words: str) -> re.Pattern[str]:
    return re.compile(rf"\W*(?:{words})\W*", re.IGNORECASE)


_COMMANDS: dict[Command, re.Pattern[str]] = {
    "skip": _whole("跳过|跳過|略過|先跳过|不填|唔填|下一题|下一題|skip( it| this)?|pass|next"),
    "back": _whole("上一步|返回|回上一步|上一题|上一題|返上一步|back|go back|previous"),
    "cancel": _whole(
        "取消|不填了|不交了|唔填喇|唔交喇|唔搞喇|算了|算啦|退出|cancel|stop|quit|never mind"
    ),
    "confirm": _whole(
        "确认|確認|确定|確定|提交|确认提交|確認提交|没问题|沒問題|冇問題|正确|正確|啱|好|可以|ok|okay|"
        "yes|confirm|submit|correct|send it"
    ),
    "agree": _whole(
        "同意|我同意|好|好的|可以|得|冇問題|没问题|yes|i agree|agree|agreed|ok|okay|sure"
    ),
    "aside": _whole(
        "(?:我?想?要?|帮我|幫我)?(?:找|转|轉|搵|接)?(?:真人|人工)(?:客服)?|找工作人员|搵職員|"
        "(?:can i |i want to |let me )?(?:talk|speak) to (?:a |an )?(?:real )?(?:human|person)|"
        "human|in english(?: please)?|用英文|讲中文|講中文|用繁體|用简体"
    ),
}
_ALWAYS: tuple[Command, ...] = ("skip", "back", "cancel", "aside")
_AT: dict[Step, tuple[Command, ...]] = {
    "consent": (*_ALWAYS, "agree"),
    "review": (*_ALWAYS, "confirm"),
}
_EDIT = re.compile(r"改|更正|换|換|change|edit|correct|fix", re.IGNORECASE)
_NAMES = {
    "what": re.compile(r"项目|項目|内容|內容|what|project", re.IGNORECASE),
    "stage": re.compile(r"阶段|階段|stage", re.IGNORECASE),
    "team": re.compile(r"团队|團隊|team", re.IGNORECASE),
    "need": re.compile(r"需要|需求|need", re.IGNORECASE),
    "contact": re.compile(r"联系|聯絡|电话|電話|邮箱|電郵|contact|phone|mail", re.IGNORECASE),
}
_QUESTION = re.compile(
    r"[?？]$|(?:吗|嗎|呢|咩|未呀|㗎)[。！!~]*$"
    r"|^(?:请问|請問|想问|想問|什么是|甚麼是|乜嘢係|咩係|怎么|怎樣|怎样|点样|點樣|点解|點解|为什么|"
    r"為甚麼|有没有|有沒有|有冇|哪里|哪裡|邊度|邊個|谁|"
    r"what(?:'s| is| are)|how (?:do|does|can|much|many|long)|where (?:is|are|can|do)|"
    r"who (?:is|are)|which |when (?:is|do|does|will)|why |can (?:i|we)|could (?:i|we)|"
    r"do (?:i|we|you)|is there|are there)",
    re.IGNORECASE,
)
