"""A registry as IATI 2.03 activities, and back.

What the standard has no element for stands in ``tag`` elements of vocabulary 99, which is the
reporting organisation's own; files of others are read as far as our columns reach.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.people.wellbeing.crosswalk import (
    DAC,
    FROM_IATI_STATUS,
    TO_IATI_STATUS,
    exact,
    first_day,
    kind_of_dac,
    last_day,
    newest,
    plain,
)
from beltroad.people.wellbeing.readers import rows_of
from beltroad.people.wellbeing.registry import BASES, NUMBERS
from beltroad.people.wellbeing.safe_xml import forbidden_characters, parse

__all__ = ["ORGANISATION", "from_xml", "to_xml", "without_date"]

ORGANISATION = "XX-BELTROAD"
_SRS = "http://www.opengis.net/def/crs/EPSG/0/4326"
_UNKNOWN = "not stated"
_WORLD = "998"  # developing countries, unspecified (region vocabulary 1)
_PRIMARY = {"period_start": ("1", "2"), "period_end": ("3", "4")}  # planned, actual

# Elements carry these exactly; the others stand in tags.
_CARRIED = {
    "id", "name", "note", "place", "latitude", "longitude", "period_start", "period_end",
    "funder", "implementer", "part_of", "record", "source_title", "source_url",
}  # fmt: skip


def to_xml(
    rows: pd.DataFrame,
    *,
    organisation: str = ORGANISATION,
    organisation_name: str = "beltroad user",
    published: str | None = None,
) -> bytes:
    """An ``iati-activities`` document, version 2.03, one activity for each row with a date.

    The standard asks for a date of every activity and has no way to leave it open:
    :func:`without_date` says which rows are left out. A funder that is not known is written as
    ``not stated``.

    Parameters
    ----------
    organisation
        Identifier of who reports (``XM-DAC-...``); goes before each id.
    published
        YYYY-MM-DD; by default the latest date of a source.

    Raises
    ------
    InputError
        If there are no rows, no date is known, or a text holds what XML cannot.
    """
    rows = rows[~rows["id"].isin(without_date(rows))]
    if rows.empty:
        raise InputError("no rows with a date to export: loosen the conditions")
    day = newest(rows, published)
    about = {"version": "2.03", "generated-datetime": f"{day}T00:00:00Z"}
    root = ET.Element("iati-activities", about)
    alpha2 = economies.table().set_index("iso3")["iso2"]
    for row in rows.to_dict("records"):
        for name, value in row.items():
            if isinstance(value, str) and (bad := forbidden_characters(value)):
                raise InputError(f"{row['id']!r:.60}: {name} holds {bad!r}, which XML cannot hold")
        _activity(root, plain(row), alpha2, organisation, organisation_name)
    ET.indent(root, space=" ")
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def without_date(rows: pd.DataFrame) -> list[str]:
    """Ids of rows without start and end, which IATI cannot hold."""
    return list(rows.loc[rows["period_start"].eq("") & rows["period_end"].eq(""), "id"])


def _activity(
    root: ET.Element, row: Mapping[str, Any], alpha2: pd.Series, organisation: str, who: str
) -> None:
    """One activity; the order of elements is that of the standard's schema."""
    out = ET.SubElement(
        root, "iati-activity", {"default-currency": row.get("cost_currency", "USD")}
    )
    ET.SubElement(out, "iati-identifier").text = f"{organisation}-{row['id']}"
    _said(ET.SubElement(out, "reporting-org", ref=organisation, type="90"), who)
    _said(ET.SubElement(out, "title"), row["name"])
    _said(ET.SubElement(out, "description", type="1"), row.get("note", row["name"]))
    for role, column in (("1", "funder"), ("4", "implementer")):
        for name in str(row.get(column, "")).split("; "):
            if name:
                _said(ET.SubElement(out, "participating-org", role=role), name)
    if not {"funder", "implementer"} & set(row):
        _said(ET.SubElement(out, "participating-org", role="1"), _UNKNOWN)
    if "record" in row:
        ET.SubElement(out, "other-identifier", ref=row["record"], type="A2")
    ET.SubElement(out, "activity-status", code=TO_IATI_STATUS[row["status"]])
    for column, edge in (("period_start", first_day), ("period_end", last_day)):
        if column in row:
            planned, actual = _PRIMARY[column]
            begun = row["status"] not in ("identification", "preparation")
            done = begun and (column == "period_start" or TO_IATI_STATUS[row["status"]] == "4")
            at = {"type": actual if done else planned, "iso-date": edge(row[column]).isoformat()}
            _said(ET.SubElement(out, "activity-date", at), row[column])
    codes = str(row.get("iso3", "")).split()
    if len(codes) == 1:
        ET.SubElement(out, "recipient-country", code=str(alpha2[codes[0]]))
    else:
        ET.SubElement(out, "recipient-region", code=_WORLD, vocabulary="1")
    if "place" in row or "latitude" in row:
        place = ET.SubElement(out, "location")
        if "place" in row:
            _said(ET.SubElement(place, "name"), row["place"])
        if "latitude" in row:
            point = ET.SubElement(place, "point", srsName=_SRS)
            ET.SubElement(point, "pos").text = f"{exact(row['latitude'])} {exact(row['longitude'])}"
    _said(
        ET.SubElement(out, "sector", vocabulary="1", code=DAC[row["kind"]][0]), DAC[row["kind"]][1]
    )
    for name, value in row.items():
        unlinked = name == "source_title" and "source_url" not in row
        if name not in _CARRIED or unlinked:
            tag = ET.SubElement(out, "tag", code=name, vocabulary="99")
            _said(tag, exact(value) if isinstance(value, float) else str(value))
    if "cost_amount" in row and "cost_year" not in row:
        # A transaction needs a date; readers of ours are told that its year is not the cost's.
        _said(ET.SubElement(out, "tag", code="cost_year", vocabulary="99"), _UNKNOWN)
    if "cost_amount" in row and ("period_start" in row or "cost_year" in row):
        year = f"{int(row['cost_year'])}-01-01" if "cost_year" in row else ""
        day = year or first_day(row["period_start"]).isoformat()
        money = ET.SubElement(out, "transaction")
        ET.SubElement(money, "transaction-type", code="2")
        ET.SubElement(money, "transaction-date", {"iso-date": day})
        at = {"currency": row["cost_currency"], "value-date": day}
        ET.SubElement(money, "value", at).text = exact(row["cost_amount"])
    _documents(out, row)
    if "part_of" in row:
        ET.SubElement(out, "related-activity", ref=f"{organisation}-{row['part_of']}", type="1")
    if "people_reached" in row and "reached_as_of" in row:
        _result(out, row)


def _documents(out: ET.Element, row: Mapping[str, Any]) -> None:
    if "source_url" in row:
        link = ET.SubElement(out, "document-link", format="text/html", url=row["source_url"])
        _said(ET.SubElement(link, "title"), row.get("source_title", row["source_url"]))
        ET.SubElement(link, "category", code="A12")
        if "source_date" in row:
            at = last_day(row["source_date"]).isoformat()
            ET.SubElement(link, "document-date", {"iso-date": at})
    if "evaluation_source" in row:
        link = ET.SubElement(out, "document-link", format="text/html", url=row["evaluation_source"])
        _said(ET.SubElement(link, "title"), row.get("evaluation_method", "evaluation"))
        ET.SubElement(link, "category", code="A07")


def _result(out: ET.Element, row: Mapping[str, Any]) -> None:
    result = ET.SubElement(out, "result", type="1")
    _said(ET.SubElement(result, "title"), "People reached")
    indicator = ET.SubElement(result, "indicator", measure="1")
    _said(ET.SubElement(indicator, "title"), f"People reached: {row['reached_basis']}")
    ET.SubElement(indicator, "reference", vocabulary="99", code=row["reached_basis"])
    period = ET.SubElement(indicator, "period")
    end = last_day(row["reached_as_of"])
    start = min(first_day(row.get("period_start", row["reached_as_of"])), end)
    ET.SubElement(period, "period-start", {"iso-date": start.isoformat()})
    ET.SubElement(period, "period-end", {"iso-date": end.isoformat()})
    kind = "actual" if row["reached_status"] == "reported" else "target"
    ET.SubElement(period, kind, value=exact(row["people_reached"]))


def _said(element: ET.Element, text: str) -> None:
    ET.SubElement(element, "narrative").text = text


def from_xml(data: bytes, source: str = "activities") -> pd.DataFrame:
    """Rows of an ``iati-activities`` document.

    Raises
    ------
    InputError
        If it is no such document, with every fault.
    """
    root = parse(data, source)
    if root.tag != "iati-activities":
        raise InputError(f"{source}: starts with <{root.tag:.40}>, not <iati-activities>")
    if not str(root.get("version", "")).startswith("2."):
        raise InputError(
            f"{source}: version {root.get('version')!r:.20}; IATI 2.01 to 2.03 is read"
        )
    found = enumerate(root.iter("iati-activity"), start=1)
    return rows_of(((f"activity {at}", each) for at, each in found), _row, source)


def _row(each: ET.Element) -> dict[str, Any]:
    reporter = each.find("reporting-org")
    prefix = "" if reporter is None else f"{reporter.get('ref', '')}-"
    key = (each.findtext("iati-identifier") or "").strip()
    row: dict[str, Any] = {
        "id": key.removeprefix(prefix),
        "name": _text(each.find("title")),
        "status": FROM_IATI_STATUS.get(_attribute(each, "activity-status", "code"), ""),
    }
    described = _text(each.find("description"))
    row["note"] = "" if described == row["name"] else described
    for role, column in (("1", "funder"), ("4", "implementer")):
        names = [_text(org) for org in each.findall("participating-org") if org.get("role") == role]
        row[column] = "; ".join(name for name in names if name and name != _UNKNOWN)
    row["record"] = _attribute(each, "other-identifier", "ref")
    for column, types in _PRIMARY.items():
        dated = {item.get("type"): item for item in each.findall("activity-date")}
        for kind in reversed(types):  # what happened before what was planned
            if kind in dated and column not in row:
                row[column] = _text(dated[kind]) or (dated[kind].get("iso-date") or "")[:10]
    row["iso3"] = " ".join(
        economies.iso3(item.get("code", "")) for item in each.findall("recipient-country")
    )
    place = each.find("location")
    if place is not None:
        row["place"] = _text(place.find("name"))
        at = (place.findtext("point/pos") or "").split()
        if len(at) == 2:
            row["latitude"], row["longitude"] = at
    codes = [item.get("code", "") for item in each.findall("sector")
             if item.get("vocabulary", "1") == "1"]  # fmt: skip
    row["kind"] = kind_of_dac(codes[0]) if codes else "other"
    row |= _money(each) | _people(each)
    for link in each.findall("document-link"):
        category = _attribute(link, "category", "code")
        if category == "A07":
            row |= {"evaluated": "yes", "evaluation_source": link.get("url", "")}
        elif "source_title" not in row:
            row |= {"source_title": _text(link.find("title")), "source_url": link.get("url", ""),
                    "source_date": _attribute(link, "document-date", "iso-date")[:10]}  # fmt: skip
    for item in each.findall("related-activity"):
        if item.get("type") == "1":
            row["part_of"] = item.get("ref", "").removeprefix(prefix)
    tags = {tag.get("code", ""): _text(tag) for tag in each.findall("tag")
            if tag.get("vocabulary") == "99"
            and tag.get("code") in _TAGGED}  # fmt: skip
    row |= tags | ({"cost_year": ""} if tags.get("cost_year") == _UNKNOWN else {})
    return row


_TAGGED = frozenset({
    "kind", "scope", "iso3", "status", "reached_basis", "reached_status", "reached_as_of",
    "cost_currency", "evaluated", "evaluation_method", "evaluation_finding", "evaluator",
    "evaluation_source", "more_sources", "confidence", *NUMBERS,
}) - _CARRIED | {"source_title", "source_date"}  # fmt: skip


def _money(each: ET.Element) -> dict[str, Any]:
    """Commitments added up, else budgets; nothing where currencies differ."""
    default = each.get("default-currency", "")
    committed = [item for item in each.findall("transaction")
                 if _attribute(item, "transaction-type", "code") == "2"]  # fmt: skip
    amounts: dict[str, float] = {}
    year = ""
    for item in committed or each.findall("budget"):
        value = item.find("value")
        if value is None:
            continue
        try:
            amount = float(value.text or "")
        except ValueError:
            raise InputError(f"value {value.text!r:.40} is no number") from None
        currency = value.get("currency") or default
        amounts[currency] = amounts.get(currency, 0.0) + amount
        year = year or (value.get("value-date") or "")[:4]
    if len(amounts) != 1:
        return {}
    ((currency, amount),) = amounts.items()
    if not (currency and math.isfinite(amount) and amount > 0):
        return {}
    return {"cost_amount": amount, "cost_currency": currency, "cost_year": year}


def _people(each: ET.Element) -> dict[str, Any]:
    """First indicator that counts people on a basis we know."""
    for indicator in each.iterfind("result/indicator"):
        basis = _attribute(indicator, "reference", "code")
        for period in indicator.findall("period"):
            for kind, status in (("actual", "reported"), ("target", "planned")):
                value = _attribute(period, kind, "value")
                if value and basis in BASES:
                    until = _attribute(period, "period-end", "iso-date")[:10]
                    return {"people_reached": value, "reached_basis": basis,
                            "reached_status": status, "reached_as_of": until}  # fmt: skip
    return {}


def _text(element: ET.Element | None) -> str:
    """Narrative of an element: the first, or its own text."""
    if element is None:
        return ""
    return (element.findtext("narrative") or element.text or "").strip()


def _attribute(parent: ET.Element, tag: str, name: str) -> str:
    found = parent.find(tag)
    return "" if found is None else found.get(name, "")
