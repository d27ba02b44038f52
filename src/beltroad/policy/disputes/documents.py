"""How papers of one place are proved genuine in another: apostille or consular legalisation."""

from __future__ import annotations

from datetime import date

from beltroad.evidence.economies import name
from beltroad.policy.disputes.awards import ids
from beltroad.policy.disputes.model import Document, Facts
from beltroad.policy.territories import one_state

__all__ = ["authentication", "service"]


def authentication(made_in: str, used_in: str, on: date, facts: Facts) -> Document:
    """How a public document of one place is accepted in another on a date.

    The award or contract itself is a private paper: what is certified is the notary's act or the
    court's copy.
    """
    what = "public documents"
    if made_in == used_in:
        return Document(what, "none", "Papers of the same place need no legalisation.")
    if one_state(made_in, used_in, on):
        return Document(
            what, "local certification",
            "Inside one state the convention does not apply: papers are certified as the "
            "arrangements between the places ask.",
        )  # fmt: skip
    one = facts.standing("apostille", made_in, on=on)
    other = facts.standing("apostille", used_in, on=on)
    where, there = name(made_in), name(used_in)
    rows = ids(one, other)
    if "unknown" in (one.state, other.state):
        return Document(
            what, "unknown", f"It is not known whether both were bound on {on.isoformat()}.", rows
        )
    if one.state == other.state == "in_force":
        objection = facts.standing("apostille_objection", made_in, used_in, on)
        if objection.state == "in_force":
            return Document(
                what, "consular legalisation",
                f"The Apostille Convention is not in force between {where} and {there}: one "
                "objected to the other (article 12).", (*rows, *ids(objection)),
            )  # fmt: skip
        doubted = [n for s, n in ((one, where), (other, there)) if s.terms.get("objections")]
        if doubted:
            return Document(
                what, "apostille, after a check",
                f"An apostille is enough (article 3), unless {' or '.join(doubted)} met with an "
                "objection of the other side (article 12): some states objected.", rows,
            )  # fmt: skip
        return Document(what, "apostille", "An apostille is enough (article 3).", rows)
    missing = " and ".join(
        n for s, n in ((one, where), (other, there)) if s.state != "in_force"
    )  # fmt: skip
    return Document(
        what, "consular legalisation",
        f"{missing} not bound by the Apostille Convention on {on.isoformat()}; a bilateral treaty "
        "may waive legalisation.", rows,
    )  # fmt: skip


def service(from_place: str, to_place: str, on: date, facts: Facts) -> Document:
    """How a defendant in another place is served with the claim."""
    what = "service of the claim"
    if from_place == to_place:
        return Document(what, "own law", "The defendant is served under the law of the place.")
    one = facts.standing("hague_service", from_place, on=on)
    other = facts.standing("hague_service", to_place, on=on)
    inside = one_state(from_place, to_place, on)
    if one.state == other.state == "in_force" and not inside:
        return Document(
            what, "central authority",
            "Through the central authority under the Hague Service Convention (articles 2 to 6).",
            ids(one, other),
        )  # fmt: skip
    if "CHN" in (from_place, to_place) and not inside:
        treaty = facts.standing("cn_judicial_assistance", from_place, to_place, on)
        if treaty.state == "in_force":
            return Document(
                what, "central authority", "Through the central authorities of the treaty.",
                ids(treaty),
            )  # fmt: skip
    return Document(
        what, "unknown", "Through diplomatic channels or a treaty that is not in the table.",
        ids(one, other),
    )  # fmt: skip
