"""The estimator against dummies written out, and what must hold of any Poisson estimate."""

from __future__ import annotations

import importlib

import fastparquet
import numpy as np
import pandas as pd
import pytest
from gravity_panels import groups, pair, panel, with_dummies
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.trade.gravity import estimate, estimate_by_sector, read_panel, sum_of
from beltroad.trade.gravity.effects import balance, prune
from beltroad.trade.gravity.panel import parse_effects

pytest.importorskip("pyfixest")
REGRESSORS = ["ln(dist)", "rta"]


@pytest.mark.parametrize(
    ("effects", "columns"),
    [
        ("country_time", [["exporter", "year"], ["importer", "year"]]),
        ("exporter + importer + year", [["exporter"], ["importer"], ["year"]]),
    ],
)
def test_the_same_as_with_dummies_written_out(effects: str, columns: list[list[str]]) -> None:
    data = panel()
    x = np.column_stack([np.log(data["dist"]), data["rta"]])
    codes = [groups(data, c) for c in columns]
    b, se, mu = with_dummies(data["trade"].to_numpy(), x, codes, pair(data))
    fit = estimate(data, regressors=REGRESSORS, effects=effects)
    assert (data["trade"] == 0).sum() == fit.zeros > 20
    np.testing.assert_allclose(fit.table["estimate"], b, rtol=1e-6)
    np.testing.assert_allclose(fit.table["se"], se, rtol=1e-6)
    np.testing.assert_allclose(fit.predicted, mu, rtol=1e-6)
    assert fit.clusters == 66


def test_the_same_with_pair_effects() -> None:
    data = panel(countries=8, zeros=0.0)
    codes = [groups(data, ["exporter", "year"]), groups(data, ["importer", "year"]), pair(data)]
    b, se, _ = with_dummies(
        data["trade"].to_numpy(), data[["rta"]].to_numpy(float), codes, pair(data)
    )
    fit = estimate(data, regressors=["rta"], effects=["country_time", "pair"])
    np.testing.assert_allclose(fit.coefficient("rta"), (b[0], se[0]), rtol=1e-6)


def test_clusters_change_errors_but_not_estimates() -> None:
    data = panel(1)
    x = np.column_stack([np.log(data["dist"]), data["rta"]])
    codes = [groups(data, ["exporter"]), groups(data, ["importer"])]
    one = groups(data, ["exporter"])
    b, se, _ = with_dummies(data["trade"].to_numpy(), x, codes, one)
    fit = estimate(data, regressors=REGRESSORS, cluster="exporter")
    np.testing.assert_allclose(fit.table["se"], se, rtol=1e-6)
    both = estimate(data, regressors=REGRESSORS, cluster="exporter + importer")
    np.testing.assert_allclose(both.table["estimate"], b, rtol=1e-6)
    assert (np.abs(both.table["se"] / se - 1) > 1e-3).any()


def test_predictions_add_up_by_exporter_and_importer() -> None:
    """Arvis and Shepherd (2013), Fally (2015)."""
    data = panel(2)
    fit = estimate(data, regressors=REGRESSORS, effects="country_time")
    both = data.assign(predicted=fit.predicted)
    for side in ("exporter", "importer"):
        sums = both.groupby([side, "year"])[["trade", "predicted"]].sum()
        np.testing.assert_allclose(sums["predicted"], sums["trade"], rtol=1e-7)


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_the_unit_of_flows_does_not_matter(scale: float) -> None:
    data = panel(3)
    one = estimate(data, regressors=REGRESSORS)
    other = estimate(data.assign(trade=data["trade"] * scale), regressors=REGRESSORS)
    pd.testing.assert_frame_equal(one.table, other.table, rtol=1e-8)
    assert other.pseudo_r2 == pytest.approx(one.pseudo_r2, rel=1e-8)
    np.testing.assert_allclose(other.predicted, one.predicted * scale, rtol=1e-8)


def test_without_noise_the_truth_comes_back() -> None:
    fit = estimate(panel(noise=False), regressors=REGRESSORS, effects="country_time")
    np.testing.assert_allclose(fit.table["estimate"], [-0.9, 0.4], rtol=1e-8)
    assert fit.r2 == pytest.approx(1.0)
    assert fit.pseudo_r2 == pytest.approx(1.0)


def test_rows_that_say_nothing_are_reported() -> None:
    data = panel(4, zeros=0.0)
    silent = (data["exporter"] == "C03") & (data["year"] == 2001)
    data.loc[silent, "trade"] = 0.0
    lonely = pd.DataFrame([("X", "C00", 2000, 5.0, 900.0, 0.0)], columns=data.columns)
    fit = estimate(
        pd.concat([data, lonely], ignore_index=True), regressors=REGRESSORS, effects="country_time"
    )
    assert fit.separated == silent.sum() == 11
    reasons = fit.dropped["reason"].value_counts()
    assert reasons["effects predict no trade"] == 11
    assert reasons["only row of its group"] == 1
    assert fit.used == len(data) - 11
    assert set(fit.dropped.loc[fit.dropped["reason"].str.startswith("effects"), "exporter"]) == {
        "C03"
    }
    kept = data[~silent]
    again = estimate(kept, regressors=REGRESSORS, effects="country_time")
    np.testing.assert_allclose(again.table["estimate"], fit.table["estimate"], rtol=1e-7)


def test_a_variable_that_is_on_only_without_trade_is_named() -> None:
    data = panel(5, zeros=0.0)
    data["embargo"] = 0.0
    banned = (data["exporter"] == "C01") & data["importer"].isin(["C02", "C03", "C04"])
    data.loc[banned, ["embargo", "trade"]] = 1.0, 0.0
    with pytest.raises(InputError, match="embargo cannot be told from the effects"):
        estimate(data, regressors=[*REGRESSORS, "embargo"])
    # Part of a variable that varies among trading pairs, too, says something.
    data["mixed"] = data["embargo"] + data["rta"]
    assert estimate(data, regressors=["ln(dist)", "mixed"]).separated == 0


def test_rows_that_effects_separate_together_are_reported() -> None:
    """Exporters C00 and C01 sell to C10 and C11 alone, of whom nobody else has a row.

    Their effects may fall and those of C10 and C11 rise without end: the rows without trade go
    to zero and nothing else moves, though no group is without trade.
    """
    data = panel(5, zeros=0.0, years=1)
    few, far = ["C00", "C01"], ["C10", "C11"]
    one, other = data["exporter"].isin(few), data["importer"].isin(far)
    data = data[one | ~other].copy()
    silent = data["exporter"].isin(few) & ~data["importer"].isin(far)
    data.loc[silent, "trade"] = 0.0
    fit = estimate(data, regressors=["ln(dist)"])
    assert fit.separated == silent.sum() == 18
    assert set(fit.dropped["reason"]) == {"effects predict no trade"}
    left = estimate(data[~silent], regressors=["ln(dist)"])
    np.testing.assert_allclose(left.table["estimate"], fit.table["estimate"], rtol=1e-6)


def test_pruning_goes_on_until_nothing_changes() -> None:
    flow = np.array([0.0, 0.0, 1.0, 2.0, 3.0, 1.0])
    a = np.array([0, 0, 1, 1, 2, 2])
    b = np.array([0, 1, 1, 2, 2, 2])
    found = prune(flow, [a, b])
    # The group a=0 has no trade; then row 2 is alone in b=1, then row 3 alone in a=1.
    assert found.separated.tolist() == [True, True, False, False, False, False]
    assert found.single.tolist() == [False, False, True, True, False, False]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 8))
def test_balanced_effects_meet_every_sum(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    flow, index = rng.gamma(1, 1, n * n), rng.normal(0, 2, n * n)
    out, into = np.repeat(np.arange(n), n), np.tile(np.arange(n), n)
    a, b = balance(flow, index, [out, into])
    fitted = np.exp(index + a[out] + b[into])
    np.testing.assert_allclose(np.bincount(out, fitted), np.bincount(out, flow), rtol=1e-8)
    np.testing.assert_allclose(np.bincount(into, fitted), np.bincount(into, flow), rtol=1e-8)


def test_border_by_year_is_the_globalisation_effect() -> None:
    data = panel(6, noise=False, home=True)
    fall = data["year"].map({2000: -2.0, 2001: -1.5, 2002: -1.2})
    data["trade"] *= np.where(data["exporter"] != data["importer"], np.exp(fall), 1.0)
    with_base = estimate(
        data, regressors=["rta", "international*year"], effects=["country_time", "pair"]
    )
    found = with_base.table.set_index("term")["estimate"]
    assert found["international[2000]"] == pytest.approx(-0.8, abs=1e-6)
    assert found["international[2001]"] == pytest.approx(-0.3, abs=1e-6)
    assert found["rta"] == pytest.approx(0.4, abs=1e-6)
    assert "international[2002]" not in found.index  # the base


def test_sum_of_coefficients() -> None:
    fit = estimate(panel(7), regressors=REGRESSORS)
    total = sum_of(fit, ["ln(dist)", "rta"])
    v = fit.covariance
    assert total["estimate"] == pytest.approx(fit.table["estimate"].sum())
    assert total["se"] == pytest.approx(np.sqrt(v[0, 0] + v[1, 1] + 2 * v[0, 1]))
    with pytest.raises(InputError, match="Did you mean 'rta'"):
        sum_of(fit, ["rtaa"])


def test_sectors_pooled_and_each() -> None:
    parts = [panel(k, years=1).assign(sector=f"s{k}") for k in (1, 2)]
    both = pd.concat(parts, ignore_index=True)
    pooled = estimate(both, regressors=REGRESSORS)
    assert pooled.effects == ("exporter^sector", "importer^sector")
    each = estimate_by_sector(both, regressors=REGRESSORS)
    alone = estimate(parts[1], regressors=REGRESSORS, effects="exporter + importer + sector")
    assert list(each) == ["s1", "s2"]
    np.testing.assert_allclose(each["s2"].table["estimate"], alone.table["estimate"], rtol=1e-8)
    low, high = sorted(f.coefficient("ln(dist)")[0] for f in each.values())
    assert low < pooled.coefficient("ln(dist)")[0] < high


def test_effects_are_read_in_any_order_and_once() -> None:
    assert parse_effects("pair + country") == ("pair", "exporter", "importer")
    assert parse_effects(["country_time", "exporter^year"]) == ("exporter^year", "importer^year")
    assert parse_effects("none") == ()


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (lambda d: d.rename(columns={"rta": "fta"}), {}, r"no column 'rta'\. Did you mean 'fta'"),
        (lambda d: d.assign(trade=d["trade"].where(d.index != 4, -1.0)), {},
         r"'trade' is below 0 in row 5"),
        (lambda d: d.assign(rta=d["rta"].where(d.index > 7)), {},
         r"'rta' is blank.* rows 1, 2, 3, 4, 5 and 3 more"),
        (lambda d: d.assign(rta="yes"), {}, r"'rta' is blank, no number"),
        (lambda d: d.assign(dist=d["dist"].where(d.index != 2, 0.0)), {},
         r"ln\(dist\) has no value in row 3"),
        (lambda d: pd.concat([d, d.head(2)], ignore_index=True), {},
         r"2 flows are given twice \(exporter C00, importer C01, year 2000"),
        (lambda d: d.assign(exporter=d["exporter"].where(d.index != 0)), {}, r"blank in row 1;"),
        (lambda d: d.assign(trade=0.0), {}, "zero in every row"),
        (lambda d: d, {"effects": "exporter^decade"}, "no column 'decade'"),
        (lambda d: d, {"effects": ["country_time", "pair"]}, r"ln\(dist\) cannot be told"),
        (lambda d: d, {"effects": "exporter^importer^year"}, "0 of 396 rows are left"),
        (lambda d: d.assign(one=1.0), {"regressors": ["one"]}, "one is the same in all 396 rows"),
        (lambda d: d.assign(two=2 * d["rta"]), {"regressors": ["rta", "two"]}, "two cannot be"),
        (lambda d: d, {"regressors": []}, "at least one regressor"),
        (lambda d: d, {"cluster": "pair + year + exporter"}, "one or two terms"),
        (lambda d: d.assign(bloc=np.where(d.index == 1, None, "b")), {"effects": "bloc"},
         "bloc is blank in row 2;"),
        (lambda d: d.assign(all=1), {"cluster": "all"}, "one group only"),
    ],
)  # fmt: skip
def test_panels_that_cannot_be_used_say_why(
    change: object, options: dict[str, object], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        estimate(change(panel()), **{"regressors": REGRESSORS, **options})  # type: ignore


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".dta"])
def test_panels_are_read_from_files(tmp_path, suffix: str) -> None:
    data, path = panel(years=1), tmp_path / f"panel{suffix}"
    if suffix == ".csv":
        data.to_csv(path, index=False)
    elif suffix == ".parquet":
        fastparquet.write(path, data)
    else:
        data.to_stata(path, write_index=False)
    read = read_panel(path)
    found = estimate(read, regressors=REGRESSORS)
    assert found.source == str(path)
    expected = estimate(data, regressors=REGRESSORS)
    np.testing.assert_allclose(found.table["estimate"], expected.table["estimate"], rtol=1e-6)
    with pytest.raises(InputError, match=f"panel{suffix}: no column 'distance'"):
        estimate(read, regressors=["ln(distance)"])


def test_labels_may_be_categories_or_numbers() -> None:
    data = panel(years=1)
    expected = estimate(data, regressors=REGRESSORS).table
    kinds = data.astype({"exporter": "category", "importer": "category"})
    pd.testing.assert_frame_equal(estimate(kinds, regressors=REGRESSORS).table, expected)
    number = {name: k for k, name in enumerate(sorted(data["exporter"].unique()))}
    coded = data.replace({"exporter": number, "importer": number})
    found = estimate(coded, regressors=[*REGRESSORS]).table
    pd.testing.assert_frame_equal(found, expected, rtol=1e-6)


def test_files_that_are_no_panels(tmp_path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_panel(tmp_path / "none.csv")
    with pytest.raises(InputError, match=r"must end in \.csv"):
        read_panel(tmp_path / "panel.xlsx")
    (tmp_path / "bad.dta").write_bytes(b"not Stata")
    with pytest.raises(InputError, match="not readable as Stata"):
        read_panel(tmp_path / "bad.dta")


def test_without_the_extra_the_message_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    real = importlib.import_module

    def absent(name: str, package: str | None = None) -> object:
        if name == "pyfixest":
            raise ImportError(name)
        return real(name, package)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(InputError, match=r"pip install 'beltroad\[gravity\]'"):
        estimate(panel(), regressors=REGRESSORS)
