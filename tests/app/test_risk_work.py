"""Countries, portfolio, shocks, leads and green classes: what the functions say, junk refused."""

from __future__ import annotations

from typing import Any

import pytest
from answer_checks import check_answer
from starlette.testclient import TestClient

from beltroad import evidence
from beltroad.app.answers import Answer
from beltroad.app.database import Database
from beltroad.app.jobs import worker
from beltroad.app.jobs.context import Context
from beltroad.app.questions.risk import country, losses
from beltroad.app.settings import Settings
from beltroad.app.work import shocks
from beltroad.appraisal.shocks import Shock, run_shocks
from beltroad.risk.country import contributions, grades
from beltroad.risk.green import classified
from beltroad.risk.portfolio import simulate
from beltroad.risk.portfolio.exposures import checked
from beltroad.risk.warning.signals import thresholds, warnings

API = "/api/v1/risk"
LOANS = [
    {"id": "a", "iso3": "KEN", "sector": "rail", "currency": "USD", "amount_usd": 1e9,
     "counterpart": "sovereign"},
    {"id": "b", "iso3": "PAK", "sector": "power", "currency": "USD", "amount_usd": 3e9,
     "counterpart": "public"},
]  # fmt: skip


def test_countries_are_graded_as_the_model_grades_them(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(country, "_MOST", 1)  # drawing takes time
    told = grades().set_index("iso3")
    rows = client.get(f"{API}/countries?per_page=200").json()
    assert rows["total"] == len(told)
    assert all(r["grade"] == told.loc[r["iso3"], "grade"] for r in rows["items"])
    assert rows["items"][0]["grade"] == told["grade"].max()
    drawn = client.get(f"{API}/map").json()["features"]
    values = {f["properties"]["id"]: f["properties"]["value"] for f in drawn}
    assert values["KEN"] == told.loc["KEN", "grade"]
    one = client.get(f"{API}/countries/KEN").json()
    answer = Answer.model_validate(one["answer"])
    check_answer(answer)
    drivers = next(t for t in answer.tables if t.id == "drivers")
    assert [r["log_odds"] for r in drivers.rows] == list(contributions("KEN")["log_odds"])
    debt = {r["year"]: r["public_debt_pct_gdp"] for r in one["history"]}
    held = evidence.load("risk_indicators")
    held = held[(held["iso3"] == "KEN") & (held["indicator"] == "public_debt_pct_gdp")]
    assert all(debt[y] == v for y, v in zip(held["year"], held["value"], strict=True))
    signals = Answer.model_validate(client.get(API).json()).tables[0]
    lit = warnings()["indicator"].value_counts()
    for row, (name, at) in zip(signals.rows, thresholds().iterrows(), strict=True):
        assert row["lit"] == lit.get(name, 0)
        assert row["missed"] == pytest.approx(100 * (1 - at["hit_rate"]))
        assert row["false"] == pytest.approx(100 * at["false_alarm_rate"])
    page = client.get("/risk/country/KEN").text
    assert page.count("<svg") >= 1
    assert "style=" not in page.split("<main")[1]
    assert client.get("/risk?country=Kenya", follow_redirects=False).headers["location"].endswith(
        "/risk/country/KEN")  # fmt: skip
    assert client.get("/risk?lang=zh").status_code == 200
    for path in ("/risk/country/QQQ", "/risk/country/ken", f"{API}/countries/QQQ",
                 "/risk?country=nowhere"):  # fmt: skip
        assert client.get(path).status_code in (404, 422), path


def test_losses_of_a_portfolio_are_those_of_the_simulation(
    client: TestClient, settings: Settings, local_database: Database
) -> None:
    form: dict[str, Any] = {"source": "rows", "draws": "10000", "level": "99", "by": "country"}
    for name in ("id", "iso3", "sector", "currency", "amount_usd", "counterpart"):
        form[name] = [str(loan[name]) for loan in LOANS]
    form["probability_pct"] = form["recovery_pct"] = ["", ""]
    bad = client.post(
        "/risk/portfolio", data=form | {"iso3": ["QQQ", "PAK"], "currency": ["1", "USD"]}
    )
    assert bad.status_code == 422
    assert "iso3" in bad.text
    assert "ISO 4217" in bad.text
    sent = client.post("/risk/portfolio", data=form, follow_redirects=False)
    assert sent.status_code == 303
    assert worker.run_once(local_database, settings)
    page = client.get(sent.headers["location"])
    assert "result=" in str(page.url)
    import pandas as pd

    told = simulate(checked(pd.DataFrame(LOANS)), draws=10_000, levels=(0.95, 0.99, 0.999))
    result = client.get(f"/api/v1/results/{str(page.url).partition('result=')[2]}").json()
    answer = Answer.model_validate(result["answer"])
    check_answer(answer)
    assert result["summary"]["expected_loss_usd"] == pytest.approx(told.expected_loss_usd)
    assert result["summary"]["var_usd"] == pytest.approx(told.var_usd[0.99])
    assert result["summary"]["es_usd"] == pytest.approx(told.es_usd[0.99])
    loans = next(t for t in answer.tables if t.id == "loans")
    groups = [r["es_p99_usd"] for t in answer.tables if t.id == "groups" for r in t.rows]
    assert groups == sorted(groups, reverse=True)
    assert sum(r["es_p99_usd"] for r in loans.rows) == pytest.approx(told.es_usd[0.99])
    assert "<svg" in page.text
    # Asked again, it is there at once.
    again = client.post("/risk/portfolio", data=form, follow_redirects=False)
    assert again.headers["location"].startswith("/risk/portfolio?result=")
    csv = b"id,iso3,sector,currency,amount_usd,counterpart\nx,KEN,rail,USD,-5,public\n"
    csv += b"x,ZZZ,,USD,1,y\n"
    sent = client.post("/risk/portfolio", data={"source": "file"}, files={"file": ("../x", csv)})
    assert sent.status_code == 422
    assert sent.text.count("row 3") >= 3
    for wrong in ({"source": "x"}, {"source": "file"}, {"source": "rows"}, {"draws": "1"},
                  {"source": "result", "result": "0" * 64}, {"level": "nan"}):  # fmt: skip
        assert client.post("/risk/portfolio", data=wrong).status_code in (404, 422), wrong
    assert client.get(f"/risk/portfolio?result={'0' * 64}").status_code == 404
    assert losses.from_frame(checked(pd.DataFrame(LOANS)))[0].probability_pct is None


def test_shocks_are_those_of_the_chain(settings: Settings, local_database: Database,
                                       client: TestClient) -> None:  # fmt: skip
    # A shock that moves nothing needs no network and takes no minute.
    asked = {"shocks": [{"name": "Nothing"}]}
    outcome = shocks.run(shocks.KIND.parse(asked), Context(local_database, settings))  # type: ignore[arg-type]
    told = run_shocks([Shock(name="Nothing")])
    assert outcome.answer is not None
    check_answer(outcome.answer)
    first, second = outcome.answer.tables
    assert [r["shock"] for r in first.rows] == list(told.summary["shock"])
    assert len(second.rows) == len(told.countries)
    sent = client.post(
        "/risk/shocks", data={"which": "own", "oil_pct": "5"}, follow_redirects=False
    )
    assert sent.status_code == 303
    for wrong in ({"which": "own"}, {"which": "own", "oil_pct": "x"}, {"level": "z"}):
        assert client.post("/risk/shocks", data=wrong).status_code == 422
    assert "Suez Canal shut" in client.get("/risk/shocks").text


def test_leads_and_classes(client: TestClient) -> None:
    listed = {"first": ("list.csv", b"name,id,kind\nIvan Petrovich Sidorov,7,person\n")}
    asked = {"what": "names", "names": "Sidorov Ivan Petrovich"}
    found = client.post("/risk/screening", data=asked, files=listed)
    assert found.status_code == 200
    assert "Ivan Petrovich Sidorov" in found.text
    assert "not a verdict" in found.text
    for data, files in (
        ({"what": "names", "names": ""}, listed),
        ({"what": "names", "names": "A", "threshold": "x"}, listed),
        ({"what": "names", "names": "A"}, {"first": ("x.xml", b"<!DOCTYPE a><a>")}),
        ({"what": "owners"}, {"first": ("x.csv", b"junk\n\x00")}),
        ({"what": "flags"}, {"first": ("x.json", b"[1")}),
        ({"what": "flags"}, None),
    ):
        sent = client.post("/risk/screening", data=data, files=files)
        assert sent.status_code == 422, (data, sent.status_code)
        assert "/tmp" not in sent.text
    told = classified(evidence.load("projects")).set_index("id")
    page = client.get("/risk/green?project=KHG-DRY").text
    assert str(told.loc["KHG-DRY", "type_title"]) in page
    assert client.get("/risk/green?project=none").status_code == 404
    bad = client.post("/risk/green", files={"file": ("p.csv", b"id,mitigation\na,maybe\nb,no\n")})
    assert bad.status_code == 422
    assert "row 2" in bad.text
    good = client.post(
        "/risk/green", files={"file": ("p.csv", b"id,name,green_type\na,<i>A</i>,\n")}
    )
    assert good.status_code == 200
    assert "&lt;i&gt;" in good.text
