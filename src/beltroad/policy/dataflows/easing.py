"""Single changes of a transfer after which a lighter procedure would do.

Found by asking the same rules again: fewer persons (just below each limit, or none), data without
what the state has named important, approval, consent, or a purpose or place the law exempts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from beltroad.policy.dataflows.model import CHOICES, OUTCOMES, Rule, RuleSet
from beltroad.policy.dataflows.question import Question

__all__ = ["Way", "ways"]


@dataclass(frozen=True)
class Way:
    """One change, the procedure it would lead to, and the rule that says so."""

    change: str
    outcome: str
    rule: str
    article: str


def ways(law: RuleSet, live: Sequence[Rule], decided: Rule, question: Question) -> tuple[Way, ...]:
    """Changes that lead to a lighter procedure, the lightest and smallest first."""
    rank = list(OUTCOMES)
    found: list[tuple[int, int, Way]] = []
    best: dict[str, int] = {}
    for order, (kind, change, other) in enumerate(_changes(live, question)):
        facts = other.facts()
        rule = next(r for r in live if r.applies(facts, law.groups))
        weight = rank.index(rule.outcome)
        # Of several numbers that lead to the same procedure only the largest is worth naming.
        if weight >= min(rank.index(decided.outcome), best.get(kind, len(rank))):
            continue
        best[kind] = weight
        # Two purposes that one rule exempts alike are one way.
        if any(way.rule == rule.id and kind.startswith("purpose") for _, _, way in found):
            continue
        found.append((weight, order, Way(change, rule.outcome, rule.id, rule.article)))
    return tuple(way for _, _, way in sorted(found, key=lambda f: f[:2]))


def _changes(live: Sequence[Rule], question: Question) -> Iterator[tuple[str, str, Question]]:
    """Kind, wording and facts of every change that is tried."""
    yield from _fewer(live, question)
    if question.important_data:
        yield "important", "no important data among them", replace(question, important_data=False)
    tested = {test.fact for rule in live for test in rule.when}
    if not question.approved and "approved" in tested:
        yield "approved", "approval by the competent authority", replace(question, approved=True)
    if not question.consent and "consent" in tested:
        yield "consent", "informed consent of the persons", replace(question, consent=True)
    # A request by a foreign court stays one whatever purpose is stated.
    if question.purpose != "judicial":
        for word, meaning in CHOICES["purpose"].items():
            if word not in ("judicial", question.purpose):
                said = f"if the transfer is for: {meaning}"
                yield f"purpose {word}", said, replace(question, purpose=word)
    if question.zone_list != "outside":
        said = "if the exporter is in a free-trade zone and the data are not on its negative list"
        yield "zone", said, replace(question, zone_list="outside")


def _fewer(live: Sequence[Rule], question: Question) -> Iterator[tuple[str, str, Question]]:
    limits: dict[str, set[int]] = {"persons": {0}, "sensitive_persons": {0}}
    for rule in live:
        for test in rule.when:
            if test.at_least is not None and test.fact in limits:
                limits[test.fact].add(test.at_least - 1)
    for value in sorted((v for v in limits["sensitive_persons"] if v < question.sensitive_persons),
                        reverse=True):  # fmt: skip
        said = f"at most {value:,} persons with sensitive data" if value else "no sensitive data"
        yield "sensitive", said, replace(question, sensitive_persons=value)
    for value in sorted((v for v in limits["persons"] if v < question.persons), reverse=True):
        fewer = replace(
            question, persons=value, sensitive_persons=min(value, question.sensitive_persons)
        )
        said = f"at most {value:,} persons" if value else "no personal data"
        yield "persons", said, fewer
        if value and question.sensitive_persons:
            yield (
                "both", f"{said}, none of them with sensitive data",
                replace(fewer, sensitive_persons=0),
            )  # fmt: skip
