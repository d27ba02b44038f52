"""From levers to new tariffs and iceberg changes, with an account of what each lever did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.trade.calibration import Array, Calibration
from beltroad.trade.levers.industries import industry_mask
from beltroad.trade.levers.lever import Lever
from beltroad.trade.levers.pairs import DEEP, PARTIAL, agreement_level, resolve
from beltroad.trade.time_costs import value_of_time

__all__ = ["Applied", "apply", "cost_floor"]

Mask = npt.NDArray[np.bool_]
COLUMNS = [
    "lever", "kind", "level", "amount", "unit_cut", "pairs", "pairs_left_alone", "trade_usd",
    "mean_cut_pct", "floored_pairs", "absent", "source",
]  # fmt: skip


@dataclass(frozen=True)
class Applied:
    """What a set of levers amounts to.

    Attributes
    ----------
    tariff : (J, N, N)
        New one plus ad valorem tariff, ``[industry, importer, exporter]``.
    cost_change : (J, N, N)
        Ratio of new to old delivered cost (iceberg); 1 is no change.
    account : DataFrame
        One row a lever, taken alone: ``lever, kind, level, amount, unit_cut`` (what
        ``mean_cut_pct`` is), ``pairs`` touched, ``pairs_left_alone`` (they have an agreement),
        ``trade_usd`` covered, ``mean_cut_pct`` weighted by trade, ``floored_pairs`` (pairs where
        all levers together met the floor), ``absent`` (members that the model lacks, joined by
        spaces), ``source``.
    """

    tariff: Array
    cost_change: Array
    account: pd.DataFrame


def cost_floor() -> float:
    """Least ratio of new to old delivered cost that all levers together may reach."""
    table = evidence.load("lever_assumptions").set_index("assumption")["central"]
    return float(table["cost_ratio_floor"])


def apply(
    levers: Sequence[Lever],
    calibration: Calibration,
    *,
    tariff: Array | None = None,
    value_of_time_level: str = "central",
    days: Array | None = None,
    floor: float | None = None,
) -> Applied:
    """New tariffs and iceberg changes from levers; the order of the levers does not matter.

    Rates are set first (of several for a pair the lowest), then cut, cuts one on the other.
    Cuts of delivered cost multiply, and so do the values of days saved; together they never
    bring a pair's cost below ``floor`` times the old one. Sales at home are untouched.

    Parameters
    ----------
    tariff : (J, N, N), optional
        One plus the ad valorem tariff to start from; the calibration's by default.
    value_of_time_level
        ``"low"``, ``"central"`` or ``"high"``, for days saved.
    days : (N, N), optional
        Days in transit ``[importer, exporter]`` before: no pair can save more, and the saving is
        against a cost that includes them. Without it the saving is ``1 / (1 + v d)``.
    floor
        Between 0 and 1; the assumption ``cost_ratio_floor`` by default.

    Raises
    ------
    InputError
        If a lever names what does not exist, touches no pair of the model, or an array does not
        fit.
    """
    start = calibration.tariff if tariff is None else tariff
    if start.shape != calibration.pi.shape:
        raise InputError(f"tariff has shape {start.shape}, expected {calibration.pi.shape}")
    least = cost_floor() if floor is None else floor
    if not 0.0 < least <= 1.0:
        raise InputError(f"floor {least:g} must lie above 0 and at most 1")
    per_day = np.zeros(len(calibration.industries))
    if any(lever.kind == "border_days" for lever in levers):
        per_day = value_of_time(calibration.industries, value_of_time_level)
    scopes = [_scope(lever, calibration) for lever in levers]
    rate = _new_rates(levers, scopes, start - 1.0)
    cost = np.ones_like(start)
    for lever, scope in zip(levers, scopes, strict=True):
        cost *= _cost_ratio(lever, scope.cells, per_day, days)
    floored = cost < least
    np.maximum(cost, least, out=cost)
    rows = []
    for lever, scope in zip(levers, scopes, strict=True):
        alone = _new_rates([lever], [scope], start - 1.0)
        ratio = _cost_ratio(lever, scope.cells, per_day, days)
        rows.append(_row(lever, scope, calibration, start - 1.0 - alone, 1.0 - ratio, floored))
    return Applied(1.0 + rate, cost, pd.DataFrame(rows, columns=COLUMNS))


@dataclass(frozen=True)
class _Scope:
    """Cells that a lever touches, pairs it leaves alone, members that are not in the model."""

    cells: Mask
    left_alone: int
    absent: tuple[str, ...]


def _scope(lever: Lever, calibration: Calibration) -> _Scope:
    economies = calibration.economies
    place = {code: k for k, code in enumerate(economies)}
    absent: dict[str, None] = {}

    def chosen(names: tuple[str, ...]) -> Mask:
        if not names:
            return np.ones(len(economies), dtype=bool)
        codes = resolve(names, extra=economies)
        absent.update(dict.fromkeys(c for c in codes if c not in place))
        return np.array([code in codes for code in economies], dtype=bool)

    if lever.within:
        group = chosen(lever.within)
        pairs = np.logical_and.outer(group, group)
    else:
        importers, exporters = chosen(lever.importers), chosen(lever.exporters)
        pairs = np.logical_and.outer(importers, exporters)
        if lever.both_directions:
            pairs |= pairs.T
    np.fill_diagonal(pairs, False)
    if not pairs.any():
        missing = f"; not in the model: {' '.join(absent)}" if absent else ""
        raise InputError(f"lever {lever.name!r} touches no pair of economies of the model{missing}")
    left_alone = 0
    if lever.unless_agreement:
        least = DEEP if lever.unless_agreement == "deep" else PARTIAL
        there = agreement_level(economies) >= least
        left_alone = int((pairs & there).sum())
        pairs &= ~there
    industries = industry_mask(lever.where, calibration.industries)
    return _Scope(industries[:, None, None] & pairs, left_alone, tuple(absent))


def _new_rates(levers: Sequence[Lever], scopes: Sequence[_Scope], rate: Array) -> Array:
    """Tariff rates after rates are set and then cut."""
    fixed = np.full_like(rate, np.inf)
    left = np.ones_like(rate)
    for lever, scope in zip(levers, scopes, strict=True):
        if lever.kind == "tariff_rate":
            fixed[scope.cells] = np.minimum(fixed[scope.cells], lever.amount / 100.0)
        elif lever.kind == "tariff_cut":
            left[scope.cells] *= 1.0 - lever.amount / 100.0
    return np.asarray(np.where(np.isfinite(fixed), fixed, rate) * left)


def _cost_ratio(lever: Lever, cells: Mask, per_day: Array, days: Array | None) -> Array:
    """Ratio of new to old delivered cost of one lever."""
    ratio = np.ones(cells.shape)
    if lever.kind == "border_days":
        v = per_day[:, None, None]
        if days is None:
            saved = np.broadcast_to(1.0 / (1.0 + v * lever.amount), cells.shape)
        else:
            if days.shape != cells.shape[1:] or not (np.isfinite(days) & (days >= 0)).all():
                raise InputError(
                    f"days must be finite, not negative and of shape {cells.shape[1:]}"
                )
            fewer = np.minimum(days, lever.amount)
            saved = (1.0 + v * (days - fewer)) / (1.0 + v * days)
        ratio[cells] = saved[cells]
    elif lever.kind not in ("tariff_cut", "tariff_rate"):
        ratio[cells] = 1.0 - lever.amount / 100.0
    return ratio


def _row(
    lever: Lever,
    scope: _Scope,
    calibration: Calibration,
    rate_cut: Array,
    cost_cut: Array,
    floored: Mask,
) -> list[object]:
    trade = np.where(scope.cells, calibration.trade_usd, 0.0)
    total = float(trade.sum())
    is_tariff = lever.kind in ("tariff_cut", "tariff_rate")
    cut = rate_cut if is_tariff else cost_cut
    return [
        lever.name,
        lever.kind,
        lever.level,
        lever.amount,
        "percent of value" if is_tariff else "percent of delivered cost",
        int(scope.cells.any(axis=0).sum()),
        scope.left_alone,
        total,
        100.0 * float((trade * cut).sum()) / total if total else 0.0,
        int((floored & scope.cells).any(axis=0).sum()),
        " ".join(scope.absent),
        lever.strength.source,
    ]
