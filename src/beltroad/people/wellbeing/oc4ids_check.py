"""Faults of an OC4IDS 0.9.5 project package.

:func:`package_faults` knows the fields, types and closed codelists that this program reads and
writes, in its own words. :func:`schema_faults` checks against the official schema, a file that the
user brings (``project-schema.json`` or ``project-package-schema.json`` of the standard).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from importlib import import_module
from pathlib import Path
from typing import Any

from beltroad.errors import Fault, InputError
from beltroad.people.wellbeing.registry import STATUSES

__all__ = ["PROJECT_TYPES", "package_faults", "schema_faults", "sound_parts"]

PROJECT_TYPES = ("construction", "rehabilitation", "replacement", "expansion", "decommissioning")
GEOMETRIES = (
    "Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon",
)  # fmt: skip
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")
_CURRENCY = re.compile(r"[A-Z]{3}")
_AT = re.compile(r"projects\[(\d+)\](?:\.(\w+)(?:\[(\d+)\])?)?")
_VERSION = re.compile(r"\d+\.\d+")

# What a field must be: text, number, whole, time, address, currency, any, a tuple of allowed codes,
# a mapping (an object with these fields; "!" marks those that must be there), or a list of one of
# these. Fields that are not named are allowed, as the standard's schema allows them.
_VALUE = {"amount": "number", "currency": "currency"}
_PERIOD = {"startDate": "time", "endDate": "time", "maxExtentDate": "time",
           "durationInDays": "whole"}  # fmt: skip
_LOCATION = {
    "id!": "text", "description": "text", "uri": "text",
    "geometry": {"type": GEOMETRIES, "coordinates": "any"},
    "gazetteer": {"scheme": "text", "identifiers": ["text"]},
    "address": {"streetAddress": "text", "locality": "text", "region": "text",
                "postalCode": "text", "countryName": "text"},
}  # fmt: skip
_METRIC = {
    "id!": "text", "title": "text", "description": "text",
    "observations": [{"id!": "text", "period": _PERIOD, "value": _VALUE, "measure": "measure",
                      "unit": {"name": "text", "scheme": "text", "id": "text"},
                      "notes": "text"}],
}  # fmt: skip
_PROJECT = {
    "id!": "text", "title": "text", "description": "text", "updated": "time", "language": "text",
    "status": STATUSES, "type": PROJECT_TYPES, "purpose": "text", "sector": ["text"],
    "period": _PERIOD, "locations": [_LOCATION],
    "identifiers": [{"id!": "text", "scheme": "text"}],
    "additionalClassifications": [{"scheme": "text", "id": "text", "description": "text",
                                   "uri": "address"}],
    "budget": {"description": "text", "amount": _VALUE, "requestDate": "time",
               "approvalDate": "time"},
    "parties": [{"id": "text", "name": "text", "roles": ["text"]}],
    "documents": [{"id!": "text", "documentType": "text", "title": "text", "description": "text",
                   "url": "address", "datePublished": "time", "author": "text"}],
    "relatedProjects": [{"id!": "text", "scheme": "text", "identifier": "text",
                         "relationship": "text", "title": "text", "uri": "address"}],
    "metrics": [_METRIC], "forecasts": [_METRIC],
    "benefits": [{"title": "text", "description": "text",
                  "beneficiaries": [{"location": _LOCATION, "description": "text",
                                     "numberOfPeople": "whole"}]}],
    "beltroad": {},
}  # fmt: skip
_PACKAGE = {
    "uri!": "address", "version!": "version", "publishedDate!": "time",
    "publisher!": {"name!": "text"}, "license": "address", "publicationPolicy": "address",
    "projects!": [_PROJECT],
}  # fmt: skip


def package_faults(package: Any) -> list[Fault]:
    """Everything that is wrong with a parsed package; empty if nothing is."""
    faults = _faults(package, _PACKAGE, "package")
    seen: set[str] = set()
    for at, project in _projects(package):
        key = project.get("id")
        if isinstance(key, str) and key in seen:
            faults.append(Fault(f"projects[{at}]", f"id {key!r:.60} was given before."))
        elif isinstance(key, str) and key:
            seen.add(key)
    return faults


def _projects(package: Any) -> list[tuple[int, Mapping[str, Any]]]:
    listed = package.get("projects") if isinstance(package, Mapping) else None
    found = enumerate(listed if isinstance(listed, list) else [])
    return [(at, each) for at, each in found if isinstance(each, Mapping)]


def sound_parts(
    package: Any, faults: Iterable[Fault]
) -> list[tuple[int, dict[str, Any], frozenset[str]]]:
    """Projects without what is at fault: where each stands, the rest, and the fields concerned.

    So the rest can be looked at in the same round. Of a list only the items at fault are left out.
    """
    bad: dict[int, dict[str, set[int | None]]] = {}
    for fault in faults:
        if found := _AT.match(fault.where):
            item = int(found[3]) if found[3] else None
            bad.setdefault(int(found[1]), {}).setdefault(found[2] or "id", set()).add(item)
    out = []
    for at, project in _projects(package):
        kept, wrong = dict(project), bad.get(at, {})
        for name, items in wrong.items():
            listed = kept.pop(name, None)
            if isinstance(listed, list) and None not in items:
                # Places keep their numbers, which later faults name.
                blank: list[Any] = [{}] if name == "locations" else []
                parts = [blank if n in items else [each] for n, each in enumerate(listed)]
                kept[name] = [each for part in parts for each in part]
        out.append((at, kept, frozenset(wrong)))
    return out


def _faults(value: Any, rule: Any, where: str) -> list[Fault]:
    if isinstance(rule, Mapping):
        if not isinstance(value, Mapping):
            return [Fault(where, f"{value!r:.60} is no object.")]
        out = []
        names = {name.rstrip("!"): name.endswith("!") for name in rule}
        for name, needed in names.items():
            at = name if where == "package" else f"{where}.{name}"
            if name not in value:
                if needed:
                    out.append(Fault(at, "is missing.", "Add it."))
                continue
            out += _faults(value[name], rule[f"{name}!" if needed else name], at)
        if rule and not value:
            out.append(Fault(where, "is empty.", "Leave it out."))
        if rule is _LOCATION["geometry"] and not out:
            out += _point(value, where)
        return out
    if isinstance(rule, list):
        if not isinstance(value, list) or not value:
            return [Fault(where, f"{value!r:.60} is no list with an item.")]
        return [fault for at, each in enumerate(value)
                for fault in _faults(each, rule[0], f"{where}[{at}]")]  # fmt: skip
    if isinstance(rule, tuple):
        return [] if value in rule else [
            Fault(where, f"{value!r:.40} is not in the codelist.", f"Use {', '.join(rule)}.")
        ]  # fmt: skip
    problem = _scalar(value, rule)
    return [Fault(where, f"{value!r:.60} {problem}.")] if problem else []


def _scalar(value: Any, rule: str) -> str:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    text = isinstance(value, str) and value != ""
    match rule:
        case "number":
            return "" if is_number else "is no number"
        case "whole":
            whole = isinstance(value, int) or (is_number and float(value).is_integer())
            return "" if is_number and whole else "is no whole number"
        case "measure":
            return "" if is_number or text else "is neither a number nor text"
        case "text":
            return "" if text else "is no text"
        case "time":
            return "" if text and _is_time(value) else "is no time such as 2023-06-30T00:00:00Z"
        case "address":
            return "" if text and _ADDRESS.fullmatch(value) else "is no URI"
        case "currency":
            return "" if text and _CURRENCY.fullmatch(value) else "is no currency code"
        case "version":
            return "" if text and _VERSION.fullmatch(value) else "is no version such as 0.9"
        case _:
            return ""


def _is_time(text: str) -> bool:
    found = _TIME.fullmatch(text)
    try:
        return found is not None and bool(date.fromisoformat(found[1]))
    except ValueError:
        return False


def _point(geometry: Mapping[str, Any], where: str) -> list[Fault]:
    at, kind = geometry.get("coordinates"), geometry.get("type")
    if kind == "Point" and not _is_position(at):
        said = "is no [longitude, latitude]"
    elif kind == "LineString" and not (
        isinstance(at, list) and len(at) > 1 and all(_is_position(each) for each in at)
    ):
        said = "is no list of two or more [longitude, latitude]"
    else:
        return []
    return [Fault(f"{where}.coordinates", f"{at!r:.60} {said}.")]


def _is_position(at: Any) -> bool:
    return (
        isinstance(at, list) and len(at) in (2, 3) and not any(_scalar(x, "number") for x in at)
        and abs(at[0]) <= 180 and abs(at[1]) <= 90
    )  # fmt: skip


def schema_faults(package: Any, schema: Path) -> list[Fault]:
    """Faults against the official schema; nothing is fetched from the network.

    Parameters
    ----------
    schema
        ``project-schema.json``, or ``project-package-schema.json`` with the former beside it.

    Raises
    ------
    InputError
        If the schema cannot be read, or the package ``jsonschema`` is not installed.
    """
    try:
        jsonschema = import_module("jsonschema")
        referencing = import_module("referencing")
        draft = import_module("referencing.jsonschema").DRAFT4
        unresolvable = import_module("referencing.exceptions").Unresolvable
    except ImportError:
        raise InputError("--schema needs the package jsonschema: pip install jsonschema") from None
    own = _schema(schema)
    registry: Any = referencing.Registry()
    for path in (schema, schema.with_name("project-schema.json")):
        if path.exists():
            each = _schema(path)
            resource = referencing.Resource.from_contents(each, default_specification=draft)
            registry = registry.with_resource(str(each.get("id", path.name)), resource)
    whole = "projects" in own.get("properties", {})
    checker = jsonschema.FormatChecker()
    validator = jsonschema.Draft4Validator(own, registry=registry, format_checker=checker)
    parts = [("", package)] if whole else [
        (f"projects[{at}].", each) for at, each in enumerate(package.get("projects", []))
    ]  # fmt: skip
    out = []
    for prefix, part in parts:
        try:
            found = sorted(
                validator.iter_errors(part), key=lambda error: list(map(str, error.path))
            )
        except unresolvable:
            raise InputError(f"{schema}: put project-schema.json beside it") from None
        for error in found:
            where = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in error.path)
            out.append(Fault(f"{prefix}{where.lstrip('.')}" or "package", f"{error.message:.200}."))
    return out


def _schema(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except ValueError as error:
        raise InputError(f"{path}: not JSON ({error})") from None
    if not isinstance(found, dict) or "properties" not in found:
        raise InputError(f"{path}: is no JSON Schema with properties")
    return found
