"""A network small enough to check by hand: two countries, a border, a change of gauge, a sea.

Along the equator (one degree is 111.2 km) a railway and a road lead from a city in China at
longitude 0 over a border at 4 to a city in Kazakhstan at 8. Both cities reach a port by road,
and a sea lane joins the ports. A third city in the north has a road only.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.infrastructure.network import CITY, PORT, RAIL, ROAD, SEA, Network, great_circle_km
from beltroad.infrastructure.parameters import NetworkParameters, parameter_keys
from beltroad.infrastructure.pricing.borders import BorderTables
from beltroad.infrastructure.pricing.pricing import Pricing

NODES = {
    # name: lat, lon, layer, country, gauge, ref
    "r0": (0.0, 0.0, RAIL, "CHN", 1435, ""),
    "r1": (0.0, 2.0, RAIL, "CHN", 1435, ""),
    "r2": (0.0, 4.0, RAIL, "CHN", 1435, ""),
    "r3": (0.0, 4.1, RAIL, "KAZ", 1520, ""),
    "r4": (0.0, 6.0, RAIL, "KAZ", 1520, ""),
    "r5": (0.0, 8.0, RAIL, "KAZ", 1520, ""),
    "d0": (0.02, 0.0, ROAD, "CHN", 0, ""),
    "d1": (0.02, 4.0, ROAD, "CHN", 0, ""),
    "d2": (0.02, 4.1, ROAD, "KAZ", 0, ""),
    "d3": (0.02, 8.0, ROAD, "KAZ", 0, ""),
    "d4": (-2.4, 0.0, ROAD, "CHN", 0, ""),
    "d5": (-2.4, 8.0, ROAD, "KAZ", 0, ""),
    "d6": (3.01, 2.0, ROAD, "CHN", 0, ""),
    "s0": (-3.0, 0.0, SEA, "", 0, ""),
    "s1": (-3.0, 8.0, SEA, "", 0, ""),
    "west": (0.01, 0.0, CITY, "CHN", 0, "1"),
    "east": (0.01, 8.0, CITY, "KAZ", 0, "2"),
    "north": (3.0, 2.0, CITY, "CHN", 0, "3"),
    "p0": (-2.5, 0.0, PORT, "CHN", 0, "CNWST"),
    "p1": (-2.5, 8.0, PORT, "KAZ", 0, "KZEST"),
}
LINKS = [
    ("r0", "r1", "rail", ""), ("r1", "r2", "rail", ""), ("r2", "r3", "rail", "GATE-RAIL"),
    ("r4", "r3", "rail", ""), ("r4", "r5", "rail", ""),
    ("d0", "d1", "road", ""), ("d2", "d1", "road", "GATE-ROAD"), ("d2", "d3", "road", ""),
    ("d0", "d4", "road", ""), ("d5", "d3", "road", ""), ("d6", "d0", "road", ""),
    ("s0", "s1", "sea", ""), ("p0", "s0", "port_sea", ""), ("s1", "p1", "port_sea", ""),
    ("west", "r0", "city_rail", ""), ("r5", "east", "city_rail", ""),
    ("west", "d0", "city_road", ""), ("east", "d3", "city_road", ""),
    ("north", "d6", "city_road", ""), ("p0", "d4", "port_road", ""), ("p1", "d5", "port_road", ""),
]  # fmt: skip
ROW = {name: k for k, name in enumerate(NODES)}
DEGREE_KM = float(great_circle_km(0, 0, 0, 1))


def network() -> Network:
    """The network, links as long as their great circles."""
    nodes = pd.DataFrame(
        list(NODES.values()), columns=["lat", "lon", "layer", "country", "gauge_mm", "ref"]
    )
    u, v = (np.array([ROW[link[end]] for link in LINKS], np.int32) for end in (0, 1))
    lat, lon = nodes["lat"].to_numpy(), nodes["lon"].to_numpy()
    links = pd.DataFrame(
        {
            "u": u,
            "v": v,
            "km": great_circle_km(lat[u], lon[u], lat[v], lon[v]),
            "mode": [link[2] for link in LINKS],
            "border": [link[3] for link in LINKS],
            "passage": "",
            "patched": False,
            "project": "",
        }
    )
    return Network(nodes, links).checked()


def link(a: str, b: str) -> int:
    """Row of the link between two named nodes."""
    return next(k for k, row in enumerate(LINKS) if {row[0], row[1]} == {a, b})


def project(key: str, mode: str, effect: str, waypoints: str, **more: object) -> dict[str, object]:
    """One row of a table of projects."""
    return {
        "id": key, "mode": mode, "effect": effect, "waypoints": waypoints, "countries": "CHN;KAZ",
        "length_km": np.nan, "in_2024_data": "yes", "locode": "", "hours_saved_terminal": np.nan,
        "speed_before_kmh": np.nan, "speed_after_kmh": np.nan, "status": "completed",
        "year_open": 2016.0, "freight": "yes",
    } | more  # fmt: skip


def table(*rows: dict[str, object]) -> pd.DataFrame:
    """Projects as a frame."""
    return pd.DataFrame(list(rows))


def borders(**closed: str) -> BorderTables:
    """Waits of 10 hours out of China by rail and 30 into it; the road crossing has a default."""
    listed = pd.DataFrame(
        [
            {"border_id": "GATE-RAIL", "iso3_a": "CHN", "iso3_b": "KAZ", "mode": "rail",
             "wait_ab_hours": 10.0, "wait_ba_hours": 30.0, "wait_includes_gauge_change": "no",
             "fee_usd": 40.0},
            {"border_id": "GATE-ROAD", "iso3_a": "KAZ", "iso3_b": "CHN", "mode": "road",
             "wait_ab_hours": np.nan, "wait_ba_hours": 5.0, "wait_includes_gauge_change": "",
             "fee_usd": np.nan},
        ]
    ).set_index("border_id")  # fmt: skip
    shut = [
        {"iso3_a": pair.split("_")[0], "iso3_b": pair.split("_")[1], "mode": mode, "state": "shut"}
        for pair, mode in closed.items()
    ]
    real = BorderTables.of(evidence.load)
    return BorderTables(
        listed, real.defaults,
        pd.DataFrame(shut, columns=["iso3_a", "iso3_b", "mode", "state"]),
        real.groups, real.kinds, real.sub_saharan,
    )  # fmt: skip


def pricing(reforms: tuple[object, ...] = (), **closed: str) -> Pricing:
    """Bundled parameters with the borders of this network, calibration factors at 1."""
    table = evidence.load("network_parameters")
    plain = {key: 1.0 for key in parameter_keys(table) if "_time_factor." in key}
    return Pricing(
        NetworkParameters.of(table, plain),
        evidence.load("country_groups").set_index("iso3"),
        borders(**closed),
        reforms,  # type: ignore[arg-type]
    )
