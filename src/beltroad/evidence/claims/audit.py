"""The audit: derived figures recomputed, series lined up in time, conflicts and jumps shown.

Nothing is corrected or chosen: every finding is a row that names the claims it rests on.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from beltroad.evidence.claims.audit_checks import formula_findings
from beltroad.evidence.claims.audit_flows import flow_findings
from beltroad.evidence.claims.audit_series import series_findings
from beltroad.evidence.claims.audit_sources import source_findings
from beltroad.evidence.claims.findings import COLUMNS, KINDS, VERDICTS, to_frame
from beltroad.evidence.claims.frames import Tables, bundled, joined
from beltroad.evidence.claims.lines import lines

__all__ = ["COLUMNS", "KINDS", "VERDICTS", "audit"]


def audit(*, tables: Tables | None = None) -> pd.DataFrame:
    """All findings of the audit, one row each.

    Parameters
    ----------
    tables
        Other tables than the bundled ones.

    Returns
    -------
    pandas.DataFrame
        ``finding`` (identifier), ``kind`` (:data:`KINDS`), ``test``, ``title``, ``verdict``
        (:data:`VERDICTS`), ``computed`` and ``expected`` with the intervals of their rounding
        (``_low``, ``_high``), ``gap`` (computed less expected), ``gap_pct`` (of expected),
        ``unit``, ``claims`` (identifiers joined by ``;``), ``stated`` (the claim in words, where
        one is recomputed) and ``note``. Numbers that do not
        apply are NaN.

    Raises
    ------
    DataError
        If a check names a claim that is not there or cannot be computed.
    """
    return _audit(tables or bundled()).copy()


@lru_cache(maxsize=4)
def _audit(tables: Tables) -> pd.DataFrame:
    frame = joined(tables)
    every = lines(frame)
    formulas = formula_findings(tables.checks, frame)
    done = {frozenset(each.claims) for each in formulas}
    return to_frame([
        *formulas,
        *series_findings(every),
        # A growth rate that a formula recomputes from the same claims is one finding, not two.
        *(each for each in flow_findings(every) if frozenset(each.claims) not in done),
        *source_findings(frame),
    ])  # fmt: skip
