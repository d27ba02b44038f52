"""What is made of estimates: equivalents, potential, imputed flows, the bundled sample."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from gravity_panels import pair, panel
from scipy.optimize import minimize

from beltroad.errors import InputError
from beltroad.trade.gravity import (
    ad_valorem_equivalent,
    day_equivalent,
    equivalents,
    estimate,
    fit_flows,
    leave_economy_out,
    potential,
    predict_flows,
    sample_panel,
    trade_elasticity,
    trade_per_day,
    with_mass,
)
from beltroad.trade.gravity.flow_equation import clustered_covariance, fit_flow_equation
from beltroad.trade.gravity.sample import distances_km, land_links

pytest.importorskip("pyfixest")
REGRESSORS = ["ln(dist)", "rta"]


def world(noise: float = 0.0, seed: int = 0, n: int = 16) -> pd.DataFrame:
    """Flows that output, distance and remoteness explain but for noise."""
    rng = np.random.default_rng(seed)
    names = [f"E{k:02d}" for k in range(n)]
    place = rng.uniform(0, 5000, (n, 2))
    km = np.hypot(*(place[:, None] - place).transpose(2, 0, 1)) + 50
    gdp = np.exp(rng.normal(4, 1, n))
    i, j = (a.ravel() for a in np.nonzero(~np.eye(n, dtype=bool)))
    frame = pd.DataFrame(
        {
            "exporter": np.array(names)[i], "importer": np.array(names)[j],
            "distance_km": km[i, j], "gdp_exporter_usd": gdp[i], "gdp_importer_usd": gdp[j],
            "contiguous": (km[i, j] < 1500).astype(float), "trade": 1.0,
        }
    )  # fmt: skip
    frame = with_mass(frame)
    index = (
        0.9 * frame["ln_gdp_exporter"] + 0.8 * frame["ln_gdp_importer"]
        - frame["ln_distance"] + 0.3 * frame["contiguous"]
        + 0.5 * frame["ln_remoteness_exporter"] + 0.4 * frame["ln_remoteness_importer"]
    )  # fmt: skip
    shock = rng.lognormal(-(noise**2) / 2, noise, len(frame)) if noise else 1.0
    return frame.assign(trade=np.exp(index) * shock)


def test_equivalents_in_closed_form() -> None:
    data = panel(noise=False)
    fit = estimate(data, regressors=REGRESSORS, effects="country_time")
    row = ad_valorem_equivalent(fit, "rta", (5.0, 0.0)).iloc[0]
    assert row["value"] == pytest.approx(100 * (np.exp(-0.4 / 5) - 1), rel=1e-7)
    days = data.assign(days=data["dist"] / 100)
    timed = estimate(days, regressors=["ln(days)", "rta"], effects="country_time")
    row = day_equivalent(timed, "ln(days)", (5.0, 0.0), at_days=20).iloc[0]
    assert row["value"] == pytest.approx(100 * ((21 / 20) ** (0.9 / 5) - 1), rel=1e-7)
    found = equivalents(timed, days, (5.0, 0.5))
    assert list(found["unit"]) == ["percent"] * 3
    at = float(np.average(days["days"], weights=days["trade"]))
    change = trade_per_day(timed, "ln(days)", at_days=at).iloc[0]["value"]
    assert change == pytest.approx(100 * ((1 + 1 / at) ** -0.9 - 1), rel=1e-6)
    assert found["value"].iloc[1] == pytest.approx(change)


def test_a_tariff_gives_the_elasticity_of_either_kind_of_flow() -> None:
    data = panel(noise=False)
    rng = np.random.default_rng(0)
    data["tariff"] = rng.uniform(0, 0.3, len(data))
    before = data.assign(trade=data["trade"] * (1 + data["tariff"]) ** -6.0)
    with_duty = before.assign(trade=before["trade"] * (1 + before["tariff"]))
    options = {"regressors": ["ln(dist)", "ln1p(tariff)"], "effects": "country_time"}
    for frame, basis in ((before, "before_duty"), (with_duty, "with_duty")):
        frame = frame.assign(trade=frame["trade"] * np.exp(-0.4 * frame["rta"]))
        found = trade_elasticity(estimate(frame, **options), "ln1p(tariff)", basis=basis)
        assert found["value"].iloc[0] == pytest.approx(5.0, rel=1e-6)
    wrong = data.assign(trade=data["trade"] * (1 + data["tariff"]) ** 3)
    with pytest.raises(InputError, match="no positive trade elasticity"):
        trade_elasticity(estimate(wrong, **options), "ln1p(tariff)")


def test_the_delta_method_against_draws_and_differences() -> None:
    fit = estimate(panel(1), regressors=REGRESSORS)
    theta = (5.0, 0.3)
    delta = ad_valorem_equivalent(fit, "rta", theta).iloc[0]
    drawn = ad_valorem_equivalent(fit, "rta", theta, method="draws").iloc[0]
    assert drawn["se"] == pytest.approx(delta["se"], rel=0.05)
    b, se = fit.coefficient("rta")
    step = 1e-6

    def worth(slope: float, power: float) -> float:
        return 100 * np.expm1(-slope / power)

    by_b = (worth(b + step, 5) - worth(b - step, 5)) / (2 * step)
    by_theta = (worth(b, 5 + step) - worth(b, 5 - step)) / (2 * step)
    assert delta["se"] == pytest.approx(np.hypot(by_b * se, by_theta * 0.3), rel=1e-6)
    assert delta["high"] - delta["value"] == pytest.approx(1.959964 * delta["se"], rel=1e-6)


def test_potential_in_sample_leaves_no_economy_a_gap() -> None:
    data = panel(2, years=1)
    found = potential(
        data, regressors=REGRESSORS, method="in_sample", draws=20,
        groups={"some": ["C00", "C01", "C02"]},
    )  # fmt: skip
    np.testing.assert_allclose(found.economies["ratio"], 1.0, rtol=1e-7)
    fit = estimate(data, regressors=REGRESSORS)
    np.testing.assert_allclose(found.pairs["predicted"], fit.predicted, rtol=1e-6)
    by_side = found.groups.set_index("side")["trade"]
    parts = by_side[["within", "with others", "among others"]].sum()
    assert parts == pytest.approx(data["trade"].sum())
    assert by_side["exports"] == pytest.approx(
        data.loc[data["exporter"].isin(["C00", "C01", "C02"]), "trade"].sum()
    )


def test_potential_out_of_sample_never_uses_the_pair_itself() -> None:
    data = panel(3, years=1)
    options = {"regressors": REGRESSORS, "draws": 0, "folds": 5, "seed": 1}
    base = potential(data, **options)
    # Multiply one pair by a thousand: its own prediction must stay, others may move.
    one = (data["exporter"] == "C04") & (data["importer"] == "C07")
    data.loc[one, "trade"] = 1.0
    low = potential(data, **options).pairs.loc[one.to_numpy()]
    data.loc[one, "trade"] = 1e6
    high = potential(data, **options).pairs.loc[one.to_numpy()]
    assert low["predicted"].iloc[0] == pytest.approx(high["predicted"].iloc[0], rel=1e-9)
    inside = potential(data, **options, method="in_sample").pairs.loc[one.to_numpy()]
    assert inside["predicted"].iloc[0] > 2 * high["predicted"].iloc[0]
    assert high["gap_usd"].iloc[0] == pytest.approx(high["predicted"].iloc[0] - 1e6)
    assert base.accuracy["pairs"] == (panel(3, years=1)["trade"] > 0).sum()


@pytest.mark.parametrize("method", ["in_sample", "out_of_sample", "observables"])
def test_without_noise_every_pair_is_at_its_potential(method: str) -> None:
    found = potential(
        world(), regressors=["ln_distance", "contiguous"], method=method, draws=5, folds=4
    )
    np.testing.assert_allclose(found.pairs["ratio"], 1.0, rtol=1e-6)
    assert found.accuracy["r2_log"] == pytest.approx(1.0)


@pytest.mark.parametrize("method", ["out_of_sample", "observables"])
def test_intervals_hold_the_prediction_and_the_seed_decides(method: str) -> None:
    options = {"regressors": ["ln_distance", "contiguous"], "method": method, "draws": 60}
    a, b = (potential(world(0.8), **options, seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(a.pairs, b.pairs)
    inside = (a.pairs["low"] <= a.pairs["predicted"]) & (a.pairs["predicted"] <= a.pairs["high"])
    assert inside.mean() > 0.95
    other = potential(world(0.8), **options, seed=4)
    assert not np.allclose(other.pairs["low"], a.pairs["low"])


def test_predictions_that_cannot_be_made_are_flagged() -> None:
    data = panel(4, years=1, zeros=0.0).assign(flags="mirror data")
    data.loc[data["exporter"] == "C05", "trade"] = 0.0
    found = potential(data, regressors=REGRESSORS, draws=0).pairs
    silent = found["exporter"] == "C05"
    assert found.loc[silent, "predicted"].isna().all()
    assert (found.loc[silent, "flags"] == "mirror data; no prediction: no trade to estimate an "
            "effect from").all()  # fmt: skip
    assert (found.loc[~silent, "flags"] == "mirror data").all()


def test_potential_refuses_what_it_cannot_do() -> None:
    with pytest.raises(InputError, match="choose from in_sample"):
        potential(panel(), regressors=REGRESSORS, method="best")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="no column 'ln_gdp_exporter'"):
        potential(panel(), regressors=REGRESSORS, method="observables")
    with pytest.raises(InputError, match="predict total trade"):
        potential(panel().assign(sector="s"), regressors=REGRESSORS, method="observables")


def test_flow_equation_is_the_likelihoods_maximum() -> None:
    data = world(0.7, seed=1, n=8)
    x = np.column_stack([data["ln_distance"], data["contiguous"], np.ones(len(data))])
    y = data["trade"].to_numpy(copy=True)
    y[:5] = 0.0

    def poisson(b: np.ndarray) -> float:
        return float((np.exp(x @ b) - y / y.mean() * (x @ b)).mean())

    def gamma(b: np.ndarray) -> float:
        return float((y / y.mean() * np.exp(-x @ b) + x @ b).mean())

    for family, loss in (("poisson", poisson), ("gamma", gamma)):
        b, fitted = fit_flow_equation(y, x, family)
        start = b.copy()
        start[-1] -= np.log(y.mean())
        best = minimize(loss, start + 0.05, method="BFGS", options={"gtol": 1e-10})
        np.testing.assert_allclose(best.x, start, atol=1e-4)
        gap = (y - fitted) / (fitted if family == "gamma" else y.mean())
        np.testing.assert_allclose(x.T @ gap, 0.0, atol=1e-6)
        np.testing.assert_allclose(np.exp(x @ b), fitted, rtol=1e-8)
    _, fitted = fit_flow_equation(y, x)
    assert fitted.sum() == pytest.approx(y.sum(), rel=1e-9)


def test_flow_equation_errors_are_those_of_the_estimator() -> None:
    data = panel(5, years=1)
    x = np.column_stack([np.log(data["dist"]), data["rta"], np.ones(len(data))])
    b, fitted = fit_flow_equation(data["trade"].to_numpy(), x)
    v = clustered_covariance(data["trade"].to_numpy(), fitted, x, pair(data))
    fit = estimate(data, regressors=REGRESSORS, effects="none")
    np.testing.assert_allclose(fit.table["estimate"], b[:2], rtol=1e-6)
    np.testing.assert_allclose(fit.table["se"], np.sqrt(np.diag(v))[:2], rtol=1e-6)


def test_missing_flows_are_predicted_from_observed_ones() -> None:
    data = world()
    regressors = ["ln_gdp_exporter", "ln_gdp_importer", "ln_distance", "contiguous",
                  "ln_remoteness_exporter", "ln_remoteness_importer"]  # fmt: skip
    gone = (data["exporter"] == "E03") | (data["importer"] == "E03")
    found = predict_flows(data[~gone], data[gone], regressors=regressors)
    np.testing.assert_allclose(found["trade"], data.loc[gone, "trade"], rtol=1e-7)
    assert (found["flags"] == "imputed: gravity prediction").all()
    table, overall = leave_economy_out(data, regressors=regressors)
    assert overall["median_abs_log_error"] < 1e-7
    np.testing.assert_allclose(table["total_ratio"], 1.0, rtol=1e-7)
    with pytest.raises(InputError, match="collinear"):
        fit_flows(data.assign(two=2 * data["contiguous"]), regressors=["contiguous", "two"])
    with pytest.raises(InputError, match="choose from poisson, gamma"):
        fit_flows(data, regressors=["contiguous"], family="normal")


def test_the_error_of_imputed_flows_is_measured_out_of_sample() -> None:
    noisy = world(1.0, seed=2)
    _, overall = leave_economy_out(noisy, regressors=["ln_gdp_exporter", "ln_gdp_importer",
                                                      "ln_distance"])  # fmt: skip
    # Lognormal noise of deviation 1 alone has a median absolute value of 0.674.
    assert 0.5 < overall["median_abs_log_error"] < 1.1
    assert 0.2 < overall["r2_log"] < 0.95


def test_the_sample_has_every_pair_and_sensible_distances() -> None:
    data = sample_panel()
    assert len(data) == 80 * 79
    assert not data.isna().any().any()
    at = data.set_index(["exporter", "importer"])
    km = at["distance_km"]
    assert km["CHN", "DEU"] == pytest.approx(km["DEU", "CHN"])
    assert 7000 < km["CHN", "DEU"] < 8500
    assert 500 < km["DEU", "FRA"] < 900
    assert at.loc[("DEU", "FRA"), "contiguous"] == 1
    assert at.loc[("DEU", "CHN"), "contiguous"] == 0
    assert at.loc[("KAZ", "LAO"), "landlocked"] == 2
    assert (at["trade"] == 0).sum() < 200
    assert 5e12 < data["trade"].sum() < 2e13


def test_the_sample_by_industry_adds_up_to_the_sample() -> None:
    total = sample_panel().groupby(["exporter", "importer"])["trade"].sum()
    parts = sample_panel(by_industry=True)
    assert parts["sector"].nunique() == 26
    pd.testing.assert_series_equal(
        parts.groupby(["exporter", "importer"])["trade"].sum(), total, rtol=1e-12
    )
    assert sample_panel(demand="all")["trade"].sum() > total.sum()
    home = sample_panel(home=True)
    assert (home["exporter"] == home["importer"]).sum() == 80


def test_the_sample_gives_the_usual_gravity() -> None:
    """The elasticity to distance lies where published estimates do, around -0.9."""
    fit = estimate(sample_panel(), regressors=["ln(distance_km)", "contiguous"])
    assert -1.33 < fit.coefficient("ln(distance_km)")[0] < -0.53
    assert fit.coefficient("contiguous")[0] > 0
    assert fit.pseudo_r2 > 0.85


def test_distances_of_economies_with_one_city() -> None:
    km = distances_km(["SGP", "MYS"])
    assert np.isnan(km[0, 0])
    assert km[1, 1] > 0
    assert frozenset(("CHN", "KAZ")) in land_links()
