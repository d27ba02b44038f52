"""Who pays: the bill inside the equilibrium, on the bundled data."""

from __future__ import annotations

import pandas as pd
import pytest
from small_appraisals import Appraiser

from beltroad.appraisal.result import Appraisal
from beltroad.appraisal.writing import result_files

pytestmark = pytest.mark.xdist_group("bundled")

SOFT = {
    "name": "Half lent and built from abroad", "loan_share": 0.5, "lenders": {"CHN": 1.0},
    "interest_rate": 0.02, "builder_share": 0.5, "builders": {"CHN": 1.0},
}  # fmt: skip


@pytest.fixture(scope="module")
def lent(appraiser: Appraiser) -> Appraisal:
    return appraiser(financing=[SOFT])


def rows(result: Appraisal, plan: str) -> pd.DataFrame:
    table = result.more["financing"]
    return table[table["plan"] == plan].set_index("iso3")


def test_hosts_pay_what_projects_cost_a_year(base: Appraisal) -> None:
    paid = base.more["payments"]
    assert set(paid["plan"]) == {"taxes"}
    assert (paid["payer"] == paid["host"]).all()
    by_host = paid.groupby("payer")["usd"].sum()
    cost = base.countries.set_index("iso3")["annual_cost_usd"]
    pd.testing.assert_series_equal(
        by_host, cost[cost > 0].sort_index(), check_names=False, rtol=1e-9
    )


def test_paying_lowers_income_of_the_host_by_about_the_bill(base: Appraisal) -> None:
    table = rows(base, "taxes")
    host = table.loc["LAO"]
    assert host["paid_usd"] > 0
    drop = host["without_bill_usd"] - host["with_bill_usd"]
    assert drop == pytest.approx(host["paid_usd"], rel=0.1)
    bystander = table.loc["PER"]
    assert bystander["paid_usd"] == 0
    assert bystander["with_bill_pct"] == pytest.approx(bystander["without_bill_pct"], abs=1e-3)


def test_the_world_pays_once(base: Appraisal, lent: Appraisal) -> None:
    for result in (base, lent):
        for plan in set(result.more["financing"]["plan"]):
            table = rows(result, plan)
            gain = table["with_bill_usd"].sum() - table["without_bill_usd"].sum()
            bought = table["works_usd"].sum()
            assert gain == pytest.approx(-bought, rel=0.05), plan


def test_a_soft_loan_shifts_the_burden_to_the_lender(lent: Appraisal) -> None:
    taxes, stated = rows(lent, "taxes"), rows(lent, "stated")
    assert stated.loc["LAO", "with_bill_usd"] > taxes.loc["LAO", "with_bill_usd"]
    assert stated.loc["CHN", "with_bill_usd"] < taxes.loc["CHN", "with_bill_usd"]
    assert stated.loc["CHN", "received_usd"] > 0
    assert stated.loc["CHN", "works_usd"] > taxes.loc["CHN", "works_usd"]


def test_tables_reach_disk_and_the_page(lent: Appraisal) -> None:
    files = result_files(lent)
    assert b"stated" in files["financing.csv"]
    assert b"debt service" in files["payments.csv"]
    assert b"The bill inside the equilibrium" in files["report.html"]


def test_without_new_projects_there_is_no_bill(appraiser: Appraiser) -> None:
    assert not appraiser(projects={"include": "none"}).more
