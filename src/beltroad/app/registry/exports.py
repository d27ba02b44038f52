"""Records as files: CSV, Excel, JSON, and OC4IDS where it fits; also empty, as forms to fill in.

What is exported reads back as the same records. No text becomes a formula in a spreadsheet; columns
that begin with ``record_`` say who made each record, on which source and under which licence, and
are passed over by an import.
"""

from __future__ import annotations

import csv
import datetime
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.app.registry.imports.reading import META, MOST_ROWS, harmless
from beltroad.app.registry.kinds import FieldInfo, Kind, kind_of
from beltroad.app.registry.records import Record
from beltroad.errors import InputError

__all__ = ["FORMS", "META", "File", "export", "form_to_fill", "forms_of"]

FORMS: Mapping[str, tuple[str, str]] = {
    "csv": (".csv", "text/csv; charset=utf-8"),
    "xlsx": (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "json": (".json", "application/json"),
    "oc4ids": (".oc4ids.json", "application/json"),
}
_TABLES = {"project": "projects", "agreement": "policy_facts", "wellbeing": "wellbeing_projects"}
_LONGEST_CELL = 32_767  # that a workbook can hold
_CREATED = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
_ABOUT_META = {
    "record_source": "source that the last change named",
    "record_revision": "revision of the record when it was exported",
    "record_state": "draft or published",
    "record_changed_by": "who made that revision",
    "record_changed_at": "when, UTC",
    "record_licence": "licence of the bundled table, where the record comes from it",
}


@dataclass(frozen=True)
class File:
    """One file to be sent: name, content type and bytes."""

    name: str
    type: str
    body: bytes


def forms_of(kind: str) -> tuple[str, ...]:
    """Forms that records of a kind can be exported to."""
    return tuple(f for f in FORMS if f != "oc4ids" or kind in ("project", "wellbeing"))


def export(kind: str, records: Sequence[Record], form: str) -> File:
    """Records as a file.

    Raises
    ------
    InputError
        If the form does not fit the kind, there are no or too many records, or a workbook cannot
        hold a cell.
    """
    about = kind_of(kind)
    if form not in forms_of(kind):
        raise InputError(f"format {form!r:.20}: {kind} can be had as {', '.join(forms_of(kind))}")
    if len(records) > MOST_ROWS:
        raise InputError(f"{len(records):,} records: export at most {MOST_ROWS:,} at once")
    if form == "oc4ids":
        body = _oc4ids(kind, records)
    elif form == "json":
        body = _json(about, records)
    elif form == "csv":
        body = _csv(about, [_line(about, r) for r in records])
    else:
        body = _workbook(about, [_line(about, r) for r in records])
    ending, media = FORMS[form]
    return File(f"beltroad-{kind}{ending}", media, body)


def form_to_fill(kind: str, form: str) -> File:
    """An empty table of a kind: CSV with the header, Excel with descriptions and choices too."""
    about = kind_of(kind)
    if form not in ("csv", "xlsx"):
        raise InputError(f"format {form!r:.20}: the form can be had as csv or xlsx")
    body = _csv(about, [], meta=False) if form == "csv" else _workbook(about, [], meta=False)
    ending, media = FORMS[form]
    return File(f"beltroad-{kind}-form{ending}", media, body)


def licence_of(record: Record) -> str:
    """Licence of the bundled table that a record comes from; empty for records of the user."""
    table = _TABLES.get(record.kind)
    if table is None or not record.bundled:
        return ""
    return "; ".join(dict.fromkeys(s.licence for s in evidence.info(table).sources))


def _meta(record: Record) -> dict[str, Any]:
    return dict(zip(META, (
        record.source, record.revision, record.state, record.who,
        record.changed_at.isoformat(timespec="seconds"), licence_of(record),
    ), strict=True))  # fmt: skip


def _line(about: Kind, record: Record) -> dict[str, Any]:
    return {f.name: _cell(record.data.get(f.name)) for f in about.fields} | _meta(record)


def _cell(value: Any) -> Any:
    """A value as one cell: lists of words joined by blanks, what is nested as JSON."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        if all(isinstance(v, str) for v in value):
            return " ".join(value)
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False)
    return value


def _exact(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return harmless(value) if isinstance(value, str) else repr(value)


def _csv(about: Kind, lines: Sequence[Mapping[str, Any]], *, meta: bool = True) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    names = [f.name for f in about.fields] + list(META if meta else ())
    writer.writerow(names)
    for line in lines:
        writer.writerow([_exact(line[name]) for name in names])
    # The mark at the beginning tells spreadsheet programs that it is UTF-8.
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def _workbook(about: Kind, lines: Sequence[Mapping[str, Any]], *, meta: bool = True) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {
        "in_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
        "strings_to_numbers": False, "nan_inf_to_errors": True,
    })  # fmt: skip
    book.set_properties({"created": _CREATED})
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet("records")
    sheet.freeze_panes(1, 1)
    names = [f.name for f in about.fields] + list(META if meta else ())
    known = {f.name: f for f in about.fields}
    for k, name in enumerate(names):
        sheet.write_string(0, k, name, bold)
        sheet.set_column(k, k, 32 if name in ("name", "title", "note") else 14)
        field = known.get(name)
        if field is not None and field.choices:
            choices = [c for c in field.choices if c]
            if len(",".join(choices)) <= 255:  # more than that a spreadsheet refuses
                sheet.data_validation(1, k, 5000, k, {
                    "validate": "list", "source": choices, "ignore_blank": True,
                    "error_type": "warning",
                })  # fmt: skip
    for r, line in enumerate(lines, start=1):
        for k, name in enumerate(names):
            _write(sheet, r, k, line[name], name)
    about_sheet = book.add_worksheet("fields")
    about_sheet.freeze_panes(1, 1)
    heads = ("field", "title", "needed", "type", "unit", "allowed", "description")
    for k, head in enumerate(heads):
        about_sheet.write_string(0, k, head, bold)
        about_sheet.set_column(k, k, (22, 26, 8, 10, 14, 40, 70)[k])
    rows = [_described(f) for f in about.fields]
    rows += [(n, n, "no", "text", "", "", f"{_ABOUT_META[n]}; not read by an import") for n in META]
    for r, row in enumerate(rows, start=1):
        for k, text in enumerate(row):
            about_sheet.write_string(r, k, text, wrap)
    book.close()
    return out.getvalue()


def _described(field: FieldInfo) -> tuple[str, ...]:
    allowed = ", ".join(c for c in field.choices if c)
    if not allowed and (field.low is not None or field.high is not None):
        bounds = (("from", field.low), ("to", field.high))
        allowed = " ".join(f"{word} {value:g}" for word, value in bounds if value is not None)
    return (field.name, field.title, "yes" if field.required else "no", field.type, field.unit,
            allowed, field.description)  # fmt: skip


def _write(sheet: Any, row: int, column: int, value: Any, name: str) -> None:
    if value == "":
        return
    if isinstance(value, bool):
        value = "yes" if value else "no"
    if isinstance(value, (int, float)):
        # A workbook keeps sixteen digits; a number that needs more is kept as text.
        if float(f"{float(value):.16G}") == value:
            sheet.write_number(row, column, value)
            return
        value = repr(value)
    # A string in a workbook is never a formula; only what an import would take for a mark of ours
    # gets one more apostrophe.
    text = _exact(value) if str(value).startswith("'") else str(value)
    if len(text) > _LONGEST_CELL:
        raise InputError(
            f"row {row + 1}, {name}: {len(text):,} characters do not fit into a cell; "
            "export as csv or json"
        )
    sheet.write_string(row, column, text)


def _json(about: Kind, records: Sequence[Record]) -> bytes:
    names = [f.name for f in about.fields]
    listed = [{**{n: r.data.get(n) for n in names}, **_meta(r)} for r in records]
    fields = [{"name": f.name, "title": f.title, "unit": f.unit, "type": f.type,
               "needed": f.required, "allowed": [c for c in f.choices if c],
               "description": f.description} for f in about.fields]  # fmt: skip
    whole = {"kind": about.name, "fields": fields, "records": listed}
    return (json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


def _oc4ids(kind: str, records: Sequence[Record]) -> bytes:
    if not records:
        raise InputError("no records to export: loosen the conditions")
    published = max(r.changed_at for r in records).date().isoformat()
    if kind == "project":
        from beltroad.app.registry.imports.oc4ids_projects import to_package

        package = to_package([r.data for r in records], published=published)
    else:
        from beltroad.people.wellbeing import oc4ids
        from beltroad.people.wellbeing.registry import COLUMNS, NUMBERS

        rows = pd.DataFrame([r.data for r in records], columns=list(COLUMNS))
        numbers = {name: rows[name].astype(float) for name in NUMBERS}
        package = oc4ids.to_package(rows.assign(**numbers), published=published)
    return (json.dumps(package, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
