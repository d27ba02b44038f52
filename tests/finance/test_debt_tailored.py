"""The historical scenario and the tailored stress tests worked by hand, and packages in them."""

from __future__ import annotations

import statistics
from dataclasses import replace

import pandas as pd
import pytest
from debt_countries import FIRST_YEAR, made_country

from beltroad.finance.debt.dynamics import decomposition, engine, stress
from beltroad.finance.debt.model import CountryInputs

YEAR1, YEAR2 = FIRST_YEAR + 1, FIRST_YEAR + 2
EXPOSED = {"disaster_prone": "yes", "market_access": "yes", "commodity_exports_pct": 60.0}


def growth_of(series: pd.Series) -> pd.Series:
    return 100 * (series / series.shift() - 1)


def past(country: CountryInputs, name: str) -> tuple[float, float]:
    """Mean and sample deviation over 2014-2023, by another library."""
    values = [float(v) for v in country.series[name].loc[2014:2023]]
    return statistics.fmean(values), statistics.stdev(values)


def run(scenario: str, country: CountryInputs | None = None) -> pd.DataFrame:
    return stress.run(country or made_country(), scenario).table


def test_contingent_liabilities_by_hand():
    calm, table = run("baseline"), run("CL")
    extra = table["public_debt_pct_gdp"] - calm["public_debt_pct_gdp"]
    assert extra.loc[YEAR1] == pytest.approx(7.0)
    country = made_country(
        ppp_stock_pct_gdp=10.0, financial_sector_liability_pct_gdp=2.0,
        soe_liability_pct_gdp=1.0, other_government_liability_pct_gdp=0.5,
    )  # fmt: skip
    extra = run("CL", country)["public_debt_pct_gdp"] - calm["public_debt_pct_gdp"]
    assert extra.loc[YEAR1] == pytest.approx(5.0 + 1.0 + 0.5 + 3.5)
    small = run("CL", made_country(ppp_stock_pct_gdp=3.0))
    assert small.equals(table)


def test_natural_disaster_by_hand():
    calm, table = run("baseline"), run("ND")
    assert table.loc[YEAR1, "real_growth_pct"] == pytest.approx(3.5)
    assert table.loc[YEAR2, "real_growth_pct"] == 5.0
    growth = growth_of(table["exports_usd_mn"]), growth_of(calm["exports_usd_mn"])
    assert growth[0].loc[YEAR1] == pytest.approx(growth[1].loc[YEAR1] - 3.5)
    assert table.loc[YEAR1, "other_debt_flows_pct_gdp"] == pytest.approx(10.0)
    assert table.loc[2040, "exports_usd_mn"] < calm.loc[2040, "exports_usd_mn"]


def test_commodity_prices_by_hand():
    country = made_country(**EXPOSED)
    values = growth_of(country.series["exports_usd_mn"]).loc[2014:2023]
    fall = statistics.stdev(values) / 10
    calm, table = run("baseline", country), run("CP", country)
    for year, effect in ((2025, 1.0), (2027, 1.0), (2028, 0.75), (2030, 0.25), (2031, 0.0)):
        assert table.loc[year, "real_growth_pct"] == pytest.approx(5.0 - effect * 0.5 * fall)
        assert table.loc[year, "revenue_pct_gdp"] == pytest.approx(18.0 - effect * 0.75 * fall)
    share = table["exports_usd_mn"] / calm["exports_usd_mn"]
    assert share.loc[2025] == pytest.approx(1 - 0.6 * fall / 10)
    assert share.loc[2028] == pytest.approx(1 - 0.6 * fall / 10 * 0.5)
    assert share.loc[2031:].to_numpy() == pytest.approx(1.0)


def test_market_financing_makes_loans_dearer_and_shorter():
    country = made_country(market_access="yes")
    calm, table = run("baseline", country), run("MF", country)
    usd = calm.loc[YEAR1, "gdp_usd_mn"] / calm.loc[FIRST_YEAR, "gdp_usd_mn"] / 1.05 - 1
    assert table.loc[YEAR1, "gdp_usd_mn"] == pytest.approx(
        calm.loc[FIRST_YEAR, "gdp_usd_mn"] * 1.05 * (1 + usd - 0.15)
    )
    # The public block feels the terms alone, as in the workbook.
    assert table.loc[YEAR1, "pv_public_to_gdp_pct"] == calm.loc[YEAR1, "pv_public_to_gdp_pct"]
    lent = 0.2 * calm.loc[YEAR1, "external_borrowing_usd_mn"]
    interest = table["external_interest_usd_mn"] - calm["external_interest_usd_mn"]
    assert interest.loc[YEAR2] == pytest.approx(0.04 * lent)
    # Ten years with three of grace become five with one: a quarter falls due from the second year.
    principal = table["external_principal_usd_mn"] - calm["external_principal_usd_mn"]
    assert principal.loc[2027] == pytest.approx(0.25 * lent)
    # Concessional borrowers alone feel only the currency.
    cheap = tuple(
        replace(one, interest_pct=min(one.interest_pct, 2.0)) if one.currency != "LCU" else one
        for one in country.instruments
    )
    soft = replace(country, instruments=cheap)
    assert run("MF", soft)["external_ppg_debt_usd_mn"].equals(
        run("baseline", soft)["external_ppg_debt_usd_mn"]
    )


def test_historical_scenario_by_hand():
    country = made_country()
    table = run("historical")
    for column, name in (
        ("real_growth_pct", "real_growth_pct"),
        ("deflator_growth_pct", "deflator_growth_pct"),
        ("primary_balance_pct_gdp", "primary_balance_pct_gdp"),
    ):
        assert table.loc[YEAR1:, column].to_numpy() == pytest.approx(past(country, name)[0])
    ratio = table["fdi_net_usd_mn"] / table["gdp_usd_mn"]
    history = country.series["fdi_net_usd_mn"] / country.series["gdp_usd_mn"]
    assert ratio.loc[YEAR1:].to_numpy() == pytest.approx(history.loc[2014:2023].mean())
    # External debt obeys its identity, the unexplained part at its ratio in the baseline.
    parts, calm = (
        decomposition.external(stress.run(country, "historical")),
        decomposition.external(stress.run(country, "baseline")),
    )
    non_interest = (
        country.series["current_account_usd_mn"] + country.series["external_interest_usd_mn"]
    ) / country.series["gdp_usd_mn"]
    assert parts.loc[YEAR1, "residual"] == pytest.approx(calm.loc[YEAR1, "residual"])
    assert parts.loc[YEAR1, "non_interest_current_account_deficit"] == pytest.approx(
        -100 * non_interest.loc[2014:2023].mean()
    )


def test_a_package_goes_through_all_scenarios():
    loan = engine.ProjectLoan("rail", {2025: 2_000.0}, 3.0, 20, 5)
    country = made_country()
    without = stress.run_all(country)
    empty = stress.run_all(country, package=engine.ProjectPackage())
    package = stress.run_all(country, package=engine.ProjectPackage((loan,)))
    for name, path in package.items():
        assert empty[name].table.equals(without[name].table), name
        extra = path.table - without[name].table
        assert extra.loc[2030, "pv_external_to_gdp_pct"] > 1.0, name
