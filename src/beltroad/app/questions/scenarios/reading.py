"""From text or mapping to a scenario, with every fault at its key and, for text, its line."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from beltroad.errors import Fault, ScenarioError

if TYPE_CHECKING:
    from beltroad.appraisal.scenario import Scenario

__all__ = ["Placed", "faults_of", "mapping_of", "placed", "scenario_of", "storable"]

MOST_BYTES = 400_000
_AT_LINE = re.compile(r"\(at line (\d+), column \d+\)")
# What a file on the reader's own machine may have and a shared workspace must not follow.
_FOLDERS = "names files or folders of another machine, which the workspace does not open."


@dataclass(frozen=True)
class Placed:
    """A fault with the line of the text at which its key stands; none if it was not found."""

    where: str
    problem: str
    remedy: str = ""
    line: int | None = None


def scenario_of(mapping: Mapping[str, Any]) -> Scenario:
    """The scenario of nested mappings.

    Raises
    ------
    ScenarioError
        With every fault.
    """
    from beltroad.appraisal.scenario_file import parse_scenario

    faults = _outside(mapping)
    try:
        scenario = parse_scenario({k: v for k, v in mapping.items() if k != "base"})
    except ScenarioError as error:
        raise ScenarioError("scenario", [*faults, *error.faults]) from None
    except (RecursionError, OverflowError):
        faults.append(Fault("scenario", "has numbers or nesting beyond all measure."))
    if faults:
        raise ScenarioError("scenario", faults)
    return scenario


def _outside(mapping: Mapping[str, Any]) -> list[Fault]:
    faults = []
    if not storable(mapping):
        said = "holds characters or numbers that no file can (NUL, half of a pair, infinity)."
        faults.append(Fault("scenario", said, "Remove them."))
    if "base" in mapping:
        faults.append(Fault("base", _FOLDERS, "Give the whole scenario in one file."))
    parts = [mapping, *_parts(mapping.get("overrides"))]
    for part in parts:
        parameters = part.get("parameters")
        if isinstance(parameters, Mapping) and parameters.get("trade_data") is not None:
            faults.append(Fault("parameters.trade_data", _FOLDERS,
                                "Use accounts of your own with the command line."))  # fmt: skip
            break
    return faults


def storable(mapping: Mapping[str, Any]) -> bool:
    """Whether it can be written down: finite numbers, whole characters, no NUL."""
    try:
        text = json.dumps(mapping, allow_nan=False, default=str, ensure_ascii=False)
        text.encode()
    except (ValueError, RecursionError):
        return False
    return "\\u0000" not in text


def _parts(overrides: object) -> list[Mapping[str, Any]]:
    if not isinstance(overrides, Mapping):
        return []
    return [part for part in overrides.values() if isinstance(part, Mapping)]


def faults_of(mapping: Mapping[str, Any]) -> list[Fault]:
    """Every fault of a mapping; none if it is a scenario."""
    try:
        scenario_of(mapping)
    except ScenarioError as error:
        return list(error.faults)
    return []


def mapping_of(text: str) -> dict[str, Any]:
    """TOML text as nested mappings.

    Raises
    ------
    ScenarioError
        If it is too long or not TOML; the fault names the line.
    """
    if len(text) > MOST_BYTES:
        raise ScenarioError("scenario", [Fault("text", f"is longer than {MOST_BYTES} letters.")])
    try:
        data = tomllib.loads(text.replace("\r\n", "\n"))
    except tomllib.TOMLDecodeError as error:
        said = _AT_LINE.search(str(error))
        where = f"line {said.group(1)}" if said else "text"
        problem = f"is not TOML: {_AT_LINE.sub('', str(error)).strip()}."
        remedy = 'Words stand in "quotes", lists in [brackets], each key on its own line.'
        raise ScenarioError("scenario", [Fault(where, problem, remedy)]) from None
    except (RecursionError, ValueError) as error:
        problem = f"cannot be read: {error!s:.80}"
        raise ScenarioError("scenario", [Fault("text", problem)]) from None
    plain: dict[str, Any] = _plain(data)
    return plain


def _plain(value: Any) -> Any:
    """Dates and times of TOML as text: JSON has none, and no key of a scenario takes one."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, (str, int, float, bool)) else str(value)


def placed(faults: list[Fault], text: str) -> list[Placed]:
    """Faults with the lines of a text to which they belong."""
    lines = text.splitlines()
    return [Placed(f.where, f.problem, f.remedy, _line(f.where, lines)) for f in faults]


def _line(where: str, lines: list[str]) -> int | None:
    """Line of a key such as ``reforms[1].countries[0]``: its last part under its table."""
    if found := re.fullmatch(r"line (\d+)", where):
        return int(found.group(1))
    parts = re.findall(r"([^.\[\]]+)(?:\[(\d+)\])?", where)
    at = 0
    for depth, (name, number) in enumerate(parts):
        key = re.escape(name)
        head = rf"\s*\[+\s*(?:[\w.\-]+\.)?\"?{key}\"?\s*\]+"
        pair = rf"\s*(?:[\w\-]+\.)*\"?{key}\"?\s*(?:=|\.)|.*[{{,]\s*\"?{key}\"?\s*="
        headed = [k for k in range(at, len(lines)) if re.match(head, lines[k])]
        if headed:
            at = headed[min(int(number or 0), len(headed) - 1)]
            continue
        here = [k for k in range(at, len(lines)) if re.match(pair, lines[k])]
        if not here:
            return at + 1 if depth else None
        at = here[0]
    return at + 1 if parts else None
