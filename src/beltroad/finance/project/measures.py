r"""Net present value, internal rates of return, cover ratios and payback.

Flows fall on year ends and are discounted to the end of the first year, as ``npv`` of
numpy-financial does. An internal rate of return is a root of

.. math:: \sum_t F_t (1 + r)^{-t} = 0, \qquad -0.95 \le r \le 10.

There may be none, or several: then no single rate is given and the roots are named. Cover ratios
at the end of the year before operation, with D the debt and i its mean interest,

.. math:: \mathrm{LLCR} = \frac{1}{D} \sum_{t \le T_{debt}} \frac{\mathrm{CFADS}_t}{(1+i)^t},
          \qquad \mathrm{PLCR}\ \text{the same over the whole life}.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from beltroad.finance.project.case import Floats
from beltroad.finance.project.cashflow import Flows

__all__ = [
    "Irr", "cover_ratios", "equity_flow", "irr", "irr_by_draw", "npv", "owners_support",
    "payback_years", "project_flow",
]  # fmt: skip

_LOW, _HIGH = -0.95, 10.0
_FEW = 8


@dataclass(frozen=True)
class Irr:
    """An internal rate of return in per cent; NaN with a note where there is not exactly one."""

    pct: float
    roots_pct: tuple[float, ...]
    note: str = ""


def npv(rate: float, flows: ArrayLike) -> Floats:
    """Present value at the end of the first year of flows (..., year)."""
    values = np.asarray(flows, np.float64)
    return np.asarray(values @ (1 + rate) ** -np.arange(values.shape[-1], dtype=np.float64))


def irr(flows: ArrayLike) -> Irr:
    """All internal rates of return of one row of flows from -95 % to 1000 % a year."""
    values = np.trim_zeros(np.asarray(flows, np.float64), "f")
    if len(values) == 0 or np.all(values >= 0) or np.all(values <= 0):
        return Irr(float("nan"), (), "none: the flows never change sign")
    # Evenly spaced in log(1 + r), where the roots of long projects lie apart.
    grid = np.exp(np.linspace(np.log1p(_LOW), np.log1p(_HIGH), 1001))
    worth = _horner(values, grid)
    roots = []
    listed = values.tolist()
    for k in np.nonzero(np.sign(worth[:-1]) * np.sign(worth[1:]) < 0)[0]:
        low, high = float(grid[k]), float(grid[k + 1])
        rising = float(worth[k]) < 0
        for _ in range(80):
            middle = (low + high) / 2
            if (_worth(listed, middle) < 0) == rising:
                low = middle
            else:
                high = middle
        roots.append((low + high) / 2)
    roots += [float(g) for g in grid[worth == 0]]
    found = tuple(sorted(100 * (g - 1) for g in roots))
    if len(found) == 1:
        return Irr(found[0], found)
    if not found:
        return Irr(float("nan"), (), "none between -95 % and 1000 %")
    return Irr(
        float("nan"), found,
        f"several ({', '.join(f'{r:.2f}' for r in found)} %): use the net present value",
    )  # fmt: skip


def irr_by_draw(flows: Floats) -> NDArray[np.float64]:
    """Rate in per cent for each row of (draw, year); NaN where there is none, or several."""
    if len(flows) <= _FEW:
        return np.array([irr(row).pct for row in flows])
    out = np.full(len(flows), np.nan)
    signs = np.sign(flows)
    changes = np.zeros(len(flows), int)
    last = np.zeros(len(flows))
    for t in range(flows.shape[1]):
        here = signs[:, t]
        changes += (here != 0) & (last != 0) & (here != last)
        last = np.where(here != 0, here, last)
    low, high = np.full(len(flows), 1 + _LOW), np.full(len(flows), 1 + _HIGH)
    single = (changes == 1) & ((_rows(flows, low) < 0) != (_rows(flows, high) < 0))
    many = np.nonzero(changes > 1)[0]
    # Flows that change sign more than once may still have one rate: looked for on a grid.
    grid = np.exp(np.linspace(np.log1p(_LOW), np.log1p(_HIGH), 241))
    for start in range(0, len(many), 4000):
        rows = many[start : start + 4000]
        worth = np.stack([_rows(flows[rows], np.full(len(rows), g)) for g in grid], axis=1)
        cross = np.sign(worth[:, :-1]) * np.sign(worth[:, 1:]) < 0
        place = np.argmax(cross, axis=1)
        low[rows], high[rows] = grid[place], grid[place + 1]
        single[rows] = cross.sum(axis=1) == 1
    kept = np.nonzero(single)[0]
    found = flows[kept]
    low, high = low[kept], high[kept]
    rising = _rows(found, low) < 0
    for _ in range(60):
        middle = (low + high) / 2
        below = (_rows(found, middle) < 0) == rising
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    out[kept] = 100 * ((low + high) / 2 - 1)
    return out


def _worth(values: list[float], growth: float) -> float:
    """As ``_horner``, for one growth factor."""
    out = 0.0
    if growth < 1:
        for value in values:
            out = out * growth + value
        return out
    for value in reversed(values):
        out = out / growth + value
    return out


def _horner(values: Floats, growth: Floats) -> Floats:
    """Worth of flows up to a positive factor, for growth factors 1 + r.

    Carried to the end where r < 0, discounted to the start elsewhere: long lives do not overflow.
    """
    carried = np.zeros_like(growth)
    for value in values:
        carried = carried * np.minimum(growth, 1.0) + value
    return np.where(growth < 1, carried, _discounted(values, np.maximum(growth, 1.0)))


def _discounted(values: Floats, growth: Floats) -> Floats:
    out = np.zeros_like(growth)
    for value in values[::-1]:
        out = out / growth + value
    return out


def _rows(flows: Floats, growth: Floats) -> Floats:
    """As ``_horner``, with one growth factor for each row."""
    small, large = np.minimum(growth, 1.0), np.maximum(growth, 1.0)
    up, down = np.zeros(len(flows)), np.zeros(len(flows))
    if np.any(growth < 1):
        for t in range(flows.shape[1]):
            up = up * small + flows[:, t]
    if np.any(growth >= 1):
        for t in range(flows.shape[1] - 1, -1, -1):
            down = down / large + flows[:, t]
    return np.where(growth < 1, up, down)


def payback_years(flows: ArrayLike, rate: float = 0.0) -> float:
    """Years from the end of the first year until discounted flows add up to zero; NaN if never.

    Within the year of payback the flow counts as even.
    """
    values = np.asarray(flows, np.float64)
    values = values * (1 + rate) ** -np.arange(len(values), dtype=np.float64)
    total = np.cumsum(values)
    if not np.any(total < 0):
        return 0.0
    last = int(np.nonzero(total < 0)[0][-1])
    if last == len(values) - 1:
        return float("nan")
    return float(last - total[last] / values[last + 1])


def project_flow(flows: Flows) -> Floats:
    """Before financing: operating cash after tax and renewals less capital cost."""
    return flows.cfads + flows.residual - flows.funding.capital


def owners_support(flows: Flows) -> Floats:
    """Support that owners pay: the sponsor's, and the state's where the state is the only owner."""
    owners = [each for each in flows.project.layers if each.is_equity]
    alone = bool(owners) and all(each.kind == "state_equity" for each in owners)
    paid = flows.project.operation.support_by == "sponsor" or alone
    return flows.support if paid else np.zeros_like(flows.support)


def equity_flow(flows: Flows) -> Floats:
    """Of all owners: dividends less equity paid in and less the support they pay."""
    owners = [
        d for d, each in zip(flows.funding.drawn, flows.project.layers, strict=True)
        if each.is_equity
    ]  # fmt: skip
    paid = sum(owners, np.zeros_like(flows.dividends))
    return np.asarray(flows.dividends - paid - owners_support(flows))


def cover_ratios(flows: Flows) -> tuple[Floats, Floats]:
    """LLCR and PLCR for each draw at the end of the year before operation starts."""
    t = flows.grid.at(flows.project.completion_year)
    debt = sum((k.closing[:, t] / k.rate[t] for k in flows.tracks), np.zeros(len(flows.cfads)))
    cost = sum(
        (k.price[min(t + 1, len(k.price) - 1)] * k.closing[:, t] / k.rate[t]
         for k in flows.tracks), np.zeros(len(flows.cfads)),
    )  # fmt: skip
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(debt > 0, cost / debt, 0.0)
        years = np.arange(1, flows.grid.length - t, dtype=np.float64)
        worth = flows.cfads[:, t + 1 :] * (1 + mean[:, None]) ** -years
        owed = flows.service[:, t + 1 :].max(axis=0) > 1e-9
        last = int(np.nonzero(owed)[0][-1]) + 1 if owed.any() else 0
        llcr = np.where(debt > 0, worth[:, :last].sum(axis=1) / debt, np.nan)
        plcr = np.where(debt > 0, worth.sum(axis=1) / debt, np.nan)
    return llcr, plcr
