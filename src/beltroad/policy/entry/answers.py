"""What the questions about rules are answered with."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

__all__ = ["Answer", "Branch", "Finding", "ProcedureAnswer", "ProcedureFinding", "as_dict"]

Verdict = Literal["permitted", "restricted", "prohibited"]


@dataclass(frozen=True)
class Finding:
    """One measure and what it does to the stake.

    Attributes
    ----------
    item, article, measure, title
        Number and place in the official text, slug and content of the measure.
    isic
        Codes of the industry asked about that it covers.
    part
        Whether it covers only part of the activities in these codes.
    applies
        ``yes`` or ``maybe`` (depends on the activity or on a fact nobody stated).
    outcome
        ``passes``, ``fails`` (another stake, partner or licence would pass), ``prohibited`` or
        ``lifted`` (an exception spares the investor or the place).
    conditions, fails, would_pass
        What it asks, which of it is not met, what would meet it.
    requirements
        What it asks beyond the stake: approval, nationality, partners.
    max_stake_pct, max_stake_inclusive
        Largest foreign stake that passes and whether that very stake does.
    exception
        Id of the exception that lifts or replaces it.
    source_title, source_url, confidence, notes
        Who says so, and remarks.
    """

    item: str
    article: str
    measure: str
    title: str
    isic: tuple[str, ...]
    part: bool
    applies: Literal["yes", "maybe"]
    outcome: Literal["passes", "fails", "prohibited", "lifted"]
    conditions: tuple[str, ...]
    fails: tuple[str, ...]
    would_pass: tuple[str, ...]
    requirements: tuple[str, ...]
    max_stake_pct: float
    max_stake_inclusive: bool
    exception: str
    source_title: str
    source_url: str
    confidence: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Branch:
    """What the answer is once the question is narrower."""

    kind: Literal["activity", "industry", "fact"]
    value: str
    title: str
    verdict: str
    max_stake_pct: float
    max_stake_inclusive: bool


@dataclass(frozen=True)
class Answer:
    """Whether an investor may hold a stake in an industry of a host.

    Attributes
    ----------
    verdict
        ``permitted``, ``restricted`` or ``prohibited``.
    admitted
        ``yes`` (as asked), ``no`` or ``depends`` (see ``depends_on``).
    max_stake_pct, max_stake_inclusive
        Largest stake that is permitted whatever the activity; 0 if none is.
    findings
        Measures that bind or may bind, and those an exception lifts.
    depends_on
        The narrower questions and their answers.
    would_pass, requirements, notes
        What would pass; what stays to be met; remarks on the list.
    list_id, list_title, in_force_from, as_of
        The edition that answered.
    """

    investor: str
    host: str
    industry: str
    industry_title: str
    stake_pct: float
    on: date | None
    activity: str
    zones: tuple[str, ...]
    verdict: Verdict
    admitted: Literal["yes", "no", "depends"]
    max_stake_pct: float
    max_stake_inclusive: bool
    findings: tuple[Finding, ...]
    depends_on: tuple[Branch, ...]
    would_pass: tuple[str, ...]
    requirements: tuple[str, ...]
    assumed: tuple[str, ...]
    notes: tuple[str, ...]
    list_id: str
    list_title: str
    in_force_from: date
    as_of: date


@dataclass(frozen=True)
class ProcedureFinding:
    """One rule of a procedure that binds, may bind or is set aside.

    ``applies`` is ``yes``, ``maybe`` or ``lifted`` (an exemption that binds sets it aside).
    """

    item: str
    article: str
    measure: str
    title: str
    applies: Literal["yes", "maybe", "lifted"]
    outcome: str
    authority: str
    requirements: tuple[str, ...]
    needs: tuple[str, ...]
    source_title: str
    source_url: str
    confidence: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class ProcedureAnswer:
    """What follows from the facts under a list of rules.

    Attributes
    ----------
    outcome
        Strictest outcome of the rules that bind.
    certain
        Whether no fact left open can change it.
    strictest
        What it becomes if every rule that may bind does.
    authority
        Who decides, under the rules that give the outcome.
    depends_on
        Facts left open (``value``) and the outcome if the rule that rests on them holds.
    """

    outcome: str
    certain: bool
    strictest: str
    authority: str
    findings: tuple[ProcedureFinding, ...]
    depends_on: tuple[Branch, ...]
    requirements: tuple[str, ...]
    assumed: tuple[str, ...]
    notes: tuple[str, ...]
    list_id: str
    list_title: str
    in_force_from: date
    as_of: date


def as_dict(answer: Any) -> dict[str, Any]:
    """An answer as plain values for JSON: dates as text, what is empty as it is."""

    def plain(value: Any) -> Any:
        if isinstance(value, date):
            return value.isoformat()
        if isinstance(value, dict):
            return {key: plain(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [plain(each) for each in value]
        return value

    return {key: plain(value) for key, value in asdict(answer).items()}
