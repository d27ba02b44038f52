"""Worked examples that others printed, run through our code."""

from __future__ import annotations

import re

import pandas as pd

from beltroad.errors import DataError
from beltroad.finance.debt import parameters
from beltroad.finance.debt.bri.fan_index import BankExposure, financing_index
from beltroad.finance.debt.published.findings import comparison, findings, published, row
from beltroad.finance.debt.ratings.classification import Averages, class_of, composite
from beltroad.finance.loan import grant_element

__all__ = ["composite_example", "financing_example", "grant_elements"]

_TERMS = re.compile(r"([\d.]+)% (\d+)y (\d+)y grace")


def composite_example() -> pd.DataFrame:
    """The composite indicator of the guidance note's worked row, term by term."""
    framework = parameters.load("lic-dsf")
    name = "composite_indicator"
    values = Averages(
        cpia=published(name, "cpia", "value"),
        real_growth=published(name, "real_growth", "value") / 100,
        reserves_to_imports=published(name, "reserves_to_imports", "value") / 100,
        remittances_to_gdp=published(name, "remittances_to_gdp", "value") / 100,
        world_growth=published(name, "world_growth", "value") / 100,
    )
    table = composite(values, framework)
    terms = {
        str(n): float(c) for n, c in zip(table["variable"], table["contribution"], strict=True)
    }
    printed = findings(name)
    printed = printed[printed["quantity"] == "contribution"]
    theirs = {str(n): float(v) for n, v in zip(printed["item"], printed["value"], strict=True)}
    rows = [
        row(name, item, terms[item], value, "printed to two digits")
        for item, value in theirs.items()
        if item in terms
    ]
    if len(rows) != len(theirs):
        raise DataError(f"composite indicator: terms {sorted(terms)}, not {list(theirs)}")
    total = sum(terms.values())
    why = f"printed to two digits; class {class_of(total, framework)}"
    return comparison([*rows, row(name, "total", total, published(name, "total"), why)])


def grant_elements() -> pd.DataFrame:
    """Grant elements of usual terms under the convention of IMF and World Bank, 5 per cent."""
    name = "grant_element"
    rate = published(name, "discount rate") / 100
    rows = []
    for entry in findings(name).itertuples():
        match = _TERMS.fullmatch(str(entry.item))
        if match is None:
            continue
        interest, maturity, grace = (float(part) for part in match.groups())
        ours = grant_element(interest / 100, int(maturity), int(grace), discount_rate=rate)
        why = "theirs computed apart from this code, to two digits; no published table was found"
        rows.append(row(name, str(entry.item), ours, float(str(entry.value)), why))
    return comparison(rows)


def financing_example() -> pd.DataFrame:
    """The financing index of Argentina, 2024, from its printed components."""
    name = "srdsf_argentina_2024"
    banks = BankExposure(
        claims_pct_assets=published(name, "bank claims on government"),
        stressed_rise_points=published(name, "change of claims under stress"),
    )
    need = published(name, "average gross financing need")
    ours = financing_index(need, banks, parameters.load("mac-srdsf"))
    why = "our equal weights were inferred from this very example: a check of arithmetic only"
    return comparison(
        [row(name, "financing index", ours, published(name, "financing index", "value"), why)]
    )
