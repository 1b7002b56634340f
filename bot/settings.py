"""All settings, read once from the environment."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

PROJECT = Path(__file__).resolve().parent.parent
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
_MASKED = "********"


class SettingsError(Exception):
    """A setting cannot be used; the message names it and says what would do."""


def _setting(name: str, what: str, default: object = "", secret: bool = False) -> Any:
    """A field that the environment variable `name` sets; a secret one is never shown."""
    metadata = {"name": name, "what": what, "secret": secret}
    return field(default=default, repr=not secret, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """What can be set from outside. `from_environment` reads and checks it."""

    host: str = _setting("CHUANGWEN_HOST", "address to listen on; 0.0.0.0 for all", "127.0.0.1")
    port: int = _setting("CHUANGWEN_PORT", "port to listen on, 1 to 65535", 8000)
    data_dir: Path = _setting(
        "CHUANGWEN_DATA_DIR", "folder for the database, caches and the secret", PROJECT / "var"
    )
    database_url: str = _setting(
        "CHUANGWEN_DATABASE_URL",
        "SQLAlchemy address of the database; empty: SQLite in the data folder",
        secret=True,
    )
    secret: str = _setting(
        "CHUANGWEN_SECRET",
        "key that signs conversation tokens, at least 32 characters; empty: made once and kept in "
        "the data folder",
        secret=True,
    )
    log_level: str = _setting("CHUANGWEN_LOG_LEVEL", f"one of {', '.join(_LEVELS)}", "INFO")
    model: Path = _setting(
        "CHUANGWEN_MODEL", "the trained Rasa model", PROJECT / "models" / "chuangwen.tar.gz"
    )
    knowledge_dirs: tuple[Path, ...] = _setting(
        "CHUANGWEN_KNOWLEDGE_DIRS",
        f"content folders, separated by {os.pathsep!r}; the first also gives the labels",
        (PROJECT / "knowledge",),
    )
    public_url: str = _setting(
        "CHUANGWEN_PUBLIC_URL",
        "public address of the website, without a path; empty: no canonical links, no sitemap",
    )
    widget_origins: tuple[str, ...] = _setting(
        "CHUANGWEN_WIDGET_ORIGINS",
        "addresses of the sites that may embed the widget, separated by spaces; empty: ours",
        (),
    )
    telegram_bot_token: str = _setting(
        "TELEGRAM_BOT_TOKEN", "the bot's token from @BotFather", secret=True
    )
    telegram_webhook_url: str = _setting(
        "TELEGRAM_WEBHOOK_URL",
        "public https address of this server, without a path; empty: the bot polls",
    )
    telegram_webhook_secret: str = _setting(
        "TELEGRAM_WEBHOOK_SECRET",
        "what Telegram sends with each update, 1 to 256 of A-Z a-z 0-9 _ -",
        secret=True,
    )
    telegram_api_base: str = _setting(
        "TELEGRAM_API_BASE",
        "address of the Bot API, or of a local server of it",
        "https://api.telegram.org",
    )
    telegram_proxy_url: str = _setting(
        "TELEGRAM_PROXY_URL", "http or socks5 proxy on the way to Telegram", secret=True
    )
    wechat_app_id: str = _setting("WECHAT_APP_ID", "the Official Account's AppID")
    wechat_app_secret: str = _setting(
        "WECHAT_APP_SECRET", "its AppSecret; for late answers and the menu", secret=True
    )
    wechat_token: str = _setting("WECHAT_TOKEN", "the Token of its server settings", secret=True)
    wechat_encoding_aes_key: str = _setting(
        "WECHAT_ENCODING_AES_KEY",
        "its EncodingAESKey, 43 characters; empty: plain mode",
        secret=True,
    )
    wechat_api_base: str = _setting(
        "WECHAT_API_BASE", "address of WeChat's API", "https://api.weixin.qq.com"
    )
    wecom_corp_id: str = _setting("WECOM_CORP_ID", "the company's id at WeCom")
    wecom_kf_secret: str = _setting(
        "WECOM_KF_SECRET", "the secret of its customer service", secret=True
    )
    wecom_token: str = _setting("WECOM_TOKEN", "the Token of its callback settings", secret=True)
    wecom_encoding_aes_key: str = _setting(
        "WECOM_ENCODING_AES_KEY", "its EncodingAESKey, 43 characters", secret=True
    )
    wecom_api_base: str = _setting(
        "WECOM_API_BASE", "address of WeCom's API", "https://qyapi.weixin.qq.com"
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Raises SettingsError for a value that cannot be used or a name that does not exist."""
        names = {str(f.metadata["name"]): f for f in fields(cls)}
        unknown = [n for n in environment if n.startswith("CHUANGWEN_") and n not in names]
        if unknown:
            raise SettingsError(
                f"unknown setting {sorted(unknown)[0]}; `python -m bot settings` lists them"
            )
        given = {names[n].name: environment[n].strip() for n in names if environment.get(n)}
        values = {name: _read(name, text) for name, text in given.items()}
        return cls(**values)  # type: ignore[arg-type]

    def has_all(self, *names: str) -> bool:
        """Whether these fields are all given; False where none is.

        Raises SettingsError that names what is missing where only some are.
        """
        by_name = {f.name: str(f.metadata["name"]) for f in fields(self)}
        missing = [by_name[name] for name in names if not getattr(self, name)]
        if missing and len(missing) < len(names):
            given = next(by_name[name] for name in names if getattr(self, name))
            raise SettingsError(f"{given} is given, but {', '.join(missing)} is missing")
        return not missing

    @property
    def database(self) -> str:
        """The database's address, SQLite in the data folder by default."""
        return self.database_url or f"sqlite:///{self.data_dir / 'chuangwen.db'}"

    @property
    def cache_dir(self) -> Path:
        return self.data_dir / "cache"

    @property
    def pid_file(self) -> Path:
        return self.data_dir / "server.pid"

    def signing_key(self) -> str:
        """The secret; made once with mode 0600 where none is given."""
        if self.secret:
            return self.secret
        self.data_dir.mkdir(parents=True, exist_ok=True)
        path = self.data_dir / "secret"
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
        return path.read_text(encoding="ascii").strip()

    def table(self) -> list[tuple[str, str, str]]:
        """Name, value (secrets masked) and meaning of every setting."""
        rows = []
        for entry in fields(self):
            value = getattr(self, entry.name)
            if isinstance(value, tuple):
                between = " " if entry.name == "widget_origins" else os.pathsep
                value = between.join(str(part) for part in value)
            shown = _MASKED if entry.metadata["secret"] and value else str(value)
            rows.append((str(entry.metadata["name"]), shown, str(entry.metadata["what"])))
        return rows


def _read(name: str, text: str) -> object:
    """The value of the field `name`; raises SettingsError that names the setting."""
    if name == "port":
        return port_number(text, "CHUANGWEN_PORT")
    if name in ("data_dir", "model"):
        return Path(text).expanduser().resolve()
    if name == "knowledge_dirs":
        return tuple(Path(part).expanduser() for part in text.split(os.pathsep))
    if name == "public_url":
        return _origin(text, "CHUANGWEN_PUBLIC_URL")
    if name == "widget_origins":
        return tuple(_origin(part, "CHUANGWEN_WIDGET_ORIGINS") for part in text.split())
    if name.endswith("_api_base"):
        check_address(name.upper(), text, ("https", "http"))
    if name == "log_level" and text.upper() not in _LEVELS:
        raise SettingsError(f"CHUANGWEN_LOG_LEVEL is {text!r}; one of {', '.join(_LEVELS)}")
    if name == "secret" and len(text) < 32:
        raise SettingsError("CHUANGWEN_SECRET is too short; it needs at least 32 characters")
    return text.upper() if name == "log_level" else text


def _origin(text: str, name: str) -> str:
    """An address without a path; raises SettingsError that names the setting."""
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?", text):
        raise SettingsError(f"{name} is {text!r}; an address like https://faq.example, no path")
    return text.rstrip("/")


def check_address(name: str, address: str, schemes: tuple[str, ...]) -> SplitResult:
    """An address in its parts; raises SettingsError that does not repeat what may hold a secret."""
    try:
        url = urlsplit(address)
        is_one = bool(url.hostname) and url.port != 0 and not re.search(r"\s", address)
    except ValueError:  # brackets that do not match, a port that is none
        url, is_one = urlsplit(""), False
    if not is_one or url.scheme not in schemes:
        allowed = " or ".join(f"{scheme}://" for scheme in schemes)
        raise SettingsError(f"{name} is no address that begins with {allowed}")
    return url


def port_number(text: str, name: str) -> int:
    """A port from text; raises SettingsError that names the setting."""
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise SettingsError(f"{name} is {text!r}; a port is a number from 1 to 65535")
    return int(text)
