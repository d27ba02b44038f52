"""Wellbeing registry: nobody counted twice, unlike things apart, and what the bundle holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError, ScenarioError
from beltroad.people import wellbeing as w
from beltroad.people.wellbeing.readers import as_rows, read_csv


def rows(*given: Mapping[str, Any]) -> pd.DataFrame:
    base = {"kind": "training", "iso3": "KEN", "reached_status": "reported"}
    full = [
        base | {"id": f"p{at}", "name": f"project {at}"}
        | ({"reached_basis": "trained"} if "people_reached" in each else {"reached_status": ""})
        | dict(each)
        for at, each in enumerate(given)
    ]  # fmt: skip
    return as_rows([(f"row {at}", each) for at, each in enumerate(full)], "rows")


def test_a_programme_and_its_projects_count_once() -> None:
    tree = rows(
        {"id": "all", "scope": "programme", "people_reached": 1000},
        {"id": "part", "scope": "programme", "part_of": "all"},
        {"part_of": "part", "people_reached": 300}, {"part_of": "all", "people_reached": 500},
        {"people_reached": 70},
    )  # fmt: skip
    total = w.totals(tree)
    assert total[["reached", "rows", "held"]].to_numpy().tolist() == [[1070.0, 2, 2]]
    # Projects that say more than an old figure of their programme are believed.
    more = rows(
        {"id": "all", "scope": "programme", "people_reached": 74},
        {"part_of": "all", "people_reached": 100}, {"part_of": "all", "people_reached": 53},
    )  # fmt: skip
    assert w.totals(more)["reached"].tolist() == [153.0]


def test_figures_of_another_basis_or_status_do_not_hold_each_other() -> None:
    mixed = rows(
        {"id": "all", "scope": "programme", "people_reached": 900, "reached_status": "planned"},
        {"part_of": "all", "people_reached": 40},
        {"part_of": "all", "people_reached": 7, "reached_basis": "patients"},
    )
    assert sorted(w.totals(mixed)["reached"]) == [7.0, 40.0, 900.0]
    # In persons, trained and patients under a programme of persons are the same people.
    persons = rows(
        {"id": "all", "scope": "programme", "people_reached": 900},
        {"part_of": "all", "people_reached": 7, "reached_basis": "patients"},
    )
    assert w.counted(persons, same="unit").tolist() == [True, False]
    assert w.counted(persons).tolist() == [True, True]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.one_of(st.none(), st.integers(1, 999))),
                min_size=1, max_size=9))  # fmt: skip
def test_total_lies_between_the_largest_figure_and_the_plain_sum(
    nodes: list[tuple[int, int | None]],
) -> None:
    given = []
    for at, (parent, people) in enumerate(nodes):
        row: dict[str, Any] = {"id": f"n{at}", "scope": "programme"}
        if parent < at:
            row["part_of"] = f"n{parent}"
        if people is not None:
            row["people_reached"] = people
        given.append(row)
    tree = rows(*given)
    kept = tree.loc[w.counted(tree), "people_reached"].sum()
    figures = tree["people_reached"].dropna()
    assert figures.max() <= kept <= figures.sum() if len(figures) else kept == 0
    flat = tree.assign(part_of="")
    assert flat.loc[w.counted(flat), "people_reached"].sum() == figures.sum()


def test_cost_per_person_keeps_bases_and_prices_apart() -> None:
    usd = {"cost_amount": 1000, "cost_currency": "USD", "cost_usd": 1000}
    cny = {"cost_amount": 7000, "cost_currency": "CNY"}
    table = rows(
        usd | {"people_reached": 10}, usd | {"people_reached": 40},
        usd | {"people_reached": 5, "reached_basis": "households"},
        cny | {"people_reached": 70}, cny | {"people_reached": 7, "cost_usd_2021": 900}, cny,
        {"people_reached": 3},
    )  # fmt: skip
    found = w.cost_per_person(table).set_index(["reached_basis", "price"])
    assert found.loc[("trained", "USD"), ["rows", "low", "median", "high"]].tolist() == [
        2, 25.0, 62.5, 100.0,
    ]  # fmt: skip
    assert found.loc[("households", "USD"), "median"] == 200.0
    assert found.loc[("trained", "CNY"), "median"] == 100.0
    assert found.loc[("trained", "USD of 2021"), "median"] == pytest.approx(900 / 7)
    assert len(w.with_cost_and_people(table)) == 5
    rated = w.cost_per_person(table, {"CNY": 0.14}).set_index(["reached_basis", "price"])
    assert rated.loc[("trained", "USD at given rates"), "median"] == pytest.approx(14.0)
    with pytest.raises(InputError, match="CNY=-1"):
        w.cost_per_person(table, {"CNY": -1.0})


def test_coverage_by_economy_counts_persons_per_million() -> None:
    table = rows(
        {"id": "kenya", "scope": "programme", "people_reached": 500},
        {"part_of": "kenya", "people_reached": 200},
        {"people_reached": 90, "reached_basis": "households"},
        {"people_reached": 60, "reached_status": "planned", "iso3": "UGA"},
        {"scope": "programme", "iso3": "KEN UGA", "people_reached": 10_000},
    )
    found = w.coverage(table).set_index("iso3")
    assert found.loc["KEN", "people_reported"] == 500
    assert found.loc["KEN", "reported_per_million"] == pytest.approx(
        500e6 / found.loc["KEN", "population"]
    )
    assert found["shared_programmes"].tolist() == [1, 1]
    assert found.loc["UGA", "people_planned"] == 60
    assert np.isnan(found.loc["UGA", "people_reported"])
    gaps = set(w.gaps(table)["iso3"])
    assert not gaps & {"KEN", "UGA", "CHN"}
    assert "TZA" in gaps
    assert "UGA" in set(w.gaps(table[table["iso3"] == "KEN"])["iso3"])


def test_filters_and_dates() -> None:
    table = rows(
        {"period_start": "2016", "period_end": "2018-06"}, {"period_start": "2020-03"},
        {"period_end": "2015"}, {}, {"kind": "water", "iso3": "KEN UGA", "scope": "programme"},
    )  # fmt: skip
    assert w.projects(rows=table, since="2018-07")["id"].tolist() == ["p1"]
    assert w.projects(rows=table, since="2018-06", until="2019")["id"].tolist() == ["p0"]
    assert w.projects(rows=table, until="2015")["id"].tolist() == ["p2"]
    assert w.projects(rows=table, iso3="Uganda")["id"].tolist() == ["p4"]
    assert w.projects(rows=table, text="PROJECT 3")["id"].tolist() == ["p3"]
    for wrong in ({"kind": "helth"}, {"since": "2020", "until": "2019"}, {"iso3": "Atlantis"}):
        with pytest.raises(InputError):
            w.projects(rows=table, **wrong)  # type: ignore[arg-type]


def test_evaluation_share() -> None:
    table = rows({"evaluated": "yes"}, {}, {}, {"kind": "water"})
    found = w.evaluation_share(table).set_index("kind")
    assert found["evaluated_pct"].tolist() == pytest.approx([100 / 3, 0.0, 25.0])


def test_a_users_file_is_refused_with_every_fault(tmp_path: Path) -> None:
    path = tmp_path / "own.csv"
    path.write_text(
        "id,name,kind,iso3,cost_amount,cost_currency,people_reached,reached_basis,period_start\n"
        "a,One,helth,KEN,,,,,\n"
        "a,Two,water,Atlantis,5,,10,,2020-13\n"
        "b,Three,water,KEN,-4,CNY,x,trained,2020\n"
        "c,Four,water\n"
    )
    with pytest.raises(ScenarioError) as caught:
        w.read(path)
    assert "line 5" in str(caught.value)
    path.write_text("\n".join(path.read_text().splitlines()[:4]) + "\n")
    with pytest.raises(ScenarioError) as caught:
        w.read(path)
    said = str(caught.value)
    for part in ("line 2: kind 'helth'", "line 3: iso3", "line 3: cost_amount and cost_currency",
                 "line 3: period_start", "line 3: people_reached and", "given before",
                 "line 4: cost_amount -4", "line 4: people_reached 'x'"):  # fmt: skip
        assert part in said
    for data, part in ((b"\xff\xfe", "UTF-8"), (b"", "empty"), (b"id,nam\n", "name"),
                       (b'id,name,kind,iso3\n"a', "CSV")):  # fmt: skip
        with pytest.raises(InputError, match=part):
            read_csv(data)
    loop = b"id,name,kind,iso3,scope,part_of\na,A,aid,KEN,programme,b\nb,B,aid,KEN,programme,a\n"
    with pytest.raises(InputError, match="contains itself"):
        read_csv(loop)
    with pytest.raises(InputError, match=r"give a \.csv"):
        w.read(tmp_path / "own.xls")


def test_what_the_bundle_holds() -> None:
    found = w.projects()
    assert len(found) >= 150
    hosts = {code for text in found["iso3"] for code in text.split()}
    assert len(hosts) >= 60
    assert set(w.KINDS) - {"other"} == set(found["kind"])
    assert found.loc[found["id"].str.startswith("luban-"), "iso3"].nunique() >= 25
    # The three published anchors: 8,600 households aside, 30,000 people; 503 eyes; 36 workshops.
    assert w.project("JUNCAO-PNG")["people_reached"] == 30_000
    assert w.project("brightness-lka")["people_reached"] == 503
    assert found["source_title"].ne("").all()
    # Unknown costs stay unknown.
    assert found["cost_amount"].isna().sum() > 100
    assert (found["cost_amount"].dropna() > 0).all()
    usd = found[found["cost_currency"] == "USD"]
    pd.testing.assert_series_equal(usd["cost_amount"], usd["cost_usd"], check_names=False)
    # Africa's workshops are mostly Tianjin's: 10,000 of 57,000, not beside them.
    trained = w.totals(found[found["id"].str.startswith("luban")]).set_index("reached_basis")
    assert trained.loc["trained", "reached"] == 57_000


def test_as_rows_takes_numbers_and_text_alike() -> None:
    row = {"id": "a", "name": "A", "kind": "water", "iso3": "Viet Nam"}
    one = as_rows([("x", row | {"latitude": "10.5", "longitude": "106"})], "x")
    two = as_rows([("x", row | {"latitude": 10.5, "longitude": 106})], "x")
    pd.testing.assert_frame_equal(one, two)
    assert one["iso3"].tolist() == ["VNM"]
    with pytest.raises(InputError, match="latitude 95"):
        as_rows([("x", row | {"latitude": 95, "longitude": 0})], "x")
