"""World totals, the sensitivity table, our side of the yardsticks, and the list of assumptions."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.appraisal.cases import STUDY_READING
from beltroad.appraisal.economy import Economy, Outcome, calibrated
from beltroad.appraisal.green import held_change_pct
from beltroad.appraisal.inputs import Inputs
from beltroad.appraisal.levels import mean_value_of_time
from beltroad.appraisal.result import Headlines
from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.schema import NOTHING_PCT, check_frame
from beltroad.appraisal.transport import Transport
from beltroad.infrastructure.parameters import NetworkParameters, parameter_keys

__all__ = ["assumptions", "corridor_economies", "headlines", "ours", "readings", "sensitivity"]

Range = tuple[float, float]


@lru_cache(maxsize=1)
def corridor_economies() -> frozenset[str]:
    """Economies along the corridors: the group of the published study."""
    return frozenset(evidence.load("corridor_economies")["iso3"])


def headlines(
    economy: Economy, central: Outcome, pairs: pd.DataFrame,
    countries: pd.DataFrame, costed: pd.DataFrame, mine: dict[str, Range],
) -> Headlines:  # fmt: skip
    """World totals of the central case."""
    new = costed[costed["new"]]
    model = countries[countries["in_model"]]
    incomes = [income_change(central, group) for group in (None, corridor_economies())]
    cost = [cost_change(central, group) for group in (None, corridor_economies())]
    fixed, switch = ((mine["time_world"][k], mine["time_corridor"][k]) for k in (1, 0))
    return Headlines(
        shipment_time_fixed_pct=fixed,
        shipment_time_switch_pct=switch,
        shipment_time_largest_pct=mine["time_largest"][0],
        trade_cost_pct=(cost[0], cost[1]),
        trade_cost_largest_pct=mine["cost_largest"][0],
        real_income_pct=(incomes[0][0], incomes[1][0]),
        real_income_usd=(incomes[0][1], incomes[1][1]),
        trade_pct=(trade_change(central, None), trade_change(central, corridor_economies())),
        project_cost_usd=float(new["cost_usd"].sum()),
        annual_cost_usd=float(new["annual_cost_usd"].sum()),
        economies_gaining=int((model["real_income_change_pct"] > NOTHING_PCT).sum()),
        economies_losing_after_cost=int(
            ((model["net_gain_usd"] < 0) & (model["annual_cost_usd"] > 0)).sum()
        ),
        freight_kgco2e_pct=held_change_pct(economy, central, pairs),
    )


def income_change(outcome: Outcome, group: frozenset[str] | None) -> Range:
    """Real income change of a group of economies: percent of income, and USD a year."""
    rows = _rows(outcome.countries, group)
    usd = float(rows["real_income_change_usd"].sum())
    return 100 * usd / float(rows["income_usd"].sum()), usd


def trade_change(outcome: Outcome, group: frozenset[str] | None) -> float:
    """Export change of a group, weighted by exports of the accounts' year, percent."""
    rows = _rows(outcome.countries, group)
    return float(
        (rows["exports_change_pct"] * rows["exports_usd"]).sum() / rows["exports_usd"].sum()
    )


def cost_change(outcome: Outcome, group: frozenset[str] | None) -> float:
    """Mean change of the ad valorem cost of time over pairs (one side in the group), percent."""
    return float(_cost_pairs(outcome, group).mean())


def sensitivity(outcomes: list[Outcome]) -> pd.DataFrame:
    """Table ``sensitivity``: the central case and each variation."""
    group = corridor_economies()
    rows = [
        {
            "case": o.case.name,
            "description": o.case.description,
            "in_range": o.case.name != STUDY_READING,
            "world_real_income_pct": income_change(o, None)[0],
            "corridor_real_income_pct": income_change(o, group)[0],
            "world_trade_pct": trade_change(o, None),
            "world_trade_cost_pct": cost_change(o, None),
        }
        for o in outcomes
    ]
    return check_frame(pd.DataFrame(rows), "sensitivity")


def ours(
    inputs: Inputs, transport: Transport, economy: Economy, outcomes: list[Outcome],
    pairs: pd.DataFrame, countries: pd.DataFrame, projects: pd.DataFrame,
    poverty: pd.DataFrame | None = None,
) -> dict[str, Range]:  # fmt: skip
    """Our low and high value for each yardstick, by name; (low, high) in the yardstick's unit.

    Without the table ``poverty``, or a line in it, people lifted are not known.
    """
    central, group = outcomes[0], corridor_economies()
    ranged = [o for o in outcomes if o.case.name != STUDY_READING]
    inside = pairs["exporter"].isin(group) & pairs["importer"].isin(group)
    fastest = pairs["shipment_time_change_pct"]
    kept = _kept_modes(economy, central, pairs)
    income = [income_change(o, None)[0] for o in ranged]
    of_group = [income_change(o, group)[0] for o in ranged]
    trades = [trade_change(o, None) for o in ranged]
    group_trades = [trade_change(o, group) for o in ranged]
    costs = [cost_change(o, None) for o in ranged]
    group_costs = [cost_change(o, group) for o in ranged]
    largest = countries["real_income_change_pct"].max()
    abroad = countries.loc[countries["iso3"] != "CHN", "project_cost_usd"].sum()
    known = projects["gain_to_cost"].dropna()
    calibration = calibrated(central.case)
    values = [mean_value_of_time(calibration, "low"), mean_value_of_time(calibration, "high")]
    out: dict[str, Range] = {
        "time_world": (fastest.mean(), kept.mean()),
        "time_corridor": (fastest[inside].mean(), kept[inside].mean()),
        "time_largest": (_largest_corridor(inputs, pairs, fastest),) * 2,
        "cost_world": (min(costs), max(costs)),
        "cost_corridor": (min(group_costs), max(group_costs)),
        "cost_largest": (_largest_corridor(inputs, central.cost, central.cost["cost_change_pct"]),)
        * 2,
        "income_world": (min(income), max(income)),
        "income_corridor": (min(of_group), max(of_group)),
        "income_largest": (largest, largest),
        "trade_world": (min(trades), max(trades)),
        "trade_corridor": (min(group_trades), max(group_trades)),
        "lifted_extreme": _lifted(poverty, "1.90@2011"),
        "lifted_moderate": _lifted(poverty, "3.20@2011"),
        "project_cost": (abroad, abroad),
        "gaining_share": ((known > 1).mean(),) * 2 if len(known) else (np.nan, np.nan),
        "value_of_time": (values[0], values[1]),
    }
    out |= _transits(inputs, transport, economy)
    return {k: tuple(sorted((float(a), float(b)))) for k, (a, b) in out.items()}  # type: ignore[misc]


def _lifted(poverty: pd.DataFrame | None, line: str) -> Range:
    """People lifted over a line in the world, at low and high pass-through."""
    rows = None if poverty is None else poverty[poverty["line"] == line]
    if rows is None or rows.empty:
        return np.nan, np.nan
    world = rows.iloc[0]  # the sum comes first
    return float(world["people_lifted_low"]), float(world["people_lifted_high"])


def readings(outcomes: list[Outcome]) -> dict[str, float]:
    """Ours if the study is read literally (the case of that name), by yardstick name; percent."""
    found = [o for o in outcomes if o.case.name == STUDY_READING]
    if not found:
        return {}
    group = corridor_economies()
    return {
        "income_world": income_change(found[0], None)[0],
        "income_corridor": income_change(found[0], group)[0],
        "income_largest": float(found[0].countries["real_income_change_pct"].max()),
        "trade_world": trade_change(found[0], None),
        "trade_corridor": trade_change(found[0], group),
    }


def assumptions(scenario: Scenario, parameters: NetworkParameters) -> pd.DataFrame:
    """Every parameter of the run with its range, source and confidence."""
    table = evidence.load("network_parameters")
    key = pd.Series(parameter_keys(table))
    used = key.map(parameters.values)
    changed = used != table["value"]
    network = pd.DataFrame(
        {
            "parameter": key,
            "value": used,
            "low": table["low"],
            "high": table["high"],
            "unit": table["unit"],
            "source": np.where(changed, "set by the scenario", table["source_title"]),
            "confidence": np.where(changed, "scenario", table["confidence"]),
            "note": table["note"],
        }
    )
    per_day = evidence.load("value_of_time").drop_duplicates("time_class")
    time = pd.DataFrame(
        {
            "parameter": "value_of_time." + per_day["time_class"],
            "value": per_day["per_day_ad_valorem"],
            "low": per_day["per_day_ad_valorem_low"],
            "high": per_day["per_day_ad_valorem_high"],
            "unit": "share of value per day",
            "source": per_day["source"],
            "confidence": per_day["confidence"],
            "note": f"level used: {scenario.parameters.value_of_time}",
        }
    )
    industries = evidence.load("icio_industries")
    theta = pd.DataFrame(
        [
            {
                "parameter": "trade_elasticity.uniform",
                "value": industries["theta_uniform"].iloc[0],
                "low": industries["theta_uniform_low"].min(),
                "high": industries["theta_uniform_high"].max(),
                "unit": "1",
                "source": industries["source"].iloc[0],
                "confidence": industries["confidence"].iloc[0],
                "note": f"set used: {scenario.parameters.elasticities}",
            }
        ]
    )
    return pd.concat([network, time, theta], ignore_index=True)


def _largest_corridor(inputs: Inputs, pairs: pd.DataFrame, change: pd.Series) -> float:
    """Largest mean change among pairs of economies on one corridor, percent."""
    named = inputs.countries.set_index("iso3")["corridor"].fillna("").str.split(";")
    corridors = sorted({c for listed in named for c in listed if c})
    means = []
    for corridor in corridors:
        on = {iso3 for iso3, listed in named.items() if corridor in listed}
        rows = pairs["exporter"].isin(on) & pairs["importer"].isin(on)
        if rows.any():
            means.append(float(change[rows].mean()))
    return min(means) if means else float("nan")


def _rows(table: pd.DataFrame, group: frozenset[str] | None) -> pd.DataFrame:
    return table if group is None else table[table.index.isin(group)]


def _cost_pairs(outcome: Outcome, group: frozenset[str] | None) -> pd.Series:
    table = outcome.cost
    change = table["cost_change_pct"].dropna()
    if group is None:
        return change
    return change[table["exporter"].isin(group) & table["importer"].isin(group)]


def _kept_modes(economy: Economy, central: Outcome, pairs: pd.DataFrame) -> pd.Series:
    """Change of days at the accounts' mode shares, by row of ``pairs``, percent."""
    measure, kept = economy.measure(central.case), replace(central.case, switch=False)
    days = [measure.levels(state, kept).days for state in ("before", "after")]
    place = {c: k for k, c in enumerate(economy.weights.countries)}
    a = pairs["exporter"].map(place).to_numpy()
    b = pairs["importer"].map(place).to_numpy()
    with np.errstate(invalid="ignore"):
        change = 100 * (days[1][a, b] / days[0][a, b] - 1)
    return pd.Series(change, index=pairs.index)


# Named relations whose modelled door-to-door days stand beside published ones: mode, from, to.
TRANSITS = {
    "days_china_europe_rail": [("land", "Chongqing", "Duisburg"), ("land", "Xi'an", "Hamburg"),
                               ("land", "Yiwu", "Warsaw")],
    "days_xian_duisburg": [("land", "Xi'an", "Duisburg")],
    "days_chongqing_duisburg": [("land", "Chongqing", "Duisburg")],
    "days_kunming_bangkok": [("land", "Kunming", "Bangkok")],
    "days_shanghai_rotterdam": [("sea", "Shanghai", "Rotterdam")],
}  # fmt: skip


def _transits(inputs: Inputs, transport: Transport, economy: Economy) -> dict[str, Range]:
    """Modelled days of named relations in the later state."""
    names = inputs.cities.set_index("city_id")["ascii_name"].reindex(transport.city_ids)
    place = {name: k for k, name in enumerate(names)}
    out: dict[str, Range] = {}
    for key, relations in TRANSITS.items():
        days = [
            float(getattr(economy.ways.after, mode)[0][place[a], place[b]]) / 24
            for mode, a, b in relations
            if a in place and b in place
        ]
        if days:
            out[key] = (min(days), max(days))
    return out
