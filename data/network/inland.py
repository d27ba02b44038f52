"""Inland waterways, airports and dry ports: nodes of their own layers and their access links.

A river link points downstream (first node above, second below), so that a speed may differ by
direction. On canals and over summits (``downstream`` is not "yes") the order means nothing.
"""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from network.simplify import Graph
from network.sources import great_circle_km
from network.terminals import (
    ACCESS_DETOUR,
    AIRPORT,
    CITY,
    DRYPORT,
    PORT,
    PORT_RAIL_KM,
    PORT_ROAD_KM,
    RAIL,
    ROAD,
    WATER,
    Attach,
    join,
)

AIRPORT_ROAD_KM, CITY_AIRPORT_KM = 30.0, 80.0
DRYPORT_RAIL_KM, DRYPORT_ROAD_KM = 15.0, 30.0
QUAY_KM = 0.5  # least way between a river and its port
SAME_PORT_KM = 15.0


def slug(name: str) -> str:
    """'Danube-Black Sea canal' as 'danube_black_sea_canal'."""
    return re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")


def river_places(rows: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Places of the waterways, one row each: place, locode, iso3, lat, lon.

    A place without a UN/LOCODE takes that of a listed port (``known``: locode, name, lat, lon) of
    the same name near it, else a reference of its own that starts with ``WATER-``.
    """
    columns = ("place", "locode", "iso3", "lat", "lon")
    sides = [
        rows[[f"{side}_{c}" for c in columns]].set_axis(list(columns), axis=1)
        for side in ("from", "to")
    ]
    places = pd.concat(sides).drop_duplicates("place").reset_index(drop=True)
    for i, row in places[places["locode"].isna()].iterrows():
        away = great_circle_km(
            known["lat"].to_numpy(float), known["lon"].to_numpy(float), row["lat"], row["lon"]
        )
        same = known["name"].str.casefold().eq(str(row["place"]).casefold()).to_numpy()
        hit = np.flatnonzero(same & (away < SAME_PORT_KM))
        places.loc[i, "locode"] = (
            known["locode"].iloc[hit[0]]
            if hit.size
            else f"WATER-{slug(str(row['place'])).upper().replace('_', '-')}"
        )
    return places


def add_waterways(g: Graph, rows: pd.DataFrame, known: pd.DataFrame) -> tuple[Graph, list[str]]:
    """Rivers and canals with their ports.

    Places that are ports already (same reference) are joined to them; the others become ports
    with road and rail but no link to the sea.

    Returns
    -------
    graph : with layers WATER and PORT grown
    new : references of the new ports
    """
    places = river_places(rows, known)
    lat, lon = places["lat"].to_numpy(float), places["lon"].to_numpy(float)
    count = len(places)
    g, water = g.add_nodes(
        lat=lat,
        lon=lon,
        layer=np.full(count, WATER),
        country=places["iso3"].to_numpy(object),
        gauge=np.zeros(count, int),
        ref=np.full(count, "", object),
    )
    at = dict(zip(places["place"], water, strict=True))
    for name, own in rows.groupby("waterway", sort=True):
        a = own["from_place"].map(at).to_numpy(np.int64)
        b = own["to_place"].map(at).to_numpy(np.int64)
        before = g.u.size
        g = g.add_links(a, b, own["km"].to_numpy(float), "water", patched=True)
        g.passage[before:] = slug(str(name))
    ports = {str(g.ref[i]): int(i) for i in np.flatnonzero(g.layer == PORT)}
    fresh = ~places["locode"].isin(list(ports)).to_numpy()
    g, node = g.add_nodes(
        lat=lat[fresh],
        lon=lon[fresh],
        layer=np.full(fresh.sum(), PORT),
        country=places["iso3"].to_numpy(object)[fresh],
        gauge=np.zeros(fresh.sum(), int),
        ref=places["locode"].to_numpy(object)[fresh],
    )
    ports |= dict(zip(places["locode"][fresh], node.tolist(), strict=True))
    quay = places["locode"].map(ports).to_numpy(np.int64)
    km = ACCESS_DETOUR * great_circle_km(g.lat[quay], g.lon[quay], lat, lon)
    g = g.add_links(water, quay, np.maximum(km, QUAY_KM), "port_water")
    g, _ = join(g, node, ROAD, PORT_ROAD_KM, "port_road", two=False, also_small=True)
    g, _ = join(g, node, RAIL, PORT_RAIL_KM, "port_rail", two=False)
    return g, places.loc[fresh, "locode"].tolist()


def add_airports(g: Graph, rows: pd.DataFrame) -> tuple[Graph, list[str]]:
    """Airports on the roads of their country and near its cities.

    No link crosses a border, so that an airport offers no way round border waits.

    Returns
    -------
    graph : with layer AIRPORT
    alone : IATA codes without a road within reach
    """
    g, node = g.add_nodes(
        lat=rows["lat"].to_numpy(float),
        lon=rows["lon"].to_numpy(float),
        layer=np.full(len(rows), AIRPORT),
        country=rows["iso3"].to_numpy(object),
        gauge=np.zeros(len(rows), int),
        ref=rows["iata"].to_numpy(object),
    )
    g, joined = join(g, node, ROAD, AIRPORT_ROAD_KM, "airport_road", two=True, also_small=True)
    city = np.flatnonzero(g.layer == CITY)
    km = great_circle_km(
        g.lat[node][:, None], g.lon[node][:, None], g.lat[city][None, :], g.lon[city][None, :]
    )
    near = (km <= CITY_AIRPORT_KM) & (g.country[node][:, None] == g.country[city][None, :])
    i, j = np.nonzero(near)
    length = np.maximum(ACCESS_DETOUR * km[i, j], 0.1)
    g = g.add_links(city[j], node[i], length, "city_airport")
    return g, rows["iata"][~joined].tolist()


def add_dry_ports(g: Graph, rows: pd.DataFrame) -> tuple[Graph, pd.DataFrame]:
    """Dry ports on rail (the nearest node of each gauge) and road of their own country.

    Returns
    -------
    graph : with layer DRYPORT
    report : dryport_id, gauges (joined by ';'), road (bool)
    """
    g, node = g.add_nodes(
        lat=rows["lat"].to_numpy(float),
        lon=rows["lon"].to_numpy(float),
        layer=np.full(len(rows), DRYPORT),
        country=rows["iso3"].to_numpy(object),
        gauge=np.zeros(len(rows), int),
        ref=rows["dryport_id"].to_numpy(object),
    )
    attach = Attach(g, RAIL)
    tracks = np.concatenate([attach.node, attach.small])
    u, v, length, gauges = [], [], [], []
    for k in node:
        away = great_circle_km(g.lat[tracks], g.lon[tracks], g.lat[k], g.lon[k])
        own = (away <= DRYPORT_RAIL_KM) & (g.country[tracks] == g.country[k])
        found = sorted(set(g.gauge[tracks[own]].tolist()))
        for gauge in found:
            some = np.flatnonzero(own & (g.gauge[tracks] == gauge))
            best = some[np.argmin(away[some])]
            u.append(tracks[best])
            v.append(k)
            length.append(max(ACCESS_DETOUR * float(away[best]), 0.1))
        gauges.append(";".join(str(x) for x in found))
    g = g.add_links(np.array(u, np.int64), np.array(v, np.int64), np.array(length), "dryport_rail")
    g, road = join(g, node, ROAD, DRYPORT_ROAD_KM, "dryport_road", two=False, also_small=True)
    return g, pd.DataFrame({"dryport_id": rows["dryport_id"], "gauges": gauges, "road": road})
