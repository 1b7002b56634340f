"""`python -m bot …` as one uses it in a terminal."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot import __main__ as command_line
from bot.settings import PROJECT
from tests.bot.conftest import START_SECONDS, environment, free_port
from tests.bot.test_bad_input import OUTCOMES

# With the assistant's tests, whose worker has imported Rasa already.
pytestmark = pytest.mark.xdist_group("assistant")

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Main = Callable[..., "tuple[int, str, str]"]
COMMANDS = (
    *("serve", "ask", "chat", "batch", "train", "check", "reload", "settings", "wechat"),
    *("staff", "forget", "export", "publish", "news", "mentors", "demo"),
)
NEEDED = {
    "news": ["import", "feed.xml"],
    "ask": ["贷款"],
    "staff": ["list"],
    "mentors": ["list"],
    "demo": ["remove"],
    "forget": ["telegram:42"],
    "export": ["telegram:42"],
}  # arguments without which a command is used wrongly
SOURCE = set(
    (PROJECT / "knowledge" / "policies" / "sz-2016" / "source.txt")
    .read_text(encoding="utf-8")
    .splitlines()
)
ENGLISH = "Can a venture capital firm deduct its investment in small high-tech firms from its tax?"
QUESTIONS: list[dict[str, Any]] = [
    {"id": "loan", "text": "有没有贷款？", "conversation": "c"},
    {"id": "tax", "text": ENGLISH},
    {"id": "who", "text": "那找哪个部门?", "conversation": "c"},
    {"id": 7, "text": "創投機構投資中小高新技術企業，投資額可以抵扣所得稅嗎？"},
    {"id": "original", "text": "原文呢", "conversation": "c"},
    {"id": "same id", "text": "谢谢"},
    {"id": "same id", "text": "谢谢"},
    {"id": "number", "text": "6.2", "conversation": 5},
    {"id": "weather", "text": "今天天气怎么样？"},
    {"id": "number's contact", "text": "找谁？", "conversation": 5},
    {"id": "nothing", "text": ""},
    {"id": "phone", "text": "我的电话是13800138000，想贷款", "conversation": "d"},
    {"id": "surrogate", "text": "\ud800贷款"},
]
TYPES = {
    "id": (str, int),
    "conversation": (str, int),
    "language": str,
    "intent": str,
    "confidence": float,
    "outcome": str,
    "provisions": list,
    "units": list,
    "quotes": list,
    "replies": list,
    "ms": float,
}


@pytest.fixture(scope="module")
def folder(make_data_dir: Callable[[], Path]) -> Path:
    return make_data_dir()


# batch


@pytest.fixture(scope="module")
def answers(run_bot: Run, folder: Path) -> list[dict[str, Any]]:
    """What batch answers to QUESTIONS, in one run; an empty line between them counts for none."""
    lines = [json.dumps(question) for question in QUESTIONS]
    done = run_bot("batch", stdin="\n".join([*lines[:3], "", *lines[3:]]), data_dir=folder)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def answer_to(answers: list[dict[str, Any]], identity: str | int) -> dict[str, Any]:
    return next(answer for answer in answers if answer["id"] == identity)


def test_batch_answers_every_line_in_order(answers: list[dict[str, Any]]) -> None:
    assert [answer["id"] for answer in answers] == [question["id"] for question in QUESTIONS]


def test_batch_lines_have_exactly_the_fields_that_are_promised(
    answers: list[dict[str, Any]],
) -> None:
    for answer in answers:
        assert list(answer) == list(TYPES)
        assert all(isinstance(answer[name], kind) for name, kind in TYPES.items())
        assert answer["outcome"] in OUTCOMES
        assert answer["language"] in ("zh-Hans", "zh-Hant", "en")
        assert 0 <= answer["confidence"] <= 1
        assert len(answer["provisions"]) <= 5
        assert all(identity.startswith("sz-2016/") for identity in answer["provisions"])
        assert all(reply.strip() for reply in answer["replies"])
        assert answer["ms"] > 0


def test_batch_keeps_the_conversations_that_were_named(answers: list[dict[str, Any]]) -> None:
    named = [q.get("conversation") for q in QUESTIONS]

    assert [a["conversation"] for a, n in zip(answers, named, strict=True) if n is not None] == [
        n for n in named if n is not None
    ]
    own = [a["conversation"] for a, n in zip(answers, named, strict=True) if n is None]
    assert len(set(own)) == len(own)


def test_batch_quotes_are_lines_of_the_source(answers: list[dict[str, Any]]) -> None:
    quotes = [quote for answer in answers for quote in answer["quotes"]]

    assert len(quotes) >= 4
    assert set(quotes) <= SOURCE
    assert all(
        quote in "\n".join(answer["replies"]) for answer in answers for quote in answer["quotes"]
    )


def test_batch_turns_of_one_conversation_know_each_other(answers: list[dict[str, Any]]) -> None:
    loan, who = answer_to(answers, "loan"), answer_to(answers, "who")
    assert who["outcome"] == "contact"
    assert who["provisions"][0] == loan["provisions"][0]
    assert answer_to(answers, "original")["quotes"] == loan["quotes"]
    assert answer_to(answers, "number's contact")["provisions"][0] == "sz-2016/6.2"


def test_batch_answers_in_three_scripts(answers: list[dict[str, Any]]) -> None:
    english, traditional = answer_to(answers, "tax"), answer_to(answers, 7)

    assert english["language"] == "en"
    assert traditional["language"] == "zh-Hant"
    assert english["provisions"][0] == traditional["provisions"][0] == "sz-2016/6.2"
    assert traditional["units"] == ["guoshui", "caizheng", "dishui"]


def test_batch_goes_through_the_masking_too(answers: list[dict[str, Any]]) -> None:
    answer = answer_to(answers, "phone")

    assert answer["outcome"] == "answer"
    assert "13800138000" not in json.dumps(answer)


@pytest.fixture
def main(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Main:
    """Runs a command in this process; exit code, output, errors."""

    def run(*arguments: str, stdin: str = "", **settings: object) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        for name, value in settings.items():
            monkeypatch.setenv(f"CHUANGWEN_{name.upper()}", str(value))
        # It would take pytest's own handlers away.
        monkeypatch.setattr(command_line, "set_up_logging", lambda level: None)
        try:
            code = command_line.main(list(arguments))
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        output = capsys.readouterr()
        return code, output.out, output.err

    return run


Main = Callable[..., "tuple[int, str, str]"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("not json", "not JSON"),
        ("[1, 2]", "object"),
        ('"text"', "object"),
        ('{"id": "a"}', "text"),
        ('{"id": "a", "text": 5}', "text"),
        ('{"text": "贷款"}', "id"),
        ('{"id": null, "text": "贷款"}', "id"),
        ('{"id": "a", "text": "贷款", "conversation": ["c"]}', "conversation"),
    ],
)
def test_batch_names_the_line_that_is_no_question_and_fails(
    main: Main, line: str, says: str
) -> None:
    source = ['{"id": "a", "text": "贷款"}', "", line, '{"id": "b", "text": "税"}']

    code, out, err = main("batch", stdin="\n".join(source))

    assert code == 1
    assert out == ""
    assert "line 3:" in err
    assert says in err


# ask and chat


def test_ask_prints_one_answer_and_keeps_nothing(main: Main, folder: Path) -> None:
    code, out, _ = main("ask", "创业担保贷款找谁", data_dir=folder)

    assert code == 0
    assert "市金融办" in out
    assert "12345" in out
    assert [path.name for path in folder.iterdir()] == ["cache"]


def test_ask_json_prints_the_whole_turn(main: Main, folder: Path) -> None:
    code, out, _ = main("ask", "--json", *ENGLISH.split(), data_dir=folder)

    assert code == 0
    turn = json.loads(out)
    assert turn["outcome"] == "answer"
    assert turn["language"] == "en"
    assert turn["provisions"][0] == "sz-2016/6.2"
    assert turn["cards"][0]["quote"] in SOURCE


def test_chat_welcomes_answers_and_ends_with_its_input(main: Main, folder: Path) -> None:
    code, out, err = main("chat", stdin="6.2\n那找哪个部门?\n\nexit\n谢谢\n", data_dir=folder)

    assert code == 0
    text = "".join(out.replace("│", "").split())
    assert "不是政府" in text
    assert "国家税务总局深圳市税务局" in text
    assert "不客气" not in text
    assert err == ""


# settings, check, help and mistakes


def test_settings_lists_every_setting_and_masks_secrets(main: Main, tmp_path: Path) -> None:
    secret = "this is a secret that nobody may see, ever"

    code, out, _ = main("settings", port=8123, secret=secret, data_dir=tmp_path)

    assert code == 0
    assert "CHUANGWEN_PORT=8123" in out
    assert f"CHUANGWEN_DATA_DIR={tmp_path}" in out
    assert out.count("CHUANGWEN_") >= 8
    assert secret not in out


@pytest.mark.parametrize("command", COMMANDS)
def test_a_wrong_setting_stops_every_command_and_names_itself(main: Main, command: str) -> None:
    code, out, err = main(command, *NEEDED.get(command, ()), port="eighty")

    assert code == 1
    assert "CHUANGWEN_PORT" in err
    assert "1 to 65535" in err
    assert out == ""


def test_serve_names_a_wrong_port(main: Main) -> None:
    code, _, err = main("serve", "--port", "70000")

    assert code == 1
    assert "--port" in err
    assert "1 to 65535" in err


@pytest.mark.parametrize("address", ["not an address", "mysterydb://a:pass-word@host/x"])
def test_serve_names_a_database_address_that_is_none_and_does_not_repeat_it(
    main: Main, tmp_path: Path, address: str
) -> None:
    code, _, err = main("serve", data_dir=tmp_path, database_url=address, port=free_port())

    assert code == 1
    assert "CHUANGWEN_DATABASE_URL" in err
    assert address not in err


def test_serve_without_a_model_says_how_to_get_one(main: Main, tmp_path: Path) -> None:
    code, _, err = main("serve", data_dir=tmp_path, model=tmp_path / "none.tar.gz")

    assert code == 1
    assert "none.tar.gz" in err
    assert "make train" in err


def test_serve_says_that_the_database_cannot_be_reached_without_its_password(
    main: Main, tmp_path: Path
) -> None:
    address = f"postgresql+psycopg2://somebody:pass-word@127.0.0.1:{free_port()}/chuangwen"

    code, _, err = main("serve", data_dir=tmp_path, database_url=address, port=free_port())

    assert code == 1
    assert "CHUANGWEN_DATABASE_URL" in err
    assert "pass-word" not in err
    assert "Traceback" not in err


def test_train_if_changed_does_nothing_when_nothing_has_changed(main: Main, tmp_path: Path) -> None:
    from bot.commands.train import _fingerprint

    model = tmp_path / "chuangwen.tar.gz"
    model.write_bytes(b"as it was")
    model.with_suffix(".sha256").write_text(_fingerprint(), encoding="ascii")

    code, _, err = main("train", "--if-changed", model=model)

    assert code == 0
    assert "up to date" in err
    assert model.read_bytes() == b"as it was"


def test_check_says_that_all_content_is_right(main: Main) -> None:
    code, out, _ = main("check")

    assert code == 0
    assert "65 provisions" in out


def test_check_says_every_mistake_and_fails(main: Main, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(PROJECT / "knowledge", tmp_path / "knowledge"))
    measures = copy / "policies" / "sz-2016" / "measures"
    change(measures / "06.yml", "- guoshui", "- guoshuii", "[guoshui", "[guoshuii")
    change(measures / "09.yml", "kind: offer", "kind: ofer")

    code, out, err = main("check", knowledge_dirs=copy)

    assert code == 1
    assert out == ""
    assert "measures/06.yml" in err
    assert "did you mean 'guoshui'?" in err
    assert "measures/09.yml" in err


def change(file: Path, *replacements: str) -> None:
    """Replace the first of each pair of texts by the second; one of them must be there."""
    text = changed = file.read_text(encoding="utf-8")
    for old, new in zip(replacements[::2], replacements[1::2], strict=True):
        changed = changed.replace(old, new, 1)
    assert changed != text, file
    file.write_text(changed, encoding="utf-8")


def test_reload_without_a_server_says_so(main: Main, tmp_path: Path) -> None:
    code, _, err = main("reload", data_dir=tmp_path)

    assert code == 1
    assert str(tmp_path) in err


def test_reload_never_signals_a_process_that_is_no_server(main: Main, tmp_path: Path) -> None:
    # A server that was killed left its number behind, and another process has it now.
    with subprocess.Popen(["sleep", "60"]) as another:
        (tmp_path / "server.pid").write_text(str(another.pid), encoding="ascii")

        code, _, err = main("reload", data_dir=tmp_path)

        assert code == 1
        assert str(tmp_path) in err
        assert another.poll() is None
        another.kill()


def test_help_lists_the_commands_and_each_explains_itself(main: Main) -> None:
    code, out, _ = main("--help")
    assert code == 0
    assert [name for name in COMMANDS if f"\n    {name} " not in out] == []

    for name in COMMANDS:
        code, out, _ = main(name, "--help")
        assert code == 0
        assert f"python -m bot {name}" in out
        # More than a usage line: what it does, in a sentence.
        assert any(line.endswith(".") for line in out.splitlines())


def test_no_command_is_forgotten_by_the_tests_above() -> None:
    files = {path.stem for path in (PROJECT / "bot" / "commands").glob("*.py")}

    assert files - {"__init__", "session"} == set(COMMANDS)


@pytest.mark.parametrize("arguments", [[], ["answer"], ["ask"], ["serve", "--prot", "1"]])
def test_wrong_usage_ends_with_2_and_shows_the_usage(main: Main, arguments: list[str]) -> None:
    code, _, err = main(*arguments)

    assert code == 2
    assert "usage: python -m bot" in err


def test_a_model_that_is_not_there_is_said_in_a_sentence(main: Main, folder: Path) -> None:
    code, _, err = main("ask", "贷款", data_dir=folder, model=folder / "none.tar.gz")

    assert code == 1
    assert "none.tar.gz" in err
    assert "make train" in err or "make install" in err
    assert "Traceback" not in err


def test_whoever_stops_reading_is_no_error(folder: Path) -> None:
    # As `python -m bot settings | head -0` does.
    done = subprocess.run(
        f"'{sys.executable}' -m bot settings | true",
        shell=True,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=environment(data_dir=folder),
        timeout=START_SECONDS,
    )

    assert "Traceback" not in done.stderr
