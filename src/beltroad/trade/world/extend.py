"""The extended world: observed accounts, and all others imputed, balanced into one."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from beltroad.errors import DataError
from beltroad.trade.world.accounts import Array, Figures, Observed, World
from beltroad.trade.world.balance import Balanced, Margins, balance
from beltroad.trade.world.friction import Friction, covariates, fit
from beltroad.trade.world.seeds import starts
from beltroad.trade.world.structure import donor_weights, mixed_structure

__all__ = ["Settings", "extend", "fill_trade", "spread_inputs"]

MOST_EXPORTED = 0.6
GOODS_AT_BASIC_PRICES = 0.8
# Much of what these record as trade only passes through; the accounts leave it out, so that only
# their balance of trade is used.
TRANSIT_HUBS = ("HKG", "SGP", "NLD", "BEL", "ARE")
SMALLEST_VALUE_ADDED = 0.02  # share of output, as in the source of the observed accounts


@dataclass(frozen=True)
class Settings:
    """Choices of the imputation.

    Attributes
    ----------
    passes
        Rounds; from the second on, donors have their own inputs from imputed economies and
        the final demand of the round before.
    weight_total, weight_pair
        See `Margins`.
    tolerance
        Of the hard margins.
    """

    passes: int = 3
    weight_total: float = 30.0
    weight_pair: float = 10.0
    tolerance: float = 1e-8


def fill_trade(figures: Figures, donors: Array) -> Figures:
    """Unknown exports and imports from the donors' ratios to GDP."""
    c = donors.shape[1]
    values = {}
    for name in ("exports_usd", "imports_usd"):
        known = getattr(figures, name).copy()
        ratio = known / figures.gdp_usd
        guess = donors @ np.where(np.isfinite(ratio[:c]), ratio[:c], np.nanmedian(ratio[:c]))
        missing = ~np.isfinite(known)
        fill = np.concatenate([np.full(c, np.nanmedian(ratio)), guess]) * figures.gdp_usd
        known[missing] = fill[missing]
        values[name] = known
    return replace(figures, **values)


def consistent_trade(figures: Figures) -> Figures:
    """Exports and imports that add up to the same over the world.

    The gap of the records is spread over economies by their trade, half on either side.
    """
    size = figures.imports_usd + figures.exports_usd
    gap = (figures.imports_usd.sum() - figures.exports_usd.sum()) * size / size.sum()
    return replace(
        figures,
        exports_usd=figures.exports_usd + gap / 2.0,
        imports_usd=figures.imports_usd - gap / 2.0,
    )


def without_transit(figures: Figures, fixed: Array, sales: Array) -> Figures:
    """Recorded trade less what cannot be made at home: re-exports, which the accounts leave out.

    Exports above the observed sales of inputs abroad plus `MOST_EXPORTED` of all other sales are
    cut to that, and imports by the same amount, so that the balance of trade stays.

    Parameters
    ----------
    fixed : (N,)
        Observed sales of inputs abroad.
    sales : (N,)
        All other sales.
    """
    cut = np.maximum(figures.exports_usd - fixed - MOST_EXPORTED * sales, 0.0)
    cut = np.minimum(cut, 0.95 * figures.imports_usd)
    return replace(
        figures, exports_usd=figures.exports_usd - cut, imports_usd=figures.imports_usd - cut
    )


def spread_inputs(use: Array, output: Array, extra: Array) -> tuple[Array, float]:
    """Add inputs from new sellers to the industries that use such inputs.

    An input goes to users in proportion to what they use of it already. No industry spends more
    than 0.98 of its output on inputs: what is above that goes to the economy's other industries
    in proportion to their room.

    Parameters
    ----------
    use, output : (N, J, J), (N, J)
    extra : (N, J)
        Inputs bought in addition, by input.

    Returns
    -------
    use : (N, J, J)
    moved : float
        USD that was moved to other industries.
    """
    total = use.sum(axis=2, keepdims=True)
    by_output = output[:, None, :] / output.sum(axis=1)[:, None, None]
    share = np.divide(use, total, out=np.broadcast_to(by_output, use.shape).copy(), where=total > 0)
    more = share * extra[:, :, None]
    limit = np.maximum((1.0 - SMALLEST_VALUE_ADDED) * output - use.sum(axis=1), 0.0)
    added = more.sum(axis=1)
    moved = 0.0
    for n in np.flatnonzero((added > limit).any(axis=1)):
        over = np.maximum(added[n] - limit[n], 0.0)
        cut = np.divide(over, added[n], out=np.zeros_like(over), where=added[n] > 0)
        excess = (more[n] * cut[None, :]).sum(axis=1)
        room = np.maximum(limit[n] - added[n], 0.0)
        if excess.sum() > room.sum():
            raise DataError(f"economy {n} cannot take its inputs from imputed economies")
        more[n] = more[n] * (1.0 - cut)[None, :] + excess[:, None] * room / room.sum()
        moved += float(excess.sum())
    return use + more, moved


def extend(
    observed: Observed,
    figures: Figures,
    goods: npt.NDArray[np.bool_],
    *,
    settings: Settings | None = None,
    friction: Friction | None = None,
) -> World:
    """Impute every economy of ``figures`` that the source does not show, and close the accounts.

    Parameters
    ----------
    goods : (J,)
        Industries whose products cross a border physically.
    friction
        Gravity of trade in inputs; estimated on the observed flows by default.

    Raises
    ------
    DataError
        If the figures do not begin with the observed economies or margins cannot be met.
    """
    chosen = settings or Settings()
    c = len(observed.economies)
    if figures.economies[:c] != observed.economies:
        raise DataError("figures must begin with the observed economies in their order")
    donors = donor_weights(figures, c)
    recorded = np.isfinite(figures.exports_usd)
    figures = consistent_trade(fill_trade(figures, donors))
    x = covariates(figures.distance_km, figures.border)
    if friction is None:
        friction = fit(observed.flows, x[:c, :c], goods)
    ease = friction.ease(x)
    deficit = figures.imports_usd - figures.exports_usd
    use, residual = observed.use, observed.residual
    final_mix: Array | None = None
    moved = 0.0
    for number in range(chosen.passes):
        # Imputed economies are measured at basic prices as the observed ones are.
        basic = float((observed.output - use.sum(axis=1)).sum() / figures.gdp_usd[:c].sum())
        added = basic * figures.gdp_usd[c:]
        made, recipe = mixed_structure(
            donors, use, observed.output, added, observed.industries,
            figures.agriculture[c:], figures.industry[c:], figures.export_group[c:],
        )  # fmt: skip
        bought = np.einsum("rkj,rj->rk", recipe, made)
        if final_mix is None:
            mix = np.broadcast_to(observed.other_sales.sum(axis=0), (c, made.shape[1]))
            final_mix = mix / mix.sum(axis=1, keepdims=True)
        wanted = (donors @ final_mix) * (added + deficit[c:])[:, None]
        if (added + deficit[c:] <= 0).any():
            worst = figures.economies[c + int((added + deficit[c:]).argmin())]
            raise DataError(f"{worst}: recorded trade balance leaves no final spending")
        start = starts(observed, ease, made, bought, wanted)
        # Rounds but the last only serve to find the donors' inputs and final demand.
        exact = chosen.tolerance if number + 1 == chosen.passes else max(1e-5, chosen.tolerance)
        now = replace(chosen, tolerance=exact)
        done = _balanced(
            observed, figures, goods, start, made, bought, added, deficit, recorded, now
        )
        extra = done.inputs[:, :c, :].sum(axis=2).T
        use, moved = spread_inputs(observed.use, observed.output, extra)
        spent = done.final[:, :c, :].sum(axis=2).T
        final_mix = spent / spent.sum(axis=1, keepdims=True)
    inputs = done.inputs.copy()
    inputs[:, :c, :c] = observed.flows
    return World(
        economies=figures.economies,
        industries=observed.industries,
        observed=c,
        inputs=inputs,
        final=done.final,
        use=np.concatenate([use, recipe * made[:, None, :]]),
        output=np.concatenate([observed.output, made]),
        value_added=np.concatenate([residual.sum(axis=1) - extra.sum(axis=1), added]),
        deficit=deficit,
        donors=donors,
        residuals={
            "sweeps": float(done.sweeps),
            "final_spending": done.gap_final,
            "inputs": done.gap_inputs,
            "sales": done.gap_sales,
            "inputs_moved_usd": moved,
            "basic_price_ratio": basic,
        },
    )


def _balanced(
    observed: Observed,
    figures: Figures,
    goods: npt.NDArray[np.bool_],
    start: tuple[Array, Array],
    made: Array,
    bought: Array,
    added: Array,
    deficit: Array,
    recorded: npt.NDArray[np.bool_],
    settings: Settings,
) -> Balanced:
    """Margins of one pass, and the flows that meet them."""
    c, total = len(observed.economies), len(figures.economies)
    fixed = np.zeros_like(start[0])
    fixed[:, :c, :c] = observed.flows
    free = np.full((fixed.shape[0], c), np.nan)
    abroad = fixed.sum(axis=(0, 1)) - np.einsum("jnn->n", fixed)
    sales = np.concatenate([observed.other_sales, made])
    figures = without_transit(figures, abroad, sales.sum(axis=1))
    hub = np.isin(figures.economies, TRANSIT_HUBS)
    hub[:c] |= ~recorded[:c]
    margins = Margins(
        fixed=fixed,
        sales=sales,
        inputs=np.concatenate([free, bought.T], axis=1),
        income=np.concatenate([observed.residual.sum(axis=1), added]),
        deficit=deficit,
        exports=np.where(hub, np.nan, figures.exports_usd),
        imports=np.where(hub, np.nan, figures.imports_usd),
        goods=figures.goods_trade_usd * GOODS_AT_BASIC_PRICES,
        # Customs count goods with margins of trade and transport and with re-exports, which the
        # accounts book as services or leave out: one factor for all.
        merchandise=np.where(hub, np.nan, figures.goods_both_usd * GOODS_AT_BASIC_PRICES),
        is_goods=goods,
        weight_total=settings.weight_total,
        weight_pair=settings.weight_pair,
    )
    if margins.sales.shape != (total, fixed.shape[0]):
        raise DataError("sales do not fit the economies")
    return balance(start[0], start[1], margins, tolerance=settings.tolerance)
