r"""Grant element of a loan and of a package, under the conventions of IMF, World Bank and OECD.

With :math:`P_t + I_t` the service of one unit lent and the convention's discount rate r,

.. math:: GE = 100 \Bigl(1 - f - \sum_t \frac{P_t + I_t}{(1 + r)^t}\Bigr),

f being fees and premium paid at signature (0 unless asked for). Conventions:

- ``imf``: r = 5 %, floored at 0 (a loan dearer than 5 % counts at face value); concessional from
  35 %. Unified for IMF and World Bank on 11 October 2013;
- ``dac``: 9, 7 or 6 % for least developed and other low-income, lower and upper middle-income
  countries; aid from 45, 15 or 10 %. Not floored;
- ``dac_1969``: 10 %, aid from 25 %; in force before 2018;
- ``cirr``: the reference rate of the currency plus a margin by maturity, as used before 2013 by
  IMF and World Bank; tied aid must reach 35 % (50 % in least developed countries).

Loans count as disbursed at once; repayments may fall several times a year. The figures of the
conventions are rows of the table ``finance_terms``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from beltroad.errors import InputError, suggest
from beltroad.finance.project import terms
from beltroad.finance.schedule import unit_schedule

__all__ = ["Convention", "GrantElement", "convention", "conventions", "element", "mix"]

_LONGEST = 100


@dataclass(frozen=True)
class Convention:
    """How a grant element is reckoned: rate, floor and the share from which a loan passes."""

    key: str
    title: str
    discount_rate_pct: float
    minimum_pct: float
    floored: bool


@dataclass(frozen=True)
class GrantElement:
    """Grant element of one loan under one convention."""

    convention: Convention
    pct: float
    with_fees_pct: float
    passes: bool


def convention(
    key: str, *, maturity_years: int = 20, cirr_pct: float | None = None, group: str = "lmic"
) -> Convention:
    """Return the convention ``imf``, ``dac_ldc|lmic|umic``, ``dac_1969`` or ``cirr``.

    Raises
    ------
    InputError
        If there is none of that key, or ``cirr`` lacks the reference rate.
    """
    if key == "cirr":
        if cirr_pct is None:
            raise InputError("the convention 'cirr' needs the reference rate; give cirr_pct")
        if not 0 <= cirr_pct <= 60:
            raise InputError(f"reference rate: give 0 to 60 per cent a year, not {cirr_pct:g}")
        _no_fraction("reference rate", cirr_pct)
        bands = ("below_15", "15_to_20", "20_to_30", "from_30")
        place = int(np.searchsorted([15, 20, 30], maturity_years, side="right"))
        margin = terms.value("cirr", f"margin_{bands[place]}_pct")
        least = terms.value("tied_aid", "minimum_ldc_pct" if group == "ldc" else "minimum_pct")
        return Convention("cirr", "reference rate plus margin", cirr_pct + margin, least, False)
    known = terms.conventions()
    if key not in known:
        raise InputError(
            f"no convention {key!r}; one of {', '.join([*known, 'cirr'])}. {suggest(key, known)}"
        )
    return Convention(
        key, known[key], terms.value(key, "discount_rate_pct"),
        terms.value(key, "minimum_grant_element_pct"), key == "imf",
    )  # fmt: skip


def conventions(
    *, group: str | None = None, cirr_pct: float | None = None, maturity_years: int = 20
) -> list[Convention]:
    """All conventions, or those that a country of an income group falls under."""
    keys = [k for k in terms.conventions() if group is None or not k.startswith("dac_")
            or k in (f"dac_{group}", "dac_1969")]  # fmt: skip
    found = [convention(k) for k in keys]
    if cirr_pct is not None:
        found.append(convention("cirr", maturity_years=maturity_years, cirr_pct=cirr_pct,
                                group=group or "lmic"))  # fmt: skip
    return found


def element(
    rule: Convention,
    interest_pct: float,
    maturity_years: int,
    grace_years: int = 0,
    *,
    kind: str = "equal_principal",
    fees_pct: float = 0.0,
    per_year: int = 1,
) -> GrantElement:
    """Grant element of a loan that is disbursed at once.

    Parameters
    ----------
    fees_pct
        Fees and premium paid at signature, per cent of the loan.
    per_year
        Repayments a year: 1 (LIC-DSF, and the default), 2 or 4; the discount rate is a yearly
        one, interest is paid in equal parts.

    Raises
    ------
    InputError
        If a term is out of range.
    """
    if not 0 <= interest_pct < 100:
        raise InputError(f"interest must be from 0 to below 100 per cent, not {interest_pct:g}")
    if not 1 <= maturity_years <= _LONGEST:
        raise InputError(f"maturity must be from 1 to {_LONGEST} years, not {maturity_years}")
    if not 0 <= grace_years < maturity_years:
        raise InputError(
            f"grace must be from 0 to below the maturity of {maturity_years} years, "
            f"not {grace_years}"
        )
    if per_year not in (1, 2, 4, 12):
        raise InputError(f"repayments a year must be 1, 2, 4 or 12, not {per_year}")
    if not 0 <= fees_pct < 100:
        raise InputError(f"fees must be from 0 to below 100 per cent of the loan, not {fees_pct:g}")
    for name, value in (("interest", interest_pct), ("fees", fees_pct)):
        _no_fraction(name, value)
    principal, interest = unit_schedule(
        interest_pct / 100 / per_year, maturity_years * per_year, grace_years * per_year, kind
    )
    times = np.arange(1, maturity_years * per_year + 1) / per_year
    worth = float((principal + interest) @ (1 + rule.discount_rate_pct / 100) ** -times)
    plain, loaded = 100 * (1 - worth), 100 * (1 - worth) - fees_pct
    if rule.floored:
        plain, loaded = max(0.0, plain), max(0.0, loaded)
    return GrantElement(rule, plain, loaded, loaded >= rule.minimum_pct)


def _no_fraction(name: str, value: float) -> None:
    if 0 < value < 0.1:
        raise InputError(
            f"{name} of {value:g} per cent looks like a fraction; write {100 * value:g} for "
            f"{100 * value:g} %"
        )


def mix(amounts: list[float], elements_pct: list[float]) -> float:
    """Grant element of a package: the parts weighted by amount; NaN where there is nothing."""
    total = sum(amounts)
    if total <= 0:
        return float("nan")
    return sum(a * e for a, e in zip(amounts, elements_pct, strict=True)) / total
