"""Routes: hostile input, and chains that are known, on today's network."""

from __future__ import annotations

import numpy as np
import pytest
import small_network as small
from route_planners import (
    USD_PER_HOUR,
    answer,
    atlas,
    between,
    duisburg,
    hours_of,
    no_shut,
    nothing_built,
    small_place,
    small_planner,
)

from beltroad.errors import InputError
from beltroad.infrastructure.routes.closures import Closure, closed_links
from beltroad.infrastructure.routes.families import FAMILIES
from beltroad.infrastructure.routes.find import MODES
from beltroad.infrastructure.routes.places import Place
from beltroad.infrastructure.routes.planner import Planner
from beltroad.infrastructure.routes.search import search
from beltroad.infrastructure.routes.terminals import attach

# ---------------------------------------------------------------- hostile input


@pytest.mark.parametrize(
    ("lat", "lon"), [(0.0, -30.0), (90.0, 0.0), (-90.0, 0.0), (-50.0, 180.0), (-50.0, -180.0)]
)
def test_a_point_in_the_ocean_or_at_a_pole_is_refused_in_one_line(lat: float, lon: float) -> None:
    net = atlas().programme.network
    with pytest.raises(InputError, match="nearest is") as error:
        attach(net, [Place(f"{lat},{lon}", "point", "", lat, lon)])
    assert "\n" not in str(error.value)


def test_an_island_without_a_port_or_road_is_refused() -> None:
    net = atlas().programme.network
    with pytest.raises(InputError, match="Give a place on land"):
        attach(net, [Place("Tristan da Cunha", "city", "SHN", -37.067, -12.31)])


def test_an_end_named_twice_is_refused() -> None:
    west = small_place("west")
    village = Place("village", "city", "CHN", 0.3, 0.0)
    net, pricing = small.network(), small.pricing()
    for places in ([west, west], [village, village]):
        planner = Planner.of(
            net, pricing, nothing_built(net, pricing), places, usd_per_hour=USD_PER_HOUR
        )
        with pytest.raises(InputError, match="same place"):
            answer(planner)


@pytest.mark.parametrize("names", [(), ("west",)])
def test_fewer_than_two_places_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(InputError, match="an origin and a destination"):
        answer(small_planner(*names))


@pytest.mark.parametrize("mode", ["train", "", "RAIL", "rail;road", "x" * 5000])
def test_unknown_modes_are_refused_with_the_known_ones(mode: str) -> None:
    with pytest.raises(InputError, match="choose from") as error:
        answer(small_planner("west", "east"), modes=(mode,))
    assert len(str(error.value)) < 200
    assert all(m in str(error.value) for m in MODES)


def test_a_closed_country_of_origin_is_named() -> None:
    closed = [Closure("country", ("CHN",), "China")]
    with pytest.raises(InputError, match="west, CHN lies in what is closed"):
        answer(small_planner("west", "east"), closures=closed)


def test_everything_between_closed_leaves_no_route() -> None:
    closed = [
        Closure("border", ("GATE-RAIL", "GATE-ROAD"), "both gates"),
        Closure("port", ("KZEST",), "port KZEST"),
    ]
    with pytest.raises(InputError, match="no route is left from west"):
        answer(small_planner("west", "east"), closures=closed)


# ---------------------------------------------------------------- known chains, today


def chains(*names: str, **more: object) -> list[str]:
    return [r.chain for r in answer(between(*names), **more).routes]


def test_chongqing_to_duisburg() -> None:
    """The train goes over Kazakhstan, and in days lies between aeroplane and ship."""
    trains = [r for r in duisburg().routes if r.family == "rail"]
    gates = {r.borders[0] for r in trains}
    assert gates & {"Alashankou / Dostyk", "Khorgos / Altynkol"}
    quickest = min(trains, key=lambda r: r.hours_total)
    assert quickest.borders[0] in ("Alashankou / Dostyk", "Khorgos / Altynkol")
    assert quickest.efficient
    ships = [r for r in duisburg().routes if r.family == "sea"]
    flights = [r for r in duisburg().routes if r.family == "air"]
    assert max(f.hours_total for f in flights) < quickest.hours_total
    assert quickest.hours_total < min(s.hours_total for s in ships)
    assert quickest.kgco2e_per_teu < min(f.kgco2e_per_teu for f in flights) / 10
    assert {c for leg in quickest.legs for c in leg.countries} >= {"CHN", "KAZ", "RUS", "POL"}


def test_shanghai_to_rotterdam_with_canals_open_and_shut() -> None:
    """Without Suez the Cape and Panama are about as long; without both it is the Cape."""
    planner = between("Shanghai", "Rotterdam")
    sea = [f for f in FAMILIES if f.name == "sea"]
    suez, panama = (
        closed_links(planner.network, [Closure("strait", (tag,), tag)])
        for tag in ("suez", "panama")
    )
    straits, hours = [], []
    for shut in (no_shut(planner), suez, suez | panama):
        found = search(planner, shut, families=sea, metrics=("generalised",), threads=1)
        way = min(found, key=lambda f: hours_of(planner, f))
        assert not shut[way.links].any()
        straits.append(set(planner.network.passage[way.links]) - {""})
        hours.append(hours_of(planner, way))
    assert {"malacca", "suez", "babalmandab"} <= straits[0]
    assert straits[1] & {"south_africa", "panama"}
    assert "south_africa" in straits[2]
    assert hours[0] + 72 < hours[1] <= hours[2] * 1.001
    assert hours[2] < 1.02 * hours[1]


def test_kunming_to_vientiane_by_train() -> None:
    found = chains("Kunming", "Vientiane", modes=("rail",))
    assert found
    assert all("Mohan / Boten" in chain for chain in found)


def test_xian_to_baku_over_the_caspian() -> None:
    found = answer(between("Xi'an", "Baku"), modes=("rail", "ferry"))
    over = [leg for r in found.routes for leg in r.legs if leg.mode == "ferry"]
    caspian = [leg for leg in over if ((leg.points > [36, 46.5]) & (leg.points < [47.5, 55])).all()]
    assert caspian
    assert any(leg.km > 150 for leg in caspian)


def test_nairobi_to_mombasa_by_train() -> None:
    found = answer(between("Nairobi", "Mombasa"), modes=("rail",)).routes
    assert found[0].main_modes == ("rail",)
    assert {c for leg in found[0].legs for c in leg.countries} == {"KEN"}
    assert 430 < found[0].km_total < 620


def test_islamabad_to_kashgar_is_a_road() -> None:
    """There is no railway over the Karakoram: a train would go round by Iran."""
    found = answer(between("Islamabad", "Kashgar"), modes=("rail", "road")).routes
    quickest = found[0]
    assert quickest.main_modes == ("road",)
    assert any("Khunjerab" in b for b in quickest.borders)
    for r in found:
        if "rail" in r.main_modes:
            assert r.km_total > 3 * quickest.km_total


def test_suva_to_apia_over_the_antimeridian() -> None:
    found = answer(between("Suva", "Apia"), modes=("sea",)).routes
    assert [r.main_modes for r in found] == [("sea",)] * len(found)
    assert found[0].km_total < 2500  # not the other way round the globe
    points = found[0].legs[0].points
    assert (np.abs(points[:, 1]) > 165).all()


def test_kathmandu_to_kolkata() -> None:
    found = answer(between("Kathmandu", "Kolkata"), modes=("rail", "road")).routes
    assert {c for r in found for leg in r.legs for c in leg.countries} <= {"NPL", "IND", "BGD"}
    assert found[0].main_modes == ("road",)
    assert any("rail" in r.main_modes and "Raxaul" in r.chain for r in found)
