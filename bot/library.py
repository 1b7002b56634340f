"""The attendants of the office's own library, put together: mentors and projects."""

from __future__ import annotations

from bot.attendant import Attendant
from bot.desk.services import Desk
from bot.secretary.mentor_guide import MentorGuide
from bot.secretary.project_form import ProjectForm
from knowledge.live import Library
from knowledge.vocabulary import Vocabulary


def library_attendants(desk: Desk, library: Library) -> tuple[Attendant, ...]:
    """In the order in which they are asked; the form last, since it stands below other answers."""

    def vocabulary() -> Vocabulary:
        return library.content.knowledge.vocabulary

    return (
        MentorGuide(desk.mentors, vocabulary, desk.staffed),
        ProjectForm(desk.projects, vocabulary, desk.vault, desk.staffed, desk.clock),
    )
