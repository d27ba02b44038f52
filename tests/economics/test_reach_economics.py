"""Access of a scenario on the bundled data: totals, directions, no change without a cause."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_appraisals import Appraiser, scenario

from beltroad import evidence
from beltroad.appraisal.cache import Cache
from beltroad.appraisal.inputs import gather
from beltroad.appraisal.reach import (
    Access,
    Levers,
    access,
    access_of,
    city_curves,
    find_city,
    levers_of,
    newly_within,
    reach_column,
)
from beltroad.appraisal.scenario_file import parse_scenario
from beltroad.appraisal.schema import check_frame
from beltroad.errors import InputError
from beltroad.infrastructure.network import great_circle_km
from beltroad.infrastructure.reach import DAYS

pytestmark = pytest.mark.xdist_group("bundled")

LEVERS = Levers(theta=4.55, value_per_day=0.008)
MEASURES = [
    *(reach_column(what, d, "") for what in ("population", "gdp_usd") for d in DAYS),
    "days_to_half_gdp_", "potential_", "market_access_",
]  # fmt: skip


@pytest.fixture(scope="module")
def found(appraiser: Appraiser) -> Access:
    """Three projects, 2013 against all that is coming."""
    return access_of(parse_scenario(scenario()), cache=Cache(appraiser.folder))


@pytest.fixture(scope="module")
def flat() -> tuple[Any, np.ndarray, np.ndarray]:
    """Inputs, city ids, and hours as the crow flies at 40 km/h: no network behind them."""
    inputs = gather(parse_scenario(scenario()))
    ids = inputs.cities["city_id"].to_numpy(str)
    lat, lon = (inputs.cities[c].to_numpy(float) for c in ("lat", "lon"))
    hours = great_circle_km(lat[:, None], lon[:, None], lat, lon) / 40.0
    np.fill_diagonal(hours, 0.0)
    return inputs, ids, hours


def test_tables_are_as_declared_and_whole(found: Access) -> None:
    check_frame(found.cities, "access_cities")
    check_frame(found.countries, "access_countries")
    assert found.cities["city_id"].is_unique
    assert len(found.cities) == len(evidence.load("cities"))
    known = evidence.load("countries").set_index("iso3")
    assert set(found.countries["iso3"]) == set(known.index)


def test_cities_add_up_to_their_countries_and_the_world(found: Access) -> None:
    known = evidence.load("countries").set_index("iso3")
    sums = found.cities.groupby("iso3")[["population", "gdp_usd"]].sum()
    for column in sums:
        want = known[column].reindex(sums.index).fillna(0.0)
        assert sums[column].to_numpy() == pytest.approx(want.to_numpy())
    assert found.cities["population"].sum() == pytest.approx(known["population"].sum())


def test_given_time_everything_is_reached(flat: tuple[Any, np.ndarray, np.ndarray]) -> None:
    inputs, ids, hours = flat
    both = {"before": hours, "after": hours}
    every = access(inputs, ids, both, LEVERS, days=[7.0, np.inf])
    for what in ("population", "gdp_usd"):
        total = every.cities[what].sum()
        assert every.cities[f"{what}_infd_before"].to_numpy() == pytest.approx(total)
        assert every.countries[f"{what}_infd_after"].to_numpy() == pytest.approx(total)
    assert "population_1d_before" not in every.cities


def test_an_island_has_only_itself(flat: tuple[Any, np.ndarray, np.ndarray]) -> None:
    inputs, ids, hours = flat
    row = int(np.flatnonzero(inputs.cities["iso3"] == "MLT")[0])
    cut = hours.copy()
    cut[row, :] = cut[:, row] = np.inf
    cut[row, row] = 0.0
    here = access(inputs, ids, {"before": cut, "after": hours}, LEVERS)
    alone = here.cities.iloc[row]
    assert alone["population_14d_before"] == pytest.approx(alone["population"])
    assert alone["market_access_before"] == pytest.approx(alone["gdp_usd"])
    assert np.isinf(alone["days_to_half_gdp_before"])
    assert alone["rank"] == 1
    assert alone["market_access_change_pct"] > 100
    curves = city_curves(here, row)
    assert np.isinf(curves["gdp_days_before"]).all()
    assert np.isfinite(curves["gdp_days_after"]).all()


def test_reach_rises_with_days_and_never_exceeds_the_world(found: Access) -> None:
    for table in (found.cities, found.countries, found.groups):
        for what in ("population", "gdp_usd"):
            for side in ("before", "after"):
                steps = table[[reach_column(what, d, side) for d in DAYS]].to_numpy()
                assert (np.diff(steps, axis=1) >= -1.0).all()
                assert (steps[:, -1] <= found.cities[what].sum() * (1 + 1e-12)).all()
    for what in ("population", "gdp_usd"):
        first = found.cities[reach_column(what, 1, "before")]
        assert (first >= found.cities[what] * (1 - 1e-12)).all()


def test_projects_never_shrink_access_and_help_those_beside_them(found: Access) -> None:
    for table in (found.cities, found.countries, found.groups):
        for name in MEASURES:
            old, new = table[f"{name}before"], table[f"{name}after"]
            if name == "days_to_half_gdp_":
                assert (new <= old).all()
            else:
                assert (new >= old * (1 - 1e-12)).all(), name
    change = found.countries.set_index("iso3")["market_access_change_pct"]
    assert change["LAO"] > 0.1
    assert change["LAO"] > 10 * change["BRA"]
    ranks = found.countries.set_index("iso3")["rank"]
    assert ranks["LAO"] < ranks["BRA"]
    assert ranks[change.idxmax()] == 1


def test_no_projects_no_change(appraiser: Appraiser) -> None:
    same = {"before": "today", "after": "today", "economy": "today"}
    still = access_of(
        parse_scenario(scenario(projects={"include": "none"}, states=same)),
        cache=Cache(appraiser.folder),
    )
    for table in (still.cities, still.countries, still.groups):
        for name in MEASURES:
            assert (table[f"{name}before"] == table[f"{name}after"]).all(), name
        for name in ("potential", "market_access"):
            assert (table[f"{name}_change_pct"] == 0).all()
    assert (still.cities["rank"] == 1).all()
    assert not newly_within(still, 0, 7.0)


def test_swapping_the_states_swaps_the_signs(found: Access) -> None:
    inputs = gather(parse_scenario(scenario()))
    ids = found.cities["city_id"].to_numpy(str)
    turned = {"before": found.hours["after"], "after": found.hours["before"]}
    back = access(inputs, ids, turned, found.levers)
    product = (1 + found.cities["market_access_change_pct"] / 100) * (
        1 + back.cities["market_access_change_pct"] / 100
    )
    assert product.to_numpy() == pytest.approx(1.0)


def test_groups_are_means_of_inhabitants(found: Access) -> None:
    groups = found.groups.set_index("group")
    c = found.countries
    column = "population_7d_after"
    for group, inside in (
        ("all economies", c["population"].notna()),
        ("landlocked", c["landlocked"] & c["population"].notna()),
        ("along the corridors", c["on_corridor"] & c["population"].notna()),
    ):
        mean = np.average(c[column][inside], weights=c["population"][inside])
        assert groups.at[group, column] == pytest.approx(mean)
    assert groups.at["all economies", "economies"] == len(c)
    assert groups.at["landlocked", "economies"] == c["landlocked"].sum()
    assert {"china-pakistan", "maritime"} <= set(groups.index)


def test_one_city_by_hand(found: Access) -> None:
    """The table against a sum written out."""
    row = find_city(found.cities, "vientiane")
    near = found.hours["after"][row] <= 7 * 24
    assert found.cities.at[row, "gdp_usd_7d_after"] == pytest.approx(
        found.cities["gdp_usd"][near].sum()
    )
    tau = 1 + found.levers.value_per_day * found.hours["after"][row].astype(float) / 24
    assert found.cities.at[row, "market_access_after"] == pytest.approx(
        (found.cities["gdp_usd"] * tau**-found.levers.theta).sum()
    )
    curves = city_curves(found, row)
    half = found.cities.at[row, "days_to_half_gdp_after"]
    assert curves.at[0.5, "gdp_days_after"] == pytest.approx(half)
    new = newly_within(found, row, 7.0, most=1000)
    gained = near & ~(found.hours["before"][row] <= 7 * 24)
    assert sorted(new) == sorted(found.cities["name"][gained])


def test_levers_come_from_the_trade_model() -> None:
    central = levers_of(parse_scenario(scenario()))
    assert central.theta == pytest.approx(4.55)
    low, high = (
        levers_of(parse_scenario(scenario(parameters={"value_of_time": level})))
        for level in ("low", "high")
    )
    assert low.value_per_day < central.value_per_day < high.value_per_day
    by_sector = scenario(parameters={"elasticities": "caliendo_parro_sectoral"})
    sectors = levers_of(parse_scenario(by_sector))
    assert sectors.theta > 1
    assert sectors.theta != pytest.approx(central.theta)


def test_what_is_not_known_is_said(found: Access) -> None:
    flags = found.countries.set_index("iso3")["flags"]
    assert "no GDP figure" in flags["PRK"]
    assert "one city stands for the economy" in flags["SGP"]
    assert flags["CHN"] == ""


@pytest.mark.parametrize(
    ("text", "name", "iso3"),
    [("almaty", "Almaty", "KAZ"), ("Herat", "Herāt", "AFG"), ("tripoli, LBY", "Tripoli", "LBY"),
     (" 1526384 ", "Almaty", "KAZ")],
)  # fmt: skip
def test_cities_are_found_however_they_are_written(text: str, name: str, iso3: str) -> None:
    cities = evidence.load("cities").astype({"city_id": str})
    row = find_city(cities, text)
    assert (cities["name"][row], cities["iso3"][row]) == (name, iso3)


@pytest.mark.parametrize(
    ("text", "words"),
    [("Tripoli", "'Tripoli, LBN' or 'Tripoli, LBY'"), ("Almatty", "Did you mean 'Almaty'"),
     ("", "no city ''"), ("=cmd()", "no city")],
)  # fmt: skip
def test_cities_that_are_not_there_or_two(text: str, words: str) -> None:
    with pytest.raises(InputError, match=words.replace("(", r"\(")):
        find_city(evidence.load("cities").astype({"city_id": str}), text)


def test_two_cities_of_one_name_and_country_go_by_id() -> None:
    twins = pd.DataFrame({"city_id": ["1", "2"], "name": ["Suzhou"] * 2, "iso3": ["CHN"] * 2})
    with pytest.raises(InputError, match="'1' or '2'"):
        find_city(twins, "Suzhou")
    assert find_city(twins, "2") == 1
