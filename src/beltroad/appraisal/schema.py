"""The one place that says what crosses a seam: name, dimensions, unit, bounds, description.

``variables.csv`` beside this file declares every variable of every table and dataset that one
stage hands to the next or to a reader. :func:`check_frame` and :func:`check_dataset` hold data
against it; the docs, the report and the workbook take their headings and units from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

import numpy as np
import pandas as pd
import xarray as xr

from beltroad.errors import DataError

__all__ = ["NOTHING_PCT", "Variable", "check_dataset", "check_frame", "variables"]

# Percent below which a change of real income is the solver's rounding, no gain and no loss.
NOTHING_PCT = 1e-9


@dataclass(frozen=True)
class Variable:
    """One declared variable."""

    table: str
    name: str
    dims: tuple[str, ...]
    unit: str
    lower: float
    upper: float
    missing: bool
    title: str
    description: str

    @property
    def is_text(self) -> bool:
        """Labels have no unit."""
        return self.unit == "-"


@lru_cache(maxsize=1)
def _declared() -> dict[str, dict[str, Variable]]:
    with (files("beltroad.appraisal") / "variables.csv").open("rb") as handle:
        rows = pd.read_csv(handle, keep_default_na=False)
    out: dict[str, dict[str, Variable]] = {}
    for row in rows.astype(str).to_dict("records"):
        variable = Variable(
            table=str(row["table"]),
            name=str(row["name"]),
            dims=tuple(str(row["dims"]).split()),
            unit=str(row["unit"]),
            lower=float(row["lower"] or "-inf"),
            upper=float(row["upper"] or "inf"),
            missing=row["missing"] == "yes",
            title=str(row["title"]),
            description=str(row["description"]),
        )
        out.setdefault(variable.table, {})[variable.name] = variable
    return out


def variables(table: str) -> dict[str, Variable]:
    """Declared variables of a table by name, in their order."""
    return _declared()[table]


def check_frame(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """The frame with its columns in declared order, if it is what was declared.

    Raises
    ------
    DataError
        Naming columns that are missing or unknown, or the first row out of bounds.
    """
    declared = variables(table)
    lacking, extra = set(declared) - set(frame.columns), set(frame.columns) - set(declared)
    if lacking or extra:
        raise DataError(
            f"table {table}: lacks columns {sorted(lacking)}, has undeclared {sorted(extra)}"
        )
    if frame.empty and table != "projects":
        raise DataError(f"table {table} is empty")
    for name, variable in declared.items():
        if variable.is_text:
            empty = frame[name].isna()
        else:
            values = pd.to_numeric(frame[name]).to_numpy(np.float64)
            empty = pd.Series(np.isnan(values), frame.index)
            outside = (values < variable.lower) | (values > variable.upper)
            if outside.any():
                row = frame.iloc[int(np.argmax(outside))]
                raise DataError(
                    f"table {table}, column {name}: {row[name]} {variable.unit} is outside "
                    f"{variable.lower}..{variable.upper} in row {row.iloc[0]}"
                )
        if empty.any() and not variable.missing:
            row = frame.loc[empty].iloc[0]
            raise DataError(f"table {table}, column {name}: no value in row {row.iloc[0]}")
    ordered = frame[list(declared)]
    ordered.attrs = {"table": table, "units": {k: v.unit for k, v in declared.items()}}
    return ordered


def check_dataset(data: xr.Dataset, table: str) -> xr.Dataset:
    """The dataset with units attached, if its variables are what was declared.

    Raises
    ------
    DataError
        Naming the variable whose dimensions, bounds or completeness are wrong, and where.
    """
    declared = variables(table)
    if set(data.data_vars) != set(declared):
        raise DataError(
            f"dataset {table}: has {sorted(map(str, data.data_vars))}, declared {sorted(declared)}"
        )
    for name, variable in declared.items():
        array = data[name]
        if tuple(array.dims) != variable.dims:
            raise DataError(f"dataset {table}, {name}: dims {array.dims}, not {variable.dims}")
        values = array.to_numpy()
        bad = (values < variable.lower) | (values > variable.upper)
        if not variable.missing:
            bad |= np.isnan(values)
        if bad.any():
            at = np.unravel_index(int(np.argmax(bad)), values.shape)
            labels = [str(array[d].to_numpy()[i]) for d, i in zip(array.dims, at, strict=True)]
            raise DataError(
                f"dataset {table}, {name}: {values[at]} {variable.unit} at {', '.join(labels)} is "
                f"outside {variable.lower}..{variable.upper} or missing"
            )
        array.attrs = {"unit": variable.unit, "description": variable.description}
    return data
