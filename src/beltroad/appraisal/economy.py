"""The economic stage: days by pair of economies, iceberg costs, equilibrium, comparison.

The accounts belong to one state of the network. Both states that are compared are
counterfactuals of it, and the result is the one against the other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from beltroad import trade
from beltroad.appraisal.schema import check_dataset
from beltroad.appraisal.transport import Shipments
from beltroad.infrastructure.access import PairWeights
from beltroad.infrastructure.modes import ModeChoice, Split, effective_days

__all__ = ["Case", "Comparison", "Economy", "Outcome"]

Array = NDArray[np.float64]
Level = Literal["low", "central", "high"]


@dataclass(frozen=True)
class Case:
    """One set of assumptions: the central case or a variation of it."""

    name: str
    description: str
    value_of_time: Level = "central"
    switch: bool = True
    elasticities: str = "uniform"
    theta: Level = "central"
    domestic: bool = False


@dataclass(frozen=True)
class Comparison:
    """Shipments in the two states compared and in that of the accounts."""

    before: Shipments
    after: Shipments
    economy: Shipments


@dataclass(frozen=True)
class Outcome:
    """What a case says: the later state against the earlier one.

    ``countries`` is indexed by ISO code; ``days`` is the dataset ``access``; ``time_cost`` one
    row a pair with the ad valorem cost of time in both states; ``bilateral`` the change of trade
    by pair; ``residuals`` of each equilibrium by state.
    """

    case: Case
    countries: pd.DataFrame
    days: xr.Dataset
    time_cost: pd.DataFrame
    bilateral: pd.DataFrame
    world: dict[str, float]
    residuals: dict[str, dict[str, float]]


class Economy:
    """The calibrated model joined to cities; evaluates cases and single changes of hours."""

    def __init__(
        self, city_country: NDArray[np.str_], population: Array, choice: ModeChoice,
        cargo_value_usd: float, ways: Comparison,
    ) -> None:  # fmt: skip
        self.choice, self.cargo_value_usd, self.ways = choice, cargo_value_usd, ways
        reachable = np.isfinite(ways.before.hours) & np.isfinite(ways.economy.hours)
        self.weights = PairWeights(city_country, population, reachable & np.isfinite(ways.after.hours))
        self._splits: dict[float, Split] = {}
        self._before: dict[Case, tuple[Array, Array]] = {}

    def split(self, calibration: trade.Calibration, level: Level) -> Split:
        """Land or sea at the accounts' state, for the mean value of time of traded goods."""
        value = self.cargo_value_usd * self.mean_value_of_time(calibration, level)
        if value not in self._splits:
            ways, full = self.ways.economy, self.ways.after
            usd = {"land": _money(ways.land, full.land), "sea": _money(ways.sea, full.sea)}
            self._splits[value] = Split.at(self.choice, _days(ways), usd, value)
        return self._splits[value]

    @staticmethod
    def mean_value_of_time(calibration: trade.Calibration, level: Level) -> float:
        """Share of value lost per day, mean over goods traded between economies."""
        per_day = trade.value_of_time(calibration.industries, level)
        flow = calibration.trade_usd * ~np.eye(len(calibration.economies), dtype=bool)
        total = flow.sum(axis=(1, 2)) * calibration.goods
        return float((total * per_day).sum() / total.sum())

    def pair_days(self, split: Split, days: dict[str, Array], *, switch: bool) -> Array:
        """Days by pair of economies (exporter, importer); NaN where there is no way."""
        return self.weights.mean(effective_days(split, days, switch=switch))

    def for_model(self, calibration: trade.Calibration, pairs: Array) -> Array:
        """Days as [importer, exporter] in the model's order; 0 where there is no way."""
        place = np.searchsorted(self.weights.countries, calibration.economies)
        known = pairs[np.ix_(place, place)].T
        return np.where(np.isfinite(known), known, 0.0)

    def evaluate(self, case: Case) -> Outcome:
        """Solve both counterfactuals of a case and set one against the other."""
        calibration = calibrated(case)
        split = self.split(calibration, case.value_of_time)
        pairs = {
            name: self.pair_days(split, _days(ways), switch=case.switch)
            for name, ways in (
                ("before", self.ways.before), ("after", self.ways.after),
                ("economy", self.ways.economy),
            )  # fmt: skip
        }
        days = {name: self.for_model(calibration, value) for name, value in pairs.items()}
        per_day = trade.value_of_time(calibration.industries, case.value_of_time)
        solved: dict[str, trade.Equilibrium] = {}
        for name in ("before", "after"):
            change = trade.iceberg_change(days["economy"], days[name], per_day)
            if not case.domestic:
                own = np.arange(len(calibration.economies))
                change[:, own, own] = 1.0
            self._check(calibration, change)
            solved[name] = trade.solve(calibration, change, start=solved.get("before"))
        labels = {"exporter": self.weights.countries, "importer": self.weights.countries}
        access = xr.Dataset(
            {f"days_{k}": (("exporter", "importer"), v) for k, v in pairs.items()}, labels
        )
        return Outcome(
            case=case,
            countries=_compare(calibration, solved),
            days=check_dataset(access, "access"),
            time_cost=trade.ad_valorem_cost_pct(
                calibration, days["before"], days["after"], per_day
            ),
            bilateral=_bilateral(calibration, solved),
            world=_world(calibration, solved),
            residuals={k: _residuals(e) for k, e in solved.items()},
        )

    def first_order_gain_usd(self, case: Case, hours: NDArray[np.float32]) -> float:
        """World gain of replacing the earlier state's hours by these, to first order, USD/a.

        By the envelope theorem the gain of a small fall of iceberg costs is the value of trade
        times the fall (Hulten 1978; Caliendo and Parro 2015, efficiency term of the welfare
        formula), without a new equilibrium. ``hours`` has shape (2, cities, cities).
        """
        calibration = calibrated(case)
        split = self.split(calibration, case.value_of_time)
        per_day = trade.value_of_time(calibration.industries, case.value_of_time)
        if case not in self._before:
            days = effective_days(split, _days(self.ways.before), switch=case.switch)
            self._before[case] = self.weights.mean(days), days
        before, city_days = self._before[case]
        old = self.ways.before
        moved = np.nonzero((hours[0] != old.land[0]) | (hours[1] != old.sea[0]))
        days = {"land": hours[0][moved] / 24.0, "sea": hours[1][moved] / 24.0}
        saved = np.zeros_like(city_days)
        saved[moved] = effective_days(split.at_pairs(moved), days, switch=case.switch)
        saved[moved] -= city_days[moved]
        pairs = [self.for_model(calibration, p) for p in (before, before + self.weights.mean(saved))]
        change = np.log(trade.iceberg_change(pairs[0], pairs[1], per_day))
        if not case.domestic:
            own = np.arange(len(calibration.economies))
            change[:, own, own] = 0.0
        return float(-(calibration.trade_usd * change).sum())

    @staticmethod
    def _check(calibration: trade.Calibration, change: Array) -> None:
        """Hold the iceberg changes against the schema before they enter the equilibrium."""
        dims = ("industry", "importer", "exporter")
        labels = {
            "industry": list(calibration.industries),
            "importer": list(calibration.economies),
            "exporter": list(calibration.economies),
        }
        check_dataset(xr.Dataset({"iceberg_change": (dims, change)}, labels), "costs")


def calibrated(case: Case) -> trade.Calibration:
    """The calibration of a case: its set of elasticities, at a level of their range."""
    calibration = trade.calibrate(case.elasticities)
    if case.theta == "central":
        return calibration
    return calibration.with_theta(trade.theta_range(case.elasticities)[case.theta])


def variation(case: Case, **changes: object) -> Case:
    """The case with some assumptions changed."""
    return replace(case, **changes)  # type: ignore[arg-type]


def _days(ways: Shipments) -> dict[str, Array]:
    return {"land": ways.land[0] / 24.0, "sea": ways.sea[0] / 24.0}


def _money(base: NDArray[np.float32], full: NDArray[np.float32]) -> Array:
    """Money at the base; where a mode opens only later, at the later state."""
    usd = np.where(np.isfinite(base[0]), base[1], full[1])
    return usd.astype(np.float64)


def _compare(
    calibration: trade.Calibration, solved: dict[str, trade.Equilibrium]
) -> pd.DataFrame:
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


def _world(
    calibration: trade.Calibration, solved: dict[str, trade.Equilibrium]
) -> dict[str, float]:
    """World exports, later against earlier, in value and in quantities that arrive."""
    old, new = (trade.world_totals(calibration, solved[k]) for k in ("before", "after"))
    return {
        name: float(100 * ((100 + new[name]) / (100 + old[name]) - 1))
        for name in ("exports_change_pct", "exports_volume_change_pct")
    }


def _residuals(equilibrium: trade.Equilibrium) -> dict[str, float]:
    r = equilibrium.residuals
    return {
        "labour_market": r.labour_market, "price": r.price, "trade_balance": r.trade_balance,
        "walras": r.walras, "steps": float(equilibrium.steps),
    }  # fmt: skip
