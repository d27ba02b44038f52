"""OECD ICIO 2022 as a small set of arrays, and final demand by destination built from them.

The source keeps, for 80 economies and 50 industries, the shares of intermediate spending and the
output accounts, but final demand only as one total per seller. Here the flows are put together
again and final demand is spread over destinations by bi-proportional scaling.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from _common import wheel_member

REQUIREMENT = "sanction-simulator==0.1.4"
FOLDER = "sanction_simulator/data/"
HOME_SEED = 1e-3
MINIMUM_VALUE_ADDED_SHARE = 0.02

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


def value_added(flows: IcioFlows) -> Array:
    """Output less intermediates bought from the 80 economies, per economy.

    Holds true value added, taxes less subsidies on inputs, and inputs from the rest of the world.
    """
    return (flows.output - flows.intermediate.sum((0, 1))).sum(0)


def final_demand(
    flows: IcioFlows, spending: Array, *, tolerance: float = 1e-12, sweeps: int = 5000
) -> Array:
    """Spread final demand over destinations: ``[j, n, i]``, importer n, exporter i.

    The start is each seller's own pattern of intermediate sales over buyers, plus
    ``HOME_SEED`` of final sales at home (all of them where it sells no intermediates); it is then
    scaled in turn to final sales of each seller and to ``spending`` of each buyer.
    """
    n = flows.seller_final.shape[1]
    start = flows.intermediate.sum(2).transpose(0, 2, 1).copy()
    total = start.sum(1)
    home = np.where(total > 0, HOME_SEED * total, 1.0)
    start[:, np.arange(n), np.arange(n)] += home
    buyer = np.ones(n)
    target = flows.seller_final
    for sweep in range(1, sweeps + 1):
        reach = np.einsum("jni,n->ji", start, buyer)
        seller = np.divide(target, reach, out=np.zeros_like(reach), where=target > 0)
        bought = np.einsum("jni,ji->n", start, seller)
        update = spending / bought
        step = np.abs(update / buyer - 1).max()
        buyer = update
        if step < tolerance:
            done = sweep
            break
    else:
        raise SystemExit(f"bi-proportional scaling not done after {sweeps} sweeps")
    reach = np.einsum("jni,n->ji", start, buyer)
    seller = np.divide(target, reach, out=np.zeros_like(reach), where=target > 0)
    print(f"{done} sweeps; buyer factors {buyer.min():.2f} to {buyer.max():.2f}")
    return start * buyer[None, :, None] * seller[:, None, :]
