"""Write the page that holds the network's distances against published ones, with its map.

Run: ``python docs/make_distances.py``. Takes about ten seconds.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from beltroad.appraisal.accuracy import distances

DOCS = Path(__file__).parent
PAGE = DOCS / "methods" / "distances.md"
OPEN = 0.10
# Why a relation is off, where that is known; looked up on the links themselves.
CAUSES = {
    "RAIL-LHW-CKG": "the city's stations and their approaches are drawn apart",
    "RAIL-DLH-BAX": "the route of this train is not published; ours is the direct one by Semey",
    "RAIL-LHW-CKG-2": "which old lines the figure goes by is not published",
    "SEA-SAK-SBK": "few lanes on the Caspian; the ferries carry the published length",
    "ROAD-VTR-VVG": "one line drawn for the old road 13 and the expressway",
    "ROAD-VTR-VVG-2": "one line drawn for the old road 13 and the expressway",
    "ROAD-PNH-SHV": "the expressway of 2022 is not in the map data; ours is national road 4",
    "ROAD-HKH-DIK": "the motorway is straighter than roads of such land usually are",
    "ROAD-PDG-MAT": "a motorway of tunnels and bridges, straighter than the land suggests",
    "ROAD-ISB-LHE": "a motorway, straighter than roads of such land usually are",
    "ROAD-KBL-KDH": "a road on a plateau between ranges, straighter than the land suggests",
    "ROAD-KHI-CMN": "valley roads between ranges, straighter than the land suggests",
    "ROAD-QSF-MUX": "the climb of Fort Munro is drawn with few points",
    "ROAD-PNR-BZV": "the Mayombe is drawn with few points; figure unconfirmed",
    "ROAD-KAS-HAS": "figure with 887 km in Pakistan, where 806 km are published elsewhere",
}


def summary(table: pd.DataFrame) -> list[str]:
    """Error by mode and over all, as lines of a table."""
    lines = [
        "| mode | relations | median ratio | median error | 90th percentile | within 5 % | "
        "within 10 % |",
        "|---|---|---|---|---|---|---|",
    ]
    for mode, rows in [*table.groupby("mode"), ("all", table)]:
        gap = (rows["ratio"] - 1).abs()
        lines.append(
            f"| {mode} | {len(rows)} | {rows['ratio'].median():.3f} | {gap.median():.1%} | "
            f"{gap.quantile(0.9):.1%} | {(gap <= 0.05).mean():.0%} | {(gap <= 0.10).mean():.0%} |"
        )
    return lines


def held_out(table: pd.DataFrame) -> str:
    """Error of the land relations that no number is fitted to."""
    parts = []
    for mode in ("rail", "road"):
        rows = table[(table["use"] == "check") & (table["mode"] == mode)]
        gap = (rows["ratio"] - 1).abs()
        parts.append(f"{len(rows)} on {mode}, off by {gap.median():.1%} (at most {gap.max():.1%})")
    return "; ".join(parts)


def open_list(table: pd.DataFrame) -> list[str]:
    """Relations that stay off, each with its cause where that is known."""
    off = table[(table["ratio"] - 1).abs() > OPEN].sort_values("ratio")
    return [
        f"- {row['origin']}–{row['destination']} ({row['mode']}, {row['ratio']:.2f}): "
        f"{CAUSES.get(row['relation_id'], 'cause not found')}."
        for row in off.to_dict("records")
    ]


def detail(table: pd.DataFrame) -> list[str]:
    """Every relation, as lines of a table."""
    lines = [
        "| relation | mode | state | published km | ours km | ratio | source | confidence |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in table.sort_values(["mode", "relation_id"]).to_dict("records"):
        there = np.isfinite(row["km"])
        ours = f"{row['km']:,.0f} | {row['ratio']:.2f}" if there else "– | –"
        note = f" ({row['route_note']})" if row["route_note"] else ""
        cells = (
            f"| {row['origin']}–{row['destination']}{note} | {row['mode']} | {row['state']} | "
            f"{row['known_km']:,.0f} | {ours} | {row['source_title']} | {row['confidence']} |"
        )
        lines.append(cells.replace("\n", " "))
    return lines


def main() -> None:
    """Measure and write the page."""
    table = distances()
    lines = [
        "# Distances beside published ones",
        "",
        "Kilometres along one layer of the bundled network, by the places that the published route "
        "passes, in the state of the network to which the figure belongs. Made by "
        "`python docs/make_distances.py`; the errors and the named corridor railways are also "
        "tests.",
        "",
        "![Railways, sea lanes, ports and corridor projects of the network](../images/network.png)",
        "",
        *summary(table),
        "",
        "**What is fitted.** The raw lines leave out bends, so lengths are stretched: railways by "
        "1.5 %, roads by 5.7 % and 0.3 % more for each point of relief (2 in plains, 20 in hills, "
        "45 in high mountains; the spread of a shaded relief map half a degree around). These "
        "three numbers are fitted to relations of this page (`data/fit_line_stretch.py`). In a "
        "two-fold cross-validation, where each half is judged by the numbers of the other half, "
        "the error is 0.9 % in the median and 7.1 % at the 90th percentile on rail, 4.4 % and "
        "14.0 % on road. No single link is fitted, and nothing at sea. Relations found later were "
        f"held out: {held_out(table)}. One of them, Arys–Novosibirsk, showed a gap of 12 km at "
        "Ayagoz, which is patched since; before that it was off by 49 %.",
        "",
        "Published figures disagree with each other by a few per cent (the notes give second "
        "figures), numbered highways include spurs and city streets, and railway tariffs count "
        "more than track. Relations without a way have a dash.",
        "",
        "## Open",
        "",
        f"Off by more than {OPEN:.0%} (ratio of ours to the published figure):",
        "",
        *open_list(table),
        "",
        "Also open: motorways and old roads are not told apart, so that motorways in mountains "
        "come out too long and old roads too short; Kashgar–Osh takes the road over Irkeshtam, "
        "about 470 km, while 700 km are often quoted without a route; Addis Ababa–Djibouti by road "
        "takes the short way over Dire Dawa, lorries mostly that over Galafi.",
        "",
        "## All relations",
        "",
        *detail(table),
    ]
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(summary(table)))


if __name__ == "__main__":
    main()
