r"""Repayment schedules of one unit lent: the one place where a loan becomes years of flows.

A loan is disbursed at time zero and serviced at the end of years 1 to T. In the first g years
(grace) only interest is due. With the opening balance :math:`B_{t-1}`, :math:`B_0 = 1` and
:math:`n = T - g`,

.. math:: I_t = i B_{t-1}, \qquad B_t = B_{t-1} - P_t, \qquad P_t = 0 \; (t \le g)

and after the grace period

- equal principal: :math:`P_t = 1 / n`;
- annuity: :math:`P_t + I_t = i / (1 - (1 + i)^{-n})`, level (:math:`1 / n` where i = 0);
- bullet: :math:`P_T = 1`.

Equal principal with flows at year ends is the convention of the LIC-DSF (guidance note, 2018).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError, suggest

__all__ = ["SCHEDULE_KINDS", "check_terms", "unit_schedule"]

SCHEDULE_KINDS = ("equal_principal", "annuity", "bullet")


def check_terms(interest_rate: float, maturity_years: float, grace_years: float) -> None:
    """Fail with one clear line if these cannot be the terms of a loan.

    Raises
    ------
    InputError
        If the rate is no fraction from 0 to below 1, or the years are not whole or out of order.
    """
    if not (math.isfinite(interest_rate) and 0 <= interest_rate < 1):
        raise InputError(
            f"loan: interest_rate must be a fraction from 0 to below 1, not {interest_rate}"
        )
    whole = all(math.isfinite(y) and int(y) == y for y in (maturity_years, grace_years))
    if not whole:
        raise InputError("loan: maturity_years and grace_years must be whole years")
    if not 0 <= grace_years < maturity_years:
        raise InputError(
            f"loan: grace_years must be from 0 to below maturity_years, "
            f"not {grace_years} of {maturity_years}"
        )


def unit_schedule(
    interest_rate: float,
    maturity_years: int,
    grace_years: int = 0,
    kind: str = "equal_principal",
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Principal and interest per unit lent, at the end of years 1 to ``maturity_years``.

    Parameters
    ----------
    interest_rate
        Yearly rate as a fraction: 0.02 is 2 %.
    maturity_years
        Whole years from disbursement to the last repayment.
    grace_years
        Whole years without repayment of principal, below ``maturity_years``.
    kind
        ``equal_principal``, ``annuity`` or ``bullet`` (which ignores the grace period).

    Returns
    -------
    tuple of arrays (year,)
        Principal, which adds up to one, and interest on the opening balance.

    Raises
    ------
    InputError
        If a term is out of range or the kind is unknown.
    """
    check_terms(interest_rate, maturity_years, grace_years)
    total, grace = int(maturity_years), int(grace_years)
    principal = np.zeros(total)
    if kind == "equal_principal":
        principal[grace:] = 1.0 / (total - grace)
    elif kind == "annuity":
        # Principal of an annuity grows at the interest rate; scaled so that it adds up to one.
        growth = (1.0 + interest_rate) ** np.arange(total - grace, dtype=np.float64)
        principal[grace:] = growth / growth.sum()
    elif kind == "bullet":
        principal[-1] = 1.0
    else:
        raise InputError(
            f"loan: no schedule kind {kind!r}; one of {', '.join(SCHEDULE_KINDS)}. "
            f"{suggest(kind, SCHEDULE_KINDS)}".strip()
        )
    opening = 1.0 - np.concatenate([[0.0], np.cumsum(principal)[:-1]])
    return principal, interest_rate * opening
