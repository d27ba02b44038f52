"""From the tables of an appraisal to its charts: which rows are drawn, and what they show."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.appraisal.report import charts, tables, words
from beltroad.appraisal.report.charts import Figure
from beltroad.appraisal.report.headline import ranged, state
from beltroad.appraisal.result import Appraisal
from beltroad.appraisal.schema import NOTHING_PCT

__all__ = ["cases_figure", "gains_figure", "net_figure", "projects_figure", "regions_figure"]

_TOP, _BOTTOM, _NET = 20, 10, 12


def _source(appraisal: Appraisal) -> str:
    s = appraisal.scenario.states
    return (
        f"beltroad, this run: {state(s.after)} against {state(s.before)}; "
        "economic accounts: OECD ICIO."
    )


def gains_figure(appraisal: Appraisal) -> Figure:
    """Largest and smallest changes of real income."""
    rows = appraisal.countries[appraisal.countries.real_income_change_pct.notna()]
    rows = rows.sort_values(["real_income_change_pct", "iso3"], ascending=[False, True])
    top = rows.head(_TOP)
    bottom = rows.iloc[max(len(top), len(rows) - _BOTTOM) :]
    losing = int((rows.real_income_change_pct < -NOTHING_PCT).sum())
    groups = [f"Largest {len(top)}", f"Smallest {len(bottom)}"][: 2 if len(bottom) else 1]
    shown = pd.concat([top.assign(group=groups[0]), bottom.assign(group=groups[-1])])
    best = rows.iloc[0]
    finding = (
        f"{best['name']} gains most before cost "
        f"({words.percent(float(best.real_income_change_pct))}); "
        f"{words.share(losing, len(rows))} modelled economies "
        f"{'loses' if losing in (0, 1) else 'lose'}"
    )
    data = pd.DataFrame(
        {
            "group": shown.group,
            "name_": shown["name"],
            "value": shown.real_income_change_pct,
            "low": shown.real_income_low_pct,
            "high": shown.real_income_high_pct,
        }
    )
    twin = tables.table(
        "gains-twin",
        "Change of real income, as drawn",
        [
            tables.column(shown["name"], "countries", "name"),
            *(tables.column(shown[c], "countries", c)
              for c in ("real_income_change_pct", "real_income_low_pct", "real_income_high_pct")),
        ],
    )  # fmt: skip
    return charts.figure(
        "gains", finding,
        "Change of real income before paying for projects, %. "
        "Thin lines: lowest and highest of the sensitivity cases.",
        _source(appraisal), charts.gains(data, groups), twin=twin,
    )  # fmt: skip


def net_figure(appraisal: Appraisal) -> Figure | None:
    """Gain before and after cost where projects are hosted."""
    rows = appraisal.countries
    rows = rows[(rows.annual_cost_usd > 0) & rows.net_gain_pct.notna()]
    if rows.empty:
        return None
    rows = rows.sort_values(["net_gain_pct", "iso3"], ascending=[False, True])
    if len(rows) > 2 * _NET:
        groups = [f"Largest {_NET} after cost", f"Smallest {_NET} after cost"]
        shown = pd.concat([rows.head(_NET).assign(group=groups[0]),
                           rows.tail(_NET).assign(group=groups[1])])  # fmt: skip
    else:
        groups = ["All economies that host projects"]
        shown = rows.assign(group=groups[0])
    turned = int(((rows.net_gain_usd < 0) & (rows.real_income_change_usd >= 0)).sum())
    losing = int((rows.net_gain_usd < 0).sum())
    finding = (
        f"{words.sentence(words.share(losing, len(rows)))} modelled economies with projects are "
        f"worse off after paying for them; {words.share(turned, losing) if losing else 'none'} of "
        "these would gain if others paid"
    )
    data = pd.DataFrame(
        {"group": shown.group, "name_": shown["name"], "gross": shown.real_income_change_pct,
         "net": shown.net_gain_pct}
    )  # fmt: skip
    twin = tables.table(
        "net-twin",
        "Gain before and after cost, as drawn",
        [tables.column(shown[c], "countries", c)
         for c in ("name", "real_income_change_usd", "annual_cost_usd", "net_gain_usd",
                   "net_gain_pct")],
    )  # fmt: skip
    return charts.figure(
        "net", finding,
        "Circle: gain a year before cost. Diamond: the same less the annuity of capital and "
        "upkeep of the projects on the economy's soil, % of income. Grants and foreign equity "
        "would move the bill elsewhere.",
        _source(appraisal), charts.net_of_cost(data, groups), twin=twin,
    )  # fmt: skip


def regions_figure(appraisal: Appraisal) -> Figure:
    """Shipment times and the cost of time, economy by economy within regions."""
    measures = {
        "shipment_time_change_pct": "Shipment time, %",
        "trade_cost_change_pct": "Cost of time in trade, %",
    }
    rows = appraisal.countries.assign(region=appraisal.countries.region.replace("", "Not assigned"))
    long = pd.concat(
        pd.DataFrame({"region": rows.region, "measure": title, "value": rows[c],
                      "name": rows["name"]})
        for c, title in measures.items()
    ).dropna(subset=["value", "region"])  # fmt: skip
    medians = long.groupby(["region", "measure"], as_index=False, sort=True).agg(
        value=("value", "median"), n=("value", "size")
    )
    # The first measure sets the order of regions, so its rows come first.
    medians = medians.sort_values("measure", key=lambda m: m.map(list(measures.values()).index))
    long = long.assign(
        label=[f"{n}: {words.percent(v)}" for n, v in zip(long.name, long.value, strict=True)]
    )
    medians = medians.assign(
        label=[
            f"{r}, median of {n}: {words.percent(v)}"
            for r, n, v in zip(medians.region, medians.n, medians.value, strict=True)
        ]
    )
    first = medians[medians.measure == measures["shipment_time_change_pct"]]
    best = first.sort_values("value").iloc[0]
    least = first.sort_values("value").iloc[-1]
    finding = (
        f"Shipments speed up most in {best.region} (median {words.percent(float(best.value))}) "
        f"and least in {least.region} ({words.percent(float(least.value))})"
    )
    wide = medians.pivot_table(index="region", columns="measure", values="value", sort=True)
    counts = medians.pivot_table(index="region", columns="measure", values="n", sort=True)
    cells = [tables.text_column("Region", list(wide.index))]
    for title in measures.values():
        if title in wide:
            name = title.removesuffix(", %") + ", median"
            cells.append(tables.number_column(name, "%", wide[title], 2, signed=True))
            cells.append(tables.number_column("Economies", "", counts[title], 0))
    return charts.figure(
        "regions", finding,
        "Each dot is an economy; the bar is the median of its region. Change of the mean over all "
        "partners, %. Left: the network; right: economies in the trade model.",
        _source(appraisal), charts.regions(long, medians),
        twin=tables.table("regions-twin", "Medians by region", cells),
    )  # fmt: skip


def projects_figure(appraisal: Appraisal) -> Figure | None:
    """Gain alone against annual cost."""
    all_rows = appraisal.projects
    both = all_rows[(all_rows.annual_cost_usd > 0) & all_rows.alone_gain_usd.notna()]
    rows = both[both.alone_gain_usd > 1e4]
    if rows.empty:
        return None
    above = int((both.alone_gain_usd > both.annual_cost_usd).sum())
    finding = (
        f"Taken alone, {above} of {len(both)} projects with a published cost "
        f"{'earns' if above == 1 else 'earn'} the world more than they cost a year"
    )
    data = pd.DataFrame(
        {
            "cost": rows.annual_cost_usd / 1e6,
            "gain": rows.alone_gain_usd / 1e6,
            "mode": rows["mode"].map(words.label),
            "name": rows["name"],
            "label": [
                f"{n}: gain {words.usd(g)}, cost {words.usd(c)} a year"
                for n, g, c in zip(
                    rows["name"], rows.alone_gain_usd, rows.annual_cost_usd, strict=True
                )
            ],
        }
    )
    left_out = [
        (len(both) - len(rows), "with a gain alone below 0.01 million USD a year, or a loss"),
        (int((~(all_rows.annual_cost_usd > 0)).sum()), "without a published cost"),
    ]
    note = "; ".join(f"{words.count(n, 'project')} {why}" for n, why in left_out if n)
    labels = _extremes(data)
    order = ["rail", "road", "port", "dryport", "water", "border", "air"]
    modes = [m for m in order if m in set(rows["mode"])]
    return charts.figure(
        "scatter", finding,
        "First-order gain of the world if this project alone is added to the earlier network, "
        "against the annuity of its capital cost and upkeep. Above the dashed line gain exceeds "
        "cost. Both axes are logarithmic.",
        "beltroad, this run; costs as published (table below).",
        charts.scatter(data, labels, modes),
        note=f"Not drawn: {note}." if note else "", twin_link="projects",
    )  # fmt: skip


def _extremes(data: pd.DataFrame) -> pd.DataFrame:
    """The points worth naming: far from the middle, with room for a name at their right."""
    x, y = (_unit(np.log10(data[c].to_numpy(float))) for c in ("cost", "gain"))
    short = [n if len(n) <= 34 else n[:33].rstrip() + "…" for n in data["name"]]
    wish = np.argsort(-np.abs(y - y.mean()) - 0.6 * np.abs(x - x.mean()), kind="stable")
    boxes: list[tuple[float, float, float, float]] = []
    chosen: list[int] = []
    for i in wish.tolist():
        box = (x[i] + 0.012, y[i] - 0.025, x[i] + 0.03 + 0.0092 * len(short[i]), y[i] + 0.025)
        covers = (x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])
        apart = all(box[2] < b[0] or box[0] > b[2] or box[3] < b[1] or box[1] > b[3] for b in boxes)
        if box[2] <= 1.04 and apart and not covers.any():
            boxes.append(box)
            chosen.append(i)
        if len(chosen) == 10:
            break
    return data.assign(short=short).iloc[chosen]


def _unit(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values moved and stretched to 0..1."""
    reach = float(values.max() - values.min()) or 1.0
    return np.asarray((values - values.min()) / reach, np.float64)


def cases_figure(appraisal: Appraisal) -> Figure | None:
    """How the headline moves when one assumption changes."""
    cases, h = ranged(appraisal.sensitivity), appraisal.headlines
    if len(cases) < 2:
        return None
    measures = {
        "world_real_income_pct": ("World real income, %", h.real_income_pct[0]),
        "corridor_real_income_pct": ("Corridor real income, %", h.real_income_pct[1]),
        "world_trade_cost_pct": ("Cost of time in trade, %", h.trade_cost_pct[0]),
    }
    others = cases[cases.case != "central"]
    effect = (others.world_real_income_pct - h.real_income_pct[0]).abs()
    named = others.description.map(words.sentence)
    ranked = others.assign(effect=effect, case_=named).sort_values(
        ["effect", "case"], ascending=[False, True]
    )
    long = pd.concat(
        pd.DataFrame({"case": ranked.case_, "measure": title, "value": ranked[c]})
        for c, (title, _) in measures.items()
    )
    long = long.assign(
        label=[
            f"{c}: {m.removesuffix(', %')} {words.percent(v)}"
            for c, m, v in zip(long.case, long.measure, long.value, strict=True)
        ]
    )
    low, high = cases.world_real_income_pct.min(), cases.world_real_income_pct.max()
    finding = (
        f"World real income changes by {words.percent_range(float(low), float(high))} over "
        f"{len(others)} cases; furthest from the central one: "
        f"“{ranked.case_.iloc[0]}”"
    )
    return charts.figure(
        "cases", finding,
        "One assumption changed at a time; dashed line: the central case. "
        "Corridor: the economies of the published study, China included.",
        "beltroad, this run.", charts.sensitivity(long, dict(measures.values())),
        twin_link="sensitivity",
    )  # fmt: skip
