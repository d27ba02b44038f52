"""The trade model on any data set: closed forms, invariances and what the parts promise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from trade_economies import random_economy
from trade_tables import symmetric, tables_of

import beltroad
from beltroad.errors import InputError
from beltroad.trade import TradeModel

FORMULA = ["terms_of_trade_pct", "volume_of_trade_pct", "iceberg_efficiency_pct"]


def borders(model: TradeModel, factor: float) -> np.ndarray:
    own = np.eye(len(model.countries), dtype=bool)
    return np.where(own, 1.0, np.full_like(model.calibration.pi, factor))


def rules(*rows: tuple[str, str, str, float | None, float | None]) -> pd.DataFrame:
    columns = ["importer", "exporter", "sector", "tariff", "iceberg_change"]
    return pd.DataFrame(rows, columns=columns)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), tariff=st.sampled_from([0.0, 0.3]), everything=st.booleans())
def test_tables_give_the_same_accounts_back(seed: int, tariff: float, everything: bool) -> None:
    known = random_economy(seed, 4, 3, tariff=tariff, balanced=False)
    model = TradeModel.from_tables(**tables_of(known, everything=everything))
    c = model.calibration
    for name in ("pi", "gamma", "beta", "alpha", "theta", "tariff"):
        np.testing.assert_allclose(getattr(c, name), getattr(known, name), atol=1e-12)
    for name in ("value_added", "sales", "expenditure"):
        np.testing.assert_allclose(getattr(c, name), getattr(known, name), rtol=1e-10)
    np.testing.assert_allclose(c.deficit, known.deficit, atol=1e-9 * known.value_added.sum())
    assert set(model.findings["verdict"]) <= {"note"}
    assert model.repairs.empty


def test_nothing_changes_when_nothing_changes() -> None:
    model = TradeModel.from_tables(**tables_of(random_economy(3, tariff=0.2, balanced=False)))
    for rule in ("keep", "share", "zero"):
        result = model.solve(deficits=rule)
        changes = result.countries.filter(like="change_pct").to_numpy()
        assert np.abs(changes).max() < 1e-8
        assert np.abs(result.trade["change_pct"]).max() < 1e-7


@pytest.mark.parametrize("rule", ["keep", "zero"])
def test_autarky_costs_what_domestic_shares_say(rule: str) -> None:
    """Real wages in autarky: domestic shares to 1/theta through the Leontief inverse."""
    known = random_economy(11, 4, 3, inputs=0.6, theta=5.0, balanced=rule == "keep")
    model = TradeModel.from_tables(**tables_of(known))
    result = model.solve(iceberg_change=borders(model, 1e4), deficits=rule, tolerance=1e-9)
    c = result.calibration
    assert np.abs(c.deficit).max() < 1e-9 * c.value_added.sum()
    expected = []
    for n in range(4):
        own = np.log(c.pi[:, n, n]) / c.theta
        ln_price = -np.linalg.solve(np.eye(3) - c.gamma[n].T, own)  # relative to the wage
        expected.append(100 * np.expm1(-c.alpha[n] @ ln_price))
    found = result.countries["real_wage_change_pct"]
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    np.testing.assert_allclose(result.real_income, found, rtol=1e-6)


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 1000), factor=st.floats(0.7, 1.4))
def test_one_sector_gain_is_the_change_of_the_domestic_share(seed: int, factor: float) -> None:
    """Arkolakis, Costinot and Rodriguez-Clare (2012): one sector, no inputs, balanced trade."""
    known = random_economy(seed, 5, 1, inputs=0.0, theta=4.0)
    model = TradeModel.from_tables(**tables_of(known))
    result = model.solve(iceberg_change=borders(model, factor))
    own = np.arange(5)
    share = result.equilibrium.share[0, own, own] / model.calibration.pi[0, own, own]
    np.testing.assert_allclose(1 + result.real_income / 100, share**-0.25, rtol=1e-8)


@pytest.mark.parametrize("home", [0.5, 0.9, 1 / 3])
@pytest.mark.parametrize("ratio", [0.8, 1.5])
def test_symmetric_countries_have_a_closed_form(home: float, ratio: float) -> None:
    """Wages stay; the price index is a power mean. A third at home is free trade."""
    model = TradeModel.from_tables(**symmetric(3, home, 4.0))
    result = model.solve(shock=rules(("*", "*", "*", None, ratio)))
    price = (home + (1 - home) * ratio**-4.0) ** (-1 / 4.0)
    np.testing.assert_allclose(result.real_income, 100 * (1 / price - 1), rtol=1e-8)
    np.testing.assert_allclose(result.wages, 1.0, rtol=1e-9)


def test_symmetric_tariffs_have_a_closed_form() -> None:
    home, theta, rate = 0.7, 4.0, 0.25
    model = TradeModel.from_tables(**symmetric(4, home, theta))
    result = model.solve(shock=rules(("*", "*", "all", rate, None)))
    price = (home + (1 - home) * (1 + rate) ** -theta) ** (-1 / theta)
    imported = (1 - home) * ((1 + rate) / price) ** -theta
    income = 1 / (1 - rate / (1 + rate) * imported)
    np.testing.assert_allclose(1 + result.real_income / 100, income / price, rtol=1e-9)
    revenue = result.countries["tariff_revenue_after"] / result.calibration.value_added
    np.testing.assert_allclose(revenue, income - 1, rtol=1e-8)


def test_units_and_names_do_not_matter() -> None:
    known = random_economy(5, 4, 3, tariff=0.2, balanced=False)
    shock = rules(("KAZ", "CHN", "*", 0.0, 0.9), ("*", "LAO", "C26", None, 0.8))
    tables = tables_of(known)
    plain = TradeModel.from_tables(**tables).solve(shock=shock)
    tables["flows"] = tables["flows"].assign(value=tables["flows"]["value"] * 7e-6)
    scaled = TradeModel.from_tables(**tables).solve(shock=shock)
    np.testing.assert_allclose(scaled.real_income, plain.real_income, atol=1e-9)
    words = {"KAZ": "01 the steppe", "CHN": "NA", "LAO": "3.0", "PAK": 'Ünnë, "quoted"'}
    tables = {
        name: table.replace(words).sample(frac=1.0, random_state=1)
        for name, table in tables.items()
    }
    renamed = TradeModel.from_tables(**tables).solve(shock=shock.replace(words))
    found = renamed.real_income.loc[[words[c] for c in known.economies]].to_numpy()
    np.testing.assert_allclose(found, plain.real_income, atol=1e-9)


def test_formula_and_exact_income_share_a_limit() -> None:
    known = random_economy(8, 4, 3, tariff=0.4)
    model = TradeModel.from_tables(**tables_of(known))
    old = known.tariff - 1
    ratio = borders(model, 0.8)
    gaps = []
    for scale in (1.0, 1e-1, 1e-2, 1e-3):
        result = model.solve(
            iceberg_change=ratio**scale, tariff=old * (1 - 0.7 * scale), tolerance=1e-12
        ).countries
        exact, formula = result["real_income_change_pct"], result["welfare_formula_pct"]
        gaps.append(float((exact - formula).abs().max() / exact.abs().max()))
        np.testing.assert_allclose(formula, result[FORMULA].sum(axis=1), atol=1e-12)
    assert gaps[0] > 1e-3  # they are two things at full size
    assert gaps[-1] < 2e-3 * gaps[0]


def test_deficits_are_kept_shared_or_removed_first() -> None:
    known = random_economy(4, 4, 2, balanced=False)
    model = TradeModel.from_tables(**tables_of(known))
    ratio = borders(model, 0.7)
    size = model.calibration.value_added.sum()
    kept = model.solve(ratio).countries
    np.testing.assert_allclose(kept["deficit_after"], kept["deficit_before"], atol=1e-12 * size)
    shared = model.solve(ratio, deficits="share")
    own = shared.wages.to_numpy() * model.calibration.value_added
    rate = shared.countries["deficit_after"] / own - known.deficit / known.value_added
    assert np.ptp(rate) < 1e-9  # one and the same rate closes the sum
    assert abs(shared.countries["deficit_after"].sum()) < 1e-9 * size
    zero = model.solve(ratio, deficits="zero")
    assert np.abs(zero.countries[["deficit_before", "deficit_after"]]).to_numpy().max() < (
        1e-9 * size
    )
    again = model.without_deficits.solve(ratio)
    np.testing.assert_allclose(zero.real_income, again.real_income, atol=1e-8)
    assert model.without_deficits.without_deficits is model.without_deficits


def test_large_deficits_and_empty_corners_solve() -> None:
    """A country that sells little, a sector nobody makes, one with no inputs, zero flows."""
    known = random_economy(6, 4, 3, inputs=0.15, tariff=0.1)
    tables = tables_of(known)
    flows = tables["flows"]
    shut = (flows["sector"] == "C26") & (flows["exporter"] == "PAK")
    shut |= (flows["sector"] == "A01") & (flows["importer"] != flows["exporter"])
    shut |= (flows["importer"] == "LAO") & (flows["exporter"] == "KAZ")
    flows = flows[~shut].copy()
    flows.loc[(flows["exporter"] == "CHN") & (flows["importer"] != "CHN"), "value"] *= 0.1
    flows.loc[(flows["importer"] == "LAO") & (flows["exporter"] != "LAO"), "value"] *= 6.0
    io = tables["io"]
    none = io["using_sector"].eq("F") & io["country"].eq("KAZ")
    share = tables["value_added"].copy()
    share.loc[share["sector"].eq("F") & share["country"].eq("KAZ"), "share"] = 1.0
    tables |= {"flows": flows, "io": io[~none], "value_added": share}
    tables["elasticities"] = pd.concat(
        [tables["elasticities"], pd.DataFrame({"sector": ["nothing"], "theta": [3.0]})]
    )
    model = TradeModel.from_tables(**tables)
    assert np.abs(model.calibration.deficit / model.calibration.value_added).max() > 0.25
    for rule in ("keep", "share", "zero"):
        for factor in (0.6, 1.0, 3.0):
            result = model.solve(borders(model, factor), deficits=rule, tolerance=1e-9)
            assert max(result.residuals.values()) < 1e-8
    assert not (result.trade["sector"] == "nothing").any()


def test_theta_takes_the_place_of_the_models() -> None:
    tables = symmetric(3, 0.7, 4.0)
    result = TradeModel.from_tables(**tables).solve(
        shock=rules(("*", "*", "*", None, 0.8)), theta=8.0
    )
    price = (0.7 + 0.3 * 0.8**-8.0) ** (-1 / 8.0)
    np.testing.assert_allclose(result.real_income, 100 * (1 / price - 1), rtol=1e-8)


def test_result_tables_say_the_same_thing() -> None:
    known = random_economy(2, 4, 3, tariff=0.2, balanced=False)
    model = TradeModel.from_tables(**tables_of(known))
    result = model.solve(borders(model, 0.8), tariff=0.5 * (known.tariff - 1))
    trade, countries = result.trade, result.countries.set_index("country")
    abroad = trade[trade["importer"] != trade["exporter"]]
    sums = abroad.groupby("exporter")[["before", "after"]].sum().loc[list(known.economies)]
    change = 100 * (sums["after"] / sums["before"] - 1)
    np.testing.assert_allclose(countries["exports_change_pct"], change, atol=1e-8)
    np.testing.assert_allclose(countries["exports_before"], sums["before"], rtol=1e-9)
    made = result.industries.groupby("country")["output_after"].sum()
    sold = trade.groupby("exporter")["after"].sum()
    np.testing.assert_allclose(made, sold, rtol=1e-8)
    world = (result.wages * countries["value_added_before"]).sum()
    np.testing.assert_allclose(world, countries["value_added_before"].sum(), rtol=1e-12)
    assert result.about["iterations"] == result.equilibrium.steps
    assert set(result.about["residuals"]) == {"labour_market", "price", "trade_balance", "walras"}


def test_digest_follows_inputs() -> None:
    known = random_economy(2)
    model = TradeModel.from_tables(**tables_of(known))
    again = TradeModel.from_tables(**tables_of(known))
    assert model.digest == again.digest
    ratio = borders(model, 0.9)
    assert model.solve(ratio).digest == again.solve(ratio).digest
    assert model.solve(ratio).digest != model.solve(ratio**1.01).digest
    assert model.solve(ratio).digest != model.solve(ratio, deficits="share").digest
    other = TradeModel.from_tables(**tables_of(random_economy(2, theta=4.1)))
    assert other.digest != model.digest


@pytest.mark.parametrize(
    ("given_", "message"),
    [
        ({"deficits": "none"}, "choose one of keep, zero, share"),
        ({"tariff": np.ones((3, 4, 4))}, "own sales must be zero"),
        ({"tariff": 7.5 * (1 - np.eye(4)) * np.ones((3, 4, 4))}, "in percent"),
        ({"tariff": np.zeros((2, 4, 4))}, "shape"),
        ({"iceberg_change": np.ones((3, 4, 3))}, "shape"),
        ({"iceberg_change": np.zeros((3, 4, 4))}, "above zero"),
        ({"tolerance": 1e-3}, "tolerance"),
        ({"theta": 0.5}, "at least 1"),
    ],
)
def test_wrong_arguments_are_named(given_: dict[str, object], message: str) -> None:
    model = TradeModel.from_tables(**tables_of(random_economy(2)))
    with pytest.raises(InputError, match=message):
        model.solve(**given_)


def test_bundled_model_is_the_calibration() -> None:
    model = TradeModel.bundled()
    assert model.calibration is TradeModel.from_icio().calibration
    assert beltroad.TradeModel is TradeModel
    assert set(model.imputed) <= set(model.countries)
    assert model.findings.empty


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"iceberg_change": "0.9"}, "iceberg_change: expected numbers, found str '0.9'"),
        ({"iceberg_change": 0.9}, r"iceberg_change has shape \(\), expected \(1, 3, 3\)"),
        ({"tariff": ["a"]}, "tariff: expected numbers"),
        ({"shock": "shock.csv"}, "shock: expected a table.*found str; read a file with"),
        ({"theta": [4.0, 4.0]}, r"theta has shape \(2,\); give one, or 1"),
        ({"theta": {"all": 4.0}}, "theta: expected numbers, found dict"),
        ({"tolerance": "tight"}, "tolerance 'tight': expected a number"),
        ({"bill": 1e9}, "bill: expected a Bill, found float"),
    ],
)
def test_wrong_types_are_told_in_one_line(arguments: dict[str, object], message: str) -> None:
    model = TradeModel.from_tables(**symmetric())
    with pytest.raises(InputError, match=message):
        model.solve(**arguments)


@pytest.mark.parametrize("value", [True, 1j, pd.Timestamp("2022-01-01")])
def test_flags_and_dates_are_no_amounts(value: object) -> None:
    tables = symmetric()
    with pytest.raises(InputError, match=r"value '.*': is no number"):
        TradeModel.from_tables(**tables | {"flows": tables["flows"].assign(value=value)})


def test_the_wildcard_is_no_name_of_a_country() -> None:
    tables = {name: table.replace({"land 0": "*"}) for name, table in symmetric().items()}
    with pytest.raises(InputError, match="stands for all"):
        TradeModel.from_tables(**tables)
