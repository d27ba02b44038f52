"""The nine steps of the low-income framework of 2019, for the page, the workbook and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from beltroad.finance.debt.report import view
from beltroad.finance.debt.report.page_parts import table_content

if TYPE_CHECKING:
    from beltroad.finance.debt.bri.low_income import BriAssessment

__all__ = ["FRAMEWORK", "content", "overview", "step_rows", "tables"]

FRAMEWORK = "BRI-DSF for low-income countries (2019), on the LIC-DSF"
_LAST = "report"
"""The step whose table repeats what the others say."""


def content(found: BriAssessment | None) -> dict[str, Any]:
    """What the page shows; nothing without an assessment by steps."""
    if found is None:
        return {"steps": [], "room": None}
    shown = [
        {
            "number": step.number, "title": step.title, "done": view.capital(view.note(step.done)),
            "missing": [view.capital(view.note(m)) + "." for m in step.missing],
            "table": None if step.result.empty or step.name == _LAST
            else table_content(step.result),
        }
        for step in found.steps
    ]  # fmt: skip
    report = found.steps[-1].result
    last = report.loc[report["item"] == "sustainability", "value"]
    room = None if found.room.empty else table_content(found.room)
    return {"steps": shown, "room": room, "closing": str(last.iloc[0]) if len(last) else ""}


def overview(found: BriAssessment) -> pd.DataFrame:
    """``step, title, done, inputs, missing``."""
    rows = [
        (s.number, s.title, s.done, ", ".join(s.inputs), "; ".join(s.missing)) for s in found.steps
    ]
    return pd.DataFrame(rows, columns=["step", "title", "done", "inputs", "missing"])


def tables(found: BriAssessment) -> dict[str, pd.DataFrame]:
    """Tables of the steps by sheet name, and the room before a breach."""
    out = {f"Step {s.number} {s.name}"[:31]: s.result for s in found.steps if not s.result.empty}
    return out if found.room.empty else {**out, "Room before breach": found.room}


def step_rows(found: BriAssessment) -> list[dict[str, Any]]:
    """The steps for programs."""
    return [
        {"number": s.number, "name": s.name, "title": s.title, "done": s.done,
         "inputs": list(s.inputs), "result": s.result.to_dict("records"),
         "missing": list(s.missing)}
        for s in found.steps
    ]  # fmt: skip
