"""Fiscal rules of prepared inputs: the balance in the long run, and flows beside the budget."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beltroad.finance.debt.inputs.book import RULE, Book

__all__ = ["FLOW_THRESHOLD_PCT", "fiscal"]

Array = NDArray[np.float64]
BALANCE_YEARS = 5
FLOW_THRESHOLD_PCT = 3.0
"""Yearly average, in per cent of GDP, from which flows beside the budget are taken over."""


def fiscal(book: Book, outlook_debt_pct: Array) -> list[tuple[str, str, str]]:
    """Extend the primary balance; take over large flows beside the budget.

    Parameters
    ----------
    outlook_debt_pct
        Public debt over GDP as its source projects it, on the years of the ledger; NaN where it
        does not.
    """
    gaps = _other_flows(book, outlook_debt_pct)
    _primary_balance(book, outlook_debt_pct)
    return gaps


def _nominal_growth(book: Book) -> Array:
    real, price = book.get("real_growth_pct") / 100, book.get("deflator_growth_pct") / 100
    return np.asarray((1 + real) * (1 + price) - 1)


def _primary_balance(book: Book, debt: Array) -> None:
    """From the last projection to the balance that keeps the debt ratio, over five years.

    A surplus or deficit kept for good would drive debt below zero or out of bounds for no reason
    but the rule. With d the debt ratio of the last projected year, i its interest over the debt a
    year before and n nominal growth, the balance d (i - n) / (1 + n) keeps d.
    """
    name = "primary_balance_pct_gdp"
    last = book.last_known(name)
    if not last:
        return
    begin = book.at(name, last)
    k = last - int(book.years[0])
    bill = begin - book.at("net_lending_pct_gdp", last)
    growth = _nominal_growth(book)
    if np.isfinite(bill) and np.isfinite(debt[k]) and np.isfinite(debt[k - 1]) and debt[k - 1] > 0:
        rate = bill * (1 + growth[k]) / debt[k - 1]
        goal = debt[k] * (rate - growth) / (1 + growth)
        what = "to the balance that keeps the debt ratio"
    else:
        goal, what = np.full(len(book.years), begin), "last value, held"
    step = np.clip((book.years - last) / BALANCE_YEARS, 0, 1)
    book.put(name, begin + (goal - begin) * step, "assumed", f"{RULE}{what}", first=last + 1)


def _other_flows(book: Book, debt: Array) -> list[tuple[str, str, str]]:
    """Flows that the source's debt path implies beside deficit, growth and the exchange rate.

    Governments that spend from a fund or borrow to fill one show large ones; only averages above
    the threshold are taken over, so that the debt path stays our own everywhere else.
    """
    years, gdp = book.years, book.get("gdp_usd_mn")
    ahead = (years >= book.start) & (years <= book.last_known("net_lending_pct_gdp"))
    before = np.concatenate([[np.nan], debt[:-1]])
    base = book.start - 1
    total = book.at("public_debt_pct_gdp", base)
    abroad = 100 * book.at("external_ppg_debt_usd_mn", base) / book.at("gdp_usd_mn", base)
    part = min(abroad / total, 1.0) if total > 0 else 0.0
    home = before * (1 - part) / (1 + _nominal_growth(book))
    foreign = before * part * np.concatenate([[np.nan], gdp[:-1]]) / gdp
    flows = debt - home - foreign + book.get("net_lending_pct_gdp")
    window = ahead & np.isfinite(flows)
    if window.sum() < 3 or abs(float(np.mean(flows[window]))) <= FLOW_THRESHOLD_PCT:
        return []
    mean = float(np.mean(flows[window]))
    name = "other_debt_flows_pct_gdp"
    source = f"{RULE}debt path of weo_2024_04 less deficit, growth and exchange rate"
    book.put(name, np.where(window, flows, np.nan), "imputed", source)
    end = int(years[window][-1])
    fade = float(flows[years == end][0]) * (1 - np.clip((years - end) / BALANCE_YEARS, 0, 1))
    book.put(name, fade, "assumed", f"{RULE}flow of {end}, fading as the balance adjusts",
             first=end + 1)  # fmt: skip
    return [
        (name, f"flows beside the budget average {mean:.1f} % of GDP a year in the source's path",
         "they are taken over; the check of our debt path against the source's says nothing here")
    ]  # fmt: skip
