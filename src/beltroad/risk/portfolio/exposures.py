"""Exposures of a portfolio: read, checked as a whole, and filled from published rates."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from beltroad.errors import Fault, InputError, ScenarioError, suggest
from beltroad.evidence import load
from beltroad.evidence.economies import iso3
from beltroad.risk.portfolio.parameters import COUNTERPARTS, counterpart_rates

__all__ = ["COLUMNS", "checked", "read_exposures"]

REQUIRED = ("id", "iso3", "sector", "currency", "amount_usd")
OPTIONAL = ("obligor", "counterpart", "probability_pct", "recovery_pct")
COLUMNS = (*REQUIRED, *OPTIONAL)
"""Columns of an exposure; the first five must be there."""

_MOST_FAULTS = 50
_GRADE_YEARS = 2.0


def read_exposures(path: Path, grades: pd.DataFrame | None = None) -> pd.DataFrame:
    """Read exposures of a portfolio from CSV.

    Raises
    ------
    InputError
        If the file cannot be read; :class:`~beltroad.errors.ScenarioError` with all faults.
    """
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; give a CSV of exposures") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text ({error}); save it as UTF-8") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except ValueError as error:  # pandas' own faults of a CSV are of this kind
        raise InputError(f"{path}: not a CSV table: {error}") from None
    if not isinstance(table.index, pd.RangeIndex):
        raise InputError(f"{path}: rows have more cells than the header; check the commas")
    return checked(table, source=str(path), grades=grades)


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
    names = [str(c) for c in exposures.columns]
    faults = [
        Fault(f"column {c}", "is missing.", f"Columns: {', '.join(COLUMNS)}.")
        for c in REQUIRED
        if c not in names
    ]
    faults += [
        Fault(f"column {c!r:.40}", "is not known.",
              f"{suggest(c, COLUMNS)} Leave it out.".strip())
        for c in names
        if c not in COLUMNS
    ]  # fmt: skip
    if len(set(names)) < len(names):
        faults.append(Fault("columns", "one is given twice."))
    if exposures.empty:
        faults.append(Fault("rows", "there is none."))
    if faults:
        raise ScenarioError(source, faults)
    rows = [
        _row(k + 2, dict(zip(names, row, strict=True)), faults)
        for k, row in enumerate(exposures.itertuples(index=False))
    ]
    table = pd.DataFrame(rows)
    twice = table["id"].duplicated() & (table["id"] != "")
    faults += [Fault(f"row {k + 2}, id", f"{table['id'][k]!r:.40} is given twice.")
               for k in table.index[twice]]  # fmt: skip
    if not faults:
        table = _filled(table, grades, faults)
        faults += _unlike(table)
    if faults:
        more = len(faults) - _MOST_FAULTS
        shown = faults[:_MOST_FAULTS]
        if more > 0:
            shown.append(Fault("further rows", f"{more:,} more faults."))
        raise ScenarioError(source, shown)
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
        fault("iso3", f"{error}.".replace("..", "."))
    if not (len(out["currency"]) == 3 and out["currency"].isascii() and out["currency"].isalpha()):
        fault("currency", f"{out['currency']!r:.20} is no ISO 4217 code.", "Such as USD or CNY.")
    if out["counterpart"] and out["counterpart"] not in COUNTERPARTS:
        fault("counterpart", f"{out['counterpart']!r:.30} is not known.",
              f"Use {', '.join(COUNTERPARTS)}.")  # fmt: skip
    out["amount_usd"] = _number(raw.get("amount_usd"), "amount_usd", fault)
    if out["amount_usd"] <= 0:
        fault("amount_usd", f"{out['amount_usd']:g} is not above 0.")
    elif math.isnan(out["amount_usd"]) and str(raw.get("amount_usd", "")).strip() in ("", "nan"):
        fault("amount_usd", "is empty.")
    for column in ("probability_pct", "recovery_pct"):
        value = out[column] = _number(raw.get(column), column, fault)
        if not (math.isnan(value) or 0 <= value <= 100):
            fault(column, f"{value:g} is not from 0 to 100.")
        if math.isnan(value) and not out["counterpart"]:
            fault(column, "is empty.", "Give it, or a counterpart whose published rate holds.")
    return out


def _number(value: Any, column: str, fault: Callable[[str, str], None]) -> float:
    text = str(value if value is not None else "").strip()
    if text in ("", "nan"):
        return math.nan
    try:
        number = float(text)
    except ValueError:
        fault(column, f"{text!r:.40} is not a number. Write it without spaces or separators.")
        return math.nan
    if not math.isfinite(number):
        fault(column, f"{text} is not finite.")
        return math.nan
    return number


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
