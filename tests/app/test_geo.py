"""Layers of the map, outlines of one's own, charts, and how values look."""

from __future__ import annotations

import gzip
import itertools
import json
import math
import re
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from starlette.testclient import TestClient

from beltroad import evidence
from beltroad.app.formats import address, plain_number, shown
from beltroad.app.questions import boundaries, charts, geo, methods
from beltroad.app.web import STATIC
from beltroad.errors import InputError

LAYERS = ("outlines", "network", "projects", "corridors", "ports", "borders", "services")
NAMES = {"id", "name", "kind", "state", "href", "value", "label"}


def _positions(node: Any) -> list[list[float]]:
    if isinstance(node, dict):
        if "geometries" in node:
            return [p for each in node["geometries"] for p in _positions(each)]
        return _positions(node["coordinates"])
    if node and isinstance(node[0], (int, float)):
        return [node]
    return [p for each in node for p in _positions(each)]


def test_every_layer_is_geojson_with_the_same_properties(client: TestClient) -> None:
    for layer in LAYERS:
        answer = client.get(f"/api/v1/geo/{layer}")
        assert answer.status_code == 200, answer.text
        found = answer.json()
        assert found["type"] == "FeatureCollection"
        assert found["origin"]["source"]
        for feature in found["features"]:
            assert set(feature["properties"]) == NAMES
            assert feature["properties"]["id"]
            positions = _positions(feature["geometry"])
            assert positions
            assert all(-180 <= p[0] <= 180 and -90 <= p[1] <= 90 for p in positions)
        again = client.get(
            f"/api/v1/geo/{layer}", headers={"If-None-Match": answer.headers["ETag"]}
        )
        assert again.status_code == 304
        assert answer.headers["Content-Encoding"] == "gzip"


def test_layers_hold_what_the_tables_hold(client: TestClient) -> None:
    def features(path: str) -> list[dict[str, Any]]:
        return client.get(f"/api/v1/geo/{path}").json()["features"]

    table = evidence.load("projects")
    projects = features("projects")
    assert {f["properties"]["id"] for f in projects} == set(table["id"])
    building = features("projects?states=building")
    assert {f["properties"]["id"] for f in building} == set(
        table.loc[table.status == "under_construction", "id"]
    )
    counted = {f["properties"]["id"]: f["properties"]["value"] for f in features("corridors")}
    assert counted == table.corridor.value_counts().astype(float).to_dict()
    assert len(features("ports")) == len(evidence.load("container_ports"))
    waits = {f["properties"]["id"]: f["properties"]["value"] for f in features("borders")}
    for row in evidence.load("borders").itertuples():
        both = [w for w in (row.wait_ab_hours, row.wait_ba_hours) if not math.isnan(w)]
        assert waits[row.border_id] == (round(sum(both) / len(both), 1) if both else None)
    links = {f["properties"]["id"]: f["properties"]["value"] for f in features("network")}
    assert set(links) == {"rail", "sea"}
    assert 5_000 <= sum(links.values()) <= 12_000
    assert [f["properties"]["id"] for f in features("network?modes=water,road")] == [
        "water",
        "road",
    ]


@pytest.mark.parametrize("query", ["network?modes=tram", "network?modes=", "projects?states=all"])
def test_what_is_not_a_layer_is_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/v1/geo/{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"


def test_links_are_joined_and_none_is_lost() -> None:
    # A fork, a ring and a lone link.
    links = [[[0, 0], [1, 0]], [[1, 0], [2, 0]], [[2, 0], [3, 1]], [[2, 0], [3, -1]],
             [[9, 9], [8, 9]], [[8, 9], [8, 8]], [[8, 8], [9, 9]], [[5, 5], [6, 6]]]  # fmt: skip
    lines = geo.chained(links)

    def unordered(a: Any, b: Any) -> frozenset[tuple[float, ...]]:
        return frozenset((tuple(a), tuple(b)))

    drawn = [unordered(a, b) for line in lines for a, b in itertools.pairwise(line)]
    assert sorted(map(sorted, drawn)) == sorted(sorted(unordered(a, b)) for a, b in links)
    assert len(lines) == 5  # stem, two branches, ring, lone link


RING = [[0, 0], [0, 1], [1, 1], [0, 0]]


def _economy(**over: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": {"iso3": "KAZ"},
            "geometry": {"type": "Polygon", "coordinates": [RING]}} | over  # fmt: skip


def test_own_outlines_take_the_place_of_the_bundled(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[0, 0], [1, 1.23456]]}
    disputed = {"type": "Feature", "properties": {"disputed": True}, "geometry": line}
    path = tmp_path / "own.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [_economy(), disputed]}))
    economy, line = boundaries.outlines(path)["features"]
    assert economy["properties"]["name"] == "Kazakhstan"
    assert economy["properties"]["href"] == "/countries/KAZ"
    assert line["properties"]["kind"] == "disputed"
    assert line["geometry"]["coordinates"][1] == [1.0, 1.23]


def test_all_faults_of_own_outlines_are_named_at_once(tmp_path: Path) -> None:
    bad = [
        _economy(),
        _economy(),
        _economy(properties={"iso3": "kaz"}),
        _economy(properties=None),
        _economy(geometry={"type": "Point", "coordinates": [0, 0]}),
        _economy(properties={"iso3": "AAA"}, geometry={"type": "Polygon", "coordinates": []}),
        _economy(properties={"iso3": "AAB"},
                 geometry={"type": "Polygon", "coordinates": [[[0, 0], [0, 100], [1, 1], [0, 0]]]}),
        _economy(properties={"iso3": "AAC"},
                 geometry={"type": "Polygon", "coordinates": [[*RING[:3], [5, 5]]]}),
        _economy(properties={"iso3": "AAD"},
                 geometry={"type": "MultiPolygon", "coordinates": [[RING, [["x", 1]] * 4]]}),
        "nothing",
    ]  # fmt: skip
    path = tmp_path / "bad.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": bad}))
    with pytest.raises(InputError) as caught:
        boundaries.outlines(path)
    for at, said in ((1, "twice"), (2, "'kaz'"), (3, "None"), (4, "'Point'"), (5, "not empty"),
                     (6, "longitude comes first"), (7, "end where it begins"),
                     (8, "is not [longitude, latitude]"), (9, "not a feature")):  # fmt: skip
        assert re.search(rf"features\[{at}\]: .*{re.escape(said)}", str(caught.value)), said
    assert "features[0]" not in str(caught.value).replace("(features[0])", "")


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\xfe", "not JSON"), (b"[]", "FeatureCollection"), (b"[" * 100_000, "not JSON"),
     (b'{"type":"FeatureCollection","features":[]}', "not empty")],
)  # fmt: skip
def test_files_that_are_no_outlines(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "bad.geojson"
    path.write_bytes(content)
    with pytest.raises(InputError, match=said):
        boundaries.outlines(path)
    with pytest.raises(InputError, match="cannot be read"):
        boundaries.outlines(tmp_path / "none.geojson")


def test_charts_hold_no_style_and_say_their_values() -> None:
    rows = pd.DataFrame({"label": ["Rail <b>", "Road"], "value": [1.25, -0.5],
                         "low": [1.0, None], "high": [1.5, None]})  # fmt: skip
    years = pd.DataFrame(
        {"year": [2024, 2025] * 2, "value": [1, None, 3, 4], "series": list("aabb")}
    )
    quantiles = pd.DataFrame(
        {"year": [2024, 2025], **{f"p{q}": [q, q + 1] for q in (10, 25, 50, 75, 90)}}
    )
    points = pd.DataFrame({"label": ["x", "y"], "x": [1, 10], "y": [2, 3], "group": ["g", "h"]})
    drawn = [
        charts.bars(rows, unit="% of GDP", title="Gain"),
        charts.lines(years, unit="USD", title="Path"),
        charts.fan(quantiles, unit="%", title="Fan"),
        charts.scatter(points, x="cost", y="gain", title="Cost and gain", log=True),
    ]
    for svg in drawn:
        assert svg.startswith("<svg")
        assert "style=" not in svg
        assert "<b>" not in svg
        assert 'aria-label="' in svg.partition(">")[0]
    assert "Rail &lt;b&gt;: 1.25 % of GDP (1 to 1.5)" in drawn[0]
    assert "Road: −0.5 % of GDP" in drawn[0]
    assert charts.bars(rows, unit="% of GDP", title="Gain") is drawn[0]  # drawn once
    turned = charts.without_style('<a style="fill:none;stroke:url(x);font-size: 3px" b="1">')
    assert turned == '<a fill="none" stroke="url(x)" font-size="3px" b="1">'
    assert charts.without_style('<a style="fill:&quot;>x">') == "<a>"


def test_the_map_has_the_colours_and_the_projection_of_the_report() -> None:
    from beltroad.appraisal.report import projection, theme

    ramps = (STATIC / "map" / "ramps.js").read_text(encoding="utf-8")

    def colours(name: str) -> tuple[str, ...]:
        found = re.search(rf"const {name} = \[(.*?)\]", ramps)
        assert found
        return tuple(re.findall(r"#\w{6}", found[1]))

    assert colours("GAIN") == theme.GAIN
    assert colours("LOSS") == theme.LOSS
    for mode, colour in theme.MODE_COLOURS.items():
        assert f'{mode}: "{colour}"' in ramps
    script = (STATIC / "map" / "projection.js").read_text(encoding="utf-8")
    assert f"CENTRE = {projection.CENTRE:g};" in script
    assert f"WIDTH = {projection.WIDTH:_};" in script
    style = (STATIC / "css" / "base.css").read_text(encoding="utf-8")
    assert f"--ink:{theme.INK};--muted:{theme.MUTED}" in style
    assert f"--accent:{theme.ACCENT}" in style


def test_no_template_breaks_the_policy() -> None:
    for path in [*STATIC.parent.rglob("*.html"), *STATIC.rglob("*.svg")]:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"<[^>{%]*\sstyle\s*=", text), path
        assert not re.search(r"<[^>{%]*\son[a-z]+\s*=", text), path
        assert "<style" not in text, path
        for script in re.findall(r"<script[^>]*>", text):
            assert "src=" in script or 'type="application/json"' in script, path


def test_method_pages_are_shown_without_style_or_script(client: TestClient) -> None:
    assert len(methods.titles()) >= 45
    for name in methods.titles():
        page = methods.html(name)
        assert "style=" not in page
        assert "<script" not in page
        assert "<img" not in page
        for target in re.findall(r'href="([^"]*)"', page):
            own = target.partition("#")[0].removeprefix("/help/methods/")
            assert target.startswith("http") or own in methods.names(), (name, target)
    page = client.get("/help/methods/poverty")
    assert page.status_code == 200
    assert "Lorenz" in page.text
    assert client.get("/help/methods/nothing").status_code == 404


def test_figures_name_method_pages_that_exist() -> None:
    named = {
        name
        for path in STATIC.parent.rglob("*.py")
        for name in re.findall(r'\bmethod="([a-z0-9-]+)"', path.read_text(encoding="utf-8"))
    }
    assert named
    assert named <= methods.names()


def test_help_in_both_languages(client: TestClient) -> None:
    english = client.get("/help?lang=en")
    assert english.status_code == 200
    assert english.cookies["lang"] == "en"
    assert "How to read a figure" in english.text
    assert "OpenStreetMap contributors" in english.text
    for name in evidence.names():
        assert f">{name}<" in english.text
    client.cookies.clear()
    chinese = client.get("/help?lang=zh")
    assert '<html lang="zh-Hans">' in chinese.text
    assert "如何阅读数字" in chinese.text
    assert client.get("/help").text.count("如何阅读数字") == 2  # the cookie keeps the choice
    assert client.get("/help?lang=xx").status_code == 200


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [(None, None, "–"), (float("nan"), None, "–"), (float("inf"), 2, "–"), (0, None, "0"),
     (-1234567, None, "−1,234,567"), (0.012345, None, "0.01235"), (1234.5, None, "1,234"),
     (2.5, 2, "2.50"), (-0.001, 1, "0.0"), (1e-30, None, "0"), (True, None, "True"),
     (["a", "b"], None, "a, b"), ("x", 3, "x"), (99.95, None, "99.95")],
)  # fmt: skip
def test_values_as_people_read_them(value: Any, decimals: int | None, text: str) -> None:
    assert shown(value, decimals) == text


def test_only_web_addresses_and_own_paths_become_links() -> None:
    for good in ("https://x.org/a?b=1", "/countries/KAZ", "?page=2", "#top", "/"):
        assert address(good) == good
    for bad in ("javascript:alert(1)", "//evil.org", "/\\evil.org", "data:text/html,x", None, "",
                'https://x.org/"onx=1', "countries", " https://x .org"):  # fmt: skip
        assert address(bad) == ""
    assert [plain_number(v) for v in (1, 1.5, True, None, float("nan"), "x")] == [
        "1", "1.5", "1", "", "", ""]  # fmt: skip


def test_the_first_map_is_small(client: TestClient) -> None:
    sent = sum(
        len(gzip.compress(client.get(f"/api/v1/geo/{layer}").content))
        for layer in ("outlines", "network", "projects")
    )
    assert sent < 250_000
