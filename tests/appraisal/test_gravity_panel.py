"""The corridors' gravity panel: the join of accounts, hours, tariffs and agreements."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from beltroad import evidence
from beltroad.appraisal import gravity
from beltroad.trade.gravity import estimate, sample_panel


def fake_days(*_: object, **__: object) -> pd.DataFrame:
    """Days by economy pair, with one pair that has no way."""
    codes = sorted(evidence.load("countries")["iso3"])
    k = np.arange(len(codes))
    days = pd.DataFrame(5.0 + (k[:, None] * 7 + k * 3) % 31, index=codes, columns=codes)
    days.loc["AUS", "BRA"] = np.nan
    return days


@pytest.fixture
def panel(monkeypatch: pytest.MonkeyPatch) -> pd.DataFrame:
    monkeypatch.setattr(gravity, "days_between", fake_days)
    return gravity.corridor_panel()


def test_days_land_on_their_pair(panel: pd.DataFrame) -> None:
    days = fake_days()
    expected = [days.loc[a, b] for a, b in zip(panel["exporter"], panel["importer"], strict=True)]
    np.testing.assert_allclose(panel["days"], expected)
    assert panel.attrs["no_way"] == 1
    assert len(panel) == 80 * 79 - 1
    flows = sample_panel().set_index(["exporter", "importer"])["trade"]
    found = panel.set_index(["exporter", "importer"])["trade"]
    pd.testing.assert_series_equal(found, flows.reindex(found.index))


def test_agreements_and_tariffs_of_known_pairs(panel: pd.DataFrame) -> None:
    at = panel.set_index(["exporter", "importer"])
    assert at.loc[("DEU", "FRA"), ["agreement", "deep_agreement", "tariff"]].tolist() == [1, 1, 0]
    assert at.loc[("KAZ", "RUS"), "agreement"] == 1
    assert at.loc[("CHN", "DEU"), "agreement"] == 0
    pairs = evidence.load("tariff_pairs").set_index(["exporter", "importer"])["tariff_pct"]
    assert at.loc[("CHN", "USA"), "tariff"] == pytest.approx(pairs["CHN", "USA"] / 100)
    rates = evidence.load("applied_tariffs").set_index("iso3").loc["DEU"]
    three = rates[["agriculture_pct", "minerals_pct", "manufactures_pct"]].astype(float) / 100
    assert three.min() < at.loc[("CHN", "DEU"), "tariff"] < three.max()
    square = at["agreement"].unstack()
    assert (square == square.T).sum().sum() == 80 * 79 - 2  # one pair has no way, one way


def test_tariffs_by_industry_are_those_of_its_goods(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gravity, "days_between", fake_days)
    panel = gravity.corridor_panel(by_industry=True, demand="all")
    at = panel.set_index(["exporter", "importer", "sector"])["tariff"]
    rates = evidence.load("applied_tariffs").set_index("iso3").loc["DEU"]
    for industry, column in (("A01", "agriculture"), ("C19", "minerals"), ("C26", "manufactures")):
        assert at["CHN", "DEU", industry] == pytest.approx(float(rates[f"{column}_pct"]) / 100)
    assert panel["flags"].str.startswith("final demand by destination imputed").all()


@pytest.mark.thorough
def test_the_panel_feeds_the_estimator(panel: pd.DataFrame) -> None:
    pytest.importorskip("pyfixest")
    days = 3 + panel["distance_km"] / 400
    made = panel.assign(days=days, trade=1e9 * days**-0.7 * np.exp(0.3 * panel["agreement"]))
    fit = estimate(made, regressors=["ln(days)", "agreement"])
    np.testing.assert_allclose(fit.table["estimate"], [-0.7, 0.3], rtol=1e-6)


def test_groups_are_the_corridors() -> None:
    groups = gravity.corridor_groups()
    assert set(groups["corridors"]) - set(groups["corridors but China"]) == {"CHN"}
