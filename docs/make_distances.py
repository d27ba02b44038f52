"""Write the page that holds the network's distances against published ones, with its map.

Run: ``python docs/make_distances.py``. Takes about ten seconds.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.appraisal.inputs import gather
from beltroad.appraisal.scenario import Scenario
from beltroad.infrastructure.distances import compare_distances
from beltroad.infrastructure.projects.effects import effects_of
from beltroad.infrastructure.network import Network
from beltroad.infrastructure.projects.programme import place_projects
from beltroad.infrastructure.projects.states import present
from beltroad.infrastructure.pricing.weights import line_km

DOCS = Path(__file__).parent
PAGE = DOCS / "methods" / "distances.md"


def measured() -> pd.DataFrame:
    """Every known distance with ours beside it, in the state of the network it belongs to."""
    inputs = gather(Scenario())
    acting = inputs.acting
    programme = place_projects(Network.bundled(), acting)
    checks = evidence.load("spot_distances").astype({"state": str})
    closed = {}
    for state in checks["state"].unique():
        there = present(acting, int(state) if state.isdecimal() else state)
        effects = effects_of(
            programme.network, programme.projects, programme.alignments,
            there.set_axis(acting["id"].to_numpy()), inputs.pricing.parameters,
            inputs.pricing.groups,
        )  # fmt: skip
        closed[state] = effects.absent
    km = line_km(programme.network, inputs.pricing)
    return compare_distances(programme.network, checks, closed, km)


def main() -> None:
    """Measure and write the page."""
    table = measured()
    # Ids that end in -2 are a second, longer route between the same places (round the Cape, say).
    first = ~table["relation_id"].str.endswith("-2")
    gap = (table["ratio"] - 1).abs()
    lines = [
        "# Distances beside published ones",
        "",
        "Shortest kilometres along one layer of the bundled network, in the state of the network "
        "to which the published figure belongs, with the detour factor of Chinese railways (1.04, see "
        "[parameters](parameters.md)); nothing else is fitted to published distances. Made by "
        "`python docs/make_distances.py`; the named corridor railways are also tests.",
        "",
        "![Railways, sea lanes, ports and corridor projects of the network](../images/network.png)",
        "",
        "| mode | relations | median ratio | within 5 % | within 8 % | within 10 % |",
        "|---|---|---|---|---|---|",
    ]
    for mode, rows in table[first].groupby("mode"):
        share = [f"{(gap[rows.index] <= x).mean():.0%}" for x in (0.05, 0.08, 0.10)]
        lines.append(
            f"| {mode} | {len(rows)} | {rows['ratio'].median():.3f} | {' | '.join(share)} |"
        )
    lines += [
        "",
        "Ratios well below 1 are mostly published routings that are not the shortest (tariff "
        "distances, trains that avoid a border), mountain roads drawn too straight, and passenger "
        "lines that the map data do not mark. Two sea relations are published round the Cape, where "
        "ours goes by Suez; they are listed and not counted. A dash means that there is no way.",
        "",
        "| relation | mode | state | published km | ours km | ratio | source | confidence |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in table.sort_values(["mode", "relation_id"]).to_dict("records"):
        there = np.isfinite(row["km"])
        ours = f"{row['km']:,.0f} | {row['ratio']:.2f}" if there else "– | –"
        note = f" ({row['route_note']})" if row["route_note"] else ""
        lines.append(
            f"| {row['origin']}–{row['destination']}{note} | {row['mode']} | {row['state']} | "
            f"{row['known_km']:,.0f} | {ours} | {row['source_title']} | {row['confidence']} |".replace(
                "\n", " "
            )
        )
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(table[first].groupby("mode")["ratio"].describe().round(3).to_string())
    named = table[table["origin"].isin(["Chongqing", "Kunming", "Mombasa", "Addis Ababa"])]
    print(named[["origin", "destination", "mode", "state", "known_km", "km", "ratio"]].to_string())


if __name__ == "__main__":
    main()
