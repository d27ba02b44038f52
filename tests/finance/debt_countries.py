"""Countries for tests of debt assessments: one made by rule, one with figures of a real shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from beltroad.finance.debt.model import CountryInputs, Instrument
from beltroad.finance.debt.vocabulary import SERIES, SETTINGS

FIRST_YEAR = 2024
HISTORY = range(2009, FIRST_YEAR)
PROJECTION = range(FIRST_YEAR, 2045)

_HISTORY_GROWTH = [4.1, 6.3, 5.2, 4.4, 6.0, 5.1, 4.9, 5.8, 4.2, 5.5, 5.9, -0.6, 4.8, 4.0, 5.0]
_HISTORY_DEFLATOR = [7.0, 6.2, 8.1, 5.5, 5.0, 6.4, 5.9, 6.1, 5.2, 4.8, 5.1, 5.6, 6.9, 8.8, 6.5]


def default_instruments() -> tuple[Instrument, ...]:
    """Concessional and commercial loans, a bond, domestic bills and bonds."""
    return (
        Instrument("multilateral", "IDA", "USD", 0.75, 38, 6, 25.0),
        Instrument("bilateral", "policy bank", "USD", 2.0, 20, 5, 15.0),
        Instrument("commercial", "banks", "USD", 6.5, 10, 3, 10.0),
        Instrument("bills", "domestic market", "LCU", 9.0, 1, 0, 30.0),
        Instrument("bonds", "domestic market", "LCU", 11.0, 7, 3, 20.0),
    )


def made_series() -> pd.DataFrame:
    """A country that grows by five per cent, with every series of the vocabulary known."""
    years = [*HISTORY, *PROJECTION]
    past, all_years = len(HISTORY), len(years)
    wave = np.sin(np.arange(all_years) * 1.7)
    wave[past:] = 0.0
    s = pd.DataFrame(index=pd.Index(years, name="year"), columns=list(SERIES), dtype=float)
    s["real_growth_pct"] = _HISTORY_GROWTH + [5.0] * (all_years - past)
    s["deflator_growth_pct"] = _HISTORY_DEFLATOR + [5.0] * (all_years - past)
    real_usd_deflator = 2.0 + 3.0 * wave
    growth = (1 + s["real_growth_pct"] / 100) * (1 + real_usd_deflator / 100)
    s["gdp_usd_mn"] = 20_000.0 * growth.cumprod() / growth.iloc[0]
    gdp = s["gdp_usd_mn"]
    s["exports_usd_mn"] = gdp * (0.22 + 0.015 * wave)
    s["imports_usd_mn"] = gdp * (0.30 + 0.01 * wave)
    s["current_transfers_usd_mn"] = gdp * (0.045 + 0.004 * wave)
    s["remittances_usd_mn"] = gdp * 0.035
    s["current_account_usd_mn"] = (
        s["exports_usd_mn"] - s["imports_usd_mn"] + s["current_transfers_usd_mn"] - 0.01 * gdp
    )
    s["fdi_net_usd_mn"] = gdp * (0.03 + 0.008 * np.roll(wave, 1) * (wave != 0))
    s["reserves_usd_mn"] = s["imports_usd_mn"] * 0.33
    s["revenue_pct_gdp"] = 18.0 + 0.4 * wave
    s["grants_pct_gdp"] = 1.0
    s["primary_balance_pct_gdp"] = -2.0 + 0.9 * np.roll(wave, 2) * (wave != 0)
    projected = s.index >= FIRST_YEAR
    s.loc[projected, "other_debt_flows_pct_gdp"] = 0.0
    debt = np.linspace(38.0, 50.0, past)
    s.loc[~projected, "public_debt_pct_gdp"] = debt
    s.loc[~projected, "external_ppg_debt_usd_mn"] = gdp.iloc[:past].to_numpy() * debt * 0.6 / 100
    s["external_private_debt_usd_mn"] = gdp * 0.08
    face = float(s["external_ppg_debt_usd_mn"].loc[FIRST_YEAR - 1])
    ahead = np.arange(len(PROJECTION))
    s.loc[~projected, "external_principal_usd_mn"] = s["external_ppg_debt_usd_mn"] * 0.05
    s.loc[~projected, "external_interest_usd_mn"] = s["external_ppg_debt_usd_mn"] * 0.02
    s.loc[projected, "external_principal_usd_mn"] = face * 0.045
    s.loc[projected, "external_interest_usd_mn"] = face * (1 - 0.045 * ahead) * 0.02
    domestic = debt[-1] * 0.4
    nominal = (1 + s["real_growth_pct"] / 100) * (1 + s["deflator_growth_pct"] / 100)
    share = 1 / nominal.loc[list(PROJECTION)].cumprod().to_numpy()
    s.loc[~projected, "domestic_interest_pct_gdp"] = debt * 0.4 * 0.09
    due = np.where(ahead < 5, 0.2, 0.0)
    left = 1.0 - np.concatenate([[0.0], np.cumsum(due)[:-1]])
    s.loc[projected, "domestic_principal_pct_gdp"] = domestic * due * share
    s.loc[projected, "domestic_interest_pct_gdp"] = domestic * left * 0.09 * share
    s.loc[~projected, "cpia"] = 3.3
    s.loc[~projected, "commodity_exports_pct"] = 35.0
    return s


def made_settings() -> dict[str, float | str]:
    """Defaults of the vocabulary, with what they leave empty filled in."""
    settings: dict[str, float | str] = {}
    for name, setting in SETTINGS.items():
        number = setting.unit != "-"
        if number:
            settings[name] = float(setting.default) if setting.default else float("nan")
        else:
            settings[name] = setting.default
    settings |= {
        "first_projection_year": float(FIRST_YEAR),
        "vintage": "made for tests",
        "residual_external_share_pct": 50.0,
        "residual_external_interest_pct": 5.0,
        "residual_external_maturity_years": 10.0,
        "residual_external_grace_years": 3.0,
        "residual_domestic_real_interest_pct": 4.0,
        "residual_domestic_maturity_years": 3.0,
        "residual_domestic_grace_years": 0.0,
    }
    return settings


def made_country(**changes: Any) -> CountryInputs:
    """A synthetic country; t = 2024, history from 2009, projection to 2044.

    Parameters
    ----------
    changes
        ``iso3``, ``name``, ``instruments``, ``gaps`` or ``origins`` replace these; the name of a
        series gives new values (a number for all years, a mapping by year, or a full column; None
        drops the column); the name of a setting gives its value.
    """
    series, settings = made_series(), made_settings()
    rest: dict[str, Any] = {
        "iso3": "XXA", "name": "Madeland", "instruments": default_instruments(),
        "gaps": pd.DataFrame(columns=["variable", "why", "effect"]),
        "origins": pd.DataFrame(columns=["variable", "year_from", "year_to", "kind", "source"]),
    }  # fmt: skip
    for name, value in changes.items():
        if name in SETTINGS:
            settings[name] = value
        elif name in SERIES:
            if value is None:
                series = series.drop(columns=name)
            elif isinstance(value, Mapping):
                for year, number in value.items():
                    series.loc[year, name] = number
            else:
                series[name] = value
        elif name in rest:
            rest[name] = value
        else:
            raise KeyError(f"made_country knows no {name!r}")
    return CountryInputs(series=series, settings=settings, **rest)


def realistic_country(**changes: Any) -> CountryInputs:
    """A country as data give it: no schedules, no private debt, projection to t + 5 only."""
    last = FIRST_YEAR + 5
    # Figures of the order of a mid-sized low-income country; not a country's statistics.
    base: dict[str, Any] = {
        "iso3": "XXB", "name": "Thinland", "existing_external_interest_pct": 1.8,
        "existing_external_maturity_years": 22.0, "existing_domestic_interest_pct": 10.0,
        "existing_domestic_maturity_years": 4.0, "pv_external_pct_of_face": 72.0,
        "residual_external_share_pct": float("nan"),
        "residual_domestic_real_interest_pct": float("nan"),
        "external_interest_usd_mn": None, "external_principal_usd_mn": None,
        "domestic_interest_pct_gdp": None, "domestic_principal_pct_gdp": None,
        "external_private_debt_usd_mn": None, "current_transfers_usd_mn": None,
        "other_debt_flows_pct_gdp": None, "grants_pct_gdp": None,
        "real_growth_pct": {2015: 2.1, 2016: 3.9, 2020: -3.4, 2021: 7.2, 2024: 4.7, 2025: 5.4},
        "primary_balance_pct_gdp": {2020: -5.1, 2021: -4.4, 2022: -3.6, 2024: -2.9, 2025: -2.3},
    }  # fmt: skip
    country = made_country(**base | changes)
    cut = country.series.loc[:last]
    return CountryInputs(
        iso3=country.iso3, name=country.name, series=cut, settings=country.settings,
        instruments=country.instruments, origins=country.origins, gaps=country.gaps,
    )  # fmt: skip
