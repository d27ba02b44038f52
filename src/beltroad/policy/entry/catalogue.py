"""The bundled rule lists, and which of several is in force where and when."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

from beltroad import evidence
from beltroad.errors import InputError, suggest
from beltroad.evidence import economies
from beltroad.policy.entry.reading import parse_list
from beltroad.policy.entry.rules import RuleList

__all__ = ["choose", "hosts", "list_ids", "lists", "rule_list", "zones_of"]

_PREFIX = "entry_"


@cache
def list_ids() -> tuple[str, ...]:
    """Ids of all bundled lists, sorted."""
    found = (n for n in evidence.names() if n.startswith(_PREFIX))
    return tuple(n.removeprefix(_PREFIX) for n in found if evidence.info(n).file.endswith(".toml"))


@cache
def rule_list(list_id: str) -> RuleList:
    """One bundled list.

    Raises
    ------
    InputError
        If there is none of this id; close ones are suggested.
    """
    if list_id not in list_ids():
        raise InputError(
            f"no rule list {list_id!r:.40}. {suggest(list_id, list_ids())} "
            f"Lists: {', '.join(list_ids())}"
        )
    text = evidence.read_bytes(_PREFIX + list_id).decode("utf-8")
    return parse_list(text, f"{_PREFIX}{list_id}.toml")


def lists(host: str | None = None, topic: str | None = None) -> tuple[RuleList, ...]:
    """Bundled lists, of one host and topic if given, by host, topic and first day in force."""
    found = [
        each
        for each in map(rule_list, list_ids())
        if host in (None, each.header.host) and topic in (None, each.header.topic)
    ]
    return tuple(sorted(found, key=_order))


def _order(each: RuleList) -> tuple[str, str, date, str]:
    head = each.header
    return head.host, head.topic, head.in_force_from, head.id


def hosts(topic: str = "entry") -> tuple[str, ...]:
    """Economies with a bundled list on a topic."""
    return tuple(sorted({each.header.host for each in lists(topic=topic)}))


def zones_of(candidates: Iterable[RuleList], asked: Sequence[str]) -> frozenset[str]:
    """The zones asked for and all in which they lie.

    Raises
    ------
    InputError
        If no list of the host speaks of one of them.
    """
    within: dict[str, set[str]] = {}
    for each in candidates:
        for place in each.zones:
            within.setdefault(place.id, set()).update(place.within)
    found: set[str] = set()
    waiting = [zone.strip().lower() for zone in asked]
    while waiting:
        zone = waiting.pop()
        if zone not in within:
            known = ", ".join(sorted(within)) or "none"
            hint = suggest(zone, within)
            raise InputError(f"zone {zone!r:.40} is not known. {hint} Zones: {known}".strip())
        if zone not in found:
            found.add(zone)
            waiting.extend(within[zone])
    return frozenset(found)


def choose(
    host: str,
    on: date | None,
    zones: Sequence[str] = (),
    *,
    topic: str = "entry",
    own: Sequence[RuleList] = (),
) -> tuple[RuleList, frozenset[str]]:
    """The list of a host that answers for a day and a place, and the zones that hold the place.

    A list made for a zone goes before the one for the whole territory; of two, the later one.

    Parameters
    ----------
    host
        ISO 3166-1 alpha-3.
    on
        The day; None for the newest list.
    zones
        Zones of the place; empty for anywhere in the territory.
    own
        The user's lists: if any is of this host and topic, the bundled ones do not count.

    Raises
    ------
    InputError
        If the host has no list, none of it is in force on the day, or a zone is not known.
    """
    mine = [each for each in own if (each.header.host, each.header.topic) == (host, topic)]
    candidates = sorted(mine, key=_order) if mine else list(lists(host, topic))
    if not candidates:
        raise InputError(
            f"{economies.name(host)} ({host}) has no rule list on {_TOPICS[topic]}; lists: "
            f"{', '.join(hosts(topic)) or 'none'}. Write one: docs/how-to/entry-rules.md"
        )
    inside = zones_of(candidates, zones)
    here = [e for e in candidates if not e.header.zones or inside & set(e.header.zones)]
    standing = [e for e in here if e.in_force(on)] if on else _newest(here)
    if not standing:
        raise InputError(_none_on(host, on, here, topic))
    best = max(standing, key=lambda e: (bool(e.header.zones), e.header.in_force_from, e.header.id))
    return best, inside


_TOPICS = {"entry": "entry", "outbound": "outbound investment", "data_flow": "data flows"}


def _newest(candidates: Sequence[RuleList]) -> list[RuleList]:
    """Lists without an end; where all have ended, the last one."""
    still = [each for each in candidates if each.header.in_force_to is None]
    return still or list(candidates)[-1:]


def _none_on(host: str, on: date | None, candidates: Sequence[RuleList], topic: str) -> str:
    what = f"{economies.name(host)}: no rule list on {_TOPICS[topic]}"
    if not candidates:
        return f"{what} holds outside its zones; name one"
    first = candidates[0].header
    if on is not None and on < first.in_force_from:
        return (
            f"{what} reaches back to {on}; the first is {first.id}, in force from "
            f"{first.in_force_from}"
        )
    spans = (
        f"{e.header.id} {e.header.in_force_from} to {e.header.in_force_to}" for e in candidates
    )
    return f"{what} is in force on {on}; there are {', '.join(spans)}"
