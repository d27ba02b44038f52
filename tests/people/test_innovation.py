"""Innovation chain: no time travel, stage on a day, product limit, who is stuck."""

from __future__ import annotations

import math
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import CensoredData, chi2, ecdf

from beltroad.errors import InputError, ScenarioError
from beltroad.people import innovation as i
from beltroad.people.innovation.chain import quantile
from beltroad.people.innovation.records import of


def chain(*moves: tuple[str, str, str], basis: str = "opened") -> i.Records:
    """Records from (unit, at, stage)."""
    return of(
        [(f"move {at}", {"unit_id": unit, "name": unit, "kind": "incubator", "at": when,
                         "to_stage": stage, "basis": basis, "reason": "said"})
         for at, (unit, when, stage) in enumerate(moves)],
        "moves",
    )  # fmt: skip


def test_stage_on_a_day() -> None:
    records = chain(("a", "2015-03-01", "research"), ("a", "2018", "pilot"),
                    ("a", "2020-06", "research"), ("b", "2019-01-01", "application"))  # fmt: skip

    def stage(day: str) -> dict[str, str]:
        now = i.stage_on(date.fromisoformat(day), records)
        return dict(zip(now["unit_id"], now["stage"], strict=True))

    assert stage("2015-02-28") == {}
    assert stage("2015-03-01") == {"a": "research"}
    # A move dated 2018 is not known to have happened before the year is over.
    assert stage("2018-12-30") == {"a": "research"}
    assert stage("2019-01-01") == {"a": "pilot", "b": "application"}
    assert stage("2020-06-30")["a"] == "research"  # back, with a reason
    now = i.stage_on(date(2019, 1, 1), records).set_index("unit_id")
    assert now.loc["a", "years_low"] == pytest.approx(1 / 365.25)
    assert now.loc["a", "years_high"] == pytest.approx(365 / 365.25)


def test_time_in_stage_adds_up_to_the_life_of_a_unit() -> None:
    records = chain(("a", "2015-01-01", "research"), ("a", "2017-01-01", "pilot"),
                    ("a", "2018-01-01", "promotion"))  # fmt: skip
    stays = i.time_in_stage(date(2020, 1, 1), records)
    assert stays["ended"].tolist() == [True, True, False]
    assert stays["years"].sum() == pytest.approx(
        (date(2020, 1, 1) - date(2015, 1, 1)).days / 365.25
    )
    rates = i.rates(date(2020, 1, 1), records).set_index("stage")
    assert rates.loc["research", "to_pilot"] == 1
    assert rates.loc["research", "moves_per_year"] == pytest.approx(365.25 / 731)
    assert i.funnel(date(2020, 1, 1), records).iloc[-1].tolist() == ["all", 1, 0, 0, 0, 1]


def test_poisson_limits_of_rates_are_the_exact_ones() -> None:
    records = chain(*[(f"u{n}", "2010-01-01", "research") for n in range(6)],
                    *[(f"u{n}", "2014-01-01", "pilot") for n in range(3)])  # fmt: skip
    row = i.rates(date(2016, 1, 1), records).set_index("stage").loc["research"]
    years = row["unit_years"]
    assert row["low"] * years == pytest.approx(chi2.ppf(0.025, 2 * 3) / 2)
    assert row["high"] * years == pytest.approx(chi2.ppf(0.975, 2 * 4) / 2)


STAYS = st.lists(st.tuples(st.integers(1, 30), st.booleans()), min_size=1, max_size=25)


@settings(max_examples=40, deadline=None)
@given(STAYS, st.floats(0.05, 0.95))
def test_product_limit_is_scipys(stays: list[tuple[int, bool]], share: float) -> None:
    years = pd.Series([float(y) for y, _ in stays])
    ended = pd.Series([e for _, e in stays])
    found = quantile(years, ended, share)
    curve = ecdf(CensoredData(uncensored=years[ended].tolist(), right=years[~ended].tolist())).sf
    reached = [q for q, p in zip(curve.quantiles, curve.probabilities, strict=True)
               if p <= 1 - share + 1e-12 and q in set(years[ended])]  # fmt: skip
    assert found == (min(reached) if reached else math.inf)


def test_without_censoring_it_is_the_plain_quantile() -> None:
    years = pd.Series(np.arange(1.0, 101.0))
    assert quantile(years, pd.Series(True, index=years.index), 0.75) == 75.0
    with pytest.raises(InputError, match="between 0 and 1"):
        quantile(years, years > 0, 1.0)


def test_who_is_stuck() -> None:
    moved = [(f"m{n}", "2010-01-01", "research") for n in range(4)]
    after = [(f"m{n}", f"{2011 + n}-01-01", "promotion") for n in range(4)]
    records = chain(*moved, *after, ("old", "2010-01-01", "research"),
                    ("new", "2019-01-01", "research"))  # fmt: skip
    found = i.stuck(date(2020, 1, 1), records)
    # Six stays, four ended after 1, 2, 3, 4 years; new is censored at 1 year, old is at risk.
    assert found["unit_id"].tolist() == ["old"]
    assert found["limit_from"].tolist() == ["product limit"]
    assert found["limit_years"].iloc[0] == pytest.approx(4.0, abs=0.01)
    assert found["n"].tolist() == [6]
    assert i.stuck(date(2020, 1, 1), records, years=0.5)["unit_id"].tolist() == ["old", "new"]
    # Nobody in the last stage is stuck, whatever the limit.
    assert not set(i.stuck(date(2030, 1, 1), records, years=0.1)["stage"]) & {"promotion"}
    seen = chain(("x", "2010-01-01", "pilot"), ("y", "2018-01-01", "pilot"), basis="seen")
    assert i.stuck(date(2020, 1, 1), seen)["limit_from"].tolist() == ["time so far"]
    assert math.isinf(i.stage_on(date(2020, 1, 1), seen)["years_high"].iloc[0])
    with pytest.raises(InputError, match="above 0"):
        i.stuck(date(2020, 1, 1), records, years=0)


def test_own_files_agree_and_are_refused_with_every_fault(tmp_path: Path) -> None:
    toml = tmp_path / "own.toml"
    toml.write_text(
        '[[unit]]\nid = "lab"\nname = "Lab"\nkind = "joint_laboratory"\niso3 = "Kenya"\n'
        '[[unit.move]]\nat = "2015"\nto = "research"\nreason = "opened"\nbasis = "opened"\n'
        '[[unit.move]]\nat = "2018-05"\nto = "application"\nreason = "licensed"\n'
    )
    table = tmp_path / "own.csv"
    table.write_text(
        "unit_id,name,kind,iso3,at,to_stage,basis,reason\n"
        "lab,Lab,joint_laboratory,KEN,2015,research,opened,opened\n"
        "lab,Lab,joint_laboratory,KEN,2018-05,application,reported,licensed\n"
    )
    one, two = i.read(toml), i.read(table)
    pd.testing.assert_frame_equal(one.moves, two.moves)
    pd.testing.assert_frame_equal(one.units, two.units)
    table.write_text(
        "unit_id,name,at,to_stage,reason,iso3\n"
        "a,A,2018,pilot,x,KEN\na,A,2016,research,x,KEN\na,B,2019,pilot,,KEN\n"
        "a,A,2019-14,sales,x,KEN\nb,B,2020,pilot,x,Atlantis\nb,B,2021,pilot,x,\n"
    )
    with pytest.raises(ScenarioError) as caught:
        i.read(table)
    said = str(caught.value)
    for part in ("line 3: 2016 is before 2018", "line 4: reason is empty", "line 4: name is 'B'",
                 "line 5: to_stage 'sales'", "line 5: at:", "line 6: iso3",
                 "line 7: 'b' is in pilot already"):  # fmt: skip
        assert part in said
    toml.write_text('[[unit]]\nid = ""\nname = "x"\nkind = "lab"\nplac = "y"\n')
    with pytest.raises(ScenarioError) as caught:
        i.read(toml)
    for part in ("unit[0].id", "unit[0].kind", "unit[0].plac", "unit[0].move"):
        assert part in str(caught.value)
    for name, text, part in (
        ("a.toml", "[[unit", "TOML"), ("a.csv", "", "is missing"),
        ("a.csv", "unit_id,name,at,to_stage,reason\n", "no move"),
    ):  # fmt: skip
        (tmp_path / name).write_text(text)
        with pytest.raises(InputError, match=part):
            i.read(tmp_path / name)
    with pytest.raises(InputError, match="no such file"):
        i.read(tmp_path / "none.toml")


def test_the_bundled_chain_keeps_the_rules_of_a_users_file() -> None:
    found = i.bundled()
    assert len(found.units) >= 40
    units = found.units.set_index("unit_id")
    rows = [(at, units.loc[row["unit_id"]].to_dict() | row)
            for at, row in enumerate(found.moves.to_dict("records"))]  # fmt: skip
    again = of([(f"row {at}", row) for at, row in rows], "bundle")
    pd.testing.assert_frame_equal(found.moves, again.moves, check_dtype=False)
    assert set(found.only(iso3="Belarus").units["iso3"]) == {"BLR"}
    with pytest.raises(InputError, match="use one of"):
        found.only(kind="labs")
    last = i.funnel(date(2025, 12, 31)).iloc[-1]
    assert last["units"] == len(found.units) == last[list(i.STAGES)].sum()
