"""Published transit times and distances against the network, end to end on a few rows."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from beltroad import evidence
from beltroad.appraisal.accuracy import distance_errors, transit_times
from beltroad.infrastructure.routes.observed import errors

# Rows of every mode and basis, mostly of today's network, with factors that computed and published
# days must lie within of each other. Wide on purpose: they hold what the model is, not its fit.
FACTORS = {
    "air-guangzhou-london-2025": 4.0,
    "air-shanghai-frankfurt-2025": 4.0,
    "rail-chongqing-duisburg-2022": 1.6,
    "rail-xian-duisburg-2023": 2.0,
    "rail-kuala-lumpur-vientiane-2022": 3.0,
    "rail_ferry-xian-baku-2024": 2.0,
    "rail_road-langfang-tashkent-2023": 2.5,
    "road-khorgos-istanbul-2024": 2.5,
    "sea-shanghai-rotterdam-2025": 1.5,
    "sea-shanghai-rotterdam-2025-2": 1.6,
    "sea_rail-moscow-mumbai-2022": 3.0,
    "rail-wuhan-lyon-2016": 1.8,  # on an older network
}


@pytest.fixture(scope="module")
def found() -> tuple[pd.DataFrame, pd.DataFrame]:
    table = evidence.load("transit_times")
    return transit_times(table=table[table["obs_id"].isin(list(FACTORS))])


def test_every_row_has_a_way_near_the_published_days(
    found: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    rows = found[0].set_index("obs_id")
    assert set(rows.index) == set(FACTORS)
    for key, factor in FACTORS.items():
        assert 1 / factor <= rows.loc[key, "ratio"] <= factor, (key, rows.loc[key, "ratio"])


def test_hours_by_component_add_up_to_the_days(found: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    rows, parts = found
    days = rows.set_index("obs_id")["days_model"]
    np.testing.assert_allclose(parts.sum(axis=1) / 24, days.loc[parts.index])
    assert (parts >= 0).all(axis=None)
    assert "line_rail|china" in parts.columns
    known = {*evidence.load("variability")["component"]}
    assert {column.split("|")[0] for column in parts.columns} <= known


def test_the_order_of_days_is_that_of_the_published_ones(
    found: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    out = errors(found[0].assign(part="all")).iloc[0]
    assert out["observations"] == len(FACTORS)
    assert out["rank_correlation"] > 0.7
    assert out["median_abs_error"] < 0.5


def test_the_cape_takes_longer_than_suez(found: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    days = found[0].set_index("obs_id")["days_model"]
    longer = days["sea-shanghai-rotterdam-2025-2"] - days["sea-shanghai-rotterdam-2025"]
    assert 5 < longer < 18


def test_distance_errors_by_hand() -> None:
    table = pd.DataFrame({"mode": ["rail", "rail", "sea"], "ratio": [0.9, 1.3, 1.0]})
    out = distance_errors(table).set_index("mode")
    assert list(out.index) == ["rail", "sea", "all"]
    assert out.loc["rail", "median_abs_error"] == pytest.approx(0.2)
    assert out.loc["all", "relations"] == 3
    assert out.loc["all", "median_ratio"] == pytest.approx(1.0)
