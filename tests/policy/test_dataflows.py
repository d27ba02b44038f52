"""Data across borders: worked cases, limits to the person, monotony, faulty files, the command."""

from __future__ import annotations

import csv
import io
import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import beltroad.cli.policy_dataflow  # noqa: F401  registers the command
from beltroad import evidence
from beltroad.errors import InputError
from beltroad.policy import dataflows
from beltroad.policy.dataflows import CHOICES, OUTCOMES
from command_line import run_beltroad

_TABLE = Path(__file__).parent / "dataflow_cases.csv"
CASES = list(csv.DictReader(io.StringIO(_TABLE.read_text(encoding="utf-8"))))
RANK = list(OUTCOMES)
DAYS = {
    "CHN": ("2022-10-01", "2023-07-01", "2024-03-22", "2026-02-01"),
    "KAZ": ("2014-01-01", "2026-01-01"),
    "RUS": ("2023-03-01",),
    "THA": ("2022-06-01",),
    "UZB": ("2020-01-01", "2022-01-01"),
    "VNM": ("2023-07-01", "2025-07-01", "2026-01-01"),
}


@pytest.mark.parametrize("case", CASES, ids=[c["case"] for c in CASES])
def test_worked_cases(case: dict[str, str]) -> None:
    found = dataflows.transfer(
        case["exporter"], case["importer"], int(case["persons"]), int(case["sensitive"]),
        held_persons=int(case["held"]) if case["held"] else None,
        important_data=case["important"] == "1", critical_infrastructure=case["ciio"] == "1",
        purpose=case["purpose"], zone_list=case["zone_list"], approved=case["approved"] == "1",
        consent=case["consent"] == "1", on=date.fromisoformat(case["on"]),
    )  # fmt: skip
    assert (found.outcome, found.rule.id) == (case["outcome"], case["rule"])
    assert found.rule.article == case["article"]


def test_there_are_enough_cases_and_all_exporters_have_some() -> None:
    assert len(CASES) >= 20
    assert {c["exporter"] for c in CASES} == set(dataflows.exporters())
    assert {c["outcome"] for c in CASES} == set(OUTCOMES)


def test_distances_and_counting_period() -> None:
    found = dataflows.transfer("CHN", "KAZ", 250_000, 4_000, on=date(2025, 6, 1))
    limits = {(t.fact, t.limit): (t.distance, t.decides) for t in found.thresholds}
    assert limits == {
        ("persons", 100_000): (-150_000, True),
        ("persons", 1_000_000): (750_000, False),
        ("sensitive_persons", 10_000): (6_000, False),
    }
    assert found.counted_from == date(2025, 1, 1)
    before = dataflows.transfer("CHN", "KAZ", 250_000, on=date(2023, 6, 1))
    assert before.counted_from == date(2022, 1, 1)
    assert any("250,000 were taken" in note for note in before.notes)


def test_validity_follows_the_date() -> None:
    for day, years in ((date(2024, 3, 21), 2), (date(2024, 3, 22), 3)):
        assert dataflows.transfer("CHN", "KAZ", important_data=True, on=day).years_valid == years
    assert dataflows.transfer("CHN", "KAZ", 5, on=date(2025, 1, 1)).years_valid is None


def test_duties_follow_procedure_and_date() -> None:
    def duties(persons: int, day: date) -> set[str]:
        return {d.id for d in dataflows.transfer("CHN", "KAZ", persons, on=day).duties}

    assert duties(0, date(2025, 1, 1)) == set()
    always = {"notice", "separate_consent", "impact_assessment", "security_incidents"}
    assert duties(10, date(2025, 1, 1)) == always
    assert duties(200_000, date(2025, 1, 1)) == always | {"contract_filing"}
    assert duties(200_000, date(2026, 1, 1)) == always | {"contract_filing", "certification_route"}
    assert "self_assessment" in duties(1_000_000, date(2025, 1, 1))


def test_ways_lead_where_they_say() -> None:
    found = dataflows.transfer("CHN", "KAZ", 1_200_000, 20_000, on=date(2025, 6, 1))
    said = {way.change: way.outcome for way in found.ways}
    assert said["at most 99,999 persons, none of them with sensitive data"] == "exempt"
    assert "at most 99,999 persons" not in said  # 20,000 sensitive persons would stay
    again = dataflows.transfer("CHN", "KAZ", 99_999, 0, on=date(2025, 6, 1))
    assert again.outcome == "exempt"
    court = dataflows.transfer("CHN", "USA", 5, purpose="judicial", on=date(2025, 6, 1))
    assert [way.change for way in court.ways] == ["approval by the competent authority"]


def test_both_ends_of_a_pair() -> None:
    both = dataflows.pair("China", "kz", 250_000, on=date(2025, 1, 1))
    assert both.there is not None
    assert both.back is not None
    assert both.there.outcome == "standard_contract_or_certification"
    assert both.back.outcome == "conditions"
    assert {d.id for d in both.back.duties} == {"consent", "database_at_home"}
    one = dataflows.pair("CHN", "LAO", 10, on=date(2025, 1, 1))
    assert one.back is None
    assert "Lao" in one.notes[0]
    early = dataflows.pair("CHN", "VNM", 10, on=date(2023, 1, 1))
    assert early.there is not None
    assert early.back is None
    with pytest.raises(InputError, match="neither LAO nor MMR"):
        dataflows.pair("LAO", "MMR", 10)


def test_confidence_is_that_of_the_weakest_row_used() -> None:
    day = date(2025, 1, 1)
    assert dataflows.transfer("CHN", "KAZ", 10, on=day).confidence == "high"
    assert dataflows.transfer("RUS", "CHN", 10, on=day).confidence == "medium"
    assert dataflows.transfer("RUS", "VNM", 10, on=day).confidence == "low"


@st.composite
def questions(draw: st.DrawFn) -> tuple[str, date, dict[str, object]]:
    exporter = draw(st.sampled_from(sorted(DAYS)))
    facts = {
        "important_data": draw(st.booleans()),
        "critical_infrastructure": draw(st.booleans()),
        "purpose": draw(st.sampled_from(sorted(CHOICES["purpose"]))),
        "zone_list": draw(st.sampled_from(sorted(CHOICES["zone_list"]))),
        "approved": draw(st.booleans()),
        "consent": draw(st.booleans()),
    }
    return exporter, date.fromisoformat(draw(st.sampled_from(DAYS[exporter]))), facts


EDGES = (0, 1, 9_999, 10_000, 10_001, 99_999, 100_000, 999_999, 1_000_000, 5_000_000)
NUMBERS = st.one_of(st.sampled_from(EDGES), st.integers(0, 3_000_000))


@settings(deadline=None, max_examples=300)
@given(questions(), NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
def test_more_data_is_never_lighter(
    asked: tuple[str, date, dict[str, object]],
    a: int, b: int, more_a: int, more_b: int, held: int, more_held: int,
) -> None:  # fmt: skip
    exporter, day, facts = asked
    importer = "USA" if exporter != "USA" else "CHN"
    persons, sensitive = max(a, b), min(a, b)
    many, many_sensitive = persons + more_a, min(persons + more_a, sensitive + more_b)
    few = dataflows.transfer(
        exporter, importer, persons, sensitive, held_persons=persons + held, on=day, **facts
    )
    much = dataflows.transfer(
        exporter, importer, many, many_sensitive,
        held_persons=max(many, persons + held + more_held), on=day, **facts,
    )  # fmt: skip
    assert RANK.index(much.outcome) >= RANK.index(few.outcome)
    for way in few.ways:
        assert RANK.index(way.outcome) < RANK.index(few.outcome)
    for limit in few.thresholds:
        if limit.decides:
            assert limit.distance <= 0
        else:
            assert limit.distance > 0 or RANK.index(limit.outcome) > RANK.index(few.outcome)


@settings(deadline=None, max_examples=100)
@given(questions(), NUMBERS)
def test_important_data_are_never_lighter(
    asked: tuple[str, date, dict[str, object]], persons: int
) -> None:
    exporter, day, facts = asked
    plain = dataflows.transfer(
        exporter, "USA", persons, on=day, **facts | {"important_data": False}
    )
    named = dataflows.transfer(exporter, "USA", persons, on=day, **facts | {"important_data": True})
    assert RANK.index(named.outcome) >= RANK.index(plain.outcome)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"persons": -1}, "persons -1: give a whole number"),
        ({"persons": 1, "sensitive_persons": -1}, "sensitive persons -1"),
        ({"persons": 1, "sensitive_persons": 2}, "2 persons with sensitive data are more than"),
        ({"persons": 9, "held_persons": 8}, "8 persons held in all are fewer"),
        ({"importer": "Atlantis"}, "no economy"),
        ({"importer": "CHN"}, "cross no border"),
        ({"exporter": "LAO"}, "Known exporters: CHN, KAZ"),
        ({"purpose": "hrr"}, "Did you mean 'hr'"),
        ({"zone_list": "inside"}, "zone list 'inside' is not known"),
        ({"on": date(2022, 8, 31)}, "ask for 2022-09-01 or later"),
    ],
)
def test_bad_questions_are_refused_in_one_line(facts: dict[str, object], said: str) -> None:
    given_facts = {"exporter": "CHN", "importer": "KAZ"} | facts
    with pytest.raises(InputError) as caught:
        dataflows.transfer(**given_facts)  # type: ignore[arg-type]
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_day_after_the_rows_is_answered_with_a_note() -> None:
    late = dataflows.transfer("CHN", "KAZ", 10, on=date(2030, 1, 1))
    assert any("known up to" in note for note in late.notes)


FAULTY = """
[regime]
exporter = "CHX"
title = "t"
as_of = "2026-13-01"
extra = 1
[[source]]
id = "s"
title = "t"
url = "ftp://x"
licence = "facts"
vintage = "2026"
[[rule]]
id = "a"
priority = 10
title = "t"
article = "1"
source = "z"
in_force_from = "2024-01-01"
in_force_to = "2023-01-01"
when = [
  { fact = "person", at_least = 5 },
  { fact = "persons", below = 5 },
  { fact = "persons", at_least = 0 },
  { fact = "purpose", in = ["trade"] },
  { fact = "important_data", is = 1 },
]
outcome = "licence"
[[rule]]
id = "a"
"""


def test_every_fault_of_a_file_is_named() -> None:
    with pytest.raises(dataflows.RuleFileError) as caught:
        dataflows.parse_rules(FAULTY, "x.toml")
    said = str(caught.value)
    for part in (
        "'CHX' is no ISO", "'2026-13-01' is no day", "unknown key 'extra'", "no web address",
        "source 'z' is not among", "before it begins", "unknown fact 'person'. Did you mean",
        "a condition on persons has at_least", "above 0", "purpose 'trade' is not known",
        "give true or false", "'licence' is not known", "given twice", "priority is missing",
    ):  # fmt: skip
        assert part in said, part
    assert said.startswith(f"x.toml: {len(caught.value.faults)} faults")
    with pytest.raises(dataflows.RuleFileError, match="is no TOML"):
        dataflows.parse_rules("[regime", "x.toml")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ('[[source]]\nid = ["s"]', "id is \\['s'\\], no text"),
        ("[[rule]]\nwhen = 5", "when is 5, no list"),
        ("[[rule]]\nwhen = [5]", "condition 5 is no table"),
        ('[[rule]]\nwhen = [{ fact = "purpose", in = [["x"]] }]', "holds what is no text"),
        ('[[rule]]\nwhen = [{ fact = ["purpose"] }]', "unknown fact"),
        ("[[group]]\nmember = 3", "member is 3, no list"),
        ("[[group]]\nmember = [3]", "member 3 is no table"),
        ("rule = 3", "is no array of tables"),
        ("regime = 3", "regime\\] is missing"),
        ("[regime]\nnotes = 3", "notes is 3, no list"),
        ("[[validity]]\nyears = 0", "years 0 is no whole number"),
        ("[[rules]]", "Did you mean 'rule'"),
    ],
)
def test_values_of_a_wrong_kind_are_faults(wrong: str, said: str) -> None:
    with pytest.raises(dataflows.RuleFileError, match=said):
        dataflows.parse_rules(wrong, "x.toml")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        dataflows.read_rules(tmp_path / "none.toml")
    (tmp_path / "bad.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="cannot be read"):
        dataflows.read_rules(tmp_path / "bad.toml")


SOUND = """
[regime]
exporter = "LAO"
title = "t"
as_of = "2026-01-01"
[[source]]
id = "s"
title = "t"
licence = "facts"
vintage = "2026"
"""


def rule(name: str, priority: int, outcome: str, when: str = "", until: str = "") -> str:
    return (
        f'[[rule]]\nid = "{name}"\npriority = {priority}\ntitle = "t"\narticle = "1"\n'
        f'source = "s"\nin_force_from = "2024-01-01"\nin_force_to = "{until}"\n'
        f'outcome = "{outcome}"\nwhen = [{when}]\n'
    )


MANY = '{ fact = "persons", at_least = 10 }'


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (rule("a", 1, "conditions", MANY) + rule("b", 2, "review"), "before the stricter b"),
        (rule("a", 1, "review", MANY), "last rule in force has conditions"),
        (rule("a", 1, "review", until="2024-12-31"), "day 2025-01-01"),
        (rule("a", 1, "review") + rule("b", 1, "exempt"), "priority 1 is also that of a"),
        (
            rule("a", 1, "review", '{ fact = "personal_data", is = false }')
            + rule("b", 2, "review"),
            "for data without persons",
        ),
    ],
)
def test_rules_that_would_not_be_monotone_or_whole_are_refused(rules: str, said: str) -> None:
    with pytest.raises(dataflows.RuleFileError, match=said):
        dataflows.parse_rules(SOUND + rules, "x.toml")


def test_stricter_rules_for_other_questions_may_follow() -> None:
    text = (
        SOUND
        + rule("a", 1, "exempt", MANY + ', { fact = "purpose", in = ["hr"] }')
        + rule("b", 2, "review", '{ fact = "purpose", not_in = ["hr"] }')
        + rule("c", 3, "exempt")
    )
    law = dataflows.parse_rules(text, "x.toml")
    assert [r.id for r in law.rules] == ["a", "b", "c"]


@pytest.mark.parametrize("exporter", dataflows.exporters())
def test_bundled_files_are_the_facts_and_name_their_sources(exporter: str) -> None:
    name = f"dataflow_{exporter.lower()}"
    law = dataflows.rules(exporter)
    assert law.exporter == exporter
    about = evidence.info(name)
    assert {s.title for s in about.sources} == {s.title for s in law.sources.values()}
    facts = Path(__file__).parents[2] / "data" / "facts" / "dataflows" / f"{exporter.lower()}.toml"
    assert facts.read_bytes() == evidence.read_bytes(name)


def test_command(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    base = ("policy", "data-transfer", "--from", "CHN", "--to", "KAZ")
    code, out, _ = run_beltroad(
        monkeypatch, capsys, *base, "--persons", "250000", "--date", "2025-06-01"
    )
    assert code == 0
    assert "standard contract or certification" in out
    assert "750,000 more would reach it" in out
    code, out, _ = run_beltroad(
        monkeypatch, capsys, *base, "--persons", "5", "--purpose", "hr", "--both", "--json",
        "--date", "2025-06-01",
    )  # fmt: skip
    found = json.loads(out)
    assert [a["outcome"] for a in found["answers"]] == ["exempt", "conditions"]
    code, _, err = run_beltroad(monkeypatch, capsys, *base, "--persons", "1", "--sensitive", "2")
    assert code == 2
    assert err.count("\n") == 1


def test_a_limit_that_is_reached_without_deciding_is_not_named() -> None:
    """Measures 2022, article 4(2): any person counts only for who handles a million."""
    found = dataflows.transfer("CHN", "SGP", 10, on=date(2024, 1, 1))
    assert found.outcome == "standard_contract_or_certification"
    for limit in found.thresholds:
        assert limit.decides == (limit.distance <= 0), limit
    assert ("held_persons", 1_000_000) in {(t.fact, t.limit) for t in found.thresholds}


def test_no_persons_stated_is_said() -> None:
    said = "No persons were stated: the answer is for data without personal data."
    assert said in dataflows.transfer("CHN", "SGP").notes
    assert said not in dataflows.transfer("CHN", "SGP", 1).notes
