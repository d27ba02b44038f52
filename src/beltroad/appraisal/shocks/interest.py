"""What dearer money does to the debt of the 86 economies with prepared figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from beltroad.finance.debt.dynamics import engine
from beltroad.finance.debt.inputs import prepared
from beltroad.finance.debt.model import CountryInputs

__all__ = ["interest_effects"]

YEARS = 5
LOCAL = "LCU"


def interest_effects(
    points: float, floating_share: float, codes: Sequence[str] | None = None
) -> pd.DataFrame:
    """External debt service and public debt with interest ``points`` percentage points higher.

    New borrowing in foreign currency costs ``points`` more from the first year; of the debt that
    is there the floating share does, where its schedule is not known. Terms in local currency and
    growth stay.

    Returns
    -------
    DataFrame
        Index ``iso3``; the highest external service over revenue and the debt after
        five years: ``service_to_revenue_without_pct``, ``service_to_revenue_with_pct``,
        ``public_debt_without_pct``, ``public_debt_with_pct``.
    """
    rows = {}
    for code in prepared.codes() if codes is None else codes:
        inputs = prepared.inputs(code)
        row = {}
        for state, given in (
            ("without", inputs),
            ("with", _dearer(inputs, points, floating_share)),
        ):
            path = engine.project(given, years=YEARS).table
            window = path.loc[inputs.first_year :]
            service = window["service_external_to_revenue_pct"].max()
            row[f"service_to_revenue_{state}_pct"] = float(service)
            row[f"public_debt_{state}_pct"] = float(window["public_debt_pct_gdp"].iloc[-1])
        rows[code] = row
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("iso3").sort_index()


def _dearer(inputs: CountryInputs, points: float, floating_share: float) -> CountryInputs:
    dearer = tuple(
        x if x.currency == LOCAL else replace(x, interest_pct=x.interest_pct + points)
        for x in inputs.instruments
    )
    settings = dict(inputs.settings)
    old = inputs.number("existing_external_interest_pct")
    if old == old:
        settings["existing_external_interest_pct"] = old + points * floating_share
    return replace(inputs, instruments=dearer, settings=settings)
