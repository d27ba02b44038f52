"""The bundled calibration: accounts, labels, size, and what the model says on it."""

from __future__ import annotations

import numpy as np
import pytest

from beltroad import evidence
from beltroad.errors import ConvergenceError, DataError, InputError
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
    every = np.arange(len(world.economies))
    change[np.ix_(world.goods, every, every)] = np.where(pair, factor, 1.0)
    return change


def flags(column):
    return column.astype(str).eq("True")


def test_shape_and_size(world):
    n = len(world.economies)
    assert world.pi.shape == (50, n, n)
    assert n >= 160
    assert world.goods.sum() == 26
    assert "ROW" in world.economies
    assert list(world.economies) == sorted(set(world.economies))
    assert {"CHN", "KAZ", "LAO", "VNM", "KGZ", "UZB", "MNG", "IRN", "LKA"} <= set(world.economies)
    tables = ["icio_trade", "icio_inputs", "icio_output", "icio_economies", "world_trade"]
    assert sum(len(evidence.read_bytes(name)) for name in tables) < 6e6


def test_every_corridor_economy_and_every_large_one_is_there(world):
    corridor = set(evidence.load("corridor_economies")["iso3"])
    assert corridor <= set(world.economies)
    countries = evidence.load("countries").set_index("iso3")
    cities = set(evidence.load("cities")["iso3"])
    large = {c for c in countries.index[countries["gdp_usd"] >= 8e9] if c in cities}
    assert large <= set(world.economies)
    assert set(world.economies) - {"ROW"} <= set(countries.index)


def test_imputed_economies_are_flagged_with_their_donors(world):
    table = evidence.load("icio_economies").set_index("iso3")
    assert list(table.index) == list(world.economies)
    imputed = flags(table["imputed"])
    assert (~imputed).sum() == 80
    assert (table.loc[~imputed, "donors"] == "").all()
    for text in table.loc[imputed, "donors"]:
        parts = [part.split() for part in text.split("; ")]
        assert all(code in table.index[~imputed] for code, _ in parts)
        assert sum(float(weight) for _, weight in parts) == pytest.approx(1.0, abs=0.06)
    unknown = table["exports_recorded_musd"].isna() & (table.index != "ROW")
    assert table.loc[unknown, "flags"].str.contains("no record of trade").all()


def test_world_accounts_balance(world):
    value_added = (world.beta * world.sales).sum(axis=1)
    assert value_added == pytest.approx(world.value_added, rel=1e-12)
    inputs = np.einsum("nkj,nj->nk", world.gamma, world.sales)
    final = (world.expenditure - inputs).sum(axis=1)
    assert final == pytest.approx(world.income, rel=1e-9)
    scale = world.sales.max()
    assert pytest.approx(world.sales, rel=1e-9, abs=1e-12 * scale) == world.trade_usd.sum(axis=1).T
    spent = world.expenditure.sum() - world.tariff_revenue.sum()
    assert world.sales.sum() == pytest.approx(spent, rel=1e-12)
    assert abs(world.deficit.sum()) < 1e-9 * world.value_added.sum()
    away = 1 - np.eye(len(world.economies))
    trade = world.trade_usd.sum(axis=0) * away
    gap = trade.sum(axis=1) - trade.sum(axis=0)
    assert gap == pytest.approx(world.deficit, abs=1e-9 * world.value_added.sum())


@pytest.fixture(scope="module")
def untaxed():
    return calibrate(tariffs=False)


def test_accounts_agree_with_the_tables(untaxed):
    table = evidence.load("icio_economies").set_index("iso3")
    order = list(untaxed.economies)
    assert untaxed.value_added / 1e6 == pytest.approx(
        table.loc[order, "value_added_musd"].to_numpy(), rel=1e-3
    )
    assert untaxed.deficit / 1e6 == pytest.approx(
        table.loc[order, "deficit_musd"].to_numpy(), abs=2e-4 * table["value_added_musd"].max()
    )
    output = evidence.load("icio_output")
    assert output["gross_output_musd"].sum() * 1e6 == pytest.approx(untaxed.sales.sum(), rel=1e-4)
    assert output["value_added_musd"].min() > 0
    assert not output.loc[flags(output["imputed"]), "recorded_output_musd"].notna().any()
    china = table.loc["CHN"]
    assert 17.0e6 < china["value_added_musd"] < 17.9e6  # World Bank GDP 2022: 17.88 tn


def test_world_value_added_agrees_with_world_output(world):
    table = evidence.load("icio_economies").set_index("iso3")
    total = world.value_added.sum() / table["gdp_usd"].sum()
    assert 0.93 < total < 1.0  # basic prices: GDP holds taxes on products
    imputed = flags(table["imputed"])
    ratio = table["value_added_musd"] * 1e6 / table["gdp_usd"]
    assert ratio[imputed].max() == pytest.approx(ratio[imputed].min(), rel=1e-4)
    # Inputs from economies that the source does not show come off the residual.
    seen = table[~imputed]
    assert (seen["value_added_musd"] < seen["source_residual_musd"]).all()


def test_trade_agrees_with_the_records(world):
    table = evidence.load("icio_economies").set_index("iso3")
    away = 1 - np.eye(len(world.economies))
    exports = (world.trade_usd * away).sum(axis=(0, 1)) / 1e6
    off = exports / table["exports_recorded_musd"].to_numpy() - 1
    off = off[np.isfinite(off)]
    assert np.median(np.abs(off)) < 0.05
    assert np.quantile(np.abs(off), 0.9) < 0.2
    china = table.index.get_loc("CHN")
    assert exports[china] > 3.5e6  # recorded: 3.7 tn USD of goods and services


def test_tariffs_are_part_of_the_accounts(world, untaxed):
    assert (untaxed.tariff == 1).all()
    assert (world.tariff >= 1).all()
    assert (world.tariff[~world.goods] == 1).all()
    own = np.arange(len(world.economies))
    assert (world.tariff[:, own, own] == 1).all()
    assert 0.002 < world.tariff_revenue.sum() / world.value_added.sum() < 0.02
    # Trade before tariff is the same; duties on inputs come off value added.
    assert world.trade_usd.sum() == pytest.approx(untaxed.trade_usd.sum(), rel=0.01)
    assert (world.value_added <= untaxed.value_added * (1 + 1e-3)).all()
    inputs_duty = untaxed.value_added.sum() - world.value_added.sum()
    assert 0 < inputs_duty < world.tariff_revenue.sum()


def test_final_demand_is_flagged_imputed():
    about = evidence.info("icio_trade")
    assert "imputed" in about.descriptions["final_musd"]
    assert "imputed" in about.notes
    assert any(source.licence == "CC BY 4.0" and "OECD" in source.title for source in about.sources)
    other = evidence.info("world_trade")
    assert "imputed" in other.descriptions["trade_musd"]
    assert all(source.url and source.licence for source in other.sources)
    seen = set(evidence.load("icio_trade")["importer"].astype(str))
    assert len(seen) == 80
    flows = evidence.load("world_trade")
    both = flows["importer"].astype(str).isin(seen) & flows["exporter"].astype(str).isin(seen)
    assert not both.any()


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
    n = len(world.economies)
    assert len(pairs) == n * (n - 1)
    country = country_results(world, result)
    exports = pairs.groupby("exporter")[["before_usd", "after_usd"]].sum()
    assert exports["before_usd"].to_numpy() == pytest.approx(country["exports_usd"].to_numpy())
    change = 100 * (exports["after_usd"] / exports["before_usd"] - 1)
    assert change.to_numpy() == pytest.approx(country["exports_change_pct"].to_numpy(), abs=1e-9)
    industry = industry_results(world, result)
    assert len(industry) == 50 * n
    by_country = industry.groupby("iso3")["imports_after_usd"].sum()
    imports = pairs.groupby("importer")["after_usd"].sum()
    assert by_country.to_numpy() == pytest.approx(imports.to_numpy())
    goods = bilateral_trade(world, result, goods_only=True)
    assert (goods["before_usd"] <= pairs["before_usd"] * (1 + 1e-12)).all()
    chosen = goods.set_index(["exporter", "importer"]).loc[("CHN", "KAZ")]
    assert chosen["volume_change_pct"] > chosen["change_pct"] > 0


def all_borders(world, factor):
    change = np.full(world.pi.shape, factor)
    own = np.arange(len(world.economies))
    change[:, own, own] = 1.0
    return change


def test_near_autarky_converges(world):
    result = solve(world, all_borders(world, 10.0), deficits="zero")
    assert result.residuals.largest <= 1e-8
    table = country_results(world, result)
    # Without trade deficits go, too: whom they fed loses more than trade alone gave.
    assert (table.loc[world.deficit >= 0, "real_income_change_pct"] < 0).all()
    share = result.trade_usd.sum(axis=0)
    abroad = 1 - np.diagonal(share).sum() / share.sum()
    was = world.trade_usd.sum(axis=0)
    assert abroad < 0.05 * (1 - np.diagonal(was).sum() / was.sum())


def test_surpluses_that_cannot_be_earned_are_refused_early(world):
    """Kept in money, a surplus of a third of value added cannot be shipped next to autarky."""
    shares = world.deficit / world.value_added
    with pytest.raises(ConvergenceError, match="income is not above zero from") as caught:
        solve(world, all_borders(world, 10.0), deficits="keep")
    text = str(caught.value)
    for code in ("SGP", "LUX", "IRL"):
        assert f"{code} (-" in text
        assert shares[world.economy(code)] < -0.2
    assert "industry by industry" not in text
    steps = int(text.split("within ")[1].split()[0])
    assert steps < 100  # no exact Jacobians on incomes below zero


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
    with pytest.raises(InputError, match="KAZ"):
        world.economy("KAX")
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
