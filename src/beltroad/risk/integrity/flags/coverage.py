"""Which fields a file holds, and for how many processes each flag can be computed at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

import pandas as pd

from beltroad.risk.integrity.flags.catalogue import FLAGS
from beltroad.risk.integrity.flags.process import Process, moment

__all__ = ["Coverage", "count_fields"]

_HOLDS: dict[str, Callable[[Process], bool]] = {
    "tender/tenderPeriod/startDate": lambda p: moment(p.start) is not None,
    "tender/tenderPeriod/endDate": lambda p: moment(p.end) is not None,
    "tender/numberOfTenderers": lambda p: p.tenderers is not None,
    "tender/procurementMethod": lambda p: bool(p.method),
    "bids/details/status": lambda p: any(b.status for b in p.bids or ()),
    "bids/details/tenderers/id": lambda p: any(b.tenderers for b in p.bids or ()),
    "bids/details/value": lambda p: any(b.amount is not None and b.currency for b in p.bids or ()),
    "bids/details/date": lambda p: any(moment(b.date) is not None for b in p.bids or ()),
    "awards/status": lambda p: any(a.status for a in p.awards or ()),
    "awards/suppliers/id": lambda p: any(a.suppliers for a in p.awards or ()),
    "awards/items/classification/id": lambda p: any(a.classes for a in p.awards or ()),
}


class Coverage:
    """Counts, process by process, what is there."""

    def __init__(self) -> None:
        self.processes = 0
        self._held: Counter[str] = Counter()
        self._computable: Counter[str] = Counter()

    def add(self, process: Process) -> None:
        """Count one process."""
        self.processes += 1
        held = {name for name, test in _HOLDS.items() if test(process)}
        self._held.update(held)
        self._computable.update(flag.id for flag in FLAGS.values() if held.issuperset(flag.fields))

    def fields(self) -> pd.DataFrame:
        """By field: processes, present, present_pct."""
        return pd.DataFrame([
            {"field": name, "processes": self.processes, "present": self._held[name],
             "present_pct": self._pct(self._held[name])}
            for name in _HOLDS
        ])  # fmt: skip

    def flags(self) -> pd.DataFrame:
        """By flag: processes, computable, computable_pct, and the fields that are missing most."""
        rows = []
        for flag in FLAGS.values():
            least = min(self._held[name] for name in flag.fields)
            worst = [n for n in flag.fields if self._held[n] == least < self.processes]
            rows.append({
                "flag": flag.id, "title": flag.title, "processes": self.processes,
                "computable": self._computable[flag.id],
                "computable_pct": self._pct(self._computable[flag.id]),
                "missing_most": " ".join(worst),
            })  # fmt: skip
        return pd.DataFrame(rows)

    def _pct(self, count: int) -> float:
        return 100.0 * count / self.processes if self.processes else float("nan")


def count_fields(values: Iterable[Any]) -> dict[str, int]:
    """How often each path of JSON values is not empty.

    Paths are as in the peer's command ``coverage``: ``""`` is a line, a path that ends with ``/``
    an object, with ``[]`` an entry of a list. Empty are "", [], {} and null, and what holds only
    such.
    """
    counts: Counter[str] = Counter()
    for value in values:
        _count(value, "", counts)
    return dict(counts)


def _count(value: Any, path: str, counts: Counter[str]) -> bool:
    full = value is not None and value != ""
    if isinstance(value, dict):
        inner = path + "/"
        # A list, so that every member is counted.
        full = any([_count(each, inner + key, counts) for key, each in value.items()])  # noqa: C419
        if full:
            counts[inner] += 1
    elif isinstance(value, list):
        full = any([_count(each, path + "[]", counts) for each in value])  # noqa: C419
    if full:
        counts[path] += 1
    return full
