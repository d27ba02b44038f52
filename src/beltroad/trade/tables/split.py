"""Split the rest of the world of a release into economies, after the pattern of other accounts.

A release shows its economies one by one and all others as ``ROW``. Other accounts (the bundled
ones, which impute them) show how output, recipes and trade differ among those others. Their pattern
is scaled until it meets, industry by industry, what the release records of ROW as a whole: what it
sells to and buys from each economy shown, what it trades within itself, its output, its inputs, its
value added and its final spending. Nothing that the release shows of its own economies changes.

Scaling is bi-proportional, that is the least change in relative entropy (Deming and Stephan 1940).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from beltroad.errors import DataError, InputError
from beltroad.trade.calibration import Array, Calibration
from beltroad.trade.tables.icio_release import IcioRelease

__all__ = ["REST", "Split", "split_rest"]

REST = "ROW"
SEED = 1e-5  # share of a start that is spread evenly, so that no margin meets zeros only
LEAST_SPENDING = 0.2  # least final spending of an economy, as a share of its value added
PAIR_BOUNDS = (0.02, 50.0)  # most that a recorded pair may scale its start by
SHARES = 1e-9  # gap allowed in recipes and final spending
TOLERANCE = 1e-7  # gap of margins at which the balancing of flows stops, of ROW's output
ACCEPTED = 1e-5  # gap beyond which it has failed


@dataclass(frozen=True)
class Split:
    """Accounts with the rest of the world split. Money as in the release, million USD.

    Attributes
    ----------
    economies, industries
        Those of the release first, without ROW, then the imputed ones; what is left of ROW last.
    flow : (J, N, N)
        ``[industry, importer, exporter]``.
    use : (N, J, J)
        ``[economy, input, using industry]``.
    imputed
        Economies split out of ROW.
    notes
        How far the balancing got, and what it could not use.
    """

    economies: tuple[str, ...]
    industries: tuple[str, ...]
    flow: Array
    use: Array
    imputed: tuple[str, ...]
    notes: tuple[str, ...]


def split_rest(
    release: IcioRelease,
    pattern: Calibration,
    pairs_usd: Mapping[tuple[str, str], float] | None = None,
) -> Split:
    """Split ROW into the economies of the pattern that the release does not show.

    Parameters
    ----------
    pattern
        Accounts whose industries are those of the release. Its own ROW stays as the rest.
    pairs_usd
        Recorded goods trade by (exporter, importer), USD: scales the start of pairs that are split.

    Raises
    ------
    InputError
        If there is no ROW, industries differ, or the pattern has no other economies.
    DataError
        If the balancing does not end.
    """
    shown = tuple(c for c in release.economies if c != REST)
    new = tuple(c for c in pattern.economies if c not in shown and c != REST)
    if REST not in release.economies:
        raise InputError(f"the release has no {REST} to split")
    if set(release.industries) != set(pattern.industries):
        lost = sorted(set(release.industries) ^ set(pattern.industries))
        raise InputError(
            f"{REST} can be split only with the industries of the bundled accounts; these differ: "
            f"{', '.join(lost[:8])}"
        )
    if not new:
        raise InputError(f"the bundled accounts have no economies to split out of {REST}")
    parts = (*new, REST) if REST in pattern.economies else new
    at = np.array([pattern.economies.index(c) for c in parts])
    by = np.array([pattern.industries.index(s) for s in release.industries])
    rest, own = release.economies.index(REST), [release.economies.index(c) for c in shown]
    flow, use = release.flow, release.use
    made, inputs, added = _production(
        flow[:, :, rest].sum(axis=1), use[rest], pattern.sales[at][:, by],
        pattern.gamma[at][:, by][:, :, by],
    )  # fmt: skip
    deficit = _deficits(
        added, pattern.deficit[at] / pattern.value_added[at],
        float(flow[:, rest].sum() - use[rest].sum() - added.sum()),
    )  # fmt: skip
    final = _final(flow[:, rest].sum(axis=1) - use[rest].sum(axis=1), added + deficit,
                   pattern.alpha[at][:, by])  # fmt: skip
    start = _start(pattern, (*shown, *parts), by)
    scaled = _pairs(start, pattern.goods[by], (*shown, *parts), len(shown), pairs_usd)
    done, gap, sweeps = _flows(start, flow, own, rest, made, inputs.sum(axis=2) + final)
    # Purchases meet their margin but for the gap: inputs stay within them.
    room = done[:, len(shown) :].sum(axis=2).T
    used = inputs.sum(axis=2)
    inputs *= np.divide(room, used, out=np.ones_like(used), where=used > room)[:, :, None]
    notes = [
        f"{REST} split into {len(new)} economies"
        + (f" and a smaller {REST}" if REST in parts else "")
        + f", imputed: {', '.join(new)}",
        f"balanced in {sweeps} sweeps, largest gap {gap:.1e} of {REST}'s output",
    ]
    if pairs_usd:
        notes.append(f"recorded goods trade scales the start of {scaled} pairs")
    return Split(
        (*shown, *parts), release.industries, done, np.concatenate([use[own], inputs]), new,
        tuple(notes),
    )  # fmt: skip


def _scaled(start: Array, rows: Array, columns: Array, sweeps: int = 5000) -> Array:
    """Bi-proportional scaling of the last two axes to their sums; leading axes run apart."""
    even = rows[..., :, None] * columns[..., None, :]
    total = np.maximum(columns.sum(axis=-1), 1e-300)[..., None, None]
    size = np.maximum(start.sum(axis=(-2, -1)), 1e-300)[..., None, None]
    x = (1.0 - SEED) * start / size * total + SEED * even / total
    for _ in range(sweeps):
        x = x * _ratio(columns, x.sum(axis=-2))[..., None, :]
        have = x.sum(axis=-1)
        if np.abs(have - rows).max() <= SHARES * max(float(rows.max()), 1e-300):
            break
        x = x * _ratio(rows, have)[..., :, None]
    return np.asarray(x * _ratio(columns, x.sum(axis=-2))[..., None, :])


def _ratio(target: Array, have: Array) -> Array:
    return np.divide(target, have, out=np.zeros_like(have), where=have > 0)


def _production(
    sold: Array, use: Array, sales: Array, recipe: Array
) -> tuple[Array, Array, Array]:  # fmt: skip
    """Output (R, J), inputs (R, J, J) and value added (R,) that add up to those of ROW.

    Parameters
    ----------
    sold : (J,)
        Output of ROW.
    use : (J, J)
        Its inputs, ``[input, user]``.
    sales, recipe : (R, J), (R, J, J)
        Of the pattern.
    """
    size = sales.sum(axis=1, keepdims=True)
    share = np.where(sales.sum(axis=0) > 0, sales, size)
    made = share / share.sum(axis=0) * sold
    added = sold - use.sum(axis=0)
    # By user: economies against inputs and value added.
    own = 1.0 - recipe.sum(axis=1, keepdims=True)
    start = np.concatenate([recipe, own], axis=1) * made[:, None, :]
    totals = np.concatenate([use, added[None, :]]).T
    found = _scaled(start.transpose(2, 0, 1), made.T, totals).transpose(1, 2, 0)
    return made, found[:, :-1], found[:, -1].sum(axis=1)


def _deficits(added: Array, share: Array, total: float) -> Array:
    """Deficits after the pattern's share of value added that add up to that of ROW."""
    size = added / added.sum()
    guess = share * added
    deficit = guess + (total - guess.sum()) * size
    floor = (LEAST_SPENDING - 1.0) * added
    for _ in range(50):
        low = deficit < floor
        missing = float((floor - deficit)[low].sum())
        if missing <= SHARES * float(added.sum()):
            break
        deficit = np.where(low, floor, deficit)
        deficit[~low] -= missing * size[~low] / size[~low].sum()
    return np.asarray(deficit)


def _final(total: Array, spending: Array, mix: Array) -> Array:
    """Final demand (R, J) by the pattern's mix; sums are those of ROW and of each economy."""
    total = np.maximum(total, 0.0)
    return _scaled(mix * spending[:, None], spending * (total.sum() / spending.sum()), total)


def _start(pattern: Calibration, order: tuple[str, ...], by: np.ndarray) -> Array:
    """The pattern's flows in the order wanted; zero for economies that it does not have."""
    place = {c: k for k, c in enumerate(pattern.economies)}
    there = np.array([k for k, c in enumerate(order) if c in place])
    source = np.array([place[order[k]] for k in there])
    out = np.zeros((len(by), len(order), len(order)))
    out[np.ix_(np.arange(len(by)), there, there)] = pattern.trade_usd[np.ix_(by, source, source)]
    return out


def _pairs(
    start: Array, goods: np.ndarray, order: tuple[str, ...], shown: int,
    pairs_usd: Mapping[tuple[str, str], float] | None,
) -> int:  # fmt: skip
    """Scale goods of pairs with a split economy to what is recorded; returns how many."""
    count = 0
    have = start[goods].sum(axis=0)
    for n, buyer in enumerate(order):
        for i, seller in enumerate(order):
            value = (pairs_usd or {}).get((seller, buyer))
            if value is None or max(n, i) < shown or n == i or REST in (buyer, seller):
                continue
            if have[n, i] > 0:
                start[goods, n, i] *= np.clip(value / have[n, i], *PAIR_BOUNDS)
                count += 1
    return count


def _flows(
    start: Array, flow: Array, own: list[int], rest: int, made: Array, bought: Array,
    sweeps: int = 5000,
) -> tuple[Array, float, int]:  # fmt: skip
    """Flows of all pairs, each industry apart; those between economies shown are the release's.

    Parameters
    ----------
    start : (J, N, N)
        ``[industry, importer, exporter]``; the economies shown come first.
    flow : (J, M, M)
        Of the release, ``rest`` being ROW.
    made, bought : (R, J)
        Output and purchases of the parts of ROW; together those of ROW.
    """
    c = len(own)
    to_shown, from_shown = flow[:, own, rest], flow[:, rest][:, own]  # (J, c)
    within = flow[:, rest, rest]
    sold, buys = made.T, bought.T  # (J, R)
    scale = float(made.sum())
    a = _seeded(start[:, :c, c:], to_shown, sold)
    b = _seeded(start[:, c:, :c], buys, from_shown)
    w = _seeded(start[:, c:, c:], buys, sold)
    gap = np.inf
    for sweep in range(1, sweeps + 1):
        factor = _ratio(sold, a.sum(axis=1) + w.sum(axis=1))[:, None, :]
        a *= factor
        w *= factor
        factor = _ratio(buys, b.sum(axis=2) + w.sum(axis=2))[:, :, None]
        b *= factor
        w *= factor
        a *= _ratio(to_shown, a.sum(axis=2))[:, :, None]
        b *= _ratio(from_shown, b.sum(axis=1))[:, None, :]
        w *= _ratio(within, w.sum(axis=(1, 2)))[:, None, None]
        if sweep % 10 == 0:
            gaps = (a.sum(axis=1) + w.sum(axis=1) - sold, b.sum(axis=2) + w.sum(axis=2) - buys)
            gap = max(float(np.abs(g).max()) for g in gaps) / scale
            if gap <= TOLERANCE:
                break
    if gap > ACCEPTED:
        raise DataError(f"splitting {REST}: margins do not hold after {sweeps} sweeps ({gap:.1e})")
    top = np.concatenate([flow[:, own][:, :, own], a], axis=2)
    return np.concatenate([top, np.concatenate([b, w], axis=2)], axis=1), gap, sweep


def _seeded(start: Array, rows: Array, columns: Array) -> Array:
    """A start with a small even spread added; all of it spread where the start is empty."""
    even = rows[:, :, None] * columns[:, None, :]
    size = start.sum(axis=(1, 2))
    wanted = np.where(size > 0, SEED * size, even.sum(axis=(1, 2)))
    return np.asarray(start + even * _ratio(wanted, even.sum(axis=(1, 2)))[:, None, None])
