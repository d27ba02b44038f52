"""XML from users: no document types, no entities, limited in size, depth and count."""

from __future__ import annotations

import re
from typing import NoReturn
from xml.etree import ElementTree as ET
from xml.parsers import expat

from beltroad.errors import InputError

__all__ = ["MAX_DEPTH", "MAX_ELEMENTS", "forbidden_characters", "parse"]

MAX_DEPTH = 64
MAX_ELEMENTS = 5_000_000
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class _RefusedError(Exception):
    """Why a document is not read any further."""


def parse(data: bytes, source: str) -> ET.Element:
    """Root element of a document.

    A first pass reads no content and stops at a document type, an entity, or beyond the limits,
    so that nothing is expanded or fetched.

    Raises
    ------
    InputError
        If it is no XML, or XML with what is not read.
    """
    depth = count = 0

    def refuse(*_: object) -> NoReturn:
        raise _RefusedError("holds a document type or an entity, which is not read; remove it")

    def start(*_: object) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > MAX_DEPTH or count > MAX_ELEMENTS:
            raise _RefusedError(f"more than {MAX_DEPTH} levels or {MAX_ELEMENTS} elements")

    def end(*_: object) -> None:
        nonlocal depth
        depth -= 1

    first = expat.ParserCreate()
    first.StartDoctypeDeclHandler = refuse
    first.EntityDeclHandler = refuse
    first.ExternalEntityRefHandler = refuse
    first.StartElementHandler = start
    first.EndElementHandler = end
    try:
        first.Parse(data, True)
        return ET.fromstring(data)  # noqa: S314 - the pass above has refused what is dangerous
    except _RefusedError as error:
        raise InputError(f"{source}: {error}") from None
    except (expat.ExpatError, ET.ParseError, LookupError, ValueError) as error:
        raise InputError(f"{source}: not XML ({error})") from None


def forbidden_characters(text: str) -> str:
    """Characters of a text that XML 1.0 cannot hold."""
    return "".join(sorted(set(_FORBIDDEN.findall(text))))
