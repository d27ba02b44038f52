"""Arbitral awards: New York Convention with its declarations, ICSID, arrangements within China."""

from __future__ import annotations

from datetime import date
from typing import Literal

from beltroad.evidence.economies import name
from beltroad.policy.dates import latest
from beltroad.policy.disputes.model import Basis, Facts, State, weakest
from beltroad.policy.disputes.texts import TEXTS
from beltroad.policy.facts import Standing
from beltroad.policy.territories import one_state

__all__ = [
    "Nature",
    "arrangement",
    "award_bases",
    "icsid_basis",
    "ids",
    "new_york",
    "own_law",
]

Nature = Literal["commercial", "investment"]
_IMMUNITY = "immunity of state property from execution is left to the law of the court"


def ids(*standings: Standing) -> tuple[str, ...]:
    """Identities of the rows that decide, without repetition."""
    return tuple(dict.fromkeys(r for s in standings for r in s.rows["row"].tolist()))


def own_law(place: str, what: str) -> Basis:
    """A result is used in the place where it was made."""
    text = TEXTS["own_law"]
    return Basis(
        "own_law", text.title, "enforceable", "", text.article,
        f"{what} made in {name(place)} is enforced there under its own law.", (), text.refusal,
    )  # fmt: skip


def award_bases(
    made_in: str, enforced_in: str, on: date, nature: Nature, facts: Facts
) -> list[Basis]:
    """Every basis on which an award made in one place may be enforced in another."""
    if made_in == enforced_in:
        return [own_law(made_in, "An award")]
    if one_state(made_in, enforced_in, on):
        return [arrangement("intra_china_awards", made_in, enforced_in, on, facts, nature)]
    if {made_in, enforced_in} == {"CHN", "TWN"}:
        return [cross_strait(made_in, enforced_in, on, facts, "awards")]
    return [new_york(made_in, enforced_in, on, nature, facts)]


def new_york(made_in: str, enforced_in: str, on: date, nature: Nature, facts: Facts) -> Basis:
    """What the New York Convention asks of the courts of ``enforced_in`` on a date.

    The declarations of the country asked decide (article I(3)): with reciprocity the seat must be
    in a contracting state, without it any foreign seat will do; with the commercial declaration
    only commercial matters count.
    """
    asked = facts.standing("new_york", enforced_in, on=on)
    seat = facts.standing("new_york", made_in, on=on)
    declared = set(asked.terms.get("reservations", "").split("+")) - {""}
    where, there = name(made_in), name(enforced_in)
    if asked.state != "in_force":
        return _not_bound("new_york", enforced_in, asked, on)
    conditions: list[str] = []
    used = [asked]
    state: State = "enforceable"
    sentence = f"The courts of {there} must enforce an award made in {where}."
    floor = ""
    partial_seat = asked.terms.get("non_contracting") == "reciprocal"
    if "reciprocity" in declared or partial_seat:
        used.append(seat)
        if seat.state == "unknown":
            state = "unknown"
            sentence = f"It is not known whether {where} was bound on {on.isoformat()}."
        elif seat.state != "in_force" and partial_seat:
            state = "conditional"
            sentence = (
                f"{where} was not bound: {there} enforces as far as {where} treats its awards alike"
            )
            conditions.append("reciprocal treatment by the country of the seat has to be shown")
        elif seat.state != "in_force":
            state = "not enforceable"
            sentence = (
                f"{where} was not bound and {there} has declared reciprocity: the seat must be in "
                "a contracting state (article I(3)). Its own law may still allow it."
            )
            floor = "" if asked.terms.get("reservations_read") == "yes" else "low"
    if state != "not enforceable" and asked.terms.get("notified_only") == "yes":
        notified = facts.standing("in_nyc_notified", enforced_in, made_in, on)
        used.append(notified)
        if notified.state != "in_force":
            conditions.append(
                f"{where} must be a territory that {there} has notified in its gazette"
            )
            if state == "enforceable":
                state = "conditional"
                sentence = f"{there} enforces only if {where} is notified as reciprocating."
    if nature == "investment" and state != "not enforceable":
        conditions.append(_IMMUNITY)
        if asked.terms.get("investor_state") == "excluded":
            state = "not enforceable"
            sentence = (
                f"{there} applies the convention to commercial matters only, and disputes between "
                "a foreign investor and the host government do not count as such."
            )
        elif "commercial" in declared and state in ("enforceable", "conditional"):
            state = "uncertain"
            sentence = (
                f"{there} applies the convention to commercial matters only; whether an award of "
                "an investor against a state counts is for its law to say."
            )
            floor = "" if asked.terms.get("reservations_read") == "yes" else "low"
    elif "commercial" in declared:
        conditions.append(f"the matter is commercial under the law of {there} (article I(3))")
    if asked.terms.get("non_retroactive") == "yes":
        conditions.append(f"only awards made after {asked.since or 'entry into force'}")
    text = TEXTS["new_york"]
    article = text.article if state == "enforceable" else "article I(1) and I(3)"
    holds = state in ("enforceable", "conditional", "uncertain")
    both = len(used) > 1 and used[1] is seat and seat.state == "in_force"
    since = latest(asked.since, seat.since) if both else asked.since
    return Basis(
        "new_york", text.title, state, since if holds else "", article,
        sentence if sentence.endswith(".") else sentence + ".", tuple(conditions), text.refusal,
        ids(*used), weakest(*used, floor=floor), _notes(*used),
    )  # fmt: skip


def icsid_basis(enforced_in: str, on: date, facts: Facts) -> Basis:
    """What the ICSID Convention asks of a country for awards of its tribunals (article 54)."""
    text = TEXTS["icsid"]
    asked = facts.standing("icsid", enforced_in, on=on)
    there = name(enforced_in)
    if asked.state == "ended" or asked.terms.get("left_on"):
        return Basis(
            "icsid", text.title, "conditional", "", "articles 54 and 72",
            f"{there} has left the convention: it stays bound only by consent given before.",
            ("consent to ICSID was given before the exit took effect (article 72)",
             *text.conditions), text.refusal, ids(asked), asked.confidence, asked.note,
        )  # fmt: skip
    if asked.state != "in_force":
        return _not_bound("icsid", enforced_in, asked, on)
    return Basis(
        "icsid", text.title, "enforceable", asked.since, text.article,
        f"{there} must treat an ICSID award as a final judgment of its own courts.",
        text.conditions, text.refusal, ids(asked), asked.confidence, asked.note,
    )  # fmt: skip


def arrangement(
    instrument: str, made_in: str, enforced_in: str, on: date, facts: Facts, nature: Nature
) -> Basis:
    """Arrangements between the Mainland, Hong Kong and Macao."""
    text = TEXTS[instrument]
    found = facts.standing(instrument, made_in, enforced_in, on)
    where, there = name(made_in), name(enforced_in)
    if found.state != "in_force":
        return _not_bound(instrument, enforced_in, found, on, f"{where} and {there}")
    state: State = "enforceable"
    sentence = f"Results of {where} are enforced in {there} under the arrangement between them."
    conditions = list(text.conditions)
    if found.terms.get("scope") == "exclusive_choice_of_court":
        state = "conditional"
        sentence = f"{there} enforces money judgments of {where} under an exclusive court clause."
        conditions.insert(0, "the contract names the courts of the place of origin as exclusive")
    if nature == "investment":
        state = "uncertain"
        sentence = f"The arrangement between {where} and {there} is meant for civil and commercial "
        sentence += "results; no investor-state award is known under it."
    return Basis(
        instrument, text.title, state, found.since, text.article, sentence, tuple(conditions),
        text.refusal, ids(found), found.confidence, found.note,
    )  # fmt: skip


def cross_strait(made_in: str, enforced_in: str, on: date, facts: Facts, what: str) -> Basis:
    """Rules of each side of the Taiwan Strait on results of the other."""
    text = TEXTS["cross_strait_recognition"]
    found = facts.standing("cross_strait_recognition", enforced_in, made_in, on)
    if found.state != "in_force":
        # Each side has replaced rules of its own before: that these had not begun settles nothing.
        return Basis(
            "cross_strait_recognition", text.title, "unknown", "", text.article,
            f"Which rules {name(enforced_in)} applied to {what} of {name(made_in)} on "
            f"{on.isoformat()} is not in the table.", (), (), ids(found), found.confidence,
            found.note,
        )  # fmt: skip
    return Basis(
        "cross_strait_recognition", text.title, "conditional", found.since, text.article,
        f"{name(enforced_in)} recognises {what} of {name(made_in)} by a ruling of its courts.",
        text.conditions, text.refusal, ids(found), found.confidence, found.note,
    )  # fmt: skip


def _not_bound(
    instrument: str, code: str, found: Standing, on: date, who: str | None = None
) -> Basis:
    text = TEXTS[instrument]
    unknown = text.began(on) and found.state == "unknown"
    who = who or name(code)
    said = {
        "signed": f"{who} had signed but was not bound on {on.isoformat()}.",
        "ended": f"{who} was no longer bound on {on.isoformat()}.",
        "suspended": f"It was suspended for {who} on {on.isoformat()}.",
    }
    sentence = (
        f"It is not known whether {who} was bound on {on.isoformat()}."
        if unknown
        else said.get(found.state, f"{who} was not bound on {on.isoformat()}.")
    )
    return Basis(
        instrument, text.title, "unknown" if unknown else "not enforceable", "", text.article,
        sentence + ("" if unknown else " Its own law may still allow it."), (), (), ids(found),
        found.confidence, found.note,
    )  # fmt: skip


def _notes(*standings: Standing) -> str:
    return "; ".join(dict.fromkeys(s.note for s in standings if s.note))
