"""Scales of likelihood and effect, and the matrix of five by five that they span.

Bands of probability, cost and time are those of a published risk plan of a public-private
partnership (:data:`SOURCE`), which states time in weeks and cost for a project of 100 million
pounds, so in per cent of the cost. Words for people and environment, and the ratings of the
matrix, are conventions of this register.

A score is a place in an order, no quantity: scores are neither added nor averaged here. What is
added up are probabilities and costs of the bands' middles (:func:`expected_cost_pct`).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import pandas as pd

from beltroad.errors import InputError

__all__ = [
    "DIMENSIONS", "RATINGS", "SOURCE", "effect_of", "expected_cost_pct", "likelihood_of",
    "matrix", "rating", "scales", "worst",
]  # fmt: skip

SOURCE = "https://ppponline.affinitext.com/public/book?id=1590&toc_id=448382"
RATINGS = ("low", "medium", "high", "extreme")
DIMENSIONS = ("cost", "time", "people", "environment")
_REVIEW_MONTHS = {"low": 12, "medium": 3, "high": 1, "extreme": 1}


@dataclass(frozen=True)
class _Step:
    word: str
    probability_pct: tuple[float, float]
    cost_pct: tuple[float, float]
    weeks: tuple[float, float]
    people: str
    environment: str


_INFINITE = float("inf")
_STEPS = (
    _Step("very low", (0, 5), (0, 0.5), (0, 1), "first aid", "trace, gone within days"),
    _Step("low", (5, 10), (0.5, 2), (1, 2), "treated, back at work soon", "on site, months"),
    _Step("medium", (10, 25), (2, 5), (2, 4), "days of work lost, some people",
          "beyond the site, a season"),
    _Step("high", (25, 50), (5, 10), (4, 8), "lasting harm, or many people",
          "an area of value, years"),
    _Step("very high", (50, 100), (10, _INFINITE), (8, _INFINITE), "loss of life",
          "cannot be undone"),
)  # fmt: skip


def scales() -> pd.DataFrame:
    """The five steps with their bands: lower bounds are part of a band, upper ones are not."""
    return pd.DataFrame([
        {"step": number, "word": step.word, "probability_from_pct": step.probability_pct[0],
         "probability_to_pct": step.probability_pct[1], "cost_from_pct": step.cost_pct[0],
         "cost_to_pct": step.cost_pct[1], "time_from_weeks": step.weeks[0],
         "time_to_weeks": step.weeks[1], "people": step.people, "environment": step.environment}
        for number, step in enumerate(_STEPS, start=1)
    ])  # fmt: skip


def likelihood_of(probability_pct: float) -> int:
    """Step 1 to 5 of a probability.

    Raises
    ------
    InputError
        If it is not from 0 to 100 per cent.
    """
    if not 0 <= probability_pct <= 100:
        raise InputError(f"probability {probability_pct}: give per cent from 0 to 100")
    return max(k for k, step in enumerate(_STEPS, 1) if probability_pct >= step.probability_pct[0])


def effect_of(*, cost_pct: float | None = None, weeks: float | None = None) -> int:
    """Step 1 to 5 of what a risk adds to cost (per cent of the estimate) or time, the larger.

    Raises
    ------
    InputError
        If neither is given, or one is negative.
    """
    given = [(cost_pct, "cost_pct"), (weeks, "weeks")]
    steps = []
    for value, name in given:
        if value is None:
            continue
        if not value >= 0:
            raise InputError(f"{name} {value}: give 0 or more")
        steps.append(max(k for k, step in enumerate(_STEPS, 1) if value >= getattr(step, name)[0]))
    if not steps:
        raise InputError("give cost_pct, weeks or both")
    return max(steps)


def rating(likelihood: int, effect: int) -> str:
    """Rating of a cell: by the product, and never low where an effect is the gravest.

    Raises
    ------
    InputError
        If a step is not 1 to 5.
    """
    for name, step in (("likelihood", likelihood), ("effect", effect)):
        if step not in range(1, 6):
            raise InputError(f"{name} {step}: give a step from 1 to 5")
    score = likelihood * effect
    return RATINGS[(score >= 5) + (score >= 10) + (score >= 17)]


def review_months(word: str) -> int:
    """Months between reviews of a risk with this rating."""
    return _REVIEW_MONTHS[word]


def worst(words: list[str]) -> str:
    """The gravest of several ratings; empty without any."""
    return max(words, key=RATINGS.index) if words else ""


def matrix(pairs: list[tuple[int, int]]) -> pd.DataFrame:
    """Counts by likelihood (rows, 5 at the top) and effect (columns 1 to 5)."""
    count = Counter(pairs)
    table = pd.DataFrame(
        [[count[row, column] for column in range(1, 6)] for row in range(5, 0, -1)],
        index=range(5, 0, -1), columns=range(1, 6),
    )  # fmt: skip
    table.index.name, table.columns.name = "likelihood", "effect"
    return table


def probability_pct(likelihood: int) -> float:
    """Middle of a band of likelihood, per cent."""
    low, high = _STEPS[likelihood - 1].probability_pct
    return (low + high) / 2


def expected_cost_pct(likelihood: int, cost_effect: int) -> tuple[float, float]:
    """Lower and upper bound of probability times cost, per cent of the estimate.

    The last band of cost has no upper end: there the upper bound is infinite.
    """
    p, c = _STEPS[likelihood - 1].probability_pct, _STEPS[cost_effect - 1].cost_pct
    return p[0] / 100 * c[0], p[1] / 100 * c[1]
