"""What the country model does not see, or hardly, said beside the grade and never mixed into it."""

from __future__ import annotations

import pandas as pd

from beltroad import evidence
from beltroad.risk.country import indicators

__all__ = ["CONFLICT_FROM", "CONFLICT_YEARS", "UNSTABLE_AT", "flags"]

CONFLICT_FROM = 100
"""Deaths in one year, by where they occurred; battles only up to 2018."""
CONFLICT_YEARS = 5
"""Years that are looked at, that of the grade among them."""
UNSTABLE_AT = -1.0
"""Political stability at or below it, in standard deviations: about the lowest sixth."""


def flags(
    table: pd.DataFrame, missing: pd.DataFrame, data: pd.DataFrame | None = None
) -> dict[str, str]:
    """Flags in words, by economy; empty where there is none.

    Parameters
    ----------
    table
        Indicators by iso3, with the ``year`` that each economy is looked at in.
    missing
        Which indicators of the model are imputed.
    data
        Figures of the user, see :func:`~beltroad.risk.country.indicators.figures`.
    """
    held = indicators.figures(data)
    deaths = held["conflict_deaths"].fillna(held["battle_deaths"]).dropna()
    by_code = dict(list(deaths.reset_index("iso3", drop=True).groupby(
        deaths.index.get_level_values("iso3"))))  # fmt: skip
    lists = dict(list(evidence.load("risk_sanctions").groupby("iso3")))
    years = dict(zip(table.index, table["year"].astype(int), strict=True))
    stability = dict(zip(table.index, table["political_stability"], strict=True))
    unknown = set(missing.index[missing["reserves_pct_external_debt"]])
    found: dict[str, str] = {}
    for code, year in years.items():
        parts = [_conflict(by_code.get(code), year), _sanctions(lists.get(code), year)]
        unseen = ", ".join(p for p in parts if p)
        said = [f"not seen by the model: {unseen}"] if unseen else []
        if stability[code] <= UNSTABLE_AT:
            said.append(
                f"political stability among the lowest ({stability[code]:.2f}), in the model"
            )
        if code in unknown:
            said.append("reserves not known, typical ones taken")
        found[str(code)] = "; ".join(said)
    return found


def _conflict(own: pd.Series | None, year: int) -> str:
    """The worst year of the last few."""
    if own is None:
        return ""
    late = own[(own.index > year - CONFLICT_YEARS) & (own.index <= year)]
    if late.empty or late.max() < CONFLICT_FROM:
        return ""
    return f"conflict ({late.max():,.0f} deaths in {late.idxmax()})"


def _sanctions(own: pd.DataFrame | None, year: int) -> str:
    """Programmes that name the economy, of lists not later than the year."""
    if own is None:
        return ""
    early = own[own["year"] <= year]
    return ", ".join(
        f"sanctions programme of {issuer} (list of {listed})"
        for issuer, listed in zip(early["issuer"], early["year"], strict=True)
    )
