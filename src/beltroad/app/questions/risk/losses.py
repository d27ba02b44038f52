"""Losses of a portfolio as figures and tables, and loans from forms, files and appraisals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from beltroad.app.answers import Answer, Origin, Table, table_of
from beltroad.app.errors import NotFound
from beltroad.app.questions.figures_base import column, figure, origin_of_table, text_column
from beltroad.app.questions.uploads import uploaded
from beltroad.errors import InputError

if TYPE_CHECKING:
    from beltroad.app.database import Database
    from beltroad.app.settings import Settings
    from beltroad.app.work.portfolio import Loan
    from beltroad.risk.portfolio.model import PortfolioLoss

__all__ = [
    "answer", "bars", "files", "from_file", "from_frame", "from_result", "from_rows", "summary",
]  # fmt: skip

_METHOD = "risk-portfolio"


def _origin(formula: str, **more: Any) -> Origin:
    base = origin_of_table("portfolio_parameters", "computed", method=_METHOD)
    return base.model_copy(update={"formula": formula, **more})


def _settings(base: PortfolioLoss) -> tuple[tuple[str, str], ...]:
    said = []
    for name, value in base.settings.items():
        if isinstance(value, Mapping):
            value = ", ".join(f"{k or 'other'} {v:.2f}" for k, v in value.items())
        elif isinstance(value, float):
            value = f"{value:,.4g}"
        said.append((name.replace("_", " "), str(value)))
    return tuple(said)


def summary(base: PortfolioLoss, level: float, by: str) -> dict[str, Any]:
    """A few values for lists of results."""
    return {
        "expected_loss_usd": base.expected_loss_usd, "var_usd": base.var_usd[_share(level)],
        "es_usd": base.es_usd[_share(level)], "level_pct": level, "by": by,
        "amount_usd": base.settings["amount_usd"], "exposures": base.settings["exposures"],
    }  # fmt: skip


def _share(level: float) -> float:
    return round(level / 100, 10)


def answer(
    base: PortfolioLoss, tables: Mapping[str, pd.DataFrame], level: float, by: str, *,
    example: bool,
) -> Answer:  # fmt: skip
    """Expected loss, value at risk and shortfall, concentration and what adds to them."""
    from beltroad.risk.portfolio.example import SOURCE

    settings = _settings(base)
    at = next(r for r in base.levels.to_dict("records") if r["level"] == _share(level))
    expected = _origin("sum over loans of probability times amount times (1 - recovery)",
                       inputs=settings)  # fmt: skip
    drawn = _origin("loss of that rank among the scenarios; range: two standard errors",
                    inputs=settings)  # fmt: skip
    tail = _origin("mean loss of the scenarios beyond the value at risk; range: two standard "
                   "errors", inputs=settings)  # fmt: skip
    figures = [
        figure("amount", "Amount of all loans", base.settings["amount_usd"], "USD", Origin(
            source=SOURCE if example else "Loans that were given", kind="assumed" if not example
            else "observed", formula="sum of the amounts", method=_METHOD)),
        figure("expected", "Expected loss of a year", base.expected_loss_usd, "USD", expected),
        figure("simulated", "Mean loss of the scenarios", base.simulated_loss_usd, "USD",
               _origin("mean over the scenarios; range: two standard errors", inputs=settings),
               low=base.simulated_loss_usd - 2 * base.simulated_loss_se_usd,
               high=base.simulated_loss_usd + 2 * base.simulated_loss_se_usd),
        figure("var", f"Value at risk, {level:g} %", at["var_usd"], "USD", drawn,
               low=at["var_usd"] - 2 * at["var_se_usd"], high=at["var_usd"] + 2 * at["var_se_usd"]),
        figure("es", f"Expected shortfall, {level:g} %", at["es_usd"], "USD", tail,
               low=at["es_usd"] - 2 * at["es_se_usd"], high=at["es_usd"] + 2 * at["es_se_usd"]),
    ]  # fmt: skip
    notes = ["Probabilities and recoveries that a loan does not give are those published by the "
             "GEMs consortium; how defaults hang together is in part assumed."]  # fmt: skip
    if example:
        notes.append(f"Example: {SOURCE}.")
    return Answer(title="", figures=tuple(figures), notes=tuple(notes),
                  tables=tuple(_tables(tables, level, by)))  # fmt: skip


def _tables(tables: Mapping[str, pd.DataFrame], level: float, by: str) -> list[Table]:
    from beltroad.risk.portfolio.measures import level_name

    name = level_name(_share(level))
    part = _origin("mean loss of the loan in the scenarios around the value at risk; adds up to it")
    tail = _origin("mean loss of the loan in the scenarios beyond the value at risk; adds up to "
                   "the expected shortfall")  # fmt: skip
    money = [
        column("amount_usd", "Amount", "USD", origin=_origin("as given")),
        column("expected_loss_usd", "Expected loss", "USD", origin=_origin(
            "probability times amount times (1 - recovery)")),
        column(f"var_{name}_usd", f"Of the value at risk, {level:g} %", "USD", origin=part),
        column(f"es_{name}_usd", f"Of the shortfall, {level:g} %", "USD", origin=tail),
    ]  # fmt: skip
    from beltroad.app.work.portfolio import GROUPS

    key = GROUPS[by]
    levels = tables["levels"].assign(level=100 * tables["levels"]["level"])
    spread = _origin("rank and mean of the sorted losses of the scenarios")
    out = [
        table_of("levels", "Loss at several levels", levels, [
            column("level", "Level", "%", decimals=1),
            column("var_usd", "Value at risk", "USD", origin=spread),
            column("var_se_usd", "Standard error", "USD", origin=spread),
            column("es_usd", "Expected shortfall", "USD", origin=spread),
            column("es_se_usd", "Standard error", "USD", origin=spread),
            column("unexpected_usd", "Value at risk less expected", "USD", origin=spread),
        ], origin=spread),
        table_of("groups", f"Contributions by {by}", tables[f"by_{by}"].sort_values(
            f"es_{name}_usd", ascending=False, kind="stable"),
                 [text_column(key, by.capitalize()), *money], origin=tail),
        table_of("loans", "Contributions by loan", tables["contributions"].sort_values(
            f"es_{name}_usd", ascending=False, kind="stable"), [
                text_column("id", "Loan"), text_column("obligor", "Obligor"),
                text_column("iso3", "Economy"), text_column("sector", "Sector"),
                text_column("counterpart", "Counterpart"),
                column("probability_pct", "Probability of default in a year", "%", decimals=2,
                       origin=_origin("given, by grade of the country, or published")),
                column("recovery_pct", "Recovery", "%", decimals=1,
                       origin=_origin("given or published")),
                *money], origin=tail),
        table_of("concentration", "Concentration", tables["concentration"].assign(
            measure=[str(m).replace("_", " ") for m in tables["concentration"]["measure"]]), [
                text_column("measure", "Measure"),
                column("value", "Value", "as in unit", decimals=3, origin=_origin(
                    "Herfindahl: sum of squared shares; granularity: what finite names add")),
                text_column("unit", "Unit"), text_column("note", "Note")],
                 origin=_origin("Herfindahl indices and granularity")),
    ]  # fmt: skip
    if "stress" in tables:
        stressed = _origin("the same draws with changed probabilities, recoveries, correlations")
        out.append(table_of("stress", "Under stress", tables["stress"], [
            text_column("run", "Run"),
            column("expected_loss_usd", "Expected loss", "USD", origin=stressed),
            column(f"var_{name}_usd", f"Value at risk, {level:g} %", "USD", origin=stressed),
            column(f"es_{name}_usd", f"Expected shortfall, {level:g} %", "USD", origin=stressed),
        ], origin=stressed))  # fmt: skip
    return out


def bars(found: Answer, title: str, most: int = 15) -> str:
    """Drawing of the largest contributions to the shortfall."""
    from beltroad.app.questions import charts

    table = next(t for t in found.tables if t.id == "groups")
    label, value = table.columns[0].name, table.columns[-1].name
    rows = pd.DataFrame([
        {"label": str(r[label]), "value": (r[value] or 0.0) / 1e9} for r in table.rows[:most]
    ])  # fmt: skip
    return charts.bars(rows, unit="billion USD", title=title)


def files(tables: Mapping[str, pd.DataFrame]) -> dict[str, bytes]:
    """The tables as CSV; no text of the user becomes a formula."""
    from beltroad.files import csv_bytes, no_formula

    return {
        f"{name}.csv": csv_bytes(table.map(lambda v: no_formula(v) if isinstance(v, str) else v))
        for name, table in tables.items()
    }


def from_frame(table: pd.DataFrame) -> tuple[Loan, ...]:
    """Checked exposures as loans; what was filled in is left out, so that it is filled anew."""
    from beltroad.app.work.portfolio import Loan

    return tuple(
        Loan(id=r["id"], iso3=r["iso3"], sector=r["sector"], currency=r["currency"],
             amount_usd=r["amount_usd"], obligor=r["obligor"], counterpart=r["counterpart"],
             probability_pct=r["probability_pct"] if r["basis"] == "given" else None,
             recovery_pct=r["recovery_pct"])
        for r in table.to_dict("records")
    )  # fmt: skip


def from_file(data: bytes, name: str) -> tuple[Loan, ...]:
    """Loans of an uploaded CSV.

    Raises
    ------
    InputError
        With every fault.
    """
    from beltroad.risk.portfolio import read_exposures

    with uploaded(data, name) as path:
        return _few(read_exposures(path))


def from_rows(rows: Sequence[Mapping[str, str]]) -> tuple[Loan, ...]:
    """Loans of a form.

    Raises
    ------
    InputError
        With every fault.
    """
    from beltroad.risk.portfolio.exposures import checked

    return _few(checked(pd.DataFrame([dict(r) for r in rows]), source="loans"))


def from_result(settings: Settings, database: Database, question: str) -> tuple[Loan, ...]:
    """Loans behind an appraisal: one a host, at the probability that the appraisal took.

    Raises
    ------
    NotFound
        If there is no such appraisal, or it has no loans.
    """
    from beltroad.app.questions.appraisals.stored import result_of
    from beltroad.app.work.portfolio import Loan
    from beltroad.appraisal.risks import ALL

    found = result_of(settings, database, question)
    if "loan_risk" not in found.tables:
        raise NotFound("this appraisal has no loans: none of its projects is lent from abroad")
    rows = found.frame("loan_risk")
    return tuple(
        Loan(id=r["iso3"], iso3=r["iso3"], sector="state", currency="USD",
             amount_usd=r["amount_usd"], counterpart="sovereign",
             probability_pct=r["probability_pct"], recovery_pct=r["recovery_pct"])
        for r in rows[rows["iso3"] != ALL].to_dict("records")
    )  # fmt: skip


def _few(table: pd.DataFrame) -> tuple[Loan, ...]:
    if len(table) > 2000:
        raise InputError(f"loans: {len(table):,} rows; give at most 2,000, small ones as one")
    return from_frame(table)
