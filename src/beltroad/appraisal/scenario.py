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

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from beltroad.errors import suggest

__all__ = ["Filter", "InlineProject", "Parameters", "Projects", "Reform", "Scenario", "States"]

Level = Literal["low", "central", "high"]


def _known(kind: str) -> AfterValidator:
    """A code that must be among those the bundled tables know."""

    def check(value: str, info: ValidationInfo) -> str:
        known = (info.context or {}).get(kind)
        if known is not None and value not in known:
            raise ValueError(f"{value!r} is not a known {kind}. {suggest(value, known)}".strip())
        return value

    return AfterValidator(check)


def _plain_text(value: str) -> str:
    """Text that no spreadsheet takes for a formula when it opens a table."""
    if value[:1] in "=+-@\t\r" or not value.isprintable():
        raise ValueError(
            f"{value!r:.60} begins like a formula or has control characters. "
            "Begin with a letter or digit."
        )
    return value


Country = Annotated[str, _known("country")]
ProjectId = Annotated[str, _known("project")]
Border = Annotated[str, _known("border")]
Corridor = Annotated[str, _known("corridor")]
Port = Annotated[str, _known("port")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


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


class States(_Part):
    """The two network states compared, and the one to which the economic accounts belong.

    ``before`` and ``after`` are a year (projects that are open by then, or expected to be),
    ``"today"`` (what is open) or ``"complete"`` (what is open, under construction or planned).
    """

    before: NetworkState = 2013
    after: NetworkState = "complete"
    economy: NetworkState = 2022


class Filter(_Part):
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


class InlineProject(_Part):
    """A project written in the scenario itself."""

    id: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{1,30}$")]
    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_plain_text)]
    mode: Literal["rail", "road", "port", "dryport"]
    effect: Literal["new_link", "upgrade", "terminal"] = "new_link"
    countries: Annotated[tuple[Country, ...], Field(min_length=1)]
    waypoints: Annotated[
        tuple[
            tuple[Annotated[float, Field(ge=-90, le=90)], Annotated[float, Field(ge=-180, le=180)]],
            ...,
        ],
        Field(min_length=1, max_length=200),
    ]
    length_km: Annotated[float, Field(gt=0, le=20_000)] | None = None
    speed_before_kmh: Annotated[float, Field(gt=0, le=400)] | None = None
    speed_after_kmh: Annotated[float, Field(gt=0, le=400)] | None = None
    hours_saved_terminal: Annotated[float, Field(ge=0, le=2_000)] | None = None
    year_open: Annotated[int, Field(ge=2000, le=2100)] | None = None
    cost_usd_bn: Annotated[float, Field(ge=0, le=1_000)] | None = None

    @model_validator(mode="after")
    def _shape(self) -> InlineProject:
        line = self.effect in ("new_link", "upgrade")
        if line and self.mode not in ("rail", "road"):
            raise ValueError(f"effect {self.effect!r} needs mode 'rail' or 'road'")
        if line and len(self.waypoints) < 2:
            raise ValueError(f"effect {self.effect!r} needs at least two waypoints")
        if not line and self.mode not in ("port", "dryport"):
            raise ValueError("effect 'terminal' needs mode 'port' or 'dryport'")
        return self


class Projects(_Part):
    """Which projects the comparison is about. All others stay as they are today."""

    include: Literal["all", "none"] | tuple[ProjectId, ...] = "all"
    where: Filter = Filter()
    exclude: tuple[ProjectId, ...] = ()
    with_halted: bool = False
    inline: tuple[InlineProject, ...] = ()

    @field_validator("inline")
    @classmethod
    def _unique(cls, value: tuple[InlineProject, ...], info: ValidationInfo) -> Any:
        seen: set[str] = set((info.context or {}).get("project", ()))
        for project in value:
            if project.id in seen:
                raise ValueError(f"the id {project.id!r} is taken; choose another")
            seen.add(project.id)
        return value


class Reform(_Part):
    """Shorter waits at borders or ports, in the ``after`` state.

    Give ``borders`` (ids of listed crossings), ``countries`` (all crossings of these), ``ports``
    (UN/LOCODE) or ``ports_of``. A wait becomes ``wait * wait_factor - hours_cut``.
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


class Parameters(_Part):
    """Levers of the method. ``network`` overrides single rows of ``network_parameters``.

    Without ``life_years`` each mode has its own life (rows ``life_years`` of that table).
    """

    value_of_time: Level = "central"
    mode_choice: Literal["fixed", "switch"] = "switch"
    elasticities: Literal["uniform", "caliendo_parro_sectoral"] = "uniform"
    domestic: bool = False
    discount_rate: Annotated[float, Field(gt=0, lt=0.5)] = 0.05
    life_years: Annotated[int, Field(ge=5, le=100)] | None = None
    network: Annotated[
        Mapping[Annotated[str, _known("parameter")], Annotated[float, Field(ge=0)]],
        Field(default_factory=dict),
    ]


class Scenario(_Part):
    """One appraisal, frozen; ``digest`` identifies its content."""

    name: Annotated[str, Field(min_length=1, max_length=120)] = "Unnamed scenario"
    description: Annotated[str, Field(max_length=5_000)] = ""
    states: States = States()
    projects: Projects = Projects()
    reforms: tuple[Reform, ...] = ()
    parameters: Parameters = Field(default_factory=lambda: Parameters(network={}))
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
        text = self.model_dump_json(exclude={"name", "description"})
        return hashlib.sha256(text.encode()).hexdigest()
