"""The register as a table: export to CSV and Excel, import with one list of faults."""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import xlsxwriter

from beltroad.errors import InputError
from beltroad.files import csv_bytes, no_formula
from beltroad.risk._cells import Faults, Row, rows_of
from beltroad.risk.journal import Journal
from beltroad.risk.register.book import put
from beltroad.risk.register.model import (
    CATEGORIES,
    CONTROL_KINDS,
    CONTROL_STATUSES,
    LEVELS,
    MOVES,
    STATUSES,
    STEPS,
    Control,
    Risk,
    control_problems,
    control_values,
    problems,
    register,
    risk_of,
    values_of,
)
from beltroad.risk.register.scales import scales

__all__ = ["COLUMNS", "CONTROL_COLUMNS", "csv_files", "frame", "import_register", "workbook"]

COLUMNS = ("id", "title", "level", "category", "iso3", "project", "owner", "status", *STEPS,
           "feeds", "note")  # fmt: skip
CONTROL_COLUMNS = ("risk", "id", "title", "kind", "owner", "due", "status")
_NEEDED = ("id", "title", "level", "category")
# A fixed date makes the same register the same bytes.
_CREATED = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)


def frame(risks: Iterable[Risk]) -> pd.DataFrame:
    """One row a risk: the columns of the template, then ratings and dates."""
    rows = []
    for risk in risks:
        values = values_of(risk)
        values["feeds"] = " ".join(risk.feeds)
        rows.append({
            **{name: values[name] for name in COLUMNS},
            "inherent_rating": risk.inherent_rating, "residual_rating": risk.residual_rating,
            "controls": len(risk.controls), "added_at": risk.added_at,
            "changed_at": risk.changed_at, "reviewed_on": risk.reviewed_on,
        })  # fmt: skip
    return pd.DataFrame(rows, columns=[*COLUMNS, "inherent_rating", "residual_rating", "controls",
                                       "added_at", "changed_at", "reviewed_on"])  # fmt: skip


def _controls(risks: Iterable[Risk]) -> pd.DataFrame:
    rows = [{"risk": risk.id, **control_values(c)} for risk in risks for c in risk.controls]
    return pd.DataFrame(rows, columns=list(CONTROL_COLUMNS))


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    return table.map(lambda value: no_formula(value) if isinstance(value, str) else value)


def csv_files(risks: Iterable[Risk]) -> dict[str, bytes]:
    """Files ``risks.csv`` and ``controls.csv``, as :func:`import_register` reads them."""
    listed = list(risks)
    return {"risks.csv": csv_bytes(_plain(frame(listed)[list(COLUMNS)])),
            "controls.csv": csv_bytes(_plain(_controls(listed)))}  # fmt: skip


def workbook(risks: Iterable[Risk]) -> bytes:
    """Excel workbook: risks and controls with lists to choose from, and the scales.

    Without any risk it is the template to fill in.
    """
    listed = list(risks)
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "nan_inf_to_errors": True,
        },
    )
    book.set_properties({"created": _CREATED})
    choices: Mapping[str, Mapping[str, Any]] = {
        "risks": {"level": LEVELS, "category": CATEGORIES, "status": STATUSES,
                  **dict.fromkeys(STEPS, ("0", "1", "2", "3", "4", "5"))},
        "controls": {"kind": CONTROL_KINDS, "status": CONTROL_STATUSES},
        "scales": {},
    }  # fmt: skip
    tables = {"risks": frame(listed)[list(COLUMNS)], "controls": _controls(listed),
              "scales": scales().astype(str)}  # fmt: skip
    bold = book.add_format({"bold": True})
    for name, table in tables.items():
        sheet = book.add_worksheet(name)
        sheet.freeze_panes(1, 0)
        for k, column in enumerate(table.columns):
            sheet.write_string(0, k, column, bold)
            sheet.set_column(k, k, 30 if column in ("title", "note") else 12)
            if allowed := choices[name].get(column):
                sheet.data_validation(1, k, 5000, k, {"validate": "list", "source": list(allowed)})
        for r, row in enumerate(table.itertuples(index=False), start=1):
            for k, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(r, k, value)
                else:
                    sheet.write_number(r, k, value)
    book.close()
    return out.getvalue()


def import_register(
    journal: Journal, path: Path, controls: Path | None = None, *, by: str
) -> dict[str, int]:
    """Take over a table of risks: new ids are added, known ones changed, others left alone.

    Parameters
    ----------
    path
        Workbook with the sheets risks and controls, or a CSV file of risks.
    controls
        CSV file of controls beside a CSV file of risks.

    Returns
    -------
    dict
        added, changed, unchanged risks and controls that changed.

    Raises
    ------
    InputError
        With all faults of the file; nothing is taken over then.
    """
    in_book = path.suffix.casefold() == ".xlsx"
    if in_book and controls is not None:
        raise InputError(f"{controls}: a workbook has its controls in the sheet controls")
    faults = Faults(path, "risks" if in_book else "")
    rows = rows_of(path, COLUMNS, _NEEDED, faults, sheet="risks" if in_book else None)
    more, found = _read_controls(path if in_book else controls, in_book)
    given = [(row, _risk(row, faults)) for row in rows]
    with journal.transaction() as block:
        known = register(block.events)
        after = dict(known)
        # Ids that differ in case alone would be found as one.
        ids = {key.casefold(): key for key in known}
        seen: set[str] = set()
        for row, risk in given:
            folded = risk.id.casefold()
            if risk.id and folded in seen:
                faults.add(row, "id", f"{risk.id!r:.50} is there twice.")
            elif ids.get(folded, risk.id) != risk.id:
                faults.add(row, "id", f"{risk.id!r:.50} is called {ids[folded]} in the register.")
            seen.add(folded)
            old = known.get(risk.id)
            kept = {c.id: c for c in old.controls} if old else {}
            kept |= {c.id: c for r, c in found if r.get("risk") == risk.id}
            after[risk.id] = replace(risk, controls=tuple(kept.values()))
        for row, risk in given:
            if faults.enough:
                break
            for name, text in problems(after.get(risk.id, risk), after):
                faults.add(row, name, text)
            old = known.get(risk.id)
            if (
                old is not None
                and risk.status in STATUSES
                and risk.status != old.status
                and (risk.status not in MOVES[old.status])
            ):
                faults.add(row, "status", f"{old.status} cannot become {risk.status}.")
        for row, _ in found:
            if row.get("risk") and row["risk"] not in after:
                more.add(row, "risk", f"no risk {row['risk']!r:.50}.")
        faults.found += more.found
        faults.check()
        return _apply(block, known, given, found, after, by)


def _apply(
    block: Any, known: Mapping[str, Risk], given: list[tuple[Row, Risk]],
    found: list[tuple[Row, Control]], after: Mapping[str, Risk], by: str,
) -> dict[str, int]:  # fmt: skip
    count = {"added": 0, "changed": 0, "unchanged": 0, "controls": 0}
    # Higher levels first: a risk may feed one of the same file.
    for _, risk in sorted(given, key=lambda pair: -LEVELS.index(pair[1].level)):
        state = {**after, risk.id: known[risk.id]} if risk.id in known else {
            key: value for key, value in after.items() if key != risk.id
        }  # fmt: skip
        changed = put(block, state, after[risk.id], by)
        count["added" if risk.id not in known else "changed" if changed else "unchanged"] += 1
    for row, control in found:
        old = known.get(row["risk"])
        if old is None or control not in old.controls:
            block.append("risk.control_set", row["risk"], control_values(control), by=by)
            count["controls"] += 1
    return count


def _risk(row: Row, faults: Faults) -> Risk:
    values: dict[str, Any] = {name: row[name] for name in COLUMNS if name in row}
    for name in STEPS:
        if name in row:
            values[name] = faults.take(row, name, _step, empty=0)
    values["feeds"] = row.get("feeds", "").replace(",", " ").split()
    values["status"] = row.get("status") or "identified"
    return risk_of(values)


def _step(text: str) -> int:
    if text not in ("0", "1", "2", "3", "4", "5"):
        raise InputError(f"{text!r:.20} is no step: give 1 to 5, or 0 where not assessed.")
    return int(text)


def _read_controls(path: Path | None, in_book: bool) -> tuple[Faults, list[tuple[Row, Control]]]:
    if path is None:
        return Faults(Path()), []
    faults = Faults(path, "controls")
    rows = rows_of(path, CONTROL_COLUMNS, ("risk", "id", "title", "kind", "owner"), faults,
                   sheet="controls" if in_book else None)  # fmt: skip
    out = []
    for row in rows:
        if faults.enough:
            break
        control = Control(row.get("id", ""), row.get("title", ""), row.get("kind", ""),
                          row.get("owner", ""), row.get("due", ""),
                          row.get("status") or "planned")  # fmt: skip
        for name, text in control_problems(control):
            faults.add(row, name, text)
        out.append((row, control))
    return faults, out
