"""From a draft to checked inputs, or to the list of all its faults."""

from __future__ import annotations

from collections import Counter

import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.evidence import economies
from beltroad.finance.debt.io import cells as forms
from beltroad.finance.debt.io import checks_settings, checks_terms, units
from beltroad.finance.debt.io.draft import Draft, Line
from beltroad.finance.debt.io.faults import DebtInputError, quoted
from beltroad.finance.debt.model import CountryInputs
from beltroad.finance.debt.vocabulary import KINDS, SERIES, SETTINGS

__all__ = ["HISTORY", "LATEST", "LEAST", "assemble"]

LEAST, LATEST = -1, 4
"""Needed series must be known from t-1 to t+4, the years of the composite indicator that hold
projections, with the year before them as the base."""
HISTORY = 11
"""Years missing in an earlier past than t-11 bear on nothing."""
_MOST_SHOWN = 6


def assemble(draft: Draft) -> CountryInputs:
    """Check a draft and make inputs of it.

    Raises
    ------
    DebtInputError
        With every fault found: place, value, remedy.
    """
    iso3, name = _country(draft)
    settings, setting_origins = checks_settings.settings(draft)
    instruments = checks_terms.instruments(draft)
    _values(draft)
    table = _table(draft)
    gaps = _texts(draft, draft.gaps, forms.GAPS, "variable")
    start = settings.get("first_projection_year")
    if "series" not in draft.unread and isinstance(start, float) and start == start:
        _spans(draft, table, int(start), set(gaps["variable"]))
    draft.faults += units.series_faults(table, draft.rows)
    origins = pd.concat([_origins(draft), setting_origins], ignore_index=True)
    sources = _texts(draft, draft.sources, forms.SOURCES, "source")
    if draft.faults:
        raise DebtInputError(draft.label, draft.faults)
    return forms.canonical(
        CountryInputs(iso3, name, table, settings, instruments, origins, gaps, sources)
    )


def _country(draft: Draft) -> tuple[str, str]:
    found = {str(line.cells.get("setting")): line for line in draft.settings}
    line = found.get("iso3")
    code = forms.tidy(line.cells.get("value")) if line else ""
    if not code and "settings" in draft.unread:
        return "", ""
    if not code:
        draft.fault(line.at("value") if line else draft.label, "the country is not given.",
                    "Give its ISO 3166 alpha-3 code in the setting iso3.")  # fmt: skip
        return "", ""
    try:
        iso3 = economies.iso3(code)
    except InputError as error:
        draft.fault(line.at("value") if line else draft.label, f"{error}.".replace("..", "."))
        return "", ""
    name = forms.tidy(found["name"].cells.get("value")) if "name" in found else ""
    return iso3, name or economies.name(iso3)


def _values(draft: Draft) -> None:
    """Single values: bounds, kinds, doubles."""
    twice = Counter((v.variable, v.year) for v in draft.values)
    for value in draft.values:
        declared = SERIES[value.variable]
        if twice[value.variable, value.year] > 1:
            draft.fault(value.where, f"{value.variable} has {value.year} twice.", "Keep one row.")
            twice[value.variable, value.year] = 0
        if value.kind and value.kind not in KINDS:
            draft.fault(
                value.where,
                f"kind {quoted(value.kind)} is unknown.",
                suggest(value.kind, KINDS) or f"Choose from {', '.join(KINDS)}.",
            )
        x = value.value
        if x != x or declared.low <= x <= declared.high:
            continue
        if x < 0 <= declared.low:
            stock = "is below zero, which this cannot be."
            draft.fault(value.where, f"{value.variable} {x:g} in {value.year} {stock}",
                        "Check the sign; leave it empty where not known.")  # fmt: skip
        else:
            draft.fault(
                value.where,
                f"{value.variable} {x:,g} in {value.year} is not credible.",
                f"Give {declared.unit} from {declared.low:,g} to {declared.high:,g}.",
            )


def _table(draft: Draft) -> pd.DataFrame:
    """Known values, index every year from the first to the last, columns variables."""
    rows = {(v.variable, v.year): v.value for v in draft.values if v.value == v.value}
    if not rows:
        return pd.DataFrame(index=pd.Index([], dtype="int64", name="year"))
    long = pd.Series(rows).rename_axis(["variable", "year"]).unstack("variable")
    years = [year for _, year in rows]
    long = long.reindex(range(min(years), max(years) + 1))
    long.index.name = "year"
    return long[[name for name in SERIES if name in long.columns]]


def _spans(draft: Draft, table: pd.DataFrame, start: int, excused: set[str]) -> None:
    """Needed series that are missing, and years missing within a series."""
    faulty = {(v.variable, v.year) for v in draft.values if not v.known}
    absent = []
    for name, declared in SERIES.items():
        if declared.span == "history":
            first, last = start + LEAST, start + LEAST
        elif declared.span == "projection":
            first, last = start, start + LATEST
        else:
            first, last = start + LEAST, start + LATEST
        known = table[name].dropna() if name in table else pd.Series(dtype=float)
        if known.empty:
            if declared.needed and not any(v == name for v, _ in faulty):
                absent.append(name)
            continue
        where = draft.rows.get(name, name)
        have = set(known.index)
        needed = range(first, last + 1) if declared.needed else ()
        lacking = [y for y in needed if y not in have and (name, y) not in faulty]
        if lacking:
            draft.fault(where, f"{_years(lacking)} missing; needed are {_span(first, last)}.",
                        "Give them.")  # fmt: skip
        if name in excused:
            continue
        inside = range(max(min(have), start - HISTORY), max(have) + 1)
        holes = [y for y in inside if y not in have and (name, y) not in faulty
                 and y not in lacking]  # fmt: skip
        if holes:
            draft.fault(
                where,
                f"{_years(holes)} missing between {min(have)} and {max(have)}.",
                "Give them, or name the series among the gaps with the reason.",
            )
    for name in absent:
        draft.fault(draft.rows.get(name, draft.label), f"{name} is missing.",
                    f"Give {SERIES[name].meaning}, {SERIES[name].unit}.")  # fmt: skip


def _span(first: int, last: int) -> str:
    return str(first) if first == last else f"{first} to {last}"


def _years(years: list[int]) -> str:
    shown = ", ".join(map(str, years[:_MOST_SHOWN]))
    more = f" and {len(years) - _MOST_SHOWN} more" if len(years) > _MOST_SHOWN else ""
    return f"{shown}{more} {'is' if len(years) == 1 else 'are'}"


def _origins(draft: Draft) -> pd.DataFrame:
    """Origins said value by value (a folder) or by stretch (a workbook)."""
    rows = [(v.variable, v.year, v.year, v.kind, v.source, v.note)
            for v in draft.values if v.kind and v.value == v.value]  # fmt: skip
    table = pd.DataFrame(rows, columns=list(forms.ORIGINS))
    parts = [_stretch(draft, line) for line in draft.origins]
    more = pd.DataFrame([p for p in parts if p is not None], columns=list(forms.ORIGINS))
    return pd.concat([table, more], ignore_index=True)


def _stretch(draft: Draft, line: Line) -> tuple[object, ...] | None:
    name = forms.tidy(line.cells.get("variable"))
    if name in SETTINGS:
        return None  # said beside the setting itself
    if name not in SERIES:
        draft.fault(line.at("variable"), f"unknown variable {quoted(name)}.",
                    suggest(name, SERIES) or "Take a name of the vocabulary.")  # fmt: skip
        return None
    kind = forms.tidy(line.cells.get("kind"))
    if kind not in KINDS:
        draft.fault(line.at("kind"), f"kind {quoted(kind)} is unknown.",
                    suggest(kind, KINDS) or f"Choose from {', '.join(KINDS)}.")  # fmt: skip
        return None
    years = [checks_settings.whole(draft, line, c, 1900, 2200) for c in ("year_from", "year_to")]
    if years[0] is None or years[1] is None:
        return None
    if years[0] > years[1]:
        draft.fault(line.at("year_from"), f"{years[0]} lies after {years[1]}.", "Swap the years.")
        return None
    return (name, *years, kind, forms.tidy(line.cells.get("source")),
            forms.tidy(line.cells.get("note")))  # fmt: skip


def _texts(draft: Draft, lines: list[Line], columns: tuple[str, ...], key: str) -> pd.DataFrame:
    """A list of texts as a table; rows without a key, or with one that was there, are faults."""
    rows, seen = [], set()
    for line in lines:
        row = [forms.tidy(line.cells.get(c)) for c in columns]
        name = row[columns.index(key)]
        if not name:
            draft.fault(line.at(key), f"no {key} is named.", "Name it, or clear the row.")
        elif name in seen and key == "source":
            draft.fault(line.at(key), f"{key} {quoted(name)} is there twice.", "Keep one row.")
        seen.add(name)
        rows.append(row)
    return pd.DataFrame(rows, columns=list(columns), dtype=object)
