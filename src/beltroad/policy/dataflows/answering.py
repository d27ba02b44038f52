"""Which procedure a transfer of data across a border needs, on which rule, and what would ease it.

``transfer`` asks the rules of the exporting economy, ``pair`` those at both ends. Rules stand in
order of priority; the first whose conditions all hold decides. Sources are named with each row.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.policy.dataflows.easing import Way, ways
from beltroad.policy.dataflows.library import exporters, rules
from beltroad.policy.dataflows.model import OUTCOMES, Group, Member, Rule, RuleSet
from beltroad.policy.dataflows.question import Question

__all__ = ["Answer", "Finding", "Pair", "Threshold", "answer", "pair", "transfer"]

_SURE = ("low", "medium", "high")


@dataclass(frozen=True)
class Finding:
    """One row of the rule file that was used, with where it stands and who says so."""

    kind: str
    id: str
    title: str
    article: str
    in_force_from: date
    in_force_to: date | None
    confidence: str
    note: str
    source_title: str
    source_url: str


@dataclass(frozen=True)
class Threshold:
    """A number of persons at which the procedure changes.

    Attributes
    ----------
    fact, limit
        What is counted, and from how many persons on the rule applies.
    value, distance
        Persons of the question, and ``limit - value``: how many are left below the limit
        (0 or negative where it is reached).
    outcome, article
        Procedure from the limit on, and its article.
    decides
        Whether the rule that decided rests on this limit.
    """

    fact: str
    limit: int
    value: int
    distance: int
    outcome: str
    article: str
    decides: bool


@dataclass(frozen=True)
class Answer:
    """What the exporting economy asks for before data may leave.

    Attributes
    ----------
    question
        The facts as asked, codes resolved.
    outcome, meaning
        One of :data:`~beltroad.policy.dataflows.model.OUTCOMES` and what it means.
    rule
        The row that decided.
    authority
        Who is to be approached; empty where nobody.
    counted_from
        First day of the period over which persons are counted; None where there is none.
    thresholds
        Limits that matter for the question, the deciding ones first.
    ways
        Single changes after which a lighter procedure would do.
    duties
        Rows on what stays to be done.
    validity
        Rows on how long a passed procedure holds; years in the title.
    confidence
        The weakest of the rows that decided: ``high``, ``medium`` or ``low``.
    notes
        Readings taken and limits of the answer.
    """

    question: Question
    outcome: str
    meaning: str
    rule: Finding
    authority: str
    counted_from: date | None
    thresholds: tuple[Threshold, ...]
    ways: tuple[Way, ...]
    duties: tuple[Finding, ...]
    validity: tuple[Finding, ...]
    years_valid: int | None
    confidence: str
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: dates as YYYY-MM-DD."""
        found: dict[str, Any] = _plain(asdict(self))
        return found


@dataclass(frozen=True)
class Pair:
    """Both directions between two economies; a direction without known rules is None."""

    there: Answer | None
    back: Answer | None
    notes: tuple[str, ...]


def transfer(
    exporter: str = "CHN",
    importer: str = "",
    persons: int = 0,
    sensitive_persons: int = 0,
    *,
    held_persons: int | None = None,
    important_data: bool = False,
    critical_infrastructure: bool = False,
    purpose: str = "other",
    zone_list: str = "none",
    approved: bool = False,
    consent: bool = False,
    on: date | None = None,
) -> Answer:
    """Procedure for sending data from one economy to another.

    Parameters
    ----------
    exporter, importer
        Economies, by any name or code.
    persons
        Persons whose personal data leave, counted over the period of the rules (see
        ``counted_from`` of the answer). 0: no personal data.
    sensitive_persons
        Those of them whose sensitive personal data leave.
    held_persons
        Persons whose personal data the exporter handles in all; ``persons`` if not given.
    important_data, critical_infrastructure
        Whether the data hold important data, and whether the exporter operates critical
        information infrastructure.
    purpose, zone_list
        One of the words of :data:`~beltroad.policy.dataflows.model.CHOICES`.
    approved, consent
        Approval by the competent authority; informed agreement of the persons.
    on
        Day the law is asked about; the day the file is known to, if not given.

    Raises
    ------
    InputError
        For an unknown economy or word, a number that cannot be, or a day before the first rule.
    """
    question = Question.checked(
        exporter=exporter, importer=importer, persons=persons,
        sensitive_persons=sensitive_persons, held_persons=held_persons,
        important_data=important_data, critical_infrastructure=critical_infrastructure,
        purpose=purpose, zone_list=zone_list, approved=approved, consent=consent, on=on,
    )  # fmt: skip
    return answer(rules(question.exporter), question)


def pair(a: str, b: str, persons: int = 0, sensitive_persons: int = 0, **facts: Any) -> Pair:
    """Procedures for the same data sent from ``a`` to ``b`` and from ``b`` to ``a``.

    Keywords are those of :func:`transfer`. A direction whose rules are not known here, or not yet
    for the day, is None and a note says why.

    Raises
    ------
    InputError
        If the facts are wrong, or the rules of neither economy are known.
    """
    codes = economies.iso3(a), economies.iso3(b)
    known = [code for code in codes if code in exporters()]
    if not known:
        raise InputError(
            f"neither {codes[0]} nor {codes[1]} has rules on outgoing data here. "
            f"Known exporters: {', '.join(exporters())}"
        )
    found: list[Answer | None] = []
    notes: list[str] = []
    for start, end in (codes, codes[::-1]):
        if start not in exporters():
            found.append(None)
            notes.append(
                f"The rules of {economies.name(start)} on outgoing data are not known here."
            )
            continue
        day = facts.get("on")
        if isinstance(day, date) and day < rules(start).first_day and len(known) == 2:
            found.append(None)
            notes.append(
                f"The rules of {economies.name(start)} are known from {rules(start).first_day} on."
            )
            continue
        found.append(transfer(start, end, persons, sensitive_persons, **facts))
    if found == [None, None]:
        raise InputError(f"--date: {' '.join(notes)}")
    return Pair(found[0], found[1], tuple(notes))


def answer(law: RuleSet, question: Question) -> Answer:
    """Answer of one rule file to a question that has been checked.

    Raises
    ------
    InputError
        If the day is before the first rule of the file.
    """
    on = question.on or law.as_of
    if on < law.first_day:
        raise InputError(
            f"{on} is before the first rule known for {law.exporter} ({law.title}); "
            f"ask for {law.first_day} or later"
        )
    facts = question.facts()
    live = [rule for rule in law.rules if rule.in_force(on)]
    decided = next(rule for rule in live if rule.applies(facts, law.groups))
    counted = {"current_year": date(on.year, 1, 1), "two_years": date(on.year - 1, 1, 1)}
    validity = [
        row for row in law.validities
        if row.in_force(on) and decided.outcome in row.outcomes and row.applies(facts, law.groups)
    ]  # fmt: skip
    duties = [
        row for row in law.duties
        if row.in_force(on)
        and (not row.outcomes or decided.outcome in row.outcomes)
        and row.applies(facts, law.groups)
    ]  # fmt: skip
    return Answer(
        question=question,
        outcome=decided.outcome,
        meaning=OUTCOMES[decided.outcome],
        rule=_finding(law, "rule", decided),
        authority=decided.authority,
        counted_from=counted.get(decided.period),
        thresholds=_thresholds(law, live, decided, facts),
        ways=ways(law, live, decided, question),
        duties=tuple(_finding(law, "duty", row) for row in duties),
        validity=tuple(_finding(law, "validity", row) for row in validity),
        years_valid=validity[0].years if validity else None,
        confidence=_confidence(law, decided, question),
        notes=_notes(law, live, decided, question, on),
    )


def _thresholds(
    law: RuleSet, live: Iterable[Rule], decided: Rule, facts: dict[str, object]
) -> tuple[Threshold, ...]:
    """Limits of the deciding rule, and those not reached of stricter ones that they hold back."""
    rank = list(OUTCOMES)
    found = []
    for rule in live:
        limits = [test for test in rule.when if test.at_least is not None]
        rest = [test for test in rule.when if test.at_least is None]
        stricter = rank.index(rule.outcome) > rank.index(decided.outcome)
        if not limits or not (rule is decided or stricter):
            continue
        if not all(test.holds(facts, law.groups) for test in rest):
            continue
        for test in limits:
            value = facts[test.fact]
            if not isinstance(value, int) or test.at_least is None:
                continue
            # Of a rule that did not decide only what is not reached yet stands between.
            if rule is decided or value < test.at_least:
                found.append(
                    Threshold(
                        test.fact, test.at_least, value, test.at_least - value, rule.outcome,
                        rule.article, rule is decided,
                    )
                )  # fmt: skip
    return tuple(sorted(found, key=lambda t: (not t.decides, t.distance, t.fact)))


def _memberships(
    law: RuleSet, decided: Rule, question: Question
) -> list[tuple[Group, Member | None]]:
    """Groups of destinations the decision rests on, with the importer's row if it has one."""
    names = [name for test in decided.when for name in test.among or () if name in law.groups]
    return [(law.groups[n], law.groups[n].members.get(question.importer)) for n in names]


def _confidence(law: RuleSet, decided: Rule, question: Question) -> str:
    found = [decided.confidence]
    found += [m.confidence for _, m in _memberships(law, decided, question) if m is not None]
    return min(found, key=_SURE.index)


def _notes(
    law: RuleSet, live: Iterable[Rule], decided: Rule, question: Question, on: date
) -> tuple[str, ...]:
    found = list(law.notes)
    for group, member in _memberships(law, decided, question):
        listed = "is not in" if member is None else "is in"
        source = law.sources[group.source]
        remark = f"; {member.note}" if member is not None and member.note else ""
        found.append(f"{question.importer} {listed}: {group.title} ({source.title}){remark}.")
    if on > law.as_of:
        found.append(f"The rules are known up to {law.as_of}; later changes are not in them.")
    if question.persons == 0:
        found.append("No persons were stated: the answer is for data without personal data.")
    counts_held = any(test.fact == "held_persons" for rule in live for test in rule.when)
    if counts_held and question.held_persons is None:
        found.append(
            "How many persons' data the exporter handles in all was not stated; "
            f"{question.persons:,} were taken."
        )
    return tuple(found)


def _finding(law: RuleSet, kind: str, row: Any) -> Finding:
    source = law.sources[row.source]
    return Finding(
        kind, row.id, row.title, row.article, row.in_force_from, row.in_force_to, row.confidence,
        row.note, source.title, source.url,
    )  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value
