"""What a project connects to on the network, and what finished appraisals say of it."""

from __future__ import annotations

import threading
from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd
import sqlalchemy as sa

from beltroad import evidence
from beltroad.app.answers import Column, Origin, Table, table_of
from beltroad.app.database import Database
from beltroad.app.database.models import ResultRow
from beltroad.app.errors import NotFound
from beltroad.app.questions.projects.listing import Words, number, text
from beltroad.app.settings import Settings
from beltroad.errors import BeltroadError

__all__ = ["connections", "in_results", "known_connections"]

_MOST_RESULTS = 20
_found: dict[str, list[dict[str, str]]] = {}
_lock = threading.Lock()


def known_connections(row: Mapping[Hashable, Any], say: Words) -> Table | None:
    """The same as :func:`connections` if it was asked before; None if it would take seconds."""
    with _lock:
        rows = _found.get(_key(row))
    return None if rows is None else _table(rows, say)


def connections(row: Mapping[Hashable, Any], say: Words) -> Table:
    """What ``beltroad check`` finds: ends, ports and terminals that the project joins.

    A bundled project is looked up with all other bundled ones beside it; one that was changed or
    added is looked up as the scenario's own project. Takes a few seconds the first time.
    """
    key = _key(row)
    with _lock:
        if key not in _found:
            if len(_found) > 2_000:
                _found.clear()
            _found[key] = _check(row)
        rows = _found[key]
    return _table(rows, say)


def _key(row: Mapping[Hashable, Any]) -> str:
    return repr(sorted((str(k), text(row, str(k))) for k in row))


def _check(row: Mapping[Hashable, Any]) -> list[dict[str, str]]:
    from beltroad.appraisal.checking import check_scenario
    from beltroad.appraisal.scenario_file import parse_scenario
    from beltroad.infrastructure.projects.states import acts_on_freight

    key = text(row, "id")
    if _as_bundled(row):
        if not bool(acts_on_freight(pd.DataFrame([dict(row)])).iloc[0]):
            return [_note("does not act on freight, so that it is not placed on the network")]
        name, chosen = key, parse_scenario({"projects": {"include": [key]}})
    else:
        inline = _inline(row)
        name = str(inline["id"])
        try:
            chosen = parse_scenario({"projects": {"include": "none", "inline": [inline]}})
        except BeltroadError as error:
            faults = getattr(error, "faults", ())
            said = [f"{f.where}: {f.problem}" for f in faults] or [str(error)]
            return [_note(f"cannot be placed: {each}", "warning") for each in said]
    found = check_scenario(chosen)
    rows = [{"level": f.level, "text": f.text} for f in found.findings if f.project == name]
    lengths = found.projects.loc[found.projects["id"] == name, ["matched_km", "added_km"]]
    if len(lengths) and float(lengths.sum(axis=1).iloc[0]) > 0:
        matched, added = (float(x) for x in lengths.iloc[0])
        rows.insert(0, _note(f"{matched:.0f} km matched with lines of the map, "
                             f"{added:.0f} km added"))  # fmt: skip
    return rows or [_note("nothing to say")]


def _note(said: str, level: str = "info") -> dict[str, str]:
    return {"level": level, "text": said}


def _as_bundled(row: Mapping[Hashable, Any]) -> bool:
    """Whether the row still is the bundled one, in all that the network reads."""
    table = evidence.load("projects")
    rows = table[table["id"] == text(row, "id")]
    if rows.empty:
        return False
    old = rows.iloc[0].to_dict()
    return all(
        text(row, c) == text(old, c) for c in ("mode", "effect", "countries", "waypoints", "locode")
    ) and all(
        number(row, c) == number(old, c)
        for c in ("length_km", "gauge_mm", "speed_before_kmh", "speed_after_kmh",
                  "hours_saved_terminal")
    )  # fmt: skip


def _inline(row: Mapping[Hashable, Any]) -> dict[str, Any]:
    """The row as a project of a scenario of its own."""
    key = text(row, "id").upper()[:24]
    bundled = set(evidence.load("projects")["id"])
    out: dict[str, Any] = {
        "id": f"{key}-EDIT" if key in bundled else key,
        "name": text(row, "name"), "mode": text(row, "mode"), "effect": text(row, "effect"),
        "countries": [c for c in text(row, "countries").split(";") if c],
    }  # fmt: skip
    points = [p.split(",") for p in text(row, "waypoints").split(";") if p]
    out["waypoints"] = [[float(x) for x in p] for p in points]
    for name in ("length_km", "speed_before_kmh", "speed_after_kmh", "hours_saved_terminal",
                 "cost_usd_bn"):  # fmt: skip
        if (value := number(row, name)) is not None:
            out[name] = value
    if out["mode"] == "rail" and (gauge := number(row, "gauge_mm")):
        out["gauge_mm"] = int(gauge)
    if out["mode"] in ("port", "dryport") and text(row, "locode"):
        out["locode"] = text(row, "locode")
    return out


def _table(rows: list[dict[str, str]], say: Words) -> Table:
    shown = [{"level": say(f"projects.level_{r['level']}"), "text": r["text"]} for r in rows]
    return table_of(
        "connections", say("projects.connections"), pd.DataFrame(shown),
        [Column(name="level", title=say("projects.level")),
         Column(name="text", title=say("projects.finding"))],
        origin=Origin(kind="computed", method="network",
                      formula="ends, ports and terminals matched with the nearest of the network"),
    )  # fmt: skip


def in_results(
    settings: Settings, database: Database, row: Mapping[Hashable, Any], say: Words
) -> Table | None:
    """What the latest finished appraisals say of it; None if none of them holds it."""
    from beltroad.app.jobs import results

    key = text(row, "id")
    with database.session(write=False) as session:
        latest = session.scalars(
            sa.select(ResultRow.hash).where(ResultRow.kind == "appraisal")
            .order_by(ResultRow.created_at.desc()).limit(_MOST_RESULTS)
        ).all()  # fmt: skip
    rows: list[dict[str, Any]] = []
    columns: list[Column] = []
    for question in latest:
        try:
            stored = results.read(settings, database, question)
        except NotFound:
            continue
        for table in stored.answer.tables if stored.answer else ():
            names = {c.name for c in table.columns}
            if "id" not in names:
                continue
            for found in table.rows:
                if found.get("id") == key:
                    if not columns:
                        columns = [c for c in table.columns if c.name not in ("id", "name")]
                    rows.append({**found, "_appraisal": stored.title or question[:12],
                                 "_href": f"/results/{question}"})  # fmt: skip
    if not rows:
        return None
    frame = pd.DataFrame(rows).rename(columns={"_appraisal": "appraisal"})
    described = [Column(name="appraisal", title=say("projects.appraisal")),
                 *(c for c in columns if c.name in frame)]  # fmt: skip
    return table_of("in-results", say("projects.in_results"), frame, described)
