"""Ways against areas: by hand, and against shapely on random shapes."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon

from beltroad.errors import InputError
from beltroad.risk.green.areas import Area, crosses, parse_way, read_areas

SQUARE = np.array([[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]], float)
HOLE = np.array([[1, 1], [3, 1], [3, 3], [1, 3], [1, 1]], float)


def area(*rings: np.ndarray) -> Area:
    return Area("a", (tuple(rings),))


@pytest.mark.parametrize(
    ("way", "hit"),
    [
        ([[-1, 2], [5, 2]], True), ([[1, 1], [2, 2]], True), ([[2, 2]], True),
        ([[-1, 5], [5, 5]], False), ([[5, 5]], False), ([[-1, 4], [5, 4]], True),
        ([[4, 4], [6, 6]], True), ([[4, 2]], True), ([[-1, 3], [1, 5.1]], False),
        ([[-2, -2], [-1, 9], [9, 9], [9, -2]], False), ([[5, 0], [9, 0]], False),
    ],
)  # fmt: skip
def test_ways_and_a_square(way: list[list[float]], hit: bool) -> None:
    assert crosses(np.array(way, float), area(SQUARE)) == hit


def test_a_hole_is_outside_but_its_edge_is_not() -> None:
    ring = area(SQUARE, HOLE)
    assert not crosses(np.array([[2.0, 2.0]]), ring)
    assert not crosses(np.array([[1.5, 1.5], [2.5, 2.5]]), ring)
    assert crosses(np.array([[2.0, 2.0], [3.5, 2.0]]), ring)


def test_the_date_line_is_no_wall() -> None:
    fiji = area(np.array([[-180, -20], [-178, -20], [-178, -15], [-180, -15], [-180, -20]], float))
    assert crosses(np.array([[179.0, -17.0], [-179.0, -17.0]]), fiji)
    assert not crosses(np.array([[179.0, -17.0], [179.5, -17.0]]), fiji)
    prime = area(np.array([[-1, -20], [1, -20], [1, -15], [-1, -15], [-1, -20]], float))
    assert not crosses(np.array([[179.0, -17.0], [-179.0, -17.0]]), prime)


# A grid, so that touching and shared lines come up often, and everything is exact in floats.
grid = st.integers(-6, 6).map(lambda k: k / 2)
points = st.lists(st.tuples(grid, grid), min_size=1, max_size=5, unique=True)


@settings(max_examples=50, deadline=None)
@given(points, st.lists(st.tuples(st.integers(0, 2), st.floats(0.3, 4)), min_size=3, max_size=8),
       st.booleans())  # fmt: skip
def test_same_as_shapely(
    way: list[tuple[float, float]], rays: list[tuple[int, float]], two: bool
) -> None:
    turns = 2 * np.pi * np.arange(len(rays)) / len(rays)
    corners = [
        (round(r * np.cos(a) * 2) / 2, round(r * np.sin(a) * 2) / 2)
        for a, (_, r) in zip(turns, rays, strict=True)
    ]
    shape = Polygon(corners)
    if not shape.is_valid or shape.area == 0:
        return
    ring = np.array([*corners, corners[0]], float)
    polygons: list[tuple[np.ndarray, ...]] = [(ring,)]
    expected = shape
    if two:
        far = ring + np.array([9.0, 0.0])
        polygons.append((far,))
        expected = MultiPolygon([shape, Polygon(far)])
    line = LineString(way) if len(way) > 1 else Point(way[0])
    assert crosses(np.array(way, float), Area("a", tuple(polygons))) == expected.intersects(line)


@settings(max_examples=30, deadline=None)
@given(points, st.integers(0, 2**32 - 1))
def test_the_way_back_crosses_the_same(way: list[tuple[float, float]], seed: int) -> None:
    ring = np.random.default_rng(seed).uniform(-3, 3, (4, 2))
    closed = area(np.vstack([ring, ring[:1]]))
    there = np.array(way, float)
    assert crosses(there, closed) == crosses(there[::-1], closed)


def test_files_say_all_that_is_wrong(tmp_path: Path) -> None:
    def feature(kind: str, coordinates: object) -> dict[str, object]:
        return {"type": "Feature", "properties": None,
                "geometry": {"type": kind, "coordinates": coordinates}}  # fmt: skip

    bad = [feature("Point", [1, 2]), feature("Polygon", [[[0, 0], [1, 1], [0, 0]]]),
           feature("Polygon", [[[0, 0], [200, 0], [1, 1], [0, 0]]]), feature("Polygon", "x"),
           feature("MultiPolygon", []), 5]  # fmt: skip
    path = tmp_path / "bad.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": bad}))
    with pytest.raises(InputError, match="6 faults"):
        read_areas(path)
    for text in ("{", "[]", '{"type": "FeatureCollection"}', '{"type": "Topology"}'):
        path.write_text(text)
        with pytest.raises(InputError, match=r"bad\.geojson"):
            read_areas(path)
    with pytest.raises(InputError, match="cannot be read"):
        read_areas(tmp_path / "no.geojson")
    path.write_text(json.dumps({"type": "Polygon", "coordinates": [SQUARE.tolist()]}))
    assert read_areas(path)[0].name == "area 1"


@pytest.mark.parametrize("text", ["", "1", "1,2,3", "a,b", "95,10", "10,190", "nan,1"])
def test_ways_that_are_none(text: str) -> None:
    with pytest.raises(InputError, match="waypoints"):
        parse_way(text)


@pytest.mark.parametrize(
    ("geometry", "said"),
    [
        ('{"type":"Polygon","coordinates":[[["0","0"],["0","1"],["1","1"],["0","0"]]]}', "numbers"),
        ('{"type":"Polygon","coordinates":[[[true,0],[0,1],[1,1],[true,0]]]}', "numbers"),
        ('{"type":"Polygon","coordinates":null}', "no Polygon of numbers"),
        ('{"type":"Feature","geometry":null}', "has no geometry"),
        ('{"type":"Polygon","coordinates":' + "[" * 100_000, "nested too deeply"),
    ],
)
def test_odd_geometries(tmp_path: Path, geometry: str, said: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(geometry)
    with pytest.raises(InputError, match=said):
        read_areas(path)
