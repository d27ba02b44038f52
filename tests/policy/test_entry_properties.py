"""What must hold of every list: more stake never helps, more rules never loosen."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.evidence import load
from beltroad.policy.entry import Answer, RuleList, entry, lists, outbound, rule_list
from beltroad.policy.entry.rules import Exemption, Item, Measure

RANK = {"permitted": 0, "restricted": 1, "prohibited": 2}
ADMITTED = {"yes": 0, "depends": 1, "no": 2}
CLASSES = sorted(load("isic").query("level == 'class'")["code"])
LISTS = [r for r in lists(topic="entry") if r.header.kind == "negative_list"]
INVESTORS = ["DEU", "KAZ", "SGP", "HKG", "USA"]
GROUPS = sorted(load("isic").query("level != 'class'")["code"])
# Codes that the lists speak of, and any others.
LISTED = sorted({c for r in LISTS for _, m in r.measures() for c in m.isic if c != "*"})
INDUSTRY = st.one_of(st.sampled_from(LISTED), st.sampled_from(CLASSES), st.sampled_from(GROUPS))
STAKE = st.one_of(
    st.sampled_from([1.0, 25.0, 33.0, 34.0, 49.0, 49.99, 50.0, 50.01, 66.0, 67.0, 99.99, 100.0]),
    st.floats(0.01, 100, allow_nan=False),
)
LIST = st.sampled_from(LISTS)


def ask(rules: RuleList, code: str, stake: float, **more: Any) -> Answer:
    """The answer of exactly this list."""
    investor = next(i for i in INVESTORS if i != rules.header.host)
    place = {"on": rules.header.in_force_from, "zones": rules.header.zones, "rules": [rules]}
    return entry(**({"investor": investor} | place | more), host=rules.header.host,
                 industry_text=code, stake_pct=stake)  # fmt: skip


def worse(one: Answer, two: Answer) -> bool:
    """Whether the first answer is stricter than the second in any respect."""
    return RANK[one.verdict] > RANK[two.verdict] or ADMITTED[one.admitted] > ADMITTED[two.admitted]


@given(LIST, INDUSTRY, STAKE, STAKE, st.data())
def test_a_larger_stake_never_turns_a_refusal_into_a_permission(
    rules: RuleList, code: str, one: float, two: float, data: st.DataObject
) -> None:
    small, large = sorted((one, two))
    plain = ask(rules, code, small)
    assert not worse(plain, ask(rules, code, large))
    names = [*sorted({f.measure for f in plain.findings}), "other"]
    activity = data.draw(st.sampled_from(names))
    assert not worse(
        ask(rules, code, small, activity=activity), ask(rules, code, large, activity=activity)
    )


@given(LIST, INDUSTRY, STAKE)
def test_a_clear_answer_holds_for_every_narrower_code(
    rules: RuleList, code: str, stake: float
) -> None:
    """What is permitted, or prohibited, of a division is so of each class in it."""
    wide = ask(rules, code, stake)
    for narrow in CLASSES:
        if narrow.startswith(code):
            found = ask(rules, narrow, stake)
            if wide.verdict != "restricted":
                assert found.verdict == wide.verdict
            if wide.admitted == "no":
                assert found.admitted == "no"


@given(LIST, INDUSTRY, STAKE)
def test_the_largest_stake_is_permitted_and_nothing_above(
    rules: RuleList, code: str, stake: float
) -> None:
    found = ask(rules, code, stake)
    cap, inclusive = found.max_stake_pct, found.max_stake_inclusive
    if cap > 0:
        assert ask(rules, code, cap if inclusive else cap - 0.001).verdict == "permitted"
    if cap < 100:
        assert ask(rules, code, min(cap + 0.001, 100)).verdict != "permitted"
    elif not inclusive:
        assert ask(rules, code, 100).verdict != "permitted"


CONDITION = st.sampled_from(
    [
        {"prohibited": True},
        {"host_control": True},
        {"max_foreign_pct": 30},
        {"joint_venture": True},
        {"single_investor_max_pct": 25},
        {"requirements": ("a licence",)},
        {"prohibited": True, "lifted_by": "a permit"},
    ]
)


def new_item(code: str, part: bool, condition: dict[str, Any]) -> Item:
    measure = Measure.model_validate(
        {"activity": "new-thing", "title": "New", "isic": (code,), "part": part, **condition}
    )
    return Item(number="new", title="New", measure=(measure,))


@given(LIST, INDUSTRY, INDUSTRY, STAKE, st.booleans(), CONDITION)
def test_one_more_item_never_loosens(
    rules: RuleList, code: str, other: str, stake: float, part: bool, condition: dict[str, Any]
) -> None:
    longer = rules.model_copy(
        update={
            "items": (*rules.items, new_item(other, part, condition)),
            "header": rules.header.model_copy(update={"official_items": 0}),
        }
    )
    before, after = ask(rules, code, stake), ask(longer, code, stake)
    assert not worse(before, after)
    assert (after.max_stake_pct, after.max_stake_inclusive) <= (
        before.max_stake_pct, before.max_stake_inclusive,
    )  # fmt: skip


@given(LIST, INDUSTRY, STAKE, st.booleans(), st.sampled_from(INVESTORS[1:]))
def test_an_exception_helps_those_it_names_and_nobody_else(
    rules: RuleList, code: str, stake: float, lifts: bool, spared: str
) -> None:
    if spared == rules.header.host:
        return
    change: dict[str, Any] = {"lifts": True} if lifts else {"max_foreign_pct": 60}
    exemption = Exemption.model_validate(
        {"id": "treaty", "measures": ("*",), "investors": (spared,), **change}
    )
    milder = rules.model_copy(update={"exemptions": (*rules.exemptions, exemption)})
    for investor in INVESTORS:
        if investor == rules.header.host:
            continue
        before = ask(rules, code, stake, investor=investor)
        after = ask(milder, code, stake, investor=investor)
        if investor == spared:
            assert not worse(after, before)
            if lifts:
                assert after.verdict == "permitted"
        else:
            assert after == before


@given(LIST, INDUSTRY)
def test_who_is_not_concerned_is_not_bound(rules: RuleList, code: str) -> None:
    """A measure for some investors binds them and leaves the others alone."""
    host = rules.header.host
    one, two = [i for i in INVESTORS if i != host][:2]
    measure = Measure.model_validate(
        {"activity": "only", "title": "Only", "isic": (code,), "prohibited": True,
         "investors": (one,)}
    )  # fmt: skip
    item = Item(number="only", title="Only", measure=(measure,))
    alone = rules.model_copy(
        update={
            "items": (item,),
            "exemptions": (),
            "header": rules.header.model_copy(update={"official_items": 0}),
        }
    )
    assert ask(alone, code, 10, investor=one).verdict == "prohibited"
    assert ask(alone, code, 10, investor=two).verdict == "permitted"


@cache
def at(list_id: str, code: str, stake: float, activity: str | None) -> Answer:
    rules = rule_list(list_id)
    day = max(rules.header.in_force_from, date(2022, 1, 1))
    return ask(rules, code, stake, on=day if list_id.endswith("2021") else None, activity=activity)


@pytest.mark.parametrize(
    ("zone", "nation"), [("chn_ftz_2020", "chn_2020"), ("chn_ftz_2021", "chn_2021"),
                         ("chn_ftz_2021", "chn_2024")],
)  # fmt: skip
@pytest.mark.parametrize("stake", [33.0, 50.0, 100.0])
def test_the_zones_are_never_stricter_than_the_country(
    zone: str, nation: str, stake: float
) -> None:
    """Of the same time; the list of 2024 dropped only what the zones' list no longer had."""
    for code in LISTED:
        here, there = at(zone, code, stake, None), at(nation, code, stake, None)
        assert not worse(here, there), code
        for finding in here.findings:
            if finding.measure in {f.measure for f in there.findings}:
                inside = at(zone, code, stake, finding.measure)
                assert not worse(inside, at(nation, code, stake, finding.measure)), code


@given(
    st.sampled_from(["KAZ", "VNM", "PRY", "SDN", "DEU", "HTI"]), INDUSTRY,
    st.sampled_from(["central", "local", "private"]),
    st.floats(1e5, 1e10), st.floats(1e5, 1e10), st.sampled_from(["direct", "controlled"]),
)  # fmt: skip
@settings(max_examples=60)
def test_a_larger_amount_never_needs_less(
    host: str, code: str, enterprise: str, one: float, two: float, route: str
) -> None:
    def steps(amount: float) -> list[int]:
        found = outbound(
            "CHN", host, code, amount_usd=amount, enterprise=enterprise, route=route,
            activity="other",
        )  # fmt: skip
        return [rule_list(p.list_id).header.outcomes.index(p.outcome) for p in found.procedures]

    small, large = sorted((one, two))
    assert all(a <= b for a, b in zip(steps(small), steps(large), strict=True))


@given(st.sampled_from(["KAZ", "VNM", "PRY", "SDN"]), INDUSTRY)
@settings(max_examples=60)
def test_what_is_left_open_lies_between_the_answers(host: str, code: str) -> None:
    """An uncertain answer is never milder or stricter than its facts could make it."""
    unsaid = outbound("CHN", host, code, activity="other")
    for i, part in enumerate(unsaid.procedures):
        order = rule_list(part.list_id).header.outcomes
        for enterprise in ("central", "local", "private"):
            for amount in (1e6, 1e9):
                said = outbound("CHN", host, code, amount_usd=amount, enterprise=enterprise,
                                activity="other").procedures[i]  # fmt: skip
                assert order.index(said.outcome) <= order.index(part.strictest)
                if part.certain:
                    assert said.outcome == part.outcome
