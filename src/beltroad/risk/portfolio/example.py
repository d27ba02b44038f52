"""A portfolio from open figures: Chinese official finance by economy.

Commitments of other official flows (loans near market terms, not aid) of the last ten years in
the data, in constant 2021 dollars, from AidData's Global Chinese Development Finance Dataset 3.0
(ODC-By) as the table ``investment`` has them. What was committed is not what is outstanding: some
was never drawn, some is repaid. The data name no sector here.
"""

from __future__ import annotations

import pandas as pd

from beltroad import evidence
from beltroad.risk.portfolio.exposures import checked

__all__ = ["SOURCE", "example_exposures"]

SOURCE = (
    "AidData, Global Chinese Development Finance Dataset 3.0 (ODC-By): commitments of other "
    "official flows 2012-2021, constant 2021 USD; not what is outstanding"
)
_YEARS = (2012, 2021)


def example_exposures(grades: pd.DataFrame | None = None) -> pd.DataFrame:
    """Exposures by economy, ready for :func:`~beltroad.risk.portfolio.model.simulate`.

    Borrowers are states, their banks and firms: the published rate of public borrowers is taken,
    as that of sovereigns is of lenders who are preferred creditors. With ``grades`` each is taken
    as a sovereign of its economy's grade, with the recovery of public borrowers.
    """
    table = evidence.load("investment")
    rows = table[
        (table["source"] == "gcdf3-year")
        & (table["instrument"] == "oof")
        & table["year"].astype(int).between(*_YEARS)
        & table["partner"].str.fullmatch("[A-Z]{3}")
    ]
    known = set(evidence.load("countries")["iso3"])
    sums = rows.groupby("partner")["value_usd_mn"].sum()
    sums = sums[(sums > 0) & sums.index.isin(known)]
    out = pd.DataFrame({
        "id": [f"{code}-OOF" for code in sums.index],
        "iso3": sums.index,
        "sector": "official finance",
        "currency": "USD",
        "amount_usd": (sums * 1e6).round(0).to_numpy(),
        "counterpart": "public",
    })  # fmt: skip
    if grades is None:
        return checked(out, source="example")
    recovery = checked(out.head(1))["recovery_pct"].iloc[0]
    return checked(
        out.assign(counterpart="sovereign", recovery_pct=recovery), source="example", grades=grades
    )
