"""Composite indicator, classes and the rule of two vintages."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from debt_countries import FIRST_YEAR, made_country
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.finance.debt.parameters import load
from beltroad.finance.debt.ratings.classification import (
    CLASSES,
    Averages,
    averages,
    class_of,
    classify,
    composite,
    final_class,
)

NOW = load("lic-dsf")
# The one row that the guidance note prints in full, per cent turned into fractions.
PRINTED = Averages(3.09, 0.0481, 0.3176, 0.0671, 0.0353)
TEN = range(FIRST_YEAR - 5, FIRST_YEAR + 5)
WORLD = dict.fromkeys(TEN, 3.5)


def test_printed_example_term_by_term() -> None:
    terms = composite(PRINTED, NOW).set_index("variable")["contribution"]
    printed = {"cpia": 1.19, "real_growth": 0.13, "remittances_to_gdp": 0.14,
               "reserves_to_imports": 1.29, "reserves_to_imports_squared": -0.40,
               "world_growth": 0.48}  # fmt: skip
    assert {name: round(value, 2) for name, value in terms.items()} == printed
    assert round(terms.sum(), 2) == 2.82
    assert terms.sum() == pytest.approx(2.8178, abs=5e-5)
    assert class_of(terms.sum(), NOW) == "medium"


@pytest.mark.parametrize(
    ("value", "expected"),
    [(2.6899, "weak"), (2.69, "medium"), (3.05, "medium"), (3.0501, "strong")],
)
def test_cut_offs_belong_to_the_medium_class(value: float, expected: str) -> None:
    assert class_of(value, NOW) == expected


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"reserves_to_imports": 3.81}, "months"),  # 31.76 % of a year's imports
        ({"reserves_to_imports": 31.76}, "per cent"),
        ({"real_growth": 4.81}, "fraction"),
        ({"remittances_to_gdp": 6.71}, "fraction"),
        ({"remittances_to_gdp": 0.3}, "trimmed"),
        ({"reserves_to_imports": 0.9}, "months"),
        ({"world_growth": 3.53}, "fraction"),
        ({"cpia": 0.6}, "1 to 6"),
        ({"world_growth": math.nan}, "fraction"),
    ],
)
def test_wrong_units_are_refused(wrong: dict[str, float], hint: str) -> None:
    with pytest.raises(InputError, match=hint):
        composite(replace(PRINTED, **wrong), NOW)


def test_inputs_are_averaged_over_ten_years() -> None:
    growth = {year: float(n) for n, year in enumerate(range(FIRST_YEAR - 6, FIRST_YEAR + 6))}
    values, remarks = averages(made_country(real_growth_pct=growth), NOW, WORLD)
    assert values.real_growth == pytest.approx(0.055)  # mean of 1 to 10: t-6 and t+5 are outside
    assert values.reserves_to_imports == pytest.approx(0.33)
    assert values.remittances_to_gdp == pytest.approx(0.035)
    assert values.world_growth == pytest.approx(0.035)
    assert values.cpia == pytest.approx(3.3)
    assert remarks == []


# Ghana in the template of August 2025, sheet Classification, row 18 (figures: World Bank CPIA and
# IMF World Economic Outlook of April 2024): per cent, 2019 to 2028.
GHANA = {
    "cpia": [3.53333333333333, 3.575, 3.575, 3.575, 3.366667],
    "growth": [6.507774787573024, 0.5139416596649065, 5.076466467808903, 3.077730568008337,
               2.259080384029484, 2.7790704101874897, 4.381817078413189, 4.944501055683095,
               5.000000000000174, 4.999999999999971],
    "reserves": [28.881727409589097, 32.769018910978986, 35.23100214619747, 9.504807101945133,
                 13.897015982635452, 19.28228824853345, 24.646748479170498, 31.31531369553674,
                 35.55919228405276, 39.600651886322495],
    "remittances": [4.974204936125661, 5.142251889619855, 4.271410072243394, 4.983195531061192,
                    4.981844770476634, 5.183163133776098, 6.182652292364435, 6.043149719305296,
                    5.898951317965017, 5.7456175868192005],
    "world": [2.8365122884450438, -2.6902774786379227, 6.471870598953471, 3.4587118036553046,
              3.2139995926548743, 3.1794913240570724, 3.2344619985070273, 3.1565999835999987,
              3.1371464618457927, 3.089483339721375],
}  # fmt: skip


def test_ghana_as_in_the_template() -> None:
    """Yearly figures in, the template's averages, contributions and score out."""
    country = made_country(cpia=math.nan)
    series = country.series
    for number, year in enumerate(TEN):
        if number < 5:
            series.loc[year, "cpia"] = GHANA["cpia"][number]
        series.loc[year, "real_growth_pct"] = GHANA["growth"][number]
        imports, gdp = series.loc[year, "imports_usd_mn"], series.loc[year, "gdp_usd_mn"]
        series.loc[year, "reserves_usd_mn"] = GHANA["reserves"][number] / 100 * imports
        series.loc[year, "remittances_usd_mn"] = GHANA["remittances"][number] / 100 * gdp
    found = classify(country, NOW, world=dict(zip(TEN, GHANA["world"], strict=True)))
    assert found.composite == pytest.approx(2.7398858732625286, abs=1e-12)
    assert found.final == "medium"
    part = found.contributions.set_index("variable")["contribution"]
    reserves = part["reserves_to_imports"] + part["reserves_to_imports_squared"]
    assert [part["cpia"], part["real_growth"], reserves, part["remittances_to_gdp"],
            part["world_growth"]] == pytest.approx(
        [1.3266459103333332, 0.10751029977651115, 0.8044720801245929, 0.1079878242070082,
         0.39326975882108356], abs=1e-12)  # fmt: skip


def test_outliers_are_trimmed_year_by_year() -> None:
    calm = averages(made_country(), NOW, WORLD)[0]
    imports = made_country().series["imports_usd_mn"]
    wild = made_country(
        real_growth_pct={TEN[0]: -40.0, TEN[1]: 60.0},
        reserves_usd_mn={y: 3 * imports[y] for y in TEN if y % 2},
    )
    found = averages(wild, NOW, WORLD)[0]
    normal = made_country().series["real_growth_pct"].loc[list(TEN)]
    expected = (normal.sum() - normal.iloc[:2].sum() - 6.3122 + 15.1710) / 1000
    assert found.real_growth == pytest.approx(expected)
    assert found.reserves_to_imports == pytest.approx((0.579628 + 0.33) / 2)
    assert calm.reserves_to_imports == pytest.approx(0.33)


def test_latest_cpia_is_carried_forward() -> None:
    country = made_country(cpia={FIRST_YEAR - 2: 3.0, FIRST_YEAR - 1: 4.0})
    expected = (3 * 3.3 + 3.0 + 6 * 4.0) / 10
    assert averages(country, NOW, WORLD)[0].cpia == pytest.approx(expected)
    late = made_country(cpia={FIRST_YEAR - 1: math.nan, FIRST_YEAR - 2: 3.0})
    assert averages(late, NOW, WORLD)[0].cpia == pytest.approx((3 * 3.3 + 7 * 3.0) / 10)


def test_remittances_are_capped_year_by_year() -> None:
    country = made_country()
    gdp = country.series["gdp_usd_mn"]
    high = {year: 0.40 * gdp[year] for year in TEN if year % 2}
    values, _ = averages(made_country(remittances_usd_mn=high), NOW, WORLD)
    assert values.remittances_to_gdp == pytest.approx((0.154938 + 0.035) / 2)


def test_square_of_the_mean_not_mean_of_the_squares() -> None:
    """The mistake of other tools: squaring before averaging moves the class of this country."""
    imports = made_country().series["imports_usd_mn"]
    share = {year: 0.05 if year % 2 else 0.55 for year in TEN}
    country = made_country(reserves_usd_mn={y: s * imports[y] for y, s in share.items()}, cpia=3.3)
    ours = classify(country, NOW, world=WORLD)
    square = ours.contributions.set_index("variable")["value"]["reserves_to_imports_squared"]
    assert square == pytest.approx(0.30**2)
    mean_of_squares = sum(s**2 for s in share.values()) / 10
    mistaken = ours.composite + NOW["ci.reserves_squared"] * (mean_of_squares - square)
    assert (ours.signal, class_of(mistaken, NOW)) == ("medium", "weak")


def test_union_coverage_replaces_the_countrys_own() -> None:
    country = made_country(union_reserves_pct_imports=45.0)
    values, remarks = averages(country, NOW, WORLD)
    assert values.reserves_to_imports == pytest.approx(0.45)
    assert "monetary union" in remarks[0]


def test_reserves_in_months_among_the_inputs_are_refused() -> None:
    with pytest.raises(InputError, match="months"):
        classify(made_country(reserves_usd_mn=4.0), NOW, world=WORLD)


@pytest.mark.parametrize(
    ("previous", "last_signal", "signal", "final"),
    [
        ("", "", "weak", "weak"),
        ("medium", "medium", "weak", "medium"),
        ("medium", "weak", "weak", "weak"),
        ("medium", "strong", "weak", "medium"),
        ("medium", "", "strong", "medium"),
        ("weak", "strong", "weak", "weak"),
    ],
)
def test_a_class_changes_after_two_vintages(
    previous: str, last_signal: str, signal: str, final: str
) -> None:
    assert final_class(previous, last_signal, signal)[0] == final


def test_unknown_class_is_refused() -> None:
    with pytest.raises(InputError, match="previous_class 'mid'"):
        final_class("mid", "", "weak")


def test_without_cpia_the_class_is_assumed_and_says_so() -> None:
    capacity = classify(made_country(cpia=None), NOW, world=WORLD)
    assert math.isnan(capacity.composite)
    assert (capacity.signal, capacity.final) == ("", "medium")
    assert capacity.reason.startswith("assumed")
    assert "cpia: no value" in capacity.reason
    before = classify(made_country(cpia=None, previous_class="weak"), NOW, world=WORLD)
    assert before.final == "weak"
    given = classify(made_country(cpia=None, debt_carrying_capacity="strong"), NOW, world=WORLD)
    assert given.final == "strong"


def test_missing_remittances_matter_only_where_they_move_the_class() -> None:
    sure = classify(made_country(remittances_usd_mn=None, cpia=2.0), NOW, world=WORLD)
    assert (sure.signal, sure.final) == ("weak", "weak")
    assert math.isnan(sure.composite)
    open_ = classify(made_country(remittances_usd_mn=None, cpia=3.0), NOW, world=WORLD)
    assert open_.signal == ""
    assert open_.reason.startswith("assumed")


def test_too_few_years_are_not_an_average() -> None:
    few = dict.fromkeys(list(TEN)[:6], math.nan)
    capacity = classify(made_country(reserves_usd_mn=few), NOW, world=WORLD)
    assert capacity.signal == ""
    assert "reserves_to_imports: 4 of 10 years known, too few" in capacity.reason


def test_frameworks_before_2018_use_the_cpia_average() -> None:
    old = load("lic-dsf", "2015-01-01")
    expected = {3.25: "weak", 3.26: "medium", 3.75: "strong"}
    found = {cpia: classify(made_country(cpia=cpia), old).signal for cpia in expected}
    assert found == expected
    three = made_country(cpia={FIRST_YEAR - 1: 4.2, FIRST_YEAR - 2: 4.2, FIRST_YEAR - 3: 3.3})
    assert classify(three, old).signal == "strong"


def test_parameters_of_their_day() -> None:
    revenue = "threshold.medium.service_external_to_revenue_pct"
    days = ("2010-01-01", "2015-01-01", "2018-06-30", "2018-07-01", "")
    assert [load("lic-dsf", day)[revenue] for day in days] == [30, 20, 20, 18, 18]
    public = "threshold.strong.pv_public_to_gdp_pct"
    assert public not in load("lic-dsf", "2010-01-01").values
    assert load("lic-dsf", "2015-01-01")[public] == 74


@settings(max_examples=60, deadline=None)
@given(st.floats(1, 5), st.floats(0.01, 1), st.floats(-0.05, 0.1), st.floats(0.001, 0.05))
def test_better_fundamentals_never_lower_the_class(
    cpia: float, step: float, growth: float, faster: float
) -> None:
    low = replace(PRINTED, cpia=cpia, real_growth=growth)
    high = replace(PRINTED, cpia=cpia + step, real_growth=growth + faster)
    below, above = (composite(v, NOW)["contribution"].sum() for v in (low, high))
    assert below < above
    assert CLASSES.index(class_of(below, NOW)) <= CLASSES.index(class_of(above, NOW))
