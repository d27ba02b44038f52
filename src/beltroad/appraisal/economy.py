"""The economic stage: iceberg costs from levels, equilibria, one state against the other.

The accounts belong to one state of the network. Both states that are compared are
counterfactuals of it, and the result is the one against the other.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from beltroad import trade
from beltroad.appraisal.cache import digest_of
from beltroad.appraisal.levels import (
    STATES,
    Case,
    Comparison,
    Levels,
    Measure,
    days_of,
    mean_value_of_time,
)
from beltroad.appraisal.levers_part import levers_of
from beltroad.appraisal.schema import check_dataset
from beltroad.appraisal.transport import Transport
from beltroad.infrastructure.shipments.modes import ModeChoice, effective_days
from beltroad.infrastructure.shipments.pairs import PairWeights
from beltroad.trade.levers import Applied, Lever, apply

__all__ = ["Economy", "Outcome", "calibrated", "economy_of"]

Array = NDArray[np.float64]
Solved = dict[str, trade.Equilibrium]


@dataclass(frozen=True)
class Outcome:
    """What a case says: the later state against the earlier one.

    ``countries`` is indexed by ISO code; ``days`` is the dataset ``access``; ``cost`` one row a
    pair with the ad valorem cost of time (and of freight money, where it counts) in both states;
    ``bilateral`` the change of trade by pair; ``residuals`` of each equilibrium by state;
    ``solved`` the equilibria themselves, where they were asked to be kept.
    """

    case: Case
    countries: pd.DataFrame
    days: xr.Dataset
    cost: pd.DataFrame
    bilateral: pd.DataFrame
    residuals: dict[str, dict[str, float]]
    solved: dict[str, trade.Equilibrium] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class _First:
    """What the gains of single projects start from.

    ``days`` by pair of economies and ``city_days`` by pair of cities in the earlier state;
    ``worth_usd`` the world's gain from a fall of each iceberg cost, USD a year per unit of ln
    cost ``[industry, importer, exporter]``.
    """

    days: Array
    city_days: Array
    worth_usd: Array


class Economy:
    """The calibrated model joined to cities; evaluates cases and single changes of hours.

    ``by_cost`` gives the comparison routed by money and time, when a case asks for it;
    ``levers`` are the policies of the later state.
    """

    def __init__(
        self, city_country: NDArray[np.str_], population: Array, choice: ModeChoice,
        cargo_value_usd: float, ways: Comparison, by_cost: Callable[[float], Comparison],
        levers: Sequence[Lever] = (),
    ) -> None:  # fmt: skip
        self.choice, self.cargo_value_usd = choice, cargo_value_usd
        self.levers = tuple(levers)
        self.ways, self._by_cost = ways, by_cost
        reachable = np.logical_and.reduce([np.isfinite(ways.of(s).hours) for s in STATES])
        self.weights = PairWeights(city_country, population, reachable)
        self._measures: dict[tuple[str, bool], Measure] = {}
        self._first: dict[Case, _First] = {}
        self._earlier: dict[Case, trade.Equilibrium] = {}
        self._lock = threading.Lock()

    def measure(self, case: Case) -> Measure:
        """Levels for the case's value of time and metric; built once."""
        key = (case.value_of_time, case.money)
        if key not in self._measures:
            # Elasticities do not enter: every case has the trade flows of the accounts.
            share = mean_value_of_time(calibrated(case), case.value_of_time)
            value = self.cargo_value_usd * share
            ways = self._by_cost(value) if case.money else self.ways
            self._measures[key] = Measure(
                ways, self.weights, self.choice, self.cargo_value_usd, value
            )
        return self._measures[key]

    def for_model(self, calibration: trade.Calibration, pairs: Array) -> Array:
        """Pair values as [importer, exporter] in the model's order; 0 where there is no way.

        Economies of the model that are not on the network, such as the rest of the world, have
        no way.
        """
        place = pd.Index(self.weights.countries).get_indexer(pd.Index(calibration.economies))
        known = pairs[np.ix_(place, place)].T
        there = np.isfinite(known) & (place >= 0)[:, None] & (place >= 0)
        return np.where(there, known, 0.0)

    def evaluate(self, case: Case, *, keep: bool = False) -> Outcome:
        """Solve both counterfactuals of a case and set one against the other.

        ``keep`` keeps the equilibria, some 100 MB, for :meth:`billed` and for the gains
        of single projects.
        """
        calibration, measure = calibrated(case), self.measure(case)
        levels = {state: measure.levels(state, case) for state in STATES}
        solved: Solved = {}
        for state in ("before", "after"):
            change = self.iceberg_change(calibration, case, levels["economy"], levels[state])
            tariff = None
            if state == "after" and self.levers:
                policy = self.policy(case)
                change, tariff = change * policy.cost_change, policy.tariff
            solved[state] = trade.solve(
                calibration, change, tariff=tariff, start=solved.get("before")
            )
        if keep:
            self._earlier[case] = solved["before"]
        labels = {"exporter": self.weights.countries, "importer": self.weights.countries}
        access = xr.Dataset(
            {f"days_{k}": (("exporter", "importer"), v.days) for k, v in levels.items()}, labels
        )
        return Outcome(
            case=case,
            countries=_compare(calibration, solved),
            days=check_dataset(access, "access"),
            cost=self._cost(calibration, case, levels),
            bilateral=_bilateral(calibration, solved),
            residuals={k: _residuals(e) for k, e in solved.items()},
            solved=solved if keep else {},
        )

    def policy(self, case: Case) -> Applied:
        """What the policy levers amount to in the later state, and the account of each."""
        calibration = calibrated(case)
        days = self.for_model(calibration, self.measure(case).levels("after", case).days)
        return apply(self.levers, calibration, value_of_time_level=case.value_of_time, days=days)

    def billed(self, outcome: Outcome, bill: trade.Bill) -> pd.DataFrame:
        """The same comparison with a bill in the later state: one row an economy of the model.

        Needs an outcome with its equilibria. Columns ``real_income_change_pct``,
        ``real_income_change_usd`` (a year), ``paid_usd``, ``received_usd`` (a year).
        """
        calibration = calibrated(outcome.case)
        before, after = outcome.solved["before"], outcome.solved["after"]
        paid = trade.solve(
            calibration, after.cost_change, tariff=after.tariff, bill=bill, start=after
        )
        out = _compare(calibration, {"before": before, "after": paid})
        out = out[["real_income_change_pct", "real_income_change_usd"]].copy()
        out["paid_usd"], out["received_usd"] = paid.bill_paid, paid.bill_received
        return out

    def first_order_gain_usd(self, case: Case, hours: NDArray[np.float32]) -> float:
        """World gain of replacing the earlier state's hours by these, to first order, USD/a.

        The derivative of the equilibrium in iceberg costs at the earlier state times their
        change, without a new equilibrium. Without tariffs it is the value of trade times the
        fall of its cost (Hulten 1978). ``hours`` has shape (2, cities, cities). Time alone
        counts.
        """
        calibration, split = calibrated(case), self.measure(case).split
        first = self._at_first(case)
        old = self.ways.before
        moved = np.nonzero((hours[0] != old.land[0]) | (hours[1] != old.sea[0]))
        days = {"land": hours[0][moved] / 24.0, "sea": hours[1][moved] / 24.0}
        saved = effective_days(split.at_pairs(moved), days, switch=case.switch)
        saved -= first.city_days[moved]
        now = first.days + self.weights.mean_at(moved, saved)
        at, change = self._iceberg_of_moved(calibration, case, first.days, now)
        return float(-(first.worth_usd[:, at[0], at[1]] * np.log(change)).sum())

    def _at_first(self, case: Case) -> _First:
        """What gains of single projects start from; worked out once, whichever thread asks."""
        with self._lock:
            if case not in self._first:
                calibration, measure = calibrated(case), self.measure(case)
                city_days = effective_days(
                    measure.split, days_of(self.ways.before), switch=case.switch
                )
                solved = self._earlier.get(case)
                if solved is None:
                    levels = [measure.levels(state, case) for state in ("economy", "before")]
                    change = self.iceberg_change(calibration, case, *levels)
                    solved = trade.solve(calibration, change)
                worth = -trade.gradient(calibration, solved).ln_iceberg
                self._first[case] = _First(self.weights.mean(city_days), city_days, worth)
            return self._first[case]

    def _iceberg_of_moved(
        self, calibration: trade.Calibration, case: Case, before: Array, now: Array
    ) -> tuple[tuple[NDArray[np.intp], ...], Array]:
        """Pairs (importer, exporter) whose days moved, and the change of each, (industry, pair).

        As :meth:`iceberg_change` has it where time alone counts; all other pairs have 1 there.
        Few projects touch more than a few pairs, out of thirty thousand in fifty industries.
        """
        old, new = (self.for_model(calibration, days) for days in (before, now))
        touched = old != new
        if not case.domestic:
            np.fill_diagonal(touched, False)
        at = np.nonzero(touched)
        per_day = trade.value_of_time(calibration.industries, case.value_of_time)[:, None]
        if case.proportional:
            ratio = np.divide(new[at], old[at], out=np.ones(len(at[0])), where=old[at] > 0)
            return at, np.where(per_day > 0, ratio, 1.0)
        return at, (1.0 + per_day * new[at]) / (1.0 + per_day * old[at])

    def basis(self, case: Case) -> str:
        """Digest of all that first-order gains rest on besides the hours and the tables.

        Told from content, not from how it came about: a new project in the later state leaves
        the gains of all others known.
        """
        split = self.measure(case).split
        arrays = [split.mu, split.kappa, self.weights.reachable]
        arrays += [part[mode] for part in (split.days, split.usd) for mode in ("land", "sea")]
        return digest_of(split.value, *arrays)

    def iceberg_change(
        self, calibration: trade.Calibration, case: Case, base: Levels, new: Levels
    ) -> Array:
        """Iceberg change [industry, importer, exporter] from one pair of levels to another."""
        per_day = trade.value_of_time(calibration.industries, case.value_of_time)
        days = [self.for_model(calibration, level.days) for level in (base, new)]
        if case.proportional:
            ratio = np.divide(days[1], days[0], out=np.ones_like(days[0]), where=days[0] > 0)
            change = np.where((per_day > 0)[:, None, None], ratio, 1.0)
        else:
            money = [self.for_model(calibration, level.money) for level in (base, new)]
            change = trade.iceberg_change(
                days[0], days[1], per_day, money_before=money[0], money_after=money[1]
            )
        if not case.domestic:
            own = np.arange(len(calibration.economies))
            change[:, own, own] = 1.0
        dims = ("industry", "importer", "exporter")
        labels = dict(
            zip(dims, (calibration.industries, *(calibration.economies,) * 2), strict=True)
        )
        check_dataset(
            xr.Dataset({"iceberg_change": (dims, change)}, {k: list(v) for k, v in labels.items()}),
            "costs",
        )
        return np.asarray(change)

    def _cost(
        self, calibration: trade.Calibration, case: Case, levels: dict[str, Levels]
    ) -> pd.DataFrame:
        """Ad valorem cost by pair in both states, percent of value, and its change in percent."""
        per_day = trade.value_of_time(calibration.industries, case.value_of_time)
        days = [self.for_model(calibration, levels[k].days) for k in ("before", "after")]
        table = trade.ad_valorem_cost_pct(calibration, days[0], days[1], per_day)
        place = {code: k for k, code in enumerate(calibration.economies)}
        at = (table["importer"].map(place).to_numpy(), table["exporter"].map(place).to_numpy())
        out = table[["exporter", "importer"]].copy()
        for state in ("before", "after"):
            money = self.for_model(calibration, levels[state].money)[at]
            out[f"cost_{state}_pct"] = table[f"time_cost_{state}_pct"] + 100 * money
        old = out["cost_before_pct"].where(out["cost_before_pct"] > 0)
        out["cost_change_pct"] = 100 * (out["cost_after_pct"] / old - 1)
        return out


def economy_of(transport: Transport) -> Economy:
    """The economic stage on the states of a transport stage, with its scenario's levers."""
    inputs, p = transport.inputs, transport.inputs.pricing.parameters
    ways = Comparison(*(transport.state(role) for role in STATES))
    return Economy(
        inputs.city_country(transport.city_ids),
        inputs.city_population(transport.city_ids),
        ModeChoice(p.one("mode_sensitivity"), p.one("mode_land_handicap_per_day")),
        p.one("cargo_value_usd_per_teu"),
        ways,
        lambda usd_per_day: Comparison(*(transport.state(r, usd_per_day) for r in STATES)),
        levers_of(transport.scenario.levers),
    )


def calibrated(case: Case) -> trade.Calibration:
    """The calibration of a case: its set of elasticities, at a level of their range."""
    if case.accounts is not None:
        return case.accounts.calibration(case.elasticities, case.theta)
    calibration = trade.calibrate(case.elasticities)
    if case.theta == "central":
        return calibration
    return calibration.with_theta(trade.theta_range(case.elasticities)[case.theta])


def _compare(calibration: trade.Calibration, solved: dict[str, trade.Equilibrium]) -> pd.DataFrame:
    """Later against earlier state by economy; percent."""
    old, new = (trade.country_results(calibration, solved[k]) for k in ("before", "after"))
    out = pd.DataFrame(index=old.index)
    for column in (
        "real_income_change_pct", "real_wage_change_pct", "exports_change_pct",
        "imports_change_pct",
    ):  # fmt: skip
        out[column] = 100 * ((100 + new[column]) / (100 + old[column]) - 1)
    out["income_usd"] = old["income_usd"]
    out["exports_usd"] = old["exports_usd"]
    out["real_income_change_usd"] = out["real_income_change_pct"] / 100 * out["income_usd"]
    terms = [
        trade.decomposition(calibration, solved[k])["terms_of_trade_pct"]
        for k in ("before", "after")
    ]
    out["terms_of_trade_pct"] = terms[1] - terms[0]
    return out


def _bilateral(
    calibration: trade.Calibration, solved: dict[str, trade.Equilibrium]
) -> pd.DataFrame:
    old, new = (trade.bilateral_trade(calibration, solved[k]) for k in ("before", "after"))
    out = old[["exporter", "importer"]].copy()
    out["trade_usd"] = old["before_usd"]
    with np.errstate(invalid="ignore", divide="ignore"):
        out["trade_change_pct"] = 100 * (new["after_usd"] / old["after_usd"] - 1)
    return out


def _residuals(equilibrium: trade.Equilibrium) -> dict[str, float]:
    r = equilibrium.residuals
    return {
        "labour_market": r.labour_market, "price": r.price, "trade_balance": r.trade_balance,
        "walras": r.walras, "steps": float(equilibrium.steps),
    }  # fmt: skip
