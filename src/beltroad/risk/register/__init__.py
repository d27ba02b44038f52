"""Register of risks at three levels, gates before and reviews after a project."""

from beltroad.risk.register import gates
from beltroad.risk.register.afterwards import classes, lessons, review_project
from beltroad.risk.register.book import add, changes, close, find, review, set_control, update
from beltroad.risk.register.model import Control, Risk, register
from beltroad.risk.register.rollup import (
    countries,
    due_reviews,
    links,
    overall,
    overdue_controls,
)
from beltroad.risk.register.scales import effect_of, likelihood_of, matrix, rating, scales
from beltroad.risk.register.tables import csv_files, frame, import_register, workbook

__all__ = [
    "Control", "Risk", "add", "changes", "classes", "close", "countries", "csv_files",
    "due_reviews", "effect_of", "find", "frame", "gates", "import_register", "lessons",
    "likelihood_of", "links", "matrix", "overall", "overdue_controls", "rating", "register",
    "review", "review_project", "scales", "set_control", "update", "workbook",
]  # fmt: skip
