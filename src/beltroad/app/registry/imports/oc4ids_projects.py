"""Transport projects as an OC4IDS 0.9.5 project package, and back.

What the standard has no field for stands in one object ``beltroad`` of each project, as the
packages of wellbeing projects have it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.people.wellbeing.crosswalk import last_day, number
from beltroad.people.wellbeing.oc4ids import EXTENSION

__all__ = ["URI", "row_of", "to_package"]

URI = "https://example.org/beltroad/projects.json"
_STATUS = {
    "completed": "completion", "operating": "maintenance", "partly_open": "implementation",
    "under_construction": "implementation", "planned": "preparation",
    "stalled": "implementation", "suspended": "implementation", "shelved": "cancelled",
}  # fmt: skip
_FROM_STATUS = {
    "identification": "planned", "preparation": "planned", "implementation": "under_construction",
    "completion": "completed", "maintenance": "operating", "decommissioning": "operating",
    "decommissioned": "completed", "cancelled": "shelved",
}  # fmt: skip
_SECTOR = {"rail": "transport.rail", "road": "transport.road", "water": "transport.water",
           "port": "transport.water", "air": "transport.air"}  # fmt: skip
_FROM_SECTOR = {"transport.rail": "rail", "transport.road": "road", "transport.water": "port",
                "transport.air": "air"}  # fmt: skip
_TYPE = {"upgrade": "rehabilitation", "capacity": "expansion", "terminal": "expansion"}
# Fields that the standard's own fields carry exactly.
_CARRIED = ("id", "name", "note", "source_title", "source_url", "source2_title", "source2_url")


def to_package(rows: Sequence[Mapping[str, Any]], *, published: str) -> dict[str, Any]:
    """A project package with one project for each row.

    Raises
    ------
    InputError
        If there are no rows.
    """
    if not rows:
        raise InputError("no rows to export: loosen the conditions")
    return {
        "uri": URI, "version": "0.9", "publishedDate": f"{published}T00:00:00Z",
        "publisher": {"name": "beltroad user"}, "projects": [_project(row) for row in rows],
    }  # fmt: skip


def _project(row: Mapping[str, Any]) -> dict[str, Any]:
    known = {k: v for k, v in row.items() if v not in ("", None)}
    out: dict[str, Any] = {
        "id": known["id"], "title": known["name"], "status": _STATUS[known["status"]],
        "type": _TYPE.get(known["effect"], "construction"),
        "sector": [_SECTOR.get(known["mode"], "transport")],
        "period": {"startDate": f"{known['year_start']:04d}-01-01T00:00:00Z"},
        "locations": _locations(known),
    }  # fmt: skip
    if "note" in known:
        out["description"] = known["note"]
    if "year_open" in known:
        out["period"]["endDate"] = f"{last_day(str(known['year_open']))}T00:00:00Z"
    if known.get("cost_usd_bn"):
        amount = round(float(known["cost_usd_bn"]) * 1e9, 2)
        out["budget"] = {"amount": {"amount": number(amount), "currency": "USD"}}
    if known.get("programme", known["id"]) != known["id"]:
        out["relatedProjects"] = [{"id": "1", "scheme": "oc4ids", "identifier": known["programme"]}]
    documents = []
    for key, column in (("source", "source"), ("source2", "source2")):
        if f"{column}_title" in known:
            document = {"id": key, "title": known[f"{column}_title"]}
            if f"{column}_url" in known:
                document["url"] = known[f"{column}_url"]
            documents.append(document)
    out["documents"] = documents
    out[EXTENSION] = {k: v for k, v in known.items() if k not in _CARRIED}
    return out


def _locations(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    points = [[float(x) for x in pair.split(",")][::-1] for pair in row["waypoints"].split(";")]
    line = len(points) > 1
    geometry = {"type": "LineString" if line else "Point",
                "coordinates": points if line else points[0]}  # fmt: skip
    alpha2 = dict(zip(economies.table()["iso3"], economies.table()["iso2"], strict=True))
    out: list[dict[str, Any]] = []
    for at, code in enumerate(row["countries"].split(";"), start=1):
        place: dict[str, Any] = {"id": str(at)}
        if at == 1:
            place["geometry"] = geometry
        if code in alpha2:
            place["gazetteer"] = {"scheme": "ISO2", "identifiers": [str(alpha2[code])]}
            place["address"] = {"countryName": economies.name(code)}
        out.append(place)
    return out


def row_of(project: Mapping[str, Any]) -> dict[str, Any]:
    """Our fields of one project; of files that are not ours what our fields can hold."""
    period, amount = project.get("period", {}), project.get("budget", {}).get("amount", {})
    row: dict[str, Any] = {
        "id": project["id"], "name": project.get("title", project["id"]),
        "status": _FROM_STATUS.get(project.get("status", ""), ""),
        "note": project.get("description", ""),
        "mode": next((_FROM_SECTOR[s] for s in project.get("sector", []) if s in _FROM_SECTOR), ""),
        "year_start": period.get("startDate", "")[:4], "year_open": period.get("endDate", "")[:4],
    }  # fmt: skip
    if amount.get("currency") == "USD" and "amount" in amount:
        row["cost_usd_bn"] = amount["amount"] / 1e9
    codes: list[str] = []
    for place in project.get("locations", []):
        geometry = place.get("geometry", {})
        points = geometry.get("coordinates", [])
        if geometry.get("type") == "Point":
            points = [points]
        if geometry.get("type") in ("Point", "LineString") and "waypoints" not in row:
            row["waypoints"] = ";".join(",".join(f"{x}" for x in p[1::-1]) for p in points)
        gazetteer = place.get("gazetteer", {})
        named = place.get("address", {}).get("countryName")
        if gazetteer.get("scheme") == "ISO2":
            codes += [economies.iso3(str(c)) for c in gazetteer.get("identifiers", [])]
        elif named:
            codes.append(economies.iso3(str(named)))
    row["countries"] = ";".join(dict.fromkeys(codes))
    documents = [d for d in project.get("documents", []) if "title" in d]
    for column, document in zip(("source", "source2"), documents, strict=False):
        row[f"{column}_title"], row[f"{column}_url"] = document["title"], document.get("url", "")
    for each in project.get("relatedProjects", []):
        if "identifier" in each and "relationship" not in each:
            row["programme"] = each["identifier"]
    ours = project.get(EXTENSION, {})
    return row | {k: v for k, v in ours.items() if k not in _CARRIED}
