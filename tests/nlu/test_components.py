"""What the pipeline's components make of a message, without the whole of Rasa's agent."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.constants import (
    ENTITIES,
    INTENT,
    INTENT_RANKING_KEY,
    METADATA,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from knowledge.dates import When
from knowledge.language import LANGUAGES, fold
from knowledge.live import Content
from knowledge.reckoning import Share, Sum
from nlu.components.answers import SumAnswers
from nlu.components.entities import KnowledgeEntityExtractor
from nlu.components.intents import TwoViewIntentClassifier
from nlu.components.language import LanguageDetector
from nlu.components.second_look import SecondLook
from tests.knowledge.test_language import ANY_TEXT

# They use the shipped content, as the tests of the search do.
pytestmark = pytest.mark.xdist_group("search")

CONTEXT = ExecutionContext(GraphSchema({}), "tests")
EXAMPLES = {
    "ask_contact": ["找哪个部门", "電話幾多號", "who do I call", "which office handles this"],
    "ask_original": ["看原文", "原文怎麼寫", "show me the official text", "the exact wording"],
    "greet": ["你好", "早晨", "hello there", "good morning"],
}


@pytest.fixture(scope="module")
def detector(tmp_path_factory: pytest.TempPathFactory) -> LanguageDetector:
    storage = LocalModelStorage(tmp_path_factory.mktemp("language"))
    return LanguageDetector.create({}, storage, Resource("language"), CONTEXT)


@pytest.fixture(scope="module")
def extractor(
    content: Content, tmp_path_factory: pytest.TempPathFactory
) -> KnowledgeEntityExtractor:
    storage = LocalModelStorage(tmp_path_factory.mktemp("entities"))
    return KnowledgeEntityExtractor.create({}, storage, Resource("entities"), CONTEXT)


class TestLanguage:
    def _language(self, detector: LanguageDetector, text: str, **metadata: Any) -> str | None:
        message = Message(data={TEXT: text, METADATA: metadata})
        [processed] = detector.process([message])
        found = [e for e in processed.get(ENTITIES, []) if e["entity"] == "language"]
        assert len(found) <= 1
        return found[0]["value"] if found else None

    @pytest.mark.parametrize(
        ("text", "language"), [("贷款找谁", "zh-Hans"), ("貸款搵邊個", "zh-Hant"), ("a loan", "en")]
    )
    def test_a_message_has_the_language_of_its_words(
        self, detector: LanguageDetector, text: str, language: str
    ) -> None:
        assert self._language(detector, text) == language

    def test_the_language_that_the_founder_asked_for_counts_before_the_words(
        self, detector: LanguageDetector
    ) -> None:
        assert self._language(detector, "贷款找谁", language="en") == "en"
        assert self._language(detector, "hello", language="zh-Hant") == "zh-Hant"

    @pytest.mark.parametrize("text", ["3.5M", "HK$500", "RMB 2k"])
    def test_an_amount_alone_is_of_no_language(self, detector: LanguageDetector, text: str) -> None:
        assert self._language(detector, text, previous_language="zh-Hant") == "zh-Hant"

    def test_where_nothing_tells_the_conversations_language_stays(
        self, detector: LanguageDetector
    ) -> None:
        assert self._language(detector, "2", previous_language="en") == "en"
        assert self._language(detector, "2") == "zh-Hans"

    @pytest.mark.parametrize("language", ["fr", "", None, 3, ["en"]])
    def test_a_language_that_we_do_not_speak_is_ignored(
        self, detector: LanguageDetector, language: Any
    ) -> None:
        assert self._language(detector, "贷款找谁", language=language) == "zh-Hans"
        assert self._language(detector, "2", previous_language=language) == "zh-Hans"

    def test_a_tapped_choice_has_no_language_of_its_own(self, detector: LanguageDetector) -> None:
        assert self._language(detector, '/ask_contact{"provision":"sz-2016/6.2"}') is None

    @given(text=ANY_TEXT)
    def test_any_text_has_a_language(self, detector: LanguageDetector, text: str) -> None:
        if not text.startswith("/"):
            assert self._language(detector, text) in LANGUAGES


class TestEntities:
    def _entities(self, extractor: KnowledgeEntityExtractor, text: str) -> list[dict[str, Any]]:
        [processed] = extractor.process([Message(data={TEXT: text})])
        return list(processed.get(ENTITIES, []))

    def test_names_and_figures_are_found_with_their_ids(
        self, extractor: KnowledgeEntityExtractor
    ) -> None:
        text = "南山區的公司投了500萬，問科創委"
        found = {e["entity"]: e for e in self._entities(extractor, text)}
        assert found["district"]["value"] == "nanshan"
        assert found["unit"]["value"] == "kjcx"
        assert found["money"]["value"] == "500万"
        assert all(e["extractor"] == "KnowledgeEntityExtractor" for e in found.values())

    def test_positions_are_those_of_what_was_written(
        self, extractor: KnowledgeEntityExtractor
    ) -> None:
        text = "請問科創委電話，我在龍崗"
        for entity in self._entities(extractor, text):
            written = text[entity["start"] : entity["end"]]
            assert fold(written) in ("科创委", "龙岗")

    def test_what_other_components_found_is_kept(self, extractor: KnowledgeEntityExtractor) -> None:
        earlier = {"entity": "language", "value": "zh-Hans", "start": 0, "end": 2}
        [processed] = extractor.process([Message(data={TEXT: "南山", ENTITIES: [earlier]})])
        assert processed.get(ENTITIES)[0] == earlier
        assert [e["entity"] for e in processed.get(ENTITIES)] == ["language", "district"]

    def test_a_tapped_choice_is_left_to_rasa(self, extractor: KnowledgeEntityExtractor) -> None:
        assert self._entities(extractor, '/ask_contact{"district":"nanshan"}') == []

    @given(text=ANY_TEXT)
    def test_any_text_gives_entities_inside_it(
        self, extractor: KnowledgeEntityExtractor, text: str
    ) -> None:
        for entity in self._entities(extractor, text):
            assert 0 <= entity["start"] <= entity["end"] <= len(text)


class TestIntents:
    @pytest.fixture(scope="class")
    def storage(self, tmp_path_factory: pytest.TempPathFactory) -> LocalModelStorage:
        return LocalModelStorage(Path(tmp_path_factory.mktemp("intents")))

    @pytest.fixture(scope="class")
    def classifier(self, storage: LocalModelStorage) -> TwoViewIntentClassifier:
        component = TwoViewIntentClassifier.create({}, storage, Resource("intents"), CONTEXT)
        component.train(_training_data())
        return component

    def _message(self, classifier: TwoViewIntentClassifier, text: str) -> Message:
        [processed] = classifier.process([Message(data={TEXT: text})])
        return processed

    @pytest.mark.parametrize(
        ("text", "intent"),
        [
            ("打给哪个部门", "ask_contact"),
            ("該打咩電話", "ask_contact"),
            ("原文給我看", "ask_original"),
            ("official text please", "ask_original"),
            ("hello", "greet"),
        ],
    )
    def test_a_message_gets_its_intent(
        self, classifier: TwoViewIntentClassifier, text: str, intent: str
    ) -> None:
        found = self._message(classifier, text).get(INTENT)
        assert found["name"] == intent
        assert 0 < found["confidence"] <= 1

    def test_the_ranking_starts_with_the_intent_and_is_in_order(
        self, classifier: TwoViewIntentClassifier
    ) -> None:
        message = self._message(classifier, "原文")
        ranking = message.get(INTENT_RANKING_KEY)
        assert ranking[0] == message.get(INTENT)
        assert sorted(e["name"] for e in ranking) == sorted(EXAMPLES)
        scores = [e["confidence"] for e in ranking]
        assert scores == sorted(scores, reverse=True)

    def test_the_ranking_is_as_long_as_the_settings_say(
        self, classifier: TwoViewIntentClassifier, storage: LocalModelStorage
    ) -> None:
        short = TwoViewIntentClassifier.load(
            {"ranking_length": 2}, storage, Resource("intents"), CONTEXT
        )
        assert len(self._message(short, "原文").get(INTENT_RANKING_KEY)) == 2

    def test_a_stored_classifier_says_the_same(
        self, classifier: TwoViewIntentClassifier, storage: LocalModelStorage
    ) -> None:
        loaded = TwoViewIntentClassifier.load({}, storage, Resource("intents"), CONTEXT)
        for text in ("你好呀", "原文", "who"):
            ranking = self._message(loaded, text).get(INTENT_RANKING_KEY)
            assert ranking == self._message(classifier, text).get(INTENT_RANKING_KEY)

    @pytest.mark.parametrize("text", ["", "   ", "？！", "👍", "/ask_contact", "/restart"])
    def test_a_message_without_words_and_a_tapped_choice_get_no_intent_of_ours(
        self, classifier: TwoViewIntentClassifier, text: str
    ) -> None:
        message = self._message(classifier, text)
        assert message.get(INTENT) == {"name": None, "confidence": 0.0}
        assert message.get(INTENT_RANKING_KEY) == []

    def test_before_training_nothing_is_understood(self, storage: LocalModelStorage) -> None:
        untrained = TwoViewIntentClassifier.create({}, storage, Resource("new"), CONTEXT)
        assert self._message(untrained, "你好").get(INTENT)["name"] is None

    def test_training_twice_says_the_same(
        self, classifier: TwoViewIntentClassifier, tmp_path: Path
    ) -> None:
        again = TwoViewIntentClassifier.create(
            {}, LocalModelStorage(tmp_path), Resource("again"), CONTEXT
        )
        again.train(_training_data())
        for text in ("你好呀", "原文", "who"):
            first, second = (
                {e["name"]: e["confidence"] for e in self._message(c, text).get(INTENT_RANKING_KEY)}
                for c in (classifier, again)
            )
            assert second == pytest.approx(first, abs=1e-4)

    @given(text=ANY_TEXT)
    def test_any_text_is_processed(self, classifier: TwoViewIntentClassifier, text: str) -> None:
        assert 0 <= self._message(classifier, text).get(INTENT)["confidence"] <= 1


def _training_data() -> TrainingData:
    messages = [
        Message(data={TEXT: text, INTENT: intent})
        for intent in EXAMPLES
        for text in EXAMPLES[intent]
    ]
    return TrainingData(messages)


class TestSecondLook:
    @pytest.fixture(scope="class")
    def second_look(self, content: Content, storage: LocalModelStorage) -> SecondLook:
        return SecondLook.create({}, storage, Resource("second look"), CONTEXT)

    @pytest.fixture(scope="class")
    def storage(self, tmp_path_factory: pytest.TempPathFactory) -> LocalModelStorage:
        return LocalModelStorage(tmp_path_factory.mktemp("second-look"))

    def _intent(self, second_look: SecondLook, text: str, name: str, confidence: float) -> str:
        message = Message(data={TEXT: text, INTENT: {"name": name, "confidence": confidence}})
        [processed] = second_look.process([message])
        return str(processed.get(INTENT)["name"])

    def test_a_doubtful_wish_for_a_person_is_a_question_where_the_policy_has_something(
        self, second_look: SecondLook
    ) -> None:
        text = "我们想申请创新券，有人能帮忙吗"

        assert self._intent(second_look, text, "ask_human", 0.5) == "ask_measure"

    def test_a_sure_wish_for_a_person_stays_one(self, second_look: SecondLook) -> None:
        assert self._intent(second_look, "创新券太复杂，转人工", "ask_human", 0.95) == "ask_human"

    def test_small_talk_that_is_about_nothing_stays_small_talk(
        self, second_look: SecondLook
    ) -> None:
        assert self._intent(second_look, "唉，好累啊", "react", 0.4) == "react"

    def test_other_intents_are_left_alone(self, second_look: SecondLook) -> None:
        assert self._intent(second_look, "创新券找谁", "ask_contact", 0.4) == "ask_contact"


OPEN_SUM = {"asking": "sum", "sum": Sum((Share(Decimal(5_000_000)),)).slot}


class TestAnswersOfTheSum:
    """ "500万" alone says nothing of what it is for; what was asked does."""

    @pytest.fixture(scope="class")
    def answers(self, tmp_path_factory: pytest.TempPathFactory) -> SumAnswers:
        storage = LocalModelStorage(tmp_path_factory.mktemp("answers"))
        return SumAnswers.create({}, storage, Resource("answers"), CONTEXT)

    def _intent(self, answers: SumAnswers, text: str, **metadata: Any) -> str:
        data = {TEXT: text, METADATA: metadata, INTENT: {"name": "ask_measure", "confidence": 0.6}}
        [processed] = answers.process([Message(data=data)])
        return str(processed.get(INTENT)["name"])

    @pytest.mark.parametrize(
        "text", ["500万", "2023年3月", "不知道", "why do you ask?", "不，600万"]
    )
    def test_what_answers_the_sum_belongs_to_it(self, answers: SumAnswers, text: str) -> None:
        assert self._intent(answers, text, **OPEN_SUM) == "ask_calculation"
        assert self._intent(answers, text) == "ask_measure"

    @pytest.mark.parametrize("text", ["500万的贷款怎么申请？", "谁负责", "2", "/ask_contact"])
    def test_a_question_in_between_stays_one(self, answers: SumAnswers, text: str) -> None:
        assert self._intent(answers, text, **OPEN_SUM) == "ask_measure"

    def test_after_a_question_in_between_figures_alone_are_for_the_sum(
        self, answers: SumAnswers
    ) -> None:
        between = {**OPEN_SUM, "asking": None}

        assert self._intent(answers, "2023年3月", **between) == "ask_calculation"
        # "Don't know" answers what was asked last, and that was something else.
        assert self._intent(answers, "不知道", **between) == "ask_measure"

    def test_a_finished_sum_does_not_take_figures_that_come_later(
        self, answers: SumAnswers
    ) -> None:
        shares = (Share(Decimal(5_000_000), When(2015)),)
        finished = Sum(shares, {2017: Decimal(9_000_000)}).slot

        assert self._intent(answers, "500万", asking=None, sum=finished) == "ask_measure"
        assert self._intent(answers, "500万", asking="sum", sum=finished) == "ask_calculation"
