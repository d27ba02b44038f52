"""The editor's fields, taken from the scenario's own schema: default, bounds, choices, kind.

What a field may hold is never written down here: it is read from the pydantic models that check
the file, so that the form and the engine cannot differ. Only the unit in which people give a
number (percent in place of a share) is said here.
"""

from __future__ import annotations

import math
import types
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel
from pydantic.fields import FieldInfo

__all__ = ["ROWS", "SECTIONS", "Entry", "entry", "row_entries", "sections", "shown"]

# Fields in the order of the form, by section. Texts: ``scenarios.f.<path with _ for dots>``.
SECTIONS: dict[str, tuple[str, ...]] = {
    "states": ("states.before", "states.after", "states.economy"),
    "debt": (
        "debt.assess", "debt.timing", "debt.public_share", "debt.loan_share",
        "debt.interest_rate", "debt.maturity_years", "debt.grace_years",
        "debt.disbursed_over_years", "debt.reached_over_years",
    ),
    "people": ("people.assess", "people.year"),
    "risk": ("risk.assess", "risk.draws", "risk.recovery_pct"),
    "green": ("green.assess", "green.by_mode"),
    "method": (
        "parameters.value_of_time", "parameters.mode_choice", "parameters.elasticities",
        "parameters.domestic", "parameters.discount_rate", "parameters.life_years",
    ),
    "uncertainty": ("sensitivity", "uncertainty.draws", "uncertainty.pairs", "seed"),
}  # fmt: skip
# Parts of which there may be several, and the fields of each.
ROWS: dict[str, tuple[str, ...]] = {
    "reforms": ("name", "countries", "borders", "ports_of", "ports", "wait_factor", "hours_cut"),
    "schedules": ("name", "mode", "places", "countries", "departures_per_week"),
    "financing": (
        "name", "countries", "projects", "loan_share", "lenders", "interest_rate",
        "maturity_years", "grace_years", "equity_share", "investors", "return_rate",
        "grant_share", "donors", "builder_share", "builders",
    ),
}  # fmt: skip
_PERCENT = frozenset(
    ["public_share", "loan_share", "interest_rate", "discount_rate", "equity_share",
     "return_rate", "grant_share", "builder_share"]
)  # fmt: skip
_UNITS = {
    "recovery_pct": "%", "hours_cut": "h", "maturity_years": "years", "grace_years": "years",
    "disbursed_over_years": "years", "reached_over_years": "years", "life_years": "years",
    "departures_per_week": "a week",
}  # fmt: skip
_YEARS = ("today", "complete")


@dataclass(frozen=True)
class Entry:
    """One field: where its value goes, what it may be, and in which unit people give it.

    ``kind`` is number, whole, choice, flag, state, text, codes (a list of names or codes) or
    shares (who gives which part). Bounds are in the shown unit; ``open_low`` and ``open_high``
    say that the bound itself is not allowed.
    """

    path: str
    kind: str
    default: Any = None
    low: float | None = None
    high: float | None = None
    open_low: bool = False
    open_high: bool = False
    choices: tuple[str, ...] = ()
    unit: str = ""
    needed: bool = False
    percent: bool = False
    complement: bool = False

    @property
    def text(self) -> str:
        """The key of its words."""
        return self.path.replace(".", "_")

    def out(self, value: Any) -> str:
        """The model's value as it stands in the form."""
        if value is None:
            return ""
        if self.kind == "flag":
            return "yes" if value else "no"
        if self.percent and isinstance(value, (int, float)):
            return shown(100 * (1 - value) if self.complement else 100 * value)
        if isinstance(value, float):
            return shown(value)
        return str(value)

    def taken(self, text: str) -> tuple[Any, str]:
        """The value of what was typed, and what is wrong with it (nothing if empty)."""
        if self.kind == "flag":
            return text == "yes", ""
        if self.kind == "choice" or self.kind == "text":
            return text, ""
        if self.kind == "state":
            return int(text) if text.isdecimal() and len(text) < 9 else text, ""
        try:
            number = float(text.replace("\u2212", "-").replace(" ", ""))
        except ValueError:
            return None, f"{text[:40]!r} is not a number."
        if not math.isfinite(number):
            return None, f"{text[:40]!r} is not a number."
        if wrong := self._outside(number):
            return None, wrong
        if self.percent:
            number = round(number / 100, 12)
            return (round(1 - number, 12) if self.complement else number), ""
        if self.kind == "whole":
            if number != int(number):
                return None, f"{text[:40]!r} is not a whole number."
            return int(number), ""
        return number, ""

    def _outside(self, number: float) -> str:
        below = self.low is not None and (
            number < self.low or (self.open_low and number == self.low)
        )
        above = self.high is not None and (
            number > self.high or (self.open_high and number == self.high)
        )
        return f"{number:g} is out of range." if below or above else ""

    @property
    def bounds(self) -> str:
        """The bounds in words."""
        first, last = "above" if self.open_low else "from", "below" if self.open_high else "to"
        low = "" if self.low is None else f"{first} {shown(self.low)}"
        high = "" if self.high is None else f"{last} {shown(self.high)}"
        unit = f" {self.unit}" if self.unit and (low or high) else ""
        return f"{low} {high}".strip() + unit


def shown(number: float) -> str:
    """A number without needless zeros."""
    text = f"{round(number, 9):.9f}".rstrip("0").rstrip(".")
    return text or "0"


@lru_cache(maxsize=1)
def sections() -> dict[str, tuple[Entry, ...]]:
    """All single fields by section."""
    return {name: tuple(entry(path) for path in paths) for name, paths in SECTIONS.items()}


@lru_cache(maxsize=8)
def row_entries(part: str) -> tuple[Entry, ...]:
    """The fields of one row of a part of which there may be several."""
    return tuple(entry(f"{part}.{name}") for name in ROWS[part])


@lru_cache(maxsize=256)
def entry(path: str) -> Entry:
    """The field of a path such as ``parameters.discount_rate`` or ``reforms.hours_cut``."""
    from beltroad.appraisal.scenario import Scenario

    model: Any = Scenario
    info: FieldInfo | None = None
    for part in path.split("."):
        info = model.model_fields[part]
        model = _model_in(info.annotation)
    if info is None:
        raise ValueError(f"{path!r} is no path")
    return _entry(path, info)


def _entry(path: str, info: FieldInfo) -> Entry:
    name = path.rsplit(".", 1)[-1]
    kind, choices, metadata = _kind(info.annotation, list(info.metadata))
    if path.startswith("states."):
        kind = "state"
    if path.endswith((".lenders", ".investors", ".donors", ".builders")):
        kind = "shares"
    percent = name in _PERCENT or name == "wait_factor"
    complement = name == "wait_factor"
    low, high, open_low, open_high = _bounds(metadata)
    if percent:
        low, high = (None if b is None else 100 * b for b in (low, high))
        if complement and low is not None and high is not None:
            low, high, open_low, open_high = 100 - high, 100 - low, open_high, open_low
    default = None if info.is_required() or info.default_factory else info.default
    if path.startswith("uncertainty."):
        default = None  # without the part the engine draws fewer than the part's own default
    return Entry(
        path=path, kind=kind, default=default, low=low, high=high, open_low=open_low,
        open_high=open_high, choices=_YEARS if kind == "state" else choices,
        unit="%" if percent else _UNITS.get(name, ""), needed=info.is_required(),
        percent=percent, complement=complement,
    )  # fmt: skip


def _bounds(metadata: list[Any]) -> tuple[float | None, float | None, bool, bool]:
    low = high = None
    open_low = open_high = False
    for each in _flat(metadata):
        if isinstance(each, annotated_types.Ge):
            low = float(each.ge)  # type: ignore[arg-type]
        elif isinstance(each, annotated_types.Gt):
            low, open_low = float(each.gt), True  # type: ignore[arg-type]
        elif isinstance(each, annotated_types.Le):
            high = float(each.le)  # type: ignore[arg-type]
        elif isinstance(each, annotated_types.Lt):
            high, open_high = float(each.lt), True  # type: ignore[arg-type]
    return low, high, open_low, open_high


def _flat(metadata: list[Any]) -> list[Any]:
    """Constraints, those within a ``Field`` too."""
    out: list[Any] = []
    for each in metadata:
        out += each.metadata if isinstance(each, FieldInfo) else [each]
    return out


def _kind(annotation: Any, metadata: list[Any]) -> tuple[str, tuple[str, ...], list[Any]]:
    """Kind, choices and constraints of an annotation, optional or not."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        return _kind(inner, [*metadata, *more])
    if origin in (Union, types.UnionType):
        given = [a for a in get_args(annotation) if a is not type(None)]
        if len(given) == 1:
            return _kind(given[0], metadata)
        return "text", (), metadata
    if origin is Literal:
        return "choice", tuple(str(a) for a in get_args(annotation)), metadata
    if origin is tuple:
        return "codes", (), metadata
    if annotation is bool:
        return "flag", (), metadata
    if annotation is int:
        return "whole", (), metadata
    return ("number" if annotation is float else "text"), (), metadata


def _model_in(annotation: Any) -> Any:
    """The model that an annotation holds: itself, optional, or one of several rows."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in get_args(annotation):
        found = _model_in(inner)
        if found is not None:
            return found
    return None
