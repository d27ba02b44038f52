"""What passes between the steps of a debt assessment: inputs of a country, and debt paths."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

__all__ = ["CountryInputs", "DebtPath", "Instrument"]


@dataclass(frozen=True)
class Instrument:
    """One kind of new public borrowing in the baseline.

    ``share_pct`` is its share of the gross public borrowing of a year; the shares of a country add
    up to 100. ``currency`` is an ISO 4217 code or ``LCU``: whatever is not ``LCU`` is external
    debt (the framework's residency by currency where data allow no better). Principal is repaid in
    equal parts in years ``grace_years + 1`` to ``maturity_years``, flows fall on year ends.
    """

    name: str
    creditor: str
    currency: str
    interest_pct: float
    maturity_years: int
    grace_years: int
    share_pct: float
    source: str = ""
    kind: str = "reported"


@dataclass(frozen=True)
class CountryInputs:
    """Everything a debt assessment of one country rests on.

    Attributes
    ----------
    series
        Index ``year`` (int, without gaps), columns the names of ``vocabulary.SERIES`` (those that
        are known), in their units; NaN where a year is not known.
    settings
        Values by names of ``vocabulary.SETTINGS``, all of them: numbers as float, words as str,
        an empty setting is "" (word) or NaN (number).
    instruments
        New borrowing of the baseline.
    origins
        ``variable, year_from, year_to, kind, source``: where every stretch of a series, setting
        or instrument comes from; ``kind`` is one of ``vocabulary.KINDS``.
    gaps
        ``variable, why, effect``: what is missing and what the assessment does without it.
    sources
        ``source, title, url, licence, vintage``: what the ``source`` of an origin stands for.
    """

    iso3: str
    name: str
    series: pd.DataFrame
    settings: Mapping[str, float | str]
    instruments: tuple[Instrument, ...]
    origins: pd.DataFrame = field(default_factory=pd.DataFrame)
    gaps: pd.DataFrame = field(default_factory=pd.DataFrame)
    sources: pd.DataFrame = field(default_factory=pd.DataFrame)

    @property
    def first_year(self) -> int:
        """t, the first projection year."""
        return int(self.settings["first_projection_year"])

    def number(self, setting: str) -> float:
        """A setting as a number; NaN where it is empty."""
        value = self.settings[setting]
        return float("nan") if value == "" else float(value)


@dataclass(frozen=True)
class DebtPath:
    """Projection of one country under one scenario.

    ``table`` has the index ``year`` (t-1 to the last projection year) and at least the columns of
    ``vocabulary.INDICATORS`` and ``gdp_usd_mn, real_growth_pct, exports_usd_mn,
    revenue_pct_gdp, primary_balance_pct_gdp, external_ppg_debt_usd_mn, external_debt_pct_gdp,
    public_debt_pct_gdp, domestic_debt_pct_gdp, external_service_usd_mn, public_service_pct_gdp,
    gross_financing_need_pct_gdp``.
    """

    iso3: str
    scenario: str
    first_year: int
    table: pd.DataFrame
