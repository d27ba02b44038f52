"""The record of a named service, and how a service is found by name."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError, suggest

__all__ = ["Service", "service", "services"]


@dataclass(frozen=True, eq=False)
class Service:
    """One named service.

    Attributes
    ----------
    kind
        rail, sea, air, sea_rail, port, road or digital.
    status
        operating, building, planned, or programme (no transport of its own).
    since_year
        First year of service, or None.
    named_in
        Titles of the programme documents that name it; empty if none does.
    places, figures, lines
        Rows of the bundled tables ``service_places``, ``service_figures`` and
        ``service_lines``, as fresh frames.
    """

    id: str
    name: str
    aliases: tuple[str, ...]
    kind: str
    status: str
    operator: str
    since_year: int | None
    named_in: tuple[str, ...]
    summary: str
    source_title: str
    source_url: str
    confidence: str
    note: str
    places: pd.DataFrame
    figures: pd.DataFrame
    lines: pd.DataFrame


@lru_cache(maxsize=1)
def _tables() -> dict[str, pd.DataFrame]:
    names = ("services", "service_places", "service_figures", "service_lines")
    return {name: evidence.load(name) for name in names}


@lru_cache(maxsize=1)
def _ids() -> tuple[str, ...]:
    return tuple(_tables()["services"]["service_id"])


def services() -> tuple[Service, ...]:
    """Every named service, in the order of the table."""
    return tuple(_record(each) for each in _ids())


def service(name: str) -> Service:
    """The service of this id, name or alias, or of a beginning or part of one.

    Case, spaces and hyphens do not matter: ``"china-europe"``, ``"CR Express"`` and
    ``"CHINA-EUROPE-TRAINS"`` are the same service. A whole name goes before a beginning, and a
    beginning before a part.

    Raises
    ------
    InputError
        If nothing fits, or if several services fit equally well.
    """
    wanted = _fold(name)
    for fits in (_is, _begins, _contains):
        found = [each for each in _ids() if wanted and fits(each, wanted)]
        if len(found) == 1:
            return _record(found[0])
        if found:
            raise InputError(f"service {name!r} could be {', '.join(found)}; give more of the name")
    known = [word for each in _ids() for word in (each, *_words(each))]
    hint = suggest(name, known) or f"Services: {', '.join(_ids())}."
    raise InputError(f"no service {name!r}. {hint}")


def _record(service_id: str) -> Service:
    tables = _tables()
    about = tables["services"].set_index("service_id").loc[service_id]

    def rows(name: str) -> pd.DataFrame:
        table = tables[name]
        return table[table["service_id"] == service_id].reset_index(drop=True)

    return Service(
        id=service_id,
        name=str(about["name"]),
        aliases=tuple(about["aliases"].split(";")),
        kind=str(about["kind"]),
        status=str(about["status"]),
        operator=str(about["operator"]),
        since_year=None if pd.isna(about["since_year"]) else int(about["since_year"]),
        named_in=tuple(title for title in about["named_in"].split("; ") if title),
        summary=str(about["summary"]),
        source_title=str(about["source_title"]),
        source_url=str(about["source_url"]),
        confidence=str(about["confidence"]),
        note=str(about["note"]),
        places=rows("service_places"),
        figures=rows("service_figures"),
        lines=rows("service_lines"),
    )


def _fold(text: str) -> str:
    """Letters and digits only, case folded."""
    return "".join(c for c in text.casefold() if c.isalnum())


@lru_cache(maxsize=64)
def _words(service_id: str) -> tuple[str, ...]:
    """Name and aliases of a service."""
    table = _tables()["services"].set_index("service_id")
    return (str(table.at[service_id, "name"]), *str(table.at[service_id, "aliases"]).split(";"))


def _is(service_id: str, wanted: str) -> bool:
    return wanted in {_fold(service_id), *map(_fold, _words(service_id))}


def _begins(service_id: str, wanted: str) -> bool:
    return any(_fold(word).startswith(wanted) for word in (service_id, *_words(service_id)))


def _contains(service_id: str, wanted: str) -> bool:
    return any(wanted in _fold(word) for word in (service_id, *_words(service_id)))
