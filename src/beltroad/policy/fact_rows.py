"""The tables of dated facts, joined once and indexed by instrument and by pair.

What is kept here is shared by every question: :mod:`beltroad.policy.facts` hands out copies.
Questions rest on the bundled facts, but for those asked inside :func:`using`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.errors import DataError
from beltroad.policy.agreements import agreement_pairs
from beltroad.policy.dates import bounds

__all__ = [
    "COLUMNS", "HUB", "FactTable", "by_name", "every", "groups", "instruments", "made_on", "named",
    "of_the_hub", "places", "positions", "records", "terms", "using",
]  # fmt: skip

COLUMNS = (
    "instrument", "iso3", "partner", "signed_on", "in_force_from", "in_force_to", "status", "terms",
    "confidence", "source_title", "source_url", "note", "row",
)  # fmt: skip
HUB = "CHN"


def terms(text: str) -> dict[str, str]:
    """``key=value;key=value`` of a row as a mapping."""
    pairs = (part.partition("=") for part in text.split(";") if part.strip())
    return {key.strip(): value.strip() for key, _, value in pairs}


class FactTable:
    """Dated facts and their instruments, joined and indexed at first use.

    Parameters
    ----------
    rows
        With the columns of ``policy_facts``, and ``instrument_title`` where there are instruments
        that are not bundled; None for the bundled rows. A row that is not bundled speaks of the
        day that it is known as of, also where its list was made earlier.
    """

    def __init__(self, rows: pd.DataFrame | None = None) -> None:
        self._own = rows
        self.groups: dict[str, dict[str, tuple[date, date | None]]] = {}

    @cached_property
    def instruments(self) -> pd.DataFrame:
        """Instruments as the table has them, then those that are not bundled."""
        table = evidence.load("policy_instruments").astype(str)
        if self._own is None:
            return table
        new = self._own[~self._own["instrument"].isin(table["instrument"])].astype(str)
        more = [_instrument(str(name), rows) for name, rows in new.groupby("instrument")]
        return pd.concat([table, pd.DataFrame(more)], ignore_index=True) if more else table

    @cached_property
    def by_name(self) -> dict[str, dict[str, str]]:
        """Rows of the table of instruments by name."""
        return {
            str(row["instrument"]): {str(key): str(value) for key, value in row.items()}
            for row in self.instruments.to_dict("records")
        }

    @cached_property
    def every(self) -> pd.DataFrame:
        """All facts, numbered; pairs with trade agreements known by a year are joined in."""
        table = evidence.load("policy_facts").astype(str)
        table["row"] = [f"policy_facts:{number}" for number in range(2, len(table) + 2)]
        table["known_on"] = ""
        if self._own is not None:
            table = self._numbered(table)
        table["known_by"] = [terms(text).get("known_by", "") for text in table["terms"]]
        unknown = set(table["instrument"]) - set(self.by_name)
        if unknown:
            raise DataError(
                f"policy_facts: rows of instruments that do not exist: {sorted(unknown)}"
            )
        out = pd.concat([table, agreement_pairs(COLUMNS)], ignore_index=True)
        return out.assign(known_on=out["known_on"].fillna(""))

    def _numbered(self, bundled: pd.DataFrame) -> pd.DataFrame:
        """The own rows; those that are bundled with their number there, others with their day."""
        columns = [name for name in bundled.columns if name not in ("row", "known_on")]
        table = pd.DataFrame(self._own)[columns].astype(str).reset_index(drop=True)
        there = dict(zip(bundled[columns].itertuples(index=False, name=None), bundled["row"],
                         strict=True))  # fmt: skip
        found = [there.get(row, "") for row in table.itertuples(index=False, name=None)]
        table["row"] = [row or f"facts:{at}" for at, row in enumerate(found, start=2)]
        table["known_on"] = [
            "" if row else day for row, day in zip(found, table["as_of"], strict=True)
        ]
        # A pair is looked up in the order of the alphabet, whoever was written first.
        two = table["instrument"].map({n: i["kind"] for n, i in self.by_name.items()})
        turned = (two == "bilateral") & (table["iso3"] > table["partner"])
        table.loc[turned, ["iso3", "partner"]] = table.loc[turned, ["partner", "iso3"]].to_numpy()
        return table

    @cached_property
    def of_the_hub(self) -> frozenset[str]:
        """Instruments of pairs in which China is always one side."""
        pairs = self.every[self.every["partner"] != ""]
        with_hub = pairs["iso3"].eq(HUB) | pairs["partner"].eq(HUB)
        always = with_hub.groupby(pairs["instrument"]).all()
        return frozenset(str(name) for name in always.index[always])

    @cached_property
    def records(self) -> list[dict[Any, Any]]:
        """Every fact as a mapping, in the order of the table."""
        return self.every.to_dict("records")

    @cached_property
    def named(self) -> dict[str, tuple[frozenset[str], frozenset[str]]]:
        """Who stands first, and who second, in the rows of each instrument."""
        firsts: dict[str, set[str]] = {name: set() for name in self.by_name}
        seconds: dict[str, set[str]] = {name: set() for name in self.by_name}
        for name, one, other in self.places:
            firsts[name].add(one)
            seconds[name].add(other)
        return {name: (frozenset(firsts[name]), frozenset(seconds[name])) for name in firsts}

    @cached_property
    def made_on(self) -> date:
        """The last day to which any list or row is known."""
        days = [bounds(text)[1] for text in {*self.instruments["as_of"], *self.every["known_on"]}]
        return max(day for day in days if day is not None)

    @cached_property
    def positions(self) -> dict[str, Any]:
        """Positions of the rows of each instrument."""
        return {str(key): found for key, found in self.every.groupby("instrument").indices.items()}

    @cached_property
    def places(self) -> dict[tuple[str, str, str], list[int]]:
        """Positions of rows by instrument and sides."""
        table = self.every
        out: dict[tuple[str, str, str], list[int]] = {}
        keys = zip(table["instrument"], table["iso3"], table["partner"], strict=True)
        for position, key in enumerate(keys):
            out.setdefault(key, []).append(position)
        return out


def _instrument(name: str, rows: pd.DataFrame) -> dict[str, str]:
    """An instrument that is not bundled, as its rows tell it; others may be party to it too."""
    said = rows["instrument_title"] if "instrument_title" in rows else rows["instrument"]
    last = max(day for text in rows["as_of"] if (day := bounds(text)[1]) is not None)
    return {
        "instrument": name, "title": next((text for text in said if text), name), "topic": "other",
        "kind": "bilateral" if rows["partner"].ne("").all() else "multilateral",
        "pillar": "policy", "coverage": "partial", "as_of": last.isoformat(), "terms": "",
        "source_title": str(rows["source_title"].iloc[0]),
        "source_url": str(rows["source_url"].iloc[0]), "note": "",
    }  # fmt: skip


_asked: ContextVar[FactTable | None] = ContextVar("facts", default=None)


@lru_cache(maxsize=1)
def _bundled() -> FactTable:
    return FactTable()


def _table() -> FactTable:
    return _asked.get() or _bundled()


@contextmanager
def using(facts: FactTable | None) -> Iterator[None]:
    """Answer questions inside the block from these facts; from the bundled ones if none."""
    token = _asked.set(facts)
    try:
        yield
    finally:
        _asked.reset(token)


def instruments() -> pd.DataFrame:
    """Instruments as the table has them."""
    return _table().instruments


def by_name() -> dict[str, dict[str, str]]:
    """Rows of the table of instruments by name."""
    return _table().by_name


def every() -> pd.DataFrame:
    """All facts, numbered; pairs with trade agreements known by a year are joined in."""
    return _table().every


def of_the_hub() -> frozenset[str]:
    """Instruments of pairs in which China is always one side."""
    return _table().of_the_hub


def records() -> list[dict[Any, Any]]:
    """Every fact as a mapping, in the order of the table."""
    return _table().records


def named() -> dict[str, tuple[frozenset[str], frozenset[str]]]:
    """Who stands first, and who second, in the rows of each instrument."""
    return _table().named


def made_on() -> date:
    """The last day to which any list is known."""
    return _table().made_on


def positions() -> dict[str, Any]:
    """Positions of the rows of each instrument."""
    return _table().positions


def places() -> dict[tuple[str, str, str], list[int]]:
    """Positions of rows by instrument and sides."""
    return _table().places


def groups() -> dict[str, dict[str, tuple[date, date | None]]]:
    """Members of groups of economies with their dates, as far as they were asked for."""
    return _table().groups
