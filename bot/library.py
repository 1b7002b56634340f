"""The attendants of the office's own library, put together: mentors, projects and events."""

from __future__ import annotations

from bot.attendant import Attendant
from bot.desk.services import Desk
from bot.secretary.calendar import Calendar
from bot.secretary.event_file import EventsError
from bot.secretary.event_guide import EventGuide
from bot.secretary.mentor_guide import MentorGuide
from bot.secretary.project_form import ProjectForm
from bot.settings import Settings, SettingsError
from knowledge.live import Library
from knowledge.vocabulary import Vocabulary


def open_calendar(settings: Settings) -> Calendar:
    """The office's events. Raises SettingsError that names what is wrong in the file."""
    try:
        return Calendar(settings.events)
    except EventsError as error:
        raise SettingsError(f"CHUANGWEN_EVENTS: {error}") from error


def library_attendants(
    desk: Desk, library: Library, calendar: Calendar, public_url: str = ""
) -> tuple[Attendant, ...]:
    """In the order in which they are asked; the form last, since it stands below other answers."""

    def vocabulary() -> Vocabulary:
        return library.content.knowledge.vocabulary

    return (
        EventGuide(calendar, public_url, desk.clock),
        MentorGuide(desk.mentors, vocabulary, desk.staffed),
        ProjectForm(desk.projects, vocabulary, desk.vault, desk.staffed, desk.clock),
    )
