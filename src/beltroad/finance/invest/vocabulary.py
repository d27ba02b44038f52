"""Words of the ledger: its columns, and what may stand in them."""

from __future__ import annotations

__all__ = [
    "BOUNDS", "COLUMNS", "CONFIDENCE", "DIRECTIONS", "INSTRUMENTS", "INVESTMENT", "KEY", "MEASURES",
    "NUMBERS", "STATUSES", "TEXT",
]  # fmt: skip

COLUMNS = {
    "reporter": ("-", "economy (ISO 3166-1 alpha-3) or group from which the direction is seen"),
    "partner": ("-", "economy or group on the other side"),
    "direction": (
        "-",
        "outward (reporter to partner), inward (partner to reporter), or both added",
    ),
    "measure": ("-", "flow, stock, commitment, contract_new or contract_done"),
    "instrument": ("-", "what is counted; see INSTRUMENTS"),
    "industry": ("-", "ISIC Rev.4 section, or as published; empty: all that the source covers"),
    "year": ("year", "calendar year; of a longer period the last one"),
    "period": (
        "-",
        "YYYY, a date for a stock, START:END for other periods, :END for a total to date",
    ),
    "value_usd_mn": ("million USD", "the amount; unknown if missing, suppressed or not in dollars"),
    "bound": ("-", "exact, about, nearly, more_than, at_least, less_than or up_to, as worded"),
    "own_value_mn": ("million of own currency", "amount as published in another currency"),
    "own_currency": ("-", "ISO 4217 code of that currency"),
    "price_basis": ("-", "current USD, or constant USD of a year: 'constant 2021 USD'"),
    "as_published": ("-", "unit in the publication"),
    "status": ("-", "empty, missing, suppressed, or imputed"),
    "source": ("-", "key of the table investment_sources: who counts, by one method"),
    "document": ("-", "claim, or address where the row was read; empty: the source's own"),
    "confidence": ("-", "high, medium, or low (unconfirmed)"),
    "note": ("-", "remarks"),
}
"""Columns of every ledger with unit and meaning; no more and no fewer."""
NUMBERS = ("year", "value_usd_mn", "own_value_mn")
TEXT = tuple(name for name in COLUMNS if name not in NUMBERS)
KEY = ("source", "price_basis", "reporter", "partner", "direction", "measure", "instrument",
       "industry", "period")  # fmt: skip
"""Rows that share all of these state the same thing."""

DIRECTIONS = ("outward", "inward", "both")
MEASURES = {
    "flow": "in the period",
    "stock": "at a date, or cumulated to it",
    "commitment": "promised in the period",
    "contract_new": "contracts signed in the period",
    "contract_done": "works completed in the period",
}
INSTRUMENTS = {
    "fdi": "direct investment",
    "fdi_nonfinancial": "direct investment without finance",
    "fdi_utilised": "direct investment actually used",
    "equity": "direct investment: equity and reinvested earnings",
    "debt": "direct investment: debt between affiliates",
    "fdi_and_loans": "direct investment and loans",
    "loan": "loans",
    "grant": "grants",
    "oda": "official development assistance",
    "oof": "other official flows",
    "vague": "official flows, class not known",
    "development_finance": "development finance, all classes",
    "contracts": "contracted projects",
    "zone_investment": "investment in cooperation zones",
    "zone_taxes": "taxes paid by cooperation zones",
    "fund": "investment of a fund",
}
INVESTMENT = ("fdi", "fdi_nonfinancial", "fdi_utilised")
"""Instruments that a balance may set against each other; each row says which they are."""
STATUSES = ("", "missing", "suppressed", "imputed")
CONFIDENCE = ("high", "medium", "low")
BOUNDS = ("exact", "about", "nearly", "more_than", "at_least", "less_than", "up_to")
