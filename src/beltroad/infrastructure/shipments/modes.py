"""Land or sea: how shippers split, and what the choice is worth.

With hours and money of the best way by land and by sea known for each pair of cities, the
generalised cost of mode m for goods that lose ``time_value`` dollars per TEU and day is

    C_m = usd_m + time_value * days_m

and the share of land is a binary logit whose scale follows the length of the trip
(McFadden 1974; Small and Rosen 1981 for the logsum as a measure of benefit):

    s_land = 1 / (1 + exp(mu * (C_land - C_sea) + kappa)),   mu = lambda / mean(C_land, C_sea)

``mu`` is held at its base, and so is ``kappa``, the handicap of land at equal cost: it grows with
the length of the land way, as capacity, reliability and the number of hands on the cargo do.
What a change of times is worth is the change of the logsum

    C = -(1 / mu) * ln(exp(-mu * C_land - kappa) + exp(-mu * C_sea)),

whose derivative is the share of each mode. It is concave, so that gains with switching are
never smaller than gains at fixed shares.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError

__all__ = ["ModeChoice", "Split", "effective_days"]

Array = NDArray[np.float64]
TRIP_MODES = ("land", "sea")


@dataclass(frozen=True)
class ModeChoice:
    """Parameters of the split: lambda > 0, and the log odds against land per day of land way."""

    sensitivity: float
    land_handicap_per_day: float

    def __post_init__(self) -> None:
        if not self.sensitivity > 0:
            raise InputError(f"mode choice: sensitivity must be above 0, not {self.sensitivity}")


@dataclass(frozen=True)
class Split:
    """The base from which changes are measured: generalised cost by mode, scale and shares."""

    days: dict[str, Array]
    usd: dict[str, Array]
    value: float
    mu: Array
    kappa: Array
    land_share: Array

    @staticmethod
    def at(
        choice: ModeChoice, days: dict[str, Array], usd: dict[str, Array], value: float
    ) -> Split:
        """Shares and scale at base days and money, for goods worth ``value`` usd per TEU-day."""
        cost = {m: usd[m] + value * days[m] for m in TRIP_MODES}
        both = np.isfinite(cost["land"]) & np.isfinite(cost["sea"])
        with np.errstate(invalid="ignore"):
            scale = np.where(both, (cost["land"] + cost["sea"]) / 2, np.fmin(*cost.values()))
        mu = choice.sensitivity / np.where(np.isfinite(scale) & (scale > 0), scale, 1.0)
        kappa = choice.land_handicap_per_day * np.where(
            np.isfinite(days["land"]), days["land"], 0.0
        )
        empty = Split(days, usd, value, mu, kappa, np.zeros_like(mu))
        return replace(empty, land_share=empty.shares_at(days))

    @cached_property
    def base_logsum(self) -> Array:
        """The logsum at the base, from which gains are measured."""
        return self.logsum(self.days)

    def at_pairs(self, pairs: tuple[NDArray[np.intp], ...]) -> Split:
        """The same base for some pairs only."""
        days, usd = ({m: x[pairs] for m, x in y.items()} for y in (self.days, self.usd))
        return Split(
            days, usd, self.value, self.mu[pairs], self.kappa[pairs], self.land_share[pairs]
        )

    def shares_at(self, days: dict[str, Array]) -> Array:
        """Share of land at these days; 1 where there is no way by sea, 0 where none by land."""
        land = self.usd["land"] + self.value * days["land"]
        sea = self.usd["sea"] + self.value * days["sea"]
        with np.errstate(invalid="ignore", over="ignore"):
            share = 1.0 / (1.0 + np.exp(self.mu * (land - sea) + self.kappa))
        share = np.where(np.isinf(sea), 1.0, share)
        return np.where(np.isinf(land), 0.0, share)

    def logsum(self, days: dict[str, Array], usd: dict[str, Array] | None = None) -> Array:
        """Expected generalised cost, usd per TEU, at these days and money (the base's if None).

        ``inf`` where there is no way at all.
        """
        money = self.usd if usd is None else usd
        land = self.mu * (money["land"] + self.value * days["land"]) + self.kappa
        sea = self.mu * (money["sea"] + self.value * days["sea"])
        low, high = np.minimum(land, sea), np.maximum(land, sea)
        with np.errstate(invalid="ignore"):
            gap = np.where(np.isfinite(low), high - low, 0.0)
        tail = np.where(np.isfinite(low), np.log1p(np.exp(-gap)), 0.0)
        return np.asarray((low - tail) / self.mu)

    def weighted(self, values: dict[str, Array]) -> Array:
        """Mean by base shares; where a mode is shut, its cargo takes the value of the other."""
        land = np.where(np.isfinite(values["land"]), values["land"], values["sea"])
        sea = np.where(np.isfinite(values["sea"]), values["sea"], values["land"])
        share = self.land_share
        with np.errstate(invalid="ignore"):
            return np.where(np.isfinite(land), share * land + (1 - share) * sea, np.inf)


def effective_days(split: Split, days: dict[str, Array], *, switch: bool) -> Array:
    """Days that a shipper reckons with, money held at its base.

    Parameters
    ----------
    days
        Days by land and by sea in the state to be valued, shapes as in ``split``.
    switch
        False: shares of the base are kept (the published study's lower bound). True: shippers
        choose again, and the change of the logsum is turned into days (upper bound).

    Returns
    -------
    Days, ``inf`` where there is no way. Never rises when the days of an open mode fall.
    """
    fixed = split.weighted(days)
    if not switch:
        return fixed
    before = split.weighted(split.days)
    with np.errstate(invalid="ignore"):
        gain = (split.logsum(days) - split.base_logsum) / split.value
    # Money saved where a mode opens counts as days too, but never below the fastest way there is.
    fastest = np.fmin(days["land"], days["sea"])
    with np.errstate(invalid="ignore"):
        return np.where(np.isinf(before), fastest, np.fmax(before + gain, fastest))
