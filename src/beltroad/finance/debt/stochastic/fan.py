r"""Fans: quantiles, probabilities and final levels of debt burdens under drawn shocks.

Quantiles are order statistics, exact and without interpolation: the one of :math:`p` per cent of
:math:`n` paths is the :math:`\lceil p n / 100 \rceil`-th smallest. The same inputs, parameters and
seed give the same bytes, whatever the number of threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError, suggest
from beltroad.finance.debt.model import CountryInputs, DebtPath
from beltroad.finance.debt.stochastic import default, kernels
from beltroad.finance.debt.stochastic.centre import QUANTITIES, Centre, build_centre
from beltroad.finance.debt.stochastic.counts import count
from beltroad.finance.debt.stochastic.draws import BLOCK, Shocks, prepare
from beltroad.finance.debt.stochastic.history import DRIVERS, read_history
from beltroad.finance.debt.stochastic.settings import FanSettings

__all__ = ["PER_CENT", "Fan", "fan", "fans", "paths_of"]

Array = NDArray[np.float64]
PER_CENT = (5, 10, 25, 50, 75, 90, 95)
_MOST_DRAWS = 5_000_000


@dataclass(frozen=True)
class Fan:
    """One burden of one country under drawn shocks.

    Attributes
    ----------
    quantity
        One of ``QUANTITIES``, in per cent.
    quantiles
        Index ``year`` (t-1, known, to the last), columns q05, q10, q25, q50, q75, q90, q95.
    probability
        Columns measure, year, value (0 to 1):
        ``above_threshold`` in the year; ``above_threshold_ever`` and ``breach`` (in two or more
        years) within t..t+10, at its last year; ``default`` (limit crossed in two or more years
        from t to the year); ``not_stabilised`` (above the level of three years before);
        ``above_start`` (above that of t-1); ``distress_least``, ``distress_most``: what the
        cut-off of the low-income framework says of ``breach``. Those that need a threshold or
        limit are left out without one.
    terminal
        Index ``per_cent`` 1 to 99: order statistics of the last year's burden.
    moments
        ``mean``, ``sd`` of the last year's burden; ``width``: q95 - q05 of that year.
    baseline
        The deterministic path, index as ``quantiles``.
    drivers
        ``driver, sd, persistence``: standard deviation of each driver's shocks in history (as
        fractions) and carry-over from year to year.
    notes
        What was assumed or left out.
    """

    iso3: str
    scenario: str
    quantity: str
    method: str
    seed: int
    draws: int
    threshold_pct: float
    limit_pct: float
    quantiles: pd.DataFrame
    probability: pd.DataFrame
    terminal: pd.Series
    moments: Mapping[str, float]
    baseline: pd.Series
    drivers: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def width(self) -> pd.Series:
        """Distance between the 95 and 5 per cent quantiles, points, by year."""
        return (self.quantiles["q95"] - self.quantiles["q05"]).rename("width")


def fan(
    inputs: CountryInputs,
    path: DebtPath,
    *,
    quantity: str = "public_debt_pct_gdp",
    draws: int = 10_000,
    years: int = 20,
    method: str = "bootstrap",
    seed: int = 1,
    threshold_pct: float | None = None,
    limit_pct: float | None = None,
    settings: FanSettings | None = None,
    threads: int = 1,
) -> Fan:
    """Fan of one quantity; see :func:`fans`."""
    threshold = {} if threshold_pct is None else {quantity: threshold_pct}
    limit = {} if limit_pct is None else {quantity: limit_pct}
    found = fans(
        inputs, path, quantities=(quantity,), draws=draws, years=years, method=method, seed=seed,
        thresholds=threshold, limits=limit, settings=settings, threads=threads,
    )  # fmt: skip
    if quantity not in found:
        raise InputError(f"{path.iso3} {path.scenario}: {quantity} is not known for every year")
    return found[quantity]


def fans(
    inputs: CountryInputs,
    path: DebtPath,
    *,
    quantities: Sequence[str] = QUANTITIES,
    draws: int = 10_000,
    years: int = 20,
    method: str = "bootstrap",
    seed: int = 1,
    thresholds: Mapping[str, float] | None = None,
    limits: Mapping[str, float] | None = None,
    settings: FanSettings | None = None,
    threads: int = 1,
) -> dict[str, Fan]:
    """Fans of several quantities from the same paths.

    Parameters
    ----------
    inputs
        Their history gives the shocks, their residual terms those of extra debt.
    path
        Centre of the fans, from ``engine.project`` or a stress test.
    quantities
        Some of ``QUANTITIES``; one that the path does not give for every year is left out.
    draws
        Number of paths.
    years
        From t on; fewer where the path ends before.
    method
        ``bootstrap``, ``normal`` or ``student``.
    seed
        Any whole number from 0 on.
    thresholds
        Per cent by quantity: the class's thresholds.
    limits
        Per cent by quantity: what counts as default when crossed in two or more years; the
        threshold where it is not given.
    settings
        Conventions; those of ``debt_parameters`` when not given.
    threads
        Does not change the result.

    Raises
    ------
    InputError
        If history is too short, the path has holes or an argument is out of range.
    """
    settings = settings or FanSettings.load()
    _check(quantities, draws, years, seed, threads)
    history = read_history(inputs, settings)
    centre = build_centre(inputs, path, history, years)
    shocks = prepare(history, method, settings)
    complete = centre.baseline.iloc[1:].notna().all()
    chosen = [q for q in quantities if complete[q]]
    notes = history.notes + centre.notes
    if len(centre.years) < years:
        notes += (f"the path ends in {centre.years[-1]}: {len(centre.years)} years",)
    burdens = paths_of(
        shocks, centre, chosen, draws=draws, seed=seed, threads=threads,
        reaction=settings.reaction, reversion=settings.reversion,
    )  # fmt: skip
    if not np.isfinite(burdens).all():
        raise InputError(
            f"{path.iso3}: shocks of this history overflow; cut its tails (tail_pct) or start it "
            "later (first_year)"
        )
    drivers = pd.DataFrame(
        {
            "driver": DRIVERS,
            "sd": history.values.std(axis=0, ddof=1),
            "persistence": shocks.persistence if method != "bootstrap" else 0.0,
        }
    )
    found = {}
    for burden, quantity in zip(burdens, chosen, strict=True):
        threshold = float((thresholds or {}).get(quantity, np.nan))
        limit = float((limits or {}).get(quantity, threshold))
        baseline = centre.baseline[quantity]
        quantiles, terminal = _quantiles(burden, baseline)
        width = quantiles["q95"].iloc[-1] - quantiles["q05"].iloc[-1]
        found[quantity] = Fan(
            iso3=path.iso3, scenario=path.scenario, quantity=quantity, method=method, seed=seed,
            draws=draws, threshold_pct=threshold, limit_pct=limit, quantiles=quantiles,
            probability=_probability(
                burden, baseline, threshold, limit, settings, quantity
            ),
            terminal=terminal,
            moments={
                "mean": float(burden[-1].mean()), "sd": float(burden[-1].std()),
                "width": float(width),
            },
            baseline=baseline, drivers=drivers, notes=notes,
        )  # fmt: skip
    return found


def paths_of(
    shocks: Shocks,
    centre: Centre,
    quantities: Sequence[str],
    *,
    draws: int,
    seed: int,
    threads: int = 1,
    reaction: float = 0.0,
    reversion: float = 0.0,
) -> Array:
    """Every path: shape (quantity, year, path), per cent; the last two as in the settings."""
    years = len(centre.years)
    out = np.empty((len(quantities), years, draws))
    slot = np.array([quantities.index(q) if q in quantities else -1 for q in QUANTITIES])

    def run(number: int) -> None:
        first = number * BLOCK
        drawn = shocks.block(seed, number, min(BLOCK, draws - first), years)
        kernels.simulate(drawn, centre.rows, slot, out, first, reaction, reversion)

    numbers = range(-(-draws // BLOCK))
    if threads == 1:
        for number in numbers:
            run(number)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(run, numbers))
    return out


def _quantiles(burden: Array, baseline: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
    """By year, and of the last year; exact order statistics."""
    paths = burden.shape[1]
    ranks = np.array([_rank(p, paths) for p in PER_CENT])
    values = kernels.order_statistics(burden, ranks)
    known = np.full((1, len(PER_CENT)), baseline.iloc[0])
    columns = [f"q{p:02d}" for p in PER_CENT]
    table = pd.DataFrame(np.vstack([known, values]), pd.Index(baseline.index, name="year"), columns)
    every = range(1, 100)
    last = kernels.order_statistics(burden[-1:], np.array([_rank(p, paths) for p in every]))[0]
    return table, pd.Series(last, pd.Index(every, name="per_cent"), name="value")


def _rank(per_cent: int, paths: int) -> int:
    return max(0, -(-per_cent * paths // 100) - 1)


def _probability(
    burden: Array,
    baseline: pd.Series,
    threshold: float,
    limit: float,
    settings: FanSettings,
    quantity: str,
) -> pd.DataFrame:
    years = [int(y) for y in baseline.index[1:]]
    paths = burden.shape[1]
    found = count(
        burden, float(baseline.iloc[0]), threshold, limit,
        lookback=settings.lookback_years, window=settings.window_years,
        breach=settings.breach_years,
    )  # fmt: skip
    end = years[min(settings.window_years, len(years) - 1)]
    parts: list[tuple[str, list[int], Array]] = []
    if np.isfinite(threshold):
        breach = found.breach / paths
        parts += [
            ("above_threshold", years, found.above / paths),
            ("above_threshold_ever", [end], np.array([found.ever / paths])),
            ("breach", [end], np.array([breach])),
        ]
        cut = default.cutoff(quantity)
        if np.isfinite(cut):
            least, most = default.distress_bounds(breach, cut)
            parts += [
                ("distress_least", [end], np.array([least])),
                ("distress_most", [end], np.array([most])),
            ]
    if np.isfinite(limit):
        parts += [("default", years, found.crossed / paths)]
    if np.isfinite(baseline.iloc[0]):
        first = settings.lookback_years - 1
        parts += [
            ("not_stabilised", years[first:], found.rising[first:] / paths),
            ("above_start", years, found.higher / paths),
        ]
    return pd.DataFrame(
        {
            "measure": pd.array([m for m, y, _ in parts for _ in y], dtype="str"),
            "year": np.array([y for _, part, _ in parts for y in part], dtype=np.int64),
            "value": np.concatenate([np.empty(0), *(v for _, _, v in parts)]),
        }
    )


def _check(quantities: Sequence[str], draws: int, years: int, seed: int, threads: int) -> None:
    for q in quantities:
        if q not in QUANTITIES:
            raise InputError(f"no quantity {q!r} for fans. {suggest(q, QUANTITIES)}")
    if not 1 <= draws <= _MOST_DRAWS:
        raise InputError(f"draws must be from 1 to {_MOST_DRAWS:,}, not {draws}")
    for name, value, least in (("years", years, 1), ("seed", seed, 0), ("threads", threads, 1)):
        if value < least:
            raise InputError(f"{name} must be at least {least}, not {value}")
