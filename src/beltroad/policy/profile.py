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
from beltroad.policy import fact_rows, facts
from beltroad.policy.dates import latest
from beltroad.policy.facts import FactTable, Standing
from beltroad.policy.membership import MembershipStatus, status
from beltroad.policy.territories import one_state
from beltroad.policy.wording import in_words

__all__ = ["PILLARS", "profile", "relation"]

PILLARS = ("policy", "infrastructure", "trade", "finance", "people", "risk")
# Rows that only serve others, or say of a country what it is: not part of a pair's profile.
_GROUPS = ("eu", "euro_area", "judgment_rule", "apostille_objection")
# Arrangements within China and across the Taiwan Strait: of no use between any others.
_WITHIN = frozenset({"CHN", "HKG", "MAC", "TWN"})
_GRADES = ("high", "medium", "low")
_COLUMNS = (
    "pillar", "instrument", "title", "scope", "state", "state_one", "state_other", "since", "terms",
    "confidence", "source_title", "source_url", "rows", "note",
)  # fmt: skip
# From the firmest tie to none; what both sides give together is the last of the two.
_FIRM = ("in_force", "signed", "unknown", "suspended", "ended", "not")
_SAYS = {"member": "in_force", "withdrawn": "ended", "none": "not", "unknown": "unknown"}
_VISAS_ON = date(2025, 1, 12)  # vintage of the table visa_requirements
_DOCUMENT = "Belt and Road cooperation document"


def relation(
    one: str, other: str, on: date | None = None, *, rows: FactTable | None = None
) -> pd.DataFrame:
    """Everything the tables know about a pair on a date.

    Parameters
    ----------
    one, other
        Names or codes of two economies.
    on
        The date; None for the latest state of each list.
    rows
        Dated facts to answer from; None for the bundled ones. The cooperation document and the
        compilation of visas are those of the bundled tables all the same.

    Returns
    -------
    DataFrame
        One row per instrument and direction: pillar, instrument, title, scope (``between``,
        ``both``, or ``AAA to BBB`` for what one side grants), state, state_one, state_other,
        since, terms, confidence, source_title, source_url, rows (keys), note. Sorted by pillar.
        Several sources are joined by "; ", several addresses by a blank. Lists that cannot speak
        of the pair are left out; a convention between states that does not work between the two
        (an objection, or both inside one state) has state ``not`` and says why in its terms.

    Raises
    ------
    InputError
        If an economy is unknown, or both are the same.
    """
    a, b = _economy(one), _economy(other)
    if a == b:
        raise InputError(f"{one!r:.40} and {other!r:.40} are the same economy ({a}); give two")
    with fact_rows.using(rows):
        return _relation(a, b, on)


def _relation(a: str, b: str, on: date | None) -> pd.DataFrame:
    lines = [_documents(a, b, on)]
    for about in facts.instruments().to_dict("records"):
        name = about["instrument"]
        if name in _GROUPS or not _about(about, a, b):
            continue
        if about["kind"] == "multilateral":
            each = facts.standing(name, a, on=on), facts.standing(name, b, on=on)
            lines.append(_between(about, each, _together(about, each)))
        elif about["kind"] == "bilateral" and not facts.one_sided(name, a, b):
            lines.append(_line(about, "between", facts.standing(name, a, b, on)))
        elif about["kind"] == "unilateral":
            lines += [
                _line(about, f"{x} to {y}", facts.standing(name, x, y, on))
                for x, y in ((a, b), (b, a))
                if not facts.one_sided(name, x, y)
            ]
    lines += [line for x, y in ((a, b), (b, a))
              if not _visa_dated(lines, f"{x} to {y}")
              and (line := _visa(x, y, on)) is not None]  # fmt: skip
    return _sorted(pd.DataFrame(lines)[list(_COLUMNS)])


def profile(economy: str, on: date | None = None, *, rows: FactTable | None = None) -> pd.DataFrame:
    """What one economy is party to on a date; ``rows`` as in :func:`relation`.

    Returns
    -------
    DataFrame
        One row per instrument (and direction of unilateral ones): pillar, instrument, title,
        scope (``party``, ``partners``, ``grants to``, ``granted by``), state, since, partners
        (codes in force, space-separated; of bilateral ones), count, unknown (pairs that cannot be
        placed), unconfirmed (of those in force), terms, confidence (the lowest), source_title,
        source_url, rows, note. Since and terms are those of a single partner or of the party. A
        partner EUU stands for the members of the European Union.
    """
    with fact_rows.using(rows):
        return _profile(_economy(economy), on)


def _profile(code: str, on: date | None) -> pd.DataFrame:
    document = _document(status(code, on)) if _in_membership(code) else None
    lines = [] if document is None else [document | {"scope": "party"}]
    for about in facts.instruments().to_dict("records"):
        name = about["instrument"]
        if not _about(about, code):
            continue
        if about["kind"] == "multilateral":
            lines.append(_line(about, "party", facts.standing(name, code, on=on)))
        elif about["kind"] == "bilateral":
            lines.append(_partners(about, code, "partners", on))
        else:
            for scope, side in zip(("grants to", "granted by"), facts.sides_named(name),
                                   strict=True):  # fmt: skip
                if len(side) != 1 or code in side:
                    lines.append(_partners(about, code, scope, on))
    table = pd.DataFrame(lines)
    for column in ("partners", "count", "unknown", "unconfirmed"):
        if column not in table:
            table[column] = ""
        table[column] = table[column].fillna("")
    return _sorted(table).drop(columns=["state_one", "state_other"])


def _economy(text: str) -> str:
    if text.strip().upper() in ("EU", "EUU", "EUROPEAN UNION"):
        raise InputError(
            f"{text.strip()!r}: the European Union is asked about by its members, as DEU; "
            "what it has agreed as one party is counted for each of them"
        )
    return economies.iso3(text)


def _about(about: Mapping[Any, Any], *codes: str) -> bool:
    """Whether an instrument can concern these at all."""
    if about["kind"] == "multilateral":
        return True
    first, second = facts.sides_named(about["instrument"])
    return not (first | second) <= _WITHIN or set(codes) <= first | second


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
        "terms": f"withdrawn {found.withdrawn_on}" if found.withdrawn_on else "",
        "confidence": found.confidence, "source_title": found.source_title,
        "source_url": found.source_url, "rows": f"membership:{found.iso3}", "note": found.note,
    }  # fmt: skip


def _documents(a: str, b: str, on: date | None) -> dict[str, object]:
    """The cooperation document: between China and a partner; of two partners, both with China."""
    others = [code for code in (a, b) if code != "CHN"]
    found = [_document(status(code, on)) for code in others if _in_membership(code)]
    if len(found) < len(others):
        blank: dict[str, object] = dict.fromkeys(_COLUMNS, "")
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


def _visa_dated(lines: Sequence[Mapping[str, object]], scope: str) -> bool:
    """Whether a dated fact lets citizens in without a visa: it goes before any compilation."""
    return any(
        line["state"] == "in_force"
        and (
            line["instrument"] == "visa_mutual"
            or (str(line["instrument"]).startswith("visa_free") and line["scope"] == scope)
        )
        for line in lines
    )


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
    terms = f"{requirement.replace('_', ' ')}{stay}, as of {_VISAS_ON}"
    return {
        "pillar": "people", "instrument": "visa_requirements",
        "title": "Ordinary passports, as compiled by the Passport Index",
        "scope": f"{to} to {citizens}",
        "state": "unknown" if early else "in_force" if free else "not",
        "state_one": "", "state_other": "", "since": "",
        "terms": terms, "confidence": "medium",
        "source_title": source.title, "source_url": source.url,
        "rows": f"visa_requirements:{to}:{citizens}", "note": f"as of {_VISAS_ON}",
    }  # fmt: skip


@lru_cache(maxsize=1)
def _visas() -> dict[tuple[str, str], tuple[str, float]]:
    table = evidence.load("visa_requirements")
    keys = zip(table["destination"], table["passport"], strict=True)
    return dict(zip(keys, zip(table["requirement"], table["days"], strict=True), strict=True))


def _line(about: Mapping[Any, Any], scope: str, found: Standing) -> dict[str, object]:
    return {
        "pillar": about["pillar"], "instrument": about["instrument"], "title": about["title"],
        "scope": scope, "state": found.state, "state_one": "", "state_other": "",
        "since": found.since, "terms": _terms(found.terms, _end(found)),
        "confidence": found.confidence,
        **_sources(about, [found]),
        "rows": " ".join(found.rows["row"]), "note": _notes([found]),
    }  # fmt: skip


def _sources(about: Mapping[Any, Any], found: Sequence[Standing]) -> dict[str, object]:
    """Sources of the rows used; that of the whole list where no row was."""
    return {
        column: between.join(
            dict.fromkeys(text for each in found for text in each.rows[column] if text)
        ) or (about[column] if all(each.rows.empty for each in found) else "")
        for column, between in (("source_title", "; "), ("source_url", " "))
    }  # fmt: skip


def _together(about: Mapping[Any, Any], each: tuple[Standing, Standing]) -> dict[str, object]:
    """What a multilateral instrument is between two economies."""
    states = [found.state for found in each]
    state = max(states, key=_FIRM.index)
    used = [found for found in each if len(found.rows)]
    return _line(about, "both", each[0]) | _sources(about, each) | {
        "state": state, "state_one": states[0], "state_other": states[1],
        "since": latest(*(found.since for found in each)) if state == "in_force" else "",
        "terms": "; ".join(
            f"{found.iso3}: {_terms(found.terms, _end(found))}"
            for found in each
            if found.terms or _end(found)
        ),
        "confidence": max((found.confidence for found in used), key=_GRADES.index, default=""),
        "rows": " ".join(" ".join(found.rows["row"]) for found in used),
        "note": _notes(each),
    }  # fmt: skip


def _between(
    about: Mapping[Any, Any], each: tuple[Standing, Standing], line: dict[str, object]
) -> dict[str, object]:
    """The line, unless the convention binds both but does not work between the two."""
    one, other = each
    if about["topic"] != "disputes" or line["state"] != "in_force":
        return line
    if one_state(one.iso3, other.iso3, one.on):
        said = "binds both, but does not work inside one state: arrangements do"
        return line | {"state": "not", "since": "", "terms": said}
    if about["instrument"] != "apostille":
        return line
    objection = facts.standing("apostille_objection", one.iso3, other.iso3, one.on)
    if objection.state == "in_force":
        return line | _sources(about, [*each, objection]) | {
            "state": "not", "since": "",
            "terms": "binds both, but not each other: one objected to the other (article 12)",
            "rows": " ".join([str(line["rows"]), *objection.rows["row"]]),
            "note": _notes([*each, objection]),
        }  # fmt: skip
    met = [found.iso3 for found in each if found.terms.get("objections") == "yes"]
    if met:
        said = f"some states objected to {' and to '.join(met)}; none by the other is known"
        return line | {"terms": said}
    return line


def _partners(
    about: Mapping[Any, Any], code: str, scope: str, on: date | None
) -> dict[str, object]:
    """Partners of an economy under a bilateral or unilateral instrument."""
    name = about["instrument"]
    others = _others(name, code, scope, on)
    pairs = [(each, code) if scope == "granted by" else (code, each) for each in others]
    found = dict(zip(others, facts.decisions(name, pairs, on), strict=True))
    states = [each.state for each in found.values()]
    held = {each: decided for each, decided in found.items() if decided.state == "in_force"}
    used = [row for decided in held.values() for row in decided.rows]
    complete = about["coverage"] == "complete"
    last = ("unknown", "signed", "suspended", *(("ended",) if complete else ()))
    none = "not" if complete else "unknown"
    state = "in_force" if held else next((each for each in last if each in states), none)
    low = [all(row["confidence"] == "low" for row in decided.rows) for decided in held.values()]
    only = facts.standing(name, *pairs[0], on) if len(pairs) == len(held) == 1 else None
    return {
        "pillar": about["pillar"], "instrument": name, "title": about["title"],
        "scope": scope, "state": state, "state_one": "", "state_other": "",
        "since": only.since if only else "",
        "partners": " ".join(held), "count": str(len(held)),
        "unknown": str(states.count("unknown")), "unconfirmed": str(sum(low)),
        "terms": _terms(only.terms) if only else "",
        "confidence": max((row["confidence"] for row in used), key=_GRADES.index, default=""),
        "source_title": about["source_title"], "source_url": about["source_url"],
        "rows": " ".join(dict.fromkeys(row["row"] for row in used)),
        "note": "" if complete else "the list is partial",
    }  # fmt: skip


def _others(name: str, code: str, scope: str, on: date | None) -> list[str]:
    """Who stands beside an economy, or beside the European Union that it is a member of."""
    out: set[str] = set()
    member = code != "EUU" and facts.standing("eu", code, on=on).state == "in_force"
    for side in (code, "EUU") if member else (code,):
        table = facts.rows(name, side)
        if scope != "granted by":
            out |= set(table.loc[table["iso3"] == side, "partner"])
        if scope != "grants to":
            out |= set(table.loc[table["partner"] == side, "iso3"])
    return sorted(out - {code, ""})


def _end(found: Standing) -> str:
    """Until when something held that has ended; empty if that is not dated."""
    return latest(*found.rows["in_force_to"]) if found.state == "ended" else ""


def _terms(terms: dict[str, str], end: str = "") -> str:
    said = (f"until {end}" if end else "", in_words(terms))
    return ", ".join(part for part in said if part)


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
