"""Units of the innovation chain and their moves between stages, bundled or a user's own.

A unit stands in one of four stages: ``research`` (joint study), ``pilot`` (prototype, trial plant,
demonstration), ``application`` (in use by firms or services), ``promotion`` (passed on beyond the
first users). A move is a dated statement with its reason. Stages may be skipped and units may go
back, but no move is dated before the one it follows.
"""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from beltroad.errors import Fault, InputError, ScenarioError, suggest
from beltroad.evidence import economies, load
from beltroad.evidence.dates import days_of
from beltroad.validation import fault_of, reading_toml

__all__ = ["BASES", "KINDS", "MAX_BYTES", "STAGES", "Records", "bundled", "of", "read"]

STAGES = ("research", "pilot", "application", "promotion")
KINDS = ("joint_laboratory", "technology_transfer", "incubator", "science_park", "other")
BASES = ("opened", "seen", "reported")
"""Opened: the unit begins on that day. Seen: it was in that stage by then, perhaps for long.
Reported: a result shows the stage."""

MAX_BYTES = 16_000_000
UNIT_COLUMNS = ("unit_id", "kind", "name", "iso3", "place", "field", "run_by", "source_title",
                "source_url", "source_date", "more_sources", "confidence", "note")  # fmt: skip
MOVE_COLUMNS = ("unit_id", "at", "from_stage", "to_stage", "basis", "reason", "source_title",
                "source_url")  # fmt: skip
_CSV = ("unit_id", "name", "kind", "iso3", "place", "field", "at", "to_stage", "basis", "reason",
        "source_title", "source_url")  # fmt: skip
_CSV_NEEDED = ("unit_id", "name", "at", "to_stage", "reason")


@dataclass(frozen=True)
class Records:
    """Units, one row each, and their moves in order of time.

    Attributes
    ----------
    units
        Columns of the bundled table ``innovation_units``.
    moves
        Columns of ``innovation_moves``; ``from_stage`` is empty for the first.
    """

    units: pd.DataFrame
    moves: pd.DataFrame

    def only(self, *, kind: str | None = None, iso3: str | None = None) -> Records:
        """The units of a kind or of an economy, with their moves."""
        units = self.units
        if kind is not None:
            if kind not in KINDS:
                hint = suggest(kind, KINDS)
                raise InputError(
                    f"kind {kind!r:.40}: use one of {', '.join(KINDS)}. {hint}".strip()
                )
            units = units[units["kind"] == kind]
        if iso3 is not None:
            units = units[units["iso3"] == economies.iso3(iso3)]
        moves = self.moves[self.moves["unit_id"].isin(units["unit_id"])]
        return Records(units.reset_index(drop=True), moves.reset_index(drop=True))


@lru_cache(maxsize=1)
def bundled() -> Records:
    """The bundled units and moves."""
    return Records(load("innovation_units").copy(), load("innovation_moves").copy())


class _Move(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    at: str
    to: Literal["research", "pilot", "application", "promotion"]
    reason: str = Field(min_length=1)
    basis: Literal["opened", "seen", "reported"] = "reported"
    source_title: str = ""
    source_url: str = ""


class _Unit(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    id: str = Field(min_length=1)
    name: str = Field(min_length=1)
    kind: Literal["joint_laboratory", "technology_transfer", "incubator", "science_park", "other"]
    iso3: str = ""
    place: str = ""
    field: str = ""
    run_by: str = ""
    move: list[_Move] = Field(min_length=1)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)
    unit: list[_Unit] = Field(min_length=1)


def read(path: Path) -> Records:
    """Records of a user: TOML with ``[[unit]]`` and ``[[unit.move]]``, or CSV with a row a move.

    Raises
    ------
    InputError
        With all faults of the file.
    """
    if path.suffix.lower() not in (".toml", ".csv"):
        raise InputError(f"{path}: give a .toml or .csv file")
    with reading_toml(path, "file of units and moves"):
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: larger than {MAX_BYTES // 1_000_000} MB; split it")
        text = path.read_text(encoding="utf-8-sig")
        rows = _csv_rows(text, str(path)) if path.suffix.lower() == ".csv" else None
        given = {} if rows is not None else tomllib.loads(text)
    if rows is not None:
        return of(rows, str(path))
    try:
        file = _File.model_validate(given)
    except ValidationError as error:
        faults = [fault_of(each, _File, root="file") for each in error.errors()]
        raise ScenarioError(str(path), faults) from None
    return of(
        [
            (
                f"unit[{at}].move[{step}]",
                {
                    "unit_id": unit.id, "name": unit.name, "kind": unit.kind, "iso3": unit.iso3,
                    "place": unit.place, "field": unit.field, "run_by": unit.run_by,
                    "at": move.at, "to_stage": move.to, "basis": move.basis,
                    "reason": move.reason, "source_title": move.source_title,
                    "source_url": move.source_url,
                },
            )
            for at, unit in enumerate(file.unit) for step, move in enumerate(unit.move)
        ],
        str(path),
    )  # fmt: skip


def of(rows: Sequence[tuple[str, Mapping[str, Any]]], source: str) -> Records:
    """Records out of rows, one a move in the order of time, each with where it stands.

    Raises
    ------
    InputError
        With every fault: codes, dates, a move back in time, into the same stage, without reason,
        or two descriptions of one unit.
    """
    faults: list[Fault] = []
    units: dict[str, dict[str, str]] = {}
    moves: list[dict[str, str]] = []
    last: dict[str, tuple[str, str]] = {}
    for where, given in rows:
        row = {name: str(given.get(name, "") or "") for name in (*UNIT_COLUMNS, *MOVE_COLUMNS)}
        row["kind"], row["basis"] = row["kind"] or "other", row["basis"] or "reported"
        faults += _row_faults(row, where)
        unit = {name: row[name] for name in UNIT_COLUMNS}
        known = units.setdefault(row["unit_id"], unit)
        for name in ("name", "kind", "iso3"):
            if known[name] != unit[name]:
                said = f"{name} is {unit[name]!r:.40} here and {known[name]!r:.40} before."
                faults.append(Fault(where, said, "Describe a unit in one way."))
        before, stage = last.get(row["unit_id"], ("", ""))
        if row["at"] and before and days_of(row["at"])[1] < days_of(before)[0]:
            said = f"{row['at']} is before {before}, the move it follows."
            faults.append(Fault(where, said, "Put moves in the order of time."))
        if stage == row["to_stage"] and stage:
            said = f"{row['unit_id']!r:.40} is in {stage} already."
            faults.append(Fault(where, said, "Leave the move out, or name another stage."))
        last[row["unit_id"]] = (row["at"] or before, row["to_stage"])
        moves.append({name: row[name] for name in MOVE_COLUMNS} | {"from_stage": stage})
    if faults:
        raise ScenarioError(source, faults)
    if not moves:
        raise InputError(f"{source}: holds no move")
    return Records(
        pd.DataFrame(list(units.values()), columns=list(UNIT_COLUMNS)),
        pd.DataFrame(moves, columns=list(MOVE_COLUMNS)),
    )


def _row_faults(row: dict[str, str], where: str) -> list[Fault]:
    faults = [Fault(where, f"{name} is empty.", "Add it.")
              for name in ("unit_id", "name", "at", "reason") if not row[name].strip()]  # fmt: skip
    for name, known in (("kind", KINDS), ("to_stage", STAGES), ("basis", BASES)):
        if row[name] not in known:
            hint = f"{suggest(row[name], known)} Use {', '.join(known)}.".strip()
            faults.append(Fault(where, f"{name} {row[name]!r:.40} is not known.", hint))
    try:
        if row["at"]:
            days_of(row["at"])
    except InputError as error:
        faults.append(Fault(where, f"at: {error}."))
        row["at"] = ""
    try:
        row["iso3"] = economies.iso3(row["iso3"]) if row["iso3"] else ""
    except InputError as error:
        faults.append(Fault(where, f"iso3: {error}"))
    return faults


def _csv_rows(text: str, source: str) -> list[tuple[str, dict[str, str]]]:
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InputError(f"{source}: not a CSV file ({error})") from None
    head = [cell.strip() for cell in lines[0]] if lines else []
    faults = [Fault("header", f"{name!r:.40} is not a column.", suggest(name, _CSV))
              for name in head if name not in _CSV]  # fmt: skip
    faults += [Fault("header", f"{name} is missing.", "Add it.")
               for name in _CSV_NEEDED if name not in head]  # fmt: skip
    faults += [Fault("header", f"{name} stands there twice.")
               for name in sorted({n for n in head if head.count(n) > 1})]  # fmt: skip
    out = []
    for at, line in enumerate(lines[1:], start=2):
        if not any(cell.strip() for cell in line):
            continue
        if len(line) != len(head):
            said = f"{len(line)} cells, the header has {len(head)}."
            faults.append(Fault(f"line {at}", said))
            continue
        row = {name: cell.strip() for name, cell in zip(head, line, strict=True)}
        out.append((f"line {at}", row))
    if faults:
        raise ScenarioError(source, faults)
    return out
