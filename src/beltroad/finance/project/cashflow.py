r"""The yearly cash flow of a project: construction, operation, debt service, equity.

Year by year, with revenue R, operating cost O, renewals N and tax T,

.. math:: \mathrm{CFADS}_t = R_t - O_t - N_t - T_t, \qquad
          \mathrm{DSCR}_t = \frac{\mathrm{CFADS}_t}{\sum_l (I_{lt} + P_{lt})} .

What is left after debt service, refinancing fees, conversion cost and the debt service reserve is
paid to the owners; what is missing is paid in by the state or the sponsor, as the plan says, and
shown. Tax is due on revenue less cost, depreciation (straight line), and interest; losses are
carried forward.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from beltroad.errors import DataError
from beltroad.finance.project.case import Case, Floats, Grid, grid_of, stream_by_year
from beltroad.finance.project.drawdown import Funding, fund
from beltroad.finance.project.layers import Track, tracks_of
from beltroad.finance.project.plan import Plan, Project

__all__ = ["Flows", "simulate"]

_LEVEL_ROUNDS = 60


@dataclass(frozen=True)
class Flows:
    """Every flow of one project, (draw, year) in millions of the plan's currency."""

    plan: Plan
    project: Project
    grid: Grid
    funding: Funding
    tracks: list[Track]
    revenue: Floats
    state_payment: Floats
    cost: Floats
    renewals: Floats
    tax: Floats
    cfads: Floats
    interest: Floats
    principal: Floats
    refinancing: Floats
    refinancing_fees: Floats
    conversion: Floats
    to_reserve: Floats
    reserve: Floats
    dividends: Floats
    support: Floats
    residual: Floats
    dscr: Floats

    @property
    def service(self) -> Floats:
        """Interest and principal due once operation has started."""
        return self.interest + self.principal


def simulate(
    plan: Plan, project: Project, case: Case, *, base_totals: Floats | None = None
) -> Flows:
    """Work out all flows of a project under a case.

    Raises
    ------
    InputError
        If the layers cannot meet the need as the plan says.
    """
    grid = grid_of(plan, project, case)
    capital = _capital(project, grid, case)
    funding = fund(project, grid, case, capital, base_totals)
    op = project.operation
    working = (grid.years >= op.start_year) & (grid.years < op.start_year + op.years)
    factor = np.broadcast_to(case.revenue_factor, (case.draws,))[:, None]
    revenue, state = np.zeros_like(capital), np.zeros_like(capital)
    for stream in op.revenue:
        flow = stream_by_year(stream, project, grid.years) / grid.rates[stream.currency]
        if stream.payer == "state":
            state = state + flow
        else:
            revenue = revenue + flow * factor
    cost = np.zeros_like(capital)
    for stream in op.cost:
        cost = cost + stream_by_year(stream, project, grid.years) / grid.rates[stream.currency]
    renewals = np.zeros_like(capital)
    for year, amount in op.renewals_mn.items():
        if grid.years[0] <= year <= grid.years[-1]:
            renewals[:, grid.at(year)] += (
                amount / grid.rates[project.capital.currency][grid.at(year)]
            )
    residual = np.zeros_like(capital)
    end = grid.at(op.start_year + op.years - 1)
    residual[:, end] = op.residual_mn / grid.rates[project.capital.currency][end]
    tracks, tax, cfads = _debt(project, grid, case, funding, revenue + state, cost, renewals)
    return _rest(plan, project, grid, funding, tracks, revenue, state, cost, renewals, tax, cfads,
                 residual, working)  # fmt: skip


def _capital(project: Project, grid: Grid, case: Case) -> Floats:
    plan = project.capital.by_year()
    rate = grid.rates[project.capital.currency]
    base = np.array([plan.get(int(y), 0.0) for y in grid.years]) / rate
    return np.asarray(base * np.broadcast_to(case.cost_factor, (case.draws,))[:, None])


def _debt(
    project: Project, grid: Grid, case: Case, funding: Funding, income: Floats, cost: Floats,
    renewals: Floats,
) -> tuple[list[Track], Floats, Floats]:  # fmt: skip
    """Run the loans; a loan sculpted to a level DSCR needs the level first, found by repeating."""
    level: Floats | None = None
    tracks = tracks_of(project, grid, case, funding)
    sculpted = next((k for k, t in enumerate(tracks) if t.terms.amortisation == "sculpted"), None)
    unknown = sculpted is not None and tracks[sculpted].terms.target_dscr is None
    tax, cfads = _run(project, grid, tracks, funding, income, cost, renewals, level)
    if unknown and sculpted is not None:
        for _ in range(_LEVEL_ROUNDS):
            new = _level(tracks, sculpted, cfads)
            tracks = tracks_of(project, grid, case, funding)
            tax, cfads = _run(project, grid, tracks, funding, income, cost, renewals, new)
            if level is not None and np.allclose(new, level, rtol=1e-14, atol=0):
                break
            level = new
    return tracks, tax, cfads


def _level(tracks: list[Track], k: int, cfads: Floats) -> Floats:
    """DSCR at which a sculpted loan is just repaid, given the service of the others."""
    loan = tracks[k]
    span = slice(loan.first, loan.last + 1)
    discount = np.cumprod(1 / (1 + loan.price[span]))
    others = sum(
        (
            (t.interest + t.principal)[:, span] / t.rate[span]
            for j, t in enumerate(tracks)
            if j != k
        ),
        np.zeros_like(cfads[:, span]),
    )
    balance = loan.opening[:, loan.first]
    worth = (cfads[:, span] * loan.rate[span]) @ discount
    other = (others * loan.rate[span]) @ discount
    return np.asarray(worth / np.maximum(balance + other, 1e-300))


def _run(
    project: Project, grid: Grid, tracks: list[Track], funding: Funding, income: Floats,
    cost: Floats, renewals: Floats, level: Floats | None,
) -> tuple[Floats, Floats]:  # fmt: skip
    op = project.operation
    within = 0.5 if project.draws_fall == "mid_year" else 0.0
    asset = (funding.capital + funding.fees + funding.premium + funding.interest_paid).sum(axis=1)
    asset = asset + sum(a.sum(axis=1) for a in (*funding.added_interest, *funding.added_premium))
    tax, cfads = np.zeros_like(income), np.zeros_like(income)
    loss = np.zeros(len(income))
    for t, year in enumerate(grid.years):
        age = int(year) - op.start_year
        for track in tracks:
            track.open_year(t, within)
            if age < 0:
                continue
            if track.terms.amortisation != "sculpted":
                track.repay(t)
        if age >= 0:
            interest = sum((k.interest[:, t] / k.rate[t] for k in tracks), np.zeros(len(income)))
            wear = asset / op.depreciation_years if age < op.depreciation_years else 0.0
            profit = income[:, t] - cost[:, t] - wear - interest
            if age >= op.tax_holiday_years:
                taxable = np.maximum(profit - loss, 0.0)
                tax[:, t] = taxable * op.tax_rate_pct / 100
            loss = np.maximum(loss - profit, 0.0)
            cfads[:, t] = income[:, t] - cost[:, t] - renewals[:, t] - tax[:, t]
            _sculpt(tracks, t, cfads[:, t], level)
        for track in tracks:
            if track.handover == t:
                track.refinanced[:, t] = (
                    track.opening[:, t] + track.drawn[:, t] + track.added[:, t]
                    - track.principal[:, t]
                )  # fmt: skip
            if track.parent is not None and tracks[track.parent].handover == t:
                parent = tracks[track.parent]
                track.drawn[:, t] = parent.refinanced[:, t] / parent.rate[t] * track.rate[t]
                # A balance taken over at the end of a year bears no interest in that year.
                track.interest[:, t] = 0.0
            track.close_year(t)
    return tax, cfads


def _sculpt(tracks: list[Track], t: int, cfads: Floats, level: Floats | None) -> None:
    for k, track in enumerate(tracks):
        if track.terms.amortisation != "sculpted" or not track.first <= t <= track.last:
            continue
        target = track.terms.target_dscr if track.terms.target_dscr is not None else level
        others = sum(
            ((o.interest[:, t] + o.principal[:, t]) / o.rate[t]
             for j, o in enumerate(tracks) if j != k),
            np.zeros(len(cfads)),
        )  # fmt: skip
        if target is None:
            due = track.opening[:, t] / (track.last - t + 1)
        else:
            due = (cfads / target - others) * track.rate[t] - track.interest[:, t]
            # No new borrowing where cash is short, and no more paid than is owed.
            due = np.clip(due, 0.0, track.opening[:, t])
        track.principal[:, t] = track.opening[:, t] if t == track.last else due


def _rest(
    plan: Plan, project: Project, grid: Grid, funding: Funding, tracks: list[Track],
    revenue: Floats, state: Floats, cost: Floats, renewals: Floats, tax: Floats, cfads: Floats,
    residual: Floats, working: np.ndarray,
) -> Flows:  # fmt: skip
    """What comes after debt service: fees, conversion, reserve, owners."""
    started = grid.years >= project.operation.start_year
    interest, principal = np.zeros_like(cfads), np.zeros_like(cfads)
    swapped, fees = np.zeros_like(cfads), np.zeros_like(cfads)
    for track in tracks:
        interest += np.where(started, track.interest / track.rate, 0.0)
        principal += track.principal / track.rate
        swapped += track.refinanced / track.rate
        if track.layer.refinance is not None and track.handover is not None:
            t = track.handover
            fees[:, t] += (
                track.refinanced[:, t] / track.rate[t] * track.layer.refinance.fee_pct / 100
            )
    service = interest + principal
    conversion = _conversion(project, grid, tracks, revenue, state, started)
    need = np.zeros_like(cfads)
    need[:, :-1] = service[:, 1:] * project.operation.reserve_months / 12
    need = np.where(working, need, 0.0)
    left = cfads + residual - service - fees - conversion
    reserve, moved = np.zeros_like(cfads), np.zeros_like(cfads)
    held = np.zeros(len(cfads))
    for t in range(grid.length):
        free = left[:, t] + held
        held_next = np.clip(free, 0.0, need[:, t])
        moved[:, t] = held_next - held
        held = held_next
        reserve[:, t] = held
    over = left - moved
    with np.errstate(divide="ignore", invalid="ignore"):
        dscr = np.where(started & (service > 1e-9), cfads / service, np.nan)
    flows = Flows(
        plan, project, grid, funding, tracks, revenue, state, cost, renewals, tax, cfads, interest,
        principal, swapped, fees, conversion, moved, reserve, np.maximum(over, 0.0),
        np.maximum(-over, 0.0), residual, dscr,
    )  # fmt: skip
    _check_balance(flows)
    return flows


def _conversion(
    project: Project, grid: Grid, tracks: list[Track], revenue: Floats, state: Floats,
    started: np.ndarray,
) -> Floats:  # fmt: skip
    """Cost of buying the currencies that revenue does not bring."""
    if project.settlement is None or not project.settlement.conversion_cost_pct:
        return np.zeros_like(revenue)
    bought = currency_need(project, grid, tracks, revenue, state)
    share = project.settlement.conversion_cost_pct / 100
    return np.where(started, sum(bought.values(), np.zeros_like(revenue)) * share, 0.0)


def currency_need(
    project: Project, grid: Grid, tracks: list[Track], revenue: Floats, state: Floats
) -> dict[str, Floats]:
    """By currency, what revenue in it leaves of cost and debt service in it, plan's currency."""
    earned = earned_by_currency(project, grid, revenue, state)
    owed = service_by_currency(grid, tracks, project.operation.start_year)
    for stream in project.operation.cost:
        flow = stream_by_year(stream, project, grid.years) / grid.rates[stream.currency]
        owed[stream.currency] = owed.get(stream.currency, np.zeros_like(revenue)) + flow
    zero = np.zeros_like(revenue)
    return {c: np.maximum(v - earned.get(c, zero), 0.0) for c, v in owed.items()}


def earned_by_currency(
    project: Project, grid: Grid, revenue: Floats, state: Floats
) -> dict[str, Floats]:
    """Revenue by currency, in the plan's currency; user revenue scaled as in the draw."""
    out: dict[str, Floats] = {}
    planned = np.zeros(grid.length)
    for stream in project.operation.revenue:
        if stream.payer == "users":
            planned = (
                planned
                + stream_by_year(stream, project, grid.years) / (grid.rates[stream.currency])
            )
    scale = np.divide(revenue, planned, out=np.ones_like(revenue), where=planned > 0)
    for stream in project.operation.revenue:
        flow = stream_by_year(stream, project, grid.years) / grid.rates[stream.currency]
        scaled = flow * scale if stream.payer == "users" else flow + np.zeros_like(state)
        out[stream.currency] = out.get(stream.currency, np.zeros_like(revenue)) + scaled
    return out


def service_by_currency(grid: Grid, tracks: list[Track], start_year: int) -> dict[str, Floats]:
    """Debt service once operation has started, by currency, in the plan's currency."""
    out: dict[str, Floats] = {}
    started = grid.years >= start_year
    for track in tracks:
        flow = np.where(started, (track.interest + track.principal) / track.rate, 0.0)
        out[track.currency] = out.get(track.currency, np.zeros_like(flow)) + flow
    return out


def _check_balance(flows: Flows) -> None:
    """Sources equal uses in every year of every draw, and every loan is repaid."""
    f = flows.funding
    uses = f.capital + f.fees + f.premium + f.interest_paid
    scale = float(np.max(uses.sum(axis=1)))
    gap = float(np.max(np.abs(sum(f.drawn, np.zeros_like(uses)) - uses)))
    if gap > 1e-9 * scale:
        raise DataError(f"project {flows.project.id}: sources miss uses by {gap:g} million")
    for track in flows.tracks:
        lent = track.drawn.sum(axis=1) + track.added.sum(axis=1)
        paid = track.principal.sum(axis=1) + track.refinanced.sum(axis=1)
        if np.any(track.closing < -1e-9 * max(float(np.max(lent)), scale)):
            raise DataError(f"project {flows.project.id}: {track.name} is repaid twice")
        if np.any(np.abs(lent - paid) > 1e-9 * max(float(np.max(lent)), scale)):
            raise DataError(f"project {flows.project.id}: {track.name} is not repaid in full")
