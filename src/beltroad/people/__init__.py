"""People: what a change of income does to poverty head counts."""

from beltroad.people.poverty import (
    LINES,
    headcount,
    mean_from_headcount,
    poverty_change,
    poverty_range,
    sigma_from_gini,
)

__all__ = [
    "LINES",
    "headcount",
    "mean_from_headcount",
    "poverty_change",
    "poverty_range",
    "sigma_from_gini",
]
