"""What an appraisal takes, before it is run: equilibria, seconds, memory, disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

if TYPE_CHECKING:
    from beltroad.appraisal.scenario import Scenario

__all__ = ["Estimate", "estimate_of"]

# Seconds of the stages of the full portfolio on two cores (docs/how-to/scenario-in-the-browser.md).
# The network is placed and routed once for a pair of states; the cache keeps it after that.
_NETWORK_S, _NETWORK_CASES_S, _PLACED_S, _REPORT_S = 7.0, 3.0, 2.5, 14.0
_SOLVE_S, _EVALUATION_S, _VALUES_S, _ALONE_S = 0.9, 0.165, 8.0, 8.0
_OUTCOMES_S = {"debt": 6.0, "people": 2.0, "risk": 2.0, "green": 2.0}
_MEMORY_GB, _CACHE_GB, _RESULT_MB = 2.4, 0.5, 14.0


class Estimate(BaseModel):
    """What a run takes: the first time, and when network times are in the cache already."""

    solves: int
    draws: int
    evaluations: int
    seconds_first: int
    seconds_again: int
    memory_gb: float
    cache_gb: float
    result_mb: float


def estimate_of(scenario: Scenario) -> Estimate:
    """The estimate of a scenario; nothing is computed for it."""
    from beltroad.appraisal.cases import central_case, variations
    from beltroad.appraisal.uncertainty.inputs import GROUPS
    from beltroad.appraisal.uncertainty.run import FEW

    cases = 1 + len(variations(scenario, central_case(scenario)))
    bills = 2 if scenario.financing else 0
    drawn, evaluations = 0, 0
    if scenario.sensitivity:
        part = scenario.uncertainty or FEW
        drawn = part.draws
        evaluations = part.draws + min(part.pairs, part.draws) * (1 + len(GROUPS))
    work = cases * _SOLVE_S + evaluations * _EVALUATION_S + _VALUES_S + _REPORT_S
    work += sum(cost for name, cost in _OUTCOMES_S.items() if getattr(scenario, name).assess)
    include = scenario.projects.include
    share = 1.0 if include == "all" else min(1.0, 0.01 * len(include)) * (include != "none")
    first = _NETWORK_S + (_NETWORK_CASES_S if cases > 1 else 0.0) + share * _ALONE_S
    return Estimate(
        solves=cases + bills, draws=drawn, evaluations=evaluations,
        seconds_first=round(work + first), seconds_again=round(work + _PLACED_S),
        memory_gb=_MEMORY_GB, cache_gb=_CACHE_GB, result_mb=_RESULT_MB,
    )  # fmt: skip
