"""What the scripts of the terminal tables share: checks of place, source, figures and ids.

A facts file is read as text; every check returns fault lines, so that a script can name all the
faults of a file at once and write nothing while there is one.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

import pandas as pd
import shapely
from shapely.geometry import shape

from _common import BUNDLE, write_table

FACTS = Path(__file__).resolve().parent / "facts"
CONFIDENCES = frozenset({"high", "medium", "low"})
YEARS = (1950, 2026)
KM_PER_DEGREE = 111.0


def read_facts(name: str) -> pd.DataFrame:
    """Facts file ``NAME.csv`` as text; empty cells are empty strings."""
    return pd.read_csv(FACTS / f"{name}.csv", dtype=str, keep_default_na=False)


def read_bundled(name: str) -> pd.DataFrame:
    """A bundled CSV table as text."""
    return pd.read_csv(BUNDLE / f"{name}.csv", dtype=str, keep_default_na=False)


@cache
def economies() -> frozenset[str]:
    """ISO 3166-1 alpha-3 codes of ``countries``."""
    return frozenset(read_bundled("countries")["iso3"])


@cache
def outlines() -> dict[str, shapely.Geometry]:
    """Outline of each economy, degrees (the simplified map outlines, good to some 10 km)."""
    features = json.loads((BUNDLE / "polygons.geojson").read_text(encoding="utf-8"))["features"]
    parts: dict[str, list[shapely.Geometry]] = {}
    for feature in features:
        parts.setdefault(feature["properties"]["iso3"], []).append(shape(feature["geometry"]))
    return {code: shapely.make_valid(shapely.union_all(p)) for code, p in parts.items()}


def place_faults(lat: str, lon: str, iso3: str, reach_km: float) -> list[str]:
    """Faults of a position: off the globe, unknown economy, or further than ``reach_km`` from it.

    The reach covers simplified coasts and terminals at a border. Economies without an outline of
    their own (small islands) are checked for the globe only.
    """
    try:
        y, x = float(lat), float(lon)
    except ValueError as error:
        return [str(error)]
    if abs(y) > 90 or abs(x) > 180:
        return [f"position {lat}, {lon} is off the globe"]
    if iso3 not in economies():
        return [f"economy {iso3!r}"]
    outline = outlines().get(iso3)
    if outline is None:
        return []
    # A degree of longitude shrinks with latitude, so this errs on the side of letting pass.
    away_km = float(shapely.distance(outline, shapely.Point(x, y))) * KM_PER_DEGREE
    return [f"{away_km:.0f} km outside {iso3}"] if away_km > reach_km else []


def number_faults(
    row: Mapping[str, str], columns: Iterable[str], *, empty_ok: bool = True
) -> list[str]:
    """Faults of figures, which are above zero where given."""
    found = []
    for column in columns:
        text = row[column]
        if not text and empty_ok:
            continue
        try:
            value = float(text)
        except ValueError:
            found.append(f"{column} {text!r}")
            continue
        if not value > 0:
            found.append(f"{column} {text}")
    return found


def year_faults(row: Mapping[str, str], columns: Iterable[str]) -> list[str]:
    """Faults of years, where given."""
    low, high = YEARS
    return [
        f"{c} {row[c]!r}"
        for c in columns
        if row[c] and not (row[c].isdigit() and low <= int(row[c]) <= high)
    ]


def source_faults(row: Mapping[str, str]) -> list[str]:
    """Faults of source and confidence: what was not read is low and says so in its note."""
    found = []
    confidence = row["confidence"]
    if confidence not in CONFIDENCES:
        found.append(f"confidence {confidence!r}")
    if not row["source_title"]:
        found.append("no source")
    if confidence in {"high", "medium"} and not row["source_url"].startswith("http"):
        found.append("source without address")
    words = (row["note"] + row["source_title"]).lower()
    if not row["source_url"] and not ("imputed" in words or "not read" in words):
        found.append("neither an address nor the word 'imputed'")
    return found


def all_faults(
    frame: pd.DataFrame,
    columns: Iterable[str],
    key: str | tuple[str, ...],
    check: Callable[[dict[str, str]], list[str]],
) -> list[str]:
    """Every fault of a table, one line each, beginning with the row's key."""
    if list(frame.columns) != list(columns):
        return [f"columns are {list(frame.columns)}"]
    keys = [key] if isinstance(key, str) else list(key)
    names = frame[keys].agg(" / ".join, axis=1)
    found = [f"{name}: given twice" for name in names[names.duplicated()]]
    for name, record in zip(names, frame.to_dict("records"), strict=True):
        row = {str(k): str(v) for k, v in record.items()}
        found += [f"{name}: {fault}" for fault in check(row)]
    return found


def finish(
    name: str,
    frame: pd.DataFrame,
    found: list[str],
    *,
    title: str,
    sources: list[dict[str, str]],
    columns: Mapping[str, tuple[str, str]],
    notes: str,
) -> int:
    """Report faults and stop, or report counts and write the bundled table; exit status."""
    if found:
        print(f"{name}: {len(found)} faults", *found, sep="\n  ", file=sys.stderr)
        return 1
    counts = frame["confidence"].value_counts()
    print(f"{name}: {len(frame)} rows; " + ", ".join(f"{k} {v}" for k, v in counts.items()))
    if "--check" not in sys.argv:
        write_table(
            name,
            frame,
            title=title,
            script=f"data/build_{name}.py",
            sources=sources,
            columns=columns,
            notes=notes,
        )
    return 0
