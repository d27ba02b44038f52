"""Check the hand-written freight rates and write the bundled table ``freight_rates``.

Published prices of relations are a yardstick for the model's charges: compared and reported,
never fitted to. Run: ``python data/build_freight_rates.py`` (``--check`` reports without writing).
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts"
MODES = frozenset({"rail", "road", "sea", "water", "air", "multimodal"})
LEAST_ROWS = 60
TEU_PER_FEU = 2.0
COLUMNS: dict[str, tuple[str, str]] = {
    "origin": ("-", "place of loading"),
    "origin_lat": ("degrees", "latitude, good to about 10 km"),
    "origin_lon": ("degrees", "longitude"),
    "destination": ("-", "place of unloading"),
    "dest_lat": ("degrees", "latitude"),
    "dest_lon": ("degrees", "longitude"),
    "mode": ("-", "rail, road, sea, water, air or multimodal"),
    "basis": ("-", "what the price is: index, quote, tariff, estimate; what it leaves out"),
    "usd": ("USD per unit", "published price"),
    "unit": ("-", "TEU, FEU (also a lorry load), kg or tonne"),
    "usd_per_teu": ("USD per TEU", "derived: FEU over two; kg and tonne at tonnes_per_teu"),
    "date": ("-", "year and month"),
    "source_title": ("-", "source of the price"),
    "source_url": ("-", "its address"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "exchange rates, places taken for regions, rules used"),
}


def tonnes_per_teu() -> float:
    """Load of a TEU, from the network's parameters."""
    table = pd.read_csv(FACTS / "network_parameters.csv", dtype=str, keep_default_na=False)
    return float(table.loc[table["parameter"] == "tonnes_per_teu", "value"].iloc[0])


def usd_per_teu(usd: float, unit: str, tonnes: float) -> float:
    """Price per TEU of a price per ``unit``."""
    return usd * {"TEU": 1.0, "FEU": 1 / TEU_PER_FEU, "kg": 1000 * tonnes, "tonne": tonnes}[unit]


def row_faults(row: dict[str, str], tonnes: float) -> list[str]:
    """Faults of one row."""
    try:
        a = (float(row["origin_lat"]), float(row["origin_lon"]))
        b = (float(row["dest_lat"]), float(row["dest_lon"]))
        usd, given = float(row["usd"]), float(row["usd_per_teu"])
        expected = usd_per_teu(usd, row["unit"], tonnes)
    except (ValueError, KeyError) as error:
        return [repr(error)]
    found = []
    if any(abs(lat) > 90 or abs(lon) > 180 for lat, lon in (a, b)) or a == b:
        found.append("coordinates")
    if row["mode"] not in MODES:
        found.append(f"mode {row['mode']!r}")
    if not usd > 0 or abs(given - expected) > 0.51:
        found.append(f"{usd:g} per {row['unit']} is {expected:g} per TEU, not {given:g}")
    if not re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", row["date"]):
        found.append(f"date {row['date']!r}")
    if not (row["basis"] and row["source_title"] and row["source_url"].startswith("http")):
        found.append("basis or source is incomplete")
    if row["confidence"] not in {"high", "medium", "low"}:
        found.append(f"confidence {row['confidence']!r}")
    return found


def faults(frame: pd.DataFrame) -> list[str]:
    """Every fault of the table, one line each."""
    if list(frame.columns) != list(COLUMNS):
        return [f"columns are {list(frame.columns)}"]
    tonnes = tonnes_per_teu()
    key = frame[["mode", "origin", "destination", "date", "unit", "basis"]].agg("/".join, axis=1)
    found = [f"{k}: given twice" for k in key[key.duplicated()]]
    for name, record in zip(key, frame.to_dict("records"), strict=True):
        row = {str(k): str(v) for k, v in record.items()}
        found += [f"{name}: {fault}" for fault in row_faults(row, tonnes)]
    if len(frame) < LEAST_ROWS:
        found.append(f"only {len(frame)} rows")
    return found


def main() -> int:
    """Check, report, write."""
    frame = pd.read_csv(FACTS / "freight_rates.csv", dtype=str, keep_default_na=False)
    found = faults(frame)
    if found:
        print(f"freight_rates: {len(found)} faults", *found, sep="\n  ", file=sys.stderr)
        return 1
    counts = frame["mode"].value_counts()
    print(", ".join(f"{mode} {n}" for mode, n in counts.items()))
    if "--check" not in sys.argv:
        write_table(
            "freight_rates",
            frame,
            title="Published prices of container and air freight on relations",
            script="data/build_freight_rates.py",
            sources=[
                {
                    "title": "Hand-written figures with a source on each row",
                    "url": "data/facts/freight_rates.csv",
                    "licence": "single facts cited; compilation CC0-1.0",
                    "vintage": "2012 to 2025",
                }
            ],
            columns=COLUMNS,
            notes="A yardstick, not an input: nothing is fitted to these prices. Dates matter: "
            "2020 to 2022 and 2024 were far above the long run at sea. A lorry load and a "
            "40-foot container count as two TEU; air freight per kg is set to a TEU of "
            "tonnes_per_teu.",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
