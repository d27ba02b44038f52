"""The assessment for programs: JSON with stable keys, and tidy CSV tables."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.files import csv_bytes
from beltroad.finance.debt.io import cells as forms
from beltroad.finance.debt.model import CountryInputs, DebtPath
from beltroad.finance.debt.report import changes, steps, view
from beltroad.finance.debt.report.beside import package_record
from beltroad.finance.debt.vocabulary import INDICATORS

if TYPE_CHECKING:
    from beltroad.finance.debt.bri.low_income import BriAssessment
    from beltroad.finance.debt.ratings.assess import Assessment
    from beltroad.finance.debt.report.beside import Beside
    from beltroad.finance.debt.stochastic.fan import Fan

__all__ = ["SCHEMA", "as_json", "bri_record", "change_rows", "csv_files", "fan_files", "fan_record",
           "inputs_record", "json_bytes", "path_table", "plain", "provenance", "record",
           "rows"]  # fmt: skip

SCHEMA = "beltroad.debt.assessment/1"
"""Changes when a key is renamed or dropped; new keys may be added under the same name."""
BRI_SCHEMA = "beltroad.debt.bri/1"


def record(
    assessment: Assessment, fans: Sequence[Fan] = (), *, beside: Beside | None = None,
    version: str = "",
) -> dict[str, Any]:  # fmt: skip
    """Everything of an assessment as plain values; what is not known is None.

    ``version`` is that of the program, for the provenance.
    """
    inputs = assessment.inputs
    found = {
        "schema": SCHEMA,
        "country": {"iso3": inputs.iso3, "name": forms.tidy(inputs.name)},
        "framework": {"name": assessment.parameters.framework, "on": assessment.parameters.on},
        "first_projection_year": inputs.first_year,
        "window": [view.window(assessment)[0], view.window(assessment)[-1]],
        "ratings": {
            "external": assessment.external_rating, "overall": assessment.overall_rating,
            "space": assessment.space, "because": view.drivers(assessment),
        },
        "capacity": {
            "class": assessment.capacity.final, "signal": assessment.capacity.signal,
            "composite": assessment.capacity.composite, "reason": assessment.capacity.reason,
            "contributions": rows(assessment.capacity.contributions),
        },
        "indicators": [
            {"name": i.name, "label": i.label, "side": i.side, "kind": i.kind,
             "threshold_pct": assessment.thresholds.get(i.name)}
            for i in INDICATORS.values()
        ],
        "signals": rows(assessment.signals),
        "most_extreme": [
            {**asdict(e), "signal": e.signal, "space_pct": e.space_pct}
            for e in view.extremes(assessment)
        ],
        "heat_map": rows(view.heat(assessment)),
        "distances": rows(assessment.distances),
        "paths": {
            key: {"year": [int(str(y)) for y in path.table.index],
                  **{str(c): path.table[c].tolist() for c in path.table}}
            for key, path in assessment.paths.items()
        },
        "market": asdict(assessment.market) if assessment.market is not None else None,
        "realism": rows(assessment.realism),
        "probability": rows(assessment.probability) if assessment.probability is not None
        else None,
        "change": change_rows(assessment.paths["baseline"]),
        "fans": [fan_record(each) for each in fans],
        "package": package_record(assessment, beside),
        "notes": list(assessment.notes),
        "inputs": inputs_record(inputs),
        "parameters": dict(sorted(assessment.parameters.values.items())),
        "provenance": provenance(version),
    }  # fmt: skip
    plain_record: dict[str, Any] = plain(found)
    return plain_record


def inputs_record(inputs: CountryInputs) -> dict[str, Any]:
    """What the results rest on, value by value."""
    inputs = forms.canonical(inputs)
    return {
        "said": view.overview(inputs),
        "series": rows(forms.cells(inputs)),
        "settings": rows(forms.setting_rows(inputs)),
        "terms": [asdict(each) for each in inputs.instruments],
        "gaps": rows(inputs.gaps),
        "sources": rows(forms.used_sources(inputs)),
    }


def provenance(version: str) -> dict[str, Any]:
    """The program and digests of the bundled tables."""
    tables = [name for name in evidence.names() if name.startswith("debt_")]
    return {
        "beltroad": version, "tables": {name: evidence.info(name).sha256 for name in tables},
    }  # fmt: skip


def change_rows(path: DebtPath) -> dict[str, list[dict[str, Any]]]:
    """What changes public and external debt, by year."""
    return {n: rows(t.reset_index(names="year")) for n, t in changes.tables(path).items()}


def bri_record(
    found: BriAssessment, fans: Sequence[Fan] = (), *, beside: Beside | None = None,
    version: str = "",
) -> dict[str, Any]:  # fmt: skip
    """The nine steps, and within them the assessment that the rating rests on."""
    value: dict[str, Any] = plain({
        "schema": BRI_SCHEMA,
        "ratings": {"external": found.final_rating, "model": found.model_rating,
                    "overall": found.overall_rating},
        "steps": steps.step_rows(found), "room": rows(found.room), "notes": list(found.notes),
        "assessment": record(found.decisive, fans, beside=beside, version=version),
    })  # fmt: skip
    return value


def as_json(value: dict[str, Any]) -> bytes:
    """A record as JSON; the same record gives the same bytes."""
    text = json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False)
    return f"{text}\n".encode()


def json_bytes(
    assessment: Assessment, fans: Sequence[Fan] = (), *, beside: Beside | None = None,
    version: str = "",
) -> bytes:  # fmt: skip
    """:func:`record` as JSON; the same assessment gives the same bytes."""
    return as_json(record(assessment, fans, beside=beside, version=version))


def csv_files(
    assessment: Assessment, fans: Sequence[Fan] = (), *, beside: Beside | None = None,
    bri: BriAssessment | None = None,
) -> dict[str, bytes]:  # fmt: skip
    """Tidy tables by file name."""
    out = {
        "indicators.csv": csv_bytes(assessment.indicators),
        "signals.csv": csv_bytes(assessment.signals),
        "heat_map.csv": csv_bytes(view.heat(assessment)),
        "paths.csv": csv_bytes(path_table(assessment)),
    }
    for name, table in changes.tables(assessment.paths["baseline"]).items():
        out[f"change_{name}_debt.csv"] = csv_bytes(table.reset_index(names="year"))
    if beside is not None:
        out["without_and_with.csv"] = csv_bytes(beside.table(assessment))
        out["package.csv"] = csv_bytes(beside.loans())
        out["paths_without.csv"] = csv_bytes(path_table(beside.lic()))
    if bri is not None:
        out["steps.csv"] = csv_bytes(steps.overview(bri))
        if not bri.room.empty:
            out["room.csv"] = csv_bytes(bri.room)
    return {**out, **fan_files(fans)}


def fan_files(fans: Sequence[Fan]) -> dict[str, bytes]:
    """Quantiles and probabilities of all fans; nothing without one."""
    if not fans:
        return {}
    parts = [f.quantiles.reset_index().assign(quantity=f.quantity) for f in fans]
    chances = [f.probability.assign(quantity=f.quantity) for f in fans]
    return {
        "fans.csv": csv_bytes(pd.concat(parts, ignore_index=True)),
        "fan_probabilities.csv": csv_bytes(pd.concat(chances, ignore_index=True)),
    }


def path_table(assessment: Assessment) -> pd.DataFrame:
    """Every debt path below the other: ``scenario, year`` and the columns of the paths."""
    parts = []
    for key, path in assessment.paths.items():
        table = path.table.reset_index(names="year")
        table.insert(0, "scenario", key)
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def fan_record(fan: Fan) -> dict[str, Any]:
    """A fan as plain values."""
    return {
        "quantity": fan.quantity, "scenario": fan.scenario, "method": fan.method,
        "seed": fan.seed, "draws": fan.draws, "threshold_pct": fan.threshold_pct,
        "quantiles": rows(fan.quantiles.reset_index()), "probability": rows(fan.probability),
        "notes": list(fan.notes),
    }  # fmt: skip


def rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table."""
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def plain(value: Any) -> Any:
    """Values that JSON knows: unknown and infinite numbers become None."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, np.generic):
        return plain(value.item())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is pd.NA or value is pd.NaT:
        return None
    return str(value)
