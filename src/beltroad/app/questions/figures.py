"""Indicators of the evidence base: each claim as stated, what derives from it, who differs."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd
from pydantic import BaseModel, ConfigDict

from beltroad import evidence
from beltroad.app.answers import Answer, Column, Figure, Origin, finite, table_of
from beltroad.app.errors import NotFound
from beltroad.app.questions.figures_base import column, figure, text_column
from beltroad.evidence.claims.rows import rows_of

if TYPE_CHECKING:
    from beltroad.evidence.claims.lines import Point

__all__ = [
    "Claim",
    "Conflict",
    "Indicator",
    "Statement",
    "as_claim",
    "claim_figure",
    "claim_origin",
    "claim_rows",
    "conflicts",
    "derived",
    "findings_of",
    "indicator_answer",
    "indicator_of",
    "indicators",
    "surest",
]  # fmt: skip

METHOD = "evidence"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Claim(_Model):
    """One figure as somebody stated it."""

    id: str
    indicator: str
    title: str
    pillar: str
    subject: str
    value: float | None
    value_high: float | None
    bound: str
    unit: str
    stated: str
    measure: str
    period: str
    geography: str
    partner: str
    said_by: str
    confirmed: bool
    confidence: str
    wording: str
    document: str
    place: str
    publisher: str
    published_on: str
    url: str
    licence: str
    note: str


class Indicator(_Model):
    """An indicator with its surest latest claim."""

    id: str
    title: str
    pillar: str
    measure: str
    unit: str
    claims: int
    unconfirmed: int
    conflicts: int
    latest: Figure
    stated: str
    period: str
    confirmed: bool
    said_by: str


class Statement(_Model):
    """One side of a conflict."""

    claim: str
    stated: str
    period: str
    said_by: str
    document: str
    url: str
    confirmed: bool


class Conflict(_Model):
    """Claims that cannot all hold as they are worded; none is chosen."""

    id: str
    title: str
    test: str
    gap: float | None
    gap_pct: float | None
    unit: str
    note: str
    statements: tuple[Statement, ...]


@lru_cache(maxsize=1)
def claim_rows() -> dict[str, dict[str, Any]]:
    """Every claim by its identifier, with all columns of the evidence base."""
    from beltroad.evidence.claims import claims

    return {str(r["claim_id"]): r for r in rows_of(claims())}


@lru_cache(maxsize=1)
def _findings() -> tuple[dict[str, Any], ...]:
    from beltroad.evidence.claims import audit

    return tuple(rows_of(audit()))


@lru_cache(maxsize=1)
def _checks() -> dict[str, dict[str, Any]]:
    return {str(r["check_id"]): r for r in rows_of(evidence.load("claim_checks"))}


def claim_origin(row: dict[str, Any]) -> Origin:
    """Where a claim stands: document, place in it, speaker, wording."""
    from beltroad.evidence.claims.wording import figure_text, period_text

    confirmed = row["status"] == "read"
    known = (
        ("stated as", figure_text(row)), ("said by", row["said_by"]), ("wording", row["wording"]),
        ("place in the document", row["place"]), ("prices", row["price_basis"]),
        ("document published on", row["published_on"]),
    )  # fmt: skip
    publisher = row["publisher"] or row["author"]
    return Origin(
        source=row["document_title"] + (f", {publisher}" if publisher else ""), url=row["url"],
        as_of=period_text(row), licence=row["licence"], kind="claimed", method=METHOD,
        inputs=tuple((label, str(text)) for label, text in known if text),
        note=f"{'confirmed in the document' if confirmed else 'unconfirmed'}, confidence "
             f"{row['confidence'] or 'not given'}" + (f"; {row['note']}" if row["note"] else ""),
    )  # fmt: skip


def _label(row: dict[str, Any]) -> str:
    subject = row["subject"]
    scope = subject[subject.rindex("(") :] if subject.endswith(")") and "(" in subject else ""
    return f"{row['indicator_title']} {scope}".strip()


def claim_figure(row: dict[str, Any]) -> Figure:
    """A claim as a figure; its bound (over, about) stands among the inputs and beside it."""
    high = finite(row["value_high"])
    return figure(
        row["claim_id"], _label(row), finite(row["value"]), row["unit"], claim_origin(row),
        low=finite(row["value"]) if high is not None else None, high=high,
    )  # fmt: skip


def as_claim(row: dict[str, Any]) -> Claim:
    """A row of the evidence base as the API and the pages show it."""
    from beltroad.evidence.claims.wording import figure_text, period_text

    return Claim(
        id=row["claim_id"], indicator=row["indicator"], title=row["indicator_title"],
        pillar=row["pillar"], subject=row["subject"], value=finite(row["value"]),
        value_high=finite(row["value_high"]), bound=row["bound"], unit=row["unit"],
        stated=figure_text(row).removesuffix(" ?"), measure=row["measure"],
        period=period_text(row), geography=row["geography_title"] or row["geography"],
        partner=row["partner_title"], said_by=row["said_by"], confirmed=row["status"] == "read",
        confidence=row["confidence"], wording=row["wording"], document=row["document_title"],
        place=row["place"], publisher=row["publisher"] or row["author"],
        published_on=row["published_on"], url=row["url"], licence=row["licence"],
        note=row["note"],
    )  # fmt: skip


@lru_cache(maxsize=1)
def surest() -> dict[str, dict[str, Any]]:
    """Of each indicator the claim that stands for it: of the whole, latest, then surest."""
    from beltroad.evidence.claims import claims
    from beltroad.evidence.claims.lines import lines

    frame = claims()
    best: dict[str, tuple[tuple[Any, ...], Point]] = {}
    for line in lines(frame):
        # A year's flow says more than that of a month, and a claim that was read more than one
        # that was not; among those the latest counts.
        years = line.years() if line.measure == "flow" else {}
        points = [p for p in (list(years.values()) or list(line.points)) if p.rank[0] == 0]
        points = points or list(line.points)
        last = max(points, key=lambda p: (p.last, tuple(-n for n in p.rank[:3])))
        key = (last.rank[0] == 0, line.whole, last.last.year, len(line.points), last.last)
        if line.indicator not in best or key > best[line.indicator][0]:
            best[line.indicator] = (key, last)
    rows = claim_rows()
    found = {name: rows[point.claim] for name, (_, point) in best.items()}
    for row in rows.values():  # of claims without any date the first one stands
        found.setdefault(row["indicator"], row)
    return found


@lru_cache(maxsize=1)
def conflicts() -> tuple[Conflict, ...]:
    """Every finding of the audit that is not possible as the claims are worded."""
    from beltroad.evidence.claims.wording import figure_text, period_text

    rows = claim_rows()
    found = []
    for each in _findings():
        if each["verdict"] != "disagrees":
            continue
        said = [rows[c] for c in str(each["claims"]).split(";") if c in rows]
        found.append(Conflict(
            id=each["finding"], title=each["title"], test=f"{each['kind']}: {each['test']}",
            gap=finite(each["gap"]), gap_pct=finite(each["gap_pct"]), unit=each["unit"],
            note=each["note"],
            statements=tuple(Statement(
                claim=r["claim_id"], stated=figure_text(r), period=period_text(r),
                said_by=r["said_by"] or r["document_title"], document=r["document_title"],
                url=r["url"], confirmed=r["status"] == "read",
            ) for r in said),
        ))  # fmt: skip
    return tuple(found)


def _of(conflict: Conflict) -> set[str]:
    rows = claim_rows()
    return {rows[s.claim]["indicator"] for s in conflict.statements}


@lru_cache(maxsize=1)
def indicators() -> dict[str, Indicator]:
    """All indicators by code, in the order of their titles."""
    from beltroad.evidence.claims.wording import figure_text, period_text

    members: dict[str, list[dict[str, Any]]] = {}
    for row in claim_rows().values():
        members.setdefault(row["indicator"], []).append(row)
    disputed: dict[str, int] = {}
    for conflict in conflicts():
        for name in _of(conflict):
            disputed[name] = disputed.get(name, 0) + 1
    found = {}
    for code, row in sorted(surest().items(), key=lambda i: (i[1]["indicator_title"], i[0])):
        found[code] = Indicator(
            id=code, title=row["indicator_title"], pillar=row["pillar"], measure=row["measure"],
            unit=row["unit"], claims=len(members[code]),
            unconfirmed=sum(r["status"] != "read" for r in members[code]),
            conflicts=disputed.get(code, 0), latest=claim_figure(row),
            stated=figure_text(row).removesuffix(" ?"), period=period_text(row),
            confirmed=row["status"] == "read", said_by=row["said_by"] or row["document_title"],
        )  # fmt: skip
    return found


def derived(finding: dict[str, Any]) -> Figure:
    """A recomputed figure with formula and the claims that went in."""
    from beltroad.evidence.claims.wording import figure_text, period_text

    rows = claim_rows()
    check = _checks().get(finding["finding"], {})
    names = {
        claim.strip(): letter.strip()
        for letter, _, claim in (p.partition("=") for p in str(check.get("inputs", "")).split(";"))
    }
    said = [rows[c] for c in str(finding["claims"]).split(";") if c in rows]
    inputs = tuple(
        (
            f"{names[r['claim_id']]} = {_label(r)}" if r["claim_id"] in names else _label(r),
            f"{figure_text(r)}, {period_text(r)}, {r['said_by'] or r['document_title']}",
        )
        for r in said
    )
    told = [finding["note"], f"verdict: {finding['verdict']}"]
    if finding["stated"]:
        told.append(f"stated: {finding['stated']}")
    return figure(
        finding["finding"], finding["title"], finite(finding["computed"]), finding["unit"],
        low=finite(finding["computed_low"]), high=finite(finding["computed_high"]),
        origin=Origin(
            source="; ".join(dict.fromkeys(r["document_title"] for r in said)),
            as_of=max((r["period_end"] for r in said), default=""),
            kind="computed", formula=str(check.get("formula", "")) or finding["test"],
            method=METHOD, inputs=inputs, note="; ".join(t for t in told if t),
        ),
    )  # fmt: skip


def findings_of(claims: set[str]) -> list[dict[str, Any]]:
    """Findings that rest on any of these claims, what merely lacks something left out."""
    return [f for f in _findings()
            if f["kind"] != "source" and claims & set(str(f["claims"]).split(";"))]  # fmt: skip


def indicator_of(name: str) -> str:
    """Code of an indicator given by its own or by a claim's identifier.

    Raises
    ------
    NotFound
        If there is neither.
    """
    if name in indicators():
        return name
    if (row := claim_rows().get(name)) is not None:
        return str(row["indicator"])
    raise NotFound(f"no indicator or claim {name!r:.60}; search finds them by words")


_CLAIM_COLUMNS = (
    ("stated", "Stated"), ("period", "Period"), ("subject", "Of"), ("geography", "Where"),
    ("partner", "With"), ("said_by", "Said by"), ("document", "Document"),
    ("confirmed", "Confirmed"),
)  # fmt: skip


def _decimals(rows: list[dict[str, Any]]) -> int:
    return 0 if all(abs(r["value"]) >= 1000 or r["value"] == int(r["value"]) for r in rows) else 2


def indicator_answer(code: str) -> Answer:
    """Everything known of one indicator: claims by time, recomputed figures, conflicts."""
    rows = [r for r in claim_rows().values() if r["indicator"] == code]
    rows.sort(key=lambda r: (r["period_end"], r["period_start"], r["claim_id"]), reverse=True)
    about = indicators()[code]
    frame = pd.DataFrame([
        as_claim(r).model_dump() | {"_origin": claim_origin(r).model_dump(), "confirmed":
                                    "yes" if r["status"] == "read" else "no"} for r in rows
    ])  # fmt: skip
    units = "; ".join(dict.fromkeys(r["unit"] for r in rows))
    columns: list[Column] = [text_column(n, t) for n, t in _CLAIM_COLUMNS]
    columns.insert(
        1,
        column(
            "value",
            "Number",
            units,
            description="The number alone; bound and doubt stand in the column before.",
            decimals=_decimals(rows),
        ),
    )
    notes = []
    if about.unconfirmed:
        notes.append(f"{about.unconfirmed} of {about.claims} claims could not be confirmed.")
    if about.conflicts:
        notes.append(
            f"Claims that do not go together: {about.conflicts}, shown below; none is chosen."
        )
    origin = Origin(source="Documents named in each row", kind="claimed", method=METHOD)
    tables = [table_of("claims", about.title, frame, columns, origin=origin)]
    found = findings_of({r["claim_id"] for r in rows})
    if found:
        checks = pd.DataFrame([{
            "title": f["title"], "test": f"{f['kind']}: {f['test']}", "verdict": f["verdict"],
            "computed": f["computed"], "expected": f["expected"], "gap_pct": f["gap_pct"],
            "unit": f["unit"], "note": f["note"], "_origin": derived(f).origin.model_dump(),
        } for f in found])  # fmt: skip
        tables.append(
            table_of(
                "checks",
                "Checks",
                checks,
                [
                    text_column("title", "What"),
                    text_column("test", "Test"),
                    text_column("verdict", "Verdict"),
                    column("computed", "Computed", "as in column unit", decimals=2),
                    column("expected", "Stated", "as in column unit", decimals=2),
                    column("gap_pct", "Gap", "% of stated", decimals=1),
                    text_column("unit", "Unit"),
                    text_column("note", "Note"),
                ],
                origin=Origin(formula="computed less stated", kind="computed", method=METHOD),
            )
        )
    figures = (about.latest, *(derived(f) for f in found if f["kind"] == "derived figure"))
    return Answer(title=about.title, figures=figures, tables=tuple(tables), notes=tuple(notes))
