"""What an equilibrium means: real income, trade, and where the gain comes from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from beltroad.trade.calibration import Array, Calibration
from beltroad.trade.equilibrium import Equilibrium

__all__ = [
    "bilateral_trade",
    "country_results",
    "decomposition",
    "industry_results",
    "wage_bills",
    "world_totals",
]


def _border(calibration: Calibration) -> Array:
    """One where a flow crosses a border, zero for own sales; ``[importer, exporter]``."""
    return 1.0 - np.eye(len(calibration.economies))


def _percent(after: Array, before: Array) -> Array:
    """Percent change; NaN where there was nothing before."""
    nan = np.full(np.shape(after), np.nan)
    ratio = np.divide(after, before, out=nan, where=np.asarray(before) > 0)
    return np.asarray(100.0 * (ratio - 1.0))


def _ln_consumer_price(calibration: Calibration, equilibrium: Equilibrium) -> Array:
    return np.asarray((calibration.alpha * equilibrium.ln_price).sum(axis=1))


def _delivered(equilibrium: Equilibrium) -> Array:
    """Value the quantities that arrive at old prices, USD ``[industry, importer, exporter]``."""
    price = np.exp(equilibrium.ln_cost.T)[:, None, :] * equilibrium.cost_change
    return np.asarray(equilibrium.trade_usd / price)


def country_results(calibration: Calibration, equilibrium: Equilibrium) -> pd.DataFrame:
    """Real income, real wage and trade of each economy.

    Returns
    -------
    DataFrame
        Index ``iso3``. Changes in percent, money in USD of the base year with world value added
        as numeraire:

        - ``real_income_change_pct``: exact change of final spending (income after the bill)
          over the price index of final demand; ``real_income_change_usd`` the same times base
          income (the equivalent variation at base prices);
        - ``real_income_before_bill_change_pct``: the same before the infrastructure bill and
          without what others pay in;
        - ``real_wage_change_pct``: value added per unit of factors over the same price index;
        - ``exports_change_pct``, ``imports_change_pct``: value of goods and services across
          borders; ``*_volume_change_pct``: quantities that arrive, at base prices;
        - ``income_usd``, ``exports_usd``, ``imports_usd``: before the change;
        - ``bill_usd``, ``bill_received_usd``: the bill, after the change.
    """
    border = _border(calibration)
    old, new = calibration.trade_usd * border, equilibrium.trade_usd * border
    volume = _delivered(equilibrium) * border
    deflator = np.exp(_ln_consumer_price(calibration, equilibrium))
    income = calibration.income
    real = equilibrium.income / income / deflator
    gross = equilibrium.income + equilibrium.bill_paid - equilibrium.bill_received
    exports, imports = old.sum(axis=(0, 1)), old.sum(axis=(0, 2))
    return pd.DataFrame(
        {
            "real_income_change_pct": 100.0 * (real - 1.0),
            "real_income_change_usd": income * (real - 1.0),
            "real_income_before_bill_change_pct": 100.0 * (gross / income / deflator - 1.0),
            "real_wage_change_pct": 100.0 * (np.exp(equilibrium.ln_wage) / deflator - 1.0),
            "exports_change_pct": _percent(new.sum(axis=(0, 1)), exports),
            "imports_change_pct": _percent(new.sum(axis=(0, 2)), imports),
            "exports_volume_change_pct": _percent(volume.sum(axis=(0, 1)), exports),
            "imports_volume_change_pct": _percent(volume.sum(axis=(0, 2)), imports),
            "income_usd": income,
            "exports_usd": exports,
            "imports_usd": imports,
            "bill_usd": equilibrium.bill_paid,
            "bill_received_usd": equilibrium.bill_received,
        },
        index=pd.Index(calibration.economies, name="iso3"),
    )


def decomposition(calibration: Calibration, equilibrium: Equilibrium) -> pd.DataFrame:
    """First-order sources of the change of real income, beside the exact change.

    The formula of Caliendo and Parro (2015) extended by iceberg costs and the bill, with relative
    changes (new over old less one) at their full size, as published. The parts add up to
    ``first_order_pct``, which meets the exact change as the shock goes to zero and not
    otherwise; the difference is shown.

    Returns
    -------
    DataFrame
        Index ``iso3``; percent of base income: ``terms_of_trade_pct``, ``volume_of_trade_pct``
        (tariff revenue), ``iceberg_efficiency_pct`` (goods no longer lost on the way to the
        country), ``bill_pct``, ``deficit_pct``, ``first_order_pct``, ``exact_pct``,
        ``higher_order_pct``.
    """
    flow = calibration.trade_usd
    income = calibration.income
    cost = np.expm1(equilibrium.ln_cost.T)  # industry, country
    iceberg = equilibrium.cost_change - 1.0
    bought_at = (flow * cost[:, None, :]).sum(axis=(0, 2))
    terms = (flow.sum(axis=1) * cost).sum(axis=0) - bought_at
    efficiency = -(flow * iceberg).sum(axis=(0, 2))
    growth = np.divide(equilibrium.trade_usd, flow, out=np.ones_like(flow), where=flow > 0) - 1.0
    taxed = (calibration.tariff - 1.0) * flow
    volume = (taxed * (growth - cost[:, None, :] - iceberg)).sum(axis=(0, 2))
    bill = equilibrium.bill_received - equilibrium.bill_paid
    deficit = equilibrium.deficit - calibration.deficit
    parts = {
        "terms_of_trade_pct": terms,
        "volume_of_trade_pct": volume,
        "iceberg_efficiency_pct": efficiency,
        "bill_pct": bill,
        "deficit_pct": deficit,
    }
    table = pd.DataFrame(
        {name: 100.0 * part / income for name, part in parts.items()},
        index=pd.Index(calibration.economies, name="iso3"),
    )
    table["first_order_pct"] = table.sum(axis=1)
    real = equilibrium.income / income / np.exp(_ln_consumer_price(calibration, equilibrium))
    table["exact_pct"] = 100.0 * (real - 1.0)
    table["higher_order_pct"] = table["exact_pct"] - table["first_order_pct"]
    return table


def bilateral_trade(
    calibration: Calibration, equilibrium: Equilibrium, *, goods_only: bool = False
) -> pd.DataFrame:
    """Trade of every pair before and after, all industries or goods only.

    Returns
    -------
    DataFrame
        ``exporter, importer, before_usd, after_usd, change_usd, change_pct,
        volume_change_pct``; own sales left out; sorted by exporter and importer.
    """
    keep = calibration.goods if goods_only else np.ones(len(calibration.industries), dtype=bool)
    old = calibration.trade_usd[keep].sum(axis=0).T
    new = equilibrium.trade_usd[keep].sum(axis=0).T
    volume = _delivered(equilibrium)[keep].sum(axis=0).T
    pairs = pd.MultiIndex.from_product(
        [calibration.economies, calibration.economies], names=["exporter", "importer"]
    )
    table = pd.DataFrame(
        {
            "before_usd": old.ravel(),
            "after_usd": new.ravel(),
            "change_usd": (new - old).ravel(),
            "change_pct": _percent(new, old).ravel(),
            "volume_change_pct": _percent(volume, old).ravel(),
        },
        index=pairs,
    ).reset_index()
    return table[table["exporter"] != table["importer"]].reset_index(drop=True)


def industry_results(calibration: Calibration, equilibrium: Equilibrium) -> pd.DataFrame:
    """Output, exports and imports by economy and industry, before and after, USD.

    Returns
    -------
    DataFrame
        ``iso3, industry, output_before_usd, output_after_usd, output_change_pct,
        exports_before_usd, exports_after_usd, imports_before_usd, imports_after_usd``.
    """
    border = _border(calibration)
    old, new = calibration.trade_usd * border, equilibrium.trade_usd * border
    index = pd.MultiIndex.from_product(
        [calibration.economies, calibration.industries], names=["iso3", "industry"]
    )
    return pd.DataFrame(
        {
            "output_before_usd": calibration.sales.ravel(),
            "output_after_usd": equilibrium.sales.ravel(),
            "output_change_pct": _percent(equilibrium.sales, calibration.sales).ravel(),
            "exports_before_usd": old.sum(axis=1).T.ravel(),
            "exports_after_usd": new.sum(axis=1).T.ravel(),
            "imports_before_usd": old.sum(axis=2).T.ravel(),
            "imports_after_usd": new.sum(axis=2).T.ravel(),
        },
        index=index,
    ).reset_index()


def wage_bills(calibration: Calibration, equilibrium: Equilibrium | None = None) -> pd.DataFrame:
    """Value added by industry (rows) and economy (columns ``iso3``), USD.

    The model has one factor, mobile between the industries of an economy at one wage: what an
    industry pays it, over the wage, is its labour. Without an equilibrium that of the accounts.
    """
    sales = calibration.sales if equilibrium is None else equilibrium.sales
    return pd.DataFrame(
        (calibration.beta * sales).T,
        index=pd.Index(calibration.industries, name="industry"),
        columns=pd.Index(calibration.economies, name="iso3"),
    )


def world_totals(
    calibration: Calibration, equilibrium: Equilibrium, members: list[str] | None = None
) -> pd.Series[float]:
    """Totals over all economies, or over ``members`` (with their trade with everybody).

    Returns
    -------
    Series
        ``income_usd``, ``real_income_change_usd``, ``real_income_change_pct`` (weighted by base
        income), ``exports_usd``, ``exports_change_pct``, ``exports_volume_change_pct``,
        ``bill_usd``.
    """
    table = country_results(calibration, equilibrium)
    if members is not None:
        table = table.loc[[calibration.economies[calibration.economy(m)] for m in members]]
    income, exports = table["income_usd"].sum(), table["exports_usd"].sum()
    gain = table["real_income_change_usd"].sum()

    def weighted(column: str) -> float:
        return float((table[column].fillna(0.0) * table["exports_usd"]).sum() / exports)

    return pd.Series(
        {
            "income_usd": income,
            "real_income_change_usd": gain,
            "real_income_change_pct": 100.0 * gain / income,
            "exports_usd": exports,
            "exports_change_pct": weighted("exports_change_pct"),
            "exports_volume_change_pct": weighted("exports_volume_change_pct"),
            "bill_usd": table["bill_usd"].sum(),
        }
    )
