"""Register, gates and reviews: scales, life of a risk, three levels, tables in and out."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from beltroad.errors import InputError
from beltroad.risk import register as reg
from beltroad.risk.journal import Journal
from beltroad.risk.register import gates
from beltroad.risk.register.model import Control, Risk
from beltroad.risk.register.scales import expected_cost_pct

NOON = datetime(2026, 1, 31, 12, 0, tzinfo=UTC)


@pytest.fixture
def book(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "j", lambda: NOON)


def project_risk(book: Journal, **more: object) -> Risk:
    values = {"title": "Land late", "level": "project", "category": "social", "iso3": "KEN",
              "project": "MOM-NBO", "status": "assessed", "likelihood": 5, "cost": 4}  # fmt: skip
    return reg.add(book, by="ana", **(values | more))


def test_bands_meet_without_gap_and_steps_are_found_at_their_bounds() -> None:
    table = reg.scales()
    for low, high in (("probability_from_pct", "probability_to_pct"),
                      ("cost_from_pct", "cost_to_pct"),
                      ("time_from_weeks", "time_to_weeks")):  # fmt: skip
        assert list(table[low][1:]) == list(table[high][:-1])
    assert [reg.likelihood_of(p) for p in (0, 4.9, 5, 10, 25, 50, 100)] == [1, 1, 2, 3, 4, 5, 5]
    assert reg.effect_of(cost_pct=0.4, weeks=4) == 4
    assert reg.effect_of(cost_pct=10) == 5
    assert expected_cost_pct(4, 3) == (0.5, 2.5)
    for wrong in (lambda: reg.likelihood_of(101), lambda: reg.effect_of(),
                  lambda: reg.effect_of(weeks=-1), lambda: reg.rating(0, 3)):  # fmt: skip
        with pytest.raises(InputError):
            wrong()


def test_ratings_never_fall_as_likelihood_or_effect_rises() -> None:
    grid = np.array([[("low", "medium", "high", "extreme").index(reg.rating(p, e))
                      for e in range(1, 6)] for p in range(1, 6)])  # fmt: skip
    assert (np.diff(grid, axis=0) >= 0).all()
    assert (np.diff(grid, axis=1) >= 0).all()
    assert reg.rating(1, 5) == "medium"  # the gravest effect is never low
    assert (reg.rating(5, 5), reg.rating(1, 1)) == ("extreme", "low")


def test_life_of_a_risk_is_in_the_journal(book: Journal) -> None:
    risk = project_risk(book, owner="bo")
    assert (risk.id, risk.inherent_rating, risk.residual_rating) == ("R0001", "extreme", "extreme")
    with pytest.raises(InputError, match="treated: needs a control"):
        reg.update(book, "R0001", by="ana", status="treated")
    reg.set_control(book, "r0001", Control("C1", "Escrow", "prevent", "bo", "2026-01-15"), by="ana")
    risk = reg.update(book, "R0001", by="ana", status="treated", residual_likelihood=2)
    assert risk.residual_rating == "medium"
    late = reg.overdue_controls([risk], date(2026, 1, 31))
    assert late[["control", "days_late"]].to_numpy().tolist() == [["C1", 16]]
    reg.set_control(
        book, "R0001", Control("C1", "Escrow", "prevent", "bo", "", "in_place"), by="bo"
    )
    risk = reg.register(book.events())["R0001"]
    assert reg.overdue_controls([risk], date(2026, 1, 31)).empty
    reg.close(book, "R0001", reason="land handed over", by="ana")
    with pytest.raises(InputError, match="closed cannot become treated"):
        reg.update(book, "R0001", by="ana", status="treated")
    with pytest.raises(InputError, match="nothing changes"):
        reg.update(book, "R0001", by="ana", owner="bo")
    history = reg.changes(book.events(), risk="R0001")
    status = history[history["field"] == "status"]
    assert status[["before", "after"]].to_numpy().tolist() == [
        ["", "assessed"], ["assessed", "treated"], ["treated", "closed"],
    ]  # fmt: skip
    assert "control C1 status" in set(history["field"])
    assert reg.changes(book.events(), since="2026-02-01").empty


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"iso3": "kenya"}, "iso3 'kenya' is no such code; write KEN"),
        ({"iso3": ""}, "iso3 is needed"),
        ({"project": ""}, "project is needed"),
        ({"category": "dept"}, "Did you mean 'debt'"),
        ({"likelihood": 6}, "likelihood 6 is no step"),
        ({"residual_cost": 5}, "residual_cost 5 is above 4"),
        ({"feeds": ["R9"]}, "feeds no risk 'R9'"),
        ({"likelihood": 0}, "needs likelihood and an effect"),
        ({"title": "a\x07b"}, "control character U\\+0007"),
        ({"colour": "red"}, "no field 'colour'"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(book, values, said) -> None:
    with pytest.raises(InputError, match=said):
        project_risk(book, **values)
    assert book.events() == []


def test_levels_are_linked_and_roll_up(book: Journal) -> None:
    reg.add(book, by="ana", id="ALL", title="Rates rise", level="overall", category="debt",
            status="assessed", likelihood=3, cost=3)  # fmt: skip
    reg.add(book, by="ana", id="KEN-S", title="Unrest", level="country", category="social",
            iso3="KEN", status="assessed", likelihood=2, people=3)  # fmt: skip
    project_risk(book, id="P1")
    project_risk(book, id="P2", likelihood=4)
    project_risk(book, id="P3", category="debt", likelihood=1, cost=1, iso3="LAO",
                 project="KUN-VTE", feeds=["ALL"])  # fmt: skip
    with pytest.raises(InputError, match="a risk feeds higher levels"):
        reg.update(book, "KEN-S", by="ana", feeds=["P1"])
    risks = reg.register(book.events())
    pairs = {tuple(row) for row in reg.links(risks).to_numpy().tolist()}
    assert pairs == {("P1", "KEN-S", "derived"), ("P2", "KEN-S", "derived"),
                     ("P3", "ALL", "given")}  # fmt: skip
    grades = pd.DataFrame({"iso3": ["KEN", "LAO"], "grade": [2, 6]})
    table = reg.countries(risks, grades).set_index("iso3")
    assert list(table["rating"]) == ["extreme", "high"]  # worst project; the grade
    assert (table.loc["KEN", "own"], table.loc["LAO", "projects"]) == ("medium", "low")
    # Middles of the bands of likelihood: 75 and 37.5 per cent; together 75 to 100.
    assert (table.loc["KEN", "any_high_from_pct"], table.loc["KEN", "any_high_to_pct"]) == (75, 100)
    ratings = table.reset_index()
    whole = reg.overall(risks, ratings).set_index("part")
    assert (whole.loc["own", "rating"], whole.loc["overall", "rating"]) == ("medium", "extreme")
    # With one in a hundred of the money in Kenya, its rating does not make the whole's.
    less = reg.overall(risks, ratings, pd.Series({"KEN": 1.0, "LAO": 99.0})).set_index("part")
    assert less.loc["countries", "rating"] == "high"
    assert reg.countries({}).empty
    counts = reg.matrix([(r.likelihood, r.effect) for r in risks.values()])
    assert (counts.loc[5, 4], int(counts.to_numpy().sum())) == (1, 5)


def test_reviews_fall_due_by_rating_also_at_the_end_of_a_month(book: Journal) -> None:
    project_risk(book, id="P1")  # extreme: monthly
    project_risk(book, id="P2", likelihood=2, cost=3)  # medium: quarterly
    risks = list(reg.register(book.events()).values())
    assert list(reg.due_reviews(risks, date(2026, 2, 27))["risk"]) == []
    due = reg.due_reviews(risks, date(2026, 4, 30))
    assert due[["risk", "due"]].to_numpy().tolist() == [["P1", "2026-02-28"], ["P2", "2026-04-30"]]
    later = Journal(book.folder, lambda: datetime(2026, 4, 1, tzinfo=UTC))
    reg.review(later, "P1", note="no change", by="bo")
    risks = list(reg.register(book.events()).values())
    assert list(reg.due_reviews(risks, date(2026, 4, 30))["risk"]) == ["P2"]


def test_register_goes_out_and_comes_back_as_it_was(book: Journal, tmp_path: Path) -> None:
    reg.add(book, by="ana", id="KEN-S", title="=cmd|' /C calc'!A0", level="country",
            category="social", iso3="KEN")  # fmt: skip
    project_risk(book, id="P1", note="-5 or +5, [bold]", feeds=["KEN-S"], owner="bo")
    reg.set_control(book, "P1", Control("C1", "@home", "detect", "bo", "2026-05-01"), by="ana")
    risks = reg.register(book.events())
    content = reg.workbook(risks.values())
    assert content == reg.workbook(risks.values())
    sheet = openpyxl.load_workbook(io.BytesIO(content))["risks"]
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    for name, data in reg.csv_files(risks.values()).items():
        (tmp_path / name).write_bytes(data)
    assert b"'=cmd" in (tmp_path / "risks.csv").read_bytes()
    other = Journal(tmp_path / "other", lambda: NOON)
    count = reg.import_register(other, tmp_path / "risks.csv", tmp_path / "controls.csv", by="cy")
    assert count == {"added": 2, "changed": 0, "unchanged": 0, "controls": 1}
    assert reg.register(other.events()) == risks
    again = reg.import_register(other, tmp_path / "risks.csv", tmp_path / "controls.csv", by="cy")
    assert again == {"added": 0, "changed": 0, "unchanged": 2, "controls": 0}
    template = tmp_path / "template.xlsx"
    template.write_bytes(reg.workbook([]))
    assert reg.import_register(other, template, by="cy")["added"] == 0


def test_faults_of_a_table_come_at_once_and_nothing_is_taken_over(book, tmp_path: Path) -> None:
    path = tmp_path / "risks.csv"
    path.write_text(
        "id,title,level,category,iso3,project,likelihood,cost,feeds\n"
        "A,Good,country,debt,KEN,,3,3,\nA,Twice,country,debt,KEN,,3,3,\n"
        "B,,project,dept,KEN,P,7,3,\nC,=1+1,country,debt,Kenya,,3,3,Z\n", "utf-8",
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        reg.import_register(book, path, by="cy")
    said = str(caught.value)
    for part in ("row 3, id: 'A' is there twice", "row 4, title", "row 4, category",
                 "row 4, likelihood", "row 5, title: holds a formula", "row 5, iso3"):  # fmt: skip
        assert part in said
    assert book.events() == []


def test_a_gate_opens_when_all_is_met_or_waived_and_in_order(book: Journal) -> None:
    must = gates.items("concept").query("mandatory == 'yes'")["item_id"]
    for item in must[:-1]:
        gates.meet(book, "P", item, evidence="note 7", by="ana")
    with pytest.raises(InputError, match=must.iloc[-1]):
        gates.pass_gate(book, "P", "concept", by="bo")
    with pytest.raises(InputError, match="--reason: is empty"):
        gates.waive(book, "P", must.iloc[-1], reason=" ", by="bo")
    gates.waive(book, "P", must.iloc[-1], reason="no staff goes there", by="bo")
    gates.pass_gate(book, "P", "concept", by="bo")
    table = gates.stages(book.events(), "P").set_index("stage")
    assert (table.loc["concept", "passed_by"], table.loc["concept", "waived"]) == ("bo", 1)
    for item in gates.items("financing")["item_id"]:
        gates.meet(book, "P", item, evidence="x", by="ana")
    with pytest.raises(InputError, match="gate appraisal has not been passed"):
        gates.pass_gate(book, "P", "financing", by="bo")
    # What is opened again shuts the gate.
    gates.undo(book, "P", must.iloc[0], reason="wrong paper", by="ana")
    assert not gates.stages(book.events(), "P").set_index("stage").loc["concept", "passed_at"]
    gates.meet(book, "P", must.iloc[0], evidence="right paper", by="ana")
    row = gates.stages(book.events(), "P").set_index("stage").loc["concept"]
    assert row["ready"]
    assert not row["passed_at"]
    assert gates.stages(book.events(), "Q")["settled"].sum() == 0
    with pytest.raises(InputError, match="or 'concept-01'"):
        gates.meet(book, "P", "concept-1", evidence="x", by="ana")


def test_every_item_of_the_gates_has_its_source() -> None:
    table = gates.items()
    assert len(table) >= 60
    assert set(table["stage"]) == set(gates.STAGES)
    assert table["source_url"].str.match(r"https?://").all()
    assert table["item_id"].is_unique
    assert not ((table["read_as"] != "text") & (table["confidence"] == "high")).any()


def test_reviews_after_make_a_reference_class(book: Journal) -> None:
    for key, actual in (("A", 120.0), ("B", 180.0), ("C", 90.0)):
        reg.review_project(book, key, mode="rail", iso3="KEN", planned_cost_usd=100.0,
                           actual_cost_usd=actual, price_year=2020, planned_years=5.0,
                           actual_years=6.0, planned_benefit=10.0, actual_benefit=0.0,
                           lesson="ask earlier", by="ana")  # fmt: skip
    reg.review_project(book, "D", mode="port", iso3="KEN", planned_cost_usd=1, actual_cost_usd=1,
                       price_year=2020, lesson="none", by="ana")  # fmt: skip
    table = reg.lessons(book.events()).set_index("project")
    assert table.loc["A", "cost_overrun_share"] == pytest.approx(0.2)
    assert table.loc["A", "delay_share"] == pytest.approx(0.2)
    assert table.loc["A", "benefit_share"] == -1.0
    assert np.isnan(table.loc["D", "delay_share"])
    (row,) = reg.classes(book.events()).to_dict("records")  # one port has no spread
    assert (row["mode"], row["projects"], row["basis"]) == ("rail", 3, "mean_sd")
    assert row["mean_share"] == pytest.approx(0.3)
    assert row["sd_share"] == pytest.approx(np.std([0.2, 0.8, -0.1], ddof=1))
    assert (row["over_half_share"], row["tail_mean_share"]) == pytest.approx((1 / 3, 0.8))
    with pytest.raises(InputError, match=r"actual_cost_usd nan.*go together"):
        reg.review_project(book, "E", mode="rail", iso3="KEN", planned_cost_usd=1,
                           actual_cost_usd=float("nan"), price_year=2020, planned_years=2,
                           lesson="x", by="ana")  # fmt: skip


def test_ids_that_differ_in_case_alone_are_one(tmp_path: Path) -> None:
    book, path = Journal(tmp_path / "j"), tmp_path / "r.csv"
    path.write_text("id,title,level,category\nX1,t,overall,debt\nx1,u,overall,debt\n")
    with pytest.raises(InputError, match="is there twice"):
        reg.import_register(book, path, by="ana")
    path.write_text("id,title,level,category\nX1,t,overall,debt\n")
    reg.import_register(book, path, by="ana")
    path.write_text("id,title,level,category\nx1,t,overall,debt\n")
    with pytest.raises(InputError, match="is called X1 in the register"):
        reg.import_register(book, path, by="ana")
