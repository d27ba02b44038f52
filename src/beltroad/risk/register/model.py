"""A risk, its controls, what must hold for them, and the state that events leave."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from beltroad.errors import InputError, suggest
from beltroad.evidence import economies
from beltroad.risk.journal import Event, checked_text
from beltroad.risk.register.scales import DIMENSIONS, rating

__all__ = [
    "CATEGORIES", "CONTROL_KINDS", "CONTROL_STATUSES", "LEVELS", "MOVES", "STATUSES", "Control",
    "Risk", "problems", "register", "risk_of",
]  # fmt: skip

LEVELS = ("project", "country", "overall")
CATEGORIES = ("debt", "political", "security", "legal", "environmental", "social", "integrity",
              "construction", "demand", "currency", "supply_chain", "health_safety",
              "reputation")  # fmt: skip
STATUSES = ("identified", "assessed", "treated", "accepted", "materialised", "closed")
MOVES: Mapping[str, tuple[str, ...]] = {
    "identified": ("assessed", "materialised", "closed"),
    "assessed": ("treated", "accepted", "materialised", "closed"),
    "treated": ("assessed", "accepted", "materialised", "closed"),
    "accepted": ("assessed", "treated", "materialised", "closed"),
    "materialised": ("assessed", "treated", "closed"),
    "closed": ("assessed",),
}
CONTROL_KINDS = ("prevent", "detect", "respond")
CONTROL_STATUSES = ("planned", "in_place", "failed", "dropped")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", re.ASCII)


@dataclass(frozen=True)
class Control:
    """What keeps a risk from happening, finds it, or answers it.

    Attributes
    ----------
    due
        Day by which it is to be in place, YYYY-MM-DD; empty if in place.
    """

    id: str
    title: str
    kind: str
    owner: str
    due: str = ""
    status: str = "planned"


@dataclass(frozen=True)
class Risk:
    """One risk as it stands. Steps are 1 to 5, 0 where not assessed.

    Attributes
    ----------
    likelihood, cost, time, people, environment
        Inherent: before controls.
    residual_likelihood, residual_cost, residual_time, residual_people, residual_environment
        After the controls that are in place.
    feeds
        Ids of risks of a higher level that this one adds to.
    """

    id: str
    title: str
    level: str
    category: str
    iso3: str = ""
    project: str = ""
    owner: str = ""
    status: str = "identified"
    likelihood: int = 0
    cost: int = 0
    time: int = 0
    people: int = 0
    environment: int = 0
    residual_likelihood: int = 0
    residual_cost: int = 0
    residual_time: int = 0
    residual_people: int = 0
    residual_environment: int = 0
    feeds: tuple[str, ...] = ()
    note: str = ""
    controls: tuple[Control, ...] = field(default=(), compare=True)
    added_at: str = field(default="", compare=False)
    changed_at: str = field(default="", compare=False)
    reviewed_on: str = field(default="", compare=False)

    @property
    def effect(self) -> int:
        """The gravest inherent effect."""
        return max(int(getattr(self, name)) for name in DIMENSIONS)

    @property
    def residual_effect(self) -> int:
        """The gravest effect after controls; the inherent one where none is assessed."""
        return max(getattr(self, f"residual_{name}") for name in DIMENSIONS) or self.effect

    @property
    def residual_step(self) -> int:
        """Likelihood after controls; the inherent one where none is assessed."""
        return self.residual_likelihood or self.likelihood

    @property
    def inherent_rating(self) -> str:
        """Rating before controls; empty if not assessed."""
        return rating(self.likelihood, self.effect) if self.likelihood and self.effect else ""

    @property
    def residual_rating(self) -> str:
        """Rating after controls; empty if not assessed."""
        if not (self.residual_step and self.residual_effect):
            return ""
        return rating(self.residual_step, self.residual_effect)

    @property
    def live(self) -> bool:
        """Whether it still counts."""
        return self.status != "closed"


STEPS = ("likelihood", *DIMENSIONS, "residual_likelihood", *(f"residual_{d}" for d in DIMENSIONS))
_TEXTS = {"title": 300, "owner": 200, "note": 2000, "project": 120}
_SET = tuple(f.name for f in fields(Risk)
             if f.name not in ("controls", "added_at", "changed_at", "reviewed_on"))  # fmt: skip


def risk_of(values: Mapping[str, Any]) -> Risk:
    """A risk from plain values, tidied; what is wrong with it, :func:`problems` says.

    Raises
    ------
    InputError
        If there is a field that a risk does not have.
    """
    unknown = [name for name in values if name not in _SET]
    if unknown:
        raise InputError(
            f"risk: no field {unknown[0]!r:.40}. {suggest(unknown[0], _SET)} "
            f"Fields: {', '.join(_SET)}"
        )
    tidy = dict(values)
    for name in ("level", "category", "status"):
        if name in tidy:
            tidy[name] = str(tidy[name]).strip().casefold().replace(" ", "_")
    tidy["feeds"] = tuple(str(each).strip() for each in tidy.get("feeds", ()))
    for name in ("id", "title", "level", "category"):
        tidy.setdefault(name, "")
    return Risk(**tidy)


def problems(risk: Risk, others: Mapping[str, Risk], projects: Iterable[str] = ()) -> list[
    tuple[str, str]
]:  # fmt: skip
    """What is wrong with a risk: field and sentence, empty if nothing is.

    Parameters
    ----------
    others
        Risks that ``feeds`` may name.
    projects
        Ids that are known; empty: any.
    """
    out: list[tuple[str, str]] = []
    if not _ID.fullmatch(risk.id):
        out.append(("id", f"{risk.id!r:.50} is no id: letters, digits, dot, dash, at most 40."))
    for name, longest in _TEXTS.items():
        try:
            checked_text(getattr(risk, name), name, longest=longest, empty=name != "title")
        except InputError as error:
            out.append((name, str(error).removeprefix(f"{name}: ")))
    for name, known in (("level", LEVELS), ("category", CATEGORIES), ("status", STATUSES)):
        value = getattr(risk, name)
        if value not in known:
            hint = suggest(value, known)
            out.append((name, f"{value!r:.40} is not one of {', '.join(known)}. {hint}".strip()))
    out += _place(risk, frozenset(projects))
    for name in STEPS:
        if getattr(risk, name) not in range(6):
            out.append((name, f"{getattr(risk, name)!r:.20} is no step: give 1 to 5."))
    if not out:
        out += _levels(risk, others) + _assessment(risk)
    return out


def _place(risk: Risk, projects: frozenset[str]) -> list[tuple[str, str]]:
    out = []
    if risk.iso3 and economies.lookup(risk.iso3).iso3 != risk.iso3:
        found = economies.lookup(risk.iso3).iso3
        hint = f"write {found}" if found else "give an ISO 3166-1 alpha-3 code"
        out.append(("iso3", f"{risk.iso3!r:.40} is no such code; {hint}."))
    if risk.level in ("project", "country") and not risk.iso3:
        out.append(("iso3", f"is needed for a risk of a {risk.level}."))
    if risk.level == "project" and not risk.project:
        out.append(("project", "is needed for a risk of a project."))
    if risk.level in ("country", "overall") and risk.project:
        out.append(("project", f"does not go with the level {risk.level}."))
    if risk.level == "overall" and risk.iso3:
        out.append(("iso3", "does not go with the level overall."))
    if risk.project and projects and risk.project not in projects:
        out.append(("project", f"no project {risk.project!r:.40}. "
                    f"{suggest(risk.project, projects)}".strip()))  # fmt: skip
    return out


def _levels(risk: Risk, others: Mapping[str, Risk]) -> list[tuple[str, str]]:
    out = []
    for name in risk.feeds:
        up = others.get(name)
        if up is None:
            out.append(("feeds", f"no risk {name!r:.50}. {suggest(name, others)}".strip()))
        elif LEVELS.index(up.level) <= LEVELS.index(risk.level):
            out.append(("feeds", f"{name} is of the level {up.level}: a risk feeds higher levels."))
        elif up.level == "country" and up.iso3 != risk.iso3:
            out.append(("feeds", f"{name} is of {up.iso3}, this risk of {risk.iso3}."))
    return out


def _assessment(risk: Risk) -> list[tuple[str, str]]:
    out = []
    assessed = bool(risk.likelihood and risk.effect)
    if risk.status in ("assessed", "treated", "accepted") and not assessed:
        out.append(("likelihood", f"{risk.status}: needs likelihood and an effect."))
    if risk.status in ("treated", "accepted") and not risk.owner:
        out.append(("owner", f"{risk.status}: needs an owner."))
    if risk.status == "treated" and not risk.controls:
        out.append(("status", "treated: needs a control; add one first."))
    if risk.status in ("accepted", "closed") and not risk.note:
        out.append(("note", f"{risk.status}: needs a reason."))
    for name in ("likelihood", *DIMENSIONS):
        after, before = getattr(risk, f"residual_{name}"), getattr(risk, name)
        if after > before:
            out.append((f"residual_{name}", f"{after} is above {before}: controls add no risk."))
    return out


def control_problems(control: Control) -> list[tuple[str, str]]:
    """What is wrong with a control: field and sentence."""
    out = []
    if not _ID.fullmatch(control.id):
        out.append(("id", f"{control.id!r:.50} is no id: letters, digits, dot, dash."))
    for name in ("title", "owner"):
        try:
            checked_text(getattr(control, name), name, longest=300)
        except InputError as error:
            out.append((name, str(error).removeprefix(f"{name}: ")))
    for name, known in (("kind", CONTROL_KINDS), ("status", CONTROL_STATUSES)):
        if getattr(control, name) not in known:
            out.append((name, f"{getattr(control, name)!r:.40}: give one of {', '.join(known)}."))
    if control.due:
        try:
            datetime.date.fromisoformat(control.due)
        except ValueError:
            out.append(("due", f"{control.due!r:.40}: give a day as YYYY-MM-DD."))
    elif control.status == "planned":
        out.append(("due", "is needed while the control is planned."))
    return out


def values_of(risk: Risk) -> dict[str, Any]:
    """Plain values of the fields that people set."""
    return {name: list(value) if isinstance(value := getattr(risk, name), tuple) else value
            for name in _SET}  # fmt: skip


def register(events: Iterable[Event]) -> dict[str, Risk]:
    """All risks by id, as the events leave them."""
    out: dict[str, Risk] = {}
    for event in events:
        if not event.what.startswith("risk."):
            continue
        data = dict(event.data)
        verb = event.what.removeprefix("risk.")
        if verb == "added":
            out[event.id] = replace(risk_of({**data, "id": event.id}), added_at=event.at,
                                    changed_at=event.at)  # fmt: skip
            continue
        risk = out[event.id]
        if verb == "updated":
            new = {**values_of(risk), **data}
            risk = replace(risk_of(new), controls=risk.controls, added_at=risk.added_at,
                           reviewed_on=risk.reviewed_on)  # fmt: skip
        elif verb == "control_set":
            kept = {c.id: c for c in risk.controls}
            kept[data["id"]] = Control(**data)
            risk = replace(risk, controls=tuple(kept.values()))
        elif verb == "reviewed":
            risk = replace(risk, reviewed_on=event.at[:10])
        out[event.id] = replace(risk, changed_at=event.at)
    return out


def control_values(control: Control) -> dict[str, Any]:
    """Plain values of a control."""
    return asdict(control)
