"""One peer of the trade model on one problem, in a process of its own; called by ``trade.py``.

``python trade_peers.py jax FOLDER`` times the repository paulofelipe/cp2015-jax (its own
script and data), ``python trade_peers.py gegravity DATA.dlm OUT.csv`` the package gegravity on its
own example.
Prints a line of JSON: CPU seconds on one core, without imports and reading, and figures.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

if os.environ.get("ONE_CORE"):
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    if hasattr(os, "sched_setaffinity"):  # one core also for libraries with threads of their own
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

# Coefficients and experiment of examples/examples_OneSectorGE.py in peter-herman/gegravity.
COEFFICIENTS = {
    "lndist": -0.3898623, "contiguity": 0.891577, "common_language": 0.0326249,
    "pta": 0.4711383, "international": -3.412584, "constant": 16.32434,
}  # fmt: skip
SIGMA, REFERENCE, YEAR, RESCALE = 5, "DEU", "2006", 1000
PARTNERS = ("CAN", "JPN")


def jax(folder: str) -> dict[str, Any]:
    """Two solves, as its script makes them: the base without deficits, and NAFTA."""
    os.chdir(folder)
    program = Path("cp2015.py").read_text()
    before, found, after = program.partition("bln, cfl = run_cp2015(data)")
    if not found:
        raise SystemExit("cp2015.py is not the script that this benchmark knows")
    scope: dict[str, Any] = {"__name__": "cp2015"}
    exec(compile(before, "cp2015.py", "exec"), scope)
    seconds = []
    for _ in range(2):  # the first time it compiles
        start = time.process_time()
        scope["bln"], scope["cfl"] = scope["run_cp2015"](scope["data"])
        seconds.append(time.process_time() - start)
    exec(compile(after, "cp2015.py", "exec"), scope)
    rows = scope["welfare_nafta"].set_index("Region").to_dict("index")
    return {"first": seconds[0], "again": seconds[1], "figures": rows}


def gegravity(data: str, out: str) -> dict[str, Any]:
    """Base line, experiment and simulation; writes base trade and its change for others."""
    import gegravity as ge
    import pandas as pd

    table = pd.read_csv(data).assign(constant=1)
    start = time.process_time()
    base = ge.BaselineData(
        table, imp_var_name="importer", exp_var_name="exporter", year_var_name="year",
        trade_var_name="trade", expend_var_name="E", output_var_name="Y",
    )  # fmt: skip
    costs = pd.DataFrame({"var": list(COEFFICIENTS), "beta": list(COEFFICIENTS.values())})
    costs["stderr"] = 0.1  # asked for, not used
    model = ge.OneSectorGE(
        baseline=base, cost_variables=list(COEFFICIENTS), year=YEAR, reference_importer=REFERENCE,
        cost_coeff_values=ge.CostCoeffs(
            estimates=costs, identifier_col="var", coeff_col="beta", stderr_col="stderr"
        ),
        sigma=SIGMA,
    )  # fmt: skip
    model.build_baseline(omr_rescale=RESCALE)
    experiment = model.baseline_data.copy()
    for buyer, seller in (PARTNERS, PARTNERS[::-1]):
        pair = (experiment["importer"] == buyer) & (experiment["exporter"] == seller)
        experiment.loc[pair, "pta"] = 1
    model.define_experiment(experiment)
    model.simulate()
    seconds = time.process_time() - start
    model.bilateral_trade_results.reset_index().to_csv(out, index=False)
    change = model.country_results["GDP change (percent)"]
    return {"first": seconds, "figures": {str(k): float(v) for k, v in change.items()}}


def main() -> None:
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        found = {"jax": jax, "gegravity": gegravity}[sys.argv[1]](*sys.argv[2:])
    found["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


if __name__ == "__main__":
    main()
