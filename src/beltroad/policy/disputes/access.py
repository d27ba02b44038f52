"""Whether an investor can take a host state to arbitration at all: treaty, consent, ICSID."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from beltroad.errors import InputError
from beltroad.evidence.economies import name
from beltroad.policy.disputes.awards import ids
from beltroad.policy.disputes.model import Access, Facts
from beltroad.policy.territories import one_state

__all__ = ["icsid_access", "treaty_access"]

_CONSENT = {
    "full": "whose clause covers any dispute about an investment",
    "limited": "whose clause covers disputes under some of its provisions only",
    "expropriation_only": "whose clause covers only the amount of compensation for expropriation",
    "case_by_case": "whose clause asks for the host's consent in each case",
    "none": "but without a clause for investors",
}


def _consent(terms: Mapping[str, str]) -> str:
    """What the treaty's clause says, and whether that was read."""
    clause = _CONSENT.get(terms.get("isds", ""))
    if clause is None:
        return (
            "An investment treaty is in force: its clause on disputes says what the host consented "
            "to."
        )
    doubt = "" if terms.get("isds_read") == "yes" else " [unconfirmed]"
    return f"An investment treaty is in force, {clause}{doubt}."


def treaty_access(home: str, host: str, on: date, facts: Facts) -> Access:
    """Whether an investment treaty between the two may hold the consent of the host.

    Only China's treaties are in the table; for other pairs nothing is said.
    """
    if one_state(home, host, on):
        return Access("not open", "No investment treaty between states holds inside one.")
    if "CHN" not in (home, host):
        return Access(
            "unknown", "Only China's investment treaties are in the table: see whether one holds."
        )
    try:
        treaty = facts.standing("bit", home, host, on)
    except InputError:
        return Access("unknown", "Investment treaties are not in the table.")
    rows = ids(treaty)
    if treaty.state == "in_force":
        return Access("by agreement", _consent(treaty.terms), rows)
    if treaty.state == "unknown":
        return Access("unknown", "Whether an investment treaty was in force is not known.", rows)
    return Access(
        "by agreement",
        "No investment treaty between the two was in force: another agreement, the contract or the "
        "host's law must hold the consent.",
        rows,
    )


def icsid_access(home: str, host: str, on: date, facts: Facts) -> Access:
    """Whether ICSID is open: two contracting states and written consent (article 25)."""
    one = facts.standing("icsid", home, on=on)
    other = facts.standing("icsid", host, on=on)
    rows = ids(one, other)
    if one_state(home, host, on):
        return Access("not open", "Article 25 asks for two contracting states.", rows)
    out = [name(s.iso3) for s in (one, other) if s.state not in ("in_force", "unknown")]
    if out:
        return Access(
            "not open",
            f"Article 25 asks for two contracting states: not bound was {' and '.join(out)}.",
            rows,
        )
    if "unknown" in (one.state, other.state):
        return Access("unknown", "Whether both were contracting states is not known.", rows)
    consent = treaty_access(home, host, on, facts)
    limit = other.terms.get("art25_4", "")
    told = (
        f" {name(other.iso3)} has notified under article 25(4): {limit} (information on classes of "
        "disputes, no reservation)."
        if limit
        else ""
    )
    return Access(
        consent.state,
        f"Both are contracting states; article 25 asks for written consent. "
        f"{consent.sentence}{told}",
        (*rows, *consent.rows),
    )
