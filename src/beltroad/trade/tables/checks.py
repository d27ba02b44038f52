"""Do the accounts add up? Everything that does not, with its size, before anything is solved."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from beltroad.errors import InputError
from beltroad.trade.calibration import Array
from beltroad.trade.tables.accounts import Accounts

__all__ = [
    "COLUMNS", "LIMITS", "ROUNDING", "AccountsError", "Balance", "Finding", "balance", "findings",
]  # fmt: skip

ROUNDING = 1e-5
LIMITS = {
    "cost shares": 0.05,  # of cost
    "negative cost share": 0.01,  # of cost
    "negative final demand": 0.10,  # of the country's final spending
    "consumption": 0.10,  # of the country's final spending
    "deficits": 0.10,  # of the country's value added
    "world deficit": 0.01,  # of world value added
    "own tariff": 1.0,  # own sales bear no tariff whatever is given
}
COLUMNS = ["what", "country", "sector", "size", "size_pct", "verdict", "remedy"]
NOTE, REPAIR, REFUSE = "note", "repair", "refuse"
SHOWN = 15


@dataclass(frozen=True)
class Finding:
    """One thing that does not add up.

    ``size`` is in the data's money; ``size_pct`` is percent of what the check compares with (cost,
    final spending, value added). ``verdict``: ``note`` (rounding, put right without asking),
    ``repair`` (small: put right on request) or ``refuse``.
    """

    what: str
    country: str
    sector: str
    size: float
    size_pct: float
    verdict: str
    remedy: str


class AccountsError(InputError):
    """Accounts that do not add up. ``findings`` is the whole list as a table."""

    def __init__(self, source: str, table: pd.DataFrame, repair: bool) -> None:
        self.findings = table
        stop = table[table["verdict"].ne(NOTE) if not repair else table["verdict"].eq(REFUSE)]
        order = np.argsort(-stop["size_pct"].abs().to_numpy(), kind="stable")
        lines = [f"{source}: the accounts do not add up ({len(stop)} found)"]
        for row in stop.iloc[order[:SHOWN]].to_dict("records"):
            at = " ".join(x for x in (row["country"], row["sector"]) if x)
            lines.append(
                f"  - {row['what']}{': ' + at if at else ''}: {row['size']:.4g} "
                f"({row['size_pct']:.3g} %). {row['remedy']}"
            )
        if len(stop) > SHOWN:
            lines.append(f"  - and {len(stop) - SHOWN} more (smaller)")
        too_large = int(stop["verdict"].eq(REFUSE).sum())
        lines.append(
            f"  {too_large} too large to repair: correct the data"
            if too_large
            else "  All are small: repair=True (--repair) puts them right and shows how"
        )
        super().__init__("\n".join(lines))


@dataclass(frozen=True)
class Balance:
    """What the flows and cost shares imply. ``[country, sector]``; money as in the data."""

    gamma: Array
    beta: Array
    sales: Array
    spending: Array
    final: Array
    value_added: Array
    deficit: Array


def balance(a: Accounts) -> Balance:
    """Normalised cost shares, and what follows from them and the flows.

    Cost shares are rescaled so that they sum to one exactly; where nothing is given, or a sector
    has no output and no inputs, value added is all of cost. Tariffs on own sales are left out.
    """
    inputs = np.maximum(a.inputs, 0.0)
    bought = inputs.sum(axis=1)
    added = np.where(np.isnan(a.added), np.maximum(1.0 - bought, 0.0), a.added)
    total = bought + added
    gamma = np.divide(inputs, total[:, None, :], out=np.zeros_like(inputs),
                      where=total[:, None, :] > 0)  # fmt: skip
    beta = np.where(total > 0, 1.0 - gamma.sum(axis=1), 1.0)
    paid = a.trade * (1.0 + border_tariff(a))
    sales = a.trade.sum(axis=1).T
    spending = paid.sum(axis=2).T
    final = spending - np.einsum("nkj,nj->nk", gamma, sales)
    return Balance(
        gamma=gamma,
        beta=np.where(np.abs(beta) < 1e-15, 0.0, beta),
        sales=sales,
        spending=spending,
        final=final,
        value_added=(beta * sales).sum(axis=1),
        deficit=a.trade.sum(axis=(0, 2)) - a.trade.sum(axis=(0, 1)),
    )


def border_tariff(a: Accounts) -> Array:
    """Tariff rates with those on own sales set to zero."""
    own = np.eye(len(a.economies), dtype=bool)
    return np.where(own, 0.0, a.tariff)


def findings(a: Accounts, b: Balance) -> list[Finding]:
    """Everything that does not add up, in the order of the checks."""
    out = [*_absent(a, b), *_costs(a, b), *_own_tariffs(a)]
    out += _empty(a, b)
    out += _final(a, b)
    if a.consumption is not None:
        out += _consumption(a, b, a.consumption)
    if a.deficits is not None:
        out += _deficits(a, b, a.deficits)
    return out


def as_table(found: list[Finding]) -> pd.DataFrame:
    """Findings as a table."""
    return pd.DataFrame([asdict(f) for f in found], columns=COLUMNS)


def _absent(a: Accounts, b: Balance) -> list[Finding]:
    """Combinations without a row, which count as zero, and sectors that nobody makes."""
    cells = {"flows": a.trade.size, "io": a.inputs.size}
    out = [
        Finding(f"{name}: {a.absent[name]} combinations have no row", "", "", 0.0,
                100.0 * a.absent[name] / cells[name], NOTE, "Taken as zero.")
        for name in cells
        if a.absent[name]
    ]  # fmt: skip
    idle = ~(b.sales > 0).any(axis=0)
    out += [
        Finding("sector that nobody makes", "", a.sectors[j], 0.0, 0.0, NOTE, "Left aside.")
        for j in np.flatnonzero(idle)
    ]
    return out


def _verdict(size: float, limit: str, rounding: float = ROUNDING) -> str:
    size = abs(size)
    return NOTE if size <= rounding else REPAIR if size <= LIMITS[limit] else REFUSE


def _costs(a: Accounts, b: Balance) -> list[Finding]:
    out = []
    absent = np.isnan(a.added)
    for n, j in np.argwhere(absent & (b.sales > 0)):
        bought = float(np.maximum(a.inputs[n, :, j], 0).sum())
        known = 0 < bought <= 1
        out.append(Finding(
            "output without a value added share" if known else "output without cost shares",
            a.economies[n], a.sectors[j], b.sales[n, j], 100.0 * (1 - bought),
            REPAIR if known else REFUSE,
            f"Add the row to value_added; one less the inputs is {1 - bought:.4f}." if known
            else "Add its rows to io and value_added (share 1 if it buys no inputs).",
        ))  # fmt: skip
    gap = a.inputs.sum(axis=1) + np.nan_to_num(a.added) - 1.0
    tiny = (np.abs(gap) > 1e-12) & ~absent & (b.sales > 0)
    for n, j in np.argwhere(tiny & (np.abs(gap) > ROUNDING)):
        out.append(Finding(
            "inputs and value added do not sum to one", a.economies[n], a.sectors[j],
            gap[n, j] * b.sales[n, j], 100.0 * gap[n, j], _verdict(gap[n, j], "cost shares"),
            f"They sum to {1 + gap[n, j]:.6g}; "
            + ("are they in percent? Divide by 100." if gap[n, j] > 5 else "scale them to one."),
        ))  # fmt: skip
    small = tiny & (np.abs(gap) <= ROUNDING)
    if small.any():
        out.append(Finding(
            f"rounding of cost shares in {int(small.sum())} sectors", "", "",
            float(np.abs(gap * b.sales)[small].sum()), 100.0 * float(np.abs(gap[small]).max()),
            NOTE, "Scaled to one.",
        ))  # fmt: skip
    for n, k, j in np.argwhere(a.inputs < 0):
        share = float(a.inputs[n, k, j])
        out.append(Finding(
            f"negative cost share of input {a.sectors[k]}", a.economies[n], a.sectors[j],
            share * b.sales[n, j], 100.0 * share,
            _verdict(share, "negative cost share", 0.0), "Set it to zero and rescale.",
        ))  # fmt: skip
    return out


def _own_tariffs(a: Accounts) -> list[Finding]:
    own = np.einsum("jnn->nj", a.tariff)
    money = own * np.einsum("jnn->nj", a.trade)
    return [
        Finding("tariff on own sales", a.economies[n], a.sectors[j], float(money[n, j]),
                100.0 * float(own[n, j]), REPAIR, "Take the row out: tariffs fall on imports only.")
        for n, j in np.argwhere(own != 0)
    ]  # fmt: skip


def _empty(a: Accounts, b: Balance) -> list[Finding]:
    out = []
    kinds = {
        "country with no value added": (b.value_added, "It needs output with value added."),
        "country with no final spending": (
            np.maximum(b.final, 0).sum(axis=1), "Its inputs use up all that it buys."),
        "country that buys nothing": (b.spending.sum(axis=1), "Add its purchases to flows."),
    }  # fmt: skip
    for what, (value, remedy) in kinds.items():
        out += [
            Finding(what, a.economies[n], "", float(value[n]), 100.0, REFUSE,
                    f"{remedy} Or leave the country out.")
            for n in np.flatnonzero(~(value > 0))
        ]  # fmt: skip
    return out


def _final(a: Accounts, b: Balance) -> list[Finding]:
    """Inputs that exceed total spending, and purchases from nobody."""
    out = []
    kept = np.maximum(b.final, 0.0).sum(axis=1)
    lost = np.maximum(-b.final, 0.0)
    share = np.divide(lost.sum(axis=1), kept, out=np.full(len(kept), np.inf), where=kept > 0)
    for n, j in np.argwhere(lost > 0):
        part = lost[n, j] / kept[n] if kept[n] > 0 else np.inf
        nobody = b.spending[n, j] == 0
        if part <= 1e-9 and not nobody:
            continue
        verdict = NOTE if part <= 1e-7 else _verdict(share[n], "negative final demand", 0.0)
        out.append(Finding(
            "buyer with no seller" if nobody else "inputs exceed total spending",
            a.economies[n], a.sectors[j], -float(lost[n, j]), -100.0 * float(part), verdict,
            "Its producers use this sector but flows has no purchases of it." if nobody
            else "Final demand would be negative; check that io and flows belong together.",
        ))  # fmt: skip
    return out


def _consumption(a: Accounts, b: Balance, given: Array) -> list[Finding]:
    out = []
    total = given.sum(axis=1)
    kept = np.maximum(b.final, 0.0)
    money = kept.sum(axis=1)
    for n, name in enumerate(a.economies):
        if total[n] <= 0:
            out.append(Finding("no consumption shares", name, "", money[n], 100.0, REFUSE,
                               "Add its rows or leave the file consumption out."))  # fmt: skip
            continue
        if abs(total[n] - 1) > 1e-12:
            out.append(Finding(
                "consumption shares do not sum to one", name, "", money[n] * (total[n] - 1),
                100.0 * (total[n] - 1), _verdict(total[n] - 1, "cost shares"), "Scale them to one.",
            ))  # fmt: skip
        nobody = (given[n] > 0) & (b.spending[n] == 0)
        out += [
            Finding("buyer with no seller", name, a.sectors[j], money[n] * given[n, j],
                    100.0 * given[n, j], _verdict(given[n, j], "consumption", 0.0),
                    "It consumes this sector but flows has no purchases of it.")
            for j in np.flatnonzero(nobody)
        ]  # fmt: skip
        if money[n] <= 0:
            continue
        gap = np.abs(given[n] / total[n] - kept[n] / money[n])
        moved = float(gap.sum()) / 2.0
        j = int(gap.argmax())
        if moved > ROUNDING:
            out.append(Finding(
                "consumption shares differ from those that flows and inputs imply", name,
                a.sectors[j], moved * money[n], 100.0 * moved, _verdict(moved, "consumption"),
                f"Given {given[n, j]:.4f}, implied {kept[n, j] / money[n]:.4f}. Leave the file "
                "out to use the implied ones.",
            ))  # fmt: skip
    return out


def _deficits(a: Accounts, b: Balance, given: Array) -> list[Finding]:
    out = []
    world = float(b.value_added.sum())
    total = float(given.sum())
    if world > 0 and abs(total) > 1e-12 * world:
        out.append(Finding(
            "deficits do not sum to zero", "", "", total, 100.0 * total / world,
            _verdict(total / world, "world deficit", 1e-7),
            "What one country imports another exports; spread in proportion to value added.",
        ))  # fmt: skip
    for n, name in enumerate(a.economies):
        gap = float(given[n] - b.deficit[n])
        part = gap / b.value_added[n] if b.value_added[n] > 0 else np.inf
        if abs(part) > 1e-9:
            out.append(Finding(
                "deficit differs from imports less exports of flows", name, "", gap, 100.0 * part,
                _verdict(part, "deficits", 1e-7),
                f"Given {given[n]:.6g}, implied {b.deficit[n]:.6g}. Leave the file out to use "
                "the implied ones.",
            ))  # fmt: skip
    return out
