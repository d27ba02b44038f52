"""Scenarios that people keep in the registry, and the projects they may choose from."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from beltroad.app.errors import NotFound
from beltroad.app.questions.scenarios.reading import mapping_of, scenario_of
from beltroad.app.questions.scenarios.writing import toml_of
from beltroad.errors import ScenarioError

if TYPE_CHECKING:
    import datetime

    from beltroad.app.accounts.roles import Principal
    from beltroad.app.database import Database
    from beltroad.app.registry.records import Record

__all__ = ["Choice", "Saved", "choices", "kept", "listed", "only", "own_projects", "save"]

KIND = "scenario"
_NOT_A_KEY = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Saved:
    """A scenario of the registry."""

    key: str
    name: str
    description: str
    text: str
    mapping: dict[str, Any]
    state: str
    revision: int
    latest: int
    who: str
    changed_at: datetime.datetime


@dataclass(frozen=True)
class Choice:
    """A project that can be chosen. ``own`` is one that the bundled tables do not have."""

    id: str
    name: str
    corridor: str
    status: str
    mode: str
    countries: str
    own: bool = False


def _saved(record: Record) -> Saved:
    text = str(record.data.get("toml", ""))
    try:
        mapping = mapping_of(text)
    except ScenarioError:  # an older revision; the editor shows what is wrong
        mapping = {}
    return Saved(
        record.key, str(record.data.get("name") or record.title),
        str(record.data.get("description", "")), text, mapping, record.state, record.revision,
        record.latest, record.who, record.changed_at,
    )  # fmt: skip


def listed(
    database: Database, *, search: str = "", page: int = 1, per_page: int = 50
) -> tuple[list[Saved], int]:
    """A page of saved scenarios, drafts too, and how many there are."""
    from beltroad.app.registry.store import Registry

    found = Registry(database).list(KIND, search=search, state="all", page=page, per_page=per_page)
    return [_saved(r) for r in found], found.total


def kept(database: Database, key: str) -> Saved:
    """One saved scenario as it stands now.

    Raises
    ------
    NotFound
        If there is none.
    """
    from beltroad.app.registry.store import Registry

    return _saved(Registry(database).get(KIND, key))


def save(
    database: Database,
    mapping: Mapping[str, Any],
    who: Principal,
    *,
    key: str = "",
    expected: int | None = None,
    text: str = "",
) -> Saved:
    """Keep a scenario as a draft, under its key or a new one made of its name.

    Raises
    ------
    ScenarioError
        With every fault of the scenario.
    Conflict
        If someone changed it since revision ``expected``.
    """
    from beltroad.app.registry.store import Registry

    scenario = scenario_of(mapping)
    registry = Registry(database)
    key = key or _new_key(scenario.name)
    data = {
        "id": key, "name": scenario.name, "description": scenario.description,
        "author": who.name, "toml": text or toml_of(mapping),
    }  # fmt: skip
    record = registry.save(
        KIND, key, data, who=who, source="scenario editor", expected=expected,
        note="" if expected else "first version",
    )  # fmt: skip
    return _saved(record)


def _new_key(name: str) -> str:
    stem = _NOT_A_KEY.sub("-", name.casefold()).strip("-")[:40] or "scenario"
    return f"{stem}-{secrets.token_hex(3)}"


def choices(database: Database) -> list[Choice]:
    """Published projects that act on freight, those that the engine knows and those made here.

    One made here without what a model needs (a way, an effect) cannot be chosen; its page in the
    registry says why.
    """
    bundled, out = _bundled(), []
    own = own_projects(database)
    for row in _projects(database):
        mine = row["id"] not in bundled
        if mine and row["id"] not in own:
            continue
        out.append(
            Choice(row["id"], row["name"], row["corridor"] or "other", row["status"], row["mode"],
                   row["countries"].replace(";", ", "), mine)
        )  # fmt: skip
    return sorted(out, key=lambda c: (not c.own, c.corridor, c.status, c.name))


def own_projects(database: Database) -> dict[str, dict[str, Any]]:
    """The registry's projects that the engine does not know, as it takes them in a scenario."""
    from beltroad.app.registry.inline import inline_of
    from beltroad.app.registry.store import Registry

    bundled, out = _bundled(), {}
    registry = Registry(database)
    for row in _projects(database):
        if row["id"] not in bundled:
            found = inline_of(registry.get("project", row["id"], "published"))
            if isinstance(found, dict):
                out[row["id"]] = json.loads(json.dumps(found))
    return out


def only(database: Database, key: str) -> dict[str, Any]:
    """The beginning of a scenario about one published project.

    Raises
    ------
    NotFound
        If there is no such project, or it cannot be put on the network.
    """
    name = next((row["name"] for row in _projects(database) if row["id"] == key), None)
    if name is None:
        raise NotFound(f"no published project {key[:60]!r}")
    if key in _bundled():
        return {"name": name[:120], "projects": {"include": [key]}}
    own = own_projects(database).get(key)
    if own is None:
        raise NotFound(f"{key}: cannot be put on the network yet; its record says what is missing")
    return {"name": name[:120], "projects": {"include": "none", "inline": [own]}}


def _projects(database: Database) -> list[dict[str, str]]:
    from beltroad.app.registry.store import Registry

    frame = Registry(database).projects_frame()
    columns = ["id", "name", "corridor", "status", "mode", "countries"]
    plain = frame[columns].astype(object).fillna("").astype(str)
    return [{str(k): v for k, v in row.items()} for row in plain.to_dict("records")]


def _bundled() -> frozenset[str]:
    from beltroad.appraisal.scenario_file import known_codes

    return known_codes()["project"]
