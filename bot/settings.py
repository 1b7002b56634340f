"""All settings, read once from the environment."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from bot import setting_values as values
from bot.setting_values import SettingsError, check_address
from bot.setting_values import port as port_number

__all__ = ["PROJECT", "Settings", "SettingsError", "check_address", "port_number"]

PROJECT = Path(__file__).resolve().parent.parent
_MASKED = "********"


def _setting(
    name: str,
    what: str,
    default: object = "",
    secret: bool = False,
    read: values.Reader = values.text,
) -> Any:
    """A field that the environment variable `name` sets; a secret one is never shown."""
    metadata = {"name": name, "what": what, "secret": secret, "read": read}
    return field(default=default, repr=not secret, metadata=metadata)


@dataclass(frozen=True)
class Settings:
    """What can be set from outside. `from_environment` reads and checks it."""

    host: str = _setting("CHUANGWEN_HOST", "address to listen on; 0.0.0.0 for all", "127.0.0.1")
    port: int = _setting("CHUANGWEN_PORT", "port to listen on, 1 to 65535", 8000, read=values.port)
    data_dir: Path = _setting(
        "CHUANGWEN_DATA_DIR",
        "folder for the database, caches and the secret",
        PROJECT / "var",
        read=values.path,
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
        read=values.secret,
    )
    log_level: str = _setting(
        "CHUANGWEN_LOG_LEVEL", f"one of {', '.join(values.LEVELS)}", "INFO", read=values.level
    )
    model: Path = _setting(
        "CHUANGWEN_MODEL",
        "the trained Rasa model",
        PROJECT / "models" / "chuangwen.tar.gz",
        read=values.path,
    )
    knowledge_dirs: tuple[Path, ...] = _setting(
        "CHUANGWEN_KNOWLEDGE_DIRS",
        f"content folders, separated by {os.pathsep!r}; the first also gives the labels",
        (PROJECT / "knowledge",),
        read=values.paths,
    )
    public_url: str = _setting(
        "CHUANGWEN_PUBLIC_URL",
        "public address of the website, without a path; empty: no canonical links, no sitemap",
        read=values.origin,
    )
    widget_origins: tuple[str, ...] = _setting(
        "CHUANGWEN_WIDGET_ORIGINS",
        "addresses of the sites that may embed the widget, separated by spaces; empty: ours",
        (),
        read=values.origins,
    )
    trusted_proxies: tuple[str, ...] = _setting(
        "CHUANGWEN_TRUSTED_PROXIES",
        "addresses and networks of the proxies before this server, separated by spaces; only "
        "theirs is the visitor's address taken from X-Forwarded-For",
        (),
        read=values.networks,
    )
    limit_factor: float = _setting(
        "CHUANGWEN_LIMIT_FACTOR",
        "widens how much one address may ask; 0 switches all limits off",
        1.0,
        read=values.factor,
    )
    desk_file: Path = _setting(
        "CHUANGWEN_DESK_FILE",
        "the desk's opening hours, promises and canned sentences",
        PROJECT / "bot" / "desk" / "desk.yml",
        read=values.path,
    )
    events: Path | None = _setting(
        "CHUANGWEN_EVENTS",
        "the office's events, a YAML or CSV file; empty: there are none",
        None,
        read=values.path,
    )
    contact_key: str = _setting(
        "CHUANGWEN_CONTACT_KEY",
        "key that encrypts contact details, 32 bytes in URL-safe base64; more, separated by "
        "spaces, are older ones; empty: made once and kept in the data folder",
        secret=True,
        read=values.contact_key,
    )
    keep_conversations_days: int = _setting(
        "CHUANGWEN_KEEP_CONVERSATIONS_DAYS",
        "days after its last message until a conversation is deleted",
        180,
        read=values.days,
    )
    keep_calls_days: int = _setting(
        "CHUANGWEN_KEEP_CALLS_DAYS",
        "days until calls, call backs that are over, and the audit trail are deleted",
        730,
        read=values.days,
    )
    news_hosts: tuple[str, ...] = _setting(
        "CHUANGWEN_NEWS_HOSTS",
        "hosts whose feeds may be imported and to which notices may lead, separated by spaces; "
        "empty: no notice is imported",
        (),
        read=values.hosts,
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
        read=values.api_base,
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
        "WECHAT_API_BASE",
        "address of WeChat's API",
        "https://api.weixin.qq.com",
        read=values.api_base,
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
        "WECOM_API_BASE",
        "address of WeCom's API",
        "https://qyapi.weixin.qq.com",
        read=values.api_base,
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
        given = {
            names[n].name: names[n].metadata["read"](v.strip(), n)
            for n, v in environment.items()
            if n in names and v
        }
        return cls(**given)

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
        return self.secret or self._made_once("secret", lambda: secrets.token_urlsafe(48))

    def contact_keys(self) -> tuple[str, ...]:
        """The keys of contact details, the one in use first."""
        made = self.contact_key or self._made_once("contact.key", values.new_contact_key)
        return tuple(made.split())

    def _made_once(self, name: str, make: Callable[[], str]) -> str:
        """A secret in the data folder, readable by its owner alone."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        path = self.data_dir / name
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text(encoding="ascii").strip()
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(make())
        return path.read_text(encoding="ascii").strip()

    def table(self) -> list[tuple[str, str, str]]:
        """Name, value (secrets masked) and meaning of every setting."""
        rows = []
        for entry in fields(self):
            value = getattr(self, entry.name)
            if isinstance(value, tuple):
                between = os.pathsep if entry.name == "knowledge_dirs" else " "
                value = between.join(str(part) for part in value)
            value = "" if value is None else value
            shown = _MASKED if entry.metadata["secret"] and value else str(value)
            rows.append((str(entry.metadata["name"]), shown, str(entry.metadata["what"])))
        return rows
