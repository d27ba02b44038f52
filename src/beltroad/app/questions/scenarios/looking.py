"""A scenario looked over before it is run: what its parts act on, and what is odd about them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from pydantic import BaseModel

from beltroad.app.answers import Column, Table, table_of

if TYPE_CHECKING:
    from beltroad.appraisal.scenario import Scenario

__all__ = ["Found", "Look", "look_at"]

_MOST_KEPT = 32
_kept: dict[str, Look] = {}
_one_at_a_time = threading.Lock()


class Found(BaseModel):
    """One thing that was found; ``level`` is info, warning or fault."""

    subject: str
    level: str
    kind: str
    text: str


class Look(BaseModel):
    """Projects as they were placed on the network, and findings."""

    projects: Table
    findings: list[Found]

    @property
    def warnings(self) -> list[Found]:
        """What deserves a look before the run."""
        return [f for f in self.findings if f.level != "info"]


def look_at(scenario: Scenario) -> Look:
    """Place the projects and look; the same scenario is looked at once."""
    digest = scenario.digest
    with _one_at_a_time:  # placing takes seconds and all cores: one after the other
        if digest not in _kept:
            if len(_kept) >= _MOST_KEPT:
                _kept.pop(next(iter(_kept)))
            _kept[digest] = _look(scenario)
        return _kept[digest]


def _look(scenario: Scenario) -> Look:
    from beltroad.appraisal.checking import check_scenario

    check = check_scenario(scenario)
    frame = check.projects.assign(_href="/projects/" + check.projects["id"].astype(str))
    columns = [
        Column(name="name", title="Project"), Column(name="mode", title="Mode"),
        Column(name="effect", title="Effect"),
        Column(name="matched_km", title="On existing lines", unit="km", kind="number", decimals=0),
        Column(name="added_km", title="New lines", unit="km", kind="number", decimals=0),
    ]  # fmt: skip
    table = table_of("placed", "Projects as placed on the network", frame, columns)
    findings = [
        Found(subject=f.project, level=f.level, kind=f.kind, text=f.text) for f in check.findings
    ]
    return Look(projects=table, findings=findings)
