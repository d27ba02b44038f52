"""Small tables of claims for tests: nothing from the bundle but the names of economies."""

from __future__ import annotations

from typing import Any

import pandas as pd

from beltroad.evidence.claims import Tables

CLAIM = {
    "claim_id": "", "document": "doc-a", "place": "1", "wording": "", "pillar": "trade",
    "subject": "goods", "indicator": "goods_trade", "value": 1.0, "value_high": float("nan"),
    "bound": "exact", "unit": "USD", "price_basis": "", "period_start": "", "period_end": "2024",
    "geography": "CHN", "partner": "BRI", "said_by": "Customs", "status": "read",
    "confidence": "high", "note": "",
}  # fmt: skip
DOCUMENTS = [
    ["doc-a", "The First Document", "Ann Author", "A Press", "2025-01-02", "en",
     "https://example.org/a", "facts", ""],
    ["doc-b", "The Second Document, a Longer One Than the First", "", "B Press", "2025-03", "en",
     "", "CC BY 4.0", ""],
]  # fmt: skip
INDICATORS = [
    ["goods_trade", "Goods trade", "USD", "trade", "flow", ""],
    ["goods_trade_growth", "Growth of goods trade", "percent", "trade", "change", ""],
    ["trains_cumulative", "Trains since the start", "trains", "infrastructure", "cumulative", ""],
    ["trains", "Trains in a year", "trains", "infrastructure", "flow", ""],
    ["members", "Members", "members", "policy", "count", ""],
    ["colombo_teu", "Containers of Zulu", "TEU", "infrastructure", "flow", ""],
]
GEOGRAPHIES = [["BRI", "Partner economies", "group", ""], ["EUROPE", "Europe", "region", ""]]
CHECK = ["check_id", "title", "formula", "inputs", "expected", "unit", "kind", "note"]
FIGURE = {
    "service_id": "COLOMBO", "figure": "teu", "nature": "flow", "value": 100.0, "unit": "TEU",
    "as_of": "2020", "qualifier": "exact", "scope": "", "claimed_by": "Port of Zulu",
    "source_title": "Zulu Gazette", "source_url": "https://example.org/z", "source_year": 2021.0,
    "confidence": "high", "note": "",
}  # fmt: skip


def make(
    *claims: dict[str, Any], checks: tuple[tuple[str, ...], ...] = (),
    figures: tuple[dict[str, Any], ...] = (),
) -> Tables:  # fmt: skip
    """Tables with these claims; what a claim leaves out is as in ``CLAIM``."""
    rows = [CLAIM | {"claim_id": f"doc-a-{i:02d}"} | c for i, c in enumerate(claims, 1)]
    return Tables(
        pd.DataFrame(rows, columns=list(CLAIM)),
        pd.DataFrame(DOCUMENTS, columns=["document", "title", "author", "publisher",
                                         "published_on", "language", "url", "licence", "note"]),
        pd.DataFrame(INDICATORS, columns=["indicator", "title", "unit", "pillar", "measure",
                                          "description"]),
        pd.DataFrame(GEOGRAPHIES, columns=["geography", "title", "kind", "note"]),
        pd.DataFrame(list(checks), columns=CHECK),
        pd.DataFrame([FIGURE | f for f in figures], columns=list(FIGURE)),
        pd.DataFrame([["COLOMBO", "Port of Zulu"]], columns=["service_id", "name"]),
    )  # fmt: skip
