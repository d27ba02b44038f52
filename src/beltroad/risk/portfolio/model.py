r"""Loss of a portfolio over one year, by scenarios of defaults that happen together.

Obligor i in country c (of region r) and sector s defaults where

.. math:: A_i = \sqrt{g}\, Z + \sqrt{h}\, Z_r + \sqrt{k}\, Z_c + \sqrt{l}\, Z_s
              + \sqrt{1 - g - h - k - l}\, \epsilon_i < F^{-1}(p_i),

with independent standard normal factors, the shares of :class:`Parameters`, and F the normal
distribution. For a Student t copula all is divided by the root of a chi square over its degrees
of freedom, and F is that of Student. An exposure then loses its amount less a beta distributed
recovery, tied to Z where asked. Gupton, Finger and Bhatia (1997); Vasicek (2002).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.normal import ndtri
from beltroad.risk.portfolio import _kernels as kernels
from beltroad.risk.portfolio.concentration import concentration
from beltroad.risk.portfolio.exposures import checked
from beltroad.risk.portfolio.measures import level_name, levels_table, tail_weights, window_weights
from beltroad.risk.portfolio.parameters import Parameters, default_parameters
from beltroad.risk.portfolio.recovery import quantiles_of
from beltroad.risk.portfolio.student import shrinkage, student_quantile

__all__ = ["PortfolioLoss", "simulate"]

Floats = NDArray[np.float64]
_CHUNK = 4096
_MOST_DRAWS = 50_000_000


@dataclass(frozen=True)
class PortfolioLoss:
    """Loss of a portfolio over a year.

    Attributes
    ----------
    expected_loss_usd
        By formula; ``simulated_loss_usd`` and ``simulated_loss_se_usd`` are the mean over the
        scenarios and its standard error.
    loss_sd_usd
        Standard deviation of the loss.
    levels
        ``level, var_usd, var_se_usd, es_usd, es_se_usd, unexpected_usd`` (VaR less the expected
        loss).
    contributions
        The exposures with ``expected_loss_usd`` and, for each level, ``var_p99_usd`` and
        ``es_p99_usd``, which add up to the measures of the portfolio.
    concentration
        ``measure, value, unit, note``.
    losses : (draw,) USD
        Loss in each scenario.
    settings
        What it was run with.
    """

    expected_loss_usd: float
    simulated_loss_usd: float
    simulated_loss_se_usd: float
    loss_sd_usd: float
    levels: pd.DataFrame
    contributions: pd.DataFrame
    concentration: pd.DataFrame
    losses: Floats
    settings: dict[str, object]

    @property
    def var_usd(self) -> dict[float, float]:
        """Value at risk by level."""
        return dict(zip(self.levels["level"], self.levels["var_usd"], strict=True))

    @property
    def es_usd(self) -> dict[float, float]:
        """Expected shortfall by level."""
        return dict(zip(self.levels["level"], self.levels["es_usd"], strict=True))

    def by(self, column: str) -> pd.DataFrame:
        """Contributions added up by a column of the exposures, the largest shortfall first.

        Raises
        ------
        InputError
            If the exposures have no such column to group by.
        """
        groups = ("iso3", "region", "sector", "currency", "counterpart", "obligor")
        if column not in groups:
            raise InputError(f"no grouping by {column!r}: use {', '.join(groups)}")
        usd = [c for c in self.contributions.columns if c.endswith("_usd")]
        out = self.contributions.groupby(column)[usd].sum().reset_index()
        return out.sort_values(usd[-1], ascending=False, kind="stable").reset_index(drop=True)

    def quantiles(self, probabilities: Sequence[float]) -> pd.DataFrame:
        """Loss that is not exceeded with given probabilities."""
        p = np.asarray(probabilities, np.float64)
        if not np.all((p >= 0) & (p <= 1)):
            raise InputError(f"probabilities must lie from 0 to 1, not {probabilities!r}")
        at = np.quantile(self.losses, p, method="inverted_cdf")
        return pd.DataFrame({"probability": p, "loss_usd": at})


def simulate(
    exposures: pd.DataFrame,
    *,
    draws: int = 100_000,
    seed: int = 0,
    parameters: Parameters | None = None,
    levels: Sequence[float] = (0.95, 0.99, 0.999),
    threads: int = 1,
    chunk: int = _CHUNK,
) -> PortfolioLoss:
    """Simulate the loss of a portfolio over one year.

    The same exposures, draws and seed give the same bytes whatever ``threads`` and ``chunk``.
    Memory grows with draws plus exposures, not with their product.

    Parameters
    ----------
    exposures
        As :func:`~beltroad.risk.portfolio.exposures.checked` takes or returns them.
    draws
        Scenarios: at least ten beyond the highest level.
    parameters
        Dependence and recoveries; those of published data where nothing is given.
    levels
        Probabilities for value at risk and expected shortfall, strictly between 0 and 1.
    threads, chunk
        Scenarios are worked out in chunks on so many threads.

    Raises
    ------
    InputError
        If exposures, draws, seed or levels cannot be used.
    """
    table = exposures if "basis" in exposures.columns else checked(exposures)
    used = parameters or default_parameters()
    levels = tuple(sorted({float(level) for level in levels}))
    _check(draws, seed, levels, threads, chunk)
    engine = _Engine(table, used, seed)
    losses = engine.losses(draws, threads, chunk)
    exact = engine.expected()
    order = np.argsort(losses, kind="stable")
    weights = []
    for level in levels:
        weights += [window_weights(losses, order, level), tail_weights(losses, order, level)]
    parts = engine.contributions(weights)
    out = table[[c for c in table.columns if c != "basis"]].reset_index(drop=True)
    out["expected_loss_usd"] = exact
    for k, level in enumerate(levels):
        out[f"var_{level_name(level)}_usd"] = parts[2 * k]
        out[f"es_{level_name(level)}_usd"] = parts[2 * k + 1]
    spread = float(losses.std(ddof=1))
    expected = math.fsum(exact.tolist())
    return PortfolioLoss(
        expected_loss_usd=expected,
        simulated_loss_usd=float(losses.mean()),
        simulated_loss_se_usd=spread / math.sqrt(draws),
        loss_sd_usd=spread,
        levels=levels_table(losses, order, levels, expected),
        contributions=out,
        concentration=concentration(table, used),
        losses=losses,
        settings={"draws": draws, "seed": seed, "exposures": len(table),
                  "obligors": table["obligor"].nunique(), "horizon_years": 1,
                  "amount_usd": float(table["amount_usd"].sum()), **asdict(used)},
    )  # fmt: skip


def _check(draws: int, seed: int, levels: tuple[float, ...], threads: int, chunk: int) -> None:
    if not levels or not all(0 < level < 1 for level in levels):
        raise InputError(f"levels must lie strictly between 0 and 1, not {list(levels)}")
    needed = math.ceil(round(10 / (1 - max(levels)), 6))
    if needed > _MOST_DRAWS:
        raise InputError(
            f"level {max(levels):.10g}: needs {needed:,} draws, and at most {_MOST_DRAWS:,} "
            "are run; give a lower one"
        )
    if not needed <= draws <= _MOST_DRAWS:
        raise InputError(
            f"draws {draws:,}: give {needed:,} to {_MOST_DRAWS:,}, so that ten or more "
            f"scenarios lie beyond the level {max(levels):g}"
        )
    if not 0 <= seed < 2**63:
        raise InputError(f"seed {seed}: give 0 or a whole number below 2**63")
    if threads < 1 or chunk < 1:
        raise InputError("threads and chunk must be 1 or more")


class _Engine:
    """Exposures and parameters as the arrays that the compiled loops take."""

    def __init__(self, table: pd.DataFrame, parameters: Parameters, seed: int) -> None:
        self.seed = np.uint64(seed)
        self.parameters = parameters
        country, codes = pd.factorize(table["iso3"], sort=True)
        regions = table.drop_duplicates("iso3").set_index("iso3")["region"].reindex(codes)
        region, region_names = pd.factorize(regions, sort=True)
        sector, sector_names = pd.factorize(table["sector"], sort=True)
        obligor = pd.factorize(table["obligor"])[0]
        self.regions, self.sectors = len(region_names), len(sector_names)
        self.country_region = np.asarray(region, np.int64)
        self.country = np.asarray(country, np.int64)
        self.sector = np.asarray(sector, np.int64)
        self.obligor = np.asarray(obligor, np.int64)
        self.loads = np.sqrt([parameters.global_share, parameters.region_share,
                              parameters.country_share, parameters.sector_share])  # fmt: skip
        probability = table["probability_pct"].to_numpy(np.float64) / 100
        if parameters.freedom:
            self.threshold = student_quantile(probability, parameters.freedom)
        else:
            self.threshold = ndtri(probability)
        self.probability = probability
        self.amount = table["amount_usd"].to_numpy(np.float64)
        spread = parameters.recovery_dispersion
        kinds = pd.DataFrame({
            "mean": table["recovery_pct"].to_numpy(np.float64) / 100,
            "dispersion": [spread.get(c, spread.get("", 0.0)) for c in table["counterpart"]],
        })  # fmt: skip
        self.mean_recovery = kinds["mean"].to_numpy(np.float64)
        unique = kinds.drop_duplicates().reset_index(drop=True)
        place = pd.MultiIndex.from_frame(unique).get_indexer(pd.MultiIndex.from_frame(kinds))
        self.row = np.asarray(place, np.int64)
        self.quantiles = quantiles_of(
            unique["mean"].to_numpy(np.float64), unique["dispersion"].to_numpy(np.float64)
        )

    def _common(self) -> tuple[Any, ...]:
        p = self.parameters
        return (
            self.loads, p.recovery_tie, p.freedom, self.regions, self.sectors,
            self.country_region, self.country, self.sector, self.obligor, self.threshold,
            self.amount, self.row, self.quantiles, kernels.PHI_TABLE, kernels.PHI_BELOW,
        )  # fmt: skip

    def losses(self, draws: int, threads: int, chunk: int) -> Floats:
        """Loss of every scenario."""
        run: Any = kernels.losses  # compiled; its types are its own
        out = np.empty(draws)
        starts = range(0, draws, chunk)

        def work(first: int) -> None:
            last = min(first + chunk, draws)
            run(self.seed, first, last, *self._common(), out[first:last])

        if threads == 1:
            for first in starts:
                work(first)
        else:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(work, starts))
        return out

    def contributions(self, weights: Sequence[tuple[NDArray[np.int64], Floats]]) -> Floats:
        """Weighted loss of each exposure, (measure, exposure); scenarios are run once more."""
        scenarios = np.unique(np.concatenate([each for each, _ in weights]))
        by_scenario = np.zeros((len(scenarios), len(weights)))
        for m, (each, weight) in enumerate(weights):
            by_scenario[np.searchsorted(scenarios, each), m] = weight
        out = np.zeros((len(weights), len(self.amount)))
        run: Any = kernels.contributions
        run(self.seed, scenarios, by_scenario, *self._common(), out)
        return out

    def expected(self) -> Floats:
        """Expected loss of each exposure by formula."""
        p = self.parameters
        if p.recovery_tie == 0 or p.global_share == 0:
            return np.asarray(self.amount * self.probability * (1 - self.mean_recovery))
        bins = kernels.BINS
        # Two-point Gauss quadrature inside each bin.
        inside = 0.5 + np.array([-0.5, 0.5]) / math.sqrt(3)
        points = ndtri((np.arange(bins)[:, None] + inside) / bins)
        shrink, weight = shrinkage(p.freedom)
        # Exposures that share probability and recovery share the sum.
        key = np.stack([self.threshold, self.row.astype(np.float64)], axis=1)
        kinds, back = np.unique(key, axis=0, return_inverse=True)
        unit = np.empty(len(kinds))
        correlation = math.sqrt(p.global_share) * p.recovery_tie
        kernels.joint_loss(
            np.ascontiguousarray(kinds[:, 0]), shrink, weight, correlation, points,
            kinds[:, 1].astype(np.int64), self.quantiles, unit,
        )  # fmt: skip
        return np.asarray(self.amount * unit[back.ravel()])
