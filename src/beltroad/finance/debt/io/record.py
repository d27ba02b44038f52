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
from beltroad.finance.debt.io import view
from beltroad.finance.debt.vocabulary import INDICATORS

if TYPE_CHECKING:
    from beltroad.finance.debt.assess import Assessment
    from beltroad.finance.debt.stochastic.fan import Fan

__all__ = ["SCHEMA", "csv_files", "json_bytes", "path_table", "plain", "record"]

SCHEMA = "beltroad.debt.assessment/1"
"""Changes when a key is renamed or dropped; new keys may be added under the same name."""


def record(
    assessment: Assessment, fans: Sequence[Fan] = (), *, version: str = ""
) -> dict[str, Any]:
    """Everything of an assessment as plain values; what is not known is None.

    ``version`` is that of the program, for the provenance.
    """
    inputs = forms.canonical(assessment.inputs)
    found = {
        "schema": SCHEMA,
        "country": {"iso3": inputs.iso3, "name": inputs.name},
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
            "contributions": _rows(assessment.capacity.contributions),
        },
        "indicators": [
            {"name": i.name, "label": i.label, "side": i.side, "kind": i.kind,
             "threshold_pct": assessment.thresholds.get(i.name)}
            for i in INDICATORS.values()
        ],
        "signals": _rows(assessment.signals),
        "most_extreme": [
            {**asdict(e), "signal": e.signal, "space_pct": e.space_pct}
            for e in view.extremes(assessment)
        ],
        "heat_map": _rows(view.heat(assessment)),
        "distances": _rows(assessment.distances),
        "paths": {
            key: {"year": [int(str(y)) for y in path.table.index],
                  **{str(c): path.table[c].tolist() for c in path.table}}
            for key, path in assessment.paths.items()
        },
        "market": asdict(assessment.market) if assessment.market is not None else None,
        "realism": _rows(assessment.realism),
        "probability": _rows(assessment.probability) if assessment.probability is not None
        else None,
        "fans": [_fan(each) for each in fans],
        "notes": list(assessment.notes),
        "inputs": {
            "said": view.overview(inputs),
            "series": _rows(forms.cells(inputs)),
            "settings": _rows(forms.setting_rows(inputs)),
            "terms": [asdict(each) for each in inputs.instruments],
            "gaps": _rows(inputs.gaps),
            "sources": _rows(forms.used_sources(inputs)),
        },
        "parameters": dict(sorted(assessment.parameters.values.items())),
        "provenance": {"beltroad": version, "tables": {
            name: evidence.info(name).sha256 for name in evidence.names()
            if name.startswith("debt_")}},
    }  # fmt: skip
    plain_record: dict[str, Any] = plain(found)
    return plain_record


def json_bytes(assessment: Assessment, fans: Sequence[Fan] = (), *, version: str = "") -> bytes:
    """:func:`record` as JSON; the same assessment gives the same bytes."""
    text = json.dumps(
        record(assessment, fans, version=version), ensure_ascii=False, indent=1, allow_nan=False
    )
    return f"{text}\n".encode()


def csv_files(assessment: Assessment, fans: Sequence[Fan] = ()) -> dict[str, bytes]:
    """Tidy tables by file name."""
    out = {
        "indicators.csv": csv_bytes(assessment.indicators),
        "signals.csv": csv_bytes(assessment.signals),
        "heat_map.csv": csv_bytes(view.heat(assessment)),
        "paths.csv": csv_bytes(path_table(assessment)),
    }
    if fans:
        parts = [f.quantiles.reset_index().assign(quantity=f.quantity) for f in fans]
        out["fans.csv"] = csv_bytes(pd.concat(parts, ignore_index=True))
        chances = [f.probability.assign(quantity=f.quantity) for f in fans]
        out["fan_probabilities.csv"] = csv_bytes(pd.concat(chances, ignore_index=True))
    return out


def path_table(assessment: Assessment) -> pd.DataFrame:
    """Every debt path below the other: ``scenario, year`` and the columns of the paths."""
    parts = []
    for key, path in assessment.paths.items():
        table = path.table.reset_index(names="year")
        table.insert(0, "scenario", key)
        parts.append(table)
    return pd.concat(parts, ignore_index=True)


def _fan(fan: Fan) -> dict[str, Any]:
    return {
        "quantity": fan.quantity, "scenario": fan.scenario, "method": fan.method,
        "seed": fan.seed, "draws": fan.draws, "threshold_pct": fan.threshold_pct,
        "quantiles": _rows(fan.quantiles.reset_index()), "probability": _rows(fan.probability),
        "notes": list(fan.notes),
    }  # fmt: skip


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
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
