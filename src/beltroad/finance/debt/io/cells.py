"""Inputs of a country cell by cell, each with its origin; and inputs brought to one form."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from beltroad.finance.debt.model import CountryInputs, Instrument
from beltroad.finance.debt.vocabulary import SERIES, SETTINGS

__all__ = [
    "DEFAULT", "FLAGGED", "GAPS", "ORIGINS", "SOURCES", "TERMS", "canonical", "cells", "is_word",
    "rows_of", "setting_rows", "stretches", "texts", "tidy", "used_sources",
]  # fmt: skip

ORIGINS = ("variable", "year_from", "year_to", "kind", "source", "note")
GAPS = ("variable", "why", "effect")
SOURCES = ("source", "title", "url", "licence", "vintage")
TERMS = (
    "name", "creditor", "currency", "interest_pct", "maturity_years", "grace_years", "share_pct",
    "kind", "source",
)  # fmt: skip
FLAGGED = ("imputed", "assumed")
"""Kinds of values that no source gives."""
DEFAULT = "default of the framework"
"""Source of a setting that was not given."""

_T = TypeVar("_T")
_BLANKS = re.compile(r"\s+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def is_word(setting: str) -> bool:
    """Whether a setting is a word, not a number."""
    return SETTINGS[setting].unit == "-"


def rows_of(table: pd.DataFrame) -> list[Any]:
    """Rows as named tuples."""
    return list(table.itertuples())


def tidy(text: object) -> str:
    """Text on one line without control characters and blanks at its ends."""
    if text is None or (isinstance(text, float) and math.isnan(text)):
        return ""
    return _BLANKS.sub(" ", _CONTROL.sub("", str(text))).strip()


def _remembered(work: Callable[[CountryInputs], _T]) -> Callable[[CountryInputs], _T]:
    """Keeps the last two results: a report asks for the same inputs many times over."""
    last: list[tuple[CountryInputs, _T]] = []

    @wraps(work)
    def ask(inputs: CountryInputs) -> _T:
        for known, result in last:
            if known is inputs:
                return result
        result = work(inputs)
        last[:] = [(inputs, result), *last[:1]]
        return result

    return ask


@_remembered
def cells(inputs: CountryInputs) -> pd.DataFrame:
    """Every known value of every series.

    Returns
    -------
    pandas.DataFrame
        ``variable, year, value, kind, source, note`` in the order of the vocabulary. A value
        without an origin counts as reported before the first projection year, and as projection
        from then on. Not to be changed by the caller.
    """
    known: dict[str, list[Any]] = {}
    for row in rows_of(_origins(inputs.origins)):
        known.setdefault(row.variable, []).append(row)
    names = ["variable", "year", "value", "kind", "source", "note"]
    columns: dict[str, list[Any]] = {name: [] for name in names}
    for variable in SERIES:
        if variable not in inputs.series:
            continue
        values = inputs.series[variable].dropna()
        years = values.index.to_numpy(int)
        kind = np.where(years < inputs.first_year, "reported", "projection").astype(object)
        source = np.full(len(years), "", object)
        note = np.full(len(years), "", object)
        for row in known.get(variable, []):
            low = -np.inf if pd.isna(row.year_from) else float(row.year_from)
            high = np.inf if pd.isna(row.year_to) else float(row.year_to)
            inside = (years >= low) & (years <= high)
            kind[inside], source[inside], note[inside] = row.kind, row.source, row.note
        amounts = values.to_numpy(float).tolist()
        found = ([variable] * len(years), years.tolist(), amounts, kind.tolist(),
                 source.tolist(), note.tolist())  # fmt: skip
        for name, part in zip(names, found, strict=True):
            columns[name] += part
    return pd.DataFrame(columns)


def setting_rows(inputs: CountryInputs) -> pd.DataFrame:
    """All settings: ``setting, value, kind, source, note``; ``value`` float, word or empty."""
    known = {row.variable: row for row in rows_of(_origins(inputs.origins))}
    rows = []
    for name, declared in SETTINGS.items():
        given = inputs.settings.get(name, declared.default)
        value = tidy(given) if is_word(name) else _number(given)
        found = known.get(name)
        kind, source, note = "", "", ""
        if found is not None:
            kind, source, note = found.kind, found.source, found.note
        elif value == _default(name) and value != "":
            kind, source = "assumed", DEFAULT
        elif value != "":
            kind = "reported"
        rows.append((name, value, kind, source, note))
    return pd.DataFrame(rows, columns=["setting", "value", "kind", "source", "note"])


def stretches(values: pd.DataFrame, settings: pd.DataFrame) -> pd.DataFrame:
    """Cells and settings with their origins, as one row per unbroken stretch of equal origin.

    Settings have 0 in place of years; those that are empty have no origin.
    """
    rows: list[tuple[Any, ...]] = []
    for row in rows_of(values):
        year = int(row.year)
        new = (row.variable, year, year, row.kind, row.source, row.note)
        if rows and rows[-1][2] == year - 1 and (rows[-1][0], *rows[-1][3:]) == (
            row.variable, row.kind, row.source, row.note
        ):  # fmt: skip
            rows[-1] = (*rows[-1][:2], year, *rows[-1][3:])
        else:
            rows.append(new)
    rows += [(row.setting, 0, 0, row.kind, row.source, row.note)
             for row in rows_of(settings) if row.value != ""]  # fmt: skip
    return pd.DataFrame(rows, columns=list(ORIGINS))


@_remembered
def canonical(inputs: CountryInputs) -> CountryInputs:
    """The same inputs in the form in which files give them back.

    Series in the order of the vocabulary without those that hold nothing, years from the first to
    the last known, every value with an origin, texts on one line.
    """
    values, settings = cells(inputs), setting_rows(inputs)
    known = [v for v in SERIES if v in set(values["variable"])]
    if len(values):
        table = values.pivot(index="year", columns="variable", values="value")
        table = table.reindex(range(int(values["year"].min()), int(values["year"].max()) + 1))
        table = table[known].astype(float)
    else:
        table = pd.DataFrame(index=pd.Index([], dtype="int64"))
    table.index = pd.Index(table.index.astype("int64"), name="year")
    table.columns.name = None
    return replace(
        inputs,
        name=tidy(inputs.name),
        series=table,
        settings={
            row.setting: row.value if is_word(row.setting) else _number_or_nan(row.value)
            for row in rows_of(settings)
        },
        instruments=tuple(_instrument(each) for each in inputs.instruments),
        origins=stretches(values, settings),
        gaps=_named(texts(inputs.gaps, GAPS), "variable"),
        sources=_named(texts(inputs.sources, SOURCES), "source").drop_duplicates(
            "source", ignore_index=True
        ),
    )


def texts(table: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """A table of tidy texts with these columns; those it lacks are empty."""
    out = pd.DataFrame(
        {c: [tidy(v) for v in table[c]] if c in table else [""] * len(table) for c in columns},
        dtype=object,
    )
    return out.reset_index(drop=True)


def _named(table: pd.DataFrame, key: str) -> pd.DataFrame:
    """Rows that say what they are about."""
    return table[table[key] != ""].reset_index(drop=True)


def used_sources(inputs: CountryInputs) -> pd.DataFrame:
    """Rows of ``sources`` that the source of a value, setting or instrument names or mentions."""
    table = texts(inputs.sources, SOURCES)
    values = cells(inputs)
    named = set(values["source"]) | set(setting_rows(inputs)["source"])
    named |= {i.source for i in inputs.instruments}
    told = "\n".join(sorted(named))
    return table[[bool(key) and key in told for key in table["source"]]].reset_index(drop=True)


def _origins(table: pd.DataFrame) -> pd.DataFrame:
    out = texts(table, ORIGINS)
    for column in ("year_from", "year_to"):
        if column in table:
            out[column] = pd.to_numeric(table[column], errors="coerce").to_numpy(float)
        else:
            out[column] = np.nan
    return out


def _instrument(each: Instrument) -> Instrument:
    return replace(
        each, name=tidy(each.name), creditor=tidy(each.creditor), currency=tidy(each.currency),
        source=tidy(each.source), kind=tidy(each.kind), interest_pct=float(each.interest_pct),
        share_pct=float(each.share_pct), maturity_years=int(each.maturity_years),
        grace_years=int(each.grace_years),
    )  # fmt: skip


def _default(setting: str) -> float | str:
    text = SETTINGS[setting].default
    return text if is_word(setting) or text == "" else float(text)


def _number(value: object) -> float | str:
    """A number, or an empty text where there is none."""
    if value == "" or value is None:
        return ""
    found = float(value)  # type: ignore[arg-type]
    return "" if math.isnan(found) else found


def _number_or_nan(value: float | str) -> float:
    return float("nan") if value == "" else float(value)
