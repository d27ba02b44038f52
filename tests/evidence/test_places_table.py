"""The table of places: shape, codes, and agreement with the tables it was joined from."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from beltroad import evidence
from beltroad.infrastructure.network import PORT, great_circle_km
from beltroad.infrastructure.routes.places import KINDS, fold

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return evidence.load("places")


def test_ids_are_unique_and_codes_well_formed(table: pd.DataFrame) -> None:
    ids = table["place_id"].where(table["place_id"] != "", table["locode"])
    assert (ids != "").all()
    assert ids.is_unique
    codes = table["locode"][table["locode"] != ""]
    assert codes.is_unique
    assert codes.str.fullmatch("[A-Z]{2}[A-Z2-9]{3}").all()
    airports = table["iata"][table["kind"] == "airport"]
    assert airports[airports != ""].str.fullmatch("[A-Z0-9]{3}").all()


def test_every_row_has_a_name_a_country_and_a_point(table: pd.DataFrame) -> None:
    assert (table["name"].str.strip() != "").all()
    assert table["iso3"].str.fullmatch("[A-Z]{3}").all()
    assert table["lat"].between(-90, 90).all()
    assert table["lon"].between(-180, 180).all()
    assert set(table["kind"]) == set(KINDS)
    assert (table["population"].dropna() > 0).all()


def test_country_of_a_code_is_the_country_of_the_place(table: pd.DataFrame) -> None:
    alpha2 = evidence.load("countries").set_index("iso3")["iso2"]
    rows = table[(table["locode"] != "") & table["iso3"].isin(alpha2.index)]
    withdrawn = rows["locode"].str[:2].isin(["AN", "CS"])  # old codes of a few ports
    wrong = rows[(rows["locode"].str[:2] != rows["iso3"].map(alpha2)) & ~withdrawn]
    assert withdrawn.sum() < 10
    assert wrong.empty, wrong[["name", "iso3", "locode"]].head()


def test_a_name_has_one_row_per_place_among_cities(table: pd.DataFrame) -> None:
    """A city does not stand a second time under its code: same name, country and spot."""
    cities = table[(table["kind"] == "city") & (table["locode"] == "")]
    coded = table[(table["kind"] == "terminal") & (table["locode"] != "")]
    plain = {
        (i, fold(n)): (a, o)
        for i, n, a, o in zip(
            cities["iso3"], cities["name"], cities["lat"], cities["lon"], strict=True
        )
    }
    twice = 0
    for i, n, a, o in zip(coded["iso3"], coded["name"], coded["lat"], coded["lon"], strict=True):
        here = plain.get((i, fold(n)))
        twice += here is not None and bool(np.all(great_circle_km(*here, a, o) < 5))
    assert twice == 0


def test_ports_stand_where_the_network_has_them(table: pd.DataFrame) -> None:
    nodes = evidence.load("network_nodes")
    nodes = nodes[
        (nodes["layer"] == PORT) & nodes["ref"].astype(str).str.fullmatch("[A-Z]{2}[A-Z2-9]{3}")
    ]
    places = table[table["locode"] != ""].set_index("locode")
    refs = nodes["ref"].astype(str)
    assert set(refs) <= set(places.index)
    at = places.loc[refs]
    km = great_circle_km(
        nodes["lat"].to_numpy(float), nodes["lon"].to_numpy(float),
        at["lat"].to_numpy(float), at["lon"].to_numpy(float),
    )  # fmt: skip
    assert km.max() <= 30.5
    assert at["functions"].str.contains("1").all()


def test_known_positions(table: pd.DataFrame) -> None:
    """Positions from elsewhere (degrees and minutes of common atlases), to 10 km."""
    at = table[table["locode"] != ""].set_index("locode")
    known = {"DEDUI": (51.43, 6.76), "NLRTM": (51.92, 4.48), "SGSIN": (1.29, 103.85),
             "KZALA": (43.25, 76.93), "PKGWD": (25.12, 62.33)}  # fmt: skip
    for code, (lat, lon) in known.items():
        km = great_circle_km(lat, lon, float(at.loc[code, "lat"]), float(at.loc[code, "lon"]))
        assert float(np.max(km)) < 10, code


def test_metadata_names_every_source() -> None:
    about = evidence.info("places")
    titles = " ".join(s.title for s in about.sources)
    for word in ("GeoNames", "UN/LOCODE", "airportsdata", "searoute"):
        assert word in titles
