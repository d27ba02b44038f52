"""Checks on rules that are well formed: every question has one answer, and it is monotone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import combinations

from beltroad.errors import Fault
from beltroad.policy.dataflows.model import NUMBERS, OUTCOMES, Group, Rule, RuleSet, Test

__all__ = ["law_faults"]


def law_faults(rules: RuleSet) -> list[Fault]:
    """What would leave a question without an answer, or make more data lighter to send."""
    return [*_order_faults(rules), *_gap_faults(rules), *_monotone_faults(rules)]


def _overlap(a: Rule, b: Rule) -> bool:
    starts = max(a.in_force_from, b.in_force_from)
    return all(end is None or starts <= end for end in (a.in_force_to, b.in_force_to))


def _order_faults(rules: RuleSet) -> list[Fault]:
    return [
        Fault(
            f"rule {b.id}",
            f"priority {b.priority} is also that of {a.id}.",
            "Give rules in force together different priorities",
        )
        for a, b in combinations(rules.rules, 2)
        if a.priority == b.priority and _overlap(a, b)
    ]


def _gap_faults(rules: RuleSet) -> list[Fault]:
    """On every day from the first rule on, one rule must apply whatever is asked."""
    found = []
    last = max(rules.as_of, rules.first_day)
    starts = {rule.in_force_from for rule in rules.rules}
    starts |= {r.in_force_to + timedelta(days=1) for r in rules.rules if r.in_force_to is not None}
    for day in sorted(day for day in starts if day <= last):
        live = [rule for rule in rules.rules if rule.in_force(day)]
        if not live or live[-1].when:
            found.append(
                Fault(f"day {day}", "the last rule in force has conditions, or there is none.",
                      "End each period's rules with one without conditions")
            )  # fmt: skip
    return found


def _monotone_faults(rules: RuleSet) -> list[Fault]:
    rank = list(OUTCOMES)
    found = [
        Fault(
            f"rule {first.id}",
            f"counts persons and leads to {first.outcome}, but stands before the stricter "
            f"{later.id} ({later.outcome}).",
            "Put stricter rules first",
        )
        for first, later in combinations(rules.rules, 2)
        if _counts(first)
        and rank.index(later.outcome) > rank.index(first.outcome)
        and _overlap(first, later)
        and not _apart(first, later, rules.groups)
    ]
    # A rule for data without persons falls away with the first person: it may be lightest only.
    found += [
        Fault(f"rule {rule.id}", f"is for data without persons but leads to {rule.outcome}.",
              f"Give it the lightest outcome, {rank[0]}")
        for rule in rules.rules
        if any(t.fact == "personal_data" and t.flag is False for t in rule.when)
        and rule.outcome != rank[0]
    ]  # fmt: skip
    return found


def _counts(rule: Rule) -> bool:
    return any(
        test.fact in NUMBERS or (test.fact == "personal_data" and test.flag is True)
        for test in rule.when
    )


def _apart(a: Rule, b: Rule, groups: Mapping[str, Group]) -> bool:
    """Whether no question can meet the conditions of both, whatever the numbers."""
    return any(_contradict(x, y, groups) for x in a.when for y in b.when if x.fact == y.fact)


def _contradict(x: Test, y: Test, groups: Mapping[str, Group]) -> bool:
    if x.flag is not None and y.flag is not None:
        return x.flag is not y.flag
    if x.among is None or y.among is None:
        return False
    p, q = x.among_codes(groups), y.among_codes(groups)
    if x.negated and y.negated:
        return False
    if x.negated:
        return q <= p
    return p <= q if y.negated else not p & q
