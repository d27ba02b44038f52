"""Which law of sales governs: the United Nations sales convention (CISG)."""

from __future__ import annotations

from datetime import date

from beltroad.evidence.economies import name
from beltroad.policy.dates import latest
from beltroad.policy.disputes.awards import ids
from beltroad.policy.disputes.model import Facts, SalesLaw, weakest
from beltroad.policy.territories import one_state

__all__ = ["sales_law"]


def sales_law(home: str, host: str, on: date, facts: Facts) -> SalesLaw:
    """Whether the CISG governs sales of goods between businesses of two economies on a date."""
    one = facts.standing("cisg", home, on=on)
    other = facts.standing("cisg", host, on=on)
    rows, low = ids(one, other), weakest(one, other)
    declared = tuple(
        f"{name(s.iso3)}: declaration under "
        + s.terms["declarations"].replace("art", "article ").replace("+", " and ")
        for s in (one, other)
        if s.state == "in_force" and s.terms.get("declarations")
    )
    if one_state(home, host, on):
        told = "Inside one state the convention does not apply as between two."
        return SalesLaw("does not govern", "", "article 1", told, (), rows, low)
    if one.state == other.state == "in_force":
        return SalesLaw(
            "governs", latest(one.since, other.since), "article 1(1)(a)",
            "Sales of goods between businesses of the two are governed by the convention, unless "
            "the contract excludes it (article 6).", declared, rows, low,
        )  # fmt: skip
    if "unknown" in (one.state, other.state):
        told = "Whether both were bound is not known."
        return SalesLaw("unknown", "", "article 1", told, declared, rows, low)
    bound = [s for s in (one, other) if s.state == "in_force"]
    if bound and "art95" in bound[0].terms.get("declarations", "").split("+"):
        told = (
            f"Only {name(bound[0].iso3)} is bound, and its declaration under article 95 frees its "
            "courts from article 1(1)(b): the convention governs only if the contract chooses it, "
            "or a court elsewhere that is bound without this declaration is led to its law."
        )
        return SalesLaw(
            "may govern", bound[0].since, "articles 1(1)(b) and 95", told, declared, rows, low
        )
    if bound:
        return SalesLaw(
            "may govern", bound[0].since, "article 1(1)(b)",
            f"Only {name(bound[0].iso3)} is bound: the convention governs where conflict rules "
            "lead to its law.", declared, rows, low,
        )  # fmt: skip
    told = "Neither is bound: national sales law governs."
    return SalesLaw("does not govern", "", "article 1", told, (), rows, low)
