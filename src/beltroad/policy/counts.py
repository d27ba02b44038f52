"""Counts that somebody claims, counted again in the dated rows of this package.

"29 economies with full mutual visa exemption" (October 2025) is a claim; the rows of
``policy_facts`` say which ones. Where both are known they should agree; where they do not, both are
shown, and neither is changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.policy import facts
from beltroad.policy.dates import bounds
from beltroad.policy.fact_rows import HUB
from beltroad.policy.membership import members

__all__ = ["VERDICTS", "counts"]

VERDICTS = ("agrees", "consistent", "fewer rows", "more rows", "list is partial")
_HELD = {"in_force": ("in_force",), "ever": ("in_force", "signed", "suspended", "ended")}


def counts() -> pd.DataFrame:
    """Every claim that is a count of economies, beside what our rows give on its day.

    Returns
    -------
    DataFrame
        One row per claim: claim_id, indicator, subject, on, claimed, bound, counted (certain),
        possible (with rows that may hold on the day), verdict (one of :data:`VERDICTS`),
        instrument, counts, among, missing_day (days the claim lies after the rows end), said_by,
        note. ``consistent`` is a bound that is kept; ``list is partial`` a shortfall in a list
        that does not claim to be whole. Sorted by indicator and date.
    """
    rules = evidence.load("claim_counts").to_dict("records")
    claims = evidence.load("claims")
    claims = claims[claims["value"].notna()]
    named = {rule["claim"] for rule in rules if rule["claim"]}
    out = []
    for rule in rules:
        chosen = claims[claims["indicator"] == rule["indicator"]]
        if rule["subject"]:
            chosen = chosen[chosen["subject"] == rule["subject"]]
        single = chosen["claim_id"] == rule["claim"]
        chosen = chosen[single if rule["claim"] else ~chosen["claim_id"].isin(named)]
        out += [_beside(claim, rule) for claim in chosen.to_dict("records")]
    table = pd.DataFrame(out).sort_values(["indicator", "on", "claim_id"], kind="stable")
    return table.reset_index(drop=True)


def _beside(claim: Mapping[Any, Any], rule: Mapping[Any, Any]) -> dict[str, Any]:
    """One claim beside our own count."""
    last = bounds(str(claim["period_end"]))[1]
    on = last if last is not None else date.max
    certain, possible, partial, known_to = _count(rule, on)
    claimed, bound = float(claim["value"]), str(claim["bound"])
    return {
        "claim_id": claim["claim_id"], "indicator": claim["indicator"],
        "subject": claim["subject"], "on": on.isoformat(), "claimed": claimed, "bound": bound,
        "counted": certain, "possible": possible,
        "verdict": _verdict(claimed, bound, certain, possible, partial=partial),
        "instrument": rule["instrument"], "counts": rule["counts"], "among": rule["among"],
        "missing_day": max(0, (on - known_to).days), "said_by": claim["said_by"],
        "note": rule["note"],
    }  # fmt: skip


def _verdict(claimed: float, bound: str, certain: int, possible: int, *, partial: bool) -> str:
    """How a claimed number and a range of counts compare."""
    at_least = bound in ("more_than", "at_least")
    if at_least:
        enough = possible > claimed if bound == "more_than" else possible >= claimed
        if enough:
            return "consistent"
        return "list is partial" if partial else "fewer rows"
    if certain <= claimed <= possible:
        return "agrees"
    if possible < claimed:
        return "list is partial" if partial else "fewer rows"
    return "more rows"


def _count(rule: Mapping[Any, Any], on: date) -> tuple[int, int, bool, date]:
    """Certain and possible number on a day, whether the list is partial, and its last day."""
    if rule["instrument"] == "document":
        table = members(on, uncertain=True)
        sure = int((table["state"] == "member").sum())
        return sure, len(table), False, date.max
    about = facts.instrument(rule["instrument"])
    table = facts.parties(rule["instrument"], on)
    if about["kind"] == "multilateral":
        table = table.assign(economy=table["iso3"])
    else:
        # The side that is not China; a pair of two others is not what China counts.
        other = table["partner"].where(table["iso3"] == HUB, table["iso3"])
        with_hub = (table["iso3"] == HUB) | (table["partner"] == HUB)
        table = table.assign(economy=other)[with_hub]
    table = table[~table["economy"].isin(str(rule["without"]).split())]
    certain, possible = _among(rule, table, on)
    return certain, possible, about["coverage"] != "complete", date.fromisoformat(about["as_of"])


def _among(rule: Mapping[Any, Any], table: pd.DataFrame, on: date) -> tuple[int, int]:
    held = set(table.loc[table["state"].isin(_HELD[rule["counts"]]), "economy"])
    maybe = held | set(table.loc[table["state"] == "unknown", "economy"])
    if rule["among"] == "members":
        signed = members(on, uncertain=True).set_index("iso3")["state"]
        maybe &= set(signed.index)
        held &= set(signed.index[signed == "member"])
    return len(held), len(maybe)
