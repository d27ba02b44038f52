"""The bill of a scenario's projects: who pays whom a year, and what that does to the economy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from beltroad import finance, trade
from beltroad.appraisal.economy import Economy, Outcome, calibrated
from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.schema import check_frame
from beltroad.trade.imputed import REST_OF_WORLD

__all__ = ["PLANS", "Bills", "bills_of", "by_host", "financing_table", "stated_sources"]

# The plan of the published study, and the scenario's own where it says more than taxes.
PLANS = ("taxes", "stated")


@dataclass(frozen=True)
class Bills:
    """Yearly payments by plan: ``project, host, kind, payer, receiver, usd, plan, in_model``."""

    payments: pd.DataFrame

    @property
    def plans(self) -> tuple[str, ...]:
        """Plans that differ from each other."""
        found = set(self.payments["plan"])
        return tuple(plan for plan in PLANS if plan in found)

    def bill(self, calibration: trade.Calibration, plan: str) -> trade.Bill:
        """The payments of a plan as shares of base income.

        Parties without accounts of their own count as the rest of the world where the model has
        one; else their payments are left out (``in_model`` false).
        """
        rows = self.payments[(self.payments["plan"] == plan) & self.payments["in_model"]]
        place = {code: k for k, code in enumerate(calibration.economies)}
        rest = place.get(REST_OF_WORLD, -1)
        payer, receiver = (
            rows[side].map(lambda code: place.get(code, rest)).to_numpy(int)
            for side in ("payer", "receiver")
        )
        count = len(place)
        paid = {}
        for kind, chosen in _by_use(rows):
            paid[kind] = np.zeros((count, count))
            np.add.at(paid[kind], (payer[chosen], receiver[chosen]), rows["usd"].to_numpy()[chosen])
        own = np.arange(count)
        paid["income"][own, own] = 0.0  # from one part of the rest of the world to another
        total = np.sum(list(paid.values()), axis=(0, 2))
        share = {
            kind: np.divide(v, total[:, None], out=np.zeros_like(v), where=total[:, None] > 0)
            for kind, v in paid.items()
        }
        share["works"][own, own] = 0.0  # what is built at home is the rest
        return trade.Bill(total / calibration.income, share["income"], built_by=share["works"])


def _by_use(rows: pd.DataFrame) -> list[tuple[str, np.ndarray]]:
    income = rows["kind"].isin(("debt service", "profit")).to_numpy()
    return [("income", income), ("works", ~income)]


def by_host(costed: pd.DataFrame) -> pd.DataFrame:
    """New projects with a known cost, one row a project and host; equal shares of its cost."""
    new = costed[costed["new"] & costed["cost_usd"].fillna(0.0).gt(0)]
    hosts = new["countries"].str.split(";")
    rows = new.assign(host=hosts, parts=hosts.map(len)).explode("host").reset_index(drop=True)
    for column in ("cost_usd", "cost_p80_usd", "upkeep_usd"):
        rows[column] = rows[column].astype(float) / rows["parts"].astype(float)
    return rows


def stated_sources(scenario: Scenario, project: str, host: str) -> finance.Sources | None:
    """How the scenario says that a project is paid for in a host; None where it says nothing."""
    return next((p.sources() for p in scenario.financing if p.fits(project, host)), None)


def bills_of(costed: pd.DataFrame, scenario: Scenario, economies: tuple[str, ...]) -> Bills | None:
    """Payments for the new projects of a comparison, by taxes and as the scenario says.

    A project in several economies is split equally, as its cost is elsewhere. Projects without
    a known cost are left out; None where nothing is left.
    """
    rows = by_host(costed)
    if rows.empty:
        return None
    parts = scenario.financing
    stated = [
        stated_sources(scenario, name, host) or finance.Sources()
        for name, host in zip(rows["id"], rows["host"], strict=True)
    ]
    plans = {"taxes": [finance.Sources()] * len(rows)}
    if parts:
        plans["stated"] = stated
    rate = scenario.parameters.discount_rate
    tables = [
        finance.payments(rows, sources, discount_rate=rate).assign(plan=plan)
        for plan, sources in plans.items()
    ]
    table = pd.concat(tables, ignore_index=True)
    known = set(economies)
    there = table["payer"].isin(known) & table["receiver"].isin(known)
    table["in_model"] = there | (REST_OF_WORLD in known)
    keys = ["plan", "project", "host", "kind", "payer", "receiver"]
    return Bills(check_frame(table[[*keys, "usd", "in_model"]], "payments"))


def financing_table(
    economy: Economy, outcome: Outcome, bills: Bills, names: pd.Series
) -> pd.DataFrame:
    """Table ``financing``: real income without and with the bill, by plan and economy.

    Parameters
    ----------
    outcome
        The central case with its equilibria.
    names
        Short names by ISO 3166 alpha-3 code.
    """
    calibration = calibrated(outcome.case)
    without = outcome.countries
    parts = []
    for plan in bills.plans:
        found = economy.billed(outcome, bills.bill(calibration, plan))
        rows = bills.payments[bills.payments["plan"] == plan]
        works = rows[rows["kind"].isin(("works", "upkeep"))].groupby("receiver")["usd"].sum()
        parts.append(
            pd.DataFrame(
                {
                    "plan": plan,
                    "iso3": found.index,
                    "name": names.reindex(found.index).fillna("Rest of the world").to_numpy(),
                    "without_bill_pct": without["real_income_change_pct"].to_numpy(),
                    "with_bill_pct": found["real_income_change_pct"].to_numpy(),
                    "without_bill_usd": without["real_income_change_usd"].to_numpy(),
                    "with_bill_usd": found["real_income_change_usd"].to_numpy(),
                    "paid_usd": found["paid_usd"].to_numpy(),
                    "received_usd": found["received_usd"].to_numpy(),
                    "works_usd": works.reindex(found.index).fillna(0.0).to_numpy(),
                }
            )
        )
    return check_frame(pd.concat(parts, ignore_index=True), "financing")
