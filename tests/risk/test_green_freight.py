"""Freight emissions: by hand on three cities, identities, and modes on a small network."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from beltroad import trade
from beltroad.appraisal import green
from beltroad.appraisal.disruption import container_trade
from beltroad.appraisal.economy import Economy, Outcome, calibrated
from beltroad.appraisal.levels import Case, Comparison
from beltroad.appraisal.transport import Shipments
from beltroad.errors import DataError
from beltroad.infrastructure.pricing.weights import link_weights
from beltroad.infrastructure.projects.effects import effects_of
from beltroad.infrastructure.shipments.modes import ModeChoice
from beltroad.infrastructure.shipments.router import Router, land_ways

CASE = Case("central", "as it is")
VALUE = 50_000.0
CITIES = np.array(["CHN", "DEU", "KAZ"])
# Hours and kilograms CO2e per TEU of every way between two cities.
LAND = (480.0, 3000.0)
SEA = (960.0, 1500.0)


def ways(land: tuple[float, float] = LAND, sea: tuple[float, float] = SEA) -> Shipments:
    def matrix(hours: float, kg: float) -> np.ndarray:
        apart = ~np.eye(3, dtype=bool)
        rows = [np.where(apart, value, 0.0) for value in (hours, 2000.0, kg)]
        return np.stack(rows).astype(np.float32)

    return Shipments(matrix(*land), matrix(*sea))


def economy(after: Shipments, before: Shipments | None = None) -> Economy:
    before = before or ways()
    return Economy(
        CITIES, np.array([3.0, 2.0, 1.0]), ModeChoice(3.0, 0.01), VALUE,
        Comparison(before, after, before), lambda _: Comparison(before, after, before),
    )  # fmt: skip


def outcome(solved: dict[str, trade.Equilibrium] | None = None) -> Outcome:
    none = pd.DataFrame()
    return Outcome(CASE, none, xr.Dataset(), none, none, {}, solved or {})


def pairs(change_pct: float = 0.0) -> pd.DataFrame:
    rows = [("CHN", "DEU", 1e9), ("DEU", "CHN", 5e8), ("KAZ", "DEU", 1e8), ("CHN", "ROW", 7e9)]
    table = pd.DataFrame(rows, columns=["exporter", "importer", "trade_usd"])
    return table.assign(trade_change_pct=change_pct)


def freight(e: Economy, table: pd.DataFrame) -> pd.DataFrame:
    return green.freight_emissions(e, outcome(), table).set_index("iso3")


def share(e: Economy) -> float:
    return float(e.measure(CASE).split.land_share[0, 1])


def test_one_mode_by_hand() -> None:
    """Nothing but the sea: 1,500 kg on each of 20,000, 10,000 and 2,000 TEU."""
    shut = ways(land=(np.inf, np.inf))
    found = freight(economy(shut, shut), pairs())
    assert found.at["WLD", "emissions_before_t"] == pytest.approx(1.5 * 32_000)
    assert found.at["WLD", "teu_before"] == pytest.approx(32_000)
    assert found.at["CHN", "emissions_before_t"] == pytest.approx(1.5 * 30_000 / 2)
    assert found.at["KAZ", "emissions_before_t"] == pytest.approx(1.5 * 2_000 / 2)
    assert found.at["WLD", "land_way_before_t"] == 0
    assert found["rail_before_t"].isna().all()


def test_two_modes_weigh_by_their_shares() -> None:
    e = economy(ways())
    land = share(e)
    assert 0 < land < 1
    kg = land * LAND[1] + (1 - land) * SEA[1]
    assert freight(e, pairs()).at["WLD", "emissions_before_t"] == pytest.approx(32 * kg)


def test_no_scenario_is_no_change() -> None:
    found = freight(economy(ways()), pairs())
    for part in green.PARTS:
        assert (found[f"{part}_change_t"] == 0).all()
    assert (found["change_pct"] == 0).all()
    assert green.held_change_pct(economy(ways()), outcome(), pairs()) == 0


@pytest.mark.parametrize("land", [(240.0, 2000.0), (480.0, 900.0), (900.0, 4000.0)])
def test_parts_and_economies_add_up(land: tuple[float, float]) -> None:
    found = freight(economy(ways(land)), pairs(4.0))
    total = found[[f"{part}_change_t" for part in green.PARTS]].sum(axis=1)
    whole = found["emissions_after_t"] - found["emissions_before_t"]
    assert total.to_numpy() == pytest.approx(whole.to_numpy())
    amounts = [c for c in found if c.endswith("_t") and found[c].notna().all()]
    assert found.drop("WLD")[amounts].sum().to_numpy() == pytest.approx(
        found.loc["WLD", amounts].to_numpy(float)
    )
    for state in ("before", "after"):
        by_way = found[f"land_way_{state}_t"] + found[f"sea_way_{state}_t"]
        assert by_way.to_numpy() == pytest.approx(found[f"emissions_{state}_t"].to_numpy())


def test_quicker_land_moves_goods_to_it_and_only_cleaner_ways_save() -> None:
    quicker = freight(economy(ways((240.0, LAND[1]))), pairs()).loc["WLD"]
    assert quicker["routes_change_t"] == pytest.approx(0, abs=1e-6)
    assert quicker["mode_change_t"] > 0  # land emits more here
    cleaner = freight(economy(ways((LAND[0], 1000.0))), pairs()).loc["WLD"]
    e = economy(ways())
    assert cleaner["routes_change_t"] == pytest.approx(-32 * share(e) * 2000)
    assert cleaner["mode_change_t"] == pytest.approx(0, abs=1e-6)


def test_more_trade_emits_more_on_the_same_ways() -> None:
    found = freight(economy(ways()), pairs(10.0)).loc["WLD"]
    assert found["held_change_pct"] == 0
    assert found["change_pct"] == pytest.approx(10)
    assert found["rebound_change_t"] == pytest.approx(0.1 * found["emissions_before_t"])
    assert found["teu_change_pct"] == pytest.approx(10)


def test_a_mode_that_is_shut_keeps_the_cargo_it_had_in_the_routes_part() -> None:
    shut = ways()
    nowhere = np.where(np.eye(3, dtype=bool), 0.0, np.inf).astype(np.float32)
    shut = Shipments(np.stack([nowhere] * 3), shut.sea)
    e = economy(shut)
    found = freight(e, pairs()).loc["WLD"]
    assert found["emissions_after_t"] == pytest.approx(32 * SEA[1])
    assert found["routes_change_t"] == pytest.approx(0, abs=1e-6)
    assert found["mode_change_t"] == pytest.approx(32 * share(e) * (SEA[1] - LAND[1]))


def test_boxed_goods_are_those_of_the_disruptions() -> None:
    """With equilibria kept and no shock: volumes of the accounts, no growth."""
    accounts = calibrated(CASE)
    same = trade.solve(accounts, np.ones_like(accounts.trade_usd))
    e = economy(ways())
    found = green.freight_emissions(e, outcome({"before": same, "after": same}), pairs())
    boxed, _ = container_trade()
    usd = boxed.loc[CITIES, CITIES].to_numpy().sum()
    world = found.set_index("iso3").loc["WLD"]
    assert world["teu_before"] == pytest.approx(usd / VALUE)
    assert world["change_pct"] == pytest.approx(0, abs=1e-8)


def test_by_mode_adds_up_to_the_ways() -> None:
    def parts(state: Shipments) -> green.ModeWays:
        cut = np.array([0.6, 0.3, 0.06, 0.04, 0.0])[:, None, None]
        on_sea = np.array([0.05, 0.15, 0.0, 0.0, 0.8])[:, None, None]
        return green.ModeWays(
            (cut * state.land[2]).astype(np.float32), (on_sea * state.sea[2]).astype(np.float32)
        )

    after = ways((300.0, 2500.0))
    found = green.freight_emissions(
        economy(after), outcome(), pairs(3.0), {"before": parts(ways()), "after": parts(after)}
    )
    for state in ("before", "after"):
        by_mode = found[[f"{m}_{state}_t" for m in green.FREIGHT_MODES]].sum(axis=1)
        assert by_mode.to_numpy() == pytest.approx(
            found[f"emissions_{state}_t"].to_numpy(), rel=1e-6
        )


def test_modes_of_links_add_up_on_a_small_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "infrastructure"))
    import small_network as small

    network, pricing = small.network(), small.pricing()
    nothing = pd.Series(dtype=bool)
    effects = effects_of(network, [], {}, nothing, pricing.parameters, pricing.groups)
    weights = link_weights(network, pricing, effects)
    split = green.weights_by_mode(network, weights)
    rail, first = small.link("r0", "r1"), small.link("west", "r0")
    for name in ("forward", "backward"):
        whole, parts = getattr(weights, name), getattr(split, name)
        assert (parts[0] == whole[0]).all()
        assert parts[1:].sum(axis=0) == pytest.approx(whole[2])
        assert (parts[1:, rail] > 0).tolist() == [True, False, False, False, False]
        assert (parts[1:, first] > 0).tolist() == [False, True, False, False, False]
    router = Router.of(network)
    plain, by_mode = land_ways(router, weights), land_ways(router, split)
    known = np.isfinite(plain[0])
    assert known.sum() > len(known)
    assert (by_mode[0] == plain[0]).all()
    assert by_mode[1:].sum(axis=0)[known] == pytest.approx(plain[2][known])


def costed() -> pd.DataFrame:
    return pd.DataFrame(
        {"id": ["a", "b", "c"], "name": ["Line", "Port", "Old line"],
         "mode": ["rail", "port", "rail"], "effect": ["new_link", "new_port", "new_link"],
         "length_km": [100.0, np.nan, 50.0], "cost_usd_bn": [np.nan, 1.0, np.nan],
         "new": [True, True, False]}
    )  # fmt: skip


def test_projects_and_their_sum() -> None:
    found = green.green_projects(costed(), saving_t_a=10_000.0).set_index("id")
    assert list(found.index) == ["all", "a", "b"]
    for bound in ("low", "central", "high"):
        column = f"construction_{bound}_t"
        assert found.at["all", column] == pytest.approx(found.loc[["a", "b"], column].sum())
        years = found.at["all", f"payback_{bound}_years"]
        assert years == pytest.approx(found.at["all", column] / 10_000)
    assert found.at["all", "reason"] == "2 red"
    assert found.loc[["a", "b"], "payback_low_years"].isna().all()


def test_what_saves_nothing_never_pays_back() -> None:
    assert green.payback_years(100.0, -1.0) == np.inf
    assert green.payback_years(100.0, 0.0) == np.inf
    assert green.payback_years(100.0, 50.0) == 2
    assert np.isnan(green.payback_years(100.0, None))
    none = green.green_projects(costed().assign(new=False), saving_t_a=1.0)
    assert none["id"].to_list() == ["all"]
    assert none.at[0, "payback_high_years"] == 0


def test_the_tables_say_what_they_miss() -> None:
    with pytest.raises((DataError, KeyError)):
        green.freight_emissions(economy(ways()), outcome(), pairs().drop(columns="trade_usd"))
