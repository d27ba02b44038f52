"""Check the hand-written capacities and write the bundled table ``capacities``.

One row is the capacity or the traffic, or both, of one place in one unit; congestion is read from
how far the second fills the first.

Run: ``python data/build_capacities.py`` (``--check`` reports without writing).
"""

from __future__ import annotations

import json
import sys
import tarfile
from functools import cache

from _common import fetch_package
from _terminals import (
    all_faults,
    finish,
    number_faults,
    read_facts,
    source_faults,
    year_faults,
)

PORTS_PACKAGE = "searoute==1.6.0"
COLUMNS: dict[str, tuple[str, str]] = {
    "place_kind": ("-", "border, port, strait, lock or terminal"),
    "ref": (
        "-",
        "border_id of borders; UN/LOCODE of a port; passage of the sea lanes; name of a river "
        "lock; dryport_id of dryports",
    ),
    "capacity": ("see the column unit", "most it can pass or handle; empty: unknown"),
    "unit": ("-", "of capacity and throughput: TEU per year, or trains, ships, lorries per day"),
    "throughput": ("see the column unit", "what it passed or handled; empty: unknown"),
    "throughput_year": ("year", "year of the throughput"),
    "source_title": ("-", "main source; others are named in the note"),
    "source_url": ("-", "address of the main source"),
    "confidence": ("-", "of the weaker of the two figures: high, medium or low"),
    "note": ("-", "what is counted, second sources, what is imputed"),
}
UNITS = {
    "border": frozenset({"trains per day", "lorries per day", "TEU per year"}),
    "port": frozenset({"TEU per year", "ships per day"}),
    "strait": frozenset({"ships per day"}),
    "lock": frozenset({"ships per day"}),
    "terminal": frozenset({"TEU per year", "trains per day"}),
}
STRAITS = frozenset({"suez", "panama", "malacca", "bosporus"})
LOCKS = frozenset({"three_gorges", "changzhou"})
# Places work beyond their stated capacity, but not far beyond.
FULLEST = 1.3
LEAST_ROWS = 40


@cache
def port_codes() -> frozenset[str]:
    """UN/LOCODE of the ports that the network can hold."""
    with tarfile.open(fetch_package(PORTS_PACKAGE, "sdist")) as archive:
        name = next(n for n in archive.getnames() if n.endswith("searoute/data/ports.geojson"))
        member = archive.extractfile(name)
        if member is None:
            raise FileNotFoundError(name)
        features = json.load(member)["features"]
    codes = {str(f["properties"].get("port")) for f in features}
    return frozenset(codes | set(read_facts("ports_extra")["locode"]))


@cache
def known_refs(kind: str) -> frozenset[str]:
    """What a ``ref`` of this kind may name."""
    if kind == "border":
        return frozenset(read_facts("borders")["border_id"])
    if kind == "terminal":
        return frozenset(read_facts("dryports")["dryport_id"])
    return {"port": port_codes, "strait": lambda: STRAITS, "lock": lambda: LOCKS}[kind]()


def row_faults(row: dict[str, str]) -> list[str]:
    """Faults of one row."""
    kind = row["place_kind"]
    if kind not in UNITS:
        return [f"place_kind {kind!r}"]
    found = []
    if row["ref"] not in known_refs(kind):
        found.append(f"no {kind} of this name")
    if row["unit"] not in UNITS[kind]:
        found.append(f"unit {row['unit']!r}")
    if kind == "border" and ("lorries" in row["unit"]) != row["ref"].endswith("-ROAD"):
        found.append(f"unit {row['unit']!r} does not fit the mode")
    numbers = number_faults(row, ("capacity", "throughput"))
    found += numbers + year_faults(row, ("throughput_year",)) + source_faults(row)
    if not row["capacity"] and not row["throughput"]:
        found.append("neither capacity nor throughput")
    if bool(row["throughput"]) != bool(row["throughput_year"]):
        found.append("throughput and its year go together")
    if not numbers and row["capacity"] and row["throughput"]:
        fill = float(row["throughput"]) / float(row["capacity"])
        if fill > FULLEST:
            found.append(f"{fill:.2f} of capacity used")
    return found


def main() -> int:
    """Check, report, write."""
    frame = read_facts("capacities")
    found = all_faults(frame, COLUMNS, ("place_kind", "ref", "unit"), row_faults)
    if len(frame) < LEAST_ROWS:
        found.append(f"only {len(frame)} rows")
    order = ["place_kind", "ref", "unit"]
    return finish(
        "capacities",
        frame.sort_values(order, ignore_index=True),
        found,
        title="Capacity and traffic of borders, ports, straits, locks and terminals",
        sources=[
            {
                "title": "Hand-written figures with a source on each row (news agencies, "
                "operators, trade press)",
                "url": "https://glottis.global/2025/08/15/2024-container-port-rankings-global-"
                "trade-surges",
                "licence": "single facts cited; compilation CC0-1.0",
                "vintage": "2007 to 2026",
            }
        ],
        columns=COLUMNS,
        notes="Trains and lorries per day count both ways together unless the note says otherwise; "
        "Chinese border stations count China-Europe and Central Asia container trains only, so "
        "other freight fills the crossing further than shown. Where no design figure was read, "
        "the highest day on record stands for the capacity and the note says so. A capacity "
        "without throughput, or the reverse, is kept: the other figure was not found.",
    )


if __name__ == "__main__":
    sys.exit(main())
