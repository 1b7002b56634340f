"""Settings come from the environment, are checked once, and never show a secret."""

from __future__ import annotations

import logging
import os
import stat
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from bot.logs import set_up_logging
from bot.settings import PROJECT, Settings, SettingsError, port_number

# Setting, its field, and a value.
CHANNELS = {
    "TELEGRAM_BOT_TOKEN": ("telegram_bot_token", "1:token"),
    "TELEGRAM_WEBHOOK_URL": ("telegram_webhook_url", "https://bot.example"),
    "TELEGRAM_WEBHOOK_SECRET": ("telegram_webhook_secret", "a-secret"),
    "TELEGRAM_API_BASE": ("telegram_api_base", "http://127.0.0.1:1"),
    "TELEGRAM_PROXY_URL": ("telegram_proxy_url", "socks5://127.0.0.1:2"),
    "WECHAT_APP_ID": ("wechat_app_id", "wx1"),
    "WECHAT_APP_SECRET": ("wechat_app_secret", "s1"),
    "WECHAT_TOKEN": ("wechat_token", "t1"),
    "WECHAT_ENCODING_AES_KEY": ("wechat_encoding_aes_key", "A" * 43),
    "WECHAT_API_BASE": ("wechat_api_base", "http://127.0.0.1:3"),
    "WECOM_CORP_ID": ("wecom_corp_id", "ww1"),
    "WECOM_KF_SECRET": ("wecom_kf_secret", "s2"),
    "WECOM_TOKEN": ("wecom_token", "t2"),
    "WECOM_ENCODING_AES_KEY": ("wecom_encoding_aes_key", "B" * 43),
    "WECOM_API_BASE": ("wecom_api_base", "http://127.0.0.1:4"),
}
WECOM = ("WECOM_CORP_ID", "WECOM_KF_SECRET", "WECOM_TOKEN", "WECOM_ENCODING_AES_KEY")
CONTACT_KEYS = f"{'n' * 43}= {'o' * 43}="
A_SECRET = "not-for-other-eyes-0123456789-abcdef"


def test_an_empty_environment_gives_settings_that_work_on_this_machine_alone() -> None:
    settings = Settings.from_environment({})

    assert settings.host == "127.0.0.1"
    assert settings.port == 8000
    assert settings.log_level == "INFO"
    assert settings.data_dir == PROJECT / "var"
    assert settings.database == f"sqlite:///{PROJECT / 'var' / 'chuangwen.db'}"
    assert settings.model == PROJECT / "models" / "chuangwen.tar.gz"
    assert settings.knowledge_dirs == (PROJECT / "knowledge",)
    assert settings.secret == ""


def test_an_empty_value_is_as_good_as_none() -> None:
    names = [str(field.metadata["name"]) for field in fields(Settings)]

    assert Settings.from_environment(dict.fromkeys(names, "")) == Settings()


def test_every_setting_can_be_given(tmp_path: Path) -> None:
    settings = Settings.from_environment(
        {
            "CHUANGWEN_HOST": "0.0.0.0",
            "CHUANGWEN_PORT": "8123",
            "CHUANGWEN_DATA_DIR": str(tmp_path / "data"),
            "CHUANGWEN_DATABASE_URL": "postgresql://somebody@127.0.0.1/chuangwen",
            "CHUANGWEN_SECRET": A_SECRET,
            "CHUANGWEN_LOG_LEVEL": "debug",
            "CHUANGWEN_MODEL": str(tmp_path / "model.tar.gz"),
            "CHUANGWEN_KNOWLEDGE_DIRS": os.pathsep.join([str(tmp_path / "a"), str(tmp_path / "b")]),
            "CHUANGWEN_PUBLIC_URL": "https://faq.example/",
            "CHUANGWEN_WIDGET_ORIGINS": "https://a.example/ http://127.0.0.1:8001",
            "CHUANGWEN_TRUSTED_PROXIES": "10.0.0.1 10.1.0.0/16",
            "CHUANGWEN_LIMIT_FACTOR": "2.5",
            "CHUANGWEN_DESK_FILE": str(tmp_path / "desk.yml"),
            "CHUANGWEN_EVENTS": str(tmp_path / "events.yml"),
            "CHUANGWEN_CONTACT_KEY": CONTACT_KEYS,
            "CHUANGWEN_KEEP_CONVERSATIONS_DAYS": "30",
            "CHUANGWEN_KEEP_CALLS_DAYS": "365",
            "CHUANGWEN_NEWS_HOSTS": "STIC.sz.gov.cn 127.0.0.1:8001",
            **{name: value for name, (_, value) in CHANNELS.items()},
        }
    )

    assert settings == Settings(
        host="0.0.0.0",
        trusted_proxies=("10.0.0.1", "10.1.0.0/16"),
        limit_factor=2.5,
        desk_file=tmp_path / "desk.yml",
        events=tmp_path / "events.yml",
        contact_key=CONTACT_KEYS,
        keep_conversations_days=30,
        keep_calls_days=365,
        news_hosts=("stic.sz.gov.cn", "127.0.0.1:8001"),
        port=8123,
        data_dir=tmp_path / "data",
        database_url="postgresql://somebody@127.0.0.1/chuangwen",
        secret=A_SECRET,
        log_level="DEBUG",
        model=tmp_path / "model.tar.gz",
        knowledge_dirs=(tmp_path / "a", tmp_path / "b"),
        public_url="https://faq.example",
        widget_origins=("https://a.example", "http://127.0.0.1:8001"),
        **dict(CHANNELS.values()),
    )
    assert settings.database == "postgresql://somebody@127.0.0.1/chuangwen"
    assert settings.cache_dir == tmp_path / "data" / "cache"


def test_no_setting_is_forgotten_by_the_test_above() -> None:
    assert {str(field.metadata["name"]) for field in fields(Settings)} == {
        "CHUANGWEN_HOST",
        "CHUANGWEN_PORT",
        "CHUANGWEN_DATA_DIR",
        "CHUANGWEN_DATABASE_URL",
        "CHUANGWEN_SECRET",
        "CHUANGWEN_LOG_LEVEL",
        "CHUANGWEN_MODEL",
        "CHUANGWEN_KNOWLEDGE_DIRS",
        "CHUANGWEN_NEWS_HOSTS",
        "CHUANGWEN_PUBLIC_URL",
        "CHUANGWEN_TRUSTED_PROXIES",
        "CHUANGWEN_LIMIT_FACTOR",
        "CHUANGWEN_DESK_FILE",
        "CHUANGWEN_EVENTS",
        "CHUANGWEN_CONTACT_KEY",
        "CHUANGWEN_KEEP_CONVERSATIONS_DAYS",
        "CHUANGWEN_KEEP_CALLS_DAYS",
        "CHUANGWEN_WIDGET_ORIGINS",
        *CHANNELS,
    }


def test_half_a_channels_settings_name_what_is_missing() -> None:
    settings = Settings(wecom_corp_id="ww1", wecom_token="t")

    with pytest.raises(
        SettingsError,
        match="WECOM_CORP_ID is given, but WECOM_KF_SECRET, WECOM_ENCODING_AES_KEY is missing",
    ):
        settings.has_all(
            "wecom_corp_id", "wecom_kf_secret", "wecom_token", "wecom_encoding_aes_key"
        )
    assert not Settings().has_all("wecom_corp_id", "wecom_token")
    assert settings.has_all("wecom_corp_id", "wecom_token")


@pytest.mark.parametrize("port", ["0", "65536", "-1", "80.5", "http", "８０８０", "1e3", "9" * 30])
def test_a_port_that_is_none_names_the_setting_and_the_range(port: str) -> None:
    with pytest.raises(SettingsError, match=r"CHUANGWEN_PORT.*1 to 65535"):
        Settings.from_environment({"CHUANGWEN_PORT": port})


@pytest.mark.parametrize("address", ["faq.example", "ftp://faq.example", "https://a.example/faq"])
def test_a_public_address_that_is_none_names_the_setting(address: str) -> None:
    with pytest.raises(SettingsError, match=r"CHUANGWEN_PUBLIC_URL.*https://faq\.example"):
        Settings.from_environment({"CHUANGWEN_PUBLIC_URL": address})


def test_a_wrong_port_of_the_command_line_names_the_option() -> None:
    with pytest.raises(SettingsError, match="--port"):
        port_number("none", "--port")


def test_an_unknown_log_level_names_the_setting_and_what_there_is() -> None:
    with pytest.raises(SettingsError, match=r"CHUANGWEN_LOG_LEVEL.*DEBUG, INFO, WARNING, ERROR"):
        Settings.from_environment({"CHUANGWEN_LOG_LEVEL": "loud"})


def test_a_short_secret_names_the_setting_and_does_not_repeat_the_secret() -> None:
    with pytest.raises(SettingsError, match=r"CHUANGWEN_SECRET.*32") as error:
        Settings.from_environment({"CHUANGWEN_SECRET": "hunter2"})

    assert "hunter2" not in str(error.value)


def test_a_name_that_does_not_exist_is_said_instead_of_ignored() -> None:
    with pytest.raises(SettingsError, match="CHUANGWEN_PROT"):
        Settings.from_environment({"CHUANGWEN_PROT": "8000", "PATH": "/bin"})


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(FrozenInstanceError):
        Settings().port = 1  # type: ignore[misc]


def test_the_table_lists_every_setting_and_masks_secrets() -> None:
    address = "postgresql://somebody:pass-word-of-the-database@127.0.0.1/chuangwen"
    settings = Settings(secret=A_SECRET, database_url=address, port=8123)

    table = settings.table()

    assert len(table) == len(fields(Settings))
    assert ("CHUANGWEN_PORT", "8123") in [row[:2] for row in table]
    assert all(what for _, _, what in table)
    assert A_SECRET not in str(table)
    assert "pass-word-of-the-database" not in str(table)


def test_a_secret_that_is_not_set_is_shown_as_not_set() -> None:
    rows = {name: value for name, value, _ in Settings().table()}

    assert rows["CHUANGWEN_SECRET"] == ""
    assert rows["CHUANGWEN_DATABASE_URL"] == ""


def test_no_secret_is_printed_with_the_settings() -> None:
    address = "postgresql://somebody:pass-word-of-the-database@127.0.0.1/chuangwen"
    shown = repr(Settings(secret=A_SECRET, database_url=address))

    assert A_SECRET not in shown
    assert "pass-word-of-the-database" not in shown


def test_the_signing_key_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "made" / "on the way")

    key = settings.signing_key()

    file = settings.data_dir / "secret"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(key) >= 32
    assert settings.signing_key() == key
    assert Settings(data_dir=settings.data_dir).signing_key() == key


def test_two_installations_do_not_share_a_key(tmp_path: Path) -> None:
    one, other = Settings(data_dir=tmp_path / "1"), Settings(data_dir=tmp_path / "2")

    assert one.signing_key() != other.signing_key()


def test_a_secret_that_is_given_is_used_and_not_written_down(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, secret=A_SECRET)

    assert settings.signing_key() == A_SECRET
    assert list(tmp_path.iterdir()) == []


def test_rasa_is_never_more_talkative_than_a_warning() -> None:
    root, rasa = logging.getLogger(), logging.getLogger("rasa")
    before = root.handlers[:], root.level, rasa.level
    try:
        # Its debug lines hold what founders say.
        set_up_logging("DEBUG")
        assert rasa.getEffectiveLevel() >= logging.WARNING
    finally:
        root.handlers, root.level, rasa.level = before


@pytest.mark.parametrize("days", ["0", "-1", "ten", "1.5", "99999"])
@pytest.mark.parametrize("name", ["CHUANGWEN_KEEP_CONVERSATIONS_DAYS", "CHUANGWEN_KEEP_CALLS_DAYS"])
def test_days_that_are_none_stop_the_start(name: str, days: str) -> None:
    with pytest.raises(SettingsError, match=name):
        Settings.from_environment({name: days})


@pytest.mark.parametrize("key", ["short", "n" * 43, f"{'n' * 43}= short"])
def test_a_contact_key_that_is_none_stops_the_start_and_is_not_repeated(key: str) -> None:
    with pytest.raises(SettingsError, match="CHUANGWEN_CONTACT_KEY") as error:
        Settings.from_environment({"CHUANGWEN_CONTACT_KEY": key})
    assert key not in str(error.value)


def test_the_contact_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    first = Settings(data_dir=tmp_path).contact_keys()

    assert Settings(data_dir=tmp_path).contact_keys() == first
    assert (tmp_path / "contact.key").stat().st_mode & 0o777 == 0o600
