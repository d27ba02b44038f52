"""Mediated settlements: the Singapore Convention and its reservations."""

from __future__ import annotations

from datetime import date

from beltroad.evidence.economies import name
from beltroad.policy.disputes.awards import ids
from beltroad.policy.disputes.model import Basis, Facts, State
from beltroad.policy.disputes.texts import TEXTS

__all__ = ["settlement_basis"]

_OTHERWISE = "a consent award or a court's confirmation makes it enforceable as such instead"


def settlement_basis(enforced_in: str, on: date, facts: Facts, *, with_state: bool) -> Basis:
    """What the Singapore Convention makes of an international settlement in a country.

    The convention asks nothing of the place where the settlement was made: only the country where
    relief is sought must be bound.

    Parameters
    ----------
    with_state
        Whether a government is a party to the settlement, as with an investor's dispute.
    """
    text = TEXTS["singapore_mediation"]
    asked = facts.standing("singapore_mediation", enforced_in, on=on)
    there = name(enforced_in)
    reservations = set(asked.terms.get("reservations", "").split("+"))
    conditions = [*text.conditions]
    state: State
    if asked.state == "in_force":
        state = "enforceable"
        sentence = f"{there} gives direct relief to international commercial mediated settlements."
        if with_state and "government" in reservations:
            state = "not enforceable"
            sentence = f"{there} does not apply the convention to settlements with its government."
        elif with_state:
            state = "conditional"
            sentence += " A settlement with a state counts if it resolves a commercial dispute."
            conditions.append("the dispute with the state is commercial (article 1)")
        if "opt_in" in reservations and state == "enforceable":
            state = "conditional"
            sentence = f"{there} applies the convention only if the parties agreed to it."
            conditions.append("the parties agreed that the convention applies (article 8(1)(b))")
    elif not text.began(on):
        state = "not enforceable"
        sentence = f"The convention was not in force anywhere on {on.isoformat()}."
    elif asked.state == "unknown" or _may_have_joined(asked.terms, on):
        state = "unknown"
        sentence = f"It is not known whether {there} was bound on {on.isoformat()}."
    elif asked.state == "signed":
        state = "not enforceable"
        sentence = f"{there} had signed but, as far as known, was not bound on {on.isoformat()}."
    else:
        state = "not enforceable"
        sentence = f"{there} was not bound on {on.isoformat()}."
    if state in ("not enforceable", "unknown"):
        sentence += f" The settlement binds as a contract; {_OTHERWISE}."
        conditions = []
    holds = state in ("enforceable", "conditional")
    return Basis(
        "singapore_mediation", text.title, state, asked.since if holds else "",
        "articles 1, 3, 4 and 8" if reservations - {"", "none"} else text.article, sentence,
        tuple(conditions),
        text.refusal if holds else (), ids(asked), asked.confidence, asked.note,
    )  # fmt: skip


def _may_have_joined(terms: dict[str, str], on: date) -> bool:
    """Whether the list in which a signatory stood without ratification ends before the date."""
    read_on = terms.get("not_party_on", "")
    return bool(read_on) and on > date.fromisoformat(read_on)
