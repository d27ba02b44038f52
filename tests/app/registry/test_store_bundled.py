"""Bundled rows: loaded once, brought up to date, and never over an edit."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from beltroad import evidence
from beltroad.app.database import Database, migrate
from beltroad.app.errors import Conflict
from beltroad.app.registry import bundled
from beltroad.app.registry.kinds import KINDS
from beltroad.app.registry.store import Registry


def test_an_empty_workspace_is_filled_once_and_quickly(empty_database: Database) -> None:
    migrate.upgrade(empty_database)
    start = time.process_time()
    done = bundled.load(empty_database)
    assert time.process_time() - start < 3
    assert {kind: each.added for kind, each in done.items()} == {
        kind: len(evidence.load(table)) for kind, table in bundled.TABLES.items()
    }
    assert bundled.load(empty_database) == {}
    registry = Registry(empty_database)
    for kind, table in bundled.TABLES.items():
        assert registry.frame(kind).equals(evidence.load(table))
        assert registry.list(kind, state="draft").total == 0


def test_the_same_rows_give_the_same_fingerprint(
    database: Database, local_database: Database
) -> None:
    for state in ("all", "published"):
        assert Registry(database).fingerprint("project", state=state) == Registry(
            local_database
        ).fingerprint("project", state=state)


def test_a_newer_release_keeps_edits(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry(database)
    own = {**registry.get("project", "KUN-VTE").data, "name": "Mine"}
    registry.save("project", "KUN-VTE", own, who="ana", publish=True)
    registry.save("project", "MOM-NBO", {**registry.get("project", "MOM-NBO").data, "note": "m"},
                  who="ana")  # fmt: skip
    old = bundled.rows("project")
    newer = {
        key: replace(row, data={**row.data, "note": "newer"}, digest=row.digest[::-1])
        if key in ("KUN-VTE", "KHG-DRY")
        else row
        for key, row in old.items()
        if key not in ("ZHT-ALT", "MOM-NBO")
    }
    newer["NEW-ONE"] = replace(old["KHG-DRY"], key="NEW-ONE", digest="n",
                               data={**old["KHG-DRY"].data, "id": "NEW-ONE"})  # fmt: skip
    monkeypatch.setattr(bundled, "rows", lambda kind: newer)
    monkeypatch.setattr(bundled, "_digest", lambda kind: "newer")
    monkeypatch.setattr(bundled, "TABLES", {"project": "projects"})
    done = bundled.load(database)["project"]
    assert done == bundled.Loaded(added=1, updated=1, conflicts=2, withdrawn=1)
    assert bundled.load(database) == {}

    followed = registry.get("project", "KHG-DRY")
    assert (followed.revision, followed.who) == (2, "bundled data")
    assert followed.data["note"] == "newer"
    mine = registry.get("project", "KUN-VTE")
    assert (mine.title, mine.latest, mine.conflict) == ("Mine", 2, True)
    assert {r.key for r in registry.list("project", state="conflict")} == {"KUN-VTE", "MOM-NBO"}
    assert registry.get("project", "ZHT-ALT").removed
    assert registry.get("project", "NEW-ONE").bundled

    assert registry.settle("project", "MOM-NBO", take=False, who="ana").data["note"] == "m"
    taken = registry.settle("project", "KUN-VTE", take=True, who="ana")
    assert (taken.data["note"], taken.conflict, taken.state) == ("newer", False, "published")
    with pytest.raises(Conflict, match="no conflict"):
        registry.settle("project", "KUN-VTE", take=True, who="ana")


def test_every_field_says_what_it_is() -> None:
    for kind in KINDS.values():
        for field in kind.fields:
            assert field.title, (kind.name, field.name)
            assert field.description, (kind.name, field.name)
            assert field.type in {"text", "long", "number", "integer", "choice", "list"}
        assert kind.model.model_json_schema()["properties"]
    assert KINDS["project"].field("length_km").unit == "km"
    assert KINDS["project"].field("cost_usd_bn").high == 1_000
    assert "rail" in KINDS["project"].field("mode").choices
    assert KINDS["project"].field("name").required
    assert not KINDS["project"].field("note").required
