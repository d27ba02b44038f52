"""The tables that claims are made of, and their common form: one row a claim."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import pandas as pd

from beltroad.errors import DataError
from beltroad.evidence.claims.figures import service_claims
from beltroad.evidence.claims.same import without_repeats
from beltroad.evidence.tables import load

__all__ = ["COLUMNS", "NUMBERS", "Tables", "bundled", "joined"]

CLAIM = (
    "claim_id", "document", "place", "wording", "pillar", "subject", "indicator", "value",
    "value_high", "bound", "unit", "price_basis", "period_start", "period_end", "geography",
    "partner", "said_by", "status", "confidence", "note",
)  # fmt: skip
INDICATOR = ("indicator_title", "measure")
DOCUMENT = ("document_title", "author", "publisher", "published_on", "language", "url", "licence")
COLUMNS = (*CLAIM, *INDICATOR, "geography_title", "partner_title", *DOCUMENT, "table")
"""Columns of the frame that :func:`beltroad.evidence.claims.claims` gives."""
NUMBERS = ("value", "value_high")


@dataclass(frozen=True, eq=False)  # compared by identity, so that joining is done once
class Tables:
    """The tables as they are bundled; ``figures`` may be empty frames of the same columns.

    Attributes
    ----------
    claims, documents, indicators, geographies, checks
        As data/build_claims.py writes them.
    service_figures
        Claims of the named services; joined in as further claims.
    services
        Names of the services.
    """

    claims: pd.DataFrame
    documents: pd.DataFrame
    indicators: pd.DataFrame
    geographies: pd.DataFrame
    checks: pd.DataFrame
    service_figures: pd.DataFrame
    services: pd.DataFrame


@lru_cache(maxsize=1)
def bundled() -> Tables:
    """The bundled tables, read once."""
    return Tables(
        load("claims"), load("claim_documents"), load("claim_indicators"),
        load("claim_geographies"), load("claim_checks"), load("service_figures"), load("services"),
    )  # fmt: skip


@lru_cache(maxsize=4)
def _joined(t: Tables) -> pd.DataFrame:
    own = t.claims.assign(table="claims")
    further, indicators, documents = service_claims(
        t.service_figures, t.services, t.claims, t.indicators, t.documents, t.geographies
    )
    every = pd.concat([own, further], ignore_index=True)
    every = without_repeats(every)
    documents = pd.concat([t.documents, documents], ignore_index=True)
    indicators = pd.concat([t.indicators, indicators], ignore_index=True)
    every = _look_up(every, documents, "document", {"title": "document_title"} | {
        c: c for c in DOCUMENT if c != "document_title"})  # fmt: skip
    every = _look_up(
        every, indicators, "indicator", {"title": "indicator_title", "measure": "measure"}
    )
    titles = _titles(t.geographies)
    for column in ("geography", "partner"):
        every[f"{column}_title"] = [titles.get(code, code) for code in every[column]]
    for column in NUMBERS:
        # As printed: reading CSV can be off in the 16th digit, and digits say how exact a claim is.
        every[column] = [float(f"{float(v):.15g}") for v in every[column]]
    text = [c for c in COLUMNS if c not in NUMBERS]
    every[text] = every[text].fillna("").astype(str)
    repeated = every["claim_id"][every["claim_id"].duplicated()].tolist()
    if repeated:
        raise DataError(f"claims: claim_id {repeated[0]!r} stands twice; run data/build_claims.py")
    return every[list(COLUMNS)].reset_index(drop=True)


def joined(tables: Tables | None = None) -> pd.DataFrame:
    """Every claim once, with its indicator and its document; a fresh frame.

    Raises
    ------
    DataError
        If a claim names a document or an indicator that is not there.
    """
    return _joined(tables or bundled()).copy()


def _look_up(frame: pd.DataFrame, other: pd.DataFrame, key: str,
             columns: dict[str, str]) -> pd.DataFrame:  # fmt: skip
    keys = other[key].tolist()
    lost = sorted(set(frame[key]) - set(keys))
    if lost:
        raise DataError(f"claims: {key} {lost[0]!r} is not in its table; run data/build_claims.py")
    if len(set(keys)) < len(keys):
        raise DataError(f"claims: a {key} stands twice in its table; run data/build_claims.py")
    values = other.set_index(key)
    return frame.assign(
        **{to: frame[key].map(values[name]).to_numpy() for name, to in columns.items()}
    )


def _titles(geographies: pd.DataFrame) -> dict[str, str]:
    from beltroad.evidence.economies import table

    economies = table()
    names = dict(zip(economies["iso3"], economies["name"], strict=True))
    return names | dict(zip(geographies["geography"], geographies["title"], strict=True))
