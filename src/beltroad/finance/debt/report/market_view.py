"""What readers of an assessment of a market-financing country want to see, in words and tables."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.finance.debt import parameters
from beltroad.finance.debt.bri.market import MarketAssessment

__all__ = ["FRAMEWORK", "FRAMEWORKS", "OWN_RULES", "SIGNALS", "drivers", "horizon", "identity",
           "limits", "loss_rows", "parameter_table"]  # fmt: skip

FRAMEWORK = "BRI-DSF for market-financing countries (2023)"
FRAMEWORKS = ("bri-dsf-market", "mac-srdsf", "mac-dsa-2013")
"""Whose parameters the assessment uses."""
SIGNALS = {
    "overall": "Overall signal",
    "near": "Near term",
    "medium": "Medium term",
    "solvency": "Medium term: solvency",
    "liquidity": "Medium term: liquidity",
    "long": "Long term",
}
OWN_RULES = (
    "Near term: two benchmarks above their upper line give high, one (or two above the lower line) "
    "moderate. This rule is ours; the benchmarks of 2013 came without one.",
    "Long term: no flag gives low, one moderate, two or more high. This rule is ours.",
    "Overall: the worse of near and medium term; a high long-term signal alone makes it moderate. "
    "This rule is ours.",
)
"""How signals are put together where no text says so."""


def horizon(first_year: int, on: str = "") -> range:
    """Years from t to the end of the framework's baseline."""
    years = int(parameters.load("bri-dsf-market", on)["horizon.years"])
    return range(first_year, first_year + years + 1)


def identity(found: MarketAssessment, on: str = "") -> list[tuple[str, str]]:
    """Facts that name the assessment."""
    years = horizon(found.inputs.first_year, on)
    force = f"parameters in force on {on}" if on else "latest parameters"
    return [
        ("Framework", f"{FRAMEWORK}, {force}"),
        ("Figures", str(found.inputs.settings.get("vintage") or "vintage not stated")),
        ("Projection", f"{years[0]} to {years[-1]}, the framework's ten years"
         if len(years) == 11 else f"{years[0]} to {years[-1]}"),
    ]  # fmt: skip


def _names(table: pd.DataFrame, mask: pd.Series, column: str) -> str:
    names = [str(n).split(",")[0] for n in table.loc[mask, column]]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def drivers(found: MarketAssessment) -> str:
    """What each horizon's signal rests on, in sentences."""
    heat, long, signals = found.near.heat_map, found.long, found.signals
    said = [f"Near term {signals['near']}"]
    raised = heat["signal"].isin(("high", "moderate"))
    if raised.any():
        said[-1] += f": {_names(heat, raised, 'indicator')} above a benchmark"
    elif signals["near"] == "low":
        said[-1] += ": nothing that is known lies above a benchmark"
    said.append(f"Medium term {signals['medium']}: liquidity {signals['liquidity']}, solvency "
                f"{signals['solvency']}")  # fmt: skip
    flagged = long["flag"] == "yes"
    said.append(f"Long term {signals['long']}: " + (
        _names(long, flagged, "item") if flagged.any() else "no check raises a flag"))  # fmt: skip
    unknown = int((long["flag"] == "unknown").sum())
    if unknown:
        said[-1] += f", {unknown} could not be made"
    return ". ".join(said) + "."


def limits(on: str = "") -> dict[str, float]:
    """Benchmarks that the charts show, % of GDP."""
    values = parameters.load("mac-dsa-2013", on)
    return {
        "public_debt_pct_gdp": values["benchmark.debt_pct_gdp"],
        "gross_financing_need_pct_gdp": values["benchmark.gfn_pct_gdp"],
    }


def loss_rows(found: MarketAssessment) -> dict[str, Any]:
    """Expected loss with probabilities down and kinds of creditors across."""
    loss = found.loss
    if loss.empty:
        return {"creditors": [], "rows": [], "exposure": math.nan}
    creditors = loss.drop_duplicates("creditor")
    rows = []
    for name, part in loss.groupby("probability", sort=False):
        cells = [f"{row['expected_loss_pct']:.2f}% (USD {row['expected_loss_usd_mn']:,.0f} million)"
                 for row in part.to_dict("records")]  # fmt: skip
        rows.append((str(name), f"{float(part['probability_pct'].iloc[0]):.1f}%", cells))
    heads = [f"{row['creditor']}, loss {row['loss_given_default_pct']:g}%"
             for row in creditors.to_dict("records")]  # fmt: skip
    return {"creditors": heads, "rows": rows, "exposure": float(loss["exposure_usd_mn"].iloc[0])}


def parameter_table(on: str = "") -> pd.DataFrame:
    """Every parameter that may enter, with its source and how sure it is."""
    table = evidence.load("debt_parameters")
    rows = table[table["framework"].isin(FRAMEWORKS)]
    if on:
        rows = rows[rows["valid_from"] <= on]
    rows = rows.sort_values("valid_from").groupby(["framework", "parameter"], sort=False).tail(1)
    order = rows["framework"].map(FRAMEWORKS.index)
    return rows.iloc[order.argsort(kind="stable")].reset_index(drop=True)
