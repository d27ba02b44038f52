"""The observatory, indicators and claims, and the search."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from answer_checks import check_answer, sound
from starlette.testclient import TestClient

from beltroad.app.questions import figures, observatory, search
from beltroad.evidence import claims as evidence_claims

ROOT = Path(__file__).parents[2]


def test_every_figure_of_the_observatory_has_an_origin() -> None:
    found = observatory.observatory()
    assert [p.id for p in found.pillars] == list(observatory.PILLARS)
    for pillar in found.pillars:
        assert 6 <= len(pillar.leading) + len(pillar.figures) <= 12, pillar.id
        for each in (*(i.latest for i in pillar.leading), *pillar.figures):
            assert sound(each), each.id
            assert each.origin.as_of, each.id
            assert each.unit, each.id
        for lead in pillar.leading:
            assert lead.stated
            assert lead.period
    # Nothing in the lists of leading figures has gone from the evidence base.
    known = figures.indicators()
    assert {i for codes in observatory.LEADING.values() for i in codes} <= set(known)
    shown = {f.id for p in found.pillars for f in p.figures}
    assert {f for names in observatory.DERIVED.values() for f in names} <= shown
    frame = evidence_claims.claims()
    assert found.claims == len(frame)
    assert found.unconfirmed == int((frame["status"] != "read").sum())


def test_a_claim_is_shown_as_it_was_stated() -> None:
    row = evidence_claims.claim("aiib-2019-01-16-01")
    claim = figures.as_claim(figures.claim_rows()["aiib-2019-01-16-01"])
    assert (claim.value, claim.unit, claim.said_by) == (row["value"], row["unit"], row["said_by"])
    figure = figures.claim_figure(figures.claim_rows()["aiib-2019-01-16-01"])
    told = dict(figure.origin.inputs)
    assert told["wording"] == row["wording"]
    assert told["place in the document"] == row["place"]
    assert figure.origin.kind == "claimed"


def test_conflicts_are_those_of_the_audit_and_show_both_sides() -> None:
    audit = evidence_claims.audit()
    expected = set(audit.loc[audit["verdict"] == "disagrees", "finding"])
    found = figures.conflicts()
    assert {c.id for c in found} == expected
    assert all(len(c.statements) >= 1 for c in found)
    assert sum(len(c.statements) >= 2 for c in found) > len(found) / 2


def test_a_derived_figure_is_recomputed_from_its_inputs() -> None:
    answer = figures.indicator_answer("zones_jobs")
    check_answer(answer)
    per_job = next(f for f in answer.figures if f.id == "zones-per-job")
    assert per_job.origin.formula
    letters = {label.split(" = ")[0] for label, _ in per_job.origin.inputs}
    assert set(re.findall(r"\b[a-z]\b", per_job.origin.formula)) <= letters
    # The finding beside which it stands in the audit gives the same.
    audit = evidence_claims.audit().set_index("finding")
    assert per_job.value == audit.loc["zones-per-job", "computed"] == pytest.approx(57.13e9 / 421e3)


def test_every_indicator_can_be_answered() -> None:
    for code in list(figures.indicators())[::25]:
        check_answer(figures.indicator_answer(code))


def test_the_search_finds_by_kind_script_and_accent() -> None:
    assert search.search("Kenya").hits[0].href == "/countries/KEN"
    assert search.search("肯尼亚").hits[0].id == "KEN"
    assert search.search("cote d'ivoire").hits[0].id == "CIV"
    assert search.search("CÔTE").hits[0].id == "CIV"
    assert search.search("中欧班列").total > 3
    assert search.search("bri_countries", "indicator").hits[0].id == "bri_countries"
    assert any(h.kind == "place" for h in search.search("Lomé").hits)
    assert search.search("debt ratings", "method").hits[0].href == "/help/methods/debt-ratings"
    grouped = search.search("railway")
    assert sum(grouped.counts.values()) == grouped.total == len(grouped.hits)
    assert search.search("railway", "project").total == grouped.counts["project"]


@pytest.mark.parametrize(
    "junk", ["", " ", "\x00\ud800", "((([", '"', "%%%", "a" * 5000, "＜script＞", "٣٤", "\u202e"]
)
def test_junk_finds_little_and_breaks_nothing(junk: str) -> None:
    assert search.search(junk).total >= 0


def test_interface_words_are_there_in_both_languages() -> None:
    for name in ("observatory", "search", "country"):
        words = tomllib.loads((ROOT / f"src/beltroad/app/texts/{name}.toml").read_text("utf-8"))
        assert words[name]
    from beltroad.app.texts import catalogue

    for pillar in observatory.PILLARS:
        assert catalogue()[f"observatory.pillar.{pillar}"]["zh"]
    for group in search.GROUPS:
        assert catalogue()[f"search.kind.{group}"]["zh"]


def test_pages_and_api_answer(client: TestClient) -> None:
    front = client.get("/")
    assert front.status_code == 200
    assert "style=" not in front.text.replace("stylesheet", "")
    for pillar in observatory.PILLARS:
        assert f'id="{pillar}"' in front.text
    # Header and token are of this request, the body is kept: both belong to one document.
    assert front.text.count("</html>") == 1
    assert client.get("/?lang=zh").text.count("观测站") > 1
    assert client.get("/figures/finance?q=aiib").text.count('class="known"') >= 3
    assert client.get("/figures/nothing").status_code == 404
    # One claim makes no drawing; drawings are looked at in the browser.
    assert "<svg" not in client.get("/claims/bits").text
    assert client.get("/claims/nothing").status_code == 404
    evil = client.get("/search", params={"q": "<script>alert(1)</script>"})
    assert "<script>alert" not in evil.text
    assert client.get("/search?q=railway&kind=claim&page=2").text.count("<li><a") > 20
    assert client.get("/tables/claims").status_code == 200

    api = "/api/v1"
    seen = client.get(f"{api}/observatory")
    assert seen.json()["claims"] > 1000
    again = client.get(f"{api}/observatory", headers={"If-None-Match": seen.headers["etag"]})
    assert again.status_code == 304
    green = client.get(f"{api}/indicators?pillar=green&per_page=3").json()
    assert len(green["items"]) == 3 < green["total"]
    unsure = client.get(f"{api}/claims?confirmed=false&per_page=200").json()
    assert unsure["total"] == len(unsure["items"]) == observatory.observatory().unconfirmed
    assert not any(c["confirmed"] for c in unsure["items"])
    one = client.get(f"{api}/indicators/aiib-2019-01-16-01").json()
    assert one["indicator"]["id"] == "aiib_members"
    assert client.get(f"{api}/claims/nothing").json()["status"] == 404
    assert client.get(f"{api}/search?q=kenya&kind=economy").json()["items"][0]["id"] == "KEN"
    assert client.get(f"{api}/health").json()["status"] == "ok"
    meta = client.get(f"{api}/meta").json()
    assert meta["pillars"] == list(observatory.PILLARS)
    licence = client.get(f"{api}/licences").json()[0]
    assert licence["id"]
    listed = client.get(f"{api}/tables?per_page=200").json()
    assert listed["total"] == meta["tables"] == len(listed["items"])
    rows = client.get(f"{api}/tables/countries/rows?per_page=2").json()
    assert rows["total"] > 200
    assert len(rows["items"]) == 2
    assert client.get(f"{api}/tables/nothing").status_code == 404
