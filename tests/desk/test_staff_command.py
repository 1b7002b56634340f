"""`python -m bot staff …`, from the first admin to the last."""

from __future__ import annotations

import asyncio
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import bot.__main__ as command_line
from bot.desk.accounts import Accounts
from bot.desk.services import open_desk
from bot.people.staff import Staff
from bot.settings import Settings
from bot.store.sql import SqlStore
from tests.desk.conftest import PASSWORD


@dataclass(frozen=True)
class Done:
    """What a command did."""

    returncode: int
    stdout: str
    stderr: str


class Input(io.StringIO):
    """What a command reads from, a terminal or not."""

    def __init__(self, text: str, is_terminal: bool) -> None:
        super().__init__(text)
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


Run = Callable[..., Done]


@pytest.fixture
def staff(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Run:
    """Runs `python -m bot staff …` in this process; keyword arguments are settings."""

    def run(
        *arguments: str, stdin: str = "", is_terminal: bool = False, **settings: object
    ) -> Done:
        monkeypatch.setattr("sys.stdin", Input(stdin, is_terminal))
        for name, value in {"data_dir": tmp_path, **settings}.items():
            monkeypatch.setenv(f"CHUANGWEN_{name.upper()}", str(value))
        # It would take pytest's own handlers away.
        monkeypatch.setattr(command_line, "set_up_logging", lambda level: None)
        try:
            code = command_line.main(["staff", *arguments])
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        output = capsys.readouterr()
        return Done(code, output.out, output.err)

    return run


def with_accounts(folder: Path, work):  # type: ignore[no-untyped-def]
    """Whatever is asked of the accounts in a data folder."""

    async def run() -> object:
        settings = Settings(data_dir=folder)
        store = SqlStore(settings.database)
        try:
            return await work(Accounts(open_desk(settings, store)))
        finally:
            await store.close()

    return asyncio.run(run())


def test_the_first_admin_is_made_here_and_nobody_is_there_before(
    staff: Run, tmp_path: Path
) -> None:
    empty = staff("list")
    assert (empty.returncode, empty.stdout) == (0, "")
    assert "staff add NAME --role admin" in empty.stderr

    added = staff("add", "Root", "--role", "admin", stdin=f"{PASSWORD}\n")
    assert (added.returncode, added.stderr) == (0, "")
    assert PASSWORD not in added.stdout
    proved: Staff = with_accounts(tmp_path, lambda accounts: accounts.prove("root", PASSWORD))
    assert (proved.name, proved.role) == ("root", "admin")
    assert staff("list").stdout == "root\tadmin\tsigned out\n"


def test_a_link_is_printed_with_the_servers_address(staff: Run, tmp_path: Path) -> None:
    here = staff("add", "anna", "--role", "clerk", "--link", host="0.0.0.0", port=8123)
    found = re.search(r"^http://127\.0\.0\.1:8123/desk/welcome/(\S+)$", here.stdout, re.M)
    assert found, here.stderr
    public = staff("link", "anna", public_url="https://desk.example")
    newer = re.search(r"^https://desk\.example/desk/welcome/(\S+)$", public.stdout, re.M)
    assert newer
    linked = [
        with_accounts(tmp_path, lambda accounts, token=token: accounts.linked(token))
        for token in (found[1], newer[1])
    ]
    assert linked[0] is None
    assert linked[1].name == "anna"


def test_an_account_is_changed_ended_and_brought_back(staff: Run) -> None:
    staff("add", "root", "--role", "admin", "--link")
    staff("add", "anna", "--role", "clerk", stdin=PASSWORD)
    assert staff("role", "ANNA", "supervisor").stdout == "anna is supervisor\n"
    assert staff("sign-out", "anna").stdout == "signed anna out of 0 browsers\n"
    assert staff("deactivate", "anna").stdout == "deactivated anna\n"
    assert "anna\tsupervisor\tdeactivated\n" in staff("list").stdout
    assert "deactivated" in staff("link", "anna").stderr
    back = staff("activate", "anna")
    assert "/desk/welcome/" in back.stdout
    assert "anna\tsupervisor\tno password yet\n" in staff("list").stdout


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (("add", "bob", "--role", "clerk"), "", "at least 12 characters"),
        (("add", "bob", "--role", "clerk"), "short\n", "at least 12 characters"),
        (("add", "bob", "--role", "clerk"), "password1234\n", "too easy"),
        (("add", "bob the builder", "--role", "clerk"), "bob the builder\n", "leave the name out"),
        (("add", "a/b", "--role", "clerk", "--link"), "", "cannot be a name"),
        (("add", "root", "--role", "clerk", "--link"), "", "there is an account root"),
        (("role", "root", "clerk"), "", "last active admin"),
        (("deactivate", "root"), "", "last active admin"),
        (("link", "nobody"), "", "no account 'nobody'"),
        (("activate", "root"), "", "root is active"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    staff: Run, arguments: tuple[str, ...], stdin: str, said: str
) -> None:
    staff("add", "root", "--role", "admin", "--link")
    before = staff("list").stdout
    done = staff(*arguments, stdin=stdin)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert staff("list").stdout == before


@pytest.mark.parametrize(
    "arguments", [(), ("add", "bob"), ("add", "bob", "--role", "king"), ("role", "bob"), ("fire",)]
)
def test_wrong_usage_ends_with_2(staff: Run, arguments: tuple[str, ...]) -> None:
    done = staff(*arguments)
    assert done.returncode == 2
    assert "usage: python -m bot staff" in done.stderr


def test_on_a_terminal_the_password_is_asked_for_twice(
    staff: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = iter([PASSWORD, PASSWORD + "x", PASSWORD, PASSWORD])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(typed))
    differ = staff("add", "bob", "--role", "clerk", is_terminal=True)
    assert differ.returncode == 1
    assert "differ" in differ.stderr
    added = staff("add", "bob", "--role", "clerk", is_terminal=True)
    assert added.stdout == "added bob as clerk\n"
