"""Gates of a project: checklists by stage, each item with the document that asks for it.

A gate opens when every mandatory item of its stage is met, with evidence, or waived, with a reason
and a name, and the gates before it have been passed. Passing is a step of its own: someone's name
stands for it in the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError, suggest
from beltroad.risk.journal import Event, Journal, checked_text

__all__ = ["STAGES", "checklist", "items", "meet", "pass_gate", "stages", "undo", "waive"]

STAGES = ("concept", "appraisal", "financing", "contract", "construction", "operation",
          "completion")  # fmt: skip


def items(stage: str | None = None) -> pd.DataFrame:
    """The table ``risk_gates``, or the items of one stage.

    Raises
    ------
    InputError
        If there is no such stage.
    """
    table = evidence.load("risk_gates")
    if stage is None:
        return table
    return table[table["stage"] == _stage(stage)].reset_index(drop=True)


def checklist(events: Iterable[Event], project: str, stage: str | None = None) -> pd.DataFrame:
    """Items with the state they are in for a project.

    Returns
    -------
    DataFrame
        Columns of ``risk_gates`` and: state (open, met, waived), by, at, said (the evidence or
        the reason).
    """
    project = checked_text(project, "project", longest=120)
    state: dict[str, tuple[str, str, str, str]] = {}
    for event in events:
        if event.what.startswith("gate.") and event.id == project and "item" in event.data:
            verb = event.what.removeprefix("gate.")
            said = str(event.data.get("evidence") or event.data.get("reason") or "")
            state[str(event.data["item"])] = (verb if verb != "undone" else "open", event.by,
                                              event.at, said)  # fmt: skip
    table = items(stage)
    found = [state.get(key, ("open", "", "", "")) for key in table["item_id"]]
    more = pd.DataFrame(found, columns=["state", "by", "at", "said"], index=table.index)
    return table.join(more)


def stages(events: Sequence[Event], project: str) -> pd.DataFrame:
    """Each gate of a project.

    Returns
    -------
    DataFrame
        stage, mandatory, settled (met or waived), waived, open (mandatory ones that are neither),
        ready (no mandatory item is open), passed_at, passed_by. Opening a mandatory item again
        takes the passing back.
    """
    table = checklist(events, project)
    must_of = dict(zip(table["item_id"], table["mandatory"], strict=True))
    passed: dict[str, tuple[str, str]] = {}
    for event in events:
        if event.what == "gate.passed" and event.id == project:
            passed[str(event.data["stage"])] = (event.at, event.by)
        elif event.what == "gate.undone" and event.id == project:
            key = str(event.data["item"])
            if must_of.get(key) == "yes":
                passed.pop(key.rpartition("-")[0], None)
    rows = []
    for stage in STAGES:
        must = table[(table["stage"] == stage) & (table["mandatory"] == "yes")]
        missing = int((must["state"] == "open").sum())
        at, by = passed.get(stage, ("", "")) if not missing else ("", "")
        rows.append((stage, len(must), len(must) - missing, int((must["state"] == "waived").sum()),
                     missing, missing == 0, at, by))  # fmt: skip
    return pd.DataFrame(rows, columns=["stage", "mandatory", "settled", "waived", "open", "ready",
                                       "passed_at", "passed_by"])  # fmt: skip


def meet(journal: Journal, project: str, item: str, *, evidence: str, by: str) -> None:
    """Note that an item is met, and what shows it."""
    _note(journal, project, item, "met", {"evidence": checked_text(evidence, "--evidence")}, by)


def waive(journal: Journal, project: str, item: str, *, reason: str, by: str) -> None:
    """Do without an item, with a reason and a name."""
    _note(journal, project, item, "waived", {"reason": checked_text(reason, "--reason")}, by)


def undo(journal: Journal, project: str, item: str, *, reason: str, by: str) -> None:
    """Open an item again that was met or waived."""
    _note(journal, project, item, "undone", {"reason": checked_text(reason, "--reason")}, by)


def pass_gate(journal: Journal, project: str, stage: str, *, by: str) -> None:
    """Pass a gate.

    Raises
    ------
    InputError
        If a mandatory item is open, or an earlier gate has not been passed; all are named.
    """
    stage = _stage(stage)
    project = checked_text(project, "project", longest=120)
    with journal.transaction() as block:
        gates = stages(block.events, project).set_index("stage")
        before = [each for each in STAGES[: STAGES.index(stage)]
                  if not str(gates.loc[each, "passed_at"])]  # fmt: skip
        table = checklist(block.events, project, stage)
        missing = table[(table["mandatory"] == "yes") & (table["state"] == "open")]
        why = [f"gate {each} has not been passed" for each in before]
        why += [f"{key}: {text}" for key, text in zip(missing["item_id"], missing["item"],
                                                      strict=True)]  # fmt: skip
        if why:
            raise InputError(
                f"{project}: the gate {stage} stays shut\n" + "\n".join(f"  - {w}" for w in why)
            )
        if str(gates.loc[stage, "passed_at"]):
            raise InputError(f"{project}: the gate {stage} has been passed already")
        block.append("gate.passed", project, {"stage": stage}, by=by)


def _note(
    journal: Journal, project: str, item: str, verb: str, data: dict[str, str], by: str
) -> None:
    project = checked_text(project, "project", longest=120)
    known = list(items()["item_id"])
    key = item.strip().casefold()
    if key not in known:
        raise InputError(f"no item {item!r:.60}. {suggest(key, known)} "
                         "List them: beltroad risk gates")  # fmt: skip
    with journal.transaction() as block:
        table = checklist(block.events, project).set_index("item_id")
        if verb == "undone" and table.loc[key, "state"] == "open":
            raise InputError(f"{project}: {key} is open; there is nothing to undo")
        block.append(f"gate.{verb}", project, {"item": key, **data}, by=by)


def _stage(text: str) -> str:
    word = text.strip().casefold()
    if word not in STAGES:
        raise InputError(f"no stage {text!r:.40}. {suggest(word, STAGES)} "
                         f"Stages: {', '.join(STAGES)}")  # fmt: skip
    return word
