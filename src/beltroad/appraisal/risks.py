"""Risk of a comparison: its projects by reference class, its hosts by grade, the loans behind."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from beltroad.appraisal.financing import by_host, stated_sources
from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.schema import check_frame, variables
from beltroad.infrastructure.projects.states import FINISHED
from beltroad.risk import portfolio, project
from beltroad.risk.portfolio.parameters import counterpart_rates

__all__ = ["ALL", "grades_by_economy", "loan_tables", "project_risk_table"]

ALL = "all"
LEVEL = 0.99
DEFAULT_LENDER = "CHN"
QUANTILES = (0.5, 0.8, 0.9)
_RANGED = [f"p{100 * q:g}" for q in QUANTILES]


def project_risk_table(
    costed: pd.DataFrame, projects: pd.DataFrame, scenario: Scenario
) -> pd.DataFrame | None:
    """Table ``project_risk``: cost, delay and benefits of each new project as its class had them.

    Parameters
    ----------
    costed
        Projects of the comparison.
    projects
        Table ``projects``: the gain over the cost of each alone is what is ranged.

    Returns
    -------
    DataFrame or None
        The sum of all first (costs only, drawn together); None without a project with a cost.
    """
    new = costed[costed["new"] & costed["cost_usd"].fillna(0.0).gt(0)]
    if new.empty:
        return None
    ratio = projects.set_index("id")["gain_to_cost"].reindex(new["id"])
    years = (new["year_open"] - new["year_start"]).to_numpy(float)
    asked = pd.DataFrame(
        {
            "id": new["id"].to_numpy(),
            "mode": new["mode"].to_numpy(),
            "cost_usd": new["cost_usd"].to_numpy(float),
            "years": np.where(years > 0, years, np.nan),
            "benefit_cost_ratio": ratio.where(ratio > 0).to_numpy(float),
            "realised": new["status"].isin(FINISHED).to_numpy(),
        }
    )
    rate = 100 * scenario.parameters.discount_rate
    rows = project.forecast(asked, quantiles=QUANTILES, seed=scenario.seed, discount_rate_pct=rate)
    rows["name"] = new["name"].to_numpy()
    rows["gain_to_cost"] = asked["benefit_cost_ratio"]
    rename = {f"bcr_{name}": f"gain_to_cost_{name}" for name in (*_RANGED, "mean")}
    rows = rows.rename(columns=rename | {"bcr_below_1_pct": "gain_below_cost_pct"})
    rows = pd.concat([_sum_of(asked, scenario.seed), rows], ignore_index=True)
    for name, variable in variables("project_risk").items():
        if name not in rows:
            rows[name] = np.nan
        if variable.is_text:
            rows[name] = rows[name].fillna("")
    rows["realised"] = rows["realised"].fillna(False).astype(bool)
    return check_frame(rows[list(variables("project_risk"))], "project_risk")


def _sum_of(asked: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Cost of all projects together: quantiles of the sum."""
    found = project.portfolio(asked, quantiles=QUANTILES, seed=seed).set_index("quantile")
    total = float(asked["cost_usd"].sum())
    row = {"id": ALL, "name": "All projects with a cost", "cost_usd": total, "realised": False,
           "note": "quantiles of the sum, with the correlation between projects of the table "
           "project_risk"}  # fmt: skip
    for name in (*_RANGED, "mean"):
        row[f"cost_{name}_usd"] = float(found["cost_usd"][name])
    return pd.DataFrame([row])


def grades_by_economy(grades: pd.DataFrame, codes: pd.Index) -> pd.DataFrame:
    """Columns for the table of economies: grade and probability of country risk."""
    table = grades.set_index("iso3").reindex(codes)
    return pd.DataFrame(
        {
            "risk_grade": table["grade"].astype(float),
            "risk_probability_pct": table["probability_pct"],
        }
    )


def _lent(scenario: Scenario, project_id: str, host: str) -> float:
    """Share of a project's cost that is lent to a host from abroad.

    What lenders of the host itself lend is no claim on another country. Where nothing is stated
    the lender is China, as in the debt part.
    """
    stated = stated_sources(scenario, project_id, host)
    if stated is None:
        return 0.0 if host == DEFAULT_LENDER else scenario.debt.loan_share
    return stated.loan_share * (1.0 - stated.lenders.get(host, 0.0))


def _recovery_pct(scenario: Scenario) -> float:
    """The scenario's, or that of public borrowers in the published data."""
    stated = scenario.risk.recovery_pct
    if stated is not None:
        return stated
    return float(counterpart_rates()["recovery_pct"]["public"])


def loan_tables(
    costed: pd.DataFrame, scenario: Scenario, grades: pd.DataFrame, names: pd.Series
) -> dict[str, pd.DataFrame]:
    """Tables ``loan_risk`` and ``loan_concentration``; empty without a loan.

    Each project and host is a loan from abroad to the host's state, of the share that the
    scenario's financing (else its debt part) lends, fully drawn, at the grade of the host; hosts
    without a grade at the published rate of sovereigns. Loans to one host fail together.
    """
    rows = by_host(costed)
    shares = [
        _lent(scenario, str(p), str(h)) for p, h in zip(rows["id"], rows["host"], strict=True)
    ]
    lent = rows["cost_usd"].to_numpy(float) * np.array(shares, float)
    if not (lent > 0).any():
        return {}
    asked = pd.DataFrame(
        {
            "id": rows["id"] + " " + rows["host"],
            "iso3": rows["host"],
            "sector": "state",  # loans to one state are one name, whatever they build
            "currency": "USD",
            "amount_usd": lent,
            "obligor": rows["host"],
            "counterpart": "sovereign",
            "recovery_pct": _recovery_pct(scenario),
        }
    )[lent > 0]
    exposures = portfolio.checked(asked, source="loans of the scenario", grades=grades)
    draws = scenario.risk.draws
    found = portfolio.simulate(exposures, draws=draws, seed=scenario.seed, levels=(LEVEL,))
    by_host_ = found.by("iso3").rename(columns={"var_p99_usd": "var_usd", "es_p99_usd": "es_usd"})
    first = exposures.drop_duplicates("iso3").set_index("iso3")
    by_host_["name"] = [str(names.get(code, code)) for code in by_host_["iso3"]]
    for column in ("probability_pct", "recovery_pct", "basis"):
        by_host_[column] = by_host_["iso3"].map(first[column])
    by_host_["grade"] = by_host_["iso3"].map(grades.set_index("iso3")["grade"]).astype(float)
    total = {
        "iso3": ALL, "name": "All loans", "amount_usd": float(exposures["amount_usd"].sum()),
        "grade": math.nan, "probability_pct": math.nan, "recovery_pct": math.nan, "basis": "",
        "expected_loss_usd": found.expected_loss_usd,
        "var_usd": found.var_usd[LEVEL], "es_usd": found.es_usd[LEVEL],
    }  # fmt: skip
    table = pd.concat([pd.DataFrame([total]), by_host_], ignore_index=True)
    whole = found.es_usd[LEVEL]
    table["es_share_pct"] = (100 * table["es_usd"] / whole).clip(0.0, 100.0) if whole else 0.0
    spread = found.concentration.assign(note=found.concentration["note"].fillna(""))
    return {
        "loan_risk": check_frame(table[list(variables("loan_risk"))], "loan_risk"),
        "loan_concentration": check_frame(
            spread[list(variables("loan_concentration"))], "loan_concentration"
        ),
    }
