"""The debt room: exactly what the debt framework gives, own workbooks, junk refused."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from answer_checks import check_answer
from starlette.testclient import TestClient

from beltroad.app.answers import Answer
from beltroad.app.jobs.context import Context
from beltroad.app.jobs.kinds import Outcome
from beltroad.app.questions.debt import cases, listing, upload, view
from beltroad.app.settings import Settings
from beltroad.errors import InputError
from beltroad.finance.debt.dynamics.engine import ProjectLoan, ProjectPackage
from beltroad.finance.debt.inputs import prepared
from beltroad.finance.debt.ratings.assess import assess
from beltroad.finance.debt.report.view import extremes

API = "/api/v1/debt"
LOAN = {"amount": 1000, "start": 2025, "over": 4, "rate": 3, "maturity": 20, "grace": 5}


@pytest.fixture(autouse=True)
def short_fans(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer paths than people get: what is compared is drawn alike on both sides."""
    monkeypatch.setattr(cases, "DRAWS", 300)
    cases._memory.cache_clear()


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, ...]]:
    """Few countries in the list, so that it takes no seconds."""
    chosen = ("AGO", "KEN", "TZA")
    monkeypatch.setattr(prepared, "codes", lambda: chosen)
    monkeypatch.setattr(prepared, "_ready", lambda: chosen)
    prepared._countries.cache_clear()
    listing.countries.cache_clear()
    listing._ratings_kept.clear()
    yield chosen
    prepared._countries.cache_clear()
    listing.countries.cache_clear()
    listing._ratings_kept.clear()


def test_a_country_is_rated_as_the_framework_rates_it(client: TestClient) -> None:
    told = assess(prepared.inputs("KEN"))
    found = client.get(f"{API}/KEN").json()
    values = {f["id"]: f["value"] for f in found["figures"]}
    assert values["external"] == told.external_rating
    assert values["overall"] == told.overall_rating
    assert values["capacity"] == told.capacity.final
    answer = Answer.model_validate(found["answer"])
    burdens = {t.id: t for t in answer.tables}["burdens"].rows
    for row, each in zip(burdens, extremes(told), strict=True):
        assert (row["baseline_pct"], row["stress_pct"]) == (each.baseline_pct, each.stress_pct)
        assert row["threshold_pct"] == each.threshold_pct
    check_answer(answer)

    lent = dict.fromkeys(range(2025, 2029), 250.0)
    package = ProjectPackage((ProjectLoan("rail", lent, 3.0, 20, 5),))
    loaded = assess(prepared.inputs("KEN"), package=package)
    with_loan = client.get(f"{API}/KEN", params=LOAN).json()["answer"]["tables"][0]["rows"]
    debt = {r["item"]: r for r in with_loan}["Public debt in 2034"]
    for side, case in (("without", told), ("with", loaded)):
        public = case.paths["baseline"].table["public_debt_pct_gdp"]
        assert debt[side] == pytest.approx(public.loc[2034], rel=1e-12)
    assert debt["with"] > debt["without"]


def test_a_loan_of_nothing_changes_nothing(client: TestClient) -> None:
    found = client.get(f"{API}/KEN", params=LOAN | {"amount": 0}).json()
    rows = found["answer"]["tables"][0]["rows"]
    assert rows
    assert all(row["without"] == row["with"] for row in rows)


def test_parts_and_files_are_those_of_the_case(client: TestClient) -> None:
    found = cases.find(prepared.inputs("KEN"), cases.Ask("bri", fan=True), known_as="KEN")
    again = cases.find(prepared.inputs("KEN"), cases.Ask("bri", fan=True), known_as="KEN")
    assert again.case is found.case  # worked out once
    record = client.get(f"{API}/KEN/assessment.json?framework=bri")
    assert record.content == found.case.json()
    assert json.loads(record.content)["ratings"]["external"] == found.case.bri.final_rating
    fan = client.get(f"{API}/KEN/fan?framework=bri").json()["tables"][0]
    quantiles = found.case.fans[0].quantiles
    assert [row["q50"] for row in fan["rows"]] == quantiles["q50"].tolist()
    stress = Answer.model_validate(client.get(f"{API}/KEN/stress").json())
    assert {r["scenario"] for r in stress.tables[0].rows} >= {"baseline", "B1", "B6", "CL"}
    inputs = Answer.model_validate(client.get(f"{API}/KEN/inputs").json())
    kinds = {row["kind"] for row in inputs.tables[0].rows}
    assert kinds >= {"imputed", "assumed", "reported"}
    market = Answer.model_validate(client.get(f"{API}/AGO").json()["answer"])
    assert {t.id for t in market.tables} >= {"near", "medium", "long"}
    for answer in (stress, inputs, market):
        check_answer(answer)


def test_the_list_has_our_rating_beside_the_published_one(
    client: TestClient, few: tuple[str, ...]
) -> None:
    page = client.get(API, params={"per_page": 2}).json()
    assert (page["total"], page["pages"]) == (len(few), 2)
    row = next(r for r in client.get(API).json()["items"] if r["iso3"] == "KEN")
    told = assess(prepared.inputs("KEN"))
    assert (row["overall"], row["external"]) == (told.overall_rating, told.external_rating)
    assert row["observed_pct"] + row["imputed_pct"] + row["assumed_pct"] == pytest.approx(100)
    drawn = client.get(f"{API}/map").json()["features"]
    kenya = next(f for f in drawn if f["properties"]["id"] == "KEN")["properties"]
    assert kenya["value"] == listing.RANKS.index(told.overall_rating)
    assert kenya["href"] == "/debt/KEN"
    check_answer(Answer(tables=(view.list_table(client.get(API).json()["items"]),)))
    shown = client.get("/debt").text
    assert "Kenya" in shown
    assert told.overall_rating in shown
    # A start later reads what was kept.
    listing._ratings_kept.clear()
    assert client.get("/debt").status_code == 200


def test_pages_of_a_country(client: TestClient, few: tuple[str, ...]) -> None:
    empty = dict.fromkeys(LOAN, "")
    query = [*LOAN.items(), *empty.items()]  # the second row of the form was left empty
    page = client.get("/debt/KEN", params=query)
    assert page.status_code == 200
    for words in ("Without and with the loans", "threshold 40%", "B6 Combination", "k-imputed",
                  "Is the baseline realistic?", "300 draws"):  # fmt: skip
        assert words in page.text, words
    assert 'value="1000"' in page.text
    assert "assessment.xlsx?amount=1000" in page.text
    assert 'style="' not in page.text
    assert "Solvency" in client.get("/debt/AGO?lang=en").text or "solvency" in page.text
    assert "九个步骤" in client.get("/debt/KEN?framework=bri&lang=zh").text
    client.cookies.clear()
    assert client.get("/debt/FRA").status_code == 404
    assert "template.xlsx" in client.get("/debt/FRA").text
    wrong = client.get("/debt/KEN", params=LOAN | {"grace": 30})
    assert wrong.status_code == 422
    assert "grace of 30 years" in wrong.text


def edited(change: Any) -> bytes:
    """The template of Kenya after a change by hand."""
    book = openpyxl.load_workbook(io.BytesIO(cases.template("KEN")))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_own_workbooks(client: TestClient, settings: Settings, few: tuple[str, ...]) -> None:
    plain = client.get(f"{API}/KEN/template.xlsx").content
    sent = client.post(f"{API}/assess", files={"workbook": ("../../../etc/x.xlsx", plain)})
    assert sent.status_code == 200, sent.text
    own, ours = sent.json(), client.get(f"{API}/KEN").json()
    assert [f["value"] for f in own["figures"]] == [f["value"] for f in ours["figures"]]
    for a, b in zip(*(x["answer"]["tables"][0]["rows"] for x in (own, ours)), strict=True):
        assert a["baseline_pct"] == pytest.approx(b["baseline_pct"], rel=1e-9)
        assert (a["signal"], a["stress"]) == (b["signal"], b["stress"])
    digest = own["upload"]
    kept = {
        p.relative_to(settings.home).as_posix() for p in settings.home.rglob("*") if p.is_file()
    }
    assert f"uploads/{digest}/series.csv" in kept
    assert not [name for name in kept if name.endswith(".xlsx")]  # the file itself is gone
    page = client.get(f"/debt/uploads/{digest}")
    assert "No value, setting or loan term differs" in page.text
    for name in ("/assessment.json", "/template.xlsx"):
        assert client.get(f"{API}/uploads/{digest}{name}").status_code == 200, name

    evil = replace(prepared.inputs("KEN"), name="<img src=x onerror=alert(1)>")
    page = client.get(f"/debt/uploads/{upload.keep(evil, settings)}")
    assert "<img src=x" not in page.text
    assert "&lt;img src=x" in page.text


def test_faults_are_listed_by_sheet_and_cell_and_nothing_is_kept(
    client: TestClient, settings: Settings
) -> None:
    def spoil(book: Any) -> None:
        for sheet in book.worksheets:
            for row in sheet.iter_rows():
                if row[0].value == "real_growth_pct" and len(row) > 20:
                    row[10].value, row[11].value = "12,5 %", 900

    data = edited(spoil)
    sent = client.post(f"{API}/assess", files={"workbook": ("x.xlsx", data)})
    assert sent.status_code == 422
    faults = sent.json()["faults"]
    assert len(faults) == 2
    assert all("!" in fault["where"] and fault["remedy"] for fault in faults)
    assert "/tmp" not in sent.text  # no path of the server is told
    page = client.post("/debt/upload", files={"workbook": ("x.xlsx", data)})
    assert page.status_code == 422
    assert faults[0]["where"] in page.text
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * (upload.MOST_UNPACKED + 1))
    for junk in (b"", b"junk", bomb.getvalue(), b"PK\x03\x04" + b"\0" * 60):
        sent = client.post(f"{API}/assess", files={"workbook": ("x.xlsx", junk)})
        assert sent.status_code == 422
        assert "your workbook" in sent.json()["detail"]
    assert not (settings.home / "uploads").exists()


def test_junk_is_refused(client: TestClient) -> None:
    for path in ("XXX", "ken", "KEN?framework=x", "KEN?on=2024-02-30", "KEN?on=1950-01-01",
                 "KEN?amount=5", "KEN?amount=nan&start=2025&over=1&rate=3&maturity=9&grace=1",
                 "KEN?amount=5&start=1990&over=1&rate=3&maturity=9&grace=1", "QQQ/template.xlsx",
                 f"uploads/{'0' * 64}", "KEN/stress?on=x"):  # fmt: skip
        assert client.get(f"{API}/{path}").status_code in (404, 422), path
    with pytest.raises(InputError, match="at most 6"):
        cases.package_of((cases.Loan(1, 2025, 1, 1, 2, 1),) * 7, prepared.inputs("KEN"))


def test_the_chain_is_a_job_whose_result_is_shown_with_the_country(
    client: TestClient, settings: Settings, local_database: Any, monkeypatch: pytest.MonkeyPatch,
    few: tuple[str, ...],
) -> None:  # fmt: skip
    from beltroad.app.accounts.roles import LOCAL
    from beltroad.app.jobs import results
    from beltroad.app.questions.debt import scenarios
    from beltroad.app.registry.store import Registry
    from beltroad.app.work import debt_projects
    from beltroad.appraisal import debt

    toml = 'name = "Rail"\n[debt]\ntiming = "to_come"\n'
    sheet = {"id": "rail", "name": "Rail", "toml": toml}
    Registry(local_database).save("scenario", "rail", sheet, who=LOCAL, source="test")
    asked = scenarios.request_of(local_database, "rail", "KEN", everything=True)
    assert asked["scenario"]["debt"] == {"timing": "to_come"}

    def short(scenario: Any, **_: Any) -> pd.DataFrame | None:
        # The same join as in the chain, from given costs and gains in place of network and trade.
        costed = pd.DataFrame({
            "id": ["A"], "countries": ["KEN;TZA"], "new": True, "cost_usd": [2e9],
            "cost_p80_usd": [3e9], "upkeep_usd": 0.0, "year_open": [2017.0],
        })  # fmt: skip
        gains = pd.DataFrame({"real_income_change_pct": [1.0], "exports_change_pct": [2.0]},
                             index=pd.Index(["KEN"]))  # fmt: skip
        return debt.debt_table(costed, scenario, gains, pd.Series({"KEN": "Kenya"}))

    monkeypatch.setattr(debt, "debt_of", short)
    request = debt_projects.KIND.parse(asked)
    outcome: Outcome = debt_projects.run(request, Context(local_database, settings))
    assert outcome.summary["hosts"] == ["KEN"]
    answer = outcome.answer
    assert answer is not None
    assert answer.tables[0].total == len(outcome.files["debt.csv"].splitlines()) - 1
    digest = "ab" * 32
    manifest = results.write(settings, digest, outcome)
    with local_database.session() as session:
        results.keep(session, digest, "debt_projects", "Rail", manifest)
    page = client.get("/debt/KEN", params={"result": digest})
    assert "100 % of the trade gain" in page.text
    assert "no project of this result" in client.get(f"/debt/TZA?result={digest}").text
    sent = client.post("/debt/projects", data={"scenario": "rail", "country": "KEN"},
                       follow_redirects=False)  # fmt: skip
    assert sent.status_code == 303
    assert Path(sent.headers["location"]).parent.as_posix() == "/jobs"
    # Open projects are in the figures already: without --all nothing is new.
    with pytest.raises(InputError, match="no project with a known cost"):
        debt_projects.run(
            debt_projects.KIND.parse(asked | {"everything": False}),
            Context(local_database, settings),
        )
