"""Where the balancing starts: gravity for pairs with an imputed economy, else observed inputs."""

from __future__ import annotations

import numpy as np

from beltroad.trade.world.accounts import Array, Observed

__all__ = ["fixed_effects", "starts"]

HOME_SEED = 1e-3
GRAVITY_PART = 0.15  # of final sales between observed economies that start from gravity


def fixed_effects(flow: Array, ease: Array, sweeps: int = 200) -> tuple[Array, Array]:
    """Buyer and seller terms that make ``buyer * ease * seller`` meet the margins of a flow.

    Parameters
    ----------
    flow, ease : (J, N, N)

    Returns
    -------
    buyer, seller : (J, N)
    """
    seller = np.where(flow.sum(axis=1) > 0, 1.0, 0.0)
    buyer = np.zeros_like(seller)
    for _ in range(sweeps):
        reach = np.einsum("jni,ji->jn", ease, seller)
        buyer = np.divide(flow.sum(axis=2), reach, out=np.zeros_like(reach), where=reach > 0)
        reach = np.einsum("jni,jn->ji", ease, buyer)
        update = np.divide(flow.sum(axis=1), reach, out=np.zeros_like(reach), where=reach > 0)
        ratio = np.divide(update, seller, out=np.ones_like(update), where=seller > 0)
        seller = update
        if np.abs(ratio - 1).max() < 1e-8:
            break
    return buyer, seller


def starts(
    observed: Observed,
    ease: Array,
    output: Array,
    bought: Array,
    wanted: Array,
) -> tuple[Array, Array]:
    """Start for inputs and final sales of the extended world.

    Between observed economies final sales of a seller start from what the source shows, else
    from the pattern of its sales of inputs, part of it replaced by gravity; inputs are fixed and
    start at zero. With an imputed economy on either side both follow gravity: a buyer's
    purchases of an industry are split over sellers by seller term times ease.

    Parameters
    ----------
    ease : (J, N, N)
        Of all economies, observed first.
    output, bought, wanted : (R, J)
        Of the imputed economies: output, inputs bought, final demand by industry.

    Returns
    -------
    inputs, final : (J, N, N)
    """
    c = len(observed.economies)
    _, total, _ = ease.shape
    buyer, known = fixed_effects(observed.flows, ease[:, :c, :c])
    sold = observed.output.T
    level = known.sum(axis=1) / np.maximum(sold.sum(axis=1), 1e-300)
    seller = np.concatenate([known, output.T * level[:, None]], axis=1)
    pull = ease * seller[:, None, :]
    own = np.arange(total)
    # An industry that sells no inputs at all has no pattern: its sales start at home.
    none = observed.flows.sum(axis=(1, 2)) == 0
    pull[none] = 0.0
    pull[np.ix_(none, own, own)] = np.eye(total)
    pull[:, own, own] = np.maximum(pull[:, own, own], 1e-300)

    final = np.zeros_like(pull)
    final[:, :c, :c] = _observed_final(observed, pull[:, :c, :c] * buyer[:, :, None])
    spent = np.concatenate([final[:, :c, :c].sum(axis=2), wanted.T], axis=1)
    used = np.concatenate([observed.flows.sum(axis=2), bought.T], axis=1)
    reach_all = pull.sum(axis=2)
    reach_seen = pull[:, :, :c].sum(axis=2)
    reach = np.concatenate([reach_seen[:, :c], reach_all[:, c:]], axis=1)
    split = np.divide(
        pull, reach[:, :, None], out=np.zeros_like(pull), where=reach[:, :, None] > 1e-290
    )
    inputs = split * used[:, :, None]
    inputs[:, :c, :c] = 0.0
    rest = split * spent[:, :, None]
    rest[:, :c, :c] = final[:, :c, :c]
    return inputs, rest


def _observed_final(observed: Observed, gravity: Array) -> Array:
    """Final sales between observed economies before balancing, [industry, buyer, seller]."""
    n = gravity.shape[1]
    own = np.arange(n)
    if observed.final is not None:
        return observed.final.copy()
    flow = observed.flows
    sold = flow.sum(axis=1)
    pattern = np.divide(flow, sold[:, None, :], out=np.zeros_like(flow), where=sold[:, None, :] > 0)
    fitted = gravity.sum(axis=1)
    smooth = np.divide(
        gravity, fitted[:, None, :], out=np.zeros_like(gravity), where=fitted[:, None, :] > 0
    )
    start = (1.0 - GRAVITY_PART) * pattern + GRAVITY_PART * smooth
    start[:, own, own] += np.where(sold > 0, HOME_SEED, 1.0)
    return np.asarray(start * observed.other_sales.T[:, None, :])
