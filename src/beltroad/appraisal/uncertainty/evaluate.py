"""One draw: levels, iceberg costs, two equilibria from the central ones, costs, head counts."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import finance, people, trade
from beltroad.appraisal.uncertainty.problem import Problem
from beltroad.infrastructure.shipments.modes import ModeChoice

__all__ = ["SCALARS", "Answer", "Evaluator"]

Array = NDArray[np.float64]
COMPARED = ("before", "after")
#: Headline figures of a draw, with unit and title. Real income, trade and head counts are those
#: of the trade model: all projects open and are used as planned. Delay and benefits act on what
#: is compared with cost, from the gain delivered on.
SCALARS: dict[str, tuple[str, str]] = {
    "world_real_income_pct": ("%", "Real income, world"),
    "corridor_real_income_pct": ("%", "Real income, corridor economies"),
    "world_real_income_usd": ("USD/a", "Real income a year, world"),
    "corridor_real_income_usd": ("USD/a", "Real income a year, corridor economies"),
    "world_trade_pct": ("%", "Trade, world"),
    "corridor_trade_pct": ("%", "Trade, corridor economies"),
    "world_trade_cost_pct": ("%", "Trade cost of time, world"),
    "corridor_trade_cost_pct": ("%", "Trade cost of time, corridor economies"),
    "project_cost_usd": ("USD", "Cost of the projects"),
    "annual_cost_usd": ("USD/a", "Cost of the projects a year"),
    "gain_delivered_usd": ("USD/a", "Gain a year with delay and benefits as drawn, world"),
    "net_gain_usd": ("USD/a", "Gain with delay and benefits as drawn, less cost a year, world"),
    "gain_to_cost": ("1", "Gain with delay and benefits as drawn, over cost"),
    "economies_losing_after_cost": ("1", "Economies worse off after paying for what lies in them"),
    "lifted_extreme": ("persons", "Lifted out of extreme poverty"),
    "lifted_moderate": ("persons", "Lifted out of moderate poverty"),
}


@dataclass(frozen=True)
class Answer:
    """What a draw says: ``scalars`` in the order of :data:`SCALARS`, and by economy.

    ``income_pct`` change of real income, ``cost_usd`` yearly cost of what lies there.
    """

    scalars: Array
    income_pct: Array
    cost_usd: Array


@dataclass(frozen=True)
class _Trade:
    """The part of an answer that the equilibria decide."""

    income_pct: Array
    exports_pct: Array
    cost_pct: tuple[float, float]


class Evaluator:
    """Evaluates draws of a problem; remembers the last few equilibria.

    Draws that differ only in costs have the same equilibria, and the central draw is known.
    """

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.solves = 0
        self._place = {name: k for k, name in enumerate(problem.names)}
        c = problem.calibration
        self._theta = np.array([self._place[name] for name in problem.theta_of])
        self._timed = np.array([self._place.get(name, -1) for name in problem.time_of])
        border = ~np.eye(len(c.economies), dtype=bool)
        self._border = border
        traded = (c.trade_usd * border).sum(axis=(1, 2)) * c.goods
        self._goods_weight = traded / traded.sum()
        self._exports = (c.trade_usd * border).sum(axis=(0, 1))
        goods = c.trade_usd[c.goods].sum(axis=0)
        self._goods_pairs = goods * border > 0
        self._delay, self._benefit = (
            np.array([self._place[name] for name in names], dtype=int)
            for names in (problem.bills.delay, problem.bills.benefit)
        )
        self._recent: OrderedDict[bytes, _Trade] = OrderedDict()
        self._levels: OrderedDict[tuple[float, ...], dict[str, Array]] = OrderedDict()
        self._start: dict[str, trade.Equilibrium] = {}
        self._centre = self._equilibria(problem.central)

    def __call__(self, values: Array) -> Answer:
        """Evaluate the values of all inputs, in their order."""
        p = self.problem
        found = self._equilibria(values)
        income = p.calibration.income
        gain = found.income_pct / 100.0 * income
        capital, annual = self._costs(values)
        by_economy = annual @ p.bills.host
        total, cost = float(gain.sum()), float(annual.sum())
        share = self.delivered(values)
        delivered = total * share
        lifted = self._lifted(values, found.income_pct)
        group = p.corridor
        scalars = [
            100.0 * total / float(income.sum()),
            100.0 * float(gain[group].sum()) / float(income[group].sum()),
            total,
            float(gain[group].sum()),
            _weighted(found.exports_pct, self._exports),
            _weighted(found.exports_pct[group], self._exports[group]),
            *found.cost_pct,
            float(capital.sum()),
            cost,
            delivered,
            delivered - cost,
            delivered / cost if cost > 0 else np.nan,
            float(((gain * share - by_economy < 0) & (by_economy > 0)).sum()),
            *lifted,
        ]
        return Answer(np.array(scalars), found.income_pct, by_economy)

    def _value(self, values: Array, name: str) -> float:
        return float(values[self._place[name]])

    def delivered(self, values: Array) -> float:
        """Share of the gain that is worth having after delay and with the benefits that come.

        Projects count by their weights; a year late costs a year of discounting. Exactly 1 at
        the central values.
        """
        bills = self.problem.bills
        rate = self._value(values, "discount_rate")
        worth = values[self._benefit] * (1.0 + rate) ** -values[self._delay]
        return 1.0 + float(bills.weight @ (worth - 1.0))

    def per_day(self, values: Array) -> Array:
        """Value of a day by industry, share of value."""
        return np.where(self._timed >= 0, values[self._timed], 0.0)

    def _equilibria(self, values: Array) -> _Trade:
        theta, per_day = values[self._theta], self.per_day(values)
        value = self._value(values, "cargo_value_usd_per_teu") * float(
            (self._goods_weight * per_day).sum()
        )
        ways = (
            value,
            *(
                self._value(values, name)
                for name in (
                    "mode_sensitivity", "mode_land_handicap_per_day", "transit_days.land",
                    "transit_days.sea",
                )
            ),
        )  # fmt: skip
        key = np.concatenate([theta, per_day, ways]).tobytes()
        if key not in self._recent:
            self._recent[key] = self._solve(theta, per_day, self._days(ways))
            while len(self._recent) > 8:
                # The first stays: it is the central one.
                del self._recent[list(self._recent)[1]]
        return self._recent[key]

    def _days(self, ways: tuple[float, ...]) -> dict[str, Array]:
        """Days that shippers reckon with in each state, [importer, exporter] of the model."""
        if ways in self._levels:
            return self._levels[ways]
        value, sensitivity, handicap, land, sea = ways
        out = self.problem.cities.mean_days(
            ModeChoice(sensitivity, handicap), value, {"land": land, "sea": sea}
        )
        self._levels[ways] = out
        while len(self._levels) > 3:
            self._levels.popitem(last=False)
        return out

    def _solve(self, theta: Array, per_day: Array, days: dict[str, Array]) -> _Trade:
        p, c = self.problem, self.problem.calibration
        own = np.arange(len(c.economies))
        solved: dict[str, trade.Equilibrium] = {}
        for state in COMPARED:
            change = trade.iceberg_change(days["economy"], days[state], per_day)
            if not p.domestic:
                change[:, own, own] = 1.0
            if state in p.factors:
                change = change * p.factors[state]
            start = self._start.get(state, solved.get("before"))
            solved[state] = trade.solve(
                c, change, theta=theta, start=start, **p.levers.get(state, {})
            )
        if not self._start:
            self._start = dict(solved)
        self.solves += 1
        real = {s: _real_income(c, e) for s, e in solved.items()}
        exports = {
            s: (e.trade_usd.sum(axis=0) * self._border).sum(axis=0) for s, e in solved.items()
        }
        old, new = days["before"], days["after"]
        known = self._goods_pairs & (old > 0)
        change_pct = 100.0 * (new / np.where(known, old, 1.0) - 1.0)
        inside = known & p.corridor[:, None] & p.corridor
        cost = tuple(float(change_pct[k].mean()) if k.any() else np.nan for k in (known, inside))
        return _Trade(
            100.0 * (real["after"] / real["before"] - 1.0),
            100.0 * (exports["after"] / exports["before"] - 1.0),
            (cost[0], cost[1]),
        )

    def _costs(self, values: Array) -> tuple[Array, Array]:
        """Capital and yearly cost of each new project, USD."""
        bills = self.problem.bills
        overrun = np.array([self._value(values, name) for name in bills.overrun])
        life = np.array([self._value(values, name) for name in bills.life])
        capital = bills.cost_usd * overrun
        rate, upkeep = (
            self._value(values, name) for name in ("discount_rate", "maintenance_share")
        )
        return capital, finance.annual_cost(capital, rate, life, upkeep)

    def _lifted(self, values: Array, income_pct: Array) -> list[float]:
        """People lifted above each line."""
        figures = self.problem.poverty
        change = pd.Series(income_pct / 100.0, index=list(self.problem.calibration.economies))
        found = people.poverty_change(
            figures, change[change.index.isin(figures["iso3"])], lines=self.problem.lines,
            pass_through=self._value(values, "pass_through"),
        )  # fmt: skip
        lifted = found.groupby("line_usd")["people_lifted"].sum()
        return [float(lifted.get(line, np.nan)) for line in self.problem.lines]


def _real_income(c: trade.Calibration, e: trade.Equilibrium) -> Array:
    """Real income by economy, 1 in the accounts."""
    price = np.exp((c.alpha * e.ln_price).sum(axis=1))
    return np.asarray(e.income / c.income / price)


def _weighted(change: Array, weight: Array) -> float:
    return float((change * weight).sum() / weight.sum())
