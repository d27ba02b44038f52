"""Investment going out: what class it is in, and who registers or approves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.policy.entry.answers import ProcedureAnswer
from beltroad.policy.entry.catalogue import choose, lists
from beltroad.policy.entry.industries import industry
from beltroad.policy.entry.matching import apart
from beltroad.policy.entry.procedure import decide
from beltroad.policy.entry.rules import RuleList
from beltroad.policy.membership import status

__all__ = ["ENTERPRISES", "OutboundAnswer", "outbound"]

ENTERPRISES = ("central", "local", "private")
# What the class is read from: the list whose outcomes are these.
_CLASSES = ("encouraged", "permitted", "restricted", "prohibited")


@dataclass(frozen=True)
class OutboundAnswer:
    """Class of an outbound investment and its procedures.

    Attributes
    ----------
    investment_class
        ``encouraged``, ``permitted``, ``restricted`` or ``prohibited``.
    certain
        Whether no fact left open can change class or procedures.
    procedure
        ``approval`` if any authority must approve, else ``filing``, ``report`` or ``none``;
        ``refused`` where the class is prohibited.
    direction, procedures
        The answers of the list on classes and of the lists on procedures, with their rules.
    """

    investor: str
    host: str
    industry: str
    industry_title: str
    amount_usd: float | None
    enterprise: str
    on: date | None
    activity: str
    investment_class: str
    certain: bool
    procedure: str
    direction: ProcedureAnswer
    procedures: tuple[ProcedureAnswer, ...]


def outbound(
    investor: str,
    host: str,
    industry_text: str,
    *,
    amount_usd: float | None = None,
    enterprise: str | None = None,
    route: str = "direct",
    on: date | None = None,
    activity: str | None = None,
    facts: dict[str, Any] | None = None,
    rules: Sequence[RuleList] = (),
) -> OutboundAnswer:
    """Say how the investor's own country treats an investment abroad.

    Parameters
    ----------
    investor, host
        Any code or name of an economy; the rules are the investor's.
    industry_text
        ISIC Rev.4 code or title, or an industry of the trade model.
    amount_usd
        What the investor puts in; None leaves thresholds open.
    enterprise
        ``central`` (managed by the central government), ``local`` (owned by a local government)
        or ``private``; None leaves the authority open.
    route
        ``direct`` or ``controlled`` (through an enterprise abroad, no assets or guarantees from
        home).
    on, activity, facts, rules
        As in :func:`beltroad.policy.entry.entry`.

    Raises
    ------
    InputError
        If something is unknown or no list is in force on the day.
    """
    who, where = economies.iso3(investor), economies.iso3(host)
    if who == where:
        raise InputError(f"investor and host are both {who}; outbound rules are for abroad")
    if enterprise is not None and enterprise not in ENTERPRISES:
        raise InputError(f"enterprise {enterprise!r:.40} must be one of {', '.join(ENTERPRISES)}")
    if amount_usd is not None and not 0 < amount_usd < float("inf"):
        raise InputError(f"amount {amount_usd:g} USD must be above 0")
    asked = industry(industry_text)
    choose(who, on, topic="outbound", own=rules)  # refuses what no list answers
    given = [e for e in rules if e.header.topic == "outbound" and e.header.host == who]
    standing = [e for e in given or lists(who, "outbound") if on is None or e.in_force(on)]
    known = {
        "investor": who, "partner": where, "industry": asked, "amount_usd": amount_usd,
        "enterprise": enterprise, "route": route,
    }  # fmt: skip
    known |= {"belt_and_road": _signed(where, on)} | apart(facts, known)
    answers = [(each, _decide(each, known, activity, on)) for each in standing]
    direction = next((a for e, a in answers if e.header.outcomes == _CLASSES), None)
    if direction is None:
        first = min((e.header.in_force_from for e in given or lists(who, "outbound")
                     if e.header.outcomes == _CLASSES), default=None)  # fmt: skip
        raise InputError(
            f"{who}: no list says on {on} which outbound investment is encouraged or restricted"
            + (f"; the first is in force from {first}" if first else "")
        )
    procedures = tuple(a for e, a in answers if e.header.outcomes != _CLASSES)
    steps = [a.outcome.partition("-")[0] for a in procedures]
    step = next((s for s in ("approval", "filing", "report") if s in steps), "none")
    return OutboundAnswer(
        investor=who,
        host=where,
        industry=asked.code,
        industry_title=asked.title,
        amount_usd=amount_usd,
        enterprise=enterprise or "",
        on=on,
        activity=activity or "",
        investment_class=direction.outcome,
        certain=direction.certain and all(a.certain for a in procedures),
        procedure="refused" if direction.outcome == "prohibited" else step,
        direction=direction,
        procedures=procedures,
    )


def _decide(
    each: RuleList, known: dict[str, Any], activity: str | None, on: date | None
) -> ProcedureAnswer:
    """Each list is told only the facts it asks about."""
    mine = {f.id for f in each.facts} | {"investor", "partner", "industry", "amount_usd"}
    return decide(each, {k: v for k, v in known.items() if k in mine}, activity=activity, on=on)


def _signed(iso3: str, on: date | None) -> bool | None:
    """Whether an economy has a cooperation document on a day; None where that is not known."""
    try:
        state = status(iso3, on).state
    except InputError:
        return None  # not an economy of the membership table, such as a territory
    return {"member": True, "none": False, "withdrawn": False}.get(state)
