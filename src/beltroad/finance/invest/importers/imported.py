"""What every importer gives back, and the form of the rows it makes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from beltroad.errors import InputError
from beltroad.finance.invest.ledger import check
from beltroad.finance.invest.vocabulary import COLUMNS

__all__ = ["Imported", "finished", "row"]


@dataclass(frozen=True)
class Imported:
    """A ledger made of a user's file.

    Attributes
    ----------
    rows
        Columns of a ledger.
    notes
        What was left out, and checks that were passed.
    """

    rows: pd.DataFrame
    notes: tuple[str, ...]


def row(**values: Any) -> dict[str, Any]:
    """One ledger row with defaults for what is not given."""
    blank: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    blank |= {"value_usd_mn": math.nan, "own_value_mn": math.nan, "bound": "exact",
              "price_basis": "current USD", "confidence": "medium"}  # fmt: skip
    return blank | values


def finished(rows: list[dict[str, Any]], source: str, notes: list[str]) -> Imported:
    """Check the rows as any ledger is checked.

    Raises
    ------
    InputError
        If there are none, or one is not as it must be.
    """
    if not rows:
        raise InputError(f"{source}: no row with an amount; nothing to import")
    return Imported(check(pd.DataFrame(rows, columns=list(COLUMNS)), source), tuple(notes))
