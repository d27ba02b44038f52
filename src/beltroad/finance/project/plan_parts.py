"""The parts of a financing plan: cost, operation, layers of finance, arrangements.

Amounts are millions of the currency that stands beside them, rates and shares are per cent, years
are calendar years, and every flow falls on the end of its year.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from beltroad.finance.project.plan_values import (
    Amount,
    Chance,
    Code,
    Fee,
    Growth,
    Name,
    Number,
    Rate,
    Share,
    Text,
    Whole,
    Year,
    Years,
    no_fraction,
    no_fractions,
    range_fault,
)

__all__ = [
    "DEBT_KINDS", "EQUITY_KINDS", "Capital", "CurrencyPath", "Exit", "Integrated", "Layer",
    "Operation", "Part", "Refinance", "Settlement", "StateLoan", "Stream", "SwapLine", "Terms",
]  # fmt: skip

DEBT_KINDS = ("policy_bank_loan", "export_credit", "development_bank_loan", "commercial_loan",
              "green_bond")  # fmt: skip
EQUITY_KINDS = ("cooperation_fund_equity", "sponsor_equity", "state_equity")
Kind = Literal[
    "policy_bank_loan", "export_credit", "development_bank_loan", "commercial_loan", "green_bond",
    "cooperation_fund_equity", "sponsor_equity", "state_equity", "grant",
]  # fmt: skip
Amortisation = Literal["equal_principal", "annuity", "bullet", "sculpted"]


class Part(BaseModel):
    """A part of a plan: frozen, no unknown keys, no infinities."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class CurrencyPath(Part):
    """Units of a currency for one unit of the plan's currency, by year.

    ``start`` holds at the end of the first year of the plan and rises by ``change_pct`` a year (a
    rise is a depreciation); ``path`` gives years outright, straight lines between them.
    """

    start: Annotated[Number, Field(gt=0, le=1e7)] | None = None
    change_pct: Growth = 0.0
    path: dict[Year, Annotated[Number, Field(gt=0, le=1e7)]] = {}
    source: Text = ""

    @model_validator(mode="after")
    def _one_way(self) -> CurrencyPath:
        if (self.start is None) == (not self.path):
            raise ValueError("give either start (with change_pct) or path.")
        return self


class Capital(Part):
    """Capital cost before financing costs: by year, or a total with its spread over years.

    The range comes from a reference class of the table ``overrun`` or as low and high overrun.
    """

    currency: Code = "USD"
    by_year_mn: dict[Year, Amount] = {}
    total_mn: Amount | None = None
    first_year: Year | None = None
    spread_pct: list[Share] = []
    overrun_class: str = ""
    overrun_low_pct: Annotated[Number, Field(ge=-60, le=500)] | None = None
    overrun_high_pct: Annotated[Number, Field(ge=-60, le=500)] | None = None
    source: Text = ""

    @model_validator(mode="after")
    def _complete(self) -> Capital:
        if bool(self.by_year_mn) == (self.total_mn is not None):
            raise ValueError("give either by_year_mn or total_mn with first_year and spread_pct.")
        if self.total_mn is not None:
            if self.first_year is None or not self.spread_pct:
                raise ValueError("total_mn needs first_year and spread_pct.")
            if abs(sum(self.spread_pct) - 100) > 1e-6:
                raise ValueError(f"spread_pct adds up to {sum(self.spread_pct):g}. Make it 100.")
        if not sum(self.by_year().values()) > 0:
            raise ValueError("the capital cost is 0. Give an amount above 0.")
        if fault := range_fault(self.overrun_low_pct, self.overrun_high_pct, "overrun"):
            raise ValueError(fault)
        if self.overrun_class and self.overrun_low_pct is not None:
            raise ValueError("give either overrun_class or overrun_low_pct and overrun_high_pct.")
        return self

    def by_year(self) -> dict[int, float]:
        """Capital cost by year, millions of its currency."""
        if self.by_year_mn:
            return dict(sorted(self.by_year_mn.items()))
        first = self.first_year or 0
        return {first + k: (self.total_mn or 0) * s / 100 for k, s in enumerate(self.spread_pct)}


class Stream(Part):
    """Revenue or cost of operation: amount of the first full year, ramp-up and growth."""

    name: Name
    amount_mn: Amount
    currency: Code = "USD"
    ramp_up_pct: Annotated[
        list[Annotated[Number, Field(ge=0, le=150)]], AfterValidator(no_fractions)
    ] = []
    volume_growth_pct: Growth = 0.0
    tariff_growth_pct: Growth = 0.0
    payer: Literal["users", "state"] = "users"
    source: Text = ""


class Operation(Part):
    """Years of operation with revenue, cost, renewals and tax."""

    start_year: Year
    years: Annotated[Whole, Field(ge=1, le=99)]
    revenue: list[Stream] = []
    cost: list[Stream] = []
    renewals_mn: dict[Year, Amount] = {}
    tax_rate_pct: Share = 0.0
    tax_holiday_years: Years = 0
    depreciation_years: Annotated[Whole, Field(ge=1, le=100)] = 25
    residual_mn: Amount = 0.0
    reserve_months: Annotated[Number, Field(ge=0, le=24)] = 0.0
    support_by: Literal["state", "sponsor"] = "sponsor"
    demand_low_pct: Annotated[Number, Field(ge=-95, le=300)] | None = None
    demand_high_pct: Annotated[Number, Field(ge=-95, le=300)] | None = None

    @model_validator(mode="after")
    def _demand(self) -> Operation:
        if fault := range_fault(self.demand_low_pct, self.demand_high_pct, "demand"):
            raise ValueError(fault)
        return self


class Terms(Part):
    """Price and time of a loan. Interest is fixed, or a margin over a reference rate."""

    interest_pct: Rate | None = None
    reference_pct: Rate | dict[Year, Rate] | None = None
    margin_pct: Annotated[Number, Field(ge=0, le=30), AfterValidator(no_fraction)] = 0.0
    maturity_years: Annotated[Whole, Field(ge=1, le=60)] = 15
    grace_years: Years = 0
    amortisation: Amortisation = "equal_principal"
    target_dscr: Annotated[Number, Field(ge=1, le=10)] | None = None

    @property
    def floating(self) -> bool:
        """Whether the interest follows a reference rate."""
        return self.reference_pct is not None

    def _check_terms(self) -> None:
        if (self.interest_pct is None) == (self.reference_pct is None):
            raise ValueError("give either interest_pct or reference_pct with margin_pct.")
        if self.interest_pct is not None and self.margin_pct:
            raise ValueError("margin_pct goes with reference_pct, not with interest_pct.")
        if "maturity_years" not in self.model_fields_set:
            raise ValueError("maturity_years is missing. Add it.")
        if self.grace_years >= self.maturity_years:
            raise ValueError(
                f"grace_years {self.grace_years} must be below maturity_years "
                f"{self.maturity_years}."
            )
        if self.target_dscr is not None and self.amortisation != "sculpted":
            raise ValueError("target_dscr goes with amortisation = 'sculpted'.")


class Refinance(Terms):
    """A loan's balance is taken over at the end of ``year`` on these terms."""

    year: Year
    currency: Code | None = None
    fee_pct: Fee = 0.0

    @model_validator(mode="after")
    def _complete(self) -> Refinance:
        self._check_terms()
        return self


class Layer(Terms):
    """One source of finance.

    ``share_pct`` is its share of what fixed amounts leave; ``amount_mn`` a fixed amount in its
    currency, at the exchange rate of the first year. ``counted_from`` says from when maturity and
    grace run: ``first_draw`` is the first year of capital cost, or of ``draw_pct``.
    """

    name: Name
    kind: Kind
    provider: Text = ""
    currency: Code = "USD"
    share_pct: Share | None = None
    amount_mn: Amount | None = None
    draw_pct: dict[Year, Share] = {}
    counted_from: Literal["first_draw", "completion"] = "first_draw"
    construction_interest: Literal["paid", "capitalised"] = "paid"
    upfront_fee_pct: Fee = 0.0
    commitment_fee_pct: Fee = 0.0
    premium_pct: Fee = 0.0
    premium_financed: bool = False
    public: bool = False
    tied: bool = False
    guaranteed_pct: Share = 0.0
    call_probability_pct: Chance | None = None
    recovery_pct: Chance = 0.0
    refinance: Refinance | None = None
    source: Text = ""

    @property
    def is_debt(self) -> bool:
        """Whether it is to be paid back with interest."""
        return self.kind in DEBT_KINDS

    @property
    def is_equity(self) -> bool:
        """Whether it owns the project."""
        return self.kind in EQUITY_KINDS

    @model_validator(mode="after")
    def _complete(self) -> Layer:
        if (self.share_pct is None) == (self.amount_mn is None):
            raise ValueError("give either share_pct or amount_mn.")
        if self.draw_pct and abs(sum(self.draw_pct.values()) - 100) > 1e-6:
            raise ValueError(f"draw_pct adds up to {sum(self.draw_pct.values()):g}. Make it 100.")
        if self.is_debt:
            self._check_terms()
            if self.amortisation == "sculpted" and self.refinance is not None:
                raise ValueError("a sculpted loan cannot be refinanced; leave one out.")
            return self
        loan_keys = {"interest_pct", "reference_pct", "margin_pct", "maturity_years", "grace_years",
                     "amortisation", "target_dscr", "counted_from", "construction_interest",
                     "upfront_fee_pct", "commitment_fee_pct", "premium_pct", "premium_financed",
                     "guaranteed_pct", "call_probability_pct", "recovery_pct",
                     "refinance"}  # fmt: skip
        wrong = sorted(loan_keys & self.model_fields_set)
        if wrong:
            raise ValueError(
                f"{', '.join(wrong)}: only loans and bonds have this, not {self.kind}."
            )
        return self


class StateLoan(Terms):
    """A loan that the state takes for its part and services from its budget, not the project.

    ``draw_pct`` says in which years it is disbursed; without it all comes in the first year.
    """

    name: Name
    provider: Text = ""
    currency: Code = "USD"
    amount_mn: Annotated[Number, Field(gt=0, le=1e9)]
    draw_pct: dict[Year, Share] = {}
    source: Text = ""

    @model_validator(mode="after")
    def _complete(self) -> StateLoan:
        self._check_terms()
        if self.amortisation == "sculpted":
            raise ValueError("a loan of the state cannot be sculpted to the project's cash.")
        if self.draw_pct and abs(sum(self.draw_pct.values()) - 100) > 1e-6:
            raise ValueError(f"draw_pct adds up to {sum(self.draw_pct.values()):g}. Make it 100.")
        if self.draw_pct and self.amortisation != "bullet":
            last = max(self.draw_pct) - min(self.draw_pct)
            if self.grace_years < last:
                raise ValueError(
                    f"the first repayment falls before all is drawn. Give a grace period of at "
                    f"least {last} years."
                )
        return self


class Exit(Part):
    """Sale of a stake in the equity, to a REIT say, some years after operation started.

    ``present_value``: the buyer pays what leaves him the yield as his return to the end of the
    operation; ``first_year_yield``: next year's dividend of the stake over the yield.
    """

    year: Year
    stake_pct: Share
    yield_pct: Annotated[Number, Field(gt=0, le=40), AfterValidator(no_fraction)]
    cost_pct: Fee = 0.0
    pricing: Literal["present_value", "first_year_yield"] = "present_value"
    buyer: Text = "REIT"
    source: Text = ""


class Integrated(Part):
    """One party that invests, builds and operates, and earns on all three."""

    party: Name
    layers: list[Name]
    construction_share_pct: Share = 100.0
    construction_margin_pct: Share = 0.0
    operation_share_pct: Share = 100.0
    operation_margin_pct: Share = 0.0
    source: Text = ""


class Settlement(Part):
    """Settling in local currency: what conversion costs today and then, which loans move."""

    conversion_cost_pct: Annotated[Number, Field(ge=0, le=25)]
    settled_conversion_cost_pct: Annotated[Number, Field(ge=0, le=25)]
    currency: Code | None = None
    layers: list[Name] = []
    interest_pct: Rate | None = None
    source: Text = ""


class SwapLine(Part):
    """A central bank's swap line on which the project's currency need could draw."""

    amount_mn: Annotated[Number, Field(gt=0, le=1e9)]
    currency: Code
    cost_pct: Rate
    available_pct: Share = 100.0
    source: Text = ""
