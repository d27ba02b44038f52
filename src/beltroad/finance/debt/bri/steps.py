"""The nine steps of the low-income framework, and what each of them reports."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

__all__ = ["RATINGS", "STEPS", "Step", "step"]

STEPS: tuple[tuple[str, str], ...] = (
    ("coverage", "Debt coverage"),
    ("projection", "Macroeconomic projection"),
    ("realism", "Check of the projection"),
    ("grouping", "Country group"),
    ("stress", "Stress tests"),
    ("signal", "Risk signal"),
    ("correction", "Correction of the model result"),
    ("rating", "Risk rating"),
    ("report", "Report"),
)
"""Name and title, in the order of the Chinese text of 25 April 2019."""

RATINGS = ("low", "moderate", "high", "in debt distress")
"""The four ratings, from the lowest risk on."""


@dataclass(frozen=True)
class Step:
    """What was done in one step, with which inputs, and what could not be done.

    Attributes
    ----------
    done
        One sentence.
    inputs
        Names of the series, settings and results that went in.
    result
        A labelled table, its columns by step.
    missing
        What the step lacked and what that means; empty if nothing.
    """

    number: int
    name: str
    title: str
    done: str
    inputs: tuple[str, ...]
    result: pd.DataFrame
    missing: tuple[str, ...] = ()


def step(
    name: str,
    done: str,
    inputs: tuple[str, ...],
    result: pd.DataFrame,
    missing: tuple[str, ...] = (),
) -> Step:
    """A step by its name; number and title come from ``STEPS``."""
    names = [each for each, _ in STEPS]
    at = names.index(name)
    return Step(at + 1, name, STEPS[at][1], done, inputs, result, missing)
