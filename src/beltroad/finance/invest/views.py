"""Rankings of partners and series over years, each on one basis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.finance.invest.groups import known, members, title
from beltroad.finance.invest.ledger import place
from beltroad.finance.invest.measures import Concentration, Growth, concentration, growth
from beltroad.finance.invest.select import chosen, rows, seen_from, yearly
from beltroad.finance.invest.vocabulary import INVESTMENT

__all__ = ["Ranking", "Series", "name_of", "ranking", "series"]

_BASIS = ["source", "price_basis", "told_by", "direction", "measure", "instrument", "period"]


@dataclass(frozen=True)
class Ranking:
    """Partners by amount, on one basis.

    Attributes
    ----------
    basis
        What all rows share: source, price_basis, told_by, direction, measure, instrument, period.
    table
        rank, partner, name, value_mn, share_pct and cumulated_pct (of the partners listed with
        an amount above zero), share_of_world_pct (of the source's own world total), bound,
        confidence, document, note.
    concentration
        Over the partners listed.
    world_mn
        The source's own total over all partners; NaN if it gives none.
    others
        Further bases that would have fitted, in words.
    notes
        Members of the group without a figure, and the like.
    """

    basis: dict[str, str]
    table: pd.DataFrame
    concentration: Concentration
    world_mn: float
    others: tuple[str, ...]
    notes: tuple[str, ...]


def ranking(
    ledger: pd.DataFrame, *, home: str = "CHN", direction: str = "outward",
    measure: str | None = None, source: str | None = None, instrument: str | None = None,
    year: int | None = None, group: str | None = None,
) -> Ranking:  # fmt: skip
    """Rank partners. Of several bases that fit, one is taken and the others are named.

    Direct investment goes before other instruments, then more partners before fewer, then the
    latest.

    Raises
    ------
    InputError
        If a name is unknown or no basis has two partners.
    """
    found = rows(seen_from(ledger, home), source=source, direction=direction, measure=measure,
                 instrument=instrument, year=year, industry="")  # fmt: skip
    found = chosen(found)
    world = found[found["partner"] == "WORLD"]
    found = found[~found["partner"].isin(known()) & found["value_mn"].notna()]
    # Hosts that each report on their own count what they count: one basis over those who tell.
    hosts = found["told_by"] != found["reporter"]
    found = found.assign(told_by=found["told_by"].mask(hosts, "each host"))
    notes: list[str] = []
    if group is not None:
        found, notes = _only(found, group)
    sizes = found.groupby(_BASIS).agg(partners=("partner", "nunique"), year=("year", "max"))
    sizes["invested"] = [key[_BASIS.index("instrument")] in INVESTMENT for key in sizes.index]
    sizes = sizes[sizes["partners"] > 1].sort_values(
        ["invested", "partners", "year"], ascending=False, kind="stable"
    )
    if sizes.empty:
        raise InputError("no source has two partners on one basis for this choice; beltroad "
                         "invest sources lists what there is")  # fmt: skip
    basis = dict(zip(_BASIS, sizes.index[0], strict=True))
    table = _part(found, basis).sort_values("value_mn", ascending=False, kind="stable")
    values = table["value_mn"]
    shares = 100 * values.where(values > 0) / values[values > 0].sum()
    whole = _part(world, basis)["value_mn"]
    world_value = float(whole.iloc[0]) if len(whole) else float("nan")
    if year is None:
        notes += _why(sizes)
    if group is not None:
        on = members(place(group), date(int(table["year"].iloc[0]), 12, 31))
        lacking = [m for m in on.members if m not in set(table["partner"])]
        if lacking:
            more = " ..." if len(lacking) > 12 else ""
            notes.append(f"{len(lacking)} of {len(on.members)} members have no figure here: "
                         f"{', '.join(lacking[:12])}{more}")  # fmt: skip
    others = tuple(
        ", ".join(f"{v}" for k, v in zip(_BASIS, key, strict=True)
                  if k not in ("price_basis", "told_by")) + f" ({row.partners} partners)"
        for key, row in zip(sizes.index[1:6], sizes.iloc[1:6].itertuples(), strict=True)
    )  # fmt: skip
    out = pd.DataFrame({
        "rank": range(1, len(table) + 1), "partner": table["partner"].to_numpy(),
        "name": [name_of(p) for p in table["partner"]], "value_mn": values.to_numpy(),
        "share_pct": shares.to_numpy(), "cumulated_pct": shares.cumsum().to_numpy(),
        "share_of_world_pct": (100 * values / world_value).to_numpy(),
        "bound": table["bound"].to_numpy(), "confidence": table["confidence"].to_numpy(),
        "document": table["document"].to_numpy(), "note": table["note"].to_numpy(),
    })  # fmt: skip
    return Ranking(basis, out, concentration(values), world_value, others, tuple(notes))


def _why(sizes: pd.DataFrame) -> list[str]:
    """Why an earlier basis was taken although there are later ones."""
    taken = sizes.iloc[0]
    later = sizes[sizes["invested"] & (sizes["year"] > taken["year"])]
    period = sizes.index[0][_BASIS.index("period")]
    if later.empty or not taken["invested"]:
        return []
    most = later.sort_values(["partners", "year"], ascending=False, kind="stable").index[0]
    name, when = most[0], most[_BASIS.index("period")]
    return [f"{period} was taken because it lists most partners ({taken['partners']:.0f}); later "
            f"ones list fewer ({name} {when}: {later['partners'].max():.0f}). Import your own "
            "table for a later ranking"]  # fmt: skip


def _part(found: pd.DataFrame, basis: dict[str, str]) -> pd.DataFrame:
    for column, value in basis.items():
        found = found[found[column] == value]
    return found


def _only(found: pd.DataFrame, group: str) -> tuple[pd.DataFrame, list[str]]:
    """Rows of members at the end of each row's year."""
    code = place(group)
    years = {int(y): members(code, date(int(y), 12, 31)) for y in found["year"].unique()}
    if not years:
        members(code, date(2024, 12, 31))
    keep = [
        p in years[int(y)].members for p, y in zip(found["partner"], found["year"], strict=True)
    ]
    return found[pd.Series(keep, index=found.index, dtype=bool)], []


@dataclass(frozen=True)
class Series:
    """One quantity over years, on one basis.

    Attributes
    ----------
    basis
        source, price_basis, told_by, direction, measure, instrument, partner.
    table
        year, value_mn, change_pct, bound, status, confidence, statements, low_mn, high_mn,
        document; in the currency of the price basis.
    growth
        None with fewer than two amounts.
    left_out
        Rows of part-years, longer spans and totals to date, which are no years.
    """

    basis: dict[str, str]
    table: pd.DataFrame
    growth: Growth | None
    left_out: int


def series(
    ledger: pd.DataFrame, partner: str, *, home: str = "CHN", source: str | None = None,
    direction: str | None = None, measure: str | None = None, instrument: str | None = None,
    start: int | None = None, end: int | None = None, industry: str = "",
) -> list[Series]:  # fmt: skip
    """All yearly series of one partner, one for each basis; longest first.

    Raises
    ------
    InputError
        If a name is unknown, or there is no yearly row.
    """
    code = place(partner)
    found = rows(seen_from(ledger, home), partner=code, source=source, direction=direction,
                 measure=measure, instrument=instrument, industry=industry)  # fmt: skip
    every = chosen(found)
    keys = [c for c in _BASIS if c != "period"]
    out = []
    for key, part in every.groupby(keys, sort=False):
        years = yearly(part).sort_values("year")
        if start is not None:
            years = years[years["year"] >= start]
        if end is not None:
            years = years[years["year"] <= end]
        if years.empty:
            continue
        basis = {k: str(v) for k, v in zip(keys, key, strict=True)} | {"partner": code}
        out.append(_series(basis, years, len(part) - len(yearly(part))))
    if not out:
        there = ", ".join(sorted(set(every["source"]))) or "none"
        raise InputError(f"no yearly row on {code} for this choice (sources with other periods: "
                         f"{there}); beltroad invest sources --partner {code}")  # fmt: skip
    return sorted(out, key=lambda s: (-len(s.table), s.basis["source"]))


def _series(basis: dict[str, str], years: pd.DataFrame, left_out: int) -> Series:
    amounts = {int(y): float(v) for y, v in zip(years["year"], years["value_mn"], strict=True)}
    table = years[["year", "value_mn", "bound", "status", "confidence", "statements",
                   "low_mn", "high_mn", "document"]].reset_index(drop=True)  # fmt: skip
    try:
        grown = growth(amounts)
    except InputError:
        grown = None
    change: dict[int, Any] = {}
    if grown is not None:
        change = dict(zip(grown.yearly["year"], grown.yearly["change_pct"], strict=True))
        bounds = set(table["bound"].iloc[[0, -1]]) - {"exact"}
        if bounds:
            told = f"an end point is worded '{sorted(bounds)[0].replace('_', ' ')}'"
            grown = replace(grown, base_note="; ".join(filter(None, [grown.base_note, told])))
    table.insert(2, "change_pct", [change.get(int(y), float("nan")) for y in table["year"]])
    return Series(basis, table, grown, left_out)


def name_of(code: str) -> str:
    """Name of an economy, or the code of a group in words."""
    return title(code) if code in known() else economies.name(code)
