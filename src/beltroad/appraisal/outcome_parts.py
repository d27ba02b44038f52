"""The parts of a scenario about households, risk and the environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from beltroad.appraisal.scenario_parts import AnyProject, Part, known
from beltroad.errors import InputError
from beltroad.people.poverty.lines import parse_lines

__all__ = ["GreenPart", "PeoplePart", "RiskPart"]

Share = Annotated[float, Field(ge=0, le=1)]
Line = Annotated[str, Field(pattern=r"^\d{1,2}\.\d{2}@20\d{2}$")]


class PeoplePart(Part):
    """What is said of poverty and jobs.

    ``lines`` are poverty lines as ``USD a day @ year of the purchasing power parities``;
    ``year`` the one to which incomes and population are projected with and without the scenario.
    ``pass_through`` is the part of an income change that reaches households, from and to; without
    it that of the kind of survey.
    """

    assess: bool = True
    year: Annotated[int, Field(ge=2024, le=2030)] = 2030
    lines: Annotated[tuple[Line, ...], Field(min_length=1, max_length=9)] = (
        "3.00@2021", "4.20@2021", "8.30@2021", "1.90@2011", "3.20@2011",
    )  # fmt: skip
    pass_through: tuple[Share, Share] | None = None

    @model_validator(mode="after")
    def _usable(self) -> PeoplePart:
        if self.pass_through is not None and self.pass_through[0] > self.pass_through[1]:
            raise ValueError(f"pass_through {list(self.pass_through)} must be from low to high")
        try:
            parse_lines(self.lines)
        except InputError as fault:
            raise ValueError(str(fault)) from None
        return self


class RiskPart(Part):
    """What is said of the risk of projects and of the loans behind them.

    ``draws`` is the number of scenarios of losses. ``recovery_pct`` of loans after default; without
    it that published for public borrowers, as that of sovereigns is of preferred creditors.
    """

    assess: bool = True
    draws: Annotated[int, Field(ge=1_000, le=1_000_000)] = 100_000
    recovery_pct: Annotated[float, Field(ge=0, le=100)] | None = None


class GreenPart(Part):
    """What is said of projects under the green guidance.

    ``types`` sets a project's type where the one told from its mode does not fit;
    ``protected`` lists projects known to harm an ecologically important area; ``mitigated``
    those whose mitigation meets accepted standards. ``by_mode`` tells emissions of rail, road,
    ferry, river and sea apart, which takes some seconds more.
    """

    assess: bool = True
    by_mode: bool = True
    types: Annotated[
        Mapping[AnyProject, Annotated[str, known("green type")]], Field(default_factory=dict)
    ]
    protected: tuple[AnyProject, ...] = ()
    mitigated: tuple[AnyProject, ...] = ()
