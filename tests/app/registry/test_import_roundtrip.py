"""What is exported reads back as the same records, in every form that a kind has."""

from __future__ import annotations

import io
import zipfile

import pytest

from beltroad.app.accounts.roles import LOCAL
from beltroad.app.database import Database
from beltroad.app.registry import exports, imports
from beltroad.app.registry.imports.reading import harmless, harmless_back
from beltroad.app.registry.records import Record
from beltroad.app.registry.store import Registry
from beltroad.app.settings import Settings

RISKY = "=1+1"
SCENARIO = 'name = "Rail only"\n[projects.where]\nmode = ["rail"]\n'


@pytest.fixture
def registry(local_database: Database) -> Registry:
    """A registry with the odd texts that people write."""
    made = Registry(local_database)
    base = made.get("project", "KHG-DRY")
    notes = (RISKY, "'=2", "''+x", "-5 degrees", '"quoted", with comma', "two\nlines", "@x 中文")
    for number, note in enumerate(notes):
        key = f"ODD-{number}"
        data = {**base.data, "id": key, "programme": key, "note": note, "cost_usd_bn": 0.1 + 0.2,
                "cost_note": note.splitlines()[0]}  # fmt: skip
        made.save("project", key, data, who=LOCAL, source="test", publish=True, expected=0)
    made.save("risk", "", {"id": "R1", "title": "=risky", "level": "overall", "category": "debt",
                           "note": "@n"}, who=LOCAL)  # fmt: skip
    made.save("risk", "", {"id": "R2", "title": "Host cannot pay", "level": "country",
                           "category": "debt", "iso3": "LAO", "feeds": ["R1"], "likelihood": 3,
                           "cost": 4, "status": "assessed"}, who=LOCAL)  # fmt: skip
    made.save("scenario", "rail", {"id": "rail", "name": "Rail", "toml": SCENARIO}, who=LOCAL,
              publish=True)  # fmt: skip
    return made


def some(registry: Registry, kind: str) -> list[Record]:
    """Records of every sort, not all thousands of them."""
    found = registry.every(kind, state="all")
    return [*found[:25], *found[-25:]] if len(found) > 300 else found


def test_export_reads_back_unchanged(
    registry: Registry, settings: Settings, local_database: Database
) -> None:
    """Every kind in every form: nothing is added, nothing changes, no fault."""
    for kind in imports.IMPORTED:
        records = some(registry, kind)
        assert records
        for form in exports.forms_of(kind):
            made = exports.export(kind, records, form)
            found = imports.look(settings, local_database, kind, made.name, made.body)
            assert not found.faults, [str(f) for f in found.faults][:5]
            assert [c for c in found.changes if c.what != "unchanged"] == []
            assert len(found.changes) == len(records)


def test_no_text_becomes_a_formula(registry: Registry) -> None:
    """Neither in CSV nor in a workbook, whose strings are strings."""
    import openpyxl

    records = registry.every("project")
    text = exports.export("project", records, "csv").body.decode("utf-8-sig")
    assert "'=1+1" in text
    assert ",=1+1" not in text
    body = exports.export("project", records, "xlsx").body
    book = openpyxl.load_workbook(io.BytesIO(body))
    kinds = {c.data_type for sheet in book for row in sheet.iter_rows() for c in row}
    assert "f" not in kinds
    assert not any("hyperlink" in n.lower() for n in zipfile.ZipFile(io.BytesIO(body)).namelist())
    for each in (RISKY, "'=2", "''+x", "plain", "'quoted'", "", "-5"):
        assert harmless_back(harmless(each)) == each
        assert not harmless(each).startswith(("=", "+", "-", "@"))


def test_forms_to_fill_describe_every_field(registry: Registry) -> None:
    """The Excel form has a sheet of fields with allowed values; both forms have all columns."""
    import openpyxl

    for kind in imports.IMPORTED:
        fields = exports.kind_of(kind).fields
        head = exports.form_to_fill(kind, "csv").body.decode("utf-8-sig").strip().split(",")
        assert head == [f.name for f in fields]
        book = openpyxl.load_workbook(io.BytesIO(exports.form_to_fill(kind, "xlsx").body))
        told = {row[0].value: row for row in book["fields"].iter_rows(min_row=2)}
        for field in fields:
            assert told[field.name][1].value == field.title
            if field.choices:
                assert field.choices[-1] in told[field.name][5].value


def test_exports_say_source_revision_who_and_licence(registry: Registry) -> None:
    """Provenance travels with each row."""
    import csv

    text = exports.export("project", registry.every("project"), "csv").body.decode("utf-8-sig")
    rows = {r["id"]: r for r in csv.DictReader(io.StringIO(text))}
    assert rows["KHG-DRY"]["record_changed_by"] == "bundled data"
    assert "CC0" in rows["KHG-DRY"]["record_licence"]
    own = next(r for key, r in rows.items() if key.startswith("ODD"))
    assert (own["record_changed_by"], own["record_source"]) == ("local", "test")
    assert own["record_licence"] == ""
    assert own["record_revision"] == "1"
