"""Who pays for infrastructure: a share of income, spent at home or passed abroad."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from beltroad.errors import InputError
from beltroad.trade.calibration import Array, Calibration

__all__ = ["Bill", "no_bill"]


@dataclass(frozen=True)
class Bill:
    """An infrastructure bill that closes the accounts.

    Country ``n`` pays ``income_share[n]`` of its income before the bill. Of that, the shares
    ``transfer[n, m]`` become income of country m (a lender or a contractor's home); the rest is
    spent by n on the output of ``industry`` (construction by default). What is paid is no longer
    available for final spending, as with a lump-sum tax.

    Attributes
    ----------
    income_share : (N,)
        Share of income paid, at least zero and below one.
    transfer : (N, N)
        Share of n's bill passed to m; rows sum to at most one; zero on the diagonal.
    industry
        ICIO industry on which the part that stays at home is spent.
    """

    income_share: Array
    transfer: Array
    industry: str = "F"

    @classmethod
    def from_shares(
        cls,
        calibration: Calibration,
        income_share: Mapping[str, float],
        *,
        transfer: Mapping[tuple[str, str], float] | None = None,
        industry: str = "F",
    ) -> Bill:
        """Bill from ``{iso3: share of income}`` and ``{(payer, receiver): share of the bill}``."""
        n = len(calibration.economies)
        share, passed = np.zeros(n), np.zeros((n, n))
        for iso3, value in income_share.items():
            share[calibration.economy(iso3)] = value
        for (payer, receiver), value in (transfer or {}).items():
            passed[calibration.economy(payer), calibration.economy(receiver)] = value
        return cls(share, passed, industry)

    def check(self, calibration: Calibration) -> None:
        """Raise `InputError` where a share is out of bounds or a shape does not fit."""
        n = len(calibration.economies)
        calibration.industry(self.industry)
        if self.income_share.shape != (n,) or self.transfer.shape != (n, n):
            raise InputError(
                f"bill: expected shapes ({n},) and ({n}, {n}), found "
                f"{self.income_share.shape} and {self.transfer.shape}"
            )
        share, passed = self.income_share, self.transfer.sum(axis=1)
        bad = ~((share >= 0) & (share < 1) & (passed <= 1 + 1e-12) & (self.transfer >= 0).all(1))
        bad |= np.diagonal(self.transfer) != 0
        if bad.any():
            at = int(np.flatnonzero(bad)[0])
            raise InputError(
                f"bill of {calibration.economies[at]}: income share {share[at]:g} must be in "
                f"[0, 1), shares passed abroad (sum {passed[at]:g}) must be at least zero, sum to "
                "at most one and not name the payer itself"
            )


def no_bill(calibration: Calibration) -> Bill:
    """Give a bill of nothing; its industry, the first one, then does not matter."""
    n = len(calibration.economies)
    return Bill(np.zeros(n), np.zeros((n, n)), calibration.industries[0])
