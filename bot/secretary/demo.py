"""The made-up mentors and projects of demo.yml."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import yaml

from bot.people.vault import Vault
from bot.secretary.mentor import Mentor
from bot.secretary.project import Project


def read_demo(path: Path, vault: Vault, now: datetime) -> tuple[list[Mentor], list[Project]]:
    """All of them, marked as demo."""
    data = yaml.safe_load(path.read_text("utf-8"))
    lists = ("fields", "stages", "tongues")
    mentors = [
        Mentor(
            **{**each, **{name: tuple(each[name]) for name in lists}},
            contact=vault.seal(data["contact"]),
            consent=data["consent"],
            demo=True,
        )
        for each in data["mentors"]
    ]
    projects = [
        Project(
            **each,
            contact=vault.seal(data["contact"]),
            consented=now,
            created=now,
            changed=now,
            form=each["number"],
            demo=True,
        )
        for each in data["projects"]
    ]
    return mentors, projects
