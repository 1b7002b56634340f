"""The supervisors' inbox: what is in it, how it is grouped, and the changes that are drafted."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import yaml

from bot.desk.drafts import CannotDraft, Draft, Drafts
from bot.desk.inbox import LONGEST
from bot.people.unanswered import Question, grouped
from bot.settings import PROJECT
from bot.store.audit import SqlAudit
from bot.store.sql import SqlStore
from bot.store.unanswered import SqlUnanswered
from knowledge.language import LANGUAGES, Language
from knowledge.live import Content
from knowledge.search import OUT_OF_SCOPE
from knowledge.storage import load
from tests.conversations.test_conversations import read as read_conversation
from tests.desk.conftest import DeskApp, DeskClient, SignedIn
from tests.desk.supervision import Month

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=timezone.utc)
BOAT = "Could my sailing club get a mooring permit?"
CARP = "锦鲤养殖场能不能领鱼苗补助"
VENTURE = "我们基金买了初创公司的股，税上能少算多少呢"


@pytest.fixture
def month(desk_app: DeskApp) -> Month:
    return Month(desk_app.store, desk_app.clock.now - timedelta(hours=1))


@pytest.fixture
async def supervisor(signed_in: SignedIn, content: Content) -> DeskClient:
    return await signed_in("supervisor")


async def words(store: SqlStore, days: float = 30, most: int = 100) -> list[str]:
    found = await SqlUnanswered(store).read(NOW - timedelta(days=days), NOW, most)
    return [question.text for question in found]


def patched(tmp_path: Path, patch: str) -> Path:
    """A copy of the tree in which the patch was applied as a developer would."""
    shutil.copytree(PROJECT / "knowledge", tmp_path / "knowledge")
    (tmp_path / "tests" / "conversations").mkdir(parents=True)
    for arguments in (["--check"], []):
        done = subprocess.run(
            ["git", "apply", "--whitespace=error", *arguments, "-"],
            cwd=tmp_path,
            input=patch.encode(),
            capture_output=True,
        )
        assert done.returncode == 0, done.stderr.decode()
    return tmp_path


# What is in it.


async def test_it_has_what_was_declined_asked_back_or_disliked(both_stores: SqlStore) -> None:
    month = Month(both_stores, NOW - timedelta(days=2))
    await month.ask("web:1", "declined")
    await month.ask("web:1", "asked back", "choices")
    await month.ask("web:1", "answered", "answer")
    liked = await month.ask("web:2", "liked", "answer")
    disliked = await month.ask("web:2", "disliked", "answer")
    await month.vote("web:2", liked, "up", "fine")
    await month.vote("web:2", disliked, "down", "wrong office, call 13800138000")
    found = await SqlUnanswered(both_stores).read(NOW - timedelta(days=30), NOW, 100)

    assert [(q.text, q.why, q.reason) for q in found] == [
        ("declined", "declined", ""),
        ("asked back", "asked_back", ""),
        ("disliked", "disliked", "wrong office, call ***"),
    ]


async def test_lists_taps_and_bare_numbers_are_no_questions(both_stores: SqlStore) -> None:
    month = Month(both_stores, NOW - timedelta(days=2))
    await month.ask("web:1", "what topics are there", "choices", intent="ask_topics")
    await month.ask("web:1", "", "choices")
    await month.ask("web:1", "12345")
    await month.ask("web:1", "税")

    assert await words(both_stores) == ["税"]


async def test_the_span_is_kept_and_of_too_many_the_newest_are_taken(both_stores: SqlStore) -> None:
    month = Month(both_stores, NOW)
    for day in (40, 20, 10, 5):
        await month.before(days=day).ask("web:1", f"asked {day} days ago")

    assert await words(both_stores) == [f"asked {day} days ago" for day in (20, 10, 5)]
    assert await words(both_stores, days=7) == ["asked 5 days ago"]
    assert await words(both_stores, most=2) == ["asked 10 days ago", "asked 5 days ago"]


async def test_what_was_reviewed_is_gone_and_review_of_what_was_forgotten_does_nothing(
    both_stores: SqlStore,
) -> None:
    month, inbox = Month(both_stores, NOW - timedelta(days=1)), SqlUnanswered(both_stores)
    await month.ask("web:1", "one")
    await month.ask("web:2", "two")
    found = await inbox.read(NOW - timedelta(days=30), NOW, 100)
    await both_stores.forget("web:2")
    await inbox.review(found, 1, NOW)
    await inbox.review(found, 2, NOW)

    assert await words(both_stores) == []


# How it is grouped.


def question(text: str, at: int, language: Language = "en", reason: str = "") -> Question:
    created = NOW + timedelta(minutes=at)
    return Question("web:1", at, text, language, "declined", reason, created)


def test_the_largest_group_is_first_and_has_its_commonest_wording_as_example(
    content: Content,
) -> None:
    questions = [
        question("签证怎么续", 1, "zh-Hans"),
        question("How do I get a mooring permit for the club?", 2),
        question(BOAT, 3),
        question(BOAT.upper(), 4),
        question(BOAT, 5, "zh-Hant"),
    ]
    boats, visa = grouped(questions, content.search.rarity)

    assert (boats.size, boats.example.text, boats.last) == (4, BOAT, questions[4].created)
    assert boats.languages == ("en", "zh-Hant")
    assert boats.wordings == (BOAT, "How do I get a mooring permit for the club?")
    assert visa.wordings == ("签证怎么续",)


def test_thousands_are_grouped_the_same_each_time_and_none_is_lost(content: Content) -> None:
    texts = [q for p in content.knowledge.provisions.values() for q in p.questions][:4000]
    questions = [question(text, at) for at, text in enumerate(texts)]
    groups = grouped(questions, content.search.rarity)

    assert sum(group.size for group in groups) == 4000
    assert grouped(questions, content.search.rarity) == groups


# The page.


async def test_a_group_shows_its_size_languages_wordings_and_the_nearest_provisions(
    supervisor: DeskClient, month: Month
) -> None:
    await month.ask("web:alpha", VENTURE, language="zh-Hans")
    await month.ask("telegram:gamma", VENTURE + "？", language="zh-Hant")
    number = await month.ask("wechat:beta", "我们基金买了初创公司的股，税上少算多少", "answer")
    await month.vote("wechat:beta", number, "down", "说的是别的事")
    page = (await supervisor.get("/desk/inbox")).text

    assert "3×" in page
    assert VENTURE in page
    assert "disliked" in page
    assert "说的是别的事" in page
    assert "繁體中文" in page
    assert 'value="sz-2016/6.2"' in page
    assert "Venture capital tax deduction" in page
    for identity in ("alpha", "telegram", "gamma", "wechat", "beta"):
        assert identity not in page.partition("<main")[2], identity


async def test_personal_numbers_are_masked_in_what_is_shown_and_drafted(
    supervisor: DeskClient, desk_app: DeskApp, content: Content
) -> None:
    from bot.conversation import Conversations
    from bot.message import UserMessage

    conversations = Conversations(desk_app.assistant, desk_app.store)
    await conversations.create("web:1")
    turn = await conversations.handle(UserMessage("web:1", "m1", "mooring, call 13800138000"))
    await Month(desk_app.store, desk_app.clock.now).vote("web:1", turn.number, "down")
    page = (await supervisor.get("/desk/inbox")).text
    assert "mooring, call ***" in page
    draft = await supervisor.send_form(
        "/desk/inbox/patch",
        question="mooring, ring 13800138000",
        language="en",
        target=OUT_OF_SCOPE,
    )

    assert "mooring, ring ***" in draft.text
    assert "138" not in page + draft.text


async def test_what_founders_write_is_escaped(supervisor: DeskClient, month: Month) -> None:
    hostile = '"><script>alert(1)</script> mooring'
    number = await month.ask("web:1", hostile)
    await month.vote("web:1", number, "down", hostile)
    page = (await supervisor.get("/desk/inbox")).text
    sent = {"question": hostile, "language": "en", "target": OUT_OF_SCOPE, "key": hostile}
    draft = (await supervisor.send_form("/desk/inbox/draft", **sent)).text

    assert "<script>alert" not in page + draft
    assert "&lt;script&gt;alert" in page
    assert "&lt;script&gt;alert" in draft


async def test_seen_takes_the_group_out_and_leaves_what_came_meanwhile(
    supervisor: DeskClient, month: Month, desk_app: DeskApp
) -> None:
    await month.ask("web:1", BOAT)
    await month.ask("web:2", CARP, language="zh-Hans")
    form = fields((await supervisor.get("/desk/inbox")).text, BOAT)
    desk_app.clock.turn(minutes=5)
    await Month(desk_app.store, desk_app.clock.now).ask("web:3", BOAT)
    answer = await supervisor.send_form("/desk/inbox/seen", **form)
    page = (await supervisor.get(answer.headers["location"])).text

    assert "That group is marked as seen." in page
    assert CARP in page
    assert BOAT in page
    assert "1×" in page
    assert "2×" not in page
    trail = await SqlAudit(desk_app.store).read(None, None, None, 5, 0)
    assert ("inbox_seen", "1") in [(entry.action, entry.about) for entry in trail]


async def test_a_group_that_is_gone_is_not_marked(
    supervisor: DeskClient, month: Month, desk_app: DeskApp
) -> None:
    await month.ask("web:1", BOAT)
    form = fields((await supervisor.get("/desk/inbox")).text, BOAT)
    await desk_app.store.forget("web:1")
    answer = await supervisor.send_form("/desk/inbox/seen", **form)

    assert answer.headers["location"].endswith("said=changed")
    assert "Please look again" in (await supervisor.get(answer.headers["location"])).text


async def test_groups_come_page_by_page(
    supervisor: DeskClient, month: Month, content: Content
) -> None:
    for number, text in enumerate(content.knowledge.out_of_scope[:60:2]):
        await month.ask(f"web:{number}", text)
    first = (await supervisor.get("/desk/inbox")).text
    second = (await supervisor.get("/desk/inbox?page=2")).text

    assert first.count('class="panel question"') == 20
    assert 0 < second.count('class="panel question"') <= 10
    assert (await supervisor.get("/desk/inbox?page=99&days=x")).text.count("panel question") > 0


async def test_an_empty_inbox_says_so(supervisor: DeskClient) -> None:
    assert "There is nothing to improve on" in (await supervisor.get("/desk/inbox")).text


def fields(page: str, example: str) -> dict[str, str]:
    """The hidden fields of the form that belongs to an example."""
    form = next(form for form in page.split("<form") if example in form)
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    del found["csrf"]
    return found


# What is drafted.


@pytest.fixture
def drafts() -> Drafts:
    return Drafts((PROJECT / "knowledge",))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("text", "target"), [(VENTURE, "sz-2016/6.2"), (BOAT, OUT_OF_SCOPE), (BOAT, "sz-2016/34.1")]
)
def test_a_patch_applies_as_it_is_and_the_content_is_right_after_it(
    drafts: Drafts, content: Content, tmp_path: Path, language: Language, text: str, target: str
) -> None:
    patch = drafts.patch(Draft(text, language, target), content)
    tree = patched(tmp_path, patch.text)
    after, before = load(tree / "knowledge"), content.knowledge  # as python -m bot check does

    if target == OUT_OF_SCOPE:
        assert set(after.out_of_scope) == {*before.out_of_scope, text}
        assert after.provisions == before.provisions
    else:
        questions = after.provisions[target].questions
        assert set(questions) == {*before.provisions[target].questions, text}
        assert after.out_of_scope == before.out_of_scope
    changed, test = patch.changes
    assert changed.before is not None
    assert len(changed.after.splitlines()) == len(changed.before.splitlines()) + 1
    (turn,) = read_conversation(tree / test.path)
    assert turn["say"] == text


@pytest.mark.parametrize(
    ("text", "target", "wanted"),
    [
        (VENTURE, "sz-2016/6.2", ("zh-Hans", "answer", ["6.2"], "创业投资企业")),
        (BOAT, "sz-2016/6.2", ("en", "answer", ["6.2"], "venture capital")),
        (BOAT, OUT_OF_SCOPE, ("en", "decline", [], "This policy does not cover that")),
        (CARP, OUT_OF_SCOPE, ("zh-Hans", "decline", [], "这份政策没有讲到这件事")),
        ("杭州有冇遊艇牌照補貼呀", OUT_OF_SCOPE, ("zh-Hant", "decline", [], "杭州的事答不了")),
    ],
)
def test_the_conversation_says_what_the_bot_will_say(
    drafts: Drafts,
    content: Content,
    text: str,
    target: str,
    wanted: tuple[str, str, list[str], str],
) -> None:
    language, outcome, provisions, phrase = wanted
    _, test = drafts.patch(Draft(text, "zh-Hans", target), content).changes
    (turn,) = yaml.safe_load(test.after)["turns"]

    assert (turn["language"], turn["outcome"], turn["provisions"]) == (
        language,
        outcome,
        provisions,
    )
    assert phrase.casefold() in turn["phrase"].casefold()


def test_two_patches_of_one_list_bear_names_of_their_own(drafts: Drafts, content: Content) -> None:
    one, other = (
        drafts.patch(Draft(text, "en", OUT_OF_SCOPE), content) for text in (BOAT, BOAT + " Or two?")
    )
    assert one.name != other.name
    assert one.text == drafts.patch(Draft(BOAT, "en", OUT_OF_SCOPE), content).text


def test_what_is_an_example_already_is_not_drafted_even_elsewhere(
    drafts: Drafts, content: Content
) -> None:
    known = content.knowledge.provisions["sz-2016/10.3"].questions[0]
    aside = content.knowledge.out_of_scope[0]
    for text, where in ((known + "!!", "10.3"), (f" {aside}", "out_of_scope.yml")):
        with pytest.raises(CannotDraft) as refused:
            drafts.patch(Draft(text, "zh-Hans", "sz-2016/6.2"), content)
        assert (refused.value.why, refused.value.where) == ("known", where)


def test_content_of_another_repository_is_changed_there_without_our_conversations(
    content: Content, tmp_path: Path
) -> None:
    shutil.copytree(PROJECT / "knowledge", tmp_path / "city" / "knowledge")
    elsewhere = Drafts((tmp_path / "city" / "knowledge",))
    (change,) = elsewhere.patch(Draft(BOAT, "en", "sz-2016/6.2"), content).changes

    assert change.path == "knowledge/policies/sz-2016/measures/06.yml"


async def test_one_click_drafts_and_another_downloads(
    supervisor: DeskClient, month: Month, desk_app: DeskApp, tmp_path: Path
) -> None:
    await month.ask("web:1", VENTURE, language="zh-Hans")
    form = fields((await supervisor.get("/desk/inbox")).text, VENTURE)
    sent = {"question": VENTURE, "language": "zh-Hans", "target": "sz-2016/6.2"}
    page = await supervisor.send_form("/desk/inbox/draft", **form, **sent)
    file = await supervisor.send_form("/desk/inbox/patch", **sent)

    assert page.status_code == 200
    assert "+++ b/knowledge/policies/sz-2016/measures/06.yml" in page.text
    assert file.headers["content-type"] == "text/x-diff; charset=utf-8"
    assert re.fullmatch(
        r'attachment; filename="visitor_asks_for_6_2_in_other_words_[0-9a-f]{6}\.patch"',
        file.headers["content-disposition"],
    )
    patched(tmp_path, file.text)
    trail = await SqlAudit(desk_app.store).read(None, None, None, 5, 0)
    assert ("inbox_drafted", "sz-2016/6.2") in [(e.action, e.about) for e in trail]


@pytest.mark.parametrize(
    ("text", "target", "said"),
    [
        ("…", OUT_OF_SCOPE, "Write a question."),
        (BOAT, "sz-2016/99.9", "There is no such provision: sz-2016/99.9"),
        ("免税", "sz-2016/6.2", "This wording is there already: 6.1"),
    ],
)
async def test_what_cannot_be_drafted_is_said_and_nothing_is_given_out(
    supervisor: DeskClient, text: str, target: str, said: str
) -> None:
    sent = {"question": text, "language": "zh-Hans", "target": target}
    page = await supervisor.send_form("/desk/inbox/draft", **sent)

    assert page.status_code == 422
    assert said in page.text
    assert "Download" not in page.text
    assert (await supervisor.send_form("/desk/inbox/patch", **sent)).status_code == 422


async def test_a_question_is_cut_at_the_length_that_the_page_allows(supervisor: DeskClient) -> None:
    sent = {"question": "q" * 2000, "language": "en", "target": OUT_OF_SCOPE}
    file = await supervisor.send_form("/desk/inbox/patch", **sent)

    assert f'"{"q" * LONGEST}"' in file.text


async def test_the_desk_changes_no_file(supervisor: DeskClient, content: Content) -> None:
    def state() -> dict[Path, int]:
        files = [*PROJECT.glob("knowledge/**/*.yml"), *PROJECT.glob("tests/conversations/*")]
        return {file: file.stat().st_mtime_ns for file in files}

    before = state()
    for name in ("draft", "patch"):
        sent = {"question": BOAT, "language": "en", "target": "sz-2016/6.2"}
        await supervisor.send_form(f"/desk/inbox/{name}", **sent)
    assert state() == before
