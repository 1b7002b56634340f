"""The command line: `python -m bot COMMAND`."""

from __future__ import annotations

import argparse
import importlib
import os
import sys

# Before numpy and TensorFlow are imported, or they take every core for work that has none.
os.environ.setdefault("OMP_NUM_THREADS", "2")
# One text is embedded faster on one core; whole lists take two (knowledge/encoder.py).
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")

from bot.logs import set_up_logging
from bot.message import AssistantUnavailable
from bot.people.staff import ROLES
from bot.settings import Settings, SettingsError
from knowledge.reader import ContentError

_COMMANDS = {
    "serve": "answer over HTTP (the server that `make run` starts)",
    "ask": "print the answer to one question",
    "chat": "talk in the terminal",
    "batch": "answer a list of questions: JSON lines in, JSON lines out",
    "train": "train the model that understands what founders want",
    "check": "validate all content and say every mistake",
    "reload": "let the running server take changed content, whole or not at all",
    "settings": "list every setting with its value (secrets masked)",
    "staff": "look after the accounts of the hotline desk",
    "forget": "delete all that is kept of a conversation, such as telegram:42",
    "export": "print all that is kept of a conversation as JSON",
    "publish": "show what changed since the last time and who follows it; --send tells them",
    "news": "import notices from a feed (RSS or Atom), for staff to decide on at /desk/news",
    "wechat": "send the menu to the WeChat Official Account",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; the exit code is 0 if all went well, 1 if not, 2 for wrong usage."""
    parser = argparse.ArgumentParser(
        prog="python -m bot",
        description="ChuangWen: ask Shenzhen's 2016 startup policy in your own words.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, what in _COMMANDS.items():
        command = commands.add_parser(name, help=what, description=what[0].upper() + what[1:] + ".")
        _add_arguments(name, command)
    options = parser.parse_args(arguments)
    try:
        settings = Settings.from_environment()
        quiet = options.command != "serve"
        set_up_logging("WARNING" if quiet and settings.log_level == "INFO" else settings.log_level)
        run = importlib.import_module(f"bot.commands.{options.command}").run
        return int(run(options, settings) or 0)
    except (SettingsError, ContentError, AssistantUnavailable) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # Whoever read our output has gone, as `| head` does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _add_arguments(name: str, parser: argparse.ArgumentParser) -> None:
    if name == "serve":
        parser.add_argument("--host", help="address to listen on (default: CHUANGWEN_HOST)")
        parser.add_argument("--port", help="port to listen on (default: CHUANGWEN_PORT)")
    if name == "ask":
        parser.add_argument("question", nargs="+", help="the question, in Chinese or English")
        parser.add_argument("--json", action="store_true", help="print the whole turn as JSON")
    if name in ("forget", "export"):
        parser.add_argument("conversation", help="its id, with the channel: telegram:42")
    if name == "train":
        parser.add_argument(
            "--if-changed", action="store_true", help="only if nlu/, stories/, … have changed"
        )
    if name == "staff":
        _add_staff_arguments(parser)
    if name == "news":
        parser.add_argument("what", choices=("import",), help="import: take what is new")
        parser.add_argument(
            "source", help="a file, or an address on a host of CHUANGWEN_NEWS_HOSTS"
        )
    if name == "publish":
        _add_publish_arguments(parser)
    if name == "wechat":
        parser.add_argument("what", nargs="?", default="menu", choices=("menu",), help="the menu")
        parser.add_argument("--show", action="store_true", help="print it and send nothing")


def _add_publish_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Compare the content with what was published last and show what would be sent, and to how "
        "many. The first time only takes note of the content. What was interrupted is continued: "
        "nobody gets a message twice, nobody is left out."
    )
    does = parser.add_mutually_exclusive_group()
    does.add_argument("--send", action="store_true", help="send it: one message to each follower")
    does.add_argument(
        "--quietly", action="store_true", help="take it for published, and tell nobody"
    )
    does.add_argument(
        "--show",
        choices=("zh-Hans", "zh-Hant", "en"),
        help="print the message that somebody gets who follows everything",
    )


_STAFF = {
    "add": "add somebody; asks for a password unless --link is given",
    "list": "list all accounts with role and state, separated by tabs",
    "role": "give somebody another role",
    "link": "print a one-time link with which somebody sets a new password",
    "sign-out": "sign somebody out everywhere",
    "deactivate": "end an account; the trail of what was done with it stays",
    "activate": "bring a deactivated account back, with a link to set a password",
}


def _add_staff_arguments(parser: argparse.ArgumentParser) -> None:
    whats = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    for what, does in _STAFF.items():
        command = whats.add_parser(what, help=does, description=does[0].upper() + does[1:] + ".")
        if what != "list":
            command.add_argument("name", help="the name to sign in with, in any script")
        if what == "role":
            command.add_argument("role", choices=ROLES)
        if what == "add":
            command.add_argument(
                "--role", choices=ROLES, required=True, help="each may do what the one before may"
            )
            command.add_argument(
                "--link", action="store_true", help="print a one-time link instead of asking"
            )


if __name__ == "__main__":
    sys.exit(main())
