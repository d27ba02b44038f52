"""Check the hand-written freight airports and write the bundled table ``airports``.

Codes, names and positions must agree with the package ``airportsdata`` (MIT); the cargo figures
and their sources are by hand.

Run: ``python data/build_airports.py`` (``--check`` reports without writing).
"""

from __future__ import annotations

import io
import sys
from functools import cache

import pandas as pd

from _common import wheel_member
from _terminals import (
    all_faults,
    economies,
    finish,
    number_faults,
    place_faults,
    read_bundled,
    read_facts,
    source_faults,
    year_faults,
)

PACKAGE = "airportsdata==20260905"
COLUMNS: dict[str, tuple[str, str]] = {
    "iata": ("-", "IATA code of the airport"),
    "icao": ("-", "ICAO code of the airport"),
    "name": ("-", "name in the package"),
    "locode": ("-", "UN/LOCODE, empty where not known"),
    "iso3": ("-", "ISO 3166-1 alpha-3 code of the economy"),
    "lat": ("degree", "latitude of the reference point, WGS 84"),
    "lon": ("degree", "longitude"),
    "cargo_tonnes": ("tonnes per year", "freight loaded and unloaded, some with mail; or unknown"),
    "cargo_year": ("year", "year of the cargo figure"),
    "role": ("-", "cargo hub, air silk road, regional cargo airport, or national gateway"),
    "source_title": ("-", "source of the cargo figure; without one, of code and position"),
    "source_url": ("-", "address of the source; empty where the figure was not read"),
    "confidence": ("-", "of the cargo figure; without one, of code and position"),
    "note": ("-", "what the figure counts, what is imputed"),
}
ROLES = frozenset({"cargo hub", "air silk road", "regional cargo airport", "national gateway"})
# Economies without an airport of their own in the package; they use a neighbour's.
WITHOUT_AIRPORT = frozenset({"AND", "LIE", "MCO", "PSE", "SMR"})
# The package files these under the United States.
OWN_ECONOMY = {"SJU": "PRI", "STX": "VIR"}
REACH_KM = 60.0
# The simplified outline holds only some of the atolls.
REACH_ATOLLS_KM = {"KIR": 300.0}
LARGEST_TONNES = 6e6


@cache
def known_airports() -> dict[str, dict[str, str]]:
    """Airports of the package by IATA code."""
    raw = wheel_member(PACKAGE, "airportsdata/airports.csv")
    frame = pd.read_csv(io.BytesIO(raw), dtype=str, keep_default_na=False)
    frame = frame[frame["iata"] != ""].drop_duplicates("iata")
    return {r["iata"]: {str(k): str(v) for k, v in r.items()} for r in frame.to_dict("records")}


@cache
def iso3_of() -> dict[str, str]:
    """ISO 3166-1 alpha-2 to alpha-3."""
    table = read_bundled("countries")
    return dict(zip(table["iso2"], table["iso3"], strict=True))


def row_faults(row: dict[str, str]) -> list[str]:
    """Faults of one airport."""
    there = known_airports().get(row["iata"])
    if there is None:
        return ["IATA code is not in the package"]
    found = []
    if row["icao"] != there["icao"]:
        found.append(f"ICAO {row['icao']} against {there['icao']}")
    iso3 = OWN_ECONOMY.get(row["iata"], iso3_of().get(there["country"], ""))
    if row["iso3"] != iso3:
        found.append(f"economy {row['iso3']} against {iso3}")
    for axis in ("lat", "lon"):
        if abs(float(row[axis]) - float(there[axis])) > 0.001:
            found.append(f"{axis} {row[axis]} against {there[axis]}")
    reach_km = REACH_ATOLLS_KM.get(row["iso3"], REACH_KM)
    found += place_faults(row["lat"], row["lon"], row["iso3"], reach_km=reach_km)
    found += number_faults(row, ("cargo_tonnes",)) + year_faults(row, ("cargo_year",))
    if bool(row["cargo_tonnes"]) != bool(row["cargo_year"]):
        found.append("cargo figure and its year go together")
    if row["cargo_tonnes"] and float(row["cargo_tonnes"]) > LARGEST_TONNES:
        found.append(f"{row['cargo_tonnes']} tonnes")
    if row["role"] not in ROLES:
        found.append(f"role {row['role']!r}")
    return found + source_faults(row)


def main() -> int:
    """Check, report, write."""
    frame = read_facts("airports")
    found = all_faults(frame, COLUMNS, "iata", row_faults)
    uncovered = economies() - set(frame["iso3"]) - WITHOUT_AIRPORT
    found += [f"{code}: no airport" for code in sorted(uncovered)]
    return finish(
        "airports",
        frame.sort_values("iata", ignore_index=True),
        found,
        title="Airports for freight: cargo hubs, Air Silk Road and national gateways",
        sources=[
            {
                "title": f"airportsdata {PACKAGE.split('==')[1]}: codes, names, positions",
                "url": "https://github.com/mborsetti/airportsdata",
                "licence": "MIT",
                "vintage": "2026-09-05",
            },
            {
                "title": "Cargo figures with a source on each row (ACI, ACI Europe, CAAC, Eurostat "
                "as reported)",
                "url": "https://www.seanews.com.tr/e-commerce-geopolitics-nearshoring-shuffle-"
                "rankings/204151/",
                "licence": "single facts cited",
                "vintage": "2010 to 2025",
            },
        ],
        columns=COLUMNS,
        notes="Every economy of countries has an airport but Andorra, Liechtenstein, Monaco, the "
        "Palestinian territory and San Marino, which have none in the package. The gateway is "
        "the international airport next to the largest city, chosen by hand. Cargo figures are "
        "of different years and not comparable to the tonne; those of low confidence are from "
        "memory and rounded.",
    )


if __name__ == "__main__":
    sys.exit(main())
