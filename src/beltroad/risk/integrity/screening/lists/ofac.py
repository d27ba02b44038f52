"""OFAC's list of specially designated nationals: ``sdn.csv`` with its companions, or ``sdn.xml``.

The CSV files have no header; columns are those of OFAC's data specification (updated 2023-09-25):
number, name, type, programme, title, ... remarks. ``alt.csv`` (other names) and ``add.csv``
(addresses) are taken from the same folder if they are there. The advanced XML is not read.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

from beltroad.errors import InputError
from beltroad.risk.integrity.screening.entries import Entry, country_of, years_of
from beltroad.risk.integrity.screening.lists.tables import open_text
from beltroad.risk.integrity.screening.lists.xml import elements, root_of, text_of

__all__ = ["read_csv", "read_xml"]

NAME = "OFAC SDN list"
_KINDS = {"individual": "person", "vessel": "vessel", "aircraft": "vessel", "": "organisation",
          "entity": "organisation"}  # fmt: skip
_BORN = re.compile(r"DOB ([^;.]*)")
_NATION = re.compile(r"(?:nationality|citizen) ([^;.]+)")
_WEAK = re.compile(r"a\.k\.a\. [\"']([^\"']+)[\"']")


def read_csv(path: Path) -> Iterator[Entry]:
    """Entries of ``sdn.csv``. The files carry no date."""
    other = _companion(path, "alt", 3, 5)
    places = _companion(path, "add", 4, 5)
    for number, row in _rows(path, 12):
        remarks = row[11]
        kind = _KINDS.get(row[2].lower(), "organisation")
        nations = [*_NATION.findall(remarks), *places.get(row[0], ())]
        names = [_turned(name, kind) for name in (row[1], *other.get(row[0], ()))]
        if not row[0] or not names[0]:
            raise InputError(f"{path}, line {number}: no number or no name; is it OFAC's sdn.csv?")
        yield Entry(
            id=row[0],
            list=NAME,
            list_date="",
            kind=kind,
            names=tuple(dict.fromkeys(names)),
            weak_names=tuple(_WEAK.findall(remarks)),
            birth_years=years_of(_BORN.findall(remarks)),
            countries=frozenset(filter(None, map(country_of, nations))),
            programme=row[3],
        )


def read_xml(path: Path) -> Iterator[Entry]:
    """Entries of ``sdn.xml`` (the simple form), dated by its ``Publish_Date``."""
    root_of(path)
    dated = ""
    for element in elements(path, "publshInformation", "sdnEntry"):
        if element.tag == "publshInformation":
            dated = _iso(text_of(element, "Publish_Date"))
            continue
        kind = _KINDS.get(text_of(element, "sdnType").lower(), "organisation")
        names = [_whole(element)]
        weak: list[str] = []
        for aka in element.findall("akaList/aka"):
            (weak if text_of(aka, "category") == "weak" else names).append(_whole(aka))
        births = [
            each.text for each in element.findall("dateOfBirthList/dateOfBirthItem/dateOfBirth")
        ]
        places = [each.text or "" for each in (
            *element.findall("nationalityList/nationality/country"),
            *element.findall("citizenshipList/citizenship/country"),
            *element.findall("addressList/address/country"),
        )]  # fmt: skip
        programmes = [each.text or "" for each in element.findall("programList/program")]
        yield Entry(
            id=text_of(element, "uid"), list=NAME, list_date=dated, kind=kind,
            names=tuple(dict.fromkeys(filter(None, names))), weak_names=tuple(filter(None, weak)),
            birth_years=years_of(births),
            countries=frozenset(filter(None, map(country_of, places))),
            programme=" ".join(programmes),
        )  # fmt: skip


def _companion(path: Path, name: str, column: int, width: int) -> dict[str, list[str]]:
    """Values of a column by entry, from ``alt.csv`` or ``add.csv`` beside ``sdn.csv``."""
    beside = path.with_name(path.name.lower().replace("sdn", name))
    out: defaultdict[str, list[str]] = defaultdict(list)
    if beside != path and beside.is_file():
        for _, row in _rows(beside, width):
            if row[column]:
                out[row[0]].append(row[column])
    return out


def _rows(path: Path, width: int) -> Iterator[tuple[int, list[str]]]:
    with open_text(path, "utf-8", "latin-1") as handle:
        reader = csv.reader(handle)
        for row in reader:
            # The files end in a control character (Ctrl-Z).
            if not row or row[0].strip() in ("", "\x1a"):
                continue
            if len(row) < width:
                raise InputError(
                    f"{path}, line {reader.line_num}: {len(row)} columns, not {width}; is it "
                    "OFAC's CSV without a header?"
                )
            yield reader.line_num, ["" if v.strip() == "-0-" else v.strip() for v in row]


def _turned(name: str, kind: str) -> str:
    """``PUTIN, Vladimir`` as ``Vladimir PUTIN``."""
    last, comma, first = name.partition(", ")
    return f"{first} {last}" if comma and kind == "person" else name


def _whole(element: Element) -> str:
    return f"{text_of(element, 'firstName')} {text_of(element, 'lastName')}".strip()


def _iso(text: str) -> str:
    """A date such as ``08/05/2026`` (month first) in the form of ISO 8601."""
    parts = text.split("/")
    return f"{parts[2]}-{parts[0]:0>2}-{parts[1]:0>2}" if len(parts) == 3 else text
