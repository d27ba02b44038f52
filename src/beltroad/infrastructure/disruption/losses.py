"""What a change of conditions costs each relation, land and sea weighed as shippers do.

The base split of land and sea is a binary logit on generalised cost (see
:mod:`beltroad.infrastructure.shipments.modes`); afterwards shippers choose again. The loss is the
rise of the logsum, in USD per TEU: never negative where ways minimise generalised cost. Pairs
that lose their last way are set apart, not averaged away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.infrastructure.disruption.freight import Freight, Ways
from beltroad.infrastructure.shipments.modes import ModeChoice, Split

__all__ = ["Base", "Losses", "by_mode", "group_sum", "losses", "spread_demand", "weighted"]

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Base:
    """The undisturbed state: ways, how shippers split, and what is shipped.

    ``teu`` is the yearly demand by pair of cities, 0 where no way joins them.
    """

    freight: Freight
    split: Split
    teu: Array

    @staticmethod
    def of(freight: Freight, choice: ModeChoice, teu: Array) -> Base:
        """Split the demand between land and sea.

        Raises
        ------
        InputError
            If the demand has another shape, is negative or not finite, or lies where no way is.
        """
        ways = freight.ways
        if teu.shape != ways.reachable.shape:
            raise InputError(f"demand must have shape {ways.reachable.shape}, not {teu.shape}")
        if not (np.all(np.isfinite(teu)) and np.all(teu >= 0)):
            raise InputError("demand must be zero or more, and finite")
        if np.any(teu[~ways.reachable] > 0):
            raise InputError("demand between cities that no way joins; leave it out")
        value = 24.0 * freight.usd_per_hour
        return Base(freight, Split.at(choice, ways.days, ways.row(2), value), teu)

    @cached_property
    def cost(self) -> Array:
        """Expected generalised cost (the logsum), USD per TEU; ``inf`` where there is no way."""
        return self.split.base_logsum

    @cached_property
    def means(self) -> tuple[Array, Array, Array]:
        """Hours, usd and kg CO2e per TEU, mean over land and sea; ``inf`` where no way is."""
        ways, share = self.freight.ways, self.split.land_share
        known = ways.reachable | np.eye(len(share), dtype=bool)
        hours, usd, kg = (np.where(known, mean(ways.row(k), share), np.inf) for k in (1, 2, 3))
        return hours, usd, kg

    @cached_property
    def teu_by_mode(self) -> dict[str, Array]:
        """Demand by land and by sea."""
        return by_mode(self.teu, self.split.land_share)


@dataclass(frozen=True)
class Losses:
    """Changes by pair of cities, shape (cities, cities).

    ``cut`` marks pairs that have lost their last way; there the others are 0. ``usd_per_teu`` is
    the loss in generalised cost; ``days``, ``freight_usd`` and ``kgco2e`` are changes per TEU at
    the shares that shippers choose before and afterwards; ``land_share``, ``cost``
    (the logsum) and ``days_now`` are what they are afterwards, ``inf`` where there is no way.
    """

    cut: Bools
    usd_per_teu: Array
    days: Array
    freight_usd: Array
    kgco2e: Array
    land_share: Array
    cost: Array
    days_now: Array


def losses(base: Base, ways: Ways) -> Losses:
    """Losses against the base when ways are these. Only pairs whose ways differ are looked at."""
    old = base.freight.ways
    differ = (ways.land != old.land).any(axis=0) | (ways.sea != old.sea).any(axis=0)
    at = np.nonzero(differ)
    split = base.split.at_pairs(at)
    rows = [_pairs(ways, k, at) for k in (1, 2, 3)]
    days = {mode: hours / 24.0 for mode, hours in rows[0].items()}
    share = replace(split, usd=rows[1]).shares_at(days)
    before, after = old.reachable[at], ways.reachable[at]
    both = before & after
    known = [base.means[k][at] for k in range(3)]
    now = [mean(row, share) for row in rows]
    cost = np.where(after, split.logsum(days, rows[1]), np.inf)

    def fill(default: Array, values: Array) -> Array:
        out = default.copy()
        out[at] = values
        return out

    none = np.zeros(differ.shape)
    with np.errstate(invalid="ignore"):
        change = [np.where(both, new - was, 0.0) for new, was in zip(now, known, strict=True)]
        lost = np.where(both, cost - base.cost[at], 0.0)
    cut = np.zeros(differ.shape, np.bool_)
    cut[at] = before & ~after
    return Losses(
        cut, fill(none, lost), fill(none, change[0] / 24.0), fill(none, change[1]),
        fill(none, change[2]), fill(base.split.land_share, share), fill(base.cost, cost),
        fill(base.means[0] / 24.0, np.where(after, now[0] / 24.0, np.inf)),
    )  # fmt: skip


def _pairs(ways: Ways, k: int, at: tuple[NDArray[np.intp], ...]) -> dict[str, Array]:
    """One row by mode, for some pairs."""
    return {
        mode: rows[k][at].astype(np.float64)
        for mode, rows in (("land", ways.land), ("sea", ways.sea))
    }


def mean(values: dict[str, Array], land_share: Array) -> Array:
    """Mean over land and sea; a mode that carries nothing does not count, though it be shut."""
    return weighted(land_share, values["land"]) + weighted(1.0 - land_share, values["sea"])


def weighted(weight: Array, values: Array) -> Array:
    """Weights times values; nothing where there is no weight, though the value be ``inf``."""
    return np.asarray(weight * np.where(weight > 0, values, 0.0))


def by_mode(teu: Array, land_share: Array) -> dict[str, Array]:
    """Demand by land and by sea."""
    return {"land": teu * land_share, "sea": teu * (1.0 - land_share)}


def spread_demand(
    between: Array, economy: NDArray[np.integer], weight: Array, reachable: Bools
) -> Array:
    """Demand between economies spread over pairs of their cities.

    Parameters
    ----------
    between
        Shape (economies, economies), origin first.
    economy, weight
        Of each city: position of its economy, -1 where none; and its weight (population).
    reachable
        Pairs of cities that may take part; demand between economies none of whose cities are
        joined is left out.
    """
    known = economy >= 0
    own = np.where(known, economy, 0)
    pair = reachable * np.outer(np.where(known, weight, 0.0), np.where(known, weight, 0.0))
    total = group_sum(pair, economy, len(between))
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = np.where(total > 0, between / total, 0.0)
    return np.asarray(pair * rate[np.ix_(own, own)])


def group_sum(matrix: Array, group: NDArray[np.integer], groups: int) -> Array:
    """Sums over blocks of rows and columns; a group of -1 is left out."""
    order = np.argsort(group, kind="stable")
    order = order[group[order] >= 0]
    out = np.zeros((groups, groups))
    if len(order):
        there, first = np.unique(group[order], return_index=True)
        rows = np.add.reduceat(matrix[order], first, axis=0)
        out[np.ix_(there, there)] = np.add.reduceat(rows[:, order], first, axis=1)
    return out
