"""Series against themselves: claims of one date, totals that fall, bounds that undercut, jumps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from beltroad.evidence.claims.findings import Finding, compare, difference
from beltroad.evidence.claims.lines import LOWER, Line, Point, speaker
from beltroad.evidence.claims.wording import period_text

__all__ = ["JUMP", "series_findings"]

JUMP = 5.0
"""A change of more than this many times the median change of its series is a jump."""
FEWEST = 5
"""Steps that a series needs before a usual one can be told."""
SHORTEST_DAYS = 30
"""Claims closer in time than this say nothing about the pace."""
AS_OF = ("cumulative", "stock", "count")
"""Measures whose claims hold for a day; the others belong to a period."""
LEAST_CHANGE = 0.25
"""A yearly change of less than this share is no jump, however flat the series."""


def series_findings(every: Sequence[Line]) -> list[Finding]:
    """Findings of the kinds "same date", "order" and "jump"."""
    found: list[Finding] = []
    for line in every:
        found += _same_date(line)
        if line.measure in AS_OF:
            found += _falls(line)
        if line.measure == "flow" and "_net_" not in line.indicator:
            found += _parts(line)
        if line.measure in ("cumulative", "stock", "count", "flow"):
            found += _jumps(line)
    return found


def _same_date(line: Line) -> list[Finding]:
    """Claims of one period against the surest of them; agreement is one finding a period."""
    groups: dict[tuple[object, ...], list[Point]] = {}
    for point in line.points:
        since = None if line.measure in AS_OF else point.first
        groups.setdefault((since, point.last), []).append(point)
    found = []
    for points in groups.values():
        if len(points) < 2:
            continue
        first, *others = sorted(points, key=lambda p: p.rank)
        agreeing, worst = [first], "agrees"
        for other in others:
            verdict = compare(other.figure, first.figure)
            if verdict in ("agrees", "agrees within rounding"):
                agreeing.append(other)
                worst = max(worst, verdict, key=len)
                continue
            found.append(_pair("same date", "conflict" if verdict == "disagrees" else "bound",
                               line, first, other, verdict,
                               f"{_when(first)}: {_against(other, first)}"))  # fmt: skip
        if len(agreeing) > 1:
            said = f"{_when(first)}: {first.text}, {len(agreeing)} claims: {_speakers(agreeing)}"
            made = _pair("same date", "repeat", line, first, agreeing[1], worst, said)
            found.append(_with_claims(made, agreeing))
    return found


def _falls(line: Line) -> list[Finding]:
    """A total to date below an earlier one, or a bound of what was passed before."""
    found = []
    highest: Point | None = None
    for point in line.points:
        if highest is not None and point.last > highest.last:
            below = point.figure.rounded.high < highest.figure.rounded.low
            if line.measure != "cumulative" and point.bound not in LOWER:
                below = False  # a count may fall; only a bound that undercuts is worth a look
            if below and not (highest.start and point.start and highest.start != point.start):
                lower = point.bound in LOWER
                note = (
                    f"says only more than a number that {_when(highest)} had passed" if lower else
                    f"{_when(point)} is below {_when(highest)}; a total to date cannot fall"
                )  # fmt: skip
                verdict = "consistent" if point.figure.full.high >= highest.figure.full.low else (
                    "disagrees"
                )  # fmt: skip
                found.append(
                    _pair("order", "bound" if lower else "falls", line, highest, point, verdict,
                          f"{note}: {_against(point, highest)}")
                )  # fmt: skip
        if highest is None or point.figure.rounded.low > highest.figure.rounded.low:
            highest = point
    return found


def _parts(line: Line) -> list[Finding]:
    """A part of a period with more than the whole."""
    found = []
    for whole in line.points:
        for part in line.points:
            inside = whole.first <= part.first and part.last <= whole.last
            if not inside or (whole.first, whole.last) == (part.first, part.last):
                continue
            if whole.figure.rounded.high < part.figure.rounded.low:
                possible = whole.figure.full.high >= part.figure.full.low
                found.append(_pair(
                    "order", "part", line, part, whole, "consistent" if possible else "disagrees",
                    f"{_when(part)} lies in {_when(whole)} but has more: {_against(part, whole)}",
                ))  # fmt: skip
    return found


def _jumps(line: Line) -> list[Finding]:
    """Changes a year beyond ``JUMP`` times the median one of the series."""
    points = _one_a_date(line)
    steps = []
    for before, after in pairwise(points):
        years = (after.last - before.last).days / 365.25
        if years * 365.25 < SHORTEST_DAYS:
            continue
        steps.append((_change(line.measure, before, after) / years, before, after))
    if len(steps) < FEWEST:
        return []
    usual = median(abs(s[0]) for s in steps)
    found = []
    for step, before, after in steps:
        relative = abs(step) / max(abs(before.figure.value), 1e-12) if (
            line.measure == "cumulative") else abs(step)  # fmt: skip
        if usual > 0 and abs(step) > JUMP * usual and relative > LEAST_CHANGE:
            found.append(_pair(
                "jump", "pace", line, before, after, "jump",
                f"{before.text} ({_when(before)}, {speaker(before)}), then {after.text} "
                f"({_when(after)}, {speaker(after)}): {abs(step) / usual:.1f} times the usual pace"
            ))  # fmt: skip
    return found


def _one_a_date(line: Line) -> list[Point]:
    """The surest claim of each date; for flows only whole calendar years."""
    chosen: dict[object, Point] = {}
    for point in line.points:
        if line.measure == "flow" and not (
            point.first.year == point.last.year and (point.last - point.first).days >= 364
        ):
            continue
        known = chosen.get(point.last)
        if known is None or point.rank < known.rank:
            chosen[point.last] = point
    return [chosen[day] for day in sorted(chosen, key=str)]


def _change(measure: str, before: Point, after: Point) -> float:
    """Smallest change that rounding allows: absolute for totals, of the logarithm otherwise."""
    low, high = before.figure.rounded, after.figure.rounded
    if low.overlaps(high):
        return 0.0
    a, b = (low.high, high.low) if high.low > low.high else (low.low, high.high)
    if measure == "cumulative":
        return b - a
    return math.log(b / a) if a > 0 and b > 0 else 0.0


def _pair(kind: str, test: str, line: Line, first: Point, second: Point, verdict: str,
          note: str) -> Finding:  # fmt: skip
    return Finding(
        finding=f"{kind.replace(' ', '-')}:{first.claim}:{second.claim}", kind=kind, test=test,
        title=line.title, verdict=verdict, claims=(first.claim, second.claim), unit=line.unit,
        stated="", note=note, **difference(second.figure, first.figure),
    )  # fmt: skip


def _with_claims(made: Finding, points: Sequence[Point]) -> Finding:
    return replace(made, claims=tuple(p.claim for p in points))


def _when(point: Point) -> str:
    return period_text({"period_start": point.start, "period_end": point.end})


def _against(one: Point, other: Point) -> str:
    """Both figures with their speakers; with their documents where the speaker is the same."""
    same = speaker(one) == speaker(other)
    who = [speaker(p) + (f", {p.document}" if same and one.document != other.document else "")
           for p in (one, other)]  # fmt: skip
    if same and one.document == other.document:
        return f"{one.text} and {other.text} ({who[0]})"
    return f"{one.text} ({who[0]}) against {other.text} ({who[1]})"


def _speakers(points: Sequence[Point]) -> str:
    return "; ".join(dict.fromkeys(speaker(p) for p in points))
