"""Ledger rows from the claims of the evidence base: nothing is typed a second time."""

from __future__ import annotations

import math
import re
from typing import Any

import pandas as pd

from beltroad.evidence.claims import claims
from beltroad.evidence.dates import days_of
from beltroad.finance.invest.vocabulary import COLUMNS

__all__ = ["INDICATORS", "claim_rows"]

_OUT, _IN = "outward", "inward"
# Indicator: source, direction, measure, instrument. The source is who counts, not who tells.
INDICATORS: dict[str, tuple[str, str, str, str]] = {
    "bri_ofdi": ("mofcom-bulletin", _OUT, "flow", "fdi"),
    "bri_ofdi_stock": ("mofcom-bulletin", _OUT, "stock", "fdi"),
    "bri_outward_investment": ("mofcom-cooperation", _OUT, "flow", "fdi_nonfinancial"),
    "bri_outward_investment_cny": ("mofcom-cooperation", _OUT, "flow", "fdi_nonfinancial"),
    "bri_inward_investment": ("mofcom-cooperation", _IN, "flow", "fdi_utilised"),
    "bri_inward_investment_cny": ("mofcom-cooperation", _IN, "flow", "fdi_utilised"),
    "bri_contracts_new": ("mofcom-cooperation", _OUT, "contract_new", "contracts"),
    "bri_contracts_new_cny": ("mofcom-cooperation", _OUT, "contract_new", "contracts"),
    "bri_contracts_turnover": ("mofcom-cooperation", _OUT, "contract_done", "contracts"),
    "bri_contracts_turnover_cny": ("mofcom-cooperation", _OUT, "contract_done", "contracts"),
    "bri_outward_investment_total": ("statements", _OUT, "flow", "fdi"),
    "bri_inward_investment_total": ("statements", _IN, "flow", "fdi"),
    "bri_two_way_investment_total": ("statements", "both", "flow", "fdi"),
    "bri_contracts_new_total": ("statements", _OUT, "contract_new", "contracts"),
    "bri_contracts_turnover_total": ("statements", _OUT, "contract_done", "contracts"),
    "fdi_inward_total": ("statements", _IN, "flow", "fdi_utilised"),
    "fdi_inward_cny": ("mofcom-fdi", _IN, "flow", "fdi_utilised"),
    "zones_investment": ("mofcom-zones", _OUT, "stock", "zone_investment"),
    "srf_committed": ("srf", _OUT, "commitment", "fund"),
    "aiib_financing": ("aiib", _OUT, "commitment", "loan"),
    "aiib_financing_cumulative": ("aiib", _OUT, "commitment", "loan"),
}
"""Which claims are rows of the ledger, and as what. Growth rates and counts are not."""
_YEAR_END = re.compile(r"(\d{4})-12(-31)?", re.ASCII)


def claim_rows() -> pd.DataFrame:
    """Every claim of :data:`INDICATORS` as a ledger row; ``document`` is the claim."""
    found = claims()
    found = found[found["indicator"].isin(INDICATORS)]
    return pd.DataFrame(
        [_row(each) for each in found.to_dict("records")], columns=list(COLUMNS)
    )  # fmt: skip


def _row(claim: dict[Any, Any]) -> dict[str, Any]:
    source, direction, measure, instrument = INDICATORS[claim["indicator"]]
    # Zones are claimed of where they lie; their investor is the partner of the claim.
    zones = claim["partner"] == "CHN"
    reporter = claim["partner"] if zones else claim["geography"]
    partner = (claim["geography"] if zones else claim["partner"]) or "WORLD"
    if reporter in ("AIIB", "SRF"):
        reporter, partner = "CHN" if reporter == "SRF" else "WORLD", "WORLD"
    period = _period(claim, stock=measure == "stock")
    amount = float(claim["value"]) / 1e6
    dollars = claim["unit"] == "USD"
    # Of direct investment in the white papers only the finance part is sometimes left out.
    if instrument == "fdi" and "non-financial" in claim["subject"]:
        instrument = "fdi_nonfinancial"
    return {
        "reporter": reporter, "partner": partner, "direction": direction, "measure": measure,
        "instrument": instrument, "industry": "", "year": days_of(period.split(":")[-1])[1].year,
        "period": period, "value_usd_mn": amount if dollars else math.nan,
        "bound": claim["bound"], "own_value_mn": math.nan if dollars else amount,
        "own_currency": "" if dollars else claim["unit"], "price_basis": "current USD",
        "as_published": claim["unit"], "status": "", "source": source,
        "document": f"claim {claim['claim_id']}", "confidence": claim["confidence"],
        "note": claim["note"],
    }  # fmt: skip


def _period(claim: dict[Any, Any], *, stock: bool) -> str:
    start, end = str(claim["period_start"]), str(claim["period_end"])
    whole = _YEAR_END.fullmatch(end)
    if stock:
        return whole[1] if whole else end
    end = whole[1] if whole and len(start) == 4 else end
    if not start:
        return f":{end}"
    return end if start == end else f"{start}:{end}"
