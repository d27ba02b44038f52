"""Project loans and what the projects yield, from one CSV file.

Columns ``what, name, year, value, interest_pct, maturity_years, grace_years``. A row is, by
``what``: ``loan`` (USD million disbursed in the year; terms in the last three columns, the same in
every row of a name), ``growth_pct`` (points on top of real growth), ``exports_usd_mn`` or
``revenue_usd_mn`` (on top of the baseline).
"""

from __future__ import annotations

from pathlib import Path

from beltroad.errors import suggest
from beltroad.finance.debt.dynamics.engine import ProjectLoan, ProjectPackage
from beltroad.finance.debt.io import cells as forms
from beltroad.finance.debt.io.checks_settings import whole
from beltroad.finance.debt.io.csvfile import csv_lines
from beltroad.finance.debt.io.draft import Draft, Line
from beltroad.finance.debt.io.faults import DebtInputError, number, quoted

__all__ = ["COLUMNS", "read_package"]

COLUMNS = ("what", "name", "year", "value", "interest_pct", "maturity_years", "grace_years")
_NEEDED = ("what", "year", "value")
_WHAT = {"loan": (0.0, 1e6), "growth_pct": (-20.0, 20.0), "exports_usd_mn": (-1e6, 1e6),
         "revenue_usd_mn": (-1e6, 1e6)}  # fmt: skip
"""Kinds of rows and the range of their values."""
_Terms = tuple[float, int, int]


def read_package(path: Path) -> ProjectPackage:
    """Read a package.

    Raises
    ------
    DebtInputError
        With every fault found, by line, column and value.
    """
    draft = Draft(str(path), typed=False)
    if not path.is_file():
        draft.fault(path.name, "there is no such file.", "Check the name.")
        raise DebtInputError(draft.label, draft.faults)
    found: dict[str, dict[str, dict[int, float]]] = {what: {} for what in _WHAT}
    terms: dict[str, _Terms] = {}
    for line in csv_lines(draft, path, path.name, COLUMNS, _NEEDED):
        what = forms.tidy(line.cells.get("what"))
        if what not in _WHAT:
            draft.fault(line.at("what"), f"unknown kind of row {quoted(what)}.",
                        suggest(what, _WHAT) or f"Choose from {', '.join(_WHAT)}.")  # fmt: skip
            continue
        name = forms.tidy(line.cells.get("name")) if what == "loan" else ""
        year = whole(draft, line, "year", 1990, 2150)
        value = _value(draft, line, what)
        if what == "loan":
            _terms(draft, line, name, terms)
        if year is None or value is None:
            continue
        rows = found[what].setdefault(name, {})
        if year in rows:
            draft.fault(line.at("year"), f"{what} {name} has {year} twice.".replace("  ", " "),
                        "Keep one row.")  # fmt: skip
        rows[year] = value
    if not draft.faults and not any(found.values()):
        draft.fault(path.name, "holds no loans and no yields.", "Give at least one row.")
    if draft.faults:
        raise DebtInputError(draft.label, draft.faults)
    loans = tuple(ProjectLoan(name, rows, *terms[name]) for name, rows in found["loan"].items())
    return ProjectPackage(
        loans, found["growth_pct"].get("", {}), found["exports_usd_mn"].get("", {}),
        found["revenue_usd_mn"].get("", {}),
    )  # fmt: skip


def _value(draft: Draft, line: Line, what: str) -> float | None:
    value, problem, remedy = number(line.cells.get("value"), typed=False)
    low, high = _WHAT[what]
    if problem:
        draft.fault(line.at("value"), problem, remedy)
    elif value != value:
        draft.fault(line.at("value"), "is empty.", "Give a number, or leave out the row.")
    elif not low <= value <= high:
        draft.fault(line.at("value"), f"{what} {value:g} is not credible.",
                    f"Give a value from {low:g} to {high:g}.")  # fmt: skip
    else:
        return value
    return None


def _terms(draft: Draft, line: Line, name: str, terms: dict[str, _Terms]) -> None:
    if not name:
        draft.fault(line.at("name"), "the loan has no name.", "Name it.")
    rate, problem, remedy = number(line.cells.get("interest_pct"), typed=False)
    if problem or rate != rate or not 0 <= rate <= 100:
        said = (
            problem or f"interest {quoted(line.cells.get('interest_pct') or '')} is not credible."
        )
        draft.fault(line.at("interest_pct"), said, remedy or "Give per cent from 0 to 100.")
    maturity = whole(draft, line, "maturity_years", 1, 100)
    grace = whole(draft, line, "grace_years", 0, 99)
    if maturity is None or grace is None:
        return
    if grace >= maturity:
        draft.fault(line.at("grace_years"), f"grace of {grace} years, but maturity of {maturity}.",
                    "Grace must end before the last payment.")  # fmt: skip
    new = (rate, maturity, grace)
    if terms.setdefault(name, new) != new:
        draft.fault(line.where, f"loan {quoted(name)} has other terms in an earlier row.",
                    "Give each set of terms its own name.")  # fmt: skip
