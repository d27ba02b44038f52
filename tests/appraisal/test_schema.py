"""What may cross a seam: every fault of a table or dataset is caught and named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import synthetic
import xarray as xr

from beltroad.appraisal.schema import check_dataset, check_frame, variables
from beltroad.errors import DataError

TABLES = ("countries", "pairs", "projects", "sensitivity", "yardsticks")


@pytest.fixture(scope="module")
def frames() -> dict[str, pd.DataFrame]:
    whole = synthetic.appraisal()
    return {name: getattr(whole, name) for name in TABLES}


@pytest.mark.parametrize("table", TABLES)
def test_a_sound_table_passes_in_declared_order_with_units(
    frames: dict[str, pd.DataFrame], table: str
) -> None:
    frame = frames[table]
    shuffled = frame[list(frame.columns)[::-1]]
    found = check_frame(shuffled, table)
    assert list(found.columns) == list(variables(table))
    assert found.attrs["units"] == {k: v.unit for k, v in variables(table).items()}


@pytest.mark.parametrize("table", TABLES)
def test_columns_missing_or_undeclared(frames: dict[str, pd.DataFrame], table: str) -> None:
    frame = frames[table]
    last = frame.columns[-1]
    with pytest.raises(DataError, match=rf"{table}: lacks columns \['{last}'\]"):
        check_frame(frame.drop(columns=last), table)
    with pytest.raises(DataError, match=r"undeclared \['surplus'\]"):
        check_frame(frame.assign(surplus=1), table)


@pytest.mark.parametrize("table", TABLES)
def test_every_bound_and_every_gap_is_seen(frames: dict[str, pd.DataFrame], table: str) -> None:
    """Each declared column in turn: a value below, above, missing where none may be."""
    frame = frames[table].reset_index(drop=True)
    tried = 0
    for name, variable in variables(table).items():
        wrong: list[object] = []
        if not variable.is_text:
            wrong += [b for b in (variable.lower - 1, variable.upper + 1) if np.isfinite(b)]
        if not variable.missing:
            wrong.append(None if variable.is_text else np.nan)
        for value in wrong:
            bad = frame.copy()
            bad[name] = bad[name].astype(object if variable.is_text else float)
            bad.loc[1, name] = value
            with pytest.raises(DataError, match=f"table {table}, column {name}"):
                check_frame(bad, table)
            tried += 1
    assert tried > 5


def test_an_empty_table_is_refused_but_for_projects(frames: dict[str, pd.DataFrame]) -> None:
    with pytest.raises(DataError, match="is empty"):
        check_frame(frames["countries"][:0], "countries")
    assert check_frame(frames["projects"][:0], "projects").empty


def times(**changed: np.ndarray) -> xr.Dataset:
    shape = (2, 2)
    data = {name: (v.dims, np.ones(shape)) for name, v in variables("times").items()}
    data |= {name: (("origin", "destination"), value) for name, value in changed.items()}
    return xr.Dataset(data, coords={"origin": ["a", "b"], "destination": ["a", "b"]})


def test_a_sound_dataset_gets_units() -> None:
    data = check_dataset(times(land_hours=np.array([[0, np.inf], [1, 0]])), "times")
    assert data["land_hours"].attrs["unit"] == "h"
    assert data["sea_usd"].attrs["unit"] == "USD/TEU"


@pytest.mark.parametrize("value", [-1.0, np.nan])
def test_a_value_out_of_bounds_is_named_with_its_labels(value: float) -> None:
    with pytest.raises(DataError, match=r"times, sea_usd: .* at b, a "):
        check_dataset(times(sea_usd=np.array([[0, 1], [value, 0]])), "times")


def test_wrong_variables_or_dimensions() -> None:
    with pytest.raises(DataError, match="declared"):
        check_dataset(times().drop_vars("sea_usd"), "times")
    with pytest.raises(DataError, match="declared"):
        check_dataset(times().assign(more=5), "times")
    with pytest.raises(DataError, match=r"land_hours: dims \('destination', 'origin'\)"):
        check_dataset(times().transpose("destination", "origin"), "times")


def test_declarations_are_complete() -> None:
    units_of_numbers = set()
    for table in (*TABLES, "times", "access", "costs"):
        for variable in variables(table).values():
            assert variable.title
            assert variable.description
            assert variable.dims
            assert variable.lower <= variable.upper
            units_of_numbers.add(variable.unit)
    assert "" not in units_of_numbers
