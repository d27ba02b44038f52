"""Check and write what was published on the debt of partner countries, to be set beside ours.

Reads ``data/facts/debt/published_*.csv`` and writes ``debt_findings`` (single figures with their
source), ``debt_ratings`` (risk ratings in force), ``debt_classes`` (debt-carrying capacity read in
single analyses) and ``debt_exposure`` (Chinese official finance and public debt at the time of the
first screen). Run: ``python data/build_debt_published.py``.
"""

from __future__ import annotations

import datetime
from pathlib import Path

import pandas as pd

from _common import write_table

FOLDER = Path(__file__).resolve().parent / "facts" / "debt"
FINDINGS = {
    "finding": ("-", "name of the finding"),
    "item": ("-", "what of it"),
    "iso3": ("-", "ISO 3166-1 alpha-3, empty where no single economy is meant"),
    "quantity": ("-", "kind of figure"),
    "unit": ("-", "unit of the figure; - for a statement"),
    "value": ("as in unit", "the figure"),
    "source": ("-", "publication"),
    "source_url": ("-", "address where it was read"),
    "confidence": ("-", "high: read; medium: read second hand; low: remembered or our own"),
    "note": ("-", "what was confirmed"),
}
RATINGS = {
    "iso3": ("-", "ISO 3166-1 alpha-3"),
    "external_rating": ("-", "risk of debt distress as listed"),
    "sustainability": ("-", "sustainable, unsustainable or empty"),
    "published_on": ("-", "day of the debt sustainability analysis, YYYY-MM-DD"),
    "listed_to": ("-", "day to which the list holds analyses, YYYY-MM-DD"),
}
CLASSES = {
    "iso3": ("-", "ISO 3166-1 alpha-3"),
    "debt_carrying_capacity": ("-", "weak, medium or strong"),
    "score": ("1", "composite indicator, where it is printed"),
    "year": ("-", "year of the analysis"),
    "basis": ("-", "outlook and CPIA that the score rests on, where they are named"),
    "source": ("-", "analysis"),
    "source_url": ("-", "address where it was read"),
}
EXPOSURE = {
    "iso3": ("-", "ISO 3166-1 alpha-3"),
    "corridor": ("-", "yes for an economy of the corridor studies"),
    "low_income_framework": ("-", "yes where a LIC-DSF rating is listed"),
    "gdp_2016_usd_mn": ("USD million", "GDP of 2016"),
    "public_debt_2016_pct_gdp": ("% of GDP", "general government gross debt of 2016"),
    "committed_2000_2012_usd_mn": ("constant 2021 USD million", "Chinese official commitments"),
    "committed_2013_2016_usd_mn": ("constant 2021 USD million", "Chinese official commitments"),
    "committed_2017_2021_usd_mn": ("constant 2021 USD million", "Chinese official commitments"),
    "interest_pct": ("%", "mean interest of loans with known terms, weighted by amount"),
}
CAPACITIES = ("weak", "medium", "strong")
NAMED = ("low", "moderate", "high", "in debt distress")


def main() -> None:
    """Check, then write the four tables."""
    findings = pd.read_csv(FOLDER / "published_findings.csv", dtype=str, keep_default_na=False)
    findings = findings.rename(columns={"economy": "iso3"})
    ratings = pd.read_csv(FOLDER / "published_ratings.csv", dtype=str, keep_default_na=False)
    exposure = pd.read_csv(FOLDER / "published_exposure.csv", dtype=str, keep_default_na=False)
    classes = pd.read_csv(FOLDER / "published_classes.csv", dtype=str, keep_default_na=False)
    faults = _findings(findings) + _ratings(ratings) + _classes(classes) + _exposure(exposure)
    if faults:
        raise SystemExit("\n".join(faults))
    _write(findings, ratings, exposure)
    _write_classes(classes)


def _findings(table: pd.DataFrame) -> list[str]:
    faults = [
        f"{f}, {i}: given twice"
        for f, i in table.loc[
            table.duplicated(["finding", "item", "iso3", "quantity"]), ["finding", "item"]
        ].itertuples(index=False, name=None)
    ]
    for row in table.itertuples():
        where = f"{row.finding}, {row.item}"
        if row.confidence not in ("high", "medium", "low"):
            faults.append(f"{where}: confidence {row.confidence!r}")
        if row.confidence == "high" and not row.source_url:
            faults.append(f"{where}: read in the source, but no address")
        if row.iso3 and len(row.iso3) != 3:
            faults.append(f"{where}: {row.iso3!r} is no ISO 3166-1 alpha-3 code")
        if (row.unit == "-") != (row.value == ""):
            faults.append(f"{where}: a figure needs a unit, and a unit a figure")
        elif row.value:
            faults += _number(row.value, where)
        if not row.source:
            faults.append(f"{where}: no source")
    return faults


def _number(text: str, where: str) -> list[str]:
    try:
        float(text)
    except ValueError:
        return [f"{where}: {text!r} is not a number"]
    return []


def _ratings(table: pd.DataFrame) -> list[str]:
    faults = [f"{code}: rated twice" for code in table.loc[table["iso3"].duplicated(), "iso3"]]
    for row in table.itertuples():
        if row.external_rating not in NAMED:
            faults.append(f"{row.iso3}: rating {row.external_rating!r}")
        if row.sustainability not in ("", "sustainable", "unsustainable"):
            faults.append(f"{row.iso3}: sustainability {row.sustainability!r}")
        try:
            if datetime.date.fromisoformat(row.published_on) > datetime.date.fromisoformat(
                row.listed_to
            ):
                faults.append(f"{row.iso3}: published after the day of the list")
        except ValueError as error:
            faults.append(f"{row.iso3}: {error}")
    return faults


def _classes(table: pd.DataFrame) -> list[str]:
    faults = [
        f"{code}: class given twice" for code in table.loc[table["iso3"].duplicated(), "iso3"]
    ]
    for row in table.itertuples():
        if row.debt_carrying_capacity not in CAPACITIES:
            faults.append(f"{row.iso3}: class {row.debt_carrying_capacity!r}")
        if row.score and not 0 < float(row.score) < 5:
            faults.append(f"{row.iso3}: score {row.score}")
        if not row.source_url.startswith("http"):
            faults.append(f"{row.iso3}: no address")
    return faults


def _write_classes(classes: pd.DataFrame) -> None:
    write_table(
        "debt_classes",
        classes[list(CLASSES)],
        title="Debt-carrying capacity as published in single debt sustainability analyses",
        script="data/build_debt_published.py",
        columns=CLASSES,
        sources=[
            {"title": s, "url": u, "licence": "single facts cited", "vintage": y}
            for s, u, y in classes[["source", "source_url", "year"]].itertuples(
                index=False, name=None
            )
        ],
        notes="Only classes that were read in the text of an analysis; no list by country is open.",
    )


def _exposure(table: pd.DataFrame) -> list[str]:
    faults = [f"{code}: given twice" for code in table.loc[table["iso3"].duplicated(), "iso3"]]
    for row in table.to_dict("records"):
        for name, (unit, _) in EXPOSURE.items():
            if unit == "-":
                continue
            if row[name]:
                faults += _number(row[name], f"{row['iso3']} {name}")
                if not faults and float(row[name]) < 0:
                    faults.append(f"{row['iso3']} {name}: below 0")
        for name in ("corridor", "low_income_framework"):
            if row[name] not in ("yes", "no"):
                faults.append(f"{row['iso3']} {name}: {row[name]!r}")
    return faults


def _write(findings: pd.DataFrame, ratings: pd.DataFrame, exposure: pd.DataFrame) -> None:
    script = "data/build_debt_published.py"
    cited = findings[["source", "source_url"]].drop_duplicates()
    write_table(
        "debt_findings",
        findings[list(FINDINGS)],
        title="Published findings on debt of partner countries",
        script=script,
        columns=FINDINGS,
        sources=[
            {"title": s, "url": u, "licence": "single figures cited", "vintage": "see source"}
            for s, u in cited.itertuples(index=False, name=None)
        ],
        notes="Rows of low confidence are remembered or computed, and say so in the note.",
    )
    write_table(
        "debt_ratings",
        ratings[list(RATINGS)],
        title="Risk of debt distress of low-income countries, latest published",
        script=script,
        columns=RATINGS,
        sources=[
            {
                "title": "IMF and World Bank, list of LIC DSAs for PRGT-eligible countries",
                "url": "https://www.worldbank.org/en/programs/debt-toolkit/dsa",
                "licence": "facts",
                "vintage": "analyses published to 31 March 2026",
            }
        ],
        notes="Read through a public collection of the list. External risk as listed; the "
        "analysis of a country is the authority.",
    )
    write_table(
        "debt_exposure",
        exposure[list(EXPOSURE)],
        title="Public debt of 2016 and Chinese official finance before and after",
        script=script,
        columns=EXPOSURE,
        sources=[
            {
                "title": "AidData, Global Chinese Development Finance Dataset 3.0",
                "url": "https://aiddata.org/data/"
                "aiddatas-global-chinese-development-finance-dataset-version-3-0",
                "licence": "ODC-By 1.0",
                "vintage": "commitments of 2000-2021, constant 2021 USD",
            },
            {
                "title": "International Monetary Fund, World Economic Outlook Database",
                "url": "https://www.imf.org/en/Publications/WEO/weo-database/2024/April",
                "licence": "IMF terms of use of data, with attribution",
                "vintage": "April 2024",
            },
        ],
        notes="Commitments are sums of official flows (aid-like, other and vague) that AidData "
        "recommends for aggregates; they hold rollovers and loans to state companies, and say "
        "nothing of disbursement.",
    )


if __name__ == "__main__":
    main()
