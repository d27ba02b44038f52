"""Check the hand-written inland waterways and write the bundled table ``waterways``.

One row is a section between two river ports, with its length along the channel.

Run: ``python data/build_waterways.py`` (``--check`` reports without writing).
"""

from __future__ import annotations

import sys

import pandas as pd

from _terminals import (
    all_faults,
    finish,
    number_faults,
    place_faults,
    read_facts,
    source_faults,
    year_faults,
)
from build_projects import great_circle_km

COLUMNS: dict[str, tuple[str, str]] = {
    "waterway": ("-", "river, canal or river system"),
    "from_place": ("-", "river port"),
    "from_locode": ("-", "UN/LOCODE, empty where not known"),
    "from_iso3": ("-", "ISO 3166-1 alpha-3 code"),
    "from_lat": ("degree", "latitude of the port or quay, WGS 84, good to about 5 km"),
    "from_lon": ("degree", "longitude"),
    "to_place": ("-", "river port"),
    "to_locode": ("-", "UN/LOCODE, empty where not known"),
    "to_iso3": ("-", "ISO 3166-1 alpha-3 code"),
    "to_lat": ("degree", "latitude"),
    "to_lon": ("degree", "longitude"),
    "km": ("km", "length along the channel"),
    "downstream": ("-", "yes: from upstream to downstream; no: mostly against; still: no current"),
    "source_title": ("-", "page that states the figure, or that it was not read"),
    "source_url": ("-", "address of the page; empty where the figure was not read"),
    "year": ("year", "year of the source"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "how the figure is made up, checks against published sums, locks"),
}
PLACE = ["place", "locode", "iso3", "lat", "lon"]
REACH_KM = 15.0
# The Yangtze winds most of what is here (Jingjiang reach); the Danube bend is next.
LONGEST_DETOUR = 2.6


def row_faults(row: dict[str, str]) -> list[str]:
    """Faults of one section."""
    found = number_faults(row, ("km",), empty_ok=False)
    for end in ("from", "to"):
        found += place_faults(
            row[f"{end}_lat"], row[f"{end}_lon"], row[f"{end}_iso3"], reach_km=REACH_KM
        )
    found += source_faults(row) + year_faults(row, ("year",))
    if row["downstream"] not in {"yes", "no", "still"}:
        found.append(f"downstream {row['downstream']!r}")
    if not found:
        straight = great_circle_km(
            (float(row["from_lat"]), float(row["from_lon"])),
            (float(row["to_lat"]), float(row["to_lon"])),
        )
        if not 0.97 * straight <= float(row["km"]) <= LONGEST_DETOUR * straight:
            found.append(f"{row['km']} km against a great circle of {straight:.0f} km")
    return found


def main() -> int:
    """Check, report, write."""
    frame = read_facts("waterways")
    found = all_faults(frame, COLUMNS, ("waterway", "from_place", "to_place"), row_faults)
    ends = [
        frame[[f"{end}_{part}" for part in PLACE]].set_axis(PLACE, axis=1) for end in ("from", "to")
    ]
    places = pd.concat(ends).drop_duplicates()["place"]
    found += [f"{place}: given in two ways" for place in places[places.duplicated()]]
    return finish(
        "waterways",
        frame,
        found,
        title="Inland waterways for freight, by section between river ports",
        sources=[
            {
                "title": "Hand-written sections with a source on each row",
                "url": "https://www.propheticwitness.com/2022/09/the-volga.html",
                "licence": "facts; compilation CC0-1.0",
                "vintage": "2007 to 2026",
            }
        ],
        columns=COLUMNS,
        notes="Lengths follow the channel, not the chart's straight line. Most sections are "
        "differences of river kilometres that were not read but agree with published sums named "
        "in the notes; these are of low confidence. Locks and shallow reaches are named in the "
        "notes only.",
    )


if __name__ == "__main__":
    sys.exit(main())
