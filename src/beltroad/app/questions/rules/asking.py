"""Questions about rules: who may invest, send data, enforce; which park suits; what holds.

Every answer is that of a function of ``beltroad.policy``; here it is only asked and put beside
what belongs with it. All but :func:`relation` rest on the bundled facts, whatever agreements were
changed in the registry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from beltroad.app.questions.rules.tables import forums_table, parks_table, relation_table
from beltroad.errors import InputError

if TYPE_CHECKING:
    from beltroad.app.answers import Table
    from beltroad.policy import dataflows, disputes
    from beltroad.policy.entry import Answer, OutboundAnswer
    from beltroad.policy.entry.rules import FactDef
    from beltroad.policy.facts import FactTable

__all__ = [
    "Coverage", "DataReply", "DisputeReply", "EntryOptions", "EntryReply", "coverage", "data",
    "disputes_between", "economies", "entry", "entry_options", "industries", "parks", "relation",
]  # fmt: skip

Options = tuple[tuple[str, str], ...]
# Asked by fields of their own, or told by the question itself.
_OWN = ("investor", "partner", "industry", "amount_usd", "enterprise", "route")


@lru_cache(maxsize=1)
def economies() -> Options:
    """Codes and names of all economies, by name."""
    from beltroad import evidence

    table = evidence.load("countries")
    pairs = zip(table["iso3"].astype(str), table["name"].astype(str), strict=True)
    return tuple(sorted(pairs, key=lambda pair: pair[1]))


@lru_cache(maxsize=1)
def industries() -> Options:
    """Codes and titles of ISIC Rev.4, then of the industries of the trade model."""
    from beltroad import evidence

    isic, model = evidence.load("isic"), evidence.load("icio_industries")
    own = zip(isic["code"].astype(str), isic["title"].astype(str), strict=True)
    known = dict(own)
    others = zip(model["industry"].astype(str), model["title"].astype(str), strict=True)
    return (*known.items(), *((code, title) for code, title in others if code not in known))


@dataclass(frozen=True)
class Coverage:
    """For whom there are rules: codes by topic."""

    entry: tuple[str, ...]
    outbound: tuple[str, ...]
    data: tuple[str, ...]


@lru_cache(maxsize=1)
def coverage() -> Coverage:
    """For which economies rules are known."""
    from beltroad.policy import dataflows
    from beltroad.policy.entry import hosts

    return Coverage(hosts(), hosts("outbound"), dataflows.exporters())


@dataclass(frozen=True)
class EntryOptions:
    """What the lists of a host, and of the investor's home, let an asker state."""

    zones: Options = ()
    activities: Options = ()
    facts: tuple[FactDef, ...] = ()
    outbound_facts: tuple[FactDef, ...] = ()


def entry_options(investor: str, host: str, on: str = "") -> EntryOptions:
    """Zones, activities and facts that can be stated; nothing for economies without lists."""
    home, where = _code(investor), _code(host)
    return _options(home, where, _day_or_none(on))


def _day_or_none(text: str) -> str:
    try:
        found = _day(text)
    except InputError:
        return ""
    return found.isoformat() if found else ""


@lru_cache(maxsize=64)
def _options(home: str, where: str, on: str) -> EntryOptions:
    from beltroad.policy.entry import choose, lists

    mine = lists(where, "entry") if where else ()
    if not mine:
        return EntryOptions(outbound_facts=_facts_of(lists(home, "outbound") if home else ()))
    zones = {zone.id: zone.title for each in mine for zone in each.zones}
    try:
        rules, _ = choose(where, _day(on))
    except InputError:
        rules = mine[-1]
    activities = {m.activity: m.title for _, m in rules.measures()}
    return EntryOptions(
        tuple(sorted(zones.items(), key=lambda z: z[1])),
        tuple(sorted(activities.items())),
        _facts_of([rules]),
        _facts_of(lists(home, "outbound") if home else ()),
    )


def _facts_of(lists: Sequence[Any]) -> tuple[FactDef, ...]:
    found = {fact.id: fact for each in lists for fact in each.facts if fact.id not in _OWN}
    return tuple(found.values())


@dataclass(frozen=True)
class EntryReply:
    """What the host says, and what the investor's home says; a fault where one cannot say."""

    entry: Answer | None
    entry_fault: str
    outbound: OutboundAnswer | None
    outbound_fault: str


def entry(
    investor: str, host: str, industry: str, stake_pct: float, *, on: str = "", activity: str = "",
    zones: Sequence[str] = (), amount_usd: float | None = None, enterprise: str = "",
    route: str = "direct", facts: Mapping[str, str] | None = None,
) -> EntryReply:  # fmt: skip
    """Whether the investor may hold the stake, and what its own country asks.

    Raises
    ------
    InputError
        If neither side has an answer because the question itself cannot be used.
    """
    from beltroad.policy import entry as rules

    day, given = _day(on), dict(facts or {})
    options = entry_options(investor, host, on)
    mine = {fact.id for fact in options.facts}
    abroad = {fact.id for fact in options.outbound_facts}
    if unknown := [name for name in given if name not in mine | abroad]:
        known = ", ".join(sorted(mine | abroad)) or "none"
        raise InputError(f"fact {unknown[0]!r:.40}: no list here asks about it. Facts: {known}")
    found, fault = None, ""
    try:
        found = rules.entry(
            investor, host, industry, stake_pct, on=day, activity=activity or None, zones=zones,
            amount_usd=amount_usd, facts={n: v for n, v in given.items() if n in mine},
        )  # fmt: skip
    except InputError as error:
        # Only a host without a list leaves room for the other half of the answer.
        if _code(host) in coverage().entry or not _usable(investor, host, industry):
            raise
        if not 0 < stake_pct <= 100:
            raise
        fault = str(error)
    out, out_fault = None, ""
    if _code(investor) in coverage().outbound:
        try:
            out = rules.outbound(
                investor, host, industry, amount_usd=amount_usd, enterprise=enterprise or None,
                route=route or "direct", on=day, activity=activity or None,
                facts={n: v for n, v in given.items() if n in abroad},
            )  # fmt: skip
        except InputError as error:
            out_fault = str(error)
    else:
        known = ", ".join(coverage().outbound)
        out_fault = f"No rules on outbound investment are known for this investor; known: {known}"
    return EntryReply(found, fault, out, out_fault)


def _usable(investor: str, host: str, industry: str) -> bool:
    from beltroad.policy.entry import industry as recognise

    if not _code(investor) or not _code(host) or _code(investor) == _code(host):
        return False
    try:
        recognise(industry)
    except InputError:
        return False
    return True


@dataclass(frozen=True)
class DataReply:
    """One answer, or one for each direction that has rules."""

    answers: tuple[dataflows.Answer, ...]
    notes: tuple[str, ...]


def data(
    exporter: str, importer: str, *, persons: int = 0, sensitive: int = 0, both: bool = False,
    on: str = "", **facts: Any,
) -> DataReply:  # fmt: skip
    """Procedure for sending data; ``both`` asks also for the way back.

    Further facts are those of :func:`beltroad.policy.dataflows.transfer`.
    """
    from beltroad.policy import dataflows

    asked = {**facts, "on": _day(on)}
    if not both:
        answer = dataflows.transfer(exporter, importer, persons, sensitive, **asked)
        return DataReply((answer,), ())
    found = dataflows.pair(exporter, importer, persons, sensitive, **asked)
    return DataReply(tuple(a for a in (found.there, found.back) if a is not None), found.notes)


@dataclass(frozen=True)
class DisputeReply:
    """All routes; or, where one kind of result was asked about, its answers in both economies."""

    home: str
    host: str
    contract: str
    on: str
    result: str
    routes: disputes.Routes | None
    answers: tuple[disputes.Answer, ...]
    forums: Table


def disputes_between(
    home: str, host: str, *, contract: str = "commercial", result: str = "",
    seats: Sequence[str] = (), on: str = "",
) -> DisputeReply:  # fmt: skip
    """Routes between two economies, or where one kind of result is enforceable."""
    from beltroad.policy import disputes
    from beltroad.policy.disputes.places import latest, pair

    day = _day(on)
    one, other = pair(home, host)
    said = (day or latest()).isoformat()
    if not result:
        found = disputes.routes(home, host, contract, day, seats=list(seats) or None)
        places = {one, other, *(r.seat for r in found.routes)}
        return DisputeReply(one, other, found.contract, said, "", found, (), forums_table(places))
    if contract not in disputes.CONTRACTS:
        raise InputError(f"contract {contract!r:.40}: choose from {', '.join(disputes.CONTRACTS)}")
    if seats:
        ways = [(seat, where) for seat in seats for where in (one, other)]
    else:
        ways = [(one, other), (other, one)]
    answers = tuple(disputes.enforceable(result, made, where, day) for made, where in ways)
    places = {one, other, *(a.made_in for a in answers)}
    return DisputeReply(one, other, contract, said, result, None, answers, forums_table(places))


def parks(
    investor: str, industry: str, *, stake_pct: float = 100.0, host: str = "", activity: str = "",
    partner: str = "", within_km: float | None = None, on: str = "",
) -> Table:  # fmt: skip
    """Parks in order of how well they suit the investor."""
    from beltroad.policy import parks as registry

    table = registry.suitable(
        investor, industry, stake_pct=stake_pct, host=host or None, activity=activity or None,
        within_km=within_km, on=_day(on),
    )  # fmt: skip
    if partner:
        kept = set(registry.find(partner=partner)["park_id"])
        table = table[table["park_id"].isin(kept)].reset_index(drop=True)
    return parks_table(table)


def relation(one: str, other: str, on: str = "", facts: FactTable | None = None) -> Table:
    """What holds between two economies on a date; ``facts`` as the registry has them."""
    from beltroad.policy.profile import relation as between

    return relation_table(between(one, other, _day(on), rows=facts))


def _day(text: str) -> Any:
    from beltroad.policy.dates import day

    return day(text or None, "date")


def _code(text: str) -> str:
    """ISO3 of an economy, empty where it is none."""
    from beltroad.evidence import economies as known

    try:
        return known.iso3(text) if text.strip() else ""
    except InputError:
        return ""
