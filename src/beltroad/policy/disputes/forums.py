"""Arbitral and mediation institutions and courts that take cross-border disputes."""

from __future__ import annotations

import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.policy.disputes.places import place

__all__ = ["KINDS", "forums"]

KINDS = ("arbitration", "mediation", "litigation", "investment")


def forums(seat: str | None = None, kind: str | None = None) -> pd.DataFrame:
    """Institutions with place, seat economy, kinds, year of founding and source.

    Parameters
    ----------
    seat
        Only those in this economy.
    kind
        Only those that do this: one of :data:`KINDS`.

    Raises
    ------
    InputError
        If the economy or the kind is unknown.
    """
    table = evidence.load("dispute_forums")
    if kind is not None and kind not in KINDS:
        raise InputError(f"no kind of forum {kind!r:.40}: {', '.join(KINDS)}")
    if seat is not None:
        table = table[table["seat_iso3"] == place(seat, "seat")]
    if kind is not None:
        table = table[table["kinds"].str.split("+").map(lambda kinds: kind in kinds).astype(bool)]
    return table.reset_index(drop=True)
