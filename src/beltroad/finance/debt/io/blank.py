"""A blank folder: all series and years with empty values, settings at their defaults."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.finance.debt.io import cells as forms
from beltroad.finance.debt.io.csvfile import csv_text
from beltroad.finance.debt.io.folder import FILES
from beltroad.finance.debt.io.template import BACK
from beltroad.finance.debt.vocabulary import SERIES, SETTINGS

__all__ = ["AHEAD", "blank_files"]

AHEAD = 5
"""Projection years after t with a row to fill in; more may be added."""


def blank_files(*, iso3: str = "", first_year: int) -> dict[str, bytes]:
    """Content of a blank folder by file name.

    Raises
    ------
    InputError
        If there is no such country, or the year lies outside of 1990 to 2100.
    """
    if not 1990 <= first_year <= 2100:
        raise InputError(f"first projection year {first_year}: give a year from 1990 to 2100")
    code = economies.iso3(iso3) if iso3 else ""
    years = {
        "all": range(first_year - BACK, first_year + AHEAD + 1),
        "history": range(first_year - BACK, first_year),
        "projection": range(first_year, first_year + AHEAD + 1),
    }
    series = [(s.name, y, "", "", "", "") for s in SERIES.values() for y in years[s.span]]
    settings: list[Sequence[object]] = [("iso3", code, "", "", "")]
    settings.append(("name", economies.name(code) if code else "", "", "", ""))
    for each in SETTINGS.values():
        if each.name == "first_projection_year":
            settings.append((each.name, first_year, "", "", each.meaning))
        elif each.default:
            settings.append((each.name, each.default, "assumed", forms.DEFAULT, each.meaning))
        else:
            settings.append((each.name, "", "", "", each.meaning))
    rows: dict[str, Iterable[Sequence[object]]] = {"series.csv": series, "settings.csv": settings}
    return {name: csv_text(columns, rows.get(name, ())) for name, columns in FILES.items()}
