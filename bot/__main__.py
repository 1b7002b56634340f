"""The command line: `python -m bot COMMAND`."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Callable

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
    "mentors": "import mentors into the office's library, or list them",
    "demo": "put made-up mentors and projects into the library, or take them out",
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
        if name in _ARGUMENTS:
            _ARGUMENTS[name](command)
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


def _add_serve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", help="address to listen on (default: CHUANGWEN_HOST)")
    parser.add_argument("--port", help="port to listen on (default: CHUANGWEN_PORT)")


def _add_ask_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("question", nargs="+", help="the question, in Chinese or English")
    parser.add_argument("--json", action="store_true", help="print the whole turn as JSON")


def _add_conversation_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("conversation", help="its id, with the channel: telegram:42")


def _add_train_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--if-changed", action="store_true", help="only if nlu/, stories/, … have changed"
    )


def _add_demo_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("load", "remove"), help="in or out")


def _add_news_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=("import",), help="import: take what is new")
    parser.add_argument("source", help="a file, or an address on a host of CHUANGWEN_NEWS_HOSTS")


def _add_wechat_arguments(parser: argparse.ArgumentParser) -> None:
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


def _add_mentors_arguments(parser: argparse.ArgumentParser) -> None:
    whats = parser.add_subparsers(dest="what", required=True, metavar="WHAT")
    importing = whats.add_parser("import", help="take all mentors of a CSV file, or none")
    importing.add_argument("file", help="the CSV file, in UTF-8")
    importing.add_argument("--check", action="store_true", help="say every mistake and stop")
    whats.add_parser("template", help="print the first line of such a file and what to write")
    whats.add_parser("list", help="list all mentors, separated by tabs, without contacts")


_ARGUMENTS: dict[str, Callable[[argparse.ArgumentParser], None]] = {
    "serve": _add_serve_arguments,
    "ask": _add_ask_arguments,
    "forget": _add_conversation_argument,
    "export": _add_conversation_argument,
    "train": _add_train_arguments,
    "staff": _add_staff_arguments,
    "mentors": _add_mentors_arguments,
    "demo": _add_demo_arguments,
    "news": _add_news_arguments,
    "publish": _add_publish_arguments,
    "wechat": _add_wechat_arguments,
}


if __name__ == "__main__":
    sys.exit(main())
