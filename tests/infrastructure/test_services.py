"""Named services: lookup, series, checks, map, routes and the command."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.infrastructure import services as named
from beltroad.infrastructure.network import great_circle_km

IDS = [each.id for each in named.services()]


def with_figures(service: named.Service, *rows: tuple) -> named.Service:
    """The service with nothing but these figures: figure, value, as_of, qualifier, confidence."""
    natures = {"cumulative": "total", "growth": "growth"}
    frame = pd.DataFrame(
        [
            {
                "service_id": service.id, "figure": figure,
                "nature": next((n for key, n in natures.items() if key in figure), "flow"),
                "value": float(value), "unit": "x", "as_of": as_of, "qualifier": qualifier,
                "scope": "", "claimed_by": "me", "source_title": "a source of mine",
                "source_url": "", "source_year": 2024.0, "confidence": confidence, "note": "",
            }
            for figure, value, as_of, qualifier, confidence in rows
        ]
    )  # fmt: skip
    return dataclasses.replace(service, since_year=2020, figures=frame)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("china-europe", "CHINA-EUROPE-TRAINS"),
        ("CR Express", "CHINA-EUROPE-TRAINS"),
        ("crexpress", "CHINA-EUROPE-TRAINS"),
        ("  Port of PIRAEUS ", "PIRAEUS"),
        ("Silk Road Shipping", "SILK-ROAD-MARITIME"),
        ("TITR", "MIDDLE-CORRIDOR"),
        ("mombasa", "MOMBASA-NAIROBI"),
        ("Whoosh", "JAKARTA-BANDUNG"),
    ],
)
def test_a_service_is_found_by_what_people_call_it(said, meant):
    assert named.service(said).id == meant


@pytest.mark.parametrize("each", IDS)
def test_every_id_name_and_alias_finds_its_service(each):
    service = named.service(each)
    assert service.id == each
    for word in (service.name, *service.aliases, each.lower().replace("-", " ")):
        assert named.service(word).id == each


def test_a_name_of_several_services_is_refused_with_their_names():
    with pytest.raises(InputError, match=r"could be CHINA-EUROPE-TRAINS, CHINA-LAOS-RAILWAY"):
        named.service("china")


@pytest.mark.parametrize("said", ["", "  ", "---"])
def test_nothing_is_no_name(said):
    with pytest.raises(InputError, match="no service"):
        named.service(said)


def test_a_slip_of_the_pen_is_answered_with_a_suggestion():
    with pytest.raises(InputError, match=r"Did you mean .*China-Laos Railway"):
        named.service("Chna-Laos Railway")


@given(st.text(max_size=30))
def test_lookup_gives_a_service_or_one_clear_error(said):
    try:
        found = named.service(said).id
    except InputError as error:
        found = str(error)
    assert found in IDS or (repr(said) in found and "\n" not in found)


def test_frames_are_fresh():
    first = named.service("piraeus")
    first.figures.loc[:, "value"] = 0.0
    assert (named.service("piraeus").figures["value"] != 0).all()


def test_a_value_goes_before_a_bound_a_doubtful_one_last_and_the_exact_first():
    service = with_figures(
        named.service("piraeus"),
        ("teu", 90, "2020", "over", "high"),
        ("teu", 101, "2020", "exact", "low"),
        ("teu", 103, "2020", "about", "high"),
        ("teu", 100, "2020", "exact", "medium"),
        ("teu", 99, "2020-01/2020-11", "exact", "high"),
    )
    table = named.yearly(service, "teu")
    assert table.index.tolist() == [2020]
    row = table.loc[2020]
    assert (row["value"], row["claims"], row["low"], row["high"]) == (100, 4, 90, 103)


def test_yearly_of_nothing_is_empty():
    assert named.yearly(named.service("piraeus"), "sailings").empty
    assert named.cumulative(named.service("piraeus"), "sailings").empty
    assert named.conflicts(
        with_figures(named.service("piraeus"), ("teu", 1, "2020", "exact", "low"))
    ).empty


def test_growth_needs_consecutive_years():
    service = with_figures(
        named.service("piraeus"),
        ("teu", 100, "2018", "exact", "high"),
        ("teu", 150, "2020", "exact", "high"),
        ("teu", 180, "2021", "exact", "high"),
        ("teu_growth", 25, "2021", "about", "high"),
    )
    table = named.growth(service, "teu")
    assert math.isnan(table.loc[2020, "derived_percent"])
    assert table.loc[2021, "derived_percent"] == pytest.approx(20.0)
    assert table.loc[2021, "gap_points"] == pytest.approx(5.0)
    row = named.service_checks(service).set_index("check").loc["growth"]
    assert row["verdict"] == "above"


def flows(*rows: tuple) -> named.Service:
    years = [("trains", 100, "2020"), ("trains", 200, "2021"), ("trains", 400, "2022")]
    return with_figures(
        named.service("china-europe"),
        *((*year, "exact", "high") for year in years),
        *(("cumulative_trains", value, day, how, "medium") for value, day, how in rows),
    )


@pytest.mark.parametrize(
    ("value", "day", "how", "derived", "verdict"),
    [
        (700, "2022-12-31", "exact", 700.0, "agrees"),
        (700 * 1.019, "2022-12-31", "about", 700.0, "agrees"),
        (700 * 1.03, "2022-12-31", "about", 700.0, "above"),
        (700 * 0.97, "2022-12-31", "about", 700.0, "below"),
        (700 * 0.97, "2022-12-31", "over", 700.0, "agrees"),
        (320, "2022-07-02", "exact", 300 + 400 * 183 / 365, "agrees"),
        (250, "2022-07-02", "exact", 300 + 400 * 183 / 365, "below"),
        (750, "2022-07-02", "exact", 300 + 400 * 183 / 365, "above"),
    ],
)
def test_totals_are_compared_with_the_sum_of_the_years(value, day, how, derived, verdict):
    row = named.cumulative(flows((value, day, how)), "trains").iloc[0]
    assert row["derived"] == pytest.approx(derived)
    assert row["derived_low"] <= row["derived"] <= row["derived_high"]
    assert row["gap"] == pytest.approx(value - derived)
    assert row["verdict"] == verdict
    assert row["confidence"] == "medium"


def test_a_missing_year_leaves_a_total_unknown_and_is_named():
    row = named.cumulative(flows((900, "2024-06-30", "about")), "trains").iloc[0]
    assert row["verdict"] == "unknown"
    assert math.isnan(row["derived"])
    assert row["missing"] == "2023, 2024"


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=8))
def test_the_sum_of_all_years_is_the_total_of_the_last_day(values):
    years = [("trains", v, str(2020 + i), "exact", "high") for i, v in enumerate(values)]
    last = f"{2019 + len(values)}-12-31"
    service = with_figures(
        named.service("china-europe"), *years,
        ("cumulative_trains", sum(values), last, "exact", "high"),
    )  # fmt: skip
    row = named.cumulative(service, "trains").iloc[0]
    assert row["gap"] == pytest.approx(0.0)
    assert row["derived_low"] == row["derived_high"] == pytest.approx(sum(values))
    assert row["verdict"] == "agrees"


def test_totals_that_fall_are_seen():
    service = flows(
        (100, "2020-12-31", "exact"), (90, "2021-01-10", "exact"), (300, "2021-12-31", "exact")
    )
    steps = named.total_steps(service, "trains")
    assert steps["falls"].tolist() == [False, True, False]
    assert steps["per_day"].iloc[1] == pytest.approx(-1.0)
    order = named.service_checks(service).set_index("check").loc["order"]
    assert order["verdict"] == "below"
    assert "2021-01-10" in order["note"]


def test_a_part_of_a_year_above_the_year_is_seen():
    service = with_figures(
        named.service("piraeus"),
        ("teu", 100, "2020", "exact", "high"),
        ("teu", 60, "2020-01/2020-06", "exact", "high"),
        ("teu", 120, "2020-01/2020-09", "exact", "high"),
        ("teu", 60, "2020-04/2020-06", "exact", "high"),
    )
    rows = named.service_checks(service).query("check == 'period'")
    assert rows["verdict"].tolist() == ["agrees", "above"]
    assert rows["derived"].iloc[0] == pytest.approx(100 * 182 / 366)


def test_a_bound_that_holds_is_no_conflict():
    service = with_figures(
        named.service("piraeus"),
        ("teu", 100, "2020", "over", "high"),
        ("teu", 104, "2020", "exact", "high"),
        ("trains", 10, "2020", "exact", "high"),
        ("trains", 12, "2020", "over", "high"),
        ("freight", 7, "2020", "exact", "high"),
        ("freight", 7, "2020", "about", "high"),
    )
    table = named.conflicts(service)
    assert table["figure"].tolist() == ["trains"]
    assert table["spread_percent"].iloc[0] == pytest.approx(20.0)


def test_trains_agree_with_their_totals_and_teu_do_not():
    """Published trains add up; the 11 million TEU of November 2024 are not in the years."""
    service = named.service("china-europe")
    trains = named.cumulative(service, "trains")
    assert trains["verdict"].eq("agrees").all()
    late = trains[trains["as_of"] > "2021"]
    assert late["gap_percent"].abs().max() < 2.5
    teu = named.cumulative(service, "teu").set_index("as_of")
    assert teu.loc["2021-12-31", "gap_percent"] == pytest.approx(0.0, abs=2.0)
    assert teu.loc["2024-11-15", "verdict"] == "above"
    assert teu.loc["2024-11-15", "gap_percent"] > 10.0


def test_teu_per_train_is_what_a_train_carries():
    loads = named.teu_per_train(named.service("china-europe"))["teu_per_train"]
    assert loads.index.min() == 2011
    assert loads.index.max() >= 2024
    assert loads.between(55, 110).all()
    assert loads.loc[2024] > loads.loc[2017]


def test_parts_of_piraeus_and_of_the_trains_add_up():
    for name in ("piraeus", "china-europe"):
        rows = named.service_checks(named.service(name)).query("check == 'parts'")
        assert len(rows) >= 2
        assert rows["gap_percent"].abs().max() < 2.0


@pytest.mark.parametrize("each", IDS)
def test_every_check_has_a_verdict_and_is_unknown_only_without_a_figure(each):
    checks = named.service_checks(named.service(each))
    assert set(checks["verdict"]) <= {"agrees", "above", "below", "unknown"}
    unknown = checks["verdict"] == "unknown"
    assert (checks["derived"].isna() == unknown).all()
    assert checks.loc[~checks["check"].isin(["teu_per_train"]), "published"].notna().all()


def test_a_check_is_as_sure_as_its_least_sure_figure():
    """Trains of 2012 to 2015 are remembered: no sum that contains them is surer than that."""
    checks = named.service_checks(named.service("china-europe"))
    totals = checks[(checks["check"] == "total") & checks["derived"].notna()]
    assert len(totals) > 10
    assert set(totals["confidence"]) == {"low"}
    parts = checks[(checks["check"] == "parts") & (checks["as_of"] == "2024")]
    assert parts["confidence"].tolist() == ["high"]


def test_geojson_is_deterministic_and_whole():
    once, again = (json.dumps(named.as_geojson(named.services())) for _ in range(2))
    assert once == again
    collection = json.loads(once)
    assert collection["type"] == "FeatureCollection"
    kinds = [f["properties"]["feature"] for f in collection["features"]]
    each = named.services()
    assert kinds.count("place") == sum(len(s.places) for s in each)
    assert kinds.count("line") == sum(len(s.lines) for s in each)
    assert "NaN" not in once


def test_geojson_coordinates_are_on_the_earth_and_no_piece_goes_round_it():
    for feature in named.as_geojson(named.services())["features"]:
        geometry = feature["geometry"]
        pieces = {
            "Point": lambda c: [[c]],
            "LineString": lambda c: [c],
            "MultiLineString": lambda c: c,
        }[geometry["type"]](geometry["coordinates"])
        for piece in pieces:
            lon, lat = np.array(piece, dtype=float).T
            assert np.abs(lon).max() <= 180.0
            assert np.abs(lat).max() <= 90.0
            assert np.abs(np.diff(lon)).max(initial=0.0) <= 180.0


def test_a_line_over_the_pacific_is_cut_at_the_antimeridian():
    features = named.as_geojson(named.service("air silk road"))["features"]
    chicago = next(f for f in features if f["properties"].get("line_id") == "CGO-ORD")
    assert chicago["geometry"]["type"] == "MultiLineString"
    west, east = chicago["geometry"]["coordinates"]
    assert west[-1][0] == 180.0
    assert east[0][0] == -180.0
    assert west[-1][1] == east[0][1]
    assert min(west[0][1], east[-1][1]) <= west[-1][1] <= max(west[0][1], east[-1][1])


def test_straits_lie_by_the_sea_lanes_that_bear_their_name():
    links, nodes = evidence.load("network_links"), evidence.load("network_nodes")
    lat, lon = (nodes[name].to_numpy(np.float64) for name in ("lat", "lon"))
    for name, (east, north) in named.STRAITS.items():
        rows = links[links["passage"] == name]
        ends = np.concatenate([rows["u"].to_numpy(), rows["v"].to_numpy()])
        assert len(ends) > 0
        limit = 1_200.0 if name == "south_africa" else 250.0
        assert great_circle_km(north, east, lat[ends], lon[ends]).min() < limit


def test_a_line_goes_by_its_crossings():
    features = named.as_geojson(named.service("cr express"))["features"]
    line = next(f for f in features if f["properties"].get("line_id") == "CKG-DUI")
    coordinates = line["geometry"]["coordinates"]
    assert len(coordinates) == 4
    assert coordinates[1] == [82.52, 45.21] or tuple(coordinates[1]) == (82.52, 45.21)


@dataclass(frozen=True)
class FakeRoute:
    days_total: float
    km_total: float = 10_000.0
    usd_per_teu: float = 4_000.0
    kgco2e_per_teu: float = 900.0
    chain: str = "rail via Alashankou / Dostyk"


def test_routes_are_put_beside_the_published_ones():
    service = named.service("china-europe")
    asked = []

    def find(origin, destination, modes, via):
        asked.append((origin, destination, modes, via))
        if destination == "40.4160,-3.7030":
            raise InputError("no place near Madrid")
        if destination == "51.5090,-0.1260":
            return []
        return [FakeRoute(14.0), FakeRoute(20.0)]

    table = named.service_routes(service, find).set_index("line_id")
    assert len(table) == len(service.lines) == len(asked)
    assert asked[0] == (
        "29.5600,106.5580", "51.4320,6.7650", ("rail",),
        ("ALASHANKOU-DOSTYK-RAIL", "BREST-MALASZEWICZE-RAIL"),
    )  # fmt: skip
    row = table.loc["CKG-DUI"]
    assert (row["days_computed"], row["days_published"], row["days_gap"]) == (14.0, 13.0, 1.0)
    assert row["km_ratio"] == pytest.approx(10_000 / 11_179)
    assert table.loc["YIW-MAD", "note"] == "no place near Madrid"
    assert table.loc["YIW-LON", "note"] == "no way found"
    assert math.isnan(table.loc["YIW-MAD", "days_computed"])
    assert table.loc["XIY-CND", "mode"] == "rail_ferry"


def test_the_best_route_that_uses_all_modes_of_a_line_is_taken():
    service = named.service("new land-sea corridor")
    by_land = FakeRoute(12.0, chain="rail via Mohan / Boten")
    by_both = FakeRoute(13.0, chain="rail + sea via Qinzhou")
    table = named.service_routes(service, lambda *_: [by_land, by_both]).set_index("line_id")
    assert table.loc["CKG-SIN", ["days_computed", "note"]].tolist() == [13.0, ""]
    assert table.loc["CKG-HAN", "days_computed"] == 12.0
    by_lorry = FakeRoute(11.0, chain="rail + road via Pingxiang")
    table = named.service_routes(service, lambda *_: [by_lorry, by_land]).set_index("line_id")
    assert table.loc["CKG-HAN", ["days_computed", "note"]].tolist() == [12.0, ""]
    table = named.service_routes(service, lambda *_: [by_lorry]).set_index("line_id")
    assert table.loc["CKG-HAN", ["days_computed", "note"]].tolist() == [11.0, ""]
    table = named.service_routes(service, lambda *_: [by_land]).set_index("line_id")
    assert table.loc["CKG-SIN", ["days_computed", "note"]].tolist() == [12.0, "without sea"]


def test_other_errors_of_the_finder_are_not_swallowed():
    def find(*_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        named.service_routes(named.service("piraeus"), find)


def test_passengers_and_data_have_no_freight_routes():
    def find(*_):
        pytest.fail("asked for a route of something that is no freight")

    for name in ("jakarta", "digital silk road", "lagos"):
        table = named.service_routes(named.service(name), find)
        assert len(table) >= 1
        assert table["note"].str.contains("no freight").all()
        assert table["days_computed"].isna().all()


def test_a_service_without_lines_has_no_routes():
    table = named.service_routes(named.service("kyaukpyu"), lambda *_: [])
    assert table.empty
    assert "days_computed" in table


class TestCommand:
    """``beltroad services`` through its own function."""

    @pytest.fixture
    def command(self):
        from beltroad.cli.services import services

        return services

    def test_list(self, command, capsys, monkeypatch):
        monkeypatch.setenv("COLUMNS", "200")
        command()
        said = capsys.readouterr().out
        assert all(each in said for each in IDS)

    def test_one_service_shows_claims_and_gaps(self, command, capsys, monkeypatch):
        monkeypatch.setenv("COLUMNS", "200")
        command("CR Express")
        said = capsys.readouterr().out
        for part in ("China-Europe freight trains", "19,392", "Chongqing-Duisburg", "11,000,000"):
            assert part in said
        assert "over 110,000,000" not in said

    @pytest.mark.parametrize("each", IDS)
    def test_every_service_can_be_shown(self, command, capsys, each):
        command(each)
        assert each in capsys.readouterr().out

    def test_json(self, command, capsys):
        command(as_json=True)
        listing = json.loads(capsys.readouterr().out)
        assert [each["service_id"] for each in listing] == IDS
        command("gwadar", as_json=True)
        whole = json.loads(capsys.readouterr().out)
        assert len(whole["figures"]) == len(named.service("gwadar").figures)
        assert whole["lines"][0]["km_published"] is None

    def test_geojson_file_is_what_the_function_gives(self, command, tmp_path, capsys):
        target = tmp_path / "new" / "map.geojson"
        command("piraeus", geojson=target)
        assert json.loads(target.read_text()) == json.loads(
            json.dumps(named.as_geojson(named.service("piraeus")))
        )
        assert [p.name for p in target.parent.iterdir()] == ["map.geojson"]
        assert "wrote" in capsys.readouterr().out

    def test_routes_need_a_name(self, command):
        with pytest.raises(InputError, match="give the name of one service"):
            command(routes=True)

    def test_routes_are_shown(self, command, capsys, monkeypatch):
        monkeypatch.setenv("COLUMNS", "200")
        from beltroad.cli import services as module

        monkeypatch.setattr(module, "_route_finder", lambda _: lambda *_: [FakeRoute(14.0)])
        command("cr express", routes=True)
        said = capsys.readouterr().out
        assert "USD/TEU" in said
        assert "4,000" in said
        command("cr express", routes=True, as_json=True)
        assert json.loads(capsys.readouterr().out)["routes"][0]["days_computed"] == 14.0
