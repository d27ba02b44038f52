"""Step 7: judgement on top of the model, written down and bounded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.finance.debt.bri.steps import RATINGS

__all__ = ["DIRECTIONS", "Correction", "Reason", "correct"]

DIRECTIONS = ("lower", "none", "higher")


@dataclass(frozen=True)
class Reason:
    """A consideration that the model does not hold.

    Attributes
    ----------
    what
        The consideration, in words (liquid assets of the state, arrears being cleared).
    direction
        ``lower``, ``none`` or ``higher`` risk than the model says.
    source
        Where it comes from.
    beyond
        Why more than the usual bound is warranted; empty: it is not.
    """

    what: str
    direction: str
    source: str = ""
    beyond: str = ""


@dataclass(frozen=True)
class Correction:
    """Rating before and after judgement.

    ``table``: ``what, direction, source, beyond``, one row for each reason. ``notches`` is above 0
    for more risk.
    """

    model: str
    final: str
    notches: int
    table: pd.DataFrame
    note: str


def _check(reasons: Sequence[Reason]) -> None:
    for number, reason in enumerate(reasons, start=1):
        if reason.direction not in DIRECTIONS:
            raise InputError(
                f"correction: reason {number} has direction {reason.direction!r}; "
                f"one of {', '.join(DIRECTIONS)}. {suggest(reason.direction, DIRECTIONS)}".strip()
            )
        if not reason.what.strip():
            raise InputError(f"correction: reason {number} is empty; say what the model lacks")


def correct(model: str, reasons: Sequence[Reason], *, max_notches: int = 1) -> Correction:
    """Move a rating by the balance of the reasons, ``max_notches`` at most.

    Reasons for lower and for higher risk offset each other. The bound gives way by one notch for
    every reason in the winning direction that says why (``beyond``). ``in debt distress`` is an
    event: judgement neither gives nor takes it.

    Raises
    ------
    InputError
        If the rating or a direction is unknown, or a reason is empty.
    """
    if model not in RATINGS:
        raise InputError(f"correction: no rating {model!r}. {suggest(model, RATINGS)}")
    _check(reasons)
    table = pd.DataFrame(
        [(r.what, r.direction, r.source, r.beyond) for r in reasons],
        columns=["what", "direction", "source", "beyond"],
    )
    if model == RATINGS[-1]:
        note = "debt distress is an event, not a score: judgement does not move it"
        return Correction(model, model, 0, table, note if reasons else "")
    balance = sum(DIRECTIONS.index(r.direction) - 1 for r in reasons)
    sign = (balance > 0) - (balance < 0)
    winning = [r for r in reasons if DIRECTIONS.index(r.direction) - 1 == sign and sign]
    bound = max_notches + sum(bool(r.beyond.strip()) for r in winning)
    wanted = sign * min(abs(balance), bound)
    at = RATINGS.index(model)
    to = min(max(at + wanted, 0), RATINGS.index("high"))
    if not reasons:
        note = "no reasons were given; the result of the model stands"
    elif to == at:
        note = "the reasons offset each other or the scale ends; the result of the model stands"
    else:
        note = f"{abs(to - at)} notch(es) to {'higher' if to > at else 'lower'} risk by judgement"
        if abs(balance) > bound:
            note += f"; bounded at {bound}"
    return Correction(model, RATINGS[to], to - at, table, note)
