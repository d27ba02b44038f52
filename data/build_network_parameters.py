"""Check and write the network's parameters, the country groups they go by, and the gauges.

Writes ``network_parameters``, ``country_groups`` and ``gauges`` from the hand-written facts of
the same names under ``data/facts``. Run: ``python data/build_network_parameters.py``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pycountry

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts"
KNOWN = {c.alpha_3 for c in pycountry.countries} | {"XKX"}
GAUGES_MM = {
    "762",
    "914",
    "950",
    "1000",
    "1050",
    "1055",
    "1067",
    "1435",
    "1520",
    "1524",
    "1600",
    "1668",
    "1676",
}
# Which column of country_groups a grouped parameter goes by.
GROUPED = {
    ("line_haul_speed_kmh", "rail"): "rail_group",
    ("moving_speed_kmh", "road"): "road_group",
    ("duty_hours_per_day", "road"): "road_group",
    ("port_dwell_hours", "sea"): "port_group",
}
TEXT = {
    "source_title": ("-", "source; imputed rows say so here"),
    "source_url": ("-", "address of the source; empty where imputed"),
}
PARAMETERS = {
    "parameter": ("-", "name; with mode and group joined by dots it is the key of an override"),
    "mode": ("-", "rail, road, sea, ferry, air or a project's mode; empty: not by mode"),
    "country_group": ("-", "group of country_groups; empty: the same everywhere"),
    "value": ("see unit", "central value"),
    "low": ("see unit", "low value"),
    "high": ("see unit", "high value"),
    "unit": ("-", "unit of value, low and high"),
    **TEXT,
    "year": ("year", "year of the measurement or publication"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "how the value is made up; 'not read' marks what is from general knowledge"),
}
GROUPS = {
    "iso3": ("-", "ISO 3166-1 alpha-3 code"),
    "rail_group": ("-", "group for rail speed"),
    "road_group": ("-", "group for lorry speed and driving hours"),
    "port_group": ("-", "group for the time of containers in port"),
    "note": ("-", "why an economy is not where its region would put it"),
}
GAUGE_COLUMNS = {
    "iso3": ("-", "ISO 3166-1 alpha-3 code"),
    "gauge_mm": ("mm", "gauge of the main freight network"),
    "other_gauges_mm": ("-", "other gauges in use for freight, separated by semicolons"),
    **TEXT,
    "confidence": ("-", "medium or low"),
    "note": ("-", "where the other gauges are"),
}
GROUP_NOTE = (
    "Rule: China with Hong Kong and Macao; Russia, Belarus, Kazakhstan, Ukraine, Moldova (1520 mm, "
    "long fast trunk lines); the rest of the former Soviet Union and Mongolia; the Western Balkans "
    "outside the EU; EU, EFTA, United Kingdom and microstates; South Asia without Iran; Western "
    "Asia, Iran and North Africa; Sub-Saharan Africa; Latin America and the Caribbean; other OECD "
    "and Taiwan; the rest of East Asia, South-East Asia and the Pacific. Ports: advanced where "
    "dwell times of three to four days are published or the economy is high-income and outside the "
    "emerging regions; emerging; Sub-Saharan Africa."
)


def read(name: str) -> pd.DataFrame:
    """One facts file, all text."""
    return pd.read_csv(FACTS / f"{name}.csv", dtype=str, keep_default_na=False)


def faults(table: pd.DataFrame, groups: pd.DataFrame, gauges: pd.DataFrame) -> Iterator[str]:
    """Every broken rule of the three tables."""
    key = table[["parameter", "mode", "country_group"]].agg(".".join, axis=1)
    for double in key[key.duplicated()]:
        yield f"network_parameters: {double} given twice"
    for row in table.itertuples():
        low, value, high = float(row.low), float(row.value), float(row.high)
        if not (0 <= low <= value <= high and value > 0):
            yield f"network_parameters: {key[row.Index]}: {low}, {value}, {high}"
        if not (row.unit and row.source_title and row.year):
            yield f"network_parameters: {key[row.Index]}: no unit, source or year"
    for (parameter, mode), column in GROUPED.items():
        have = set(table.country_group[(table.parameter == parameter) & (table["mode"] == mode)])
        want = set(groups[column])
        if have != want:
            yield f"{parameter}.{mode}: groups {sorted(have ^ want)} in one table only"
    for name, frame in (("country_groups", groups), ("gauges", gauges)):
        for code in set(frame.iso3) - KNOWN:
            yield f"{name}: unknown country code {code!r}"
        for code in frame.iso3[frame.iso3.duplicated()]:
            yield f"{name}: {code} given twice"
    listed = {g for cell in gauges.other_gauges_mm for g in cell.split(";") if g}
    for gauge in (set(gauges.gauge_mm) | listed) - GAUGES_MM:
        yield f"gauges: unknown gauge {gauge!r}"


def main() -> None:
    """Check, then write the three tables."""
    table, groups, gauges = (read(n) for n in ("network_parameters", "country_groups", "gauges"))
    found = list(faults(table, groups, gauges))
    if found:
        raise SystemExit("\n".join(found))
    script = "data/build_network_parameters.py"
    write_table(
        "network_parameters",
        table,
        script=script,
        columns=PARAMETERS,
        title="Speeds, waits, prices, emissions and capital parameters of the network",
        sources=[
            {
                "title": "CAREC Corridor Performance Measurement and Monitoring, 2020 to 2023",
                "url": "https://cpmm.carecprogram.org/",
                "licence": "facts cited; CC BY 3.0 IGO",
                "vintage": "2020 to 2023",
            },
            {
                "title": "World Bank, Why Does Cargo Spend Weeks in Sub-Saharan African Ports?",
                "url": "https://openknowledge.worldbank.org/handle/10986/9317",
                "licence": "CC BY 3.0 IGO",
                "vintage": "2012",
            },
            {
                "title": "Other publications named on the rows",
                "url": "https://www.bts.gov/",
                "licence": "single facts cited",
                "vintage": "2004 to 2026",
            },
        ],
        notes="Line-haul speed of rail has stops on the line in it but not terminals and borders. "
        "Speed of lorries over a long day is moving_speed_kmh x duty_hours_per_day / 24. "
        "Rows whose source begins with 'imputed' are judgements and belong into every "
        "sensitivity test with their low and high values.",
    )
    write_table(
        "country_groups",
        groups,
        title="Country groups of the network parameters",
        script=script,
        columns=GROUPS,
        sources=[
            {
                "title": "United Nations, M49 standard country codes",
                "url": "https://unstats.un.org/unsd/methodology/m49/",
                "licence": "public",
                "vintage": "2024",
            }
        ],
        notes=GROUP_NOTE,
    )
    write_table(
        "gauges",
        gauges,
        title="Main freight gauge of each country with a railway",
        script=script,
        columns=GAUGE_COLUMNS,
        sources=[
            {
                "title": "CIA World Factbook, railways by gauge",
                "url": "https://www.cia.gov/the-world-factbook/field/railways/",
                "licence": "public domain",
                "vintage": "2024",
            }
        ],
        notes="From general knowledge in agreement with the source's listing, not read row by row. "
        "Economies without a freight railway are absent.",
    )


if __name__ == "__main__":
    main()
