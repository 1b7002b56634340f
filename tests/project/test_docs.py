"""The documents stay true: what they name exists, and what exists they name."""

from __future__ import annotations

import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest

from bot.__main__ import _COMMANDS
from bot.settings import PROJECT, Settings

READMES = [PROJECT / "README.md", PROJECT / "README.zh-CN.md"]
SETTINGS = PROJECT / "docs" / "settings.md"
DOCUMENTS = sorted(
    path
    for path in [*PROJECT.glob("*.md"), *(PROJECT / "docs").rglob("*.md")]
    if path.name != "CHANGELOG.md"
)
TARGETS = set(
    re.findall(r"^([a-z-]+):.*##", (PROJECT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
)
NAMES = {str(field.metadata["name"]) for field in fields(Settings)}
CODE = re.compile(r"```[a-z]*\n(.*?)```|`([^`\n]+)`", re.DOTALL)


def read(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def code(text: str) -> str:
    """What stands in code: elsewhere "make sure" is no target."""
    return "\n".join(block or inline for block, inline in CODE.findall(text))


def targets(text: str) -> set[str]:
    return set(re.findall(r"(?:^|[\s$&;(])make ([a-z-]+)\b", code(text)))


def commands(text: str) -> set[str]:
    return set(re.findall(r"python -m bot ([a-z]+)\b", code(text)))


def anchors(text: str) -> set[str]:
    """The addresses of headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_the_readme_names_every_make_target(path: Path) -> None:
    assert targets(read(path)) == TARGETS


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_the_readme_names_every_command(path: Path) -> None:
    # The table after `python -m bot COMMAND`, a command a row.
    table = re.search(r"python -m bot (?:COMMAND|命令)`[^|]*((?:\n\|.+)+)", read(path))

    assert table is not None
    assert re.findall(r"^\| `([a-z]+)", table[1], re.MULTILINE) == list(_COMMANDS)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_target_command_and_setting_that_a_document_names_exists(path: Path) -> None:
    text = read(path)

    assert targets(text) <= TARGETS
    assert commands(text) <= set(_COMMANDS)
    # A wrong name in an example of what a wrong name does is one the settings refuse.
    named = set(re.findall(r"\b(?:CHUANGWEN|TELEGRAM|WECHAT|WECOM)_[A-Z_]*[A-Z]", text))
    shown_as_wrong = set(re.findall(r"unknown setting (CHUANGWEN_\w+)", text))
    assert named - shown_as_wrong <= NAMES


def test_the_settings_document_has_a_row_for_every_setting_and_its_default() -> None:
    rows = {
        cells[0].split("`")[1]: cells[1]
        for line in read(SETTINGS).splitlines()
        if re.match(r"\| `(?:CHUANGWEN|TELEGRAM|WECHAT|WECOM)_", line)
        for cells in [[cell.strip() for cell in line.strip("|").split("|")]]
    }

    assert set(rows) == NAMES
    defaults = Settings()
    for name, value in {
        "CHUANGWEN_HOST": defaults.host,
        "CHUANGWEN_PORT": str(defaults.port),
        "CHUANGWEN_LOG_LEVEL": defaults.log_level,
        "CHUANGWEN_DATA_DIR": str(defaults.data_dir.relative_to(PROJECT)),
        "CHUANGWEN_MODEL": str(defaults.model.relative_to(PROJECT)),
        "CHUANGWEN_KNOWLEDGE_DIRS": str(defaults.knowledge_dirs[0].relative_to(PROJECT)),
    }.items():
        assert value in rows[name]


def test_make_help_lists_every_target() -> None:
    phony = re.search(r"^\.PHONY: (.+)$", read(PROJECT / "Makefile"), re.MULTILINE)

    assert phony is not None
    assert set(phony[1].split()) == TARGETS


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(PROJECT)))
def test_every_link_inside_the_project_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?://|mailto:|tel:)([^)\s]+)\)", read(path))
    for link in links:
        file, _, anchor = link.partition("#")
        target = (path.parent / file).resolve() if file else path
        assert target.exists(), link
        assert target.is_relative_to(PROJECT), link
        if anchor and target.suffix == ".md":
            assert anchor in anchors(read(target)), link


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_every_file_and_folder_that_the_readme_names_exists(path: Path) -> None:
    folders = "actions|benchmarks|bot|docs|knowledge|nlu|scripts|stories|tests"
    named = re.findall(rf"`((?:{folders})/[\w./-]*)`", read(path), re.ASCII)

    assert named
    assert [name for name in named if not (PROJECT / name).exists()] == []


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_the_curl_examples_can_be_pasted(path: Path) -> None:
    blocks = [block for block, _ in CODE.findall(read(path)) if "curl" in block]

    assert blocks
    for block in blocks:
        shlex.split(block, comments=True)  # raises on a quote that is not closed


@pytest.mark.parametrize("path", READMES, ids=lambda path: path.name)
def test_the_readme_says_who_answers_and_how_sure_that_is(path: Path) -> None:
    text = read(path)

    assert re.search("not a government service|不是政府", text)
    assert re.search("unconfirmed|could not be confirmed|未能证实|没能证实|尚未证实|未经证实", text)
    assert "sf.sz.gov.cn/gfxwjcx" in text
    assert "12345" in text


def test_the_documents_name_no_machine_of_ours() -> None:
    for path in DOCUMENTS:
        text = read(path)
        assert re.search(r"(?<![\w.])/(?:home|root|Users|work|tmp)/", text) is None, path
