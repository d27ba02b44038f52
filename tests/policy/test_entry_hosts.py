"""Entry rules of hosts on the corridors: worked cases with their article, and what must hold."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError
from beltroad.policy import entry
from beltroad.policy.entry import RuleList

ROOT = Path(__file__).resolve().parents[2]
FACTS = ROOT / "data" / "facts" / "entry"
IDS = {"ETH": "eth_2020", "KAZ": "kaz_limits", "THA": "tha_fba"}
LISTS: Sequence[RuleList] = [entry.read_list(FACTS / f"{name}.toml") for name in IDS.values()]
_TABLE = Path(__file__).parent / "entry_host_cases.csv"
CASES = list(csv.DictReader(io.StringIO(_TABLE.read_text(encoding="utf-8"))))
ORDER = ("permitted", "restricted", "prohibited")


@pytest.mark.parametrize("case", CASES, ids=[c["case"] for c in CASES])
def test_worked_cases(case: dict[str, str]) -> None:
    found = entry.entry(
        case["investor"], case["host"], case["industry"], float(case["stake"]),
        on=date.fromisoformat(case["on"]), activity=case["activity"] or None,
        zones=tuple(case["zones"].split()), rules=LISTS,
    )  # fmt: skip
    assert (found.verdict, found.admitted) == (case["verdict"], case["admitted"])
    cap = (found.max_stake_pct, found.max_stake_inclusive)
    assert cap == (float(case["max_stake"]), case["max_inclusive"] == "1")
    binding = [f for f in found.findings if f.applies == "yes"]
    if case["article"]:
        assert case["article"] in {f.article for f in binding} | {
            f.article for f in found.findings if case["activity"] == ""
        }
    else:
        assert binding == []
    assert {f.exception for f in binding} - {""} == ({case["exception"]} - {""})
    assert found.list_id == IDS[case["host"]]


def test_there_are_cases_for_each_host_and_verdict() -> None:
    assert len(CASES) >= 12
    assert {c["host"] for c in CASES} == set(IDS)
    assert {c["verdict"] for c in CASES} == set(ORDER)


@pytest.mark.parametrize("rules", LISTS, ids=lambda r: r.header.id)
def test_bundled_list_is_the_fact_file(rules: RuleList) -> None:
    bundled = entry.rule_list(rules.header.id)
    assert bundled == rules
    assert entry.choose(rules.header.host, None)[0].header.id == rules.header.id


@pytest.mark.parametrize("rules", LISTS, ids=lambda r: r.header.id)
def test_every_row_says_how_sure_it_is_and_where_it_stands(rules: RuleList) -> None:
    sources = {s.id for s in rules.sources}
    for item in rules.items:
        sure = item.confidence or rules.header.confidence
        assert ("unconfirmed" in item.note) == (sure == "low"), item.number
        assert item.article
        assert not item.source or item.source in sources
        for measure in item.measure:
            assert measure.isic
            assert measure.keywords
            assert not measure.empty()


def test_items_are_those_of_the_official_texts() -> None:
    thai, ethiopian = LISTS[2], LISTS[0]
    numbers = [i.number for i in thai.items]
    assert [sum(n.startswith(f"{k}.") for n in numbers) for k in (1, 2, 3)] == [9, 13, 21]
    numbers = [i.number for i in ethiopian.items]
    assert [sum(n.startswith(f"{k}.") for n in numbers) for k in (3, 4, 5)] == [5, 32, 7]


@settings(deadline=None, max_examples=120)
@given(
    st.sampled_from(sorted(IDS)),
    st.sampled_from(
        ["A01", "B", "C10", "F", "G46", "H49", "H51", "J60", "J61", "K64", "M69", "N80"]
    ),
    st.floats(0.1, 100),
    st.floats(0.1, 100),
)
def test_a_larger_stake_is_never_easier(host: str, industry: str, a: float, b: float) -> None:
    small, large = (
        entry.entry("CHN", host, industry, stake, on=date(2026, 6, 1), rules=LISTS)
        for stake in sorted((a, b))
    )
    assert ORDER.index(large.verdict) >= ORDER.index(small.verdict)


def test_days_before_the_lists_are_refused() -> None:
    for host, day in (("KAZ", date(2021, 12, 31)), ("ETH", date(2020, 9, 1))):
        with pytest.raises(InputError, match=f"the first is {IDS[host]}"):
            entry.entry("CHN", host, "C13", 100, on=day, rules=LISTS)
