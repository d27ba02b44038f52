"""Accounts that close: small imbalances put right on request, and every change shown.

What is kept is what the model is made of: cost shares (scaled to one), shares of spending by
seller, of final spending by sector, value added and deficits as given. Where these together are
no equilibrium, the model is solved once with no change of cost, and the solution, which is the
nearest economy that satisfies all its equations, becomes the accounts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from beltroad.errors import ConvergenceError
from beltroad.trade.calibration import Array, Calibration, assemble
from beltroad.trade.equilibrium import Equilibrium, solve
from beltroad.trade.tables.accounts import Accounts
from beltroad.trade.tables.checks import (
    NOTE,
    REFUSE,
    ROUNDING,
    AccountsError,
    Balance,
    as_table,
    balance,
    border_tariff,
    findings,
)

__all__ = ["REPAIRS", "Closed", "base_of", "close", "from_equilibrium"]

REPAIRS = ["what", "country", "sector", "before", "after", "change", "change_pct"]
TIGHT = (1e-12, 1e-10)


@dataclass(frozen=True)
class Closed:
    """Accounts that close, what did not add up, and what was changed for it."""

    calibration: Calibration
    findings: pd.DataFrame
    repairs: pd.DataFrame


class _Open(Calibration):
    """Shares and accounts that need not close yet."""

    def __post_init__(self) -> None:
        """Leave the check out."""


def close(accounts: Accounts, source: str, *, repair: bool = False) -> Closed:
    """Close the accounts of a data set.

    Raises
    ------
    AccountsError
        If something does not add up and ``repair`` is not asked for, or is too large for it.
    """
    with np.errstate(all="ignore"):
        b = balance(accounts)
        table = as_table(findings(accounts, b))
    stop = table["verdict"].eq(REFUSE) if repair else table["verdict"].ne(NOTE)
    if stop.any():
        raise AccountsError(source, table, repair)
    changed = table["verdict"].ne(NOTE)
    final = np.maximum(b.final, 0.0)
    if not _moves(table[changed]):
        done = _assembled(accounts, b)
        return Closed(done, table, _repairs(accounts, b, done, table[changed], moved=False))
    mix = final / final.sum(axis=1, keepdims=True)
    if accounts.consumption is not None:
        wanted = np.where(b.spending > 0, accounts.consumption, 0.0)
        wanted = wanted / wanted.sum(axis=1, keepdims=True)
        mix = np.where(np.abs(wanted - mix).sum(axis=1, keepdims=True) / 2 > ROUNDING, wanted, mix)
    deficit = b.deficit if accounts.deficits is None else accounts.deficits
    deficit = deficit - deficit.sum() * b.value_added / b.value_added.sum()
    done = _solved(accounts, b, mix, deficit)
    return Closed(done, table, _repairs(accounts, b, done, table[changed], moved=True))


def _moves(changed: pd.DataFrame) -> bool:
    """Whether what is put right goes beyond scaling shares: then the base is solved again."""
    scaled = {
        "inputs and value added do not sum to one", "output without a value added share",
        "tariff on own sales", "consumption shares do not sum to one",
    }  # fmt: skip
    kinds = set(changed["what"])
    return any(k not in scaled and not k.startswith("negative cost share") for k in kinds)


def _spending_shares(a: Accounts, b: Balance) -> tuple[Array, Array]:
    tau = 1.0 + border_tariff(a)
    spent = b.spending.T[:, :, None]
    own = np.broadcast_to(np.eye(len(a.economies)), a.trade.shape)
    pi = np.divide(a.trade * tau, spent, out=own.copy(), where=spent > 0)
    return pi, tau


def _assembled(a: Accounts, b: Balance) -> Calibration:
    """Flows and cost shares that fit together but for rounding."""
    return assemble(
        a.economies, a.sectors, a.trade, b.gamma, a.theta, tariff=1.0 + border_tariff(a)
    )


def _solved(a: Accounts, b: Balance, mix: Array, deficit: Array) -> Calibration:
    """Solve the model at the given shares, value added and deficits; take it as the accounts."""
    pi, tau = _spending_shares(a, b)
    open_accounts = _Open(
        economies=a.economies, industries=a.sectors, pi=pi, gamma=b.gamma, beta=b.beta, alpha=mix,
        theta=a.theta, value_added=b.value_added, deficit=deficit, tariff=tau, sales=b.sales,
        expenditure=b.spending, goods=np.ones(len(a.sectors), dtype=bool),
    )  # fmt: skip
    return base_of(open_accounts, "keep")


def base_of(c: Calibration, deficits: str) -> Calibration:
    """Solve with no change of cost and take the solution as the accounts.

    As tight as can be: large economies do not always reach the tightest tolerance.
    """
    for tolerance in TIGHT[:-1]:
        try:
            return from_equilibrium(c, _base(c, deficits, tolerance))
        except ConvergenceError:
            continue
    return from_equilibrium(c, _base(c, deficits, TIGHT[-1]))


def _base(c: Calibration, deficits: str, tolerance: float) -> Equilibrium:
    return solve(c, np.ones_like(c.pi), deficits=deficits, tolerance=tolerance)


def from_equilibrium(base: Calibration, solution: Equilibrium) -> Calibration:
    """Take a solved counterfactual as the accounts to start from.

    The accounts close as well as the solution: solve at 1e-11 or better.
    """
    added = (base.beta * solution.sales).sum(axis=1)
    final = (solution.expenditure - np.einsum("nkj,nj->nk", base.gamma, solution.sales)).sum(axis=1)
    deficit = final - added - solution.tariff_revenue
    return Calibration(
        economies=base.economies, industries=base.industries, pi=solution.share,
        gamma=base.gamma, beta=base.beta, alpha=base.alpha, theta=base.theta, value_added=added,
        deficit=deficit - deficit.mean(), tariff=solution.tariff, sales=solution.sales,
        expenditure=solution.expenditure, goods=base.goods,
    )  # fmt: skip


def _repairs(
    a: Accounts, b: Balance, done: Calibration, changed: pd.DataFrame, *, moved: bool
) -> pd.DataFrame:
    """What each repair changed: shares first, then money by country."""
    rows: list[tuple[str, str, str, float, float]] = []
    place = {name: n for n, name in enumerate(a.economies)}
    sector = {name: j for j, name in enumerate(a.sectors)}
    given = np.nansum(a.inputs, axis=1) + np.nan_to_num(a.added)
    for row in changed.to_dict("records"):
        what, country, kind = row["what"], row["country"], row["sector"]
        n, j = place.get(country, -1), sector.get(kind, -1)
        if what == "inputs and value added do not sum to one":
            rows.append(("sum of cost shares", country, kind, given[n, j], 1.0))
        elif what == "output without a value added share":
            rows.append(("value added share", country, kind, np.nan, float(done.beta[n, j])))
        elif what.startswith("negative cost share"):
            rows.append((what.removeprefix("negative "), country, kind, row["size_pct"] / 100, 0.0))
        elif what == "tariff on own sales":
            rows.append((what, country, kind, row["size_pct"] / 100, 0.0))
        elif what in ("inputs exceed total spending", "buyer with no seller"):
            before = float(b.final[n, j])
            after = float(done.alpha[n, j] * done.income[n])
            rows.append(("final demand", country, kind, before, after))
        elif what == "consumption shares do not sum to one" and a.consumption is not None:
            rows.append(("sum of consumption", country, "", float(a.consumption[n].sum()), 1.0))
    if moved:
        border = 1.0 - np.eye(len(a.economies))
        old, new = a.trade * border, done.trade_usd * border
        own = {
            "value added": (b.value_added, done.value_added),
            "deficit": (b.deficit if a.deficits is None else a.deficits, done.deficit),
            "exports": (old.sum(axis=(0, 1)), new.sum(axis=(0, 1))),
            "imports": (old.sum(axis=(0, 2)), new.sum(axis=(0, 2))),
        }
        for what, (before, after) in own.items():
            rows += [
                (what, name, "", float(before[n]), float(after[n]))
                for n, name in enumerate(a.economies)
            ]
    table = pd.DataFrame(rows, columns=REPAIRS[:5]).astype({"before": float, "after": float})
    table["change"] = table["after"] - table["before"]
    table["change_pct"] = 100.0 * (table["change"] / table["before"].abs()).where(
        table["before"] != 0
    )
    return table
