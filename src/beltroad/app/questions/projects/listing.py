"""All projects as a table, by status, mode, host and corridor."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.app import texts
from beltroad.app.answers import Column, Origin, Table, table_of
from beltroad.app.errors import NotFound
from beltroad.errors import suggest
from beltroad.evidence import economies

__all__ = [
    "NO_UNITS", "Filter", "Words", "choices", "columns", "find", "listing", "number", "row_origin",
    "text", "words_for",
]  # fmt: skip

Words = Callable[..., str]
_SHOWN = ("name", "mode", "countries", "corridor", "status", "year_open", "length_km",
          "cost_usd_bn", "cost_year", "confidence")  # fmt: skip
_NUMBERS = {"length_km": 0, "cost_usd_bn": 2}
NO_UNITS = ("-", "year", "date", "ISO 3166 alpha-3", "UN/LOCODE")
_CODED = ("mode", "status", "corridor", "confidence", "effect")


def words_for(language: str) -> Words:
    """The interface's words in one language."""

    def say(key: str, /, **values: object) -> str:
        return texts.text(key, language, **values)

    return say


@dataclass(frozen=True)
class Filter:
    """Which projects are asked for; empty parts ask for all."""

    status: str = ""
    mode: str = ""
    country: str = ""
    corridor: str = ""
    search: str = ""

    def of(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows that meet every condition."""
        keep = pd.Series(data=True, index=frame.index)
        for column in ("status", "mode", "corridor"):
            if asked := getattr(self, column):
                keep &= frame[column] == asked
        if self.country:
            hosts = [self.country in str(codes).split(";") for codes in frame["countries"]]
            keep &= pd.Series(hosts, index=frame.index, dtype=bool)
        if self.search:
            said = frame[["id", "name", "programme", "note", "financing"]].fillna("").astype(str)
            joined = said.agg(" ".join, axis=1).str.casefold()
            for word in self.search.casefold().split():
                keep &= joined.str.contains(word, regex=False)
        return frame[keep]


def choices(frame: pd.DataFrame, say: Words) -> dict[str, list[tuple[str, str]]]:
    """What each filter may be set to: value and words, the empty one for all first."""
    every = [("", say("projects.all"))]
    out: dict[str, list[tuple[str, str]]] = {}
    for column in ("status", "mode", "corridor"):
        found = sorted(set(frame[column]) - {""})
        out[column] = every + [(v, coded(column, v, say)) for v in found]
    hosts = sorted({c for codes in frame["countries"] for c in str(codes).split(";") if c})
    named = sorted((_name(c), c) for c in hosts)
    out["country"] = every + [(code, name) for name, code in named]
    return out


def coded(column: str, value: str, say: Words) -> str:
    """Words for a code of the table; the code itself where we have none for it."""
    key = f"projects.{column}_{value.replace('-', '_')}"
    return say(key) if key in texts.catalogue() else value


def columns(say: Words) -> tuple[Column, ...]:
    """The columns of the list, with unit and meaning from the bundled table."""
    info = evidence.info("projects")
    out = []
    for name in _SHOWN:
        unit = info.units.get(name, "")
        number_column = name in _NUMBERS
        out.append(
            Column(
                name=name, title=say(f"registry.f_{name}"), kind="number" if number_column else
                "text", unit="" if unit in NO_UNITS else unit,
                decimals=_NUMBERS.get(name),
                description=info.descriptions.get(name, ""),
                origin=Origin(kind="claimed", method="appraisal", source=info.title)
                if number_column else Origin(),
            )
        )  # fmt: skip
    return tuple(out)


def listing(frame: pd.DataFrame, asked: Filter, say: Words, *, coded_words: bool = True) -> Table:
    """The projects that are asked for, each row with its own source and link.

    ``coded_words`` puts words in the place of codes, for readers; programs get the codes.
    """
    rows = asked.of(frame).copy()
    rows["_href"] = ["/projects/" + str(key) for key in rows["id"]]
    origins = [row_origin(row).model_dump() for row in rows.to_dict("records")]
    rows["_origin"] = pd.Series(origins, index=rows.index, dtype=object)
    if coded_words:
        for column in _CODED:
            rows[column] = [coded(column, str(v), say) for v in rows[column]]
        for column in ("year_open", "cost_year"):  # a year is a name, not an amount
            rows[column] = ["" if v != v else f"{v:.0f}" for v in rows[column]]
        rows["countries"] = [
            ", ".join(_name(c) for c in str(v).split(";") if c) for v in rows["countries"]
        ]
    described = columns(say)
    if not coded_words:
        described = (Column(name="id", title="id"), *described)
    return table_of("projects-list", say("projects.title"), rows, described,
                    note=evidence.info("projects").notes)  # fmt: skip


def find(frame: pd.DataFrame, key: str) -> dict[Hashable, Any]:
    """One project by id.

    Raises
    ------
    NotFound
        If there is none.
    """
    rows = frame[frame["id"] == key]
    if rows.empty:
        known = [str(k) for k in frame["id"]]
        hint = suggest(key[:60], known)
        raise NotFound(f"no project {ascii(key)[:60]}. {hint or 'See /projects for all.'}")
    return dict(rows.iloc[0].to_dict())


def row_origin(row: Mapping[Hashable, Any]) -> Origin:
    """Who says what stands in the row of a project."""
    source = evidence.info("projects").sources[0]
    confidence, second = text(row, "confidence"), text(row, "source2_title")
    # A row names its sources together: which of the two gives which fact stands in its note.
    notes = (f"confidence: {confidence}" if confidence else "",
             f"second source of the row: {second}" if second else "")  # fmt: skip
    return Origin(
        source=text(row, "source_title") or source.title, url=text(row, "source_url"),
        as_of=text(row, "source_date") or text(row, "accessed"), kind="claimed",
        licence=source.licence, note="; ".join(filter(None, notes)),
    )  # fmt: skip


def text(row: Mapping[Hashable, Any], name: str) -> str:
    """A text of a row; empty where there is none."""
    value = row.get(name)
    return "" if value is None or value != value else str(value)


def number(row: Mapping[Hashable, Any], name: str) -> float | None:
    """A number of a row; None where there is none."""
    value = row.get(name)
    if value is None or value == "" or value != value:
        return None
    return float(value)


def _name(code: str) -> str:
    return economies.name(code) if economies.lookup(code).iso3 == code else code
