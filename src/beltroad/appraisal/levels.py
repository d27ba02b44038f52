"""Days and money by pair of economies in each state, as a case sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from beltroad import trade
from beltroad.appraisal.own_accounts import OwnAccounts
from beltroad.appraisal.transport import Shipments
from beltroad.infrastructure.shipments.modes import ModeChoice, Split, effective_days
from beltroad.infrastructure.shipments.pairs import PairWeights

__all__ = ["Case", "Comparison", "Levels", "Measure", "mean_value_of_time"]

Array = NDArray[np.float64]
Level = Literal["low", "central", "high"]
STATES = ("before", "after", "economy")


@dataclass(frozen=True)
class Case:
    """One set of assumptions: the central case or a variation of it.

    ``money`` lets freight money count beside time, on ways that are cheapest in both;
    ``proportional`` lets all goods take the fastest way and their whole iceberg cost fall by the
    percentage by which its days fall, which is one reading of the published study.
    """

    name: str
    description: str
    value_of_time: Level = "central"
    switch: bool = True
    elasticities: str = "uniform"
    theta: Level = "central"
    domestic: bool = False
    money: bool = False
    proportional: bool = False
    accounts: OwnAccounts | None = None


@dataclass(frozen=True)
class Comparison:
    """Shipments in the two states compared and in that of the accounts."""

    before: Shipments
    after: Shipments
    economy: Shipments

    def of(self, state: str) -> Shipments:
        """The shipments of ``before``, ``after`` or ``economy``."""
        found: Shipments = getattr(self, state)
        return found


@dataclass(frozen=True)
class Levels:
    """Days, and freight money as a share of cargo value, by (exporter, importer); NaN: no way."""

    days: Array
    money: Array


class Measure:
    """Turns shipments between cities into levels between economies for a value of time."""

    def __init__(
        self, ways: Comparison, weights: PairWeights, choice: ModeChoice,
        cargo_value_usd: float, usd_per_day: float,
    ) -> None:  # fmt: skip
        self.ways, self.weights, self.cargo_value_usd = ways, weights, cargo_value_usd
        at, late = ways.economy, ways.after
        usd = {"land": _money(at.land, late.land), "sea": _money(at.sea, late.sea)}
        self.split = Split.at(choice, days_of(at), usd, usd_per_day)
        self._known: dict[tuple[str, bool, bool, bool], Levels] = {}

    def levels(self, state: str, case: Case) -> Levels:
        """Levels of a state; money is held at its base unless the case lets it count."""
        key = (state, case.switch, case.money, case.proportional)
        if key not in self._known:
            self._known[key] = self._levels(state, case)
        return self._known[key]

    def _levels(self, state: str, case: Case) -> Levels:
        ways = self.ways.of(state)
        days = days_of(ways)
        if case.proportional:
            fastest = np.fmin(days["land"], days["sea"])
            return Levels(self.weights.mean(fastest), np.zeros_like(self.weights.total))
        if not case.money:
            effective = effective_days(self.split, days, switch=case.switch)
            return Levels(self.weights.mean(effective), np.zeros_like(self.weights.total))
        usd = {"land": _money(ways.land, ways.land), "sea": _money(ways.sea, ways.sea)}
        kept = effective_days(self.split, days, switch=False)
        paid = self.split.weighted(usd)
        if case.switch:
            # What choosing again is worth beyond the shares of the base counts as money.
            worth = self.split.logsum(days, usd) - self.split.base_logsum
            fixed = (paid - self.split.weighted(self.split.usd)) + self.split.value * (
                kept - effective_days(self.split, self.split.days, switch=False)
            )
            with np.errstate(invalid="ignore"):
                more = np.where(np.isfinite(worth) & np.isfinite(fixed), worth - fixed, 0.0)
            paid = paid + np.minimum(more, 0.0)
        return Levels(self.weights.mean(kept), self.weights.mean(paid) / self.cargo_value_usd)


def days_of(ways: Shipments) -> dict[str, Array]:
    """Days by land and by sea."""
    row = len(ways.land) - 3
    return {"land": ways.land[row] / 24.0, "sea": ways.sea[row] / 24.0}


def mean_value_of_time(calibration: trade.Calibration, level: Level) -> float:
    """Share of value lost per day, mean over goods traded between economies."""
    per_day = trade.value_of_time(calibration.industries, level)
    flow = calibration.trade_usd * ~np.eye(len(calibration.economies), dtype=bool)
    total = flow.sum(axis=(1, 2)) * calibration.goods
    return float((total * per_day).sum() / total.sum())


def _money(base: NDArray[np.float32], late: NDArray[np.float32]) -> Array:
    """Money at the base; where a mode opens only later, at the later state."""
    row = len(base) - 2
    usd = np.where(np.isfinite(base[0]), base[row], late[row])
    return np.asarray(usd, np.float64)
