"""Why a job failed and what to do next, in words of the interface's catalogue.

Stored in English; pages show the words of the visitor's language where the catalogue has them.
"""

from __future__ import annotations

import errno
import logging
import secrets

from beltroad.app import texts
from beltroad.app.errors import Unavailable
from beltroad.errors import BeltroadError, ConvergenceError, DataError, InputError, OutputError

__all__ = ["explain", "said", "translated"]

_PREFIX = "jobs.said."
_LOG = logging.getLogger("beltroad.jobs")
_REMEDIES: tuple[tuple[type[BeltroadError], str], ...] = (
    (InputError, "remedy_input"),
    (ConvergenceError, "remedy_converge"),
    (OutputError, "remedy_disk"),
    (DataError, "remedy_data"),
    (Unavailable, "remedy_database"),
)


def said(name: str, **values: object) -> str:
    """The English words that are stored."""
    return texts.text(f"{_PREFIX}{name}", "en", **values)


def translated(stored: str, language: str) -> str:
    """Stored words in another language, if they are ones of ours without values in them."""
    if language == "en":
        return stored
    for key, words in texts.catalogue().items():
        if key.startswith(_PREFIX) and words["en"] == stored:
            return words[language]
    return stored


def explain(error: BaseException, job: str) -> tuple[str, str]:
    """Cause and next step. A fault of the program gets a reference; details go to the log only."""
    if isinstance(error, MemoryError):
        return said("no_memory"), said("remedy_memory")
    if isinstance(error, BeltroadError):
        for kind, remedy in _REMEDIES:
            if isinstance(error, kind):
                return str(error), said(remedy)
        return str(error), said("remedy_input")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return said("disk_full"), said("remedy_disk")
    reference = secrets.token_hex(4)
    _LOG.error("job %s, reference %s", job, reference, exc_info=error)
    return said("program", reference=reference), said("remedy_program")
