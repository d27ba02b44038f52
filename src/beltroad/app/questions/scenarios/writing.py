"""A scenario as TOML text: what the readers of files and of the editor see."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

from beltroad.errors import InputError

__all__ = ["toml_of"]

_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WIDE = 88


def toml_of(mapping: Mapping[str, Any]) -> str:
    """TOML of nested mappings; reading it again gives the same. What is None is left out.

    Raises
    ------
    InputError
        If a value is of no kind that TOML has.
    """
    return "\n".join(_table(mapping, ())).strip("\n") + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    lines: list[str] = []
    later: list[str] = []
    for key, value in table.items():
        if value is None:
            continue
        if isinstance(value, Mapping):
            inner = _table(value, (*path, key))
            plain = any(not isinstance(v, Mapping) for v in value.values()) or not value
            head = [f"[{_dotted((*path, key))}]"] if plain else []
            later += ["", *head, *inner]
        elif _tables(value):
            for part in value:
                later += ["", f"[[{_dotted((*path, key))}]]", *_table(part, (*path, key))]
        else:
            lines.append(f"{_key(key)} = {_value(value)}")
    return lines + later


def _tables(value: object) -> bool:
    return (
        isinstance(value, (list, tuple))
        and bool(value)
        and all(isinstance(part, Mapping) for part in value)
    )


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _dotted(path: Sequence[str]) -> str:
    return ".".join(_key(part) for part in path)


def _text(value: str) -> str:
    # JSON escapes all that TOML wants escaped, but for the one control character above them.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float) and math.isfinite(value):
        return repr(value)
    if isinstance(value, (list, tuple)):
        parts = [_value(part) for part in value]
        line = f"[{', '.join(parts)}]"
        if len(line) <= _WIDE:
            return line
        return "[\n" + "".join(f"  {part},\n" for part in parts) + "]"
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items() if v is not None)
        return f"{{ {inner} }}" if inner else "{}"
    raise InputError(f"scenario: {value!r:.40} cannot be written as TOML")
