"""The EU's consolidated list of financial sanctions: XML 1.1 or CSV 1.1 (semicolons)."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from beltroad.errors import InputError
from beltroad.risk.integrity.screening.entries import Entry, country_of, years_of
from beltroad.risk.integrity.screening.lists.tables import open_text
from beltroad.risk.integrity.screening.lists.xml import elements, root_of

__all__ = ["read_csv", "read_xml"]

NAME = "EU financial sanctions list"


def read_xml(path: Path) -> Iterator[Entry]:
    """Entries of the XML file, dated by ``generationDate``."""
    _, attributes = root_of(path)
    dated = attributes.get("generationDate", "")[:10]
    for element in elements(path, "sanctionEntity"):
        # Name spaces below the entry are taken off here: ``elements`` has met every child.
        subject = element.find("subjectType")
        code = (
            ""
            if subject is None
            else subject.get("code", "") or subject.get("classificationCode", "")
        )
        names: list[str] = []
        weak: list[str] = []
        for alias in element.findall("nameAlias"):
            strong = alias.get("strong", "true") == "true"
            (names if strong else weak).append(_whole(
                alias.get("wholeName"), alias.get("firstName"), alias.get("middleName"),
                alias.get("lastName")))  # fmt: skip
        births = [each.get(part) for each in element.findall("birthdate")
                  for part in ("birthdate", "year")]  # fmt: skip
        places = [each.get("countryIso2Code") or "" for tag in ("citizenship", "address")
                  for each in element.findall(tag)]  # fmt: skip
        programmes = dict.fromkeys(
            each.get("programme") or "" for each in element.findall("regulation")
        )
        yield from _entry(
            element.get("euReferenceNumber") or element.get("logicalId") or "", dated, code,
            names, weak, births, places, " ".join(filter(None, programmes)),
        )  # fmt: skip


def read_csv(path: Path) -> Iterator[Entry]:
    """Entries of the CSV file: one row for each name, birth date, citizenship or address."""
    with open_text(path, "utf-8-sig") as handle:
        rows = csv.DictReader(handle, delimiter=";")
        columns = rows.fieldnames or []
        for needed in ("Entity_LogicalId", "NameAlias_WholeName"):
            if needed not in columns:
                raise InputError(
                    f"{path}: no column {needed}; is it the EU's CSV 1.1, with semicolons?"
                )
        group: list[dict[str, str]] = []
        for row in rows:
            row = {key: (value or "").strip() for key, value in row.items() if key}
            if not row.get("Entity_LogicalId"):
                continue
            if group and group[0]["Entity_LogicalId"] != row["Entity_LogicalId"]:
                yield from _of_rows(group)
                group = []
            group.append(row)
        yield from _of_rows(group)


def _of_rows(rows: list[dict[str, str]]) -> Iterator[Entry]:
    if not rows:
        return
    first = rows[0]

    def column(*names: str) -> list[str]:
        return [row[name] for row in rows for name in names if row.get(name)]

    names = [_whole(row.get("NameAlias_WholeName"), row.get("NameAlias_FirstName"),
                    row.get("NameAlias_MiddleName"), row.get("NameAlias_LastName"))
             for row in rows]  # fmt: skip
    yield from _entry(
        first.get("Entity_EU_ReferenceNumber") or first["Entity_LogicalId"],
        _day(first.get("fileGenerationDate", "")),
        first.get("Entity_SubjectType") or first.get("Entity_SubjectType_ClassificationCode", ""),
        names, [], column("BirthDate_BirthDate", "BirthDate_Year"),
        column("Citizenship_CountryIso2Code", "Address_CountryIso2Code"),
        " ".join(dict.fromkeys(column("Entity_Regulation_Programme"))),
    )  # fmt: skip


def _entry(
    key: str, dated: str, code: str, names: list[str], weak: list[str],
    births: list[str | None] | list[str], places: list[str], programme: str,
) -> Iterator[Entry]:  # fmt: skip
    kept = tuple(dict.fromkeys(filter(None, names)))
    low = tuple(dict.fromkeys(filter(None, weak)))
    if kept or low:
        yield Entry(
            id=key, list=NAME, list_date=dated,
            kind="person" if code.lower() in ("person", "p") else "organisation",
            names=kept or low, weak_names=low if kept else (),
            birth_years=years_of(births),
            countries=frozenset(filter(None, map(country_of, places))), programme=programme,
        )  # fmt: skip


def _whole(whole: str | None, *parts: str | None) -> str:
    return (whole or " ".join(filter(None, parts))).strip()


def _day(text: str) -> str:
    """``05/08/2026`` (day first) or an ISO time as an ISO date."""
    parts = text.split("/")
    return f"{parts[2]}-{parts[1]:0>2}-{parts[0]:0>2}" if len(parts) == 3 else text[:10]
