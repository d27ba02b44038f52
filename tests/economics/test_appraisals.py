"""What must hold of any appraisal, on the bundled data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import pytest
from small_appraisals import STATES, THREE, Appraiser

from beltroad import evidence
from beltroad.appraisal.cache import Arrays, Cache
from beltroad.appraisal.levels import Case
from beltroad.appraisal.result import Appraisal
from beltroad.appraisal.schema import check_frame
from beltroad.errors import InputError

pytestmark = pytest.mark.xdist_group("bundled")

REFORM = {"name": "Waits of Kazakhstan halved", "countries": ["KAZ"], "wait_factor": 0.5}
CHANGES = [
    "real_income_change_pct", "real_wage_change_pct", "exports_change_pct", "imports_change_pct",
    "real_income_change_usd", "terms_of_trade_pct", "shipment_time_change_pct", "project_cost_usd",
    "annual_cost_usd", "net_gain_pct", "trade_cost_change_pct",
]  # fmt: skip


class NoGains(Cache):
    """A cache that knows ways but no gains of projects alone."""

    def get_or(self, stage: str, key: str, compute: Callable[[], Mapping[str, Any]]) -> Arrays:
        if stage != "alone":
            return super().get_or(stage, key, compute)
        self.misses.append(stage)
        return Cache(None).get_or(stage, key, compute)


def assert_nothing_happened(result: Appraisal) -> None:
    countries, pairs, h = result.countries, result.pairs, result.headlines
    for column in CHANGES:
        values = countries[column].dropna()
        scale = countries["gdp_usd"].max() if column.endswith("_usd") else 1.0
        assert (values.abs() <= 1e-9 * scale).all(), column
    assert (pairs["hours_before"] == pairs["hours_after"]).all()
    assert (pairs["shipment_time_change_pct"] == 0).all()
    assert (pairs["trade_change_pct"].dropna().abs() <= 1e-9).all()
    for name in ("shipment_time_fixed_pct", "shipment_time_switch_pct", "trade_cost_pct",
                 "real_income_pct", "trade_pct"):  # fmt: skip
        assert np.abs(getattr(h, name)).max() <= 1e-9, name
    assert abs(h.freight_kgco2e_pct) <= 1e-9
    assert h.project_cost_usd == h.annual_cost_usd == 0
    assert h.economies_losing_after_cost == 0
    for name in ("extreme", "moderate"):
        assert (countries[f"lifted_{name}"].dropna().abs() <= 1e-3).all()


def test_no_projects_no_change(appraiser: Appraiser) -> None:
    assert_nothing_happened(appraiser(projects={"include": "none"}))


def test_the_same_state_twice_is_no_change(appraiser: Appraiser) -> None:
    assert_nothing_happened(
        appraiser(states={"before": "today", "after": "today", "economy": "today"})
    )


def test_every_table_is_as_declared(base: Appraisal) -> None:
    for table in ("countries", "pairs", "projects", "sensitivity", "yardsticks"):
        check_frame(getattr(base, table), table)
    assert base.countries["iso3"].is_unique
    assert not base.pairs.duplicated(["exporter", "importer"]).any()
    assert base.projects["id"].tolist() == [p for p in base.projects["id"] if p in THREE]
    assert base.sensitivity["case"].tolist() == ["central"]
    accounts = evidence.load("icio_economies")["iso3"]
    assert set(base.countries.loc[base.countries["in_model"], "iso3"]) == set(accounts) - {"ROW"}
    kinds = base.countries["accounts"].value_counts()
    assert kinds["observed"] == 80
    assert kinds["imputed"] > 40
    h = asdict(base.headlines)
    assert all(np.isfinite(v).all() for v in h.values())


def test_equilibria_hold_and_world_accounts_balance(base: Appraisal) -> None:
    for residuals in base.run["residuals"]["central"].values():
        for name in ("labour_market", "price", "trade_balance"):
            assert abs(residuals[name]) <= 1e-8, name
        assert abs(residuals["walras"]) <= 1e-9
    model = base.countries[base.countries["in_model"]]
    # The rest of the world has accounts but no row among the economies of the network.
    rest = base.more["financing"].set_index("iso3").at["ROW", "without_bill_usd"]
    world = model["real_income_change_usd"].sum() + rest
    assert world == pytest.approx(base.headlines.real_income_usd[0], rel=1e-9)


def test_nothing_gets_slower_and_something_faster(base: Appraisal) -> None:
    assert (base.pairs["hours_after"] <= base.pairs["hours_before"] + 1e-9).all()
    by_pair = base.pairs.set_index(["exporter", "importer"])["shipment_time_change_pct"]
    # By land from South-East Asia to Europe the railway counts; near by, lorries stay quicker.
    assert by_pair["SGP", "POL"] < -0.5
    assert by_pair["POL", "SGP"] < -0.5
    assert by_pair["BRA", "ARG"] == 0
    assert base.headlines.real_income_usd[0] > 0
    assert base.countries.set_index("iso3").at["LAO", "real_income_change_pct"] > 0


def test_costs_add_up(base: Appraisal) -> None:
    new = base.projects[
        (base.projects["state_before"] == "absent") & (base.projects["state_after"] == "there")
    ]
    assert set(new["id"]) == set(THREE)
    for column in ("cost_usd", "annual_cost_usd"):
        of_countries = "project_cost_usd" if column == "cost_usd" else column
        total = new[column].sum()
        assert total > 0
        assert base.countries[of_countries].sum() == pytest.approx(total, rel=1e-9)
        assert getattr(base.headlines, of_countries) == pytest.approx(total, rel=1e-9)
    by_host = base.countries.set_index("iso3")["project_cost_usd"]
    assert by_host[by_host > 0].index.tolist() == sorted(["LAO", "GEO", "PAK"])
    net = base.countries["real_income_change_usd"] - base.countries["annual_cost_usd"]
    known = base.countries["net_gain_usd"].notna()
    assert base.countries["net_gain_usd"][known].to_numpy() == pytest.approx(net[known].to_numpy())


def test_one_more_project_never_lengthens_a_shipment(appraiser: Appraiser, base: Appraisal) -> None:
    more = appraiser(projects={"include": [*THREE, "KSH-AND"]})
    keys = ["exporter", "importer"]
    both = base.pairs.merge(more.pairs, on=keys, suffixes=("", "_more"))
    assert len(both) == len(base.pairs)
    # The projects that are not chosen stay as they are today: KSH-AND is absent in both befores.
    assert (both["hours_before_more"] == both["hours_before"]).all()
    assert (both["hours_after_more"] <= both["hours_after"]).all()
    saved = both[both["hours_after_more"] < both["hours_after"]]
    assert {"CHN", "AZE"} <= set(saved["exporter"])
    days = both["days_reckoned_after_more"] - both["days_reckoned_after"]
    assert (days.dropna() <= 1e-6).all()


def test_the_other_way_round_the_signs_turn(appraiser: Appraiser) -> None:
    """What is gained from one state to another is lost on the way back."""
    case = Case("central", "")
    there = appraiser.economy().evaluate(case)
    back = appraiser.economy(swap=True).evaluate(case)
    for column in ("real_income_change_pct", "exports_change_pct", "real_wage_change_pct"):
        product = (1 + there.countries[column] / 100) * (1 + back.countries[column] / 100)
        assert (product - 1).abs().max() < 1e-6, column
    assert (
        there.countries["real_income_change_usd"].sum()
        > 0
        > back.countries["real_income_change_usd"].sum()
    )


def test_a_comparison_back_in_time_is_refused(appraiser: Appraiser) -> None:
    with pytest.raises(InputError, match="swap the two"):
        appraiser.again(states={"before": "complete", "after": 2013, "economy": 2022})


def test_first_order_gain_is_close_to_the_exact_one(appraiser: Appraiser) -> None:
    """A single port: small enough for the envelope theorem; both are world gains in USD a year."""
    alone = appraiser(projects={"include": ["LEK-PRT"]})
    first = float(alone.projects["alone_gain_usd"].iloc[0])
    exact = alone.headlines.real_income_usd[0]
    assert first > 0
    assert exact == pytest.approx(first, rel=0.01)


def test_gains_alone_by_project(base: Appraisal) -> None:
    rows = base.projects.set_index("id")
    assert (rows["alone_hours_saved"] >= 0).all()
    assert (rows["alone_gain_usd"] >= 0).all()
    assert rows.at["KUN-VTE", "pairs_faster_alone"] > 0
    ratio = rows["alone_gain_usd"] / rows["annual_cost_usd"]
    assert rows["gain_to_cost"].to_numpy() == pytest.approx(ratio.to_numpy())
    # Alone, the three together save no less than what the whole saves of any one.
    assert base.headlines.real_income_usd[0] >= 0.9 * rows["alone_gain_usd"].max()


def test_the_cache_answers_the_second_time_with_the_same(
    appraiser: Appraiser, base: Appraisal
) -> None:
    cache = Cache(appraiser.folder)
    again = appraiser.again(cache=cache, links=True)
    assert cache.misses == []
    assert {"shipments", "alone"} <= set(cache.hits)
    assert again.run["from_cache"] == sorted(set(cache.hits))
    for table in ("countries", "pairs", "projects", "yardsticks", "assumptions"):
        pd.testing.assert_frame_equal(getattr(again, table), getattr(base, table), check_exact=True)
    assert set(again.more) == set(base.more)
    for name, frame in base.more.items():
        pd.testing.assert_frame_equal(again.more[name], frame, check_exact=True)


@pytest.mark.parametrize(
    ("more", "missed"),
    [
        pytest.param(
            {"parameters": {"discount_rate": 0.07}, "name": "Another name"},
            set(),
            marks=pytest.mark.thorough,
        ),
        pytest.param(
            {"parameters": {"value_of_time": "low"}}, {"alone"}, marks=pytest.mark.thorough
        ),
        ({"parameters": {"network": {"mode_sensitivity": 5.0}}}, {"alone"}),
        ({"parameters": {"network": {"service_wait_hours.rail": 20.0}}}, {"shipments", "alone"}),
        ({"reforms": [REFORM]}, {"shipments"}),
    ],
)
def test_what_changed_is_computed_again(
    appraiser: Appraiser, base: Appraisal, more: dict[str, Any], missed: set[str]
) -> None:
    """At least what the change touches; more is only a loss of time."""
    cache = Cache(appraiser.folder)
    appraiser.again(cache=cache, **more)
    assert missed <= set(cache.misses)
    if not missed:
        assert "shipments" not in cache.misses


def test_a_cached_gain_does_not_outlive_the_state_of_the_accounts(
    appraiser: Appraiser, base: Appraisal
) -> None:
    """Mode shares belong to the accounts' state, so gains alone change with it, cached or not."""
    assert len(base.projects)  # the cache holds gains for the accounts of 2022 by now
    states = STATES | {"economy": "complete"}
    cached = appraiser.again(states=states).projects["alone_gain_usd"]
    anew = NoGains(appraiser.folder)
    fresh = appraiser.again(cache=anew, states=states).projects["alone_gain_usd"]
    assert "alone" in anew.misses
    assert cached.to_numpy() == pytest.approx(fresh.to_numpy(), rel=1e-12)


def test_a_reform_alone_counts(appraiser: Appraiser) -> None:
    """The same projects in both states: what is left is the reform of the later one."""
    found = appraiser(
        states={"before": "today", "after": "today", "economy": 2022}, reforms=[REFORM]
    )
    change = found.pairs.set_index(["exporter", "importer"])["shipment_time_change_pct"]
    assert (change <= 1e-9).all()
    assert change["KAZ", "CHN"] < 0
    assert found.headlines.real_income_usd[0] > 0
    assert found.headlines.project_cost_usd == 0


def test_a_reform_on_top_of_projects_helps(appraiser: Appraiser, base: Appraisal) -> None:
    found = appraiser(reforms=[REFORM])
    both = base.pairs.merge(found.pairs, on=["exporter", "importer"], suffixes=("", "_more"))
    assert (both["hours_before_more"] == both["hours_before"]).all()
    assert (both["hours_after_more"] <= both["hours_after"]).all()
    assert found.headlines.real_income_usd[0] > base.headlines.real_income_usd[0]
