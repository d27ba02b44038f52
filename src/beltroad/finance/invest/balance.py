r"""Two-way balances and net positions, by partner or group.

For a source s, price basis b and period t,

.. math:: B = O - I, \qquad T = O + I, \qquad R = \min(O, I) / \max(O, I)

with O outward and I inward amounts of ``home``. Both directions come from one source on one price
basis; where their instruments differ (non-financial investment abroad, investment actually used at
home) the row says so. A direction that is not published stays unknown, never zero.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from beltroad.errors import InputError
from beltroad.finance.invest.groups import known, members
from beltroad.finance.invest.ledger import place
from beltroad.finance.invest.select import chosen, rows, seen_from
from beltroad.finance.invest.vocabulary import INVESTMENT

__all__ = ["COLUMNS", "Balance", "balance", "pairs", "side_by_side"]

COLUMNS = (
    "source", "price_basis", "told_by", "partner", "measure", "period", "outward_instrument",
    "outward_mn", "inward_instrument", "inward_mn", "balance_mn", "two_way_mn",
    "published_two_way_mn", "reciprocity", "made_of", "confidence", "note",
)  # fmt: skip
_KEY = ["source", "price_basis", "told_by", "partner", "measure", "period"]
_ORDER = ("high", "medium", "low")


@dataclass(frozen=True)
class Balance:
    """Balances of one partner or group.

    Attributes
    ----------
    home, partner
        Codes.
    table
        Columns of :data:`COLUMNS`; ``made_of`` is ``published`` for a figure of the source, else
        how many members were added.
    notes
        What could not be set against each other, and why.
    """

    home: str
    partner: str
    table: pd.DataFrame
    notes: tuple[str, ...]


def balance(
    ledger: pd.DataFrame, partner: str, *, home: str = "CHN", source: str | None = None,
    year: int | None = None, measure: str | None = None, least_share: float = 0.5,
) -> Balance:  # fmt: skip
    """Outward against inward investment, one row for each source, measure and period.

    Parameters
    ----------
    partner
        An economy, or a group: what sources publish of the group itself, and apart from that the
        sum of its members at the end of the year as far as they have figures.
    measure
        ``flow`` or ``stock`` (net positions); None for both.
    least_share
        Sums over members are only given if at least this share of them has a figure.

    Raises
    ------
    InputError
        If a name is unknown or the ledger holds nothing on the partner.
    """
    code, base = place(partner), place(home)
    if measure not in (None, "flow", "stock"):
        raise InputError(f"measure {measure!r:.40}: a balance is of flow or stock")
    every = seen_from(ledger, base)
    every = rows(every, source=source, measure=measure, year=year, industry="")
    every = chosen(every[every["instrument"].isin(INVESTMENT) & every["measure"].isin(
        ("flow", "stock"))])  # fmt: skip
    direct = every[every["partner"] == code].assign(made_of="published")
    parts = [pairs(direct)]
    notes: list[str] = []
    if code in known():
        added, told = _added(every, code, least_share)
        notes += told
        if not added.empty:
            parts.append(pairs(added))
    table = pd.concat([part for part in parts if not part.empty] or [pairs(direct)])
    if table.empty:
        _nothing(ledger, base, code, source, year)
    table = table.sort_values(
        ["made_of", "source", "measure", "period"], kind="stable",
        key=lambda c: c != "published" if c.name == "made_of" else c,
    ).reset_index(drop=True)  # fmt: skip
    alone = table[table["balance_mn"].isna() & table["published_two_way_mn"].isna()]
    if len(alone):
        notes.append(f"{len(alone)} of {len(table)} rows have one direction only: "
                     "the other is not published there, so there is no balance")  # fmt: skip
    return Balance(base, code, table, tuple(notes))


def _nothing(ledger: pd.DataFrame, home: str, code: str, source: str | None,
             year: int | None) -> None:  # fmt: skip
    there = seen_from(ledger, home)
    there = there[there["partner"] == code]
    if there.empty:
        raise InputError(f"no row between {home} and {code}; beltroad invest sources lists what "
                         "there is, beltroad invest import reads your own tables")  # fmt: skip
    fits = there[there["instrument"].isin(INVESTMENT)]
    if fits.empty:
        kinds = ", ".join(sorted(set(there["instrument"])))
        raise InputError(f"no direct investment between {home} and {code}, only {kinds}: "
                         f"see beltroad invest series --partner {code}")  # fmt: skip
    years = ", ".join(str(y) for y in sorted(set(fits["year"]))[-8:])
    raise InputError(
        f"no row between {home} and {code}" + (f" in {year}" if year else "")
        + (f" from {source}" if source else "")
        + f": sources {', '.join(sorted(set(fits['source'])))}; years {years}"
    )  # fmt: skip


def pairs(found: pd.DataFrame) -> pd.DataFrame:
    """One row for each pair of instruments that the two directions have.

    Parameters
    ----------
    found
        Rows of :func:`chosen` with a column ``made_of``.
    """
    keys = [*_KEY, "made_of"]
    parts: dict[tuple[Any, ...], dict[str, list[dict[Any, Any]]]] = {}
    for row in found.to_dict("records"):
        sides = parts.setdefault(tuple(row[k] for k in keys), {})
        sides.setdefault(row["direction"], []).append(row)
    out = [
        _pair(key, one, other, sides.get("both", [{}])[0])
        for key, sides in parts.items()
        for one in sides.get("outward", [{}])
        for other in sides.get("inward", [{}])
    ]
    return pd.DataFrame(out, columns=list(COLUMNS))


def _pair(key: Any, one: dict[Any, Any], other: dict[Any, Any],
          both: dict[Any, Any]) -> dict[str, Any]:  # fmt: skip
    nan = math.nan
    o, i = one.get("value_mn", nan), other.get("value_mn", nan)
    largest = max(abs(o), abs(i)) if o == o and i == i else nan
    sure = [row["confidence"] for row in (one, other, both) if row]
    return dict(zip([*_KEY, "made_of"], key, strict=True)) | {
        "outward_instrument": one.get("instrument", ""), "outward_mn": o,
        "inward_instrument": other.get("instrument", ""), "inward_mn": i,
        "balance_mn": o - i, "two_way_mn": o + i,
        "published_two_way_mn": both.get("value_mn", nan),
        "reciprocity": min(o, i) / largest if largest and min(o, i) >= 0 else nan,
        "confidence": max(sure, key=_ORDER.index), "note": _notes(one, other, both),
    }  # fmt: skip


def _notes(*sides: dict[Any, Any]) -> str:
    told: dict[str, None] = {}
    for name, row in zip(("outward", "inward", "two-way"), sides, strict=True):
        if not row:
            continue
        if row["bound"] != "exact":
            told[f"{name}: {row['bound'].replace('_', ' ')}"] = None
        if row["confidence"] == "low" and row.get("note"):
            told[f"{name}: {row['note']}"] = None
        if row["status"]:
            told[f"{name}: {row['status']}"] = None
        if row["statements"] > 1 and row["high_mn"] > row["low_mn"]:
            told[f"{name}: {row['statements']} statements from {row['low_mn']:,.0f} to "
                 f"{row['high_mn']:,.0f}"] = None  # fmt: skip
    return "; ".join(told)


def _added(every: pd.DataFrame, code: str, least_share: float) -> tuple[pd.DataFrame, list[str]]:
    """Sums over the members at the end of each period, within one source and basis."""
    keys = ["source", "price_basis", "told_by", "measure", "period", "direction", "instrument"]
    single = every[~every["partner"].isin(known())]
    # Each host reports on its own: the members' reports are added over those who tell.
    hosts = single["told_by"] != single["reporter"]
    single = single.assign(told_by=single["told_by"].mask(hosts, "members"))
    out: list[dict[str, Any]] = []
    few, unplaced = 0, set()
    for key, part in single.groupby(keys, sort=False):
        try:
            group = members(code, date(int(part["year"].iloc[0]), 12, 31))
        except InputError as error:
            return pd.DataFrame(), [str(error)]
        inside = part[part["partner"].isin(group.members) & part["value_mn"].notna()]
        if inside.empty:
            continue
        if len(inside) < least_share * len(group.members):
            few += 1
            continue
        unplaced |= set(group.unknown)
        out.append(dict(zip(keys, key, strict=True)) | {
            "partner": code, "value_mn": float(inside["value_mn"].sum()), "bound": "exact",
            "made_of": f"{len(inside)} of {len(group.members)} members", "status": "",
            "confidence": max(inside["confidence"], key=_ORDER.index), "statements": 1,
        })  # fmt: skip
    notes = []
    if few:
        notes.append(f"{few} sums over less than {100 * least_share:.0f} % of the members are left "
                     "out")  # fmt: skip
    if unplaced:
        notes.append(f"membership of {', '.join(sorted(unplaced)[:8])} is not known for every "
                     "year; not counted then")  # fmt: skip
    return pd.DataFrame(out), notes


def side_by_side(ledger: pd.DataFrame, partner: str, *, home: str = "CHN",
                 year: int | None = None) -> pd.DataFrame:  # fmt: skip
    """What different sources say of one partner, with the ratio to the first of each kind.

    Returns
    -------
    DataFrame
        direction, measure, period, source, told_by, instrument, price_basis, value_mn, ratio (to
        the first row of the same direction, measure and period, for stocks of the same year; over
        sources, instruments and price bases, which it does not make comparable), bound,
        confidence, document.
    """
    code = place(partner)
    found = rows(seen_from(ledger, home), partner=code, year=year, industry="")
    found = chosen(found)
    found = found[found["value_mn"].notna()]
    order = ["direction", "measure", "period", "source", "price_basis", "instrument"]
    found = found.sort_values(order,
                              ascending=[False, True, True, True, False, True])  # fmt: skip
    # Stocks of one year are set beside each other though their days differ.
    when = found["period"].where(found["measure"] != "stock", found["year"].astype(str))
    first = found.groupby(["direction", "measure", when])["value_mn"].transform("first")
    return found.assign(ratio=found["value_mn"] / first.where(first != 0))[[
        "direction", "measure", "period", "source", "told_by", "instrument", "price_basis",
        "value_mn", "ratio", "bound", "confidence", "document",
    ]].reset_index(drop=True)  # fmt: skip
