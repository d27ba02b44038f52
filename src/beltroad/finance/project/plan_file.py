"""Reading plan files: every fault in one message, with the key where it lies."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from beltroad.errors import Fault, InputError, ScenarioError, suggest
from beltroad.finance.project.plan import Plan

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
    return parse(_toml(Path(path)), source=str(path))


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
        faults = [_fault(each) for each in error.errors()]
    # A dictionary's keys are checked twice for years: the same line need not stand there twice.
    raise ScenarioError(source, list(dict.fromkeys(faults)))


def _toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as handle:
            # Read up to the limit only: devices and pipes have no size to ask for.
            data = handle.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise InputError(f"{path}: larger than {_MAX_BYTES} bytes; that is no plan file")
        return tomllib.loads(data.decode("utf-8"))
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; give the path of a plan (TOML)") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text ({error}); save it as UTF-8") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not valid TOML: {error}") from None
    except RecursionError:
        raise InputError(f"{path}: nested too deeply to be a plan") from None


def _fault(error: Any) -> Fault:
    where, value, limits = _key(error["loc"]), error.get("input"), error.get("ctx", {})
    got = f"{value!r:.60}"
    match error["type"]:
        case "extra_forbidden":
            known = _keys_at(error["loc"])
            hint = suggest(str(error["loc"][-1]), known)
            return Fault(where, "is not a key here.", f"{hint} Keys: {', '.join(known)}.".strip())
        case "missing":
            return Fault(where, "is missing.", "Add it.")
        case "value_error":
            return Fault(where, str(limits["error"]))
        case "literal_error":
            hint = suggest(str(value), [w.strip("' ") for w in limits["expected"].split(",")])
            return Fault(
                where, f"{got} is not allowed.", f"{hint} Use {limits['expected']}.".strip()
            )
        case "string_pattern_mismatch":
            return Fault(where, f"{got} is not a code.", f"It must match {limits['pattern']}.")
        case "too_short" | "string_too_short":
            return Fault(where, f"{got} is empty.", "Give at least one.")
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            bound = error["msg"].replace("Input should be", "Should be")
            return Fault(where, f"{got} is out of range.", f"{bound}.")
        case "int_parsing" | "int_type" | "float_parsing" | "float_type" | "int_from_float":
            return Fault(
                where, f"{got} is not a number that fits here.", "Write it without quotes."
            )
        case _:
            return Fault(where, f"{error['msg']} (got {got}).")


def _key(loc: tuple[Any, ...]) -> str:
    out = ""
    for part in loc:
        if isinstance(part, int):
            out += f"[{part}]"
        elif part in ("float", "str", "int", "[key]") or "[" in part:
            continue  # pydantic names the branch of a union; a reader's file has no such key
        else:
            out += ("." if out else "") + part
    return out or "plan"


def _keys_at(loc: tuple[Any, ...]) -> list[str]:
    """Names allowed beside the last part of ``loc``."""
    model: Any = Plan
    for part in loc[:-1]:
        if isinstance(part, int):
            continue
        field = getattr(model, "model_fields", {}).get(part)
        if field is not None:
            model = _model_in(field.annotation) or model
        elif part in loc:  # the key of a table of parts, such as a currency
            continue
    return list(getattr(model, "model_fields", {}))


def _model_in(annotation: Any) -> Any:
    """The part that an annotation holds, or nothing."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if get_origin(annotation) in (list, dict, Union) or get_args(annotation):
        for inner in get_args(annotation):
            found = _model_in(inner)
            if found is not None:
                return found
    return None
