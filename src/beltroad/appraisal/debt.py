"""Debt of the hosts without and with the projects of a scenario, by how much growth they bring.

Projects pass from the network stage (cost, opening), the scenario (who lends, on what terms) and
the economic stage (real income and exports of each host) to the debt framework, which projects
debt and rates its risk with nothing, part or all of the gain come true.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from beltroad import finance
from beltroad.appraisal.cache import Cache
from beltroad.appraisal.cases import central_case
from beltroad.appraisal.debt_part import DebtPart
from beltroad.appraisal.economy import economy_of
from beltroad.appraisal.financing import by_host, stated_sources
from beltroad.appraisal.inputs import gather
from beltroad.appraisal.levels import Case
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.schema import check_frame
from beltroad.appraisal.tables import costed_projects
from beltroad.appraisal.transport import Transport
from beltroad.finance.debt import parameters
from beltroad.finance.debt.dynamics import engine
from beltroad.finance.debt.dynamics.engine import ProjectLoan, ProjectPackage
from beltroad.finance.debt.inputs import prepared
from beltroad.finance.debt.model import CountryInputs
from beltroad.finance.debt.published.growth import revenue_kept
from beltroad.finance.debt.ratings import assess as ratings

__all__ = [
    "NOT_RATED", "DebtCase", "capital_gain_pct", "debt_of", "debt_table", "host_package",
    "hosts_debt",
]  # fmt: skip

MEDIUM_TERM, LONG_TERM = 10, 20
LAST_YEAR = prepared.FIRST_PROJECTION_YEAR - 1  # of the figures of debt
NOT_RATED = "not rated"


@dataclass(frozen=True)
class DebtCase:
    """What is assumed of the projects: how much growth, what the state does with it, which cost.

    ``capital`` takes the gain from the stock of public capital in place of the trade model;
    ``saves`` keeps spending where it was planned, so that the revenue of growth pays down debt.
    """

    name: str
    dividend: float
    cost: str = "cost_usd"
    capital: bool = False
    saves: bool = False


def cases_of(part: DebtPart) -> list[DebtCase]:
    """Dividends of the appraisal, the yield of public capital, and a dearer set of projects."""
    out = [DebtCase(f"{100 * share:g} % of the trade gain", share) for share in part.dividend]
    out.append(DebtCase("yield of public capital, spent", 1.0, capital=True))
    out.append(DebtCase("yield of public capital, saved", 1.0, capital=True, saves=True))
    least = part.dividend[0]
    dear = DebtCase(f"{100 * least:g} % of the trade gain, cost P80", least, "cost_p80_usd")
    return [*out, dear]


def capital_gain_pct(cost_usd: float, gdp_usd: float) -> float:
    """Rise of output by an addition to public capital, percent.

    The output elasticity of public capital times the addition over the stock, both from
    ``debt_parameters``: what assessments with a growth effect of investment assume, and far more
    than shorter shipment times alone are worth.
    """
    values = parameters.load("bri-dsf-lic")
    stock = values["growth.capital_to_gdp"] * gdp_usd
    return float(100 * ((1 + cost_usd / stock) ** values["growth.output_elasticity"] - 1))


def hosts_debt(
    costed: pd.DataFrame, transport: Transport, case: Case, whole: Callable[[], pd.DataFrame],
    names: pd.Series,
) -> pd.DataFrame | None:  # fmt: skip
    """Table ``debt``; None, and nothing worked out, where no host with new debt can be assessed.

    ``whole`` gives real income and exports by economy of the whole comparison. Where that starts
    before the figures of debt end, the network of their last year is the earlier state of a
    comparison of its own.
    """
    scenario = transport.scenario
    if _rows_of_hosts(costed, scenario).empty:
        return None
    if _as_a_whole(scenario):
        gains = whole()
    else:
        states = scenario.states.model_copy(update={"before": LAST_YEAR})
        later = transport.with_states(scenario.model_copy(update={"states": states}))
        gains = economy_of(later).evaluate(case).countries
    return debt_table(costed, scenario, gains, names)


def _rows_of_hosts(costed: pd.DataFrame, scenario: Scenario) -> pd.DataFrame:
    """Projects by host whose loans are new debt (:class:`DebtPart`) of a host with inputs."""
    rows = by_host(costed)
    if scenario.debt.timing == "to_come":
        rows = rows[rows["year_open"].isna() | (rows["year_open"] > LAST_YEAR)]
    return rows[rows["host"].isin(prepared.codes())]


def host_package(
    rows: pd.DataFrame, scenario: Scenario, inputs: CountryInputs, path: pd.DataFrame,
    case: DebtCase, income_pct: float, exports_pct: float,
) -> ProjectPackage:  # fmt: skip
    """Loans for the projects of one host, and growth and exports that they bring.

    Disbursement ends before the opening (in ``disbursed_over_years`` where none is known);
    income and exports reach the appraised level, times the dividend, in equal steps of growth
    over ``reached_over_years`` from the mean opening, weighted by cost. ``path`` is the baseline.
    """
    part, first = scenario.debt, inputs.first_year
    loans, openings = [], []
    cost = rows["cost_usd"].to_numpy(float)
    amounts = rows[case.cost].fillna(rows["cost_usd"]).to_numpy(float)
    for name, opening, amount in zip(rows["id"], rows["year_open"], amounts, strict=True):
        years = _disbursed(float(opening), part, first)
        openings.append(years[-1] + 1)
        loan = _terms(scenario, str(name), inputs.iso3)
        if loan is None:
            continue
        lent = amount * loan.loan_share * part.public_share / 1e6
        loans.append(
            ProjectLoan(
                str(name), dict.fromkeys(years, lent / len(years)), 100 * loan.interest_rate,
                loan.maturity_years, loan.grace_years,
            )
        )  # fmt: skip
    start = round(float(np.average(openings, weights=cost)))
    reached_in = part.reached_over_years
    step = (1 + case.dividend * income_pct / 100) ** (1 / reached_in) - 1
    base = inputs.series["real_growth_pct"].loc[start : start + reached_in - 1]
    growth = {int(y): float(v) for y, v in ((100 + base) * step).to_dict().items()}
    last = first + LONG_TERM
    exports = inputs.series["exports_usd_mn"].loc[start:last]
    ramp = np.minimum(1.0, (exports.index.to_numpy() - start + 1) / reached_in)
    more = exports.to_numpy(float) * case.dividend * exports_pct / 100 * ramp
    reached = dict(zip(map(int, exports.index), map(float, more), strict=True))
    growth = {y: v for y, v in growth.items() if v and y <= last}
    kept = revenue_kept(inputs, path, growth) if case.saves else {}
    return ProjectPackage(
        tuple(loans),
        growth,
        {y: v for y, v in reached.items() if v and y <= last},
        balance_uplift_usd_mn=kept,
    )


def _disbursed(opening: float, part: DebtPart, first: int) -> list[int]:
    if part.timing == "all" or np.isnan(opening):
        return list(range(first, first + part.disbursed_over_years))
    end = max(first, int(opening) - 1)
    return list(range(max(first, end - part.disbursed_over_years + 1), end + 1))


def _terms(scenario: Scenario, project: str, host: str) -> finance.Sources | None:
    """Loan of a project: as stated under financing, else the terms of the debt part."""
    stated = stated_sources(scenario, project, host)
    if stated is not None:
        return stated if stated.loan_share > 0 else None
    part = scenario.debt
    if part.loan_share == 0:
        return None
    return finance.Sources(
        loan_share=part.loan_share, lenders={"CHN": 1.0}, interest_rate=part.interest_rate,
        maturity_years=part.maturity_years, grace_years=part.grace_years,
    )  # fmt: skip


def debt_table(
    costed: pd.DataFrame, scenario: Scenario, gains: pd.DataFrame, names: pd.Series
) -> pd.DataFrame | None:
    """Table ``debt``: one row a host and case; None where no host can be assessed.

    Parameters
    ----------
    costed
        Projects of the comparison with cost, opening and hosts.
    gains
        ``real_income_change_pct`` and ``exports_change_pct`` by economy; hosts outside the trade
        model gain nothing here and carry a flag.
    names
        Short names by ISO 3166 alpha-3 code.
    """
    out = [
        row
        for host, part in _rows_of_hosts(costed, scenario).groupby("host", sort=True)
        for row in _host(str(host), part, scenario, gains, names)
    ]
    return check_frame(pd.DataFrame(out), "debt") if out else None


def debt_of(
    scenario: Scenario, *, cache: Cache | None = None, progress: Progress | None = None
) -> pd.DataFrame | None:
    """Table ``debt`` of a scenario, with no more of the appraisal than it needs."""
    cache, progress = cache or Cache.default(), progress or Progress()
    inputs = gather(scenario)
    transport = Transport(scenario, inputs, cache, progress)
    case = central_case(scenario)
    costed = costed_projects(inputs, scenario, transport.presence)
    names = inputs.countries.set_index("iso3")["name"]

    def whole() -> pd.DataFrame:
        return economy_of(transport).evaluate(case).countries

    with progress.step("debt of the hosts"):
        return hosts_debt(costed, transport, case, whole, names)


def _as_a_whole(scenario: Scenario) -> bool:
    """Whether the comparison itself is about what is to come alone, or all is asked for."""
    before = scenario.states.before
    return scenario.debt.timing == "all" or not isinstance(before, int) or before >= LAST_YEAR


def _host(
    host: str, rows: pd.DataFrame, scenario: Scenario, gains: pd.DataFrame, names: pd.Series
) -> Iterator[dict[str, object]]:
    inputs = prepared.inputs(host)
    income, exports = 0.0, 0.0
    if host in gains.index:
        found = gains.loc[host, ["real_income_change_pct", "exports_change_pct"]]
        income, exports = map(float, found.to_numpy(float))
    before, rated = _path_and_rating(inputs, None)
    gdp_usd = 1e6 * float(inputs.series["gdp_usd_mn"].to_dict()[inputs.first_year - 1])
    capital = capital_gain_pct(float(rows["cost_usd"].sum()), gdp_usd)
    for case in cases_of(scenario.debt):
        gain = (capital, capital) if case.capital else (income, exports)
        package = host_package(rows, scenario, inputs, before, case, *gain)
        after, rated_with = _path_and_rating(inputs, package)
        lent = sum(sum(loan.disbursement_usd_mn.values()) for loan in package.loans) * 1e6
        row: dict[str, object] = {
            "iso3": host, "name": names.get(host, host), "case": case.name,
            "dividend": case.dividend, "framework": str(inputs.settings["framework"]),
            "projects": float(len(rows)),
            "cost_usd": float(rows[case.cost].fillna(rows["cost_usd"]).sum()),
            "loans_usd": lent, "grant_element_pct": _grant_element(package.loans),
            "income_gain_pct": case.dividend * gain[0],
            "rating_without": rated, "rating_with": rated_with,
            "worse": _rank(rated_with) > _rank(rated),
            "flags": _flags(inputs, host in gains.index),
        }  # fmt: skip
        for label, years in (("medium", MEDIUM_TERM), ("long", LONG_TERM)):
            for state, table in (("without", before), ("with", after)):
                debt = table["public_debt_pct_gdp"].to_dict()
                row[f"debt_{label}_{state}_pct"] = debt[inputs.first_year + years]
        for state, table in (("without", before), ("with", after)):
            window = table.loc[inputs.first_year : inputs.first_year + MEDIUM_TERM]
            for name in ("pv_external_to_gdp_pct", "service_external_to_revenue_pct"):
                row[f"{name.removesuffix('_pct')}_{state}_pct"] = float(window[name].max())
        yield row


def _path_and_rating(
    inputs: CountryInputs, package: ProjectPackage | None
) -> tuple[pd.DataFrame, str]:
    """Baseline and overall rating; countries that finance themselves on markets have no class."""
    if inputs.settings["framework"] != "lic":
        return engine.project(inputs, package=package).table, NOT_RATED
    found = ratings.assess(inputs, package=package)
    return found.paths["baseline"].table, found.overall_rating


def _grant_element(loans: Sequence[ProjectLoan]) -> float:
    """Mean grant element weighted by the amounts lent, percent; NaN without loans."""
    lent = [sum(loan.disbursement_usd_mn.values()) for loan in loans]
    if not sum(lent):
        return float("nan")
    each = [
        finance.grant_element(x.interest_pct / 100, x.maturity_years, x.grace_years) for x in loans
    ]
    return float(np.average(each, weights=lent))


def _rank(rating: str) -> int:
    order = ("low", "moderate", "high", "in debt distress")
    return order.index(rating) if rating in order else -1


def _flags(inputs: CountryInputs, modelled: bool) -> str:
    kinds = inputs.origins["kind"] if len(inputs.origins) else pd.Series(dtype=str)
    flags = [] if modelled else ["not in the trade model: no gain"]
    if int((kinds == "imputed").sum()):
        flags.append("imputed inputs")
    if len(inputs.gaps):
        flags.append("gaps")
    return "; ".join(flags)
