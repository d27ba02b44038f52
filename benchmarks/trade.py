"""The trade model beside its peers, in one run, CPU seconds on one core.

    python benchmarks/trade.py [--nafta FOLDER] [--authors FOLDER]
        [--jax FOLDER] [--jax-python PYTHON] [--gegravity DATA.dlm] [--gegravity-python PYTHON]

Every peer is optional and reported as left out where it is not there:

- ``--jax``: a copy of the repository paulofelipe/cp2015-jax (Python and JAX; NAFTA exercise);
- ``--gegravity``: sample_data_set.dlm of the examples of peter-herman/gegravity (one sector, 30
  countries, sigma 5, an agreement between Canada and Japan), with the package gegravity installed;
- ``--nafta``: the authors' text files (see ``nafta.py``), for the plain damped loop of their
  method in NumPy and for ours; by default those in the copy of cp2015-jax;
- ``--authors``: the folder Counterfactuals/Counterfactuals of the authors' supplement, run under
  GNU Octave where that is installed (about ten minutes).

Each peer may live in an environment of its own: give its interpreter.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import nafta  # noqa: E402
import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from trade_peers import COEFFICIENTS, PARTNERS, SIGMA  # noqa: E402

from beltroad.trade.calibration import Calibration  # noqa: E402
from beltroad.trade.model import TradeModel  # noqa: E402

TARGETS = {"cp2015-jax": 300.0, "gegravity": 40.0}
DAMPING, LOOP_TOLERANCE = 0.2, 1e-7
TARIFF_MEMBERS = (20, 30, 5)  # Mexico, USA, Canada: places in the authors' files, from one
OCTAVE = """
cd('{folder}');
function s = nansum(x, d)
  x(isnan(x)) = 0;
  if nargin < 2, s = sum(x); else s = sum(x, d); end
end
load initial_condition_1993_noS
old = [1 + importdata('tariffs1993.txt') / 100; ones(20 * N, N)];
new = [1 + importdata('tariffs2005.txt') / 100; ones(20 * N, N)];
changed = old;
who = [{members}];
for j = 1:J
  for n = who
    for i = who
      changed(n + (j - 1) * N, i) = new(n + (j - 1) * N, i);
    end
  end
end
start = cputime;
equilibrium_LC(changed ./ old, changed, alphas, T, B, G, Din, J, N, 1e10, 1e-7, VAn, Sn, -0.2);
printf('CPU %.2f\\n', cputime - start);
"""


def row(name: str, seconds: float, ours: float | None, note: str = "") -> None:
    ratio = "" if ours is None else f"{seconds / ours:9.0f} x"
    print(f"  {name:38}{seconds:10.3f} s{ratio:>12}  {note}")


def left_out(name: str, why: str) -> None:
    print(f"  {name:38}  left out: {why}")


def peer(python: str, *arguments: str, one_core: bool = True) -> dict[str, Any] | str:
    """Run one peer; what it printed, or why it did not."""
    script = str(Path(__file__).with_name("trade_peers.py"))
    environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
    environment["ONE_CORE"] = "1" if one_core else ""
    done = subprocess.run(
        [python, script, *arguments], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        return (done.stderr.strip().splitlines() or ["failed"])[-1]
    return json.loads(done.stdout.strip().splitlines()[-1])


def own_nafta(raw: Path) -> tuple[float, TradeModel, np.ndarray]:
    """CPU seconds of both solves on the NAFTA data, and the model and new rates."""
    with tempfile.TemporaryDirectory() as folder:
        rates = nafta.convert(raw, Path(folder))
        model = TradeModel.from_folder(folder, repair=True)
    base, balanced = nafta.best(lambda: TradeModel(model.calibration).without_deficits, 5)
    solve, result = nafta.best(lambda: balanced.solve(tariff=rates, tolerance=nafta.TOLERANCE), 5)
    print(f"  {'beltroad':38}{base + solve:10.3f} s{'':12}  base {base:.3f}, NAFTA {solve:.3f} at "
          f"residual {max(result.residuals.values()):.0e}")  # fmt: skip
    return base + solve, balanced, rates


def damped_loop(c: Calibration, tariff: np.ndarray) -> tuple[float, int, np.ndarray]:
    """The plain method: damped wages, prices from one each time, a dense system for spending.

    Stops when the sum of absolute trade imbalances is below 1e-7 of world value added; the
    published method as described in the paper's appendix, for one counterfactual.
    """
    start = time.process_time()
    j, n, _ = c.pi.shape
    world = c.value_added.sum()
    added, deficit = c.value_added / world, c.deficit / world
    kappa = tariff / c.tariff
    theta = c.theta[:, None, None]
    wage = np.ones(n)
    eye = np.eye(n * j)
    for step in range(1, 10_000):
        price = np.ones((n, j))
        for _ in range(10_000):
            cost = wage[:, None] ** c.beta * np.exp(np.einsum("nkj,nk->nj", c.gamma, np.log(price)))
            power = c.pi * (kappa * cost.T[:, None, :]) ** -theta
            image = (power.sum(axis=2) ** (-1 / c.theta[:, None])).T
            gap = np.abs(image - price).max()
            price = image
            if gap < LOOP_TOLERANCE:
                break
        share = power / power.sum(axis=2, keepdims=True)
        net = share / tariff
        # spending = inputs of sales + alpha * (value added + revenue + deficit)
        flow = np.einsum("nkj,jmn->nkmj", c.gamma, net).reshape(n * j, n * j)
        wedge = 1.0 - net.sum(axis=2).T
        revenue = np.zeros((n, j, n, j))
        own = np.arange(n)
        revenue[own, :, own, :] = c.alpha[:, :, None] * wedge[:, None, :]
        right = c.alpha * (wage * added + deficit)[:, None]
        spending = np.linalg.solve(eye - flow - revenue.reshape(n * j, n * j), right.ravel())
        value = net * spending.reshape(n, j).T[:, :, None]
        surplus = value.sum(axis=(0, 1)) - value.sum(axis=(0, 2)) + deficit
        if np.abs(surplus).sum() < LOOP_TOLERANCE:
            return time.process_time() - start, step, wage
        wage = wage * (1 + DAMPING * surplus / added)
    raise SystemExit("the damped loop did not converge")


def octave(folder: Path | None) -> float | str:
    """CPU seconds of the authors' code for the NAFTA counterfactual, or why not."""
    program = shutil.which("octave-cli") or shutil.which("octave")
    if program is None:
        return "octave is not installed"
    if folder is None:
        return "no folder given with --authors"
    script = OCTAVE.format(folder=folder.resolve(), members=" ".join(map(str, TARIFF_MEMBERS)))
    done = subprocess.run([program, "--eval", script], capture_output=True, text=True, check=False)
    lines = [x for x in done.stdout.splitlines() if x.startswith("CPU ")]
    return float(lines[-1].split()[1]) if lines else (done.stderr.strip() or "failed")[-200:]


def one_sector(trade: pd.DataFrame, sigma: float, change: float) -> tuple[float, pd.Series]:
    """Ours on the task of gegravity: the same base trade, one sector without inputs."""
    names = sorted(trade["importer"].unique())
    flows = trade.rename(columns={"baseline modeled trade": "value"}).assign(sector="all")
    tables = {
        "flows": flows[["importer", "exporter", "sector", "value"]],
        "io": pd.DataFrame(columns=["country", "input_sector", "using_sector", "cost_share"]),
        "value_added": pd.DataFrame({"country": names, "sector": "all", "share": 1.0}),
        "elasticities": pd.DataFrame({"sector": ["all"], "theta": [sigma - 1.0]}),
    }
    a, b = PARTNERS
    shock = pd.DataFrame(
        {"importer": [a, b], "exporter": [b, a], "sector": "*", "iceberg_change": change}
    )

    def run() -> pd.Series:
        model = TradeModel.from_tables(**tables)
        return model.solve(shock=shock, deficits="share", tolerance=1e-10).countries.set_index(
            "country"
        )["real_wage_change_pct"]

    run()
    return nafta.best(run, 5)


def armington(trade: pd.DataFrame, sigma: float, change: float) -> pd.Series:
    """The exact answer to the same task by a plain loop, to tell which of two is closer."""
    flow = trade.pivot(index="importer", columns="exporter", values="baseline modeled trade")
    names, theta = list(flow.index), sigma - 1.0
    value = flow[names].to_numpy()
    share = value / value.sum(axis=1, keepdims=True)
    a, b = (names.index(x) for x in PARTNERS)
    factor = np.ones_like(share)
    factor[a, b] = factor[b, a] = change**-theta
    made, spent = value.sum(axis=0), value.sum(axis=1)
    ratio, wage = spent / made, np.ones(len(names))
    for _ in range(5000):
        power = share * factor * wage**-theta
        total = power.sum(axis=1)
        income = wage * made
        spending = income * (ratio - (ratio @ income / income.sum() - 1.0))
        sold = (power / total[:, None] * spending[:, None]).sum(axis=0)
        wage = wage * (sold / income) ** 0.1
    return pd.Series(100 * (wage * total ** (1 / theta) - 1), index=names)


def bundled() -> None:
    """The bundled accounts: unchanged, a cut of the usual size, and near autarky."""
    print("\nBundled accounts")
    start = time.process_time()
    model = TradeModel.bundled()
    load = time.process_time() - start
    c = model.calibration
    print(f"  {len(c.economies)} economies x {len(c.industries)} industries")
    row("reading and closing", load, None)
    border = ~np.eye(len(c.economies), dtype=bool)
    cases = {
        "no change": (1.0, 1e-10),
        "borders 3 % cheaper for goods": (0.97, 1e-10),
        "all borders x 10, near autarky": (10.0, 1e-9),
    }
    for name, (factor, tolerance) in cases.items():
        ratio = np.ones_like(c.pi)
        which = c.goods if factor < 1 else np.ones(len(c.industries), dtype=bool)
        ratio[np.ix_(which)] = np.where(border, factor, 1.0)
        start = time.process_time()
        done = model.solve(iceberg_change=ratio, tolerance=tolerance, deficits="share")
        row(name, time.process_time() - start, None,
            f"{done.about['iterations']} steps, {done.about['method']}, residual "
            f"{max(done.residuals.values()):.0e}")  # fmt: skip


def main() -> int:
    reader = argparse.ArgumentParser(description="The trade model beside its peers.")
    reader.add_argument("--nafta", type=Path)
    reader.add_argument("--authors", type=Path)
    reader.add_argument("--jax", type=Path)
    reader.add_argument("--jax-python", default=sys.executable)
    reader.add_argument("--gegravity", type=Path)
    reader.add_argument("--gegravity-python", default=sys.executable)
    reader.add_argument(
        "--all-cores", action="store_true", help="cp2015-jax also with its default threads"
    )
    reader.add_argument("--no-bundled", action="store_true")
    given = reader.parse_args()
    raw = given.nafta or (given.jax / "original_data" if given.jax else None)
    missed = []

    print("NAFTA, 31 economies x 40 sectors: base without deficits and NAFTA tariffs, CPU seconds")
    ours = None
    if raw is None:
        left_out("beltroad and the damped loop", "no data; give --nafta or --jax")
    else:
        ours, balanced, rates = own_nafta(raw)
        seconds, steps, wage = damped_loop(balanced.calibration, 1.0 + rates)
        own = balanced.solve(tariff=rates, tolerance=1e-10)
        gap = np.abs(np.log(wage / wage[0]) - np.log(own.wages / own.wages.iloc[0])).max()
        row("plain damped loop, NumPy, NAFTA only", seconds, ours,
            f"{steps} steps, imbalance 1e-7, wages differ by {gap:.0e}")  # fmt: skip
    if given.jax is None:
        left_out("cp2015-jax", "no copy; give --jax")
    else:
        found = peer(given.jax_python, "jax", str(given.jax))
        if isinstance(found, str):
            left_out("cp2015-jax", found)
        else:
            row("cp2015-jax, first run (compiles)", found["first"], ours)
            row("cp2015-jax, again", found["again"], ours,
                f"wage step 1e-7, {found['memory_mb']:.0f} MB")  # fmt: skip
            print(f"    its figures: {found['figures']}")
            if given.all_cores:
                wide = peer(given.jax_python, "jax", str(given.jax), one_core=False)
                if not isinstance(wide, str):
                    row("cp2015-jax, first run, all cores", wide["first"], ours, "its default")
            if ours and found["first"] / ours < TARGETS["cp2015-jax"]:
                missed.append(f"cp2015-jax {found['first'] / ours:.0f} x")
    seconds_or = octave(given.authors)
    if isinstance(seconds_or, str):
        left_out("authors' code, GNU Octave", seconds_or)
    else:
        row("authors' code, GNU Octave, NAFTA only", seconds_or, ours)

    print("\nOne sector, 30 countries, sigma 5, an agreement of Canada and Japan, CPU seconds")
    if given.gegravity is None:
        left_out("gegravity", "no data; give --gegravity")
    else:
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "trade.csv"
            found = peer(
                given.gegravity_python, "gegravity", str(given.gegravity.resolve()), str(out)
            )
            trade = pd.read_csv(out) if out.exists() else None
        if isinstance(found, str) or trade is None:
            left_out("gegravity", str(found))
        else:
            # An agreement multiplies trade at given prices by exp(coefficient).
            change = float(np.exp(COEFFICIENTS["pta"] / (1 - SIGMA)))
            seconds, income = one_sector(trade, SIGMA, change)
            row("beltroad, tables to result", seconds, None)
            row("gegravity", found["first"], seconds)
            theirs = pd.Series(found["figures"])
            gap = (income - theirs[income.index]).abs()
            for name in (*PARTNERS, "USA"):
                print(f"    real output {name}: ours {income[name]:+.4f} %, theirs "
                      f"{theirs[name]:+.4f} %")  # fmt: skip
            exact = (income - armington(trade, SIGMA, change)[income.index]).abs().max()
            print(f"    largest difference {gap.max():.1e} points ({gap.idxmax()})")
            print(f"    a plain exact loop differs from ours by {exact:.0e}")
            print("    gegravity holds the countries' shares of world output and spending at base")
            if found["first"] / seconds < TARGETS["gegravity"]:
                missed.append(f"gegravity {found['first'] / seconds:.0f} x")
    if not given.no_bundled:
        bundled()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"\nPeak memory of this process {memory:.0f} MB")
    print(f"Below target ({TARGETS}): {', '.join(missed)}" if missed else "")
    return 0


if __name__ == "__main__":
    sys.exit(main())
