"""The files of a data set: which there are, their columns, and how they are read.

Every table is tidy: one row a value, labels in text columns, the value in the last one. Labels are
the user's own (not only ISO codes) and money is in any one unit.
"""

from __future__ import annotations

import csv
import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import fastparquet
import numpy as np
import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.trade.tables.faults import Faults

__all__ = ["LAYOUT", "PERCENT", "Column", "Layout", "columns_of", "read_folder", "read_table"]

CLOSE = 0.8  # how like a name must be to be taken for a misspelling of it
PERCENT = 5.0  # a tariff above 500 % is far more likely one given in percent


@dataclass(frozen=True)
class Column:
    """A column of numbers: its name, least value and what it means."""

    name: str
    least: float
    meaning: str
    above: bool = False
    percent: bool = False
    optional: bool = False


@dataclass(frozen=True)
class Layout:
    """One table: its name, columns of labels, columns of numbers, and whether it must be there."""

    name: str
    labels: tuple[str, ...]
    values: tuple[Column, ...]
    required: bool = False

    @property
    def columns(self) -> list[str]:
        """All columns in their order."""
        return [*self.labels, *(c.name for c in self.values)]


_RATE = Column("rate", -1.0, "ad valorem rate as a fraction: 0.05 is 5 %", above=True, percent=True)
LAYOUT = {
    table.name: table
    for table in (
        Layout("flows", ("importer", "exporter", "sector"),
               (Column("value", 0.0, "value before tariff, own sales included"),), True),
        Layout("io", ("country", "input_sector", "using_sector"),
               (Column("cost_share", -1.0, "share of the user's cost spent on the input"),), True),
        Layout("value_added", ("country", "sector"),
               (Column("share", 0.0, "share of cost"),), True),
        Layout("elasticities", ("sector",),
               (Column("theta", 1.0, "trade elasticity, at least 1"),), True),
        Layout("tariffs", ("importer", "exporter", "sector"), (_RATE,)),
        Layout("consumption", ("country", "sector"),
               (Column("share", 0.0, "share of final spending"),)),
        Layout("deficits", ("country",),
               (Column("value", -np.inf, "imports less exports, before tariff"),)),
    )
}  # fmt: skip


def columns_of(name: str) -> str:
    """Columns of a table as text for messages."""
    return ", ".join(LAYOUT[name].columns)


def read_folder(folder: Path) -> dict[str, pd.DataFrame]:
    """Read the tables of a data set, each ``NAME.csv`` or ``NAME.parquet``, as they stand.

    Raises
    ------
    InputError
        If the folder or a required table is missing, is there twice, or cannot be read.
    """
    if not folder.is_dir():
        raise InputError(f"{folder}: is no folder; give one that holds flows.csv, io.csv, ...")
    found: dict[str, pd.DataFrame] = {}
    faults = Faults(str(folder))
    for name, layout in LAYOUT.items():
        paths = [p for p in (folder / f"{name}.csv", folder / f"{name}.parquet") if p.exists()]
        if len(paths) == 2:
            faults.add(name, "is there as .csv and as .parquet.", "Remove one.")
        elif paths:
            found[name] = read_table(paths[0])
        elif layout.required:
            close = suggest(f"{name}.csv", _others(folder))
            faults.add(f"{name}.csv", "is missing.",
                       f"Columns: {columns_of(name)} (CSV or Parquet). {close}".strip()
                       )  # fmt: skip
    for name in LAYOUT:
        if name not in found and not LAYOUT[name].required:
            _misspelt(name, folder, faults)
    faults.check()
    return found


def _others(folder: Path) -> list[str]:
    """Names of files in the folder that are none of a data set's."""
    known = {f"{name}{suffix}" for name in LAYOUT for suffix in (".csv", ".parquet")}
    return sorted(p.name for p in folder.iterdir() if p.name not in known)


def _misspelt(name: str, folder: Path, faults: Faults) -> None:
    """Ask about a file that looks like an optional table: it would be left out unnoticed."""
    for other in _others(folder):
        stem, _, suffix = other.rpartition(".")
        near = difflib.get_close_matches(stem.casefold(), [name], n=1, cutoff=CLOSE)
        if suffix.casefold() in ("csv", "parquet") and near:
            faults.add(other, "is not read.", f"Call it {name}.{suffix.casefold()} or take it out.")


def read_table(path: Path) -> pd.DataFrame:
    """Read one CSV (all cells as text) or Parquet file.

    ``frame.attrs["file"]`` names the file; rows of a CSV are counted as lines of the file.
    """
    frame: pd.DataFrame
    try:
        if path.suffix.lower() == ".parquet":
            with path.open("rb") as handle:
                parquet = handle.read(4) == b"PAR1"  # else the reader's own words help nobody
                handle.seek(0)
                frame = fastparquet.ParquetFile(handle).to_pandas() if parquet else pd.DataFrame()
            frame.attrs["first"] = 0
        else:
            frame = pd.read_csv(
                path, dtype=str, keep_default_na=False, encoding="utf-8-sig",
                skip_blank_lines=False, quoting=csv.QUOTE_MINIMAL,
            )  # fmt: skip
            frame.attrs["first"] = 2
    except pd.errors.EmptyDataError:
        raise InputError(f"{path}: is empty; the first line must name the columns") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8 text; save it as CSV in UTF-8") from None
    except Exception as error:  # noqa: BLE001  (each reader has error types of its own)
        reason = str(error).strip().splitlines()
        raise InputError(f"{path}: cannot be read ({reason[-1] if reason else 'empty'})") from None
    if frame.shape[1] == 0:
        raise InputError(f"{path}: is no Parquet file, or has no columns")
    frame.attrs["file"] = path.name
    return frame


def clean(name: str, frame: pd.DataFrame, faults: Faults, layout: Layout) -> pd.DataFrame | None:
    """Columns, labels and numbers of one table as they must be, or faults.

    Labels are stripped text; numbers are finite and within bounds. Optional numbers that are
    left empty become NaN.
    """
    file = str(frame.attrs.get("file", name))
    first = int(frame.attrs.get("first", 0))
    kind = "line" if first else "row"
    frame = frame.rename(columns=lambda c: str(c).strip())
    for mark, what in ((";", "semicolons"), ("\t", "tabs")):
        if frame.shape[1] == 1 and mark in frame.columns[0]:
            faults.add(file, f"columns are parted by {what}.", "Use commas.")
            return None
    optional = {c.name for c in layout.values if c.optional}
    missing = [c for c in layout.columns if c not in frame.columns and c not in optional]
    if optional and not optional & set(frame.columns):
        missing += sorted(optional)
    if missing:
        close = suggest(missing[0], frame.columns)
        faults.add(file, f"has no column {', '.join(missing)}; it has "
                   f"{', '.join(frame.columns) or 'none'}.", close)  # fmt: skip
        return None
    if _doubtful(frame, layout, file, faults):
        return None
    out: dict[str, np.ndarray] = {}
    for label in layout.labels:
        try:
            codes, names = pd.factorize(frame[label])
        except TypeError:
            faults.add(f"{file}, {label}", "holds lists or the like.", "Give names as text.")
            return None
        text = np.array([*(str(name).strip() for name in names), ""], dtype=object)[codes]
        for at in np.flatnonzero(text == "")[:3]:
            faults.add(f"{file} {kind} {at + first}, {label}", "is empty.", "Name it.")
        out[label] = text
    for column in layout.values:
        if column.name in frame.columns:
            out[column.name] = _numbers(frame[column.name], column, f"{file} {kind}", first, faults)
        else:
            out[column.name] = np.full(len(frame), np.nan)
    table = pd.DataFrame(out)
    table.attrs = {"file": file, "first": first, "kind": kind}
    return table


def _doubtful(frame: pd.DataFrame, layout: Layout, file: str, faults: Faults) -> bool:
    """Columns given twice, or so like one that is not given that they were meant to be it."""
    before = len(faults.found)
    names = list(frame.columns)
    for name in layout.columns:
        # pandas calls the second column of a name "name.1"
        twice = names.count(name) > 1 or any(re.fullmatch(rf"{name}\.\d+", c) for c in names)
        if twice:
            faults.add(file, f"has the column {name} twice.", "Keep one.")
        if name not in names:
            others = [c for c in names if c not in layout.columns]
            for other in difflib.get_close_matches(name, others, n=1, cutoff=CLOSE):
                faults.add(file, f"column {other!r} is not read.", f"Call it {name!r}?")
    return len(faults.found) > before


def _numbers(raw: pd.Series, column: Column, where: str, first: int, faults: Faults) -> np.ndarray:
    """Numbers of one column; each fault named with its row, field, value and remedy."""
    if raw.dtype.kind in "bmMc":  # True and dates are no amounts, though they could be read as such
        raw = raw.astype(str)
    values = pd.to_numeric(raw, errors="coerce").to_numpy(float, na_value=np.nan)

    def said(at: int) -> str:
        cell = raw.iloc[at]
        return "" if pd.isna(cell) else str(cell).strip()

    empty = np.zeros(len(values), dtype=bool)
    for at in np.flatnonzero(np.isnan(values)):
        empty[at] = said(int(at)) == ""
    low = values <= column.least if column.above else values < column.least
    bound = f"above {column.least:g}" if column.above else f"at least {column.least:g}"
    problems: list[tuple[np.ndarray, str, str]] = [
        (empty & (not column.optional), "is empty.", f"Give {column.meaning}."),
        (~empty & np.isnan(values), "is no number.",
         f"Give {column.meaning}, with a point for decimals."),
        (np.isinf(values), "is not finite.", f"Give {column.meaning}."),
        (~np.isinf(values) & low, f"must be {bound}.", f"Give {column.meaning}."),
    ]  # fmt: skip
    if column.percent:
        problems.append(
            (np.isfinite(values) & (values > PERCENT), f"is more than {100 * PERCENT:.0f} %.",
             f"Is it in percent? Give {column.meaning}.")
        )  # fmt: skip
    for bad, problem, remedy in problems:
        places = np.flatnonzero(bad)
        for at in places[:3]:
            faults.add(
                f"{where} {at + first}, {column.name} {said(int(at))[:30]!r}", problem, remedy
            )
        if len(places) > 3:
            faults.add(f"{where}s, {column.name}", f"{len(places) - 3} more: {problem}")
    return np.asarray(values)


def named(tables: Mapping[str, pd.DataFrame | None]) -> dict[str, pd.DataFrame]:
    """Tables given as frames, with a copy of their attributes so that messages can name them."""
    out = {}
    for name, frame in tables.items():
        if frame is None:
            continue
        if not isinstance(frame, pd.DataFrame):
            raise InputError(
                f"{name}: expected a table (DataFrame) with columns {columns_of(name)}, "
                f"found {type(frame).__name__}"
            )
        out[name] = frame
    return out
