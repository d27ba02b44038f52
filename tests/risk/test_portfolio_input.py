"""Exposures: what is filled in, all faults at once, the example, stress."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from beltroad.errors import InputError, ScenarioError
from beltroad.risk.portfolio import checked, default_parameters, read_exposures, simulate
from beltroad.risk.portfolio.example import example_exposures
from beltroad.risk.portfolio.stress import Stress, compare, parse_stress, stressed

HEAD = "id,iso3,sector,currency,amount_usd,counterpart,probability_pct,recovery_pct,obligor\n"


def test_published_rates_fill_what_is_not_given(tmp_path):
    path = tmp_path / "e.csv"
    path.write_text(HEAD + "A,Kenya,rail,usd,1e6,Private,,,\nB,PAK,power,CNY,2e6,sovereign,3,,\n")
    table = read_exposures(path).set_index("id")
    assert table.loc["A", ["iso3", "currency", "region"]].tolist() == ["KEN", "USD",
                                                                      "Eastern Africa"]  # fmt: skip
    assert table.loc["A", ["probability_pct", "recovery_pct"]].tolist() == [3.54, 72.9]
    assert table.loc["B", ["probability_pct", "recovery_pct"]].tolist() == [3, 95.1]
    assert table["basis"].tolist() == ["published", "given"]


def test_grades_hold_for_sovereigns_without_a_probability():
    raw = pd.DataFrame({
        "id": ["A", "B", "C"], "iso3": "KEN", "sector": "x", "currency": "USD", "amount_usd": 1.0,
        "counterpart": ["sovereign", "private", "sovereign"], "probability_pct": ["", "", "5"],
    })  # fmt: skip
    grades = pd.DataFrame({"iso3": ["KEN"], "probability_pct": [19.0]})
    table = checked(raw, grades=grades)
    # 19 per cent over two years is 10 per cent a year.
    assert table["probability_pct"].tolist() == pytest.approx([10.0, 3.54, 5.0])
    assert table["basis"].tolist() == ["grade", "published", "given"]


def test_every_fault_at_once(tmp_path):
    path = tmp_path / "e.csv"
    path.write_text(
        HEAD + "A,Nowhere,rail,USD,1,private,,,\nA,KEN,,US,-4,firm,120,x,\nB,KEN,rail,USD,,,,,\n"
    )
    with pytest.raises(ScenarioError) as caught:
        read_exposures(path)
    said = str(caught.value)
    for part in ("Nowhere", "row 3, sector", "'US'", "-4", "'firm'", "120", "'x'", "given twice",
                 "row 4, amount_usd: is empty", "row 4, probability_pct: is empty"):  # fmt: skip
        assert part in said
    path.write_text("id,iso3,amount\nA,KEN,1\n")
    with pytest.raises(ScenarioError, match=r"amount: is no column.*'amount_usd'(.|\n)*sector"):
        read_exposures(path)
    path.write_text(HEAD + "A,KEN,a,USD,1,private,,,X\nB,PAK,a,USD,1,private,,,X\n")
    with pytest.raises(ScenarioError, match="differ in iso3"):
        read_exposures(path)
    with pytest.raises(InputError, match="no such file"):
        read_exposures(tmp_path / "none.csv")


def test_the_example_is_the_open_table_of_commitments():
    table = example_exposures()
    assert len(table) > 80
    assert table["iso3"].is_unique
    assert (table["probability_pct"] == 2.61).all()
    shipped = Path(__file__).parents[2] / "examples" / "risk" / "exposures.csv"
    pd.testing.assert_frame_equal(read_exposures(shipped), table)
    graded = example_exposures(pd.DataFrame({"iso3": ["PAK"], "probability_pct": [36.0]}))
    assert graded.set_index("iso3").loc["PAK", "probability_pct"] == pytest.approx(20.0)
    assert graded["amount_usd"].sum() == table["amount_usd"].sum()


def test_stress_moves_what_it_says():
    table, used = example_exposures(), default_parameters()
    same, still = stressed(table, used, Stress("none"))
    assert same.equals(table)
    assert still.common_share == pytest.approx(used.common_share)
    worse, more = stressed(
        table, used, parse_stress("pd=2,recovery=-10,correlation=1.5,country=PAK")
    )
    hit = worse["iso3"] == "PAK"
    assert worse.loc[hit, "probability_pct"].item() == pytest.approx(5.22)
    assert worse.loc[hit, "recovery_pct"].item() == pytest.approx(75.8)
    assert worse[~hit].equals(table[~hit])
    assert more.country_share == pytest.approx(0.09)
    assert parse_stress("worst_year").probability_factor == pytest.approx(8.6 / 3.54)
    runs = {
        name: simulate(stressed(table, used, parse_stress(name))[0], draws=10_000)
        for name in ("worst_year", "low_recovery")
    }
    rows = compare(simulate(table, draws=10_000), runs).set_index("run")
    assert rows.loc["worst_year", "expected_loss_usd"] == pytest.approx(
        rows.loc["base", "expected_loss_usd"] * 8.6 / 3.54
    )
    assert rows.loc["low_recovery", "expected_loss_usd"] == pytest.approx(
        rows.loc["base", "expected_loss_usd"] * (14.2 + 20) / 14.2
    )


@pytest.mark.parametrize("text", ["pdd=2", "pd=x", "country=Nowhere", ""])
def test_a_stress_that_says_nothing_is_refused(text):
    with pytest.raises(InputError):
        parse_stress(text)


@pytest.mark.parametrize("stress", [Stress("a", -1.0), Stress("b", 1.0, -200.0),
                                    Stress("c", iso3=("USA",)),
                                    Stress("d", correlation_factor=10.0)])  # fmt: skip
def test_a_stress_out_of_range_is_refused(stress):
    with pytest.raises(InputError):
        stressed(example_exposures(), default_parameters(), stress)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("A,KEN,a,USD,1_000,public,,,\n", "'1_000' is no number"),
        ("A,KEN,a,USD,1e308,public,,,\n", r"1e\+308 is above"),
        ("A,KEN,a,USD,1e-320,public,,,\n", "not above 0 by a cent"),
        ("A\x1b[2J,KEN,a,USD,1,public,,,\n", "U\\+001B"),
        ("\nA,KEN,a,USD,-5,public,,,\n", "row 3, amount_usd"),
        ("A,XXX,,US,x,foo,200,-5,\n" * 100, r"at least \d+ more faults"),
    ],
)  # fmt: skip
def test_odd_rows_of_exposures(tmp_path, rows, said):
    path = tmp_path / "e.csv"
    path.write_text(HEAD + rows)
    with pytest.raises(ScenarioError, match=said):
        read_exposures(path)


def test_levels_and_stresses_that_cannot_be():
    table = checked(pd.DataFrame([{"id": "A", "iso3": "KEN", "sector": "a", "currency": "USD",
                                   "amount_usd": 1, "counterpart": "public"}]))  # fmt: skip
    with pytest.raises(InputError, match="give a lower one"):
        simulate(table, levels=(0.9999999,))
    with pytest.raises(InputError, match="pd is given twice"):
        parse_stress("pd=2,pd=3")
