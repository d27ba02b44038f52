"""Jobs: labour that changes industry, people in work by industry, and wages that drift apart."""

from beltroad.people.jobs.bills import read_wage_bills
from beltroad.people.jobs.employment import (
    SECTORS,
    employment,
    read_employment,
    sector_of,
    spread,
)
from beltroad.people.jobs.gini import gini_of_groups, spread_of_gini
from beltroad.people.jobs.shift import Shift, shift
from beltroad.people.jobs.wages import gini_change

__all__ = [
    "SECTORS",
    "Shift",
    "employment",
    "gini_change",
    "gini_of_groups",
    "read_employment",
    "read_wage_bills",
    "sector_of",
    "shift",
    "spread",
    "spread_of_gini",
]
