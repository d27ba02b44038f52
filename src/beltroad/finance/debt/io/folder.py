"""Inputs of a country as a tidy folder of CSV files.

========================  =======================================================================
``series.csv``            variable, year, value, kind, source, note
``settings.csv``          setting, value, kind, source, note; the rows iso3 and name with them
``terms.csv``             name, creditor, currency, interest_pct, maturity_years, grace_years,
                          share_pct, kind, source
``gaps.csv``, optional    variable, why, effect
``sources.csv``, optional source, title, url, licence, vintage
========================  =======================================================================
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from beltroad.errors import suggest
from beltroad.files import write_files
from beltroad.finance.debt.io import cells as forms
from beltroad.finance.debt.io.assemble import assemble
from beltroad.finance.debt.io.csvfile import csv_lines, csv_text
from beltroad.finance.debt.io.draft import Draft, Line, Value
from beltroad.finance.debt.io.faults import number, quoted
from beltroad.finance.debt.model import CountryInputs
from beltroad.finance.debt.vocabulary import SERIES

__all__ = ["FILES", "folder_files", "read_folder", "write_folder"]

FILES = {
    "series.csv": ("variable", "year", "value", "kind", "source", "note"),
    "settings.csv": ("setting", "value", "kind", "source", "note"),
    "terms.csv": forms.TERMS,
    "gaps.csv": forms.GAPS,
    "sources.csv": forms.SOURCES,
}
"""Files of a folder and their columns."""
_NEEDED = {
    "series.csv": ("variable", "year", "value"),
    "settings.csv": ("setting", "value"),
    "terms.csv": ("name", "currency", "interest_pct", "maturity_years", "grace_years", "share_pct"),
    "gaps.csv": ("variable",),
    "sources.csv": ("source",),
}
_OPTIONAL = ("gaps.csv", "sources.csv")


def write_folder(inputs: CountryInputs, path: Path) -> Path:
    """Write inputs as a folder: all files or none. :func:`read_folder` gives them back equal."""
    return write_files(folder_files(inputs), Path(path))


def folder_files(inputs: CountryInputs) -> dict[str, bytes]:
    """Content of the files by name."""
    whole = forms.canonical(inputs)
    about = [("iso3", whole.iso3, "", "", ""), ("name", whole.name, "", "", "")]
    series = forms.cells(whole)
    settings = forms.setting_rows(whole)
    tables: dict[str, Iterable[Sequence[object]]] = {
        "series.csv": series.itertuples(index=False, name=None),
        "settings.csv": [*about, *settings.itertuples(index=False, name=None)],
        "terms.csv": [[getattr(each, c) for c in forms.TERMS] for each in whole.instruments],
        "gaps.csv": whole.gaps.itertuples(index=False, name=None),
        "sources.csv": whole.sources.itertuples(index=False, name=None),
    }
    return {name: csv_text(FILES[name], rows) for name, rows in tables.items()}


def read_folder(path: Path) -> CountryInputs:
    """Read a folder.

    Raises
    ------
    DebtInputError
        With every fault found, by file, line, column and value.
    """
    draft = Draft(str(path), typed=False)
    known = {p.name.casefold(): p for p in sorted(Path(path).iterdir()) if p.is_file()}
    lists = {"settings.csv": draft.settings, "terms.csv": draft.terms,
             "gaps.csv": draft.gaps, "sources.csv": draft.sources}  # fmt: skip
    for name in FILES:
        if name in known:
            before = len(draft.faults)
            lines = csv_lines(draft, known[name], name, FILES[name], _NEEDED[name])
            if not lines and len(draft.faults) > before:
                draft.unread.add(name.removesuffix(".csv"))
            if name == "series.csv":
                _series(draft, lines)
            else:
                lists[name] += lines
        elif name not in _OPTIONAL:
            draft.unread.add(name.removesuffix(".csv"))
            near = suggest(name, [n for n in known if n not in FILES])
            draft.fault(name, "there is no such file in the folder.",
                        near or f"It has the columns {', '.join(FILES[name])}.")  # fmt: skip
    return assemble(draft)


def _series(draft: Draft, lines: list[Line]) -> None:
    unknown: set[str] = set()
    for line in lines:
        variable = forms.tidy(line.cells.get("variable"))
        if variable not in SERIES:
            if variable not in unknown:
                draft.fault(
                    line.at("variable"),
                    f"unknown variable {quoted(variable)}.",
                    suggest(variable, SERIES) or "Take a name of the vocabulary.",
                )
            unknown.add(variable)
            continue
        draft.rows.setdefault(variable, f"series.csv ({variable})")
        year, problem, remedy = number(line.cells.get("year"), typed=False)
        if problem or year != round(year) or not 1900 <= year <= 2200:
            said = problem or f"{quoted(line.cells.get('year'))} is no year."
            draft.fault(line.at("year"), said, remedy or "Give a year such as 2025.")
            continue
        value, problem, remedy = number(line.cells.get("value"), typed=False)
        if problem:
            draft.fault(line.at("value"), f"{variable} {year:.0f}: {problem}", remedy)
        draft.values.append(
            Value(
                variable,
                int(year),
                value,
                line.at("value"),
                forms.tidy(line.cells.get("kind")),
                forms.tidy(line.cells.get("source")),
                forms.tidy(line.cells.get("note")),
                known=not problem,
            )
        )
