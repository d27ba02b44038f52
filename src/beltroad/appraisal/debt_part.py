"""The part of a scenario that says what its projects mean for the public debt of their hosts."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from beltroad.appraisal.scenario_parts import Part

__all__ = ["DebtPart"]

Share = Annotated[float, Field(ge=0, le=1)]


class DebtPart(Part):
    """How project loans enter the debt assessments of the hosts.

    ``timing`` says which projects are new debt: ``to_come`` (not open when the figures of debt
    end; what is older is in those figures already) or ``all`` (as if the whole set were borrowed
    anew today). Terms count for projects without an entry under ``financing``;
    ``public_share`` is the part of loans that the host's state owes or guarantees.
    ``dividend`` lists the shares of the appraised gain from trade that come true; a case with
    the yield of public capital and one with a dearer set of projects are always added.
    """

    assess: bool = True
    timing: Literal["to_come", "all"] = "to_come"
    public_share: Share = 1.0
    loan_share: Share = 0.85
    interest_rate: Annotated[float, Field(ge=0, lt=0.5)] = 0.03
    maturity_years: Annotated[int, Field(ge=1, le=60)] = 20
    grace_years: Annotated[int, Field(ge=0, lt=60)] = 5
    disbursed_over_years: Annotated[int, Field(ge=1, le=15)] = 5
    reached_over_years: Annotated[int, Field(ge=1, le=20)] = 5
    dividend: Annotated[
        tuple[Annotated[float, Field(ge=0, le=2)], ...], Field(min_length=1, max_length=5)
    ] = (0.0, 1.0)

    @model_validator(mode="after")
    def _fits(self) -> DebtPart:
        if self.grace_years >= self.maturity_years:
            raise ValueError(
                f"grace_years {self.grace_years} must be below maturity_years {self.maturity_years}"
            )
        if list(self.dividend) != sorted(set(self.dividend)):
            raise ValueError(f"dividend {list(self.dividend)} must rise without repeats")
        return self
