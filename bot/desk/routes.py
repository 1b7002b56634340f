"""All routes of the desk, piece by piece."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from starlette.routing import Route

from bot.channels.base import Channel
from bot.conversation import Conversations
from bot.desk.access import Access
from bot.desk.accounts import Accounts
from bot.desk.assets import Assets
from bot.desk.audit import AuditPages
from bot.desk.callback_views import CallBackViews
from bot.desk.callbacks import CallBackPages
from bot.desk.calls import CallPages
from bot.desk.chat_actions import ChatActions
from bot.desk.chat_views import ChatViews
from bot.desk.chats import ChatPages
from bot.desk.drafts import Drafts
from bot.desk.figures import FigurePages
from bot.desk.finished import FinishedPages
from bot.desk.inbox import InboxPages
from bot.desk.lookups import Lookups
from bot.desk.mentors import MentorPages
from bot.desk.news import NewsPages
from bot.desk.open_forms import OpenForms
from bot.desk.own_account import OwnAccountPages
from bot.desk.projects import ProjectPages
from bot.desk.rendering import DeskPages
from bot.desk.services import Desk
from bot.desk.sign_in import SignInPages
from bot.desk.staff import StaffPages
from bot.desk.stream import DeskStream
from bot.desk.welcome import WelcomePages
from bot.settings import Settings
from bot.store.audit import SqlAudit
from knowledge.live import Library


def desk_routes(
    desk: Desk,
    settings: Settings,
    library: Library,
    channels: Mapping[str, Channel],
    conversations: Conversations,
    refresh_news: Callable[[], Awaitable[None]],
) -> list[Route]:
    """What is served under /desk."""
    assets, trail, accounts = Assets(), SqlAudit(desk.store), Accounts(desk)
    pages = DeskPages(assets, desk.operator.opening.zone)
    access = Access(accounts.sessions, trail, pages, desk.clock, settings.public_url, desk.way)
    lookups = Lookups(library)
    chats = ChatViews(desk, accounts, library, channels, lookups)
    callbacks = CallBackViews(desk, library)
    forms = OpenForms(access, pages, settings.limit_factor)
    return [
        *assets.routes(),
        *SignInPages(access, forms, desk, accounts).routes(),
        *WelcomePages(access, forms, accounts).routes(),
        *DeskStream(access, pages, desk).routes(),
        *CallPages(access, pages, desk, library, lookups, settings.public_url).routes(),
        *CallBackPages(access, pages, desk, callbacks).routes(),
        *FinishedPages(access, pages, desk, library, callbacks).routes(),
        *ProjectPages(access, pages, desk, library).routes(),
        *MentorPages(access, pages, desk, library).routes(),
        *ChatPages(access, pages, desk, accounts, chats).routes(),
        *ChatActions(access, pages, desk, accounts, chats, library).routes(),
        *InboxPages(access, pages, desk, library, Drafts(settings.knowledge_dirs)).routes(),
        *NewsPages(access, pages, desk, library, refresh_news).routes(),
        *FigurePages(access, pages, desk, library).routes(),
        *OwnAccountPages(access, pages, desk, accounts).routes(),
        *StaffPages(access, pages, desk, accounts, settings.public_url).routes(),
        *AuditPages(access, pages, desk, accounts, trail).routes(),
    ]
