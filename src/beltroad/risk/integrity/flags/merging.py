"""Releases of one contracting process put together, newest last.

A short form of the OCDS merging rules (OCDS 1.1, "Merging"): objects are merged by key, lists of
objects that all have an id by id, everything else is replaced by what is newer; null removes.
Rules of single fields in the schema (``wholeListMerge``, ``omitWhenMerged`` beyond id, date and
tag) are not read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["merged"]


def merged(releases: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """One release from several of the same process, in the order of their dates."""
    if len(releases) == 1:
        return dict(releases[0])
    out: dict[str, Any] = {}
    for release in sorted(releases, key=lambda each: str(each.get("date", ""))):
        _into(out, {k: v for k, v in release.items() if k not in ("id", "tag")})
    return out


def _into(old: dict[str, Any], new: Mapping[str, Any]) -> None:
    for key, value in new.items():
        if value is None:
            old.pop(key, None)
        elif isinstance(value, dict):
            inner = old.get(key)
            target = dict(inner) if isinstance(inner, dict) else {}
            _into(target, value)
            old[key] = target
        elif _with_ids(value) and _with_ids(old.get(key)):
            old[key] = _by_id(old[key], value)
        else:
            old[key] = value


def _with_ids(value: object) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, dict) and isinstance(each.get("id"), str | int) for each in value
    )


def _by_id(old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> list[Any]:
    out = {each["id"]: dict(each) for each in old}
    for each in new:
        _into(out.setdefault(each["id"], {}), each)
    return list(out.values())
