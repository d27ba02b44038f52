"""Entry and outbound rules: worked cases, editions, own files and what is refused."""

from __future__ import annotations

import csv
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from beltroad.errors import InputError
from beltroad.evidence import load
from beltroad.evidence.tables import read_bytes
from beltroad.policy.entry import (
    as_dict,
    decide,
    entry,
    industry,
    list_ids,
    lists,
    outbound,
    parse_list,
    read_list,
    rule_list,
)
from beltroad.policy.entry.industries import codes_of, compress
from beltroad.policy.entry.rules import (
    Exemption,
    FactDef,
    Group,
    Header,
    Item,
    Measure,
    Member,
    Source,
    Version,
    Zone,
)
from beltroad.policy.entry.rules import Test as Rule

TABLE = (Path(__file__).parent / "entry_cases.csv").read_text(encoding="utf-8")
CASES = list(csv.DictReader(TABLE.splitlines()))
FORMS = (Header, Source, Zone, Group, Member, FactDef, Item, Measure, Exemption, Version, Rule)
SMALL = """
[list]
id = "small"
host = "UTO"
kind = "negative_list"
topic = "entry"
title = "A small list"
in_force_from = "2020-01-01"
in_force_to = "2021-12-31"
as_of = "2021-12-31"
official_items = 2
confidence = "high"
[[source]]
id = "law"
title = "A law"
licence = "facts"
vintage = "2020"
[[item]]
number = "1"
title = "Roads"
  [[item.measure]]
  activity = "freight"
  title = "Road freight"
  isic = ["H4923"]
  host_control = true
[[item]]
number = "2"
title = "Shops"
  [[item.measure]]
  activity = "shops"
  title = "Small shops"
  isic = ["G47"]
  part = true
  keywords = ["corner shop"]
  prohibited = true
  lifted_by = "licence of the town"
  [[item.measure]]
  activity = "stores"
  title = "Department stores"
  isic = ["G4719"]
  min_capital_usd = 200000
""".replace("UTO", "LAO")


def facts_of(text: str) -> dict[str, Any]:
    return dict(each.split("=") for each in text.split(";") if each)


@pytest.mark.parametrize("case", CASES, ids=[c["case"] for c in CASES])
def test_worked_case(case: dict[str, str]) -> None:
    on = date.fromisoformat(case["on"]) if case["on"] else None
    activity = case["activity"] or None
    if case["question"] == "entry":
        found = entry(
            case["investor"], case["host"], case["industry"], float(case["stake_pct"]),
            on=on, activity=activity, zones=case["zones"].split(),
        )  # fmt: skip
        assert (found.verdict, found.admitted) == (case["expected"], case["admitted"])
        rules = {(f.item, f.article.partition(" (")[0]) for f in found.findings}
    else:
        gone = outbound(
            case["investor"], case["host"], case["industry"], on=on, activity=activity,
            amount_usd=float(case["amount_usd"]) if case["amount_usd"] else None,
            enterprise=case["enterprise"] or None, facts=facts_of(case["facts"]),
        )  # fmt: skip
        assert f"{gone.investment_class} {gone.procedure}" == case["expected"]
        assert gone.certain is (case["admitted"] == "yes")
        parts = (gone.direction, *gone.procedures)
        rules = {(f.item, f.article) for part in parts for f in part.findings}
    if case["article"] == "not listed":
        assert all(f.outcome == "passes" or f.applies == "maybe" for f in found.findings)
    else:
        article = case["article"].partition(" (")[0] if case["question"] == "entry" else (
            case["article"])  # fmt: skip
        assert (case["item"], article) in rules


def test_there_are_enough_cases_each_with_its_reason() -> None:
    assert len(CASES) >= 60
    assert len({c["case"] for c in CASES}) == len(CASES)
    assert all(c["why"] and c["article"] for c in CASES)


@pytest.mark.parametrize(
    ("list_id", "items"),
    [("chn_2020", 33), ("chn_2021", 31), ("chn_2024", 29), ("chn_ftz_2020", 30),
     ("chn_ftz_2021", 27)],
)  # fmt: skip
def test_editions_have_as_many_items_as_the_official_text(list_id: str, items: int) -> None:
    rules = rule_list(list_id)
    assert [i.number for i in rules.items] == [str(n + 1) for n in range(items)]
    assert rules.header.official_items == items


def test_the_edition_of_2024_is_that_of_2021_less_two_items() -> None:
    before, after = (
        {m.activity: m.model_dump(exclude={"note"}) for _, m in rule_list(name).measures()}
        for name in ("chn_2021", "chn_2024")
    )
    assert set(before) - set(after) == {"publication-printing", "tcm-processing"}
    assert {k: before[k] for k in after} == after


def test_history_counts_fall_and_meet() -> None:
    for list_id, counts in (
        ("chn_2024", [63, 48, 40, 33, 31, 29]),
        ("chn_ftz_2021", [190, 139, 122, 95, 45, 37, 30, 27]),
    ):
        versions = rule_list(list_id).versions
        assert [v.items for v in versions] == counts
        for one, two in pairwise(versions):
            assert one.in_force_to is not None
            assert two.in_force_from is not None
            assert (two.in_force_from - one.in_force_to).days == 1
        encoded = [v for v in versions if v.items == len(rule_list(list_id).items)]
        assert encoded[-1].in_force_from == rule_list(list_id).header.in_force_from


@pytest.mark.parametrize("rules", lists(), ids=lambda r: r.header.id)
def test_every_bundled_list_cites_and_confesses(rules: Any) -> None:
    assert all(s.title and s.licence and s.vintage for s in rules.sources)
    head = rules.header
    said = any("unconfirmed" in n for n in head.notes)
    for item in rules.items:
        if (item.confidence or head.confidence) == "low":
            assert said or "unconfirmed" in item.note
    assert head.as_of >= head.in_force_from


def test_an_answer_says_what_would_pass() -> None:
    found = entry("DEU", "CHN", "J6120", 60)
    assert found.verdict == "restricted"
    assert any("up to 49 %" in text for text in found.would_pass)
    basic = next(f for f in found.findings if f.measure == "basic-telecom")
    assert basic.fails == (
        "host parties control: foreign stakes together below 50 %",
        "foreign stakes together up to 49 %",
    )
    assert (basic.max_stake_pct, basic.max_stake_inclusive) == (49.0, True)
    power = entry("DEU", "CHN", "D3510", 60, activity="nuclear-power")
    assert (power.max_stake_pct, power.max_stake_inclusive) == (50.0, False)


def test_the_largest_stake_is_the_border() -> None:
    found = entry("FRA", "CHN", "A0111", 80, activity="wheat-seed")
    assert (found.max_stake_pct, found.max_stake_inclusive) == (66.0, True)
    assert entry("FRA", "CHN", "A0111", 66, activity="wheat-seed").verdict == "permitted"
    assert entry("FRA", "CHN", "A0111", 66.01, activity="wheat-seed").verdict == "restricted"


def test_part_of_a_class_is_never_permitted_unsaid() -> None:
    """Every measure on part of a class that refuses 100 % shows in the answer without activity."""
    for _, measure in rule_list("chn_2024").measures():
        if measure.part and measure.cap()[0] < 100:
            for code in measure.isic:
                found = entry("USA", "CHN", code, 100)
                assert found.verdict != "permitted"
                if found.admitted == "depends":
                    assert measure.activity in {b.value for b in found.depends_on}


def test_dependent_answers_agree_with_the_narrower_questions() -> None:
    found = entry("USA", "CHN", "M7320", 80)
    assert found.admitted == "depends" or found.verdict == "restricted"
    crops = entry("USA", "CHN", "A0111", 100)
    for branch in crops.depends_on:
        if branch.kind == "activity":
            narrower = entry("USA", "CHN", "A0111", 100, activity=branch.value)
            assert narrower.verdict == branch.verdict


def test_requirements_outlive_the_permission() -> None:
    found = entry("SGP", "CHN", "P8530", 49, activity="university")
    assert found.verdict == "permitted"
    assert any("principal" in text for text in found.requirements)
    assert any("board" in text for text in found.requirements)


def test_a_pilot_is_named_with_its_conditions() -> None:
    found = entry("SGP", "CHN", "Q8610", 100, zones=["suzhou"], on=date(2025, 1, 1))
    lifted = next(f for f in found.findings if f.measure == "hospitals")
    assert (lifted.outcome, lifted.exception) == ("lifted", "hospital-pilot-2024")
    assert any("public hospital" in text for text in found.requirements)


def test_words_for_an_activity_of_another_industry_are_remarked() -> None:
    found = entry("SGP", "CHN", "F41", 100, activity="gene therapy")
    assert found.verdict == "permitted"
    assert any("stem-cells-gene" in note for note in found.notes)


def test_a_date_after_the_list_is_known_is_remarked() -> None:
    found = entry("SGP", "CHN", "C29", 100, on=date(2030, 1, 1))
    assert any("known as of" in note for note in found.notes)
    assert not any("known as of" in n for n in entry("SGP", "CHN", "C29", 100).notes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"investor": "Atlantis"}, "no economy 'Atlantis'"),
        ({"investor": "CHN"}, "both CHN"),
        ({"host": "BRA"}, "Brazil (BRA) has no rule list on entry; lists: CHN"),
        ({"industry_text": "K61"}, "Did you mean 'J61' (Telecommunications)?"),
        ({"industry_text": "fish"}, "Did you mean"),
        ({"stake_pct": 0}, "must be above 0 and at most 100"),
        ({"stake_pct": 100.5}, "must be above 0 and at most 100"),
        ({"stake_pct": float("nan")}, "must be above 0 and at most 100"),
        ({"on": date(2020, 7, 22)}, "the first is chn_2020, in force from 2020-07-23"),
        ({"zones": ["free-trad"]}, "Did you mean 'free-trade'?"),
        ({"activity": "astrology"}, "basic-telecom"),
        ({"facts": {"height": 3}}, "fact 'height' is not known"),
        ({"facts": {"stake_pct": 3}}, "fact 'stake_pct' is part of the question"),
        ({"activity": ""}, "basic-telecom"),
        ({"amount_usd": -1}, "must be a number, 0 or more"),
        ({"amount_usd": 0}, "must be above 0"),
    ],
)
def test_bad_questions_get_one_clear_line(change: dict[str, Any], message: str) -> None:
    asked: dict[str, Any] = {
        "investor": "DEU", "host": "CHN", "industry_text": "J61", "stake_pct": 60,
    }  # fmt: skip
    with pytest.raises(InputError) as caught:
        entry(**(asked | change))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_own_list_answers_for_its_host() -> None:
    own = parse_list(SMALL, "small.toml")
    asked = entry("CHN", "LAO", "H4923", 50, rules=[own], on=date(2020, 6, 1))
    assert (asked.list_id, asked.verdict) == ("small", "restricted")
    assert entry("CHN", "LAO", "H4923", 49, rules=[own]).verdict == "permitted"
    # A refusal that a licence lifts is restricted, not prohibited.
    shop = entry("CHN", "LAO", "G47", 10, activity="a corner shop", rules=[own])
    assert (shop.verdict, shop.admitted) == ("restricted", "no")
    assert "licence of the town" in shop.would_pass
    store = entry("CHN", "LAO", "G4719", 10, activity="stores", amount_usd=1e5, rules=[own])
    assert store.verdict == "restricted"
    rich = entry("CHN", "LAO", "G4719", 10, activity="stores", amount_usd=2e5, rules=[own])
    assert rich.verdict == "permitted"
    with pytest.raises(InputError, match="is in force on 2022-01-01"):
        entry("CHN", "LAO", "H4923", 50, rules=[own], on=date(2022, 1, 1))


def test_every_fault_of_a_file_is_told(tmp_path: Path) -> None:
    bad = (
        SMALL.replace('"H4923"', '"H49999"')
        .replace("host_control = true", "max_foreign_pct = 149")
        .replace("official_items = 2", "official_items = 3")
        .replace('title = "Small shops"', 'title = "Small shops"\n  colour = "red"')
    )
    path = tmp_path / "bad.toml"
    path.write_text(bad, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_list(path)
    told = str(caught.value)
    assert "2 faults" in told
    assert "item 1 measure freight max_foreign_pct: 149" in told
    assert "item 2 measure shops colour: unknown key" in told
    # What needs a sound form is told next, again all at once.
    path.write_text(bad.replace("= 149", "= 49").replace('colour = "red"', ""), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_list(path)
    told = str(caught.value)
    assert "2 faults" in told
    assert "official_items is 3, but there are 2" in told
    assert "'H49999' is no ISIC Rev.4 code" in told


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('host = "LAO"', 'host = "LOA"', "'LOA' is no ISO 3166-1"),
        ('activity = "stores"', 'activity = "shops"', "given twice"),
        ("part = true", 'part = true\n  source = "lore"', "'lore' is not declared"),
        ("part = true", 'part = true\n  investors = ["OUR"]', "'OUR' is no ISO"),
        ("part = true", 'when = [{fact = "age", above = 3}]', "'age' is not declared"),
        ("part = true", 'when = [{fact = "amount_usd", is = true}]', "cannot test a number"),
        ("part = true", 'when = [{fact = "stake_pct", below = 9}]', "when tests stake_pct"),
        ('confidence = "high"', 'confidence = "sure"', "list confidence"),
        ("[list]", "x = " + "[" * 5000, "nested too deeply"),
        ('as_of = "2021-12-31"', 'as_of = "yesterday"', "list as_of"),
        ("in_force_to = ", "in_force_until = ", "unknown key"),
        ('in_force_to = "2021-12-31"', 'in_force_to = "2019-12-31"', "before in_force_from"),
        ("host_control = true", "", "asks for nothing"),
        ("[list]", "[list", "is no TOML"),
    ],
)
def test_faulty_files_are_refused(old: str, new: str, message: str) -> None:
    assert old in SMALL
    with pytest.raises(InputError) as caught:
        parse_list(SMALL.replace(old, new), "mine.toml")
    assert message in str(caught.value)
    assert str(caught.value).startswith("mine.toml: ")


def test_keywords_in_other_scripts_match_only_themselves() -> None:
    own = changed(SMALL, ('keywords = ["corner shop"]', 'keywords = ["商店", "!"]'))
    assert entry("CHN", "LAO", "G47", 10, activity="商店", rules=[own]).verdict == "restricted"
    with pytest.raises(InputError, match="shops, stores"):
        entry("CHN", "LAO", "G47", 10, activity="books", rules=[own])


def test_the_bundle_holds_the_reviewed_files() -> None:
    folder = Path(__file__).parents[2] / "data" / "facts" / "entry"
    assert {p.stem for p in folder.glob("*.toml")} == set(list_ids())
    for path in folder.glob("*.toml"):
        assert read_bytes(f"entry_{path.stem}") == path.read_bytes(), f"rebuild {path.name}"


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_list(tmp_path / "none.toml")
    (tmp_path / "latin.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="not UTF-8"):
        read_list(tmp_path / "latin.toml")


def test_industries_are_recognised_in_many_ways() -> None:
    assert industry("61") == industry("j61") == industry("Telecommunications")
    assert industry("6110").classes == {"J6110"}
    assert industry("C10T12").classes == codes_of(("C10", "C11", "C12"))
    assert industry("C24A").classes == codes_of(("C241", "C2431"))
    assert industry("J58T60").classes == codes_of(("J58", "J59", "J60"))
    assert industry("J62_63").classes == codes_of(("J62", "J63"))
    for code in load("icio_industries")["industry"]:
        assert industry(code).classes
    assert compress(codes_of(("J",))) == ("J",)
    assert compress(codes_of(("J61", "J62")) - {"J6110"}) == ("J612", "J613", "J619", "J62")


def test_isic_is_complete() -> None:
    table = load("isic")
    assert table["level"].value_counts().to_dict() == {
        "class": 419, "group": 238, "division": 88, "section": 21,
    }  # fmt: skip
    children = table[table["level"] != "section"]
    assert set(children["parent"]) <= set(table["code"])
    assert len(codes_of(("*",))) == 419


def test_outbound_names_authorities_and_what_stays_open() -> None:
    found = outbound("CHN", "VNM", "C13", enterprise="private", activity="other")
    ndrc = next(p for p in found.procedures if p.list_id == "chn_outbound_ndrc")
    assert not ndrc.certain
    assert {b.verdict for b in ndrc.depends_on} == {"filing-ndrc", "filing-provincial"}
    assert {b.value for b in ndrc.depends_on} == {"amount_usd"}
    sure = outbound("CHN", "VNM", "C13", enterprise="private", activity="other", amount_usd=3e8)
    ndrc = next(p for p in sure.procedures if p.list_id == "chn_outbound_ndrc")
    assert (ndrc.outcome, ndrc.authority, ndrc.certain) == ("filing-ndrc", "NDRC", True)
    assert as_dict(sure)["direction"]["in_force_from"] == "2017-08-04"


def test_outbound_before_the_lists_and_bad_facts() -> None:
    with pytest.raises(InputError, match="the first is in force from 2017-08-04"):
        outbound("CHN", "KAZ", "F42", on=date(2016, 1, 1))
    with pytest.raises(InputError, match="the first is chn_outbound_mofcom"):
        outbound("CHN", "KAZ", "F42", on=date(2010, 1, 1))
    with pytest.raises(InputError, match="must be one of central, local, private"):
        outbound("CHN", "KAZ", "F42", enterprise="state")
    with pytest.raises(InputError, match="has no rule list on outbound investment"):
        outbound("DEU", "KAZ", "F42")
    with pytest.raises(InputError, match="above 0"):
        outbound("CHN", "KAZ", "F42", amount_usd=0)


def test_a_procedure_strikes_out_what_an_exemption_lifts() -> None:
    rules = parse_list(PROCEDURE, "procedure.toml")
    heavy = decide(rules, {"persons": 2_000_000, "contract": False})
    assert (heavy.outcome, heavy.certain) == ("assessment", True)
    spared = decide(rules, {"persons": 2_000_000, "contract": True})
    assert (spared.outcome, spared.certain) == ("free", True)
    assert {f.measure: f.applies for f in spared.findings} == {"many": "lifted", "needed": "yes"}
    unsaid = decide(rules, {"persons": 2_000_000})
    assert (unsaid.outcome, unsaid.certain) == ("assessment", False)
    assert [(b.value, b.verdict) for b in unsaid.depends_on] == [("contract", "free")]
    blank = decide(rules, {})
    assert (blank.outcome, blank.strictest, blank.certain) == ("free", "assessment", False)
    with pytest.raises(InputError, match="yes or no"):
        decide(rules, {"contract": "perhaps"})
    with pytest.raises(InputError, match="is no procedure"):
        decide(rule_list("chn_2024"), {})


PROCEDURE = """
[list]
id = "steps"
host = "LAO"
kind = "procedure"
topic = "data_flow"
title = "Steps"
in_force_from = "2020-01-01"
as_of = "2021-12-31"
confidence = "high"
outcomes = ["free", "contract", "assessment"]
[[source]]
id = "law"
title = "A law"
licence = "facts"
vintage = "2020"
[[fact]]
id = "persons"
kind = "number"
unit = "persons"
title = "Persons"
[[fact]]
id = "contract"
kind = "flag"
title = "Needed for a contract with the person"
[[item]]
number = "1"
title = "Many"
  [[item.measure]]
  activity = "many"
  title = "A million persons or more"
  outcome = "assessment"
  when = [{fact = "persons", at_least = 1000000}]
[[item]]
number = "2"
title = "Needed"
  [[item.measure]]
  activity = "needed"
  title = "Needed for a contract"
  outcome = "free"
  lifts = ["1"]
  when = [{fact = "contract", is = true}]
"""


def changed(text: str, *changes: tuple[str, str]) -> Any:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return parse_list(text, "changed.toml")


def test_an_exception_begins_and_ends() -> None:
    own = parse_list(
        SMALL + '[[exception]]\nid = "trial"\nmeasures = ["freight"]\nlifts = true\n'
        'in_force_from = "2020-06-01"\nin_force_to = "2020-06-30"\n',
        "small.toml",
    )
    for day, verdict in [
        (date(2020, 5, 31), "restricted"), (date(2020, 6, 1), "permitted"),
        (date(2020, 6, 30), "permitted"), (date(2020, 7, 1), "restricted"),
    ]:  # fmt: skip
        assert entry("CHN", "LAO", "H4923", 90, rules=[own], on=day).verdict == verdict


def test_groups_of_investors_are_bound_or_spared_by_day() -> None:
    group = (
        '[[group]]\nid = "club"\n[[group.member]]\niso3 = "VNM"\nfrom = "2021-01-01"\n'
        '[[group.member]]\niso3 = "THA"\nto = "2020-12-31"\n'
    )
    own = changed(
        SMALL + group, ("host_control = true", 'host_control = true\n  except_investors = ["club"]')
    )

    def verdict(investor: str, year: int) -> str:
        on = date(year, 6, 1)
        return entry(investor, "LAO", "H4923", 90, rules=[own], on=on).verdict

    assert [verdict("VNM", y) for y in (2020, 2021)] == ["restricted", "permitted"]
    assert [verdict("THA", y) for y in (2020, 2021)] == ["permitted", "restricted"]
    assert verdict("CHN", 2021) == "restricted"


def test_an_exact_slug_goes_before_keywords_and_the_strictest_of_several_governs() -> None:
    own = changed(
        SMALL,
        ('keywords = ["corner shop"]', 'keywords = ["stores", "shop"]'),
        ("min_capital_usd = 200000", 'max_foreign_pct = 40\n  keywords = ["large shop"]'),
        ('lifted_by = "licence of the town"', ""),
    )
    exact = entry("CHN", "LAO", "G4719", 50, activity="stores", rules=[own])
    assert {f.measure for f in exact.findings} == {"stores"}
    assert exact.verdict == "restricted"
    both = entry("CHN", "LAO", "G4719", 10, activity="a large shop", rules=[own])
    assert {f.measure for f in both.findings} == {"shops", "stores"}
    assert both.verdict == "prohibited"


def test_part_of_an_industry_leaves_a_procedure_open() -> None:
    wide = outbound("CHN", "KAZ", "J", enterprise="central", activity="other")
    assert not wide.certain
    narrow = outbound("CHN", "KAZ", "J60", enterprise="central", activity="other")
    assert narrow.certain
    assert narrow.procedure == "approval"


def test_a_rule_does_not_set_itself_aside() -> None:
    own = changed(PROCEDURE, ('lifts = ["1"]', 'lifts = ["1", "2"]'))
    found = decide(own, {"persons": 2_000_000, "contract": True})
    assert {f.measure: f.applies for f in found.findings} == {"many": "lifted", "needed": "yes"}


def test_the_documented_example_is_a_list_that_works() -> None:
    page = Path(__file__).parents[2] / "docs" / "how-to" / "entry-rules.md"
    text = page.read_text(encoding="utf-8")
    example = text.partition("```toml\n")[2].partition("```")[0]
    own = parse_list(example, "docs")
    plain = entry("CHN", "LAO", "H4923", 60, rules=[own])
    assert (plain.verdict, plain.max_stake_pct) == ("restricted", 50.0)
    zone = {"zones": ["free-trade"], "rules": [own]}
    assert entry("CHN", "LAO", "H4923", 60, **zone).verdict == "permitted"
    early = entry("CHN", "LAO", "H4923", 60, on=date(2024, 12, 31), **zone)
    assert early.verdict == "restricted"
    # Every key that the form knows is in the tables of the page.
    for part in FORMS:
        for name, field in part.model_fields.items():
            key = field.alias or name
            assert f"`{key}`" in text or f".{key}]]`" in text, f"{part.__name__}.{name}"
