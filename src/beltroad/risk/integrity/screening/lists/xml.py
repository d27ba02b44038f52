"""XML of others, read piece by piece, without document types and so without entities."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from beltroad.errors import InputError

__all__ = ["elements", "root_of", "text_of"]


class _ForbiddenError(Exception):
    pass


def _check(path: Path) -> None:
    """Refuse a document type: entities in it can blow a reader up or read other files."""

    def refuse(*_: object) -> None:
        raise _ForbiddenError

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        with path.open("rb") as handle:
            parser.ParseFile(handle)
    except _ForbiddenError:
        raise InputError(
            f"{path}: has a document type (DOCTYPE); lists have none, and it is not read for "
            "safety; download the list again from its publisher"
        ) from None
    except expat.ExpatError as error:
        reason = expat.errors.messages[error.code]
        raise InputError(
            f"{path}, line {error.lineno}: not valid XML ({reason}); download it again"
        ) from None
    except (LookupError, ValueError) as error:
        raise InputError(f"{path}: cannot be read as XML ({error})") from None
    except FileNotFoundError:
        raise InputError(f"{path}: no such file; give the path of a list") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from None


def root_of(path: Path) -> tuple[str, dict[str, str]]:
    """Name (without name space) and attributes of the outermost element, after the check."""
    _check(path)
    for _, element in ElementTree.iterparse(path, events=("start",)):  # noqa: S314 (checked above)
        return _bare(element.tag), dict(element.attrib)
    raise InputError(f"{path}: holds no element")


def elements(path: Path, *tags: str) -> Iterator[ElementTree.Element]:
    """Elements of these names, one by one, with bare names inside; call :func:`root_of` first."""
    for _, element in ElementTree.iterparse(path, events=("end",)):  # noqa: S314
        element.tag = _bare(element.tag)
        if element.tag in tags:
            yield element
            element.clear()


def text_of(element: ElementTree.Element, path: str) -> str:
    """Text at a path below an element, blanks trimmed; empty if there is none."""
    return (element.findtext(path) or "").strip()


def _bare(tag: str) -> str:
    return tag.rpartition("}")[2]
