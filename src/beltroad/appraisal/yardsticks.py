"""Published figures beside ours, honestly: the difference, and why there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.appraisal.schema import check_frame

__all__ = ["compare"]

Range = tuple[float, float]

WHY = {
    "shipment_time_change_pct": (
        "Ours compares 2013 with all that is built or coming, for the projects of our own table at "
        "freight speeds from measurements; the study's project list of 2018 and its speeds were "
        "not published with it. Ours lets lorries compete with trains door to door, terminals and "
        "waits included, so that a new railway often saves little where a road is there; most "
        "pairs of economies trade by sea, which projects hardly touch. The low end is the fastest "
        "way of any mode, the high end keeps the mode shares of the accounts' year."
    ),
    "trade_cost_change_pct": (
        "Both are the change of the ad valorem cost of time. Ours follows days at modelled mode "
        "shares, so that the slow and cheap sea keeps its weight."
    ),
    "real_income_change_pct": (
        "Ours lets time saved act on the price of goods on arrival through the value of time "
        "alone: a day is worth 0.02 to 1.35 % of the goods' value. The published range comes from "
        "changes of whole trade costs, larger cuts of times, and, in its upper part, from reforms "
        "at borders and of tariffs. The range shown is over our sensitivity cases."
    ),
    "trade_change_pct": (
        "As for real income: only the value of time saved (and, in one case, freight money) acts "
        "on trade here. The published upper values include reforms at borders and tariffs."
    ),
    "lifted": (
        "Both are for 2030 at these lines. Ours rests on the income gain of this comparison, far "
        "smaller than the published one (see real income), on later surveys and growth, and on "
        "the economies in the trade model; beltroad people poverty --published sets the two side "
        "by side with the published gains put into our distributions."
    ),
    "transport_project_cost_usd": (
        "Ours adds up the published costs of the projects in this comparison that act on freight "
        "and have a cost on record, China left out; urban and energy projects are not in it."
    ),
    "projects_gaining_share": (
        "Ours is the share of projects with a cost on record whose first-order world gain alone "
        "exceeds their annual cost; the study asked whether the places connected gain more market "
        "access than others, without cost."
    ),
    "transit_days": (
        "Ours is door to door by the fastest way of the named mode in the later state, terminals "
        "and the wait for a departure included; the published figure is mostly terminal to "
        "terminal or port to port."
    ),
    "value_of_time": "Ours is the mean over traded goods; bulk goods lie below that range.",
}
NOT_YET = "Not computed in this version."
# What a yardstick of each (indicator, scope) is compared with.
SOURCE_OF = {
    ("shipment_time_change_pct", "world"): "time_world",
    ("shipment_time_change_pct", "bri"): "time_corridor",
    ("shipment_time_change_pct", "corridor"): "time_largest",
    ("trade_cost_change_pct", "world"): "cost_world",
    ("trade_cost_change_pct", "bri"): "cost_corridor",
    ("trade_cost_change_pct", "corridor"): "cost_largest",
    ("real_income_change_pct", "world"): "income_world",
    ("real_income_change_pct", "corridor"): "income_corridor",
    ("real_income_change_pct", "world_2030"): "income_world",
    ("real_gdp_change_pct", "bri"): "income_largest",
    ("real_gdp_change_pct", "world"): "income_world",
    ("welfare_change_pct", "bri"): "income_corridor",
    ("trade_change_pct", "corridor"): "trade_corridor",
    ("trade_change_pct", "world"): "trade_world",
    ("trade_change_pct", "bri"): "trade_corridor",
    ("lifted_extreme_persons", "world_2030"): "lifted_extreme",
    ("lifted_moderate_persons", "world_2030"): "lifted_moderate",
    ("transport_project_cost_usd", "corridor_70"): "project_cost",
    ("projects_gaining_share", "project"): "gaining_share",
    ("ad_valorem_per_day", "world"): "value_of_time",
    ("transit_days", "china_europe_rail"): "days_china_europe_rail",
    ("transit_days", "xian_duisburg_rail"): "days_xian_duisburg",
    ("transit_days", "chongqing_duisburg_rail"): "days_chongqing_duisburg",
    ("transit_days", "kunming_bangkok_rail"): "days_kunming_bangkok",
    ("transit_days", "shanghai_rotterdam_sea"): "days_shanghai_rotterdam",
}


def compare(ours: Mapping[str, Range], readings: Mapping[str, float]) -> pd.DataFrame:
    """Table ``yardsticks``: every published figure, with ours where the run has it.

    Parameters
    ----------
    ours
        Our low and high value by the names on the right of ``SOURCE_OF``, in the yardstick's
        unit.
    readings
        Ours by the same names if the study is read literally (percent), where that was computed.
    """
    table = evidence.load("yardsticks")
    rows = []
    for y in table.to_dict("records"):
        name = SOURCE_OF.get((str(y["indicator"]), str(y["scope"])), "")
        mine = ours.get(name)
        low, high = float(y["value_low"]), float(y["value_high"])
        rows.append(
            {
                "yardstick_id": y["yardstick_id"],
                "statement": y["statement"],
                "published_low": low,
                "published_high": high,
                "ours_low": mine[0] if mine else np.nan,
                "ours_high": mine[1] if mine else np.nan,
                "unit": y["unit"],
                "difference": _difference((low, high), mine, str(y["unit"])),
                "why": _why(str(y["indicator"]), readings.get(name)) if mine else NOT_YET,
                "source": f"{y['source_title']} ({y['year']:.0f})",
            }
        )
    return check_frame(pd.DataFrame(rows), "yardsticks")


def _why(indicator: str, reading: float | None) -> str:
    aliases = {
        "real_gdp_change_pct": "real_income_change_pct",
        "welfare_change_pct": "real_income_change_pct",
        "lifted_extreme_persons": "lifted",
        "lifted_moderate_persons": "lifted",
        "ad_valorem_per_day": "value_of_time",
    }
    why = WHY[aliases.get(indicator, indicator)]
    if reading is not None:
        why += (
            " If all goods took the fastest way and their whole trade cost fell by the percentage "
            f"by which its days fall, as the study can be read, ours would be {reading:+.2f} %."
        )
    return why


def _difference(published: Range, ours: Range | None, unit: str) -> str:
    """How far our range is from the published one, in plain words."""
    if ours is None or any(np.isnan(ours)):
        return NOT_YET
    known = [v for v in published if not np.isnan(v)]
    low, high = min(known), max(known)
    open_below = np.isnan(published[0])
    show = _number(unit)
    mine = sorted(ours)
    if open_below and mine[1] <= high:
        return f"Ours stays below the published maximum, by {show(high - mine[1])}."
    if mine[0] <= high and mine[1] >= low:
        wholly = mine[1] <= high and mine[0] >= low
        return "Ours lies within the published range." if wholly else "The two ranges overlap."
    if high <= 0:
        # Published falls: "above" would be true and misread.
        if mine[1] < low:
            return f"Ours is a larger fall, by {show(low - mine[1])}."
        return f"Ours is a smaller fall, by {show(mine[0] - high)}."
    if mine[1] < low:
        return f"Ours is below the published range, by {show(low - mine[1])}."
    return f"Ours is above the published range, by {show(mine[0] - high)}."


def _number(unit: str) -> Callable[[float], str]:
    if unit == "%":
        return lambda x: f"{x:.2f} percentage points"
    if unit == "persons":
        return lambda x: f"{x / 1e6:,.1f} million persons"
    if unit == "USD":
        return lambda x: f"{x / 1e9:,.0f} billion USD"
    return lambda x: f"{x:.3g} {unit}"
