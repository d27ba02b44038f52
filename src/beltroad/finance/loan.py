r"""Present value and grant element of a loan, by the convention of IMF and World Bank.

Equal principal is repaid at the end of years g + 1 to T, interest is due each year-end on the
opening balance, and flows are discounted at five per cent,

.. math:: PV = \sum_{t=1}^{T} \frac{P_t + i B_{t-1}}{(1 + r)^t}, \qquad
          GE = 100 \, (1 - PV / \text{face}).

A loan whose interest is not below the discount rate counts at face value, so that the grant
element is never negative (LIC-DSF guidance note, 2018). The IMF calls a loan concessional from a
grant element of 35 per cent.
"""

from __future__ import annotations

import math

import numpy as np

from beltroad.errors import InputError
from beltroad.finance.schedule import unit_schedule

__all__ = ["CONCESSIONAL_PCT", "grant_element", "loan_present_value", "service_ratio"]

CONCESSIONAL_PCT = 35.0


def loan_present_value(
    face_usd: float,
    interest_rate: float,
    maturity_years: int,
    grace_years: int = 0,
    *,
    discount_rate: float = 0.05,
) -> float:
    """Present value of the debt service of a loan that is disbursed at once.

    Parameters
    ----------
    face_usd
        Amount lent, USD.
    interest_rate
        Yearly rate as a fraction: 0.02 is 2 %.
    maturity_years
        Years from disbursement to the last repayment.
    grace_years
        Years without repayment of principal; ``maturity_years - 1`` makes a bullet loan.
    discount_rate
        Yearly rate as a fraction.

    Raises
    ------
    InputError
        If an argument is out of range; rates look like percentages when above 1.
    """
    if not (math.isfinite(face_usd) and face_usd > 0):
        raise InputError(f"loan: face_usd must be above 0, not {face_usd}")
    ratio = service_ratio(interest_rate, maturity_years, grace_years, discount_rate=discount_rate)
    return float(face_usd if interest_rate >= discount_rate else face_usd * ratio)


def service_ratio(
    interest_rate: float,
    maturity_years: int,
    grace_years: int = 0,
    *,
    discount_rate: float = 0.05,
) -> float:
    """Present value of the debt service of one unit lent; above one where the loan is dear.

    Unlike :func:`loan_present_value` it is not held at the face value: it says what a loan costs
    its debtor at this discount rate.

    Raises
    ------
    InputError
        If an argument is out of range; rates look like percentages when above 1.
    """
    if not 0 <= discount_rate < 1:
        raise InputError(
            f"loan: discount_rate must be a fraction from 0 to below 1, not {discount_rate}"
        )
    principal, interest = unit_schedule(interest_rate, maturity_years, grace_years)
    year = np.arange(1, len(principal) + 1)
    return float((principal + interest) @ (1 + discount_rate) ** -year.astype(float))


def grant_element(
    interest_rate: float,
    maturity_years: int,
    grace_years: int = 0,
    *,
    discount_rate: float = 0.05,
) -> float:
    """Grant element in per cent of the face value; see :func:`loan_present_value`."""
    value = loan_present_value(
        1.0, interest_rate, maturity_years, grace_years, discount_rate=discount_rate
    )
    return 100 * (1 - value)
