"""What a reader took from a folder or workbook before anything was checked: values and places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from beltroad.errors import Fault

__all__ = ["Draft", "Line", "Value"]


@dataclass(frozen=True)
class Value:
    """One value of a series as it stands in a file."""

    variable: str
    year: int
    value: float
    where: str
    kind: str = ""
    source: str = ""
    note: str = ""
    known: bool = True
    """False where the place holds something that is a fault already, so that it is no gap."""


@dataclass(frozen=True)
class Line:
    """One row of a list (settings, terms, origins ...): raw cells by column, and their places."""

    cells: Mapping[str, object]
    where: str
    places: Mapping[str, str] = field(default_factory=dict)

    def at(self, column: str) -> str:
        """Where the cell of a column is."""
        return self.places.get(column, f"{self.where}, column {column}")


@dataclass
class Draft:
    """Everything of one country that was found, and the faults so far."""

    label: str
    typed: bool
    """Whether cells have types of their own (a workbook)."""
    values: list[Value] = field(default_factory=list)
    rows: dict[str, str] = field(default_factory=dict)
    """Where each series is, by variable."""
    settings: list[Line] = field(default_factory=list)
    terms: list[Line] = field(default_factory=list)
    origins: list[Line] = field(default_factory=list)
    gaps: list[Line] = field(default_factory=list)
    sources: list[Line] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    """Parts (series, settings, terms) that could not be read: what they lack is no fault."""

    def fault(self, where: str, problem: str, remedy: str = "") -> None:
        """Note a fault."""
        self.faults.append(Fault(where, problem, remedy))
