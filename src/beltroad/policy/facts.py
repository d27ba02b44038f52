"""What a table of dated facts says on a date: in force, signed, ended, not, or not known.

Every treaty, agreement, recognition, visa rule, swap line and body is an *instrument* of the table
``policy_instruments``; the table ``policy_facts`` has a row for each economy or pair and period.
Dates may be known to the day, month or year only, and lists may be partial, so that some questions
have the honest answer ``unknown``. Nothing is inferred from trade, loans or projects.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.evidence import economies
from beltroad.policy import fact_rows
from beltroad.policy.dates import bounds, earliest
from beltroad.policy.fact_rows import COLUMNS, HUB, FactTable, terms
from beltroad.policy.territories import TERRITORIES

__all__ = [
    "COLUMNS",
    "Decision",
    "FactTable",
    "Standing",
    "decisions",
    "instrument",
    "instruments",
    "one_sided",
    "parties",
    "rows",
    "sides_named",
    "standing",
    "states",
    "terms",
]

State = Literal["in_force", "signed", "suspended", "ended", "not", "unknown"]
# What several rows (renewals, periods) say together is the first of these that one of them says.
_ORDER: tuple[State, ...] = ("in_force", "unknown", "suspended", "signed", "ended", "not")
# A row of the European Union as a party holds for its members; one on currency for the euro area.
_BODY = "EUU"
_BODY_OF = {"swap": "euro_area", "clearing": "euro_area"}
# Treaties that a state may extend to its territories, of which lists of states say nothing.
_EXTENDED = ("disputes", "transport")


@dataclass(frozen=True)
class Decision:
    """State of one economy or pair, and the rows that decide it, as mappings; none: no rows."""

    state: State
    rows: tuple[Mapping[Any, Any], ...]


@dataclass(frozen=True)
class Standing:
    """What is known about one economy or pair under one instrument on one date.

    Attributes
    ----------
    instrument, iso3, partner
        What was asked; ``partner`` is empty for a multilateral instrument.
    on
        The date asked about; that of the latest known state, if none was given.
    state
        ``in_force``, ``signed`` (not in force), ``suspended``, ``ended``, ``not`` or ``unknown``.
    since
        Day, month or year since when, for what is in force; else empty.
    terms
        Amounts, reservations, days and the like of the rows that decide.
    confidence
        Of the rows that decide: ``high``, ``medium``, ``low``; empty where there is no row.
    rows
        The rows used, with columns :data:`COLUMNS`.
    note
        What limits the answer (a partial list, a date after the rows end), or empty.
    """

    instrument: str
    iso3: str
    partner: str
    on: date
    state: State
    since: str
    terms: dict[str, str]
    confidence: str
    rows: pd.DataFrame
    note: str


def instruments(topic: str | None = None) -> pd.DataFrame:
    """Instruments with title, kind, pillar, coverage and source; of one topic if asked."""
    table = fact_rows.instruments()
    if topic is None:
        return table.copy()
    if topic not in set(table["topic"]):
        raise InputError(
            f"no topic {topic!r:.40}: {', '.join(sorted(set(table['topic'])))}"
        )  # fmt: skip
    return table[table["topic"] == topic].reset_index(drop=True)


def instrument(name: str) -> Mapping[str, str]:
    """One instrument's row.

    Raises
    ------
    InputError
        If there is none of that name; close names are suggested.
    """
    found = fact_rows.by_name().get(name)
    if found is None:
        close = suggest(name, fact_rows.by_name())
        raise InputError(
            f"no instrument {name!r:.40}. {close + ' ' if close else ''}"
            f"Instruments: {', '.join(fact_rows.by_name())}"
        )
    return dict(found)


def rows(
    instrument_name: str | None = None, iso3: str | None = None, partner: str | None = None
) -> pd.DataFrame:
    """Facts as rows with columns :data:`COLUMNS`, filtered.

    ``iso3`` with ``partner`` gives rows between the two, in either order; ``iso3`` alone every row
    in which the economy is either side.
    """
    table = fact_rows.every()
    if instrument_name is not None:
        instrument(instrument_name)
        table = table.iloc[fact_rows.positions().get(instrument_name, [])]
    if iso3 is not None:
        code = _party(iso3)
        keep = (table["iso3"] == code) | (table["partner"] == code)
        if partner is not None:
            other = _party(partner)
            keep &= (table["iso3"] == other) | (table["partner"] == other)
        table = table[keep]
    return table.reset_index(drop=True)


def standing(
    instrument_name: str, iso3: str, partner: str = "", on: date | None = None
) -> Standing:
    """Say what is known about an economy, or a pair, under an instrument on a date.

    Parameters
    ----------
    instrument_name
        An instrument of :func:`instruments`.
    iso3, partner
        ISO 3166-1 alpha-3. A bilateral or unilateral instrument needs both: for a unilateral one
        ``iso3`` is who grants and ``partner`` who is granted. A multilateral one takes no partner.
    on
        The date; None for the latest known state: on the day the list is known to, or on that of
        a later start which it tells ahead.

    Raises
    ------
    InputError
        If the instrument or an economy is unknown, or a partner is missing or too many.
    """
    about = instrument(instrument_name)
    if on is not None and not isinstance(on, date):
        raise InputError(f"on {on!r:.40}: give a datetime.date, as date(2020, 1, 31)")
    one, other = _party(iso3), _party(partner) if partner else ""
    kind = about["kind"]
    if (kind == "multilateral") != (other == ""):
        needs = "one economy, no partner" if kind == "multilateral" else "two economies"
        raise InputError(f"{instrument_name} is {kind}: give {needs}")
    known_to = date.fromisoformat(about["as_of"])
    state, positions, asked = _decide(about, one, other, on)
    deciding = fact_rows.every().iloc[positions].reset_index(drop=True)
    if deciding.empty:
        note = _silent(about, one, other) or _beyond(asked, known_to)
        return Standing(instrument_name, one, other, asked, state, "", {}, "", deciding, note)
    last = deciding.iloc[-1]
    since = earliest(*deciding["in_force_from"]) if state == "in_force" else ""
    return Standing(
        instrument_name, one, other, asked, state, since, terms(last["terms"]),
        last["confidence"], deciding, _beyond(asked, bounds(last["known_on"])[1] or known_to),
    )  # fmt: skip


def one_sided(instrument_name: str, one: str, other: str) -> bool:
    """Whether the list is of other pairs only, and so says nothing of this one.

    Lists of pairs with China say nothing of two others; a list of what one economy grants says
    nothing of what it is granted.
    """
    return bool(_not_about(instrument(instrument_name), one, other))


def sides_named(instrument_name: str) -> tuple[frozenset[str], frozenset[str]]:
    """Who stands first, and who second, in the rows of an instrument."""
    return fact_rows.named()[instrument(instrument_name)["instrument"]]


def decisions(
    instrument_name: str, sides: Iterable[tuple[str, str]], on: date | None = None
) -> list[Decision]:
    """What :func:`standing` says of many economies or pairs, with the rows as mappings.

    Parameters
    ----------
    sides
        ISO 3166-1 alpha-3 codes ``(iso3, partner)``; partner is empty for a multilateral one.
    """
    about = instrument(instrument_name)
    out = []
    for one, other in sides:
        state, positions, _ = _decide(about, one, other, on)
        out.append(
            Decision(state, tuple(dict(fact_rows.records()[position]) for position in positions))
        )
    return out


def states(
    instrument_name: str, sides: Iterable[tuple[str, str]], on: date | None = None
) -> list[State]:
    """States of many economies or pairs under one instrument, as :func:`standing` gives them."""
    return [each.state for each in decisions(instrument_name, sides, on)]


def parties(instrument_name: str, on: date | None = None) -> pd.DataFrame:
    """Economies (multilateral) or pairs with rows under an instrument, with their state on a date.

    Returns
    -------
    DataFrame
        Columns iso3, partner, state, since, confidence, source_title, source_url, rows; sorted by
        iso3 and partner. A row of the European Union stands for its members.
    """
    about = instrument(instrument_name)
    known_to = date.fromisoformat(about["as_of"])
    out = []
    for one, other in sorted(key[1:] for key in fact_rows.places() if key[0] == instrument_name):
        state, positions, _ = _best(fact_rows.places()[instrument_name, one, other], on, known_to)
        deciding = [fact_rows.records()[position] for position in positions]
        last = deciding[-1]
        since = earliest(*(row["in_force_from"] for row in deciding))
        out.append((one, other, state, since if state == "in_force" else "", last["confidence"],
                    last["source_title"], last["source_url"],
                    " ".join(row["row"] for row in deciding)))  # fmt: skip
    columns = ["iso3", "partner", "state", "since", "confidence", "source_title", "source_url",
               "rows"]  # fmt: skip
    return pd.DataFrame(out, columns=columns)


def _decide(
    about: Mapping[str, str], one: str, other: str, on: date | None
) -> tuple[State, list[int], date]:
    """State, positions of the rows that decide, and the day; without rows what absence means."""
    known_to = date.fromisoformat(about["as_of"])
    name = about["instrument"]
    keys = _sides(about["kind"], one, other, name, on if on is not None else known_to)
    found = _positions_of(name, keys)
    if not found:
        state: State = "unknown" if _silent(about, one, other) else "not"
        return state, [], on if on is not None else known_to
    return _best(found, on, known_to)


def _best(positions: list[int], on: date | None, known_to: date) -> tuple[State, list[int], date]:
    """The firmest state that one of the rows says, the rows that say it, and the day."""
    rows = [fact_rows.records()[position] for position in positions]
    asked = on if on is not None else _latest(rows, known_to)
    each = [_state(row, asked, known_to) for row in rows]
    state = min(each, key=_ORDER.index)
    deciding = [at for at, said in zip(positions, each, strict=True) if said == state]
    return state, deciding, asked


def _latest(rows: Iterable[Mapping[Any, Any]], known_to: date) -> date:
    """The day of the latest known state: that of the list, or of a start that it tells ahead.

    A start later than the day on which any list was made is still to come.
    """
    columns = ("signed_on", "in_force_from", "known_on")
    told = (bounds(row.get(column, ""))[1] for row in rows for column in columns)
    made = fact_rows.made_on()
    return max([known_to, *(day for day in told if day is not None and day <= made)])


def _not_about(about: Mapping[str, str], one: str, other: str) -> str:
    """What other pairs than this one the list is about; empty where it can name this one."""
    name = about["instrument"]
    if other and HUB not in (one, other) and name in fact_rows.of_the_hub():
        return f"the list is of pairs with {HUB} only"
    if about["kind"] != "unilateral":
        return ""
    granting, granted = fact_rows.named()[name]
    if len(granting) == 1 and not granting & {one, _BODY}:
        return f"the list is of what {min(granting)} grants"
    if len(granted) == 1 and not granted & {other, _BODY}:
        return f"the list is of what is granted to {min(granted)}"
    return ""


def _silent(about: Mapping[str, str], one: str, other: str) -> str:
    """Why an absence from the list says nothing; empty where it means that nothing holds."""
    if aside := _not_about(about, one, other):
        return aside
    if about["coverage"] != "complete":
        return "the list is partial"
    if not other and about["topic"] in _EXTENDED and one in TERRITORIES:
        return "whether it was extended to this territory is not known"
    return ""


def _state(row: Mapping[Any, Any], on: date, known_to: date) -> State:
    """What one row says on a date."""
    status = row["status"]
    known_to = bounds(row.get("known_on", ""))[1] or known_to  # a row beside the list
    start_first, start_last = bounds(row["in_force_from"])
    signed_first, signed_last = bounds(row["signed_on"])
    end_first, end_last = bounds(row["in_force_to"])
    if end_last is not None and on > end_last:
        if status == "in_force" and end_last >= known_to:
            return "unknown"  # it ran out after the list ends: it may have been renewed
        return "suspended" if status == "suspended" else "ended"
    if end_first is not None and end_first < on and end_first != end_last:
        return "unknown"
    if start_first is None and status != "signed":
        # Only known to hold by a date: that of the row, else that of the whole list.
        by = bounds(row.get("known_by", ""))[1] or known_to
        start_first, start_last = signed_first, by if end_last is None else min(by, end_last)
        if on < start_last and (start_first is None or on >= start_first):
            return "unknown"
        start_first = start_last
    if start_first is not None and start_last is not None:
        if on >= start_last:
            return "in_force" if end_last is not None or status == "in_force" else _final(status)
        if on >= start_first:
            return "unknown"
    if signed_first is None or signed_last is None:
        open_signature = status == "signed" and on < known_to
        return "unknown" if open_signature else "signed" if status == "signed" else "not"
    if on >= signed_last:
        return "signed"
    return "unknown" if on >= signed_first else "not"


def _final(status: str) -> State:
    """The latest state of a row whose end is not dated."""
    return "ended" if status == "ended" else "suspended" if status == "suspended" else "unknown"


def _sides(
    kind: str, one: str, other: str, instrument_name: str, on: date
) -> list[tuple[str, str]]:
    """Keys of the rows that hold for the asked economies, those of the Union included."""
    firsts, seconds = _with_body(one, instrument_name, on), _with_body(other, instrument_name, on)
    pairs = [(a, b) for a in firsts for b in seconds if a != b]
    if kind == "bilateral":
        pairs = [(min(pair), max(pair)) for pair in pairs]
    return pairs


def _with_body(code: str, instrument_name: str, on: date) -> list[str]:
    group = _BODY_OF.get(instrument_name, "eu")
    if not code or code == _BODY or instrument_name in ("eu", "euro_area"):
        return [code]
    since = _group_members(group).get(code)
    inside = since is not None and since[0] <= on and (since[1] is None or on <= since[1])
    return [code, _BODY] if inside else [code]


def _group_members(group: str) -> dict[str, tuple[date, date | None]]:
    if group in fact_rows.groups():
        return fact_rows.groups()[group]
    table = rows(group) if group in fact_rows.by_name() else fact_rows.every().iloc[:0]
    out: dict[str, tuple[date, date | None]] = {}
    for row in table.to_dict("records"):
        start, end = bounds(row["in_force_from"])[0], bounds(row["in_force_to"])[1]
        if start is not None:
            out[row["iso3"]] = (start, end)
    fact_rows.groups()[group] = out
    return out


def _positions_of(instrument_name: str, sides: list[tuple[str, str]]) -> list[int]:
    index = fact_rows.places()
    return [at for side in sides for at in index.get((instrument_name, *side), ())]


def _beyond(on: date, known_to: date) -> str:
    return f"rows are known to {known_to.isoformat()}" if on > known_to else ""


def _party(code: str) -> str:
    return _BODY if code.strip().upper() == _BODY else economies.iso3(code)
