"""Somebody follows a measure in the widget, and sees there what has changed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bot.message import Effect
from bot.settings import PROJECT
from tests.browser.conftest import Embed
from tests.browser.widget import WidgetServer, answers, ask

pytestmark = pytest.mark.xdist_group("browser")


def publish(server: WidgetServer, content: Path) -> str:
    """The command, in a process of its own."""
    given = {
        "CHUANGWEN_KNOWLEDGE_DIRS": str(content),
        "CHUANGWEN_DATA_DIR": str(Path(server.store._engine.url.database).parent),
    }
    done = subprocess.run(
        [sys.executable, "-m", "bot", "publish", "--send"],
        cwd=PROJECT,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_change_is_there_when_the_visitor_comes_back_and_one_tap_stops_it(
    embed: Embed, widget_server: WidgetServer, tmp_path: Path
) -> None:
    content = Path(shutil.copytree(PROJECT / "knowledge", tmp_path / "content"))
    publish(widget_server, content)
    page = embed("data-open")
    widget_server.assistant.effects = (Effect("follow", {"what": "measure:sz-2016/6"}),)
    ask(page, "这条有变化通知我")
    widget_server.assistant.effects = ()
    expect(answers(page).last).to_contain_text("已订阅：（六）落实普惠性税收措施")

    contacts = content / "places" / "shenzhen" / "contacts.yml"
    text = contacts.read_text(encoding="utf-8")
    assert "shenzhen.chinatax.gov.cn" in text
    contacts.write_text(text.replace("shenzhen.chinatax.gov.cn", "moved.example"), "utf-8")
    assert "1 message written" in publish(widget_server, content)

    page.reload()
    letter = page.locator(".answer.notice")
    expect(letter).to_have_count(1)
    expect(letter).to_contain_text("你订阅的内容有变化")
    expect(letter).to_contain_text("moved.example")
    page.reload()
    expect(letter).to_have_count(1)
    page.get_by_role("button", name="不再接收（取消全部订阅）").click()
    expect(answers(page).last).to_contain_text("已取消订阅：（六）落实普惠性税收措施")
