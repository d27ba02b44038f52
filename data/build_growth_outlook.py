"""Check and write the table ``growth_outlook``: population and growth per head, 2018-2030.

Reads ``data/facts/people/growth_outlook.csv`` (one row per economy, variable and source, one
column per year) and ``income_groups.csv``. Run: ``python data/build_growth_outlook.py``.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts"
SCRIPT = "data/build_growth_outlook.py"
FIRST, LAST = 2018, 2030
YEARS = [str(year) for year in range(FIRST - 1, LAST + 1)]
#: Years to which the Outlook of April 2024 counts as reported where the World Bank has no series.
REPORTED = 2022
#: Years of past population growth that carry on where no projection is held.
TREND_YEARS = 5
BOUNDS = {
    "population": (1e3, 2e9),
    "gdp_per_capita_growth_pct": (-70, 120),
    "real_growth_pct": (-60, 120),
    "population_mn": (0.005, 2e3),
}


def facts(faults: list[str]) -> dict[str, pd.DataFrame]:
    """Figures by variable: one row per economy, one column per year."""
    table = pd.read_csv(FACTS / "people" / "growth_outlook.csv")
    for row in table[table.duplicated(["iso3", "variable"])].itertuples():
        faults.append(f"growth_outlook: {row.iso3} {row.variable} is given twice")
    out = {}
    for name, (low, high) in BOUNDS.items():
        part = table[table["variable"] == name].set_index("iso3").reindex(columns=YEARS)
        out[name] = part.astype(float)
        wrong = (out[name] < low) | (out[name] > high)
        for iso3, year in wrong.stack().loc[lambda s: s].index:
            faults.append(f"growth_outlook: {iso3} {name} {year} is outside {low} to {high}")
    if unknown := set(table["variable"]) - set(BOUNDS):
        faults.append(f"growth_outlook: unknown variables {sorted(unknown)}")
    return out


def population(held: dict[str, pd.DataFrame]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Persons, and which are carried on with the growth of the last years.

    Where the World Bank holds no series the Outlook's own levels stand, to its last year.
    """
    people = held["population"]
    outlook = 1e6 * held["population_mn"]
    without = outlook.index[outlook.notna().any(axis=1)].difference(people.dropna(how="all").index)
    people = pd.concat([people.dropna(how="all"), outlook.loc[without]]).sort_index()
    carried = people.isna()
    trend = (people["2024"] / people[str(2024 - TREND_YEARS)]) ** (1 / TREND_YEARS)
    for before, year in pairwise(YEARS):
        people[year] = people[year].fillna(people[before] * trend)
    return people, carried


def growth(
    held: dict[str, pd.DataFrame], people: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Growth of GDP per head (%), and how each figure is known."""
    observed, real = held["gdp_per_capita_growth_pct"], held["real_growth_pct"]
    index = people.index.intersection(
        observed.index[observed.notna().any(axis=1)].union(real.index[real.notna().any(axis=1)])
    )
    ratio = (people / people.shift(axis=1)).reindex(index)
    rate = observed.reindex(index)
    kind = rate.notna().replace({True: "observed", False: ""}).astype(object)
    projected = 100 * ((1 + real.reindex(index) / 100) / ratio - 1)
    use = rate.isna() & projected.notna()
    rate, kind = rate.where(~use, projected), kind.mask(use, "projected")
    early = use.copy()
    early.loc[:, str(REPORTED + 1) :] = False
    kind = kind.mask(early, "observed")
    rate[str(LAST)] = rate[str(LAST - 1)]
    kind.loc[rate[str(LAST)].notna(), str(LAST)] = "extrapolated"
    groups = pd.read_csv(FACTS / "income_groups.csv", dtype=str, keep_default_na=False)
    groups = groups.assign(iso3=groups["iso3"].str.split()).explode("iso3")
    group = groups.set_index("iso3")["income_group"].reindex(index).fillna("unclassified")
    typical = rate.groupby(group).transform("median")
    lacking = rate.isna() & typical.notna()
    return rate.where(~lacking, typical), kind.mask(lacking, "extrapolated")


def _source(kind: str, *, bank_people: bool, bank_growth: bool) -> str:
    """Keys of what a row rests on; the World Bank's where it holds the figure."""
    keys = []
    if bank_people:
        keys.append("wdi_population")
    if bank_growth:
        keys.append("wdi_per_capita_growth")
    if kind != "observed" or not (bank_people and bank_growth):
        keys.append("weo_2024_04")
    return ";".join([*keys, *(["own_rule"] if kind == "extrapolated" else [])])


def main() -> None:
    """Join, check, write."""
    faults: list[str] = []
    held = facts(faults)
    if faults:
        raise SystemExit("\n".join(faults[:50]))
    people, carried = population(held)
    rate, kinds = growth(held, people)
    bank = held["population"]["2024"].notna()
    told = held["gdp_per_capita_growth_pct"].notna()
    rows = []
    for iso3 in people.index.intersection(rate.index):
        for year in YEARS[1:]:
            kind = kinds.loc[iso3, year]
            if kind == "observed" and carried.loc[iso3, year]:
                kind = "extrapolated"
            if pd.notna(people.loc[iso3, year]) and pd.notna(rate.loc[iso3, year]):
                source = _source(
                    kind,
                    bank_people=bool(bank.get(iso3, False)),
                    bank_growth=iso3 in told.index and bool(told.loc[iso3, year]),
                )
                numbers = round(people.loc[iso3, year]), round(rate.loc[iso3, year], 3)
                rows.append((iso3, int(year), *numbers, kind, source))
    columns = ["iso3", "year", "population", "gdp_per_capita_growth_pct", "kind", "source"]
    table = pd.DataFrame(rows, columns=columns)
    short = table.groupby("iso3").size().loc[lambda n: n < LAST - FIRST + 1]
    table = table[~table["iso3"].isin(short.index)].reset_index(drop=True)
    print(f"left out for gaps: {', '.join(short.index) or 'none'}")
    write_table(
        "growth_outlook",
        table,
        title="Population and growth of output per head, 2018-2030",
        script=SCRIPT,
        sources=SOURCES,
        columns={
            "iso3": ("-", "ISO 3166-1 alpha-3; XKX (user-assigned) for Kosovo"),
            "year": ("year", "calendar year"),
            "population": ("persons", "midyear population"),
            "gdp_per_capita_growth_pct": ("%", "growth of real GDP per head over the year before"),
            "kind": ("-", "how growth is known: observed, projected or extrapolated"),
            "source": ("-", "keys of the sources in this file, joined by ';'"),
        },
        notes="Observed: World Bank. Projected: growth of real GDP in the IMF's Outlook of April "
        "2024 over growth of population. Population after 2024 keeps its growth of 2019-2024 (the "
        "population of 2030 then is on average 1.1 %, weighted by people, off the United Nations' "
        "medium variant of 2024; the Outlook's own growth is 1.3 % off). Extrapolated: growth of "
        "output in 2030 repeats 2029; without an outlook output per head grows like the median of "
        "the economy's income group.",
        fmt="parquet",
    )


SOURCES = [
    {
        "title": "[wdi_population] World Bank, World Development Indicators, SP.POP.TOTL",
        "url": "https://data.worldbank.org/indicator/SP.POP.TOTL",
        "licence": "CC BY 4.0",
        "vintage": "2025",
    },
    {
        "title": "[wdi_per_capita_growth] World Bank, World Development Indicators, "
        "NY.GDP.PCAP.KD.ZG, read in Gapminder Systema Globalis",
        "url": "https://data.worldbank.org/indicator/NY.GDP.PCAP.KD.ZG",
        "licence": "CC BY 4.0",
        "vintage": "as of March 2026",
    },
    {
        "title": "[weo_2024_04] International Monetary Fund, World Economic Outlook Database, "
        "April 2024, NGDP_RPCH and LP",
        "url": "https://www.imf.org/en/Publications/WEO/weo-database/2024/April",
        "licence": "IMF data terms: free reuse with attribution",
        "vintage": "April 2024",
    },
]
if __name__ == "__main__":
    main()
