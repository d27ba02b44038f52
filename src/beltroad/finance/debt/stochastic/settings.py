"""What the stochastic analysis takes from ``debt_parameters``, in one object."""

from __future__ import annotations

from dataclasses import dataclass

from beltroad.errors import InputError
from beltroad.finance.debt import parameters

__all__ = ["FanSettings"]


@dataclass(frozen=True)
class FanSettings:
    """Conventions of a fan; :meth:`load` reads them, tests and studies replace single ones.

    Attributes
    ----------
    first_year
        First year of history that shocks are drawn from.
    min_years
        A driver known for fewer years has no shocks.
    min_stock_pct_gdp
        No effective interest rate is computed on a smaller stock, % of GDP.
    tail_pct
        Per cent of a driver's history cut off at each end (winsorised); 0 cuts nothing.
    block_years
        Length of a bootstrap block.
    degrees_of_freedom
        Of the Student distribution; above 2.
    persistence_cap
        Upper bound of the autocorrelation in the normal and Student methods; 0 switches it off.
    reaction
        Points of GDP by which the primary balance improves for each point of debt above the
        baseline a year before; 0: no policy reaction.
    reversion
        Share of a gap of the real exchange rate to the baseline that closes in the next year.
    lookback_years
        Debt is not stabilised if its ratio is above that of so many years before.
    window_years
        The window is t to t + ``window_years``.
    breach_years
        Years above the limit in the window that make a breach.
    """

    first_year: int = 2000
    min_years: int = 10
    min_stock_pct_gdp: float = 1.0
    tail_pct: float = 0.0
    block_years: int = 2
    degrees_of_freedom: float = 5.0
    persistence_cap: float = 0.8
    reaction: float = 0.0
    reversion: float = 0.159
    lookback_years: int = 3
    window_years: int = 10
    breach_years: int = 2

    def __post_init__(self) -> None:
        for name, good, wanted in (
            ("min_years", self.min_years >= 3, "at least 3"),
            ("tail_pct", 0 <= self.tail_pct < 50, "from 0 to below 50"),
            ("block_years", self.block_years >= 1, "at least 1"),
            ("degrees_of_freedom", self.degrees_of_freedom > 2, "above 2 (finite variance)"),
            ("persistence_cap", 0 <= self.persistence_cap < 1, "from 0 to below 1"),
            ("reaction", 0 <= self.reaction <= 1, "from 0 to 1"),
            ("reversion", 0 <= self.reversion < 1, "from 0 to below 1"),
            ("lookback_years", self.lookback_years >= 1, "at least 1"),
            ("window_years", self.window_years >= 1, "at least 1"),
            ("breach_years", self.breach_years >= 1, "at least 1"),
        ):
            if not good:
                raise InputError(
                    f"fan settings: {name} must be {wanted}, not {getattr(self, name)}"
                )

    @classmethod
    def load(cls, on: str = "") -> FanSettings:
        """Conventions in force on the day ``on`` (YYYY-MM-DD; empty: the latest).

        Window and breach rule are those of the low-income framework.
        """
        own, framework = parameters.load("stochastic", on), parameters.load("lic-dsf", on)
        return cls(
            first_year=int(own["history.first_year"]),
            min_years=int(own["history.min_years"]),
            min_stock_pct_gdp=own["history.min_stock_pct_gdp"],
            tail_pct=own["history.tail_pct"],
            block_years=int(own["bootstrap.block_years"]),
            degrees_of_freedom=own["student.degrees_of_freedom"],
            persistence_cap=own["persistence.cap"],
            reaction=own["reaction.per_point_of_debt"],
            reversion=1 - 0.5 ** (1 / own["exchange_rate.half_life_years"]),
            lookback_years=int(own["stabilise.lookback_years"]),
            window_years=int(framework["signal.window_years"]),
            breach_years=int(framework["signal.breach_years"]),
        )
