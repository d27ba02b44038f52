"""The user's panel of flows: read from a file, checked, terms and effects made into columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import fastparquet
import numpy as np
import numpy.typing as npt
import pandas as pd

from beltroad.errors import InputError, suggest

__all__ = [
    "PRESETS", "check_keys", "check_numbers", "codes", "design", "parse_effects", "plain",
    "read_panel", "source_of",
]  # fmt: skip

Array = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
PRESETS = {
    "none": "",
    "country": "exporter + importer",
    "country_time": "exporter^year + importer^year",
}
PAIR = "pair"
INTERNATIONAL = "international"
SHOWN = 5
READERS = {".csv": "CSV", ".parquet": "Parquet", ".dta": "Stata"}
_LOG = re.compile(r"^(ln|ln1p)\((.+)\)$")


def read_panel(path: Path) -> pd.DataFrame:
    """Read a panel from CSV, Parquet or Stata; ``attrs["source"]`` names the file in messages.

    Raises
    ------
    InputError
        If the file is not there, cannot be read, or is empty.
    """
    suffix = path.suffix.lower()
    if suffix not in READERS:
        raise InputError(f"{path}: a panel must end in .csv, .parquet or .dta (Stata)")
    if not path.is_file():
        raise InputError(f"{path}: no such file; give the path of a panel of trade flows")
    try:
        if suffix == ".csv":
            frame = pd.read_csv(path)
        elif suffix == ".parquet":
            with path.open("rb") as handle:
                frame = fastparquet.ParquetFile(handle).to_pandas()
        else:
            frame = pd.read_stata(path, convert_categoricals=False)
    except Exception as error:  # noqa: BLE001 - readers raise errors of many kinds
        raise InputError(f"{path}: not readable as {READERS[suffix]} ({error})") from None
    if frame.empty:
        raise InputError(f"{path}: has no rows; give one row for each flow")
    frame.attrs = {"source": str(path)}
    return frame


def source_of(panel: pd.DataFrame) -> str:
    """What messages call the panel."""
    return str(panel.attrs.get("source", "panel"))


def plain(panel: pd.DataFrame) -> pd.DataFrame:
    """The panel with its labels as text, whatever type they were read as."""
    labels = [c for c in ("exporter", "importer", "sector") if c in panel.columns]
    kinds = {c: str for c in labels if isinstance(panel[c].dtype, pd.CategoricalDtype)}
    return panel.astype(kinds) if kinds else panel.copy(deep=False)


def parse_effects(effects: str | Sequence[str], *, by_sector: bool = False) -> tuple[str, ...]:
    """Fixed effects as terms of columns joined by ``^``.

    Parameters
    ----------
    effects
        A formula (``"exporter^year + importer^year + pair"``), a name of `PRESETS`, or a
        sequence of either. ``pair`` is the unordered pair of economies (both directions share
        one effect); ``exporter^importer`` tells the directions apart.
    by_sector
        Let presets have an effect for each sector (``exporter^year^sector``); formulas are
        taken as they are.
    """
    words = [effects] if isinstance(effects, str) else list(effects)
    terms: list[str] = []
    for text in words:
        for part in text.split("+"):
            word = part.strip()
            if word in PRESETS:
                named = [t.strip() for t in PRESETS[word].split("+") if t.strip()]
                terms += [f"{t}^sector" if by_sector else t for t in named]
            elif word:
                terms.append("^".join(c.strip() for c in word.split("^")))
    return tuple(dict.fromkeys(terms))


def codes(panel: pd.DataFrame, term: str) -> Codes:
    """Group number of each row for one term of effects or clusters; shape (rows,)."""
    if term == PAIR and PAIR not in panel.columns:
        _need(panel, ["exporter", "importer"])
        a, b = (panel[c].astype(str).to_numpy() for c in ("exporter", "importer"))
        first = np.where(a < b, a, b)
        second = np.where(a < b, b, a)
        keys = pd.DataFrame({"a": first, "b": second})
    else:
        columns = term.split("^")
        _need(panel, columns)
        keys = panel[columns]
        blank = keys.isna().any(axis=1)
        if blank.any():
            raise InputError(
                f"{source_of(panel)}: {term} is blank in {_rows(blank)}; "
                "fill these rows or drop them"
            )
    return np.asarray(keys.groupby(list(keys.columns), sort=False).ngroup(), np.int64)


def check_keys(panel: pd.DataFrame, extra: Sequence[str] = ()) -> list[str]:
    """Check the columns that name a row; returns them.

    Raises
    ------
    InputError
        If exporter or importer is missing or blank, or a flow is given twice.
    """
    _need(panel, ["exporter", "importer"])
    known = ["exporter", "importer", "year", "sector", *extra]
    keys = list(dict.fromkeys(c for c in known if c in panel.columns))
    blank = panel[keys].isna().any(axis=1) | (panel[["exporter", "importer"]] == "").any(axis=1)
    if blank.any():
        raise InputError(
            f"{source_of(panel)}: {', '.join(keys)} are blank in {_rows(blank)}; "
            "fill them or drop the rows"
        )
    twice = panel.duplicated(keys)
    if twice.any():
        first = ", ".join(f"{k} {v}" for k, v in panel.loc[twice, keys].iloc[0].items())
        raise InputError(
            f"{source_of(panel)}: {int(twice.sum())} flows are given twice ({first}; "
            f"{_rows(twice)}); add them up, or name the column that tells them apart 'sector'"
        )
    return keys


def check_numbers(panel: pd.DataFrame, column: str, *, least: float | None = None) -> Array:
    """Values of a column as floats, all finite and not below ``least``."""
    _need(panel, [column])
    source = source_of(panel)
    values = pd.to_numeric(panel[column], errors="coerce")
    bad = ~np.isfinite(values.to_numpy(float, na_value=np.nan))
    if bad.any():
        raise InputError(
            f"{source}: column {column!r} is blank, no number or infinite in "
            f"{_rows(pd.Series(bad))}; fill these rows, drop them, or (after a logarithm) "
            "see which values were zero"
        )
    if least is not None and (values < least).any():
        raise InputError(
            f"{source}: column {column!r} is below {least:g} in {_rows(values < least)}; "
            "flows and costs cannot be negative: correct or drop these rows"
        )
    return np.asarray(values, float)


def design(panel: pd.DataFrame, regressors: Sequence[str]) -> tuple[list[str], Array]:
    """Names and values of the regressors, shape (rows, terms).

    A regressor is a column, ``ln(column)``, ``ln1p(column)`` (the logarithm of one plus a rate),
    ``international`` (1 where exporter and importer differ), or one of these times a column of
    labels, ``international*year``: one term for each label but the last.
    """
    names: list[str] = []
    values: list[Array] = []
    for text in dict.fromkeys(r.strip() for r in regressors):
        if not text:
            raise InputError("a regressor is blank; give columns with commas between, as rta,dist")
        base, _, by = text.partition("*")
        base = base.strip()
        one = _single(panel, base)
        if not by:
            names.append(base)
            values.append(one)
            continue
        _need(panel, [by.strip()])
        label = panel[by.strip()]
        levels = sorted(label.dropna().unique())
        names += [f"{base}[{_plain(level)}]" for level in levels[:-1]]
        values += [np.where(label == level, one, 0.0) for level in levels[:-1]]
    if not names:
        return [], np.zeros((len(panel), 0))
    return names, np.column_stack(values)


def _single(panel: pd.DataFrame, text: str) -> Array:
    if text == INTERNATIONAL and text not in panel.columns:
        return np.asarray(panel["exporter"] != panel["importer"], float)
    found = None if text in panel.columns else _LOG.match(text)
    if not found:
        return check_numbers(panel, text)
    kind, column = found.groups()
    values = check_numbers(panel, column)
    inside = values + (1.0 if kind == "ln1p" else 0.0)
    low = inside <= 0
    if low.any():
        raise InputError(
            f"{source_of(panel)}: {text} has no value in {_rows(pd.Series(low))}, where "
            f"{column!r} is {values[low][0]:g}; drop these rows or use another regressor"
        )
    return np.log(inside)


def _plain(level: object) -> str:
    return f"{level:g}" if isinstance(level, float) else str(level)


def _need(panel: pd.DataFrame, columns: Sequence[str]) -> None:
    for column in columns:
        if column not in panel.columns:
            known = [str(c) for c in panel.columns]
            hint = suggest(column, known)
            raise InputError(
                f"{source_of(panel)}: no column {column!r}. {hint}{' ' if hint else ''}"
                f"Columns: {', '.join(known[:20])}{' ...' if len(known) > 20 else ''}"
            )


def _rows(bad: pd.Series) -> str:
    """Which rows, counted from 1 below the header."""
    place = np.flatnonzero(bad.to_numpy(bool)) + 1
    shown = ", ".join(str(p) for p in place[:SHOWN])
    more = f" and {len(place) - SHOWN} more" if len(place) > SHOWN else ""
    return f"row {shown}" if len(place) == 1 else f"rows {shown}{more}"
