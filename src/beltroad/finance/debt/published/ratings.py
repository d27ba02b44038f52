"""Mechanical ratings of every prepared country, beside the published ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from beltroad.errors import InputError
from beltroad.finance.debt.bri.market import assess_market
from beltroad.finance.debt.inputs import prepared
from beltroad.finance.debt.model import CountryInputs
from beltroad.finance.debt.published.confusion import rating_table
from beltroad.finance.debt.published.findings import ratings as published
from beltroad.finance.debt.ratings.assess import Assessment, assess

__all__ = ["framework_beside", "rated"]

_COLUMNS = ["iso3", "name", "framework", "class", "external", "overall", "published",
            "published_on", "equal", "notches", "why"]  # fmt: skip


def framework_beside(inputs: CountryInputs) -> str:
    """``lic`` where a joint rating is published, so that like stands beside like; else as set."""
    published_for = set(published()["iso3"])
    return "lic" if inputs.iso3 in published_for else str(inputs.settings["framework"])


def rated(done: Callable[[float], None]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rate all prepared countries; ``done`` is told the fraction.

    Returns
    -------
    tuple
        One row a prepared country (``iso3, name, framework, class, external, overall, published,
        published_on, equal, notches, why``), and the rows of all published ratings
        (:func:`~beltroad.finance.debt.published.confusion.rating_table`).
    """
    ours: dict[str, Assessment] = {}
    rows: list[dict[str, Any]] = []
    codes = prepared.codes()
    for number, code in enumerate(codes, start=1):
        inputs = prepared.inputs(code)
        framework = framework_beside(inputs)
        row: dict[str, Any] = {"iso3": code, "name": inputs.name, "framework": framework}
        try:
            if framework == "lic":
                found = ours[code] = assess(inputs)
                row |= {"class": found.capacity.final, "external": found.external_rating,
                        "overall": found.overall_rating}  # fmt: skip
            else:
                row["overall"] = str(assess_market(inputs).signals["overall"])
        except InputError as error:
            row["why"] = str(error)
        rows.append(row)
        done(number / len(codes))
    listed = rating_table(ours)
    beside = listed.set_index("iso3")
    for row in rows:
        if row["iso3"] in beside.index:
            other = beside.loc[row["iso3"]]
            row |= {"published": other["theirs"], "published_on": other["published_on"]}
            if other["ours"]:
                row |= {"equal": "yes" if other["notches"] == 0 else "no",
                        "notches": other["notches"], "why": other["why"]}  # fmt: skip
    table = pd.DataFrame(rows, columns=_COLUMNS)
    words = [c for c in _COLUMNS if c != "notches"]
    table[words] = table[words].fillna("")
    return table.astype({"notches": float}), listed
