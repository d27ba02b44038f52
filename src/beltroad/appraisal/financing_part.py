"""The part of a scenario that says who pays for projects and who builds them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from beltroad.appraisal.scenario_parts import AnyProject, Country, Part
from beltroad.errors import InputError
from beltroad.finance import Sources

__all__ = ["Financing"]

Share = Annotated[float, Field(ge=0, le=1)]
Shares = Annotated[
    Mapping[Country, Annotated[float, Field(ge=0, le=1)]], Field(default_factory=dict)
]
Rate = Annotated[float, Field(ge=0, lt=1)]


class Financing(Part):
    """How the capital of some projects is paid for; the first entry that fits a project counts.

    Without ``projects`` and ``countries`` an entry fits every project. What loans, equity and
    grants leave is paid by taxes of the host, which is also how projects without an entry are
    paid for. Shares of ``lenders``, ``investors``, ``donors`` and ``builders`` add up to one.
    """

    name: Annotated[str, Field(min_length=1, max_length=200)]
    projects: tuple[AnyProject, ...] = ()
    countries: tuple[Country, ...] = ()
    loan_share: Share = 0.0
    lenders: Shares
    interest_rate: Rate = 0.03
    maturity_years: Annotated[int, Field(ge=1, le=100)] = 20
    grace_years: Annotated[int, Field(ge=0, lt=100)] = 5
    equity_share: Share = 0.0
    investors: Shares
    return_rate: Rate = 0.10
    grant_share: Share = 0.0
    donors: Shares
    builder_share: Share = 0.0
    builders: Shares

    @model_validator(mode="after")
    def _adds_up(self) -> Financing:
        if self.grace_years >= self.maturity_years:
            raise ValueError(
                f"grace_years {self.grace_years} must be below maturity_years {self.maturity_years}"
            )
        for who, share in (("lenders", "loan_share"), ("investors", "equity_share"),
                           ("donors", "grant_share"), ("builders", "builder_share")):  # fmt: skip
            if getattr(self, who) and getattr(self, share) == 0:
                raise ValueError(f"{who} without {share} do nothing. Give {share} too.")
        try:
            self.sources()
        except InputError as error:
            raise ValueError(str(error).removeprefix("financing: ")) from None
        return self

    def sources(self) -> Sources:
        """The same for the finance pillar."""
        return Sources(**self.model_dump(exclude={"name", "projects", "countries"}))

    def fits(self, project: str, host: str) -> bool:
        """Whether this entry is about a project in a host."""
        if self.projects and project not in self.projects:
            return False
        return not self.countries or host in self.countries
