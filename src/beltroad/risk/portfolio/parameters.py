r"""What drives defaults together and what they recover: from the table ``portfolio_parameters``.

A default rate that swings from year to year tells how much of the risk is common. Where the mean
rate is p and the highest of n years is peak, the share of the common factor is the one under
which the peak is the median of the highest of n independent years (Vasicek 2002):

.. math:: \Phi\Bigl(\frac{\Phi^{-1}(p) + \sqrt{\rho}\, z}{\sqrt{1 - \rho}}\Bigr) = peak,
          \qquad z = \Phi^{-1}(2^{-1/n})^{*}

with the star for the upper quantile of 0.5 to the power 1/n.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

import pandas as pd

from beltroad import evidence
from beltroad.errors import DataError, InputError
from beltroad.normal import ndtr, ndtri
from beltroad.risk.portfolio.recovery import dispersion_of

__all__ = ["COUNTERPARTS", "Parameters", "counterpart_rates", "default_parameters",
           "implied_share", "worst_year"]  # fmt: skip

COUNTERPARTS = ("private", "public", "sovereign")


@dataclass(frozen=True)
class Parameters:
    """Dependence of defaults and spread of recoveries.

    Attributes
    ----------
    global_share, region_share, country_share, sector_share
        Shares of the variance of what decides on a default that these factors have; the rest is
        an obligor's own.
    recovery_dispersion
        By counterpart, from 0 (certain) to below 1; ``""`` for those that name none.
    recovery_tie
        Correlation of recoveries with the global factor, from 0 to below 1: what is recovered is
        less in years of many defaults.
    freedom
        Degrees of freedom of a Student t copula; 0 for the normal one.
    """

    global_share: float = 0.0
    region_share: float = 0.0
    country_share: float = 0.0
    sector_share: float = 0.0
    recovery_dispersion: Mapping[str, float] = field(default_factory=dict)
    recovery_tie: float = 0.0
    freedom: int = 0

    def __post_init__(self) -> None:
        shares = (self.global_share, self.region_share, self.country_share, self.sector_share)
        if not (all(math.isfinite(s) and s >= 0 for s in shares) and sum(shares) < 1):
            raise InputError(
                "shares of factors must not be below 0 and must add up to less than 1, not "
                f"{', '.join(f'{s:g}' for s in shares)}"
            )
        if not all(0 <= v < 1 for v in self.recovery_dispersion.values()):
            raise InputError("recovery_dispersion must lie from 0 to below 1")
        if not 0 <= self.recovery_tie < 1:
            raise InputError(f"recovery_tie {self.recovery_tie:g} must lie from 0 to below 1")
        if self.freedom != 0 and not 3 <= self.freedom <= 100:
            raise InputError(f"freedom {self.freedom}: give 3 to 100, or 0 for the normal copula")

    @property
    def common_share(self) -> float:
        """Share of all factors together: the asset correlation inside one country and sector."""
        return self.global_share + self.region_share + self.country_share + self.sector_share

    def with_correlations(self, factor: float) -> Parameters:
        """All shares of factors times ``factor``."""
        return replace(
            self,
            global_share=self.global_share * factor,
            region_share=self.region_share * factor,
            country_share=self.country_share * factor,
            sector_share=self.sector_share * factor,
        )


def implied_share(mean_pct: float, peak_pct: float, years: int) -> float:
    """Share of a common factor that lets the highest of ``years`` default rates be ``peak_pct``.

    Raises
    ------
    InputError
        If the peak is not above the mean.
    """
    if not 0 < mean_pct < peak_pct < 50 or years < 2:
        raise InputError(
            f"mean {mean_pct:g} and peak {peak_pct:g} per cent over {years} years give no share: "
            "0 < mean < peak < 50 and 2 years or more are needed"
        )
    usual = float(ndtri(mean_pct / 100))
    worst = float(ndtri(0.5 ** (1 / years)))
    low, high = 0.0, 0.9
    for _ in range(60):
        share = (low + high) / 2
        rate = float(ndtr((usual + math.sqrt(share) * worst) / math.sqrt(1 - share)))
        low, high = (share, high) if rate < peak_pct / 100 else (low, share)
    return (low + high) / 2


@cache
def _table() -> pd.Series:
    table = evidence.load("portfolio_parameters").query("used == 'yes'")
    return table.set_index(["key", "counterpart"])["value"].astype(float)


def _value(key: str, counterpart: str = "") -> float:
    try:
        return float(_table().loc[(key, counterpart)])
    except KeyError:
        raise DataError(
            f"portfolio_parameters: no row in use for {key!r} {counterpart!r}; "
            "run data/build_portfolio_parameters.py"
        ) from None


def counterpart_rates() -> pd.DataFrame:
    """Default rate a year and recovery by type of counterpart, per cent, as published."""
    return pd.DataFrame(
        {"probability_pct": {c: _value("default_rate_pct", c) for c in COUNTERPARTS},
         "recovery_pct": {c: _value("recovery_pct", c) for c in COUNTERPARTS}}
    ).rename_axis("counterpart")  # fmt: skip


@cache
def default_parameters() -> Parameters:
    """Parameters from published default rates and recoveries, and from stated assumptions."""
    spread = {
        c: dispersion_of(
            _value("recovery_pct", c) / 100, 0.9, _value("recovery_above_90_pct", c) / 100
        )
        for c in COUNTERPARTS
    }
    return Parameters(
        global_share=implied_share(
            _value("default_rate_pct", "private"),
            _value("default_rate_peak_pct", "private"),
            round(_value("years", "private")),
        ),
        region_share=_value("region_share"),
        country_share=_value("country_share"),
        sector_share=_value("sector_share"),
        recovery_dispersion=spread | {"": spread["private"]},
    )


def worst_year() -> float:
    """Published default rate of private borrowers in the worst year over that of all years."""
    return _value("default_rate_peak_pct", "private") / _value("default_rate_pct", "private")
