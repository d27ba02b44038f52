"""Terms of loans that are on record for a project, and how soft they are."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from beltroad.app.answers import Column, Origin, Table, table_of
from beltroad.app.questions.projects.listing import Words, text

__all__ = ["finance_tables"]

# Loans of the table finance_terms by the project they paid for.
LOANS: Mapping[str, tuple[str, ...]] = {
    "MOM-NBO": ("kenya_sgr_preferential", "kenya_sgr_buyers_credit"),
    "NBO-NVS": ("kenya_naivasha_buyers_credit",),
    "KUN-VTE": ("lao_railway_equity_loan",),
    "HBT-PRT": ("hambantota_1_buyers_credit", "hambantota_2_preferential",
                "hambantota_2_buyers_credit", "hambantota_1_concessional"),
}  # fmt: skip
_GENERAL = ("eximbank_concessional", "aiib_sovereign_2021")


def finance_tables(row: Mapping[Hashable, Any], say: Words) -> list[Table]:
    """Loans on record with their grant element; without one, usual terms of two lenders."""
    from beltroad.finance.project import terms

    keys = LOANS.get(text(row, "id"), ())
    own = bool(keys)
    cases = {str(row["key"]): row for row in terms.cases().to_dict("records")}
    rows = [_line(key, cases[key]) for key in (keys or _GENERAL) if key in cases]
    columns = [
        Column(name="lender", title=say("projects.lender")),
        Column(name="instrument", title=say("projects.instrument")),
        Column(name="amount", title=say("projects.amount"), unit="million", kind="number"),
        Column(name="currency", title=say("projects.currency")),
        Column(name="rate", title=say("projects.rate"), unit="%", kind="number", decimals=2,
               description=say("projects.about_rate")),
        Column(name="maturity", title=say("projects.maturity"), unit="years", kind="number",
               description=say("projects.about_years")),
        Column(name="grace", title=say("projects.grace"), unit="years", kind="number",
               description=say("projects.about_years")),
        Column(name="grant_element", title=say("projects.grant_element"), unit="%", kind="number",
               decimals=1, description=say("projects.about_grant_element"),
               origin=Origin(kind="computed", method="project-finance",
                             formula="100 (1 - PV of service at 5 %), not below 0")),
        Column(name="as_of", title=say("common.as_of")),
    ]  # fmt: skip
    title = say("projects.loans" if own else "projects.usual_terms")
    note = say("projects.about_loans" if own else "projects.about_usual_terms")
    if paid := text(row, "financing"):
        note = f"{say('registry.f_financing')}: {paid}. {note}"
    frame = pd.DataFrame(rows, columns=[*(c.name for c in columns), "_origin"])
    return [table_of("finance", title, frame, columns, note=note)]


def _line(key: str, case: Mapping[Hashable, Any]) -> dict[str, Any]:
    from beltroad.errors import InputError
    from beltroad.finance.project import concessional

    def known(name: str) -> float | None:
        value = case.get(name, math.nan)
        return None if value != value else float(value)

    def span(name: str) -> float | None:
        """A figure, or the middle of its low and high."""
        stem, unit = name.rsplit("_", 1)
        low, high = known(f"{stem}_low_{unit}"), known(f"{stem}_high_{unit}")
        single = known(name)
        return single if single is not None else (
            (low + high) / 2 if low is not None and high is not None else high or low
        )  # fmt: skip

    rate = span("interest_pct")
    reference, margin = known("reference_pct"), span("margin_pct")
    if rate is None and reference is not None and margin is not None:
        rate = reference + margin
    maturity, grace = span("maturity_years"), span("grace_years")
    amount = next(((known(f"amount_{c}_mn"), c.upper()) for c in ("usd", "cny", "eur")
                   if known(f"amount_{c}_mn") is not None), (None, ""))  # fmt: skip
    softness: float | None = None
    fees = (known("upfront_fee_pct") or 0.0) + (known("premium_pct") or 0.0)
    if rate is not None and maturity is not None:
        try:
            rule = concessional.convention("imf")
            softness = concessional.element(
                rule, rate, round(maturity), round(grace or 0), fees_pct=fees
            ).with_fees_pct
        except InputError:
            softness = None
    origin = Origin(
        source=str(case["source_title"]), url=str(case["source_url"]), as_of=str(case["as_of"]),
        kind="claimed", note=f"confidence: {case['confidence']}; row {key} of finance_terms",
    )  # fmt: skip
    return {
        "lender": case["institution"], "instrument": case["instrument"], "amount": amount[0],
        "currency": amount[1], "rate": rate, "maturity": maturity, "grace": grace,
        "grant_element": softness, "as_of": case["as_of"], "_origin": origin.model_dump(),
    }  # fmt: skip
