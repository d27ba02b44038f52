"""Entropy balancing of world trade: hard accounts, soft recorded margins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from beltroad.errors import DataError
from beltroad.trade.world.accounts import Array

__all__ = ["Balanced", "Margins", "balance", "soft_factor"]

SPREAD = (1e-3, 1e3)  # most that a soft margin may scale a start by


@dataclass(frozen=True)
class Margins:
    """What flows have to add up to. USD; NaN where there is no such margin.

    Attributes
    ----------
    fixed : (J, N, N)
        Inputs that stay as observed; they count towards soft margins only.
    sales : (N, J)
        Hard: sales of each seller, less the fixed ones.
    inputs : (J, N)
        Hard: inputs bought by an imputed economy, all origins. NaN: free (observed economies).
    income : (N,)
        Output less fixed inputs; inputs from imputed economies come off it.
    deficit : (N,)
        Final spending less value added; sums to zero.
    exports, imports : (N,)
        Soft: goods and services.
    goods : (N, N)
        Soft: goods trade of a pair, ``[importer, exporter]``.
    merchandise : (N,)
        Soft: goods exports plus imports.
    is_goods : (J,)
    weight_total, weight_pair, weight_goods
        Weight of a soft margin against the start, both in relative entropy: a factor f that
        would meet the margin alone is applied as about ``f ** (weight / (1 + weight))``.
    """

    fixed: Array
    sales: Array
    inputs: Array
    income: Array
    deficit: Array
    exports: Array
    imports: Array
    goods: Array
    merchandise: Array
    is_goods: npt.NDArray[np.bool_]
    weight_total: float = 10.0
    weight_pair: float = 3.0
    weight_goods: float = 3.0


@dataclass(frozen=True)
class Balanced:
    """Flows that meet the hard margins: ``inputs`` (without the fixed ones) and ``final``."""

    inputs: Array
    final: Array
    sweeps: int
    gap_final: float
    gap_inputs: float
    gap_sales: float


def soft_factor(start: Array, fixed: Array, target: Array, weight: float) -> Array:
    """Factor f on ``start`` that minimises its entropy cost plus the weighted gap to a target.

    Solves ``ln f + weight * ln((fixed + f start) / target) = 0``; 1 where there is no target.
    """
    known = np.isfinite(target) & (target > 0) & (start > 0)
    low, high = np.log(SPREAD[0]), np.log(SPREAD[1])
    z = np.zeros_like(start)
    s, c, t = start[known], fixed[known], target[known]
    x = np.zeros_like(s)
    for _ in range(40):
        part = s * np.exp(x)
        value = x + weight * np.log((c + part) / t)
        step = value / (1.0 + weight * part / (c + part))
        x = np.clip(x - np.clip(step, -2.0, 2.0), low, high)
        if not step.size or np.abs(step).max() < 1e-12:
            break
    z[known] = x
    return np.asarray(np.exp(z))


def _ratio(target: Array, have: Array) -> Array:
    return np.divide(target, have, out=np.ones_like(have), where=(have > 0) & np.isfinite(target))


def balance(
    inputs: Array,
    final: Array,
    margins: Margins,
    *,
    tolerance: float = 1e-10,
    sweeps: int = 4000,
) -> Balanced:
    """Scale a start until the hard margins hold; the soft ones as far as their weight goes.

    Cyclic projection (bi-proportional scaling with two soft margins added). The start is not
    changed.

    Parameters
    ----------
    inputs, final : (J, N, N)
        Start, ``[industry, importer, exporter]``; a zero stays zero.

    Raises
    ------
    DataError
        If the hard margins do not hold after ``sweeps``; says which.
    """
    m, f, c = inputs.copy(), final.copy(), margins
    n = m.shape[1]
    away = ~np.eye(n, dtype=bool)
    goods = np.flatnonzero(c.is_goods)
    span = goods
    fixed_pair = c.fixed.sum(axis=0)
    fixed_goods = c.fixed[span].sum(axis=0)
    fixed_out = (fixed_pair * away).sum(axis=0)
    fixed_in = (fixed_pair * away).sum(axis=1)
    fixed_both = (fixed_goods * away).sum(axis=0) + (fixed_goods * away).sum(axis=1)
    pair, out, into, both = np.ones((n, n)), np.ones(n), np.ones(n), np.ones(n)
    pair_target = np.where(away, c.goods, np.nan)
    buys = np.isfinite(c.inputs).all(axis=0)
    world = c.income.sum()
    gaps = (np.inf, np.inf)
    for sweep in range(1, sweeps + 1):
        # Soft: goods by pair, then exports and imports of everything.
        now = m[span].sum(axis=0) + f[span].sum(axis=0)
        update = soft_factor(now / pair, fixed_goods, pair_target, c.weight_pair)
        step = update / pair
        pair = update
        # Every flow counts for two economies, so each moves half the way (in logs) at a time.
        now = now * step * away
        size = now.sum(axis=0) + now.sum(axis=1)
        update = soft_factor(size / both, fixed_both, c.merchandise, c.weight_goods)
        move = np.sqrt(update / both)
        both = both * move
        step = step * np.where(away, move[:, None] * move[None, :], 1.0)
        m[span] *= step
        f[span] *= step
        total = (m.sum(axis=0) + f.sum(axis=0)) * away
        update_out = soft_factor(total.sum(axis=0) / out, fixed_out, c.exports, c.weight_total)
        step_out = update_out / out
        out = update_out
        total = total * step_out[None, :]
        update_in = soft_factor(total.sum(axis=1) / into, fixed_in, c.imports, c.weight_total)
        step_in = update_in / into
        into = update_in
        step = np.where(away, step_out[None, :] * step_in[:, None], 1.0)
        # Hard: final spending of each buyer, inputs of imputed buyers, sales of each seller.
        m *= step
        f *= step
        spent = np.where(buys, 0.0, m.sum(axis=(0, 2)))
        want = c.income - spent + c.deficit
        scale = want / f.sum(axis=(0, 2))
        f *= scale[None, :, None]
        need = _ratio(c.inputs, m.sum(axis=2))
        m *= need[:, :, None]
        sold = m.sum(axis=1) + f.sum(axis=1)
        m *= _ratio(c.sales.T, sold)[:, None, :]
        f *= _ratio(c.sales.T, sold)[:, None, :]
        if sweep % 10 == 0 or sweep == 1:
            spent = np.where(buys, 0.0, m.sum(axis=(0, 2)))
            want = c.income - spent + c.deficit
            off = np.abs(f.sum(axis=(0, 2)) / want - 1.0)
            lack = np.abs(m.sum(axis=2) - np.where(np.isfinite(c.inputs), c.inputs, 0.0))
            lack = np.where(np.isfinite(c.inputs), lack, 0.0)
            gaps = (float(off.max()), float(lack.max() / world * n))
            if (want <= 0).any():
                raise DataError(f"balancing: no final spending left for economy {want.argmin()}")
            if max(gaps) < tolerance:
                break
    else:
        raise DataError(
            f"balancing: margins do not hold after {sweeps} sweeps: final spending off by "
            f"{gaps[0]:.1e} (economy {int(off.argmax())}), inputs by {gaps[1]:.1e}"
        )
    sold = m.sum(axis=1) + f.sum(axis=1)
    gap_sales = float(np.abs(sold - c.sales.T).max() / c.sales.max())
    return Balanced(m, f, sweep, gaps[0], gaps[1], gap_sales)
