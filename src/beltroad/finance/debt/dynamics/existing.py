"""Service and present value of the debt that exists at the end of t-1."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.finance.debt.dynamics.macro import Macro, Notes
from beltroad.finance.debt.dynamics.portfolio import weighted_terms
from beltroad.finance.debt.model import CountryInputs

__all__ = ["Existing", "read_existing"]

Array = NDArray[np.float64]
_LONG = 100  # years beyond the horizon in which the last of today's debt is repaid


@dataclass(frozen=True)
class Existing:
    """Today's debt: yearly arrays from t-1 (element 0), external in USD, domestic in local units.

    ``external_value`` is the present value at the end of each year.
    """

    external_debt: Array
    external_principal: Array
    external_interest: Array
    external_value: Array
    domestic_debt: Array
    domestic_principal: Array
    domestic_interest: Array


def _terms(inputs: CountryInputs, side: str, notes: Notes) -> tuple[float, int]:
    """Interest (fraction) and years of equal repayment that stand in for a missing schedule."""
    rate = inputs.number(f"existing_{side}_interest_pct")
    years = inputs.number(f"existing_{side}_maturity_years")
    outside = side == "external"
    used = [each for each in inputs.instruments if each.share_pct > 0]
    chosen = [each for each in used if (each.currency != "LCU") is outside]
    if np.isnan(rate) or np.isnan(years):
        source = chosen or used
        new_rate, new_years, _ = weighted_terms(source)
        notes.append(
            (f"existing_{side}_terms", "neither schedule nor terms are known",
             f"average terms of new {side} borrowing are used")
        )  # fmt: skip
        rate = new_rate if np.isnan(rate) else rate
        years = new_years if np.isnan(years) else years
    return rate / 100, max(1, round(years))


def _service(
    debt: float, principal: Array, interest: Array, terms: tuple[float, int]
) -> tuple[Array, Array, bool]:
    """Principal and interest for t onward, whole until the debt is repaid.

    Years of the schedule that are known are used as they are; where principal would exceed the
    debt it is cut off (third value true). After the last known year the last principal goes on
    until nothing is left, at the last effective rate.
    """
    total = len(principal) + _LONG
    p, i = np.zeros(total), np.zeros(total)
    known = np.flatnonzero(np.isfinite(principal))
    rate, years = terms
    pace, left, cut, first = debt / years, debt, False, 0
    if len(known):
        first = int(known[-1]) + 1
        for k in range(first):
            due = principal[k] if np.isfinite(principal[k]) else 0.0
            p[k] = min(due, left)
            cut = cut or due > left * (1 + 1e-9) + 1e-9
            i[k] = interest[k] if np.isfinite(interest[k]) else rate * left
            if left > 0:
                rate = i[k] / left
            left -= p[k]
        pace = principal[known[-1]] if principal[known[-1]] > 0 else left / years
    for k in range(first, total):
        # The last year takes whatever is left, so that every loan is repaid in full.
        p[k] = left if k == total - 1 else min(pace, left)
        i[k] = rate * left
        left -= p[k]
        if left <= 0:
            break
    return p, i, cut


def _schedule(inputs: CountryInputs, name: str, years: NDArray[np.int64]) -> Array:
    if name not in inputs.series.columns:
        return np.full(len(years), np.nan)
    return np.array(inputs.series[name].reindex(years), dtype=np.float64)


def _stock(debt: float, principal: Array, size: int) -> Array:
    paid = np.concatenate([[0.0], np.cumsum(principal[: size - 1])])
    return debt - paid


def read_existing(inputs: CountryInputs, macro: Macro, notes: Notes) -> Existing:
    """Today's debt with its service, from schedules where they are known, else from terms.

    Raises
    ------
    InputError
        If a stock of debt at t-1 is missing.
    """
    ahead, size, base = macro.years[1:], macro.size, int(macro.years[0])
    stocks = {}
    for name in ("public_debt_pct_gdp", "external_ppg_debt_usd_mn"):
        value = inputs.series[name].get(base) if name in inputs.series.columns else None
        if value is None or not np.isfinite(value):
            raise InputError(f"{inputs.iso3}: series {name} has no value for {base}, which is t-1")
        stocks[name] = float(value)
    external = stocks["external_ppg_debt_usd_mn"]
    total = stocks["public_debt_pct_gdp"] / 100 * macro.gdp_lcu[0]
    domestic = total - external  # fx is 1 at t-1
    if domestic < 0:
        notes.append(
            ("public_debt_pct_gdp", f"below public external debt in {base}",
             "domestic debt is taken as zero and public debt as its external part")
        )  # fmt: skip
        domestic = 0.0
    terms = _terms_if_needed(inputs, "external", ahead, notes)
    p, i, cut = _service(
        external,
        _schedule(inputs, "external_principal_usd_mn", ahead),
        _schedule(inputs, "external_interest_usd_mn", ahead),
        terms,
    )
    if cut:
        notes.append(
            ("external_principal_usd_mn", "adds up to more than the debt at t-1",
             "principal is cut off where the debt is repaid")
        )  # fmt: skip
    local = _terms_if_needed(inputs, "domestic", ahead, notes)
    gdp = macro.gdp_lcu[1:]
    dp, di, dcut = _service(
        domestic,
        _schedule(inputs, "domestic_principal_pct_gdp", ahead) / 100 * gdp,
        _schedule(inputs, "domestic_interest_pct_gdp", ahead) / 100 * gdp,
        local,
    )
    if dcut:
        notes.append(
            ("domestic_principal_pct_gdp", "adds up to more than the debt at t-1",
             "principal is cut off where the debt is repaid")
        )  # fmt: skip
    zero = np.zeros(1)
    return Existing(
        external_debt=_stock(external, p, size),
        external_principal=np.concatenate([zero, p[: size - 1]]),
        external_interest=np.concatenate([zero, i[: size - 1]]),
        external_value=_present_value(inputs, external, p, i, size),
        domestic_debt=_stock(domestic, dp, size),
        domestic_principal=np.concatenate([zero, dp[: size - 1]]),
        domestic_interest=np.concatenate([zero, di[: size - 1]]),
    )


def _terms_if_needed(
    inputs: CountryInputs, side: str, ahead: NDArray[np.int64], notes: Notes
) -> tuple[float, int]:
    unit = "usd_mn" if side == "external" else "pct_gdp"
    known = np.isfinite(_schedule(inputs, f"{side}_principal_{unit}", ahead))
    silent: Notes = []
    terms = _terms(inputs, side, silent)
    if not known.any():
        notes.append(
            (f"{side}_principal_{unit}", "no schedule of today's debt",
             f"equal repayment over {terms[1]} years at {100 * terms[0]:.4g} %")
        )  # fmt: skip
        notes.extend(silent)
    elif not known[-1]:
        last = int(ahead[np.flatnonzero(known)[-1]])
        notes.append(
            (f"{side}_principal_{unit}", f"not known after {last}",
             "the last principal goes on until the debt is repaid")
        )  # fmt: skip
    return terms


def _present_value(
    inputs: CountryInputs, debt: float, principal: Array, interest: Array, size: int
) -> Array:
    """Present value at the end of t-1, t, …: discounted service, never above the face value.

    Where ``pv_external_pct_of_face`` is given, it holds at t-1 and its distance to the discounted
    service fades as the debt is repaid: a schedule in broad figures cannot bear it out exactly.
    """
    rate = inputs.number("discount_rate_pct") / 100
    service = principal + interest
    value = np.zeros(len(service) + 1)
    for k in range(len(service) - 1, -1, -1):
        value[k] = (value[k + 1] + service[k]) / (1 + rate)
    face = np.maximum(debt - np.concatenate([[0.0], np.cumsum(principal)]), 0.0)
    value = np.minimum(value, face)
    share = inputs.number("pv_external_pct_of_face")
    if np.isfinite(share) and debt > 0:
        value = value + (share / 100 * debt - value[0]) * face / debt
        value = np.clip(value, 0.0, face * max(1.0, share / 100))
    return np.asarray(value[:size], dtype=np.float64)
