r"""What a shock makes a country borrow on top of the baseline, in two blocks as in the framework.

The *external* block closes the balance of payments: with the gap :math:`G_t` that a shock tears
(exports, transfers, direct investment) and the interest on the extra loans,

.. math:: X_t = G_t + I^X_t \quad (+ P^X_t \text{ where principal is refinanced}),

all of it public external borrowing. The *public* block closes the budget: the extra need is the
change of the primary balance, of other flows, of the local value of external service, and the
whole service of extra loans; of it a set share is borrowed abroad, or more where the external
block borrows more, at most the whole need. Shocks to the budget alone have no external block;
their external debt is that of the public block (LIC-DSF guidance note 2018, appendix VI; workbook
of 2025).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.finance.debt.dynamics.ledger import Ledger
from beltroad.finance.debt.dynamics.macro import Macro, Notes
from beltroad.finance.debt.dynamics.portfolio import Kernel, Mix, kernel, weighted_terms
from beltroad.finance.debt.model import CountryInputs

__all__ = ["ResidualTerms", "Shocked", "TermChange", "read_residual", "residual_loan",
           "stressed_ledgers"]  # fmt: skip

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ResidualTerms:
    """Terms of extra borrowing: external terms, domestic principal and real interest.

    Rates are fractions; ``domestic`` carries no interest, which follows inflation year by year.
    """

    external_share: float
    external_rate: float
    external_maturity: int
    external_grace: int
    discount: float
    domestic: Kernel
    domestic_real_rate: float

    def external(self, premium: float = 0.0) -> Kernel:
        """Kernel of an external loan that pays ``premium`` (fraction) on top of the rate."""
        size = len(self.domestic.principal)
        rate = self.external_rate + premium
        return kernel(rate, self.external_maturity, self.external_grace, self.discount, size)


@dataclass(frozen=True)
class TermChange:
    """Change of the service and value of baseline loans whose terms a shock alters.

    ``premium_*`` are rates (fractions) by year of borrowing that extra loans pay on top.
    """

    external_principal: Array
    external_interest: Array
    external_value: Array
    domestic_interest: Array
    premium_external: Array
    premium_domestic: Array

    @staticmethod
    def none(size: int) -> TermChange:
        """No change."""
        zero = np.zeros(size)
        return TermChange(zero, zero, zero, zero, zero, zero)


@dataclass(frozen=True)
class Shocked:
    """A shock's outcome before it is financed.

    ``gap`` is the extra need of the balance of payments in USD million, or None where the shock
    hits the budget alone. Without ``own_budget`` the public block is the baseline with the extra
    external loans on top: neither GDP nor the exchange rate nor the budget move there, as in the
    workbook, which has no public sheet of these tests. ``refinance`` says that principal which
    falls due earlier, or on extra loans, is borrowed again in the external block.
    """

    macro: Macro
    gap: Array | None = None
    own_budget: bool = True
    terms: TermChange | None = None
    refinance: bool = False


def read_residual(inputs: CountryInputs, macro: Macro, new: Mix, notes: Notes) -> ResidualTerms:
    """Terms of extra borrowing from the settings.

    What is empty is the average of the baseline's new borrowing on that side, which is the
    framework's default (guidance note 2018, appendix VI, paragraph 2).
    """
    share = inputs.number("residual_external_share_pct")
    if np.isnan(share):
        share = 100 * new.external_share
        notes.append(
            ("residual_external_share_pct", "not set",
             f"the external share of new borrowing is used, {share:.3g} %")
        )  # fmt: skip
    real = inputs.number("residual_domestic_real_interest_pct")
    if np.isnan(real):
        local = [e for e in inputs.instruments if e.currency == "LCU" and e.share_pct > 0]
        prices = float(np.mean(macro.deflator[1:6]))
        nominal = weighted_terms(local)[0] / 100 if local else prices
        real = 100 * ((1 + nominal) / (1 + prices) - 1)
        notes.append(
            ("residual_domestic_real_interest_pct", "not set",
             f"new domestic borrowing less inflation is used, {real:.3g} %")
        )  # fmt: skip
    discount = inputs.number("discount_rate_pct") / 100
    rate, maturity, grace = residual_loan(inputs, "external", notes)
    _, maturity_home, grace_home = residual_loan(inputs, "domestic", notes)
    return ResidualTerms(
        external_share=share / 100,
        external_rate=rate,
        external_maturity=maturity,
        external_grace=grace,
        discount=discount,
        domestic=kernel(0.0, maturity_home, grace_home, discount, macro.size),
        domestic_real_rate=real / 100,
    )


def residual_loan(inputs: CountryInputs, side: str, notes: Notes) -> tuple[float, int, int]:
    """Interest (fraction), maturity and grace in years of extra loans.

    ``side`` is ``external`` or ``domestic``; interest at home is 0, since it follows inflation.

    Raises
    ------
    InputError
        If a term is not set and there is no new borrowing on that side to take it from.
    """
    outside = side == "external"
    names = [f"residual_{side}_maturity_years", f"residual_{side}_grace_years"]
    if outside:
        names.append("residual_external_interest_pct")
    maturity, grace, *interest = (inputs.number(name) for name in names)
    rate = interest[0] if interest else 0.0
    if np.isnan([maturity, grace, rate]).any():
        new = [
            e for e in inputs.instruments if (e.currency != "LCU") is outside and e.share_pct > 0
        ]
        if not new:
            raise InputError(
                f"{inputs.iso3}: {', '.join(names)} are not all set, and there is no new {side} "
                "borrowing to take averages from; give them"
            )
        average = weighted_terms(new)
        rate = average[0] if np.isnan(rate) else rate
        maturity = average[1] if np.isnan(maturity) else maturity
        grace = average[2] if np.isnan(grace) else grace
        paid = f"{rate:.3g} %, " if outside else ""
        notes.append(
            (f"residual_{side}_terms", "not all set",
             f"average of new {side} borrowing: {paid}{maturity:.3g} years, {grace:.3g} of grace")
        )  # fmt: skip
    years = max(1, round(maturity))
    return rate / 100, years, min(round(grace), years - 1)


@dataclass
class _Loans:
    """Extra loans of one kind, borrowed year by year."""

    borrowing: Array
    principal: Array
    interest: Array
    value: Array
    stock: Array

    @classmethod
    def empty(cls, size: int) -> _Loans:
        return cls(*(np.zeros(size) for _ in range(5)))

    def borrow(self, year: int, amount: float, unit: Kernel, rate: float = 0.0) -> None:
        """Take up ``amount``; ``rate`` comes on top of the kernel's interest."""
        if amount == 0:
            return
        later = len(self.borrowing) - year
        self.borrowing[year] += amount
        self.principal[year:] += amount * unit.principal[:later]
        self.interest[year:] += amount * unit.interest[:later]
        self.value[year:] += amount * unit.value[:later]
        self.stock[year:] += amount * unit.outstanding[:later]
        if rate and later > 1:
            self.interest[year + 1 :] += amount * rate * unit.outstanding[: later - 1]


def _payments_loans(
    gap: Array, terms: ResidualTerms, change: TermChange, *, refinance: bool
) -> _Loans:
    size = len(gap)
    loans = _Loans.empty(size)
    for k in range(1, size):
        need = gap[k] + change.external_interest[k] + loans.interest[k]
        if refinance:
            need += loans.principal[k] + change.external_principal[k]
        loans.borrow(k, float(need), terms.external(float(change.premium_external[k])))
    return loans


def _fiscal(macro: Macro) -> Array:
    return (macro.other_share - macro.balance_share) * macro.gdp_lcu


def stressed_ledgers(
    base: Ledger,
    calm: Macro,
    shocked: Shocked,
    terms: ResidualTerms,
    *,
    refinance: bool,
) -> tuple[Ledger, Ledger]:
    """Accounts of the external and of the public block under a shock.

    Parameters
    ----------
    base, calm
        Accounts and macroeconomic arrays of the baseline.
    refinance
        Whether the external block refinances principal of its extra loans.

    Notes
    -----
    Without a shock both are the accounts of the baseline, exactly.
    """
    macro, size = shocked.macro, calm.size
    change = shocked.terms or TermChange.none(size)
    payments = None
    if shocked.gap is not None:
        payments = _payments_loans(shocked.gap, terms, change, refinance=refinance)
        if not shocked.own_budget:
            external = _add(base, payments, change)
            return external, replace(external, need=base.need + calm.fx * payments.borrowing)
    abroad, home = _Loans.empty(size), _Loans.empty(size)
    paid = base.external_principal + base.external_interest - base.external_borrowing
    extra = _fiscal(macro) - _fiscal(calm) + (macro.fx - calm.fx) * paid
    for k in range(1, size):
        fx = float(macro.fx[k])
        outside = change.external_principal[k] + change.external_interest[k]
        outside += abroad.principal[k] + abroad.interest[k]
        need = float(
            extra[k] + fx * outside + home.principal[k] + home.interest[k]
            + change.domestic_interest[k]
        )  # fmt: skip
        foreign = terms.external_share * need / fx
        local = need - fx * foreign
        if payments is not None and payments.borrowing[k] > foreign:
            foreign = min(need / fx, float(payments.borrowing[k]))
            local = need - fx * foreign
        nominal = (1 + terms.domestic_real_rate) * (1 + macro.deflator[k]) - 1
        abroad.borrow(k, foreign, terms.external(float(change.premium_external[k])))
        home.borrow(k, local, terms.domestic, float(max(nominal, 0.0) + change.premium_domestic[k]))
    public = _add(base, abroad, change)
    public = replace(
        public,
        domestic_debt=base.domestic_debt + home.stock,
        domestic_principal=base.domestic_principal + home.principal,
        domestic_interest=base.domestic_interest + home.interest + change.domestic_interest,
        domestic_borrowing=base.domestic_borrowing + home.borrowing,
    )
    borrowed = base.need + (macro.fx - calm.fx) * base.external_borrowing
    public = replace(public, need=borrowed + macro.fx * abroad.borrowing + home.borrowing)
    if payments is None:
        return public, public
    return _add(base, payments, change), public


def _add(base: Ledger, loans: _Loans, change: TermChange) -> Ledger:
    return replace(
        base,
        external_debt=base.external_debt + loans.stock - np.cumsum(change.external_principal),
        external_principal=base.external_principal + loans.principal + change.external_principal,
        external_interest=base.external_interest + loans.interest + change.external_interest,
        external_borrowing=base.external_borrowing + loans.borrowing,
        external_value=base.external_value + loans.value + change.external_value,
    )
