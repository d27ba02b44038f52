"""PIP's rows as distributions: the bundled table's columns, from the recorded fixture."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.evidence.connectors import Raw, pip
from beltroad.evidence.connectors.pip_distributions import COLUMNS, distributions

Bytes = Callable[[str], bytes]
RawOf = Callable[..., Raw]


def test_columns_are_those_of_the_bundled_table() -> None:
    assert list(COLUMNS) == list(evidence.load("income_distributions").columns)


def test_deciles_become_fifths_and_shares_per_cent(fixture_bytes: Bytes, raw_of: RawOf) -> None:
    frame = pip.parse(fixture_bytes("pip.csv"), raw_of("pip"))
    found = distributions([frame]).set_index(["iso3", "survey_year", "welfare"])
    china = found.loc[("CHN", 2021, "consumption")]
    assert china["share_q1_pct"] == pytest.approx(8.0)
    assert china["share_d10_pct"] == pytest.approx(25.0)
    assert china["gini"] == pytest.approx(35.7)
    assert china["headcount_300_pct"] == pytest.approx(1.0)
    assert math.isnan(china["headcount_420_pct"])
    assert china["mean_usd_day_2021"] == pytest.approx(18.1)
    fifths = [f"share_q{i}_pct" for i in range(1, 6)]
    assert found[fifths].sum(axis=1).to_numpy() == pytest.approx(100.0)
    # Both kinds of one year stay, and say so; interpolated years and urban rows are told apart.
    assert found.loc["POL"]["note"].str.contains("other kind").all()
    assert "UZB" not in found.index.get_level_values("iso3")
    assert found.loc["ARG"]["note"].tolist() == ["urban"]


def test_lines_of_several_fetches_come_together(fixture_bytes: Bytes, raw_of: RawOf) -> None:
    data = fixture_bytes("pip.csv")
    low = pip.parse(data, raw_of("pip"))
    high = low.copy()
    high["indicator"] = high["indicator"].str.replace("headcount@3", "headcount@8.3")
    found = distributions([low, high])
    assert (found["headcount_830_pct"] == found["headcount_300_pct"]).all()
    old = pip.parse(data, raw_of("pip"), ppp_version=2011)
    old["indicator"] = old["indicator"].str.replace("headcount@3", "headcount@1.9")
    both = distributions([low, old])
    assert (both["headcount_190_2011_pct"] == both["headcount_300_pct"]).all()
    assert (both["headcount_2011_year"] == both["survey_year"]).all()
    high.loc[high["indicator"] == "gini", "value"] = 0.9
    with pytest.raises(InputError, match="two values of gini"):
        distributions([low, high])


def test_what_is_not_pip_is_refused(fixture_bytes: Bytes, raw_of: RawOf) -> None:
    with pytest.raises(InputError, match="no frames"):
        distributions([])
    frame = pip.parse(fixture_bytes("pip.csv"), raw_of("pip"))
    with pytest.raises(InputError, match="no column level"):
        distributions([frame.drop(columns="level")])
