"""Reading plan files: every fault in one message, with the key where it lies."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from beltroad.errors import Fault, InputError, ScenarioError
from beltroad.finance.project.plan import Plan
from beltroad.validation import fault_of, read_toml

__all__ = ["parse", "read", "read_all"]

_MAX_BYTES = 2_000_000
_MAX_PLANS = 200


def read(path: str | Path) -> Plan:
    """Read and check one plan file (TOML).

    Raises
    ------
    ScenarioError
        With every fault of the file.
    InputError
        If the file cannot be read or is not TOML.
    """
    return parse(read_toml(Path(path), "plan", _MAX_BYTES), source=str(path))


def read_all(path: str | Path) -> list[Plan]:
    """Plans of a file, or of all ``*.toml`` in a folder, by file name.

    Raises
    ------
    ScenarioError
        With every fault of all files.
    InputError
        If there is no plan.
    """
    path = Path(path)
    if not path.is_dir():
        return [read(path)]
    files = sorted(path.glob("*.toml"))
    if not files or len(files) > _MAX_PLANS:
        raise InputError(f"{path}: holds {len(files)} plans (*.toml); give 1 to {_MAX_PLANS}")
    plans, faults = [], []
    for each in files:
        try:
            plans.append(read(each))
        except ScenarioError as error:
            faults += [Fault(f"{each.name}: {f.where}", f.problem, f.remedy) for f in error.faults]
    if faults:
        raise ScenarioError(str(path), faults)
    return plans


def parse(raw: Mapping[str, Any], *, source: str = "plan") -> Plan:
    """Check a plan given as nested mappings.

    Raises
    ------
    ScenarioError
        With every fault.
    """
    try:
        return Plan.model_validate(dict(raw))
    except ValidationError as error:
        faults = [fault_of(each, Plan, root="plan") for each in error.errors()]
    # A dictionary's keys are checked twice for years: the same line need not stand there twice.
    raise ScenarioError(source, list(dict.fromkeys(faults)))
