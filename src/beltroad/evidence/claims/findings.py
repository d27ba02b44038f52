"""A finding of the audit, and the table of them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

import pandas as pd

from beltroad.evidence.claims.values import Figure

__all__ = ["COLUMNS", "KINDS", "VERDICTS", "Finding", "compare", "difference", "to_frame"]

NAN = float("nan")
KINDS = {
    "derived figure": "a figure recomputed from others",
    "same date": "several claims of one thing at one date",
    "order": "totals that fall, parts that exceed the whole, bounds below what was known",
    "jump": "a change far beyond the usual one of its series",
    "flow": "totals to date against the flows between them",
    "source": "claims without a date, a document or an address",
}
VERDICTS = {
    "agrees": "equal as printed",
    "agrees within rounding": "numbers that would be printed so are equal",
    "consistent": "possible only because a claim is a bound or says about",
    "disagrees": "not possible as the claims are worded",
    "derived": "a figure that the documents do not state, computed from theirs",
    "jump": "shown, not judged",
    "missing": "the claim lacks something",
}


@dataclass(frozen=True)
class Finding:
    """One row of the audit; see :func:`beltroad.evidence.claims.audit`."""

    finding: str
    kind: str
    test: str
    title: str
    verdict: str
    claims: tuple[str, ...]
    computed: float = NAN
    computed_low: float = NAN
    computed_high: float = NAN
    expected: float = NAN
    expected_low: float = NAN
    expected_high: float = NAN
    gap: float = NAN
    gap_pct: float = NAN
    unit: str = ""
    stated: str = ""
    note: str = ""


COLUMNS = tuple(f.name for f in fields(Finding))


def compare(computed: Figure, expected: Figure) -> str:
    """Verdict on a computed against a stated figure (a key of :data:`VERDICTS`)."""
    if expected.rounded.contains(computed.value):
        return "agrees"
    if computed.rounded.overlaps(expected.rounded):
        return "agrees within rounding"
    return "consistent" if computed.full.overlaps(expected.full) else "disagrees"


def difference(computed: Figure, expected: Figure) -> dict[str, float]:
    """Both figures with their intervals of rounding, and the gap, as columns of a finding."""
    gap = computed.value - expected.value
    return {
        "computed": computed.value, "computed_low": _finite(computed.rounded.low),
        "computed_high": _finite(computed.rounded.high), "expected": expected.value,
        "expected_low": _finite(expected.rounded.low),
        "expected_high": _finite(expected.rounded.high),
        "gap": gap, "gap_pct": 100 * gap / abs(expected.value) if expected.value else NAN,
    }  # fmt: skip


def to_frame(findings: Sequence[Finding]) -> pd.DataFrame:
    """Findings as a table, in the order of :data:`KINDS`, then as given."""
    order = {kind: i for i, kind in enumerate(KINDS)}
    rows = [asdict(f) | {"claims": ";".join(f.claims)}
            for f in sorted(findings, key=lambda f: order[f.kind])]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _finite(value: float) -> float:
    return value if math.isfinite(value) else NAN
