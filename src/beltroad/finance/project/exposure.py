r"""What the state owes, guarantees and may have to pay, by year.

Public layers are debt of the state. The present value of debt at the end of a year is that of the
service still to come less what is still to be disbursed, at 5 %; a loan at 5 % or more counts at
its balance (LIC-DSF). A guarantee's exposure needs no probability: the share guaranteed of the
present value. With a yearly probability p that it is called, recovery q and exposure at default
:math:`E_t` (balance and interest of the year),

.. math:: \text{expected call}_t = (1 - p)^{t - 1} \, p \, (1 - q) \, E_t .
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.finance.debt.dynamics.package import ProjectLoan, ProjectPackage
from beltroad.finance.project import terms
from beltroad.finance.project.case import Floats, base_case, rates_by_year
from beltroad.finance.project.cashflow import Flows, simulate
from beltroad.finance.project.layers import Track
from beltroad.finance.project.plan import Plan
from beltroad.finance.schedule import unit_schedule

__all__ = ["project_package", "public_debt", "state_exposure", "state_loans_balance"]


@dataclass(frozen=True)
class _Loan:
    """Flows of one loan of the state, USD million (year,), on years of its own."""

    name: str
    years: NDArray[np.int64]
    into: Floats
    back: Floats
    interest: Floats
    balance: Floats
    price: float
    base: int
    maturity_years: int
    grace_years: int


def _state_loans(flows: Flows) -> list[_Loan]:
    """Loans that the budget services; exchange rates after the project's last year stay."""
    out = []
    for loan in flows.project.state_loans:
        draws = loan.draw_pct or {flows.project.first_year: 100.0}
        base = min(draws)
        years = np.arange(base, base + loan.maturity_years + 1)
        place = np.clip(years - int(flows.grid.years[0]), 0, flows.grid.length - 1)
        usd = (flows.grid.rates["USD"] / flows.grid.rates[loan.currency])[place]
        price = rates_by_year(loan, years)
        grace = loan.maturity_years - 1 if loan.amortisation == "bullet" else loan.grace_years
        profile, _ = unit_schedule(float(price[0]), loan.maturity_years, grace, loan.amortisation)
        into = np.array([loan.amount_mn * draws.get(int(y), 0.0) / 100 for y in years])
        back = np.concatenate([[0.0], loan.amount_mn * profile])
        balance = np.cumsum(into - back)
        interest = np.concatenate([[0.0], balance[:-1] * price[1:]])
        mean = float(np.average(price[1:], weights=balance[:-1]))
        out.append(_Loan(loan.name, years, into * usd, back * usd, interest * usd, balance * usd,
                         mean, base, loan.maturity_years, grace))  # fmt: skip
    return out


def state_loans_balance(flows: Flows) -> Floats:
    """What the state owes at year ends for loans of its own, plan's currency (year,)."""
    out = np.zeros(flows.grid.length)
    for loan in _state_loans(flows):
        for year, owed in zip(loan.years, loan.balance, strict=True):
            if flows.grid.years[0] <= year <= flows.grid.years[-1]:
                out[flows.grid.at(int(year))] += owed
    return out / _usd(flows)


def _usd(flows: Flows) -> Floats:
    return flows.grid.rates["USD"]


def _flows_of(flows: Flows, track: Track) -> tuple[Floats, Floats, Floats]:
    """Disbursed, principal and interest of one loan in USD million (year,), first draw."""
    usd = _usd(flows) / track.rate
    into = (track.drawn[0] + track.added[0]) * usd
    back = (track.principal[0] + track.refinanced[0]) * usd
    capitalised = np.zeros(flows.grid.length)
    for k, layer in enumerate(flows.project.layers):
        if layer is track.layer and track.parent is None:
            capitalised = flows.funding.added_interest[k][0] * _usd(flows)
    return into, back, np.maximum(track.interest[0] * usd - capitalised, 0.0)


def _listed(results: Plan | Flows | Sequence[Flows]) -> list[Flows]:
    if isinstance(results, Plan):
        return [simulate(results, each, base_case()) for each in results.projects]
    return [results] if isinstance(results, Flows) else list(results)


def public_debt(results: Plan | Flows | Sequence[Flows]) -> pd.DataFrame:
    """Debt of the state by year, for a plan, one project or the sum of several.

    Returns
    -------
    DataFrame
        ``year, disbursement_usd_mn, principal_usd_mn, interest_usd_mn``: capitalised interest and
        financed premium are disbursements; years are without gaps. Empty without public layers.
    """
    listed = _listed(results)
    parts = []
    for flows in listed:
        for track in flows.tracks:
            if track.layer.public:
                into, back, interest = _flows_of(flows, track)
                parts.append(pd.DataFrame({
                    "year": flows.grid.years, "disbursement_usd_mn": into,
                    "principal_usd_mn": back, "interest_usd_mn": interest,
                }))  # fmt: skip
        parts += [pd.DataFrame({
            "year": loan.years, "disbursement_usd_mn": loan.into,
            "principal_usd_mn": loan.back, "interest_usd_mn": loan.interest,
        }) for loan in _state_loans(flows)]  # fmt: skip
    columns = ["year", "disbursement_usd_mn", "principal_usd_mn", "interest_usd_mn"]
    if not parts:
        return pd.DataFrame({c: pd.Series(dtype="int64" if c == "year" else "float64")
                             for c in columns})  # fmt: skip
    total = pd.concat(parts).groupby("year").sum()
    used = total.index[(total != 0).any(axis=1)]
    full = range(int(used.min()), int(used.max()) + 1)
    return total.reindex(full, fill_value=0.0).rename_axis("year").reset_index()


def project_package(
    results: Plan | Flows | Sequence[Flows], *, starting: int | None = None
) -> ProjectPackage:
    """Public debt of projects as a package for a debt assessment.

    Every disbursement becomes one loan with what is left of maturity and grace in its year, so
    that a loan of equal principal at a fixed rate is met exactly. A floating rate counts at its
    mean, an annuity or a sculpted loan as equal principal, and refinancing is left out.

    Parameters
    ----------
    starting
        Year of the first disbursement of all: moves every project by as many years. Projects of
        the past are put into a projection so.
    """
    listed = _listed(results)
    found: list[_Loan] = []
    for flows in listed:
        found += _state_loans(flows)
        for track in flows.tracks:
            if track.layer.public and track.parent is None:
                into, back, interest = _flows_of(flows, track)
                whole = track.terms.maturity_years
                bullet = track.terms.amortisation == "bullet"
                found.append(_Loan(
                    track.name, flows.grid.years, into, back, interest, back,
                    track.mean_price, flows.project.base_year(track.layer), whole,
                    whole - 1 if bullet else track.terms.grace_years,
                ))  # fmt: skip
    if not found:
        return ProjectPackage()
    first = min(int(loan.years[np.nonzero(loan.into > 0)[0][0]]) for loan in found)
    shift = 0 if starting is None else starting - first
    return ProjectPackage(tuple(
        ProjectLoan(
            f"{loan.name} {year}", {int(year) + shift: float(amount)}, 100 * loan.price,
            loan.base + loan.maturity_years - int(year),
            max(loan.base + loan.grace_years - int(year), 0),
        )
        for loan in found
        for year, amount in zip(loan.years, loan.into, strict=True)
        if amount > 0
    ))  # fmt: skip


def state_exposure(flows: Flows) -> pd.DataFrame:
    """By year, USD million: debt, guarantees and payments of the state.

    Returns
    -------
    DataFrame
        ``year, public_debt_usd_mn, public_debt_pv_usd_mn, public_service_usd_mn,
        guaranteed_usd_mn, guaranteed_pv_usd_mn, expected_call_usd_mn, support_usd_mn,
        availability_usd_mn, equity_usd_mn``; the expected call is NaN where a guarantee has no
        probability.
    """
    usd, n = _usd(flows), flows.grid.length
    out = {name: np.zeros(n) for name in (
        "public_debt_usd_mn", "public_debt_pv_usd_mn", "public_service_usd_mn",
        "guaranteed_usd_mn", "guaranteed_pv_usd_mn", "expected_call_usd_mn",
    )}  # fmt: skip
    for track in flows.tracks:
        into, back, interest = _flows_of(flows, track)
        balance = track.closing[0] * usd / track.rate
        worth = _present_value(into, back + interest, balance, track.mean_price)
        if track.layer.public:
            out["public_debt_usd_mn"] += balance
            out["public_debt_pv_usd_mn"] += worth
            out["public_service_usd_mn"] += (
                back + interest - (track.refinanced[0] * usd / track.rate)
            )
        share = track.layer.guaranteed_pct / 100
        if share > 0:
            out["guaranteed_usd_mn"] += share * balance
            out["guaranteed_pv_usd_mn"] += share * worth
            out["expected_call_usd_mn"] += share * _expected(flows, track)
    table = pd.DataFrame({"year": flows.grid.years, **out}).set_index("year")
    for loan in _state_loans(flows):
        worth = _present_value(loan.into, loan.back + loan.interest, loan.balance, loan.price)
        more = pd.DataFrame({
            "public_debt_usd_mn": loan.balance, "public_debt_pv_usd_mn": worth,
            "public_service_usd_mn": loan.back + loan.interest,
        }, index=pd.Index(loan.years, name="year"))  # fmt: skip
        table = table.add(more, fill_value=0.0)
    owned = sum(
        (d[0] for d, k in zip(flows.funding.drawn, flows.project.layers, strict=True)
         if k.kind == "state_equity"), np.zeros(n),
    )  # fmt: skip
    state = flows.project.operation.support_by == "state"
    rest = {
        "support_usd_mn": flows.support[0] * usd if state else np.zeros(n),
        "availability_usd_mn": flows.state_payment[0] * usd,
        "equity_usd_mn": owned * usd,
    }
    paid = pd.DataFrame(rest, index=pd.Index(flows.grid.years, name="year"))
    table = table.join(paid.reindex(table.index, fill_value=0.0))
    for name in ("guaranteed_usd_mn", "guaranteed_pv_usd_mn"):
        table[name] = table[name].fillna(0.0)
    return table[[*out, *rest]].reset_index()


def _present_value(into: Floats, service: Floats, balance: Floats, price: float) -> Floats:
    rate = terms.value("imf", "discount_rate_pct") / 100
    if price >= rate:
        return balance
    out = np.zeros(len(into))
    net = service - into
    for t in range(len(into) - 2, -1, -1):
        out[t] = (out[t + 1] + net[t + 1]) / (1 + rate)
    # Before the first disbursement nothing is owed.
    return np.where(np.cumsum(into) > 0, np.maximum(out, 0.0), 0.0)


def _expected(flows: Flows, track: Track) -> Floats:
    p = track.layer.call_probability_pct
    if p is None:
        return np.full(flows.grid.length, np.nan)
    usd = _usd(flows) / track.rate
    due = (track.opening[0] + track.interest[0]) * usd * (1 - track.layer.recovery_pct / 100)
    out, alive = np.zeros(flows.grid.length), 1.0
    for t in range(flows.grid.length):
        if flows.grid.years[t] >= flows.project.operation.start_year and due[t] > 0:
            out[t] = alive * p / 100 * due[t]
            alive *= 1 - p / 100
    return out
