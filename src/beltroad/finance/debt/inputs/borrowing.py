"""Terms of today's debt and of new borrowing, worked out from open figures of one country.

No open table gives the service schedule of a country's public debt. Two figures bound it: the
service paid over the stock (its pace) and the World Bank's present value over the face value (its
concessionality). With equal repayment over M years at the rate i, the service of the first year is
a share s = i + 1/M of the stock, and the present value at five per cent follows from i and M; the
two equations are solved for i and M.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beltroad.finance.debt.inputs.book import RULE, Book
from beltroad.finance.debt.model import Instrument
from beltroad.finance.schedule import unit_schedule

__all__ = [
    "Borrowing",
    "Terms",
    "existing_terms",
    "instruments",
    "present_value_pct",
    "solve_terms",
]

Array = NDArray[np.float64]
DISCOUNT_PCT = 5.0
SERVICE_YEARS = 5
MATURITY_BOUNDS = (4, 40)
FALLBACK_INTEREST_PCT = {"official": 1.8, "private": 4.3}
"""Medians over the countries of debt_terms, 2019-2023, where a country has no figure."""
# Maturity and grace of new loans: conventions (no open table by country), see the document.
OFFICIAL_TERMS = {"lic": (25, 6), "market": (18, 5)}
PRIVATE_TERMS = (10, 5)
DOMESTIC_YEARS = {"lic": 4, "market": 6}
MOST_REAL_PCT = 10.0
"""Interest on domestic debt is kept between zero and this much above inflation."""
LEAST_DOMESTIC_PCT_GDP = 3.0


@dataclass(frozen=True)
class Terms:
    """A value of a setting with its kind and source."""

    value: float
    kind: str
    source: str


@dataclass(frozen=True)
class Borrowing:
    """How a country borrows: settings of today's debt, interest on new domestic debt, lenders.

    ``private_share`` is the share of private creditors in new external borrowing whose average
    interest agrees with that of today's debt.
    """

    settings: Mapping[str, Terms]
    new_domestic: Terms
    private_share: float


def _value(interest_pct: float, maturity: int) -> float:
    """Present value of one unit at five per cent, equal principal, never above face."""
    principal, interest = unit_schedule(interest_pct / 100, maturity)
    factor = (1 + DISCOUNT_PCT / 100) ** -np.arange(1, maturity + 1)
    return min(float((principal + interest) @ factor), 1.0)


def _maturity(service_share: float, interest_pct: float) -> int:
    low, high = MATURITY_BOUNDS
    pace = service_share - interest_pct / 100
    return high if pace <= 1 / high else int(np.clip(round(1 / pace), low, high))


def solve_terms(
    service_share: float, value_share: float, low_pct: float, high_pct: float
) -> tuple[float, int]:
    """Interest (per cent, within bounds) and years that fit a service and a present value.

    Parameters
    ----------
    service_share
        Service of a year over the stock at its beginning, fraction.
    value_share
        Present value over face value, fraction; NaN takes the middle of the bounds.
    low_pct, high_pct
        Bounds of the interest, per cent.
    """
    grid = np.linspace(low_pct, high_pct, 41)
    if np.isnan(value_share):
        rate = float(grid[20])
    else:
        misses = [abs(_value(i, _maturity(service_share, i)) - value_share) for i in grid]
        rate = float(grid[int(np.argmin(misses))])
    return rate, _maturity(service_share, rate)


def service_share(book: Book) -> float:
    """Mean of service over the stock a year before, last five years; NaN if not known."""
    service, stock = book.get("external_ppg_service_usd_mn"), book.get("external_ppg_debt_usd_mn")
    ratio = service[1:] / np.where(stock[:-1] > 0, stock[:-1], np.nan)
    window = (book.years[1:] >= book.start - SERVICE_YEARS) & (book.years[1:] < book.start)
    known = ratio[window & np.isfinite(ratio)]
    return float(np.mean(known)) if len(known) else float("nan")


def present_value_pct(book: Book) -> float:
    """Present value of public external debt over its face value, per cent; NaN if not known.

    The World Bank's present value is published over GNI for one year. It is set against public
    external debt, not all external debt: for country after country it fits the former alone.
    """
    value, total = book.get("external_debt_pv_pct_gni"), book.get("external_debt_pct_gni")
    known = np.flatnonzero(np.isfinite(value) & np.isfinite(total) & (total > 0))
    base = book.start - 1
    debt = book.at("external_debt_usd_mn", base)
    public = book.at("external_ppg_debt_usd_mn", base)
    if not len(known) or not np.isfinite(debt) or not public > 0:
        return float("nan")
    k = int(known[-1])
    return float(np.clip(100 * value[k] / total[k] * debt / public, 20, 100))


def _rate(known: Mapping[str, float], group: str, when: str) -> tuple[float, str, str]:
    """Average interest of a class of creditors, with kind and source."""
    other = {"new": "stock", "stock": "new"}[when]
    for name in (f"{group}_{when}", f"{group}_{other}"):
        if name in known:
            return known[name], "imputed", f"ids_DT.INR {name}"
    return FALLBACK_INTEREST_PCT[group], "assumed", f"{RULE}median of all countries"


def existing_terms(
    book: Book, outlook_debt_pct: Array, interest: Mapping[str, float], framework: str
) -> Borrowing:
    """Terms of today's and of new debt.

    Parameters
    ----------
    outlook_debt_pct
        Public debt over GDP as its source projects it, on the years of the ledger, per cent.
    interest
        Average interest by class of creditor and period (``official_stock``, …), per cent.
    """
    official, _, _ = _rate(interest, "official", "stock")
    borrows = any(name.startswith("private") for name in interest)
    private = max(_rate(interest, "private", "stock")[0], official) if borrows else official
    share, value = service_share(book), present_value_pct(book)
    if np.isfinite(share):
        rate, years = solve_terms(share, value / 100, official, private)
        why = "service over stock 2019-2023"
        why += " and present value over face" if np.isfinite(value) else ""
        kind = "imputed"
    else:
        rate, years = official, OFFICIAL_TERMS[framework][0] // 2
        kind, why = "assumed", "half the maturity of new official loans"
    spread = private - official
    private_share = (rate - official) / spread if spread > 1e-9 else 0.0
    out = {
        "existing_external_interest_pct": Terms(round(rate, 3), kind, f"{RULE}{why}"),
        "existing_external_maturity_years": Terms(float(years), kind, f"{RULE}{why}"),
    }
    if np.isfinite(value):
        out["pv_external_pct_of_face"] = Terms(
            round(value, 2), "imputed", "wdi_DT.DOD.PVLX.GN.ZS over public external debt"
        )
    domestic, new_domestic = _domestic(book, outlook_debt_pct, rate, framework)
    out |= domestic
    share_abroad = external_share_pct(book, out)
    out["residual_external_share_pct"] = Terms(
        round(share_abroad, 2), "imputed", f"{RULE}external share of gross borrowing"
    )
    return Borrowing(out, new_domestic, private_share)


def _implied_domestic_pct(
    book: Book, outlook_debt_pct: Array, external_rate_pct: float, first: int, last: int
) -> tuple[float, float, float]:
    """Interest on domestic debt that fiscal balances imply, mean of some years; price growth too.

    The interest bill of a year is the primary less the overall balance. What external debt costs
    comes off; the rest is set against domestic debt a year before.

    Returns
    -------
    bounded interest, unbounded interest, growth of the deflator, all in per cent.
    """
    base = book.start - 1
    years = book.years
    abroad = 100 * book.at("external_ppg_debt_usd_mn", base) / book.at("gdp_usd_mn", base)
    total = book.at("public_debt_pct_gdp", base)
    part = min(abroad / total, 1.0) if total > 0 else 1.0
    gdp = book.get("gdp_usd_mn")
    bill = book.get("primary_balance_pct_gdp") - book.get("net_lending_pct_gdp")
    debt = np.where(years < book.start, book.get("public_debt_pct_gdp"), outlook_debt_pct)
    before = np.concatenate([[np.nan], debt[:-1]])
    dollars = np.concatenate([[np.nan], gdp[:-1]]) / np.where(gdp > 0, gdp, np.nan)
    nominal = (1 + book.get("real_growth_pct") / 100) * (1 + book.get("deflator_growth_pct") / 100)
    window = (years >= first) & (years <= last)
    prices = book.get("deflator_growth_pct")[window]
    price = float(np.mean(prices[np.isfinite(prices)])) if np.isfinite(prices).any() else 0.0
    known = window & np.isfinite(bill) & (before * (1 - part) > LEAST_DOMESTIC_PCT_GDP)
    if not known.any():
        return float("nan"), float("nan"), price
    home = (before * (1 - part) / nominal)[known]
    abroad_bill = (external_rate_pct / 100 * part * before * dollars)[known]
    raw = float(np.mean(100 * (bill[known] - abroad_bill) / home))
    return float(np.clip(raw, 0.0, max(price, 0.0) + MOST_REAL_PCT)), raw, price


def _domestic(
    book: Book, outlook_debt_pct: Array, external_rate_pct: float, framework: str
) -> tuple[dict[str, Terms], Terms]:
    """Settings of domestic debt, and interest on new one, from interest bills of the outlook."""
    years = DOMESTIC_YEARS[framework]
    start = book.start
    rates, price = [], 0.0
    for first, last in ((start, start + 1), (start + 3, start + 5)):
        rate, raw, price = _implied_domestic_pct(
            book, outlook_debt_pct, external_rate_pct, first, last
        )
        if np.isfinite(rate):
            why = f"interest bills of {first}-{last} less external interest, over domestic debt"
            why += "" if abs(raw - rate) < 1e-9 else f" (bounded; unbounded {raw:.1f})"
            rates.append(Terms(round(rate, 3), "imputed", RULE + why))
        else:
            why = f"two points above inflation of {first}-{last}"
            rates.append(Terms(round(max(price, 0.0) + 2, 3), "assumed", RULE + why))
    today, new = rates
    real = float(np.clip(new.value - price, 0, 15))
    return {
        "existing_domestic_interest_pct": today,
        "existing_domestic_maturity_years": Terms(
            float(years), "assumed", f"{RULE}equal repayment in {years} years"
        ),
        "residual_domestic_real_interest_pct": Terms(
            round(real, 3), "imputed", f"{RULE}interest on new domestic debt less inflation"
        ),
    }, new


def external_share_pct(book: Book, settings: Mapping[str, Terms]) -> float:
    """Share of gross borrowing raised abroad that keeps the composition of today's debt.

    Net borrowing is split as the debt is; each side also refinances what falls due. Averages over
    t to t+4 as shares of GDP.
    """
    base = book.start - 1
    abroad = 100 * book.at("external_ppg_debt_usd_mn", base) / book.at("gdp_usd_mn", base)
    total = book.at("public_debt_pct_gdp", base)
    part = min(abroad / total, 1.0) if total > 0 else 1.0
    ahead = (book.years >= book.start) & (book.years < book.start + 5)
    deficit = -book.get("net_lending_pct_gdp")[ahead]
    net = max(float(np.nanmean(deficit)), 0.0) if np.isfinite(deficit).any() else 0.0
    due_abroad = abroad / settings["existing_external_maturity_years"].value
    due_home = max(total - abroad, 0.0) / settings["existing_domestic_maturity_years"].value
    whole = net + due_abroad + due_home
    return 100 * (part * net + due_abroad) / whole if whole > 0 else 100 * part


def instruments(
    book: Book,
    interest: Mapping[str, float],
    terms: Borrowing,
    framework: str,
    market_access: bool,
) -> tuple[Instrument, ...]:
    """New borrowing of the baseline: official and private lenders abroad, and domestic debt."""
    abroad = external_share_pct(book, terms.settings)
    private_share = terms.private_share
    private = private_share if market_access or framework == "market" else 0.0
    out = []
    for group, share, (years, grace) in (
        ("official", 1 - private, OFFICIAL_TERMS[framework]),
        ("private", private, PRIVATE_TERMS),
    ):
        if share * abroad < 0.01:
            continue
        rate, kind, source = _rate(interest, group, "new")
        out.append(
            Instrument(
                f"external, {group}", f"{group} creditors", "USD", round(rate, 3), years, grace,
                round(share * abroad, 4),
                f"{source}; {RULE}maturity and grace by convention", kind,
            )
        )  # fmt: skip
    rest = round(100 - sum(each.share_pct for each in out), 4)
    if rest > 0:
        out.append(
            Instrument(
                "domestic", "domestic market", "LCU",
                terms.new_domestic.value,
                int(terms.settings["existing_domestic_maturity_years"].value), 0, rest,
                terms.new_domestic.source, terms.new_domestic.kind,
            )
        )  # fmt: skip
    return tuple(out)
