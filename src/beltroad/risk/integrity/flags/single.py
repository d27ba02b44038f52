"""Flags that one contracting process shows by itself: R003, R018, R028, R030, R035, R036."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from beltroad.risk.integrity.flags.process import Award, Bid, Process, after, moment
from beltroad.risk.integrity.flags.settings import Settings

__all__ = [
    "Raised", "all_disqualified", "final_awards", "identical_prices", "late_winner",
    "lowest_disqualified", "prices_compare", "short_period", "single_bid",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Raised:
    """A flag raised: about whom, the value, the limit it met, the evidence."""

    flag: str
    level: str
    id: str
    ocid: str
    value: float
    limit: float | None
    evidence: dict[str, Any] = field(default_factory=dict)


def short_period(process: Process, settings: Settings) -> list[Raised]:
    """R003. An end before the start is a fault of the data, not a short period."""
    rule = settings.r003
    if rule.methods and process.method not in rule.methods:
        return []
    start, end = moment(process.start), moment(process.end)
    if start is None or end is None or end[0] < start[0]:
        return []
    days = (end[0] - start[0]).days
    least = rule.minimum_days_by_procedure.get(process.procedure, rule.minimum_days)
    if days >= least:
        return []
    seen = {"start": process.start, "end": process.end, "procedure": process.procedure}
    return [Raised("R003", "process", process.ocid, process.ocid, days, least, seen)]


def single_bid(process: Process, settings: Settings) -> list[Raised]:
    """R018."""
    rule = settings.r018
    if rule.methods and process.method not in rule.methods:
        return []
    count, counted = process.tenderers, "tender/numberOfTenderers"
    if count is None and rule.count_from_bids and process.bids is not None:
        count = len({t for bid in process.bids if bid.submitted for t in bid.tenderers})
        counted = "bids/details"
    if count != 1:
        return []
    seen = {"method": process.method, "counted_from": counted}
    return [Raised("R018", "process", process.ocid, process.ocid, 1, 1, seen)]


def identical_prices(process: Process, settings: Settings) -> list[Raised]:
    """R028: once for the process, once for each tenderer."""
    if not prices_compare(process, settings):
        return []
    by_price: dict[tuple[float, str], list[Bid]] = {}
    for bid in process.bids or ():
        if bid.submitted and bid.amount is not None and bid.currency and bid.tenderers:
            by_price.setdefault((bid.amount, bid.currency), []).append(bid)
    same = {
        price: bids for price, bids in by_price.items()
        if len({frozenset(bid.tenderers) for bid in bids}) > 1
    }  # fmt: skip
    if not same:
        return []
    seen = {
        "prices": [
            {"amount": amount, "currency": currency, "bids": [_shown(bid) for bid in bids]}
            for (amount, currency), bids in same.items()
        ]
    }
    most = max(len(bids) for bids in same.values())
    out = [Raised("R028", "process", process.ocid, process.ocid, most, None, seen)]
    bidders = dict.fromkeys(t for bids in same.values() for bid in bids for t in bid.tenderers)
    return out + [Raised("R028", "tenderer", w, process.ocid, most, None, seen) for w in bidders]


def late_winner(process: Process, _settings: Settings) -> list[Raised]:
    """R030: once for the process, once for each late tenderer with an award."""
    winners = {s for award in _active(process) for s in award.suppliers}
    out: list[Raised] = []
    late: dict[str, tuple[float, Bid]] = {}
    for bid in process.bids or ():
        if bid.status != "valid":
            continue
        by = after(bid.date, process.end)
        if by is None or by.total_seconds() <= 0:
            continue
        for who in bid.tenderers:
            if who in winners:
                late[who] = (by.total_seconds() / 3600, bid)
    if not late:
        return []
    seen = {"deadline": process.end, "bids": [_shown(bid) for _, bid in late.values()]}
    hours = max(h for h, _ in late.values())
    out.append(Raised("R030", "process", process.ocid, process.ocid, hours, 0, seen))
    for who, (own, bid) in late.items():
        alone = {"deadline": process.end, "bids": [_shown(bid)]}
        out.append(Raised("R030", "tenderer", who, process.ocid, own, 0, alone))
    return out


def all_disqualified(process: Process, settings: Settings) -> list[Raised]:
    """R035: the process and the winner."""
    awards = final_awards(process)
    if awards is None or process.bids is None:
        return []
    winners = {s for award in awards for s in award.suppliers}
    valid = {t for bid in process.bids if bid.status == "valid" for t in bid.tenderers}
    out = {t for bid in process.bids if bid.status == "disqualified" for t in bid.tenderers}
    others = sorted(out - valid)
    least = settings.r035.minimum_tenderers
    if len(valid) != 1 or valid != winners or len(others) < least:
        return []
    winner = next(iter(valid))
    seen = {"winner": winner, "disqualified": others,
            "bids": [_shown(b) for b in process.bids
                     if b.status in ("valid", "disqualified")]}  # fmt: skip
    return [
        Raised("R035", "process", process.ocid, process.ocid, len(others), least, seen),
        Raised("R035", "tenderer", winner, process.ocid, len(others), least, seen),
    ]


def lowest_disqualified(process: Process, settings: Settings, currency: str) -> list[Raised]:
    """R036, among bids in ``currency``; of equal lowest bids the first in the file counts."""
    if not prices_compare(process, settings) or not _active(process):
        return []
    bids = [
        bid for bid in process.bids or ()
        if bid.submitted and bid.amount is not None and bid.currency == currency
    ]  # fmt: skip
    if not any(bid.status == "valid" for bid in bids):
        return []
    lowest = min(bids, key=lambda bid: bid.amount or 0.0)
    if lowest.status != "disqualified" or lowest.amount is None:
        return []
    cheapest = min((b for b in bids if b.status == "valid"), key=lambda bid: bid.amount or 0.0)
    seen = {"lowest": _shown(lowest), "lowest_valid": _shown(cheapest), "currency": currency}
    return [
        Raised("R036", "process", process.ocid, process.ocid, lowest.amount, cheapest.amount, seen)
    ]


def prices_compare(process: Process, settings: Settings) -> bool:
    """Whether settings let prices of this process be compared."""
    if settings.price_procedures:
        return process.procedure in settings.price_procedures
    return not (process.procedure and process.procedure in settings.no_price_procedures)


def final_awards(process: Process) -> list[Award] | None:
    """Active awards if all awards are settled; None if one is pending or has another state."""
    if process.awards is None:
        return None
    states = {award.status for award in process.awards if award.status}
    return None if states - {"active", "cancelled", "unsuccessful"} else _active(process)


def _active(process: Process) -> list[Award]:
    return [award for award in process.awards or () if award.status == "active"]


def _shown(bid: Bid) -> dict[str, Any]:
    out = {"id": bid.id, "tenderers": list(bid.tenderers), "status": bid.status,
           "amount": bid.amount, "currency": bid.currency, "date": bid.date}  # fmt: skip
    return {key: value for key, value in out.items() if value not in (None, "", [])}
