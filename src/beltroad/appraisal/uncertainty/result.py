"""What the draws say: quantiles, chances of a loss, and which assumptions they hang on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.appraisal.uncertainty.blocks import ENDS, Arrays
from beltroad.appraisal.uncertainty.evaluate import SCALARS
from beltroad.appraisal.uncertainty.inputs import GROUPS
from beltroad.appraisal.uncertainty.sampling import BLOCK, Plan
from beltroad.appraisal.uncertainty.variance import quantiles, shares, variance_split
from beltroad.files import table_bytes, write_files

__all__ = ["UncertaintyResult", "gathered"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class UncertaintyResult:
    """All draws of an appraisal.

    Attributes
    ----------
    plan
        Seed, number of draws, groups.
    economies
        Codes, in the order of the last axis of what is by economy.
    income_usd
        Income of the accounts' year by economy.
    inputs
        The uncertain inputs with distribution and source.
    answers
        ``own_*``, ``partner_*``, ``mixed_*``, ``central_*``, ``ends_*``; see
        :func:`beltroad.appraisal.uncertainty.blocks.evaluate_block`.
    failures
        Messages of draws without an equilibrium.
    run
        How it was made.
    """

    plan: Plan
    economies: tuple[str, ...]
    income_usd: Array
    inputs: pd.DataFrame
    answers: Arrays
    failures: tuple[str, ...]
    run: Mapping[str, Any]

    @cached_property
    def headlines(self) -> pd.DataFrame:
        """One row a headline figure: central value, mean, quantiles, chance to be below 0."""
        own = self.answers["own_scalars"]
        found = quantiles(own, self._blocks)
        return pd.DataFrame(
            {
                "figure": list(SCALARS),
                "title": [title for _, title in SCALARS.values()],
                "unit": [unit for unit, _ in SCALARS.values()],
                "central": self.answers["central_scalars"],
                **found,
                "chance_below_zero": _chance(own),
            }
        )

    @cached_property
    def countries(self) -> pd.DataFrame:
        """One row an economy: quantiles of real income and of net gain, chances of a loss."""
        income, net = self._income_and_net("own")
        central = self._income_and_net("central")
        out = {"iso3": list(self.economies), "real_income_central_pct": central[0]}
        out |= {f"real_income_{k}_pct": v for k, v in quantiles(income).items()}
        out |= {"chance_of_loss": _chance(income), "net_gain_central_usd": central[1]}
        out |= {f"net_gain_{k}_usd": v for k, v in quantiles(net).items()}
        return pd.DataFrame(out | {"chance_of_loss_after_cost": _chance(net)})

    @cached_property
    def split(self) -> pd.DataFrame:
        """One row a headline figure and group: share of the variance, Sobol indices, intervals.

        Empty without pairs.
        """
        if not len(self.answers["partner_scalars"]):
            return pd.DataFrame(columns=["figure", "group", "group_title", "share"])
        parts = []
        for k, figure in enumerate(SCALARS):
            part = variance_split(
                self.answers["paired_scalars"][..., k],
                self.answers["partner_scalars"][..., k],
                self.answers["mixed_scalars"][..., k],
                self.plan.groups,
                seed=self.plan.seed,
            )
            part.insert(0, "figure", figure)
            part.insert(2, "group_title", [GROUPS[g] for g in part["group"]])
            parts.append(part)
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def country_split(self) -> pd.DataFrame:
        """One row an economy: shares of each group in the variance of its real income."""
        out = pd.DataFrame({"iso3": list(self.economies)})
        if len(self.answers["partner_income_pct"]):
            found = shares(
                *(self.answers[f"{name}_income_pct"] for name in ("paired", "partner", "mixed"))
            )
            for group, values in zip(self.plan.groups, found, strict=True):
                out[group] = values
        return out

    @cached_property
    def one_by_one(self) -> pd.DataFrame:
        """One row a figure and group: the answer with all inputs of the group low, or high.

        A cross-check of the split: only this group moves, to its 5 % and 95 % quantiles.
        """
        ends = self.answers["ends_scalars"]
        rows = [
            {
                "figure": figure, "group": group, "group_title": GROUPS[group],
                "central": float(self.answers["central_scalars"][k]),
                **{f"p{100 * p:g}": float(ends[g, e, k]) for e, p in enumerate(ENDS)},
            }
            for k, figure in enumerate(SCALARS)
            for g, group in enumerate(self.plan.groups)
        ]  # fmt: skip
        return pd.DataFrame(rows)

    @cached_property
    def draws(self) -> pd.DataFrame:
        """One row a draw with the headline figures; draws without an equilibrium are NaN."""
        own = self.answers["own_scalars"]
        table = {name: own[:, k] for k, name in enumerate(SCALARS)}
        return pd.DataFrame({"draw": np.arange(len(own))} | table)

    @cached_property
    def draws_by_country(self) -> pd.DataFrame:
        """One row a draw and economy: change of real income and net gain."""
        income, net = self._income_and_net("own")
        index = pd.MultiIndex.from_product(
            [range(len(income)), self.economies], names=["draw", "iso3"]
        )
        values = {"real_income_change_pct": income.ravel(), "net_gain_usd": net.ravel()}
        return pd.DataFrame(values, index=index).reset_index()

    def write(self, folder: str | Path) -> Path:
        """Write all tables and ``run.json`` into ``folder``, all or nothing."""
        tables = {
            "uncertainty.csv": self.headlines,
            "uncertainty_countries.csv": self.countries,
            "variance_split.csv": self.split,
            "variance_split_countries.csv": self.country_split,
            "one_by_one.csv": self.one_by_one,
            "uncertain_inputs.csv": self.inputs,
            "draws.parquet": self.draws,
            "draws_countries.parquet": self.draws_by_country,
        }
        content = {name: table_bytes(table, Path(name)) for name, table in tables.items()}
        content["run.json"] = (json.dumps(dict(self.run), indent=1) + "\n").encode()
        return write_files(content, Path(folder))

    @property
    def _blocks(self) -> NDArray[np.intp]:
        return np.arange(len(self.answers["own_scalars"])) // BLOCK

    def _income_and_net(self, name: str) -> tuple[Array, Array]:
        income, scalars = self.answers[f"{name}_income_pct"], self.answers[f"{name}_scalars"]
        gain, delivered = (
            scalars[..., list(SCALARS).index(figure)]
            for figure in ("world_real_income_usd", "gain_delivered_usd")
        )
        share = np.divide(delivered, gain, out=np.ones_like(gain), where=gain != 0)
        worth = income / 100.0 * self.income_usd * share[..., None]
        return income, worth - self.answers[f"{name}_cost_usd"]


def gathered(blocks: Mapping[int, Arrays], one_by_one: Arrays, plan: Plan) -> Arrays:
    """Blocks in their order as one; ``paired_*`` are the draws that have a partner."""
    order = [blocks[k] for k in sorted(blocks)]
    out: Arrays = {k: v for k, v in one_by_one.items() if k != "failed"}
    for part in ("scalars", "income_pct", "cost_usd"):
        out[f"own_{part}"] = np.concatenate([b[f"own_{part}"] for b in order])
        shape = out[f"own_{part}"].shape[1:]
        some = [b for b in order if len(b[f"partner_{part}"])]
        none = np.empty((0, *shape))
        out[f"partner_{part}"] = np.concatenate([none, *(b[f"partner_{part}"] for b in some)])
        none = np.empty((0, len(plan.groups), *shape))
        out[f"mixed_{part}"] = np.concatenate([none, *(b[f"mixed_{part}"] for b in some)])
        out[f"paired_{part}"] = np.concatenate(
            [b[f"own_{part}"][: len(b[f"partner_{part}"])] for b in order]
        )
    return out


def _chance(values: Array) -> Array:
    """Share of draws below zero."""
    known = np.isfinite(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(((values < 0) & known).sum(axis=0) / known.sum(axis=0))
