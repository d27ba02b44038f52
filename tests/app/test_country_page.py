"""Countries: sections with sources, and what is not known said plainly."""

from __future__ import annotations

import pytest
from answer_checks import check_answer
from starlette.testclient import TestClient

from beltroad import evidence
from beltroad.app.errors import NotFound
from beltroad.app.questions import countries, country
from beltroad.app.questions.country_economy import flows


@pytest.mark.parametrize("iso3", ["KEN", "KAZ", "TJK", "TUV"])
def test_every_section_says_where_its_figures_come_from(iso3: str) -> None:
    found = country.country(iso3)
    assert [s.id for s in found.sections] == list(country.SECTIONS)
    ids = [f.id for s in found.sections for f in s.answer.figures]
    assert len(ids) == len(set(ids))
    tables = [t.id for s in found.sections for t in s.answer.tables]
    assert len(tables) == len(set(tables))
    for section in found.sections:
        check_answer(section.answer)
        if not section.answer.figures and not section.answer.tables:
            assert section.missing, f"{iso3} {section.id} is empty and does not say why"
    assert found.missing


def test_figures_are_those_of_the_tables() -> None:
    by_id = {f.id: f for s in country.country("KEN").sections for f in s.answer.figures}
    accounts = evidence.load("icio_economies").set_index("iso3").loc["KEN"]
    assert by_id["KEN-exports"].value == pytest.approx(accounts["exports_musd"])
    assert by_id["KEN-exports"].origin.kind == "imputed"
    rating = evidence.load("debt_ratings").set_index("iso3").loc["KEN"]
    assert by_id["KEN-published"].value == rating["external_rating"]
    assert by_id["KEN-published"].origin.as_of == rating["published_on"]
    assert by_id["KEN-rank"].low is not None
    assert by_id["KEN-rank"].low <= by_id["KEN-rank"].value <= by_id["KEN-rank"].high
    seen = {f.id: f for s in country.country("KAZ").sections for f in s.answer.figures}
    assert seen["KAZ-exports"].origin.kind == "observed"
    # Partners of an economy add up to its exports, for observed and imputed ones.
    every = flows()
    for code, figure in (("KEN", by_id["KEN-exports"]), ("KAZ", seen["KAZ-exports"])):
        out = every[(every["exporter"] == code) & (every["importer"] != code)]
        assert out["trade_musd"].sum() == pytest.approx(figure.value, rel=1e-4)


def test_no_data_is_said_and_no_economy_refused() -> None:
    nowhere = country.country("ATA")
    assert "this economy is in no table of figures" in nowhere.missing
    assert not any(f.value == 0 for s in nowhere.sections for f in s.answer.figures
                   if s.id in ("overview", "trade", "debt", "poverty"))  # fmt: skip
    assert country.section("CHN", "agreements").answer.tables
    with pytest.raises(NotFound, match="no economy 'XXX'"):
        country.country("XXX")
    with pytest.raises(NotFound, match="no section"):
        country.section("KEN", "weather")


def test_all_economies_in_one_table() -> None:
    table = countries.countries()
    assert table.total == len(country.codes())
    assert all(c.unit for c in table.columns if c.kind == "number")
    assert {r["iso3"] for r in countries.countries(search="Kenya").rows} == {"KEN"}
    assert len(countries.countries(search="Africa").rows) > 40
    for name in countries.INDICATORS:
        known = countries.values(name)
        assert len(known) > 50, name
        assert set(known) <= set(country.codes())


def test_pages_and_api_answer(client: TestClient) -> None:
    page = client.get("/countries/KEN")
    assert page.status_code == 200
    for section in country.SECTIONS:
        assert f'id="s-{section}"' in page.text
    assert 'href="/debt/KEN"' in page.text
    assert "style=" not in page.text.replace("stylesheet", "")
    assert "未知事项" in client.get("/countries/KEN?lang=zh").text
    assert client.get("/countries/XXX").status_code == 404
    listing = client.get("/countries?indicator=grade&q=kenya")
    assert listing.text.count('<th scope="row"') == 1
    assert "indicator=grade" in listing.text

    api = "/api/v1/countries"
    rows = client.get(f"{api}?per_page=200&page=2")
    assert rows.json()["pages"] == 2
    assert 'rel="prev"' in rows.headers["link"]
    whole = client.get(f"{api}/KEN").json()
    assert [s["id"] for s in whole["sections"]] == list(country.SECTIONS)
    one = client.get(f"{api}/KEN?section=debt").json()
    assert [s["id"] for s in one["sections"]] == ["debt"]
    assert client.get(f"{api}/KEN/debt").json() == one["sections"][0]
    for wrong in ("KENYA", "ken", "XXX", "KEN/weather"):
        assert client.get(f"{api}/{wrong}").status_code in (404, 422)
    shapes = client.get(f"{api}/map?indicator=grade").json()["features"]
    valued = [f["properties"] for f in shapes if f["properties"]["value"] is not None]
    assert len(valued) > 120
    assert all(p["href"].startswith("/countries/") for p in valued)


def test_projects_are_those_of_the_registry(client: TestClient) -> None:
    from beltroad.app.registry.store import Registry

    store = Registry(client.app.state.database)  # type: ignore[attr-defined]
    before = client.get("/api/v1/countries/KEN/projects").json()
    record = store.get("project", "MOM-NBO")
    data = {**record.data, "name": "A name of our own"}
    store.save("project", "MOM-NBO", data, who="tester", source="a test", publish=True,
               expected=record.latest)  # fmt: skip
    after = client.get("/api/v1/countries/KEN/projects").json()
    assert before != after
    assert "A name of our own" in str(after)
    assert "A name of our own" in client.get("/countries/KEN").text
    assert client.get("/api/v1/observatory/changes").json()[0]["key"] == "MOM-NBO"
