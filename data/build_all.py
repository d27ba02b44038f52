"""Run the build scripts of the bundled tables, each after those whose tables it reads.

Run: ``python data/build_all.py [NAME ...]``; without names all of them. ``--list`` prints the
order. Stops at the first script that fails.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
# The network comes late: it reads cities, projects, borders, gauges and spot_distances; places
# reads the network.
ORDER = (
    "economy_codes",
    "licences",
    "claims",
    "cities",
    "countries",
    "membership",
    "visa_requirements",
    "policy_facts",
    "claim_counts",
    "dispute_forums",
    "dataflow_rules",
    "polygons",
    "borders",
    "border_regimes",
    "services",
    "network_parameters",
    "projects",
    "waterways",
    "airports",
    "dryports",
    "capacities",
    "spot_distances",
    "transit_times",
    "yardsticks",
    "variability",
    "service_frequency",
    "freight_rates",
    "overrun",
    "project_risk",
    "portfolio_parameters",
    "risk_gates",
    "risk_indicators",
    "risk_events",
    "risk_sanctions",
    "risk_country_model",
    "risk_thresholds",
    "wellbeing",
    "innovation",
    "shock_parameters",
    "incomes",
    "growth_outlook",
    "employment",
    "poverty_published",
    "green",
    "debt_parameters",
    "debt_inputs",
    "debt_published",
    "finance_terms",
    "investment",
    "corridor_economies",
    "tariffs",
    "trade_agreements",
    "levers",
    "uncertain_inputs",
    "icio",
    "world_trade",
    "isic",
    "entry_rules",
    "parks",
    "scorecard",
    "value_of_time",
    "cables",
    "network",
    "container_ports",
    "places",
)


def missing() -> set[str]:
    """Build scripts that are not in the order, and names without a script."""
    found = {p.stem.removeprefix("build_") for p in HERE.glob("build_*.py")} - {"all"}
    return found ^ set(ORDER)


def run(name: str) -> float:
    """Run one script; returns the seconds it took."""
    start = time.perf_counter()
    print(f"-- build_{name}.py", flush=True)
    subprocess.run([sys.executable, str(HERE / f"build_{name}.py")], check=True, cwd=HERE.parent)
    return time.perf_counter() - start


def main() -> int:
    """Run what was asked for, in order."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(ORDER))
    parser.add_argument("--list", action="store_true", help="print the order and stop")
    asked = parser.parse_args()
    if faults := missing():
        parser.error(f"ORDER and the scripts in {HERE.name}/ disagree about: {sorted(faults)}")
    if unknown := set(asked.names) - set(ORDER):
        parser.error(f"no such table script: {sorted(unknown)}; known: {', '.join(ORDER)}")
    chosen = [name for name in ORDER if not asked.names or name in asked.names]
    if asked.list:
        print(*chosen, sep="\n")
        return 0
    for name in chosen:
        try:
            print(f"   {run(name):.0f} s", flush=True)
        except subprocess.CalledProcessError as error:
            print(f"build_{name}.py failed with exit code {error.returncode}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
