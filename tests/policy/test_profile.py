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
    kinds = facts.instruments().set_index("instrument")["kind"]
    lines = NOW[~NOW["instrument"].isin(["bri_document", "visa_requirements"])]
    # Groups, a country's own law and objections serve others; the rest is not about this pair.
    assert set(kinds.index) - set(lines["instrument"]) == {
        "eu", "euro_area", "judgment_rule", "apostille_objection", "in_nyc_notified",
        "intra_china_awards", "intra_china_interim", "intra_china_judgments",
        "cross_strait_recognition",
    }  # fmt: skip
    assert not lines.duplicated(["instrument", "scope"]).any()
    scopes = lines.groupby("instrument")["scope"].agg(set)
    # Lists of what China grants, or is granted, have one direction.
    assert scopes["visa_free_by_china"] == scopes["visa_transit_china"] == {"CHN to KAZ"}
    assert scopes["visa_free_for_china"] == {"KAZ to CHN"}
    assert scopes["judgment_precedent"] == {"CHN to KAZ", "KAZ to CHN"}
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


def line(table: pd.DataFrame, instrument: str) -> pd.Series:
    return table.set_index("instrument").loc[instrument]


def test_an_objection_keeps_a_convention_from_working_between_two_parties() -> None:
    found = line(relation("IND", "CHN"), "apostille")
    assert (found["state"], found["since"]) == ("not", "")
    assert (found["state_one"], found["state_other"]) == ("in_force", "in_force")
    assert "one objected to the other (article 12)" in found["terms"]
    objection = facts.standing("apostille_objection", "CHN", "IND").rows["row"].iloc[0]
    assert objection in found["rows"].split()
    assert line(relation("CHN", "KAZ"), "apostille")["state"] == "in_force"
    before = line(relation("IND", "CHN", date(2023, 11, 6)), "apostille")
    assert before["state"] == "signed" or before["state"] == "not"
    assert "objected" not in before["terms"]


def test_conventions_between_states_do_not_work_inside_one() -> None:
    """As the disputes engine says: arrangements do, from the day of the transfer on."""
    now = relation("CHN", "HKG")
    for convention in ("new_york", "hague_service", "cisg", "apostille"):
        found = line(now, convention)
        assert (found["state"], found["since"]) == ("not", ""), convention
        assert "inside one state" in found["terms"]
    assert line(now, "intra_china_awards")["state"] == "in_force"
    assert line(now, "wto")["state"] == "in_force"  # two customs territories
    early = line(relation("CHN", "HKG", date(1997, 6, 30)), "new_york")
    assert "inside one state" not in early["terms"]


def test_since_when_two_are_bound_is_not_known_if_one_start_is_not() -> None:
    table = relation("CHN", "UZB")
    both = table[(table["scope"] == "both") & (table["state"] == "in_force")]
    for name, since in zip(both["instrument"], both["since"], strict=True):
        starts = [facts.standing(name, code).since for code in ("CHN", "UZB")]
        assert since == (max(starts) if all(starts) else ""), name


def test_every_source_that_a_line_rests_on_is_named() -> None:
    table = relation("CHN", "PAK")
    for row in table[table["scope"] == "both"].to_dict("records"):
        used = facts.rows(row["instrument"])
        used = used[used["row"].isin(row["rows"].split())]
        for title in used["source_title"]:
            assert title in row["source_title"], row["instrument"]


def test_a_withdrawal_is_shown_with_its_date() -> None:
    found = line(relation("CHN", "PAN", date(2025, 6, 1)), "bri_document")
    assert found["state"] == "ended"
    assert found["terms"].startswith("withdrawn 2025")
    assert line(relation("CHN", "ITA", date(2023, 12, 6)), "bri_document")["state"] != "not"


def test_relation_and_profile_agree() -> None:
    """What a pair has stands in the profiles of both, that of the Union for its members too."""
    for one, other in (("CHN", "DEU"), ("PAK", "CHN"), ("CHN", "HKG")):
        between = relation(one, other)
        pairs = between[between["scope"] == "between"].set_index("instrument")["state"]
        for code, partner in ((one, other), (other, one)):
            table = profile(code)
            listed = table[table["scope"] == "partners"].set_index("instrument")["partners"]
            for name, state in pairs.drop("bri_document").items():
                held = partner in listed.get(name, "").split() or (
                    partner == "DEU" and "EUU" in listed.get(name, "").split()
                )
                assert held == (state == "in_force"), (code, name)


def test_a_profile_of_one_partner_says_since_when() -> None:
    found = line(profile("PAK"), "fta")
    assert (found["partners"], found["count"]) == ("CHN", "1")
    assert found["since"] == facts.standing("fta", "CHN", "PAK").since != ""
    many = line(profile("CHN"), "bit")
    assert 0 < int(many["unconfirmed"]) < int(many["count"])


def test_lists_of_others_are_left_out_of_a_profile() -> None:
    table = profile("KAZ")
    assert not set(table["instrument"]) & {"intra_china_awards", "cross_strait_recognition"}
    visas = table[table["instrument"] == "visa_free_by_china"]
    assert list(visas["scope"]) == ["granted by"]


def test_an_economy_without_a_row_of_membership_is_not_known() -> None:
    known = set(relation("CHN", "ATA")["state"])
    assert "not" in known
    assert line(relation("CHN", "ATA"), "bri_document")["state"] == "unknown"


def test_the_union_is_asked_about_by_its_members() -> None:
    with pytest.raises(InputError, match="by its members, as DEU"):
        relation("CHN", "EUU")


def test_what_has_ended_says_until_when() -> None:
    found = line(relation("CHN", "IND"), "bit")
    end = facts.standing("bit", "CHN", "IND").rows["in_force_to"].iloc[0]
    assert found["state"] == "ended"
    assert found["terms"].startswith(f"until {end}, ")
