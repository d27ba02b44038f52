"""Tidy tables to arrays: labels resolved, duplicates and unknown names refused, nothing solved."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.trade.calibration import Array
from beltroad.trade.tables.faults import Faults
from beltroad.trade.tables.layout import LAYOUT, clean, columns_of, named

__all__ = ["Accounts", "places", "read_accounts"]

FAULTS_A_FIELD = 3
MANY = 0.1


@dataclass(frozen=True)
class Accounts:
    """A data set as arrays, as given: nothing is normalised and nothing needs to add up.

    Attributes
    ----------
    economies, sectors
        Labels, in the order of the flows and of the elasticities.
    trade : (J, N, N)
        Flows before tariff, ``[sector, importer, exporter]``, own sales included; absent rows
        are zero.
    inputs : (N, J, J)
        Cost shares ``[country, input, user]``.
    added : (N, J)
        Share of value added in cost; NaN where not given.
    theta : (J,)
        Trade elasticities.
    tariff : (J, N, N)
        Ad valorem rates as fractions.
    consumption : (N, J) or None
        Shares of final spending as given.
    deficits : (N,) or None
        Imports less exports as given.
    absent
        How many combinations a table leaves out.
    """

    economies: tuple[str, ...]
    sectors: tuple[str, ...]
    trade: Array
    inputs: Array
    added: Array
    theta: Array
    tariff: Array
    consumption: Array | None
    deficits: Array | None
    absent: Mapping[str, int]

    @property
    def digest(self) -> str:
        """SHA-256 over labels and numbers: the same data, the same digest."""
        total = hashlib.sha256(repr((self.economies, self.sectors)).encode())
        for array in (self.trade, self.inputs, self.added, self.theta, self.tariff,
                      self.consumption, self.deficits):  # fmt: skip
            total.update(b"-" if array is None else np.ascontiguousarray(array).tobytes())
        return total.hexdigest()


def read_accounts(tables: Mapping[str, pd.DataFrame | None], source: str) -> Accounts:
    """Arrays from the tables of a data set.

    Parameters
    ----------
    tables
        By name: ``flows, io, value_added, elasticities`` and optionally ``tariffs, consumption,
        deficits``.
    source
        Where they come from, for messages.

    Raises
    ------
    TablesError
        With every fault of columns, labels and numbers: file, row, field, value and remedy.
    """
    given = named(tables)
    unknown = [name for name in given if name not in LAYOUT]
    if unknown:
        raise InputError(f"{source}: no table is called {unknown[0]!r}; tables: {list(LAYOUT)}")
    absent = [name for name, layout in LAYOUT.items() if layout.required and name not in given]
    if absent:
        raise InputError(f"{source}: table {absent[0]!r} is missing ({columns_of(absent[0])})")
    faults = Faults(source)
    ready = {name: clean(name, given[name], faults, LAYOUT[name]) for name in given}
    faults.check()
    frames = {name: frame for name, frame in ready.items() if frame is not None}
    flows = frames["flows"]
    economies = tuple(dict.fromkeys([*flows["importer"].unique(), *flows["exporter"].unique()]))
    sectors = tuple(dict.fromkeys(frames["elasticities"]["sector"]))
    if not economies or not sectors:
        raise InputError(f"{source}: flows or elasticities hold no rows")
    for name in {*economies, *sectors} & {"*"}:
        raise InputError(f"{source}: {name!r} stands for all and cannot be a country or sector")
    arrays = {
        name: _array(frame, LAYOUT[name].labels, economies, sectors, faults)
        for name, frame in frames.items()
    }
    _percent(frames.get("tariffs"), faults)
    faults.check()
    n, j = len(economies), len(sectors)
    return Accounts(
        economies=economies,
        sectors=sectors,
        trade=np.nan_to_num(arrays["flows"].transpose(2, 0, 1)),
        inputs=np.nan_to_num(arrays["io"]),
        added=arrays["value_added"],
        theta=arrays["elasticities"],
        tariff=np.nan_to_num(arrays["tariffs"].transpose(2, 0, 1))
        if "tariffs" in arrays
        else np.zeros((j, n, n)),
        consumption=np.nan_to_num(arrays["consumption"]) if "consumption" in arrays else None,
        deficits=np.nan_to_num(arrays["deficits"]) if "deficits" in arrays else None,
        absent={name: int(np.isnan(array).sum()) for name, array in arrays.items()},
    )


def _array(
    frame: pd.DataFrame,
    labels: Sequence[str],
    economies: Sequence[str],
    sectors: Sequence[str],
    faults: Faults,
) -> Array:
    """One table as an array over its labels, NaN where there is no row."""
    order = [sectors if "sector" in label else economies for label in labels]
    found = [
        places(frame, label, known, faults) for label, known in zip(labels, order, strict=True)
    ]
    shape = tuple(len(known) for known in order)
    out = np.full(shape, np.nan)
    if any((each < 0).any() for each in found):
        return out
    cell = np.ravel_multi_index(tuple(found), shape)
    again = pd.Index(cell).duplicated()
    file, first, kind = frame.attrs["file"], frame.attrs["first"], frame.attrs["kind"]
    for at in np.flatnonzero(again)[:FAULTS_A_FIELD]:
        before = int(np.flatnonzero(cell == cell[at])[0])
        what = ", ".join(str(frame[label].iloc[at]) for label in labels)
        faults.add(f"{file} {kind} {at + first}", f"{what} is there already in {kind} "
                   f"{before + first}.", "Keep one row or add them up.")  # fmt: skip
    if again.sum() > FAULTS_A_FIELD:
        faults.add(file, f"{again.sum() - FAULTS_A_FIELD} more rows are there twice.")
    out.ravel()[cell] = frame[frame.columns[-1]].to_numpy(float)
    return out


def places(
    frame: pd.DataFrame, label: str, known: Sequence[str], faults: Faults, extra: str = ""
) -> np.ndarray:
    """Positions of a column's labels in ``known``; -1 and a fault where unknown.

    A label equal to ``extra`` (a wildcard) is given the position ``len(known)``.
    """
    codes, names = pd.factorize(frame[label].to_numpy())
    uniques = [str(name) for name in names]
    at = pd.Index([*known, extra] if extra else list(known)).get_indexer(pd.Index(uniques))
    file, first, kind = frame.attrs["file"], frame.attrs["first"], frame.attrs["kind"]
    wrong = [name for name, place in zip(uniques, at, strict=True) if place < 0]
    for name in wrong[:FAULTS_A_FIELD]:
        row = int(np.flatnonzero((frame[label] == name).to_numpy())[0]) + first
        home = "elasticities" if "sector" in label else "flows"
        faults.add(f"{file} {kind} {row}, {label} {name[:40]!r}", f"is not in {home}.",
                   suggest(name, known) or f"Add it to {home} or take the row out.")  # fmt: skip
    if len(wrong) > FAULTS_A_FIELD:
        faults.add(f"{file}, {label}", f"{len(wrong) - FAULTS_A_FIELD} more unknown labels.")
    return np.asarray(at[codes], dtype=np.intp) if len(codes) else np.empty(0, dtype=np.intp)


def _percent(tariffs: pd.DataFrame | None, faults: Faults) -> None:
    """Ask when many rates are above 100 %: they are then most likely in percent."""
    if tariffs is None:
        return
    rate = tariffs["rate"].to_numpy(float)
    large = int((rate > 1.0).sum())
    if large > MANY * max(1, int((rate > 0).sum())):
        faults.add(f"{tariffs.attrs['file']}, rate", f"{large} rates are above 1 (100 %).",
                   "Are they in percent? Then divide by 100: 0.05 is 5 %.")  # fmt: skip
