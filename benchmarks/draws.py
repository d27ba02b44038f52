"""What draws of an appraisal cost: CPU seconds a draw, memory a worker.

    python benchmarks/draws.py [--draws 200] [--pairs 0] [--workers 2] [--whole]

Draws the uncertain inputs of the corridor portfolio on the 80 economies with accounts of their own
and the rest of the world as one (x 50 industries), or with ``--whole`` on all economies of the
bundled model. A draw is the choice
between land and sea for all pairs of cities, two equilibria, costs and head counts; a pair is up
to five more of them. The target of the project's own requirements is 1,000 draws of the 80 x 50
model in 10 minutes on 2 cores.
"""

from __future__ import annotations

import argparse
import re
import resource
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from beltroad import evidence, trade
from beltroad.appraisal.cache import Cache
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.scenario_file import parse_scenario
from beltroad.appraisal.uncertainty import pool
from beltroad.appraisal.uncertainty.citydays import CityDays
from beltroad.appraisal.uncertainty.part import Uncertainty
from beltroad.appraisal.uncertainty.problem import Problem
from beltroad.appraisal.uncertainty.run import draw, prepare
from beltroad.appraisal.uncertainty.sampling import Plan, split_groups

TARGET_SECONDS = 600.0


def some(problem: Problem, keep: np.ndarray) -> Problem:
    """The problem with some of its economies; all others are one, without ways to them."""
    c = problem.calibration
    names = (*np.array(c.economies)[keep].tolist(), "ROW")
    into = np.where(keep, np.cumsum(keep) - 1, keep.sum())
    fold = np.eye(len(names))[into]  # (economy, new economy)
    paid = c.pi * c.expenditure.T[:, :, None]
    flows = np.einsum("jni,na,ib->jab", paid, fold, fold, optimize=True)
    bought = np.einsum("nkj,nj,na->akj", c.gamma, c.sales, fold, optimize=True)
    sold = flows.sum(axis=1).T[:, None, :]
    share = np.divide(bought, sold, out=np.zeros_like(bought), where=sold > 0)
    accounts = trade.assemble(names, c.industries, flows, share, c.theta, goods=c.goods)
    place = np.cumsum(keep) - 1
    importer, exporter = np.divmod(problem.cities.pair, len(c.economies))
    inside = keep[importer] & keep[exporter]
    pair = place[importer[inside]] * len(names) + place[exporter[inside]]
    old = problem.cities
    cities = CityDays(
        len(names),
        pair.astype(np.int32), old.weight[inside],
        {s: {m: v[inside] for m, v in modes.items()} for s, modes in old.hours.items()},
        {m: v[inside] for m, v in old.usd.items()}, old.switch,
    )  # fmt: skip
    bills = replace(problem.bills, host=problem.bills.host @ fold)
    return replace(
        problem, calibration=accounts, cities=cities, bills=bills,
        corridor=np.append(problem.corridor[keep], False),
        poverty=problem.poverty[problem.poverty["iso3"].isin(names)].reset_index(drop=True),
    )  # fmt: skip


def peak_kb(pid: int) -> int:
    """Peak of memory of a running process, kB; 0 where the system does not tell."""
    try:
        told = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    found = re.search(r"VmHWM:\s+(\d+)", told)
    return int(found[1]) if found else 0


def children() -> float:
    """CPU seconds of child processes that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--pairs", type=int, default=0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--whole", action="store_true")
    asked = parser.parse_args()
    problem = prepare(
        parse_scenario({"name": "The corridor portfolio"}), Uncertainty(inputs={}),
        cache=Cache.default(), progress=Progress(),
    )  # fmt: skip
    if not asked.whole:
        table = evidence.load("icio_economies")
        own = set(table.loc[~table["imputed"].astype(bool), "iso3"])
        problem = some(problem, np.array([e in own for e in problem.calibration.economies]))
    plan = Plan(1, asked.draws, asked.pairs, split_groups(problem.inputs))
    peaks: dict[int, int] = {}
    start = pool._start

    def watched() -> subprocess.Popen[bytes]:
        process = start()
        peaks[process.pid] = 0
        return process

    def look(_name: str, _fraction: float | None) -> None:
        for pid in peaks:
            peaks[pid] = max(peaks[pid], peak_kb(pid))

    pool._start = watched
    wall, before = time.perf_counter(), children()
    result = draw(problem, plan, workers=asked.workers, progress=Progress(look))
    wall = time.perf_counter() - wall
    cpu, peak = children() - before, max(peaks.values(), default=0)
    size = " x ".join(str(k) for k in problem.calibration.beta.shape)
    print(f"{size}: {plan.draws} draws, {plan.pairs} pairs, {asked.workers} workers")
    print(f"  wall {wall:.1f} s, CPU {cpu:.1f} s, CPU a draw {cpu / plan.draws:.3f} s")
    print(f"  1,000 draws on 2 cores: {500 * cpu / plan.draws:.0f} s (target {TARGET_SECONDS:.0f})")
    print(f"  largest worker {peak / 1024:.0f} MB; failures {len(result.failures)}")


if __name__ == "__main__":
    main()
