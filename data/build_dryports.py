"""Check the hand-written dry ports and rail terminals and write the bundled table ``dryports``.

Run: ``python data/build_dryports.py`` (``--check`` reports without writing).
"""

from __future__ import annotations

import re
import sys

from _terminals import (
    all_faults,
    finish,
    number_faults,
    place_faults,
    read_facts,
    source_faults,
    year_faults,
)

COLUMNS: dict[str, tuple[str, str]] = {
    "dryport_id": ("-", "stable name: capitals, digits and hyphens"),
    "name": ("-", "name of the terminal"),
    "locode": ("-", "UN/LOCODE, empty where not known"),
    "iso3": ("-", "ISO 3166-1 alpha-3 code"),
    "lat": ("degree", "latitude of the terminal, WGS 84, good to about 5 km"),
    "lon": ("degree", "longitude"),
    "kind": ("-", "dry port, rail terminal, or gauge-change terminal"),
    "year_open": ("year", "first year of operation; empty: unknown"),
    "capacity_teu": ("TEU per year", "yearly handling capacity; empty: unknown"),
    "source_title": ("-", "page that states the figures, or that none was read"),
    "source_url": ("-", "address of the page"),
    "source_year": ("year", "year of the page"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "what the source states, what is imputed, where the position comes from"),
}
KINDS = frozenset({"dry port", "rail terminal", "gauge-change terminal"})
REACH_KM = 12.0
LARGEST_TEU = 1e7


def row_faults(row: dict[str, str]) -> list[str]:
    """Faults of one terminal."""
    found = place_faults(row["lat"], row["lon"], row["iso3"], reach_km=REACH_KM)
    found += number_faults(row, ("capacity_teu",)) + source_faults(row)
    found += year_faults(row, ("year_open", "source_year"))
    if not re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)*", row["dryport_id"]):
        found.append("id is not a slug")
    if row["kind"] not in KINDS:
        found.append(f"kind {row['kind']!r}")
    if row["capacity_teu"] and float(row["capacity_teu"]) > LARGEST_TEU:
        found.append(f"capacity {row['capacity_teu']}")
    return found


def main() -> int:
    """Check, report, write."""
    frame = read_facts("dryports")
    found = all_faults(frame, COLUMNS, "dryport_id", row_faults)
    found += [f"{n}: name given twice" for n in frame.loc[frame["name"].duplicated(), "name"]]
    return finish(
        "dryports",
        frame.sort_values("dryport_id", ignore_index=True),
        found,
        title="Dry ports, inland rail terminals and gauge-change terminals of the corridors",
        sources=[
            {
                "title": "Hand-written terminals with a source on each row",
                "url": "https://porteconomicsmanagement.org/pemp/contents/part2/dry-ports/"
                "lat-krabang-inland-container-depot-thailand/",
                "licence": "single facts cited; compilation CC0-1.0",
                "vintage": "2012 to 2026",
            }
        ],
        columns=COLUMNS,
        notes="Positions are by hand and good to about 5 km: they serve to tie a terminal to the "
        "network, not to find its gate. Rows of low confidence rest on general knowledge. A "
        "capacity is a yearly handling capacity; what a yard holds at a time is in the note only.",
    )


if __name__ == "__main__":
    sys.exit(main())
