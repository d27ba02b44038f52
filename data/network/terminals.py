"""Ports and cities, and the links that join them to rail, road and sea."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pycountry
from scipy.spatial import cKDTree

from network.heal import components
from network.simplify import Graph
from network.sources import EARTH_RADIUS_KM, chord, great_circle_km, to_unit_sphere
from network.tag import tag_points

RAIL, ROAD, SEA, CITY, PORT, WATER, AIRPORT, DRYPORT = range(8)
ACCESS_DETOUR = 1.2  # access links are straight lines: stretched by this factor
OLD_PREFIX = {"AN": "", "CS": "MNE", "XK": "XKX"}
PORT_ROAD_KM, PORT_RAIL_KM = 50.0, 15.0
CITY_ROAD_KM, CITY_RAIL_KM, CITY_PORT_KM = 100.0, 30.0, 300.0
BIG_KM = 100.0  # length of a piece of network that a terminal may hang on


def ring_points(lat: np.ndarray, lon: np.ndarray, km: float, count: int = 16) -> np.ndarray:
    """Points on circles around each place, shape (count, n, 2)."""
    angle = np.arange(count)[:, None] * 2 * np.pi / count
    dlat = np.degrees(km / EARTH_RADIUS_KM) * np.cos(angle)
    dlon = np.degrees(km / EARTH_RADIUS_KM) * np.sin(angle) / np.cos(np.radians(lat))
    return np.stack([lat + dlat, (lon + dlon + 180) % 360 - 180], axis=-1)


def prepare_ports(ports: pd.DataFrame, extra: pd.DataFrame) -> pd.DataFrame:
    """Ports with iso3, coastal ones only; rows whose point lies in another country are dropped."""
    frame = pd.concat([ports.assign(extra=False), extra.assign(major=True, extra=True)])
    frame = frame.drop_duplicates("locode", keep="last").reset_index(drop=True)
    lat, lon = frame["lat"].to_numpy(float), frame["lon"].to_numpy(float)
    own = tag_points(lat, lon)
    rings = np.concatenate([ring_points(lat, lon, km) for km in (12.0, 30.0)]).reshape(-1, 2)
    around = tag_points(rings[:, 0], rings[:, 1]).reshape(-1, lat.size)
    iso3 = []
    given = frame["iso3"] if "iso3" in frame else pd.Series(index=frame.index, dtype=object)
    for code, own_iso3 in zip(frame["locode"], given, strict=True):
        if isinstance(own_iso3, str):
            iso3.append(own_iso3)
            continue
        found = pycountry.countries.get(alpha_2=code[:2])
        iso3.append(found.alpha_3 if found else OLD_PREFIX.get(code[:2], ""))
    frame["iso3"] = iso3
    blank = frame["iso3"] == ""
    frame.loc[blank, "iso3"] = own[blank]
    named = frame["iso3"].to_numpy(str)
    tags = np.vstack([own, around])
    frame["here"] = (tags == named).any(axis=0) | (tags == "").all(axis=0)
    frame["coastal"] = (around == "").any(axis=0)
    frame["sea_tags"] = (around == "").sum(axis=0)
    return frame


def sea_links(
    lat: np.ndarray, lon: np.ndarray, sea_lat: np.ndarray, sea_lon: np.ndarray, count: int = 10
) -> tuple[np.ndarray, np.ndarray]:
    """Sea node of each port and the way to it, km: the near one whose way crosses least land."""
    xyz = to_unit_sphere(sea_lat, sea_lon)
    _, near = cKDTree(xyz).query(to_unit_sphere(lat, lon), k=count)
    km = great_circle_km(lat[:, None], lon[:, None], sea_lat[near], sea_lon[near])
    a = to_unit_sphere(lat, lon)[:, None, :]
    land = np.zeros(near.shape)
    steps = np.linspace(0.1, 0.95, 12)
    for s in steps:
        p = (1 - s) * a + s * xyz[near]
        p /= np.linalg.norm(p, axis=-1, keepdims=True)
        plat = np.degrees(np.arcsin(p[..., 2])).ravel()
        plon = np.degrees(np.arctan2(p[..., 1], p[..., 0])).ravel()
        land += (tag_points(plat, plon) != "").reshape(near.shape)
    cost = km * (1 + 4 * land / steps.size) + 15 * land / steps.size
    best = np.argmin(cost, axis=1)
    row = np.arange(lat.size)
    return near[row, best], km[row, best]


def choose_ports(frame: pd.DataFrame, sea_km: np.ndarray, wanted: set[str]) -> np.ndarray:
    """Mask of ports to keep: major ones, at least two a country, extras and wanted ones."""
    usable = frame["here"] & (frame["coastal"] | (sea_km < 60))
    chosen = usable & frame["major"].astype(bool)
    rank = frame.assign(sea_km=sea_km)[usable & ~chosen].sort_values("sea_km")
    for iso3, rows in rank.groupby("iso3", sort=True):
        lacking = 2 - int((chosen & (frame["iso3"] == iso3)).sum())
        chosen.loc[rows.index[: max(lacking, 0)]] = True
    return (chosen | frame["extra"] | frame["locode"].isin(wanted)).to_numpy()


class Attach:
    """Finds the nodes of one layer that a terminal may be joined to."""

    def __init__(self, g: Graph, layer: int) -> None:
        inner = np.isin(g.mode.astype(str), ("rail", "road", "ferry"))
        label = components(g.lat.size, g.u[inner], g.v[inner])
        size = np.bincount(label[g.u[inner]], weights=g.km[inner], minlength=label.max() + 1)[label]
        self.node = np.flatnonzero((g.layer == layer) & (size >= BIG_KM))
        small = np.flatnonzero((g.layer == layer) & (size < BIG_KM) & (size >= 2))
        self.small = small
        self.g = g
        self.country = g.country[self.node]
        self.trees = {}
        for name, nodes in (("big", self.node), ("small", small)):
            order = np.argsort(g.country[nodes], kind="stable")
            codes, starts = np.unique(g.country[nodes][order], return_index=True)
            groups = np.split(nodes[order], starts[1:])
            self.trees[name] = {
                c: (cKDTree(to_unit_sphere(g.lat[i], g.lon[i])), i)
                for c, i in zip(codes, groups, strict=True)
            }

    def near(
        self, lat: float, lon: float, iso3: str, km: float, *, two: bool, pieces: str = "big"
    ) -> list[tuple[int, float]]:
        """Nearest node of that country within km; with ``two`` a second one, if another way."""
        tree, nodes = self.trees[pieces].get(iso3, (None, None))
        if tree is None:
            return []
        k = min(24 if two else 1, nodes.size)
        d, i = tree.query(to_unit_sphere(lat, lon)[0], k=k, distance_upper_bound=chord(km))
        d, i = np.atleast_1d(d), np.atleast_1d(i)
        fine = np.isfinite(d)
        found = nodes[i[fine]]
        if not found.size:
            return []
        away = great_circle_km(lat, lon, self.g.lat[found], self.g.lon[found])
        out = [(int(found[0]), float(away[0]))]
        if two:
            # The second node should lie on the other side, so that trips need not turn back.
            east = (self.g.lon[found] - lon) * np.cos(np.radians(lat))
            north = self.g.lat[found] - lat
            facing = east * east[0] + north * north[0] < 0
            other = np.flatnonzero(facing & (away < 2 * away[0] + 8))
            if other.size:
                out.append((int(found[other[0]]), float(away[other[0]])))
        return out


def join(
    g: Graph,
    terminals: np.ndarray,
    layer: int,
    km: float,
    mode: str,
    *,
    two: bool,
    also_small: bool = False,
) -> tuple[Graph, np.ndarray]:
    """Link terminals to a layer; returns the graph and a mask of the terminals joined."""
    attach = Attach(g, layer)
    u, v, length = [], [], []
    joined = np.zeros(terminals.size, bool)
    for row, t in enumerate(terminals):
        place = (g.lat[t : t + 1], g.lon[t : t + 1], g.country[t])
        found = attach.near(*place, km, two=two)
        if not found and also_small:
            found = attach.near(*place, km, two=two, pieces="small")
        for node, away in found:
            u.append(node)
            v.append(t)
            length.append(max(ACCESS_DETOUR * away, 0.1))
        joined[row] = bool(found)
    return g.add_links(np.array(u, np.int64), np.array(v, np.int64), np.array(length), mode), joined


def near_projects(ports: pd.DataFrame, projects: pd.DataFrame, km: float = 15.0) -> set[str]:
    """LOCODEs of the ports nearest to the way points of port and waterway projects."""
    rows = projects[projects["mode"].isin(["port", "water"])]
    points = [p.split(",") for text in rows["waypoints"] for p in str(text).split(";") if "," in p]
    lat, lon = np.array(points, float).T
    tree = cKDTree(to_unit_sphere(ports["lat"], ports["lon"]))
    away, i = tree.query(to_unit_sphere(lat, lon))
    return set(ports["locode"].to_numpy()[i[away < chord(km)]]) | set(rows["locode"].dropna())


def extra_ports(listed: pd.DataFrame, projects: pd.DataFrame, ports: pd.DataFrame) -> pd.DataFrame:
    """Gather listed extra ports, and ports of projects that the data lacks or misplaces.

    A project port without a LOCODE gets the project's id as its reference.
    """
    known = pd.concat([ports, listed]).drop_duplicates("locode", keep="last").set_index("locode")
    rows = [listed[["locode", "name", "country_name", "lat", "lon"]]]
    for row in projects[projects["mode"] == "port"].to_dict("records"):
        lat, lon = (float(x) for x in str(row["waypoints"]).split(";")[0].split(","))
        code = row["locode"] if isinstance(row["locode"], str) else row["id"]
        if code in known.index:
            old = known.loc[code]
            if great_circle_km(old["lat"], old["lon"], lat, lon) < 40:
                continue
        rows.append(
            pd.DataFrame(
                [
                    {
                        "locode": code,
                        "name": row["name"],
                        "country_name": str(row["countries"]),
                        "lat": lat,
                        "lon": lon,
                        "iso3": str(row["countries"]).split(";")[0],
                    }
                ]
            )
        )
    return pd.concat(rows, ignore_index=True)


def second_sea_node(g: Graph, port: np.ndarray, first: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Find the other end of the lane a port lies beside, and the way to it in km; -1 where none.

    Only neighbours of the first sea node over a lane without a passage tag count, so that a port
    never offers a way round a canal or strait.
    """
    lane = (g.mode == "sea") & (g.passage == "")
    a = np.concatenate([g.u[lane], g.v[lane]])
    b = np.concatenate([g.v[lane], g.u[lane]])
    length = np.concatenate([g.km[lane], g.km[lane]])
    order = np.argsort(a, kind="stable")
    a, b, length = a[order], b[order], length[order]
    second = np.full(port.size, -1)
    away = np.zeros(port.size)
    for k, (p, s) in enumerate(zip(port, first, strict=True)):
        low, high = np.searchsorted(a, [s, s + 1])
        if low == high:
            continue
        d = great_circle_km(g.lat[p], g.lon[p], g.lat[b[low:high]], g.lon[b[low:high]])
        # Beside the lane: nearer to its far end than the lane is long.
        beside = np.flatnonzero(d < 0.98 * length[low:high])
        if beside.size:
            best = beside[np.argmin(d[beside])]
            second[k], away[k] = b[low + best], d[best]
    return second, away


def ports_for(g: Graph, city: np.ndarray, ports: pd.DataFrame, usable: np.ndarray) -> np.ndarray:
    """Mask of the usable port of the same country nearest to each of the cities."""
    mask = np.zeros(len(ports), bool)
    lat, lon = ports["lat"].to_numpy(float), ports["lon"].to_numpy(float)
    for c in city:
        some = np.flatnonzero(usable & (ports["iso3"] == g.country[c]).to_numpy())
        if some.size:
            away = great_circle_km(g.lat[c], g.lon[c], lat[some], lon[some])
            if away.min() <= CITY_PORT_KM:
                mask[some[np.argmin(away)]] = True
    return mask


def city_ports(g: Graph, city: np.ndarray) -> Graph:
    """Join cities that no road or rail joins to the world to the nearest port of their country."""
    port = np.flatnonzero(g.layer == PORT)
    u, v, km = [], [], []
    for c in city:
        own = port[g.country[port] == g.country[c]]
        if not own.size:
            continue
        away = great_circle_km(g.lat[c], g.lon[c], g.lat[own], g.lon[own])
        if away.min() <= CITY_PORT_KM:
            u.append(int(own[np.argmin(away)]))
            v.append(int(c))
            km.append(max(ACCESS_DETOUR * float(away.min()), 0.1))
    return g.add_links(np.array(u, np.int64), np.array(v, np.int64), np.array(km), "city_port")


def city_abroad(g: Graph, city: np.ndarray) -> Graph:
    """Join cities still cut off (states without a main road of their own) to the nearest road."""
    label = components(g.lat.size, g.u, g.v)
    giant = int(np.argmax(np.bincount(label)))
    road = np.flatnonzero((g.layer == ROAD) & (label == giant))
    tree = cKDTree(to_unit_sphere(g.lat[road], g.lon[road]))
    lost = city[label[city] != giant]
    away, i = tree.query(to_unit_sphere(g.lat[lost], g.lon[lost]))
    near = away < chord(CITY_ROAD_KM)
    km = np.maximum(ACCESS_DETOUR * EARTH_RADIUS_KM * away[near], 0.1)
    return g.add_links(road[i[near]], lost[near], km, "city_road")
