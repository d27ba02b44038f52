"""Profiles of pairs and countries: symmetric where law is, dated, and each line with its rows."""

from __future__ import annotations

from datetime import date

import pandas as pd
import pytest

from beltroad.errors import InputError
from beltroad.policy import facts
from beltroad.policy.profile import PILLARS, profile, relation

NOW = relation("China", "KAZ")


def test_a_pair_has_one_line_for_each_instrument_and_direction() -> None:
    kinds = facts.instruments().set_index("instrument")["kind"].drop(["eu", "euro_area"])
    lines = NOW[~NOW["instrument"].isin(["bri_document", "visa_requirements"])]
    assert set(lines["instrument"]) == set(kinds.index)
    expected = 2 * (kinds == "unilateral").sum() + (kinds != "unilateral").sum()
    assert len(lines) == expected
    assert set(NOW["pillar"]) <= set(PILLARS)
    assert list(NOW["pillar"].drop_duplicates()) == [
        p for p in PILLARS if p in set(NOW["pillar"])
    ]  # fmt: skip


def test_what_holds_names_its_rows_and_source() -> None:
    held = NOW[NOW["state"] == "in_force"]
    assert len(held) > 5
    assert held["rows"].ne("").all()
    assert held["source_title"].ne("").all()
    keys = set(facts.rows()["row"]) | {"membership:KAZ"}
    keys |= {"visa_requirements:CHN:KAZ", "visa_requirements:KAZ:CHN"}
    assert {key for line in held["rows"] for key in line.split()} <= keys


def test_the_order_of_a_pair_does_not_matter() -> None:
    other = relation("KAZ", "CHN")
    columns = ["pillar", "instrument", "title", "scope", "state", "since", "confidence"]
    both = [t[columns].sort_values(columns, ignore_index=True) for t in (NOW, other)]
    pd.testing.assert_frame_equal(*both)


def test_nothing_held_before_the_states_existed() -> None:
    early = relation("CHN", "KAZ", date(1900, 1, 1))
    assert not early["state"].isin(["in_force", "signed"]).any()


def test_states_of_both_sides_are_told_apart() -> None:
    table = relation("CHN", "KAZ", date(2025, 1, 1)).set_index("instrument")
    both = table[table["scope"] == "both"]
    for state, one, other in both[["state", "state_one", "state_other"]].itertuples(index=False):
        assert (state == "in_force") == (one == other == "in_force")


def test_a_profile_counts_partners() -> None:
    table = profile("UZB")
    counted = table[table["scope"].isin(["partners", "grants to", "granted by"])]
    for count, partners in zip(counted["count"], counted["partners"], strict=True):
        assert int(count) == len(partners.split())
    assert table.set_index("instrument").loc["bri_document", "state"] == "in_force"


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [("CHN", "China", "the same economy"), ("CHN", "Atlantis", "no economy 'Atlantis'")],
)
def test_bad_pairs(one: str, other: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        relation(one, other)


def test_lists_of_china_s_own_pairs_say_nothing_of_other_pairs() -> None:
    other = relation("KAZ", "UZB")
    assert not set(other["instrument"]) & {"swap", "visa_mutual", "fta", "bit"}
    assert facts.standing("swap", "KAZ", "UZB").state == "unknown"
    visas = other[other["instrument"] == "visa_requirements"]
    assert set(visas["scope"]) == {"KAZ to UZB", "UZB to KAZ"}
    assert set(visas["state"]) == {"in_force"}
    before = relation("KAZ", "UZB", date(2020, 1, 1)).set_index("instrument")
    assert set(before.loc["visa_requirements", "state"]) == {"unknown"}
