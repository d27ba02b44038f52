"""Results, runs side by side, kept views: what pages and API say is what the files hold."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

import appraised
import pandas as pd
import pytest

from beltroad.app.formats import shown
from beltroad.app.questions.appraisals import explain
from beltroad.app.questions.appraisals.charts import PARTS
from beltroad.appraisal.schema import variables

API = "/api/v1"


@pytest.fixture
def runs(settings: Any, local_database: Any) -> tuple[str, str]:
    """Two stored runs."""
    return (
        appraised.stored(settings, local_database, 5),
        appraised.stored(settings, local_database, 7),
    )


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html))


def test_a_result_shows_what_its_files_hold(client: Any, runs: tuple[str, str]) -> None:
    run = runs[0]
    countries = pd.read_csv(
        io.BytesIO(client.get(f"{API}/results/{run}/files/countries.csv").content)
    )
    page = client.get(f"/appraisals/{run}?lang=en").text
    # The twin of the map: each economy with its value from countries.csv.
    row = r'<tr>\s*<th scope="row"><a href="/countries/(\w{3})">.*?data-v="([^"]*)"'
    rows = dict(re.findall(row, page, re.S))
    known = countries.dropna(subset="real_income_change_pct").set_index("iso3")
    assert set(rows) == set(known.index)
    for code, value in rows.items():
        assert float(value) == pytest.approx(known.real_income_change_pct[code], rel=1e-9)
    # The headline figure is the sum that its formula says.
    h = appraised.made(5).headlines
    assert f"{shown(h.project_cost_usd / 1e9)} bn USD" in text_of(page)
    losing = int((countries[countries.in_model].real_income_change_pct < -1e-9).sum())
    assert f"and {losing} lose" in text_of(page)
    # Costs and losers are on the first page, before any map.
    assert page.index("worse off after paying") < page.index("result-map")
    for part in PARTS:
        told = client.get(f"/appraisals/{run}?part={part}&lang=zh")
        assert told.status_code == 200, part
        assert "style=" not in told.text
    economies = client.get(f"/appraisals/{run}?part=economies&lang=en").text
    assert "exact in the new equilibrium" in economies  # a column's formula
    assert client.get(f"/appraisals/{run}?part=nothing").status_code == 422
    assert client.get(f"/appraisals/{run}?column=name").status_code == 422
    assert client.get(f"/appraisals/{'0' * 64}").status_code == 404


def test_api_pages_tables_and_maps(client: Any, runs: tuple[str, str]) -> None:
    run = runs[0]
    about = client.get(f"{API}/appraisals/{run}").json()
    assert about["scenario"] == appraised.mapping(5)
    frame = appraised.made(5).countries
    second = client.get(f"{API}/appraisals/{run}/tables/countries?page=2&per_page=100")
    body = second.json()
    assert (body["total"], len(body["items"])) == (len(frame), 100)
    assert [r["iso3"] for r in body["items"]] == list(frame.iso3.iloc[100:200])
    assert 'rel="next"' in second.headers["link"]
    column = next(c for c in body["columns"] if c["name"] == "net_gain_usd")
    assert column["unit"] == "USD/a"
    assert "annual cost" in column["origin"]["formula"]
    etag = second.headers["etag"]
    again = client.get(second.request.url, headers={"If-None-Match": etag})
    assert again.status_code == 304
    assert client.get(f"{API}/appraisals/{run}/tables/nothing").status_code == 404
    shapes = client.get(f"{API}/appraisals/{run}/map/net_gain_pct").json()["features"]
    drawn = {f["properties"]["id"]: f["properties"]["value"] for f in shapes}
    known = frame.set_index("iso3").net_gain_pct.dropna()
    assert {k: v for k, v in drawn.items() if v is not None} == pytest.approx(
        {k: float(v) for k, v in known.items() if k in drawn}
    )
    assert client.get(f"{API}/appraisals/{run}/map/name").status_code == 422
    lines = client.get(f"{API}/appraisals/{run}/projects").json()["features"]
    assert {f["properties"]["id"] for f in lines} <= set(appraised.made(5).projects.id)
    packed = zipfile.ZipFile(io.BytesIO(client.get(f"{API}/appraisals/{run}/archive").content))
    names = {n.split("/")[1] for n in packed.namelist()}
    assert {"report.html", "countries.csv", "countries.parquet", "scenario.toml"} <= names
    assert "discount_rate = 0.05" in packed.read(
        next(n for n in packed.namelist() if n.endswith("scenario.toml"))
    ).decode()  # fmt: skip


def test_every_shown_column_says_how_it_is_made() -> None:
    for table in explain.TITLES:
        if table == "assumptions":
            continue
        columns = explain.columns_of(table)
        assert [c.name for c in columns] == list(variables(table))
        assert all(c.origin.kind and c.origin.method for c in columns), table
    numbers = [c for c in explain.columns_of("countries") if c.kind == "number"]
    without = {c.name for c in numbers if not c.origin.formula and c.origin.kind == "computed"}
    assert without <= {"cities"}


def test_runs_side_by_side(client: Any, runs: tuple[str, str]) -> None:
    a, b = runs
    found = client.get(f"{API}/compare?run={a}&run={b}&measure=net_gain_usd").json()
    assert found["names"] == {"A": "Portfolio 5", "B": "Portfolio 7"}
    (row,) = found["settings"]["rows"]
    assert (row["setting"], row["A"], row["B"]) == ("parameters.discount_rate", "0.05", "0.07")
    one, two = (appraised.made(s).countries.set_index("iso3").net_gain_usd for s in (5, 7))
    for each in found["economies"]["rows"]:
        expected = two[each["iso3"]] - one[each["iso3"]]
        if each["B-A"] is None:
            assert expected != expected
        else:
            assert each["B-A"] == pytest.approx(expected)
    sizes = [abs(r["B-A"]) for r in found["economies"]["rows"] if r["B-A"] is not None]
    assert sizes == sorted(sizes, reverse=True)
    headlines = {r["figure"]: r for r in found["figures"]["rows"]}
    income = headlines["World real income, before cost"]
    assert income["B-A"] == pytest.approx(income["B"] - income["A"])
    same = client.get(f"{API}/compare?run={a}&run={b}&run={a}").json()  # twice is once
    assert list(same["runs"]) == ["A", "B"]
    page = client.get(f"/compare?run={a}&run={b}&lang=en").text
    assert "Discount rate (parameters.discount_rate)" in page
    assert "12 economies for which the runs differ most" in page
    book = client.get(f"{API}/compare/download/xlsx?run={a}&run={b}").content
    sheets = pd.read_excel(io.BytesIO(book), sheet_name=None)
    assert list(sheets) == ["runs", "settings", "figures", "economies"]
    wide = sheets["economies"].set_index("iso3")["net_gain_usd B"].dropna()
    assert wide.to_dict() == pytest.approx({k: float(two[k]) for k in wide.index})
    shaded = client.get(f"{API}/compare/map?run={a}&run={b}&measure=net_gain_usd").json()
    value = {f["properties"]["id"]: f["properties"]["value"] for f in shaded["features"]}
    assert value["KAZ"] == pytest.approx(two["KAZ"] - one["KAZ"])


@pytest.mark.parametrize(
    ("query", "status", "word"),
    [
        ("&".join(f"run={str(n) * 64}" for n in range(5)), 422, "up to 4"),
        (f"run={'a' * 64}&run={'b' * 64}", 404, "no result"),
        ("run=../../etc&run=x", 404, "no result"),
        (f"run={'a' * 64}", 200, "tick at least one more"),
        ("", 200, "Tick two to four"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared_is_said(client: Any, query: str, status: int, word: str) -> None:
    found = client.get(f"/compare?lang=en&{query}")
    assert found.status_code == status
    assert word in text_of(found.text)


def test_a_kept_view_opens_the_page_and_nothing_else(client: Any, runs: tuple[str, str]) -> None:
    path = f"/compare?run={runs[0]}&run={runs[1]}&measure=net_gain_pct"
    page = client.get(f"{path}&lang=en").text
    csrf = re.search(r'name="csrf" content="([^"]*)"', page)
    assert csrf
    head = {"X-CSRF-Token": csrf.group(1)}
    kept = client.post(f"{API}/views", json={"path": path, "title": " A  view\x00"}, headers=head)
    assert kept.status_code == 201
    assert kept.json()["title"] == "A view"
    opened = client.get(kept.json()["link"], follow_redirects=False)
    assert (opened.status_code, opened.headers["location"]) == (303, path)
    assert client.post(f"{API}/views", json={"path": path}, headers=head).json() == kept.json()
    shown_link = client.post("/views", data={"csrf": csrf.group(1), "path": path, "title": "x"})
    assert kept.json()["link"] in shown_link.text
    for bad in ("//elsewhere.example/x", "/\\elsewhere.example", "https://elsewhere.example",
                "/api/v1/jobs", "/v/0123456789ab", "/static/x", "/scenarios/../api", "/logout",
                "/scenarios\r\nX: y", "javascript:alert(1)", "/%2f/x", "scenarios"):  # fmt: skip
        answer = client.post(f"{API}/views", json={"path": bad}, headers=head)
        assert answer.status_code == 422, bad
