"""Ways over one sea leg against trying every pair of ports."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from beltroad.infrastructure.shipments.searoutes import join_sea

INF = np.float32(np.inf)


def brute(
    to_port: np.ndarray, from_port: np.ndarray, sea: np.ndarray, load: np.ndarray,
    unload: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Best hours over all pairs of different ports, in the order of the sums of the real thing."""
    places, ports = to_port.shape[1:]
    out = np.full((places, places), INF, np.float32)
    for a in range(places):
        for b in range(places):
            for p in range(ports):
                for q in range(ports):
                    if a != b and p != q:
                        start = np.float32(to_port[0, a, p] + load[0, p])
                        way = np.float32(start + sea[0, p, q])
                        way = np.float32(np.float32(way + unload[0, q]) + from_port[0, q, b])
                        out[a, b] = min(out[a, b], way)
    return out


@st.composite
def cases(draw: st.DrawFn, rows: int = 1) -> tuple[np.ndarray, ...]:
    places, ports = draw(st.integers(1, 7)), draw(st.integers(1, 8))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    whole = draw(st.booleans())  # whole numbers make ties

    def some(*shape: int) -> np.ndarray:
        values = rng.integers(0, 12, shape) if whole else rng.gamma(1.0, 40.0, shape)
        return np.asarray(values, np.float32)

    to_port, from_port = some(rows, places, ports), some(rows, ports, places)
    # Sailing past a port is a way too: times at sea obey the triangle inequality.
    at_sea = some(ports, ports)
    np.fill_diagonal(at_sea, 0.0)
    at_sea[rng.random((ports, ports)) < draw(st.floats(0, 0.4))] = INF
    np.fill_diagonal(at_sea, 0.0)
    for k in range(ports):
        at_sea = np.minimum(at_sea, at_sea[:, k : k + 1] + at_sea[k : k + 1])
    sea = some(rows, ports, ports)
    sea[0] = at_sea
    for side in (to_port, from_port):
        side[:, rng.random(side.shape[1:]) < draw(st.floats(0, 0.6))] = INF
    return to_port, from_port, sea, some(rows, ports), some(rows, ports)


@settings(max_examples=150, deadline=None)
@given(cases())
def test_equals_trying_every_pair_of_ports(case: tuple[np.ndarray, ...]) -> None:
    assert np.array_equal(join_sea(*case)[0], brute(*case))


@settings(max_examples=60, deadline=None)
@given(cases(rows=3))
def test_carried_attributes_belong_to_a_best_pair_of_ports(case: tuple[np.ndarray, ...]) -> None:
    to_port, from_port, sea, load, unload = case
    found = join_sea(*case)
    places, ports = to_port.shape[1:]
    for a in range(places):
        for b in range(places):
            if not np.isfinite(found[0, a, b]):
                assert np.all(np.isinf(found[:, a, b]))
                continue
            ways = []
            for p in range(ports):
                for q in range(ports):
                    start = np.float32(to_port[0, a, p] + load[0, p])
                    hours = np.float32(np.float32(start + sea[0, p, q]) + unload[0, q])
                    hours = np.float32(hours + from_port[0, q, b])
                    if p != q and hours == found[0, a, b]:
                        legs = to_port[1:, a, p] + sea[1:, p, q] + from_port[1:, q, b]
                        ways.append(legs + load[1:, p] + unload[1:, q])
            assert any(np.allclose(found[1:, a, b], w, rtol=1e-6) for w in ways)


@settings(max_examples=80, deadline=None)
@given(cases(), st.integers(0, 2**32 - 1))
def test_lower_land_or_port_hours_never_raise_an_entry(
    case: tuple[np.ndarray, ...], seed: int
) -> None:
    to_port, from_port, sea, load, unload = case
    rng = np.random.default_rng(seed)

    def less(values: np.ndarray) -> np.ndarray:
        return (values * rng.choice(np.float32([1, 0.5, 0]), values.shape)).astype(np.float32)

    with np.errstate(invalid="ignore"):
        lower = [np.where(np.isnan(x), INF, x) for x in (less(to_port), less(from_port))]
    after = join_sea(lower[0], lower[1], sea, less(load), less(unload))
    assert np.all(after[0] <= join_sea(*case)[0])


def test_one_port_is_no_voyage() -> None:
    one = np.ones((1, 1, 1), np.float32)
    land = np.ones((1, 3, 1), np.float32)
    found = join_sea(land, land.transpose(0, 2, 1), 0 * one, one[0], one[0])
    assert np.all(np.isinf(found))


def test_no_way_to_any_port() -> None:
    land = np.full((1, 2, 2), INF, np.float32)
    sea = np.array([[[0, 5], [5, 0]]], np.float32)
    hours = np.ones((1, 2), np.float32)
    assert np.all(np.isinf(join_sea(land, land, sea, hours, hours)))


def test_a_place_does_not_ship_to_itself() -> None:
    land = np.ones((1, 2, 2), np.float32)
    sea = np.array([[[0, 5], [5, 0]]], np.float32)
    hours = np.ones((1, 2), np.float32)
    found = join_sea(land, land, sea, hours, hours)[0]
    assert np.array_equal(found, np.array([[np.inf, 9], [9, np.inf]], np.float32))
