"""Price bases: which amounts may stand in one sum, and the way from one basis to another.

Current dollars of different years, constant dollars and amounts in another currency are different
things. Converting them takes a deflator or a rate that the user names; none is bundled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd

from beltroad.errors import InputError
from beltroad.finance.invest.periods import is_year

__all__ = ["by_currency", "deflated", "in_dollars", "price_year"]

_CONSTANT = re.compile(r"constant (\d{4}) USD", re.ASCII)


def price_year(basis: str) -> int | None:
    """Year whose prices are meant, None for current dollars.

    Raises
    ------
    InputError
        If the basis is not worded in one of the two known ways.
    """
    if basis == "current USD":
        return None
    if found := _CONSTANT.fullmatch(basis):
        return int(found[1])
    raise InputError(f"price basis {basis!r:.40}: write 'current USD' or 'constant 2021 USD'")


def deflated(rows: pd.DataFrame, deflator: Mapping[int, float], base: int) -> pd.DataFrame:
    r"""Rows in current dollars, put into dollars of one year.

    .. math:: v_{base} = v_t \, D_{base} / D_t

    Parameters
    ----------
    rows
        Ledger rows in current USD. Stocks are deflated by the year of their date, which is a
        convention: what was invested earlier had other prices.
    deflator
        Price index by year, any base.
    base
        Year whose prices the result is in.

    Raises
    ------
    InputError
        If rows are not in current dollars, span several years, or a year has no deflator.
    """
    if wrong := sorted(set(rows["price_basis"]) - {"current USD"}):
        raise InputError(f"price basis {wrong[0]!r}: only current USD can be deflated")
    if any(not is_year(p) for p in rows["period"][rows["measure"] != "stock"]):
        raise InputError("a period longer or shorter than a year has no single deflator")
    years = sorted({*(int(y) for y in rows["year"]), base})
    lacking = [year for year in years if not deflator.get(year, 0.0) > 0]
    if lacking:
        raise InputError(f"deflator: no value above 0 for {', '.join(map(str, lacking))}")
    factor = np.array([deflator[base] / deflator[int(year)] for year in rows["year"]])
    return rows.assign(
        value_usd_mn=rows["value_usd_mn"] * factor, price_basis=f"constant {base} USD"
    )


def by_currency(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows once for each currency that they are published in, so that each can be compared.

    Returns
    -------
    DataFrame
        Ledger rows with a column ``value_mn`` in the currency of ``price_basis``, which is
        ``current CNY`` for an amount published in yuan.
    """
    own = rows[rows["own_value_mn"].notna()]
    own = own.assign(price_basis="current " + own["own_currency"], value_mn=own["own_value_mn"])
    rest = rows[rows["value_usd_mn"].notna() | rows["own_value_mn"].isna()]
    both = pd.concat([rest.assign(value_mn=rest["value_usd_mn"]), own], ignore_index=True)
    return both.astype({"value_mn": float})


def in_dollars(rows: pd.DataFrame, rates: Mapping[int, float], currency: str) -> pd.DataFrame:
    """Fill in dollars where only another currency was published; marked as imputed.

    Parameters
    ----------
    rates
        Units of ``currency`` for one dollar, average of each year.

    Raises
    ------
    InputError
        If a rate is missing or not above zero.
    """
    wanted = rows["value_usd_mn"].isna() & (rows["own_currency"] == currency)
    lacking = sorted({int(y) for y in rows.loc[wanted, "year"]
                      if not rates.get(int(y), 0.0) > 0})  # fmt: skip
    if lacking:
        raise InputError(f"{currency} per USD: no rate above 0 for {', '.join(map(str, lacking))}")
    out = rows.copy()
    years = rows.loc[wanted, "year"].astype(int)
    out.loc[wanted, "value_usd_mn"] = rows.loc[wanted, "own_value_mn"] / years.map(rates)
    out.loc[wanted, "status"] = "imputed"
    out.loc[wanted, "note"] = [
        f"{note}; " * bool(note) + f"converted at {rates[year]:g} {currency} per USD"
        for note, year in zip(rows.loc[wanted, "note"], years, strict=True)
    ]
    return out
