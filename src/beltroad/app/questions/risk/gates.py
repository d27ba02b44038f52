"""Gates of a project: checklists by stage, what people settle; and lessons of finished ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from beltroad.app.accounts.roles import Principal
from beltroad.app.answers import Table, cells, table_of
from beltroad.app.database import Database
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
from beltroad.errors import Fault, InputError, ScenarioError
from beltroad.risk import register as reg
from beltroad.risk.register import gates

__all__ = ["LESSON_NUMBERS", "STEPS", "checklist", "known", "lesson", "lessons", "revision",
           "stages", "step"]  # fmt: skip

STEPS = ("meet", "waive", "undo", "pass")
_LESSON = ("mode", "iso3", "lesson", "source")
LESSON_NUMBERS = ("planned_cost_usd", "actual_cost_usd", "price_year", "planned_years",
                  "actual_years", "planned_benefit", "actual_benefit")  # fmt: skip
_NEEDED = ("planned_cost_usd", "actual_cost_usd", "price_year")


def known(look: Look) -> list[str]:
    """Projects whose gates someone has worked on."""
    return sorted({e.id for e in look.events if e.what.startswith("gate.")})


def revision(look: Look, project: str) -> int:
    """How many events there are about a project's gates."""
    return revision_of(look.events, "gate", project)


def stages(look: Look, project: str) -> list[dict[str, Any]]:
    """Each gate with how many items are settled, and who passed it."""
    return cells(gates.stages(look.events, project))


def checklist(look: Look, project: str, stage: str) -> list[dict[str, Any]]:
    """Items of a stage with their state.

    Raises
    ------
    InputError
        If there is no such stage.
    """
    with in_web_words():
        return cells(gates.checklist(look.events, project, stage))


def step(
    database: Database, project: str, what: str, on: str, who: Principal, *, said: str = "",
    expected: int | None = None,
) -> None:  # fmt: skip
    """Meet an item (with evidence), waive it (with a reason), open it again, or pass a stage.

    Raises
    ------
    InputError, Conflict
        If that cannot be done now, with all that is open; or someone else was faster.
    """
    book = SeenJournal(database=database, about=("gate", project.strip()), expected=expected)
    steps: dict[str, Callable[[], None]] = {
        "meet": lambda: gates.meet(book, project, on, evidence=said, by=who.name),
        "waive": lambda: gates.waive(book, project, on, reason=said, by=who.name),
        "undo": lambda: gates.undo(book, project, on, reason=said, by=who.name),
        "pass": lambda: gates.pass_gate(book, project, on, by=who.name),
    }
    if what not in steps:
        raise InputError(f"step {what!r:.40}: give one of {', '.join(STEPS)}")
    with in_web_words():
        steps[what]()


def lessons(look: Look, language: str = "en") -> tuple[Table, Table]:
    """Finished projects, planned and come; and the reference classes that they make."""
    rows, own = reg.lessons(look.events), reg.classes(look.events)
    share = noted(look, "actual over planned, less one", method="risk-register")
    shown = rows.assign(
        cost=100 * rows["cost_overrun_share"], delay=100 * rows["delay_share"],
        benefit=100 * rows["benefit_share"], at=rows["at"].astype(str).str.slice(0, 10),
    )  # fmt: skip
    first = table_of("lessons", word("lessons.title", language), shown, [
        col("project", language), col("mode", language), col("iso3", language),
        col("cost", language, "number", "%", 0, share),
        col("delay", language, "number", "%", 0, share),
        col("benefit", language, "number", "%", 0, share), col("lesson", language),
        col("source", language), col("by", language), col("at", language, "date"),
    ], origin=noted(look, "the latest review of each finished project"))  # fmt: skip
    classes = pd.DataFrame({
        "mode": own["mode"], "mean": 100 * own["mean_share"], "sd": 100 * own["sd_share"],
        "count": own["projects"], "over_half": 100 * own["over_half_share"],
    })  # fmt: skip
    second = table_of("classes", word("classes.title", language), classes, [
        col("mode", language), col("mean", language, "number", "%", 0, share),
        col("sd", language, "number", "%", 0, share),
        col("count", language, "number", word("unit.projects", language)),
        col("over_half", language, "number", "%", 0, share),
    ], origin=noted(look, "mean and spread of cost overruns; modes with two projects or more",
                    method="risk-project"))  # fmt: skip
    return first, second


def lesson(database: Database, given: Mapping[str, str], who: Principal) -> None:
    """Note what a finished project was planned to be and became.

    Raises
    ------
    InputError
        With all that is wrong.
    """
    numbers: dict[str, float | None] = {}
    faults = []
    for name in LESSON_NUMBERS:
        text = given.get(name, "").strip()
        try:
            numbers[name] = float(text) if text else None
        except ValueError:
            faults.append(Fault(name, f"{text!r:.40} is no number."))
        else:
            if numbers[name] is None and name in _NEEDED:
                faults.append(Fault(name, "is empty.", "Fill it in."))
    year = numbers.get("price_year")
    if year is not None and not (year == year and abs(year) < 10_000 and year == int(year)):
        faults.append(Fault("price_year", f"{year:g} is no year."))
    if faults:
        raise ScenarioError("review", faults)
    words = {name: given.get(name, "") for name in _LESSON}
    with in_web_words():
        reg.review_project(
            journal_of(database), given.get("project", ""), **words,  # type: ignore[arg-type]
            **{**numbers, "price_year": int(year or 0)}, by=who.name,  # type: ignore[arg-type]
        )  # fmt: skip
