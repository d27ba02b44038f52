"""Debt of hosts in an appraisal on the bundled data: the whole chain from network to rating."""

from __future__ import annotations

from html.parser import HTMLParser

import pandas as pd
import pytest
from small_appraisals import Appraiser, scenario

from beltroad.appraisal.cache import Cache
from beltroad.appraisal.debt import NOT_RATED, debt_of
from beltroad.appraisal.report import html_report
from beltroad.appraisal.result import Appraisal
from beltroad.appraisal.scenario_file import parse_scenario
from beltroad.finance.debt.inputs import prepared
from beltroad.finance.debt.ratings.assess import assess

# One that is open since 2021, one of a market-financing host, one shared by a low-income host.
CHOSEN = {"projects": {"include": ["KUN-VTE", "PAK-ML1", "KSH-AND"]}, "debt": {}}


@pytest.fixture(scope="module")
def result(appraiser: Appraiser) -> Appraisal:
    return appraiser(**CHOSEN)


def test_hosts_of_projects_to_come_are_assessed(result: Appraisal) -> None:
    table = result.more["debt"]
    assert set(table["iso3"]) == {"KGZ", "PAK", "UZB"}  # the railway in Laos is in its debt
    rated = table[table["rating_without"] != NOT_RATED]
    for code, part in rated.groupby("iso3"):
        alone = assess(prepared.inputs(str(code)))
        assert set(part["rating_without"]) == {alone.overall_rating}
        debt = alone.paths["baseline"].table["public_debt_pct_gdp"]
        assert part["debt_long_without_pct"].to_numpy() == pytest.approx(debt[2044])
    by_case = {c: p.set_index("iso3") for c, p in table.groupby("case")}
    none, gain = by_case["0 % of the trade gain"], by_case["100 % of the trade gain"]
    assert (none["debt_long_with_pct"] > none["debt_long_without_pct"]).all()
    assert (gain["income_gain_pct"] != 0).all()
    assert (none["income_gain_pct"] == 0).all()
    cost = result.projects.set_index("id")["cost_usd"]
    assert none.at["KGZ", "loans_usd"] == pytest.approx(0.85 * cost["KSH-AND"] / 3)


def test_the_command_of_its_own_tells_the_same(result: Appraisal, appraiser: Appraiser) -> None:
    alone = debt_of(parse_scenario(scenario(**CHOSEN)), cache=Cache(appraiser.folder))
    assert alone is not None
    pd.testing.assert_frame_equal(alone, result.more["debt"])


def test_the_report_shows_it(result: Appraisal) -> None:
    found: set[str] = set()

    class Ids(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            found.update(str(v) for k, v in attrs if k == "id")

    page = html_report(result)
    Ids().feed(page)
    assert "debt" in found
    assert "yield of public capital" in page.casefold()
    assert "an assumption" in page
