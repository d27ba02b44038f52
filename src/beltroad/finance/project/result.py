"""Working out plans: every result of a project, and the sum of a pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from beltroad.errors import InputError
from beltroad.finance.project import currency, exposure, owners, ranges, tables, terms
from beltroad.finance.project.case import Case, base_case
from beltroad.finance.project.cashflow import Flows, simulate
from beltroad.finance.project.measures import (
    cover_ratios,
    equity_flow,
    irr,
    npv,
    payback_years,
    project_flow,
)
from beltroad.finance.project.plan import Plan, Project

__all__ = ["PipelineResult", "ProjectResult", "assess", "assess_all", "sensitivity"]


@dataclass(frozen=True)
class ProjectResult:
    """All results of one project, in labelled tables (millions of the plan's currency)."""

    flows: Flows
    measures: pd.DataFrame
    layers: pd.DataFrame
    owners: pd.DataFrame
    cash: pd.DataFrame
    debt: pd.DataFrame
    exposure: pd.DataFrame
    public_debt: pd.DataFrame
    mismatch: pd.DataFrame
    settlement: pd.DataFrame
    swap: dict[str, float]
    integrated: dict[str, float]
    ranges: pd.DataFrame
    sensitivity: pd.DataFrame
    notes: tuple[str, ...]

    @property
    def id(self) -> str:
        """The project's id."""
        return self.flows.project.id

    def value(self, measure: str) -> float:
        """One of the measures by name."""
        values = dict(zip(self.measures["measure"], self.measures["value"], strict=True))
        return float(values[measure])


@dataclass(frozen=True)
class PipelineResult:
    """Results of all projects, and what each host state owes by year in USD million.

    ``public_debt`` and ``exposure`` are sums over the projects of a ``host`` (empty where a project
    names none).
    """

    plans: tuple[Plan, ...]
    projects: tuple[ProjectResult, ...]
    summary: pd.DataFrame
    public_debt: pd.DataFrame
    exposure: pd.DataFrame


def assess_all(plans: Sequence[Plan]) -> PipelineResult:
    """Work out every project of every plan, and their sum.

    Raises
    ------
    InputError
        If two projects share an id.
    """
    found = [assess(plan, project) for plan in plans for project in plan.projects]
    ids = [each.id for each in found]
    double = sorted({i for i in ids if ids.count(i) > 1})
    if double:
        raise InputError(f"project id {double[0]!r} is in two plans; give each its own")
    hosts = sorted({each.flows.project.host or "" for each in found})
    owed, debts = [], []
    for host in hosts:
        here = [each for each in found if (each.flows.project.host or "") == host]
        parts = pd.concat([each.exposure for each in here])
        owed.append(parts.groupby("year").sum(min_count=1).reset_index().assign(host=host))
        debts.append(exposure.public_debt([each.flows for each in here]).assign(host=host))
    names = ("capital_cost_mn", "financed_mn", "debt_share_pct", "project_irr_pct",
             "equity_irr_pct", "dscr_min", "public_imf_pct")  # fmt: skip
    summary = pd.DataFrame([
        {"id": each.id, "name": each.flows.project.name, "host": each.flows.project.host or "",
         "currency": each.flows.plan.currency,
         **{n: each.value(n) for n in names},
         "public_debt_peak_usd_mn": float(each.exposure["public_debt_usd_mn"].max())}
        for each in found
    ])  # fmt: skip
    return PipelineResult(
        tuple(plans), tuple(found), summary, _with_host_first(debts), _with_host_first(owed)
    )


def _with_host_first(parts: list[pd.DataFrame]) -> pd.DataFrame:
    whole = pd.concat(parts, ignore_index=True)
    return whole[["host", *[c for c in whole.columns if c != "host"]]]


def assess(plan: Plan, project: Project | None = None) -> ProjectResult:
    """Work out one project of a plan; the first where none is named."""
    project = plan.projects[0] if project is None else project
    flows = simulate(plan, project, base_case())
    layers = tables.layer_table(flows)
    return ProjectResult(
        flows,
        _measures(flows, layers),
        layers,
        owners.owner_table(flows),
        tables.cash_table(flows),
        tables.debt_table(flows),
        exposure.state_exposure(flows),
        exposure.public_debt(flows),
        currency.mismatch(flows),
        currency.settlement(flows),
        currency.swap_cover(flows),
        owners.integrated_return(flows),
        ranges.overrun_range(plan, project, flows),
        sensitivity(plan, project, flows),
        _notes(flows),
    )


def _measures(flows: Flows, table: pd.DataFrame) -> pd.DataFrame:
    plan = flows.plan
    rate = plan.discount_rate_pct / 100
    f, whole, own = flows.funding, project_flow(flows)[0], owners.owners_flow(flows)
    dscr = flows.dscr[0][~np.isnan(flows.dscr[0])]
    llcr, plcr = cover_ratios(flows)
    loans = table[table["all_in_pct"].notna()]
    weight = loans["amount_mn"].sum()
    debt = table[table["maturity_years"].notna()]["amount_mn"].sum()
    project_irr, equity_irr = irr(whole), irr(own)
    added = sum(a[0].sum() for a in (*f.added_interest, *f.added_premium))
    paid = (f.capital + f.fees + f.premium + f.interest_paid)[0].sum()
    hit = currency.depreciation_test(flows, plan.depreciation_test_pct)
    grants = tables.package_elements(flows, table)
    state = _state_measures(flows)
    price = f"at {plan.discount_rate_pct:g} %"

    def mean(column: str) -> float:
        if not weight > 0:
            return float("nan")
        return float(np.average(loans[column].to_numpy(), weights=loans["amount_mn"].to_numpy()))

    rows = [
        ("capital_cost_mn", float(f.capital[0].sum()), plan.currency, ""),
        ("financed_mn", float(paid + added), plan.currency, "with fees, premium and interest"),
        ("construction_interest_mn", float(
            f.interest_paid[0].sum() + sum(a[0].sum() for a in f.added_interest)
        ), plan.currency, "paid or capitalised"),
        ("debt_share_pct", float(100 * debt / (paid + added)), "%", ""),
        ("project_npv_mn", float(npv(rate, whole)), plan.currency, price),
        ("project_irr_pct", project_irr.pct, "%",
         project_irr.note or "before financing, after tax"),
        ("equity_npv_mn", float(npv(rate, own)), plan.currency, price),
        ("equity_irr_pct", equity_irr.pct, "%", equity_irr.note),
        ("equity_irr_without_sale_pct", irr(equity_flow(flows)[0]).pct, "%", ""),
        ("dscr_min", float(dscr.min()) if len(dscr) else float("nan"), "1", ""),
        ("dscr_mean", float(dscr.mean()) if len(dscr) else float("nan"), "1", ""),
        ("llcr", float(llcr[0]), "1", "end of construction"),
        ("plcr", float(plcr[0]), "1", "end of construction"),
        ("payback_years", payback_years(whole), "years", "from the first year"),
        ("payback_discounted_years", payback_years(whole, rate), "years", "from the first year"),
        ("debt_cost_pct", mean("all_in_pct"), "%", "weighted, with fees and premium"),
        ("debt_maturity_years", mean("maturity_years"), "years", "weighted"),
        ("debt_average_life_years", mean("average_life_years"), "years", "weighted"),
        *((name, value, "%", "") for name, value in grants.items()),
        ("support_total_mn", float(flows.support[0].sum()), plan.currency,
         f"paid by the {flows.project.operation.support_by}"),
        ("currency_mismatch_pct", currency.mismatch_pct(flows), "% of service", ""),
        *((name, value, _unit_of(name, flows),
           f"{plan.depreciation_test_pct:g} % depreciation") for name, value in hit.items()),
        *((name, value, "USD", f"end of {flows.project.completion_year}" if "_pv_" in name else
           "highest at a year end") for name, value in state.items()),
        ("exit_price_mn", owners.exit_price(flows), plan.currency, ""),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["measure", "value", "unit", "note"])


def _unit_of(name: str, flows: Flows) -> str:
    if not name.endswith("_mn"):
        return "1"
    return (flows.project.host_currency or "") if "_local_" in name else flows.plan.currency


def _state_measures(flows: Flows) -> dict[str, float]:
    """What the state owes and guarantees: the peak, and present values when operation starts.

    Expected calls are discounted to the end of construction as debt is; NaN without a probability.
    """
    table = exposure.state_exposure(flows)
    year = flows.project.completion_year
    now = table[table["year"] == year].iloc[0]
    later = table[table["year"] > year]
    rate = terms.value("imf", "discount_rate_pct") / 100
    calls = later["expected_call_usd_mn"].to_numpy() * (1 + rate) ** -(
        later["year"].to_numpy() - float(year)
    )
    return {
        "public_debt_peak_usd_mn": float(table["public_debt_usd_mn"].max()),
        "public_debt_pv_usd_mn": float(now["public_debt_pv_usd_mn"]),
        "guaranteed_peak_usd_mn": float(table["guaranteed_usd_mn"].max()),
        "guaranteed_pv_usd_mn": float(now["guaranteed_pv_usd_mn"]),
        "expected_calls_pv_usd_mn": float(calls.sum()),
    }


def sensitivity(plan: Plan, project: Project, flows: Flows) -> pd.DataFrame:
    """What one thing at a time does to the main measures.

    Returns
    -------
    DataFrame indexed by ``case``
        Returns of project and owners, lowest DSCR, the largest shortfall of cash against debt
        service in a year, and present value of support.
    """
    totals = flows.funding.totals[0]
    cases = {
        "as planned": base_case(),
        "capital cost +20 %": Case(cost_factor=np.array([1.2])),
        "user revenue -20 %": Case(revenue_factor=np.array([0.8])),
    }
    if local := currency.local_currencies(flows):
        cases[f"local currency -{plan.depreciation_test_pct:g} %"] = Case(
            depreciation_pct=plan.depreciation_test_pct, depreciating=local
        )
    if any(each.is_debt and each.floating for each in project.layers):
        cases["floating rates +2 points"] = Case(reference_add_pct=2.0)
    columns = ["project_irr_pct", "equity_irr_pct", "dscr_min", "shortfall_max_mn",
               "support_pv_mn"]  # fmt: skip
    rows = {
        name: ranges.measures_by_draw(simulate(plan, project, each, base_totals=totals)).iloc[0]
        for name, each in cases.items()
    }
    return pd.DataFrame(rows).T[columns].rename_axis("case")


def _notes(flows: Flows) -> tuple[str, ...]:
    """What a reader must know beside the figures."""
    out = []
    project = flows.project
    if float(flows.support[0].sum()) > 1e-9:
        years = [int(y) for y in flows.grid.years[flows.support[0] > 1e-9]]
        whole = years[-1] - years[0] == len(years) - 1
        named = (
            ", ".join(map(str, years)) if len(years) < 5
            else f"{years[0]}-{years[-1]}" if whole else f"from {years[0]} to {years[-1]}"
        )  # fmt: skip
        out.append(
            f"Cash does not cover debt service in {len(years)} of the years ({named}): the "
            f"{project.operation.support_by} pays in {flows.support[0].sum():,.0f} million."
        )
    last = project.operation.start_year + project.operation.years - 1
    for track in flows.tracks:
        if track.handover is None and int(flows.grid.years[track.last]) > last:
            out.append(f"{track.name} is repaid after operation has ended in {last}.")
        if track.terms.target_dscr is not None:
            rest = float(track.principal[0, track.last] / track.rate[track.last])
            here = float(flows.dscr[0, track.last])
            if here < track.terms.target_dscr - 1e-6 and rest > 1e-6:
                out.append(
                    f"{track.name}: at a DSCR of {track.terms.target_dscr:g} cash does not repay "
                    f"it; {rest:,.1f} million fall due in its last year, "
                    f"{flows.grid.years[track.last]}."
                )
        if track.layer.tied and track.layer.public:
            out.append(f"{track.name} is tied to purchases in the lender's economy.")
    out += [
        f"{layer.name}: no probability of a call is given, so that the guarantee is shown as "
        "exposure only."
        for layer in project.layers
        if layer.guaranteed_pct and layer.call_probability_pct is None
    ]
    negative = flows.grid.years[(flows.dscr[0] < 0) & ~np.isnan(flows.dscr[0])]
    if len(negative):
        out.append(
            f"In {len(negative)} years of debt service (from {negative[0]}) revenue does not cover "
            "the cost of operation: a DSCR below 0 says that and no more, so compare shortfalls."
        )
    if not currency.local_currencies(flows):
        out.append(
            "No test of depreciation: the project has no currency but those of its debt. Give "
            "host_currency and its exchange rate to see debt service in local money."
        )
    if project.settlement is None:
        out.append("Cost of converting currencies is not counted: the plan has no settlement.")
    return tuple(out)
