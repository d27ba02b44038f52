r"""Default probability, loss given default and expected loss of lending to a state.

The framework for market-financing countries looks at both the probability of default and the loss
rate; its own figures are not public. Here: public statistics as base rates, the fan's own default
measure where there is one, and

.. math:: EL = PD_n \cdot LGD \cdot EAD, \qquad PD_n = 1 - (1 - p)^n .
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from beltroad.errors import InputError
from beltroad.finance.debt.parameters import Parameters

__all__ = ["CREDITORS", "cumulative_probability_pct", "expected_loss", "loss_table"]

CREDITORS: Mapping[str, str] = {
    "development bank": "lgd.development_bank_pct",
    "lender to public companies": "lgd.public_company_pct",
    "private creditor": "lgd.private_creditor_pct",
}
"""Kind of creditor and the parameter with its loss given default."""


def _percent(value: float, what: str) -> float:
    if not 0 <= value <= 100:
        raise InputError(f"expected loss: {what} must be from 0 to 100 per cent, not {value}")
    return float(value)


def cumulative_probability_pct(yearly_pct: float, years: int) -> float:
    """Probability of at least one default in ``years``, years being independent; per cent."""
    if years < 1:
        raise InputError(f"expected loss: years must be at least 1, not {years}")
    return 100 * (1 - (1 - _percent(yearly_pct, "default rate") / 100) ** years)


def expected_loss(exposure_usd_mn: float, probability_pct: float, loss_pct: float) -> float:
    """Expected loss, USD million."""
    if not (exposure_usd_mn >= 0):
        raise InputError(f"expected loss: exposure must not be below 0, but is {exposure_usd_mn}")
    probability = _percent(probability_pct, "probability")
    return exposure_usd_mn * probability * _percent(loss_pct, "loss given default") / 1e4


def loss_table(
    exposure_usd_mn: float,
    probabilities_pct: Mapping[str, float],
    own: Parameters,
    *,
    losses_pct: Mapping[str, float] | None = None,
) -> pd.DataFrame:
    """Every probability with every loss rate.

    Parameters
    ----------
    exposure_usd_mn
        What is owed (or would be).
    probabilities_pct
        Name of the measure and its value over the horizon, per cent.
    own
        Parameters of ``bri-dsf-market``.
    losses_pct
        Kind of creditor and loss given default; none: the public statistics.

    Returns
    -------
    DataFrame
        ``probability, probability_pct, creditor, loss_given_default_pct, exposure_usd_mn,
        expected_loss_usd_mn, expected_loss_pct``.
    """
    rates = dict(losses_pct or {who: own[name] for who, name in CREDITORS.items()})
    rows = [
        (
            measure, probability, who, rate, exposure_usd_mn,
            expected_loss(exposure_usd_mn, probability, rate), probability * rate / 100,
        )
        for measure, probability in probabilities_pct.items()
        for who, rate in rates.items()
    ]  # fmt: skip
    return pd.DataFrame(
        rows,
        columns=[
            "probability", "probability_pct", "creditor", "loss_given_default_pct",
            "exposure_usd_mn", "expected_loss_usd_mn", "expected_loss_pct",
        ],
    )  # fmt: skip
