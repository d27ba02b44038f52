"""Projects of a scenario as debt of their hosts: what is lent, when, and what it brings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from debt_countries import made_country

from beltroad.appraisal import debt
from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.scenario_file import parse_scenario
from beltroad.errors import InputError
from beltroad.finance.debt.dynamics import engine

GAINS = pd.DataFrame(
    {"real_income_change_pct": [4.0], "exports_change_pct": [6.0]}, index=pd.Index(["KEN"])
)


def rows(**changes: Any) -> pd.DataFrame:
    table = pd.DataFrame({
        "id": ["A", "B", "OLD"], "countries": ["KEN", "KEN;UGA", "KEN"], "new": True,
        "cost_usd": [1e9, 4e8, 3e9], "cost_p80_usd": [1.4e9, np.nan, np.nan], "upkeep_usd": 0.0,
        "year_open": [2028.0, np.nan, 2017.0],
    })  # fmt: skip
    return table.assign(**changes)


def scenario(**part: Any) -> Scenario:
    return parse_scenario({"debt": part} if part else {})


@pytest.fixture(autouse=True)
def one_country(monkeypatch: pytest.MonkeyPatch) -> None:
    country = made_country(iso3="KEN", name="Kenya")
    monkeypatch.setattr(debt.prepared, "codes", lambda: ("KEN",))
    monkeypatch.setattr(debt.prepared, "inputs", lambda _: country)


def table(*, costed: pd.DataFrame | None = None, **part: Any) -> pd.DataFrame:
    found = debt.debt_table(
        rows() if costed is None else costed, scenario(**part), GAINS, pd.Series({"KEN": "Kenya"})
    )
    assert found is not None
    return found


def test_what_is_open_already_is_not_borrowed_again() -> None:
    found = table()
    assert (found["projects"] == 2).all()
    full = found[found["case"] == "100 % of the trade gain"].iloc[0]
    assert full["cost_usd"] == pytest.approx(1.2e9)  # all of A, half of B
    assert full["loans_usd"] == pytest.approx(0.85 * 1.2e9)
    again = table(timing="all")
    assert (again["projects"] == 3).all()
    assert again["loans_usd"].iloc[0] == pytest.approx(0.85 * 4.2e9)


def test_debt_rises_with_loans_and_falls_with_the_dividend() -> None:
    found = table(dividend=[0.0, 0.5, 1.0]).set_index("case")
    none, half, full = (found.loc[f"{n} % of the trade gain"] for n in (0, 50, 100))
    assert none["debt_medium_with_pct"] > none["debt_medium_without_pct"]
    for column in ("debt_medium_with_pct", "debt_long_with_pct", "pv_external_to_gdp_with_pct"):
        assert none[column] > half[column] > full[column], column
    assert found["debt_long_without_pct"].nunique() == 1
    dearer = found.loc["0 % of the trade gain, cost P80"]
    assert dearer["loans_usd"] == pytest.approx(0.85 * 1.6e9)
    assert dearer["debt_medium_with_pct"] > none["debt_medium_with_pct"]


def test_nothing_lent_and_nothing_gained_is_no_change() -> None:
    found = table(loan_share=0.0, dividend=[0.0])
    found = found[~found["case"].str.startswith("yield")]
    for name in ("debt_medium", "debt_long", "pv_external_to_gdp", "service_external_to_revenue"):
        assert (found[f"{name}_with_pct"] == found[f"{name}_without_pct"]).all(), name
    assert not found["worse"].any()
    assert found["grant_element_pct"].isna().all()


def test_a_package_reaches_the_appraised_level_of_income() -> None:
    country = made_country(iso3="KEN", name="Kenya")
    one = rows().head(1).assign(host="KEN")
    case = debt.DebtCase("full", 1.0)
    package = debt.host_package(
        one, scenario(loan_share=0.0), country, engine.project(country).table, case, 4.0, 6.0
    )
    assert list(package.growth_uplift_pct) == [2028, 2029, 2030, 2031, 2032]
    base = engine.project(country).table
    more = engine.project(country, package=package).table
    ratio = more["gdp_usd_mn"] / base["gdp_usd_mn"]
    assert ratio[2027] == 1
    assert ratio.loc[2032:].to_numpy() == pytest.approx(1.04, rel=1e-9)
    exports = more["exports_usd_mn"] / base["exports_usd_mn"]
    assert exports.loc[2032:].to_numpy() == pytest.approx(1.06, rel=1e-9)


def test_disbursement_ends_before_the_opening_and_sums_to_the_loan() -> None:
    country = made_country(iso3="KEN", name="Kenya")
    case = debt.DebtCase("none", 0.0)
    part = rows().iloc[[0, 1]].assign(host="KEN")
    package = debt.host_package(
        part, scenario(public_share=0.5), country, engine.project(country).table, case, 4.0, 6.0
    )
    first, second = package.loans
    assert list(first.disbursement_usd_mn) == [2024, 2025, 2026, 2027]
    assert sum(first.disbursement_usd_mn.values()) == pytest.approx(0.5 * 850)
    assert list(second.disbursement_usd_mn) == [2024, 2025, 2026, 2027, 2028]
    assert not package.growth_uplift_pct
    assert not package.exports_uplift_usd_mn


def test_stated_financing_comes_before_the_assumption() -> None:
    stated = {"name": "Soft", "projects": ["KUN-VTE"], "loan_share": 0.4, "lenders": {"CHN": 1.0},
              "interest_rate": 0.0075, "maturity_years": 38, "grace_years": 6}  # fmt: skip
    asked = parse_scenario({"financing": [stated]})
    costed = rows().head(1).assign(id="KUN-VTE")
    found = debt.debt_table(costed, asked, GAINS, pd.Series({"KEN": "Kenya"}))
    assert found is not None
    assert found["loans_usd"].iloc[0] == pytest.approx(0.4e9)
    assert found["grant_element_pct"].iloc[0] == pytest.approx(53.68, abs=0.01)


def test_public_capital_yields_what_its_elasticity_says() -> None:
    """8 % of GDP on a stock of 80 %: output rises by 1.1 to the power 0.15."""
    assert debt.capital_gain_pct(8.0, 100.0) == pytest.approx(100 * (1.1**0.15 - 1))
    found = table().set_index("case")
    spent, saved = (found.loc[f"yield of public capital, {use}"] for use in ("spent", "saved"))
    assert spent["income_gain_pct"] == saved["income_gain_pct"] > 0
    none = found["debt_long_with_pct"].iloc[0]
    assert none > spent["debt_long_with_pct"] > saved["debt_long_with_pct"]


def test_without_a_host_that_can_be_assessed_there_is_no_table() -> None:
    assert debt.debt_table(
        rows(countries="UGA"), scenario(), GAINS, pd.Series({"UGA": "Uganda"})
    ) is None  # fmt: skip


@pytest.mark.parametrize(
    ("part", "words"),
    [
        ({"grace_years": 20}, "must be below maturity_years"),
        ({"dividend": [1.0, 0.5]}, "must rise without repeats"),
        ({"loan_share": 85}, "less than or equal to 1"),
        ({"timing": "future"}, "to_come"),
    ],
)
def test_faults_name_the_key(part: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        scenario(**part)
