"""Output and input structure of an imputed economy, mixed from similar observed ones."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from beltroad.trade.world.accounts import Array, Figures

__all__ = ["AGRICULTURE", "INDUSTRY", "donor_weights", "group_of", "mixed_structure"]

AGRICULTURE = ("A",)
INDUSTRY = ("B", "C", "D", "E", "F")

DONORS = 8  # most donors of one economy
# A difference of this size in a feature counts as one unit of distance between economies.
SCALES = {"income": 0.7, "agriculture": 0.07, "industry": 0.09, "openness": 0.35, "size": 2.5}
OTHER_CONTINENT, OTHER_REGION, OTHER_EXPORTS = 0.5, 0.9, 2.0
UNKNOWN = 1.2  # distance counted for a feature that is not known
LEAST_DONOR_GDP_USD = 5e9  # smaller ones are no pattern for others
# What is left of the donors' mining where the economy's exports are of another kind.
MINING = {"B06": ("fuel", 0.1), "B07": ("ore", 0.25)}
BOUNDS = (0.1, 8.0)  # most that a group of industries is scaled to a country's own shares
PRODUCT_TAXES = 0.05  # part of GDP at market prices that no industry earns


def donor_weights(figures: Figures, observed: int) -> Array:
    """Weights of the observed economies as donors of each other economy.

    Features: GDP per head, shares of agriculture and industry, openness (exports over GDP),
    size, continent, region and the goods mainly exported. An unknown feature counts as a fixed
    distance. The weight falls as exp(-d^2 / 2); the eight nearest count.

    Returns
    -------
    ndarray (R, observed)
        Rows sum to one.
    """
    features = {
        "income": np.log(figures.gdp_usd / figures.population),
        "agriculture": figures.agriculture,
        "industry": figures.industry,
        "openness": np.minimum(figures.exports_usd / figures.gdp_usd, 1.2),
        "size": np.log(figures.gdp_usd),
    }
    total = len(figures.economies)
    square = np.zeros((total - observed, observed))
    for name, value in features.items():
        gap = (value[observed:, None] - value[None, :observed]) / SCALES[name]
        square += np.where(np.isfinite(gap), gap, UNKNOWN) ** 2
    for labels, cost in (
        (figures.continent, OTHER_CONTINENT),
        (figures.region, OTHER_REGION),
        (figures.export_group, OTHER_EXPORTS),
    ):
        label = np.array(labels)
        differs = label[observed:, None] != label[None, :observed]
        square += cost**2 * (differs & (label[observed:, None] != ""))
    square[:, figures.gdp_usd[:observed] < LEAST_DONOR_GDP_USD] = np.inf
    weight = np.exp(-0.5 * (square - square.min(axis=1, keepdims=True)))
    floor = -np.sort(-weight, axis=1)[:, min(DONORS, observed) - 1 : min(DONORS, observed)]
    weight[weight < floor] = 0.0
    weight[weight < 0.02] = 0.0
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def group_of(industries: tuple[str, ...]) -> npt.NDArray[np.intp]:
    """0 agriculture, 1 industry (mining to construction), 2 services, by ISIC section."""
    return np.array(
        [0 if c[0] in AGRICULTURE else 1 if c[0] in INDUSTRY else 2 for c in industries]
    )


def mixed_structure(
    weights: Array,
    use: Array,
    output: Array,
    value_added: Array,
    industries: tuple[str, ...],
    agriculture: Array,
    industry: Array,
    export_group: tuple[str, ...],
) -> tuple[Array, Array]:
    """Output by industry and input cost shares of imputed economies.

    Value added by industry is the donors' mixture, scaled within agriculture, industry and
    services to the economy's own shares of GDP where they are known. Cost shares are the
    donors', weighted by donor weight and the donor's share of the industry in its value added.

    Parameters
    ----------
    weights : (R, N)
    use, output : (N, J, J), (N, J)
        Of the donors.
    value_added : (R,)
        Of the imputed economies.
    agriculture, industry : (R,)
        Shares of GDP, NaN where not known.
    export_group : tuple of str
        Crude oil and ores of the donors count in full only where the economy exports such.

    Returns
    -------
    output : (R, J)
    cost_share : (R, J, J)
    """
    added = output - use.sum(axis=1)
    share = added / added.sum(axis=1, keepdims=True)
    own = weights @ share
    kind = np.array(export_group)
    for code, (group_name, rest) in MINING.items():
        if code in industries:
            own[(kind != group_name) & (kind != ""), industries.index(code)] *= rest
    group = group_of(industries)
    wanted = np.stack([agriculture, industry, 1.0 - agriculture - industry - PRODUCT_TAXES])
    wanted = np.maximum(wanted, 0.005)
    wanted = wanted / wanted.sum(axis=0)
    have = np.stack([own[:, group == g].sum(axis=1) for g in range(3)])
    scale = np.clip(wanted / have, *BOUNDS)
    scale = np.where(np.isfinite(scale), scale, 1.0)
    own = own * scale[group].T
    own = own / own.sum(axis=1, keepdims=True) * value_added[:, None]
    # An industry's recipe counts by how much of the mixture each donor makes of it.
    part = weights[:, :, None] * share[None, :, :]
    part = np.divide(
        part, part.sum(axis=1, keepdims=True), out=np.zeros_like(part),
        where=part.sum(axis=1, keepdims=True) > 0,
    )  # fmt: skip
    recipe = np.divide(
        use, output[:, None, :], out=np.zeros_like(use), where=output[:, None, :] > 0
    )
    cost = np.einsum("rnj,nkj->rkj", part, recipe)
    beta = 1.0 - cost.sum(axis=1)
    made = np.divide(own, beta, out=np.zeros_like(own), where=own > 0)
    return made, cost
