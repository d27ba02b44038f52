"""Build ``network_nodes`` and ``network_links``: the world freight network of the bundle.

Run: ``python data/build_network.py [--reorder]``. Steps live in ``data/network``; curated facts in
``data/facts``. The contraction order is cached under ``data/.work`` by a hash of the graph.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from _common import BUNDLE, ROOT, WORK, write_table
from network import borders as border_steps
from network import heal, hsr, inland, patches, relief, simplify, sources, tag, terminals
from network.order import dissection_order, fill, reorder
from network.simplify import Graph
from network.subdivide import subdivide, through_points
from network.terminals import AIRPORT, CITY, DRYPORT, PORT, RAIL, ROAD, SEA, WATER

FACTS = Path(__file__).resolve().parent / "facts"
CACHE = WORK / "network"
LONGEST_KM = (30.0, 60.0)
STUB_KM = (25.0, 40.0)
RAIL_PIECE_KM, ROAD_PIECE_KM = 8.0, 15.0
STARTED = time.monotonic()


def say(text: str) -> None:
    """Print with the seconds since the start."""
    print(f"[{time.monotonic() - STARTED:6.1f} s] {text}", flush=True)


def table(name: str, folder: Path = FACTS) -> pd.DataFrame:
    """CSV as a frame; empty where it does not exist yet."""
    path = folder / f"{name}.csv"
    if not path.exists():
        say(f"no {name}.csv yet")
        return pd.DataFrame()
    return pd.read_csv(path, keep_default_na=False, na_values=[""])


def lines(member: str, layer: int, mode: str, *, drawn: bool) -> Graph:
    """One line layer, tagged by country; ``drawn`` keeps the lengths of the drawing."""
    lat, lon, u, v, km = sources.read_line_graph(member)
    country = tag.fill_untagged(lat, lon, tag.tag_points(lat, lon))
    fixes = table("tag_fixes")
    for row in fixes[fixes["layer"] == mode].to_dict("records"):
        away = sources.great_circle_km(lat, lon, row["lat"], row["lon"])
        country[away <= row["radius_km"]] = row["iso3"]
    say(f"{mode}: {lat.size} nodes, {u.size} links, {km.sum():.0f} km")
    g = simplify.layer_graph(lat, lon, layer, country, u, v, km, mode)
    if not drawn:
        g = relief.stretch(g, mode, table("line_stretch"))
        say(f"{mode}: {g.km.sum():.0f} km with the bends that the drawing leaves out")
    return g


def finish_lines(g: Graph, listed: pd.DataFrame, mode: str) -> Graph:
    """Heal gaps, lead crossings through their listed places, cut long links, clean the tags.

    Road data is nearly whole: there only pieces and facing ends are joined, because a road's end
    near another road (a river bank, an overpass) is no gap.
    """
    rail = mode == "rail"
    a, b, km = heal.heal(
        g.lat,
        g.lon,
        g.u,
        g.v,
        g.km,
        g.country.astype(str),
        crossings(listed, mode),
        2.0 if rail else 1.0,
        8.0 if rail else 3.0,
        dead_ends=rail,
    )
    g = simplify.merge_parallel_links(g.add_links(a, b, km, mode, patched=True))
    bent = 0
    if not listed.empty:
        g, bent = border_steps.bend(g, listed[listed["mode"] == mode])
    before = int((g.country[g.u] != g.country[g.v]).sum())
    g, shaped = through_points(g, known_points(mode), mode)
    g = subdivide(g, RAIL_PIECE_KM if rail else ROAD_PIECE_KM)
    country = g.country.astype("U3")
    near = heal.near_points(g.lat, g.lon, crossings(listed, mode), 20.0)
    for _ in range(3):
        country, changed = tag.remove_false_runs(country, g.u, g.v, g.km, near)
        if not changed:
            break
    g = replace(g, country=country.astype(object))
    after = int((country[g.u] != country[g.v]).sum())
    say(
        f"{mode}: {a.size} gaps healed, {bent} crossing links bent to their place, "
        f"{before} crossing links, {after} after false runs, {shaped} places put on long links"
    )
    return g


def known_points(mode: str | None = None) -> np.ndarray:
    """lat, lon of project way points and of places under check (of one mode, or of all)."""
    points = []
    projects = table("projects", BUNDLE)
    if mode is not None:
        # Only lines in the raw data lead links; the others just keep a node near.
        projects = projects[
            (projects["mode"] == mode) & projects["in_2024_data"].isin(["yes", "gap"])
        ]
    for text in projects["waypoints"].dropna():
        points += patches.waypoints(text).tolist()
    spots = table("spot_distances", BUNDLE)
    if mode is not None and len(spots):
        spots = spots[spots["mode"] == mode]
    for a, b in (("origin_lat", "origin_lon"), ("dest_lat", "dest_lon")):
        points += spots[[a, b]].to_numpy(float).tolist() if len(spots) else []
    for text in spots["via"].dropna() if len(spots) else []:
        points += patches.waypoints(str(text)).tolist()
    points += table("network_places")[["lat", "lon"]].to_numpy(float).tolist()
    return np.unique(np.array(points), axis=0)


def crossings(listed: pd.DataFrame, mode: str) -> np.ndarray:
    """lat, lon of the listed crossings of one mode."""
    if listed.empty:
        return np.empty((0, 2))
    return listed.loc[listed["mode"] == mode, ["lat", "lon"]].to_numpy(float)


def build_rail(listed: pd.DataFrame, *, drawn: bool = False) -> Graph:
    """Rail: raw, patched by hand, healed, without passenger-only lines."""
    raw = lines("world_railways", RAIL, "rail", drawn=drawn)
    g, problems = patches.add_patches(raw, table("rail_patches"))
    say(f"rail patches not placed: {problems}")
    g = finish_lines(g, listed, "rail")
    g, report = hsr.cut_passenger_lines(g, table("hsr_cuts"))
    report.to_csv(CACHE / "hsr_report.csv", index=False)
    say(
        f"passenger lines: {report['cut_km'].sum()} km cut on "
        f"{(report['cut_km'] > 0).sum()} of {len(report)} legs"
    )
    return g


def build_road(listed: pd.DataFrame, *, drawn: bool = False) -> Graph:
    """Road: raw, healed, patched by hand."""
    g = finish_lines(lines("world_highways", ROAD, "road", drawn=drawn), listed, "road")
    g, problems = patches.add_patches(g, table("road_patches"), snap_km=12.0)
    say(f"road patches not placed: {problems}")
    return g


def main_network(listed: pd.DataFrame) -> Graph:
    """Rail, road and sea side by side, with ferries, gauges and pinned crossings."""
    g = simplify.union(build_rail(listed), build_road(listed))
    lat, lon, u, v, km, passage = sources.read_sea_lanes()
    # Open in the raw lanes, which would send Shanghai-Rotterdam through the Canadian Arctic.
    u, v, km, passage = (x[passage != "northwest"] for x in (u, v, km, passage))
    sea = simplify.layer_graph(
        lat, lon, SEA, np.full(lat.size, "", object), u, v, km, "sea", passage
    )
    g = simplify.merge_parallel_links(simplify.union(g, sea))
    g, problems = patches.add_ferries(g, table("ferries"))
    say(f"ferries not placed: {problems}")
    g = replace(g, gauge=patches.rail_gauge(g, table("gauges", BUNDLE), table("rail_gauge_areas")))
    if not listed.empty:
        g, done = border_steps.bridge(g, listed)
        g, found = border_steps.pin(g, listed)
        found.to_csv(CACHE / "borders_found.csv", index=False)
        say(
            f"crossings: {len(listed)} listed (by mode), {(found['link'] >= 0).sum()} found, "
            f"bridged {done}"
        )
    return g


def add_terminals(g: Graph, cities: pd.DataFrame, projects: pd.DataFrame) -> Graph:
    """Ports and cities with their access links; every city gets connected."""
    ports = terminals.prepare_ports(
        sources.read_ports(),
        terminals.extra_ports(table("ports_extra"), projects, sources.read_ports()),
    )
    sea = np.flatnonzero(g.layer == SEA)
    to_sea, sea_km = terminals.sea_links(
        ports["lat"].to_numpy(float), ports["lon"].to_numpy(float), g.lat[sea], g.lon[sea]
    )
    known = pd.concat([sources.read_ports(), table("ports_extra")])
    mouths = set(inland.river_places(table("waterways", BUNDLE), known)["locode"])
    mouths &= set(ports.loc[ports["here"] & (ports["coastal"] | (sea_km < 20)), "locode"])
    wanted = terminals.near_projects(ports, projects) | mouths
    say(f"river mouths with a link to the sea: {sorted(mouths)}")
    chosen = terminals.choose_ports(ports, sea_km, wanted)
    usable = (ports["here"] & (ports["coastal"] | (sea_km < 60))).to_numpy()
    g, city = g.add_nodes(
        lat=cities["lat"].to_numpy(float),
        lon=cities["lon"].to_numpy(float),
        layer=np.full(len(cities), CITY),
        country=cities["iso3"].to_numpy(object),
        gauge=np.zeros(len(cities), int),
        ref=cities["city_id"].astype(str).to_numpy(object),
    )
    g, road = terminals.join(
        g, city, ROAD, terminals.CITY_ROAD_KM, "city_road", two=True, also_small=True
    )
    g, rail = terminals.join(g, city, RAIL, terminals.CITY_RAIL_KM, "city_rail", two=True)
    say(f"cities: {len(cities)}, on road {road.sum()}, on rail {rail.sum()}")
    # Ports once; then again with the ports that otherwise unconnected cities need.
    base = g
    for attempt in range(2):
        g = _place_ports(base, ports[chosen], sea[to_sea[chosen]], sea_km[chosen])
        label = heal.components(g.lat.size, g.u, g.v)
        giant = np.argmax(np.bincount(label))
        lost = np.flatnonzero(label[city] != giant)
        say(f"{chosen.sum()} ports, {lost.size} cities not connected")
        if attempt == 0:
            extra = terminals.ports_for(g, city[lost], ports, usable)
            chosen = chosen | extra
        else:
            g = terminals.city_ports(g, city[lost])
            g = terminals.city_abroad(g, city)
            label = heal.components(g.lat.size, g.u, g.v)
            giant = np.argmax(np.bincount(label))
            lost = city[label[city] != giant]
            say(f"cities left unconnected: {[(g.ref[i], g.country[i]) for i in lost]}")
    return g


def _place_ports(
    g: Graph, ports: pd.DataFrame, sea: np.ndarray, sea_km: np.ndarray
) -> tuple[Graph, np.ndarray]:
    g, node = g.add_nodes(
        lat=ports["lat"].to_numpy(float),
        lon=ports["lon"].to_numpy(float),
        layer=np.full(len(ports), PORT),
        country=ports["iso3"].to_numpy(object),
        gauge=np.zeros(len(ports), int),
        ref=ports["locode"].to_numpy(object),
    )
    second, second_km = terminals.second_sea_node(g, node, sea)
    has = second >= 0
    g = g.add_links(sea, node, np.maximum(sea_km, 0.1), "port_sea")
    g = g.add_links(second[has], node[has], second_km[has], "port_sea")
    g, road = terminals.join(
        g, node, ROAD, terminals.PORT_ROAD_KM, "port_road", two=False, also_small=True
    )
    g, rail = terminals.join(g, node, RAIL, terminals.PORT_RAIL_KM, "port_rail", two=False)
    say(f"ports: {len(ports)}, on road {road.sum()}, on rail {rail.sum()}")
    return g


def add_inland(g: Graph) -> Graph:
    """Rivers with their ports, airports and dry ports."""
    rivers, airports, dry = (table(name, BUNDLE) for name in ("waterways", "airports", "dryports"))
    known = pd.concat([sources.read_ports(), table("ports_extra")])
    if len(rivers):
        g, new = inland.add_waterways(g, rivers, known)
        say(f"waterways: {len(rivers)} links, {len(new)} new river ports {new}")
    if len(airports):
        g, alone = inland.add_airports(g, airports)
        say(f"airports: {len(airports)}, without a road {alone}")
    if len(dry):
        g, report = inland.add_dry_ports(g, dry)
        report.to_csv(CACHE / "dryports_report.csv", index=False)
        no_rail = report.loc[report["gauges"] == "", "dryport_id"].tolist()
        no_road = report.loc[~report["road"], "dryport_id"].tolist()
        say(
            f"dry ports: {len(dry)}, two gauges {report['gauges'].str.contains(';').sum()}, "
            f"without rail {no_rail}, without a road {no_road}"
        )
    return g


def kept_nodes(g: Graph) -> np.ndarray:
    """Nodes of rail and road nearest to project way points and places under check."""
    kept = np.zeros(g.lat.size, bool)
    xyz = sources.to_unit_sphere(*known_points().T)
    label = heal.components(g.lat.size, g.u, g.v)
    big = np.bincount(label)[label] >= 100
    for layer in (RAIL, ROAD):
        nodes = np.flatnonzero((g.layer == layer) & big)
        kept[nodes[sources.tree_of(g.lat[nodes], g.lon[nodes]).query(xyz)[1]]] = True
    return kept


def drop_fragments(g: Graph, least_km: float = 100.0) -> Graph:
    """Keep pieces that hold a terminal or river or have ``least_km`` of rail or road."""
    label = heal.components(g.lat.size, g.u, g.v)
    count = label.max() + 1
    land = np.where(np.isin(g.mode.astype(str), ("rail", "road")), g.km, 0.0)
    length = np.bincount(label[g.u], weights=land, minlength=count)
    holds = np.isin(g.layer, (CITY, PORT, WATER, AIRPORT, DRYPORT))
    terminal = np.bincount(label, weights=holds, minlength=count)
    return g.nodes(((length >= least_km) | (terminal > 0))[label])


def shrink(g: Graph) -> Graph:
    """Exact simplification, twice, because dropped links free further chains."""
    g = drop_fragments(simplify.merge_parallel_links(g))
    kept = kept_nodes(g)
    for step in (1, 2, 3):
        g, kept = simplify.contract(g, kept, longest_km=LONGEST_KM, stub_km=STUB_KM, seed=step)
        say(f"contracted: {g.lat.size} nodes, {g.u.size} links")
        g = simplify.drop_dominated(g)
        say(f"dominated links dropped: {g.u.size} links")
    return drop_fragments(g)


def ordered(g: Graph) -> Graph:
    """Rows in contraction order; the order is cached by a hash of the graph."""
    key = hashlib.sha256(
        b"".join(np.ascontiguousarray(a).tobytes() for a in (g.u, g.v, g.lat, g.lon))
    ).hexdigest()[:20]
    path = CACHE / f"order_{key}.npy"
    if not path.exists() or "--reorder" in sys.argv:
        np.save(path, dissection_order(g))
    return reorder(g, np.load(path))


def main() -> None:
    """Build and write both tables."""
    CACHE.mkdir(parents=True, exist_ok=True)
    listed = table("borders", BUNDLE)
    if not listed.empty:
        listed = border_steps.crossing_rows(listed)
    cities = table("cities", BUNDLE).assign(iso3=lambda f: f["iso3"].astype(str))
    projects = table("projects", BUNDLE)
    g = main_network(listed)
    g = add_terminals(g, cities, projects)
    g = add_inland(g)
    g = shrink(g)
    g = ordered(g)
    arcs, _ = fill(g)
    say(f"fill {arcs / g.u.size:.2f} chordal arcs per link")
    write(g)
    say("written")


def write(g: Graph) -> None:
    """Write the two bundled tables."""
    nodes = pd.DataFrame(
        {
            "lat": np.round(g.lat, 4).astype(np.float32),
            "lon": np.round(g.lon, 4).astype(np.float32),
            "layer": g.layer.astype(np.uint8),
            "country": pd.Categorical(g.country.astype(str)),
            "gauge_mm": g.gauge.astype(np.uint16),
            "ref": pd.Categorical(g.ref.astype(str)),
        }
    )
    links = pd.DataFrame(
        {
            "u": g.u.astype(np.int32),
            "v": g.v.astype(np.int32),
            "km": np.maximum(np.round(g.km, 2), 0.01).astype(np.float32),
            "mode": pd.Categorical(g.mode.astype(str)),
            "border": pd.Categorical(g.border.astype(str)),
            "passage": pd.Categorical(g.passage.astype(str)),
            "patched": g.patched.astype(bool),
        }
    )
    meta = json.loads((FACTS / "network_meta.json").read_text(encoding="utf-8"))
    script = str(Path(__file__).resolve().relative_to(ROOT))
    for name, frame in (("network_nodes", nodes), ("network_links", links)):
        about = meta[name]
        write_table(
            name,
            frame,
            title=about["title"],
            script=script,
            sources=meta["sources"],
            columns={k: tuple(v) for k, v in about["columns"].items()},
            notes=about["notes"],
            fmt="parquet",
        )


if __name__ == "__main__":
    main()
