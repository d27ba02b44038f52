"""CPU seconds of a portfolio's loss, beside plain NumPy and a peer on the same model, in one run.

    python benchmarks/portfolio_loss.py [--draws 100000] [--exposures 1000] [--seed 1]

Global, region, country and sector factors, recoveries for certain (no peer draws them), one
thread. Ours also works out the parts of VaR and shortfall by exposure, which means running the
tail again; the others give losses alone. NumPy and the peer run in pieces of 5,000 scenarios to
bound memory. The peer is ``creditriskengine`` (``simulate_multi_factor``), if installed.
"""

from __future__ import annotations

import argparse
import os
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = "1"

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402

from beltroad.normal import ndtri  # noqa: E402
from beltroad.risk.portfolio import Parameters, checked, default_parameters, simulate  # noqa: E402

PIECE = 5000
SHARES = Parameters(0.06, 0.02, 0.06, 0.02)
ECONOMIES = ["KEN", "PAK", "LAO", "KAZ", "EGY", "VNM", "ZMB", "LKA", "POL", "ETH", "IDN", "AGO",
             "UZB", "BGD", "NGA", "TUR", "SRB", "MYS", "CMR", "PER"]  # fmt: skip


def portfolio(n: int) -> pd.DataFrame:
    r = np.random.default_rng(0)
    return checked(
        pd.DataFrame({
            "id": [f"E{k}" for k in range(n)],
            "iso3": r.choice(ECONOMIES, n),
            "sector": r.choice(["rail", "road", "port", "power", "mining", "other"], n),
            "currency": "USD",
            "amount_usd": r.lognormal(17, 1, n),
            "probability_pct": r.uniform(0.5, 6, n),
            "recovery_pct": r.choice([40.0, 60.0, 73.0, 86.0, 95.0], n),
        })
    )  # fmt: skip


def loadings(table: pd.DataFrame) -> np.ndarray:
    """(exposure, factor) roots of the shares."""
    parts = [np.full((len(table), 1), SHARES.global_share**0.5)]
    for column, share in (("region", SHARES.region_share), ("iso3", SHARES.country_share),
                          ("sector", SHARES.sector_share)):  # fmt: skip
        codes, names = pd.factorize(table[column])
        part = np.zeros((len(table), len(names)))
        part[np.arange(len(table)), codes] = share**0.5
        parts.append(part)
    return np.hstack(parts)


def plain(p: np.ndarray, lgd: np.ndarray, amount: np.ndarray, w: np.ndarray, draws: int,
          seed: int) -> np.ndarray:  # fmt: skip
    r = np.random.default_rng(seed)
    bound, own, lost = ndtri(p), np.sqrt(1 - (w**2).sum(axis=1)), lgd * amount
    out = []
    for _ in range(draws // PIECE):
        assets = r.standard_normal((PIECE, w.shape[1])) @ w.T
        assets += own * r.standard_normal((PIECE, len(p)))
        out.append((assets < bound) @ lost)
    return np.concatenate(out)


def timed(label: str, work: object, base: float) -> float:
    start = time.process_time()
    losses = work()  # type: ignore[operator]
    seconds = time.process_time() - start
    ordered = np.sort(losses)
    k = round(0.01 * len(ordered))
    ratio = f"{seconds / base:6.1f} x" if base else "   1.0 x"
    print(f"{label:42} {seconds:7.2f} s {ratio}  EL {losses.mean() / 1e6:8.1f}  "
          f"VaR99 {ordered[-k - 1] / 1e6:8.1f}  ES99 {ordered[-k:].mean() / 1e6:8.1f}")  # fmt: skip
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--exposures", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    table = portfolio(args.exposures)
    draws = args.draws // PIECE * PIECE
    p = table["probability_pct"].to_numpy() / 100
    lgd = 1 - table["recovery_pct"].to_numpy() / 100
    amount = table["amount_usd"].to_numpy()
    w = loadings(table)
    print(f"{draws:,} scenarios x {len(table):,} exposures; CPU seconds, million USD")
    simulate(table.head(5), draws=10_000, parameters=SHARES)  # compiled before it is timed
    base = timed("ours, with parts of VaR and ES", lambda: simulate(
        table, draws=draws, seed=args.seed, parameters=SHARES).losses, 0.0)  # fmt: skip
    timed("ours, recoveries drawn (default)", lambda: simulate(
        table, draws=draws, seed=args.seed,
        parameters=default_parameters()).losses, base)  # fmt: skip
    timed("plain NumPy", lambda: plain(p, lgd, amount, w, draws, args.seed), base)
    try:
        from creditriskengine.portfolio.copula import simulate_multi_factor
    except ImportError:
        print("creditriskengine: not installed")
        return
    timed("creditriskengine simulate_multi_factor", lambda: np.concatenate([
        simulate_multi_factor(p, lgd, amount, w, PIECE, args.seed + k)
        for k in range(draws // PIECE)
    ]), base)  # fmt: skip


if __name__ == "__main__":
    main()
