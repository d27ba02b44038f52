"""The audit: formulas, intervals, and series against themselves."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from claim_tables import make
from hypothesis import assume, given
from hypothesis import strategies as st

from beltroad.errors import DataError, InputError
from beltroad.evidence.claims import KINDS, VERDICTS, audit, claims
from beltroad.evidence.claims.findings import compare
from beltroad.evidence.claims.formula import parse
from beltroad.evidence.claims.values import BOUNDS, Interval, figure, half_unit

NAN = float("nan")
numbers = st.floats(-1e6, 1e6).filter(lambda x: x == 0 or abs(x) > 1e-3)


# Intervals and figures


@pytest.mark.parametrize(
    ("value", "half"),
    [(2.7, 0.05), (3.1e12, 5e10), (160, 5), (240e9, 5e9), (80, 0.5), (4.7, 0.05), (29, 0.5),
     (112000, 500), (100000, 5000), (6160000000000, 5e9), (0, 0.5), (48.3, 0.05), (1881, 0.5)],
)  # fmt: skip
def test_half_a_unit_of_the_last_digit(value: float, half: float) -> None:
    assert half_unit(value) == pytest.approx(half, rel=1e-12)
    assert half_unit(-value) == half_unit(value)


@given(st.sampled_from(BOUNDS), st.floats(0.01, 1e12))
def test_every_figure_lies_in_its_intervals(bound: str, value: float) -> None:
    made = figure(value, bound, 2 * value)
    assert made.rounded.contains(made.value)
    assert made.full.contains(made.value)


def test_bounds_leave_open_what_their_words_do() -> None:
    assert figure(100, "more_than").full == Interval(100, math.inf)
    assert figure(100, "up_to").full == Interval(0, 100)
    assert figure(-4, "less_than").full == Interval(-math.inf, -4)
    assert figure(100, "about").full == Interval(95, 105)
    assert figure(61, "nearly").full.high == 61
    assert figure(0.7, "between", 2.9).full == Interval(0.7, 2.9)
    assert figure(1e10, "tens_of").full == Interval(1e10, 1e11)
    assert figure(120, counted=True).rounded == Interval(120, 120)
    assert figure(120).rounded == Interval(115, 125)
    for wrong in ((1.0, "roughly"), (NAN, "exact"), (math.inf, "exact")):
        with pytest.raises(DataError):
            figure(*wrong)


@given(st.lists(st.tuples(numbers, numbers, st.floats(0, 1)), min_size=2, max_size=2))
def test_interval_arithmetic_holds_every_result(ends: list[tuple[float, float, float]]) -> None:
    intervals = [Interval(min(a, b), max(a, b)) for a, b, _ in ends]
    picked = [min(i.low + t * (i.high - i.low), i.high)
              for i, (_, _, t) in zip(intervals, ends, strict=True)]  # fmt: skip
    (x, y), (a, b) = picked, intervals
    assert (a + b).contains(x + y)
    assert (a - b).contains(x - y)
    assert (a * b).contains(x * y)
    assert (-a).contains(-x)
    assume(y != 0)
    assert (a / b).contains(x / y)


@given(st.floats(0.01, 100), st.floats(0.01, 100), st.floats(-3, 3), st.floats(0, 1))
def test_interval_powers_hold_every_result(a: float, b: float, power: float, t: float) -> None:
    base = Interval(min(a, b), max(a, b))
    x = base.low + t * (base.high - base.low)
    assert (base ** Interval(power, power)).contains(min(x, base.high) ** power)


def test_powers_of_negative_numbers() -> None:
    two, half = Interval(2, 2), Interval(0.5, 0.5)
    assert Interval(-3, 2) ** two == Interval(0, 9)
    with pytest.raises(InputError, match="broken power"):
        _ = Interval(-3, 2) ** half


# Formulas


@given(numbers, numbers, numbers)
def test_formulas_compute_as_python_does(a: float, b: float, c: float) -> None:
    values = {"a": figure(a), "b": figure(b), "c": figure(c)}
    for text in ("a + b*c", "-(a - b)/4 + c", "2*a - b**2"):
        expected = eval(text, {"__builtins__": {}}, {"a": a, "b": b, "c": c})
        got = parse(text).figure(values)
        assert got.value == pytest.approx(expected, rel=1e-9, abs=1e-9)
        assert got.rounded.contains(expected)


@pytest.mark.parametrize(
    "text",
    ["__import__('os')", "a.b", "a[0]", "a if b else c", "lambda: 1", "a, b", "'a'", "a // b",
     "a and b", "f(a)", "[a]", "a = b", "", "a +", "True", "1j", "1e999", "a" * 500, "~a", "a % b",
     "(" * 90 + "a" + ")" * 90 + "+", "-" * 200 + "a", "a < b", "9" * 390],
)  # fmt: skip
def test_everything_but_arithmetic_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        parse(text)


def test_formulas_refuse_what_they_cannot_compute() -> None:
    one, zero = figure(1.0), Interval(0, 0)
    with pytest.raises(DataError, match="needs a value for b"):
        parse("a + b").figure({"a": one})
    with pytest.raises(DataError, match="no number"):
        parse("a / (a - a)").figure({"a": one})
    with pytest.raises(InputError, match="power above"):
        parse("a ** 1000").figure({"a": one})
    assert Interval(1, 1) / zero == Interval(-math.inf, math.inf)


# Verdicts


def test_verdicts_from_sure_to_impossible() -> None:
    stated = figure(4.7)
    assert compare(figure(4.71), stated) == "agrees"
    assert compare(figure(4.8), stated) == "agrees within rounding"
    assert compare(figure(4.9, "about"), stated) == "consistent"
    assert compare(figure(3.0, "more_than"), stated) == "consistent"
    assert compare(figure(5.2), stated) == "disagrees"


def check(formula: str, inputs: str, expected: str) -> tuple[str, ...]:
    return ("one", "A check", formula, inputs, expected, "percent", "growth", "why")


def test_derived_figures_of_the_documents() -> None:
    """2.7 to 3.1 tn is 4.7 % a year; +32.4 % on an unstated base; 160 + 80 = 240."""
    tables = make(
        {"value": 2.7e12}, {"value": 3.1e12, "period_end": "2025"},
        {"value": 4.7, "indicator": "goods_trade_growth", "unit": "percent"},
        {"value": 6.16e12, "period_end": "2026"},
        {"value": 32.4, "indicator": "goods_trade_growth", "unit": "percent",
         "period_end": "2026"},
        {"value": 1.6e11, "bound": "more_than", "period_end": "2011"},
        {"value": 8e10, "bound": "more_than", "period_end": "2012"},
        {"value": 2.4e11, "bound": "more_than", "period_end": "2013"},
        checks=(
            check("100*((b/a)**(1/3) - 1)", "a=doc-a-01;b=doc-a-02", "doc-a-03"),
            check("t/(1 + g/100)", "t=doc-a-04; g=doc-a-05", "=4.65e12"),
            check("a + b", "a=doc-a-06;b=doc-a-07", "doc-a-08"),
            check("a - b", "a=doc-a-06;b=doc-a-07", "doc-a-01"),
        ),
    )  # fmt: skip
    found = audit(tables=tables)
    found = found[found["kind"] == "derived figure"]
    assert found["verdict"].tolist()[:3] == ["agrees", "derived", "agrees"]
    assert found["computed"].tolist()[:3] == pytest.approx([4.7127, 4.6526e12, 2.4e11], rel=1e-4)
    assert found["claims"].tolist()[0] == "doc-a-01;doc-a-02;doc-a-03"
    assert found["verdict"].tolist()[3] == "consistent", "more than 160 less more than 80 is open"
    assert found["gap"].tolist()[0] == pytest.approx(0.0127, abs=1e-4)


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        (("a +", "a=doc-a-01", "=1"), "cannot be read"),
        (("a", "a=doc-a-99", "=1"), "no claim 'doc-a-99'"),
        (("a", "a", "=1"), "name=claim"),
        (("a + b", "a=doc-a-01", "=1"), "needs a value for b"),
        (("a", "a=doc-a-01", "doc-z"), "no claim 'doc-z'"),
        (("a", "a=doc-a-01", "=many"), "many"),
        (("1/(a - a)", "a=doc-a-01", "=1"), "no number"),
    ],
)
def test_a_broken_check_names_itself(parts: tuple[str, str, str], told: str) -> None:
    with pytest.raises(DataError, match=told):
        audit(tables=make({}, checks=(check(*parts),)))


def total(value: float, end: str, **more: Any) -> dict[str, Any]:
    return {"indicator": "trains_cumulative", "unit": "trains", "subject": "trains",
            "pillar": "infrastructure", "value": value, "period_end": end, "partner": "",
            **more}  # fmt: skip


def flow(value: float, year: int, **more: Any) -> dict[str, Any]:
    return total(value, str(year), **{"indicator": "trains", "period_start": str(year)} | more)


def findings(*rows: dict[str, Any], kind: str) -> pd.DataFrame:
    found = audit(tables=make(*rows))
    return found[found["kind"] == kind]


def test_totals_that_only_rise_are_left_alone() -> None:
    rising = [total(v, f"{y}-06-30") for y, v in ((2020, 78000), (2021, 100000), (2022, 112000))]
    found = audit(tables=make(*rising))
    assert set(found["kind"]) <= {"source"}


def test_a_total_that_falls_and_a_bound_that_undercuts() -> None:
    found = findings(total(1000, "2020"), total(900, "2021"), kind="order")
    assert found[["test", "verdict"]].to_numpy().tolist() == [["falls", "disagrees"]]
    found = findings(total(1000, "2020"), total(900, "2021", bound="more_than"), kind="order")
    assert found[["test", "verdict"]].to_numpy().tolist() == [["bound", "consistent"]]
    assert found["claims"].item() == "doc-a-01;doc-a-02"
    apart = total(900, "2021", period_start="2019")
    assert findings(total(1000, "2020", period_start="2011"), apart, kind="order").empty


def test_a_count_may_fall_but_its_bound_is_shown() -> None:
    def members(value: float, end: str, bound: str = "exact") -> dict[str, Any]:
        return total(value, end, indicator="members", unit="members", bound=bound)

    assert findings(members(60, "2020"), members(50, "2021"), kind="order").empty
    found = findings(members(60, "2020"), members(50, "2021", "more_than"), kind="order")
    assert found["verdict"].tolist() == ["consistent"]


def test_a_part_with_more_than_the_whole() -> None:
    part = flow(900, 2022, period_start="2022-01", period_end="2022-09")
    assert findings(part, flow(800, 2022), kind="order")["verdict"].tolist() == ["disagrees"]
    over = flow(800, 2022, bound="more_than")
    assert findings(part, over, kind="order")["verdict"].tolist() == ["consistent"]
    assert findings(part, flow(1000, 2022), kind="order").empty


def test_claims_of_one_date_agree_or_not() -> None:
    def pair(*values: tuple[float, str]) -> list[str]:
        rows = [flow(v, 2022, bound=b, said_by=f"S{i}") for i, (v, b) in enumerate(values)]
        return findings(*rows, kind="same date")["verdict"].tolist()

    assert pair((1000, "exact"), (1000, "exact")) == ["agrees"]
    assert pair((12345, "exact"), (12000, "exact")) == ["agrees within rounding"]
    assert pair((570, "exact"), (632, "exact")) == ["disagrees"]
    assert pair((570, "exact"), (500, "more_than")) == ["consistent"]
    assert pair((570, "exact"), (632, "exact"), (574, "exact")) == ["disagrees", "agrees"]
    assert findings(flow(1, 2022), flow(900, 2023), kind="same date").empty
    assert findings(flow(1, 2022), flow(9, 2022, partner="KAZ"), kind="same date").empty


def test_a_jump_is_far_beyond_the_usual_pace() -> None:
    usual = [flow(1000.0 * 1.1**n, 2010 + n) for n in range(7)]
    assert findings(*usual, kind="jump").empty
    leap = [*usual, flow(9999.0, 2017)]
    found = findings(*leap, kind="jump")
    assert found["claims"].tolist() == ["doc-a-07;doc-a-08"]
    assert findings(*leap[5:], kind="jump").empty, "too few to know a usual pace"


def test_totals_beside_the_flows_between_them() -> None:
    flows = [flow(100, 2020), flow(120, 2021)]
    whole = findings(total(1000, "2019-12-31"), total(1220, "2021-12-31"), *flows, kind="flow")
    assert whole["verdict"].tolist() == ["agrees"]
    assert (whole["computed"].item(), whole["expected"].item()) == (220, 220)
    wrong = findings(total(1001, "2019-12-31"), total(1521, "2021-12-31"), *flows, kind="flow")
    assert wrong["verdict"].tolist() == ["disagrees"]
    assert wrong["gap"].item() == pytest.approx(300)
    part = findings(total(1001, "2019-12-31"), total(1161, "2021-07-02"), *flows, kind="flow")
    assert part["expected"].item() == pytest.approx(100 + 120 * 183 / 365)
    missing = findings(total(1, "2018-12-31"), total(500, "2021-12-31"), *flows, kind="flow")
    assert missing.empty, "2019 is not claimed"


def test_totals_of_one_group_are_not_held_against_flows_of_another() -> None:
    rows = [total(1000, "2019-12-31", partner="KAZ"), total(9999, "2021-12-31", partner="KAZ"),
            flow(100, 2020, partner="BRI"), flow(120, 2021, partner="BRI")]  # fmt: skip
    assert findings(*rows, kind="flow").empty
    rows[2:] = [r | {"partner": "KAZ"} for r in rows[2:]]
    assert findings(*rows, kind="flow")["verdict"].tolist() == ["disagrees"]


def test_growth_beside_its_flows() -> None:
    def growth(value: float, start: str, end: str) -> dict[str, Any]:
        return {"indicator": "goods_trade_growth", "unit": "percent", "value": value,
                "period_start": start, "period_end": end}  # fmt: skip

    sums = [{"value": v, "period_start": y, "period_end": y}
            for v, y in ((2.7e12, "2021"), (3.1e12, "2024"))]  # fmt: skip
    found = findings(*sums, growth(4.7, "2021", "2024"), kind="flow")
    assert found["verdict"].tolist() == ["agrees"]
    assert found["computed"].item() == pytest.approx(4.7127, abs=1e-3)
    assert findings(*sums, growth(9.0, "2021", "2024"), kind="flow")["verdict"].tolist() == [
        "disagrees"
    ]
    assert findings(*sums, growth(4.7, "2024", "2024"), kind="flow").empty, "no flow of 2023"


def test_what_a_claim_lacks_is_listed() -> None:
    found = findings({"period_end": ""}, {"document": "doc-b", "said_by": ""}, kind="source")
    lacks = set(zip(found["test"], found["claims"], strict=True))
    assert lacks == {("period_end", "doc-a-01"), ("url", "doc-a-02"), ("said_by", "doc-a-02")}


def test_unconfirmed_claims_stand_behind_confirmed_ones() -> None:
    found = findings(flow(500, 2022, status="unconfirmed"), flow(900, 2022), kind="same date")
    assert found["expected"].tolist() == [900]


# The bundled claims


def test_bundled_findings_are_whole() -> None:
    found, known = audit(), set(claims()["claim_id"])
    assert set(found["kind"]) <= set(KINDS)
    assert set(found["verdict"]) <= set(VERDICTS)
    assert found["finding"].is_unique
    named = {c for each in found["claims"] for c in each.split(";")}
    assert named <= known
    assert set(found["kind"]) >= {"same date", "order", "jump", "flow"}
    judged = found[found["verdict"].isin(["agrees", "disagrees"])]
    assert judged[["computed", "expected", "gap"]].notna().all().all()


def test_bundled_conflicts_that_are_known_are_found() -> None:
    found = audit()
    against = found[(found["kind"] == "same date") & (found["verdict"] == "disagrees")]
    pairs = [set(c.split(";")) for c in against["claims"]]
    every = claims().set_index("claim_id")
    values = [set(every.loc[list(pair), "value"]) for pair in pairs]
    assert {13187.0, 13817.0} in values, "China-Europe trains of January to November 2021"
    assert {570000.0, 632000.0} in values, "TEU on the land-sea corridor in 2021"


def test_series_of_the_trains_line_up() -> None:
    trains = claims(indicator="china_europe_trains_cumulative_trains")
    assert {78000.0, 100000.0, 112000.0} <= set(trains["value"])
    assert trains[["geography", "partner", "subject"]].drop_duplicates().shape[0] == 1


def test_formulas_are_never_run_as_code() -> None:
    import beltroad.evidence.claims.formula as module

    source = Path(str(module.__file__)).read_text(encoding="utf-8")
    assert "eval(" not in source
    assert "exec(" not in source
    assert "compile(" not in source
