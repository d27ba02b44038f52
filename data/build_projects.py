"""Check the hand-written corridor project facts and write the bundled table ``projects``.

Every row of ``data/facts/projects.csv`` is one transport project on or beside a Belt and Road
corridor. The script changes nothing in the facts; it refuses to write when any row breaks a
rule, and then names every fault at once.

Run: ``python data/build_projects.py`` (``--check`` reports without writing).
"""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pycountry

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts" / "projects.csv"
EARTH_RADIUS_KM = 6371.0088
LINE_MODES = frozenset({"rail", "road", "water"})
# What a project at a place does: the place is new (the network lacks it while the project is
# absent), or it was there before and becomes quicker.
PLACE_EFFECTS = {
    "port": frozenset({"terminal", "new_port"}),
    "dryport": frozenset({"terminal", "new_terminal"}),
    "border": frozenset({"terminal"}),
}
ACTING = frozenset({"new_link", "upgrade"}).union(*PLACE_EFFECTS.values())
GAUGES_MM = frozenset({"1000", "1067", "1435", "1520", "1668", "1676"})
VOCABULARY: dict[str, frozenset[str]] = {
    "mode": LINE_MODES | set(PLACE_EFFECTS) | {"air"},
    "corridor": frozenset(
        {
            "new-eurasian-land-bridge",
            "china-mongolia-russia",
            "china-central-west-asia",
            "china-indochina",
            "china-pakistan",
            "bangladesh-china-india-myanmar",
            "maritime",
            "africa",
            "latin-america",
            "other",
        }
    ),
    "effect": ACTING | {"capacity", "none"},
    "status": frozenset(
        {
            "completed",
            "operating",
            "partly_open",
            "under_construction",
            "planned",
            "stalled",
            "shelved",
            "suspended",
        }
    ),
    "expected": frozenset({"yes", "no"}),
    "in_2024_data": frozenset({"yes", "no", "gap", "unknown"}),
    "freight": frozenset({"yes", "no"}),
    "confidence": frozenset({"high", "medium", "low"}),
}
OPEN_STATUS = frozenset({"completed", "operating", "partly_open"})
RANGES: dict[str, tuple[float, float]] = {
    "length_km": (0.5, 10_000),
    "speed_before_kmh": (5, 160),
    "speed_after_kmh": (5, 160),
    "hours_saved_terminal": (0.1, 1_000),
    "year_start": (1970, 2032),
    "year_open": (1990, 2045),
    "cost_usd_bn": (0.01, 100),
    "cost_year": (2000, 2026),
}
COLUMNS: dict[str, tuple[str, str]] = {
    "id": ("-", "short stable name of the project"),
    "programme": ("-", "scheme this row is a section of; its rows belong together"),
    "name": ("-", "name in English"),
    "mode": ("-", "rail, road, water, port, dryport, border or air"),
    "countries": ("ISO 3166 alpha-3", "host countries, joined by a semicolon"),
    "corridor": ("-", "Belt and Road corridor the project acts on"),
    "waypoints": ("degrees", "lat,lon pairs in order, good to about 3 km at the ends"),
    "length_km": ("km", "length of the line; empty for terminals"),
    "gauge_mm": ("mm", "track gauge of the new or upgraded line"),
    "effect": ("-", "lines: new_link, upgrade, capacity; places: new_port, new_terminal, terminal"),
    "speed_before_kmh": ("km/h", "freight speed before; empty where not sourced"),
    "speed_after_kmh": ("km/h", "freight speed after (the note says if it is the design speed)"),
    "speed_basis": ("-", "what the speeds are: design (no line-haul average) or operating"),
    "hours_saved_terminal": ("h", "handling or dwell time saved, only where a source gives both"),
    "status": ("-", "state of the project at the access date"),
    "year_start": ("year", "start of works, or of the agreement for planned projects"),
    "year_open": ("year", "opening to traffic, actual or expected"),
    "expected": ("-", "yes if year_open is an expectation"),
    "cost_usd_bn": ("billion USD", "cost at prices of cost_year, not deflated"),
    "cost_year": ("year", "year the cost figure belongs to"),
    "cost_note": ("-", "what the cost covers and how it was converted"),
    "financing": ("-", "who pays: loan shares and lenders where known"),
    "in_2024_data": ("-", "is the line in early-2024 OpenStreetMap: yes, no, gap, unknown"),
    "freight": ("-", "no for passenger-only lines and airports"),
    "locode": ("UN/LOCODE", "code of the port or terminal place where one exists"),
    "source_title": ("-", "page that states the main figures, or 'unconfirmed'"),
    "source_url": ("-", "its address"),
    "source_date": ("date", "its date where shown"),
    "source2_title": ("-", "second page"),
    "source2_url": ("-", "its address"),
    "accessed": ("date", "day the page was read"),
    "confidence": ("-", "high, medium or low trust in the row's figures"),
    "note": ("-", "second opinions, units, cautions"),
}


def great_circle_km(a: tuple[float, float], b: tuple[float, float]) -> float:
    """Great-circle distance between two (lat, lon) points in degrees, km."""
    lat1, lon1, lat2, lon2 = map(math.radians, (*a, *b))
    h = math.sin((lat2 - lat1) / 2) ** 2
    h += math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * math.asin(math.sqrt(h))


def parse_waypoints(text: str) -> list[tuple[float, float]]:
    """Turn ``lat,lon;lat,lon`` into pairs; ValueError if a pair is malformed or off the globe."""
    points = []
    for pair in text.split(";"):
        if not re.fullmatch(r"-?\d+(\.\d{1,4})?,-?\d+(\.\d{1,4})?", pair):
            raise ValueError(f"waypoint {pair!r} is not 'lat,lon' with at most 4 decimals")
        lat, lon = map(float, pair.split(","))
        if abs(lat) > 90 or abs(lon) > 180:
            raise ValueError(f"waypoint {pair!r} is off the globe")
        points.append((lat, lon))
    return points


def vocabulary_faults(row: dict[str, str]) -> Iterator[str]:
    """Words outside the fixed vocabularies, bad ids, unknown countries, bad UN/LOCODE."""
    for column, allowed in VOCABULARY.items():
        if row[column] not in allowed:
            yield f"{column} {row[column]!r} is not one of {', '.join(sorted(allowed))}"
    for column in ("id", "programme"):
        if not re.fullmatch(r"[A-Z0-9]+(-[A-Z0-9]+)+", row[column]):
            yield f"{column} {row[column]!r} is not an upper-case slug"
    hosts = row["countries"].split(";")
    if len(set(hosts)) != len(hosts):
        yield f"countries {row['countries']!r} names one twice"
    for iso3 in hosts:
        if pycountry.countries.get(alpha_3=iso3) is None:
            yield f"country {iso3!r} is not an ISO 3166 alpha-3 code"
    if row["locode"] and not re.fullmatch(r"[A-Z]{2}[A-Z2-9]{3}", row["locode"]):
        yield f"locode {row['locode']!r} is malformed"


def number_faults(row: dict[str, str]) -> Iterator[str]:
    """Values that are no numbers, or numbers out of their plausible range."""
    for column, (low, high) in RANGES.items():
        if not row[column]:
            continue
        try:
            value = float(row[column])
        except ValueError:
            yield f"{column} {row[column]!r} is not a number"
            continue
        if not low <= value <= high:
            yield f"{column} {value:g} is outside {low:g} to {high:g}"


def geometry_faults(row: dict[str, str]) -> Iterator[str]:
    """Malformed waypoints, and lengths that disagree with them."""
    try:
        points = parse_waypoints(row["waypoints"])
    except ValueError as error:
        yield str(error)
        return
    if row["mode"] not in LINE_MODES:
        if len(points) != 1:
            yield f"{row['mode']} needs exactly one waypoint, has {len(points)}"
        if row["length_km"]:
            yield f"length_km {row['length_km']} on a {row['mode']}"
        return
    if len(points) < 2:
        yield f"{row['mode']} needs two or more waypoints"
        return
    straight = sum(great_circle_km(a, b) for a, b in pairwise(points))
    if not row["length_km"]:
        yield "length_km is missing"
    elif not 0.9 <= (ratio := float(row["length_km"]) / straight) <= 2.2:
        yield (
            f"length_km {row['length_km']} is {ratio:.2f} times the waypoints' {straight:.0f} km"
            " (0.9 to 2.2 allowed)"
        )
    if row["mode"] == "rail" and row["gauge_mm"] not in GAUGES_MM:
        yield f"gauge_mm {row['gauge_mm']!r} is not one of {', '.join(sorted(GAUGES_MM))}"


def consistency_faults(row: dict[str, str]) -> Iterator[str]:
    """Columns that contradict one another."""
    of_places = frozenset().union(*PLACE_EFFECTS.values())
    allowed = PLACE_EFFECTS.get(row["mode"], VOCABULARY["effect"] - of_places)
    if row["effect"] not in allowed:
        yield f"effect {row['effect']!r} does not fit mode {row['mode']!r}"
    if row["freight"] == "no" and row["effect"] not in {"none", "new_link"}:
        yield f"effect {row['effect']!r} on a project without freight"
    if row["freight"] == "yes" and row["effect"] == "none":
        yield "freight project without effect"
    if row["status"] in {"completed", "operating"} and (
        not row["year_open"] or row["expected"] == "yes"
    ):
        yield f"status {row['status']} needs an actual year_open"
    if row["status"] not in OPEN_STATUS and row["year_open"] and row["expected"] != "yes":
        yield f"year_open {row['year_open']} of a project {row['status']} must be an expectation"
    if row["year_start"] and row["year_open"] and row["year_start"] > row["year_open"]:
        yield f"opens in {row['year_open']} before its start in {row['year_start']}"
    if bool(row["cost_usd_bn"]) != bool(row["cost_year"]):
        yield "cost_usd_bn and cost_year must come together"
    before, after = row["speed_before_kmh"], row["speed_after_kmh"]
    if row["speed_basis"] not in ({"design", "operating"} if before or after else {""}):
        yield f"speed_basis {row['speed_basis']!r} with speeds {before!r} and {after!r}"
    if before and after and float(after) < float(before):
        yield f"speed falls from {before} to {after} km/h"


def source_faults(row: dict[str, str]) -> Iterator[str]:
    """Rows without a source, or unconfirmed rows that do not say so."""
    if not row["name"] or not row["accessed"]:
        yield "name or accessed is empty"
    if row["source_title"] == "unconfirmed":
        if row["confidence"] == "high":
            yield "unconfirmed row with high confidence"
        if "unconfirmed" not in row["note"]:
            yield "unconfirmed row whose note does not say so"
    elif not row["source_title"] or not row["source_url"].startswith("http"):
        yield f"source {row['source_title']!r} at {row['source_url']!r} is incomplete"
    if bool(row["source2_title"]) != row["source2_url"].startswith("http"):
        yield "second source needs a title and an address"


RULES: tuple[Callable[[dict[str, str]], Iterator[str]], ...] = (
    vocabulary_faults,
    number_faults,
    geometry_faults,
    consistency_faults,
    source_faults,
)


def faults(frame: pd.DataFrame) -> list[str]:
    """Every fault of the table, one line each, as ``id: what``."""
    wrong = set(COLUMNS) ^ set(frame.columns)
    if wrong:
        return [f"columns missing or unknown: {', '.join(sorted(wrong))}"]
    found = [f"{i}: id is not unique" for i in frame.loc[frame["id"].duplicated(), "id"]]
    own = dict(zip(frame["id"], frame["programme"], strict=True))
    found += [
        f"{i}: heads programme {i!r} but is filed under {own[i]!r}"
        for i in sorted(set(frame["programme"]) & set(own))
        if own[i] != i
    ]
    for record in frame.to_dict("records"):
        row = {str(k): str(v) for k, v in record.items()}
        found += [f"{row['id']}: {fault}" for rule in RULES for fault in rule(row)]
    return found


def acting(frame: pd.DataFrame) -> pd.Series:
    """Mask of the rows the freight network can use."""
    usable = frame["effect"].isin(sorted(ACTING))
    return (frame["freight"] == "yes") & usable


def main() -> int:
    """Check, report, write."""
    frame = pd.read_csv(FACTS, dtype=str, keep_default_na=False)
    found = faults(frame)
    if found:
        print(f"{FACTS.name}: {len(found)} faults", *found, sep="\n  ", file=sys.stderr)
        return 1
    print(f"{len(frame)} projects, {int(acting(frame).sum())} act on the freight network")
    for column in ("status", "mode", "effect", "confidence"):
        counts = frame[column].value_counts()
        print(f"  {column}: " + ", ".join(f"{k} {v}" for k, v in counts.items()))
    if "--check" not in sys.argv:
        write_table(
            "projects",
            frame[list(COLUMNS)],
            title="Belt and Road corridor transport projects",
            script="data/build_projects.py",
            sources=[
                {
                    "title": "Hand-written facts, source on each row (source_title, source_url)",
                    "url": "data/facts/projects.csv",
                    "licence": "facts; compilation CC0-1.0",
                    "vintage": frame["accessed"].max(),
                }
            ],
            columns=COLUMNS,
            notes="Costs are as published, in the prices of cost_year, and are not comparable "
            "without deflating. Rows with source_title 'unconfirmed' rest on general knowledge. "
            "A neutral list: a row does not mean the project is financed by China.",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
