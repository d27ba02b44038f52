"""Faults as the web sees them: RFC 9457 problem documents, one mapping for all of beltroad's."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from beltroad.errors import (
    BeltroadError,
    ConvergenceError,
    DataError,
    InputError,
    OutputError,
    ScenarioError,
)

__all__ = [
    "Conflict", "Forbidden", "NotFound", "Problem", "TooMany", "Unauthenticated", "Unavailable",
    "problem_of",
]  # fmt: skip


class NotFound(InputError):
    """Nothing under this name."""


class Unauthenticated(BeltroadError):
    """Sign in first."""


class Forbidden(BeltroadError):
    """Signed in, but the role does not allow it."""


class Conflict(BeltroadError):
    """Someone else changed it meanwhile, or it is in a state that does not allow this."""


class TooMany(BeltroadError):
    """More requests than allowed; ``retry_after`` seconds."""

    def __init__(self, message: str, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(BeltroadError):
    """The database or the disk does not answer; trying again later can help."""

    @staticmethod
    def of_database(error: Exception) -> Unavailable:
        """In plain words, without the statement, its values or the connection's password."""
        said = str(getattr(error, "orig", error)).lower()
        if "disk is full" in said or "no space" in said or "disk full" in said:
            why = "the disk of the database is full; make room, then try again"
        elif "readonly" in said or "read-only" in said or "permission denied" in said:
            why = "the database cannot be written; check the rights of its folder"
        elif "malformed" in said or "not a database" in said:
            why = "the database's file is damaged; restore a backup"
        elif "locked" in said:
            why = "the database is busy with another change; try again"
        else:
            why = "the database cannot be reached; it is tried again with the next request"
        return Unavailable(why)


class Problem(BaseModel):
    """A problem document (RFC 9457, ``application/problem+json``)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    remedy: str = ""
    faults: list[dict[str, str]] = Field(default_factory=list)


_STATUS: tuple[tuple[type[BeltroadError], int, str], ...] = (
    (NotFound, 404, "Not found"),
    (Unauthenticated, 401, "Not signed in"),
    (Forbidden, 403, "Not allowed"),
    (Conflict, 409, "Conflict"),
    (TooMany, 429, "Too many requests"),
    (Unavailable, 503, "Not available now"),
    (OutputError, 507, "Could not be written"),
    (ConvergenceError, 422, "No equilibrium found"),
    (InputError, 422, "Cannot be used"),
    (DataError, 500, "Broken data"),
)


def problem_of(error: BeltroadError) -> Problem:
    """The problem document of one of beltroad's errors."""
    known = ((status, title) for kind, status, title in _STATUS if isinstance(error, kind))
    status, title = next(known, (500, "Error"))
    more: dict[str, Any] = {}
    if isinstance(error, ScenarioError):
        more["faults"] = [
            {"where": f.where, "problem": f.problem, "remedy": f.remedy} for f in error.faults
        ]
    return Problem(title=title, status=status, detail=str(error), **more)
