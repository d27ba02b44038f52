"""OECD ICIO 2022 as a small set of arrays.

The source keeps, for 80 economies and 50 industries, the shares of intermediate spending and the
output accounts, but final demand only as one total per seller. Here the flows are put together
again; final demand by destination is imputed by ``beltroad.trade.world``.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from _common import wheel_member
from beltroad.trade.world import Observed

REQUIREMENT = "sanction-simulator==0.1.4"
FOLDER = "sanction_simulator/data/"
MILLION = 1e6

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class IcioFlows:
    """Million USD; ``i``/``n`` economies (seller, buyer), ``j``/``k`` industries."""

    economies: list[str]
    industries: list[str]
    intermediate: Array  # [k, i, j, n]: input k from i used by industry j of n
    output: Array  # [j, i]
    seller_final: Array  # [j, i] final demand of all destinations plus intermediate sales to ROW
    recorded_output: Array  # [j, i] output as published, before closing the accounts


def read_flows() -> IcioFlows:
    """Read the arrays; ``allow_pickle`` stays off, nothing of the package is imported."""
    archive = np.load(io.BytesIO(wheel_member(REQUIREMENT, FOLDER + "bench_cache.npz")))
    economies = [str(c) for c in archive["countries"]]
    industries = [str(s) for s in archive["sectors"]]
    n, j = len(economies), len(industries)
    if (n, j) != (80, 50):
        raise SystemExit(f"expected 80 economies and 50 industries, found {n} and {j}")
    share, spend, output = archive["A"], archive["omb"] * archive["s"], archive["s"]
    flows = share * spend[None, :]
    gap = np.abs(flows.sum(1) + archive["z"] - output).max() / output.max()
    if gap > 1e-12:
        raise SystemExit(f"rows do not add up to output: relative gap {gap:.1e}")
    return IcioFlows(
        economies,
        industries,
        flows.reshape(j, n, j, n),
        output.reshape(j, n),
        archive["z"].reshape(j, n),
        archive["go"].reshape(j, n),
    )


def labels() -> tuple[dict[str, str], dict[str, str]]:
    """Names of economies and titles of industries as OECD writes them."""

    def mapping(name: str) -> dict[str, str]:
        text = wheel_member(REQUIREMENT, FOLDER + name).decode("utf-8-sig")
        return {row[0]: row[1] for row in csv.reader(io.StringIO(text)) if len(row) == 2}

    return (
        mapping("OECD_ICIO_2025_country_code_mapping.csv"),
        mapping("OECD_ICIO_2025_sector_code_mapping.csv"),
    )


def observed(flows: IcioFlows, without: Sequence[str] = ()) -> Observed:
    """The accounts as the imputation reads them, USD.

    ``without`` leaves economies out, as if the source did not show them: what is sold to them
    joins the other sales, what is bought from them the residual of output.
    """
    out = np.array([code in set(without) for code in flows.economies])
    kept = flows.intermediate[:, ~out][..., ~out]
    other = flows.seller_final[:, ~out] + flows.intermediate[:, ~out][..., out].sum((2, 3))
    return Observed(
        economies=tuple(c for c, gone in zip(flows.economies, out, strict=True) if not gone),
        industries=tuple(flows.industries),
        flows=kept.sum(2).transpose(0, 2, 1) * MILLION,
        use=kept.sum(1).transpose(2, 0, 1) * MILLION,
        output=flows.output[:, ~out].T * MILLION,
        other_sales=other.T * MILLION,
    )
