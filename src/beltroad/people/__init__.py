"""People: poverty, jobs, small wellbeing projects, and the chain from research to use."""

from beltroad.people.poverty import (
    LINES,
    headcount,
    mean_from_headcount,
    outlook,
    poverty_change,
    poverty_range,
    sigma_from_gini,
    totals,
)

__all__ = [
    "LINES",
    "headcount",
    "mean_from_headcount",
    "outlook",
    "poverty_change",
    "poverty_range",
    "sigma_from_gini",
    "totals",
]
