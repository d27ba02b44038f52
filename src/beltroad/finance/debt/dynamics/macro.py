"""The macroeconomic side of a projection: one set of yearly arrays, whole from t-1 to the end.

Inputs hold what is known. Here the years that a projection needs and that the inputs leave empty
are filled by stated rules, each of which is reported; nothing else in the engine fills anything.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.finance.debt.model import CountryInputs

__all__ = ["Macro", "Notes", "read_macro"]

Array = NDArray[np.float64]
Notes = list[tuple[str, str, str]]
"""Variable, why, effect: what is missing and what is done without it."""


@dataclass(frozen=True)
class Macro:
    """Yearly arrays from t-1 (element 0) to the last projection year.

    Amounts are in USD million; ``gdp_lcu`` in a local unit worth one USD at t-1, so that ``fx``
    (local units per USD, one rate for the year and its end) is 1 there. Growth, deflator and what
    is named a share are fractions, not per cent.
    """

    years: NDArray[np.int64]
    growth: Array
    deflator: Array
    gdp_usd: Array
    gdp_lcu: Array
    fx: Array
    exports: Array
    imports: Array
    current_account: Array
    transfers: Array
    fdi: Array
    private_debt: Array
    revenue_share: Array
    grants_share: Array
    balance_share: Array
    other_share: Array
    history: pd.DataFrame = field(default_factory=pd.DataFrame, repr=False)

    @property
    def size(self) -> int:
        """Number of years, t-1 included."""
        return len(self.years)


def _known(inputs: CountryInputs, name: str, years: NDArray[np.int64]) -> Array:
    if name not in inputs.series.columns:
        return np.full(len(years), np.nan)
    column = inputs.series[name].reindex(years)
    return np.array(column, dtype=np.float64)


def _tail(values: Array, base: Array | None) -> tuple[Array, int]:
    """Fill the years after the last known one: same value, or same ratio to ``base``.

    Returns the array and the position of the first filled year (the length where none was).
    """
    known = np.flatnonzero(np.isfinite(values))
    last = int(known[-1])
    filled = values.copy()
    ratio = values[last] if base is None else values[last] / base[last]
    filled[last + 1 :] = ratio if base is None else ratio * base[last + 1 :]
    return filled, last + 1


class _Reader:
    def __init__(self, inputs: CountryInputs, years: NDArray[np.int64], notes: Notes) -> None:
        self.inputs, self.years, self.notes = inputs, years, notes

    def needed(self, name: str, base: Array | None = None) -> Array:
        """A series that must be there; years after its last value keep value or ratio."""
        values = _known(self.inputs, name, self.years)
        known = np.flatnonzero(np.isfinite(values))
        if len(known) < 2 or known[0] > 0:
            year = int(self.years[0 if len(known) == 0 or known[0] > 0 else 1])
            raise InputError(
                f"{self.inputs.iso3}: series {name} has no value for {year}; "
                "it must be known for t-1 and t"
            )
        hole = np.flatnonzero(~np.isfinite(values[: known[-1]]))
        if len(hole):
            raise InputError(
                f"{self.inputs.iso3}: series {name} has no value for "
                f"{int(self.years[hole[0]])}; fill the years between known ones"
            )
        filled, first = _tail(values, base)
        self._told(name, first, base)
        return filled

    def positive(self, name: str, base: Array | None = None) -> Array:
        """A series that must be there and above zero: indicators are divided by it."""
        values = self.needed(name, base)
        bad = np.flatnonzero(values <= 0)
        if len(bad):
            raise InputError(
                f"{self.inputs.iso3}: series {name} is {values[bad[0]]:g} in "
                f"{int(self.years[bad[0]])}; indicators are divided by it, it must be above 0"
            )
        return values

    def _told(self, name: str, first: int, base: Array | None) -> None:
        if first < len(self.years):
            what = "the last known value" if base is None else "the last known ratio to GDP"
            self.notes.append(
                (name, f"not known after {int(self.years[first - 1])}", f"{what} is kept")
            )

    def optional(self, name: str, base: Array | None, absent: str) -> Array:
        """A series that may be missing: holes become 0, the tail keeps value or ratio."""
        values = _known(self.inputs, name, self.years)
        known = np.flatnonzero(np.isfinite(values))
        if len(known) == 0:
            self.notes.append((name, "not known", absent))
            return np.zeros(len(values))
        filled, first = _tail(values, base)
        self._told(name, first, base)
        return np.where(np.isfinite(filled), filled, 0.0)


def read_macro(inputs: CountryInputs, years: int, notes: Notes) -> Macro:
    """Arrays of the baseline from ``inputs``, for t-1 to t + ``years``.

    Years after the last known one keep the last value (growth, inflation, shares of GDP), the last
    growth of GDP in USD, or the last ratio to GDP (amounts). Each such step is added to ``notes``.

    Raises
    ------
    InputError
        If a needed series is missing at t-1 or t, or has a hole between known years.
    """
    if years < 1:
        raise InputError(f"projection: years must be at least 1, not {years}")
    first = inputs.first_year
    span = np.arange(first - 1, first + years + 1, dtype=np.int64)
    read = _Reader(inputs, span, notes)
    growth = read.needed("real_growth_pct") / 100
    deflator = read.needed("deflator_growth_pct") / 100
    gdp_usd = _known(inputs, "gdp_usd_mn", span)
    known = np.flatnonzero(np.isfinite(gdp_usd))
    if len(known) >= 2 and known[-1] + 1 < len(span):
        last = int(known[-1])
        factor = gdp_usd[last] / gdp_usd[last - 1]
        gdp_usd[last + 1 :] = gdp_usd[last] * factor ** np.arange(1, len(span) - last)
        notes.append(
            ("gdp_usd_mn", f"not known after {int(span[last])}", "the last known growth is kept")
        )
    if not np.isfinite(gdp_usd).all() or (gdp_usd <= 0).any():
        bad = int(span[np.flatnonzero(~(np.isfinite(gdp_usd) & (gdp_usd > 0)))[0]])
        raise InputError(f"{inputs.iso3}: series gdp_usd_mn has no value above 0 for {bad}")
    nominal = (1 + growth) * (1 + deflator)
    gdp_lcu = gdp_usd[0] * np.concatenate([[1.0], np.cumprod(nominal[1:])])
    return Macro(
        years=span,
        growth=growth,
        deflator=deflator,
        gdp_usd=gdp_usd,
        gdp_lcu=gdp_lcu,
        fx=gdp_lcu / gdp_usd,
        exports=read.positive("exports_usd_mn", gdp_usd),
        imports=read.needed("imports_usd_mn", gdp_usd),
        current_account=read.needed("current_account_usd_mn", gdp_usd),
        transfers=read.optional(
            "current_transfers_usd_mn", gdp_usd, "B4 shocks direct investment alone"
        ),
        fdi=read.needed("fdi_net_usd_mn", gdp_usd),
        private_debt=read.optional(
            "external_private_debt_usd_mn", gdp_usd, "external debt counts its public part alone"
        ),
        revenue_share=read.positive("revenue_pct_gdp") / 100,
        grants_share=read.optional("grants_pct_gdp", None, "taken as zero") / 100,
        balance_share=read.needed("primary_balance_pct_gdp") / 100,
        other_share=read.optional("other_debt_flows_pct_gdp", None, "taken as zero") / 100,
        history=inputs.series.loc[inputs.series.index < first],
    )
