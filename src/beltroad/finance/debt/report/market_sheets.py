"""The assessment of a market-financing country as an Excel workbook, as JSON and as CSV tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pandas as pd

from beltroad.files import csv_bytes
from beltroad.finance.debt.report import changes, market_view, view
from beltroad.finance.debt.report.beside import package_record
from beltroad.finance.debt.report.record import (
    change_rows,
    fan_files,
    fan_record,
    inputs_record,
    plain,
    provenance,
    rows,
)
from beltroad.finance.debt.report.sheet_writer import Sheets

if TYPE_CHECKING:
    from beltroad.finance.debt.bri.market import MarketAssessment
    from beltroad.finance.debt.report.beside import Beside
    from beltroad.finance.debt.stochastic.fan import Fan

__all__ = ["SCHEMA", "market_files", "market_record", "market_workbook"]

SCHEMA = "beltroad.debt.bri-market/1"


def _tables(found: MarketAssessment, beside: Beside | None) -> dict[str, pd.DataFrame]:
    """Every table by the name of its file."""
    signals = pd.DataFrame(
        [(key, title, str(found.signals[key])) for key, title in market_view.SIGNALS.items()],
        columns=["signal", "horizon", "word"],
    )
    out = {"signals": signals}
    if beside is not None:
        out |= {"without_and_with": beside.table(found), "package": beside.loans()}
    out |= {
        "path": found.path.table.reset_index(names="year"),
        "near_term": found.near.heat_map, "near_term_variables": found.near.variables,
        "medium_term": found.medium, "long_term": found.long, "loss": found.loss,
    }  # fmt: skip
    if beside is not None:
        out["path_without"] = beside.market().path.table.reset_index(names="year")
    return out


def market_workbook(
    found: MarketAssessment, fans: Sequence[Fan] = (), *, beside: Beside | None = None,
    on: str = "", notes: Sequence[str] = (), version: str = "",
) -> bytes:  # fmt: skip
    """All results and what they rest on; the same assessment gives the same bytes."""
    sheets = Sheets("Debt assessment")
    facts = [
        *market_view.identity(found, on),
        *((title, str(found.signals[key])) for key, title in market_view.SIGNALS.items()),
        ("Because", market_view.drivers(found)),
        ("Average financing need, % of GDP", f"{found.average_need_pct_gdp:.1f}"),
        ("Inputs", view.overview(found.inputs)),
        ("Made with", f"beltroad {version}".strip()),
    ]
    sheets.facts(f"Debt assessment: {found.inputs.name}", facts, bold="signal")
    for name, table in _tables(found, beside).items():
        sheets.table(view.capital(name.replace("_", " ")), table)
    if found.measures is not None:
        sheets.table("Fan measures", pd.DataFrame([asdict(found.measures)]))
    sheets.changes(found.path)
    sheets.fans(fans)
    sheets.inputs(found.inputs)
    sheets.table("Parameters", market_view.parameter_table(on))
    said = dict.fromkeys((*found.notes, *notes, *market_view.OWN_RULES))
    sheets.table("Notes", pd.DataFrame({"note": list(said)}))
    return sheets.close()


def market_files(
    found: MarketAssessment, fans: Sequence[Fan] = (), *, beside: Beside | None = None
) -> dict[str, bytes]:
    """Tidy tables by file name."""
    out = {f"{name}.csv": csv_bytes(t) for name, t in _tables(found, beside).items()}
    out |= {f"change_{name}_debt.csv": csv_bytes(t.reset_index(names="year"))
            for name, t in changes.tables(found.path).items()}  # fmt: skip
    return {**out, **fan_files(fans)}


def market_record(
    found: MarketAssessment, fans: Sequence[Fan] = (), *, beside: Beside | None = None,
    on: str = "", notes: Sequence[str] = (), version: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Everything as plain values; what is not known is None."""
    years = market_view.horizon(found.inputs.first_year, on)
    value: dict[str, Any] = plain({
        "schema": SCHEMA,
        "country": {"iso3": found.inputs.iso3, "name": found.inputs.name},
        "framework": {"name": "bri-dsf-market", "on": on},
        "first_projection_year": found.inputs.first_year,
        "horizon": [years[0], years[-1]],
        "signals": dict(found.signals), "because": market_view.drivers(found),
        "near": {"signal": found.near.signal, "heat_map": rows(found.near.heat_map),
                 "variables": rows(found.near.variables),
                 "probability_pct": found.near.probability_pct},
        "medium": rows(found.medium),
        "measures": asdict(found.measures) if found.measures is not None else None,
        "average_need_pct_gdp": found.average_need_pct_gdp,
        "long": rows(found.long), "loss": rows(found.loss),
        "path": rows(found.path.table.reset_index(names="year")),
        "change": change_rows(found.path),
        "fans": [fan_record(each) for each in fans],
        "package": package_record(found, beside),
        "notes": list(dict.fromkeys((*found.notes, *notes))), "own_rules": market_view.OWN_RULES,
        "inputs": inputs_record(found.inputs),
        "parameters": rows(market_view.parameter_table(on)),
        "provenance": provenance(version),
    })  # fmt: skip
    return value
