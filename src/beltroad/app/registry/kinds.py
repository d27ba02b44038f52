"""Kinds of records: what each is called, how it is checked, and how its fields are described."""

from __future__ import annotations

import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import import_module
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import ValidationError

from beltroad.app.errors import NotFound
from beltroad.app.registry.sheets.cells import Note, Sheet
from beltroad.errors import Fault, suggest
from beltroad.validation import fault_of, key_of

__all__ = ["KINDS", "FieldInfo", "Kind", "check", "kind_of", "normal"]


@dataclass(frozen=True)
class FieldInfo:
    """One field of a kind, for forms, imports and exports.

    Attributes
    ----------
    type
        text, long (several lines), number, integer, choice or list.
    choices
        Allowed words, for ``choice``.
    """

    name: str
    title: str
    description: str
    unit: str
    type: str
    required: bool
    default: str | float | int | None = None
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Kind:
    """A kind of records.

    Attributes
    ----------
    name, title, plural
        For programs, and as readers see it (English; pages have their own words).
    schema
        ``module:class`` of the sheet.
    journal
        Kept as events with a life of its own (risks, alerts) rather than as revisions of a sheet.
    """

    name: str
    title: str
    plural: str
    schema: str
    key_of: Callable[[Mapping[str, Any]], str]
    title_of: Callable[[Mapping[str, Any]], str]
    journal: bool = False

    @property
    def model(self) -> type[Sheet]:
        """The sheet's class."""
        return _model(self.schema)

    @property
    def fields(self) -> tuple[FieldInfo, ...]:
        """Its fields in order."""
        return _fields(self.schema)

    def field(self, name: str) -> FieldInfo:
        """One field by name."""
        return next(f for f in self.fields if f.name == name)


def _id(data: Mapping[str, Any]) -> str:
    return str(data.get("id") or "")


def _name(data: Mapping[str, Any]) -> str:
    return str(data.get("name") or data.get("title") or _id(data))


def _agreement_key(data: Mapping[str, Any]) -> str:
    """Instrument, the sides, and the day it began where a pair has several periods."""
    parts = (data.get("instrument"), data.get("iso3"), data.get("partner"),
             data.get("in_force_from") or data.get("signed_on"))  # fmt: skip
    return ".".join(str(p) for p in parts if p)


def _agreement_title(data: Mapping[str, Any]) -> str:
    from beltroad.app.registry.sheets.agreement import instrument_titles

    short = str(data.get("instrument") or "")
    title = instrument_titles().get(short) or data.get("instrument_title") or short
    sides = " and ".join(str(s) for s in (data.get("iso3"), data.get("partner")) if s)
    return f"{sides}: {title}"[:300]


_HERE = "beltroad.app.registry"
KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind("project", "Project", "Projects", f"{_HERE}.sheets.project:Project", _id, _name),
        Kind("agreement", "Agreement", "Agreements", f"{_HERE}.sheets.agreement:Agreement",
             _agreement_key, _agreement_title),
        Kind("wellbeing", "Wellbeing project", "Wellbeing projects",
             f"{_HERE}.sheets.wellbeing:Wellbeing", _id, _name),
        Kind("risk", "Risk", "Risks", f"{_HERE}.sheets.risk:RiskSheet", _id, _name, journal=True),
        Kind("alert", "Alert", "Alerts", f"{_HERE}.sheets.risk:AlertSheet", _id, _name,
             journal=True),
        Kind("scenario", "Scenario", "Scenarios", f"{_HERE}.sheets.scenario:ScenarioSheet", _id,
             _name),
    )
}  # fmt: skip


def kind_of(name: str) -> Kind:
    """A kind by name.

    Raises
    ------
    NotFound
        If there is none.
    """
    if name not in KINDS:
        hint = suggest(name[:60], KINDS)
        raise NotFound(f"kind {name!r:.60}: give one of {', '.join(KINDS)}. {hint}".strip())
    return KINDS[name]


def check(kind: str, data: Mapping[str, Any]) -> list[Fault]:
    """Everything that is wrong with a record; empty if nothing is."""
    return normal(kind, data)[1]


def normal(kind: str, data: Mapping[str, Any]) -> tuple[dict[str, Any], list[Fault]]:
    """A record's data as it is kept, and everything that is wrong with it."""
    model = kind_of(kind).model
    try:
        return model.model_validate(dict(data)).model_dump(), []
    except ValidationError as error:
        wrong = error.errors()
    faults = _faults(wrong, model, kind)
    # What does not go together is looked for only where all fields can be read: leave those out
    # that cannot, as long as the record can do without them.
    bad = {str(e["loc"][0]) for e in wrong if e["loc"]}
    optional = {n for n, f in model.model_fields.items() if not f.is_required()} | {
        name for name in bad if name not in model.model_fields
    }
    if bad and bad <= optional:
        try:
            model.model_validate({n: v for n, v in data.items() if n not in bad})
        except ValidationError as error:
            more = _faults(error.errors(), model, kind)
            faults += [f for f in more if f.where not in bad]
    return {}, faults


def _faults(errors: list[Any], model: type[Sheet], kind: str) -> list[Fault]:
    out = []
    for error in errors:
        if error["type"] == "together":
            out += [Fault(where, what) for where, what in error["ctx"]["wrong"]]
        elif error["type"] == "string_too_long":
            most = error["ctx"]["max_length"]
            out.append(Fault(key_of(error["loc"], kind), f"is longer than {most:,} characters."))
        elif error["type"] == "string_too_short":
            out.append(Fault(key_of(error["loc"], kind), "is empty.", "Give it."))
        else:
            out.append(fault_of(error, model, root=kind))
    return out


@cache
def _model(path: str) -> type[Sheet]:
    module, name = path.split(":")
    found: type[Sheet] = getattr(import_module(module), name)
    return found


@lru_cache(maxsize=16)
def _fields(path: str) -> tuple[FieldInfo, ...]:
    out = []
    model = _model(path)
    hints = typing.get_type_hints(model, include_extras=True)
    for name, field in model.model_fields.items():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        limits: dict[str, float] = {}
        for each in field.metadata:
            for side, key in (("ge", "low"), ("gt", "low"), ("le", "high"), ("lt", "high")):
                if (bound := getattr(each, side, None)) is not None:
                    limits[key] = float(bound)
        choices = _choices(field.annotation)
        kind = _type(field.annotation, choices)
        if kind == "text" and (extra.get("long") or hints.get(name) is Note):
            kind = "long"
        default = None if field.is_required() else field.default
        out.append(FieldInfo(
            name, field.title or name, field.description or "", str(extra.get("unit", "")), kind,
            field.is_required(), default if isinstance(default, (str, int, float)) else None,
            choices, limits.get("low"), limits.get("high"),
        ))  # fmt: skip
    return tuple(out)


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is Literal:
        return tuple(str(each) for each in get_args(annotation))
    if get_origin(annotation) in (Union, UnionType):
        return next((c for a in get_args(annotation) if (c := _choices(a))), ())
    return ()


def _type(annotation: Any, choices: tuple[str, ...]) -> str:
    if choices:
        return "choice"
    parts = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    origins = {get_origin(p) or p for p in parts}
    if origins & {list, tuple}:
        return "list"
    if float in origins:
        return "number"
    return "integer" if int in origins else "text"
