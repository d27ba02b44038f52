"""What a file would do to the registry: all faults, and every change field by field."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from beltroad.app.registry.imports import oc4ids_projects, risks
from beltroad.app.registry.imports.reading import META, Read, Row, form_of, read, where
from beltroad.app.registry.kinds import Kind, kind_of, normal
from beltroad.app.registry.records import Record
from beltroad.errors import Fault, InputError

__all__ = ["IMPORTED", "Change", "FieldChange", "Preview", "changes_of", "preview_of"]

IMPORTED = ("project", "agreement", "wellbeing", "risk", "scenario")
"""Kinds that files can be taken in for."""

_MOST_FAULTS = 1_000
# Columns that a field of an OC4IDS project fills, so that a fault there is not told twice.
_COLUMNS_OF = {
    "id": ("id",), "title": ("name",), "status": ("status",), "sector": ("mode", "kind"),
    "period": ("year_start", "year_open", "period_start", "period_end"),
    "locations": ("countries", "waypoints", "iso3", "place", "latitude", "longitude"),
    "budget": ("cost_usd_bn", "cost_amount", "cost_currency", "cost_usd"),
    "documents": ("source_title", "source_url", "source2_title", "source2_url", "source_date",
                  "evaluation_source", "evaluation_finding"),
    "relatedProjects": ("programme", "part_of"), "parties": ("funder", "implementer"),
    **dict.fromkeys(("metrics", "forecasts", "benefits"),
                    ("people_reached", "reached_basis", "reached_status", "reached_as_of")),
}  # fmt: skip
_SLUG = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class FieldChange:
    """One field before and after."""

    name: str
    title: str
    unit: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Change:
    """One record of the file, beside what the registry holds.

    Attributes
    ----------
    what
        added, changed or unchanged.
    base
        Revision that it is compared with; None where there is none.
    draft
        The registry has it, but not published.
    note
        What the reader must know, such as that it was changed since the export.
    """

    key: str
    title: str
    where: str
    what: str
    fields: tuple[FieldChange, ...]
    base: int | None
    data: Mapping[str, Any] = field(repr=False)
    note: str = ""
    draft: bool = False


@dataclass(frozen=True)
class Preview:
    """All that an import would do. ``id`` stands for exactly this: file, kind and outcome."""

    id: str
    kind: str
    filename: str
    sha256: str
    form: str
    rows: int
    faults: tuple[Fault, ...]
    changes: tuple[Change, ...] = field(repr=False)

    def of(self, what: str) -> tuple[Change, ...]:
        """Changes of one sort: added, changed or unchanged."""
        return tuple(c for c in self.changes if c.what == what)

    @property
    def writes(self) -> tuple[Change, ...]:
        """What would be written."""
        return tuple(c for c in self.changes if c.what != "unchanged")


def preview_of(kind: str, filename: str, data: bytes, existing: Mapping[str, Record]) -> Preview:
    """Read a file and compare it with the registry; nothing is written.

    Parameters
    ----------
    existing
        Records of the kind as they stand, drafts and removed ones included.

    Raises
    ------
    InputError
        If the kind takes no files, or the file cannot be read at all.
    """
    about = kind_of(kind)
    if kind not in IMPORTED:
        raise InputError(f"kind {kind!r:.20}: files are taken in for {', '.join(IMPORTED)}")
    found = _rows(about, filename, data)
    faults = list(found.faults)
    changes = _compare(about, found, existing, faults)
    if about.name == "risk":
        risks.check_together([c for c in changes if c.what != "unchanged"], existing, faults)
    if len(faults) > _MOST_FAULTS:
        more = len(faults) - _MOST_FAULTS
        faults = [*faults[:_MOST_FAULTS], Fault("further rows", f"{more:,} more faults.",
                                                "Mend these first.")]  # fmt: skip
    digest = hashlib.sha256(data).hexdigest()
    meant = [kind, digest, [(c.key, c.what, c.base, c.data) for c in changes],
             [str(f) for f in faults]]  # fmt: skip
    whole = json.dumps(meant, sort_keys=True, default=str)
    return Preview(
        hashlib.sha256(whole.encode()).hexdigest(), kind, filename, digest, found.form,
        len(found.rows), tuple(faults), tuple(changes),
    )  # fmt: skip


def changes_of(about: Kind, before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[
    FieldChange, ...
]:  # fmt: skip
    """Fields that differ, in the order of the kind."""
    return tuple(
        FieldChange(f.name, f.title, f.unit, before.get(f.name), after.get(f.name))
        for f in about.fields
        if not _same(before.get(f.name), after.get(f.name))
    )


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return list(a) == list(b)
    return bool(a == b) or (a in ("", None) and b in ("", None))


def _rows(about: Kind, filename: str, data: bytes) -> Read:
    """Rows in the fields of the kind, whatever the form."""
    form = form_of(filename, data)
    names = [f.name for f in about.fields]
    found = read(data, form, [*names, *META])
    if found.package is not None:
        return _package(about, found)
    if about.name == "scenario" and form in ("toml", "json"):
        return _scenarios(found, filename, data)
    if form == "toml":
        raise InputError(f"{about.plural.lower()} are taken from .csv, .xlsx or .json files")
    if form == "json":
        known = {*names, *META}
        for row in found.rows:
            for name in sorted(set(row.values) - known):
                found.faults.append(Fault(where(row.sheet, row.number, ascii(name)[1:-1][:40]),
                                          "is no field of this kind.", "Take it out."))  # fmt: skip
    key = {"agreement": ("instrument", "iso3")}.get(about.name, ("id",))
    gone = [name for name in key if name in names and name not in found.columns]
    if gone and about.name != "risk":
        found.faults.append(Fault("header", f"{', '.join(gone)} missing.",
                                  f"Columns of this kind: {', '.join(names)}."))  # fmt: skip
    return found


def _package(about: Kind, found: Read) -> Read:
    """Rows of an OC4IDS package."""
    from beltroad.people.wellbeing import oc4ids, readers

    if about.name not in ("project", "wellbeing"):
        raise InputError(f"an OC4IDS package holds projects, no {about.plural.lower()}")
    parts, faults = oc4ids.readable(found.package or {})
    found.faults += faults
    rows = []
    for at, project, lost in parts:
        if about.name == "project":
            row = oc4ids_projects.row_of(project)
        else:
            told = oc4ids.row_of(project)
            row = {**readers.DEFAULTS, **{k: v for k, v in told.items() if not _empty(v)}}
        faulty = {name for part in lost for name in _COLUMNS_OF.get(part, ())}
        if oc4ids.EXTENSION in lost:
            faulty = {field.name for field in about.fields}
        rows.append(Row("projects", at + 1, row, frozenset(faulty)))
    if about.name == "wellbeing":
        known = [r for r in rows if isinstance(r.values.get("id"), str) and r.values["id"]]
        found.faults += readers.part_faults(
            [(f"projects[{r.number - 1}]", r.values) for r in known]
        )
    found.rows = rows
    found.columns = tuple(dict.fromkeys(name for row in rows for name in row.values))
    return found


def _scenarios(found: Read, filename: str, data: bytes) -> Read:
    """A scenario file as one record, or records that hold scenario files."""
    if all("toml" in row.values for row in found.rows):
        return found
    if len(found.rows) != 1:
        raise InputError("give one scenario in a file, or records with id, name and toml")
    mapping = dict(found.rows[0].values)
    if found.form == "toml":
        text = data.decode("utf-8-sig")
    else:
        from beltroad.app.questions.scenarios.writing import toml_of

        text = toml_of(mapping)
    stem = PurePosixPath(filename.replace("\\", "/")).stem
    name = str(mapping.get("name") or stem)
    row = {
        "id": _SLUG.sub("-", stem).strip("-._")[:60] or "scenario", "name": name,
        "description": str(mapping.get("description") or ""), "toml": text,
    }  # fmt: skip
    found.rows, found.columns = [Row("", 1, row)], tuple(row)
    return found


def _compare(
    about: Kind, found: Read, existing: Mapping[str, Record], faults: list[Fault]
) -> list[Change]:
    folded = {key.casefold(): key for key in existing}
    seen: dict[str, str] = {}
    free = risks.next_ids([*existing, *(str(r.values.get("id") or "") for r in found.rows)])
    out = []
    names = [f.name for f in about.fields]
    lists = {f.name for f in about.fields if f.type == "list"}
    for row in found.rows:
        at = where(row.sheet, row.number)
        given = {k: v for k, v in row.values.items() if k not in META}
        for name in lists & given.keys():
            if isinstance(given[name], str):
                given[name] = given[name].split()
        filled = {k: v for k, v in given.items() if not _empty(v)}
        if about.name == "risk" and "id" not in filled:
            filled["id"] = next(free)
        key = about.key_of(_as_texts(filled))
        old = existing.get(key)
        if old is None and key.casefold() in folded:
            faults.append(Fault(where(row.sheet, row.number, "id"), f"{key!r:.60} differs from "
                                f"{folded[key.casefold()]!r:.60} in capitals only.",
                                "Write it in the same way."))  # fmt: skip
            continue
        # Columns that the file does not have stay as they are; empty cells are emptied.
        held = {} if old is None else old.data
        base = {n: held[n] for n in names if n in held and n not in given}
        new, wrong = normal(about.name, {**base, **filled})
        if wrong:
            faults += [Fault(where(row.sheet, row.number, f.where), _with_value(f, given),
                             f.remedy) for f in wrong
                       if f.where not in row.faulty or not _empty(given.get(f.where))]  # fmt: skip
            continue
        key = about.key_of(new)
        if key and key in seen:
            faults.append(Fault(at, f"{key!r:.80} stands there twice, first at {seen[key]}.",
                                "Keep one."))  # fmt: skip
            continue
        seen[key] = at
        old = existing.get(key)
        if old is not None and old.removed:
            faults.append(Fault(at, f"{key!r:.80} was removed from the registry.",
                                "Restore it there first, or leave it out."))  # fmt: skip
            continue
        out.append(_change(about, key, at, new, old, row.values))
    return out


def _change(
    about: Kind, key: str, at: str, new: Mapping[str, Any], old: Record | None,
    given: Mapping[str, Any],
) -> Change:  # fmt: skip
    title = about.title_of(new)[:300]
    if old is None:
        fields = tuple(f for f in changes_of(about, {}, new) if not _empty(f.after))
        return Change(key, title, at, "added", fields, None, new)
    fields = changes_of(about, old.data, new)
    note = ""
    said = str(given.get("record_revision") or "")
    if fields and said.isdigit() and int(said) != old.latest:
        note = f"exported as revision {said}; the registry is at {old.latest} by now"
    return Change(key, title, at, "changed" if fields else "unchanged", fields, old.latest, new,
                  note, draft=old.state == "draft")  # fmt: skip


def _empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value == []


def _as_texts(values: Mapping[str, Any]) -> dict[str, Any]:
    return {k: v.strip() if isinstance(v, str) else v for k, v in values.items()}


def _with_value(fault: Fault, given: Mapping[str, Any]) -> str:
    """The problem with the value that is at fault, where it does not name it already."""
    value = given.get(fault.where)
    if _empty(value):
        return fault.problem
    shown = f"{value!s:.60}"
    return fault.problem if shown in fault.problem else f"{ascii(shown)[1:-1]}: {fault.problem}"
