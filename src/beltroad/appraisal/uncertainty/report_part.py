"""Uncertainty for the report: tables with their units, and drawings in two widths.

A drawing is a function of ``narrow`` that gives an Altair chart, as those of
:mod:`beltroad.appraisal.report.charts`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from beltroad.appraisal.report import theme, words
from beltroad.appraisal.uncertainty.inputs import GROUPS
from beltroad.appraisal.uncertainty.result import UncertaintyResult

__all__ = [
    "DRIVEN", "country_intervals", "drivers", "finding", "headline_intervals", "headline_table",
    "variance_bars",
]  # fmt: skip

Draw = Callable[[bool], alt.TopLevelMixin]
#: Figures whose spread is split in the report, with the words for it.
DRIVEN = {
    "world_real_income_pct": "Real income, world",
    "corridor_real_income_pct": "Real income, corridor",
    "annual_cost_usd": "Cost a year",
    "net_gain_usd": "Delivered gain less cost",
}
_SHOWN = (
    "world_real_income_pct", "corridor_real_income_pct", "world_trade_pct", "corridor_trade_pct",
    "world_trade_cost_pct", "corridor_trade_cost_pct",
)  # fmt: skip
_SCALES = {"USD": (1e9, "USD billion"), "USD/a": (1e9, "USD billion a year"),
           "persons": (1e6, "million people"), "%": (1.0, "%"), "1": (1.0, "")}  # fmt: skip


def finding(result: UncertaintyResult) -> str:
    """The main finding in a sentence or two."""
    rows = {str(r["figure"]): r for r in result.headlines.to_dict("records")}
    income, net = rows["world_real_income_pct"], rows["net_gain_usd"]
    text = (
        f"World real income changes by {words.percent(income['p50'])} in the median of "
        f"{result.plan.draws} draws, between {words.percent(income['p5'])} and "
        f"{words.percent(income['p95'])} in nine of ten; gains, as late and as large as in past "
        f"projects of their kind, stay below costs in {100 * net['chance_below_zero']:.0f}% of "
        "them."
    )
    shares = drivers(result, "world_real_income_pct")
    if len(shares):
        first = shares.iloc[0]
        text += f" {first['group_title']} drives most of the spread ({100 * first['share']:.0f}%)."
    return text


def headline_table(result: UncertaintyResult) -> pd.DataFrame:
    """Headline figures in the units in which they are read: title, unit, central, p5 to p95."""
    table = result.headlines
    columns = ["central", "p5", "p25", "p50", "p75", "p95"]
    scale = np.array([_SCALES[str(unit)][0] for unit in table["unit"]])
    out = table[["title"]].copy()
    out["unit"] = [_SCALES[str(unit)][1] for unit in table["unit"]]
    for column in columns:
        out[column] = table[column] / scale
    out["chance_below_zero"] = table["chance_below_zero"]
    return out


def drivers(result: UncertaintyResult, figure: str) -> pd.DataFrame:
    """Groups by their share in the spread of a figure, largest first; those that act at all."""
    split = result.split
    part = split[split["figure"] == figure]
    if part.empty:
        return part
    acting = part[(part["share"].abs() > 1e-9) | (part["total"].abs() > 1e-9)]
    return acting.sort_values("share", ascending=False, ignore_index=True)


def headline_intervals(result: UncertaintyResult) -> Draw:
    """A band from 5 % to 95 %, a box from 25 % to 75 %, median and central value, by figure.

    Figures of different size have a panel and a scale each.
    """
    table = result.headlines.set_index("figure").loc[list(_SHOWN)].reset_index()
    table["label"] = [
        f"{r['title']}: median {words.percent(r['p50'])}, nine of ten draws "
        f"{words.percent_range(r['p5'], r['p95'])}, central {words.percent(r['central'])}"
        for r in table.to_dict("records")
    ]
    table = table.rename(columns={"title": "name_"})
    parts = [table.iloc[k : k + 2] for k in range(0, len(_SHOWN), 2)]
    panels = [_intervals(p, "Change, %" if k == len(parts) - 1 else None)
              for k, p in enumerate(parts)]  # fmt: skip

    def draw(narrow: bool) -> alt.TopLevelMixin:
        drawn: list[Any] = [panel(narrow) for panel in panels]
        return alt.vconcat(*drawn, spacing=10)

    return draw


def country_intervals(result: UncertaintyResult, names: dict[str, str], *, most: int = 25) -> Draw:
    """The same by economy, for those with the largest medians of real income change.

    ``names`` are short names by code.
    """
    table = result.countries.rename(
        columns={f"real_income_{k}_pct": k for k in ("central", "p5", "p25", "p50", "p75", "p95")}
    )
    table["name_"] = [names.get(code, code) for code in table["iso3"]]
    order = table["p50"].abs().sort_values(ascending=False).index[:most]
    table = table.loc[order].sort_values("p50", ascending=False, ignore_index=True)
    table["label"] = [
        f"{r['name_']}: median {words.percent(r['p50'])}, nine of ten draws "
        f"{words.percent_range(r['p5'], r['p95'])}, worse off in "
        f"{100 * r['chance_of_loss']:.0f}% of draws"
        for r in table.to_dict("records")
    ]
    return _intervals(table, "Change of real income, %")


def variance_bars(result: UncertaintyResult, figures: Sequence[str] = tuple(DRIVEN)) -> Draw:
    """Bars of each group's share in the spread, with intervals, one panel a figure."""
    split = result.split
    split = split[split["figure"].isin(figures) & (split["share"].abs() > 1e-9)].copy()
    split["label"] = [
        f"{DRIVEN.get(r['figure'], r['figure'])}, {r['group_title'].lower()}: "
        f"{100 * r['share']:.0f}% of the spread (nine of ten resamples "
        f"{100 * r['share_low']:.0f} to {100 * r['share_high']:.0f}%)"
        for r in split.to_dict("records")
    ]
    for column in ("share", "share_low", "share_high"):
        split[column] *= 100.0
    order = [t for g, t in GROUPS.items() if g in set(split["group"])]

    def draw(narrow: bool) -> alt.TopLevelMixin:
        panels = []
        for k, figure in enumerate(figures):
            part = split[split["figure"] == figure]
            y = alt.Y("group_title:N", title=None).scale(domain=order)
            y = y.axis(labels=narrow or k == 0, grid=False, labelLimit=190)
            base = alt.Chart(part).encode(y=y, description="label:N")
            x = alt.X("share:Q", title="% of the variance").axis(values=[0, 50, 100], format="d")
            bars = base.mark_bar(height={"band": 0.62}, color=theme.GAIN_BAR).encode(
                x=x.scale(domain=[0, 100], clamp=True)
            )
            whiskers = base.mark_rule(color=theme.INK, strokeWidth=1.2, aria=False).encode(
                x=alt.X("share_low:Q"), x2="share_high:Q"
            )
            panels.append(
                alt.layer(bars, whiskers).properties(
                    width=180 if narrow else 135, height=alt.Step(22),
                    title=DRIVEN.get(figure, figure),
                )
            )  # fmt: skip
        return alt.vconcat(*panels, spacing=14) if narrow else alt.hconcat(*panels, spacing=14)

    return draw


def _intervals(table: pd.DataFrame, title: str | None) -> Draw:
    """Bands, boxes, a tick at the median and a dot at the central value; one row a name."""
    order = list(table["name_"])

    def draw(narrow: bool) -> alt.TopLevelMixin:
        wide = 128 if narrow else 210
        axis: dict[str, Any] = {"grid": False, "labelLimit": wide, "minExtent": wide}
        y = alt.Y("name_:N", sort=order, title=None).axis(**axis)
        x = alt.X("p5:Q", title=title).scale(nice=False, padding=8).axis(tickCount=5)
        base = alt.Chart(table).encode(y=y, description="label:N")
        band = base.mark_rule(strokeWidth=2.5, color="#b9c3c6", aria=False).encode(x=x, x2="p95:Q")
        box = base.mark_bar(height=9, color=theme.GAIN_BAR).encode(x="p25:Q", x2="p75:Q")
        median = base.mark_tick(color=theme.INK, thickness=2, size=15, aria=False).encode(x="p50:Q")
        central = base.mark_point(
            shape="circle", size=36, filled=True, color=theme.LOSS[2], opacity=1, aria=False
        ).encode(x="central:Q")
        zero = alt.Chart(pd.DataFrame({"x": [0]})).mark_rule(color=theme.INK, aria=False)
        return alt.layer(zero.encode(x="x:Q"), band, box, median, central).properties(
            width=190 if narrow else 540, height=alt.Step(22)
        )

    return draw
