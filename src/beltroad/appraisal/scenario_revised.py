"""Projects of the bundled table with other facts than it records, as a scenario gives them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)

from beltroad import evidence
from beltroad.appraisal.scenario_parts import Corridor, Country, Part, ProjectId, plain_text
from beltroad.infrastructure.network import great_circle_km
from beltroad.infrastructure.projects.plausibility import least_km
from beltroad.infrastructure.projects.record import parse_waypoints

__all__ = ["UNKNOWN", "Gauge", "RevisedProject", "misfits", "with_revisions"]

# What takes a recorded number away.
UNKNOWN = "unknown"
Gauge = Literal[762, 914, 950, 1000, 1050, 1055, 1067, 1435, 1520, 1524, 1600, 1668, 1676]
_LINES = ("rail", "road", "water")
_EFFECTS = {
    "rail": ("new_link", "upgrade", "capacity", "none"),
    "road": ("new_link", "upgrade", "capacity", "none"),
    "water": ("new_link", "upgrade", "capacity", "none"),
    "port": ("new_port", "terminal"),
    "dryport": ("new_terminal", "terminal"),
}


def _none_if_unknown(value: object) -> object:
    return None if value == UNKNOWN else value


_Unknown = BeforeValidator(_none_if_unknown)


class RevisedProject(Part):
    """A project of the table with some of its facts put right; the other facts stay.

    A number may be ``"unknown"``, which takes away what the table records. What kind of transport
    it is, and its UN/LOCODE, cannot be revised: write a project of your own instead and exclude
    this one.
    """

    id: ProjectId
    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(plain_text)] = ""
    countries: Annotated[tuple[Country, ...], Field(min_length=1)] = ()
    corridor: Corridor = ""
    status: Literal[
        "", "completed", "operating", "partly_open", "under_construction", "planned", "stalled",
        "shelved", "suspended",
    ] = ""  # fmt: skip
    year_start: Annotated[int, Field(ge=1950, le=2100)] | None = None
    year_open: Annotated[Annotated[int, Field(ge=1950, le=2100)] | None, _Unknown] = None
    cost_usd_bn: Annotated[Annotated[float, Field(ge=0, le=1_000)] | None, _Unknown] = None
    effect: Literal[
        "", "new_link", "upgrade", "capacity", "none", "terminal", "new_port", "new_terminal"
    ] = ""
    freight: Literal["", "yes", "no"] = ""
    waypoints: Annotated[
        tuple[
            tuple[Annotated[float, Field(ge=-90, le=90)], Annotated[float, Field(ge=-180, le=180)]],
            ...,
        ],
        Field(min_length=1, max_length=200),
    ] = ()
    length_km: Annotated[Annotated[float, Field(gt=0, le=20_000)] | None, _Unknown] = None
    gauge_mm: Annotated[Gauge | None, _Unknown] = None
    speed_before_kmh: Annotated[Annotated[float, Field(gt=0, le=400)] | None, _Unknown] = None
    speed_after_kmh: Annotated[Annotated[float, Field(gt=0, le=400)] | None, _Unknown] = None
    hours_saved_terminal: Annotated[Annotated[float, Field(ge=0, le=2_000)] | None, _Unknown] = None
    source: Annotated[str, Field(max_length=500), AfterValidator(plain_text)] = ""

    @model_validator(mode="after")
    def _says_something(self) -> RevisedProject:
        if not self.facts:
            raise ValueError("nothing is revised: give at least one fact besides id and source")
        empty = [name for name in self.facts if getattr(self, name) in ("", ())]
        if empty:
            raise ValueError(f"{', '.join(empty)}: empty. Leave the key out to keep what is there")
        return self

    @model_serializer(mode="wrap")
    def _given_only(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """What was given, so that a number taken away differs from one that stays."""
        out = handler(self)
        return {
            k: UNKNOWN if v is None else v for k, v in out.items() if k in self.model_fields_set
        }

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of the facts that are given, in the order of the model."""
        given = self.model_fields_set - {"id", "source"}
        return tuple(name for name in type(self).model_fields if name in given)

    def columns(self) -> dict[str, Any]:
        """The facts as the table writes them; a number that is not known is NaN."""
        out: dict[str, Any] = {}
        for name in self.facts:
            value = getattr(self, name)
            if name == "waypoints":
                value = ";".join(f"{lat:.5f},{lon:.5f}" for lat, lon in value)
            elif name == "countries":
                value = ";".join(value)
            out[name] = np.nan if value is None else value
        return out


def with_revisions(table: pd.DataFrame, revised: Iterable[RevisedProject]) -> pd.DataFrame:
    """The table of projects with revised facts in place; source and note say what was changed."""
    at = {str(project): row for row, project in zip(table.index, table["id"], strict=True)}
    out = table.copy()
    for project in revised:
        row, facts = at[project.id], project.columns()
        old = table.loc[row]
        told = ", ".join(_told(name, value, old[name]) for name, value in facts.items())
        by = project.source or "the scenario"
        title = f"{', '.join(facts)}: {by}; all else: {old['source_title']}"
        out.loc[row, "source_title"] = title
        kept = str(old["note"]) if isinstance(old["note"], str) and old["note"] else ""
        for name, value in facts.items():
            if out[name].dtype.kind == "i":
                out[name] = out[name].astype(float)
            out.loc[row, name] = value
        out.loc[row, "note"] = "; ".join(filter(None, (f"revised by {by}: {told}", kept)))
    return out


def _told(name: str, value: object, old: object) -> str:
    if name == "waypoints":
        return "other waypoints"

    def word(each: object) -> str:
        if isinstance(each, (int, float)):
            return "unknown" if np.isnan(each) else f"{each:g}"
        return str(each)

    return f"{name} {word(value)} (table: {word(old)})"


def misfits(revised: Sequence[RevisedProject]) -> list[str]:
    """What does not go together in the revised rows; nothing where all is well."""
    ids = [project.id for project in revised]
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        return [f"{', '.join(twice)}: revised more than once"]
    table = evidence.load("projects")
    if unknown := sorted(set(ids) - set(table["id"])):
        return [f"{', '.join(unknown)}: not a project of the table"]
    rows = with_revisions(table, revised).set_index("id", drop=False)
    return [
        f"{project.id}: {wrong}"
        for project in revised
        for wrong in _misfit(project.facts, {str(k): v for k, v in rows.loc[project.id].items()})
    ]


def _misfit(facts: tuple[str, ...], row: Mapping[str, Any]) -> Iterator[str]:
    mode, effect = str(row["mode"]), str(row["effect"])
    line = mode in _LINES
    if "effect" in facts and effect not in _EFFECTS.get(mode, ()):
        fits = " or ".join(_EFFECTS.get(mode, ())) or "nothing else than the table"
        yield f"effect {effect} does not fit mode {mode}, which takes {fits}"
    points = parse_waypoints(str(row["waypoints"]))
    if "waypoints" in facts and line != (len(points) > 1):
        yield f"mode {mode} needs {'at least two waypoints' if line else 'one waypoint'}"
    for name, belongs in (
        ("length_km", line), ("speed_before_kmh", line), ("speed_after_kmh", line),
        ("gauge_mm", mode == "rail"), ("hours_saved_terminal", not line),
    ):  # fmt: skip
        if name in facts and not belongs and not np.isnan(row[name]):
            yield f"{name} does not belong to mode {mode}"
    if line and {"length_km", "waypoints"} & set(facts) and len(points) > 1:
        ends = (points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1])
        straight = float(great_circle_km(*ends).sum())
        if row["length_km"] < least_km(straight):
            yield (
                f"length_km {row['length_km']:g} is less than the great circle of the waypoints, "
                f"{straight:.0f} km"
            )
    if {"speed_before_kmh", "speed_after_kmh"} & set(facts):
        if row["speed_after_kmh"] < row["speed_before_kmh"]:
            yield "speed_after_kmh is below speed_before_kmh"
        if mode == "water" and effect == "upgrade" and np.isnan(row["speed_after_kmh"]):
            yield "an upgrade of a waterway needs speed_after_kmh to act at all"
    opened = row["status"] in ("completed", "operating")
    if {"status", "year_open"} & set(facts) and opened and np.isnan(row["year_open"]):
        yield f"status {row['status']} needs year_open"
    if {"year_start", "year_open"} & set(facts) and row["year_start"] > row["year_open"]:
        yield f"year_open {row['year_open']:.0f} is before year_start {row['year_start']:.0f}"
