"""Ownership: circles solved by hand, OFAC's examples, ties of bidders, file formats."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.risk.integrity.ownership import (
    Graph,
    bidder_links,
    control,
    listed_owners,
    ultimate_owners,
)
from beltroad.risk.integrity.ownership_files import read_bidders, read_graph


def graph(*shares, ties=()):
    frame = pd.DataFrame(shares, columns=["owner", "owned", "share_pct"]).assign(source="test")
    tied = pd.DataFrame(list(ties), columns=["party", "tie", "value"]).assign(source="test")
    ids = sorted({*frame["owner"], *frame["owned"], *tied["party"]})
    return Graph(pd.DataFrame({"name": "", "kind": ""}, index=ids), frame, tied)


def integrated(*shares, **more):
    table = ultimate_owners(graph(*shares), **more)
    return {(r.owner, r.owned): r.integrated_pct for r in table.itertuples()}


def test_circle_by_hand():
    # a = 0.6 + 0.4 b and b = 0.5 a: a = 0.6 / (1 - 0.2) = 0.75, b = 0.375; the rest is Bob's.
    found = integrated(("ann", "A", 60), ("B", "A", 40), ("A", "B", 50), ("bob", "B", 50))
    assert found == pytest.approx({
        ("ann", "A"): 75, ("ann", "B"): 37.5, ("bob", "A"): 25, ("bob", "B"): 62.5,
    })  # fmt: skip


def test_product_along_and_sum_over_paths():
    found = integrated(
        ("x", "H", 80), ("x", "K", 50), ("H", "T", 25), ("K", "T", 40), ("x", "T", 5)
    )
    assert found[("x", "T")] == pytest.approx(5 + 0.8 * 25 + 0.5 * 40)
    table = ultimate_owners(graph(("x", "H", 80), ("H", "T", 25)), "T")
    assert table.iloc[0]["path"] == "x -80 %-> H -25 %-> T"
    assert table.iloc[0]["unknown_pct"] == pytest.approx(80)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.integers(0, 9), min_size=6, max_size=6), min_size=4, max_size=4))
def test_shares_add_up_where_all_are_known(rows):
    # Four firms, two persons; every firm's shares are scaled to 100, persons hold some of each.
    shares = []
    for j, row in enumerate(rows):
        held = np.array(row, float)
        held[j] = 0.0
        held[4:] += 1.0
        for i, share in enumerate(100 * held / held.sum()):
            shares.append((f"p{i}" if i > 3 else f"f{i}", f"f{j}", share))
    found = integrated(*shares)
    for j in range(4):
        total = sum(share for (_, owned), share in found.items() if owned == f"f{j}")
        assert total == pytest.approx(100)


def test_closed_circle_and_double_shares_are_refused():
    with pytest.raises(InputError, match="own each other entirely"):
        integrated(("A", "B", 100), ("B", "A", 100), ("x", "C", 10), ("C", "A", 0))
    with pytest.raises(InputError, match="add up to 120 %"):
        integrated(("x", "A", 60), ("y", "A", 60))
    with pytest.raises(InputError, match="no such party"):
        ultimate_owners(graph(("x", "A", 60)), "B")


def test_control_by_majority_and_at_a_quarter():
    shares = graph(("x", "H", 51), ("H", "T", 30), ("x", "T", 21), ("H", "S", 40))
    found = control(shares)
    assert set(zip(found["controller"], found["controlled"], strict=True)) == {
        ("x", "H"), ("x", "T"),
    }  # fmt: skip
    assert found.set_index("controlled").loc["T", "held_pct"] == pytest.approx(51)
    wide = control(shares, threshold_pct=25)
    assert ("x", "S") in set(zip(wide["controller"], wide["controlled"], strict=True))


@pytest.mark.parametrize(
    ("shares", "blocked"),
    [
        # Examples 1 and 2 of OFAC's question 401.
        ([("X", "A", 50), ("A", "B", 50)], {"A", "B"}),
        ([("X", "A", 50), ("X", "B", 50), ("A", "C", 25), ("B", "C", 25)], {"A", "B", "C"}),
        # A part of less than half of a firm does not pass on.
        ([("X", "A", 25), ("X", "B", 25), ("A", "C", 50), ("B", "C", 50)], set()),
        # Shares of several listed persons add up.
        ([("X", "A", 25), ("Y", "A", 25)], {"A"}),
    ],
)
def test_half_owned_by_listed(shares, blocked):
    listed = {"X", "Y"} & {owner for owner, _, _ in shares}
    found = listed_owners(graph(*shares), listed)
    assert set(found["party"]) == blocked


def test_ties_of_bidders():
    parties = graph(
        ("ann", "A", 60), ("ann", "H", 100), ("H", "B", 50), ("A", "C", 30),
        ties=[("A", "director", "dan"), ("C", "director", "dan"), ("B", "phone", "123"),
              ("C", "phone", "123")],
    )  # fmt: skip
    bidders = pd.DataFrame({"tender": ["t"] * 4, "bidder": ["A", "B", "C", "unknown"]})
    found = bidder_links(parties, bidders)
    assert set(zip(found["first"], found["second"], found["link"], strict=True)) == {
        ("A", "B", "owner"), ("A", "C", "owns"), ("A", "C", "director"), ("B", "C", "phone"),
    }  # fmt: skip
    common = found[found["link"] == "owner"].iloc[0]["evidence"]
    assert "60.0 %" in common
    assert "ann -100 %-> H -50 %-> B" in common


def test_csv(tmp_path):
    path = tmp_path / "o.csv"
    path.write_text(
        "owner,owned,share_pct,link,owner_name\nann,A,60,,Ann\nbob,A,,,Bob\n"
        "dan,A,,director,Dan\n+1 (2) 34,A,,phone,\n", "utf-8"
    )  # fmt: skip
    found = read_graph(path)
    assert ultimate_owners(found)["integrated_pct"].tolist() == [60.0]
    assert set(found.ties["value"]) == {"dan", "1234"}
    path.write_text("owner,owned,share_pct,link\na,,1,\na,B,120,\na,B,1,own\n", "utf-8")
    with pytest.raises(InputError, match="3 faults"):
        read_graph(path)
    path.write_text("tender\n1\n", "utf-8")
    with pytest.raises(InputError, match="bidder: missing"):
        read_bidders(path)


def test_entities(tmp_path):
    path = tmp_path / "o.jsonl"
    rows = [
        {"id": "ann", "schema": "Person", "properties": {"name": ["Ann"], "phone": ["12"]}},
        {"id": "A", "schema": "Company", "properties": {"name": ["Alpha"], "address": ["1, Road"]}},
        {"id": "o", "schema": "Ownership",
         "properties": {"owner": ["ann"], "asset": ["A"], "percentage": ["25-50 %"]}},
        {"id": "d", "schema": "Directorship",
         "properties": {"director": ["ann"], "organization": ["A"]}},
    ]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    found = read_graph(path)
    row = ultimate_owners(found).iloc[0]
    assert (row.owner_name, row.owned_name, row.integrated_pct) == ("Ann", "Alpha", 37.5)
    assert set(found.ties["tie"]) == {"phone", "address", "director"}


def test_statements(tmp_path):
    def say(key, kind, details, status="new", date="2024-01-01"):
        return {"statementId": f"s{key}{date}", "recordId": key, "recordType": kind,
                "recordStatus": status, "statementDate": date,
                "recordDetails": details}  # fmt: skip

    def share(**value):
        return [{"type": "shareholding", "directOrIndirect": "direct", "share": value}]

    path = tmp_path / "b.json"
    path.write_text(json.dumps([
        say("p", "person", {"names": [{"fullName": "Ann"}]}),
        say("B", "entity", {"name": "Beta"}),
        say("C", "entity", {"name": "Gamma"}),
        say("r1", "relationship", {"subject": "B", "interestedParty": "C",
                                   "interests": share(exact=50)}),
        say("r2", "relationship", {"subject": "C", "interestedParty": "p",
                                   "interests": share(minimum=75, maximum=100)}),
        say("r3", "relationship", {"subject": "B", "interestedParty": "p",
                                   "interests": share(exact=10)}),
        say("r3", "relationship", {"subject": "B", "interestedParty": "p",
                                   "interests": share(exact=10)}, "closed", "2025-01-01"),
        say("r4", "relationship", {"subject": "B", "interestedParty": {"reason": "unknown"},
                                   "interests": share(exact=10)}),
    ]), "utf-8")  # fmt: skip
    row = ultimate_owners(read_graph(path), "B").iloc[0]
    assert (row.owner_name, row.integrated_pct) == ("Ann", pytest.approx(87.5 * 0.5))
    path.write_text('[{"statementID": "x"}]', "utf-8")
    with pytest.raises(InputError, match=r"BODS 0\.4"):
        read_graph(path)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("o.csv", "owner,owned,share_pct,share_pct\na,b,1,2\n", "is there twice"),
        ("o.csv", "owner,owned,share\na,b,1\n", "Did you mean 'share_pct'"),
        ("o.csv", "owner,owned,owner_name\na,b,x\x1b[2J\n", r"U\+001B"),
        ("o.jsonl", '{"id":"a","schema":"Ownership","properties":' + "[" * 100_000, "too deeply"),
        ("o.jsonl", '{"id":"a","schema":"Ownership","properties":{"owner":5,"asset":["b"]}}',
         "holds no ownership"),
    ],
)  # fmt: skip
def test_odd_graphs(tmp_path, name, text, said):
    path = tmp_path / name
    path.write_text(text, "utf-8")
    with pytest.raises(InputError, match=said):
        read_graph(path)


def test_half_characters_shares_out_of_range_and_rows_without_a_bidder(tmp_path):
    path = tmp_path / "o.jsonl"
    path.write_text('{"id":"a","schema":"Company","properties":{"name":["\\ud800x"]}}\n'
                    '{"id":"o","schema":"Ownership","properties":{"owner":["b"],"asset":["a"],'
                    '"percentage":["5"]}}\n')  # fmt: skip
    found = read_graph(path)
    assert found.name("a") == "?x"
    with pytest.raises(InputError, match="least share"):
        ultimate_owners(found, least_pct=float("nan"))
    path = tmp_path / "b.csv"
    path.write_text("tender,bidder\nx,\n,y\n")
    with pytest.raises(InputError, match="2 faults"):
        read_bidders(path)
