"""The whole assessment: parts joined, realism, what is missing said."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from debt_countries import FIRST_YEAR, made_country, realistic_country

from beltroad.errors import InputError
from beltroad.finance.debt.dynamics.engine import ProjectLoan, ProjectPackage
from beltroad.finance.debt.parameters import load
from beltroad.finance.debt.ratings.assess import Assessment, assess
from beltroad.finance.debt.ratings.realism import (
    COLUMNS,
    PublicInvestment,
    investment_growth,
    multiplier_path,
    realism_table,
)
from beltroad.finance.debt.ratings.signals import RATINGS
from beltroad.finance.debt.vocabulary import INDICATORS

NOW = load("lic-dsf")
WORLD = dict.fromkeys(range(FIRST_YEAR - 5, FIRST_YEAR + 5), 3.5)
FOUR_TOOLS = {"debt drivers", "forecast errors", "primary adjustment",
              "growth and fiscal multiplier", "public investment and growth"}  # fmt: skip


@pytest.fixture(scope="module")
def made() -> Assessment:
    return assess(made_country(), world=WORLD)


def test_every_part_is_there(made: Assessment) -> None:
    assert {"baseline", "historical", "B1", "B2", "B3", "B4", "B5", "B6", "CL"} <= set(made.paths)
    assert made.capacity.final == made.capacity.signal == "medium"
    assert made.capacity.composite == pytest.approx(
        made.capacity.contributions["contribution"].sum()
    )
    assert made.thresholds["pv_external_to_gdp_pct"] == 40
    assert len(made.signals) == 2 * len(INDICATORS)
    assert not made.signals["scenario"].eq("historical").any()
    assert set(made.indicators["scenario"]) == set(made.paths)
    assert made.market is None
    assert set(made.realism["tool"]) == FOUR_TOOLS
    assert any(note.startswith("debt-carrying capacity: the figures give") for note in made.notes)


def test_ratings_follow_from_the_indicators(made: Assessment) -> None:
    """The ratings again, straight from the long table and in another way."""
    window = made.indicators["year"].between(FIRST_YEAR, FIRST_YEAR + 10)
    rows = made.indicators[window & (made.indicators["scenario"] != "historical")]
    above = rows["value_pct"] > rows["threshold_pct"]
    years = above.groupby([rows["scenario"], rows["indicator"]]).sum()
    breached = years[years >= 2].index.to_frame(index=False)
    external = breached[breached["indicator"] != "pv_public_to_gdp_pct"]

    def rate(found: pd.DataFrame) -> str:
        if (found["scenario"] == "baseline").any():
            return "high"
        return "moderate" if len(found) else "low"

    assert (made.external_rating, made.overall_rating) == (rate(external), rate(breached))


def test_weaker_class_never_rates_better() -> None:
    found = [
        assess(made_country(debt_carrying_capacity=c), world=WORLD).external_rating
        for c in ("strong", "weak")
    ]
    assert RATINGS.index(found[0]) <= RATINGS.index(found[1])


def test_debt_makes_the_rating_high_and_the_event_makes_it_distress() -> None:
    heavy = {"external_ppg_debt_usd_mn": 30_000.0, "public_debt_pct_gdp": 110.0}
    owed: dict[str, Any] = heavy | {"external_principal_usd_mn": None,
        "external_interest_usd_mn": None, "existing_external_interest_pct": 4.0,
        "existing_external_maturity_years": 15.0}  # fmt: skip
    found = assess(made_country(**owed), world=WORLD)
    assert (found.external_rating, found.overall_rating) == ("high", "high")
    assert found.space == ""
    distress = assess(made_country(in_debt_distress="yes"), world=WORLD)
    assert distress.external_rating == distress.overall_rating == "in debt distress"
    assert any("an event" in note for note in distress.notes)


def test_a_package_raises_debt_and_leaves_the_class(made: Assessment) -> None:
    loans = (ProjectLoan("rail", {FIRST_YEAR + n: 1_500.0 for n in range(4)}, 3.5, 20, 5),)
    growth = {FIRST_YEAR + n: 2.0 for n in range(4, 10)}
    plain = assess(made_country(), world=WORLD, package=ProjectPackage(loans))
    paying = assess(made_country(), world=WORLD, package=ProjectPackage(loans, growth))
    at = FIRST_YEAR + 10
    debt = [
        a.paths["baseline"].table.loc[at, "pv_external_to_gdp_pct"] for a in (made, paying, plain)
    ]
    assert debt[0] < debt[1] < debt[2]
    assert plain.capacity.composite == paying.capacity.composite == made.capacity.composite
    worst = plain.paths["B1"].table.loc[at, "pv_external_to_gdp_pct"]
    assert worst > made.paths["B1"].table.loc[at, "pv_external_to_gdp_pct"]
    assert RATINGS.index(plain.external_rating) >= RATINGS.index(made.external_rating)


def test_thin_data_are_assessed_and_what_is_missing_is_said() -> None:
    found = assess(realistic_country(cpia=None), world=WORLD)
    assert found.external_rating in RATINGS
    text = "\n".join(found.notes)
    assert "assumed: the class cannot be computed" in text
    assert "cpia: no value before the first projection year" in text
    assert "realism: no data for" in text
    assert "scenario MF left out" in text


def test_the_framework_of_an_earlier_day() -> None:
    found = assess(made_country(), on="2010-01-01")
    assert found.thresholds["service_external_to_revenue_pct"] == 30  # medium by CPIA 3.3
    assert "pv_public_to_gdp_pct" not in found.thresholds
    assert found.external_rating == found.overall_rating
    assert (found.space, found.market, found.probability) == ("", None, None)
    assert any("no threshold in the framework of that day" in note for note in found.notes)
    with pytest.raises(InputError, match="in force on 2001-01-01"):
        assess(made_country(), on="2001-01-01")


def test_assessing_twice_gives_the_same(made: Assessment) -> None:
    again = assess(made_country(), world=WORLD)
    pd.testing.assert_frame_equal(made.indicators, again.indicators, check_exact=True)
    pd.testing.assert_frame_equal(made.signals, again.signals, check_exact=True)


def test_multiplier_path_by_hand() -> None:
    growth = multiplier_path(np.array([-2.0, -1.0, -1.0]), 5.0, NOW)
    assert growth == pytest.approx([4.6, 4.76])  # -0.4 x 1 point, then 0.6 of it is left
    made = assess(made_country(real_growth_pct={FIRST_YEAR - 1: 3.0}), world=WORLD)
    allowed = made.realism.set_index("item")["value"]
    # The balance stays, so growth is the last observed; the mean of five years would be higher.
    balance = made.inputs.series["primary_balance_pct_gdp"]
    effect = -0.4 * (balance[FIRST_YEAR] - balance[FIRST_YEAR - 1])
    item = f"growth that the adjustment allows, {FIRST_YEAR}"
    assert allowed[item] == pytest.approx(3.0 + effect)


def test_public_investment_by_hand() -> None:
    plan = PublicInvestment({2024: 5.0, 2025: 5.0}, 50.0)
    found = investment_growth(plan, {2024: 0.0, 2025: 5.0}, NOW)
    assert found[2024] == pytest.approx(0.15 * 5.0)  # 0.95 x 50 + 5 = 52.5
    before = 52.5 / 1.05
    assert found[2025] == pytest.approx(0.15 * 100 * (0.95 * before + 5 - before) / before)


def test_realism_flags_and_says_what_it_cannot(made: Assessment) -> None:
    assert list(made.realism.columns) == COLUMNS
    blind = made.realism[made.realism["note"].str.startswith("cannot")]
    assert set(blind["tool"]) == {"forecast errors", "public investment and growth"}
    assert blind["value"].isna().all()
    past = made.realism.set_index("item")["value"]
    assert past["public debt: change over the past 5 years"] == pytest.approx(5 * 12 / 14)
    parts = [v for k, v in past.items() if k.startswith("public debt, past 5 years")]
    assert sum(parts) == pytest.approx(past["public debt: change over the past 5 years"])
    hard = {FIRST_YEAR + n: -1.0 + n for n in range(4)}
    country = made_country(primary_balance_pct_gdp=hard | {FIRST_YEAR - 1: -2.0})
    rows = assess(country, world=WORLD).realism.set_index("item")
    adjusted = rows.loc["change of the primary balance over 3 years"]
    assert adjusted["value"] == pytest.approx(3.0)
    assert adjusted["flag"]
    assert rows.loc[f"growth that the adjustment allows, {FIRST_YEAR}", "flag"]


def test_realism_uses_earlier_projections_and_investment(made: Assessment) -> None:
    low = pd.Series({2014: 40.0, 2019: 38.0})
    plan = PublicInvestment(dict.fromkeys(range(2019, 2029), 6.0), 60.0)
    table = realism_table(
        made.inputs, made.paths["baseline"], NOW, earlier={2015: low}, public_investment=plan
    )
    error = table[table["item"] == "assessment of 2015: debt beyond its projection"]
    assert error["value"].item() == pytest.approx(5 * 12 / 14 + 2.0)
    assert table.loc[table["item"] == "average", "flag"].all()
    assert not table["note"].str.startswith("cannot").any()
    capital = table[table["item"] == "projection: growth from public capital"]["value"].item()
    assert 0 < capital < 3


def test_past_prices_that_do_not_fit_the_exchange_rate_are_told(made: Assessment) -> None:
    said = "scenario historical: at the baseline's exchange rate"
    assert not any(note.startswith(said) for note in made.notes)
    past = dict.fromkeys(range(2009, FIRST_YEAR), 40.0)
    wild = assess(made_country(deflator_growth_pct=past), world=WORLD)
    assert any(note.startswith(said) for note in wild.notes)


def test_rating_numbers_are_not_silently_missing(made: Assessment) -> None:
    assert not made.signals["peak_pct"].isna().any()
    assert not any(math.isnan(v) for v in made.thresholds.values())
