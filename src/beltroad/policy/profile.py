"""What holds between two economies, and what one economy is party to, on a date.

Each line names the rows it rests on. For a multilateral instrument two economies are bound to each
other where both are parties; where one is not, the line says which.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.policy import facts
from beltroad.policy.facts import Standing
from beltroad.policy.membership import MembershipStatus, status

__all__ = ["PILLARS", "profile", "relation"]

PILLARS = ("policy", "infrastructure", "trade", "finance", "people", "risk")
# Rows that only serve others, or say of a country what it is: not part of a pair's profile.
_GROUPS = ("eu", "euro_area")
# From the firmest tie to none; what both sides give together is the last of the two.
_FIRM = ("in_force", "signed", "unknown", "suspended", "ended", "not")
_SAYS = {"member": "in_force", "withdrawn": "ended", "none": "not", "unknown": "unknown"}
_VISAS_ON = date(2025, 1, 12)  # vintage of the table visa_requirements
_DOCUMENT = "Belt and Road cooperation document"


def relation(one: str, other: str, on: date | None = None) -> pd.DataFrame:
    """Everything the tables know about a pair on a date.

    Parameters
    ----------
    one, other
        Names or codes of two economies.
    on
        The date; None for the latest state of each list.

    Returns
    -------
    DataFrame
        One row per instrument and direction: pillar, instrument, title, scope (``between``,
        ``both``, or ``AAA to BBB`` for what one side grants), state, state_one, state_other,
        since, terms, confidence, source_title, source_url, rows (keys), note. Sorted by pillar.

    Raises
    ------
    InputError
        If an economy is unknown, or both are the same.
    """
    a, b = economies.iso3(one), economies.iso3(other)
    if a == b:
        raise InputError(f"{one!r:.40} and {other!r:.40} are the same economy ({a}); give two")
    lines = [_documents(a, b, on)]
    for about in facts.instruments().to_dict("records"):
        name = about["instrument"]
        if name in _GROUPS or (about["kind"] != "multilateral" and facts.one_sided(name, a, b)):
            continue
        if about["kind"] == "multilateral":
            each = facts.standing(name, a, on=on), facts.standing(name, b, on=on)
            lines.append(_together(about, each))
        elif about["kind"] == "bilateral":
            lines.append(_line(about, "between", facts.standing(name, a, b, on)))
        else:
            lines += [
                _line(about, f"{x} to {y}", facts.standing(name, x, y, on))
                for x, y in ((a, b), (b, a))
            ]
    lines += [line for x, y in ((a, b), (b, a)) if (line := _visa(x, y, on)) is not None]
    return _sorted(pd.DataFrame(lines))


def profile(economy: str, on: date | None = None) -> pd.DataFrame:
    """What one economy is party to on a date.

    Returns
    -------
    DataFrame
        One row per instrument (and direction of unilateral ones): pillar, instrument, title,
        scope (``party``, ``partners``, ``grants to``, ``granted by``), state, since, partners
        (codes in force, space-separated; of bilateral ones), count, unknown (pairs that cannot be
        placed), terms, confidence, source_title, source_url, rows, note.
    """
    code = economies.iso3(economy)
    document = _document(status(code, on)) if _in_membership(code) else None
    lines = [] if document is None else [document | {"scope": "party"}]
    for about in facts.instruments().to_dict("records"):
        name = about["instrument"]
        if about["kind"] == "multilateral":
            lines.append(_line(about, "party", facts.standing(name, code, on=on)))
        elif about["kind"] == "bilateral":
            lines.append(_partners(about, code, "partners", on))
        else:
            lines += [_partners(about, code, scope, on) for scope in ("grants to", "granted by")]
    table = pd.DataFrame(lines)
    for column in ("partners", "count", "unknown"):
        if column not in table:
            table[column] = ""
    table["partners"] = table["partners"].fillna("")
    return _sorted(table).drop(columns=["state_one", "state_other"])


def _in_membership(code: str) -> bool:
    try:
        status(code)
    except InputError:  # a territory without a row of its own
        return False
    return True


def _document(found: MembershipStatus) -> dict[str, object]:
    return {
        "pillar": "policy", "instrument": "bri_document", "title": _DOCUMENT,
        "state": _SAYS[found.state], "since": found.signed_on if found.state == "member" else "",
        "terms": "", "confidence": found.confidence, "source_title": found.source_title,
        "source_url": found.source_url, "rows": f"membership:{found.iso3}", "note": found.note,
    }  # fmt: skip


def _documents(a: str, b: str, on: date | None) -> dict[str, object]:
    """The cooperation document: between China and a partner; of two partners, both with China."""
    others = [code for code in (a, b) if code != "CHN"]
    found = [_document(status(code, on)) for code in others if _in_membership(code)]
    if len(found) < len(others):
        blank: dict[str, object] = dict.fromkeys(_document(status("CHN")), "")
        blank |= {"state": "unknown", "note": "no row in the table membership"}
        found = [*found, blank]
    if len(others) == 1:
        return found[0] | {"pillar": "policy", "instrument": "bri_document", "title": _DOCUMENT,
                           "scope": "between", "state_one": "", "state_other": ""}  # fmt: skip
    states = [str(each["state"]) for each in found]
    worst = max(states, key=_FIRM.index)
    return found[0] | {
        "pillar": "policy", "instrument": "bri_document", "title": f"{_DOCUMENT} with China",
        "scope": "both", "state": worst, "state_one": states[0], "state_other": states[1],
        "since": max(str(each["since"]) for each in found) if worst == "in_force" else "",
        "rows": " ".join(str(each["rows"]) for each in found),
        "note": "; ".join(dict.fromkeys(str(each["note"]) for each in found if each["note"])),
    }  # fmt: skip


def _visa(to: str, citizens: str, on: date | None) -> dict[str, object] | None:
    """What citizens of one economy need to enter another; None if no matrix has the pair."""
    found = _visas().get((to, citizens))
    if found is None:
        return None
    requirement, days = found
    source = evidence.info("visa_requirements").sources[0]
    free = requirement in ("visa_free", "visa_on_arrival", "electronic_authorisation")
    early = on is not None and on < _VISAS_ON
    stay = f", {days:.0f} days" if days == days else ""
    return {
        "pillar": "people", "instrument": "visa_requirements",
        "title": "Ordinary passports, as compiled by the Passport Index",
        "scope": f"{to} to {citizens}",
        "state": "unknown" if early else "in_force" if free else "not",
        "state_one": "", "state_other": "", "since": "",
        "terms": f"{requirement}{stay}", "confidence": "medium",
        "source_title": source.title, "source_url": source.url,
        "rows": f"visa_requirements:{to}:{citizens}", "note": f"as of {_VISAS_ON}",
    }  # fmt: skip


@lru_cache(maxsize=1)
def _visas() -> dict[tuple[str, str], tuple[str, float]]:
    table = evidence.load("visa_requirements")
    keys = zip(table["destination"], table["passport"], strict=True)
    return dict(zip(keys, zip(table["requirement"], table["days"], strict=True), strict=True))


def _line(about: Mapping[Any, Any], scope: str, found: Standing) -> dict[str, object]:
    first = found.rows.iloc[0] if len(found.rows) else None
    return {
        "pillar": about["pillar"], "instrument": about["instrument"], "title": about["title"],
        "scope": scope, "state": found.state, "state_one": "", "state_other": "",
        "since": found.since, "terms": _terms(found.terms), "confidence": found.confidence,
        "source_title": about["source_title"] if first is None else first["source_title"],
        "source_url": about["source_url"] if first is None else first["source_url"],
        "rows": " ".join(found.rows["row"]), "note": _notes([found]),
    }  # fmt: skip


def _together(about: Mapping[Any, Any], each: tuple[Standing, Standing]) -> dict[str, object]:
    """What a multilateral instrument is between two economies."""
    line = _line(about, "both", each[0])
    states = [found.state for found in each]
    state = max(states, key=_FIRM.index)
    used = [found for found in each if len(found.rows)]
    confidences = [found.confidence for found in used]
    return line | {
        "state": state, "state_one": states[0], "state_other": states[1],
        "since": max(found.since for found in each) if state == "in_force" else "",
        "terms": "; ".join(
            f"{found.iso3}: {_terms(found.terms)}" for found in each if found.terms
        ),
        "confidence": max(confidences, key=("high", "medium", "low").index) if confidences else "",
        "rows": " ".join(" ".join(found.rows["row"]) for found in used),
        "note": _notes(each),
    }  # fmt: skip


def _partners(
    about: Mapping[Any, Any], code: str, scope: str, on: date | None
) -> dict[str, object]:
    """Partners of an economy under a bilateral or unilateral instrument."""
    table = facts.rows(about["instrument"], code)
    if scope != "partners":
        table = table[table["iso3" if scope == "grants to" else "partner"] == code]
    others = sorted((set(table["iso3"]) | set(table["partner"])) - {code, ""})
    found = {}
    for each in others:
        granting, granted = (each, code) if scope == "granted by" else (code, each)
        found[each] = facts.standing(about["instrument"], granting, granted, on)
    states = {each: standing.state for each, standing in found.items()}
    held = [each for each, state in states.items() if state == "in_force"]
    unsure = [each for each, state in states.items() if state == "unknown"]
    complete = about["coverage"] == "complete"
    state = "in_force" if held else "unknown" if unsure or not complete else "not"
    used = [found[each] for each in held]
    return {
        "pillar": about["pillar"], "instrument": about["instrument"], "title": about["title"],
        "scope": scope, "state": state, "state_one": "", "state_other": "", "since": "",
        "partners": " ".join(held), "count": str(len(held)), "unknown": str(len(unsure)),
        "terms": "",
        "confidence": max((each.confidence for each in used),
                          key=("high", "medium", "low").index, default=""),
        "source_title": about["source_title"], "source_url": about["source_url"],
        "rows": " ".join(" ".join(each.rows["row"]) for each in used),
        "note": "" if complete else "the list is partial",
    }  # fmt: skip


def _terms(terms: dict[str, str]) -> str:
    return ", ".join(f"{key} {value}" for key, value in terms.items())


def _notes(found: Sequence[Standing]) -> str:
    """What limits the answers, then the remarks of their rows."""
    said = [each.note for each in found]
    said += [note for each in found for note in each.rows["note"]]
    return "; ".join(dict.fromkeys(note for note in said if note))


def _sorted(table: pd.DataFrame) -> pd.DataFrame:
    rank = table["pillar"].map({pillar: n for n, pillar in enumerate(PILLARS)})
    first = table["instrument"] != "bri_document"
    order = table.assign(_rank=rank, _first=first)
    order = order.sort_values(["_rank", "_first", "instrument", "scope"], kind="stable")
    return order.drop(columns=["_rank", "_first"]).reset_index(drop=True)
