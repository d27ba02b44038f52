"""Lists that the user supplies: whatever format, entries of one form."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from beltroad.errors import InputError, suggest
from beltroad.risk.integrity.screening.entries import Entry
from beltroad.risk.integrity.screening.lists import eu, ofac, tables, un
from beltroad.risk.integrity.screening.lists.xml import root_of

__all__ = ["FORMATS", "read_list"]

FORMATS: dict[str, Callable[[Path], Iterator[Entry]]] = {
    "csv": tables.read_csv,
    "ftm": tables.read_entities,
    "un": un.read,
    "ofac-csv": ofac.read_csv,
    "ofac-xml": ofac.read_xml,
    "eu-csv": eu.read_csv,
    "eu-xml": eu.read_xml,
}
"""Readers by name of the format."""

_ROOTS = {"CONSOLIDATED_LIST": "un", "sdnList": "ofac-xml", "export": "eu-xml"}


def read_list(path: Path, form: str = "") -> list[Entry]:
    """Entries of a list.

    Parameters
    ----------
    form
        One of :data:`FORMATS`; empty to tell it from the file.

    Raises
    ------
    InputError
        If the file cannot be read, the format is not known, or nothing is on the list.
    """
    if form and form not in FORMATS:
        raise InputError(
            f"{form!r} is not a format of lists. {suggest(form, FORMATS)} "
            f"Formats: {', '.join(FORMATS)}"
        )
    entries = list(FORMATS[form or _guess(path)](path))
    if not entries:
        raise InputError(f"{path}: no entries found; is it the format {form or _guess(path)}?")
    return entries


def _guess(path: Path) -> str:
    suffix = path.suffix.lower()
    if suffix == ".xml":
        root, _ = root_of(path)
        if root not in _ROOTS:
            raise InputError(
                f"{path}: <{root}> is not the root of a list that is known "
                f"({', '.join(_ROOTS)}); give its format"
            )
        return _ROOTS[root]
    if suffix in (".json", ".jsonl", ".ndjson", ".ijson"):
        return "ftm"
    if suffix == ".csv":
        with tables.open_text(path, "utf-8-sig", "latin-1") as handle:
            head = handle.readline()
        if "NameAlias_WholeName" in head:
            return "eu-csv"
        return "ofac-csv" if head[:1].isdigit() else "csv"
    raise InputError(f"{path}: give the format of the list: {', '.join(FORMATS)}")
