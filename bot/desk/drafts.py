"""A question of the inbox as a change of the content, with the conversation that tests it.

Nothing is written: a draft is a patch, for somebody to review and to apply.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from bot.desk.patch import FileChange, Patch
from bot.settings import PROJECT
from knowledge.cards import make_card
from knowledge.editing import CannotEdit, with_question
from knowledge.language import Language, detect, fold
from knowledge.live import Content
from knowledge.models import Provision
from knowledge.search import OUT_OF_SCOPE

_CONVERSATIONS = Path("tests") / "conversations"
_DECLINE = Path("nlu") / "responses" / "decline.yml"
_CLAUSE_ENDS = re.compile(r"[。；;！!？?\n]|\. ")
_IN_LANGUAGE = {"zh-Hans": "", "zh-Hant": "_in_traditional", "en": "_in_english"}
_CONVERSATION = """\
# A question that founders asked in vain; drafted at the hotline desk.
turns:
- say: {say}
  language: {language}
  outcome: {outcome}
  provisions: {provisions}
  phrase: {phrase}
"""


class CannotDraft(Exception):
    """There is nothing to draft. `why`: "known", "unreadable" or "no_such_provision"."""

    def __init__(self, why: str, where: str = "") -> None:
        self.why, self.where = why, where
        super().__init__(f"{why}: {where}")


@dataclass(frozen=True)
class Draft:
    """What to add: a question in a list of its language, to a provision or out of scope.

    `target`: a provision's id or OUT_OF_SCOPE.
    """

    question: str
    language: Language
    target: str


class Drafts:
    """Makes patches against the files as they are. `roots`: the content folders."""

    def __init__(self, roots: Sequence[Path], project: Path = PROJECT) -> None:
        self._roots, self._project = tuple(roots), project

    def patch(self, draft: Draft, content: Content) -> Patch:
        """Raises CannotDraft. Reads files; not for the event loop."""
        known = _known(draft.question, content)
        if known:
            raise CannotDraft("known", known)
        provision = None
        if draft.target != OUT_OF_SCOPE:
            provision = content.knowledge.provision(draft.target)
            if provision is None:
                raise CannotDraft("no_such_provision", draft.target)
        root, file, path = self._file(provision)
        try:
            before = file.read_bytes().decode("utf-8")
            after = with_question(before, path, draft.language, draft.question)
        except (CannotEdit, OSError, UnicodeDecodeError) as error:
            raise CannotDraft("unreadable", file.name) from error
        ours = root.resolve().is_relative_to(self._project)
        # Content of another repository is changed there; its conversations are not tested by ours.
        base = self._project if ours else root.resolve().parent
        changes = [FileChange(file.resolve().relative_to(base).as_posix(), before, after)]
        name = self._name(draft, provision)
        if ours:
            conversation = self._conversation(draft.question, provision, content)
            test = (_CONVERSATIONS / f"{name}.yml").as_posix()
            changes.append(FileChange(test, None, conversation))
        return Patch(f"{name}.patch", tuple(changes))

    def _file(self, provision: Provision | None) -> tuple[Path, Path, tuple[str | int, ...]]:
        """The content folder, the file in it, and where in it the questions are."""
        if provision is None:
            return self._roots[0], self._roots[0] / "out_of_scope.yml", (OUT_OF_SCOPE,)
        for root in self._roots:
            for file in sorted((root / "policies" / provision.policy / "measures").glob("*.yml")):
                place = _place_in(file, provision)
                if place is not None:
                    return root, file, ("provisions", place, "questions")
        raise CannotDraft("no_such_provision", provision.number)

    def _name(self, draft: Draft, provision: Provision | None) -> str:
        """By what the founder does, as all conversations are; the end keeps them apart."""
        number = provision.number.replace(".", "_") if provision is not None else ""
        what = f"asks_for_{number}_in_other_words" if number else "strays_off_the_policy"
        apart = hashlib.sha256(fold(draft.question).encode()).hexdigest()[:6]
        return f"visitor_{what}{_IN_LANGUAGE[detect(draft.question)]}_{apart}"

    def _conversation(self, question: str, provision: Provision | None, content: Content) -> str:
        # A new conversation is answered in the language that its first words are in.
        language = detect(question)
        if provision is not None:
            card = make_card(content.knowledge, provision, language)
            phrase, numbers = _first_clause(card.summary), [provision.number]
        else:
            phrase, numbers = self._declined(question, language, content), []
        return _CONVERSATION.format(
            say=_quoted(question),
            language=language,
            outcome="answer" if provision is not None else "decline",
            provisions=_quoted(numbers),
            phrase=_quoted(phrase),
        )

    def _declined(self, question: str, language: Language, content: Content) -> str:
        """How the bot begins to say that the policy does not cover it."""
        place = next(iter(content.knowledge.places.values()))
        named = {each.value for each in content.entities.find(question) if each.kind == "place"}
        others = [other for other in place.elsewhere if other.id in named and not other.partner]
        responses = yaml.safe_load((self._project / _DECLINE).read_text("utf-8"))["responses"]
        said = _said(responses["utter_decline_elsewhere" if others else "utter_decline"], language)
        gaps = {
            "hotline": place.fallback_hotline,
            "home": place.name[language],
            "place": others[0].name[language] if others else "",
        }
        return _first_clause(said.format(**gaps))


def _known(question: str, content: Content) -> str:
    """Where the question stands already, but for its signs; nothing if it does not."""
    plain, knowledge = _plain(question), content.knowledge
    for provision in knowledge.provisions.values():
        if any(_plain(each) == plain for each in provision.questions):
            return provision.number
    aside = (*knowledge.out_of_scope, *knowledge.no_subject)
    return "out_of_scope.yml" if any(_plain(each) == plain for each in aside) else ""


def _plain(question: str) -> str:
    return re.sub(r"[\W_]+", "", fold(question))


def _place_in(file: Path, provision: Provision) -> int | None:
    text = file.read_text("utf-8")
    if provision.number not in text:
        return None
    try:
        provisions = yaml.load(text, yaml.CSafeLoader).get("provisions")
    except (yaml.YAMLError, AttributeError) as error:
        raise CannotDraft("unreadable", file.name) from error
    for place, each in enumerate(provisions or ()):
        if str(each.get("id")) == provision.number:
            return place
    return None


def _first_clause(text: str) -> str:
    return _CLAUSE_ENDS.split(text, maxsplit=1)[0].strip()


def _said(versions: list[dict[str, Any]], language: Language) -> str:
    """A response's text in a language; the one without a condition is for the default."""
    for version in versions:
        for condition in version.get("condition") or ():
            if condition["value"] == language:
                return str(version["text"])
    return str(next(version["text"] for version in versions if "condition" not in version))


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
