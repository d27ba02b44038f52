"""Gravity: time beside peers, and the published worked examples.

    python benchmarks/gravity.py [--repeat 3] [--guide PANEL]

Times one estimate on the bundled sample (6,320 flows, exporter and importer effects, errors
clustered by pair) by beltroad, by a Poisson regression of statsmodels on written-out dummies, and
by the package gme (its own dummies, statsmodels below; robust errors, as it has no clusters). A
peer that is not installed is reported as such. Each runs once before it is timed.

With ``--guide`` the worked examples of Yotov, Piermartini, Monteiro and Larch, An Advanced Guide
to Trade Policy Analysis: The Structural Gravity Model (WTO and UNCTAD, 2016), chapter 1, are run
through the public interface and held against their printed digits. PANEL is the data set of the
guide's third application (69 countries, manufacturing with domestic sales, 1986 to 2006): the
Stata file ``Chapter1/Datasets/Chapter1Application3.dta`` of the archive
https://www.wto.org/english/res_e/reser_e/AdvancedGuideFiles.zip, or the table
``agtpa_applications`` of the R package tradepolicy written as CSV. It is not part of this
repository. Ends with exit code 1 if a digit differs.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import os
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS",
             "RAYON_NUM_THREADS"):  # fmt: skip
    os.environ[name] = "1"

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from beltroad.trade.gravity import estimate, read_panel, sample_panel, sum_of  # noqa: E402

TERMS = ["ln(distance_km)", "contiguous"]
YEARS = (1986, 1990, 1994, 1998, 2002, 2006)
# As printed by the documentation of the R package tradepolicy 0.7.0, which replicates the guide:
# https://pacha.dev/tradepolicy/01-traditional-gravity.html. Estimate and standard error; the
# column with domestic sales is that of its versions before 0.7, which agree with the guide's
# own program, while 0.7.0 prints 0.5916 (0.3620).
GRAVITY = ["ln(dist)", "cntg", "lang", "clny"]
BY_YEAR = [f"ln_dist_{year}" for year in YEARS]
LAGS = ["rta", "rta_lag4", "rta_lag8", "rta_lag12"]
WORKED = (
    ("traditional gravity", "abroad", GRAVITY, "country_time", {
        "ln(dist)": ("-0.8409", "0.0317"), "cntg": ("0.4374", "0.0832"),
        "lang": ("0.2475", "0.0765"), "clny": ("-0.2225", "0.1162")}),
    ("distance puzzle, abroad", "abroad", [*BY_YEAR, *GRAVITY[1:]], "country_time", {
        "ln_dist_1986": ("-0.8593", "0.0370"), "ln_dist_1990": ("-0.8341", "0.0377"),
        "ln_dist_1994": ("-0.8348", "0.0351"), "ln_dist_1998": ("-0.8469", "0.0354"),
        "ln_dist_2002": ("-0.8484", "0.0316"), "ln_dist_2006": ("-0.8356", "0.0312")}),
    ("distance puzzle, with domestic distance", "all", [*BY_YEAR, *GRAVITY[1:], "ln_dist_home"],
     "country_time", {
        "ln_dist_1986": ("-0.9797", "0.0720"), "ln_dist_1990": ("-0.9399", "0.0731"),
        "ln_dist_1994": ("-0.9150", "0.0720"), "ln_dist_1998": ("-0.8868", "0.0710"),
        "ln_dist_2002": ("-0.8839", "0.0706"), "ln_dist_2006": ("-0.8722", "0.0713"),
        "ln_dist_home": ("-0.4884", "0.1007")}),
    ("agreements, abroad", "abroad", [*GRAVITY, "rta"], "country_time", {
        "ln(dist)": ("-0.8216", "0.0310"), "cntg": ("0.4155", "0.0828"),
        "rta": ("0.1907", "0.0658")}),
    ("agreements, with domestic sales", "all", [*GRAVITY, "rta"], "country_time + home", {
        "rta": ("0.409", "")}),
    ("agreements, pair effects", "all", ["rta"], "country_time + pair", {
        "rta": ("0.5572", "0.1022")}),
    ("agreements, lead", "all", ["rta", "rta_lead4"], "country_time + pair", {
        "rta": ("0.5200", "0.0859"), "rta_lead4": ("0.0774", "0.0921")}),
    ("agreements, phasing in", "all", LAGS, "country_time + pair", {
        "rta": ("0.2914", "0.0892"), "rta_lag4": ("0.4135", "0.0672"),
        "rta_lag8": ("0.1687", "0.0431"), "rta_lag12": ("0.1189", "0.0301"),
        "sum": ("0.9926", "0.0943")}),
    ("agreements, globalisation", "all", [*LAGS, "international*year"], "country_time + pair", {
        "rta": ("0.1157", "0.0867"), "rta_lag4": ("0.2877", "0.0617"),
        "rta_lag8": ("0.0693", "0.0482"), "rta_lag12": ("0.0024", "0.0291"),
        "international[1986]": ("-0.7056", "0.0478"), "international[1990]": ("-0.4803", "0.0429"),
        "international[1994]": ("-0.3665", "0.0335"), "international[1998]": ("-0.1581", "0.0233"),
        "international[2002]": ("-0.1409", "0.0169"), "sum": ("0.4750", "0.1095")}),
)  # fmt: skip


def ours(data: pd.DataFrame) -> tuple[float, float]:
    return estimate(data, regressors=TERMS).coefficient(TERMS[0])


def by_statsmodels(data: pd.DataFrame) -> tuple[float, float]:
    api = importlib.import_module("statsmodels.api")
    dummies = pd.get_dummies(data[["exporter", "importer"]], dtype=float)
    dummies = dummies.drop(columns=dummies.columns[-1])
    x = np.column_stack([np.log(data["distance_km"]), data["contiguous"], dummies])
    pair = pd.factorize(
        np.where(data["exporter"] < data["importer"], data["exporter"] + data["importer"],
                 data["importer"] + data["exporter"])
    )[0]  # fmt: skip
    y = (data["trade"] / data["trade"].mean()).to_numpy()
    found = api.GLM(y, x, family=api.families.Poisson()).fit(
        tol=1e-12, cov_type="cluster", cov_kwds={"groups": pair, "use_correction": True}
    )
    return float(found.params[0]), float(found.bse[0])


def by_gme(data: pd.DataFrame) -> tuple[float, float]:
    gme = importlib.import_module("gme")
    frame = data.assign(year=2022, ln_distance=np.log(data["distance_km"]))
    source = gme.EstimationData(
        frame, imp_var_name="importer", exp_var_name="exporter", trade_var_name="trade",
        year_var_name="year", notes="benchmark",
    )  # fmt: skip
    model = gme.EstimationModel(
        source, lhs_var="trade", rhs_var=["ln_distance", "contiguous"],
        fixed_effects=["exporter", "importer"],
    )  # fmt: skip
    with contextlib.redirect_stdout(io.StringIO()):
        found = model.estimate()["all"]
    return float(found.params["ln_distance"]), float(found.bse["ln_distance"])


def compare(repeat: int) -> None:
    data = sample_panel()
    runs: list[tuple[str, Callable[[pd.DataFrame], tuple[float, float]]]] = [
        ("beltroad", ours), ("statsmodels, dummies", by_statsmodels), ("gme", by_gme),
    ]  # fmt: skip
    base = None
    print(f"{'bundled sample':34}{'CPU s':>9}{'ratio':>9}{'elasticity':>12}{'se':>9}")
    for label, run in runs:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                run(data)
                start = time.process_time()
                for _ in range(repeat):
                    b, se = run(data)
                seconds = (time.process_time() - start) / repeat
        except ImportError as error:
            print(f"{label:34}  not installed ({error})")
            continue
        except Exception as error:  # noqa: BLE001 - a peer that fails is a result
            print(f"{label:34}  failed: {type(error).__name__}: {str(error)[:80]}")
            continue
        base = base or seconds
        print(f"{label:34}{seconds:9.3f}{seconds / base:9.1f}{b:12.6f}{se:9.6f}", flush=True)


def guide(path: Path) -> int:
    """Run the worked examples; returns how many printed figures differ."""
    data = read_panel(path)
    data.columns = [c.lower() for c in data.columns]
    data = data[data["year"].isin(YEARS)].reset_index(drop=True)
    home = data["exporter"] == data["importer"]
    data["home"] = data["exporter"].where(home, "")
    log = np.log(data["dist"])
    for year in YEARS:
        data[f"ln_dist_{year}"] = log.where((data["year"] == year) & ~home, 0.0)
    data["ln_dist_home"] = log.where(home, 0.0)
    wrong = 0
    for title, rows, regressors, effects, printed in WORKED:
        part = data if rows == "all" else data[~home]
        start = time.perf_counter()
        fit = estimate(part, regressors=regressors, effects=effects, cluster="pair")
        print(f"{title}: {fit.used} of {fit.rows} rows, {time.perf_counter() - start:.1f} s")
        for term, figures in printed.items():
            if term == "sum":
                total = sum_of(fit, LAGS)
                found = (total["estimate"], total["se"])
            else:
                found = fit.coefficient(term)
            shown = [
                f"{value:.{len(text.partition('.')[2])}f}" if text else ""
                for value, text in zip(found, figures, strict=True)
            ]
            same = tuple(shown) == figures
            wrong += not same
            print(f"  {term:22}{shown[0]:>9}{shown[1]:>9}   printed {figures[0]:>8}"
                  f"{figures[1]:>8}  {'' if same else 'DIFFERS'}")  # fmt: skip
    print(f"{wrong} of {sum(len(w[4]) for w in WORKED)} terms differ")
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--guide", type=Path, help="panel of the guide's third application")
    asked = parser.parse_args()
    compare(asked.repeat)
    return int(asked.guide is not None and guide(asked.guide) > 0)


if __name__ == "__main__":
    sys.exit(main())
