"""From accounts to the labelled table of a debt path, with the indicators of the framework."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.finance.debt.dynamics.ledger import Ledger
from beltroad.finance.debt.dynamics.macro import Macro
from beltroad.finance.debt.model import DebtPath

__all__ = ["COLUMNS", "debt_path"]

COLUMNS: dict[str, str] = {
    "pv_external_to_gdp_pct": "%",
    "pv_external_to_exports_pct": "%",
    "service_external_to_exports_pct": "%",
    "service_external_to_revenue_pct": "%",
    "pv_public_to_gdp_pct": "%",
    "gdp_usd_mn": "USD million",
    "gdp_lcu_mn": "million of a local unit worth one USD at t-1",
    "real_growth_pct": "%",
    "deflator_growth_pct": "%",
    "exchange_rate": "local units per USD, 1 at t-1",
    "depreciation_pct": "% more local currency per USD",
    "exports_usd_mn": "USD million",
    "imports_usd_mn": "USD million",
    "current_account_usd_mn": "USD million, as in the inputs, shocks added",
    "fdi_net_usd_mn": "USD million",
    "revenue_pct_gdp": "% of GDP",
    "primary_balance_pct_gdp": "% of GDP",
    "other_debt_flows_pct_gdp": "% of GDP",
    "external_ppg_debt_usd_mn": "USD million",
    "external_private_debt_usd_mn": "USD million",
    "external_debt_pct_gdp": "% of GDP, public part",
    "public_debt_pct_gdp": "% of GDP",
    "domestic_debt_pct_gdp": "% of GDP",
    "external_principal_usd_mn": "USD million",
    "external_interest_usd_mn": "USD million",
    "external_service_usd_mn": "USD million",
    "external_borrowing_usd_mn": "USD million",
    "project_loans_usd_mn": "USD million, disbursed by a package of projects",
    "pv_external_usd_mn": "USD million",
    "domestic_principal_pct_gdp": "% of GDP",
    "domestic_interest_pct_gdp": "% of GDP",
    "domestic_borrowing_pct_gdp": "% of GDP",
    "fiscal_external_debt_usd_mn": "USD million, external part of public debt in the public block",
    "fiscal_external_interest_usd_mn": "USD million, likewise",
    "public_service_pct_gdp": "% of GDP",
    "gross_financing_need_pct_gdp": "% of GDP",
    "gross_borrowing_usd_mn": "USD million",
}
"""Columns of a path's table and their units."""


def debt_path(
    iso3: str,
    scenario: str,
    first_year: int,
    external_block: tuple[Macro, Ledger],
    public_block: tuple[Macro, Ledger],
    projects: NDArray[np.float64] | None = None,
) -> DebtPath:
    """The table of one scenario.

    The external block (USD; extra need from the balance of payments in a stress test) and the
    public block (local currency; extra need from the budget) are one in the baseline. Growth, GDP
    in USD, trade, investment and revenue are those of the external block; GDP, prices, exchange
    rate and balance in local currency those of the public block. ``projects`` are loans of a
    package, disbursed by year.
    """
    macro, external = external_block
    budget, public = public_block
    gdp, fx = budget.gdp_lcu, budget.fx
    revenue_usd = macro.revenue_share * macro.gdp_usd
    service = external.external_principal + external.external_interest
    public_debt = fx * public.external_debt + public.domestic_debt
    public_value = fx * public.external_value + public.domestic_debt
    public_service = (
        fx * (public.external_principal + public.external_interest)
        + public.domestic_principal
        + public.domestic_interest
    )
    borrowed = public.external_borrowing + public.domestic_borrowing / fx
    depreciation = np.concatenate([[np.nan], fx[1:] / fx[:-1] - 1])
    columns = {
        "pv_external_to_gdp_pct": 100 * external.external_value / macro.gdp_usd,
        "pv_external_to_exports_pct": 100 * external.external_value / macro.exports,
        "service_external_to_exports_pct": 100 * service / macro.exports,
        "service_external_to_revenue_pct": 100 * service / revenue_usd,
        "pv_public_to_gdp_pct": 100 * public_value / gdp,
        "gdp_usd_mn": macro.gdp_usd,
        "gdp_lcu_mn": gdp,
        "real_growth_pct": 100 * macro.growth,
        "deflator_growth_pct": 100 * budget.deflator,
        "exchange_rate": fx,
        "depreciation_pct": 100 * depreciation,
        "exports_usd_mn": macro.exports,
        "imports_usd_mn": macro.imports,
        "current_account_usd_mn": macro.current_account,
        "fdi_net_usd_mn": macro.fdi,
        "revenue_pct_gdp": 100 * macro.revenue_share,
        "primary_balance_pct_gdp": 100 * budget.balance_share,
        "other_debt_flows_pct_gdp": 100 * budget.other_share,
        "external_ppg_debt_usd_mn": external.external_debt,
        "external_private_debt_usd_mn": macro.private_debt,
        "external_debt_pct_gdp": 100 * external.external_debt / macro.gdp_usd,
        "public_debt_pct_gdp": 100 * public_debt / gdp,
        "domestic_debt_pct_gdp": 100 * public.domestic_debt / gdp,
        "external_principal_usd_mn": external.external_principal,
        "external_interest_usd_mn": external.external_interest,
        "external_service_usd_mn": service,
        "external_borrowing_usd_mn": external.external_borrowing,
        "project_loans_usd_mn": np.zeros(macro.size) if projects is None else projects,
        "pv_external_usd_mn": external.external_value,
        "domestic_principal_pct_gdp": 100 * public.domestic_principal / gdp,
        "domestic_interest_pct_gdp": 100 * public.domestic_interest / gdp,
        "domestic_borrowing_pct_gdp": 100 * public.domestic_borrowing / gdp,
        "fiscal_external_debt_usd_mn": public.external_debt,
        "fiscal_external_interest_usd_mn": public.external_interest,
        "public_service_pct_gdp": 100 * public_service / gdp,
        "gross_financing_need_pct_gdp": 100 * public.need / gdp,
        "gross_borrowing_usd_mn": borrowed,
    }
    table = pd.DataFrame(
        np.column_stack([columns[name] for name in COLUMNS]),
        index=pd.Index(macro.years, name="year"),
        columns=list(COLUMNS),
    )
    # The year t-1 closes the history: its flows belong to the inputs, not to the projection.
    flows = [
        "service_external_to_exports_pct", "service_external_to_revenue_pct",
        "external_principal_usd_mn", "external_interest_usd_mn", "external_service_usd_mn",
        "external_borrowing_usd_mn", "domestic_principal_pct_gdp", "domestic_interest_pct_gdp",
        "domestic_borrowing_pct_gdp", "fiscal_external_interest_usd_mn", "public_service_pct_gdp",
        "gross_financing_need_pct_gdp", "gross_borrowing_usd_mn",
    ]  # fmt: skip
    table.loc[table.index[0], flows] = np.nan
    return DebtPath(iso3=iso3, scenario=scenario, first_year=first_year, table=table)
