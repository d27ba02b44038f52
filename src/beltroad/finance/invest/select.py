"""Choosing rows, and the rule that nothing is added over sources or price bases."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.finance.invest.groups import known
from beltroad.finance.invest.ledger import place
from beltroad.finance.invest.periods import is_year
from beltroad.finance.invest.prices import by_currency
from beltroad.finance.invest.vocabulary import CONFIDENCE, DIRECTIONS, INSTRUMENTS, KEY, MEASURES

__all__ = ["BASIS", "chosen", "one_basis", "rows", "seen_from", "total", "yearly"]

BASIS = ("source", "price_basis", "reporter", "direction", "measure", "instrument")
"""What all rows of one sum share."""
_TURNED = {"outward": "inward", "inward": "outward", "both": "both"}


def rows(
    ledger: pd.DataFrame, *, source: str | None = None, partner: str | None = None,
    direction: str | None = None, measure: str | None = None, instrument: str | None = None,
    year: int | None = None, industry: str | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Rows that meet every filter given.

    Parameters
    ----------
    partner
        Any name or code of an economy, or a group as published.
    industry
        "" for totals over industries, a section for that one, None for all rows.

    Raises
    ------
    InputError
        If a filter names what is not in the ledger; close names are suggested.
    """
    out = ledger
    for column, value, allowed in (
        ("source", source, None), ("direction", direction, DIRECTIONS),
        ("measure", measure, MEASURES), ("instrument", instrument, INSTRUMENTS),
    ):  # fmt: skip
        if value is None:
            continue
        there = sorted(set(ledger[column])) if allowed is None else list(allowed)
        if value not in there:
            raise InputError(f"no {column} {value!r:.40}. {suggest(value, there)} "
                             f"Choose {', '.join(there)}".replace(".  ", ". "))  # fmt: skip
        out = out[out[column] == value]
    if partner is not None:
        out = out[out["partner"] == place(partner)]
    if year is not None:
        out = out[out["year"] == year]
    if industry is not None:
        out = out[out["industry"] == industry]
    return out.reset_index(drop=True)


def seen_from(ledger: pd.DataFrame, home: str = "CHN") -> pd.DataFrame:
    """The rows between ``home`` and others, all turned so that ``home`` is the reporter.

    What a host reports of investment from ``home`` (inward) becomes outward of ``home``; the
    column ``told_by`` says who reported it.
    """
    code = place(home)
    own = ledger[ledger["reporter"] == code].assign(told_by=code)
    other = ledger[(ledger["partner"] == code) & (ledger["reporter"] != code)]
    other = other.assign(told_by=other["reporter"], partner=other["reporter"], reporter=code,
                         direction=other["direction"].map(_TURNED))  # fmt: skip
    return pd.concat([own, other], ignore_index=True)


def chosen(ledger: pd.DataFrame) -> pd.DataFrame:
    """One row for each thing stated, with how far the statements of it differ.

    The surest is taken: by confidence, then whether a value is known, then exact before rounded
    wordings, then the order of the ledger. ``statements`` is how many there are; ``low_mn`` and
    ``high_mn`` are their extremes, so that a conflict is seen and not settled. Amounts in other
    currencies are rows of their own, on their own price basis; ``value_mn`` is the amount.
    """
    ledger = by_currency(ledger) if "value_mn" not in ledger else ledger
    key = [*KEY, *(["told_by"] if "told_by" in ledger else [])]
    if ledger.empty:
        return ledger.assign(statements=[], low_mn=[], high_mn=[])
    order = ledger.assign(
        _rank=ledger["confidence"].map({c: i for i, c in enumerate(CONFIDENCE)}).fillna(9),
        _unknown=ledger["value_mn"].isna(),
        _rounded=ledger["bound"] != "exact",
    ).sort_values(["_rank", "_unknown", "_rounded"], kind="stable")
    grouped = order.groupby(key, sort=False)["value_mn"]
    order = order.assign(
        statements=grouped.transform("size").astype(int),
        low_mn=grouped.transform("min"),
        high_mn=grouped.transform("max"),
    )
    first = order.drop_duplicates(key).drop(columns=["_rank", "_unknown", "_rounded"])
    return first.sort_index().reset_index(drop=True)


def yearly(ledger: pd.DataFrame) -> pd.DataFrame:
    """Rows of one calendar year, or stocks at its end; other periods are left out.

    ``attrs["left_out"]`` is their number.
    """
    keep = ledger["period"].map(is_year).astype(bool)
    out = ledger[keep].reset_index(drop=True)
    out.attrs = {"left_out": int((~keep).sum())}
    return out


def one_basis(ledger: pd.DataFrame, what: str = "these rows",
              columns: Iterable[str] = BASIS) -> None:  # fmt: skip
    """Refuse rows that may not be added.

    Raises
    ------
    InputError
        Naming the first column in which they differ, with the values.
    """
    for column in columns:
        found = sorted(set(ledger[column].astype(str)))
        if len(found) > 1:
            raise InputError(
                f"{what} mix {column.replace('_', ' ')}s ({', '.join(found[:4])}"
                f"{' ...' if len(found) > 4 else ''}): they are never added; choose one"
            )


def total(ledger: pd.DataFrame) -> float:
    """Sum of dollar values of rows on one basis; unknown if none has a value.

    Raises
    ------
    InputError
        If the rows mix sources, price bases, directions, measures or instruments, if something is
        counted twice (a group beside economies, totals beside industries), or if stocks of several
        dates are given.
    """
    one_basis(ledger)
    groups = set(ledger["partner"]) & set(known())
    if groups and ledger["partner"].nunique() > 1:
        raise InputError("groups would be counted beside economies or other groups; choose one")
    if ledger["industry"].nunique() > 1 and "" in set(ledger["industry"]):
        raise InputError("totals would be counted beside their industries; choose one")
    if set(ledger["measure"]) == {"stock"} and ledger["period"].nunique() > 1:
        raise InputError("stocks of several dates are never added; choose one date")
    repeated = ledger.duplicated(["partner", "industry", "period"])
    if repeated.any():
        row = ledger[repeated].iloc[0]
        raise InputError(f"{row['partner']} {row['period']} stands twice: use chosen() first")
    return float(ledger["value_usd_mn"].sum(min_count=1))
