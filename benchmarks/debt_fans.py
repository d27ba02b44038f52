"""Fans of debt: CPU seconds on one core, beside plain NumPy and peers in the same run.

    python benchmarks/debt_fans.py [--countries 60] [--draws 10000] [--years 20] [--uk FOLDER]

Made countries with 24 years of history, seven drivers of debt, seven burdens with quantiles and
probabilities. Timed are: ours by its three methods (compiling apart); the same model as a
straightforward NumPy loop in levels, which also checks ours path by path; and the shape of
programmes for the European framework restated in NumPy (six drivers by
``multivariate_normal``, one ratio, nine percentiles by ``np.percentile``).

With ``--uk`` two engines of GioPapachristodoulou/uk-debt-sustainability-analysis run as they are
(they need SciPy): FOLDER is a checkout of that repository, which is not part of this one. Its
normal engine has four drivers and one ratio, its fat-tailed one three drivers, one ratio and ten
years at most; both know one country, which is run as often as there are countries.

Ends with exit code 1 if ours and the plain loop differ by more than 1e-9, if threads change a
byte, or if ours takes longer than the project's own target: 10 CPU seconds for 60 countries x
10,000 paths x 20 years.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib
import io
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from beltroad.finance.debt.dynamics.engine import project  # noqa: E402
from beltroad.finance.debt.model import CountryInputs, DebtPath, Instrument  # noqa: E402
from beltroad.finance.debt.stochastic import (  # noqa: E402
    METHODS,
    QUANTITIES,
    FanSettings,
    fans,
)
from beltroad.finance.debt.stochastic.centre import build_centre  # noqa: E402
from beltroad.finance.debt.stochastic.draws import BLOCK, prepare  # noqa: E402
from beltroad.finance.debt.stochastic.fan import paths_of  # noqa: E402
from beltroad.finance.debt.stochastic.history import read_history  # noqa: E402
from beltroad.finance.debt.vocabulary import SETTINGS  # noqa: E402

TARGET_SECONDS, TARGET_WORK = 10.0, 60 * 10_000 * 20
THRESHOLDS = {
    "pv_external_to_gdp_pct": 40.0, "pv_external_to_exports_pct": 180.0,
    "service_external_to_exports_pct": 15.0, "service_external_to_revenue_pct": 18.0,
    "pv_public_to_gdp_pct": 55.0, "public_debt_pct_gdp": 60.0, "external_debt_pct_gdp": 50.0,
}  # fmt: skip
EXTERNAL_SHARE, EXTRA_RATE, EXTRA_YEARS, REAL_RATE = 0.5, 0.05, 10, 0.04
FIRST = 2024


def made(number: int, years: int) -> CountryInputs:
    """A country with its own volatility."""
    rng = np.random.default_rng(number)
    past = 24
    index = pd.RangeIndex(FIRST - past, FIRST + years + 1, name="year")
    projected = index >= FIRST
    size = len(index)
    shaken = np.where(projected, 0.0, 1.0) * rng.uniform(0.5, 2.0)
    growth = 5 + 2.5 * shaken * rng.standard_normal(size)
    deflator = 6 + 3 * shaken * rng.standard_normal(size)
    dollar = 2 + 6 * shaken * rng.standard_normal(size)
    gdp = 20_000 * np.cumprod((1 + growth / 100) * (1 + dollar / 100))
    debt = 40 + np.cumsum(shaken * rng.standard_normal(size))
    external = debt * 0.6 / 100 * gdp
    exports = gdp * (0.22 + 0.01 * shaken * rng.standard_normal(size))
    ahead = np.where(projected, np.arange(size) - past, 0)
    face = external[past - 1]
    s = pd.DataFrame(
        {
            "gdp_usd_mn": gdp, "real_growth_pct": growth, "deflator_growth_pct": deflator,
            "exports_usd_mn": exports, "imports_usd_mn": gdp * 0.3,
            "current_account_usd_mn": gdp * -0.04, "fdi_net_usd_mn": gdp * 0.03,
            "revenue_pct_gdp": 18.0, "grants_pct_gdp": 1.0,
            "primary_balance_pct_gdp": -1.5 + 1.2 * shaken * rng.standard_normal(size),
            "public_debt_pct_gdp": np.where(projected, np.nan, debt),
            "external_ppg_debt_usd_mn": np.where(projected, np.nan, external),
            "external_interest_usd_mn": np.where(
                projected, face * 0.02 * (1 - 0.045 * ahead),
                external * (0.02 + 0.003 * shaken * rng.standard_normal(size)),
            ),
            "external_principal_usd_mn": np.where(projected, face * 0.045, external * 0.05),
            "domestic_interest_pct_gdp": np.where(
                projected, np.nan,
                debt * 0.4 * (0.09 + 0.01 * shaken * rng.standard_normal(size)),
            ),
        },
        index=index,
    )  # fmt: skip
    settings: dict[str, float | str] = {
        n: (float(d.default) if d.default else float("nan")) if d.unit != "-" else d.default
        for n, d in SETTINGS.items()
    }
    settings |= {
        "first_projection_year": float(FIRST), "existing_domestic_interest_pct": 9.0,
        "existing_domestic_maturity_years": 4.0,
        "residual_external_share_pct": 100 * EXTERNAL_SHARE,
        "residual_external_interest_pct": 100 * EXTRA_RATE,
        "residual_external_maturity_years": float(EXTRA_YEARS),
        "residual_domestic_real_interest_pct": 100 * REAL_RATE,
    }  # fmt: skip
    instruments = (
        Instrument("multilateral", "bank", "USD", 0.75, 38, 6, 40.0),
        Instrument("commercial", "bank", "USD", 6.5, 10, 3, 15.0),
        Instrument("bonds", "market", "LCU", 10.0, 5, 3, 45.0),
    )
    code = "X" + chr(65 + number // 26) + chr(65 + number % 26)
    return CountryInputs(code, f"Made {number}", s, settings, instruments)


def plain_paths(path: DebtPath, e: np.ndarray) -> np.ndarray:
    """The model in levels, year by year over all paths: (quantity, year, path)."""
    years = e.shape[1]
    t = path.table.loc[path.first_year - 1 : path.first_year + years - 1]
    v = {c: t[c].to_numpy() for c in t}
    growth = (1 + v["real_growth_pct"] / 100) * (1 + v["deflator_growth_pct"] / 100)
    lcu = v["gdp_usd_mn"][0] * np.cumprod(np.append(1.0, growth[1:]))
    usd, exports = v["gdp_usd_mn"], v["exports_usd_mn"]
    ext, dom = v["external_debt_pct_gdp"] / 100 * usd, v["domestic_debt_pct_gdp"] / 100 * lcu
    i_ext, i_dom = v["external_interest_usd_mn"], v["domestic_interest_pct_gdp"] / 100 * lcu
    value = v["pv_external_to_gdp_pct"] / 100 * usd
    rate_dom = (1 + REAL_RATE) * (1 + v["deflator_growth_pct"] / 100) - 1
    out = np.empty((len(QUANTITIES), years, len(e)))
    y, z, x = usd[0], lcu[0], exports[0]
    own, own_dom = ext[0], dom[0]
    for j in range(1, years + 1):
        g, p, fx, r, r_dom, pb, ex = e[:, j - 1].T
        z = z * lcu[j] / lcu[j - 1] * np.exp(g + p)
        y = y * usd[j] / usd[j - 1] * np.exp(g + p - fx)
        x = x * exports[j] / exports[j - 1] * np.exp(ex)
        above, above_dom = own - ext[j - 1], own_dom - dom[j - 1]
        paid = i_ext[j] + ext[j - 1] * r + above * (EXTRA_RATE + r)
        paid_dom = i_dom[j] + dom[j - 1] * r_dom + above_dom * (rate_dom[j] + r_dom)
        new = (ext[j] - ext[j - 1] - i_ext[j]) / usd[j]
        new_dom = (dom[j] - dom[j - 1] - i_dom[j]) / lcu[j]
        own = own + paid + (new - EXTERNAL_SHARE * pb) * y
        own_dom = own_dom + paid_dom + (new_dom - (1 - EXTERNAL_SHARE) * pb) * z
        due = v["external_service_usd_mn"][j] + paid - i_ext[j] + above / EXTRA_YEARS
        pv = value[j] + own - ext[j]
        revenue = v["revenue_pct_gdp"][j] / 100 * y
        for q, burden in enumerate(
            (own / y + own_dom / z, own / y, pv / y, pv / x, due / x, due / revenue,
             pv / y + own_dom / z)
        ):  # fmt: skip
            out[q, j - 1] = 100 * burden
    return out


def plain(path: DebtPath, covariance: np.ndarray, draws: int, years: int, seed: int) -> np.ndarray:
    """Draw, project, quantiles, probabilities: what a short script would do."""
    rng = np.random.default_rng(seed)
    e = rng.standard_normal((draws, years, 7)) @ np.linalg.cholesky(covariance).T
    out = plain_paths(path, e)
    quantiles = np.quantile(
        out, [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95], axis=2, method="inverted_cdf"
    )
    for burden, threshold in zip(out, THRESHOLDS.values(), strict=True):
        above = burden > threshold
        above.mean(axis=1), (above[:11].sum(axis=0) >= 2).mean()
        (burden[3:] > burden[:-3]).mean(axis=1)
    return quantiles


def european(covariance: np.ndarray, draws: int, years: int, seed: int) -> np.ndarray:
    """The shape of programmes for the European framework: one ratio, six drivers, percentiles."""
    drawn = np.random.RandomState(seed).multivariate_normal(
        np.zeros(6), covariance[:6, :6], size=(draws, years)
    )
    debt = np.empty((draws, years + 1))
    debt[:, 0] = 60.0
    for j in range(years):
        s = drawn[:, j]
        rate, growth = 0.03 + s[:, 3], 0.035 + s[:, 0] + s[:, 1]
        debt[:, j + 1] = debt[:, j] * (0.6 + 0.4 * (1 + s[:, 2])) * (1 + rate) / (
            1 + growth
        ) - 100 * (s[:, 5] - 0.005)
    return np.percentile(debt, np.arange(10, 100, 10), axis=0)


def uk(folder: Path, draws: int, years: int) -> list[tuple[str, Callable[[int], object]]]:
    """The two engines of the peer, imported from its checkout."""
    source = folder / "UK DSA" / "src"
    if not source.is_dir():
        raise SystemExit(f"{folder}: no 'UK DSA/src' in it; give a checkout of the repository")
    sys.path.insert(0, str(source))
    normal = importlib.import_module("monte_carlo")
    fat = importlib.import_module("calibrated_monte_carlo")

    def gauss(seed: int) -> object:
        config = normal.MonteCarloConfig(n_simulations=draws, horizon_years=years, random_seed=seed)
        return normal.MonteCarloEngine(config).run_full_simulation(2746.3, 2864.0)

    def student(seed: int) -> object:
        engine = fat.CalibratedFatTailMC(
            n_simulations=draws, horizon_years=min(10, years), random_seed=seed
        )
        engine.simulate()
        with contextlib.redirect_stdout(io.StringIO()):
            return engine.compute_statistics()

    return [("UK DSA, normal, 4 drivers, 1 burden", gauss),
            (f"UK DSA, fat tails, {min(10, years)} years, 1 b.", student)]  # fmt: skip


def cpu(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return time.process_time() - start


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--countries", type=int, default=60)
    parser.add_argument("--draws", type=int, default=10_000)
    parser.add_argument("--years", type=int, default=20)
    parser.add_argument("--uk", type=Path, help="checkout of the UK DSA repository")
    asked = parser.parse_args()
    draws, years, count = asked.draws, asked.years, asked.countries
    countries = [made(n, years) for n in range(count)]
    paths = [project(c, years=years) for c in countries]
    settings = FanSettings.load()

    def one(n: int, method: str, paths_drawn: int, burdens: tuple[str, ...] = QUANTITIES) -> object:
        return fans(countries[n], paths[n], quantities=burdens, draws=paths_drawn, years=years,
                    method=method, seed=1, thresholds=THRESHOLDS, settings=settings)  # fmt: skip

    compiling = cpu(lambda: [one(0, m, 50) for m in METHODS])
    print(f"{count} countries x {draws:,} paths x {years} years x 7 drivers, one core")
    print(f"compiling, or reading what was compiled: {compiling:.1f} CPU s")
    ours_runs = [(f"beltroad, {m}, 7 burdens", m, QUANTITIES) for m in METHODS]
    ours_runs += [(f"beltroad, {m}, 1 burden", m, QUANTITIES[:1]) for m in ("normal", "student")]
    worst = 0.0
    for label, method, burdens in ours_runs:
        seconds = cpu(lambda m=method, q=burdens: [one(n, m, draws, q) for n in range(count)])
        worst = max(worst, seconds)
        print(f"{label:36}{seconds:8.2f} CPU s", flush=True)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024

    covariances = []
    for c in countries:
        shocks = prepare(read_history(c, settings), "normal", settings)
        covariances.append(shocks.factor @ shocks.factor.T + 1e-14 * np.eye(7))
    runs: list[tuple[str, Callable[[int], object]]] = [
        (
            "plain NumPy, same model, 7 burdens",
            lambda n: plain(paths[n], covariances[n], draws, years, n),
        ),
        (
            "European shape, 6 drivers, 1 burden",
            lambda n: european(covariances[n], draws, years, n),
        ),
    ]
    runs += uk(asked.uk, draws, years) if asked.uk else []
    for label, run in runs:
        cpu(lambda r=run: r(0))
        seconds = cpu(lambda r=run: [r(n) for n in range(count)])
        print(f"{label:36}{seconds:8.2f} CPU s", flush=True)
    if not asked.uk:
        print("UK DSA: not run; give --uk FOLDER")

    gap, same = 0.0, True
    for c, p in list(zip(countries, paths, strict=True))[:5]:
        history = read_history(c, settings)
        centre = build_centre(c, p, history, years)
        shocks = prepare(history, "student", settings)
        ours = paths_of(shocks, centre, QUANTITIES, draws=2 * BLOCK, seed=1)
        theirs = np.concatenate(
            [plain_paths(p, shocks.block(1, b, BLOCK, years)) for b in range(2)], axis=2
        )
        gap = max(gap, float(np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(theirs)))))
        two = paths_of(shocks, centre, QUANTITIES, draws=2 * BLOCK, seed=1, threads=2)
        same = same and (
            hashlib.sha256(ours.tobytes()).digest() == hashlib.sha256(two.tobytes()).digest()
        )
    allowed = TARGET_SECONDS * count * draws * years / TARGET_WORK
    print(f"ours and the plain loop, same shocks: largest difference {gap:.1e} of a path")
    print(f"one and two threads give the same bytes: {'yes' if same else 'NO'}")
    print(f"target {allowed:.1f} CPU s: {'met' if worst <= allowed else 'MISSED'}; "
          f"peak of memory {memory:.0f} MB")  # fmt: skip
    return int(gap > 1e-9 or not same or worst > allowed)


if __name__ == "__main__":
    sys.exit(main())
