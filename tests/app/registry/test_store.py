"""Records with history on both databases: draft and published, undo, removal, two editors."""

from __future__ import annotations

import threading
import time
from typing import Any

import pytest
import sqlalchemy as sa

from beltroad import evidence
from beltroad.app.accounts.roles import Principal, Role
from beltroad.app.database import Database
from beltroad.app.database.models import AuditRow, RecordRow, RevisionRow, utc_now
from beltroad.app.database.words import words_of
from beltroad.app.errors import Conflict, NotFound
from beltroad.app.registry.checking import check_workspace
from beltroad.app.registry.store import Registry, inline_of
from beltroad.errors import InputError, ScenarioError

ANA = Principal("ana", Role.EDITOR, 1, "session")


def edited(registry: Registry, **changes: Any) -> dict[str, Any]:
    return {**registry.get("project", "KUN-VTE").data, **changes}


def test_a_record_from_draft_to_published_and_back(registry: Registry) -> None:
    first = registry.get("project", "KUN-VTE")
    assert (first.who, first.state, first.revision) == ("bundled data", "published", 1)
    assert "http" in first.source
    before = registry.fingerprint("project", state="published")
    draft = registry.save("project", "KUN-VTE", edited(registry, name="Other"), who=ANA,
                          source="letter of 3 May", note="new name", expected=1)  # fmt: skip
    assert (draft.revision, draft.state, draft.published) == (2, "draft", 1)
    assert registry.get("project", "KUN-VTE", "published").title == first.title
    assert registry.fingerprint("project", state="published") == before
    assert registry.fingerprint("project") != before
    assert [r.key for r in registry.list("project", state="draft")] == ["KUN-VTE"]
    assert registry.projects_frame()["name"].eq("Other").sum() == 0

    done = registry.publish("project", "KUN-VTE", who=ANA, expected=2)
    assert (done.revision, done.published, done.source) == (3, 3, "letter of 3 May")
    assert registry.fingerprint("project", state="published") != before
    assert registry.projects_frame()["name"].eq("Other").sum() == 1
    back = registry.undo("project", "KUN-VTE", to=1, who=ANA)
    assert (back.revision, back.state, back.data) == (4, "published", first.data)
    said = [(r.number, r.who, r.action, r.state) for r in registry.history("project", "KUN-VTE")]
    assert said == [
        (1, "bundled data", "bundled", "published"), (2, "ana", "edit", "draft"),
        (3, "ana", "publish", "published"), (4, "ana", "undo", "published"),
    ]  # fmt: skip
    with registry.database.session(write=False) as session:
        rows = session.scalars(sa.select(AuditRow).order_by(AuditRow.id)).all()
        assert [(r.who, r.action, r.target) for r in rows] == [
            ("ana", f"registry.{each}", "project:KUN-VTE") for each in ("edit", "publish", "undo")
        ]
    with pytest.raises(Conflict, match="published already"):
        registry.publish("project", "KUN-VTE", who=ANA)
    assert check_workspace(registry.database) == []


def test_removed_records_come_back_as_they_were(registry: Registry) -> None:
    registry.save("project", "KUN-VTE", edited(registry, name="Draft"), who=ANA)
    registry.remove("project", "KUN-VTE", who=ANA, note="twice in the list")
    assert registry.get("project", "KUN-VTE").removed
    assert "KUN-VTE" not in {r.key for r in registry.list("project", search="KUN-VTE")}
    assert [r.key for r in registry.list("project", state="removed")] == ["KUN-VTE"]
    assert "KUN-VTE" not in set(registry.projects_frame()["id"])
    for change in (
        lambda: registry.save("project", "KUN-VTE", edited(registry, name="x"), who=ANA),
        lambda: registry.publish("project", "KUN-VTE", who=ANA),
        lambda: registry.remove("project", "KUN-VTE", who=ANA),
    ):
        with pytest.raises(Conflict, match="was removed"):
            change()
    back = registry.restore("project", "KUN-VTE", who=ANA)
    assert (back.title, back.state, back.published, back.removed) == ("Draft", "draft", 1, False)
    assert evidence.load("projects").equals(registry.projects_frame())
    with pytest.raises(Conflict, match="nothing to bring back"):
        registry.restore("project", "KUN-VTE", who=ANA)


def test_two_editors_do_not_overwrite_each_other(registry: Registry) -> None:
    done: list[object] = []

    def edit(name: str) -> None:
        own = Database(registry.database.url.render_as_string(hide_password=False))
        mine = Registry(own)
        try:
            data = edited(mine, name=name)
            done.append(mine.save("project", "KUN-VTE", data, who=name, expected=1).revision)
        except Conflict as error:
            done.append(str(error))
        own.dispose()

    threads = [threading.Thread(target=edit, args=(f"n{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done.count(2) == 1
    assert sum("you saw 1" in str(each) for each in done) == 3
    assert registry.get("project", "KUN-VTE").latest == 2
    with pytest.raises(Conflict, match="there is a project KUN-VTE already"):
        registry.save("project", "KUN-VTE", edited(registry, name="z"), who=ANA, expected=0)


def test_the_same_data_make_no_revision(registry: Registry) -> None:
    same = registry.save("project", "KUN-VTE", edited(registry), who=ANA, publish=True)
    assert (same.revision, same.who) == (1, "bundled data")


def test_a_new_project_is_a_row_of_the_table_and_a_scenarios_own(registry: Registry) -> None:
    data = edited(registry, id="NEW-LINE", programme="", name="New line", status="planned",
                  year_open=2031, expected="yes", source_date="", locode=None)  # fmt: skip
    made = registry.save("project", "", data, who=ANA, publish=True, expected=0)
    assert (made.key, made.revision, made.bundled) == ("NEW-LINE", 1, False)
    base, frame = evidence.load("projects"), registry.projects_frame()
    assert frame.dtypes.equals(base.dtypes)
    assert frame.iloc[:-1].equals(base)
    assert frame.iloc[-1]["id"] == "NEW-LINE"
    assert frame.iloc[-1][["source_date", "locode"]].isna().all()
    from beltroad.infrastructure.projects.record import freight_projects

    assert freight_projects(frame)[-1].id == "NEW-LINE"

    inline = inline_of(made)
    assert isinstance(inline, dict)
    from beltroad.appraisal.scenario_file import parse_scenario

    scenario = parse_scenario({"projects": {"include": "none", "inline": [inline]}})
    assert scenario.projects.inline[0].cost_usd_bn == data["cost_usd_bn"]
    assert "name it in projects.include" in str(inline_of(registry.get("project", "KUN-VTE")))
    why = inline_of({**data, "effect": "capacity", "mode": "air", "freight": "no"})
    assert len(why) == 3


def test_all_faults_of_a_record_are_listed(registry: Registry) -> None:
    wrong = edited(registry, mode="ship", length_km="-4", zzz=1, cost_year="", note="a\0b")
    with pytest.raises(ScenarioError) as said:
        registry.save("project", "KUN-VTE", wrong, who=ANA)
    assert {f.where for f in said.value.faults} == {"mode", "length_km", "zzz", "note"}
    soft = edited(registry, length_km="many", cost_year="", year_open=1990)
    assert {f.where for f in registry.check("project", soft)} == {
        "length_km", "cost_year", "year_open",
    }  # fmt: skip
    far = registry.check("project", edited(registry, length_km=12))
    assert [f.where for f in far] == ["length_km"]
    assert registry.check("project", {}) != []
    assert registry.check("project", edited(registry, id="OTHER")) == []
    with pytest.raises(ScenarioError, match="is not 'KUN-VTE'"):
        registry.save("project", "KUN-VTE", edited(registry, id="OTHER"), who=ANA)
    assert registry.get("project", "KUN-VTE").latest == 1


def test_agreements_wellbeing_and_scenarios(registry: Registry) -> None:
    data = {"instrument": "rta", "iso3": "lao", "partner": "China", "as_of": "2026-11",
            "status": "in_force", "in_force_from": "2026-01-01", "source_title": "x"}  # fmt: skip
    assert [f.where for f in registry.check("agreement", data)] == ["partner"]
    made = registry.save("agreement", "", {**data, "partner": "CHN"}, who=ANA, publish=True)
    assert made.key == "rta.LAO.CHN.2026-01-01"
    assert made.data["iso3"] == "LAO"
    assert registry.frame("agreement").iloc[-1]["partner"] == "CHN"
    new = {**data, "partner": "CHN", "instrument": "own_treaty"}
    assert "needs instrument_title" in str(registry.check("agreement", new)[0])
    assert registry.check("agreement", {**new, "instrument_title": "Own treaty"}) == []
    well = {**registry.list("wellbeing").items[0].data, "id": "w-1", "cost_currency": "XXX",
            "cost_amount": None, "people_reached": 5, "reached_basis": ""}  # fmt: skip
    wrong = {f.where for f in registry.check("wellbeing", well)}
    assert wrong >= {"cost_currency", "reached_basis"}
    scenario = {"id": "s-1", "name": "S", "toml": 'name = "S"\n[projects]\ninclude = ["KUN-VTE"]'}
    assert registry.save("scenario", "", scenario, who=ANA).key == "s-1"
    bad = registry.check("scenario", {**scenario, "toml": "[projects]\ninclude = 3\nodd = 1"})
    assert {f.where for f in bad} >= {"toml: projects.odd"}
    for text in ("= broken", 'base = "../../etc/passwd"', '[parameters]\ntrade_data = "/etc"'):
        assert registry.check("scenario", {**scenario, "toml": text})


def test_searching_sorting_and_paging(registry: Registry) -> None:
    found = registry.list("project", search="  RAILWAY lao ")
    assert found.total >= 1
    assert all("LAO" in r.data["countries"] or "lao" in str(r.data).lower() for r in found)
    assert registry.list("project", where={"mode": "port"}).total == int(
        evidence.load("projects")["mode"].eq("port").sum()
    )
    keys = [r.key for page in (1, 2) for r in registry.list("project", sort="-key", page=page)]
    assert keys == sorted(keys, reverse=True)
    assert len(set(keys)) == 100
    assert registry.list("project", page=4).pages == 4
    assert registry.list("project", page=999).items == ()
    for odd in ("%", "_", "\\", "\0", "'; --", "\ud800", "x" * 5000):
        assert registry.list("project", search=odd).total <= 164
    assert len(registry.every("wellbeing")) == 269
    for bad in ({"page": 0}, {"page": 10**30}, {"per_page": 201}, {"state": "x"}, {"sort": "x"},
                {"where": {"x": "y"}}):  # fmt: skip
        with pytest.raises(InputError):
            registry.list("project", **bad)  # type: ignore[arg-type]
    for kind, key in (("ship", "x"), ("project", "KUN-VTF"), ("project", "\0"), ("risk", "\ud800")):
        with pytest.raises(NotFound):
            registry.get(kind, key)
    with pytest.raises(NotFound, match="revisions 1 to 1"):
        registry.get("project", "KUN-VTE", 10**30)


def test_a_list_of_5000_is_quick(local_database: Database) -> None:
    registry = Registry(local_database)
    text = {"name": "Railway of the north", "note": "word " * 60}
    with local_database.session() as session:
        session.execute(sa.insert(RecordRow), [
            {"id": n, "kind": "scenario", "key": f"s{n}", "title": f"S {n}", "latest": 1,
             "published": 1, "words": words_of(f"s{n}", f"S {n}", text), "changed_at": utc_now()}
            for n in range(10_000, 15_000)
        ])  # fmt: skip
        session.execute(sa.insert(RevisionRow), [
            {"record_id": n, "number": 1, "who": "ana", "action": "create", "state": "published",
             "data": text} for n in range(10_000, 15_000)
        ])  # fmt: skip
    taken = []
    for _ in range(7):
        start = time.perf_counter()
        assert registry.list("scenario", search="north s10123").total == 1
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.02
