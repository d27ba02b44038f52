"""Faults that pydantic finds in a file, as key, value and remedy in the words of that file."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from beltroad.errors import Fault, InputError, suggest

__all__ = ["fault_of", "key_of", "read_toml", "reading_toml"]

# pydantic names the branch of a union or the key of a table; a reader's file has no such key.
_BRANCHES = ("float", "str", "int", "[key]")


@contextmanager
def reading_toml(path: Path, what: str) -> Iterator[None]:
    """Whatever goes wrong while a TOML file of a user is read, as an :class:`InputError`."""
    try:
        yield
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; give the path of a {what} (TOML)") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not UTF-8 text ({error}); save it as UTF-8") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not valid TOML: {error}") from None
    except RecursionError:
        raise InputError(f"{path}: nested too deeply to be a {what}") from None
    except ValueError as error:  # a name that no file can have
        raise InputError(f"{str(path)!r}: not a file name ({error})") from None


def read_toml(path: Path, what: str, most_bytes: int) -> dict[str, Any]:
    """A TOML file of a user as nested mappings.

    Parameters
    ----------
    what
        What the file is, for messages: ``scenario``, ``plan``.
    most_bytes
        A larger file is refused.

    Raises
    ------
    InputError
        If the file cannot be read, is too large or is not TOML.
    """
    with reading_toml(path, what), path.open("rb") as handle:
        # Read up to the limit only: devices and pipes have no size to ask for.
        data = handle.read(most_bytes + 1)
        if len(data) > most_bytes:
            raise InputError(f"{path}: larger than {most_bytes} bytes; that is no {what} file")
        return tomllib.loads(data.decode("utf-8"))


def fault_of(
    error: Any, model: type[BaseModel], *, root: str, more_keys: Sequence[str] = ()
) -> Fault:
    """One of ``ValidationError.errors()`` for the reader of a file.

    Parameters
    ----------
    model
        What the file as a whole is checked against.
    root
        What the file is, where a fault lies in no key: ``scenario``, ``plan``.
    more_keys
        Names at the top that ``model`` does not know.
    """
    where, value, limits = key_of(error["loc"], root), error.get("input"), error.get("ctx", {})
    got = f"{value!r:.60}"
    match error["type"]:
        case "extra_forbidden":
            known = _keys_beside(error["loc"], model, more_keys)
            hint = suggest(str(error["loc"][-1]), known)
            text = f"{hint} Keys: {', '.join(known)}.".strip()
            return Fault(where, f"is not a key of a {root}.", text)
        case "missing":
            return Fault(where, "is missing.", "Add it.")
        case "value_error":
            return Fault(where, str(limits["error"]))
        case "literal_error":
            expected = limits["expected"]
            hint = suggest(str(value), [word.strip("' ") for word in expected.split(",")])
            return Fault(where, f"{got} is not allowed.", f"{hint} Use {expected}.".strip())
        case "string_pattern_mismatch":
            return Fault(where, f"{got} is not of the form.", f"It must match {limits['pattern']}.")
        case "too_short" | "string_too_short":
            return Fault(where, f"{got} is empty.", "Give at least 1 item or character.")
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            bound = error["msg"].replace("Input should be", "Should be")
            return Fault(where, f"{got} is out of range.", f"{bound}.")
        case "int_parsing" | "int_type" | "float_parsing" | "float_type" | "int_from_float":
            return Fault(
                where, f"{got} is not a number that fits here.", "Write it without quotes."
            )
        case _:
            return Fault(where, f"{error['msg']} (got {got}).")


def key_of(loc: tuple[Any, ...], root: str) -> str:
    """``projects.inline[0].cost`` for the place of a fault."""
    out = ""
    for part in loc:
        if isinstance(part, int):
            out += f"[{part}]"
        elif part not in _BRANCHES and "[" not in part:
            out += ("." if out else "") + part
    return out or root


def _keys_beside(
    loc: tuple[Any, ...], whole: type[BaseModel], more_keys: Sequence[str]
) -> list[str]:
    """Names allowed beside the last part of ``loc``."""
    model: Any = whole
    for part in loc[:-1]:
        field = None if isinstance(part, int) else model.model_fields.get(part)
        if field is not None:  # else the key of a table of parts, such as a currency
            model = _model_in(field.annotation) or model
    return [*model.model_fields, *(more_keys if model is whole else ())]


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
