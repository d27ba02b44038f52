"""Bundled projects that the registry holds with other facts, as a scenario takes them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from beltroad.app.database import Database

__all__ = ["Revision", "entries", "facts_of", "revisions", "with_revisions"]

# What the engine reads, and what it reads but takes from the bundled table alone.
_NUMBERS = (
    "year_start", "year_open", "cost_usd_bn", "length_km", "gauge_mm", "speed_before_kmh",
    "speed_after_kmh", "hours_saved_terminal",
)  # fmt: skip
_WORDS = ("name", "corridor", "status", "effect", "freight")
_WHOLE = frozenset(["year_start", "year_open", "gauge_mm"])
_FIXED = ("mode", "locode", "in_2024_data")


@dataclass(frozen=True)
class Revision:
    """One bundled project that was published here with other facts, or removed.

    ``facts`` is an entry of ``projects.revised``. ``why_not`` says why the engine cannot take it;
    it then goes on with the bundled facts. ``told`` has the fact's title, here, bundled; the last
    two are empty for a way, which has too many points to show.
    """

    id: str
    name: str
    facts: dict[str, Any] = field(default_factory=dict)
    told: tuple[tuple[str, str, str], ...] = ()
    why_not: str = ""
    removed: bool = False


def revisions(database: Database) -> dict[str, Revision]:
    """Every bundled project whose published facts differ in what the engine reads, by id."""
    from beltroad import evidence
    from beltroad.app.registry.store import Registry

    base = evidence.load("projects").set_index("id")
    here = Registry(database).projects_frame().set_index("id")
    out = {}
    for key, row in base.to_dict("index").items():
        if key not in here.index:
            out[str(key)] = Revision(str(key), str(row["name"]), removed=True)
    shared = here[here.index.isin(base.index)]
    old = base.loc[shared.index, list(shared.columns)]
    differs = ~(shared.eq(old) | (shared.isna() & old.isna())).all(axis=1)
    for key in shared.index[differs]:
        found = _revision(str(key), shared.loc[key].to_dict(), old.loc[key].to_dict())
        if found.told:
            out[found.id] = found
    return out


def _revision(key: str, now: Mapping[str, Any], old: Mapping[str, Any]) -> Revision:
    facts, told, fixed = facts_of(key, now, old)
    why = ""
    if fixed:
        why = f"{', '.join(fixed)}: cannot be revised in a scenario"
    elif told:
        why = _unfit(facts)
    return Revision(key, str(now["name"]), facts if not why else {}, tuple(told), why)


def facts_of(
    key: str, now: Mapping[str, Any], old: Mapping[str, Any]
) -> tuple[dict[str, Any], list[tuple[str, str, str]], list[str]]:
    """What differs: as an entry of a scenario, as (field, here, bundled), and what cannot be."""
    from beltroad.appraisal.scenario_revised import UNKNOWN
    from beltroad.infrastructure.projects.record import parse_waypoints

    facts: dict[str, Any] = {"id": key}
    told: list[tuple[str, str, str]] = []
    fixed: list[str] = []
    for name in (*_WORDS, "countries", "waypoints", *_NUMBERS, *_FIXED):
        mine, theirs = _plain(now.get(name)), _plain(old.get(name))
        if mine == theirs:
            continue
        if name in _NUMBERS:
            whole = name in _WHOLE and isinstance(mine, float)
            facts[name] = UNKNOWN if mine == "" else int(float(mine)) if whole else mine
        elif name == "countries":
            facts[name] = str(mine).split(";")
        elif name == "waypoints":
            facts[name] = [[float(a), float(b)] for a, b in parse_waypoints(str(mine))]
        elif name not in _FIXED:
            facts[name] = mine
        long = name == "waypoints"
        told.append((_title(name), *(("", "") if long else (_shown(mine), _shown(theirs)))))
        fixed += [_title(name)] if name in _FIXED else []
    title = str(_plain(now.get("source_title")))[:400]
    if told and title and title != _plain(old.get("source_title")):
        facts["source"] = f"{title} (registry)"
    elif told:
        facts["source"] = "the workspace's registry"
    return facts, told, fixed


def _title(name: str) -> str:
    """What the registry's form calls a fact."""
    from beltroad.app.registry.kinds import kind_of

    return kind_of("project").field(name).title


def _unfit(facts: dict[str, Any]) -> str:
    from beltroad.app.questions.scenarios.reading import faults_of

    wrong = faults_of({"projects": {"revised": [facts]}})
    return "; ".join(f"{f.problem} {f.remedy}".strip() for f in wrong)


def _plain(value: Any) -> str | float:
    """A number, a text, or an empty text for what is not known."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return value if isinstance(value, str) else float(value)


def _shown(value: str | float) -> str:
    return f"{value:g}" if isinstance(value, float) else value


def entries(found: Mapping[str, Revision]) -> dict[str, dict[str, Any]]:
    """Those that the engine can take, as entries of ``projects.revised``."""
    return {key: dict(r.facts) for key, r in found.items() if r.facts}


def with_revisions(mapping: Mapping[str, Any], found: Mapping[str, Revision]) -> dict[str, Any]:
    """A scenario to begin with, in which the registry's facts hold where it says nothing else."""
    out = dict(mapping)
    facts = list(entries(found).values())
    projects = out.get("projects", {})
    if facts and isinstance(projects, Mapping) and "revised" not in projects:
        out["projects"] = {**projects, "revised": facts}
    return out
