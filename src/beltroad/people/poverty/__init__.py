"""Poverty head counts, gaps and severity after a change of real income.

:func:`outlook` is the way in: fitted Lorenz curves, any line, a projection, pass-through as a
range. :func:`poverty_change` is the quick reckoning that the appraisal makes.
"""

from beltroad.people.poverty.changes import PovertyData, bundled_data, outlook
from beltroad.people.poverty.comparison import explain
from beltroad.people.poverty.lines import CURRENT, INTERNATIONAL
from beltroad.people.poverty.linewise import LINES, poverty_change, poverty_range
from beltroad.people.poverty.lognormal import headcount, mean_from_headcount, sigma_from_gini
from beltroad.people.poverty.summary import totals

__all__ = [
    "CURRENT",
    "INTERNATIONAL",
    "LINES",
    "PovertyData",
    "bundled_data",
    "explain",
    "headcount",
    "mean_from_headcount",
    "outlook",
    "poverty_change",
    "poverty_range",
    "sigma_from_gini",
    "totals",
]
