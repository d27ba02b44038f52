"""Thresholds on worked examples, signals that hold, and how they are measured."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.risk import discrimination
from beltroad.risk.country import grading, sample, validation
from beltroad.risk.discrimination import Confusion
from beltroad.risk.warning import evaluation, signals
from beltroad.risk.warning.thresholds import THETA, choose, loss_of, noise_to_signal, usefulness_of


@pytest.fixture(scope="module")
def now() -> pd.DataFrame:
    """Signals that hold, of bundled figures."""
    return signals.warnings()


def test_rates_of_a_worked_table() -> None:
    # A 9, B 20, C 3, D 80: hits 3/4, false alarms 1/5.
    table = Confusion(9, 20, 3, 80)
    assert noise_to_signal(table) == pytest.approx(0.2 / 0.75)
    assert loss_of(table) == pytest.approx(2 / 3 * 0.25 + 1 / 3 * 0.2)
    assert usefulness_of(table) == pytest.approx(1 / 3 - loss_of(table))
    assert noise_to_signal(Confusion(0, 5, 3, 80)) == math.inf
    # Always warning loses one third, never warning two thirds: no use either way.
    assert usefulness_of(Confusion(5, 50, 0, 0)) == pytest.approx(0)
    assert usefulness_of(Confusion(0, 0, 5, 50)) < 0


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.booleans()), min_size=6, max_size=40),
       st.booleans())  # fmt: skip
def test_no_threshold_loses_less(rows: list[tuple[int, bool]], above: bool) -> None:
    values, event = np.array([r[0] for r in rows], float), np.array([r[1] for r in rows])
    if event.all() or not event.any():
        return
    found = choose(values, event, above=above)
    losses = []
    for cut in np.unique(values):
        lit = values >= cut if above else values <= cut
        losses.append(loss_of(discrimination.confusion(lit.astype(float), event, 0.5)))
    assert found.loss == pytest.approx(min(losses))
    assert found.table == discrimination.confusion(found.signals(values).astype(float), event, 0.5)


def test_noise_rule_stays_out_of_the_tail() -> None:
    # Two lucky hits at the very top have no noise at all, but are 2 % of values.
    values = np.arange(100.0)
    event = np.isin(values, [98, 99, 85, 86, 87, 88, 10, 20])
    found = choose(values, event, above=True, method="noise")
    assert found.value == 85
    assert (found.table.hits, found.table.false_alarms) == (6, 9)
    assert found.noise == pytest.approx((9 / 92) / (6 / 8))
    mirrored = choose(-values, event, above=False, method="noise")
    assert (mirrored.value, mirrored.table) == (-85, found.table)


def test_gaps_are_left_out_and_nonsense_refused() -> None:
    with_gaps = choose([1, np.nan, 3, 2], [0, 1, 1, 0], above=True)
    assert with_gaps.table == Confusion(1, 0, 0, 2)
    assert not with_gaps.signals([np.nan])[0]
    for kwargs, said in (({"theta": 1.0}, "theta"), ({"method": "best"}, "loss or noise")):
        with pytest.raises(InputError, match=said):
            choose([1, 2], [0, 1], above=True, **kwargs)
    with pytest.raises(InputError, match="some of both"):
        choose([1.0, np.nan], [0, 1], above=True)


def test_combined_indicator_is_a_weighted_share() -> None:
    learnt = evaluation.learn(evaluation.history())
    known = evaluation.history().tail(300)
    score = learnt.score(known).dropna()
    assert score.between(0, 1).all()
    row = known.loc[score.index[-1]]
    lit = {n: learnt.thresholds[n].signals([row[n]])[0] for n in learnt.thresholds}
    weights = {n: w for n, w in learnt.weights.items() if not np.isnan(row[n])}
    share = sum(w for n, w in weights.items() if lit[n]) / sum(weights.values())
    assert score.iloc[-1] == pytest.approx(share)
    for name, at in learnt.thresholds.items():
        assert learnt.weights[name] == (pytest.approx(1 / at.noise) if at.noise < 1 else 0)


def test_signals_are_measured_on_what_they_did_not_see(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation, "FIRST_TEST_YEAR", 2012)
    monkeypatch.setattr(evaluation, "KNOWN_TO", 2014)
    rows = sample.country_years()
    other = rows.copy()
    later = other.index.get_level_values("year") > 2012
    other.loc[later, "inflation_pct"] = 1e6
    other.loc[later, "event"] = 1 - other.loc[later, "event"]
    ours = evaluation.signal_table("time", rows=rows)
    pd.testing.assert_frame_equal(ours, evaluation.signal_table("time", rows=other))
    table = evaluation.evaluate(ours)
    assert set(table.index) == {"combined", "model", *evaluation.SIGNAL_INDICATORS}
    counted = table[["hits", "misses"]].sum(axis=1)
    assert counted["combined"] <= ours["event"].sum()
    assert table["missed_rate"].to_numpy() == pytest.approx(1 - table["hit_rate"].to_numpy())
    # A crisis is called if either of its two years was; so it is never called less often.
    assert (table["called"] >= table["hit_rate"] - 0.1).all()
    with pytest.raises(InputError, match="design"):
        evaluation.signal_table("never")  # type: ignore[arg-type]


def test_bundled_thresholds_are_what_history_gives() -> None:
    held = signals.thresholds()
    learnt = evaluation.learn(evaluation.history())
    for name, at in learnt.thresholds.items():
        assert held.loc[name, "threshold"] == pytest.approx(at.value, rel=1e-6)
        assert (held.loc[name, "direction"] == "above") == at.above
    assert held.loc["model", "threshold"] == pytest.approx(100 * learnt.probability.value, rel=1e-6)
    inside = evaluation.evaluate(evaluation.in_sample())
    assert held["hit_rate_in_sample"].to_numpy() == pytest.approx(
        inside.loc[held.index, "hit_rate"].to_numpy(), abs=1e-6
    )
    # Out of sample the model is of use, and misses fewer crises than it would by chance.
    assert held.loc["model", "noise_to_signal"] < 0.7
    missed = 1 - held.loc["model", "hit_rate"]
    assert THETA * missed + (1 - THETA) * held.loc["model", "false_alarm_rate"] < 1 / 3


def test_warnings_that_hold(now: pd.DataFrame) -> None:
    table = now
    assert tuple(table.columns) == signals.COLUMNS
    assert not table.duplicated(["iso3", "indicator"]).any()
    assert set(table["severity"]) <= set(signals.SEVERITIES)
    above = table["direction"] == "above"
    assert (table["value"] >= table["threshold"])[above].all()
    assert (table["value"] <= table["threshold"])[~above].all()
    assert (table["since_year"] <= table["year"]).all()
    assert (table["source"] != "").all()
    # Worse than noise out of sample: weighed, never shown.
    held = signals.thresholds()
    useless = set(held.index[held["noise_to_signal"] >= 1])
    assert useless
    assert not useless & set(table["indicator"])
    # In default: the model has nothing to forecast.
    assert not {"combined", "model"} & set(table.loc[table["iso3"] == "LKA", "indicator"])


def test_new_figures_make_and_end_signals_of_their_economy_alone(now: pd.DataFrame) -> None:
    cut = float(signals.thresholds().loc["public_debt_pct_gdp", "threshold"])
    # An old figure is not the latest: it changes nothing now.
    own = pd.DataFrame({"iso3": ["VNM", "PER", "CHL"], "indicator": "public_debt_pct_gdp",
                        "year": [2025, 2025, 2010], "value": [cut, cut - 0.01, 300.0],
                        "source": "Ministry of Finance"})  # fmt: skip
    table = signals.warnings(data=own)
    debt = table[table["indicator"] == "public_debt_pct_gdp"].set_index("iso3")
    assert debt.loc["VNM", ["year", "since_year", "source"]].tolist() == [
        2025, 2025, "Ministry of Finance"]  # fmt: skip
    assert not {"PER", "CHL"} & set(debt.index)
    others = (t[~t["iso3"].isin(own["iso3"])].reset_index(drop=True) for t in (now, table))
    pd.testing.assert_frame_equal(*others)


def test_model_signals_are_the_grades_and_few_call_a_person(now: pd.DataFrame) -> None:
    table, graded = now, grading.grades().set_index("iso3")
    model = table[table["indicator"] == "model"].set_index("iso3")["value"]
    assert model.to_numpy() == pytest.approx(graded.loc[model.index, "probability_pct"].to_numpy())
    called = signals.alerting(table)
    assert len(called) < len(table) / 8
    assert len(called.merge(table)) == len(called)
    joint = called["indicator"].isin(["combined", "model"])
    assert set(called.loc[joint, "severity"]) <= {"high", "critical"}
    assert set(called.loc[~joint, "severity"]) == {"critical"}
    assert not graded["in_distress"].reindex(called["iso3"]).eq(True).any()
    # Each economy of grade 6 or 7 that is not in default calls.
    worst = graded.index[(graded["grade"] >= 6) & ~graded["in_distress"]]
    assert set(worst) <= set(called.loc[called["indicator"] == "model", "iso3"])
    # An alert that is open already stays in view while its signal holds, however weak.
    weak = table[table["severity"] == "low"].iloc[0]
    kept = signals.alerting(table, also=[(weak["iso3"], weak["indicator"]), ("CHE", "none")])
    assert len(kept) == len(called) + 1
    assert signals.alerting(table.head(0)).empty


def test_on_leaves_later_figures_out() -> None:
    then = signals.warnings("2010")
    assert then["year"].max() <= 2010
    greece = then[(then["iso3"] == "GRC") & (then["indicator"] == "public_debt_pct_gdp")]
    assert greece["since_year"].iloc[0] < 2010
    # In default now, not then: what came after 2010 is not known in it.
    assert "model" in set(then.loc[then["iso3"] == "LBN", "indicator"])
    with pytest.raises(InputError, match="give a year"):
        signals.warnings("soon")


def test_benchmark_comparison_reads_the_curve() -> None:
    forecasts = pd.DataFrame({"model": [0.9, 0.8, 0.7, 0.2, 0.1], "event": [1, 0, 1, 0, 0]})
    assert evaluation.missed_at(forecasts, 0.0) == 0.5
    assert evaluation.missed_at(forecasts, 0.34) == 0.0
    assert evaluation.BENCHMARK_MISSED == (0.18, 0.33)
    assert validation.DESIGNS == ("time", "countries", "both")
