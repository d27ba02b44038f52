"""Derived figures: the formulas of ``claim_checks``, computed from the claims they name."""

from __future__ import annotations

from typing import Any

import pandas as pd

from beltroad.errors import DataError, InputError
from beltroad.evidence.claims.findings import Finding, compare, difference
from beltroad.evidence.claims.formula import parse
from beltroad.evidence.claims.rows import rows_of
from beltroad.evidence.claims.values import Figure, figure
from beltroad.evidence.claims.wording import figure_text

__all__ = ["claim_figure", "formula_findings"]

COUNTS = ("count", "rank")


def claim_figure(row: dict[str, Any]) -> Figure:
    """What a claim's number can mean."""
    return figure(
        float(row["value"]), str(row["bound"]), float(row["value_high"]),
        counted=row["measure"] in COUNTS and row["bound"] == "exact",
    )  # fmt: skip


def formula_findings(checks: pd.DataFrame, frame: pd.DataFrame) -> list[Finding]:
    """One finding a check.

    Raises
    ------
    DataError
        If a formula cannot be read or computed, or names a claim that is not there.
    """
    rows = {r["claim_id"]: r for r in rows_of(frame)}
    return [_finding(check, rows) for check in rows_of(checks)]


def _finding(check: dict[str, Any], rows: dict[str, dict[str, Any]]) -> Finding:
    name = str(check["check_id"])
    inputs: dict[str, str] = {}
    for part in str(check["inputs"]).split(";"):
        key, equals, value = part.partition("=")
        if not equals:
            raise DataError(f"claim_checks, {name}: input {part!r} is not written name=claim")
        inputs[key.strip()] = value.strip()
    expected = str(check["expected"]).strip()
    stated = bool(expected) and not expected.startswith("=")
    named = [*inputs.values(), *([expected] if stated else [])]
    if lost := [c for c in named if c not in rows]:
        raise DataError(f"claim_checks, {name}: there is no claim {lost[0]!r}")
    try:
        computed = parse(str(check["formula"])).figure(
            {key: claim_figure(rows[claim]) for key, claim in inputs.items()}
        )
        target = (
            claim_figure(rows[expected]) if stated
            else figure(float(expected[1:])) if expected else computed
        )  # fmt: skip
    except (InputError, ValueError) as error:
        raise DataError(f"claim_checks, {name}: {error}") from None
    verdict = compare(computed, target)
    if not stated and verdict in ("agrees", "agrees within rounding"):
        verdict = "derived"
    return Finding(
        finding=name, kind="derived figure", test=str(check["kind"]), title=str(check["title"]),
        verdict=verdict, claims=tuple(dict.fromkeys(named)), unit=str(check["unit"]),
        stated=figure_text(rows[expected]) if stated else "",
        note=str(check["note"]), **difference(computed, target),
    )  # fmt: skip
