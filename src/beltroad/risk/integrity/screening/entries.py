"""What stands on a list, and who is screened."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from beltroad.evidence import economies

__all__ = ["Entry", "Subject", "country_of", "years_of"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list.

    Attributes
    ----------
    id
        What the list calls it.
    kind
        ``person``, ``organisation``, ``vessel`` or empty.
    names
        Main name first.
    weak_names
        Aliases that the list itself calls weak or of low quality.
    birth_years
        All that the list gives.
    countries
        ISO 3166-1 alpha-3 of nationality, registration or address.
    programme
        Under which rule it is listed.
    """

    id: str
    list: str
    list_date: str
    kind: str
    names: tuple[str, ...]
    weak_names: tuple[str, ...] = ()
    birth_years: frozenset[int] = frozenset()
    countries: frozenset[str] = frozenset()
    programme: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody to be screened; empty where not known."""

    id: str
    names: tuple[str, ...]
    kind: str = ""
    birth_years: frozenset[int] = frozenset()
    countries: frozenset[str] = frozenset()


_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")


def years_of(texts: Iterable[str | None]) -> frozenset[int]:
    """Years in dates of any form: ``1952-10-07``, ``07 Oct 1952``, ``circa 1960``."""
    return frozenset(int(year) for text in texts if text for year in _YEAR.findall(text))


@lru_cache(maxsize=4096)
def country_of(text: str) -> str:
    """ISO 3166-1 alpha-3 of a name or code; empty if it is none."""
    text = text.strip()
    return economies.lookup(text).iso3 if text and text != "00" else ""
