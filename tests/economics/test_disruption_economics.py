"""Disruptions of the bundled network weighed by trade: identities, limits, published figures."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from beltroad.appraisal.disruption import Disruption, Study, container_trade
from beltroad.appraisal.disruption_tables import (
    base_summary,
    country_table,
    curve_table,
    gate_table,
    pair_table,
    rank_table,
    relation_table,
    summary,
)
from beltroad.appraisal.shocks import Shock, ShockResult, run_shocks
from beltroad.errors import InputError
from beltroad.infrastructure.disruption.losses import losses
from beltroad.infrastructure.disruption.shocks import Slowdown
from beltroad.infrastructure.routes.closures import parse_closures

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def gates(study: Study) -> pd.DataFrame:
    return gate_table(study)


def shut(study: Study, *words: str) -> Disruption:
    return study.disrupt(parse_closures(words, study.network))


@pytest.fixture(scope="module")
def suez(study: Study) -> Disruption:
    return shut(study, "suez")


def cities(study: Study, *codes: str) -> np.ndarray:
    eco = study.economies
    return np.flatnonzero(np.isin(eco.codes[eco.of_city], codes))


def test_trade_is_all_there_and_spread_over_cities_without_loss(study: Study) -> None:
    trade, per_day = container_trade()
    assert np.diag(trade).max() == 0
    assert 0.003 < per_day < 0.03
    told = base_summary(study)
    # The rest of the world lies nowhere: its trade takes no way and is not counted.
    placed = trade.drop(index="ROW", columns="ROW")
    assert placed.sum().sum() > 0.98 * trade.sum().sum()
    assert told["trade_usd"] + told["trade_without_a_way_usd"] == pytest.approx(placed.sum().sum())
    assert told["trade_without_a_way_usd"] < 1e-3 * told["trade_usd"]
    usd = study.economies.sums(study.base.teu) * study.usd_per_teu
    assert usd.sum() == pytest.approx(study.economies.trade_usd.sum())
    place = list(study.economies.codes)
    at = place.index("CHN"), place.index("DEU")
    assert usd[at] == pytest.approx(trade.loc["CHN", "DEU"])
    assert not usd[:, ~study.economies.known].any()


def test_tables_add_up_to_the_summary(study: Study, suez: Disruption) -> None:
    told, pairs = summary(study, suez), pair_table(study, suez)
    assert pairs["trade_usd"].sum() == pytest.approx(told["trade_usd"])
    assert pairs["loss_usd"].sum() == pytest.approx(told["loss_usd"])
    assert pairs["freight_usd"].sum() == pytest.approx(told["freight_usd"])
    assert pairs["tco2e"].sum() == pytest.approx(told["tco2e"])
    lost = pairs["days_after"] - pairs["days_before"]
    assert pairs["days_lost"].to_numpy() == pytest.approx(lost.to_numpy(), nan_ok=True)
    assert (pairs["loss_usd"].diff().dropna() <= 1e-6).all()  # nothing is cut off: by loss alone
    countries = country_table(study, suez)
    assert countries["loss_usd"].sum() == pytest.approx(2 * told["loss_usd"])
    assert countries["trade_usd"].sum() == pytest.approx(2 * told["trade_usd"])
    assert countries["hit_share"].dropna().between(0, 1).all()
    assert countries["partner_gdp_cut_off_share"].dropna().between(0, 1).all()


def test_without_suez_asia_and_europe_go_round_and_lose(study: Study, suez: Disruption) -> None:
    told = summary(study, suez)
    assert told["cut_off_usd"] == 0
    assert told["loss_usd"] > 0
    assert told["tco2e"] > 0
    assert told["mean_days_after"] > told["mean_days_before"]
    assert told["land_share_after"] > told["land_share_before"]
    pairs = pair_table(study, suez)
    relations = relation_table(study, suez, pairs, 5)
    for row in relations.itertuples(index=False):
        assert "Suez Canal" in row.way_before
        assert "Suez Canal" not in row.way_after
        assert row.days_after > row.days_before
    first = {(r.exporter, r.importer) for r in relations.itertuples(index=False)}
    assert ("CHN", "DEU") in first
    far = pairs[(pairs["exporter"] == "CAN") & (pairs["importer"] == "USA")]["loss_pct_of_trade"]
    assert far.iloc[0] < 0.01


def test_the_suez_share_of_trade_is_near_what_is_published(gates: pd.DataFrame) -> None:
    """12 % (New Zealand's foreign ministry, 2021) to 16.6 % (Pratson 2023, by value, 2019)."""
    share = gates.set_index("ref")["share_of_trade"]
    assert 0.10 < share["suez"] < 0.20
    assert share["babalmandab"] < share["suez"] + 0.01
    assert share["chili"] < share["panama"] < share["malacca"]


def test_who_uses_a_project_adds_up_to_its_flow(study: Study, gates: pd.DataFrame) -> None:
    table = gates.set_index("ref")
    lines = table[table["kind"] == "line"]
    assert len(lines) > 10
    assert (lines["largest_relations"] != "").all()
    gate = next(g for g in study.gates if g.ref == "KUN-VTE")
    users = study.users(gate)
    assert users.sum() == pytest.approx(table.loc["KUN-VTE", "teu_per_year"])
    assert users.max() < users.sum()
    assert "CHN" in table.loc["KUN-VTE", "largest_relations"]


def test_without_hormuz_the_gulf_cannot_ship(study: Study) -> None:
    done = shut(study, "hormuz").freight.ways
    gulf = cities(study, "KWT", "BHR", "QAT")
    europe = cities(study, "NLD", "DEU")
    assert np.isfinite(study.base.freight.ways.sea[0][np.ix_(gulf, europe)]).any()
    load = done.ports[0][np.ix_(gulf, europe)]
    nodes = study.base.freight.router.ports
    inside = {"KW", "BH", "QA"}
    used = {str(study.network.ref[nodes[k]])[:2] for k in np.unique(load[load >= 0])}
    assert not used & inside
    assert np.all(done.sea[0] >= study.base.freight.ways.sea[0])


@pytest.mark.thorough
def test_a_closed_country_loses_all_its_trade(study: Study) -> None:
    done = shut(study, "country:KAZ")
    table = country_table(study, done).set_index("iso3")
    assert table.loc["KAZ", "cut_off_usd"] == pytest.approx(table.loc["KAZ", "trade_usd"])
    assert table.loc["KAZ", "partner_gdp_cut_off_share"] == pytest.approx(1.0)
    assert summary(study, done)["cut_off_usd"] == pytest.approx(table.loc["KAZ", "trade_usd"])
    relations = relation_table(study, done, pair_table(study, done), 1)
    assert relations["way_after"].iloc[0] == "none: cut off"
    gates = gate_table(study, done).set_index("ref")
    assert gates.loc["KHORGOS-ALTYNKOL-RAIL", "teu_per_year"] > 0
    assert gates.loc["KHORGOS-ALTYNKOL-RAIL", "teu_per_year_after"] == 0


def test_nothing_is_nothing_and_opening_again_is_the_base(study: Study, suez: Disruption) -> None:
    assert summary(study, study.disrupt())["loss_usd"] == 0
    again = suez.freight.under(study.base.freight.conditions)
    for name in ("land", "sea", "ports"):
        assert np.array_equal(
            getattr(again.ways, name), getattr(study.base.freight.ways, name), equal_nan=True
        )
    slow = study.disrupt((), [Slowdown(c, 1.0) for c in parse_closures(["suez"], study.network)])
    assert summary(study, slow)["loss_usd"] == 0


def test_two_closures_cost_no_less_than_either(study: Study, suez: Disruption) -> None:
    panama, both = shut(study, "panama"), shut(study, "suez", "panama")
    for one in (suez, panama):
        worse = both.losses.usd_per_teu - one.losses.usd_per_teu
        assert worse[~both.losses.cut].min() > -1e-2
    loss = [summary(study, d)["loss_usd"] for d in (suez, panama, both)]
    assert loss[2] >= max(loss[:2])
    shanghai = relation_table(study, both, pair_table(study, both), 3)
    assert any("Cape of Good Hope" in way for way in shanghai["way_after"])


def test_slower_costs_more_up_to_closing(study: Study, suez: Disruption) -> None:
    place = parse_closures(["suez"], study.network)[0]
    loss = [
        summary(study, study.disrupt((), [Slowdown(place, f)]))["loss_usd"] for f in (2.0, 20.0)
    ]
    assert 0 < loss[0] < loss[1] <= summary(study, suez)["loss_usd"] * (1 + 1e-9)


def test_ranking_is_each_gate_closed_and_sorted(study: Study, suez: Disruption) -> None:
    gates = [g for g in study.gates if g.ref in ("suez", "taiwan", "KHORGOS-ALTYNKOL-RAIL")]
    ranked = study.rank(gates)
    table = rank_table(study, ranked)
    assert table["rank"].tolist() == [1, 2, 3]
    assert table["ref"].iloc[0] == "suez"
    assert table["loss_usd"].is_monotonic_decreasing
    assert table["loss_usd"].iloc[0] == pytest.approx(summary(study, suez)["loss_usd"])
    assert table["hit_share"].iloc[0] == pytest.approx(summary(study, suez)["hit_share"])
    assert "CHN-DEU" in table["worst_relations"].iloc[0]
    limit = {"strait": 3, "border": 2, "port": 2, "line": 2}
    chosen = study.chosen_gates(limit)
    assert [g.kind for g in chosen] == [k for k, n in limit.items() for _ in range(n)]


@pytest.mark.thorough
def test_failure_curves_fall(study: Study) -> None:
    table = curve_table(study.curves(steps=3, repetitions=1, seed=3))
    assert set(table["strategy"]) == {"by flow", "by betweenness", "random"}
    for _, rows in table.groupby(["strategy", "repetition"]):
        assert rows["closed"].tolist() == [0, 1, 2, 3]
        assert rows["efficiency"].iloc[0] == pytest.approx(1)
        assert (rows[["efficiency", "reachable_share"]].diff().dropna() <= 1e-9).all().all()
    with pytest.raises(InputError, match="at least 1 step"):
        study.curves(steps=0)


@pytest.mark.thorough
def test_congestion_keeps_the_base_and_makes_closures_dearer(
    study: Study, suez: Disruption
) -> None:
    still = study.disrupt(congestion=True)
    assert still.queues is not None
    assert np.all(still.queues["time_factor"] == 1)
    assert summary(study, still)["loss_usd"] == 0
    jammed = study.disrupt(parse_closures(["suez"], study.network), congestion=True, rounds=5)
    assert isinstance(jammed.queues, pd.DataFrame)
    queues = jammed.queues.set_index("ref")
    assert (queues["time_factor"] >= 1).all()
    assert queues.loc["panama", "time_factor"] > 1
    assert queues.loc["suez", "teu"] == pytest.approx(0)
    assert jammed.gaps[-1] < 0.25 * jammed.gaps[0]
    free, dear = suez.losses.usd_per_teu, jammed.losses.usd_per_teu
    assert (dear - free).min() > -1e-2
    assert (study.base.teu * dear).sum() > (study.base.teu * free).sum()


def test_by_hours_no_closure_makes_any_mode_quicker() -> None:
    study = Study.of(by="hours", threads=2)
    done = shut(study, "malacca", "KHORGOS-ALTYNKOL-RAIL")
    before, after = study.base.freight.ways, done.freight.ways
    assert np.all(after.land[1] >= before.land[1])
    assert np.all(after.sea[1] >= before.sea[1])
    assert losses(study.base, before).days.max() == 0


# Shocks through the trade model


@pytest.fixture(scope="module")
def shocked(study: Study) -> ShockResult:
    return run_shocks(
        [
            Shock(name="nothing"),
            Shock(name="suez", close=("suez",)),
            Shock(name="suez and malacca", close=("suez", "malacca")),
            Shock(name="kazakhstan", close=("KAZ",)),
            Shock(name="oil", oil_pct=50),
            Shock(name="suez and oil", close=("suez",), oil_pct=50),
        ],
        study=study,
    )


def incomes(shocked: ShockResult) -> pd.DataFrame:
    return shocked.countries.pivot_table(
        index="iso3", columns="shock", values="real_income_change_usd"
    )


def test_no_shock_changes_nothing_and_more_of_it_is_worse(shocked: ShockResult) -> None:
    world = shocked.summary.set_index("shock")["real_income_change_usd"]
    assert world["nothing"] == 0
    assert (incomes(shocked)["nothing"] == 0).all()
    assert world["suez and malacca"] < world["suez"] < -1e10
    assert world["suez and oil"] < min(world["suez"], world["oil"])


def test_a_shut_canal_costs_about_what_its_detours_cost(
    study: Study, suez: Disruption, shocked: ShockResult
) -> None:
    # To first order the loss is trade times the rise of its cost (Hulten); the trade model lets
    # buyers turn elsewhere, and counts goods that go in no box, so it is not the same figure.
    boxed = summary(study, suez)["loss_usd"]
    world = shocked.summary.set_index("shock")["real_income_change_usd"]
    assert 0.5 * boxed < -world["suez"] < 1.6 * boxed


def test_a_shut_country_loses_most_and_its_trade_ends(shocked: ShockResult) -> None:
    table = shocked.countries.query("shock == 'kazakhstan'").set_index("iso3")
    assert table["real_income_change_pct"].idxmin() == "KAZ"
    assert table.loc["KAZ", "imports_change_pct"] < -60
    row = shocked.summary.set_index("shock").loc["kazakhstan"]
    assert row["trade_cut_off_usd"] > 3e10


def test_the_oil_bill_is_paid_by_some_to_others(shocked: ShockResult) -> None:
    bill = shocked.countries.query("shock == 'oil'").set_index("iso3")["oil_usd"]
    assert bill.sum() == pytest.approx(0, abs=1e-6 * bill.abs().sum())
    assert bill["SAU"] > 0 > bill["CHN"]
    assert bill["NOR"] > 0 > bill["JPN"]


def test_shocks_that_cannot_be_are_refused(study: Study) -> None:
    with pytest.raises(InputError, match="two shocks are called 'a'"):
        run_shocks([Shock(name="a"), Shock(name="a")], study=study)
    with pytest.raises(InputError, match="level 'middle'"):
        run_shocks([Shock(name="a")], study=study, level="middle")
    with pytest.raises(InputError, match="suezz"):
        run_shocks([Shock(name="a", close=("suezz",))], study=study)
