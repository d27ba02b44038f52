"""Check the hand-written border crossings and write the bundled table ``borders``.

One row of ``data/facts/borders.csv`` is one land crossing for one mode. The script changes
nothing in the facts; it refuses to write when a row breaks a rule and names every fault at once.

Run: ``python data/build_borders.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pycountry

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts" / "borders.csv"
GAUGES_MM = frozenset({"1000", "1067", "1435", "1520", "1524", "1668", "1676"})
COLUMNS: dict[str, tuple[str, str]] = {
    "border_id": ("-", "stable name of the crossing, with the mode as its last part"),
    "name": ("-", "name of the crossing, side a / side b"),
    "iso3_a": ("-", "ISO 3166-1 alpha-3 code of side a"),
    "iso3_b": ("-", "ISO 3166-1 alpha-3 code of side b"),
    "place_a": ("-", "place on side a"),
    "place_b": ("-", "place on side b"),
    "lat": ("degree", "latitude of the crossing, WGS 84"),
    "lon": ("degree", "longitude of the crossing, WGS 84"),
    "mode": ("-", "rail or road"),
    "gauge_a_mm": ("mm", "main freight gauge on side a; empty for road"),
    "gauge_b_mm": ("mm", "main freight gauge on side b; empty for road"),
    "wait_ab_hours": (
        "hours",
        "mean time to cross from a to b, both sides; empty: use border_defaults",
    ),
    "wait_ba_hours": (
        "hours",
        "mean time to cross from b to a, both sides; empty: use border_defaults",
    ),
    "wait_includes_gauge_change": (
        "-",
        "yes where the waits contain the change of gauge or transfer; empty without a wait",
    ),
    "fee_usd": (
        "USD per lorry or container load of about 20 t",
        "charges at the crossing, mean of the directions measured; empty: use border_defaults",
    ),
    "source_title": ("-", "source of the waits; without waits, of the position"),
    "source_url": ("-", "address of the source"),
    "source_year": ("year", "year of the measurement or report"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "how the figure is made up, other years, state of the crossing"),
}
SOURCES = [
    {
        "title": "CAREC Corridor Performance Measurement and Monitoring, reports 2020, 2022, 2023",
        "url": "https://cpmm.carecprogram.org/",
        "licence": "facts cited; ADB CC BY 3.0 IGO",
        "vintage": "2020 to 2023",
    },
    {
        "title": "Vehicle tracking, surveys and news reports named on the rows",
        "url": "http://infrastructurenews.co.za/2016/05/30/cross-border-waiting-times/",
        "licence": "single facts cited",
        "vintage": "2013 to 2023",
    },
    {
        "title": "GeoNames gazetteer (check of the positions)",
        "url": "https://www.geonames.org/",
        "licence": "CC BY 4.0",
        "vintage": "2025",
    },
]
NOTES = (
    "CPMM measures each country's post apart; the waits here add the outbound post of one side and "
    "the inbound post of the other, and the note says so where one side was not measured. Means, "
    "not medians: queues are skewed. Positions are by hand and good to 2 to 3 km unless the note "
    "says otherwise; rail crossings were compared with the lines of OpenStreetMap at the Natural "
    "Earth 1:10m border and moved there where they were 3.5 to 15 km off."
)


def faults(table: pd.DataFrame) -> Iterator[str]:
    """Every broken rule of the table, as one line each."""
    known = {c.alpha_3 for c in pycountry.countries} | {"XKX"}
    for row in table.itertuples(index=False):
        where = row.border_id
        if not re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)*-(RAIL|ROAD)", where):
            yield f"{where}: id is not a slug ending in its mode"
        if row.mode not in {"rail", "road"} or not where.endswith(row.mode.upper()):
            yield f"{where}: mode {row.mode!r} does not fit the id"
        if {row.iso3_a, row.iso3_b} - known or row.iso3_a == row.iso3_b:
            yield f"{where}: sides {row.iso3_a}, {row.iso3_b}"
        gauges = {row.gauge_a_mm, row.gauge_b_mm}
        if gauges - GAUGES_MM if row.mode == "rail" else gauges != {""}:
            yield f"{where}: gauges {gauges}"
        if not (-60 <= float(row.lat) <= 75 and -180 <= float(row.lon) <= 180):
            yield f"{where}: position {row.lat}, {row.lon}"
        for column in ("wait_ab_hours", "wait_ba_hours", "fee_usd"):
            value = getattr(row, column)
            if value and not 0 < float(value) < 1_000:
                yield f"{where}: {column} {value}"
        measured = bool(row.wait_ab_hours or row.wait_ba_hours)
        if measured != (row.wait_includes_gauge_change in {"yes", "no"}):
            yield f"{where}: wait_includes_gauge_change must be given exactly where a wait is"
        if row.confidence not in {"high", "medium", "low"}:
            yield f"{where}: confidence {row.confidence!r}"
        if not (row.source_title and row.source_url.startswith("http") and row.source_year):
            yield f"{where}: source is incomplete"
    for double in table.border_id[table.border_id.duplicated()]:
        yield f"{double}: id given twice"


def main() -> None:
    """Check, then write the bundled table."""
    table = pd.read_csv(FACTS, dtype=str, keep_default_na=False)
    found = list(faults(table))
    if found:
        raise SystemExit("\n".join(found))
    write_table(
        "borders",
        table.sort_values("border_id", ignore_index=True),
        title="Land border crossings by mode, with gauges and measured waits",
        script="data/build_borders.py",
        sources=SOURCES,
        columns=COLUMNS,
        notes=NOTES,
    )


if __name__ == "__main__":
    main()
