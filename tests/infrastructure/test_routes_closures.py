"""What users shut: names in many spellings, and no route through what is shut."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from route_planners import answer, atlas, between, small_planner

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.infrastructure.network import PORT, Network
from beltroad.infrastructure.routes.closures import (
    KINDS,
    STRAITS,
    Closure,
    closed_links,
    parse_closure,
    parse_closures,
)

# Countries that share their name with a strait or canal: the water is meant unless a prefix says.
ALSO_WATER = {"Panama", "Gibraltar", "Taiwan"}


@pytest.fixture(scope="module")
def net() -> Network:
    return atlas().programme.network


@pytest.mark.parametrize(
    ("text", "kind", "ref"),
    [
        ("Bab el-Mandeb", "strait", "babalmandab"),
        ("BAB AL-MANDAB", "strait", "babalmandab"),
        ("Red Sea", "strait", "babalmandab"),
        ("Strait of Hormuz", "strait", "ormuz"),
        ("the straits of hormuz", "strait", "ormuz"),
        ("Hormuz Strait", "strait", "ormuz"),
        ("suez canal", "strait", "suez"),
        ("  SUEZ ", "strait", "suez"),
        ("Straits of Malacca", "strait", "malacca"),
        ("Cape of Good Hope", "strait", "south_africa"),
        ("South Africa", "country", "ZAF"),
        ("panama", "strait", "panama"),
        ("country:panama", "country", "PAN"),
        ("khorgos", "border", "KHORGOS-ALTYNKOL-RAIL"),
        ("Khorgos", "border", "KHORGOS-NURZHOLY-ROAD"),
        ("khorgos-altynkol-rail", "border", "KHORGOS-ALTYNKOL-RAIL"),
        ("Dostyk", "border", "ALASHANKOU-DOSTYK-RAIL"),
        ("KAZ", "country", "KAZ"),
        ("kz", "country", "KAZ"),
        ("Kazakhstan", "country", "KAZ"),
        ("Russia", "country", "RUS"),
        ("Turkey", "country", "TUR"),
        ("turkiye", "country", "TUR"),
        ("Cote d'Ivoire", "country", "CIV"),
        ("Laos", "country", "LAO"),
        ("CNSHA", "port", "CNSHA"),
        ("cn sha", "port", "CNSHA"),
        ("port:NLRTM", "port", "NLRTM"),
    ],
)
def test_words_people_write(net: Network, text: str, kind: str, ref: str) -> None:
    found = parse_closure(text, net)
    assert found.kind == kind
    assert ref in found.refs


def test_every_strait_country_border_and_project_answers_to_its_own_name(net: Network) -> None:
    countries = evidence.load("countries")
    for row in countries.iloc[::12].to_dict("records"):
        for word in (row["iso3"], row["name"]):
            if row["name"] not in ALSO_WATER:
                assert parse_closure(str(word), net).refs == (row["iso3"],), word
    for key in evidence.load("borders")["border_id"].iloc[::14]:
        assert key in parse_closure(str(key), net).refs
    for tag, (label, others) in STRAITS.items():
        assert {parse_closure(x, net).refs for x in (tag, label, *others)} == {(tag,)}
    for code in list(net.terminals(PORT).index)[::50]:
        assert parse_closure(f"port:{code}", net).refs == (code,)
    for key in list(atlas().programme.alignments)[::20]:
        # The id of a port that a project adds is the code of that port, too.
        assert parse_closure(key.lower(), net).refs == (key,)


@pytest.mark.parametrize(
    "text",
    ["", " ", ":", "port:", "strait:KAZ", "country:khorgos", "gate:suez", "<b>", "a" * 5000,
     "\x00", "suez; drop", "..", "%d%d%d%d", "kazkhstn"],
)  # fmt: skip
def test_what_is_no_closure_is_refused_in_one_short_line(net: Network, text: str) -> None:
    with pytest.raises(InputError) as error:
        parse_closure(text, net)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400


@given(st.text(max_size=30))
@settings(max_examples=30, deadline=None)
def test_any_text_is_a_closure_or_an_input_error(text: str) -> None:
    net = atlas().programme.network
    with suppress(InputError):
        found = parse_closure(text, net)
        assert found.refs
        assert found.kind in KINDS


def test_a_near_miss_is_told_the_right_name(net: Network) -> None:
    with pytest.raises(InputError, match="Kazakhstan"):
        parse_closure("kazakstan", net)


def test_commas_separate_and_nothing_is_nothing(net: Network) -> None:
    found = parse_closures(["suez, khorgos", "", "KAZ"], net)
    assert [c.kind for c in found] == ["strait", "border", "country"]
    assert parse_closures([], net) == []
    assert not closed_links(net, []).any()


def test_a_closure_that_touches_nothing_is_refused(net: Network) -> None:
    with pytest.raises(InputError, match="nothing would be shut"):
        closed_links(net, [Closure("border", ("NOWHERE-RAIL",), "border Nowhere")])
    with pytest.raises(InputError, match="nothing would be shut"):
        closed_links(net, [Closure("line", ("XYZ",), "line XYZ")], {})


def test_shut_links_are_those_of_the_thing(net: Network) -> None:
    kazakhstan = closed_links(net, [Closure("country", ("KAZ",), "Kazakhstan")])
    inside = (net.country_of(net.u) == "KAZ") | (net.country_of(net.v) == "KAZ")
    np.testing.assert_array_equal(kazakhstan, inside)
    port = closed_links(net, [Closure("port", ("CNSHA",), "port CNSHA")])
    assert 0 < port.sum() < 20
    assert ((net.ref[net.u[port]] == "CNSHA") | (net.ref[net.v[port]] == "CNSHA")).all()
    both = closed_links(
        net, [Closure("country", ("KAZ",), "Kazakhstan"), Closure("port", ("CNSHA",), "port")]
    )
    np.testing.assert_array_equal(both, kazakhstan | port)


@pytest.mark.parametrize(
    "closure",
    [Closure("border", ("GATE-RAIL",), "gate"), Closure("port", ("CNWST",), "port"),
     Closure("border", ("GATE-ROAD",), "gate")],
)  # fmt: skip
def test_small_every_link_of_every_route_is_open(closure: Closure) -> None:
    planner = small_planner("west", "east")
    shut = closed_links(planner.network, [closure])
    for r in answer(planner, closures=[closure]).routes:
        assert not shut[r.links].any()


@pytest.mark.parametrize(
    ("word", "ends", "modes"),
    [
        ("Khorgos", ("Xi'an", "Baku"), ("rail",)),
        ("KAZ", ("Chongqing", "Duisburg"), ("rail",)),
        ("suez", ("Shanghai", "Rotterdam"), ("sea",)),
        ("port:CNSHA", ("Shanghai", "Rotterdam"), ("sea",)),
        ("line:KUN-VTE", ("Kunming", "Vientiane"), ("rail", "road")),
    ],
)
def test_bundled_every_link_of_every_route_is_open(
    net: Network, word: str, ends: tuple[str, str], modes: tuple[str, ...]
) -> None:
    planner = between(*ends)
    closure = parse_closure(word, net)
    shut = closed_links(planner.network, [closure], planner.lines)
    found = answer(planner, closures=[closure], modes=modes).routes
    assert found
    for r in found:
        assert not shut[r.links].any()
        if closure.kind == "country":
            assert closure.refs[0] not in {c for leg in r.legs for c in leg.countries}
        if closure.kind == "strait":
            assert closure.refs[0] not in r.passages
