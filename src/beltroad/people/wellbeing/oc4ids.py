"""A registry as an OC4IDS 0.9.5 project package, and back.

What the standard has no field for (exact dates known to the year, constant dollars, confidence)
stands in one object ``beltroad`` of each project; the standard's schema is open, and readers that
do not know the object lose nothing of the standard's own fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pandas as pd

from beltroad.errors import Fault, InputError, ScenarioError
from beltroad.evidence import economies
from beltroad.people.wellbeing.crosswalk import (
    DAC,
    SECTORS,
    first_day,
    kind_of_dac,
    last_day,
    newest,
    number,
    plain,
)
from beltroad.people.wellbeing.oc4ids_check import package_faults, sound_parts
from beltroad.people.wellbeing.readers import rows_of
from beltroad.people.wellbeing.registry import BASES, KINDS

__all__ = ["EXTENSION", "URI", "from_package", "readable", "row_of", "to_package"]

URI = "https://example.org/beltroad/wellbeing-projects.json"
EXTENSION = "beltroad"

# Columns that the standard's fields carry exactly; the rest goes into the extension.
_CARRIED = {
    "id", "name", "status", "place", "latitude", "longitude", "cost_amount", "cost_currency",
    "part_of", "funder", "implementer", "note", "record", "source_title", "source_url",
    "people_reached", "reached_status",
}  # fmt: skip


def to_package(
    rows: pd.DataFrame,
    *,
    publisher: str = "beltroad user",
    uri: str = URI,
    published: str | None = None,
) -> dict[str, Any]:
    """A project package with one project for each row.

    Parameters
    ----------
    uri
        Identifier of the package; put the address under which you publish it.
    published
        YYYY-MM-DD; by default the latest date of a source, so that the same rows give the same
        file.

    Raises
    ------
    InputError
        If there are no rows, or no date is known.
    """
    if rows.empty:
        raise InputError("no rows to export: loosen the conditions")
    return {
        "uri": uri,
        "version": "0.9",
        "publishedDate": f"{newest(rows, published)}T00:00:00Z",
        "publisher": {"name": publisher},
        "projects": [_project(plain(row)) for row in rows.to_dict("records")],
    }


def _project(row: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {"id": row["id"], "title": row["name"], "status": row["status"]}
    if "note" in row:
        out["description"] = row["note"]
    if "record" in row:
        out["identifiers"] = [{"id": row["record"], "scheme": "source-record"}]
    period = {}
    if "period_start" in row:
        period["startDate"] = f"{first_day(row['period_start'])}T00:00:00Z"
    if "period_end" in row:
        period["endDate"] = f"{last_day(row['period_end'])}T00:00:00Z"
    if period:
        out["period"] = period
    if row["kind"] in SECTORS:
        out["sector"] = [SECTORS[row["kind"]]]
    out["purpose"] = KINDS[row["kind"]]
    code, title = DAC[row["kind"]]
    out["additionalClassifications"] = [
        {"scheme": "oecdDacPurpose", "id": code, "description": title}
    ]
    if locations := _locations(row):
        out["locations"] = locations
    if "cost_amount" in row:
        out["budget"] = {
            "amount": {"amount": number(row["cost_amount"]), "currency": row["cost_currency"]}
        }
    parties = [
        {"id": f"{role}-{at}", "name": name, "roles": [role]}
        for role, column in (("funder", "funder"), ("supplier", "implementer"))
        for at, name in enumerate(str(row.get(column, "")).split("; "), start=1) if name
    ]  # fmt: skip
    if parties:
        out["parties"] = parties
    if "part_of" in row:
        out["relatedProjects"] = [{"id": "1", "scheme": "oc4ids", "identifier": row["part_of"]}]
    if "people_reached" in row:
        out |= _reached(row)
    if documents := _documents(row):
        out["documents"] = documents
    out[EXTENSION] = {
        name: number(value) if isinstance(value, float) else value
        for name, value in row.items() if name not in _CARRIED
    }  # fmt: skip
    return out


def _locations(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    alpha2 = economies.table().set_index("iso3")["iso2"]
    for at, code in enumerate(str(row.get("iso3", "")).split(), start=1):
        place: dict[str, Any] = {"id": str(at)}
        if at == 1 and "place" in row:
            place["description"] = row["place"]
        if at == 1 and "latitude" in row:
            point = [number(row["longitude"]), number(row["latitude"])]
            place["geometry"] = {"type": "Point", "coordinates": point}
        place["gazetteer"] = {"scheme": "ISO2", "identifiers": [str(alpha2[code])]}
        place["address"] = {"countryName": economies.name(code)}
        out.append(place)
    if not out and ("place" in row or "latitude" in row):
        out.append({"id": "1"})
        if "place" in row:
            out[0]["description"] = row["place"]
        if "latitude" in row:
            point = [number(row["longitude"]), number(row["latitude"])]
            out[0]["geometry"] = {"type": "Point", "coordinates": point}
    return out


def _reached(row: Mapping[str, Any]) -> dict[str, Any]:
    """People reached: a metric, or a forecast where planned; a benefit where they are persons."""
    basis, value = row["reached_basis"], row["people_reached"]
    observed: dict[str, Any] = {"id": "1", "measure": number(value), "unit": {"name": basis}}
    if "reached_as_of" in row:
        observed["period"] = {"endDate": f"{last_day(row['reached_as_of'])}T00:00:00Z"}
    metric = {"id": "peopleReached", "title": "People reached", "observations": [observed]}
    out: dict[str, Any] = {
        "metrics" if row["reached_status"] == "reported" else "forecasts": [metric]
    }
    if BASES[basis] == "persons" and float(value).is_integer():
        people = {"description": basis, "numberOfPeople": int(value)}
        out["benefits"] = [{"title": KINDS[row["kind"]], "beneficiaries": [people]}]
    return out


def _documents(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    out: list[dict[str, Any]] = []
    if "source_title" in row:
        source = {"id": "source", "title": row["source_title"]}
        if "source_url" in row:
            source["url"] = row["source_url"]
        if "source_date" in row:
            source["datePublished"] = f"{last_day(row['source_date'])}T00:00:00Z"
        out.append(source)
    if row.get("evaluated") == "yes":
        review = {"id": "evaluation", "documentType": "projectEvaluation"}
        for key, name in (("description", "evaluation_finding"), ("author", "evaluator"),
                          ("url", "evaluation_source")):  # fmt: skip
            if name in row:
                review[key] = row[name]
        out.append(review)
    return out


def from_package(data: bytes | Mapping[str, Any], source: str = "package") -> pd.DataFrame:
    """Rows of a project package; of files that are not ours what our columns can hold.

    Raises
    ------
    InputError
        If it is no JSON or no valid package, with every fault.
    """
    package: Any = data
    if isinstance(data, bytes):
        try:
            package = json.loads(data.decode("utf-8-sig"))
        except UnicodeDecodeError:
            raise InputError(f"{source}: not UTF-8 text; save it as UTF-8") from None
        except RecursionError:
            raise InputError(f"{source}: nested too deeply to be a project package") from None
        except ValueError as error:
            raise InputError(f"{source}: not JSON ({error})") from None
    if faults := package_faults(package):
        raise ScenarioError(source, faults)
    found = enumerate(package["projects"])
    return rows_of(((f"projects[{at}]", each) for at, each in found), row_of, source)


def readable(
    package: Any,
) -> tuple[list[tuple[int, dict[str, Any], frozenset[str]]], list[Fault]]:
    """Every fault of a package's form and codes, and what can be read of its projects all the same.

    Returns
    -------
    list
        Where each project stands, its sound part (``id`` empty if that is at fault), and the names
        of its fields that are at fault.
    list of Fault
    """
    faults = package_faults(package)
    out = []
    for at, project, lost in sound_parts(package, faults):
        places = []
        for n, place in enumerate(project.get("locations", [])):
            wrong = _code_faults(place, f"projects[{at}].locations[{n}]")
            if wrong:
                faults += wrong
                lost |= {"locations"}
                place = {k: v for k, v in place.items() if k not in ("gazetteer", "address")}
            places.append(place)
        out.append((at, {"id": "", **project, "locations": places}, lost))
    return out, faults


def _code_faults(place: Mapping[str, Any], where: str) -> list[Fault]:
    """Economies of a place that there are not."""
    gazetteer, said = place.get("gazetteer", {}), []
    if gazetteer.get("scheme") == "ISO2":
        said = [(f"{where}.gazetteer.identifiers[{n}]", code)
                for n, code in enumerate(gazetteer.get("identifiers", []))]  # fmt: skip
    elif "countryName" in place.get("address", {}):
        said = [(f"{where}.address.countryName", place["address"]["countryName"])]
    out = []
    for at, code in said:
        try:
            economies.iso3(str(code))
        except InputError as error:
            out.append(Fault(at, f"{error}."))
    return out


def row_of(project: Mapping[str, Any]) -> dict[str, Any]:
    """Our columns of one project, as far as the standard's fields and our extension have them."""
    row: dict[str, Any] = {
        "id": project["id"],
        "name": project.get("title", project["id"]),
        "status": project.get("status", ""),
        "note": project.get("description", ""),
        "kind": _kind(project),
    }
    period = project.get("period", {})
    row["period_start"] = period.get("startDate", "")[:10]
    row["period_end"] = period.get("endDate", "")[:10]
    for each in project.get("identifiers", [])[:1]:
        row["record"] = each["id"]
    row |= _place(project.get("locations", []))
    amount = project.get("budget", {}).get("amount", {})
    if "amount" in amount and "currency" in amount:
        row |= {"cost_amount": amount["amount"], "cost_currency": amount["currency"]}
    for role, column in (("funder", "funder"), ("supplier", "implementer")):
        names = [each.get("name", "") for each in project.get("parties", [])
                 if role in each.get("roles", [])]  # fmt: skip
        row[column] = "; ".join(name for name in names if name)
    for each in project.get("relatedProjects", []):
        if "identifier" in each and "relationship" not in each:
            row["part_of"] = each["identifier"]
    for each in project.get("documents", []):
        if each.get("documentType") == "projectEvaluation":
            row |= {"evaluated": "yes", "evaluation_source": each.get("url", ""),
                    "evaluation_finding": each.get("description", ""),
                    "evaluator": each.get("author", "")}  # fmt: skip
        elif "source_title" not in row and "title" in each:
            row |= {"source_title": each["title"], "source_url": each.get("url", ""),
                    "source_date": each.get("datePublished", "")[:10]}  # fmt: skip
    row |= _people(project)
    ours = project.get(EXTENSION, {})
    return row | {name: value for name, value in ours.items() if name not in _CARRIED}


def _kind(project: Mapping[str, Any]) -> str:
    for each in project.get("additionalClassifications", []):
        if each.get("scheme") == "oecdDacPurpose":
            return kind_of_dac(str(each.get("id", "")))
    for sector in project.get("sector", []):
        for kind, code in SECTORS.items():
            if sector.split(".")[0] == code:
                return {"economy": "other"}.get(code, kind)
    return "other"


def _place(locations: list[Mapping[str, Any]]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    codes = []
    for each in locations:
        row.setdefault("place", each.get("description", ""))
        geometry = each.get("geometry", {})
        if geometry.get("type") == "Point" and "latitude" not in row:
            row["longitude"], row["latitude"] = geometry["coordinates"][:2]
        gazetteer = each.get("gazetteer", {})
        if gazetteer.get("scheme") == "ISO2":
            codes += gazetteer.get("identifiers", [])
        elif "countryName" in each.get("address", {}):
            codes.append(each["address"]["countryName"])
    return row | {"iso3": " ".join(dict.fromkeys(economies.iso3(str(code)) for code in codes))}


def _people(project: Mapping[str, Any]) -> dict[str, Any]:
    for field, status in (("metrics", "reported"), ("forecasts", "planned")):
        for metric in project.get(field, []):
            for seen in metric.get("observations", []) if metric["id"] == "peopleReached" else ():
                basis = seen.get("unit", {}).get("name", "")
                if basis in BASES and "measure" in seen:
                    until = seen.get("period", {}).get("endDate", "")[:10]
                    return {"people_reached": seen["measure"], "reached_basis": basis,
                            "reached_status": status, "reached_as_of": until}  # fmt: skip
    people = [who["numberOfPeople"] for benefit in project.get("benefits", [])
              for who in benefit.get("beneficiaries", []) if "numberOfPeople" in who]  # fmt: skip
    if people and sum(people) > 0:
        return {"people_reached": sum(people), "reached_basis": "people_served",
                "reached_status": "planned"}  # fmt: skip
    return {}
