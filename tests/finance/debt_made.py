"""Made inputs of a debt assessment, for tests of reading, writing and printing."""

from __future__ import annotations

import numpy as np
import pandas as pd

from beltroad.finance.debt.model import CountryInputs, Instrument
from beltroad.finance.debt.vocabulary import SERIES, SETTINGS

START = 2025


def made(name: str = "Kenya", source: str = "made", *, start: int = START) -> CountryInputs:
    """A country with smooth series from t-15 to t+20, of all kinds of origin."""
    years = pd.Index(range(start - 15, start + 21), name="year")
    k = np.arange(len(years), dtype=float)
    gdp = 60_000 * 1.07**k
    table = pd.DataFrame(
        {
            "gdp_usd_mn": gdp,
            "real_growth_pct": 5 + 0.8 * np.sin(k),
            "deflator_growth_pct": 6 + np.cos(k),
            "exports_usd_mn": 0.15 * gdp,
            "imports_usd_mn": 0.24 * gdp * (1 + 0.02 * np.cos(k)),
            "current_account_usd_mn": -0.05 * gdp,
            "current_transfers_usd_mn": 0.035 * gdp,
            "fdi_net_usd_mn": 0.012 * gdp,
            "remittances_usd_mn": 0.03 * gdp,
            "reserves_usd_mn": 0.08 * gdp,
            "revenue_pct_gdp": 17 + 0.3 * np.sin(k),
            "grants_pct_gdp": 0.3 + 0 * k,
            "primary_balance_pct_gdp": -1.5 + 0.7 * np.cos(k),
            "public_debt_pct_gdp": np.where(years < start, 55 + k, np.nan),
            "external_ppg_debt_usd_mn": np.where(years < start, 0.3 * gdp, np.nan),
            "cpia": np.where(years < start, 3.4, np.nan),
        },
        index=years,
    )
    table = table[[c for c in SERIES if c in table]]
    settings: dict[str, float | str] = {}
    for key, each in SETTINGS.items():
        word = each.unit == "-"
        settings[key] = each.default if word else float(each.default or "nan")
    settings |= {
        "first_projection_year": float(start), "vintage": "made April",
        "existing_external_interest_pct": 2.5, "existing_external_maturity_years": 20.0,
        "existing_domestic_interest_pct": 10.0, "existing_domestic_maturity_years": 6.0,
        "residual_external_share_pct": 50.0, "residual_domestic_real_interest_pct": 4.0,
        "residual_external_interest_pct": 5.0, "residual_external_maturity_years": 10.0,
        "residual_external_grace_years": 3.0,
    }  # fmt: skip
    instruments = (
        Instrument("concessional", "development banks", "USD", 1.0, 35, 8, 35.0, source),
        Instrument("project loans", "policy banks", "CNY", 2.5, 20, 6, 25.0, source, "estimate"),
        Instrument("bonds at home", "market", "LCU", 11.0, 7, 0, 40.0, source, "assumed"),
    )
    origins = pd.DataFrame(
        [("gdp_usd_mn", start - 15, start - 1, "reported", source),
         ("gdp_usd_mn", start, start + 5, "projection", source),
         ("gdp_usd_mn", start + 6, start + 20, "assumed", "growth of the last year"),
         ("grants_pct_gdp", start - 15, start + 20, "imputed", source),
         ("cpia", start - 15, start - 1, "estimate", source),
         ("residual_external_share_pct", np.nan, np.nan, "imputed", "share of external debt")],
        columns=["variable", "year_from", "year_to", "kind", "source"],
    )  # fmt: skip
    gaps = pd.DataFrame([("external_private_debt_usd_mn", "no open figure", "left out")],
                        columns=["variable", "why", "effect"])  # fmt: skip
    sources = pd.DataFrame([(source, "Made up for tests", "", "CC0", "2025")],
                           columns=["source", "title", "url", "licence", "vintage"])  # fmt: skip
    return CountryInputs("KEN", name, table, settings, instruments, origins, gaps, sources)
