"""What the flags need of one contracting process, taken from an OCDS release without trust."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

__all__ = ["Award", "Bid", "Process", "moment", "process_of"]


@dataclass(frozen=True, slots=True)
class Bid:
    """A bid: ``status`` in OCDS's code list, ``amount`` None where it is not a number."""

    id: str
    status: str
    tenderers: tuple[str, ...]
    n_tenderers: int
    amount: float | None
    currency: str
    date: str

    @property
    def submitted(self) -> bool:
        """Handed in: neither invited only nor withdrawn."""
        return self.status not in ("", "invited", "withdrawn")


@dataclass(frozen=True, slots=True)
class Award:
    """An award; ``classes`` are the classification codes of its items."""

    status: str
    suppliers: tuple[str, ...]
    n_suppliers: int
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Process:
    """One contracting process."""

    ocid: str
    cancelled: bool
    method: str
    procedure: str
    start: str
    end: str
    tenderers: int | None
    buyer: str
    entity: str
    bids: tuple[Bid, ...] | None
    awards: tuple[Award, ...] | None
    names: Mapping[str, str]


def process_of(release: Mapping[str, Any]) -> Process | None:
    """Read a compiled release; None where ``ocid`` is not a text.

    Fields of a wrong type count as missing.
    """
    ocid = release.get("ocid")
    if not isinstance(ocid, str) or not ocid:
        return None
    tender = _mapping(release.get("tender"))
    period = _mapping(tender.get("tenderPeriod"))
    count = tender.get("numberOfTenderers")
    bids = _mapping(release.get("bids")).get("details")
    awards = release.get("awards")
    names: dict[str, str] = {}
    for party in _mappings(release.get("parties")):
        _named(party, names)
    buyer = _mapping(release.get("buyer"))
    entity = _mapping(tender.get("procuringEntity"))
    _named(buyer, names)
    _named(entity, names)
    return Process(
        ocid=ocid,
        cancelled=tender.get("status") == "cancelled",
        method=_text(tender.get("procurementMethod")),
        procedure=_text(tender.get("procurementMethodDetails")),
        start=_text(period.get("startDate")),
        end=_text(period.get("endDate")),
        tenderers=count if isinstance(count, int) and not isinstance(count, bool) else None,
        buyer=_text(buyer.get("id")),
        entity=_text(entity.get("id")),
        bids=tuple(_bid(each, names) for each in _mappings(bids))
        if isinstance(bids, list) else None,
        awards=tuple(_award(each, names) for each in _mappings(awards))
        if isinstance(awards, list) else None,
        names=names,
    )  # fmt: skip


def _bid(bid: Mapping[str, Any], names: dict[str, str]) -> Bid:
    value = _mapping(bid.get("value"))
    amount = value.get("amount")
    tenderers = _mappings(bid.get("tenderers"))
    for each in tenderers:
        _named(each, names)
    return Bid(
        id=_id(bid.get("id")),
        status=_text(bid.get("status")),
        tenderers=tuple(_text(t.get("id")) for t in tenderers if _text(t.get("id"))),
        n_tenderers=len(tenderers),
        amount=_finite(amount),
        currency=_text(value.get("currency")),
        date=_text(bid.get("date")),
    )


def _award(award: Mapping[str, Any], names: dict[str, str]) -> Award:
    suppliers = _mappings(award.get("suppliers"))
    for each in suppliers:
        _named(each, names)
    classes = (_mapping(i.get("classification")).get("id") for i in _mappings(award.get("items")))
    return Award(
        status=_text(award.get("status")),
        suppliers=tuple(_text(s.get("id")) for s in suppliers if _text(s.get("id"))),
        n_suppliers=len(suppliers),
        classes=tuple(each for each in classes if isinstance(each, str) and each),
    )


def moment(text: str) -> tuple[datetime, bool] | None:
    """A date or time of OCDS, and whether it is a day without a time; None if it is neither.

    A time without a zone counts as UTC; a day is taken at its start.
    """
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day, tzinfo=UTC), True
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (when if when.tzinfo else when.replace(tzinfo=UTC)), False


def after(text: str, deadline: str) -> timedelta | None:
    """How long ``text`` is after ``deadline``: zero or less if in time, None if either is no date.

    A deadline that is a day lasts to the end of that day.
    """
    first, last = moment(text), moment(deadline)
    if first is None or last is None:
        return None
    end = last[0]
    if last[1] or first[1]:
        # Whole days are compared where one of the two has no time.
        days = (first[0].date() - end.date()).days
        return timedelta(days=days)
    return first[0] - end


def _named(node: Mapping[str, Any], names: dict[str, str]) -> None:
    key, name = node.get("id"), node.get("name")
    if isinstance(key, str) and isinstance(name, str) and key and name:
        names.setdefault(key, name)


def _finite(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if abs(number) < float("inf") else None


def _id(value: object) -> str:
    return str(value) if isinstance(value, str | int) else ""


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


_NOTHING: dict[str, Any] = {}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else _NOTHING


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
