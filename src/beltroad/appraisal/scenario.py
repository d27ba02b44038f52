"""Scenario files: what is to be appraised, in a small TOML file.

A scenario says which projects count (by id, by filter, or written inline), which two states of
the network are compared, which reforms come with them, and which parameters differ from their
defaults. It may start from a ``base`` file and may hold named ``overrides`` that are switched on
with ``apply``. All faults of a file are reported at once, each with key, value and remedy.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from beltroad.appraisal.debt_part import DebtPart
from beltroad.appraisal.financing_part import Financing
from beltroad.appraisal.levers_part import LeverPart
from beltroad.appraisal.outcome_parts import GreenPart, PeoplePart, RiskPart
from beltroad.appraisal.scenario_parts import (
    Border,
    Corridor,
    Country,
    Level,
    Part,
    Port,
    ProjectId,
    Stop,
    known,
    plain_text,
)
from beltroad.appraisal.scenario_revised import Gauge, RevisedProject, misfits
from beltroad.appraisal.uncertainty.part import Uncertainty
from beltroad.infrastructure.network import great_circle_km
from beltroad.infrastructure.projects.plausibility import least_km

__all__ = [
    "Filter", "InlineProject", "Parameters", "Projects", "Reform", "RevisedProject", "Scenario",
    "Schedule", "States",
]  # fmt: skip

# Effects that a project of each mode may have.
EFFECTS = {
    "rail": ("new_link", "upgrade"), "road": ("new_link", "upgrade"),
    "water": ("new_link", "upgrade"), "port": ("new_port", "terminal"),
    "dryport": ("new_terminal", "terminal"),
}  # fmt: skip


def _state(value: object) -> int | str:
    """A year, "today" or "complete"."""
    if isinstance(value, str) and value.isdecimal():
        value = int(value)
    if value in ("today", "complete"):
        return str(value)
    if isinstance(value, int) and not isinstance(value, bool) and 2000 <= value <= 2050:
        return value
    raise ValueError(
        f"{value!r:.40} is no state of the network. "
        'Use a year from 2000 to 2050, "today" or "complete".'
    )


NetworkState = Annotated[int | str, BeforeValidator(_state)]


class States(Part):
    """The two network states compared, and the one to which the economic accounts belong.

    ``before`` and ``after`` are a year (projects that are open by then, or expected to be),
    ``"today"`` (what is open) or ``"complete"`` (what is open, under construction or planned).
    """

    before: NetworkState = 2013
    after: NetworkState = "complete"
    economy: NetworkState = 2022


class Filter(Part):
    """Projects that match every given key (any of the values of a key)."""

    country: tuple[Country, ...] = ()
    mode: tuple[Literal["rail", "road", "port", "dryport", "water", "air", "border"], ...] = ()
    status: tuple[
        Literal[
            "completed", "operating", "partly_open", "under_construction", "planned",
            "stalled", "shelved", "suspended",
        ], ...,
    ] = ()  # fmt: skip
    corridor: tuple[Corridor, ...] = ()


class InlineProject(Part):
    """A project written in the scenario itself.

    A line (rail, road, water) is added along its waypoints, or one that is there made faster; a
    port or dry port is added (``new_port``, ``new_terminal``) or made faster (``terminal``). A
    railway of another gauge than the stations it ends at gets a change of gauge there.
    ``borders`` names listed crossings whose waits count where a new line crosses; else those of
    the class of the pair.
    ``capacity_teu_per_year`` is recorded for congestion; hours do not depend on it.
    """

    id: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{1,30}$")]
    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(plain_text)]
    mode: Literal["rail", "road", "water", "port", "dryport"]
    effect: Literal["new_link", "upgrade", "terminal", "new_port", "new_terminal"] = "new_link"
    countries: Annotated[tuple[Country, ...], Field(min_length=1)]
    waypoints: Annotated[
        tuple[
            tuple[Annotated[float, Field(ge=-90, le=90)], Annotated[float, Field(ge=-180, le=180)]],
            ...,
        ],
        Field(min_length=1, max_length=200),
    ]
    locode: Annotated[str, Field(pattern=r"^[A-Z]{2}[A-Z2-9]{3}$")] | None = None
    gauge_mm: Gauge | None = None
    borders: tuple[Border, ...] = ()
    length_km: Annotated[float, Field(gt=0, le=20_000)] | None = None
    speed_before_kmh: Annotated[float, Field(gt=0, le=400)] | None = None
    speed_after_kmh: Annotated[float, Field(gt=0, le=400)] | None = None
    hours_saved_terminal: Annotated[float, Field(ge=0, le=2_000)] | None = None
    capacity_teu_per_year: Annotated[float, Field(gt=0, le=1e9)] | None = None
    year_open: Annotated[int, Field(ge=2000, le=2100)] | None = None
    cost_usd_bn: Annotated[float, Field(ge=0, le=1_000)] | None = None

    @model_validator(mode="after")
    def _shape(self) -> InlineProject:
        if self.effect not in EFFECTS[self.mode]:
            fits = " or ".join(repr(m) for m, known in EFFECTS.items() if self.effect in known)
            raise ValueError(
                f"effect {self.effect!r} needs mode {fits}. "
                f"Mode {self.mode!r} takes {' or '.join(map(repr, EFFECTS[self.mode]))}."
            )
        line = self.effect in ("new_link", "upgrade")
        if line and len(self.waypoints) < 2:
            raise ValueError(f"effect {self.effect!r} needs at least two waypoints")
        if not line and len(self.waypoints) > 1:
            raise ValueError(f"effect {self.effect!r} is at one place: give one waypoint")
        for key, given, modes in (
            ("gauge_mm", self.gauge_mm, ("rail",)),
            ("locode", self.locode, ("port", "dryport")),
            ("borders", self.borders or None, ("rail", "road")),
        ):
            if given is not None and self.mode not in modes:
                raise ValueError(f"{key} belongs to mode {' or '.join(map(repr, modes))}")
        if self.mode == "water" and self.effect == "upgrade" and self.speed_after_kmh is None:
            raise ValueError("an upgrade of a waterway needs speed_after_kmh to act at all")
        straight = self.straight_km if line else 0.0
        if self.length_km is not None and self.length_km < least_km(straight):
            raise ValueError(
                f"length_km {self.length_km:g} is less than the great circle of the waypoints, "
                f"{straight:.0f} km. Correct either."
            )
        return self

    @property
    def straight_km(self) -> float:
        """Great circle from waypoint to waypoint, km."""
        at = np.array(self.waypoints)
        return float(great_circle_km(at[:-1, 0], at[:-1, 1], at[1:, 0], at[1:, 1]).sum())

    @property
    def ref(self) -> str | None:
        """Code in the network of the port or dry port that is added; None if none is."""
        return (self.locode or self.id) if self.effect in ("new_port", "new_terminal") else None


class Projects(Part):
    """Which projects the comparison is about. All others stay as they are today."""

    include: Literal["all", "none"] | tuple[ProjectId, ...] = "all"
    where: Filter = Filter()
    exclude: tuple[ProjectId, ...] = ()
    with_halted: bool = False
    inline: tuple[InlineProject, ...] = ()
    revised: tuple[RevisedProject, ...] = ()

    @field_validator("revised")
    @classmethod
    def _fits(cls, value: tuple[RevisedProject, ...]) -> tuple[RevisedProject, ...]:
        if value and (wrong := misfits(value)):
            raise ValueError("; ".join(wrong))
        return value

    @field_validator("inline")
    @classmethod
    def _unique(cls, value: tuple[InlineProject, ...], info: ValidationInfo) -> Any:
        context = info.context or {}
        seen: set[str] = set(context.get("project", ()))
        ports: set[str] = set(context.get("old_port", ()))
        for project in value:
            if project.id in seen:
                raise ValueError(f"the id {project.id!r} is taken; choose another")
            seen.add(project.id)
            if project.ref in ports:
                raise ValueError(
                    f"{project.id!r}: there is a port {project.ref!r} already; "
                    "use effect 'terminal' to make it faster, or another locode"
                )
            if project.ref:
                ports.add(project.ref)
        return value


class Reform(Part):
    """Shorter waits at borders or ports, in the ``after`` state.

    Give ``borders`` (ids of listed crossings), ``countries`` (all crossings of these), ``ports``
    (UN/LOCODE) or ``ports_of``. A wait becomes ``wait * wait_factor - hours_cut``, never less
    than nothing; a border that is shut stays shut. Several reforms act one after the other.
    """

    name: Annotated[str, Field(min_length=1, max_length=200)]
    borders: tuple[Border, ...] = ()
    countries: tuple[Country, ...] = ()
    ports: tuple[Port, ...] = ()
    ports_of: tuple[Country, ...] = ()
    wait_factor: Annotated[float, Field(ge=0, le=1)] = 1.0
    hours_cut: Annotated[float, Field(ge=0, le=2_000)] = 0.0

    @model_validator(mode="after")
    def _acts(self) -> Reform:
        if not (self.borders or self.countries or self.ports or self.ports_of):
            raise ValueError("a reform needs borders, countries, ports or ports_of to act on")
        if self.wait_factor == 1 and self.hours_cut == 0:
            raise ValueError("a reform needs wait_factor below 1 or hours_cut above 0")
        return self


class Schedule(Part):
    """A service that leaves more often, in the ``after`` state.

    Wherever trains, ships or barges leave from the ``places`` or in the ``countries``, the wait
    is half the interval, where that is less than the mean wait of the mode (parameter
    ``service_wait_hours``). Of several schedules for a place the most frequent counts.
    ``places`` are cities (name or id), ports (UN/LOCODE) or dry ports (id).
    """

    name: Annotated[str, Field(min_length=1, max_length=200)]
    mode: Literal["rail", "sea", "water"]
    places: tuple[Stop, ...] = ()
    countries: tuple[Country, ...] = ()
    departures_per_week: Annotated[float, Field(gt=0, le=500)]

    @model_validator(mode="after")
    def _acts(self) -> Schedule:
        if not (self.places or self.countries):
            raise ValueError("a schedule needs places or countries to act on")
        return self


class Parameters(Part):
    """Levers of the method. ``network`` overrides single rows of ``network_parameters``.

    Without ``life_years`` each mode has its own life (rows ``life_years`` of that table).
    """

    value_of_time: Level = "central"
    mode_choice: Literal["fixed", "switch"] = "switch"
    elasticities: Literal["uniform", "caliendo_parro_sectoral"] = "uniform"
    domestic: bool = False
    discount_rate: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    life_years: Annotated[int, Field(ge=5, le=100)] | None = None
    trade_data: Annotated[str, Field(min_length=1, max_length=4_000)] | None = None
    network: Annotated[
        Mapping[Annotated[str, known("parameter")], Annotated[float, Field(ge=0)]],
        Field(default_factory=dict),
    ]


class Scenario(Part):
    """One appraisal, frozen; ``digest`` identifies its content."""

    name: Annotated[str, Field(min_length=1, max_length=120)] = "Unnamed scenario"
    description: Annotated[str, Field(max_length=5_000)] = ""
    states: States = States()
    projects: Projects = Projects()
    reforms: tuple[Reform, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    levers: tuple[LeverPart, ...] = ()
    financing: tuple[Financing, ...] = ()
    debt: DebtPart = DebtPart()
    people: PeoplePart = PeoplePart()
    risk: RiskPart = RiskPart()
    green: GreenPart = Field(default_factory=lambda: GreenPart(types={}))
    parameters: Parameters = Field(default_factory=lambda: Parameters(network={}))
    uncertainty: Uncertainty | None = None
    sensitivity: bool = True
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1

    @model_validator(mode="after")
    def _inline_is_there(self) -> Scenario:
        after = self.states.after
        if self.projects.inline and after == "today":
            raise ValueError("projects.inline are never there today; set states.after to a year")
        for project in self.projects.inline:
            if after != "complete" and project.year_open is None:
                raise ValueError(
                    f"projects.inline {project.id!r} needs year_open to be there in {after}"
                )
        return self

    @property
    def digest(self) -> str:
        """SHA-256 of everything that can change a result (not the name or description)."""
        from beltroad.appraisal.own_accounts import OwnAccounts

        folder = self.parameters.trade_data
        left_out: dict[str, Any] = {
            "name": True, "description": True, "parameters": {"trade_data"},
        }  # fmt: skip
        if not self.projects.revised:  # without any, the digest is what it always was
            left_out["projects"] = {"revised"}
        text = self.model_dump_json(exclude=left_out)
        # The user's accounts count by what they hold, not by where they lie.
        text += "" if folder is None else OwnAccounts.of(folder).digest
        return hashlib.sha256(text.encode()).hexdigest()
