"""Series: claims of one indicator, place and subject lined up in time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from beltroad.evidence.claims.audit_checks import claim_figure
from beltroad.evidence.claims.dates import span_of
from beltroad.evidence.claims.rows import rows_of
from beltroad.evidence.claims.values import Figure
from beltroad.evidence.claims.wording import figure_text

__all__ = ["LOWER", "Line", "Point", "lines", "speaker"]

LOWER = ("more_than", "at_least")
"""Bounds that any higher number satisfies."""
CONFIDENCE = {"high": 0, "medium": 1, "low": 2}


@dataclass(frozen=True)
class Point:
    """One claim in time."""

    claim: str
    first: date
    last: date
    start: str
    end: str
    figure: Figure
    bound: str
    text: str
    said_by: str
    document: str
    rank: tuple[int, int, int, str]
    """Sort key where one claim must stand for a date: read, confident, a value and no bound."""


@dataclass(frozen=True)
class Line:
    """Claims of one indicator, geography, partner, subject and price basis, by last day."""

    indicator: str
    geography: str
    partner: str
    subject: str
    measure: str
    unit: str
    title: str
    points: tuple[Point, ...]

    @property
    def whole(self) -> bool:
        """Whether it counts all of the subject, not a part named in brackets."""
        return not self.subject.endswith(")")

    def years(self) -> dict[int, Point]:
        """The surest claim of each calendar year, for flows."""
        found: dict[int, Point] = {}
        for point in self.points:
            year = point.last.year
            if point.first != date(year, 1, 1) or point.last != date(year, 12, 31):
                continue
            if year not in found or point.rank < found[year].rank:
                found[year] = point
        return found


def speaker(point: Point) -> str:
    """Who says it; the document where nobody is named."""
    return point.said_by or point.document


def lines(frame: pd.DataFrame) -> list[Line]:
    """All series of the claims; claims without a date are left out."""
    keys = ["indicator", "geography", "partner", "subject", "price_basis"]
    found: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in rows_of(frame):
        found.setdefault(tuple(str(row[k]) for k in keys), []).append(row)
    made = []
    for key in sorted(found):
        rows = found[key]
        points = [p for p in map(_point, rows) if p is not None]
        points.sort(key=lambda p: (p.last, p.first, p.rank))
        scope = re.search(r" \([^()]*\)$", key[3])
        title = str(rows[0]["indicator_title"]) + (scope[0] if scope else "")
        made.append(Line(key[0], key[1], key[2], key[3], str(rows[0]["measure"]),
                         str(rows[0]["unit"]), title, tuple(points)))  # fmt: skip
    return made


def _point(row: dict[str, Any]) -> Point | None:
    start, end = str(row["period_start"]), str(row["period_end"])
    span = span_of(start, end)
    if span is None:
        return None
    confidence = CONFIDENCE.get(str(row["confidence"]), 3)
    unsure = row["status"] != "read" or confidence == 2
    # A value goes before a bound: it says more, even from a lesser source.
    bound = 2 if row["bound"] not in ("exact", "about") else int(row["bound"] == "about")
    rank = (int(unsure), bound, confidence, str(row["claim_id"]))
    return Point(
        claim=str(row["claim_id"]), first=span[0], last=span[1], start=start, end=end,
        figure=claim_figure(row), bound=str(row["bound"]), text=figure_text(row),
        said_by=str(row["said_by"]), document=str(row["document"]), rank=rank,
    )  # fmt: skip
