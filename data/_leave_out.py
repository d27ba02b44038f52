"""What the imputation is worth: an observed economy imputed as if it were not in the source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from _icio_source import MILLION, IcioFlows, observed
from beltroad.trade.world import Figures, Friction, Settings, World, extend

LEAST_USD = 10e6  # partners with less trade than this are not compared in logs
LOOSE = Settings(passes=2, tolerance=1e-4)


def leave_out(
    flows: IcioFlows, known: Figures, goods: np.ndarray, code: str, friction: Friction | None = None
) -> dict[str, object]:
    """Impute one observed economy and set it against what the source shows.

    Compared are output by industry, and inputs bought from and sold to each other observed
    economy; final trade is imputed in any case. Recorded pairs of the economy are left out.
    """
    base = observed(flows, [code])
    place = {c: k for k, c in enumerate(known.economies)}
    others = [c for c in known.economies if c not in base.economies]
    keep = np.array([place[c] for c in (*base.economies, *others)])
    asked = known.take(keep)
    at = len(base.economies) + others.index(code)
    pairs = asked.goods_trade_usd.copy()
    pairs[at, :] = pairs[:, at] = np.nan
    world = extend(
        base, replace(asked, goods_trade_usd=pairs), goods, settings=LOOSE, friction=friction
    )
    return _compare(flows, world, code, at)


def _compare(flows: IcioFlows, world: World, code: str, at: int) -> dict[str, object]:
    c = flows.economies.index(code)
    rest = np.array([k for k, e in enumerate(flows.economies) if e != code])
    output = flows.output[:, c] * MILLION
    made = world.output[at]
    bought = flows.intermediate[:, rest][..., c].sum((0, 2)) * MILLION
    sold = flows.intermediate[:, c][..., rest].sum((0, 1)) * MILLION
    n = len(rest)
    modelled_in = world.inputs[:, at, :n].sum(axis=0)
    modelled_out = world.inputs[:, :n, at].sum(axis=0)
    mix = world.donors[at - world.observed]
    order = np.argsort(-mix)[:3]
    return {
        "iso3": code,
        "donors": " ".join(world.economies[k] for k in order if mix[k] > 0),
        "output_ratio": made.sum() / output.sum(),
        "output_misplaced_pct": 50 * np.abs(made / made.sum() - output / output.sum()).sum(),
        "output_corr": float(np.corrcoef(made, output)[0, 1]),
        "inputs_in_ratio": modelled_in.sum() / bought.sum(),
        "inputs_out_ratio": modelled_out.sum() / sold.sum(),
        "in_misplaced_pct": _misplaced(modelled_in, bought),
        "out_misplaced_pct": _misplaced(modelled_out, sold),
        "in_log_corr": _log_corr(modelled_in, bought),
        "out_log_corr": _log_corr(modelled_out, sold),
        "sector_out_misplaced_pct": _misplaced(
            world.inputs[:, :n, at].sum(axis=1),
            flows.intermediate[:, c][..., rest].sum((1, 2)) * MILLION,
        ),
    }


def _misplaced(model: np.ndarray, true: np.ndarray) -> float:
    """Part of a total, percent, that would have to move to give the true shares."""
    return float(50 * np.abs(model / model.sum() - true / true.sum()).sum())


def _log_corr(model: np.ndarray, true: np.ndarray) -> float:
    big = (true > LEAST_USD) & (model > 0)
    return float(np.corrcoef(np.log(model[big]), np.log(true[big]))[0, 1])


def table(
    flows: IcioFlows, known: Figures, goods: np.ndarray, codes: Sequence[str]
) -> pd.DataFrame:
    """One row an economy left out."""
    return pd.DataFrame([leave_out(flows, known, goods, code) for code in codes])
