"""Look after the office's library of mentors from the command line."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.people.vault import Vault
from bot.secretary.mentor import Mentor
from bot.secretary.mentor_file import MentorsError, read_mentors, template
from bot.settings import Settings
from bot.store.audit import SqlAudit
from bot.store.mentors import SqlMentors
from bot.store.sql import SqlStore
from knowledge.storage import load_vocabulary

_ZONE = ZoneInfo("Asia/Shanghai")


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    vocabulary = load_vocabulary(settings.knowledge_dirs[0])
    if options.what == "template":
        print(template(vocabulary))
        return 0
    if options.what == "list":
        asyncio.run(_list(settings))
        return 0
    path = Path(options.file)
    try:
        mentors = read_mentors(path.read_bytes(), vocabulary, datetime.now(_ZONE).date())
    except OSError as error:
        print(f"{path}: cannot be read ({error.strerror})", file=sys.stderr)
        return 1
    except MentorsError as error:
        for line in error.lines:
            print(f"{path}: {line}", file=sys.stderr)
        print("nothing was imported", file=sys.stderr)
        return 1
    if options.check:
        print(f"{path} is right: {len(mentors)} mentors; nothing was imported")
        return 0
    added, changed = asyncio.run(_import(mentors, settings))
    print(f"{added} mentors added, {changed} changed; those not in the file stay as they are")
    return 0


async def _import(mentors: list[Mentor], settings: Settings) -> tuple[int, int]:
    store, now = SqlStore(settings.database), datetime.now(timezone.utc)
    vault = Vault(*settings.contact_keys())
    try:
        sealed = [replace(each, contact=vault.seal(each.contact)) for each in mentors]
        added, changed = await SqlMentors(store).put(sealed, now)
        await SqlAudit(store).add(None, "mentors_imported", f"+{added} ~{changed}", now)
        return added, changed
    finally:
        await store.close()


async def _list(settings: Settings) -> None:
    store = SqlStore(settings.database)
    try:
        for each in await SqlMentors(store).all():
            states = ["active" if each.active else "inactive", *(["demo"] if each.demo else [])]
            words = [" ".join(each.fields), " ".join(each.stages), " ".join(each.tongues)]
            print("\t".join([each.id, each.name, *words, ", ".join(states)]))
    finally:
        await store.close()
