"""What the imputation reads: observed accounts of some economies and figures on all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from beltroad.errors import DataError

__all__ = ["Array", "Figures", "Observed", "World"]

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Observed:
    """Input-output accounts of the economies that a source shows one by one. Money in USD.

    Attributes
    ----------
    economies, industries
        Labels.
    flows : (J, N, N)
        Inputs sold among them, ``[input industry, buyer, seller]``, own sales included.
    use : (N, J, J)
        Inputs used, all origins among them together, ``[economy, input, using industry]``.
    output : (N, J)
        Gross output.
    other_sales : (N, J)
        All other sales of a seller: final demand everywhere and inputs sold outside.
    final : (J, N, N), optional
        Final sales among them where the source shows destinations, as `flows`. They are where
        the balancing starts; without them the pattern of inputs stands in.
    """

    economies: tuple[str, ...]
    industries: tuple[str, ...]
    flows: Array
    use: Array
    output: Array
    other_sales: Array
    final: Array | None = None

    def __post_init__(self) -> None:
        n, j = len(self.economies), len(self.industries)
        shapes = {
            "flows": (j, n, n),
            "use": (n, j, j),
            "output": (n, j),
            "other_sales": (n, j),
            "final": (j, n, n),
        }
        for name, shape in shapes.items():
            value = getattr(self, name)
            if value is None:
                continue
            if value.shape != shape:
                raise DataError(f"observed accounts: {name} has shape {value.shape}, not {shape}")
            if not (np.isfinite(value) & (value >= 0)).all():
                raise DataError(f"observed accounts: {name} must be finite and not negative")
        scale = self.output.sum()
        sold = self.flows.sum(axis=1).T + self.other_sales
        used = self.flows.sum(axis=2).T - self.use.sum(axis=2)
        for what, gap in (("sales", sold - self.output), ("inputs", used)):
            if np.abs(gap).max() > 1e-9 * scale:
                raise DataError(
                    f"observed accounts: {what} do not add up (gap {np.abs(gap).max():.3g} USD)"
                )

    @property
    def residual(self) -> Array:
        """Output less inputs from the observed economies, USD, (N, J).

        Value added, taxes less subsidies on inputs, and inputs from everybody else.
        """
        return np.asarray(self.output - self.use.sum(axis=1))


@dataclass(frozen=True)
class Figures:
    """Figures on every economy of the extended world; NaN where not known. Money in USD.

    The observed economies come first, in their order.

    Attributes
    ----------
    economies
        Codes; ``ROW`` is the rest of the world.
    gdp_usd, population : (N,)
    exports_usd, imports_usd : (N,)
        Goods and services.
    goods_both_usd : (N,)
        Goods exports plus imports, where known.
    agriculture, industry : (N,)
        Share of GDP; industry holds mining, manufacturing, utilities and construction.
    continent, region, export_group : tuple of str
        Labels; what goods the economy mainly exports, "" where not known.
    distance_km : (N, N)
    border : (N, N)
        True where two economies share a land border.
    goods_trade_usd : (N, N)
        Goods trade of a pair, ``[importer, exporter]``.
    """

    economies: tuple[str, ...]
    gdp_usd: Array
    population: Array
    exports_usd: Array
    imports_usd: Array
    goods_both_usd: Array
    agriculture: Array
    industry: Array
    continent: tuple[str, ...]
    region: tuple[str, ...]
    export_group: tuple[str, ...]
    distance_km: Array
    border: npt.NDArray[np.bool_]
    goods_trade_usd: Array

    def __post_init__(self) -> None:
        n = len(self.economies)
        for name, value in vars(self).items():
            wanted = (n, n) if name in ("distance_km", "border", "goods_trade_usd") else (n,)
            if np.shape(value) != wanted:
                raise DataError(f"figures: {name} has shape {np.shape(value)}, not {wanted}")
        bad = ~(np.isfinite(self.gdp_usd) & (self.gdp_usd > 0))
        if bad.any():
            first = self.economies[int(np.flatnonzero(bad)[0])]
            raise DataError(f"figures: GDP of {first} must be known and above zero")

    def take(self, keep: npt.NDArray[np.intp]) -> Figures:
        """Give the same figures for chosen economies, in that order."""
        chosen: dict[str, Any] = {}
        for name, value in vars(self).items():
            if isinstance(value, tuple):
                chosen[name] = tuple(value[k] for k in keep)
            else:
                chosen[name] = value[np.ix_(keep, keep)] if value.ndim == 2 else value[keep]
        return Figures(**chosen)


@dataclass(frozen=True)
class World:
    """Closed accounts of the observed and the imputed economies. Money in USD, basic prices.

    Attributes
    ----------
    economies, industries
        Labels; the first ``observed`` economies are those of the source.
    inputs, final : (J, N, N)
        Sales to industries and to final demand, ``[industry, importer, exporter]``.
    use : (N, J, J)
        Inputs used, all origins, ``[economy, input, using industry]``.
    output : (N, J)
    value_added, deficit : (N,)
        Final spending is value added plus deficit; deficits sum to zero.
    donors : (R, N observed)
        Weights of the observed economies in each imputed one; rows sum to one.
    residuals
        Largest relative gap of each hard margin, number of sweeps, and what was capped.
    """

    economies: tuple[str, ...]
    industries: tuple[str, ...]
    observed: int
    inputs: Array
    final: Array
    use: Array
    output: Array
    value_added: Array
    deficit: Array
    donors: Array
    residuals: dict[str, float]

    @property
    def trade(self) -> Array:
        """All flows, (J, N, N)."""
        return np.asarray(self.inputs + self.final)

    @property
    def cost_share(self) -> Array:
        """Input cost per unit of output, (N, J, J); zero where there is no output."""
        out = self.output[:, None, :]
        return np.divide(self.use, out, out=np.zeros_like(self.use), where=out > 0)
