"""Exposures of a portfolio: read, checked as a whole, and filled from published rates."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from beltroad.errors import Fault, InputError, ScenarioError
from beltroad.evidence import load
from beltroad.evidence.economies import iso3
from beltroad.risk._cells import Faults, column_faults, frame_of, number_of, screenful
from beltroad.risk.journal import visible
from beltroad.risk.portfolio.parameters import COUNTERPARTS, counterpart_rates

__all__ = ["COLUMNS", "checked", "read_exposures"]

REQUIRED = ("id", "iso3", "sector", "currency", "amount_usd")
OPTIONAL = ("obligor", "counterpart", "probability_pct", "recovery_pct")
COLUMNS = (*REQUIRED, *OPTIONAL)
"""Columns of an exposure; the first five must be there."""

_ENOUGH = 200  # faults, after which the rest of a table is not looked at
_LEAST_USD, _MOST_USD = 0.01, 1e15
_GRADE_YEARS = 2.0


def read_exposures(path: Path, grades: pd.DataFrame | None = None) -> pd.DataFrame:
    """Read exposures of a portfolio from CSV.

    Raises
    ------
    InputError
        If the file cannot be read; :class:`~beltroad.errors.ScenarioError` with all faults.
    """
    faults = Faults(path)
    table, lines = frame_of(path, COLUMNS, REQUIRED, faults)
    return _checked(table, visible(path), grades, lines, faults.found)


def checked(
    exposures: pd.DataFrame, *, source: str = "exposures", grades: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Exposures with every column filled, or all their faults at once.

    Parameters
    ----------
    exposures
        One row an exposure: ``id``, ``iso3`` (code or English name), ``sector``, ``currency``
        (ISO 4217), ``amount_usd``; ``obligor`` (exposures to one obligor default together; by
        default each is its own), ``counterpart`` (private, public, sovereign),
        ``probability_pct`` of a default within a year and ``recovery_pct``. Where these two are
        empty they are those published for the counterpart.
    grades
        From ``beltroad.risk.country.grades``: the probability of a sovereign counterpart without
        one of its own, taken over two years and turned into one; that of economies ``in_distress``
        is of the next year as it is.

    Returns
    -------
    DataFrame
        The columns of :data:`COLUMNS`, ``region``, and ``basis``: where the probability is from
        (``given``, ``grade`` or ``published``).

    Raises
    ------
    ScenarioError
        With every fault that was found.
    """
    faults = column_faults(exposures, COLUMNS, REQUIRED)
    if faults:
        raise ScenarioError(source, faults)
    return _checked(exposures, source, grades, range(2, len(exposures) + 2), [])


def _checked(
    exposures: pd.DataFrame, source: str, grades: pd.DataFrame | None, lines: Sequence[int],
    found: Sequence[Fault],
) -> pd.DataFrame:  # fmt: skip
    """Exposures of known columns, row by row; ``found`` is what was wrong before."""
    faults = list(found)
    names = [str(c) for c in exposures.columns]
    rows = []
    for line, row in zip(lines, exposures.itertuples(index=False), strict=True):
        rows.append(_row(line, dict(zip(names, row, strict=True)), faults))
        if len(faults) >= _ENOUGH:
            raise ScenarioError(source, screenful(faults))
    table = pd.DataFrame(rows)
    twice = table["id"].duplicated() & (table["id"] != "")
    faults += [Fault(f"row {lines[k]}, id", f"{table['id'][k]!r:.40} is given twice.")
               for k in table.index[twice]]  # fmt: skip
    if not faults:
        table = _filled(table, grades, faults)
        faults += _unlike(table)
    if faults:
        raise ScenarioError(source, screenful(faults))
    regions = load("countries").set_index("iso3")["region"]
    table["region"] = table["iso3"].map(regions).fillna("").astype(str)
    return table[[*COLUMNS, "region", "basis"]]


def _row(line: int, raw: dict[str, Any], faults: list[Fault]) -> dict[str, Any]:
    """One exposure, its faults added to the list."""

    def fault(column: str, problem: str, remedy: str = "") -> None:
        faults.append(Fault(f"row {line}, {column}", problem, remedy))

    out: dict[str, Any] = {
        c: str(raw.get(c, "") if raw.get(c) == raw.get(c) else "").strip()
        for c in ("id", "obligor", "iso3", "sector", "currency", "counterpart")
    }
    out["currency"] = out["currency"].upper()
    out["counterpart"] = out["counterpart"].lower()
    for column in ("id", "sector"):
        if not out[column]:
            fault(column, "is empty.")
    out["obligor"] = out["obligor"] or out["id"]
    try:
        out["iso3"] = iso3(out["iso3"])
    except InputError as error:
        fault("iso3", _sentence(error))
    if not (len(out["currency"]) == 3 and out["currency"].isascii() and out["currency"].isalpha()):
        fault("currency", f"{out['currency']!r:.20} is no ISO 4217 code.", "Such as USD or CNY.")
    if out["counterpart"] and out["counterpart"] not in COUNTERPARTS:
        fault("counterpart", f"{out['counterpart']!r:.30} is not known.",
              f"Use {', '.join(COUNTERPARTS)}.")  # fmt: skip
    out["amount_usd"] = _number(raw.get("amount_usd"), "amount_usd", fault)
    if out["amount_usd"] < _LEAST_USD:
        fault("amount_usd", f"{out['amount_usd']:g} is not above 0 by a cent or more.")
    elif out["amount_usd"] > _MOST_USD:
        fault("amount_usd", f"{out['amount_usd']:g} is above {_MOST_USD:g}.")
    elif math.isnan(out["amount_usd"]) and str(raw.get("amount_usd", "")).strip() in ("", "nan"):
        fault("amount_usd", "is empty.", "Fill it in.")
    for column in ("probability_pct", "recovery_pct"):
        value = out[column] = _number(raw.get(column), column, fault)
        if not (math.isnan(value) or 0 <= value <= 100):
            fault(column, f"{value:g} is not from 0 to 100.")
        if math.isnan(value) and not out["counterpart"]:
            fault(column, "is empty.", "Give it, or a counterpart whose published rate holds.")
    return out


def _sentence(error: InputError) -> str:
    said = str(error)
    return said if said.endswith((".", "?")) else f"{said}."


def _number(value: Any, column: str, fault: Callable[[str, str], None]) -> float:
    text = str(value if value is not None else "").strip()
    if text in ("", "nan"):
        return math.nan
    try:
        return number_of(text)
    except InputError as error:
        fault(column, str(error))
        return math.nan


def _filled(table: pd.DataFrame, grades: pd.DataFrame | None, faults: list[Fault]) -> pd.DataFrame:
    rates = counterpart_rates()
    out = table.copy()
    out["basis"] = "given"
    empty = out["probability_pct"].isna()
    out.loc[empty, "basis"] = "published"
    out.loc[empty, "probability_pct"] = out["counterpart"].map(rates["probability_pct"])
    if grades is not None:
        if not {"iso3", "probability_pct"} <= set(grades.columns):
            faults.append(Fault("grades", "needs the columns iso3 and probability_pct."))
            return out
        graded = grades.drop_duplicates("iso3").set_index("iso3")
        two_years = graded["probability_pct"] / 100
        a_year = 100 * (1 - (1 - two_years) ** (1 / _GRADE_YEARS))
        if "in_distress" in graded:  # their probability is of the next year already
            a_year = a_year.where(~graded["in_distress"].astype(bool), 100 * two_years)
        found = out["iso3"].map(a_year)
        use = empty & (out["counterpart"] == "sovereign") & found.notna()
        out.loc[use, "probability_pct"] = found
        out.loc[use, "basis"] = "grade"
    out["recovery_pct"] = out["recovery_pct"].fillna(out["counterpart"].map(rates["recovery_pct"]))
    return out


def _unlike(table: pd.DataFrame) -> list[Fault]:
    """Exposures to one obligor that do not agree on what belongs to the obligor."""
    faults = []
    for column in ("iso3", "sector", "probability_pct"):
        kinds = table.groupby("obligor")[column].nunique()
        faults += [
            Fault(f"obligor {name!r:.40}", f"its exposures differ in {column}.",
                  "Give the obligor one, or its exposures obligors of their own.")
            for name in kinds.index[kinds > 1]
        ]  # fmt: skip
    return faults
