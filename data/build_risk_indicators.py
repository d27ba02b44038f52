"""Check and write the table ``risk_indicators``: yearly figures behind country grades and warnings.

Reads ``data/facts/risk/indicator_*.csv``. Figures pass through as published, rounded to four
significant digits; only ``reserves_months_imports`` is worked out of four of them. Projections are
left out: no figure of the table lies after the last year its source calls an estimate.
Run: ``python data/build_risk_indicators.py``.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pandas as pd

from _common import ROOT, write_table

sys.path.insert(0, str(ROOT / "src"))

from beltroad.risk.country.indicators import CREDIBLE

FOLDER = Path(__file__).resolve().parent / "facts" / "risk"
SCRIPT = "data/build_risk_indicators.py"
FIRST_YEAR, LAST_YEAR = 2000, 2024
UNITS = {
    "public_debt_pct_gdp": "% of GDP",
    "external_debt_pct_gni": "% of GNI",
    "reserves_pct_external_debt": "% of external debt",
    "reserves_months_imports": "months of imports",
    "debt_service_pct_exports": "% of exports and primary income",
    "current_account_pct_gdp": "% of GDP",
    "primary_balance_pct_gdp": "% of GDP",
    "revenue_pct_gdp": "% of GDP",
    "real_growth_pct": "%",
    "inflation_pct": "%",
    "gdp_per_capita_usd": "USD",
    "exports_pct_gdp": "% of GDP",
    "terms_of_trade_index": "2015 = 100",
    "political_stability": "standard deviations",
    "battle_deaths": "persons",
    "conflict_deaths": "persons",
}
WDI = "World Bank, World Development Indicators: "
SOURCES = {
    "weo_2024_04": ("International Monetary Fund, World Economic Outlook Database, April 2024",
                    "https://www.imf.org/en/Publications/WEO/weo-database/2024/April",
                    "IMF terms of use for data: free reuse with attribution", "2024-04"),
    "wdi_DT.DOD.DECT.GN.ZS": (WDI + "external debt stocks (% of GNI)", "", "", ""),
    "wdi_FI.RES.TOTL.DT.ZS": (WDI + "total reserves (% of total external debt)", "", "", ""),
    "wdi_DT.TDS.DECT.EX.ZS": (WDI + "total debt service (% of exports of goods, services and "
                              "primary income)", "", "", ""),
    "wdi_TT.PRI.MRCH.XD.WD": (WDI + "net barter terms of trade index (2015 = 100)", "", "", ""),
    "wdi_NE.EXP.GNFS.ZS": (WDI + "exports of goods and services (% of GDP)", "", "", ""),
    "own_reserves_months": ("Reserves in months of imports, own calculation: reserves in per cent "
                            "of external debt times external debt over imports of goods and "
                            "services (World Development Indicators), with GDP of the World "
                            "Economic Outlook of April 2024",
                            "https://data.worldbank.org/indicator/FI.RES.TOTL.DT.ZS",
                            "CC BY 4.0", "early 2026"),
    "wgi_PV.EST": ("World Bank, Worldwide Governance Indicators: political stability and absence "
                   "of violence or terrorism, estimate; seven years of 2000-2023",
                   "https://data.worldbank.org/indicator/PV.EST", "CC BY 4.0", "2024 update"),
    "ucdp_VC.BTL.DETH": ("Uppsala Conflict Data Program, battle-related deaths, through "
                         "World Development Indicators; to 2018",
                         "https://data.worldbank.org/indicator/VC.BTL.DETH", "CC BY 4.0", "2019"),
    "ucdp_ged": ("Uppsala Conflict Data Program, Georeferenced Event Dataset: deaths in all "
                 "organised violence by where they occurred, best estimate, processed by Our World "
                 "in Data; 25 and more, 2019-2024",
                 "https://ourworldindata.org/grapher/"
                 "deaths-in-armed-conflicts-based-on-where-they-occurred",
                 "CC BY 4.0", "2025"),
}  # fmt: skip
COLUMNS = {
    "iso3": ("-", "economy, ISO 3166-1 alpha-3"),
    "indicator": ("-", "indicator"),
    "year": ("year", "year of the figure"),
    "value": ("as the indicator", "figure, four significant digits"),
    "source": ("-", "key of the source"),
    "kind": ("-", "reported or estimate (after the last year with actual figures)"),
}


def _series() -> pd.DataFrame:
    table = pd.read_csv(FOLDER / "indicator_series.csv", dtype=str, keep_default_na=False)
    years = [c for c in table.columns if re.fullmatch(r"\d{4}", c)]
    rows = table.melt(["iso3", "indicator", "source", "reported_to"], years, "year", "value")
    rows = rows[rows["value"] != ""].astype({"year": int, "value": float, "reported_to": int})
    late = rows["year"] > rows["reported_to"]
    return rows.assign(kind=late.map({True: "estimate", False: "reported"}))


def _stability() -> pd.DataFrame:
    table = pd.read_csv(FOLDER / "indicator_political_stability.csv", dtype={"iso3": str})
    rows = table.melt("iso3", var_name="year", value_name="value").dropna()
    return rows.assign(year=rows["year"].astype(int), indicator="political_stability",
                       source="wgi_PV.EST", kind="reported")  # fmt: skip


def _conflict() -> pd.DataFrame:
    table = pd.read_csv(FOLDER / "indicator_conflict_deaths.csv", dtype={"iso3": str})
    rows = table.melt("iso3", var_name="year", value_name="value").dropna()
    return rows.assign(year=rows["year"].astype(int), indicator="conflict_deaths",
                       source="ucdp_ged", kind="reported")  # fmt: skip


def _deaths() -> pd.DataFrame:
    table = pd.read_csv(FOLDER / "indicator_battle_deaths.csv")
    return table.rename(columns={"deaths": "value"}).assign(
        indicator="battle_deaths", source="ucdp_VC.BTL.DETH", kind="reported"
    )


def _faults(table: pd.DataFrame) -> list[str]:
    faults = []
    twice = table.duplicated(["iso3", "indicator", "year"])
    for row in table[twice].itertuples():
        faults.append(f"{row.iso3} {row.indicator} {row.year}: given twice")
    for name, group in table.groupby("indicator"):
        if name not in UNITS:
            faults.append(f"{name}: no such indicator")
            continue
        low, high = CREDIBLE[str(name)]
        for row in group[~group["value"].between(low, high)].itertuples():
            faults.append(f"{row.iso3} {name} {row.year}: {row.value} is outside {low} to {high}")
    wrong = ~table["year"].between(FIRST_YEAR, LAST_YEAR)
    faults += [f"{r.iso3} {r.indicator}: year {r.year}" for r in table[wrong].itertuples()]
    faults += [f"no such source: {s}" for s in set(table["source"]) - set(SOURCES)]
    faults += [f"{c}: no ISO code" for c in set(table["iso3"]) if not re.fullmatch("[A-Z]{3}", c)]
    return faults


def main() -> None:
    """Check, then write the table."""
    table = pd.concat([_series(), _stability(), _deaths(), _conflict()], ignore_index=True)
    table = table[list(COLUMNS)]
    faults = _faults(table)
    if faults:
        raise SystemExit("\n".join(faults))
    table = table.sort_values(["indicator", "iso3", "year"], ignore_index=True)
    sources = []
    for key, (title, url, licence, vintage) in SOURCES.items():
        url = url or f"https://data.worldbank.org/indicator/{key.removeprefix('wdi_')}"
        sources.append({"title": title, "url": url, "licence": licence or "CC BY 4.0",
                        "vintage": vintage or "early 2026"})  # fmt: skip
    write_table(
        "risk_indicators",
        table,
        title="Yearly indicators of country risk",
        script=SCRIPT,
        columns=COLUMNS,
        sources=sources,
        fmt="parquet",
        notes="Units: " + "; ".join(f"{k}: {u}" for k, u in UNITS.items()) + ". "
        "One vintage: figures are those known in 2024 to 2026, not those known at the time. "
        "Political stability holds 2000, 2004, 2008, 2012, 2016, 2020 and 2023 only; battle "
        "deaths end in 2018 and years without a figure are not zeros of the source; deaths in "
        "conflict (state, non-state and one-sided violence) begin in 2019, and none is below 25.",
    )


if __name__ == "__main__":
    main()
