"""The register of risks: lists by filter, heat map, roll-up, one risk, and what people change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import pandas as pd

from beltroad.app.accounts.roles import Principal
from beltroad.app.answers import Figure, Table, cells, table_of
from beltroad.app.database import Database
from beltroad.app.errors import Conflict, NotFound
from beltroad.app.questions.country_risk import grades
from beltroad.app.questions.risk.base import (
    Look,
    SeenJournal,
    col,
    in_web_words,
    journal_of,
    noted,
    revision_of,
    word,
)
from beltroad.app.registry import kinds
from beltroad.app.registry.store import Registry
from beltroad.errors import Fault, InputError, ScenarioError, suggest
from beltroad.evidence import economies
from beltroad.risk import register as reg
from beltroad.risk.register import Control, Risk, model
from beltroad.risk.register.scales import DIMENSIONS, RATINGS

__all__ = [
    "STATES", "Wanted", "changes", "chosen", "close", "control", "counts", "due", "found", "heat",
    "overdue", "plain", "review", "rollup", "save", "table", "whole",
]  # fmt: skip

STATES = ("live", "all", *model.STATUSES)


@dataclass(frozen=True)
class Wanted:
    """Which risks; empty: any."""

    state: str = "live"
    level: str = ""
    rating: str = ""
    owner: str = ""
    iso3: str = ""
    project: str = ""
    search: str = ""
    overdue: bool = False


def chosen(look: Look, wanted: Wanted) -> list[Risk]:
    """Risks by filter, the gravest first.

    Raises
    ------
    InputError
        If a state, level or rating is not known.
    """
    for name, value, known in (("state", wanted.state, STATES), ("level", wanted.level,
                               ("", *model.LEVELS)), ("rating", wanted.rating,
                               ("", "none", *RATINGS))):  # fmt: skip
        if value not in known:
            raise InputError(f"{name} {value!r:.40}: give one of {', '.join(filter(None, known))}")
    risks = reg.register(look.events)
    late = set(reg.overdue_controls(risks.values(), look.today)["risk"]) if wanted.overdue else None
    out = [
        r for r in risks.values()
        if (wanted.state in ("all", r.status) or (wanted.state == "live" and r.live))
        and wanted.level in ("", r.level) and wanted.iso3 in ("", r.iso3)
        and wanted.rating in ("", r.residual_rating or "none")
        and wanted.project.casefold() in ("", r.project.casefold())
        and wanted.owner.casefold() in ("", r.owner.casefold())
        and (late is None or r.id in late)
        and all(w in f"{r.id} {r.title} {r.note}".casefold()
                for w in wanted.search.casefold().split())
    ]  # fmt: skip
    return sorted(
        out, key=lambda r: (-RATINGS.index(r.residual_rating) if r.residual_rating else 1, r.id)
    )


def found(look: Look, key: str) -> Risk:
    """One risk by id, in any case.

    Raises
    ------
    NotFound
        If there is none.
    """
    risks = reg.register(look.events)
    folded = {each.casefold(): each for each in risks}
    name = folded.get(key.strip().casefold())
    if name is None:
        raise NotFound(f"no risk {key!r:.60}. {suggest(key, risks)}".rstrip())
    return risks[name]


def counts(look: Look, language: str = "en") -> list[Figure]:
    """Live risks by rating, late controls and reviews that are due."""
    live = [r for r in reg.register(look.events).values() if r.live]
    inputs = (("live risks", str(len(live))),)
    names = {each: word(f"rating.{each or 'none'}", language) for each in (*RATINGS, "")}
    out = [
        Figure(
            id=f"risks-{rating or 'none'}", unit="risks",
            label=word("figure.risks", language, rating=names[rating]),
            value=sum(r.residual_rating == rating for r in live),
            origin=noted(look, "live risks with this rating after controls: the product of the "
                         "steps of likelihood and gravest effect, 5 medium, 10 high, 17 extreme",
                         inputs=inputs),
        )
        for rating in (*reversed(RATINGS), "")
    ]  # fmt: skip
    late, reviews = reg.overdue_controls(live, look.today), reg.due_reviews(live, look.today)
    out.append(
        Figure(
            id="overdue",
            label=word("overdue.title", language),
            value=len(late),
            unit="controls",
            origin=noted(look, "controls planned or failed whose day has passed", inputs=inputs),
        )
    )
    out.append(Figure(
        id="reviews", label=word("due.title", language), value=len(reviews), unit="reviews",
        origin=noted(look, "risks last looked at a month ago if high or extreme, three if medium, "
                     "twelve if low, or longer", inputs=inputs)))  # fmt: skip
    return out


def table(rows: Sequence[Risk], look: Look, language: str = "en") -> Table:
    """Risks for readers."""
    frame = reg.frame(rows)
    late = reg.overdue_controls(rows, look.today)["risk"].value_counts(sort=False)
    shown = pd.DataFrame({
        "title": frame["title"], "id": frame["id"],
        "level": [word(f"level.{v}", language) for v in frame["level"]],
        "iso3": frame["iso3"], "project": frame["project"],
        "inherent": [word(f"rating.{v or 'none'}", language) for v in frame["inherent_rating"]],
        "residual": [word(f"rating.{v or 'none'}", language) for v in frame["residual_rating"]],
        "status": [word(f"status.{v}", language) for v in frame["status"]],
        "owner": frame["owner"], "controls": frame["controls"],
        "late": [int(late.get(key, 0)) for key in frame["id"]],
        "_href": [f"/risk/register/{key}" for key in frame["id"]],
    })  # fmt: skip
    rated = noted(look, "product of the steps of likelihood and gravest effect: from 5 medium, "
                  "from 10 high, from 17 extreme")  # fmt: skip
    return table_of("risks", word("register.title", language), shown, [
        col("title", language), col("id", language), col("level", language), col("iso3", language),
        col("project", language), col("inherent", language, origin=rated),
        col("residual", language, origin=rated), col("status", language), col("owner", language),
        col("controls", language, "number", word("unit.controls", language)),
        col("late", language, "number", word("unit.controls", language)),
    ], origin=noted(look, "risks as the events of the journal leave them"))  # fmt: skip


def heat(rows: Sequence[Risk], *, inherent: bool) -> list[dict[str, Any]]:
    """The matrix: likelihood 5 to 1, each with the effects 1 to 5, count and rating of the cell."""
    rated = [r for r in rows if r.live and r.inherent_rating]
    pairs = [(r.likelihood, r.effect) if inherent else (r.residual_step, r.residual_effect)
             for r in rated]  # fmt: skip
    counted = reg.matrix(pairs)
    return [
        {"likelihood": int(step), "cells": [
            {"effect": effect, "count": int(counted.loc[step, effect]),
             "rating": reg.rating(int(step), effect)}
            for effect in range(1, 6)]}
        for step in counted.index
    ]  # fmt: skip


def rollup(look: Look, language: str = "en") -> Table:
    """Ratings of the countries that have a live risk."""
    risks = reg.register(look.events)
    rated = reg.countries(risks, grades().reset_index())
    shown = rated.assign(
        name=[economies.name(code) for code in rated["iso3"]],
        rating=[word(f"rating.{v or 'none'}", language) for v in rated["rating"]],
        own=[word(f"rating.{v or 'none'}", language) for v in rated["own"]],
        projects=[word(f"rating.{v or 'none'}", language) for v in rated["projects"]],
        _href=[f"/risk/country/{code}" for code in rated["iso3"]],
    )
    base = noted(look, "the worst of own risks, risks of projects and grade (1-3 low, 4-5 "
                 "medium, 6 high, 7 extreme)")  # fmt: skip
    any_of = noted(
        look,
        "bounds of the probability that one of the high and extreme risks "
        "happens: the largest of the bands' middles to their sum, at most 100 %",
    )
    return table_of("countries", word("rollup.title", language), shown, [
        col("name", language), col("iso3", language), col("rating", language, origin=base),
        col("own", language), col("projects", language),
        col("grade", language, "number", "of 7", origin=base),
        col("risks", language, "number", word("unit.risks", language)),
        col("high", language, "number", word("unit.risks", language)),
        col("any_high_from_pct", language, "number", "%", origin=any_of),
        col("any_high_to_pct", language, "number", "%", origin=any_of),
    ], origin=base)  # fmt: skip


def whole(look: Look, language: str = "en") -> Figure:
    """Rating of everything together."""
    risks = reg.register(look.events)
    parts = cells(reg.overall(risks, reg.countries(risks, grades().reset_index())))
    return Figure(
        id="overall", label=word("figure.overall", language),
        value=word(f"rating.{parts[-1]['rating']}", language) if parts[-1]["rating"] else None,
        origin=noted(
            look, "the worse of the overall risks and of the highest rating that countries with a "
            "tenth of the projects at risk have or exceed",
            inputs=tuple((f"{p['part']}", ", ".join(filter(None, (
                p["rating"] or "not assessed", p["note"])))) for p in parts[:-1])),
    )  # fmt: skip


def overdue(look: Look, language: str = "en") -> Table:
    """Controls whose day has passed."""
    rows = reg.overdue_controls(reg.register(look.events).values(), look.today)
    rows["_href"] = "/risk/register/" + rows["risk"].astype(str)
    return table_of("overdue", word("overdue.title", language), rows, [
        col("risk", language), col("control", language), col("title", language),
        col("owner", language), col("due", language, "date"),
        col("days_late", language, "number", word("unit.days", language)),
    ], origin=noted(look, "planned or failed controls whose day has passed"))  # fmt: skip


def due(look: Look, language: str = "en") -> Table:
    """Risks to be looked at again."""
    rows = reg.due_reviews(reg.register(look.events).values(), look.today)
    rows["_href"] = "/risk/register/" + rows["risk"].astype(str)
    rows["rating"] = [word(f"rating.{v or 'none'}", language) for v in rows["rating"]]
    return table_of(
        "due",
        word("due.title", language),
        rows,
        [
            col("risk", language),
            col("title", language),
            col("rating", language),
            col("owner", language),
            col("last", language, "date"),
            col("due", language, "date"),
        ],
        origin=noted(look, "monthly if high or extreme, quarterly if medium, else yearly"),
    )


def changes(look: Look, key: str = "", since: str = "", language: str = "en") -> Table:
    """What changed, by whom and when, the latest first."""
    rows = reg.changes(look.events, since, key).iloc[::-1].reset_index(drop=True)
    total = len(rows)
    rows = rows.head(500)
    rows["at"] = rows["at"].astype(str).str.slice(0, 16).str.replace("T", " ")
    rows["_href"] = "/risk/register/" + rows["id"].astype(str)
    return table_of("changes", word("changes.title", language), rows, [
        col("at", language, "date", "UTC"), col("id", language), col("by", language),
        col("field", language), col("before", language), col("after", language),
    ], origin=noted(look, "one row a field that an event changed"), total=total)  # fmt: skip


def plain(risk: Risk, look: Look) -> dict[str, Any]:
    """A risk for programs."""
    out = asdict(risk)
    out["feeds"] = list(risk.feeds)
    return {
        **out, "inherent_rating": risk.inherent_rating, "residual_rating": risk.residual_rating,
        "revision": revision_of(look.events, "risk", risk.id),
        "moves": list(model.MOVES[risk.status]),
    }  # fmt: skip


def save(
    database: Database, key: str, given: Mapping[str, Any], who: Principal, *, expected: int | None,
    note: str = "",
) -> Risk:  # fmt: skip
    """Add a risk (without a key) or change one.

    Raises
    ------
    ScenarioError
        With every fault and its field.
    NotFound, Conflict
        If there is no such risk, or it changed meanwhile.
    """
    registry = Registry(database)
    known = reg.register(registry.events.journal.events())
    old = known.get(key) if key else None
    if key and old is None:
        raise NotFound(f"no risk {key!r:.60}. {suggest(key, known)}".rstrip())
    values = {**(model.values_of(old) if old else {}), **given}
    if old is None and not values.get("status"):
        values["status"] = _first_status(values)
    tidy, faults = kinds.normal("risk", values)
    if not faults:
        risk = model.risk_of({**tidy, "id": key or tidy["id"] or "R0001"})
        if old is not None:
            risk = replace(risk, controls=old.controls)
        faults = [Fault(a, b) for a, b in model.problems(risk, known)]
        if old is None and tidy["id"].casefold() in {k.casefold() for k in known}:
            faults.append(Fault("id", f"{tidy['id']} is taken; choose another."))
        if old is None and risk.status not in ("identified", "assessed"):
            faults.append(Fault("status", "a new risk is identified or assessed."))
        if (
            old is not None
            and risk.status != old.status
            and (risk.status not in model.MOVES[old.status])
        ):
            faults.append(Fault("status", f"{old.status} cannot become {risk.status}: give "
                                f"{' or '.join(model.MOVES[old.status])}."))  # fmt: skip
    if faults:
        if expected is not None and old is not None:
            _seen(registry, key, expected)
        raise ScenarioError(f"risk {key}".strip(), faults)
    made = registry.save("risk", key, {**tidy, "id": key or tidy["id"]}, who=who, note=note,
                         expected=expected if key else None)  # fmt: skip
    return reg.register(registry.events.journal.events())[made.key]


def _first_status(values: Mapping[str, Any]) -> str:
    """A new risk with likelihood and an effect has been assessed."""
    rated = str(values.get("likelihood") or 0) != "0"
    return "assessed" if rated and any(str(values.get(d) or 0) != "0" for d in DIMENSIONS) else (
        "identified"
    )  # fmt: skip


def _seen(registry: Registry, key: str, expected: int) -> None:
    latest = registry.get("risk", key).latest
    if latest != expected:
        raise Conflict(
            f"risk {key} was changed meanwhile: it is at revision {latest}, you saw {expected}. "
            "Look at what changed, then save again"
        )


def _book(database: Database, key: str, expected: int | None) -> tuple[SeenJournal, str]:
    book = journal_of(database)
    name = found(Look(book.events(), book.clock().date()), key).id
    return SeenJournal(database=database, about=("risk", name), expected=expected), name


def control(
    database: Database, key: str, given: Mapping[str, str], who: Principal, *,
    expected: int | None,
) -> Risk:  # fmt: skip
    """Add a control to a risk, or change the one with its id.

    Raises
    ------
    ScenarioError, InputError, NotFound, Conflict
        With every fault of the control; if the risk is closed, not there, or changed meanwhile.
    """
    book, name = _book(database, key, expected)
    risks = reg.register(book.events())
    own = given.get("id", "").strip() or f"C{len(risks[name].controls) + 1}"
    said = {n: given.get(n, "").strip() for n in ("title", "kind", "owner", "due", "status")}
    new = Control(own, **{**said, "status": said["status"] or "planned"})
    if wrong := model.control_problems(new):
        raise ScenarioError(f"control {own:.40}", [Fault(a, b) for a, b in wrong])
    with in_web_words():
        return reg.set_control(book, name, new, by=who.name)


def review(
    database: Database, key: str, note: str, who: Principal, *, expected: int | None
) -> Risk:  # fmt: skip
    """Note that a risk has been looked at again."""
    book, name = _book(database, key, expected)
    with in_web_words():
        return reg.review(book, name, note=note, by=who.name)


def close(
    database: Database, key: str, reason: str, who: Principal, *, expected: int | None
) -> Risk:  # fmt: skip
    """Close a risk, with the reason."""
    book, name = _book(database, key, expected)
    with in_web_words():
        return reg.close(book, name, reason=reason, by=who.name)
