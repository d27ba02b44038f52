"""Build the bundled table ``parks``: cooperation zones and twin parks, from ``facts/parks.csv``."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from _common import BUNDLE, write_table

FACTS = Path(__file__).resolve().parent / "facts"
KINDS = {"cooperation_zone", "twin_park", "border_zone", "domestic_zone"}
STATUS = {"operating", "construction", "planned", "stalled", "unknown"}
NUMBERS = ("lat", "lon", "year_agreed", "year_open", "area_km2", "firms", "invested_usd_mn", "jobs")
COLUMNS = {
    "park_id": ("-", "key"),
    "name": ("-", "name of the park"),
    "kind": (
        "-",
        "cooperation_zone (abroad, with a foreign sponsor), twin_park (one of two paired parks), "
        "border_zone (on both sides of a border), domestic_zone",
    ),
    "pair": ("-", "key of the pair of parks in two countries; empty if none"),
    "host": ("-", "ISO 3166-1 alpha-3 of the economy it lies in"),
    "zone": ("-", "zone of the host's entry lists it counts as, if any: free-trade"),
    "place": ("-", "town or district"),
    "lat": ("degrees", "latitude of the town or, roughly, of the park; empty if not located"),
    "lon": ("degrees", "longitude"),
    "operator": ("-", "who develops or runs it"),
    "partners": ("-", "ISO 3166-1 alpha-3 of economies taking part from abroad"),
    "year_agreed": ("year", "agreed, approved or founded"),
    "year_open": ("year", "in operation since"),
    "status": ("-", "operating, construction, planned, stalled or unknown"),
    "area_km2": ("km2", "area planned"),
    "industries": ("-", "industries it is for, in words"),
    "isic": ("-", "the same as ISIC Rev.4 codes, space-separated; empty: any"),
    "firms": ("count", "firms settled"),
    "invested_usd_mn": ("million USD", "invested so far, current prices"),
    "jobs": ("persons", "persons employed"),
    "as_of": ("-", "date of firms, investment and jobs"),
    "confirmed": ("-", "yes: China's Ministry of Commerce counts it as confirmed and assessed"),
    "confidence": ("-", "high, medium, or low: unconfirmed"),
    "source_title": ("-", "who says so"),
    "source_url": ("-", "where it was read; empty if remembered"),
    "accessed": ("-", "day it was read"),
    "note": ("-", "remarks"),
}  # fmt: skip


def read() -> pd.DataFrame:
    """The facts as text."""
    return pd.read_csv(FACTS / "parks.csv", keep_default_na=False, dtype=str)


def faults(table: pd.DataFrame, codes: set[str], isic: set[str]) -> list[str]:
    """What is wrong with the rows, one line each."""
    found = []
    for number, row in enumerate(table.to_dict("records"), start=2):
        number_ok = {c: _number(row[c]) for c in NUMBERS}
        rules = {
            "kind": row["kind"] in KINDS,
            "host": row["host"] in codes,
            "partners": set(row["partners"].split()) <= codes - {row["host"]},
            "status": row["status"] in STATUS,
            "isic": set(row["isic"].split()) <= isic,
            "pair of a twin_park": row["kind"] != "twin_park" or bool(row["pair"]),
            "as_of": bool(re.fullmatch(r"(\d{4}(-\d{2}(-\d{2})?)?)?", row["as_of"])),
            "as_of for figures": bool(row["as_of"])
            or not (row["firms"] or row["invested_usd_mn"] or row["jobs"]),
            "confidence": row["confidence"] in {"high", "medium", "low"},
            "low confidence without a note": row["confidence"] != "low" or bool(row["note"]),
            "source_title": bool(row["source_title"]),
            "source_url of a row that was read": row["confidence"] == "low"
            or bool(row["source_url"]),
            "lat and lon": bool(row["lat"]) == bool(row["lon"]),
            **{f"number {c}": ok for c, ok in number_ok.items()},
        }
        found += [f"row {number} ({row['park_id']}): {key}" for key, ok in rules.items() if not ok]
    for column in ("park_id", "name"):
        twice = table[column][table[column].duplicated()]
        found += [f"{column} {value!r} given twice" for value in twice]
    return found


def _number(text: str) -> bool:
    return text == "" or bool(re.fullmatch(r"-?\d+(\.\d+)?", text))


def main() -> None:
    """Write ``parks``."""
    table = read()
    text = {"keep_default_na": False, "dtype": str}
    codes = set(pd.read_csv(BUNDLE / "economy_codes.csv", **text)["iso3"])
    isic = set(pd.read_csv(BUNDLE / "isic.csv", **text)["code"])
    if wrong := faults(table, codes, isic):
        raise SystemExit("\n".join([f"parks.csv: {len(wrong)} faults", *wrong[:60]]))
    write_table(
        "parks",
        table[list(COLUMNS)].sort_values("park_id"),
        title="Economic and trade cooperation zones, twin parks and border zones",
        script="data/build_parks.py",
        sources=[
            {"title": "The source named in each row", "url": "data/facts/parks.csv",
             "licence": "facts", "vintage": "2013 to 2026"},
        ],
        columns=COLUMNS,
        notes="Firms, investment and jobs are what operators or ministries claim. A zone without "
        "coordinates has no distances.",
    )  # fmt: skip


if __name__ == "__main__":
    main()
