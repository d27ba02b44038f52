"""Who pays for infrastructure and who builds it: a share of income, at home or abroad."""

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
    ``transfer[n, m]`` become income of country m (a lender), the shares ``built_by[n, m]`` are
    spent on ``industry`` in country m (the contractor's home), and the rest is spent on
    ``industry`` by n at home. What is paid is no longer available for final spending, as with a
    lump-sum tax.

    Work built by m is produced by the industry of m with the inputs of m. In the balance of
    payments it is an import of construction services by n from m. It is kept apart from
    ``trade_usd`` (which holds purchases through markets), as `Equilibrium.built_abroad`; both
    together give the balance.

    Attributes
    ----------
    income_share : (N,)
        Share of income paid, at least zero and below one.
    transfer : (N, N)
        Share of n's bill passed to m; zero on the diagonal.
    industry
        Industry on which the bill is spent; construction by default.
    built_by : (N, N), optional
        Share of n's bill spent on the industry in m; zero on the diagonal; none by default.
        Rows of ``transfer`` and ``built_by`` together sum to at most one.
    """

    income_share: Array
    transfer: Array
    industry: str = "F"
    built_by: Array | None = None

    @property
    def spent_in(self) -> Array:
        """Share of n's bill spent on the industry in m, own country included ``(N, N)``."""
        built = np.zeros_like(self.transfer) if self.built_by is None else self.built_by
        return np.asarray(built + np.diag(1.0 - (self.transfer + built).sum(axis=1)))

    @classmethod
    def from_shares(
        cls,
        calibration: Calibration,
        income_share: Mapping[str, float],
        *,
        transfer: Mapping[tuple[str, str], float] | None = None,
        industry: str = "F",
        built_by: Mapping[tuple[str, str], float] | None = None,
    ) -> Bill:
        """Bill from ``{iso3: share of income}`` and ``{(payer, other): share of the bill}``."""
        n = len(calibration.economies)
        share, passed, built = np.zeros(n), np.zeros((n, n)), np.zeros((n, n))
        for iso3, value in income_share.items():
            share[calibration.economy(iso3)] = value
        for target, given in ((passed, transfer), (built, built_by)):
            for (payer, other), value in (given or {}).items():
                target[calibration.economy(payer), calibration.economy(other)] = value
        return cls(share, passed, industry, built)

    def check(self, calibration: Calibration) -> None:
        """Raise `InputError` where a share is out of bounds or a shape does not fit."""
        n = len(calibration.economies)
        calibration.industry(self.industry)
        built = np.zeros((n, n)) if self.built_by is None else self.built_by
        shapes = (self.income_share.shape, self.transfer.shape, built.shape)
        if shapes != ((n,), (n, n), (n, n)):
            raise InputError(
                f"bill: expected shapes ({n},), ({n}, {n}) and ({n}, {n}), found "
                f"{', '.join(map(str, shapes))}"
            )
        share, abroad = self.income_share, (self.transfer + built).sum(axis=1)
        good = (share >= 0) & (share < 1) & (abroad <= 1 + 1e-12)
        good &= (self.transfer >= 0).all(axis=1) & (built >= 0).all(axis=1)
        good &= (np.diagonal(self.transfer) == 0) & (np.diagonal(built) == 0)
        if not good.all():
            at = int(np.flatnonzero(~good)[0])
            raise InputError(
                f"bill of {calibration.economies[at]}: income share {share[at]:g} must be in "
                f"[0, 1), shares passed or built abroad (sum {abroad[at]:g}) must be at least "
                "zero, sum to at most one and not name the payer itself"
            )


def no_bill(calibration: Calibration) -> Bill:
    """Give a bill of nothing; its industry, the first one, then does not matter."""
    n = len(calibration.economies)
    return Bill(np.zeros(n), np.zeros((n, n)), calibration.industries[0])
