"""Inputs from wherever they are: a prepared country, a folder, a workbook."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.finance.debt.io import cells as forms
from beltroad.finance.debt.io.folder import FILES, read_folder
from beltroad.finance.debt.io.workbook import read_workbook
from beltroad.finance.debt.model import CountryInputs

__all__ = ["read"]

_BOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")


def read(ref: str | Path) -> CountryInputs:
    """Read the inputs of one country.

    Parameters
    ----------
    ref
        ISO code or name of a prepared country, a folder of CSV files, or an .xlsx workbook. A code
        comes before a folder of the same name: write ``./KEN`` for the folder.

    Raises
    ------
    InputError
        If there is no such country, folder or file; with every fault of a folder or workbook.
    """
    text = str(ref).strip()
    if not text:
        raise InputError("no input given: name a country, a folder or an .xlsx workbook")
    path = Path(text)
    found = economies.lookup(text) if isinstance(ref, str) and not _is_path(text) else None
    if found is not None and found.iso3:
        return _prepared(found.iso3)
    try:
        folder, file = path.is_dir(), path.is_file()
    except (OSError, ValueError):
        folder = file = False
    if folder:
        return read_folder(path)
    if file and path.name.casefold() in FILES:
        raise InputError(f"{path}: is one file of a folder; give the folder {path.parent}")
    if file:
        return read_workbook(path)
    if _is_path(text):
        raise InputError(f"{text[:200]}: there is no such file or folder; check the name")
    return _prepared(text)


def _is_path(text: str) -> bool:
    return "/" in text or "\\" in text or text.casefold().endswith((*_BOOKS, ".csv", ".json"))


def _prepared(text: str) -> CountryInputs:
    from beltroad.finance.debt.inputs import prepared

    inputs = prepared.inputs(economies.iso3(text))
    if len(inputs.sources) or "debt_sources" not in evidence.names():
        return inputs
    return replace(inputs, sources=forms.used_sources(
        replace(inputs, sources=evidence.load("debt_sources"))))  # fmt: skip
