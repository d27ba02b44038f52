"""The few figures on the first page, each in a sentence, costs as plainly as gains."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from beltroad.appraisal.report import words
from beltroad.appraisal.result import Appraisal

__all__ = ["Card", "cards", "range_note", "ranged", "state"]


@dataclass(frozen=True)
class Card:
    """One headline: the figure, what it is, its range, and what else must be known."""

    figure: str
    what: str
    range: str
    more: str
    kind: str = ""


def state(value: int | str) -> str:
    """A network state in words."""
    named = {"today": "the network of today", "complete": "the complete network"}
    return named.get(str(value), f"the network of {value}")


def cards(appraisal: Appraisal) -> list[Card]:
    """Six headlines: income, times, costs of trade, trade, what it costs, who loses."""
    h, cases = appraisal.headlines, ranged(appraisal.sensitivity)
    world, corridor = h.real_income_pct
    return [
        Card(
            words.percent(world),
            "world real income, before paying for the projects",
            _cases(cases, "world_real_income_pct"),
            f"{words.usd(h.real_income_usd[0], signed=True)} a year. Economies along the "
            f"corridors: {words.percent(corridor)} "
            f"({words.usd(h.real_income_usd[1], signed=True)} a year"
            f"{_within(cases, 'corridor_real_income_pct')}).",
        ),
        Card(
            words.percent(h.shipment_time_switch_pct[0]),
            "shipment time between economies, if shippers may change mode",
            f"{words.percent(h.shipment_time_fixed_pct[0])} if they keep the mode of today",
            "Among economies along the corridors: "
            f"{words.percent(h.shipment_time_fixed_pct[1])} to "
            f"{words.percent(h.shipment_time_switch_pct[1])}. Largest mean fall on one corridor: "
            f"{words.percent(h.shipment_time_largest_pct)}.",
        ),
        Card(
            words.percent(h.trade_cost_pct[0]),
            "cost of time in trade, mean over pairs of economies",
            _cases(cases, "world_trade_cost_pct"),
            "Among economies along the corridors: "
            f"{words.percent(h.trade_cost_pct[1])}. Largest mean fall "
            f"on one corridor: {words.percent(h.trade_cost_largest_pct)}.",
        ),
        Card(
            words.percent(h.trade_pct[0]),
            "world trade",
            _cases(cases, "world_trade_pct"),
            f"Economies along the corridors: {words.percent(h.trade_pct[1])}. Emissions of the "
            f"freight itself: {words.percent(h.freight_kgco2e_pct)}.",
        ),
        _price(appraisal),
        _losers(appraisal),
    ]


def _price(appraisal: Appraisal) -> Card:
    h, countries = appraisal.headlines, appraisal.countries
    outside = countries[~countries.in_model.astype(bool) & (countries.annual_cost_usd > 0)]
    more = f"That is {words.usd(h.annual_cost_usd)} a year for capital and upkeep"
    if h.real_income_usd[0] > 0:
        share = 100 * h.annual_cost_usd / h.real_income_usd[0]
        more += f", {share:,.0f}% of the world's gain"
    more += ". In this account the economy that hosts a project pays for it."
    if len(outside):
        more += (
            f" {words.usd(float(outside.annual_cost_usd.sum()))} a year falls on "
            f"{words.count(len(outside), 'economy', 'economies')} outside the trade model, "
            "whose own gain is not computed."
        )
    return Card(
        words.usd(h.project_cost_usd),
        "to build the projects compared, at published cost",
        f"{words.usd(float(countries.project_cost_p80_usd.sum()))} with the overrun that four in "
        "five comparable projects stay below",
        more,
        "cost",
    )


def _losers(appraisal: Appraisal) -> Card:
    h, countries = appraisal.headlines, appraisal.countries
    known = countries[countries.net_gain_usd.notna()]
    worst = known[known.net_gain_usd < 0].sort_values("net_gain_pct")
    inside = int(countries.real_income_change_pct.notna().sum())
    more = words.sentence(words.share(h.economies_gaining, inside))
    more += " modelled economies gain before cost."
    if len(worst):
        named = [
            f"{n} ({words.percent(p)} of income)"
            for n, p in zip(worst["name"].head(3), worst.net_gain_pct.head(3), strict=True)
        ]
        more += f" The largest losses after cost, against income: {words.listing(named)}."
    return Card(
        f"{h.economies_losing_after_cost} of {inside}",
        "modelled economies are worse off after paying for the projects on their soil",
        _poverty(appraisal),
        more,
        "cost",
    )


def _poverty(appraisal: Appraisal) -> str:
    """People at the lowest line that the scenario asks for, in its year; else nothing."""
    if "poverty" not in appraisal.more:
        return ""
    world = appraisal.more["poverty"].iloc[0]  # the sum at the first line comes first
    low, high = sorted((world["people_lifted_low"], world["people_lifted_high"]), key=abs)
    if abs(high) < 1:
        return ""
    word = "fewer" if high > 0 else "more"
    amounts = list(dict.fromkeys(words.amount(abs(v)) for v in (low, high)))
    return (
        f"{' to '.join(amounts)} people {word} below {world['line_usd']:.2f} USD a day in "
        f"{world['year']:.0f}, before cost"
    )


def ranged(cases: pd.DataFrame) -> pd.DataFrame:
    """The cases that count in ranges."""
    return cases[cases["in_range"].astype(bool)]


def range_note(cases: pd.DataFrame) -> str:
    """What the ranges are, and are not."""
    cases = ranged(cases)
    if len(cases) < 2:
        return "Sensitivity cases were not run, so no ranges are given."
    return (
        f"Ranges run from the lowest to the highest of {len(cases)} cases in which one assumption "
        "at a time is changed (section 7). They are not confidence intervals."
    )


def _cases(cases: pd.DataFrame, column: str) -> str:
    if len(cases) < 2:
        return ""
    values = cases[column].to_numpy(np.float64)
    return f"{words.percent_range(float(values.min()), float(values.max()))} in the cases tried"


def _within(cases: pd.DataFrame, column: str) -> str:
    if len(cases) < 2:
        return ""
    values = cases[column].to_numpy(np.float64)
    return f"; {words.percent_range(float(values.min()), float(values.max()))} in the cases"
