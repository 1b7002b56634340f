"""What the desk works with, put together from the settings."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timezone

import sqlalchemy as sa

from bot.desk.operator import Operator
from bot.desk.passwords import Passwords
from bot.desk.sessions import Sessions
from bot.events import Events
from bot.people.handover import Handover
from bot.people.opening import last_known_year
from bot.people.reception import Reception, Staffed
from bot.people.vault import Vault
from bot.privacy import without_text
from bot.right_of_way import RightOfWay
from bot.settings import Settings
from bot.store.callbacks import SqlCallBacks
from bot.store.desk_tables import staff
from bot.store.letters import SqlLetters
from bot.store.mentors import SqlMentors
from bot.store.ownership import SqlOwnership
from bot.store.projects import SqlProjects
from bot.store.sign_ins import SqlSignIns
from bot.store.sql import SqlStore

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
_TICK = 5.0  # seconds


def utc_now() -> datetime:
    """The clock of all that the desk does, unless a test has another."""
    return datetime.now(timezone.utc)


@dataclass(frozen=True)
class Desk:
    """Everything the desk's pages and the conversations need; one for a process."""

    store: SqlStore
    events: Events
    operator: Operator
    owners: SqlOwnership
    letters: SqlLetters
    callbacks: SqlCallBacks
    mentors: SqlMentors
    projects: SqlProjects
    vault: Vault
    handover: Handover
    reception: Reception
    staffed: Staffed
    clock: Clock
    way: RightOfWay = field(default_factory=RightOfWay)
    passwords: Passwords = field(default_factory=Passwords)

    async def watch(self) -> None:
        """Move on what waits too long, for as long as the process runs."""
        today = self.clock().date()  # `open_desk` has warned
        while True:
            if today != (today := self.clock().date()):
                warn_of_unknown_holidays(self.operator, self.clock())
            try:
                await self.handover.tick()
            except Exception as error:
                logger.error("desk", exc_info=without_text(error))
            await asyncio.sleep(_TICK)


def warn_of_unknown_holidays(operator: Operator, now: datetime) -> None:
    """Before the first promise that could be reckoned wrong, not after it."""
    known, reach = last_known_year(), operator.opening.due(now) or now
    if reach.year > known:
        logger.warning(
            "holidays are known until %d; after that only weekends are days off. "
            "Update the package chinesecalendar.",
            known,
        )


def open_desk(settings: Settings, store: SqlStore, clock: Clock = utc_now) -> Desk:
    """Raises SettingsError for a desk file that cannot be used."""
    operator = Operator.read(settings.desk_file)
    warn_of_unknown_holidays(operator, clock())
    events = Events()
    owners, callbacks = SqlOwnership(store), SqlCallBacks(store)
    vault = Vault(*settings.contact_keys())

    async def staffed() -> bool:
        chosen = sa.select(staff.c.id).where(staff.c.active).limit(1)
        return await store.run(lambda c: c.execute(chosen).first() is not None)

    async def attended() -> bool:
        return bool(await Sessions(SqlSignIns(store), clock).present())

    return Desk(
        store=store,
        events=events,
        operator=operator,
        owners=owners,
        letters=SqlLetters(store),
        callbacks=callbacks,
        mentors=SqlMentors(store),
        projects=SqlProjects(store),
        vault=vault,
        handover=Handover(owners, events, operator.patience, clock),
        reception=Reception(owners, callbacks, vault, operator.opening, staffed, attended, clock),
        staffed=staffed,
        clock=clock,
    )
