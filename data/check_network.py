"""Print how good the bundled network is: distances against published ones, gaps, sizes.

Run: ``python data/check_network.py [map.png]``; the map needs matplotlib.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from _common import BUNDLE
from network.sources import chord, great_circle_km, to_unit_sphere, tree_of

FACTS = Path(__file__).resolve().parent / "facts"


def matrix(nodes: pd.DataFrame, links: pd.DataFrame, weight: np.ndarray) -> csr_matrix:
    """Symmetric weight matrix."""
    u, v = links["u"].to_numpy(), links["v"].to_numpy()
    n = len(nodes)
    return csr_matrix(
        (np.concatenate([weight, weight]), (np.concatenate([u, v]), np.concatenate([v, u]))),
        shape=(n, n),
    )


def distances(nodes: pd.DataFrame, links: pd.DataFrame, detour: dict[str, float]) -> None:
    """Distances within a layer (with ferries) against known ones."""
    places = pd.read_csv(FACTS / "network_places.csv").set_index("place")
    checks = pd.read_csv(FACTS / "network_checks.csv")
    mode = links["mode"].astype(str)
    country = nodes["country"].astype(str).to_numpy()
    for layer, name in ((0, "rail"), (1, "road")):
        own = links[mode.isin([name, "ferry"]).to_numpy()]
        km = own["km"].to_numpy(float).copy()
        if name == "rail":
            km *= np.array([detour.get(c, 1.0) for c in country[own["u"]]])
        graph = matrix(nodes, own, km)
        label = connected_components(graph, directed=False)[1]
        size = np.bincount(label)[label]
        ids = np.flatnonzero((nodes["layer"].to_numpy() == layer) & (size > 20))
        tree = tree_of(nodes["lat"].to_numpy()[ids], nodes["lon"].to_numpy()[ids])
        rows = checks[checks["mode"] == name]
        at = {}
        for p in sorted(set(rows["from"]) | set(rows["to"])):
            d, i = tree.query(to_unit_sphere([places.at[p, "lat"]], [places.at[p, "lon"]])[0])
            at[p] = ids[i]
            if d > chord(8):
                print(f"  {p}: nearest {name} node {d * 6371:.0f} km away")
        sources = sorted(set(rows["from"]))
        table = dijkstra(graph, indices=[at[p] for p in sources])
        for row in rows.itertuples():
            found = table[sources.index(row._2), at[row.to]]
            known = row.known_km
            ratio = f"{found / known:5.2f}" if known == known else "     "
            flag = "  <--" if known == known and not 0.9 <= found / known <= 1.12 else ""
            note = "" if row.note != row.note else row.note
            print(f"{name} {row._2}-{row.to}: {found:7.0f} known {known:7.0f} {ratio} {note}{flag}")
        pieces = np.sort(
            np.bincount(
                connected_components(matrix(nodes, own, km)[ids][:, ids], directed=False)[1]
            )
        )[::-1]
        print(f"{name}: {ids.size} nodes, largest pieces {pieces[:12].tolist()}")


def crossings(nodes: pd.DataFrame, links: pd.DataFrame) -> None:
    """Crossing links and how many listed crossings are pinned."""
    country = nodes["country"].astype(str).to_numpy()
    mode = links["mode"].astype(str).to_numpy()
    border = links["border"].astype(str).to_numpy()
    cross = country[links["u"]] != country[links["v"]]
    for name in ("rail", "road", "ferry"):
        own = cross & (mode == name)
        pairs = {
            tuple(sorted(p))
            for p in zip(country[links["u"][own]], country[links["v"][own]], strict=True)
        }
        print(
            f"{name}: {own.sum()} crossing links, {len(pairs)} country pairs, "
            f"{len(set(border[own]) - {''})} listed crossings, "
            f"{(own & (border != '')).sum()} links with one"
        )
    path = BUNDLE / "borders.csv"
    if path.exists():
        listed = pd.read_csv(path)
        absent = sorted(
            set(listed.loc[listed["mode"].isin(["rail", "road", "both"]), "border_id"])
            - set(border)
        )
        print(f"listed but not in the network ({len(absent)}): {absent}")
    for name in sorted(set(mode) - {"rail", "road", "ferry", "port_sea", "sea"}):
        bad = cross & (mode == name)
        if bad.any():
            print(f"{name}: {bad.sum()} links join two countries")


def overview(nodes: pd.DataFrame, links: pd.DataFrame, path: str) -> None:
    """Map of rail (red), road (grey), sea (blue), ferries (green), ports (black)."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt
    from matplotlib.collections import LineCollection

    lat, lon = nodes["lat"].to_numpy(), nodes["lon"].to_numpy()
    mode = links["mode"].astype(str).to_numpy()
    figure, axis = plt.subplots(figsize=(28, 14))
    for names, colour, width in (
        (("road",), "#cccccc", 0.2),
        (("sea",), "#5599dd", 0.2),
        (("rail",), "#cc2222", 0.25),
        (("port_sea",), "#33aaaa", 0.2),
        (("city_port",), "purple", 1.0),
        (("ferry",), "green", 1.0),
    ):
        e = links[np.isin(mode, names)]
        u, v = e["u"].to_numpy(), e["v"].to_numpy()
        fine = np.abs(lon[u] - lon[v]) < 180
        segments = np.stack(
            [np.column_stack([lon[u], lat[u]]), np.column_stack([lon[v], lat[v]])], axis=1
        )[fine]
        axis.add_collection(LineCollection(segments, colors=colour, linewidths=width))
    ports = nodes["layer"].to_numpy() == 4
    axis.plot(lon[ports], lat[ports], "k.", markersize=1)
    axis.set_xlim(-180, 180)
    axis.set_ylim(-60, 80)
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main() -> None:
    """Print everything; draw the map if a path is given."""
    start = time.perf_counter()
    nodes = pd.read_parquet(BUNDLE / "network_nodes.parquet")
    links = pd.read_parquet(BUNDLE / "network_links.parquet")
    size = [(BUNDLE / f"network_{n}.parquet").stat().st_size / 1e6 for n in ("nodes", "links")]
    print(
        f"load {time.perf_counter() - start:.2f} s, {len(nodes)} nodes, {len(links)} links, "
        f"{size[0]:.2f} + {size[1]:.2f} MB"
    )
    lat, lon = nodes["lat"].to_numpy(float), nodes["lon"].to_numpy(float)
    print(
        links["mode"].value_counts().to_dict(),
        nodes["layer"].value_counts().to_dict(),
        links.groupby("mode", observed=True)["km"].sum().round().to_dict(),
        "patched",
        links.groupby("mode", observed=True)["patched"].sum().to_dict(),
    )
    straight = great_circle_km(lat[links["u"]], lon[links["u"]], lat[links["v"]], lon[links["v"]])
    print(
        "shorter than the great circle:",
        int((links["km"].to_numpy() < 0.95 * straight - 0.5).sum()),
    )
    label = connected_components(matrix(nodes, links, np.ones(len(links))), directed=False)[1]
    size = np.bincount(label)
    city = nodes["layer"].to_numpy() == 3
    giant = int(size.argmax())
    print(
        f"giant {size.max() / len(nodes):.4f}, pieces {size.size}, cities {city.sum()}, "
        f"unconnected {nodes[city & (label != giant)][['ref', 'country']].to_numpy().tolist()}"
    )
    extra = FACTS / "rail_detour.csv"
    detour = {}
    if extra.exists():
        detour = pd.read_csv(extra).set_index("iso3")["detour"].to_dict()
    distances(nodes, links, detour)
    crossings(nodes, links)
    if len(sys.argv) > 1:
        overview(nodes, links, sys.argv[1])


if __name__ == "__main__":
    main()
