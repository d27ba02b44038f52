"""A financing plan: projects and what must fit between their parts.

Amounts are millions of the currency that stands beside them, rates and shares are per cent, years
are calendar years, and every flow falls on the end of its year.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from beltroad.finance.project.plan_parts import (
    Capital,
    CurrencyPath,
    Exit,
    Integrated,
    Layer,
    Operation,
    Part,
    Settlement,
    StateLoan,
    SwapLine,
)
from beltroad.finance.project.plan_values import (
    Code,
    Economy,
    Name,
    Number,
    Rate,
    Text,
    no_small_share,
)

__all__ = ["Plan", "Project", "currencies"]


class Project(Part):
    """One project: what it costs, earns, and who pays for it."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
    name: Name
    host: Economy | None = None
    host_currency: Code | None = None
    capital: Capital
    operation: Operation
    layers: Annotated[list[Layer], Field(min_length=1)]
    drawdown: Literal["pro_rata", "equity_first"] = "pro_rata"
    draws_fall: Literal["year_end", "mid_year"] = "year_end"
    overrun_met_by: str = "pro_rata"
    state_loans: list[StateLoan] = Field(default_factory=list)
    exit: Exit | None = None
    integrated: Integrated | None = None
    settlement: Settlement | None = None
    swap_line: SwapLine | None = None
    note: Text = ""

    @model_validator(mode="after")
    def _fits(self) -> Project:
        wrong = list(_faults_of(self))
        if wrong:
            raise ValueError(" ".join(wrong))
        return self

    @property
    def first_year(self) -> int:
        """Year of the first capital spending."""
        return min(year for year, cost in self.capital.by_year().items() if cost > 0)

    @property
    def completion_year(self) -> int:
        """The year before operation starts."""
        return self.operation.start_year - 1

    def base_year(self, layer: Layer) -> int:
        """Year from which maturity and grace of a layer count."""
        if layer.counted_from == "completion":
            return self.completion_year
        return min(layer.draw_pct, default=self.first_year)


def _faults_of(project: Project) -> list[str]:
    """What does not fit between the parts of one project."""
    wrong: list[str] = []
    names = [each.name for each in project.layers]
    wrong += [f"two layers are called {name!r}. Give each its own name."
              for name in sorted({n for n in names if names.count(n) > 1})]  # fmt: skip
    shares = [each.share_pct for each in project.layers if each.share_pct is not None]
    total = sum(shares)
    if not shares:
        wrong.append(
            "every layer has a fixed amount_mn. Give at least one a share_pct for the rest."
        )
    elif abs(total - 100) > 1e-6:
        hint = "Write per cent, not fractions." if abs(total - 1) < 1e-6 else "Make it 100."
        wrong.append(f"the share_pct of the layers add up to {total:g}. {hint}")
    if project.completion_year < project.first_year:
        wrong.append(
            f"operation.start_year {project.operation.start_year} must be after the first year of "
            f"capital cost, {project.first_year}."
        )
    known = {*names, "pro_rata"}
    if project.overrun_met_by not in known:
        wrong.append(f"overrun_met_by {project.overrun_met_by!r} is no layer of this project.")
    for part, used in (("integrated", project.integrated), ("settlement", project.settlement)):
        wrong += [
            f"{part}.layers: {name!r} is no layer of this project."
            for name in (used.layers if used is not None else ())
            if name not in names
        ]
    owned = {each.name for each in project.layers if each.is_equity}
    if project.integrated is not None:
        wrong += [
            f"integrated.layers: {name!r} is no equity. Name layers of equity."
            for name in project.integrated.layers
            if name in names and name not in owned
        ]
    end = project.operation.start_year + project.operation.years - 1
    if project.exit and not project.operation.start_year <= project.exit.year < end:
        wrong.append(f"exit.year {project.exit.year} must lie in operation and before {end}.")
    if project.exit and not any(each.is_equity for each in project.layers):
        wrong.append("exit needs a layer of equity to sell.")
    later = [each.refinance for each in project.layers if each.refinance is not None]
    loans = [each for each in project.layers if each.is_debt]
    if sum(each.amortisation == "sculpted" for each in (*loans, *later)) > 1:
        wrong.append("only one layer can be sculpted: the others' service must be known first.")
    last_cost = max(y for y, c in project.capital.by_year().items() if c > 0)
    for layer in project.layers:
        wrong += _faults_of_layer(project, layer, last_cost)
    return wrong


def _faults_of_layer(project: Project, layer: Layer, last_cost: int) -> list[str]:
    wrong = []
    years = [year for year, share in layer.draw_pct.items() if share > 0]
    if years and (min(years) < project.first_year or max(years) > last_cost):
        wrong.append(
            f"layer {layer.name!r}: draw_pct must lie in {project.first_year}-{last_cost}, "
            "the years of capital cost."
        )
    if not layer.is_debt:
        return wrong
    base = project.base_year(layer)
    first = base + layer.maturity_years if layer.amortisation == "bullet" else (
        base + layer.grace_years + 1)  # fmt: skip
    needed = max(project.completion_year, max(years, default=last_cost))
    if first <= needed:
        wrong.append(
            f"layer {layer.name!r}: the first repayment falls in {first}, before operation has "
            f"started and all is drawn ({needed}). Give a grace period of at least "
            f"{needed - base} years."
        )
    again = layer.refinance
    if again is not None and not needed < again.year < base + layer.maturity_years:
        wrong.append(
            f"layer {layer.name!r}: refinance.year {again.year} must lie after {needed} and before "
            f"its last repayment in {base + layer.maturity_years}."
        )
    return wrong


class Plan(Part):
    """A financing plan: one project or a pipeline of them."""

    title: Name
    currency: Code = "USD"
    discount_rate_pct: Annotated[Number, Field(ge=0, le=60), AfterValidator(no_small_share)] = 8.0
    income_group: Literal["ldc", "lmic", "umic"] = "lmic"
    cirr_pct: Rate | None = None
    exchange_rates: dict[Code, CurrencyPath] = Field(default_factory=dict)
    depreciation_test_pct: Annotated[Number, Field(gt=0, lt=95), AfterValidator(no_small_share)] = (
        30.0
    )
    draws: Annotated[int, Field(ge=100, le=200_000)] = 5_000
    seed: Annotated[int, Field(ge=0)] = 1
    projects: Annotated[list[Project], Field(min_length=1)]
    note: Text = ""

    @model_validator(mode="after")
    def _currencies(self) -> Plan:
        ids = [each.id for each in self.projects]
        double = sorted({each for each in ids if ids.count(each) > 1})
        if double:
            raise ValueError(f"projects: id {double[0]!r} is given twice.")
        if self.currency in self.exchange_rates:
            raise ValueError(
                f"exchange_rates.{self.currency} is the plan's own currency, which is 1. "
                "Leave it out."
            )
        missing = sorted({*currencies(self), "USD"} - {self.currency, *self.exchange_rates})
        if missing:
            raise ValueError(
                f"no exchange rate of {', '.join(missing)}. Add [exchange_rates.{missing[0]}] with "
                f"units for one {self.currency}."
            )
        return self


def currencies(plan: Plan) -> set[str]:
    """Every currency that the plan uses."""
    used = {plan.currency}
    for each in plan.projects:
        used |= {each.capital.currency, each.host_currency or plan.currency}
        used |= {s.currency for s in (*each.operation.revenue, *each.operation.cost)}
        for layer in each.layers:
            used.add(layer.currency)
            if layer.refinance is not None and layer.refinance.currency:
                used.add(layer.refinance.currency)
        used |= {loan.currency for loan in each.state_loans}
        if each.settlement is not None and each.settlement.currency:
            used.add(each.settlement.currency)
        if each.swap_line is not None:
            used.add(each.swap_line.currency)
    return used
