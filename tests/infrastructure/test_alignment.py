"""Projects on a network small enough to check by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import small_network as small

from beltroad.errors import DataError, InputError
from beltroad.infrastructure.network import CITY, PORT, Network
from beltroad.infrastructure.projects.programme import Programme, place_projects
from beltroad.infrastructure.projects.record import parse_waypoints


def place(*rows: dict[str, object]) -> Programme:
    return place_projects(small.network(), small.table(*rows))


def test_a_line_that_exists_is_found() -> None:
    programme = place(small.project("A", "rail", "upgrade", "0,0;0,4"))
    here = programme.alignments["A"]
    assert set(here.existing) == {small.link("r0", "r1"), small.link("r1", "r2")}
    assert len(here.links) == 0
    assert len(here.nodes) == 0
    assert programme.network.links.equals(small.network().links)
    lengths = programme.lengths().loc["A"]
    assert lengths["matched_km"] == pytest.approx(4 * small.DEGREE_KM)
    assert lengths["added_km"] == 0
    assert lengths["match_note"] == ""


def test_a_road_is_found_on_the_road_layer() -> None:
    here = place(small.project("A", "road", "upgrade", "0.05,4.1;0.05,8")).alignments["A"]
    assert here.existing.tolist() == [small.link("d2", "d3")]


def test_a_way_far_round_is_another_line() -> None:
    """From the north to the west there is no railway at all, from d6 to d0 the road is one leg."""
    programme = place(small.project("A", "rail", "new_link", "3,2;0,2", length_km=400.0))
    network = programme.network
    fresh = network.added_by["A"]
    rail = fresh[network.has_mode("rail")[fresh]]
    assert network.km[rail].tolist() == pytest.approx([400.0])
    ends = {int(network.u[rail[0]]), int(network.v[rail[0]])}
    assert ends == {0, 1 + small.ROW["r1"]}  # the new station comes first, r1 moved up by one
    assert network.nodes["gauge_mm"].iloc[0] == 1435
    assert network.nodes["country"].iloc[0] == "CHN"
    joined = fresh[network.has_mode("city_rail")[fresh]]
    assert len(joined) == 1
    assert int(network.v[joined[0]]) == 1 + small.ROW["north"]
    assert programme.lengths().loc["A", "added_km"] == pytest.approx(400.0)
    assert "are added" in programme.lengths().loc["A", "match_note"]


def test_only_new_never_takes_the_line_beside_it() -> None:
    row = small.project("A", "rail", "new_link", "0,0;0,4", in_2024_data="no")
    programme = place(row)
    assert len(programme.alignments["A"].existing) == 0
    fresh = programme.network.added_by["A"]
    assert len(fresh) == 1
    assert programme.network.km[fresh[0]] == pytest.approx(1.2 * 4 * small.DEGREE_KM)
    # The same line known to be in the data is the line that is there.
    assert len(place(row | {"in_2024_data": "yes"}).alignments["A"].existing) == 2


def test_the_published_length_is_spread_over_the_legs() -> None:
    programme = place(
        small.project("A", "rail", "new_link", "6,0;6,1;6,3", in_2024_data="no", length_km=600.0)
    )
    fresh = programme.network.added_by["A"]
    km = programme.network.km[fresh][programme.network.has_mode("rail")[fresh]]
    assert sorted(km) == pytest.approx([200.0, 400.0], rel=1e-6)


def test_a_length_shorter_than_the_great_circle_is_not_believed() -> None:
    programme = place(
        small.project("A", "rail", "new_link", "6,0;6,2", in_2024_data="no", length_km=10.0)
    )
    km = programme.lengths().loc["A", "added_km"]
    assert km == pytest.approx(2 * small.DEGREE_KM * np.cos(np.radians(6)), rel=1e-3)


def test_a_station_in_open_country_is_reached_by_lorry() -> None:
    """0.45 degrees from the road and far from any city."""
    programme = place(small.project("A", "rail", "new_link", "0.45,4;0,4", in_2024_data="no"))
    network = programme.network
    fresh = network.added_by["A"]
    assert network.has_mode("rail_road")[fresh].sum() == 1


@pytest.mark.parametrize(
    ("row", "port"),
    [
        (small.project("A", "port", "terminal", "-2.5,0.1", locode="KZEST"), "p1"),
        (small.project("A", "port", "terminal", "-2.5,0.1"), "p0"),
        (small.project("A", "port", "terminal", "-2.5,8.2", locode="XXXXX"), "p1"),
    ],
)
def test_a_port_by_its_code_else_by_its_place(row: dict[str, object], port: str) -> None:
    assert place(row).alignments["A"].terminals.tolist() == [small.ROW[port]]


def test_no_port_near_says_so() -> None:
    here = place(small.project("A", "port", "terminal", "5,4")).alignments["A"]
    assert len(here.terminals) == 0
    assert "no effect is modelled" in here.notes[0]


def test_a_dry_port_is_the_nearest_station_or_city() -> None:
    here = place(small.project("A", "dryport", "terminal", "0,4.12")).alignments["A"]
    assert here.terminals.tolist() == [small.ROW["r3"]]


def test_additions_of_several_projects_are_numbered_apart() -> None:
    """New nodes come first; rows of terminals and of old links move with them."""
    programme = place(
        small.project("P", "port", "terminal", "0,0", locode="CNWST"),
        small.project("A", "rail", "new_link", "3,2;0,2", in_2024_data="no"),
        small.project("B", "rail", "new_link", "5,2;5,3", in_2024_data="no"),
        small.project("C", "rail", "upgrade", "0,0;0,4"),
    )
    network = programme.network
    old = small.network()
    extra = len(network.nodes) - len(old.nodes)
    assert extra == 3
    assert network.nodes["lat"].iloc[:3].tolist() == [3.0, 5.0, 5.0]
    assert np.array_equal(network.u[: len(old.u)], old.u + extra)
    assert programme.alignments["P"].terminals.tolist() == [small.ROW["p0"] + extra]
    assert network.layer[programme.alignments["P"].terminals[0]] == PORT
    for key, ends in (("A", [(3.0, 2.0), (0.0, 2.0)]), ("B", [(5.0, 2.0), (5.0, 3.0)])):
        rows = network.added_by[key]
        rail = rows[network.has_mode("rail")[rows]]
        assert len(rail) == 1
        found = [
            (network.lat[end[rail[0]]], network.lon[end[rail[0]]]) for end in (network.u, network.v)
        ]
        assert found == ends
    assert set(programme.alignments["C"].existing) == {0, 1}


def test_progress_of_placing_reaches_one() -> None:
    said: list[float] = []
    place_projects(
        small.network(),
        small.table(
            small.project("A", "rail", "upgrade", "0,0;0,4"),
            small.project("B", "port", "terminal", "0,0", locode="CNWST"),
        ),
        progress=said.append,
    )
    assert said == [0.5, 1.0]


def test_with_additions_numbers_from_the_end_backwards() -> None:
    network = small.network()
    nodes = pd.DataFrame(
        [[9.0, 1.0, 0, "CHN", 1435, ""], [9.0, 2.0, 0, "CHN", 1435, ""]],
        columns=network.nodes.columns,
    )
    links = pd.DataFrame(
        [[-1, -2, 10.0, "rail", "", "", False, "X"], [-2, 0, 20.0, "rail", "", "", False, "X"]],
        columns=network.links.columns,
    )
    wider = network.with_additions(nodes, links)
    assert list(zip(wider.u[-2:], wider.v[-2:], strict=True)) == [(0, 1), (1, 2)]
    assert wider.added_by["X"].tolist() == [len(small.LINKS), len(small.LINKS) + 1]
    assert wider.terminals(CITY).to_dict() == {
        ref: row + 2 for ref, row in network.terminals(CITY).to_dict().items()
    }
    assert network.with_additions(nodes[:0], links[:0]) is network


@pytest.mark.parametrize(
    ("column", "value"),
    [("u", -1), ("v", 99), ("km", -0.1), ("km", np.nan), ("mode", "air"), ("v", 0)],
)
def test_a_broken_link_is_named(column: str, value: object) -> None:
    network = small.network()
    links = network.links.copy()
    links[column] = links[column].astype(object)
    links.loc[0, column] = value
    if column in ("u", "v"):
        links[column] = links[column].astype(np.int32)
    elif column == "km":
        links[column] = links[column].astype(float)
    with pytest.raises(DataError, match="network link 0 "):
        replace(network, links=links).checked()


def test_what_the_network_knows_of_itself() -> None:
    network: Network = small.network()
    assert network.crossings.tolist() == [small.link("r2", "r3"), small.link("d1", "d2")]
    assert np.flatnonzero(network.gauge_change).tolist() == [small.link("r2", "r3")]
    assert network.countries.tolist() == ["", "CHN", "KAZ"]
    assert network.terminals(PORT).to_dict() == {
        "CNWST": small.ROW["p0"], "KZEST": small.ROW["p1"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "not 'lat,lon"), ("1,2;3", "not 'lat,lon"), ("a,b", "not 'lat,lon"),
        ("1,2,3", "not 'lat,lon"), ("91,0;0,0", "leave the globe"), ("0,181", "leave the globe"),
        ("nan,0", "globe|lat,lon"), ("inf,0", "globe|lat,lon"),
    ],
)  # fmt: skip
def test_unusable_waypoints(text: str, word: str) -> None:
    with pytest.raises(InputError, match=word):
        parse_waypoints(text)


def test_waypoints() -> None:
    assert parse_waypoints("1,2;-3.5,4").tolist() == [[1, 2], [-3.5, 4]]
