"""The tables of economies, cities, membership, poverty and outlines: complete and consistent."""

from __future__ import annotations

import json
import re
from datetime import date

import numpy as np
import pandas as pd
import pytest

from beltroad import evidence

COUNTRIES = evidence.load("countries")
CITIES = evidence.load("cities")
MEMBERSHIP = evidence.load("membership")
POVERTY = evidence.load("poverty")
POLYGONS = json.loads(evidence.read_bytes("polygons"))["features"]
CORRIDORS = {
    "china-mongolia-russia",
    "new-eurasian-land-bridge",
    "china-central-asia-west-asia",
    "china-indochina",
    "china-pakistan",
    "bangladesh-china-india-myanmar",
    "maritime",
}


@pytest.mark.parametrize("name", ["countries", "cities", "membership", "poverty"])
def test_every_code_is_an_economy_of_ours(name: str) -> None:
    codes = set(evidence.load(name)["iso3"])
    assert codes <= set(COUNTRIES["iso3"])


@pytest.mark.parametrize("name", ["countries", "cities", "membership", "poverty", "polygons"])
def test_provenance(name: str) -> None:
    about = evidence.info(name)
    assert about.sources
    assert all(s.title and s.url.startswith("http") and s.licence for s in about.sources)
    assert about.script.startswith("data/build_")
    assert len(about.notes) > 100


def test_countries_agree_with_iso_3166() -> None:
    pycountry = pytest.importorskip("pycountry", reason="outside oracle for ISO 3166-1 codes")
    assert len(COUNTRIES) >= 215
    assert COUNTRIES["iso3"].is_unique
    assert COUNTRIES["name"].is_unique
    for row in COUNTRIES[COUNTRIES["iso3"] != "XKX"].itertuples():
        found = pycountry.countries.get(alpha_3=row.iso3)
        assert found is not None, row.iso3
        assert (row.iso2, row.iso_numeric) == (found.alpha_2, found.numeric)
    namibia = COUNTRIES.set_index("iso3").loc["NAM", "iso2"]
    assert namibia == "NA"


def test_neutral_names() -> None:
    names = COUNTRIES.set_index("iso3")["name"]
    assert names["TWN"] == "Chinese Taipei"
    assert names["HKG"] == "Hong Kong, China"
    assert names["KOR"] == "Republic of Korea"
    assert names["TUR"] == "Türkiye"


def test_every_figure_has_year_and_source() -> None:
    for value, year, source in (
        ("population", "population_year", "population_source"),
        ("gdp_usd", "gdp_year", "gdp_source"),
        ("public_debt_pct_gdp", "debt_year", "debt_source"),
    ):
        held = COUNTRIES[value].notna()
        assert (COUNTRIES[year].notna() == held).all()
        assert ((COUNTRIES[source] != "") == held).all()
        keys = {re.match(r"\[(\w+)\]", s.title) for s in evidence.info("countries").sources}
        assert set(COUNTRIES.loc[held, source]) <= {k.group(1) for k in keys if k}


def test_figures_are_plausible() -> None:
    assert COUNTRIES["population"].sum() == pytest.approx(8.06e9, rel=0.02)
    assert COUNTRIES["gdp_usd"].sum() == pytest.approx(105e12, rel=0.03)
    assert COUNTRIES["gdp_usd"].min() > 0
    assert COUNTRIES["public_debt_pct_gdp"].dropna().between(0, 350).all()
    assert COUNTRIES["population"].isna().sum() <= 2
    assert COUNTRIES["gdp_usd"].isna().sum() <= 5
    per_head = COUNTRIES["gdp_usd"] / COUNTRIES["population"]
    assert per_head.dropna().between(150, 300_000).all()


@pytest.mark.parametrize(
    ("iso3", "column", "value"),
    [
        ("CHN", "gdp_usd", 17.79e12),
        ("KAZ", "population", 20.3e6),
        ("IND", "population", 1.438e9),
        ("PAK", "public_debt_pct_gdp", 77.0),
        ("KEN", "public_debt_pct_gdp", 73.3),
    ],
)
def test_known_values(iso3: str, column: str, value: float) -> None:
    assert COUNTRIES.set_index("iso3").loc[iso3, column] == pytest.approx(value, rel=0.02)


def test_groups() -> None:
    counts = COUNTRIES["income_group"].value_counts()
    # The bank's own totals for fiscal year 2026 (its high income group counts Jersey and
    # Guernsey together as one more).
    assert counts[["low", "lower middle", "upper middle", "high"]].tolist() == [25, 50, 54, 86]
    assert COUNTRIES["in_icio"].sum() == 80
    assert COUNTRIES["landlocked"].sum() == 44
    named = {c for cell in COUNTRIES["corridor"] if cell for c in cell.split(";")}
    assert named == CORRIDORS
    assert COUNTRIES.set_index("iso3").loc["PAK", "corridor"] == "china-pakistan;maritime"


def test_icio_economies_are_the_marked_ones() -> None:
    marked = set(COUNTRIES.loc[COUNTRIES["in_icio"], "iso3"])
    table = evidence.load("icio_economies")
    observed = ~table["imputed"].astype(str).eq("True")
    assert marked == set(table.loc[observed, "iso3"])


def test_cities_cover_the_world() -> None:
    assert 950 <= len(CITIES) <= 1050
    assert CITIES["city_id"].is_unique
    assert CITIES["iso3"].nunique() >= 180
    assert CITIES["iso3"].value_counts().max() <= 60
    assert set(CITIES["role"]) == {"largest in country", "by population", "corridor hub"}
    assert (CITIES.loc[CITIES["role"] == "largest in country", "iso3"].value_counts() == 1).all()
    assert CITIES["lat"].between(-60, 75).all()
    assert CITIES["lon"].between(-180, 180).all()
    assert CITIES["ascii_name"].str.fullmatch(r"[ -~]+").all()
    assert not CITIES.duplicated(["iso3", "name"]).to_numpy()[CITIES["population"] > 2e6].any()
    assert 1.2e9 < CITIES["population"].sum() < 2.5e9


def test_cities_have_the_corridor_hubs() -> None:
    hubs = "Duisburg Chongqing Chengdu Xi'an Zhengzhou Yiwu Wuhan Khorgos Almaty Astana Warsaw"
    hubs += " Hamburg Rotterdam Piraeus Vientiane Kunming Qinzhou Nanning Gwadar Karachi Mombasa"
    hubs += " Nairobi Djibouti Hambantota Colombo Tashkent Bishkek Dushanbe Ashgabat Aktau Baku"
    hubs += " Tbilisi Poti Istanbul Minsk Belgrade Budapest Urumqi Lanzhou Manzhouli Erenhot"
    hubs += " Ulaanbaatar Lagos Lobito Lusaka Callao Lima"
    names = set(CITIES["ascii_name"])
    assert {h for h in hubs.split() if h not in names} == set()
    assert {"Addis Ababa", "Dar es Salaam"} <= names


def test_cities_are_one_per_metro() -> None:
    """No two cities of one economy within 15 km, but for corridor hubs."""
    for _, group in CITIES[CITIES["role"] != "corridor hub"].groupby("iso3"):
        lat, lon = np.radians(group["lat"].to_numpy()), np.radians(group["lon"].to_numpy())
        half = np.sin((lat[:, None] - lat) / 2) ** 2 + np.cos(lat[:, None]) * np.cos(lat) * (
            np.sin((lon[:, None] - lon) / 2) ** 2
        )
        km = 2 * 6371.0088 * np.arcsin(np.sqrt(half))
        km[np.diag_indices_from(km)] = np.inf
        assert km.min() > 14.9 or _hub_metro(group, km)


def _hub_metro(group: pd.DataFrame, km: np.ndarray) -> bool:
    """Whether the near pair holds a hub that a rule other than rule 4 let in."""
    near = {group["name"].iloc[i] for i in np.argwhere(km < 14.9).flatten()}
    return near in ({"Lima", "Callao"},)


def test_membership_rows() -> None:
    assert set(MEMBERSHIP["iso3"]) == set(COUNTRIES["iso3"])
    assert MEMBERSHIP["iso3"].is_unique
    assert set(MEMBERSHIP["status"]) == {"member", "withdrawn", "none"}
    assert set(MEMBERSHIP["confidence"]) == {"high", "medium", "low"}
    assert (MEMBERSHIP["source_title"] != "").all()
    assert MEMBERSHIP["source_url"].str.startswith("http").all()
    assert 145 <= (MEMBERSHIP["status"] == "member").sum() <= 156
    signed = MEMBERSHIP["status"] != "none"
    assert (MEMBERSHIP.loc[~signed, ["signed_on", "withdrawn_on", "listed_by"]] == "").all(
        axis=None
    )
    assert set(MEMBERSHIP.loc[MEMBERSHIP["withdrawn_on"] != "", "iso3"]) == {"ITA", "PAN"}
    names = MEMBERSHIP.merge(COUNTRIES, on="iso3", suffixes=("", "_country"))
    assert (names["name"] == names["name_country"]).all()


@pytest.mark.parametrize("column", ["signed_on", "withdrawn_on", "not_listed_on", "listed_by"])
def test_membership_dates_parse(column: str) -> None:
    for text in MEMBERSHIP.loc[MEMBERSHIP[column] != "", column]:
        found = date.fromisoformat((text + "-01-01")[:10])
        assert date(2013, 9, 7) <= found <= date(2026, 11, 22)
    precision = {0: "unknown", 4: "year", 7: "month", 10: "day"}
    signed = MEMBERSHIP[MEMBERSHIP["status"] != "none"]
    assert (signed["signed_on"].str.len().map(precision) == signed["date_precision"]).all()
    for text in MEMBERSHIP["accessed"]:
        assert date.fromisoformat(text)


def test_poverty_rows() -> None:
    assert POVERTY["iso3"].is_unique
    held = POVERTY.dropna(subset=["gini"])
    assert len(held) >= 160
    assert held["gini"].between(20, 70).all()
    assert held["survey_year"].between(2000, 2025).all()
    lines = held[["headcount_300_pct", "headcount_420_pct", "headcount_830_pct"]]
    assert lines.dropna().apply(lambda r: r.is_monotonic_increasing, axis=1).all()
    assert lines.stack().dropna().between(0, 100).all()


def test_no_zero_that_means_missing() -> None:
    """A zero at 3.00 beside 3 % or more at 4.20 is a gap in the source, not a head count."""
    zero = POVERTY["headcount_300_pct"].eq(0.0)
    assert (POVERTY.loc[zero, "headcount_420_pct"] < 3.0).all()
    assert POVERTY.loc[POVERTY["headcount_300_pct"].isna() & POVERTY["gini"].notna(), "note"].all()


def test_every_economy_has_an_outline() -> None:
    ids = [f["id"] for f in POLYGONS]
    assert len(ids) == len(set(ids)) == evidence.info("polygons").rows
    assert set(COUNTRIES["iso3"]) <= set(ids)
    assert all(re.fullmatch("[A-Z]{3}", i) for i in ids)
    assert "ATA" not in ids
    assert len(evidence.read_bytes("polygons")) <= 500_000
    assert all(f["properties"]["iso3"] == f["id"] and f["properties"]["name"] for f in POLYGONS)


def test_outlines_are_closed_clockwise_and_cut_at_the_antimeridian() -> None:
    for feature in POLYGONS:
        geometry = feature["geometry"]
        polygons = geometry["coordinates"]
        for polygon in polygons if geometry["type"] == "MultiPolygon" else [polygons]:
            for number, ring in enumerate(polygon):
                points = np.array(ring)
                assert (points[0] == points[-1]).all()
                x, y = points.T
                assert np.abs(x).max() <= 180
                assert np.abs(np.diff(x)).max() < 180
                twice_area = np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])
                assert (twice_area < 0) == (number == 0), feature["id"]
