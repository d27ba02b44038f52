"""Build the bundled tables ``countries`` and ``poverty`` from the figures kept under ``facts/``.

Every figure is one row of ``facts/country_figures.csv`` or ``facts/poverty_figures.csv`` with its
year and its source; this script only joins them, so that a reviewer changes a figure in one place.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts"

INCOME_SOURCE = {
    "title": "World Bank country and lending groups, fiscal year 2026 (1 July 2025)",
    "url": "https://datahelpdesk.worldbank.org/knowledgebase/articles/906519",
    "licence": "CC BY 4.0",
    "vintage": "fiscal year 2026",
}
M49_SOURCE = {
    "title": "UN Statistics Division, standard country or area codes (M49), and ISO 3166-1",
    "url": "https://unstats.un.org/unsd/methodology/m49/",
    "licence": "facts",
    "vintage": "2026",
}


def facts(name: str) -> pd.DataFrame:
    """One table of ``facts/`` with every cell as text, so that codes such as NA survive."""
    return pd.read_csv(FACTS / f"{name}.csv", keep_default_na=False, dtype=str)


def sources(keys: set[str]) -> list[dict[str, str]]:
    """Give the named rows of ``facts/figure_sources.csv`` in the form the metadata wants."""
    table = facts("figure_sources")
    table = table[table.source.isin(keys)]
    return [
        {
            "title": f"[{r.source}] {r.source_title}",
            "url": r.source_url,
            "licence": r.licence,
            "vintage": r.vintage,
        }
        for r in table.itertuples()
    ]


def unpack(table: pd.DataFrame, label: str) -> pd.Series:
    """Turn ``label, "AAA BBB"`` rows into ``iso3 -> labels``; refuse unknown codes."""
    long = table[[label, "iso3"]].assign(iso3=table.iso3.str.split()).explode("iso3")
    unknown = set(long.iso3) - set(facts("economies").iso3)
    if unknown:
        raise SystemExit(f"{label}: unknown codes {sorted(unknown)}")
    return long.groupby("iso3")[label].agg(";".join)


def countries() -> None:
    """Write ``countries``."""
    out = facts("economies").set_index("iso3")
    figures = facts("country_figures")
    for indicator, year in (
        ("population", "population_year"),
        ("gdp_usd", "gdp_year"),
        ("public_debt_pct_gdp", "debt_year"),
    ):
        part = figures[figures.indicator == indicator].set_index("iso3")
        out[indicator] = pd.to_numeric(part["value"])
        out[year] = pd.to_numeric(part["year"])
        prefix = year.removesuffix("_year")
        out[f"{prefix}_is_estimate"] = part["is_estimate"].map({"1": True, "0": False})
        out[f"{prefix}_is_estimate"] = out[f"{prefix}_is_estimate"].eq(True)
        out[f"{prefix}_source"] = part["source"]
    groups = unpack(facts("income_groups"), "income_group")
    # Everything the bank classifies that is in none of the lists is high income; Niue and the
    # Cook Islands are not classified at all.
    out["income_group"] = groups.reindex(out.index).fillna("high")
    out.loc[["COK", "NIU"], "income_group"] = "unclassified"
    out["landlocked"] = out["landlocked"].eq("1")
    out["in_icio"] = out["in_icio"].eq("1")
    out["corridor"] = unpack(facts("corridors"), "corridor")
    text = ["population_source", "gdp_source", "debt_source", "corridor"]
    out[text] = out[text].fillna("")
    whole = ["population", "population_year", "gdp_usd", "gdp_year", "debt_year"]
    out[whole] = out[whole].astype("Int64")
    columns = {
        "iso3": ("-", "ISO 3166-1 alpha-3; XKX (user-assigned) for Kosovo"),
        "iso2": ("-", "ISO 3166-1 alpha-2; XK (user-assigned) for Kosovo"),
        "iso_numeric": ("-", "ISO 3166-1 numeric, three digits; empty for Kosovo"),
        "name": ("-", "short English name in UN usage; 'Chinese Taipei' as in the OECD tables"),
        "continent": ("-", "UN M49 region"),
        "region": ("-", "UN M49 sub-region, or intermediate region where there is one"),
        "income_group": (
            "-",
            "World Bank, fiscal year 2026: low, lower middle, upper middle, high or unclassified",
        ),
        "population": ("person", "total population"),
        "population_year": ("year", "year of population"),
        "population_source": ("-", "key of the source in this file"),
        "gdp_usd": ("USD", "gross domestic product, current prices and exchange rates"),
        "gdp_year": ("year", "year of gdp_usd"),
        "gdp_is_estimate": ("-", "True if the source calls the year an estimate or a projection"),
        "gdp_source": ("-", "key of the source in this file"),
        "public_debt_pct_gdp": ("% of GDP", "general government gross debt"),
        "debt_year": ("year", "year of public_debt_pct_gdp"),
        "debt_is_estimate": ("-", "True if the source calls the year an estimate or a projection"),
        "debt_source": ("-", "key of the source in this file"),
        "landlocked": ("-", "True if without a sea coast"),
        "in_icio": ("-", "True if shown one by one in the OECD ICIO, 2025 edition"),
        "corridor": ("-", "corridors whose documents name the economy, joined by ';'; else empty"),
        "note": ("-", "remarks on the name or code"),
    }
    corridor_sources = [
        {"title": r.source_title, "url": r.source_url, "licence": "facts", "vintage": r.corridor}
        for r in facts("corridors").itertuples()
    ]
    used = set(out.population_source) | set(out.gdp_source) | set(out.debt_source)
    write_table(
        "countries",
        out.reset_index()[list(columns)].sort_values("iso3"),
        title="Economies: codes, groups, population, output, public debt",
        script="data/build_countries.py",
        sources=[*sources(used), INCOME_SOURCE, M49_SOURCE, *corridor_sources],
        columns=columns,
        notes="Designations and groupings imply no opinion on the legal status of any territory. "
        "An empty figure is not known to us, never zero. Population and GDP come from different "
        "releases of the World Development Indicators, so ratios of the two are approximate. "
        "A corridor is set only where a document names the economy on it; it is no statement of "
        "membership (India is on one and has signed no document) and not a complete list of "
        "beneficiaries. Economies: those with a World Bank population series, and Chinese Taipei, "
        "the Cook Islands and Niue.",
    )


def poverty() -> None:
    """Write ``poverty``."""
    out = facts("poverty_figures")
    numbers = [c for c in out.columns if c not in {"iso3", "note"}]
    out[numbers] = out[numbers].apply(pd.to_numeric)
    years = ["survey_year", "gdp_per_capita_year"]
    out[years] = out[years].astype("Int64")
    columns = {
        "iso3": ("-", "ISO 3166-1 alpha-3; XKX (user-assigned) for Kosovo"),
        "survey_year": ("year", "year of the household survey behind Gini and headcounts"),
        "gini": ("0-100", "Gini index of income or consumption per head"),
        "headcount_300_pct": ("% of population", "below 3.00 USD a day, 2021 PPP"),
        "headcount_420_pct": ("% of population", "below 4.20 USD a day, 2021 PPP"),
        "headcount_830_pct": ("% of population", "below 8.30 USD a day, 2021 PPP"),
        "gdp_per_capita_ppp_usd": ("2021 PPP USD", "GDP per head, constant 2021 prices"),
        "gdp_per_capita_year": ("year", "year of gdp_per_capita_ppp_usd"),
        "note": ("-", "figures left out and why"),
    }
    write_table(
        "poverty",
        out[list(columns)].sort_values("iso3"),
        title="Poverty and inequality: latest household survey by economy",
        script="data/build_countries.py",
        sources=sources({"wdi_gini", "wdi_headcount", "wdi_gdp_ppp"}),
        columns=columns,
        notes="One row per economy with a survey since 2000 or a GDP series. Some surveys measure "
        "income and some consumption; the source does not say which here, so levels are not "
        "comparable between economies. Headcounts are rounded to 0.1 %: a zero means below "
        "0.05 %. A zero at the lowest line beside 3 % or more at the next one is taken for a "
        "missing value and left empty (see note).",
    )


if __name__ == "__main__":
    countries()
    poverty()
