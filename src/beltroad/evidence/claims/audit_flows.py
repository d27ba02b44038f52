"""Flows beside what rests on them: changes of totals to date, and growth rates."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import pairwise

from beltroad.evidence.claims.findings import Finding, compare, difference
from beltroad.evidence.claims.formula import parse
from beltroad.evidence.claims.lines import Line, Point, speaker
from beltroad.evidence.claims.values import Figure, Interval

__all__ = ["flow_findings"]

SHORTEST_DAYS = 180
UNEVEN = 0.15
"""A part of a year may hold this much more or less than its days' share of the year's flow."""
ENDINGS = ("_growth", "_change")


def flow_findings(every: Sequence[Line]) -> list[Finding]:
    """Flows of calendar years beside totals to date and beside growth rates.

    Totals are compared where they lie half a year or more apart and flows of all years that they
    touch are claimed. A part of a year counts by its days, give or take ``UNEVEN``. Growth of one
    year is on the year before; ``_growth`` over several years is the yearly average from the first
    to the last, ``_change`` the change in all.
    """
    flows: dict[str, list[Line]] = {}
    for line in every:
        if line.measure == "flow":
            flows.setdefault(line.indicator, []).append(line)
    found = []
    for line in every:
        ending = next((e for e in ENDINGS if line.indicator.endswith(e)), "")
        if line.measure == "cumulative":
            name = line.indicator.replace("cumulative_", "").removesuffix("_cumulative")
            flow = _partner(flows.get(name, []), line)
            if flow is not None and flow.unit == line.unit:
                found += _totals(line, flow)
        elif line.measure == "change" and ending:
            flow = _partner(flows.get(line.indicator.removesuffix(ending), []), line)
            if flow is not None:
                found += _growth(line, flow, average=ending == "_growth")
    return found


def _partner(flows: Sequence[Line], line: Line) -> Line | None:
    """The flow that counts the same thing: same subject, else the only one of the whole there."""
    there = [f for f in flows if f.geography == line.geography and (
        f.partner == line.partner or not f.partner or not line.partner)]  # fmt: skip
    same = [f for f in there if f.subject == line.subject]
    if not same and line.whole:
        same = [f for f in there if f.whole]
    exact = [f for f in same if f.partner == line.partner]
    found = exact or same
    return found[0] if len(found) == 1 else None


def _totals(line: Line, flow: Line) -> list[Finding]:
    years = flow.years()
    found = []
    for before, after in pairwise(_apart(line)):
        parts = _parts(before.last, after.last)
        if not parts or any(year not in years for year, _ in parts):
            continue
        change = parse("b - a").figure({"a": before.figure, "b": after.figure})
        total = Figure(0.0, Interval(0.0, 0.0), Interval(0.0, 0.0))
        for year, share in parts:
            total = _plus(total, _part(years[year].figure, share))
        used = tuple(years[year].claim for year, _ in parts)
        told = f"{parts[0][0]}" + (f" to {parts[-1][0]}" if len(parts) > 1 else "")
        found.append(Finding(
            finding=f"flow:{before.claim}:{after.claim}", kind="flow", test="change of total",
            title=line.title, verdict=compare(change, total),
            claims=(before.claim, after.claim, *used), unit=line.unit, stated="",
            note=f"change from {before.end} to {after.end} ({speaker(before)}; {speaker(after)}) "
                 f"beside yearly flows of {told}, parts of years by days",
            **difference(change, total),
        ))  # fmt: skip
    return found


def _growth(line: Line, flow: Line, *, average: bool) -> list[Finding]:
    years = flow.years()
    found = []
    for point in line.points:
        first, last = point.first.year, point.last.year
        if len(point.end) != 4:  # of a part of a year: no flows of calendar years to compare
            continue
        base = first if last > first else first - 1
        if base not in years or last not in years:
            continue
        power = f"**(1/{last - base})" if average else ""
        change = parse(f"100*((b/a){power} - 1)").figure(
            {"a": years[base].figure, "b": years[last].figure}
        )
        found.append(Finding(
            finding=f"growth:{point.claim}", kind="flow", test="growth", title=line.title,
            verdict=compare(change, point.figure), unit=line.unit, stated=point.text,
            claims=(point.claim, years[base].claim, years[last].claim),
            note=f"{base} to {last}: {speaker(point)} beside flows of {speaker(years[base])} and "
                 f"{speaker(years[last])}",
            **difference(change, point.figure),
        ))  # fmt: skip
    return found


def _apart(line: Line) -> list[Point]:
    """The surest total of each half-year or so, in time."""
    chosen: list[Point] = []
    for point in line.points:
        if not chosen or (point.last - chosen[-1].last).days >= SHORTEST_DAYS:
            chosen.append(point)
        elif point.last == chosen[-1].last and point.rank < chosen[-1].rank:
            chosen[-1] = point
    return chosen


def _parts(start: date, end: date) -> list[tuple[int, float]]:
    """Share of each calendar year between two days, the first not included."""
    parts = []
    for year in range(start.year, end.year + 1):
        first = max(start + timedelta(days=1), date(year, 1, 1))
        last = min(end, date(year, 12, 31))
        days = (last - first).days + 1
        if days > 0:
            parts.append((year, days / ((date(year, 12, 31) - date(year, 1, 1)).days + 1)))
    return parts


def _part(figure: Figure, share: float) -> Figure:
    """A part of a year; that years are uneven is no rounding, so it widens ``full`` only."""
    if share == 1:
        return figure
    exact = Interval(share, share)
    spread = Interval(share * (1 - UNEVEN), min(1.0, share * (1 + UNEVEN)))
    return Figure(figure.value * share, figure.rounded * exact, figure.full * spread)


def _plus(a: Figure, b: Figure) -> Figure:
    return Figure(a.value + b.value, a.rounded + b.rounded, a.full + b.full)
