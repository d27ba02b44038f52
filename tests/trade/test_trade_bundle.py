"""The bundled calibration: accounts, labels, size, and what the model says on it."""

from __future__ import annotations

import numpy as np
import pytest

from beltroad import evidence
from beltroad.errors import DataError, InputError
from beltroad.trade import (
    assemble,
    bilateral_trade,
    calibrate,
    country_results,
    decomposition,
    industry_results,
    solve,
    world_totals,
)


def corridor(world, factor, members):
    inside = np.isin(world.economies, members)
    change = np.ones(world.pi.shape)
    pair = np.outer(inside, inside) & ~np.eye(len(inside), dtype=bool)
    change[np.ix_(world.goods, np.arange(80), np.arange(80))] = np.where(pair, factor, 1.0)
    return change


def test_shape_and_size(world):
    assert world.pi.shape == (50, 80, 80)
    assert world.goods.sum() == 26
    assert {"CHN", "KAZ", "LAO", "VNM"} <= set(world.economies)
    tables = [name for name in evidence.names() if name.startswith("icio_")]
    assert set(tables) == {
        "icio_trade",
        "icio_inputs",
        "icio_output",
        "icio_economies",
        "icio_industries",
    }
    assert sum(len(evidence.read_bytes(name)) for name in tables) < 4e6


def test_world_accounts_balance(world):
    value_added = (world.beta * world.sales).sum(axis=1)
    assert value_added == pytest.approx(world.value_added, rel=1e-12)
    inputs = np.einsum("nkj,nj->nk", world.gamma, world.sales)
    final = (world.expenditure - inputs).sum(axis=1)
    assert final == pytest.approx(world.income, rel=1e-12)
    assert pytest.approx(world.sales, rel=1e-12, abs=1.0) == world.trade_usd.sum(axis=1).T
    assert world.sales.sum() == pytest.approx(world.expenditure.sum(), rel=1e-12)
    assert np.abs(world.deficit).max() == 0


def test_accounts_agree_with_the_tables(world):
    table = evidence.load("icio_economies").set_index("iso3")
    assert world.value_added / 1e6 == pytest.approx(
        table.loc[list(world.economies), "value_added_musd"].to_numpy(), rel=2e-5
    )
    output = evidence.load("icio_output")
    assert output["gross_output_musd"].sum() * 1e6 == pytest.approx(world.sales.sum(), rel=1e-5)
    assert output["value_added_musd"].min() > 0
    china = table.loc["CHN"]
    assert 17.3e6 < china["value_added_musd"] < 17.9e6  # World Bank GDP 2022: 17.88 tn


def test_final_demand_is_flagged_imputed():
    about = evidence.info("icio_trade")
    assert "imputed" in about.descriptions["final_musd"]
    assert "imputed" in about.notes
    assert any(source.licence == "CC BY 4.0" and "OECD" in source.title for source in about.sources)


def test_no_shock_no_change(world):
    result = solve(world, np.ones(world.pi.shape))
    table = country_results(world, result).filter(like="_pct")
    assert table.abs().max().max() < 1e-9
    assert result.steps == 1


def test_corridor_shock(world):
    members = ["CHN", "KAZ", "LAO", "VNM", "POL", "PAK"]
    result = solve(world, corridor(world, 0.97, members))
    assert result.residuals.largest <= 1e-8
    table = country_results(world, result)
    inside = table.loc[members, "real_income_change_pct"]
    assert (inside > 0).all()
    assert table["real_income_change_pct"].drop(members).abs().max() < inside.max()
    totals = world_totals(world, result)
    assert 0 < totals["real_income_change_pct"] < inside.max()
    assert world_totals(world, result, members)["real_income_change_usd"] > 0
    parts = decomposition(world, result)
    assert parts.loc[members, "iceberg_efficiency_pct"].min() > 0
    columns = ["terms_of_trade_pct", "volume_of_trade_pct", "iceberg_efficiency_pct", "bill_pct"]
    assert parts[columns].sum(axis=1).to_numpy() == pytest.approx(
        parts["first_order_pct"].to_numpy(), abs=1e-12
    )


def test_tables_agree_with_each_other(world):
    result = solve(world, corridor(world, 0.97, ["CHN", "KAZ", "POL"]))
    pairs = bilateral_trade(world, result)
    assert len(pairs) == 80 * 79
    country = country_results(world, result)
    exports = pairs.groupby("exporter")[["before_usd", "after_usd"]].sum()
    assert exports["before_usd"].to_numpy() == pytest.approx(country["exports_usd"].to_numpy())
    change = 100 * (exports["after_usd"] / exports["before_usd"] - 1)
    assert change.to_numpy() == pytest.approx(country["exports_change_pct"].to_numpy(), abs=1e-9)
    industry = industry_results(world, result)
    assert len(industry) == 4000
    by_country = industry.groupby("iso3")["imports_after_usd"].sum()
    imports = pairs.groupby("importer")["after_usd"].sum()
    assert by_country.to_numpy() == pytest.approx(imports.to_numpy())
    goods = bilateral_trade(world, result, goods_only=True)
    assert (goods["before_usd"] <= pairs["before_usd"] * (1 + 1e-12)).all()
    chosen = goods.set_index(["exporter", "importer"]).loc[("CHN", "KAZ")]
    assert chosen["volume_change_pct"] > chosen["change_pct"] > 0


@pytest.mark.slow
def test_near_autarky_converges(world):
    change = np.full(world.pi.shape, 10.0)
    change[:, np.arange(80), np.arange(80)] = 1.0
    result = solve(world, change)
    assert result.residuals.largest <= 1e-8
    assert (country_results(world, result)["real_income_change_pct"] < 0).all()


def test_sectoral_elasticities(world):
    sectoral = calibrate("caliendo_parro_sectoral")
    assert sectoral.theta[sectoral.industry("C19")] == 64.85
    assert sectoral.theta.min() >= 1
    assert (world.theta == 4.55).all()
    result = solve(sectoral, corridor(sectoral, 0.97, ["CHN", "KAZ", "VNM"]))
    assert result.residuals.largest <= 1e-8
    with pytest.raises(InputError, match="uniform"):
        calibrate("guess")


def test_elasticity_ranges_hold_their_values():
    table = evidence.load("icio_industries")
    for name in ("theta_uniform", "theta_caliendo_parro"):
        assert (table[f"{name}_low"] <= table[name] + 1e-9).all()
        assert (table[name] <= table[f"{name}_high"] + 1e-9).all()
        assert (table[f"{name}_low"] >= 1).all()
    assert (table.loc[~table["is_goods"], "confidence"] == "low").all()


def test_calibration_cannot_be_changed(world):
    with pytest.raises(ValueError, match="read-only"):
        world.pi[0, 0, 0] = 1.0
    with pytest.raises(InputError, match="CHN"):
        world.economy("CHM")
    with pytest.raises(InputError, match="industry"):
        world.industry("C99")


def test_data_that_do_not_fit_are_refused():
    flow = np.ones((1, 2, 2))
    with pytest.raises(DataError, match="shapes"):
        assemble(["A", "B"], ["X"], flow, np.zeros((2, 2, 2)), 4.0)
    with pytest.raises(DataError, match="not negative"):
        assemble(["A", "B"], ["X"], -flow, np.zeros((2, 1, 1)), 4.0)
    lopsided = np.array([[[1.0, 0.0], [9.0, 1.0]]])
    with pytest.raises(DataError, match="inputs exceed total spending: A X"):
        assemble(["A", "B"], ["X"], lopsided, np.full((2, 1, 1), 0.5), 4.0)
