"""The primitive: whether a result made in one place is enforceable in another on a date."""

from __future__ import annotations

from datetime import date

from beltroad.errors import InputError, suggest
from beltroad.policy.disputes.awards import Nature, award_bases, icsid_basis
from beltroad.policy.disputes.documents import authentication
from beltroad.policy.disputes.judgments import judgment_bases
from beltroad.policy.disputes.model import RESULTS, Answer, Basis, Document, Facts, Result, best
from beltroad.policy.disputes.places import TableFacts, latest, place
from beltroad.policy.disputes.settlements import settlement_basis
from beltroad.policy.disputes.texts import TEXTS

__all__ = ["enforceable"]


def enforceable(
    kind_of_result: str,
    made_in: str,
    enforced_in: str,
    on: date | None = None,
    *,
    facts: Facts | None = None,
    with_state: bool = False,
) -> Answer:
    """Say whether a result is enforceable in a country on a date, and under what.

    Parameters
    ----------
    kind_of_result
        ``award`` (commercial arbitration), ``investment_award`` (investor against state outside
        ICSID), ``icsid_award``, ``judgment`` or ``settlement`` (mediated).
    made_in
        Seat of the arbitration, or country of the court or the mediation. Of no weight for an
        ICSID award and a settlement, which have no seat in the conventions' sense.
    enforced_in
        Country where the debtor has assets.
    on
        Day of the application; None for the last day the lists are known to.
    facts
        Standings to use; None for the bundled facts.
    with_state
        Whether a government is a party to the settlement.

    Returns
    -------
    Answer
        ``state`` is the best of the bases looked at; each basis names article, rows and grounds.

    Raises
    ------
    InputError
        If the kind or a place is unknown.
    """
    if kind_of_result not in RESULTS:
        raise InputError(
            f"no kind of result {kind_of_result!r:.40}. {suggest(kind_of_result, RESULTS)} "
            f"Kinds: {', '.join(RESULTS)}".replace("  ", " ")
        )
    kind = next(k for k in RESULTS if k == kind_of_result)
    source: Facts = facts if facts is not None else TableFacts()
    asked = on if on is not None else latest()
    there = place(enforced_in, "enforced in")
    # An ICSID award and a settlement have no seat: any place, or none, may be given.
    where = (
        place(made_in, "made in") if made_in or kind not in ("icsid_award", "settlement") else ""
    )
    bases = best(_bases(kind, where, there, asked, source, with_state))
    return Answer(
        kind, where, there, asked, bases[0].state, bases[0].sentence, bases,
        _documents(kind, where, there, asked, source, bases[0]),
    )  # fmt: skip


def _bases(
    kind: Result, where: str, there: str, on: date, facts: Facts, with_state: bool
) -> list[Basis]:
    if kind == "icsid_award":
        return [icsid_basis(there, on, facts)]
    if kind == "settlement":
        return [settlement_basis(there, on, facts, with_state=with_state)]
    if kind == "judgment":
        return judgment_bases(where, there, on, facts)
    nature: Nature = "investment" if kind == "investment_award" else "commercial"
    return award_bases(where, there, on, nature, facts)


def _documents(
    kind: Result, where: str, there: str, on: date, facts: Facts, basis: Basis
) -> tuple[Document, ...]:
    papers = TEXTS[basis.instrument].papers
    first = [Document("papers to file", papers, "")] if papers else []
    if kind == "icsid_award" or not where:
        return tuple(first)
    return (*first, authentication(where, there, on, facts))
