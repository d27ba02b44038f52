"""Rules on pages and in the API: what the functions of policy say, with source and doubt."""

from __future__ import annotations

import re
from typing import Any

from answer_checks import check_answer
from starlette.testclient import TestClient

from beltroad.app.answers import Answer, Table
from beltroad.app.questions.rules import asking
from beltroad.policy import dataflows, disputes, parks
from beltroad.policy.entry import as_dict, outbound
from beltroad.policy.entry import entry as may_enter
from beltroad.policy.profile import relation

API = "/api/v1/rules"


def asked(client: TestClient, path: str, **query: Any) -> Any:
    answer = client.get(f"{API}/{path}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_entry_is_what_the_functions_say(client: TestClient) -> None:
    found = asked(client, "entry", investor="JPN", host="China", industry="J61", stake_pct=60,
                  zone="beijing", date="2025-01-01")  # fmt: skip
    from datetime import date

    told = may_enter("JPN", "CHN", "J61", 60, zones=["beijing"], on=date(2025, 1, 1))
    assert found["entry"] == as_dict(told)
    assert found["outbound"] is None
    assert "No rules on outbound" in found["outbound_fault"]
    both = asked(client, "entry", investor="CHN", host="KAZ", industry="C29", enterprise="local",
                 fact="treaty_barred=true")  # fmt: skip
    home = outbound("CHN", "KAZ", "C29", enterprise="local", facts={"treaty_barred": "true"})
    assert both["outbound"] == as_dict(home)
    assert both["outbound"]["investment_class"] == "prohibited"
    alone = asked(client, "entry", investor="CHN", host="UZB", industry="C29")
    assert alone["entry"] is None
    assert "no rule list" in alone["entry_fault"]
    assert alone["outbound"]["procedures"]


def test_the_page_of_entry_opens_every_statement_to_its_source(client: TestClient) -> None:
    page = client.get("/rules/entry", params={"investor": "JPN", "host": "CHN", "industry": "J61",
                                              "stake": "60"})  # fmt: skip
    assert page.status_code == 200
    told = may_enter("JPN", "CHN", "J61", 60)
    assert page.text.count('class="statement') == len(told.findings)
    for finding in told.findings:
        assert finding.source_url in page.text
    assert "not legal advice" in page.text
    # What was asked stands in the form again, and choices of the host are offered.
    assert 'value="J61"' in page.text
    assert "basic-telecom" in page.text
    assert re.search(r'<option value="beijing"', page.text)
    weak = client.get("/rules/entry?investor=JPN&host=CHN&industry=J61&lang=zh")
    assert "限制" in weak.text


def test_data_disputes_parks_and_relations_are_what_the_functions_say(client: TestClient) -> None:
    found = asked(client, "data", exporter="CHN", importer="SGP", persons=200_000,
                  sensitive_persons=5000, both=True)  # fmt: skip
    told = dataflows.pair("CHN", "SGP", 200_000, 5000)
    assert found["answers"] == [a.to_dict() for a in (told.there, told.back) if a is not None]
    assert found["notes"] == list(told.notes)

    routes = asked(client, "disputes", home="CHN", host="KAZ")
    rows = disputes.routes("CHN", "KAZ").table()
    states = [
        r[side]["state"] for r in routes["routes"]["routes"] for side in ("in_home", "in_host")
    ]
    assert states == rows["state"].tolist()
    one = asked(client, "disputes", home="CHN", host="SGP", result="judgment")
    assert one["routes"] is None
    assert [a["state"] for a in one["answers"]] == [
        disputes.enforceable("judgment", "CHN", "SGP").state,
        disputes.enforceable("judgment", "SGP", "CHN").state,
    ]
    assert one["forums"]["rows"]

    table = Table.model_validate(asked(client, "parks", investor="CHN", industry="C29", host="EGY"))
    suited = parks.suitable("CHN", "C29", host="EGY")
    assert [r["name"] for r in table.rows] == suited["name"].tolist()
    assert all(row["_origin"]["source"] for row in table.rows)
    held = Table.model_validate(asked(client, "relation", one="CHN", other="KAZ"))
    direct = relation("CHN", "KAZ")
    assert [r["title"] for r in held.rows] == direct["title"].tolist()
    assert {r["state"] for r in held.rows if r["title"] == direct["title"][0]} == {"in force"}
    assert "unconfirmed" in {r["confidence"] for r in held.rows}
    check_answer(Answer(tables=(table, held)))


PAGES = {
    "/rules": "Entry lists",
    "/rules/data?importer=SGP&persons=200000&both=1": "standard contract or certification",
    "/rules/disputes?host=KAZ": "New York Convention",
    "/rules/disputes?host=SGP&result=judgment": "unconfirmed",
    "/rules/parks?industry=C29&host=EGY": "TEDA",
    "/rules/relation?other=KAZ": "in force",
}
REFUSED = {
    "entry?investor=CHN&host=CHN&industry=C29": "both CHN",
    "entry?investor=CHN&host=KAZ&industry=zzzz": "neither an ISIC",
    "entry?investor=CHN&host=KAZ&industry=C29&stake=x&stake_pct=x": "stake",
    "entry?host=KAZ&industry=C29&date=2024-13-01": "YYYY-MM-DD",
    "data?importer=SGP&persons=1e300": "whole number",
    "data?importer=SGP&persons=nan": "give a number",
    "data?importer=%3Cscript%3Ealert(1)%3C/script%3E": "&lt;script",
    "disputes?host=KAZ&result=junk": "no kind of result",
    "parks?industry=C29&within_km=-1": "distance",
    "relation?one=KAZ&other=KAZ": "same economy",
}


def test_pages_answer_without_script_and_refusals_say_why(client: TestClient) -> None:
    for page, words in PAGES.items():
        found = client.get(page)
        assert found.status_code == 200, page
        assert words in found.text, page
        assert "<script>" not in found.text
        assert 'style="' not in found.text
    for query, said in REFUSED.items():
        found = client.get(f"/rules/{query}")
        assert found.status_code == 422, query
        assert said in found.text, query
        assert "<script>alert" not in found.text
        assert client.get(f"{API}/{query}").status_code == 422, query


def test_options_of_an_unknown_economy_are_none() -> None:
    assert asking.entry_options("", "Atlantis").zones == ()
    assert {f.id for f in asking.entry_options("CHN", "").outbound_facts} >= {"treaty_barred"}
    assert asking.entry_options("CHN", "THA", "junk").activities
