"""Check the published transit times of container freight; write the table ``transit_times``.

The rows calibrate and validate travel times of the network. The split into ``calibrate`` and
``holdout`` follows a rule that never sees a number of days: every relation (mode and the two
places, whatever the direction) is hashed together with :data:`SALT`, and one bit of the hash
decides. A relation keeps its part when rows are added. ``SALT`` was the smallest whole number
that left each mode with at least :data:`STRATUM_LEAST` rows within 10 % of half in either part
when the table was made; only row counts entered that search (``--salt`` repeats it). It must not
be changed once a model has seen the calibration rows, so the check is wider than the search.

Run: ``python data/build_transit_times.py`` (``--check`` reports without writing; ``--fill``
writes the part of each row into the facts).
"""

from __future__ import annotations

import hashlib
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from _common import write_table
from build_projects import great_circle_km

HERE = Path(__file__).resolve().parent
FACTS = HERE / "facts" / "transit_times.csv"
BORDERS = HERE / "facts" / "borders.csv"
COLUMNS: dict[str, tuple[str, str]] = {
    "obs_id": ("-", "mode, origin, destination, year; a number follows where that repeats"),
    "origin": ("-", "place name in English"),
    "origin_lat": ("degrees", "latitude of the town, terminal or port, good to 0.05 degree"),
    "origin_lon": ("degrees", "longitude"),
    "destination": ("-", "place name in English"),
    "dest_lat": ("degrees", "latitude"),
    "dest_lon": ("degrees", "longitude"),
    "mode": ("-", "rail, road, sea, air, water, sea_rail, rail_ferry or rail_road"),
    "basis": (
        "-",
        "terminal: departure to arrival without the wait at the origin; port: port to port; "
        "door: with waits and handling at both ends; moving: on the move alone; by air terminal is "
        "from airport to airport with handling there",
    ),
    "via": ("-", "crossings (border_id) and passages known from the source, joined by ;"),
    "closed": ("-", "passages closed or avoided at that time, joined by ;"),
    "days_low": ("days", "lower end of a published range; empty for a single value"),
    "days_high": ("days", "upper end of a published range; empty for a single value"),
    "days": ("days", "published single value, else the middle of the range"),
    "year": ("year", "year of the journey or of the statement"),
    "state": ("year", "year of the network the figure belongs to"),
    "kind": ("-", "observed: journeys that took place; schedule: operator's plan; claim: general"),
    "source_title": ("-", "page that states the figure"),
    "source_url": ("-", "its address"),
    "quote": ("-", "the fact in our words"),
    "confidence": ("-", "high, medium or low"),
    "part": ("-", "calibrate or holdout, by hash of the relation"),
}
BASES = frozenset({"terminal", "port", "door", "moving"})
KINDS = frozenset({"observed", "schedule", "claim"})
PASSAGES = frozenset({"suez", "cape", "panama", "caspian"})
# Great-circle kilometres per day that no journey of the mode leaves, hours at terminals included.
PACE_KM_PER_DAY = {
    "rail": (40.0, 1_400.0),
    "road": (30.0, 1_300.0),
    "sea": (50.0, 1_000.0),
    "air": (250.0, 20_000.0),
    "water": (30.0, 500.0),
    "sea_rail": (50.0, 900.0),
    "rail_ferry": (60.0, 900.0),
    "rail_road": (60.0, 900.0),
}
SALT = 84
STRATUM_LEAST = 8
HALF_WITHIN = 0.10
HALF_TOLERATED = 0.20
PARTS = ("calibrate", "holdout")


def relation(mode: str, origin: str, destination: str) -> str:
    """Name of a relation: the mode and the two places in alphabetical order."""
    return "|".join((mode, *sorted((origin, destination))))


def part_of(key: str, salt: int = SALT) -> str:
    """Part of a relation: one bit of the SHA-256 of salt and relation."""
    return PARTS[hashlib.sha256(f"{salt}|{key}".encode()).digest()[0] & 1]


def relations(frame: pd.DataFrame) -> list[str]:
    """Relation of every row."""
    rows = zip(frame["mode"], frame["origin"], frame["destination"], strict=True)
    return [relation(str(m), str(o), str(d)) for m, o, d in rows]


def balanced(frame: pd.DataFrame, salt: int, within: float) -> bool:
    """Whether the salt leaves every large stratum near half in either part (counts only)."""
    held = pd.Series([part_of(key, salt) == "holdout" for key in relations(frame)])
    share = held.groupby(frame["mode"].to_numpy()).agg(["mean", "size"])
    large = share[share["size"] >= STRATUM_LEAST]
    return bool((large["mean"] - 0.5).abs().le(within).all())


def smallest_salt(frame: pd.DataFrame) -> int:
    """Smallest whole number that balances the parts."""
    return next(salt for salt in itertools.count() if balanced(frame, salt, HALF_WITHIN))


def days_faults(row: dict[str, str]) -> Iterator[str]:
    """Faults of the days of one row: range, middle and pace."""
    days = float(row["days"])
    if (row["days_low"] == "") != (row["days_high"] == ""):
        yield "one end of the range is missing"
    elif row["days_low"]:
        low, high = float(row["days_low"]), float(row["days_high"])
        if not low < high or not low <= days <= high:
            yield f"range {low:g} to {high:g} with value {days:g}"
    a = (float(row["origin_lat"]), float(row["origin_lon"]))
    b = (float(row["dest_lat"]), float(row["dest_lon"]))
    slow, fast = PACE_KM_PER_DAY[row["mode"]]
    pace = great_circle_km(a, b) / days
    if not slow <= pace <= fast:
        yield f"{pace:.0f} km of great circle a day"


def source_faults(row: dict[str, str]) -> Iterator[str]:
    """Faults of the source, the quote and the confidence of one row."""
    if row["confidence"] not in {"high", "medium", "low"}:
        yield f"confidence {row['confidence']!r}"
    if row["source_url"] == "":
        if row["confidence"] != "low" or "not read" not in row["quote"]:
            yield "no source read, but not marked low and 'not read'"
    elif not row["source_url"].startswith("http") or not row["source_title"]:
        yield "source is incomplete"
    if not 2 <= len(row["quote"].split()) <= 12:
        yield f"quote has {len(row['quote'].split())} words"


def row_faults(row: dict[str, str], passages: frozenset[str]) -> Iterator[str]:
    """Faults of one row; ``passages`` holds every border_id and passage name."""
    if row["mode"] not in PACE_KM_PER_DAY:
        yield f"mode {row['mode']!r}"
        return
    if row["basis"] not in BASES or row["kind"] not in KINDS:
        yield f"basis {row['basis']!r}, kind {row['kind']!r}"
    if (row["basis"] == "port") and row["mode"] not in {"sea", "water"}:
        yield f"basis port with mode {row['mode']}"
    named = {v for v in (row["via"] + ";" + row["closed"]).split(";") if v}
    if named - passages:
        yield f"unknown passages {sorted(named - passages)}"
    if set(row["via"].split(";")) & set(row["closed"].split(";")) - {""}:
        yield "a passage is used and closed"
    if not 2000 <= int(row["state"]) <= int(row["year"]) <= 2026:
        yield f"year {row['year']}, state {row['state']}"
    yield from days_faults(row)
    yield from source_faults(row)
    if row["part"] != part_of(relation(row["mode"], row["origin"], row["destination"])):
        yield f"part {row['part']!r} is not what the hash says"


def table_faults(frame: pd.DataFrame) -> Iterator[str]:
    """Faults that concern several rows."""
    for double in frame.loc[frame["obs_id"].duplicated(), "obs_id"]:
        yield f"{double}: not unique"
    ends = [
        frame[[place, f"{short}_lat", f"{short}_lon"]].set_axis(["place", "lat", "lon"], axis=1)
        for place, short in (("origin", "origin"), ("destination", "dest"))
    ]
    spots = pd.concat(ends).drop_duplicates()
    for place in spots.loc[spots["place"].duplicated(), "place"]:
        yield f"{place}: more than one position"
    unread = frame["source_url"].eq("").mean()
    if unread > 0.1:
        yield f"{unread:.0%} of the rows without a page read"
    if not balanced(frame, SALT, HALF_TOLERATED):
        yield f"SALT {SALT} leaves the parts of a mode far from half"


def faults(frame: pd.DataFrame) -> list[str]:
    """Every fault of the table, one line each."""
    if list(frame.columns) != list(COLUMNS):
        return [f"columns are {list(frame.columns)}"]
    borders = pd.read_csv(BORDERS, usecols=["border_id"])["border_id"]
    passages = PASSAGES | frozenset(str(b) for b in borders)
    found = []
    for record in frame.to_dict("records"):
        row = {str(k): str(v) for k, v in record.items()}
        try:
            found += [f"{row['obs_id']}: {fault}" for fault in row_faults(row, passages)]
        except ValueError as error:
            found.append(f"{row['obs_id']}: {error}")
    return found + list(table_faults(frame))


def report(frame: pd.DataFrame) -> None:
    """Print the counts by mode, basis, kind, confidence and part."""
    print(pd.crosstab(frame["mode"], frame["part"], margins=True).to_string())
    for column in ("basis", "kind", "confidence"):
        counts = frame[column].value_counts()
        print(f"{column}: " + ", ".join(f"{k} {v}" for k, v in counts.items()))
    print(f"relations: {len(set(relations(frame)))}, pages: {frame['source_url'].nunique()}")


def main() -> int:
    """Check, report, write."""
    frame = pd.read_csv(FACTS, dtype=str, keep_default_na=False)
    if "--salt" in sys.argv:
        print(smallest_salt(frame))
        return 0
    if "--fill" in sys.argv:
        frame["part"] = [part_of(key) for key in relations(frame)]
        frame.to_csv(FACTS, index=False, lineterminator="\n")
    found = faults(frame)
    if found:
        print(f"{FACTS.name}: {len(found)} faults", *found, sep="\n  ", file=sys.stderr)
        return 1
    report(frame)
    if "--check" not in sys.argv:
        write_table(
            "transit_times",
            frame,
            title="Published transit times of container freight by rail, road, water and air",
            script="data/build_transit_times.py",
            sources=[
                {
                    "title": "Hand-written figures with a source on each row",
                    "url": "data/facts/transit_times.csv",
                    "licence": "facts; compilation CC0-1.0",
                    "vintage": "2009 to 2026",
                }
            ],
            columns=COLUMNS,
            notes="Rows of part 'calibrate' may be fitted; rows of part 'holdout' are only "
            "compared. The part hangs on a hash of mode and places, never on the days. Sources "
            "contradict each other on some relations; all values are kept. Press reports "
            "favour first and fastest journeys, so claims lean to the short side.",
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
