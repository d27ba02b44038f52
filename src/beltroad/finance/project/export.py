"""Results as labelled tables, CSV files and one Excel workbook."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pandas as pd
import xlsxwriter

from beltroad.files import csv_bytes, no_formula
from beltroad.finance.project.result import PipelineResult, ProjectResult

__all__ = ["csv_files", "tables_of", "workbook"]

# A fixed date makes the same results the same bytes.
_CREATED = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
_WIDEST = 40


def tables_of(result: PipelineResult) -> dict[str, pd.DataFrame]:
    """All tables by name; the first column says which project a row belongs to."""
    found: dict[str, list[pd.DataFrame]] = {}
    for each in result.projects:
        for name, table in _of_one(each).items():
            found.setdefault(name, []).append(table.assign(project=each.id))
    out = {"summary": result.summary}
    for name, parts in found.items():
        full = [p for p in parts if not p.empty]
        if full:
            whole = pd.concat(full, ignore_index=True)
            out[name] = whole[["project", *[c for c in whole.columns if c != "project"]]]
    out["state_total"] = result.exposure
    out["public_debt_total"] = result.public_debt
    return out


def _of_one(each: ProjectResult) -> dict[str, pd.DataFrame]:
    single = {
        "swap_line": each.swap, "integrated": each.integrated,
    }  # fmt: skip
    return {
        "measures": each.measures,
        "layers": each.layers,
        "owners": each.owners,
        "cash_flow": each.cash,
        "loans": each.debt,
        "state": each.exposure,
        "public_debt": each.public_debt,
        "currency": each.mismatch,
        "settlement": each.settlement.reset_index() if len(each.settlement) else pd.DataFrame(),
        "ranges": each.ranges.reset_index() if len(each.ranges) else pd.DataFrame(),
        "sensitivity": each.sensitivity.reset_index(),
        **{name: pd.DataFrame([values]) if values else pd.DataFrame()
           for name, values in single.items()},
        "notes": pd.DataFrame({"note": list(each.notes)}),
    }  # fmt: skip


def csv_files(result: PipelineResult) -> dict[str, bytes]:
    """Every table as a CSV file by its name; text that looks like a formula is defused."""
    return {f"{name}.csv": csv_bytes(_safe(table)) for name, table in tables_of(result).items()}


def _safe(table: pd.DataFrame) -> pd.DataFrame:
    out = table.rename(columns=lambda c: no_formula(str(c)))
    for column in out.columns:
        if not pd.api.types.is_numeric_dtype(out[column]) and not pd.api.types.is_bool_dtype(
            out[column]
        ):
            out[column] = [no_formula(v) if isinstance(v, str) else v for v in out[column]]
    return out


def workbook(result: PipelineResult) -> bytes:
    """One sheet a table; the same results give the same bytes."""
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False,
    })  # fmt: skip
    book.set_properties({"title": "beltroad finance plan", "created": _CREATED})
    head = book.add_format({"bold": True, "bottom": 1})
    number = book.add_format({"num_format": "#,##0.00"})
    plain = book.add_format({"num_format": "0"})
    for name, table in tables_of(result).items():
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        for k, column in enumerate(table.columns):
            values = table[column].tolist()
            width = max([len(str(column)), *[len(_shown(v)) for v in values[:200]]])
            sheet.set_column(k, k, min(width + 2, _WIDEST))
            sheet.write_string(0, k, str(column), head)
            for row, value in enumerate(values, start=1):
                _write(sheet, row, k, value, plain if column == "year" else number)
    book.close()
    return buffer.getvalue()


def _shown(value: Any) -> str:
    return f"{value:,.2f}" if isinstance(value, float) else str(value)


def _write(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    if isinstance(value, bool):
        sheet.write_string(row, column, "yes" if value else "no")
    elif isinstance(value, int | float):
        if value == value and abs(value) != float("inf"):
            sheet.write_number(row, column, value, style)
    else:
        sheet.write_string(row, column, str(value))
