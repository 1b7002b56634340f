"""Tell followers what has changed, or show what they would be told."""

from __future__ import annotations

import argparse
import asyncio
import sys
from dataclasses import replace

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from bot.desk.services import utc_now
from bot.secretary.publishing import Plan, PublishedMeanwhile, Publishing
from bot.secretary.snapshot import Snapshot, snapshot
from bot.settings import Settings
from bot.site.addresses import Addresses
from bot.store.news import SqlNews
from bot.store.releases import SqlReleases
from bot.store.sql import SqlStore
from knowledge.language import Language
from knowledge.models import Knowledge
from knowledge.storage import load


def run(options: argparse.Namespace, settings: Settings) -> int:
    """The command; returns the exit code."""
    try:
        asyncio.run(_run(options, settings, Console()))
    except PublishedMeanwhile:
        print(
            "somebody else is publishing at this moment; nothing was sent by this call. "
            "Look again with `python -m bot publish`.",
            file=sys.stderr,
        )
        return 1
    return 0


async def _run(options: argparse.Namespace, settings: Settings, console: Console) -> None:
    knowledge = load(*settings.knowledge_dirs)  # raises ContentError, which lists every mistake
    store = SqlStore(settings.database)
    try:
        knowledge = replace(knowledge, news=await SqlNews(store, utc_now).accepted())
        releases = SqlReleases(store, utc_now)
        publishing = Publishing(releases, links(knowledge, settings.public_url))
        await _publish(options, publishing, snapshot(knowledge), console)
    finally:
        await store.close()


async def _publish(
    options: argparse.Namespace, publishing: Publishing, now: Snapshot, console: Console
) -> None:
    plan = await publishing.plan(now)
    if plan.is_first:
        await _first(options, publishing, plan, console)
        return
    if options.show:
        letter = publishing.example(plan, options.show)
        console.print(Text(letter.text if letter else "nothing has changed"))
        return
    if plan.unfinished:
        console.print(
            f"release {plan.unfinished.id} of {plan.unfinished.created:%Y-%m-%d %H:%M} UTC was "
            "interrupted; it comes first."
        )
    elif not plan.changed:
        console.print("nothing has changed since the last release; there is nothing to send.")
        return
    _show(plan, console)
    if options.quietly:
        if plan.unfinished:
            console.print("finish it with --send before anything is taken quietly.")
            return
        release = await publishing.take(plan)
        console.print(f"release {release.id}: taken for published, nobody was told.")
    elif options.send:
        await _send(publishing, plan, console)
    else:
        console.print("nothing was sent. `python -m bot publish --send` sends it.")


async def _first(
    options: argparse.Namespace,
    publishing: Publishing,
    plan: Plan,
    console: Console,
) -> None:
    """There is nothing to compare with yet."""
    if options.send or options.quietly:
        await publishing.take(plan)
        count = len(plan.after["provisions"])
        console.print(
            f"the first release: took note of {count} provisions as they are and sent nothing. "
            "From now on changes are found."
        )
    else:
        console.print(
            "nothing was published yet, so there is nothing to compare with. "
            "`python -m bot publish --send` takes note of the content as it is and sends nothing."
        )


async def _send(publishing: Publishing, plan: Plan, console: Console) -> None:
    columns = (TextColumn("letters"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("", total=len(plan.letters))
        count = await publishing.send(plan, lambda: progress.advance(task))
    console.print(f"{_messages(count)} written; the running server sends them.")
    if plan.unfinished:
        console.print("What has changed since that release is found by the next call.")


def _show(plan: Plan, console: Console) -> None:
    table = Table("provision", "what changed", "followers told", title="Changes")
    for difference in plan.changed:
        what = difference.provision or difference.policy
        table.add_row(Text(what), Text(difference.what), str(plan.reach(difference)))
    console.print(table)
    by_channel = ", ".join(f"{channel} {count}" for channel, count in plan.by_channel.items())
    console.print(
        f"{_messages(len(plan.letters))} to send, one to each follower"
        + (f" ({by_channel})." if by_channel else ".")
    )


def _messages(count: int) -> str:
    return f"{count} message" if count == 1 else f"{count} messages"


def links(knowledge: Knowledge, public_url: str):  # type: ignore[no-untyped-def]
    """Where the page of a measure is, for letters; nowhere without a public address."""

    def link(policy: str, measure: int, language: Language) -> str:
        known = knowledge.policies.get(policy)
        if not public_url or known is None or measure not in known.measures:
            return ""
        return public_url + Addresses(knowledge, language).measure(policy, measure)

    return link
