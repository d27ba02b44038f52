"""Imports: all faults at once, a preview that writes nothing, one transaction, undone as one."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from beltroad.app.accounts.roles import LOCAL, Principal, Role
from beltroad.app.database import Database
from beltroad.app.database.models import ImportRow, RevisionRow
from beltroad.app.errors import Conflict, Forbidden, NotFound
from beltroad.app.registry import exports, imports
from beltroad.app.registry.imports import reading, uploads
from beltroad.app.registry.imports.reading import form_of, read
from beltroad.app.registry.store import Registry
from beltroad.app.settings import Limits, Settings
from beltroad.errors import InputError, ScenarioError

GOOD = (
    "id,name,mode,countries,waypoints,effect,status,year_start,source_title\n"
    'NEW-1,First new dry port,dryport,KAZ,"43.3,77.1",new_terminal,planned,2026,A page\n'
    'KHG-DRY,Khorgos renamed,dryport,KAZ,"44.16,80.30",terminal,operating,2014,Another page\n'
    'NEW-2,Second,dryport,KGZ,"42.9,74.6",new_terminal,planned,2027,A page\n'
)


def test_all_faults_at_once(settings: Settings, local_database: Database) -> None:
    """Sheet, row, column, value and remedy of each; nothing is kept of such a file."""
    text = (
        "id,name,mode,countries,waypoints,effect,status,year_start,colour,source_title\n"
        'BAD-1,One,train,KAZ,"43.3,77.1",new_terminal,planned,2026,red,S\n'
        'BAD-2,Two,rail,XXX,"43.3,77.1;44,78",new_link,planned,soon,,S\n'
        'BAD-2,Three,rail,KAZ,"43.3,77.1;44,78",new_link,planned,2026,,\n'
        'KHG-DRY,,dryport,KAZ,"44.16,80.30",terminal,operating,2014,,S\n'
        'khg-dry,Case,dryport,KAZ,"44.16,80.30",terminal,operating,2014,,S\n'
    )
    found = imports.look(settings, local_database, "project", "x.csv", text.encode())
    said = [str(f) for f in found.faults]
    for where, what in (
        ("row 1, colour", "no column"), ("row 2, mode", "train"), ("row 3, countries", "XXX"),
        ("row 3, year_start", "soon"), ("row 4, source_title", ""), ("row 5, name", ""),
        ("row 6, id", "capitals"),
    ):  # fmt: skip
        assert any(s.startswith(where) and what in s for s in said), (where, said)
    with pytest.raises(ScenarioError, match="faults"):
        imports.confirm(settings, local_database, found.id, who=LOCAL)
    assert imports.imports(local_database) == ([], 0)


def test_preview_confirm_and_undo(settings: Settings, database: Database) -> None:
    """Field by field before it is written; once, however often confirmed; and all taken back."""
    registry = Registry(database)
    before = registry.fingerprint("project")
    found = imports.look(settings, database, "project", "../../x\u202e.csv", GOOD.encode())
    assert not found.faults
    assert registry.fingerprint("project") == before  # nothing written
    assert {c.key for c in found.of("added")} == {"NEW-1", "NEW-2"}
    (changed,) = found.of("changed")
    assert {(f.name, f.after) for f in changed.fields} == {
        ("name", "Khorgos renamed"), ("source_title", "Another page"),
    }  # fmt: skip
    assert changed.fields[0].before == "Khorgos Gateway dry port"  # and other columns stay
    errors: list[Exception] = []
    done: list[int] = []

    def take() -> None:
        try:
            done.append(imports.confirm(settings, database, found.id, who=LOCAL, publish=True,
                                        source="survey", note="n").id)  # fmt: skip
        except Exception as error:  # noqa: BLE001 (shown by the assertion below)
            errors.append(error)

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert done == [done[0]] * 2
    take()
    assert done == [done[0]] * 3
    record = registry.get("project", "KHG-DRY")
    assert (record.data["name"], record.state, record.source) == (
        "Khorgos renamed", "published", "survey",
    )  # fmt: skip
    with database.session(write=False) as session:
        row = session.scalars(sa.select(ImportRow)).one()
        assert (row.added, row.changed, row.unchanged, row.filename) == (2, 1, 0, "x.csv")
        marked = session.scalars(
            sa.select(RevisionRow).where(RevisionRow.import_id == row.id)
        ).all()
        assert {r.action for r in marked} == {"import"}
        assert len(marked) == 3
    imports.undo(database, row.id, who=LOCAL)
    again = imports.undo(database, row.id, who=LOCAL)
    assert again.undone_by == "local"
    record = registry.get("project", "KHG-DRY", "published")
    assert record.data["name"] == "Khorgos Gateway dry port"
    assert record.latest == 3
    assert registry.get("project", "NEW-1").removed
    with pytest.raises(NotFound):
        imports.undo(database, 99, who=LOCAL)


def test_what_changed_meanwhile_is_refused(settings: Settings, local_database: Database) -> None:
    """Neither another file, nor another registry, nor a record edited after the import."""
    registry = Registry(local_database)
    found = imports.look(settings, local_database, "project", "x.csv", GOOD.encode())
    held = settings.home / "uploads" / found.sha256
    held.write_bytes(GOOD.replace("renamed", "forged").encode())
    with pytest.raises(Conflict, match="file has changed"):
        imports.confirm(settings, local_database, found.id, who=LOCAL)
    held.write_bytes(GOOD.encode())
    data = {**registry.get("project", "KHG-DRY").data, "note": "edited"}
    registry.save("project", "KHG-DRY", data, who=LOCAL)
    with pytest.raises(Conflict, match="registry has changed"):
        imports.confirm(settings, local_database, found.id, who=LOCAL)
    assert imports.imports(local_database)[1] == 0
    found = imports.look_again(settings, local_database, found.id)
    done = imports.confirm(settings, local_database, found.id, who=LOCAL, publish=True)
    registry.save("project", "NEW-1", {**registry.get("project", "NEW-1").data, "note": "x"},
                  who=LOCAL)  # fmt: skip
    with pytest.raises(Conflict, match="NEW-1"):
        imports.undo(local_database, done.id, who=LOCAL)
    assert registry.get("project", "KHG-DRY").data["name"] == "Khorgos renamed"  # none of it
    registry.undo("project", "NEW-1", to=1, who=LOCAL)
    with pytest.raises(NotFound):
        uploads.find(settings, "../../etc/passwd")


def test_undo_gives_back_drafts_and_what_was_published(
    settings: Settings, local_database: Database
) -> None:
    """A published import over a draft: the draft is a draft again, the published one holds."""
    registry = Registry(local_database)
    data = {**registry.get("project", "KHG-DRY").data, "note": "my draft"}
    registry.save("project", "KHG-DRY", data, who=LOCAL)
    found = imports.look(settings, local_database, "project", "x.csv", GOOD.encode())
    done = imports.confirm(settings, local_database, found.id, who=LOCAL, publish=True)
    imports.undo(local_database, done.id, who=LOCAL)
    assert registry.get("project", "KHG-DRY").state == "draft"
    assert registry.get("project", "KHG-DRY").data["note"] == "my draft"
    held = registry.get("project", "KHG-DRY", "published")
    assert held.data["name"] == "Khorgos Gateway dry port"
    assert held.revision == 1
    # What is unchanged but a draft is published when the file is taken in as published.
    file = exports.export("project", [registry.get("project", "KHG-DRY")], "json")
    found = imports.look(settings, local_database, "project", file.name, file.body)
    assert found.writes == ()
    with pytest.raises(InputError, match="nothing to take in"):
        imports.confirm(settings, local_database, found.id, who=LOCAL)
    imports.confirm(settings, local_database, found.id, who=LOCAL, publish=True)
    assert registry.get("project", "KHG-DRY").state == "published"


def test_risks_together(settings: Settings, database: Database) -> None:
    """Risks of one file may feed each other; the journal stays sound; undo closes and restores."""
    registry = Registry(database)
    registry.save("risk", "", {"id": "R1", "title": "Rates rise", "level": "overall",
                               "category": "debt"}, who=LOCAL)  # fmt: skip
    text = (
        "id,title,level,category,iso3,feeds,status,likelihood,cost,note\n"
        "C1,Cannot pay,country,debt,LAO,R1,identified,,,\n"
        "R1,Rates rise further,overall,debt,,,assessed,3,4,=note\n"
        ",No id,country,debt,LAO,C1,identified,,,\n"
    )
    found = imports.look(settings, database, "risk", "risks.csv", text.encode())
    assert [str(f) for f in found.faults] == [
        "row 4, feeds: C1 is of the level country: a risk feeds higher levels."
    ]
    good = text.replace("LAO,C1", "LAO,C1 R1").replace("LAO,C1 R1", "LAO,R1")
    found = imports.look(settings, database, "risk", "risks.csv", good.encode())
    assert not found.faults
    done = imports.confirm(settings, database, found.id, who=LOCAL)
    assert imports.confirm(settings, database, found.id, who=LOCAL).id == done.id
    assert (done.added, done.changed) == (2, 1)
    assert registry.get("risk", "R1").data["likelihood"] == 3
    assert registry.get("risk", "R0001").data["title"] == "No id"
    assert registry.events.journal.verify().sound
    imports.undo(database, done.id, who=LOCAL)
    assert registry.get("risk", "C1").data["status"] == "closed"
    back = registry.get("risk", "R1").data
    assert (back["title"], back["status"], back["likelihood"]) == ("Rates rise", "identified", 0)
    assert registry.events.journal.verify().sound


def test_scenario_files(settings: Settings, local_database: Database) -> None:
    """A TOML file is one scenario; an analyst may keep it as a draft, and nothing else."""
    analyst = Principal("ann", Role.ANALYST)
    text = b'name = "Only rail"\n[projects.where]\nmode = ["rail"]\n'
    found = imports.look(settings, local_database, "scenario", "Only rail.toml", text)
    assert [c.key for c in found.of("added")] == ["Only-rail"]
    with pytest.raises(Forbidden):
        imports.confirm(settings, local_database, found.id, who=analyst, publish=True)
    done = imports.confirm(settings, local_database, found.id, who=analyst)
    assert done.state == "draft"
    assert (
        Registry(local_database).get("scenario", "Only-rail").data["toml"] == text.decode().strip()
    )
    bad = imports.look(settings, local_database, "scenario", "b.toml", b'states = "x"\n')
    assert "states" in str(bad.faults[0])
    as_json = json.dumps({"name": "J", "projects": {"include": "none"}}).encode()
    found = imports.look(settings, local_database, "scenario", "j.json", as_json)
    assert not found.faults
    with pytest.raises(Forbidden):
        imports.permit_import("project", analyst, publish=False)


def _zip(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return out.getvalue()


def test_bad_files_are_refused_in_words(
    settings: Settings, local_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bombs, passwords, entities, wrong endings, broken text; each in one clear line."""
    import openpyxl

    monkeypatch.setattr(reading, "MOST_UNPACKED", 1_000_000)
    bomb = _zip({"xl/workbook.xml": b"", "xl/a.xml": b"0" * 1_200_000})
    entity = _zip({"xl/workbook.xml": b"<!DOCTYPE a><a/>"})
    many = _zip({"xl/workbook.xml": b""} | {f"xl/{k}.xml": b"" for k in range(600)})
    for name, data, said in (
        ("a.xlsx", bomb, "unpacks to"), ("a.xlsx", entity, "broken"), ("a.xlsx", many, "parts"),
        ("a.xlsx", b"PK\x03\x04 no", "broken"), ("a.xlsx", b"\xd0\xcf\x11\xe0xx", "encrypted"),
        ("a.pdf", b"%PDF", "ends in .pdf"), ("a.csv", b"\xff\xfe\x00", "UTF-8"),
        ("a.csv", b"id\x00", "NUL"), ("a.csv", b'id,name\n"x', "not valid CSV"),
        ("a.csv", b" ", "empty"), ("a.csv", b"id,name\n", "no rows"),
        ("a.json", b"[" * 100_000, "nested too deeply"), ("a.json", b'[{"id": NaN}]', "NaN"),
        ("a.json", b'[{"id": "\\ud800"}]', "characters"), ("a.json", b"3", "list of records"),
        ("a.toml", b"x = 1", ".csv, .xlsx or .json"), ("a.json", b"[]", "no records"),
    ):  # fmt: skip
        with pytest.raises(InputError, match=said.replace("[", r"\[")):
            imports.look(settings, local_database, "project", name, data)
    small = Settings(settings.home, settings.database_url, limits=Limits(upload_bytes=10))
    with pytest.raises(InputError, match="larger than"):
        imports.look(small, local_database, "project", "x.csv", GOOD.encode())
    with pytest.raises(InputError, match="taken in for"):
        imports.look(settings, local_database, "alert", "x.csv", GOOD.encode())
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "my sheet"
    sheet.append(["id", "name", "year_start"])
    sheet.append(["A-1", "=1+1", "=HYPERLINK(1)"])
    out = io.BytesIO()
    book.save(out)
    found = read(out.getvalue(), "xlsx", ["id", "name", "year_start"])
    assert [str(f) for f in found.faults] == [
        f"my sheet, row 2, {name}: holds a formula. Write its result as plain text or number."
        for name in ("name", "year_start")
    ]
    assert form_of("noending", out.getvalue()) == "xlsx"


def test_oc4ids_of_others(settings: Settings, local_database: Database) -> None:
    """A package that is not ours: what our fields can hold, and what is missing as faults."""
    package = {
        "uri": "https://example.org/p", "version": "0.9", "publishedDate": "2024-01-01T00:00:00Z",
        "publisher": {"name": "Someone"},
        "projects": [{
            "id": "OTHER-1", "title": "A line", "status": "implementation",
            "sector": ["transport.rail"], "period": {"startDate": "2020-01-01T00:00:00Z"},
            "locations": [{"id": "1", "geometry": {"type": "LineString",
                           "coordinates": [[77.1, 43.3], [78.0, 44.0]]},
                           "gazetteer": {"scheme": "ISO2", "identifiers": ["KZ"]}}],
            "budget": {"amount": {"amount": 2e9, "currency": "USD"}},
            "documents": [{"id": "d", "title": "Report", "url": "https://example.org/r"}],
        }],
    }  # fmt: skip
    found = imports.look(
        settings, local_database, "project", "p.json", json.dumps(package).encode()
    )
    said = [str(f) for f in found.faults]
    assert any("effect" in s for s in said)  # what the standard cannot say
    package["projects"][0]["beltroad"] = {"effect": "new_link", "cost_year": 2020}  # type: ignore[index]
    found = imports.look(
        settings, local_database, "project", "p.json", json.dumps(package).encode()
    )
    assert not found.faults
    data = found.changes[0].data
    assert (data["waypoints"], data["countries"], data["cost_usd_bn"], data["status"]) == (
        "43.3,77.1;44.0,78.0", "KAZ", 2.0, "under_construction",
    )  # fmt: skip


@pytest.mark.parametrize("kind", ["project", "wellbeing"])
def test_oc4ids_faults_of_form_and_sheet_in_one_round(
    kind: str, settings: Settings, local_database: Database
) -> None:
    place = {"id": "1", "gazetteer": {"scheme": "ISO2", "identifiers": ["KE", "XX"]},
             "geometry": {"type": "Point", "coordinates": [36.8, -1.3]}}  # fmt: skip
    one = {"id": "O-1", "title": "A", "status": "built", "locations": [place],
           "period": {"startDate": "2020-01-01T00:00:00Z"}}  # fmt: skip
    line = {"id": "1", "geometry": {"type": "LineString", "coordinates": [5]}}
    two = {"id": "O-2", "title": "B", "status": "completion", "period": 5, "locations": [line],
           "beltroad": {"confidence": "sure"}}  # fmt: skip
    package = {"uri": "https://example.org/p", "version": "0.9", "publishedDate": "2024",
               "publisher": {"name": "S"},
               "projects": [one, two, {"title": 3}, 4, one]}  # fmt: skip
    found = imports.look(settings, local_database, kind, "p.json", json.dumps(package).encode())
    said = [f.where for f in found.faults]
    # What is wrong with the form and with codes, each once ...
    for where in ("publishedDate", "projects[0].status", "projects[1].period", "projects[2].id",
                  "projects[0].locations[0].gazetteer.identifiers[1]", "projects[2].title",
                  "projects[1].locations[0].geometry.coordinates", "projects[3]", "projects[4]",
                  # ... and what our sheets miss in the same projects.
                  "projects, row 1, source_title", "projects, row 2, source_title",
                  "projects, row 2, confidence", "projects, row 3, source_title"):  # fmt: skip
        assert said.count(where) == 1, (where, said)
    # What is at fault in the file is not told once more as missing.
    missed = [w.split(", ")[1:] for w in said if w.startswith("projects, row")]
    assert not [w for w in missed if w[1] in ("status", "iso3", "countries") and w[0] != "row 3"]
    assert ["row 2", "year_start"] not in missed
    assert ["row 5", "id"] not in missed
    with pytest.raises(InputError):
        imports.confirm(settings, local_database, found.id, who=LOCAL)


def test_old_uploads_are_cleared_away(settings: Settings, local_database: Database) -> None:
    """Files that no import rests on go after a week; those of an import stay."""
    kept = imports.look(settings, local_database, "project", "x.csv", GOOD.encode())
    imports.confirm(settings, local_database, kept.id, who=LOCAL)
    gone = imports.look(settings, local_database, "project", "y.csv",
                        GOOD.replace("NEW-1", "NEW-3").encode())  # fmt: skip
    uploads.prune(settings, {kept.sha256}, days=-1)
    left = {p.name for p in Path(settings.home / "uploads").iterdir()}
    assert left == {kept.sha256}
    with pytest.raises(NotFound):
        imports.look_again(settings, local_database, gone.id)
