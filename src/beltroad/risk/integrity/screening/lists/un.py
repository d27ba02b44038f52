"""The UN Security Council's consolidated list (XML)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from beltroad.risk.integrity.screening.entries import Entry, country_of, years_of
from beltroad.risk.integrity.screening.lists.xml import elements, root_of, text_of

__all__ = ["read"]

NAME = "UN Security Council consolidated list"
_PARTS = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")


def read(path: Path) -> Iterator[Entry]:
    """Entries of ``consolidated.xml``; the date is the file's ``dateGenerated``."""
    _, attributes = root_of(path)
    dated = attributes.get("dateGenerated", "")[:10]
    for element in elements(path, "INDIVIDUAL", "ENTITY"):
        person = element.tag == "INDIVIDUAL"
        names, weak = _names(element, "INDIVIDUAL_ALIAS" if person else "ENTITY_ALIAS")
        if not names:
            continue
        births = [
            text_of(birth, part) for birth in element.findall("INDIVIDUAL_DATE_OF_BIRTH")
            for part in ("DATE", "YEAR", "FROM_YEAR", "TO_YEAR")
        ]  # fmt: skip
        places = [text_of(each, "VALUE") for each in element.findall("NATIONALITY")]
        places += [text_of(each, "COUNTRY") for kind in ("INDIVIDUAL_ADDRESS", "ENTITY_ADDRESS")
                   for each in element.findall(kind)]  # fmt: skip
        yield Entry(
            id=text_of(element, "REFERENCE_NUMBER") or text_of(element, "DATAID"),
            list=NAME,
            list_date=dated,
            kind="person" if person else "organisation",
            names=tuple(names),
            weak_names=tuple(weak),
            birth_years=years_of(births),
            countries=frozenset(filter(None, map(country_of, places))),
            programme=text_of(element, "UN_LIST_TYPE"),
        )


def _names(element: Element, alias: str) -> tuple[list[str], list[str]]:
    main = " ".join(filter(None, (text_of(element, part) for part in _PARTS)))
    names = [main, text_of(element, "NAME_ORIGINAL_SCRIPT")]
    weak: list[str] = []
    for each in element.findall(alias):
        low = text_of(each, "QUALITY").lower() == "low"
        (weak if low else names).append(text_of(each, "ALIAS_NAME"))
    return list(dict.fromkeys(filter(None, names))), list(dict.fromkeys(filter(None, weak)))
