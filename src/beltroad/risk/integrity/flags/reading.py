"""OCDS files: JSON lines as a stream; packages of releases and records as a whole.

One line (or one entry of a package) is a contracting process: a compiled release, a record with
one, or a release. Several releases of one process are merged only on request, because that needs
the whole file in memory.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from beltroad.errors import InputError
from beltroad.risk.integrity.flags.merging import merged
from beltroad.risk.integrity.tables import loads

__all__ = ["LARGEST_WHOLE", "releases"]

LARGEST_WHOLE = 512_000_000
"""Bytes of the largest file that is read at once; larger ones must be JSON lines."""

_HELP = "save it as JSON lines, one contracting process a line"


def releases(path: Path, *, merge: bool = False) -> Iterator[tuple[str, dict[str, Any]]]:
    """Go through the contracting processes of a file.

    Parameters
    ----------
    path
        ``.json`` or ``.jsonl``; the content decides, not the name.
    merge
        Merge releases of the same process; then the file is held in memory.

    Yields
    ------
    Where it stands (``line 7``, ``release 3``) and the release.

    Raises
    ------
    InputError
        If the file cannot be read, a line is no JSON, an entry is no release, or a process comes
        twice and ``merge`` is off.
    """
    found = _every(path)
    if merge:
        by_process: dict[object, list[dict[str, Any]]] = {}
        for where, release in found:
            # A release without a process stays on its own, for the table of faults.
            ocid = release.get("ocid")
            known = isinstance(ocid, str) and ocid
            by_process.setdefault(ocid if known else ("", where), []).append(release)
        for several in by_process.values():
            yield f"process {several[0].get('ocid')!r}", merged(several)
        return
    seen: dict[str, str] = {}
    for where, release in found:
        ocid = release.get("ocid")
        if isinstance(ocid, str):
            if ocid in seen:
                raise InputError(
                    f"{path}, {where}: process {ocid!r} is there already ({seen[ocid]}); give "
                    "compiled releases, or merge them (--merge)"
                )
            seen[ocid] = where
        yield where, release


def _every(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        with path.open("rb") as handle:
            first = b""
            for line in handle:
                if line.strip():
                    first = line
                    break
            if not first:
                raise InputError(f"{path}: is empty; give OCDS releases or records")
            lines = _is_object(first)
            handle.seek(0)
            if lines:
                yield from _lines(path, handle)
                return
        yield from _whole(path)
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; give OCDS data (JSON or JSON lines)") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _lines(path: Path, handle: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    for number, line in enumerate(handle, start=1):
        if not line.strip():
            continue
        where = f"line {number}"
        value = _parsed(path, line, where)
        if not isinstance(value, dict):
            raise InputError(f"{path}, {where}: is {_kind(value)}, not a release or record")
        if ("releases" in value and "ocid" not in value) or "records" in value:
            yield from _package(path, value, where)
        else:
            yield where, _release(path, value, where)


def _whole(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    size = path.stat().st_size
    if size > LARGEST_WHOLE:
        raise InputError(
            f"{path}: {size / 1e6:,.0f} MB in one piece of JSON is too large to read; {_HELP}"
        )
    value = _parsed(path, path.read_bytes(), "")
    if isinstance(value, list):
        for index, each in enumerate(value):
            where = f"entry {index}"
            if not isinstance(each, dict):
                raise InputError(f"{path}, {where}: is {_kind(each)}, not a release")
            yield where, _release(path, each, where)
    elif isinstance(value, dict):
        if ("releases" in value and "ocid" not in value) or "records" in value:
            yield from _package(path, value, "")
        else:
            yield "release 0", _release(path, value, "release 0")
    else:
        raise InputError(f"{path}: is {_kind(value)}, not OCDS data")


def _package(
    path: Path, package: dict[str, Any], where: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    name = "records" if "records" in package else "releases"
    entries = package[name]
    if not isinstance(entries, list):
        raise InputError(f"{path}, {where or 'package'}: {name} is {_kind(entries)}, not a list")
    for index, each in enumerate(entries):
        place = f"{where}, {name[:-1]} {index}".removeprefix(", ")
        if not isinstance(each, dict):
            raise InputError(f"{path}, {place}: is {_kind(each)}, not an object")
        yield place, _release(path, each, place)


def _release(path: Path, entry: dict[str, Any], where: str) -> dict[str, Any]:
    """The release of an entry; a record is replaced by its compiled release."""
    if isinstance(entry.get("compiledRelease"), dict):
        compiled: dict[str, Any] = entry["compiledRelease"]
        return compiled
    inner = entry.get("releases")
    if isinstance(inner, list):
        if not inner or not all(isinstance(each, dict) and "url" not in each for each in inner):
            raise InputError(
                f"{path}, {where}: a record without compiledRelease and without its releases; "
                "compile it first"
            )
        return merged(inner)
    if "ocid" not in entry and not {"tender", "bids", "awards", "buyer"} & entry.keys():
        raise InputError(
            f"{path}, {where}: neither a release nor a record (no ocid, tender, bids or awards)"
        )
    return entry


def _parsed(path: Path, text: bytes, where: str) -> Any:
    try:
        return loads(text.decode("utf-8-sig"), _no_number)
    except json.JSONDecodeError as error:
        place = f"{where}, column {error.colno}" if where else f"line {error.lineno}"
        raise InputError(f"{path}, {place}: not valid JSON ({error.msg}); {_HELP}") from None
    except UnicodeDecodeError as error:
        raise InputError(f"{path}, {where or 'file'}: not UTF-8 text ({error.reason})") from None
    except RecursionError:
        raise InputError(f"{path}, {where or 'file'}: nested too deeply to be a release") from None
    except ValueError as error:
        raise InputError(f"{path}, {where or 'file'}: not valid JSON ({error!s:.120})") from None


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number")


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "true or false",
             type(None): "null"}  # fmt: skip
    return names.get(type(value), "a number")
