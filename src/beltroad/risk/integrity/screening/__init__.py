"""Screening of names against lists that the user supplies. Leads, never verdicts."""

from beltroad.risk.integrity.screening.entries import Entry, Subject
from beltroad.risk.integrity.screening.leads import NOTE, screen
from beltroad.risk.integrity.screening.lists import FORMATS, read_list
from beltroad.risk.integrity.screening.lists.tables import read_subjects
from beltroad.risk.integrity.screening.matching import agreement, likeness
from beltroad.risk.integrity.screening.measured import MEASURED, THRESHOLD, measured_at
from beltroad.risk.integrity.screening.names import name_of

__all__ = [
    "FORMATS", "MEASURED", "NOTE", "THRESHOLD", "Entry", "Subject", "agreement", "likeness",
    "measured_at", "name_of", "read_list", "read_subjects", "screen",
]  # fmt: skip
