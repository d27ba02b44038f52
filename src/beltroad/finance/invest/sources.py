"""Who counts what: the sources of the ledger, with what a reader must know of each."""

from __future__ import annotations

import pandas as pd

from beltroad.evidence.tables import load
from beltroad.finance.invest.prices import by_currency

__all__ = ["WARNING_GCDF", "caption", "sources"]

WARNING_GCDF = (
    "AidData's GCDF 3.0 is in constant 2021 USD: 1,485 bn by year, 1,495 bn by recipient, 1,340 bn "
    "in its headline. Never quote one for another."
)


def sources(ledger: pd.DataFrame | None = None) -> pd.DataFrame:
    """The registered sources, with what a ledger holds of each.

    Returns
    -------
    DataFrame
        source, title, publisher, url, licence, vintage, note; with a ledger also rows, partners,
        first_year, last_year, price_basis, measures and low_confidence (number of rows). Sources
        of a user's own ledger stand last, without a title.
    """
    table = load("investment_sources").astype(str)
    if ledger is None:
        return table
    found = ledger.groupby("source").agg(
        rows=("source", "size"),
        partners=("partner", "nunique"),
        first_year=("year", "min"),
        last_year=("year", "max"),
        measures=("measure", lambda s: "; ".join(sorted(set(s)))),
        low_confidence=("confidence", lambda s: int((s == "low").sum())),
    )
    # An amount published in euro only is not one in dollars, whatever the row's dollar basis says.
    bases = by_currency(ledger).groupby("source")["price_basis"]
    found.insert(4, "price_basis", bases.agg(lambda s: "; ".join(sorted(set(s)))))
    out = table.merge(found, on="source", how="outer")
    out = out[out["rows"].notna()].copy()
    text = list(table.columns)
    out[text] = out[text].fillna("")
    for column in ("rows", "partners", "first_year", "last_year", "low_confidence"):
        out[column] = out[column].astype(int)
    return out.reset_index(drop=True)


def caption(source: str, price_basis: str) -> str:
    """Source and price basis in one line, for tables and charts."""
    table = load("investment_sources").astype(str).set_index("source")
    if source not in table.index:
        return f"Source: {source}. Prices: {price_basis}."
    row = table.loc[source]
    more = f" {WARNING_GCDF}" if source.startswith("gcdf3") else ""
    return (f"Source: {row['publisher']}, {row['title']} ({row['vintage']}). "
            f"Prices: {price_basis}.{more}")  # fmt: skip
