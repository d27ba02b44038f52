"""What follows from facts: lists of the kind "if these facts hold, that procedure applies"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from beltroad.errors import InputError
from beltroad.policy.entry.answers import Branch, ProcedureAnswer, ProcedureFinding
from beltroad.policy.entry.industries import codes_of
from beltroad.policy.entry.matching import holds, stated
from beltroad.policy.entry.rules import Item, Measure, RuleList

__all__ = ["decide"]


@dataclass(frozen=True)
class _Rule:
    item: Item
    measure: Measure
    sure: bool
    open_facts: frozenset[str]


def decide(
    rules: RuleList,
    facts: Mapping[str, Any],
    *,
    activity: str | None = None,
    on: date | None = None,
) -> ProcedureAnswer:
    """Apply the rules of a procedure to facts.

    A rule whose tests all hold binds; one with a test on a fact nobody stated may bind. A rule
    that binds sets aside those it ``lifts``. The outcome is the strictest of what binds.

    Parameters
    ----------
    rules
        A list of kind ``procedure``.
    facts
        Facts by name, as the list declares them.
    activity
        What is done, in words, for tests on part of an industry; ``other`` for none of them.
    on
        The day; None for the day up to which the list is known.

    Raises
    ------
    InputError
        If the list is no procedure or not in force on the day, or a fact is not known.
    """
    head = rules.header
    if head.kind != "procedure":
        raise InputError(f"list {head.id} is no procedure; ask entry()")
    day = on or max(head.in_force_from, head.as_of)
    if on is not None and not rules.in_force(on):
        until = head.in_force_to or "now"
        raise InputError(
            f"list {head.id} is not in force on {on}, but from {head.in_force_from} to {until}"
        )
    known, assumed = stated(rules, facts)
    found: list[_Rule] = []
    for item, measure in rules.measures():
        asked = known.get("industry")
        if measure.isic and asked and not codes_of(measure.isic) & asked.classes:
            continue
        met, open_facts = holds(rules, measure, known, day, activity)
        if met is not False:
            found.append(_Rule(item, measure, met is True, open_facts))
    binding = [r for r in found if r.sure]
    outcome = _strictest(rules, binding)
    strictest = _strictest(rules, found, lifting=binding)
    mildest = _strictest(rules, binding, lifting=found)
    deciding = [r for r in _standing(binding, binding) if r.measure.outcome == outcome]
    notes = list(head.notes)
    if on is not None and on > head.as_of:
        notes.append(f"the list is known as of {head.as_of}; what changed later is not in it")
    return ProcedureAnswer(
        outcome=outcome,
        certain=strictest == outcome == mildest,
        strictest=strictest,
        authority=", ".join(dict.fromkeys(r.measure.authority for r in deciding
                                          if r.measure.authority)),
        findings=tuple(_finding(rules, r, binding) for r in found),
        depends_on=_branches(rules, found, binding, outcome),
        requirements=tuple(dict.fromkeys(t for r in deciding for t in r.measure.requirements)),
        assumed=assumed,
        notes=tuple(notes),
        list_id=head.id,
        list_title=head.title,
        in_force_from=head.in_force_from,
        as_of=head.as_of,
    )  # fmt: skip


def _standing(candidates: Sequence[_Rule], lifting: Sequence[_Rule]) -> list[_Rule]:
    """Candidates that no other rule sets aside."""
    return [r for r in candidates if not any(_sets_aside(other, r) for other in lifting)]


def _sets_aside(other: _Rule, rule: _Rule) -> bool:
    if other.measure.activity == rule.measure.activity:
        return False
    return bool({rule.item.number, rule.measure.activity} & set(other.measure.lifts))


def _strictest(
    rules: RuleList, candidates: Sequence[_Rule], lifting: Sequence[_Rule] | None = None
) -> str:
    head = rules.header
    standing = _standing(candidates, candidates if lifting is None else lifting)
    if not standing:
        return head.otherwise or head.outcomes[0]
    return max((r.measure.outcome for r in standing), key=head.outcomes.index)


def _branches(
    rules: RuleList, found: Sequence[_Rule], binding: list[_Rule], outcome: str
) -> tuple[Branch, ...]:
    """What each rule that may bind would make of the outcome."""
    out = []
    for rule in found:
        if rule.sure:
            continue
        then = _strictest(rules, [*binding, rule])
        if then != outcome:
            needs = ", ".join(sorted(rule.open_facts))
            kind = "activity" if needs == "activity" else "fact"
            value = rule.measure.activity if kind == "activity" else needs
            out.append(Branch(kind, value, rule.measure.title, then, 100.0, True))  # type: ignore[arg-type]
    return tuple(out)


def _finding(rules: RuleList, rule: _Rule, binding: Sequence[_Rule]) -> ProcedureFinding:
    source = rules.source_of(rule.measure.source, rule.item.source)
    aside = any(_sets_aside(other, rule) for other in binding)
    return ProcedureFinding(
        item=rule.item.number,
        article=rule.measure.article or rule.item.article,
        measure=rule.measure.activity,
        title=rule.measure.title,
        applies="lifted" if aside else "yes" if rule.sure else "maybe",
        outcome=rule.measure.outcome,
        authority=rule.measure.authority,
        requirements=rule.measure.requirements,
        needs=tuple(sorted(rule.open_facts)),
        source_title=source.title,
        source_url=source.url,
        confidence=rule.measure.confidence or rule.item.confidence or rules.header.confidence,
        notes=tuple(n for n in (rule.item.note, rule.measure.note) if n),
    )
