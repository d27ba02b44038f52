"""Terms of policy facts in words: what ``isds=full`` and the like say to a reader."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["in_words"]

# How the row was made or read: nothing a reader of a profile needs.
_QUIET = frozenset({
    "act", "event", "isds_read", "known_by", "left_on", "not_party_on", "reservations_read",
})  # fmt: skip
_KEYS = {
    "amount_cny_bn": "CNY bn",
    "art25_4": "notified under article 25(4):",
    "bound_by": "through",
    "days_in_180": "days in any 180:",
    "days_per_year": "days a year:",
    "extension_of": "extended by",
    "isds": "investor-state arbitration:",
    "term_years": "years",
    "treaty": "treaty of",
    "agreement": "agreement of",
}
_PAIRS = {
    ("founding", "yes"): "founding member", ("founding", "no"): "",
    ("investor_state", "excluded"): "investor-state awards left out",
    ("judgments", "no"): "judgments not covered", ("judgments", "yes"): "covers judgments",
    ("non_contracting", "reciprocal"): "reciprocity towards states that are no party",
    ("non_retroactive", "yes"): "not for earlier awards",
    ("objections", "yes"): "objections to or from some parties",
    ("region", "nonregional"): "non-regional", ("region", "regional"): "regional",
    ("isds", "expropriation_only"):
        "investor-state arbitration: amount of compensation for expropriation only",
    ("isds", "case_by_case"): "investor-state arbitration: consent case by case",
}  # fmt: skip


def in_words(terms: Mapping[str, str]) -> str:
    """Terms as one line; what only tells how a row was made is left out."""
    said = []
    for key, value in terms.items():
        if key in _QUIET:
            continue
        text = _PAIRS.get((key, value))
        if text is None:
            label = _KEYS.get(key, key.replace("_", " "))
            text = f"{label} {value.replace('_', ' ').replace('+', ' and ')}"
        if text:
            said.append(text)
    return ", ".join(said)
