"""Disputes: worked cases, what must always hold, coverage of the lists, and the command."""

from __future__ import annotations

import csv
import json
import random
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import beltroad.cli.policy_disputes  # noqa: F401  registers the command
from beltroad import evidence
from beltroad.errors import InputError
from beltroad.policy import disputes, facts
from beltroad.policy.disputes.places import TableFacts, latest
from beltroad.policy.disputes.texts import TEXTS
from beltroad.policy.profile import relation
from command_line import run_beltroad

TEXT = (Path(__file__).parent / "dispute_cases.csv").read_text(encoding="utf-8")
CASES = list(csv.DictReader(TEXT.splitlines()))
PLACES = [
    "CHN", "HKG", "MAC", "TWN", "KAZ", "UZB", "KGZ", "TJK", "TKM", "MNG", "RUS", "BLR",
    "GEO", "TUR", "IRN", "IRQ", "PAK", "IND", "LKA", "BGD", "VNM", "LAO", "KHM", "THA",
    "MYS", "SGP", "IDN", "ARE", "SAU", "EGY", "KEN", "ETH", "NGA", "ZAF", "LBY", "SRB",
    "HUN", "GRC", "DEU", "FRA", "DNK", "GBR", "CHE", "UKR", "USA", "BRA", "ARG", "ECU",
    "BOL", "HND", "JPN", "KOR", "PRI", "XKX",
]  # fmt: skip
G20 = [
    "ARG", "AUS", "BRA", "CAN", "CHN", "DEU", "FRA", "GBR", "IDN", "IND", "ITA", "JPN",
    "KOR", "MEX", "RUS", "SAU", "TUR", "USA", "ZAF",
]  # fmt: skip
QUICK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
place = st.sampled_from(PLACES)
result = st.sampled_from(disputes.RESULTS)
day = st.dates(date(1950, 1, 1), date(2026, 11, 22))


def rank(state: str) -> int:
    return disputes.STATES.index(state)


class WithAccession:
    """The bundled facts, and one economy more bound by one convention, without declarations."""

    def __init__(self, instrument: str, iso3: str) -> None:
        self.base, self.instrument, self.iso3 = TableFacts(), instrument, iso3

    def standing(
        self, instrument_name: str, iso3: str, partner: str = "", on: date | None = None
    ) -> facts.Standing:
        found = self.base.standing(instrument_name, iso3, partner, on)
        if (instrument_name, iso3) != (self.instrument, self.iso3) or found.state == "in_force":
            return found
        row = dict.fromkeys(facts.COLUMNS, "") | {"row": "added", "iso3": iso3}
        return replace(
            found, state="in_force", since="1950-01-01", terms={}, confidence="high",
            rows=pd.DataFrame([row]), note="",
        )  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=[c["case"] for c in CASES])
def test_worked_cases(case: dict[str, str]) -> None:
    found = disputes.enforceable(
        case["kind"], case["made_in"], case["enforced_in"], date.fromisoformat(case["on"]),
        with_state=case["with_state"] == "yes",
    )  # fmt: skip
    assert (found.state, found.basis.instrument) == (case["expected"], case["instrument"])
    assert found.sentence.endswith(".")
    assert case["article"]
    assert case["source"]


def test_enough_cases() -> None:
    assert len(CASES) >= 25
    assert len({c["case"] for c in CASES}) == len(CASES)
    assert {c["expected"] for c in CASES} == set(disputes.STATES)
    assert {c["kind"] for c in CASES} == set(disputes.RESULTS)


@QUICK
@given(
    st.sampled_from(["new_york", "icsid", "singapore_mediation", "choice_of_court",
                     "hague_judgments", "brussels_recast"]),
    place, result, place, place, day,
)  # fmt: skip
def test_an_accession_never_makes_a_result_worth_less(
    instrument: str, joins: str, kind: str, made_in: str, enforced_in: str, on: date
) -> None:
    before = disputes.enforceable(kind, made_in, enforced_in, on)
    after = disputes.enforceable(
        kind, made_in, enforced_in, on, facts=WithAccession(instrument, joins)
    )
    assert rank(after.state) <= rank(before.state)


@QUICK
@given(result, place, place)
def test_nothing_holds_before_a_convention_begins(
    kind: str, made_in: str, enforced_in: str
) -> None:
    for name, text in TEXTS.items():
        if text.start:
            on = date.fromisoformat(text.start) - timedelta(days=1)
            for basis in disputes.enforceable(kind, made_in, enforced_in, on).bases:
                assert basis.instrument != name or basis.state == "not enforceable"


@QUICK
@given(place, place, day)
def test_conventions_between_parties_work_both_ways(one: str, other: str, on: date) -> None:
    both_ways = {
        "hague_judgments", "choice_of_court", "brussels_recast", "cn_judicial_assistance",
        "intra_china_judgments", "kiev_1992", "minsk_1993",
    }  # fmt: skip
    there = disputes.enforceable("judgment", one, other, on).bases
    back = disputes.enforceable("judgment", other, one, on).bases

    def kept(bases: tuple[disputes.Basis, ...]) -> set[tuple[str, str, str]]:
        return {(b.instrument, b.state, b.since) for b in bases if b.instrument in both_ways}

    assert kept(there) == kept(back)


@QUICK
@given(place, place, day)
def test_reciprocity_asks_for_the_seat(seat: str, enforced_in: str, on: date) -> None:
    asked = facts.standing("new_york", enforced_in, on=on)
    of_seat = facts.standing("new_york", seat, on=on)
    found = disputes.enforceable("award", seat, enforced_in, on).basis
    if found.instrument != "new_york" or asked.state != "in_force":
        return
    if of_seat.state == "in_force":
        assert found.state in ("enforceable", "conditional")
    elif "reciprocity" in asked.terms["reservations"] and of_seat.rows.size:
        assert found.state in ("not enforceable", "conditional", "unknown")
    elif asked.terms["reservations"] in ("none", "commercial"):
        assert found.state in ("enforceable", "conditional", "unknown")


@QUICK
@given(result, place, place, day)
def test_every_answer_names_what_it_rests_on(
    kind: str, made_in: str, enforced_in: str, on: date
) -> None:
    found = disputes.enforceable(kind, made_in, enforced_in, on)
    known = set(facts.rows()["row"])
    assert found.state == min((b.state for b in found.bases), key=rank)
    assert set(found.rows) <= known
    for basis in found.bases:
        if basis.state in ("enforceable", "conditional") and basis.instrument != "own_law":
            assert basis.rows
            assert basis.confidence in ("high", "medium", "low")
            assert basis.article
            assert basis.refusal
    assert found == disputes.enforceable(kind, made_in, enforced_in, on)


@pytest.mark.parametrize(
    ("instrument", "states", "territories"),
    [("new_york", 172, 2), ("icsid", 158, 0), ("apostille", 129, 2), ("cisg", 97, 1)],
)
def test_lists_close_at_the_official_counts(instrument: str, states: int, territories: int) -> None:
    held = facts.parties(instrument, latest())
    bound = held[held["state"] == "in_force"]
    assert len(bound) == states + territories
    assert bound["iso3"].is_unique


def test_all_signatories_of_the_singapore_convention_are_named() -> None:
    table = facts.rows("singapore_mediation")
    assert (table["signed_on"] != "").sum() == 58
    assert len(facts.parties("singapore_mediation")) == len(table)


def test_china_has_39_treaties_35_with_judgments() -> None:
    table = facts.rows("cn_judicial_assistance")
    assert len(table) == 39
    assert table["terms"].str.contains("judgments=yes").sum() == 35


def test_signatories_and_g20_are_certain() -> None:
    members = evidence.load("membership").query("status == 'member'")["iso3"].tolist()
    for instrument in ("new_york", "icsid", "apostille", "cisg"):
        for code in {*members, *G20}:
            assert facts.standing(instrument, code).state != "unknown", (instrument, code)


def test_routes_of_a_pair() -> None:
    found = disputes.routes("CHN", "KAZ", seats=["SGP"])
    assert [r.kind for r in found.routes] == ["litigation"] * 2 + ["arbitration"] * 3 + [
        "mediation"
    ]
    seat = next(r for r in found.routes if r.seat == "SGP")
    assert (seat.in_home.state, seat.in_host.state) == ("enforceable", "enforceable")
    assert "SIAC" in seat.forums
    table = found.table()
    assert len(table) == 2 * len(found.routes)
    assert not table.isna().any().any()
    assert found.law is not None
    assert found.law.state == "may govern"
    assert disputes.routes("CHN", "DEU").law.state == "governs"


def test_icsid_route_asks_for_two_contracting_states_and_consent() -> None:
    china = disputes.routes("KAZ", "CHN", "investment").routes[0]
    assert china.access.state == "by agreement"
    assert "investment treaty" in china.access.sentence
    assert "expropriation" in china.access.sentence
    assert disputes.routes("CHN", "BRA", "investment").routes[0].access.state == "not open"
    early = disputes.routes("CHN", "KAZ", "investment", date(2000, 10, 20)).routes[0]
    assert early.access.state == "not open"
    assert disputes.routes("DEU", "KAZ", "investment").routes[0].access.state == "unknown"
    inside = disputes.routes("HKG", "CHN", "investment").routes[0]
    assert inside.access.state == "not open"


def test_notes_on_service_and_interim_measures() -> None:
    found = {(r.kind, r.seat): r.notes for r in disputes.routes("CHN", "HKG").routes}
    assert "interim measures" in found["arbitration", "HKG"][0]
    assert not found["arbitration", "SGP"]
    early = disputes.routes("CHN", "HKG", on=date(2019, 9, 30)).routes
    assert not any(r.notes for r in early if r.kind == "arbitration")
    served = next(r for r in disputes.routes("CHN", "KAZ").routes if r.kind == "litigation")
    assert "central authority" in served.notes[0]


@pytest.mark.parametrize("seed", range(4))
def test_disputes_and_relation_say_the_same(seed: int) -> None:
    """Both rest on the same rows: no convention works in one and not in the other."""
    draw = random.Random(seed)
    for _ in range(6):
        one, other = draw.sample(PLACES, 2)
        on = date(1955, 1, 1) + timedelta(days=draw.randrange(26000))
        table = relation(one, other, on).drop_duplicates("instrument").set_index("instrument")
        award = disputes.enforceable("award", one, other, on)
        for basis in award.bases:
            if basis.instrument == "new_york" and table.loc["new_york", "state"] == "in_force":
                assert basis.state in ("enforceable", "conditional", "uncertain"), (one, other, on)
        for paper in award.documents:
            if paper.what == "public documents":
                works = table.loc["apostille", "state"] == "in_force"
                assert paper.how.startswith("apostille") == works, (one, other, on)
        for basis in disputes.enforceable("judgment", one, other, on).bases:
            if basis.instrument in ("hague_judgments", "choice_of_court", "kiev_1992"):
                line = table.loc[basis.instrument]
                assert (line["state"], line["since"]) == ("in_force", basis.since)
        sales = disputes.routes(one, other, on=on, seats=[]).law
        assert sales is not None
        assert (sales.state == "governs") == (table.loc["cisg", "state"] == "in_force")


def test_a_declaration_under_article_95_is_taken_into_the_answer() -> None:
    """China alone is bound towards India, and has declared: its courts do not apply 1(1)(b)."""
    law = disputes.routes("CHN", "IND", seats=[]).law
    assert law is not None
    assert law.state == "may govern"
    assert law.article == "articles 1(1)(b) and 95"
    assert "frees its courts" in law.sentence
    plain = disputes.routes("FRA", "IND", seats=[]).law
    assert plain is not None
    assert plain.article == "article 1(1)(b)"


def test_rules_of_its_own_that_had_not_begun_say_nothing_of_older_ones() -> None:
    """China's rules of 2015 on results of Taiwan replaced others that are not in the table."""
    for result_ in ("award", "judgment"):
        before = disputes.enforceable(result_, "TWN", "CHN", date(2015, 6, 30))
        assert before.state == "unknown"
        assert "not in the table" in before.sentence
        after = disputes.enforceable(result_, "TWN", "CHN", date(2015, 7, 1))
        assert (after.state, after.basis.since) == ("conditional", "2015-07-01")


def test_lines_fit_the_terminal_and_name_the_end_of_lists(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for columns in (80, 120):
        _, out, _ = run_beltroad(monkeypatch, capsys, "policy", "disputes", "CHN", "DEU",
                                 columns=columns)  # fmt: skip
        assert columns - 20 < max(map(len, out.splitlines())) <= columns
    known = facts.instrument("new_york")["as_of"]
    assert f"rows are known to {known}" in " ".join(out.split())


def test_a_forum_is_not_named_before_it_existed() -> None:
    found = disputes.routes("CHN", "KAZ", on=date(2017, 6, 1), seats=["HKG"])
    named = {forum for route in found.routes for forum in route.forums}
    assert "HKIAC" in named
    assert not {"AIFC IAC", "AIFC Court", "IOMed", "CICC"} & named


@pytest.mark.parametrize(
    ("one", "other", "on", "how"),
    [
        ("CHN", "KAZ", "2023-11-06", "consular legalisation"),
        ("CHN", "KAZ", "2023-11-07", "apostille, after a check"),
        ("CHN", "IND", "2024-06-01", "consular legalisation"),
        ("HKG", "IND", "2024-06-01", "apostille, after a check"),
        ("CHN", "HKG", "2024-06-01", "local certification"),
        ("DEU", "FRA", "2024-06-01", "apostille"),
        ("CHN", "VNM", "2026-09-10", "consular legalisation"),
        ("CHN", "VNM", "2026-09-11", "apostille, after a check"),
        ("CHN", "EGY", "2024-06-01", "consular legalisation"),
        ("CHN", "PRI", "2024-06-01", "unknown"),
    ],
)
def test_papers(one: str, other: str, on: str, how: str) -> None:
    found = disputes.authentication(one, other, date.fromisoformat(on), TableFacts())
    assert found.how == how


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: disputes.routes("CHN", "KAZ", "family"), "out of scope"),
        (lambda: disputes.routes("CHN", "KAZ", "consumer"), "commercial, investment"),
        (lambda: disputes.routes("CHN", "KAZ", "comercial"), "Did you mean 'commercial'"),
        (lambda: disputes.routes("CHN", "CHN"), "both CHN"),
        (lambda: disputes.routes("Atlantis", "CHN"), "home"),
        (lambda: disputes.routes("CHN", "KAZ", seats=["Atlantis"]), "seat"),
        (lambda: disputes.enforceable("awards", "CHN", "KAZ"), "Did you mean 'award'"),
        (lambda: disputes.enforceable("award", "", "KAZ"), "made in"),
        (lambda: disputes.forums(kind="chess"), "arbitration"),
    ],
)
def test_bad_input_says_what_and_what_instead(call, said: str) -> None:
    with pytest.raises(InputError, match=said):
        call()


def test_forums_have_a_seat_kinds_and_a_source() -> None:
    table = disputes.forums()
    asked = {
        "cietac", "cicc", "hkiac", "siac", "icc", "lcia", "aiac", "aifc_iac", "diac", "scc",
        "viac", "crcica", "ncia", "kiac", "iomed", "mcia", "thac",
    }  # fmt: skip
    assert asked <= set(table["forum"])
    assert set(disputes.forums("SGP", "litigation")["forum"]) == {"sicc"}
    assert (table["source_title"] != "").all()
    assert ((table["source_url"] != "") | (table["confidence"] == "low")).all()


def test_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("policy", "disputes", "CHN", "Kazakhstan", "--seat", "SGP")
    code, out, _ = run_beltroad(monkeypatch, capsys, *arguments, "--details")
    assert code == 0
    assert "article V(2)(b)" in out
    code, out, _ = run_beltroad(monkeypatch, capsys, *arguments, "--json")
    assert code == 0
    plain = json.loads(out)
    assert plain["home"] == "CHN"
    assert plain["routes"][0]["in_home"]["bases"][0]["rows"]
    for wrong, said in ((("--kind", "family"), "out of scope"), (("--date", "2024"), "YYYY-MM-DD")):
        code, _, err = run_beltroad(monkeypatch, capsys, *arguments, *wrong)
        assert code == 2
        assert said in err
