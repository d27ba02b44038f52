"""Parks: rows that hold together, distances that can be checked, and the order for an investor."""

from __future__ import annotations

import sys
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.policy import parks
from beltroad.policy.entry.catalogue import hosts, lists, zones_of
from beltroad.policy.parks.gateways import FAR_KM, GATEWAYS
from beltroad.policy.parks.registry import STATUS
from beltroad.policy.parks.suitability import MATCHES, VERDICTS

DATA = Path(__file__).resolve().parents[2] / "data"


@lru_cache(maxsize=4)
def ranked(investor: str, field: str, stake: float = 100.0) -> pd.DataFrame:
    return parks.suitable(investor, field, stake_pct=stake)


def test_every_row_keeps_the_rules_of_the_build_script(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(DATA))
    import build_parks

    table = build_parks.read()
    codes = set(evidence.load("economy_codes")["iso3"])
    isic = set(evidence.load("isic")["code"])
    assert build_parks.faults(table, codes, isic) == []
    assert sorted(table["park_id"]) == sorted(parks.find()["park_id"])
    broken = table.copy()
    broken.loc[0, ["host", "kind", "lat", "isic"]] = ["XXX", "castle", "north", "Z99"]
    broken.loc[1, "park_id"] = broken.loc[0, "park_id"]
    said = "\n".join(build_parks.faults(broken, codes, isic))
    for each in ("host", "kind", "number lat", "isic", "given twice"):
        assert each in said
    sys.modules.pop("build_parks")


def test_rows_are_plausible_and_say_where_they_come_from() -> None:
    table = parks.find()
    assert len(table) >= 60
    assert table["lat"].between(-60, 75).all()
    assert table["lon"].between(-180, 180).all()
    years = table[["year_agreed", "year_open"]].stack().dropna()
    assert years.between(1984, 2026).all()
    assert (table["area_km2"].dropna() > 0).all()
    # What was not read says so and has no address; what was read has one.
    low = table["confidence"] == "low"
    assert table.loc[low, "note"].str.startswith("unconfirmed").all()
    assert table.loc[low, "source_url"].eq("").all()
    assert table.loc[~low, "source_url"].str.match(r"https?://").all()
    # The ministry's list has twenty zones, of which the Zambian one lies in two places.
    assert (table["confirmed"] == "yes").sum() == 21


def test_parks_lie_in_their_host() -> None:
    """The nearest city of the places table is one of the host or just across a border."""
    cities = evidence.load("cities")
    at = np.deg2rad(cities[["lat", "lon"]].to_numpy(dtype=float))
    xyz = np.c_[np.cos(at[:, 0]) * np.cos(at[:, 1]), np.cos(at[:, 0]) * np.sin(at[:, 1]),
                np.sin(at[:, 0])]  # fmt: skip
    for row in parks.find().to_dict("records"):
        lat, lon = np.deg2rad([row["lat"], row["lon"]])
        here = np.array([np.cos(lat) * np.cos(lon), np.cos(lat) * np.sin(lon), np.sin(lat)])
        km = 6371 * np.arccos(np.clip(xyz @ here, -1, 1))
        near = set(cities["iso3"][np.argsort(km)[:8]])
        assert row["host"] in near, row["park_id"]


def test_zones_are_known_to_the_entry_lists_of_the_host() -> None:
    table = parks.find()
    zoned = table[table["zone"] != ""]
    assert len(zoned) >= 1
    for row in zoned.to_dict("records"):
        assert row["zone"] in zones_of(lists(row["host"], "entry"), [row["zone"]])


def test_pairs_have_parks_in_two_countries_that_name_each_other() -> None:
    table = parks.pairs()
    assert {"china-malaysia", "china-indonesia", "china-kazakhstan"} <= set(table["pair"])
    for row in table.to_dict("records"):
        members = parks.find(pair=row["pair"])
        assert len(set(members["host"])) == 2
        for member in members.to_dict("records"):
            others = set(members["host"]) - {member["host"]}
            assert others <= set(member["partners"].split()), member["park_id"]


@pytest.mark.parametrize(
    ("park_id", "kind", "name", "low", "high"),
    [
        # The park lies at the airport of Minsk, 25 km east of the city (BelTA, CSIS).
        ("GREAT-STONE", "airport", "Minsk International Airport, BLR", 0, 8),
        ("TEDA-SUEZ", "port", "Ain Sokhna, EGY", 2, 15),
        ("MCKIP", "port", "Kuantan, MYS", 2, 12),
        ("CMQIP", "port", "Beibu Gulf (Qinzhou), CHN", 2, 25),
        # "12 km from the deep-water port" is by road within the province.
        ("SSEZ", "port", "Sihanoukville town, KHM", 8, 20),
        ("KHORGOS-KAZ", "rail_border", "Khorgos / Altynkol, CHN-KAZ", 0, 15),
        ("ERENHOT", "rail_border", "Erenhot / Zamyn-Uud, CHN-MNG", 0, 8),
        ("EIZ-DUKEM", "dryport", "Modjo dry port, ETH", 20, 45),
    ],
)
def test_distances_to_known_gateways(
    park_id: str, kind: str, name: str, low: float, high: float
) -> None:
    near = parks.gateways(parks.park(park_id).to_frame().T)
    assert near[kind].item() == name
    assert low <= near[f"{kind}_km"].item() <= high


def test_gateways_far_away_or_of_places_not_located_are_left_out() -> None:
    places = pd.DataFrame({"lat": [-40.0, np.nan, 31.35], "lon": [-140.0, 1.0, 121.62]})
    near = parks.gateways(places)
    for kind in GATEWAYS:
        assert near[kind].tolist()[:2] == ["", ""]
        assert near[f"{kind}_km"].isna().tolist()[:2] == [True, True]
    assert near.loc[2, "port"] == "Shanghai, CHN"
    assert near.loc[2, "port_km"] == pytest.approx(0, abs=1e-6)
    assert near.loc[2, "gateway_km"] == pytest.approx(0, abs=1e-6)
    ours = parks.gateways(parks.find())
    assert (ours[[f"{kind}_km" for kind in GATEWAYS]].max() <= FAR_KM).all()
    assert not ours["port"].str.contains("planned").any()


@pytest.mark.parametrize(
    ("investor", "field", "stake"),
    [("DEU", "C29", 100.0), ("USA", "J61", 60.0), ("KAZ", "C24", 100.0), ("CHN", "B07", 49.0)],
)
def test_the_order_follows_the_criteria(investor: str, field: str, stake: float) -> None:
    table = ranked(investor, field, stake)
    assert len(table) == len(parks.find())
    assert table["order"].tolist() == list(range(1, len(table) + 1))
    keys = [
        (
            2 * (row["entry"] == "prohibited") + (row["status"] == "stalled"),
            MATCHES.index(row["match"]),
            VERDICTS.index(row["entry"]),
            STATUS.index(row["status"]),
            np.inf if np.isnan(row["gateway_km"]) else row["gateway_km"],
            row["park_id"],
        )
        for row in table.to_dict("records")
    ]
    assert keys == sorted(keys)
    own = table["host"] == investor
    assert set(table.loc[own, "entry"]) <= {"domestic"}
    assert table.loc[own, "ties"].eq("").all()
    listed = table["host"].isin(hosts())
    assert table.loc[~listed & ~own, "entry"].eq("no list known").all()
    assert not table.loc[listed & ~own, "entry"].isin(["no list known", "domestic"]).any()


def test_a_host_that_bars_the_industry_comes_last() -> None:
    """China's list bars foreign investors from tobacco wholesale."""
    table = ranked("DEU", "G4630")
    barred = parks.suitable("DEU", "G4630", activity="tobacco wholesale")
    assert (table["entry"] != "prohibited").all()
    chinese = barred[barred["host"] == "CHN"]
    assert chinese["entry"].eq("prohibited").all()
    assert chinese["order"].min() > barred.loc[barred["entry"] != "prohibited", "order"].max()


def test_a_smaller_stake_never_makes_entry_harder() -> None:
    level = {name: number for number, name in enumerate(VERDICTS)}
    full = ranked("USA", "J61", 100.0).set_index("park_id")["entry"].map(level)
    part = ranked("USA", "J61", 30.0).set_index("park_id")["entry"].map(level)
    assert (part.loc[full.index] <= full).all()


def test_industries_match_by_class_and_division() -> None:
    match = ranked("DEU", "C29").set_index("park_id")["match"]
    assert match["CMQIP"] == "listed"
    assert match["BORSOD"] == "not listed"
    assert match["LONGJIANG"] == "any"
    # Julong is for oil palms (A0126): another crop is of the same division.
    assert ranked("DEU", "A0112").set_index("park_id")["match"]["JULONG"] == "related"
    assert ranked("DEU", "A0126").set_index("park_id")["match"]["JULONG"] == "listed"


def test_ties_are_agreements_in_force() -> None:
    ties = parks.suitable("CHN", "C29", host="EGY")["ties"].item()
    assert {"bit", "double_tax"} <= set(ties.split())


def test_within_leaves_only_what_is_near() -> None:
    table = ranked("DEU", "C29")
    near = parks.suitable("DEU", "C29", within_km=10)
    assert 0 < len(near) < len(table)
    assert near["gateway_km"].max() <= 10
    kept = table[table["gateway_km"] <= 10]
    assert near["park_id"].tolist() == kept["park_id"].tolist()
    assert parks.suitable("DEU", "C29", host="BRA").empty


def test_activities_and_dates_that_a_list_does_not_know() -> None:
    named = parks.suitable("USA", "J61", activity="basic telecom").set_index("park_id")
    assert named.loc["CMQIP", "entry"] == "restricted"
    assert "judged for the whole industry" in named.loc["KHORGOS-KAZ", "entry_note"]
    old = parks.suitable("DEU", "C29", on=date(1980, 1, 1))
    assert old.loc[old["host"] == "CHN", "entry"].eq("no list known").all()
    assert old.loc[old["host"] == "CHN", "entry_note"].str.contains("reaches back").all()
    with pytest.raises(InputError, match="unicorn"):
        parks.suitable("USA", "J61", activity="unicorns")


@pytest.mark.parametrize(
    ("investor", "field", "more", "said"),
    [
        ("Atlantis", "C29", {}, "Atlantis"),
        ("DEU", "C99", {}, "C99"),
        ("DEU", "C29", {"stake_pct": 0}, "stake 0"),
        ("DEU", "C29", {"stake_pct": float("nan")}, "stake nan"),
        ("DEU", "C29", {"stake_pct": 101}, "stake 101"),
        ("DEU", "C29", {"within_km": 0}, "within 0 km"),
        ("DEU", "C29", {"within_km": float("nan")}, "within nan km"),
        ("DEU", "C29", {"host": "Nowhere"}, "Nowhere"),
    ],
)
def test_bad_questions_are_refused(
    investor: str, field: str, more: dict[str, object], said: str
) -> None:
    with pytest.raises(InputError, match=said):
        parks.suitable(investor, field, **more)  # type: ignore[arg-type]


def test_parks_are_found_by_key_or_name() -> None:
    one = parks.park("great-stone")
    assert parks.park(one["name"].upper())["park_id"] == "GREAT-STONE"
    assert set(parks.find("Belarus")["park_id"]) == {"GREAT-STONE"}
    assert "CMQIP" in set(parks.find(partner="Malaysia")["park_id"])
    with pytest.raises(InputError, match="GREAT-STONE"):
        parks.park("GREAT-STOEN")
    with pytest.raises(InputError, match="china-malaysia"):
        parks.find(pair="china-malaysa")
