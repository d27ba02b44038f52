"""Outlines of economies: the bundled ones, or a set of the user's own choice.

A set is a GeoJSON FeatureCollection. A polygon is an economy and has ``iso3`` among its
properties (``name`` if it is to be called otherwise); a line with ``"disputed": true`` is drawn
dashed. Nothing in beltroad depends on the outlines but the drawing.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from beltroad import evidence
from beltroad.app.questions.kept import from_disk, once
from beltroad.errors import InputError

__all__ = ["MOST_BYTES", "collection", "faults_of", "outlines"]

MOST_BYTES = 60_000_000
_MOST_FAULTS = 50
_CODE = re.compile(r"[A-Z]{3}\Z")
_POLYGONS = ("Polygon", "MultiPolygon")
_LINES = ("LineString", "MultiLineString")
# How deep the list of positions lies inside ``coordinates``.
_DEPTH = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}
_DECIMALS = 2


def outlines(path: Path | None) -> dict[str, Any]:
    """The outlines as our own GeoJSON: bundled, or those of a file.

    Raises
    ------
    InputError
        If the file cannot be read or is not such a set; all faults are named.
    """
    if path is None:
        return _bundled()
    return _of_file(path, path.stat().st_mtime_ns if path.is_file() else 0)


@once
def _bundled() -> dict[str, Any]:
    return from_disk(
        "outlines", lambda: collection(json.loads(evidence.read_bytes("polygons"))),
        read=json.loads, write=lambda found: json.dumps(found).encode(),
    )  # fmt: skip


@lru_cache(maxsize=2)
def _of_file(path: Path, _: int) -> dict[str, Any]:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"boundaries {path}: larger than {MOST_BYTES / 1e6:.0f} MB; simplify")
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise InputError(f"boundaries {path}: cannot be read ({error.strerror})") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"boundaries {path}: not JSON in UTF-8 ({error!s:.120})") from None
    if faults := faults_of(found):
        said = "\n".join(f"  {fault}" for fault in faults)
        raise InputError(f"boundaries {path} cannot be used:\n{said}")
    return collection(found)


def faults_of(found: object) -> list[str]:
    """What keeps this from being a set of outlines; empty if nothing does."""
    if not isinstance(found, dict) or found.get("type") != "FeatureCollection":
        return ['not a FeatureCollection: the outermost "type" must say so']
    features = found.get("features")
    if not isinstance(features, list) or not features:
        return ['"features" must be a list that is not empty']
    faults: list[str] = []
    seen: dict[str, int] = {}
    for at, feature in enumerate(features):
        faults += [f"features[{at}]: {fault}" for fault in _feature_faults(feature, seen, at)]
        if len(faults) >= _MOST_FAULTS:
            return [*faults[:_MOST_FAULTS], "... and perhaps more; correct these first"]
    if not seen and not faults:
        faults.append("no polygon with an iso3 code; the maps need economies")
    return faults


def _feature_faults(feature: object, seen: dict[str, int], at: int) -> Iterator[str]:
    if not isinstance(feature, dict) or not isinstance(feature.get("geometry"), dict):
        yield "not a feature with a geometry"
        return
    geometry = feature["geometry"]
    kind = geometry.get("type")
    properties = feature.get("properties")
    if kind not in _DEPTH:
        yield f"geometry {kind!r:.40} cannot be drawn; use {', '.join(_POLYGONS + _LINES)}"
        return
    if kind in _POLYGONS:
        code = properties.get("iso3") if isinstance(properties, dict) else None
        if not isinstance(code, str) or not _CODE.match(code):
            yield f"iso3 is {code!r:.40}; it must be three capital letters such as KAZ"
        elif code in seen:
            yield f"iso3 {code} is there twice (features[{seen[code]}]); join the two"
        else:
            seen[code] = at
    if (fault := _position_fault(geometry.get("coordinates"), _DEPTH[kind], kind)) is not None:
        yield fault


def _position_fault(node: object, depth: int, kind: str) -> str | None:
    if not isinstance(node, list) or not node:
        return f"coordinates of a {kind} must be nested lists that are not empty"
    if depth:
        found = (_position_fault(each, depth - 1, kind) for each in node)
        return next((fault for fault in found if fault), None)
    closed = kind in _POLYGONS
    if len(node) < (4 if closed else 2):
        return f"a line of {len(node)} positions; a {kind} needs {4 if closed else 2} or more"
    for each in node:
        if not (isinstance(each, list) and len(each) >= 2 and all(map(_finite, each[:2]))):
            return f"position {each!r:.40} is not [longitude, latitude]"
        if not (-180 <= each[0] <= 180 and -90 <= each[1] <= 90):
            return f"position {each[:2]} is off the globe; longitude comes first, in degrees"
    if closed and node[0][:2] != node[-1][:2]:
        return "a ring does not end where it begins"
    return None


def _finite(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def collection(found: Mapping[str, Any]) -> dict[str, Any]:
    """A checked set in the shape of all our map layers."""
    names = dict(zip(*(evidence.load("countries")[c] for c in ("iso3", "name")), strict=True))
    features: list[dict[str, Any]] = []
    for feature in found["features"]:
        geometry, given = feature["geometry"], feature.get("properties") or {}
        if geometry["type"] in _POLYGONS:
            code = given["iso3"]
            name = str(given.get("name") or names.get(code, code))
            own = {
                "id": code, "name": name, "kind": "economy", "state": "", "value": None,
                "href": f"/countries/{code}" if code in names else "", "label": name,
            }  # fmt: skip
        else:
            name = str(given.get("name") or "")
            kind = "disputed" if given.get("disputed") is True else "line"
            own = {
                "id": f"line-{len(features)}", "name": name, "kind": kind, "state": "",
                "value": None, "href": "", "label": name,
            }  # fmt: skip
        drawn = {"type": geometry["type"], "coordinates": _rounded(geometry["coordinates"])}
        features.append({"type": "Feature", "properties": own, "geometry": drawn})
    return {"type": "FeatureCollection", "features": features}


def _rounded(node: Any) -> Any:
    if isinstance(node[0], (int, float)):
        return [round(float(node[0]), _DECIMALS), round(float(node[1]), _DECIMALS)]
    return [_rounded(each) for each in node]
