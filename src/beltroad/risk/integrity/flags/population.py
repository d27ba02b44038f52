"""Flags that compare processes or firms with all others: R024, R025, R038, R048, R058.

Quartiles are those of Hyndman and Fan (1996), type 8 (median-unbiased), which the peer uses and
its documented fences imply.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from beltroad.risk.integrity.flags.process import Bid, Process
from beltroad.risk.integrity.flags.settings import Settings
from beltroad.risk.integrity.flags.single import Raised, final_awards, prices_compare

__all__ = ["Fences", "Population", "quartiles"]


@dataclass(frozen=True)
class Fences:
    """What the data gave as limit: number compared, quartiles and the limit used."""

    flag: str
    level: str
    compared: int
    q1: float
    q3: float
    limit: float
    note: str = ""


@dataclass
class _Tally:
    part: int = 0
    whole: int = 0
    processes: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, part: int, whole: int, ocid: str, *, example: bool) -> None:
        self.part += part
        self.whole += whole
        self.processes += 1
        if example and len(self.examples) < _EXAMPLES:
            self.examples.append(ocid)

    @property
    def ratio(self) -> float:
        return self.part / self.whole


_EXAMPLES = 10


def quartiles(values: Iterable[float]) -> tuple[float, float]:
    """First and third quartile, type 8 of Hyndman and Fan; NaN where there is no value."""
    array = np.fromiter(values, float)
    if not array.size:
        return float("nan"), float("nan")
    low, high = np.quantile(array, (0.25, 0.75), method="median_unbiased")
    return float(low), float(high)


class Population:
    """Takes processes one by one; says at the end who stands out."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._gaps: dict[str, tuple[float, Bid, Bid]] = {}
        self._won: defaultdict[str, _Tally] = defaultdict(_Tally)
        self._lost: dict[str, defaultdict[str, _Tally]] = {
            level: defaultdict(_Tally) for level in ("buyer", "procuring entity", "tenderer")
        }
        self._kinds: defaultdict[str, dict[str, str]] = defaultdict(dict)
        self._supplied: defaultdict[str, int] = defaultdict(int)

    def add(self, process: Process, currency: str) -> None:
        """Count one process; prices in ``currency`` only."""
        self._compare(process, currency)
        self._count_disqualified(process)
        self._count_kinds(process)

    def _compare(self, process: Process, currency: str) -> None:
        awards = final_awards(process)
        if awards is None or process.bids is None or len(awards) != 1:
            return
        if awards[0].n_suppliers != 1 or len(awards[0].suppliers) != 1:
            return
        supplier = awards[0].suppliers[0]
        valid = [
            bid for bid in process.bids
            if bid.status == "valid" and bid.n_tenderers == 1 and len(bid.tenderers) == 1
        ]  # fmt: skip
        for tenderer in dict.fromkeys(bid.tenderers[0] for bid in valid):
            won = tenderer == supplier
            self._won[tenderer].add(int(won), 1, process.ocid, example=not won)
        if not prices_compare(process, self._settings):
            return
        priced = [bid for bid in valid if bid.amount is not None and bid.currency == currency]
        own = [bid for bid in priced if bid.tenderers[0] == supplier]
        others = [bid for bid in priced if bid.tenderers[0] != supplier]
        if not own or not others:
            return
        winner = min(own, key=lambda bid: bid.amount or 0.0)
        second = min(others, key=lambda bid: bid.amount or 0.0)
        low, high = winner.amount, second.amount
        # A winner that is not the lowest was not chosen by price alone; a price of nothing or
        # less has no ratio.
        if low is None or high is None or low <= 0 or high < low:
            return
        self._gaps[process.ocid] = ((high - low) / low, winner, second)

    def _count_disqualified(self, process: Process) -> None:
        submitted = [bid for bid in process.bids or () if bid.submitted]
        if not submitted:
            return
        out = sum(bid.status == "disqualified" for bid in submitted)
        for level, who in (("buyer", process.buyer), ("procuring entity", process.entity)):
            if who:
                self._lost[level][who].add(out, len(submitted), process.ocid, example=out > 0)
        for bid in submitted:
            lost = bid.status == "disqualified"
            for who in bid.tenderers:
                self._lost["tenderer"][who].add(int(lost), 1, process.ocid, example=lost)

    def _count_kinds(self, process: Process) -> None:
        seen: set[str] = set()
        for award in process.awards or ():
            if award.status != "active" or award.n_suppliers != 1 or not award.suppliers:
                continue
            who = award.suppliers[0]
            for code in award.classes:
                self._kinds[who].setdefault(code[: self._settings.r048.digits], process.ocid)
                seen.add(who)
        for who in seen:
            self._supplied[who] += 1

    def finish(self) -> tuple[list[Raised], list[Fences]]:
        """All flags and the limits they met."""
        raised: list[Raised] = []
        fences: list[Fences] = []
        for part in (self._close(), self._losers(), self._disqualified(), self._varied(),
                     self._discounted()):  # fmt: skip
            raised += part[0]
            fences += part[1]
        return raised, fences

    def _close(self) -> tuple[list[Raised], list[Fences]]:
        q1, q3 = quartiles(gap for gap, _, _ in self._gaps.values())
        fixed = self._settings.r024.limit
        limit = q1 - 1.5 * (q3 - q1) if fixed is None else fixed
        # With no room below the quartile a fence would flag most processes: nothing is said.
        quiet = not limit > 0.0 or (fixed is None and not q1 > 0.0)
        fence = _fence("R024", "process", len(self._gaps), q1, q3, limit, fixed, quiet=quiet)
        out: list[Raised] = []
        for ocid, (gap, winner, second) in self._gaps.items():
            if quiet or gap > limit:
                continue
            seen = _pair(winner, second)
            out.append(Raised("R024", "process", ocid, ocid, gap, limit, seen))
            out += [Raised("R024", "tenderer", bid.tenderers[0], ocid, gap, limit, seen)
                    for bid in (winner, second)]  # fmt: skip
        return out, [fence]

    def _discounted(self) -> tuple[list[Raised], list[Fences]]:
        q1, q3 = quartiles(gap for gap, _, _ in self._gaps.values())
        fixed = self._settings.r058.limit
        limit = q3 + 1.5 * (q3 - q1) if fixed is None else fixed
        quiet = not limit > 0.0
        fence = _fence("R058", "process", len(self._gaps), q1, q3, limit, fixed, quiet=quiet)
        out: list[Raised] = []
        for ocid, (gap, winner, second) in self._gaps.items():
            if quiet or gap < limit:
                continue
            seen = _pair(winner, second)
            out.append(Raised("R058", "process", ocid, ocid, gap, limit, seen))
            out.append(Raised("R058", "tenderer", winner.tenderers[0], ocid, gap, limit, seen))
        return out, [fence]

    def _losers(self) -> tuple[list[Raised], list[Fences]]:
        rule = self._settings.r025
        if not self._won:
            nan = float("nan")
            return [], [_fence("R025", "tenderer", 0, nan, nan, nan, rule.limit, quiet=True)]
        counts = np.array([tally.whole for tally in self._won.values()], float)
        often = float(np.quantile(counts, rule.percentile / 100, method="median_unbiased"))
        q1, q3 = quartiles(tally.ratio for tally in self._won.values())
        limit = q1 - 1.5 * (q3 - q1) if rule.limit is None else rule.limit
        quiet = not limit > 0.0 or (rule.limit is None and not q1 > 0.0)
        out = [
            Raised("R025", "tenderer", who, "", tally.ratio, limit,
                   {"valid_bids": tally.whole, "won": tally.part, "often_from": often,
                    "processes": tally.examples})
            for who, tally in self._won.items()
            if not quiet and tally.whole >= often and tally.ratio <= limit
        ]  # fmt: skip
        fence = _fence("R025", "tenderer", len(self._won), q1, q3, limit, rule.limit, quiet=quiet)
        return out, [fence]

    def _disqualified(self) -> tuple[list[Raised], list[Fences]]:
        rule = self._settings.r038
        out: list[Raised] = []
        fences: list[Fences] = []
        for level, tallies in self._lost.items():
            kept = {
                who: tally for who, tally in tallies.items()
                if tally.whole >= rule.minimum_bids
                and (level == "tenderer" or tally.processes >= rule.minimum_processes)
            }  # fmt: skip
            q1, q3 = quartiles(tally.ratio for tally in kept.values())
            limit = q3 + 1.5 * (q3 - q1) if rule.limit is None else rule.limit
            quiet = not limit > 0.0
            fences.append(_fence("R038", level, len(kept), q1, q3, limit, rule.limit, quiet=quiet))
            out += [
                Raised("R038", level, who, "", tally.ratio, limit,
                       {"disqualified": tally.part, "submitted": tally.whole,
                        "processes": tally.examples})
                for who, tally in kept.items() if not quiet and tally.ratio >= limit
            ]  # fmt: skip
        return out, fences

    def _varied(self) -> tuple[list[Raised], list[Fences]]:
        rule = self._settings.r048
        kept = {
            who: kinds for who, kinds in self._kinds.items()
            if self._supplied[who] >= rule.minimum_processes
        }  # fmt: skip
        q1, q3 = quartiles(len(kinds) for kinds in kept.values())
        limit = q3 + 1.5 * (q3 - q1) if rule.limit is None else rule.limit
        quiet = not limit > 0.0
        out = [
            Raised("R048", "tenderer", who, "", len(kinds), limit,
                   {"classes": {kind: kinds[kind] for kind in sorted(kinds)},
                    "awarded_in": self._supplied[who]})
            for who, kinds in kept.items() if not quiet and len(kinds) >= limit
        ]  # fmt: skip
        return out, [_fence("R048", "tenderer", len(kept), q1, q3, limit, rule.limit, quiet=quiet)]


def _fence(
    flag: str, level: str, compared: int, q1: float, q3: float, limit: float,
    fixed: float | None, *, quiet: bool,
) -> Fences:  # fmt: skip
    if not compared:
        note = "nothing to compare"
    elif quiet:
        note = "no fence above zero: nothing can stand out"
    else:
        note = "fixed by settings" if fixed is not None else "fence of the data"
    return Fences(flag, level, compared, q1, q3, limit, note)


def _pair(winner: Bid, second: Bid) -> dict[str, Any]:
    return {
        name: {"id": bid.id, "tenderer": bid.tenderers[0], "amount": bid.amount,
               "currency": bid.currency}
        for name, bid in (("winner", winner), ("second_lowest", second))
    }  # fmt: skip
