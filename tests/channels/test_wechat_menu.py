"""The menu of the Official Account: from YAML to WeChat, mistakes said before it is sent."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.channels.tencent.oa_menu import MenuError, keys, read_menu
from bot.settings import PROJECT
from tests.bot.conftest import environment
from tests.channels.fake_wechat import APP_ID, SECRET, FakeWeChat

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def platform() -> Iterator[FakeWeChat]:
    fake = FakeWeChat()
    yield fake
    fake.close()


@pytest.fixture
def run(platform: FakeWeChat) -> Run:
    """`python -m bot wechat menu` as one types it; keyword arguments are its settings."""

    def run(*arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        given = {"WECHAT_API_BASE": platform.url, **settings}
        return subprocess.run(
            [sys.executable, "-m", "bot", "wechat", *arguments],
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=PROJECT,
            env={**environment(), **given},
            timeout=60,
        )

    return run


ACCOUNT = {"WECHAT_APP_ID": APP_ID, "WECHAT_APP_SECRET": SECRET}


def test_our_menu_is_one_that_wechat_takes(run: Run, platform: FakeWeChat) -> None:
    done = run("menu", **ACCOUNT)

    assert (done.returncode, done.stderr) == (0, "")
    assert platform.menu == read_menu()
    assert "24 hours" in done.stdout


def test_every_intent_of_our_menu_exists() -> None:
    domain = yaml.safe_load((PROJECT / "domain.yml").read_text(encoding="utf-8"))
    intents = {name for entry in domain["intents"] for name in entry}

    named = {key.removeprefix("intent:") for key in keys(read_menu()) if key.startswith("intent:")}
    assert named
    assert named <= intents


def test_it_can_be_looked_at_without_sending_anything(run: Run, platform: FakeWeChat) -> None:
    done = run("menu", "--show")

    assert done.returncode == 0
    assert json.loads(done.stdout) == read_menu()
    assert platform.calls == []


def test_what_is_missing_is_named(run: Run) -> None:
    assert "set WECHAT_APP_ID and WECHAT_APP_SECRET" in run("menu").stderr
    only_secret = run("menu", WECHAT_APP_ID=APP_ID)
    assert only_secret.returncode == 1
    assert "set WECHAT_APP_SECRET" in only_secret.stderr


@pytest.mark.parametrize(
    ("path", "trouble", "said"),
    [
        ("menu/create", {"errcode": 48001}, "WeChat refused the menu: 48001: the account may not"),
        ("stable_token", {"errcode": 40164}, "WeChat refused the menu: 40164: this server's IP"),
        ("stable_token", {"errcode": 40125}, "WeChat refused the menu: 40125: the AppSecret"),
        ("menu/create", 502, "WeChat did not take the menu now (the platform answered 502)"),
        ("menu/create", "garbage", "WeChat did not take the menu now"),
    ],
)
def test_a_refusal_is_said_in_words_and_without_the_secret(
    run: Run, platform: FakeWeChat, path: str, trouble: Any, said: str
) -> None:
    platform.troubles[path] = [trouble]

    done = run("menu", **ACCOUNT)

    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stdout + done.stderr


def click(name: str = "贷款", key: str = "intent:ask_topics") -> dict[str, str]:
    return {"type": "click", "name": name, "key": key}


@pytest.mark.parametrize(
    ("buttons", "said"),
    [
        ([], "1 to 3 buttons"),
        ([click()] * 4, "1 to 3 buttons"),
        ("贷款", "1 to 3 buttons"),
        ([{"type": "click", "key": "intent:x"}], "a button has no name"),
        (["贷款"], "a button has no name"),
        ([click(name="创业担保贷款")], "创业担保贷款: a name has 1 to 16 bytes here, not 18"),
        ([click(name="")], "a name has 1 to 16 bytes"),
        ([click(key="V1001")], "贷款: a key is intent:NAME or text:QUESTION, not 'V1001'"),
        ([click(key="text:")], "a key is intent:NAME or text:QUESTION"),
        ([click(key="text:" + "问" * 42)], "a key has up to 128 bytes, not 131"),
        ([{"type": "view", "name": "网站", "url": "javascript:1"}], "网站: a button of type view"),
        ([{"name": "贷款"}], "贷款: a button has `sub_button`, or the type click or view"),
        ([{"name": "贷款", "sub_button": []}], "`sub_button` has 1 to 5 buttons"),
        ([{"name": "贷款", "sub_button": [click()] * 6}], "`sub_button` has 1 to 5 buttons"),
        (
            [{"name": "贷款", "sub_button": [{"name": "下", "sub_button": [click()]}]}],
            "下: `sub_button` has 1 to 5 buttons, none below them",
        ),
        (
            [{"name": "贷款", "sub_button": [click(name="很" * 21)]}],
            "a name has 1 to 60 bytes here, not 63",
        ),
    ],
)
def test_a_mistake_is_found_before_wechat_is_asked(tmp_path: Path, buttons: Any, said: str) -> None:
    file = tmp_path / "wechat_menu.yml"
    file.write_text(yaml.safe_dump({"button": buttons}, allow_unicode=True), encoding="utf-8")

    with pytest.raises(MenuError) as mistake:
        read_menu(file)
    assert str(mistake.value).startswith("wechat_menu.yml: ")
    assert said in str(mistake.value)


@pytest.mark.parametrize("text", ["", "- a", "button: [", "7"])
def test_a_file_that_is_no_menu_is_said_to_be_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "wechat_menu.yml"
    file.write_text(text, encoding="utf-8")

    with pytest.raises(MenuError, match="wechat_menu"):
        read_menu(file)
