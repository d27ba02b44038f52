"""Questions about projects: the list, and all that is known and reckoned of one."""

from beltroad.app.questions.projects.answer import answer_of
from beltroad.app.questions.projects.links import connections, in_results
from beltroad.app.questions.projects.listing import (
    Filter,
    choices,
    columns,
    find,
    listing,
    words_for,
)

__all__ = [
    "Filter", "answer_of", "choices", "columns", "connections", "find", "in_results", "listing",
    "words_for",
]  # fmt: skip
