"""All partners at once: the latest two-way balance that each source gives of each."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from beltroad.errors import InputError
from beltroad.finance.invest.balance import pairs
from beltroad.finance.invest.ledger import place
from beltroad.finance.invest.select import chosen, rows, seen_from
from beltroad.finance.invest.views import name_of
from beltroad.finance.invest.vocabulary import INVESTMENT

__all__ = ["Overview", "overview"]

_KEPT = ["partner", "name", "measure", "period", "price_basis", "source", "told_by", "outward_mn",
         "inward_mn", "balance_mn", "two_way_mn", "reciprocity", "confidence", "note"]  # fmt: skip


@dataclass(frozen=True)
class Overview:
    """Balances of all partners.

    Attributes
    ----------
    home
        Economy from which directions are seen.
    table
        One row a partner, source, measure and price basis, largest two-way amount first within
        each basis: ``partner, name, measure, period, price_basis, source, told_by, outward_mn,
        inward_mn, balance_mn, two_way_mn, reciprocity, confidence, note``. Where a source gives
        several periods the latest is taken, and of those that end together the longest. Rows of
        different sources or periods are beside each other, not to be added.
    one_sided
        Partners of which every source gives one direction only.
    """

    home: str
    table: pd.DataFrame
    one_sided: tuple[str, ...]


def overview(
    ledger: pd.DataFrame, *, home: str = "CHN", source: str | None = None,
    year: int | None = None, measure: str | None = None,
) -> Overview:  # fmt: skip
    """Set out against in of every partner of which a source publishes both.

    Raises
    ------
    InputError
        If a filter is unknown, or no source gives both directions of anybody.
    """
    code = place(home)
    if measure not in (None, "flow", "stock"):
        raise InputError(f"measure {measure!r:.40}: a balance is of flow or stock")
    every = rows(seen_from(ledger, code), source=source, measure=measure, year=year, industry="")
    fits = every["instrument"].isin(INVESTMENT) & every["measure"].isin(("flow", "stock"))
    every = chosen(every[fits]).assign(made_of="published")
    table = pairs(every)
    both = table[table["balance_mn"].notna()]
    if both.empty:
        raise InputError(
            f"no source gives both directions between {code} and anybody for this choice; "
            "beltroad invest partners ranks one direction"
        )
    end = both["period"].str.rpartition(":")[2]
    both = both.assign(end=end, name=[name_of(p) for p in both["partner"]]).sort_values(
        ["end", "two_way_mn"], ascending=False, kind="stable"
    )
    both = both.drop_duplicates(["partner", "source", "told_by", "measure", "price_basis"])
    # Dollars first, then by size: amounts of two price bases cannot be put in one order.
    both = both.assign(last=both["price_basis"] != "current USD").sort_values(
        ["measure", "last", "price_basis", "two_way_mn"], ascending=[True, True, True, False],
        kind="stable",
    )  # fmt: skip
    lacking = sorted(set(table["partner"]) - set(both["partner"]))
    return Overview(code, both[_KEPT].reset_index(drop=True), tuple(lacking))
