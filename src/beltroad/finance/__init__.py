"""Finance: what projects cost a year, who is billed, and how soft a loan is.

``finance.invest`` is the ledger of two-way investment, ``finance.project`` project finance, and
``finance.debt`` debt sustainability.
"""

from beltroad.finance.cost import (
    annual_cost,
    bill_by_country,
    capital_recovery_factor,
    net_gain,
)
from beltroad.finance.loan import grant_element, loan_present_value, service_ratio
from beltroad.finance.sources import KINDS, Sources, payments

__all__ = [
    "KINDS",
    "Sources",
    "annual_cost",
    "bill_by_country",
    "capital_recovery_factor",
    "grant_element",
    "loan_present_value",
    "net_gain",
    "payments",
    "service_ratio",
]
