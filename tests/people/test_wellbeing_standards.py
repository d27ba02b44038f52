"""OC4IDS and IATI: nothing shared is lost on the way there and back; bad files are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.errors import InputError, ScenarioError
from beltroad.people import wellbeing as w
from beltroad.people.wellbeing.crosswalk import DAC, kind_of_dac
from beltroad.people.wellbeing.readers import as_rows
from beltroad.people.wellbeing.safe_xml import MAX_DEPTH, parse

WORD = st.text("abcxyz ÄÖü—鲁班'&<>\"", min_size=1, max_size=12).filter(
    lambda text: text == text.strip()
)
DATE = st.sampled_from(["2016", "2016-03", "2016-03-08"])


@st.composite
def one_row(draw: st.DrawFn) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": draw(st.text("abc-19", min_size=1, max_size=8)), "name": "n" + draw(WORD),
        "kind": draw(st.sampled_from(sorted(w.KINDS))), "iso3": "KHM",
        "status": draw(st.sampled_from(["preparation", "completion", "maintenance"])),
        "period_start": draw(DATE), "place": draw(WORD), "funder": draw(WORD),
        "note": draw(WORD), "confidence": "medium",
    }  # fmt: skip
    if draw(st.booleans()):
        row |= {"cost_amount": draw(st.floats(0.01, 1e12)), "cost_currency": "CNY",
                "cost_usd_2021": draw(st.floats(0.01, 1e12)),
                "cost_year": draw(st.sampled_from([2015, ""]))}  # fmt: skip
    if draw(st.booleans()):
        row |= {"people_reached": draw(st.integers(1, 10**9)), "reached_basis": "patients",
                "reached_status": draw(st.sampled_from(["reported", "planned"])),
                "reached_as_of": draw(st.sampled_from(["", "2019-05"]))}  # fmt: skip
    if draw(st.booleans()):
        row |= {"latitude": draw(st.floats(-90, 90)), "longitude": draw(st.floats(-180, 180))}
    return row


@settings(max_examples=10, deadline=None)
@given(one_row())
def test_a_row_survives_both_standards(row: dict[str, Any]) -> None:
    rows = as_rows([("row", row)], "row")
    package = w.to_package(rows, published="2024-01-31")
    again = w.from_package(json.dumps(package).encode())
    pd.testing.assert_frame_equal(rows, again)
    pd.testing.assert_frame_equal(rows, w.from_xml(w.to_xml(rows, published="2024-01-31")))


def test_the_registry_survives_both_standards() -> None:
    rows = w.projects()
    package = w.to_package(rows)
    assert w.package_faults(package) == []
    again = w.from_package(package)
    pd.testing.assert_frame_equal(rows, again, check_dtype=False)
    dated = rows[~rows["id"].isin(w.without_date(rows))].reset_index(drop=True)
    assert 0 < len(rows) - len(dated) < 30
    document = w.to_xml(rows)
    pd.testing.assert_frame_equal(dated, w.from_xml(document), check_dtype=False)
    assert document == w.to_xml(w.projects())


def test_others_read_the_standards_own_fields() -> None:
    """Without our extension and our tags, what the standards name is still there."""
    rows = w.projects(kind="health", iso3="LKA")
    package = w.to_package(rows)
    for project in package["projects"]:
        del project["beltroad"]
    plain = w.from_package(package)
    same = ["id", "name", "iso3", "place", "status", "funder", "implementer", "people_reached",
            "reached_status", "source_title", "source_url", "kind"]  # fmt: skip
    pd.testing.assert_frame_equal(rows[same], plain[same], check_dtype=False)
    root = ET.fromstring(w.to_xml(rows))
    for activity in root.iter("iati-activity"):
        for tag in activity.findall("tag"):
            activity.remove(tag)
    bare = w.from_xml(ET.tostring(root))
    some = ["id", "name", "iso3", "place", "period_start", "funder", "people_reached"]
    pd.testing.assert_frame_equal(rows[some], bare[some], check_dtype=False)


def test_field_names_are_those_of_oc4ids() -> None:
    project = w.to_package(w.projects(text="Bilene"))["projects"][0]
    assert project["benefits"][0]["beneficiaries"][0]["numberOfPeople"] == 54_100
    assert project["forecasts"][0]["observations"][0]["measure"] == 54_100
    assert project["sector"] == ["waterAndWaste"]
    assert project["locations"][0]["gazetteer"] == {"scheme": "ISO2", "identifiers": ["MZ"]}
    assert project["period"] == {
        "startDate": "2014-01-01T00:00:00Z", "endDate": "2015-12-31T00:00:00Z",
    }  # fmt: skip
    place = w.to_package(w.projects(text="Legalega"))["projects"][0]["locations"][0]
    assert place["geometry"] == {"type": "Point", "coordinates": [177.47474, -17.75434]}
    money = w.to_package(w.projects(text="Ta Keo"))["projects"][0]["budget"]
    assert money == {"amount": {"amount": 40_000_000, "currency": "CNY"}}


def test_iati_codes() -> None:
    root = ET.fromstring(w.to_xml(w.projects(text="Zinder")))
    activity = root[0]
    order = [each.tag for each in activity]
    assert order.index("activity-status") < order.index("activity-date") < order.index("sector")
    assert activity.find("recipient-country").get("code") == "NE"  # type: ignore[union-attr]
    assert activity.find("sector").get("code") == "14030"  # type: ignore[union-attr]
    assert activity.find("activity-status").get("code") == "4"  # type: ignore[union-attr]
    assert activity.findtext("transaction/value") == "66330000"
    assert root.get("version") == "2.03"
    assert all(kind_of_dac(code) in (kind, "culture") for kind, (code, _) in DAC.items())
    assert kind_of_dac("12340") == "health"
    assert kind_of_dac("99999") == "other"


def test_a_file_of_another_publisher() -> None:
    data = b"""<iati-activities version="2.02"><iati-activity default-currency="EUR">
    <iati-identifier>XM-1-77</iati-identifier><reporting-org ref="XM-1" type="10"/>
    <title><narrative>Wells</narrative></title>
    <participating-org role="1"><narrative>Fund</narrative></participating-org>
    <activity-status code="3"/><activity-date type="1" iso-date="2019-01-01"/>
    <activity-date type="2" iso-date="2019-03-04"/>
    <recipient-country code="SN" percentage="60"/><recipient-country code="ML" percentage="40"/>
    <sector code="14031"/>
    <transaction><transaction-type code="2"/><transaction-date iso-date="2019-01-01"/>
    <value value-date="2019-01-01">100.5</value></transaction>
    <transaction><transaction-type code="2"/><transaction-date iso-date="2020-01-01"/>
    <value value-date="2020-01-01">200</value></transaction>
    <transaction><transaction-type code="3"/><value value-date="2020-01-01">9</value></transaction>
    </iati-activity></iati-activities>"""
    row = w.from_xml(data).iloc[0]
    assert row[["id", "kind", "iso3", "status"]].tolist() == [
        "77",
        "water",
        "SEN MLI",
        "completion",
    ]
    assert row["period_start"] == "2019-03-04"
    assert (row["cost_amount"], row["cost_currency"]) == (300.5, "EUR")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", "document type"),
        (b"<!DOCTYPE a SYSTEM 'http://127.0.0.1/a.dtd'><a/>", "document type"),
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a><a/>'.encode("utf-16"), "type"),
        (b"<a>" * (MAX_DEPTH + 1) + b"</a>" * (MAX_DEPTH + 1), "levels"),
        (b"<a><b></a>", "not XML"),
        (b"", "not XML"),
    ],
)
def test_dangerous_or_broken_xml_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        parse(data, "file")


def test_entities_that_would_grow_are_never_expanded() -> None:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    bomb = f'<!DOCTYPE a [<!ENTITY l0 "x">{levels}]><a>&l8;</a>'
    with pytest.raises(InputError, match="document type or an entity"):
        w.from_xml(bomb.encode())


def test_faults_of_packages_and_activities_are_listed(tmp_path: Path) -> None:
    package = w.to_package(w.projects(kind="heritage"))
    broken: Any = json.loads(json.dumps(package))
    broken["uri"] = 3
    del broken["publisher"]["name"]
    broken["projects"][0]["status"] = "done"
    broken["projects"][1]["period"] = {"startDate": "2016-02-30T00:00:00Z"}
    broken["projects"][2]["budget"] = {"amount": {"amount": "ten", "currency": "yuan"}}
    broken["projects"][3]["locations"][0]["geometry"] = {"type": "Point", "coordinates": [5, 95]}
    del broken["projects"][4]["id"]
    path = tmp_path / "broken.json"
    path.write_text(json.dumps(broken))
    with pytest.raises(ScenarioError) as caught:
        w.read(path)
    said = str(caught.value)
    for part in ("uri: 3", "publisher.name: is missing", "projects[0].status: 'done'",
                 "projects[1].period.startDate", "projects[2].budget.amount.amount",
                 "projects[2].budget.amount.currency", "geometry.coordinates",
                 "projects[4].id: is missing"):  # fmt: skip
        assert part in said
    twice = json.loads(json.dumps(package))
    twice["projects"][1]["id"] = twice["projects"][0]["id"]
    with pytest.raises(InputError, match="given before"):
        w.from_package(twice)
    for data, part in ((b"[]", "no object"), (b"{", "not JSON"), (b"[" * 100_000, "deeply"),
                       (b"\xff", "UTF-8")):  # fmt: skip
        with pytest.raises(InputError, match=part):
            w.from_package(data)
    place = json.loads(json.dumps(package))
    place["projects"][0]["locations"][0] = {"id": "1", "address": {"countryName": "Atlantis"}}
    with pytest.raises(InputError, match="Atlantis"):
        w.from_package(place)
    for xml, part in ((b"<a/>", "iati-activities"), (b"<iati-activities version='1.03'/>", "1.03"),
                      (b"<iati-activities version='2.03'><iati-activity/></iati-activities>",
                       "id is empty")):  # fmt: skip
        with pytest.raises(InputError, match=part):
            w.from_xml(xml)


def test_what_xml_cannot_hold_and_what_has_no_date_is_said() -> None:
    row = {"id": "a", "name": "bell \x07", "kind": "aid", "iso3": "KEN", "period_start": "2020"}
    with pytest.raises(InputError, match="XML cannot hold"):
        w.to_xml(as_rows([("x", row)], "x"), published="2024-01-01")
    bare = as_rows([("x", row | {"period_start": ""})], "x")
    assert w.without_date(bare) == ["a"]
    with pytest.raises(InputError, match="no rows with a date"):
        w.to_xml(bare)
    with pytest.raises(InputError, match="--published"):
        w.to_package(bare)
    assert w.to_package(bare, published="2024-05")["publishedDate"] == "2024-05-31T00:00:00Z"


def test_an_official_schema_is_applied_where_it_is_given(tmp_path: Path) -> None:
    """A small schema of the same form stands for the standard's, which is not shipped."""
    pytest.importorskip("jsonschema")
    project = {"id": "https://example.org/project-schema.json",
               "$schema": "http://json-schema.org/draft-04/schema#", "type": "object",
               "required": ["id"], "properties": {"id": {"type": "string"},
               "status": {"enum": ["completion"]}}}  # fmt: skip
    whole = {"id": "https://example.org/package.json",
             "$schema": "http://json-schema.org/draft-04/schema#",
             "properties": {"projects": {"items": {"$ref": project["id"]}}}}  # fmt: skip
    (tmp_path / "package.json").write_text(json.dumps(whole))
    package = {"projects": [{"id": "a", "status": "completion"}, {"id": 3, "status": "done"}]}
    with pytest.raises(InputError, match="beside it"):
        w.schema_faults(package, tmp_path / "package.json")
    (tmp_path / "project-schema.json").write_text(json.dumps(project))
    for name in ("package.json", "project-schema.json"):
        found = [str(each) for each in w.schema_faults(package, tmp_path / name)]
        assert [each.split(":")[0] for each in found] == ["projects[1].id", "projects[1].status"]
    with pytest.raises(InputError, match="cannot be read"):
        w.schema_faults(package, tmp_path / "none.json")
