"""Every channel has one file, one test file, one line of registration and one page."""

from __future__ import annotations

import argparse
import re
from dataclasses import fields

import pytest

from bot.channels.contracts import Services
from bot.channels.registry import CHANNELS, check_channels, open_channels
from bot.commands import serve
from bot.settings import PROJECT, Settings, SettingsError

PAGES = PROJECT / "docs" / "channels"
NEEDED = {
    "telegram": {"telegram_bot_token": "1:token"},
    "wechat": {"wechat_app_id": "wx1", "wechat_token": "t"},
    "wecom": {
        "wecom_corp_id": "ww1",
        "wecom_kf_secret": "s",
        "wecom_token": "t",
        "wecom_encoding_aes_key": "A" * 43,
    },
}


def settings_of(name: str) -> set[str]:
    return {
        str(field.metadata["name"]) for field in fields(Settings) if field.name.startswith(name)
    }


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_has_its_file_its_tests_and_its_page(name: str) -> None:
    assert (PROJECT / "bot" / "channels" / f"{name}.py").exists()
    assert (PROJECT / "tests" / "channels" / f"test_{name}.py").exists()
    page = (PAGES / f"{name}.md").read_text(encoding="utf-8")
    assert f"/channels/{name}" in page
    assert settings_of(name) <= set(re.findall(r"[A-Z]+_[A-Z_]+", page))


def test_every_page_is_a_channels() -> None:
    assert {page.stem for page in PAGES.glob("*.md")} == set(CHANNELS)


def test_channels_without_settings_are_off(services: Services) -> None:
    assert open_channels(Settings(), services) == []


@pytest.mark.parametrize("name", CHANNELS)
async def test_a_channel_with_its_settings_is_on_and_answers_to_its_name(
    name: str, services: Services
) -> None:
    (channel,) = open_channels(Settings(**NEEDED[name]), services)

    assert channel.name == name
    assert {route.path for route in channel.routes()} <= {f"/channels/{name}"}
    await channel.stop()


@pytest.mark.parametrize(
    ("given", "missing"),
    [
        ({"telegram_webhook_url": "https://bot.example"}, "TELEGRAM_BOT_TOKEN"),
        (
            {"telegram_bot_token": "1:t", "telegram_webhook_url": "https://bot.example"},
            "TELEGRAM_WEBHOOK_SECRET",
        ),
        ({"wechat_app_id": "wx1"}, "WECHAT_TOKEN"),
        ({"wechat_app_secret": "s"}, "WECHAT_APP_ID"),
        ({"wecom_corp_id": "ww1", "wecom_token": "t"}, "WECOM_KF_SECRET"),
    ],
)
def test_half_of_a_channels_settings_stop_the_start_and_name_what_is_missing(
    given: dict[str, str], missing: str, services: Services
) -> None:
    with pytest.raises(SettingsError, match=missing):
        open_channels(Settings(**given), services)
    with pytest.raises(SettingsError, match=missing):
        check_channels(Settings(**given))


def test_half_of_a_channels_settings_stop_the_start_before_the_model_is_loaded() -> None:
    options = argparse.Namespace(host=None, port=None)
    nowhere = Settings(wechat_app_id="wx1", model=PROJECT / "no-such-model")

    with pytest.raises(SettingsError, match="WECHAT_TOKEN"):
        serve.run(options, nowhere)


@pytest.mark.parametrize("name", ["TELEGRAM_API_BASE", "WECHAT_API_BASE", "WECOM_API_BASE"])
@pytest.mark.parametrize(
    "address",
    ["api.example", "ftp://api.example", "https://", "http://a:b", "http://a:99999", "http://a b"],
)
def test_a_platforms_address_that_is_none_stops_the_start_and_is_named(
    name: str, address: str
) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({name: address})
