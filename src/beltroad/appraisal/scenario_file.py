"""Reading scenario files: base, overrides, and every fault in one message."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from beltroad import evidence
from beltroad.appraisal.own_accounts import beside
from beltroad.appraisal.scenario import Scenario
from beltroad.errors import Fault, InputError, ScenarioError, suggest
from beltroad.infrastructure.network import DRYPORT, PORT
from beltroad.infrastructure.parameters import parameter_keys
from beltroad.validation import fault_of, key_of, read_toml

__all__ = ["known_codes", "parse_scenario", "place_refs", "read_scenario"]

_MAX_BYTES = 2_000_000
_MAX_BASES = 8


@lru_cache(maxsize=1)
def known_codes() -> dict[str, frozenset[str]]:
    """Every code a scenario may name: countries, projects, borders, ports, places, parameters.

    ``place`` is what a schedule may name: ports, dry ports, cities by id or name. ``old_port``
    are ports and dry ports that are there without any scenario.
    """
    projects, parameters = evidence.load("projects"), evidence.load("network_parameters")
    nodes = evidence.load("network_nodes")

    def refs(layer: int) -> frozenset[str]:
        return frozenset(nodes.loc[nodes["layer"] == layer, "ref"].astype(str)) - {""}

    ports, dry = refs(PORT), refs(DRYPORT)
    return {
        "port": ports,
        "old_port": ports | dry,
        "place": ports | dry | frozenset(place_refs()),
        "country": frozenset(evidence.load("countries")["iso3"]),
        "project": frozenset(projects["id"]),
        "corridor": frozenset(projects["corridor"]) - {""},
        "border": frozenset(evidence.load("borders")["border_id"]),
        "parameter": frozenset(parameter_keys(parameters)),
        "green type": frozenset(evidence.load("green_classes")["type"]),
    }


def read_scenario(path: str | Path, *, apply: Sequence[str] = ()) -> Scenario:
    """Read, merge and validate a scenario file.

    Parameters
    ----------
    apply
        Names of overrides in the file to switch on, besides those its own ``apply`` lists.

    Raises
    ------
    ScenarioError
        With every fault of the file.
    InputError
        If the file cannot be read or is not TOML.
    """
    path = Path(path)
    return parse_scenario(_merged(path, 0), source=str(path), apply=apply)


def parse_scenario(
    raw: Mapping[str, Any], *, source: str = "scenario", apply: Sequence[str] = ()
) -> Scenario:
    """Validate a scenario given as nested mappings, overrides included."""
    data = copy.deepcopy(dict(raw))
    faults: list[Fault] = []
    overrides = data.pop("overrides", {})
    if not isinstance(overrides, dict) or not all(isinstance(o, dict) for o in overrides.values()):
        faults.append(Fault("overrides", "is not a set of tables.", "Write [overrides.NAME]."))
        overrides = {}
    chosen = data.pop("apply", [])
    if not isinstance(chosen, list) or not all(isinstance(c, str) for c in chosen):
        faults.append(Fault("apply", f"{chosen!r} is not a list of names.", 'Write ["NAME"].'))
        chosen = []
    for name in [*chosen, *apply]:
        if name in overrides:
            data = _merge(data, overrides[name])
        else:
            known = ", ".join(overrides) or "none"
            hint = suggest(name, overrides)
            faults.append(
                Fault("apply", f"there is no override {name!r}.", f"{hint} Known: {known}.")
            )
    try:
        scenario = Scenario.model_validate(data, context=_codes_with_own(data))
    except ValidationError as error:
        faults.extend(
            fault_of(e, Scenario, root="scenario", more_keys=("base", "overrides", "apply"))
            for e in _causes(error.errors())
        )
        raise ScenarioError(source, faults) from None
    if faults:
        raise ScenarioError(source, faults)
    return scenario


@lru_cache(maxsize=1)
def place_refs() -> dict[str, tuple[str, ...]]:
    """Cities and dry ports by what a schedule may call them: references in the network.

    A city goes by its id, its name or its name in plain letters. A name that two cities share
    has two references.
    """
    out: dict[str, tuple[str, ...]] = {}

    def add(name: str, ref: str) -> None:
        if name and ref not in out.get(name, ()):
            out[name] = (*out.get(name, ()), ref)

    cities = evidence.load("cities").astype({"city_id": str})
    for column in ("city_id", "name", "ascii_name"):
        for name, ref in zip(cities[column], cities["city_id"], strict=True):
            add(str(name), str(ref))
    dry = evidence.load("dryports")
    for column in ("dryport_id", "locode"):
        for name, ref in zip(dry[column].fillna(""), dry["dryport_id"], strict=True):
            add(str(name), str(ref))
    return out


@lru_cache(maxsize=1)
def _shared_names() -> dict[str, tuple[str, ...]]:
    """Names of more than one place, with the id and economy of each."""
    cities = evidence.load("cities").astype({"city_id": str})
    iso3 = dict(zip(cities["city_id"], cities["iso3"], strict=True))
    return {
        name: tuple(f"{ref} ({iso3.get(ref, 'dry port')})" for ref in refs)
        for name, refs in place_refs().items()
        if len(refs) > 1
    }


def _codes_with_own(data: Mapping[str, Any]) -> dict[str, Any]:
    """Known codes with the projects, ports and dry ports that the scenario itself adds."""
    known: dict[str, Any] = {**known_codes(), "shared_name": _shared_names()}
    projects = data.get("projects")
    inline = projects.get("inline") if isinstance(projects, Mapping) else None
    listed = inline if isinstance(inline, (list, tuple)) else ()
    parts = [p for p in listed if isinstance(p, Mapping)]
    own = {
        str(p.get("locode") or p.get("id"))
        for p in parts
        if p.get("effect") in ("new_port", "new_terminal")
    }
    known["project or inline project"] = known["project"] | {str(p.get("id")) for p in parts}
    for kind in ("port", "place"):
        known[kind] = known[kind] | own
    return known


def _merged(path: Path, depth: int) -> dict[str, Any]:
    """The file's content laid over that of its base, if it names one."""
    data = beside(path.parent, read_toml(path, "scenario", _MAX_BYTES))
    base = data.pop("base", None)
    if base is None:
        return data
    if not isinstance(base, str):
        raise ScenarioError(str(path), [Fault("base", f"{base!r} is not a file name.")])
    if depth >= _MAX_BASES:
        raise InputError(f"{path}: bases are nested more than {_MAX_BASES} deep, or in a circle")
    return _merge(_merged(path.parent / base, depth + 1), data)


def _merge(base: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Tables are merged key by key; everything else is replaced."""
    out = dict(base)
    for key, value in over.items():
        old = out.get(key)
        both = isinstance(old, dict) and isinstance(value, Mapping)
        out[key] = _merge(old, value) if both and isinstance(old, dict) else value
    return out


def _causes(errors: list[Any]) -> list[Any]:
    """Faults without those that only follow from another one of the same key.

    A list that is empty because its items are wrong, and the branches of a choice between words
    and a list that the value was not meant for.
    """
    places = [tuple(e["loc"]) for e in errors]

    def follows(e: Any) -> bool:
        place = tuple(e["loc"])
        if e["type"] == "too_short":
            return any(len(o) > len(place) and o[: len(place)] == place for o in places)
        if e["type"] == "literal_error":
            return isinstance(e["input"], list)
        return e["type"] == "tuple_type" and any(
            o["type"] == "literal_error" and key_of(o["loc"], "") == key_of(place, "")
            for o in errors
        )

    return [e for e in errors if not follows(e)]
