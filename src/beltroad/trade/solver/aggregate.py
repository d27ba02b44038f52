"""A small stand-in for the wage Jacobian: substitution exact, input links by country.

Taking all industries of a country together, the derivative of labour demand in wages is a few
products of matrices with one row for each country. It steers the iterations on wages; what it
leaves out only costs steps, never accuracy.
"""

from __future__ import annotations

import numpy as np

from beltroad.trade.calibration import Array

__all__ = ["aggregate_jacobian"]


def aggregate_jacobian(
    share: Array, net: Array, theta: Array, bought: Array, wage_bill: Array
) -> Array:
    """Derivative of ln labour demand less ln wage bill in ln wages, made regular, ``(N, N)``.

    Parameters
    ----------
    share, net : (J, N, N)
        Spending shares, and the same before tariff.
    theta : (J,)
        Trade elasticity.
    bought : (J, N)
        Spending, in units of world value added.
    wage_bill : (N,)
        Value added, sums to one.

    Notes
    -----
    The exact matrix has the wage bill as left null vector (Walras). One row of wage bills added
    to each row makes it regular and keeps world value added constant along the steps.
    """
    count = len(wage_bill)
    flow = net * bought[:, :, None]
    value = flow.sum(axis=0)  # importer, exporter
    sold = value.sum(axis=0)
    spent = bought.sum(axis=0)
    labour = np.minimum(wage_bill / np.maximum(sold, 1e-300), 1.0)
    # ln unit cost of a country's bundle follows wages through the inputs it buys.
    origin = (share * bought[:, :, None]).sum(axis=0) / np.maximum(spent, 1e-300)[:, None]
    unit = np.eye(count)
    cost = np.linalg.solve(unit - (1.0 - labour)[:, None] * origin, np.diag(labour))
    weighted = (theta[:, None, None] * flow).reshape(-1, count)
    substitution = weighted.T @ share.reshape(-1, count)
    moved = substitution @ cost - weighted.sum(axis=0)[:, None] * cost
    passed = (value / np.maximum(spent, 1e-300)[:, None]).T  # exporter, importer
    sales = np.linalg.solve(unit - passed * (1.0 - labour), passed * wage_bill + moved)
    matrix = sales / np.maximum(sold, 1e-300)[:, None] - unit
    matrix -= np.outer(np.ones(count), wage_bill @ matrix)  # Walras holds exactly
    return np.asarray(matrix + wage_bill)
