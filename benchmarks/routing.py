"""City-to-city hours on the bundled network: our hierarchy beside its peers, in one run.

    pip install -r benchmarks/requirements.txt    # the peers; any of them may be left out
    python benchmarks/routing.py [--sources 20] [--only NAME ...]

Every library runs in a process of its own, on one thread, on the same float32 weights, directed.
Slow ones are timed on a sample of sources, scaled up to all. Prints CPU seconds, the ratio to
ours, the peak of memory, and the largest difference from ours in hours. ``pyroutingkit`` makes its
own node order, which takes minutes; ``--only`` leaves it out.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from peers import PEERS

from beltroad.infrastructure.network import CITY, Network, great_circle_km

CHANGED_KM = 500.0
LIMIT_HOURS = 1e-4


def problem(sources: int) -> dict[str, np.ndarray]:
    """The bundled network at round speeds; the way back takes a tenth longer."""
    network = Network.bundled()
    rail = network.has_mode("rail")
    hours = np.where(network.has_mode("sea", "port_sea"), network.km / 26, network.km / 25)
    hours = (np.where(rail, network.km / 45, hours) + 0.01).astype(np.float32)
    # 500 km of railways about the middle rail link: what the partial update slows down.
    rows = np.flatnonzero(rail)
    lat, lon = ((x[network.u] + x[network.v]) / 2 for x in (network.lat, network.lon))
    middle = rows[len(rows) // 2]
    near = rows[np.argsort(great_circle_km(lat[rows], lon[rows], lat[middle], lon[middle]))]
    return {
        "n": np.array(len(network.nodes)), "u": network.u, "v": network.v,
        "forward": hours, "backward": hours * np.float32(1.1),
        "lat": network.lat, "lon": network.lon,
        "cities": network.terminals(CITY).to_numpy(np.int32),
        "changed": near[np.cumsum(network.km[near]) <= CHANGED_KM],
        "sample": np.array(sources),
    }  # fmt: skip


def main(sources: int, names: list[str]) -> int:
    """Run all and print a table; 1 if some library disagrees with ours."""
    agree = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = problem(sources)
        np.savez(folder / "problem.npz", **given)
        print(
            f"{int(given['n']):,} nodes, {len(given['u']):,} links both ways, "
            f"{len(given['cities'])} cities; partial: {len(given['changed'])} links changed"
        )
        print(
            f"{'CPU seconds, one thread':34}{'prepare':>9}{'weights':>9}{'partial':>9}{'matrix':>9}"
            f"{'ratio':>9}{'MB':>7}{'sources':>9}{'max diff h':>12}",
        )
        base: dict[str, np.ndarray] = {}
        for peer in ["ours", *(x for x in names if x != "ours")]:
            label = PEERS[peer][0]
            script = Path(__file__).with_name("peers.py")
            run = subprocess.run(
                [sys.executable, str(script), peer, str(folder)],
                capture_output=True, text=True, check=False,
            )  # fmt: skip
            if run.returncode:
                last = (run.stderr.strip().splitlines() or ["no message"])[-1]
                state = "not installed" if run.returncode == 3 else f"failed: {last}"
                print(f"{label:34}{state}", flush=True)
                continue
            with np.load(folder / f"{peer}.npz") as stored:
                found = dict(stored)
            base = base or found
            both = found["weigh"] + found["matrix"]
            gap = largest_gap(found["out"], base["out"][found["rows"]])
            agree &= gap <= LIMIT_HOURS
            partial = f"{found['partial']:9.3f}" if found["partial"] >= 0 else f"{'-':>9}"
            print(
                f"{label:34}{found['prepare']:9.2f}{found['weigh']:9.2f}{partial}"
                f"{found['matrix']:9.2f}{both / (base['weigh'] + base['matrix']):9,.1f}"
                f"{found['peak_mb']:7,.0f}{len(found['rows']):9}{gap:12.1e}",
                flush=True,
            )
    print(f"ratio: new weights and matrix, to ours. Agreement within {LIMIT_HOURS} h: {agree}")
    return 0 if agree else 1


def largest_gap(a: np.ndarray, b: np.ndarray) -> float:
    """Largest difference in hours; ``inf`` if they differ in what can be reached."""
    # Libraries without infinity say so by a huge number.
    reached = b < np.inf
    if not np.array_equal(a < 1e30, reached):
        return float("inf")
    return float(np.abs(a[reached].astype(float) - b[reached]).max())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sources", type=int, default=20, help="sources that slow peers run")
    parser.add_argument("--only", nargs="+", choices=list(PEERS), default=list(PEERS))
    given = parser.parse_args()
    sys.exit(main(given.sources, given.only))
