"""Check and write the tables of prepared country inputs for debt assessments.

Reads ``data/facts/debt/series_*.csv``, ``settings.csv``, ``terms.csv``, ``gaps.csv`` and
``sources.csv``; writes ``debt_series``, ``debt_settings``, ``debt_terms``, ``debt_gaps`` and
``debt_sources``. Only reported figures and projections of their sources pass through here; what is
derived from them is derived when inputs are asked for (``finance/debt/extend.py``).
Run: ``python data/build_debt_inputs.py``.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

import pandas as pd

from _common import write_table

FOLDER = Path(__file__).resolve().parent / "facts" / "debt"
SCRIPT = "data/build_debt_inputs.py"
FIRST_PROJECTION = 2024
FIRST_YEAR, LAST_YEAR = 2000, 2029
# Unit and credible bounds of what the facts hold: outside lies a fault of unit or sign.
VARIABLES = {
    "gdp_usd_mn": ("USD million", 1, 1e8),
    "real_growth_pct": ("%", -60, 90),
    "deflator_growth_pct": ("%", -60, 1e5),
    "revenue_with_grants_pct_gdp": ("% of GDP", 0, 200),
    "primary_balance_pct_gdp": ("% of GDP", -130, 130),
    "net_lending_pct_gdp": ("% of GDP", -130, 130),
    "public_debt_pct_gdp": ("% of GDP", 0, 700),
    "current_account_usd_mn": ("USD million", -1e7, 1e7),
    "export_volume_growth_pct": ("%", -100, 1000),
    "import_volume_growth_pct": ("%", -100, 1000),
    "exports_pct_gdp": ("% of GDP", 0, 300),
    "imports_pct_gdp": ("% of GDP", 0, 300),
    "exports_usd_mn": ("USD million", 0, 1e8),
    "imports_usd_mn": ("USD million", 0, 1e8),
    "fdi_inflows_pct_gdp": ("% of GDP", -120, 300),
    "remittances_pct_gdp": ("% of GDP", 0, 80),
    "external_debt_usd_mn": ("USD million", 0, 1e7),
    "external_debt_pct_gni": ("% of GNI", 0, 1000),
    "external_debt_pv_pct_gni": ("% of GNI", 0, 1000),
    "reserves_pct_external_debt": ("% of external debt", 0, 5000),
    "external_ppg_debt_usd_mn": ("USD million", 0, 1e7),
    "external_ppg_service_usd_mn": ("USD million", 0, 1e6),
    "cpia": ("points 1-6", 1, 6),
    "manufactures_exports_pct_goods": ("% of goods exports", 0, 100),
    "goods_exports_usd_mn": ("USD million", 0, 1e8),
}
SETTINGS = {
    "framework": ("lic", "market"),
    "in_debt_distress": ("yes", "no"),
    "market_access": ("yes", "no"),
    "disaster_prone": ("yes", "no"),
    "previous_class": ("weak", "medium", "strong"),
    "previous_signal": ("weak", "medium", "strong"),
}
NUMBERS = {
    "union_reserves_pct_imports": (1, 200),
    "government_effectiveness": (-2.5, 2.5),
    "regulatory_quality": (-2.5, 2.5),
}
KINDS = ("reported", "estimate", "projection", "imputed", "assumed")


def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / name, dtype=str, keep_default_na=False)


def _long(table: pd.DataFrame) -> pd.DataFrame:
    """One row per year of a table with a column per year; empty cells are left out."""
    years = [c for c in table.columns if re.fullmatch(r"\d{4}", c)]
    keys = [c for c in table.columns if c not in years]
    rows = table.melt(keys, years, "year", "value")
    rows = rows[rows["value"] != ""].copy()
    rows["year"] = rows["year"].astype(int)
    rows["value"] = rows["value"].astype(float)
    if "reported_to" not in rows:
        rows["reported_to"] = str(LAST_YEAR)
    return rows


def _deflator(rows: pd.DataFrame) -> pd.DataFrame:
    """Growth of the deflator in place of its index; a year needs the year before."""
    index = rows[rows["variable"] == "deflator_index"].sort_values(["iso3", "year"]).copy()
    before = index.groupby("iso3")[["value", "year"]].shift()
    index["value"] = ((index["value"] / before["value"] - 1) * 100).round(4)
    index = index[index["year"] == before["year"] + 1]
    index["variable"] = "deflator_growth_pct"
    return pd.concat([rows[rows["variable"] != "deflator_index"], index])


def _kind(rows: pd.DataFrame) -> pd.Series:
    """Reported to the last year that the source calls so, then its estimate, then projection."""
    reported = pd.to_numeric(rows["reported_to"]).fillna(FIRST_YEAR)
    outlook = rows["source"].isin(["weo_2024_04", "own_world_growth"])
    kind = pd.Series("reported", index=rows.index)
    kind[outlook & (rows["year"] > reported)] = "estimate"
    kind[outlook & (rows["year"] >= FIRST_PROJECTION)] = "projection"
    return kind


def series(sources: set[str], faults: list[str]) -> pd.DataFrame:
    """All series, long, checked."""
    tables = [_long(_read(p.name)) for p in sorted(FOLDER.glob("series_*.csv"))]
    rows = _deflator(pd.concat(tables, ignore_index=True)).reset_index(drop=True)
    rows["kind"] = _kind(rows)
    keys = ["iso3", "variable", "year"]
    for key in rows.loc[rows.duplicated(keys), keys].itertuples(index=False):
        faults.append(f"series: twice {key}")
    for row in rows.itertuples():
        where = f"series: {row.iso3} {row.variable} {row.year}"
        if row.variable not in VARIABLES:
            faults.append(f"{where}: unknown variable")
            continue
        _, low, high = VARIABLES[row.variable]
        if not (math.isfinite(row.value) and low <= row.value <= high):
            faults.append(f"{where}: {row.value} is outside {low} to {high}")
        if row.source not in sources:
            faults.append(f"{where}: source {row.source!r} is not in sources.csv")
        if not FIRST_YEAR <= row.year <= LAST_YEAR:
            faults.append(f"{where}: year")
    rows = rows[[*keys, "value", "kind", "source"]]
    return rows.sort_values(keys).reset_index(drop=True)


def settings(sources: set[str], faults: list[str]) -> pd.DataFrame:
    """Settings, checked."""
    rows = _read("settings.csv")
    for row in rows.itertuples():
        where = f"settings: {row.iso3} {row.setting}"
        if row.setting in NUMBERS:
            low, high = NUMBERS[row.setting]
            if not low <= float(row.value) <= high:
                faults.append(f"{where}: {row.value} is outside {low} to {high}")
        elif row.value not in SETTINGS.get(row.setting, ()):
            faults.append(f"{where}: value {row.value!r}")
        if row.kind not in KINDS or row.source not in sources:
            faults.append(f"{where}: kind {row.kind!r} or source {row.source!r}")
    faults += [f"settings: twice {r.iso3} {r.setting}"
               for r in rows[rows.duplicated(["iso3", "setting"])].itertuples()]  # fmt: skip
    return rows.sort_values(["iso3", "setting"]).reset_index(drop=True)


def terms(sources: set[str], faults: list[str]) -> pd.DataFrame:
    """Average terms of new borrowing, checked."""
    rows = _read("terms.csv")
    for row in rows.itertuples():
        where = f"terms: {row.iso3} {row.instrument}"
        if not 0 <= float(row.interest_pct) <= 30:
            faults.append(f"{where}: interest {row.interest_pct}")
        if row.kind not in KINDS or row.source not in sources:
            faults.append(f"{where}: kind {row.kind!r} or source {row.source!r}")
    return rows.sort_values(["iso3", "instrument"]).reset_index(drop=True)


def main() -> None:
    """Check all, then write all."""
    source_rows = _read("sources.csv")
    known = set(source_rows["source"])
    faults: list[str] = []
    if source_rows["source"].duplicated().any():
        faults.append("sources: a name is given twice")
    tables = {
        "series": series(known, faults),
        "settings": settings(known, faults),
        "terms": terms(known, faults),
        "gaps": _read("gaps.csv").sort_values(["iso3", "variable"]).reset_index(drop=True),
    }
    if faults:
        raise SystemExit("\n".join(faults[:50]))
    cited = [
        {"title": r.title, "url": r.url, "licence": r.licence, "vintage": r.vintage}
        for r in source_rows.itertuples()
        if r.source != "own_rule"
    ]
    units = "; ".join(f"{name} in {unit}" for name, (unit, _, _) in VARIABLES.items())
    write_table(
        "debt_series",
        tables["series"],
        title="Yearly figures behind the prepared inputs of debt assessments",
        script=SCRIPT,
        columns={
            "iso3": ("-", "ISO 3166-1 alpha-3; WLD the world, USA for the deflator of the dollar"),
            "variable": ("-", "name of the series"),
            "year": ("year", "calendar or fiscal year, as in the source"),
            "value": ("as in variable", units),
            "kind": ("-", "reported; estimate or projection of the source"),
            "source": ("-", "name in debt_sources"),
        },
        sources=cited,
        notes="Five significant digits. World growth is weighted with GDP in purchasing power "
        "parity; the growth of the deflator is the change of the index of the source.",
        fmt="parquet",
    )
    common = {
        "kind": ("-", "reported, imputed or assumed"),
        "source": ("-", "name in debt_sources"),
        "note": ("-", "what it rests on"),
    }
    write_table(
        "debt_settings",
        tables["settings"],
        title="Settings of the prepared inputs of debt assessments",
        script=SCRIPT,
        columns={"iso3": ("-", "ISO 3166-1 alpha-3"), "setting": ("-", "name"),
                 "value": ("-", "word, or a number in the unit of the setting"), **common},
        sources=cited,
    )  # fmt: skip
    write_table(
        "debt_terms",
        tables["terms"],
        title="Average interest on new external commitments by class of creditor",
        script=SCRIPT,
        columns={
            "iso3": ("-", "ISO 3166-1 alpha-3"),
            "instrument": ("-", "class of creditor; new: 2019-2023, stock: 2010-2023"),
            "creditor": ("-", "creditors averaged"),
            "currency": ("-", "ISO 4217"),
            "interest_pct": ("%", "mean of yearly averages"),
            **common,
        },
        sources=[c for c in cited if "average interest" in c["title"]],
    )
    write_table(
        "debt_gaps",
        tables["gaps"],
        title="What the prepared inputs of debt assessments lack",
        script=SCRIPT,
        columns={
            "iso3": ("-", "ISO 3166-1 alpha-3; empty: all"),
            "variable": ("-", "series or setting"),
            "why": ("-", "why it is missing"),
            "effect": ("-", "what the assessment does without it"),
        },
        sources=cited[:1],
    )
    write_table(
        "debt_sources",
        source_rows,
        title="Sources of the prepared inputs of debt assessments",
        script=SCRIPT,
        columns={
            "source": ("-", "name"),
            "title": ("-", "publication, with the code of the indicator in the address"),
            "url": ("-", "address"),
            "licence": ("-", "licence"),
            "vintage": ("-", "edition"),
        },
        sources=cited,
    )


if __name__ == "__main__":
    main()
