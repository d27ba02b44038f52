"""The ledger of flows and stocks: one row a figure, with its source and price basis.

:func:`load` gives what is bundled, :func:`read` a file of the user's own, both checked in the same
way. Nothing is added up here: see :mod:`beltroad.finance.invest.select` for what may be added.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd
from fastparquet import ParquetFile

from beltroad.errors import InputError, suggest
from beltroad.evidence import economies
from beltroad.evidence.tables import load as load_table
from beltroad.files import check_table_file, no_formula, table_bytes, write_atomically
from beltroad.finance.currencies import currency
from beltroad.finance.invest import vocabulary as words
from beltroad.finance.invest.claim_rows import claim_rows
from beltroad.finance.invest.faults import Faults
from beltroad.finance.invest.groups import known as known_groups
from beltroad.finance.invest.periods import last_year
from beltroad.finance.invest.prices import price_year

__all__ = ["check", "frame", "load", "place", "read", "write"]


def load(*, claims: bool = True) -> pd.DataFrame:
    """The bundled ledger: rows of its own and, unless left out, those of the evidence base.

    Returns
    -------
    DataFrame
        Columns of :data:`beltroad.finance.invest.vocabulary.COLUMNS`.
    """
    return _bundled(claims).copy()


@lru_cache(maxsize=2)
def _bundled(claims: bool) -> pd.DataFrame:
    own = frame(load_table("investment"))
    return frame(pd.concat([own, claim_rows()], ignore_index=True)) if claims else own


def frame(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the ledger's columns in order; a column that is not there becomes empty."""
    out = pd.DataFrame(index=rows.index)
    for name in words.COLUMNS:
        if name in words.NUMBERS:
            number = rows[name] if name in rows else pd.Series(math.nan, index=rows.index)
            out[name] = pd.to_numeric(number)
        else:
            text = rows[name] if name in rows else pd.Series("", index=rows.index)
            out[name] = text.fillna("").astype(str)
    return out.reset_index(drop=True)


def place(text: str) -> str:
    """Code of an economy by any name or code, or of a group of the ledger.

    Raises
    ------
    InputError
        If it is neither; close names are suggested.
    """
    code = text.strip().upper().replace(" ", "_").replace("-", "_")
    if code in known_groups():
        return code
    try:
        return economies.iso3(text)
    except InputError as error:
        raise InputError(f"{error} Groups: {', '.join(known_groups())}") from None


def read(path: Path) -> pd.DataFrame:
    """A ledger file (CSV or Parquet), every row checked.

    Raises
    ------
    InputError
        If the file cannot be read, lacks a column, or has faulty rows (all are listed).
    """
    raw = _raw(path)
    faults = Faults(str(path))
    for name in sorted(set(words.COLUMNS) - set(raw.columns)):
        faults.add(None, "header", name, "add this column; docs/methods/investment.md lists all")
    for name in [str(c) for c in raw.columns if str(c) not in words.COLUMNS]:
        faults.add(None, "header", name,
                   f"no column of a ledger. {suggest(name, words.COLUMNS)}".strip())  # fmt: skip
    faults.check()
    rows = check(raw, str(path))
    if rows.empty:
        raise InputError(f"{path}: no rows; give a ledger with at least one")
    return rows


def write(rows: pd.DataFrame, path: Path) -> Path:
    """Write a ledger as .csv or .parquet, whole or not at all.

    Raises
    ------
    InputError
        If the name has another ending.
    """
    check_table_file(path)
    table = frame(rows)
    if path.suffix == ".csv":
        # Notes and file names come from elsewhere: no spreadsheet may take them for formulas.
        for name in ("source", "document", "note", "as_published", "industry"):
            table[name] = [no_formula(text) for text in table[name]]
    return write_atomically(path, table_bytes(table, path))


def check(raw: pd.DataFrame, source: str) -> pd.DataFrame:
    """Rows as a ledger, or all their faults.

    Parameters
    ----------
    raw
        Cells as text or numbers; row 2 is the first below the header.
    source
        Name for messages.

    Raises
    ------
    InputError
        Listing row, field, value and remedy of every fault.
    """
    faults = Faults(source)
    out: list[dict[str, Any]] = []
    for number, row in enumerate(raw.to_dict("records"), start=2):
        text = {name: _text(row.get(name, "")) for name in words.COLUMNS}
        clean: dict[str, Any] = {name: text[name] for name in words.TEXT}
        for name, value in text.items():
            if not value.isprintable():
                faults.add(number, name, ascii(value)[1:41], "leave control characters out")
        for name, known in _CHOICES.items():
            if text[name] not in known:
                remedy = f"give one of {', '.join(k or '(empty)' for k in known)}. "
                faults.add(number, name, text[name], (remedy + suggest(text[name], known)).strip())
        for name in ("reporter", "partner"):
            try:
                clean[name] = place(text[name])
            except InputError as error:
                faults.add(number, name, text[name], str(error))
        if not text["source"]:
            faults.add(number, "source", "", "say who counts; rows are only added within a source")
        _period(clean, text, number, faults)
        _amounts(clean, text, number, faults)
        out.append(clean)
    faults.check()
    return frame(pd.DataFrame(out, columns=list(words.COLUMNS)))


# Above ten times the world's yearly output; in the smallest currency units, as much.
_MOST_USD_MN, _MOST_OWN_MN = 1e9, 1e14
_CHOICES: dict[str, tuple[str, ...]] = {
    "direction": words.DIRECTIONS, "measure": tuple(words.MEASURES),
    "instrument": tuple(words.INSTRUMENTS), "status": words.STATUSES,
    "confidence": words.CONFIDENCE, "bound": words.BOUNDS,
}  # fmt: skip


def _period(clean: dict[str, Any], text: dict[str, str], number: int, faults: Faults) -> None:
    clean["period"] = text["period"] or text["year"].removesuffix(".0")
    try:
        year = last_year(clean["period"])
    except InputError as error:
        faults.add(number, "period", clean["period"], str(error))
        return
    clean["year"] = year
    if text["year"] and text["year"].removesuffix(".0") != str(year):
        faults.add(number, "year", text["year"], f"the period {clean['period']} ends in {year}")


def _amounts(clean: dict[str, Any], text: dict[str, str], number: int, faults: Faults) -> None:
    wrong = False
    for name in ("value_usd_mn", "own_value_mn"):
        try:
            clean[name] = float(text[name]) if text[name] else math.nan
            if math.isinf(clean[name]):
                raise ValueError  # noqa: TRY301 - one remedy for both ways to be wrong
        except ValueError:
            clean[name], wrong = math.nan, True
            faults.add(number, name, text[name], "give a number without separators, or leave empty")
    try:
        price_year(text["price_basis"])
    except InputError as error:
        faults.add(number, "price_basis", text["price_basis"], str(error))
    known = not math.isnan(clean["value_usd_mn"])
    own = not math.isnan(clean["own_value_mn"])
    if text["status"] in ("missing", "suppressed") and known:
        faults.add(number, "status", text["status"], "a value is given: leave the status empty")
    if not known and not own and not wrong and text["status"] not in ("missing", "suppressed"):
        faults.add(number, "value_usd_mn", "", "say missing or suppressed in status")
    if own != bool(text["own_currency"]):
        faults.add(number, "own_currency", text["own_currency"],
                   "give an ISO 4217 code exactly where own_value_mn is given")  # fmt: skip
    elif own:
        try:
            currency(text["own_currency"])
        except InputError as error:
            faults.add(number, "own_currency", text["own_currency"], str(error))
    for name, most in (("value_usd_mn", _MOST_USD_MN), ("own_value_mn", _MOST_OWN_MN)):
        if abs(clean[name]) > most:
            said = f"above {most:g} million: no investment is so large, check the unit"
            faults.add(number, name, text[name], said)
    if known and clean["value_usd_mn"] < 0 and text["measure"] not in ("flow", "stock"):
        faults.add(number, "value_usd_mn", text["value_usd_mn"],
                   "only flows and stocks can be negative")  # fmt: skip


def _raw(path: Path) -> pd.DataFrame:
    if path.suffix.casefold() not in (".csv", ".parquet"):
        raise InputError(f"{path}: give a ledger that ends in .csv or .parquet")
    try:
        if path.suffix.casefold() == ".parquet":
            with path.open("rb") as handle:
                table: pd.DataFrame = ParquetFile(handle).to_pandas()
            return table
        return pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except Exception as error:  # noqa: BLE001 - whatever the readers raise, the file is at fault
        raise InputError(f"{path}: cannot be read as a ledger ({error!s:.80})") from None


def _text(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return ""
    return str(value).strip()
