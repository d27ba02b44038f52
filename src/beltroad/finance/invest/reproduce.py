"""Published totals beside the sums of rows: agree, within bound, disagree or incomplete.

Every total of the ledger that has parts is recomputed from them: two-way totals from their
directions, totals of several years from yearly rows, totals of a list from its partners. Both
numbers are shown with their rounding; none is corrected, and no winner is named.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from beltroad.evidence.claims import claims
from beltroad.evidence.claims.findings import compare
from beltroad.evidence.claims.values import Figure, Interval, figure
from beltroad.finance.invest.groups import known
from beltroad.finance.invest.periods import whole_years
from beltroad.finance.invest.select import chosen
from beltroad.finance.invest.vocabulary import INVESTMENT

__all__ = ["COLUMNS", "VERDICTS", "check"]

COLUMNS = (
    "kind", "partner", "direction", "measure", "period", "price_basis", "stated_by", "stated_mn",
    "bound", "parts_from", "computed_mn", "gap_mn", "ratio", "verdict", "parts", "note",
)  # fmt: skip
VERDICTS = {
    "agree": "the sum would be printed as the total",
    "within bound": "possible only because parts are rounded, or worded as a bound or as about",
    "disagree": "not possible as worded",
    "incomplete": "parts are missing, so there is no sum to compare",
}
_WORDS = {"agrees": "agree", "agrees within rounding": "within bound", "consistent": "within bound",
          "disagrees": "disagree"}  # fmt: skip
# Which partners make up a list; None: all economies that the same document lists.
_LISTS: dict[str, tuple[str, ...] | None] = {
    "TOP20": None, "TOP10": None,
    "DEVELOPED": ("EU", "USA", "AUS", "CAN", "BMU", "CHE", "ISR", "JPN", "NZL", "NOR"),
}  # fmt: skip
_SIZES = {"TOP10": 10, "TOP20": 20}


@dataclass(frozen=True)
class _Part:
    value: float
    bound: str

    def figure(self) -> Figure:
        return figure(self.value, self.bound)


def check(ledger: pd.DataFrame) -> pd.DataFrame:
    """Recompute what can be recomputed.

    Returns
    -------
    DataFrame
        Columns of :data:`COLUMNS`, one row for each published total and each way to add it up;
        amounts in millions of the currency of ``price_basis``.
    """
    # Each statement stands for itself here: two documents with two numbers are two rows.
    stated = ledger[ledger["industry"] == ""].reset_index(drop=True)
    sure = chosen(stated)
    found = [*_two_way(stated), *_net(), *_years(stated, sure), *_lists(stated), *_recipients(sure)]
    order = {verdict: i for i, verdict in enumerate(VERDICTS)}
    table = pd.DataFrame(found, columns=list(COLUMNS))
    return table.sort_values(
        ["kind", "verdict", "partner", "period"], kind="stable",
        key=lambda c: c.map(order) if c.name == "verdict" else c,
    ).reset_index(drop=True)  # fmt: skip


def _row(kind: str, total: dict[Any, Any], parts: Iterable[_Part], parts_from: str, told: str,
         note: str = "") -> dict[str, Any]:  # fmt: skip
    every = [part.figure() for part in parts]
    added = Figure(sum(f.value for f in every), _sum(f.rounded for f in every),
                   _sum(f.full for f in every))  # fmt: skip
    target = figure(float(total["value_usd_mn"]), total["bound"])
    return _line(kind, total, added.value, _WORDS[compare(added, target)], parts_from, told, note)


def _line(kind: str, total: dict[Any, Any], computed: float, verdict: str, parts_from: str,
          told: str, note: str) -> dict[str, Any]:  # fmt: skip
    value = float(total["value_usd_mn"])
    return {name: total[name] for name in (
        "partner", "direction", "measure", "period", "price_basis", "bound")} | {
        "kind": kind, "stated_by": _who(total), "stated_mn": value, "parts_from": parts_from,
        "computed_mn": computed, "gap_mn": computed - value,
        "ratio": computed / value if value else math.nan, "verdict": verdict, "parts": told,
        "note": "; ".join(filter(None, [
            note, "total unconfirmed" if total["confidence"] == "low" else ""])),
    }  # fmt: skip


def _sum(intervals: Iterable[Interval]) -> Interval:
    out = Interval(0.0, 0.0)
    for each in intervals:
        out = out + each
    return out


def _who(row: dict[Any, Any]) -> str:
    document = str(row["document"])
    return document.removeprefix("claim ") if document.startswith("claim ") else row["source"]


def _of(row: dict[Any, Any]) -> str:
    """The document of a claim: its identifier without the number of the figure."""
    return _who(row).rpartition("-")[0] if row["document"].startswith("claim ") else ""


def _two_way(stated: pd.DataFrame) -> list[dict[str, Any]]:
    out = []
    usable = stated[stated["value_usd_mn"].notna()]
    both = usable[(usable["direction"] == "both") & (usable["measure"] == "flow")]
    for total in both.to_dict("records"):
        same = usable[(usable["partner"] == total["partner"])
                      & (usable["period"] == total["period"])
                      & (usable["source"] == total["source"])
                      & (usable["measure"] == "flow")
                      & usable["instrument"].isin(INVESTMENT)]  # fmt: skip
        one = _nearest(same[same["direction"] == "outward"], total)
        other = _nearest(same[same["direction"] == "inward"], total)
        if one is None or other is None:
            continue
        out.append(_row(
            "two-way = outward + inward", total,
            [_Part(s["value_usd_mn"], s["bound"]) for s in (one, other)],
            " and ".join(dict.fromkeys((_who(one), _who(other)))),
            f"{one['value_usd_mn']:,.0f} + {other['value_usd_mn']:,.0f}",
        ))  # fmt: skip
    return out


def _nearest(rows: pd.DataFrame, total: dict[Any, Any]) -> dict[Any, Any] | None:
    """The part told by the same document, else the first."""
    listed = rows.to_dict("records")
    same = [row for row in listed if _of(row) and _of(row) == _of(total)]
    return next(iter([*same, *listed]), None)


def _net() -> list[dict[str, Any]]:
    """Net figures that a document states beside its two directions."""
    every = claims()
    out = []
    for net in every[every["indicator"] == "bri_net_outward_investment_total"].to_dict("records"):
        parts = every[(every["document"] == net["document"])
                      & (every["period_end"] == net["period_end"])]  # fmt: skip
        sides = [parts[parts["indicator"] == f"bri_{side}_investment_total"].to_dict("records")
                 for side in ("outward", "inward")]  # fmt: skip
        if not all(sides):
            continue
        o, i = (figure(s[0]["value"] / 1e6, s[0]["bound"]) for s in sides)
        added = Figure(o.value - i.value, o.rounded - i.rounded, o.full - i.full)
        total = {
            "partner": net["partner"], "direction": "net outward", "measure": "flow",
            "period": f"{net['period_start']}:{net['period_end']}", "price_basis": "current USD",
            "bound": net["bound"], "value_usd_mn": net["value"] / 1e6, "source": "statements",
            "document": f"claim {net['claim_id']}", "confidence": net["confidence"],
        }  # fmt: skip
        verdict = _WORDS[compare(added, figure(total["value_usd_mn"], net["bound"]))]
        out.append(_line("net = outward - inward", total, added.value, verdict,
                         " and ".join(s[0]["claim_id"] for s in sides),
                         f"{o.value:,.0f} - {i.value:,.0f}", ""))  # fmt: skip
    return out


def _years(stated: pd.DataFrame, sure: pd.DataFrame) -> list[dict[str, Any]]:
    """Totals of whole years against every yearly series of the same thing."""
    out = []
    keys = ["source", "instrument"]
    yearly = sure[sure["period"].str.fullmatch(r"\d{4}") & (sure["price_basis"] == "current USD")
                  & sure["value_mn"].notna()]  # fmt: skip
    for total in stated[stated["value_usd_mn"].notna()].to_dict("records"):
        years = whole_years(total["period"])
        if len(years) < 2 or total["measure"] in ("stock", "commitment"):
            continue
        same = yearly[(yearly["partner"] == total["partner"])
                      & (yearly["direction"] == total["direction"])
                      & (yearly["measure"] == total["measure"])
                      & (yearly["reporter"] == total["reporter"])]  # fmt: skip
        if total["source"] != "statements":
            same = same[same["source"] == total["source"]]
        for (source, instrument), part in same.groupby(keys, sort=False):
            inside = part[part["year"].isin(years)]
            if 2 * len(inside) < len(years):
                continue
            missing = sorted(set(years) - set(inside["year"]))
            unsure = sorted(inside["year"][inside["confidence"] == "low"])
            note = f"unconfirmed: {', '.join(map(str, unsure))}" if unsure else ""
            told = f"{len(inside)} of {len(years)} years"
            name = f"{source}, {instrument}"
            parts = [_Part(v, b) for v, b in zip(inside["value_mn"], inside["bound"], strict=True)]
            if not missing:
                out.append(_row("sum of years", total, parts, name, told, note))
                continue
            added = float(inside["value_mn"].sum())
            note = "; ".join(filter(None, [f"missing: {', '.join(map(str, missing))}", note]))
            out.append(_line("sum of years", total, added, "incomplete", name, told, note))
    return out


def _lists(stated: pd.DataFrame) -> list[dict[str, Any]]:
    """Lists of partners with a printed total, from one document."""
    out = []
    usable = stated[stated["value_usd_mn"].notna()]
    for total in usable[usable["partner"].isin(_LISTS)].to_dict("records"):
        wanted = _LISTS[total["partner"]]
        same = usable
        for column in ("source", "direction", "measure", "instrument", "period", "document"):
            same = same[same[column] == total[column]]
        same = same[same["partner"].isin(wanted)] if wanted else same[
            ~same["partner"].isin(known())]  # fmt: skip
        parts = [_Part(v, b) for v, b in zip(same["value_usd_mn"], same["bound"], strict=True)]
        lacking = sorted(set(wanted or ()) - set(same["partner"]))
        short = _SIZES.get(total["partner"], 0) - len(parts)
        if not parts:
            continue  # A total whose list was not read has nothing to be compared with.
        if lacking or short > 0:
            added = float(same["value_usd_mn"].sum())
            note = f"missing: {', '.join(lacking) or f'{short} of the list'}"
            out.append(_line("sum of partners", total, added, "incomplete", total["source"],
                             f"{len(parts)} partners", note))  # fmt: skip
            continue
        # Printed to one decimal of a unit: amounts in the list are as exact as their total.
        out.append(_row("sum of partners", total, parts, total["source"], f"{len(parts)} partners"))
    return out


def _recipients(sure: pd.DataFrame) -> list[dict[str, Any]]:
    """AidData's aggregates: recipients by year against recipients in all, and the headline."""
    whole = sure[sure["source"] == "gcdf3-total"]
    by_year = sure[sure["source"] == "gcdf3-year"]
    if whole.empty or by_year.empty:
        return []
    single = whole[~whole["partner"].isin(known())]
    sums = by_year.groupby("partner")["value_mn"].sum()
    out = []
    shared = single[single["partner"].isin(sums.index)]
    gap = (shared["value_mn"] - shared["partner"].map(sums)).abs()
    note = (f"{int((gap <= 0.05 + 1e-4 * shared['value_mn']).sum())} of {len(shared)} recipients "
            f"in both agree; {len(single) - len(shared)} are in the totals only")  # fmt: skip
    total = single.iloc[0].to_dict() | {
        "partner": "WORLD", "value_usd_mn": float(single["value_mn"].sum()), "document": "",
    }  # fmt: skip
    for added, told, parts_from, remark in (
        (float(sums.sum()), f"{len(sums)} recipients by year", "gcdf3-year", note),
    ):
        verdict = (
            "agree" if math.isclose(added, total["value_usd_mn"], rel_tol=1e-4) else "disagree"
        )
        out.append(_line("sum of recipients", total, added, verdict, parts_from, told, remark))
    stated = sure[sure["source"] == "gcdf3-headline"]
    for headline in stated.to_dict("records"):
        for frame, name in ((single, "gcdf3-total"), (by_year, "gcdf3-year")):
            parts = [_Part(v, "exact") for v in (float(frame["value_mn"].sum()),)]
            told = f"{frame['partner'].nunique()} recipients"
            out.append(_row("sum of recipients", headline, parts, name, told, headline["note"]))
    return out
