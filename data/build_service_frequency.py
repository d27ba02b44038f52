"""Check the hand-written departures per week and write the table ``service_frequency``.

Run: ``python data/build_service_frequency.py`` (``--check`` reports without writing).
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts" / "service_frequency.csv"
KINDS = frozenset({"rail_relation", "port", "airport", "ferry"})
LEAST_ROWS = 40
COLUMNS: dict[str, tuple[str, str]] = {
    "place_kind": ("-", "rail_relation, port (sea or river), airport or ferry"),
    "origin": ("-", "place of departure"),
    "destination": ("-", "place or region of arrival"),
    "origin_lat": ("degrees", "latitude of the origin, good to about 10 km"),
    "origin_lon": ("degrees", "longitude"),
    "departures_per_week": ("1 per week", "departures in this direction"),
    "year": ("year", "year the figure is for"),
    "schedule_days": ("-", "days of departure where published, 1 Monday to 7 Sunday, by semicolon"),
    "source_title": ("-", "source of the figure"),
    "source_url": ("-", "its address"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "how the figure follows from what the source says"),
}


def row_faults(row: dict[str, str]) -> list[str]:
    """Faults of one row."""
    try:
        lat, lon, weekly = (
            float(row[c]) for c in ("origin_lat", "origin_lon", "departures_per_week")
        )
        days = [int(d) for d in row["schedule_days"].split(";") if d]
    except ValueError as error:
        return [str(error)]
    found = []
    if row["place_kind"] not in KINDS:
        found.append(f"place_kind {row['place_kind']!r}")
    if not (row["origin"] and row["destination"]):
        found.append("no origin or no destination")
    if abs(lat) > 90 or abs(lon) > 180:
        found.append("a coordinate is off the globe")
    if not 0 < weekly < 1000:
        found.append(f"{weekly} departures per week")
    if days != sorted(set(days)) or any(not 1 <= d <= 7 for d in days):
        found.append(f"schedule_days {row['schedule_days']!r}")
    if days and len(days) != weekly:
        found.append(f"{len(days)} days for {weekly} departures")
    if not (row["source_title"] and row["source_url"].startswith("http")):
        found.append("source is incomplete")
    if row["confidence"] not in {"high", "medium", "low"} or not 2000 <= int(row["year"]) <= 2030:
        found.append("confidence or year")
    return found


def faults(frame: pd.DataFrame) -> list[str]:
    """Every fault of the table, one line each."""
    if list(frame.columns) != list(COLUMNS):
        return [f"columns are {list(frame.columns)}"]
    key = frame[["place_kind", "origin", "destination", "year", "schedule_days"]].agg(
        "/".join, axis=1
    )
    found = [f"{k}: given twice" for k in key[key.duplicated()]]
    for name, record in zip(key, frame.to_dict("records"), strict=True):
        row = {str(k): str(v) for k, v in record.items()}
        found += [f"{name}: {fault}" for fault in row_faults(row)]
    if len(frame) < LEAST_ROWS:
        found.append(f"only {len(frame)} rows")
    return found


def main() -> int:
    """Check, report, write."""
    frame = pd.read_csv(FACTS, dtype=str, keep_default_na=False)
    found = faults(frame)
    if found:
        print(f"{FACTS.name}: {len(found)} faults", *found, sep="\n  ", file=sys.stderr)
        return 1
    counts = frame["place_kind"].value_counts()
    print(", ".join(f"{kind} {n}" for kind, n in counts.items()))
    if "--check" not in sys.argv:
        write_table(
            "service_frequency",
            frame,
            title="How often trains, ships, ferries and freighters leave",
            script="data/build_service_frequency.py",
            sources=[
                {
                    "title": "Hand-written figures with a source on each row",
                    "url": "data/facts/service_frequency.csv",
                    "licence": "facts; compilation CC0-1.0",
                    "vintage": "2010 to 2026",
                }
            ],
            columns=COLUMNS,
            notes="Reported services of different years, not a timetable: several rows of one "
            "place overlap (all trains of a city, its fixed-timetable trains), so they are not "
            "to be added. Where a source counts both directions the note says how it was split.",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
