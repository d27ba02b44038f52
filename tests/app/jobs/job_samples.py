"""Cheap kinds of jobs, for tests only; worker processes import this module by its name."""

from __future__ import annotations

import os
import time

from pydantic import BaseModel, Field

from beltroad.app.answers import Answer, Column, Figure, Origin, Table
from beltroad.app.errors import Unavailable
from beltroad.app.jobs.context import Context
from beltroad.app.jobs.kinds import Kind, Outcome
from beltroad.errors import ConvergenceError, InputError


class Ask(BaseModel):
    """What a sample job is asked."""

    number: int = Field(ge=0, le=1_000_000)
    steps: int = 1
    pause: float = 0.0
    trouble: str = ""


def run(request: Ask, context: Context) -> Outcome:
    """Count up in steps, or get into the trouble that is asked for."""
    if request.trouble == "input":
        raise InputError("number 13 cannot be used; choose another")
    if request.trouble == "converge":
        raise ConvergenceError("residual 0.2 in LAO")
    if request.trouble == "bug":
        raise ZeroDivisionError("secret detail")
    if request.trouble == "memory":
        raise MemoryError
    if request.trouble == "database":
        raise Unavailable("the database cannot be reached")
    if request.trouble == "die":
        os.kill(os.getpid(), 9)
    if request.trouble == "deaf":
        time.sleep(60)
    with context.progress.step("counting") as done:
        for step in range(request.steps):
            context.wait(request.pause)
            done((step + 1) / request.steps)
    with context.progress.step("summing up"):
        total = sum(range(request.number + 1))
    figure = Figure(
        id="total",
        label="Sum",
        value=total,
        unit="",
        origin=Origin(kind="computed", formula="1 + 2 + ... + n", source="arithmetic"),
    )
    table = Table(
        id="rows", title="Numbers", total=1, rows=({"n": request.number},),
        columns=(Column(name="n", title="Number", kind="number"),),
    )  # fmt: skip
    return Outcome(
        summary={"total": total},
        answer=Answer(title=f"Sum to {request.number}", figures=(figure,), tables=(table,)),
        files={
            "report.html": b"<script>1</script><p>total",
            "table.csv": f"total\n{total}\n".encode(),
        },
    )


def _kind(name: str, lane: str, retries: int = 1) -> Kind:
    return Kind(
        name=name, lane=lane, request=Ask, run="job_samples:run",  # type: ignore[arg-type]
        title=lambda r: f"Sum to {r.number}", retries=retries, records=(),
    )  # fmt: skip


QUICK, LONG, TOUGH, FRAIL = (
    _kind("quick-sum", "quick"),
    _kind("long-sum", "long"),
    _kind("tough", "long", 50),
    _kind("frail", "long", 0),
)
KINDS = {k.name: k for k in (QUICK, LONG, TOUGH, FRAIL)}
