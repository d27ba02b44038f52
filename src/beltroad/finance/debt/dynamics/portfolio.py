r"""Loans as kernels: what one unit lent costs each later year, and what it is worth.

Debt is lent in yearly cohorts on fixed terms, so the service of all cohorts is a convolution of
past borrowing with one kernel for external and one for domestic borrowing. Present value by the
convention of IMF and World Bank (LIC-DSF guidance note, 2018): service discounted at ``r`` where
the coupon is below ``r``, face value otherwise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.finance.debt.model import CountryInputs, Instrument
from beltroad.finance.schedule import unit_schedule

__all__ = ["Kernel", "Mix", "kernel", "mix", "weighted_terms"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Kernel:
    """One unit lent at lag 0: flows and stocks at lags 0, 1, 2, … (arrays of one length)."""

    principal: Array
    interest: Array
    outstanding: Array
    value: Array
    """Present value after the payment of that lag; at lag 0, of the loan as it is lent."""


@dataclass(frozen=True)
class Mix:
    """New borrowing of a country: its external and domestic kernel and the external share."""

    external: Kernel
    domestic: Kernel
    external_share: float
    parts: tuple[tuple[Instrument, Kernel], ...] = ()


@lru_cache(maxsize=4096)
def kernel(rate: float, maturity: int, grace: int, discount: float, size: int) -> Kernel:
    """Kernel of a loan with equal principal payments, for lags 0 to ``size - 1``.

    Parameters
    ----------
    rate, discount
        Fractions.
    maturity, grace
        Years.

    Raises
    ------
    InputError
        If a term is out of range.
    """
    principal, interest = unit_schedule(rate, maturity, grace)
    length = max(size, maturity + 1)
    p, i = np.zeros(length), np.zeros(length)
    p[1 : maturity + 1] = principal
    i[1 : maturity + 1] = interest
    outstanding = 1.0 - np.cumsum(p)
    outstanding[maturity:] = 0.0
    if rate >= discount:
        value = outstanding.copy()
    else:
        value = np.zeros(length)
        service = p + i
        for lag in range(maturity - 1, -1, -1):
            value[lag] = (value[lag + 1] + service[lag + 1]) / (1 + discount)
    parts = [part[:size].copy() for part in (p, i, outstanding, value)]
    for part in parts:
        part.setflags(write=False)
    return Kernel(*parts)


def _blend(kernels: Sequence[Kernel], weights: Sequence[float], size: int) -> Kernel:
    total = sum(weights)
    if not kernels or total == 0:
        zero = np.zeros(size)
        return Kernel(zero, zero, zero, zero)

    def add(name: str) -> Array:
        parts = [w / total * getattr(k, name) for k, w in zip(kernels, weights, strict=True)]
        return np.asarray(sum(parts), dtype=np.float64)

    return Kernel(add("principal"), add("interest"), add("outstanding"), add("value"))


def _kernel_of(one: Instrument, discount: float, size: int) -> Kernel:
    return kernel(
        one.interest_pct / 100, int(one.maturity_years), int(one.grace_years), discount, size
    )


def mix(inputs: CountryInputs, instruments: Sequence[Instrument], size: int) -> Mix:
    """Kernels of new borrowing, weighted with the shares of the instruments.

    Raises
    ------
    InputError
        If there are no instruments, a share is below 0 or they do not add up to 100.
    """
    total = sum(each.share_pct for each in instruments)
    for each in instruments:
        if not each.share_pct >= 0:
            raise InputError(
                f"{inputs.iso3}: instrument {each.name!r} has the share {each.share_pct:g}; "
                "give per cent of new borrowing, 0 or more"
            )
    if not instruments or abs(total - 100) > 0.01:
        raise InputError(
            f"{inputs.iso3}: shares of the instruments add up to {total:g}; they must make 100"
        )
    discount = inputs.number("discount_rate_pct") / 100
    parts = tuple((each, _kernel_of(each, discount, size)) for each in instruments)
    halves = []
    for outside in (True, False):
        chosen = [(each, k) for each, k in parts if (each.currency != "LCU") is outside]
        halves.append(_blend([k for _, k in chosen], [e.share_pct for e, _ in chosen], size))
    abroad = sum(each.share_pct for each in instruments if each.currency != "LCU")
    return Mix(halves[0], halves[1], abroad / total, parts)


def weighted_terms(instruments: Sequence[Instrument]) -> tuple[float, float, float]:
    """Interest in per cent, maturity and grace in years, weighted with the instruments' shares."""
    weight = sum(each.share_pct for each in instruments)
    if weight <= 0:
        raise InputError("instruments: no share above 0 to take average terms from")
    rate = sum(each.interest_pct * each.share_pct for each in instruments) / weight
    years = sum(each.maturity_years * each.share_pct for each in instruments) / weight
    grace = sum(each.grace_years * each.share_pct for each in instruments) / weight
    return rate, years, grace
