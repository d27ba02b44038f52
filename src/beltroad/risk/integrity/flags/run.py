"""Red flags of a file of contracting processes: one pass, then the comparison of all."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from beltroad.risk.integrity.flags import single
from beltroad.risk.integrity.flags.catalogue import FLAGS
from beltroad.risk.integrity.flags.coverage import Coverage
from beltroad.risk.integrity.flags.population import Population
from beltroad.risk.integrity.flags.process import Process, moment, process_of
from beltroad.risk.integrity.flags.reading import releases
from beltroad.risk.integrity.flags.settings import Settings
from beltroad.risk.integrity.flags.single import Raised

__all__ = ["FlagResult", "flag_file", "flag_releases"]

NOTE = "Each row is a lead with its evidence, not a verdict."

_FAULTS = {
    "no ocid": "no process id: left out",
    "cancelled": "tender cancelled: left out",
    "excluded procedure": "left out by settings",
    "end before start": "tender period ends before it starts: R003 not computed",
    "other currency": "prices in another currency than the one compared: left out of R024, R036 "
    "and R058",
    "price not above zero": "winning or losing bid with a price of zero or less",
    "bid without state": "bids without status: not counted as handed in",
}


@dataclass(frozen=True)
class FlagResult:
    """What was found.

    Attributes
    ----------
    flags
        Row per flag, level and id (and process): flag, title, level, id, name, ocid, value, limit,
        evidence (JSON), could_also_be.
    fences
        Limits that the data gave: flag, level, compared, q1, q3, limit, note.
    computable
        By flag: processes, computable, computable_pct, missing_most.
    fields
        By field: processes, present, present_pct.
    faults
        What of the data was left out: fault, processes, example, note.
    currency
        ISO 4217 code of the prices compared; empty where there was none.
    """

    flags: pd.DataFrame
    fences: pd.DataFrame
    computable: pd.DataFrame
    fields: pd.DataFrame
    faults: pd.DataFrame
    currency: str
    processes: int
    note: str = NOTE


def flag_file(path: Path, settings: Settings | None = None, *, merge: bool = False) -> FlagResult:
    """Red flags of an OCDS file; JSON lines are read one by one.

    Raises
    ------
    InputError
        If the file cannot be read (see :func:`reading.releases`).
    """
    return flag_releases((release for _, release in releases(path, merge=merge)), settings)


def flag_releases(
    found: Iterable[Mapping[str, Any]], settings: Settings | None = None
) -> FlagResult:
    """Red flags of compiled releases, one for each contracting process."""
    settings = settings or Settings()
    calculator = _Calculator(settings)
    for release in found:
        calculator.add(release)
    return calculator.result()


class _Calculator:
    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._currency = settings.currency
        self._population = Population(settings)
        self._coverage = Coverage()
        self._raised: list[Raised] = []
        self._names: dict[str, str] = {}
        self._faults: dict[str, list[str]] = {name: [] for name in _FAULTS}

    def add(self, release: Mapping[str, Any]) -> None:
        process = process_of(release)
        if process is None:
            self._faults["no ocid"].append("")
            return
        if process.cancelled:
            self._faults["cancelled"].append(process.ocid)
            return
        if process.procedure and process.procedure in self._settings.excluded_procedures:
            self._faults["excluded procedure"].append(process.ocid)
            return
        self._see(process)
        self._coverage.add(process)
        for rule in (single.short_period, single.single_bid, single.identical_prices,
                     single.late_winner, single.all_disqualified):  # fmt: skip
            self._raised += rule(process, self._settings)
        self._raised += single.lowest_disqualified(process, self._settings, self._currency)
        self._population.add(process, self._currency)
        for key, name in process.names.items():
            self._names.setdefault(key, name)

    def _see(self, process: Process) -> None:
        """Settle the currency; note what cannot be used."""
        start, end = moment(process.start), moment(process.end)
        if start is not None and end is not None and end[0] < start[0]:
            self._faults["end before start"].append(process.ocid)
        bids = process.bids or ()
        if any(not bid.status for bid in bids):
            self._faults["bid without state"].append(process.ocid)
        priced = [bid for bid in bids if bid.submitted and bid.amount is not None and bid.currency]
        if not self._currency and priced and single.prices_compare(process, self._settings):
            self._currency = priced[0].currency
        if any(bid.currency != self._currency for bid in priced) and self._currency:
            self._faults["other currency"].append(process.ocid)
        if any(bid.amount is not None and bid.amount <= 0 for bid in priced):
            self._faults["price not above zero"].append(process.ocid)

    def result(self) -> FlagResult:
        more, fences = self._population.finish()
        rows = [
            {"flag": each.flag, "title": FLAGS[each.flag].title, "level": each.level,
             "id": each.id, "name": self._names.get(each.id, ""), "ocid": each.ocid,
             "value": float(each.value),
             "limit": float("nan") if each.limit is None else float(each.limit),
             "evidence": json.dumps(each.evidence, ensure_ascii=False, sort_keys=True),
             "could_also_be": FLAGS[each.flag].could_also_be}
            for each in self._raised + more
        ]  # fmt: skip
        flags = pd.DataFrame(rows, columns=_COLUMNS)
        flags = flags.sort_values(["flag", "level", "id", "ocid"], kind="stable")
        faults = [
            {"fault": name, "processes": len(found), "example": found[0], "note": _FAULTS[name]}
            for name, found in self._faults.items() if found
        ]  # fmt: skip
        return FlagResult(
            flags=flags.reset_index(drop=True),
            fences=pd.DataFrame([asdict(each) for each in fences]),
            computable=self._coverage.flags(),
            fields=self._coverage.fields(),
            faults=pd.DataFrame(faults, columns=["fault", "processes", "example", "note"]),
            currency=self._currency,
            processes=self._coverage.processes,
        )


_COLUMNS = ["flag", "title", "level", "id", "name", "ocid", "value", "limit", "evidence",
            "could_also_be"]  # fmt: skip
