"""The case without a package of projects beside the case with it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import pandas as pd

from beltroad.finance.debt.bri.market import MarketAssessment
from beltroad.finance.debt.io.packages import Package
from beltroad.finance.debt.model import DebtPath
from beltroad.finance.debt.report import view
from beltroad.finance.loan import loan_present_value

if TYPE_CHECKING:
    from beltroad.finance.debt.ratings.assess import Assessment

__all__ = ["Beside", "Facts", "package_content", "package_record"]

MEDIUM, LONG = 10, 20
Row: TypeAlias = tuple[str, str, object, object]


@dataclass(frozen=True)
class Facts:
    """Of a package: USD million, per cent, years.

    ``present_value_usd_mn`` is that of the service of each disbursement in its own year, held at
    the amount lent where the loan is dear; the grant element is what it falls short of it.
    """

    loans: int
    disbursement_usd_mn: float
    first_year: int
    last_year: int
    present_value_usd_mn: float
    grant_element_pct: float
    discount_rate_pct: float

    @property
    def when(self) -> str:
        """Years of disbursement in words."""
        if self.first_year == self.last_year:
            return f"in {self.first_year}"
        return f"from {self.first_year} to {self.last_year}"


@dataclass(frozen=True)
class Beside:
    """A package, and the same country without it."""

    package: Package
    without: Assessment | MarketAssessment

    def lic(self) -> Assessment:
        """The case without, under a framework with thresholds."""
        return cast("Assessment", self.without)

    def market(self) -> MarketAssessment:
        """The case without, under the framework for market-financing countries."""
        return cast("MarketAssessment", self.without)

    def facts(self) -> Facts:
        """Size and terms."""
        rate = self.without.inputs.number("discount_rate_pct")
        total = value = 0.0
        years = []
        loans = self.package.projects.loans
        for loan in loans:
            for year, lent in loan.disbursement_usd_mn.items():
                total += lent
                value += loan_present_value(
                    lent, loan.interest_pct / 100, loan.maturity_years, loan.grace_years,
                    discount_rate=rate / 100,
                )  # fmt: skip
                years += [year] if lent > 0 else []
        grant = 100 * (1 - value / total) if total else math.nan
        return Facts(len(loans), total, min(years, default=0), max(years, default=0), value, grant,
                     rate)  # fmt: skip

    def loans(self) -> pd.DataFrame:
        """Every disbursement: ``name, year, disbursement_usd_mn`` and its terms."""
        rows = [
            (loan.name, year, lent, loan.interest_pct, loan.maturity_years, loan.grace_years)
            for loan in self.package.projects.loans
            for year, lent in sorted(loan.disbursement_usd_mn.items())
        ]
        return pd.DataFrame(rows, columns=["name", "year", "disbursement_usd_mn", "interest_pct",
                                           "maturity_years", "grace_years"])  # fmt: skip

    def table(self, case: Assessment | MarketAssessment) -> pd.DataFrame:
        """``item, unit, without, with``: ratings, peaks of the burdens, debt later on."""
        if isinstance(case, MarketAssessment):
            before = self.market()
            rows = [*_market(before, case), *_debt(before.path, case.path)]
        else:
            one = self.lic()
            rows = [*_ratings(one, case), *_debt(one.paths["baseline"], case.paths["baseline"])]
        return pd.DataFrame(rows, columns=["item", "unit", "without", "with"]).astype(
            {"without": object, "with": object}
        )


def _ratings(one: Assessment, other: Assessment) -> list[Row]:
    rows: list[Row] = [
        ("Overall risk of public debt distress", "", one.overall_rating, other.overall_rating),
        ("Risk of external debt distress", "", one.external_rating, other.external_rating),
        ("Debt-carrying capacity", "", one.capacity.final, other.capacity.final),
    ]
    both = list(zip(view.extremes(one), view.extremes(other), strict=True))
    rows += [(f"{a.label}, baseline's peak", "%", a.baseline_pct, b.baseline_pct) for a, b in both]
    rows += [(f"{a.label}, under the worst stress test", "%", a.stress_pct, b.stress_pct)
             for a, b in both]  # fmt: skip
    return rows


def _market(one: MarketAssessment, other: MarketAssessment) -> list[Row]:
    from beltroad.finance.debt.report.market_view import SIGNALS

    rows: list[Row] = [
        (title, "", str(one.signals[key]), str(other.signals[key]))
        for key, title in SIGNALS.items()
    ]
    rows.append(("Average financing need of the medium term", "% of GDP",
                 one.average_need_pct_gdp, other.average_need_pct_gdp))  # fmt: skip
    if one.measures is not None and other.measures is not None:
        rows.append((f"Fan's width in {one.measures.year}", "points of GDP",
                     one.measures.width_pct_gdp, other.measures.width_pct_gdp))  # fmt: skip
    return rows


def _debt(one: DebtPath, other: DebtPath) -> list[Row]:
    rows: list[Row] = []
    for name, title in (("public_debt_pct_gdp", "Public debt"),
                        ("external_debt_pct_gdp", "Public external debt")):  # fmt: skip
        for ahead in (MEDIUM, LONG):
            year = one.first_year + ahead
            rows.append((f"{title} in {year}", "% of GDP", float(one.table[name].loc[year]),
                         float(other.table[name].loc[year])))  # fmt: skip
    return rows


def _shown(value: object) -> str:
    if isinstance(value, str):
        return value or "–"
    number = float(value)  # type: ignore[arg-type]
    return "–" if number != number else f"{number:.1f}"


def package_content(case: Assessment | MarketAssessment, beside: Beside | None) -> dict[str, Any]:
    """What the page shows of a package; None without one."""
    if beside is None:
        return {"package": None}
    rows = []
    for row in beside.table(case).to_dict("records"):
        one, other = _shown(row["without"]), _shown(row["with"])
        change = ""
        if not isinstance(row["with"], str) and "–" not in (one, other):
            change = f"{round(float(row['with']) - float(row['without']), 1) + 0.0:+.1f}"
            change = "0.0" if change == "+0.0" else change
        rows.append({"item": row["item"], "unit": row["unit"], "without": one, "with": other,
                     "change": change, "differs": one != other})  # fmt: skip
    facts = beside.facts()
    return {
        "package": {
            "rows": rows, "facts": facts, "files": ", ".join(beside.package.files),
            "notes": [view.capital(n) + "." for n in beside.package.notes],
            "yields": bool(beside.package.projects.growth_uplift_pct
                           or beside.package.projects.exports_uplift_usd_mn
                           or beside.package.projects.revenue_uplift_usd_mn),
        }
    }  # fmt: skip


def package_record(case: Assessment | MarketAssessment, beside: Beside | None) -> Any:
    """The same for programs."""
    if beside is None:
        return None
    from dataclasses import asdict

    projects = beside.package.projects
    return {
        "files": list(beside.package.files), **asdict(beside.facts()),
        "without_and_with": beside.table(case).to_dict("records"),
        "loan_rows": beside.loans().to_dict("records"),
        "growth_uplift_pct": dict(projects.growth_uplift_pct),
        "exports_uplift_usd_mn": dict(projects.exports_uplift_usd_mn),
        "revenue_uplift_usd_mn": dict(projects.revenue_uplift_usd_mn),
        "notes": list(beside.package.notes),
    }  # fmt: skip
