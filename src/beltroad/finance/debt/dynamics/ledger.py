r"""The yearly accounts of public debt: who is owed what, what is paid, what is borrowed.

For each year, with service on the debt of earlier years and all flows at the end of the year,

.. math::
    N_t = -PB_t + F_t + e_t (P^x_t + I^x_t) + P^d_t + I^d_t, \qquad
    B^x_t = s N_t / e_t, \quad B^d_t = (1 - s) N_t

    D^x_t = D^x_{t-1} - P^x_t + B^x_t, \qquad D^d_t = D^d_{t-1} - P^d_t + B^d_t

External amounts (x) are in USD, domestic ones (d) in local currency, ``e`` is local currency per
USD. A surplus (N below 0) is lent out on the terms of new borrowing, so that debt net of it falls.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beltroad.finance.debt.dynamics.existing import Existing
from beltroad.finance.debt.dynamics.macro import Macro
from beltroad.finance.debt.dynamics.package import PackageFlows
from beltroad.finance.debt.dynamics.portfolio import Mix

__all__ = ["Ledger", "baseline_ledger"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Ledger:
    """Yearly arrays from t-1 (element 0): external in USD million, domestic and need in LCU."""

    external_debt: Array
    external_principal: Array
    external_interest: Array
    external_borrowing: Array
    external_value: Array
    domestic_debt: Array
    domestic_principal: Array
    domestic_interest: Array
    domestic_borrowing: Array
    need: Array


def baseline_ledger(
    macro: Macro, existing: Existing, new: Mix, package: PackageFlows | None = None
) -> Ledger:
    """Accounts of the baseline: the whole need is borrowed by the shares of the instruments.

    The loans of a package are spent on its projects and serviced like all other debt.
    """
    size = macro.size
    lent = package.disbursement if package else np.zeros(size)
    px = existing.external_principal + (package.principal if package else 0.0)
    ix = existing.external_interest + (package.interest if package else 0.0)
    value = existing.external_value + (package.value if package else 0.0)
    pd, id_ = existing.domestic_principal.copy(), existing.domestic_interest.copy()
    bx, bd, need = np.zeros(size), np.zeros(size), np.zeros(size)
    share, x, d = new.external_share, new.external, new.domestic
    fiscal = (macro.other_share - macro.balance_share) * macro.gdp_lcu
    for k in range(1, size):
        rest = fiscal[k] + macro.fx[k] * (px[k] + ix[k]) + pd[k] + id_[k]
        need[k] = rest + macro.fx[k] * lent[k]
        bx[k], bd[k] = share * rest / macro.fx[k], (1 - share) * rest
        later = size - k
        px[k:] += bx[k] * x.principal[:later]
        ix[k:] += bx[k] * x.interest[:later]
        value[k:] += bx[k] * x.value[:later]
        pd[k:] += bd[k] * d.principal[:later]
        id_[k:] += bd[k] * d.interest[:later]
    bx = bx + lent
    return Ledger(
        external_debt=existing.external_debt[0] + np.cumsum(bx - px),
        external_principal=px,
        external_interest=ix,
        external_borrowing=bx,
        external_value=value,
        domestic_debt=existing.domestic_debt[0] + np.cumsum(bd - pd),
        domestic_principal=pd,
        domestic_interest=id_,
        domestic_borrowing=bd,
        need=need,
    )
