r"""Benefits by reference class: actual over forecast traffic, never below nothing.

With mean m and standard deviation s of the difference to the forecast, the ratio is lognormal with
mean 1 + m and deviation s: it cannot fall below 0, as a normal one would in one of 24 railways.
Source: Flyvbjerg, Skamris Holm and Buhl (2005); table ``project_risk``. Traffic is not benefit:
what users gain falls by less or more than their number. No class but these is published openly.
"""

from __future__ import annotations

from functools import cache

from beltroad.risk.project.classes import figures
from beltroad.risk.project.overrun import OverrunClass, lognormal, reference_class

__all__ = ["BENEFIT_CLASSES", "benefit_class"]

BENEFIT_CLASSES = ("rail", "road", "toll_road")


@cache
def benefit_class(mode: str) -> OverrunClass | None:
    """Fitted distribution of actual over forecast benefit; None where nothing is published.

    Raises
    ------
    InputError
        If the mode has no reference class at all.
    """
    if mode not in BENEFIT_CLASSES:
        reference_class(mode)
        return None
    found = figures("benefit")[mode]
    return lognormal(mode, found["mean_share"], found["sd_share"])
