"""Green class: worked examples of the guidance, the area rule, construction, coal."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.risk import green


def one(**fields: object) -> pd.Series:
    return green.classify(pd.DataFrame([{"id": "x"} | fields])).iloc[0]


def test_worked_examples_of_the_baseline_study() -> None:
    """Coal power red, solar and wind green, waste-to-energy yellow; hydropower and railways."""
    assert one(name="Payra coal-fired power plant")["class_after"] == "red"
    assert one(name="Solar park of Benban")["class_after"] == "green"
    assert one(name="Zhanatas wind farm")["class_after"] == "green"
    assert one(name="Waste-to-energy plant of Addis Ababa")["class_after"] == "yellow"
    assert one(name="Petrochemical complex")["class_before"] == "red"
    assert one(green_type="metal_smelting")["class_before"] == "red"
    for project in ({"name": "Karot hydropower"}, {"mode": "rail", "effect": "new_link"}):
        plain, done = one(**project), one(**project, mitigation="yes")
        assert (plain["class_before"], plain["class_after"]) == ("red", "red")
        assert plain["class_if_mitigated"] == done["class_after"] == "green"
        assert done["class_before"] == "red"
        assert done["mitigation_used"] == plain["mitigation_needed"] != ""


def test_no_mitigation_moves_coal() -> None:
    found = one(name="Payra coal-fired power plant", mitigation="yes")
    assert found["class_after"] == found["class_if_mitigated"] == "red"
    assert found["excluded"] == "yes"
    assert found["mitigation_used"] == ""


@pytest.mark.parametrize("kind", list(green.green_types()))
def test_an_important_area_is_red_whatever_the_type_and_mitigation(kind: str) -> None:
    found = one(green_type=kind, protected_area="yes", mitigation="yes")
    assert set(found[["class_before", "class_after", "class_if_mitigated"]]) == {"red"}
    assert "ecologically important area" in found["reason"]


def test_class_is_that_of_the_worst_effect_and_never_falls_as_harm_lessens() -> None:
    order = ["red", "yellow", "green"]
    better = {"significant": "moderate", "moderate": "none", "none": "positive"}
    names = ("climate", "pollution", "biodiversity")
    for levels in product(("significant", "moderate", "none", "positive"), repeat=3):
        effects = dict(zip(names, levels, strict=True))
        now = green.class_of(effects)
        assert (now == "red") == ("significant" in levels)
        assert (now == "green") <= ("positive" in levels and "moderate" not in levels)
        for name, level in effects.items():
            if level in better:
                after = green.class_of(effects | {name: better[level]})
                assert order.index(after) >= order.index(now)
    assert green.class_of(dict.fromkeys(names, "none")) == "yellow"
    with pytest.raises(InputError, match="effects must be"):
        green.class_of({"climate": "bad"})


def test_types_of_the_table_agree_with_their_effects() -> None:
    names = ("climate", "pollution", "biodiversity")
    for kind in green.green_types().values():
        assert green.class_of(dict(zip(names, kind.before, strict=True))) == kind.class_before
        if kind.class_after:
            assert green.class_of(dict(zip(names, kind.after, strict=True))) == kind.class_after
            assert kind.mitigation
        if kind.basis != "listed":
            assert kind.confidence == "low"


def test_every_bundled_project_has_a_class_and_a_reason() -> None:
    found = green.classify(evidence.load("projects"))
    assert found["class_after"].isin(["red", "yellow", "green"]).all()
    assert (found["class_after"] == found["class_before"]).all()  # no mitigation is documented
    assert (found["area_rule"] == "unknown").all()
    assert found["reason"].str.len().gt(20).all()
    assert found.set_index("id").at["HAO-JI", "green_type"] == "coal_transport"
    assert found.set_index("id").at["CGP-TUN", "green_type"] == "bridge_tunnel"


def test_what_is_given_goes_before_the_rules_and_faults_come_together() -> None:
    assert one(name="Solar park", green_type="port")["type_rule"] == "given"
    assert one(name="Qwerty")["class_after"] == ""
    assert one(name="Qwerty", protected_area="yes")["class_after"] == "red"
    assert green.type_of(kind="farming") == ("crops", "rule 36: kind 'farming'")
    table = pd.DataFrame(
        [{"id": "a", "green_type": "solr"}, {"id": "b", "mitigation": "maybe"},
         {"id": "c", "protected_area": True}]
    )  # fmt: skip
    with pytest.raises(InputError) as caught:
        green.classify(table)
    assert "'solar'" in str(caught.value)
    assert "b: mitigation 'maybe'" in str(caught.value)
    assert "c:" not in str(caught.value)


def test_polygons_decide_where_the_user_does_not_say_yes(tmp_path: Path) -> None:
    ring = [[12, 9], [14, 9], [14, 11], [12, 11], [12, 9]]
    feature = {"type": "Feature", "properties": {"name": "Park"},
               "geometry": {"type": "Polygon", "coordinates": [ring]}}  # fmt: skip
    path = tmp_path / "areas.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))
    areas = green.read_areas(path)
    rows = pd.DataFrame(
        [{"id": "through", "waypoints": "10,10;10,20", "protected_area": "no"},
         {"id": "past", "waypoints": "20,10;20,20"}, {"id": "nowhere", "waypoints": ""}]
    ).assign(mode="rail", effect="new_link", mitigation="yes")  # fmt: skip
    found = green.classify(rows, areas=areas).set_index("id")
    assert found["area_rule"].to_dict() == {"through": "yes", "past": "no", "nowhere": "unknown"}
    assert found.at["through", "area"] == "Park"
    assert found["class_after"].to_list() == ["red", "green", "green"]


def building(**fields: object) -> pd.Series:
    return green.construction_emissions(pd.DataFrame([{"id": "x"} | fields])).iloc[0]


def amounts(row: pd.Series) -> np.ndarray:
    return row[[f"construction_{b}_t" for b in ("low", "central", "high")]].to_numpy(float)


def test_building_by_hand() -> None:
    """Central: 80 km of motorway, 15 of bridges and 5 of tunnels as published."""
    road = building(mode="road", effect="new_link", length_km=100, bridge_km=15, tunnel_km=5)
    central = 80 * 5229 + 15 * 35547 + 5 * 42302
    assert amounts(road)[1] == pytest.approx(central)
    sun = building(green_type="solar", mw=100)
    assert amounts(sun)[1] == pytest.approx(100 * 0.040 * 8760 * 0.17 * 30, rel=0.01)
    paid = building(mode="air", effect="none", cost_usd_bn=1.5)
    assert amounts(paid).tolist() == [300_000, 1_050_000, 2_100_000]
    assert paid["construction_fallback"] == "yes"
    assert np.isnan(amounts(building(mode="dryport"))).all()


def test_building_is_linear_and_in_order() -> None:
    for mode, effect in product(("rail", "road"), ("new_link", "upgrade")):
        single = amounts(building(mode=mode, effect=effect, length_km=10))
        assert (np.diff(single) > 0).all()
        assert amounts(building(mode=mode, effect=effect, length_km=30)) == pytest.approx(
            3 * single
        )
        more = amounts(building(mode=mode, effect=effect, length_km=10, tunnel_km=1))
        assert (more > single).all()
    bridge = building(name="A bridge", mode="road", effect="new_link", length_km=10)
    assert amounts(bridge)[0] == pytest.approx(10 * 3234)
    assert amounts(bridge)[2] == pytest.approx(10 * 71094)


def test_building_refuses_what_cannot_be() -> None:
    table = pd.DataFrame(
        [{"id": "a", "mode": "rail", "length_km": 10, "tunnel_km": 11},
         {"id": "b", "mode": "rail", "length_km": -1}]
    )  # fmt: skip
    with pytest.raises(InputError, match=r"(?s)a: bridges and tunnels of 11 km.*b: length_km -1"):
        green.construction_emissions(table)


def coal(date: str = "", **fields: str) -> pd.Series:
    return green.screen_coal(pd.DataFrame([{"id": "x", "date": date} | fields])).iloc[0]


@pytest.mark.parametrize(
    ("text", "lead"),
    [
        ("Van Phong coal-fired power station", "yes"),
        ("Lignite plant of 300 MW power", "yes"),
        ("2x660MW 燃煤电站", "yes"),
        ("煤电一体化项目", "yes"),
        ("Tavan Tolgoi coal mine", "mining"),
        ("露天煤矿", "mining"),
        ("Moatize coal railway", "transport"),
        ("运煤专线", "transport"),
        ("Thermal power plant of Balkhash", "unclear"),
        ("火电厂", "unclear"),
        ("Coal gasification works", "unclear"),
        ("Charcoal kilns", "none"),
        ("Coalition for green power", "none"),
        ("煤层气发电", "none"),
        ("Coalbed methane", "none"),
        ("Solar park", "none"),
        ("Mine railway for copper", "none"),
        ("Coal phase-out of the power sector", "none"),
    ],
)
def test_words_point_to_coal(text: str, lead: str) -> None:
    found = coal(name=text)
    assert found["coal"] == lead
    if lead != "none":
        assert found["evidence"]


@pytest.mark.parametrize(
    ("date", "standing"),
    [("2021-09-20", "before"), ("2021-09-21", "after"), ("2021-09", "same month"),
     ("2021", "same year"), ("2020", "before"), ("2021-10", "after"), ("2022", "after"),
     ("", "no date")],
)  # fmt: skip
def test_dates_stand_to_the_commitment(date: str, standing: str) -> None:
    assert coal(date, name="X", fuel="coal")["commitment"] == standing
    assert coal(date, name="Coal mine")["commitment"] == ""


def test_coal_dates_must_be_dates() -> None:
    with pytest.raises(InputError, match=r"date '21\.9\.2021'"):
        coal("21.9.2021", name="Coal")


def test_a_file_yields_all_faults_at_once(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    path.write_text(
        "id,green_type,mitigation,length_km,waypoints,colour\n"
        "a,solr,perhaps,-3,95 10,red\na,,,,,\n,solar,,,,\n"
    )
    with pytest.raises(InputError) as caught:
        green.read_green_file(path)
    for word in (
        "'solar'",
        "perhaps",
        "-3",
        "95 10",
        "colour",
        "given twice",
        "row 4, id: is empty",
    ):
        assert word in str(caught.value)
    for name, data in (("none.csv", None), ("odd.csv", b"\xff\xfe"), ("empty.csv", b"")):
        if data is not None:
            (tmp_path / name).write_bytes(data)
        with pytest.raises(InputError, match=name):
            green.read_coal_file(tmp_path / name)


def test_factors_stand_beside_published_ones() -> None:
    table = green.freight_factors()
    assert set(table["mode"]) == {"rail", "road", "sea", "ferry", "air", "water"}
    assert table[["ours", "published_low", "published_high", "ratio"]].notna().all().all()
    sea = table[table["mode"] == "sea"].iloc[-1]
    assert sea["published_low"] == pytest.approx(80.4 / 10)
    assert sea["inside"] == "yes"


def test_dates_and_amounts_of_a_coal_list_are_checked_with_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("id,name,date,capacity_mw\na,coal,2021-02-31,x\nb,coal,21/9/2021,1e400\n")
    with pytest.raises(InputError, match=r"4 faults(.|\n)*row 2, date(.|\n)*row 3, capacity_mw"):
        green.read_coal_file(path)
