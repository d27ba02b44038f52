"""Check the hand-written container ports and write the bundled table ``container_ports``.

The table says how much container traffic each port of the network has and, from that, whether
liners of the trunk routes call there. The role of a port follows from its traffic:

- ``hub``: 2.5 million TEU a year or more; ships between continents call directly;
- ``regional``: 0.3 to 2.5 million TEU; direct calls within a region;
- ``feeder``: less, or unknown.

A port whose services are known to differ carries an override with its own source. Terminals
that share one published figure stand in several rows: one row holds the figure, the others name
it in ``counted_in``, hold none, and take its role. So no TEU is counted twice.

Run: ``python data/build_container_ports.py`` (``--check`` reports without writing). Needs the
bundled tables ``countries`` and ``network_nodes``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pandas as pd

from _common import BUNDLE, write_table
from build_projects import great_circle_km

FACTS = Path(__file__).resolve().parent / "facts" / "container_ports.csv"
PORT_LAYER = 4
HUB_TEU = 2_500_000.0
REGIONAL_TEU = 300_000.0
FARTHEST_KM = 40.0
LARGEST_TEU = 60_000_000.0
YEARS = (2018, 2026)
ROLES = ("hub", "regional", "feeder")
WITH_TEU = 150
# Coastal countries whose shore has no port in the network.
WITHOUT_PORT = {"BIH", "MCO", "PSE"}
OVERRIDE = ("role_override", "override_reason", "override_title", "override_url")
COLUMNS: dict[str, tuple[str, str]] = {
    "locode": ("-", "reference of the port in network_nodes; UN/LOCODE, or a project's id"),
    "name": ("-", "port in English, with the terminals the figure covers"),
    "iso3": ("-", "country, ISO 3166-1 alpha-3"),
    "lat": ("degrees", "latitude of the container quays, good to about 5 km"),
    "lon": ("degrees", "longitude"),
    "teu": ("TEU", "containers handled in the year, all boxes and transhipment; empty: unknown"),
    "year": ("year", "year of teu; fiscal years by the year they begin in"),
    "rank_source": ("-", "who counted: ranking, port authority, ministry; or 'remembered figure'"),
    "counted_in": ("-", "locode of the row that holds the figure of this port too, or empty"),
    "role": ("-", "hub (calls between continents), regional or feeder"),
    "role_basis": ("-", "rule (from teu), counted_in (role of that row) or override"),
    "role_reason": ("-", "for an override: why"),
    "role_source_title": ("-", "for an override: page that states it"),
    "role_source_url": ("-", "its address"),
    "direct_regions": ("-", "region a hub by override is directly linked with, or empty"),
    "source_title": ("-", "page that states teu, or 'unconfirmed'"),
    "source_url": ("-", "its address"),
    "confidence": ("-", "high, medium or low; low: imputed or unknown"),
    "note": ("-", "what the figure covers and what is doubtful"),
}


def role_of(teu: float) -> str:
    """Role that the rule gives to a port of this traffic; unknown traffic is a feeder's."""
    if np.isnan(teu) or teu < REGIONAL_TEU:
        return "feeder"
    return "hub" if teu >= HUB_TEU else "regional"


def with_roles(frame: pd.DataFrame) -> pd.DataFrame:
    """The facts with numbers as numbers and the columns ``role`` and ``role_basis``."""
    out = frame.copy()
    for column in ("lat", "lon", "teu", "year"):
        out[column] = pd.to_numeric(out[column].replace("", np.nan))
    own = out["role_override"].where(out["role_override"] != "", out["teu"].map(role_of))
    shared = out["counted_in"].map(dict(zip(out["locode"], own, strict=True)))
    out["role"] = shared.where(out["counted_in"] != "", own)
    out["role_basis"] = np.select(
        [out["counted_in"] != "", out["role_override"] != ""], ["counted_in", "override"], "rule"
    )
    names = {"override_reason": "role_reason", "override_title": "role_source_title"}
    out = out.rename(columns={**names, "override_url": "role_source_url"})
    out["year"] = out["year"].astype("Int64")
    return out.sort_values(["teu", "locode"], ascending=[False, True], na_position="last")[
        list(COLUMNS)
    ]


def row_faults(row: dict[str, str], node: tuple[float, float, str] | None) -> list[str]:
    """Faults of one port; ``node`` is latitude, longitude and country in the network."""
    if node is None:
        return ["is no port of the network"]
    found = []
    away = great_circle_km((float(row["lat"]), float(row["lon"])), node[:2])
    if away > FARTHEST_KM:
        found.append(f"network node lies {away:.0f} km away")
    if row["iso3"] != node[2]:
        found.append(f"country {row['iso3']}, in the network {node[2]}")
    if row["confidence"] not in {"high", "medium", "low"}:
        found.append(f"confidence {row['confidence']!r}")
    if (row["teu"] == "") != (row["year"] == ""):
        found.append("teu and year go together")
    if row["teu"] and not 0 < float(row["teu"]) < LARGEST_TEU:
        found.append(f"teu {row['teu']}")
    if row["year"] and not YEARS[0] <= int(row["year"]) <= YEARS[1]:
        found.append(f"year {row['year']}")
    if row["source_title"] == "unconfirmed":
        if row["confidence"] != "low" or row["source_url"] or not row["note"]:
            found.append("unconfirmed: confidence low, no address, a note")
        if row["teu"] and "imputed" not in row["note"]:
            found.append("a remembered figure must say 'imputed' in the note")
    elif not row["source_title"] or not row["source_url"].startswith("http") or not row["teu"]:
        found.append("source is incomplete, or belongs to no figure")
    given = [bool(row[column]) for column in OVERRIDE]
    if any(given) and not (
        all(given) and row["role_override"] in ROLES and row["override_url"].startswith("http")
    ):
        found.append("an override needs a role, a reason and a source")
    return found


def counting_faults(frame: pd.DataFrame) -> list[str]:
    """Rows that share a figure: the holder exists and has one, the sharer has none."""
    holders = set(frame.loc[(frame["teu"] != "") & (frame["counted_in"] == ""), "locode"])
    shared = frame[frame["counted_in"] != ""]
    found = [
        f"{r.locode}: counted in {r.counted_in}, which holds no figure"
        for r in shared.itertuples()
        if r.counted_in not in holders
    ]
    both = shared[(shared["teu"] != "") | (shared["role_override"] != "")]
    return found + [f"{code}: counted elsewhere, yet has its own" for code in both["locode"]]


def faults(frame: pd.DataFrame, nodes: pd.DataFrame, countries: pd.DataFrame) -> list[str]:
    """Every fault of the facts, one line each."""
    expected = set(COLUMNS) - {
        *("role", "role_basis", "role_reason", "role_source_title", "role_source_url")
    } | set(OVERRIDE)
    if set(frame.columns) != expected:
        return [f"columns are {list(frame.columns)}"]
    found = [f"{c}: not unique" for c in frame.loc[frame["locode"].duplicated(), "locode"]]
    ports = nodes[nodes["layer"] == PORT_LAYER]
    known = {str(p.ref): (float(p.lat), float(p.lon), str(p.country)) for p in ports.itertuples()}
    for record in frame.to_dict("records"):
        row = {str(k): str(v) for k, v in record.items()}
        found += [f"{row['locode']}: {f}" for f in row_faults(row, known.get(row["locode"]))]
    found += counting_faults(frame)
    coastal = set(countries.loc[countries["landlocked"].astype(str) == "False", "iso3"])
    lacking = coastal - set(frame["iso3"]) - WITHOUT_PORT
    found += [f"no port of the coastal country {iso3}" for iso3 in sorted(lacking)]
    if (count := int((frame["teu"] != "").sum())) < WITH_TEU:
        found.append(f"only {count} ports with a figure")
    return found


def report(table: pd.DataFrame) -> None:
    """Counts by role, basis and confidence, and the twenty largest."""
    for column in ("role", "role_basis", "confidence"):
        counts = table[column].value_counts()
        print(f"{column}: " + ", ".join(f"{k} {v}" for k, v in counts.items()))
    held = table[table["teu"].notna()]
    read = held[held["source_title"] != "unconfirmed"]
    print(f"{len(held)} figures, {held['teu'].sum() / 1e6:.1f} million TEU; "
          f"read {len(read)}, {read['teu'].sum() / 1e6:.1f} million TEU")  # fmt: skip
    print(held.head(20)[["locode", "name", "teu", "year", "confidence"]].to_string(index=False))


def main() -> int:
    """Check, report, write."""
    frame = pd.read_csv(FACTS, dtype=str, keep_default_na=False)
    nodes = pd.read_parquet(BUNDLE / "network_nodes.parquet")
    countries = pd.read_csv(BUNDLE / "countries.csv", dtype=str, keep_default_na=False)
    found = faults(frame, nodes, countries)
    if found:
        print(f"{FACTS.name}: {len(found)} faults", *found, sep="\n  ", file=sys.stderr)
        return 1
    table = with_roles(frame)
    report(table)
    if "--check" not in sys.argv:
        write_table(
            "container_ports",
            table,
            title="Container traffic of the ports of the network and their role in liner shipping",
            script="data/build_container_ports.py",
            sources=[
                {
                    "title": "Hand-written figures with a source on each row",
                    "url": "data/facts/container_ports.csv",
                    "licence": "facts; compilation CC0-1.0",
                    "vintage": "2018 to 2024, the year on each row",
                }
            ],
            columns=COLUMNS,
            notes="Role by traffic: hub from 2.5 million TEU a year, regional from 0.3 million, "
            "feeder below or unknown; overrides name their source. Rows with source_title "
            "'unconfirmed' and a figure are remembered and rounded, not read. A row with "
            "counted_in holds no figure of its own. Ports of the network that are not in the "
            "table have no known container traffic. Several Chinese ports above the threshold "
            "serve mostly domestic trade (Yingkou, Taicang, Nanjing, Jiaxing, Dongguan); no "
            "source for that was read, so the rule stands. Khor Fakkan and Vizhinjam have no "
            "node of their own.",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
