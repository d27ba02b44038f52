"""The words of a debt assessment: series, settings and indicators, each with unit and meaning.

One place declares what a country's inputs hold; the readers of folders and workbooks, the template,
the engine and the documents all read it here.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["INDICATORS", "KINDS", "SERIES", "SETTINGS", "Indicator", "Series", "Setting"]

KINDS = ("reported", "estimate", "projection", "imputed", "assumed")
"""Where a value comes from: a statistical source; the same source's estimate for a past year; its
projection; our own calculation from other figures; a convention. The last two are flagged."""


@dataclass(frozen=True)
class Series:
    """A yearly series of a country's inputs.

    ``span`` says which years are needed: ``all`` (history and projection), ``history``,
    ``projection``. ``low`` and ``high`` bound what is credible: outside lies a fault of unit or
    sign, not an unlucky country.
    """

    name: str
    unit: str
    meaning: str
    span: str
    needed: bool
    low: float
    high: float


@dataclass(frozen=True)
class Setting:
    """One number or word of a country's inputs that has no year."""

    name: str
    unit: str
    meaning: str
    default: str
    choices: tuple[str, ...] = ()
    low: float = float("-inf")
    high: float = float("inf")


@dataclass(frozen=True)
class Indicator:
    """A burden indicator of the framework, in per cent."""

    name: str
    label: str
    side: str
    """``external`` or ``public``."""
    kind: str
    """``stock`` or ``service``."""


_S = Series
SERIES: dict[str, Series] = {
    each.name: each
    for each in (
        _S("gdp_usd_mn", "USD million", "GDP at current prices", "all", True, 1, 1e8),
        _S("real_growth_pct", "%", "growth of real GDP", "all", True, -60, 90),
        _S("deflator_growth_pct", "%", "growth of the GDP deflator in local currency",
           "all", True, -50, 1e5),
        _S("exports_usd_mn", "USD million", "exports of goods and services", "all", True, 0, 1e8),
        _S("imports_usd_mn", "USD million", "imports of goods and services", "all", True, 0, 1e8),
        _S("current_account_usd_mn", "USD million", "current account balance, surplus above 0",
           "all", True, -1e7, 1e7),
        _S("current_transfers_usd_mn", "USD million",
           "net current transfers, official and private", "all", False, -1e7, 1e7),
        _S("fdi_net_usd_mn", "USD million", "net inflow of direct investment",
           "all", True, -1e7, 1e7),
        _S("remittances_usd_mn", "USD million", "personal remittances received",
           "all", False, 0, 1e7),
        _S("reserves_usd_mn", "USD million", "gross official reserves, end of year",
           "all", False, 0, 1e8),
        _S("revenue_pct_gdp", "% of GDP", "general government revenue without grants",
           "all", True, 0, 200),
        _S("grants_pct_gdp", "% of GDP", "grants received by the government",
           "all", False, 0, 100),
        _S("primary_balance_pct_gdp", "% of GDP",
           "primary balance of the general government with grants, surplus above 0",
           "all", True, -100, 100),
        _S("other_debt_flows_pct_gdp", "% of GDP",
           "other flows that create debt (bank rescue, arrears); privatisation and relief below 0",
           "projection", False, -100, 100),
        _S("public_debt_pct_gdp", "% of GDP", "gross debt of the general government",
           "history", True, 0, 600),
        _S("external_ppg_debt_usd_mn", "USD million",
           "public and publicly guaranteed external debt, end of year",
           "history", True, 0, 1e7),
        _S("external_private_debt_usd_mn", "USD million",
           "private external debt without guarantee, end of year", "all", False, 0, 1e7),
        _S("external_interest_usd_mn", "USD million",
           "interest on public external debt: paid (history), due on today's debt (projection)",
           "all", False, 0, 1e6),
        _S("external_principal_usd_mn", "USD million",
           "principal on public external debt: paid (history), due on today's debt (projection)",
           "all", False, 0, 1e6),
        _S("domestic_interest_pct_gdp", "% of GDP",
           "interest on public domestic debt: paid (history), due on today's debt (projection)",
           "all", False, 0, 100),
        _S("domestic_principal_pct_gdp", "% of GDP",
           "principal on public domestic debt due on today's debt, short-term debt with it",
           "projection", False, 0, 200),
        _S("public_interest_pct_gdp", "% of GDP",
           "interest on all public debt, less interest received where only the balance is known",
           "history", False, -20, 60),
        _S("cpia", "points 1-6", "Country Policy and Institutional Assessment, overall",
           "history", False, 1, 6),
        _S("commodity_exports_pct", "% of exports", "commodities in exports of goods and services",
           "history", False, 0, 100),
    )
}  # fmt: skip

_T = Setting
SETTINGS: dict[str, Setting] = {
    each.name: each
    for each in (
        _T("first_projection_year", "year", "t: first year of the projection", "", (), 1990, 2100),
        _T("vintage", "-", "vintage of the macroeconomic figures", ""),
        _T("framework", "-", "framework of the assessment", "lic", ("lic", "market")),
        _T("debt_carrying_capacity", "-", "class; 'computed' applies the composite indicator",
           "computed", ("computed", "weak", "medium", "strong")),
        _T("previous_class", "-", "class of the last assessment: a change needs two vintages",
           "", ("", "weak", "medium", "strong")),
        _T("previous_signal", "-", "class that the composite indicator gave in the last vintage",
           "", ("", "weak", "medium", "strong")),
        _T("in_debt_distress", "-", "restructuring under way or arrears: an event, not computed",
           "no", ("yes", "no")),
        _T("market_access", "-", "sovereign bonds abroad or access to markets", "no",
           ("yes", "no")),
        _T("disaster_prone", "-", "small state or often hit by disasters", "no", ("yes", "no")),
        _T("ppp_stock_pct_gdp", "% of GDP", "capital stock of public-private partnerships", "0",
           (), 0, 200),
        _T("financial_sector_liability_pct_gdp", "% of GDP", "contingent: financial market", "5",
           (), 0, 100),
        _T("soe_liability_pct_gdp", "% of GDP", "contingent: state-owned enterprises", "2",
           (), 0, 100),
        _T("other_government_liability_pct_gdp", "% of GDP",
           "contingent: government not in the debt figures", "0", (), 0, 100),
        _T("overvaluation_pct", "%", "overvaluation of the real exchange rate", "0", (), 0, 100),
        _T("existing_external_interest_pct", "%",
           "average interest on public external debt, where its schedule is not given",
           "", (), 0, 30),
        _T("existing_external_maturity_years", "years",
           "years in which public external debt is repaid in equal parts, likewise",
           "", (), 1, 60),
        _T("existing_domestic_interest_pct", "%", "likewise for domestic debt", "", (), 0, 200),
        _T("existing_domestic_maturity_years", "years", "likewise for domestic debt", "",
           (), 1, 60),
        _T("residual_external_share_pct", "%",
           "share of extra fiscal need in a stress test that is borrowed abroad", "", (), 0, 100),
        _T("residual_external_interest_pct", "%",
           "interest on that external borrowing; empty: average of new external borrowing", "",
           (), 0, 30),
        _T("residual_external_maturity_years", "years", "maturity of it; empty: likewise", "",
           (), 1, 60),
        _T("residual_external_grace_years", "years", "grace of it; empty: likewise", "", (), 0, 40),
        _T("residual_domestic_real_interest_pct", "%", "real interest on extra domestic borrowing",
           "", (), -50, 100),
        _T("residual_domestic_maturity_years", "years", "maturity of it", "3", (), 1, 60),
        _T("residual_domestic_grace_years", "years", "grace of it", "0", (), 0, 40),
        _T("pv_external_pct_of_face", "%",
           "present value of today's public external debt over its face value; empty: from its "
           "service", "", (), 1, 150),
        _T("discount_rate_pct", "%", "for present values", "5", (), 0, 20),
        _T("embi_spread_bp", "basis points", "spread of sovereign bonds, where there are any", "",
           (), 0, 10000),
        _T("union_reserves_pct_imports", "% of imports",
           "member of a monetary union: reserves of the union over its imports, ten-year average; "
           "empty: the country's own", "", (), 0, 1000),
        _T("government_effectiveness", "index",
           "Worldwide Governance Indicators, from -2.5 (worst) to 2.5", "", (), -2.5, 2.5),
        _T("regulatory_quality", "index",
           "Worldwide Governance Indicators, from -2.5 (worst) to 2.5", "", (), -2.5, 2.5),
    )
}  # fmt: skip

INDICATORS: dict[str, Indicator] = {
    each.name: each
    for each in (
        Indicator("pv_external_to_gdp_pct", "PV of external debt / GDP", "external", "stock"),
        Indicator("pv_external_to_exports_pct", "PV of external debt / exports",
                  "external", "stock"),
        Indicator("service_external_to_exports_pct", "External debt service / exports",
                  "external", "service"),
        Indicator("service_external_to_revenue_pct", "External debt service / revenue",
                  "external", "service"),
        Indicator("pv_public_to_gdp_pct", "PV of public debt / GDP", "public", "stock"),
    )
}  # fmt: skip
