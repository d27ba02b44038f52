"""Shocks as figures and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from beltroad.app.answers import Answer, Origin, table_of
from beltroad.app.questions.figures_base import column, figure, origin_of_table, text_column

if TYPE_CHECKING:
    from beltroad.appraisal.shocks import ShockResult

__all__ = ["answer"]


def _origin(formula: str) -> Origin:
    base = origin_of_table("shock_parameters", "computed", method="shocks")
    return base.model_copy(update={"formula": formula})


def answer(found: ShockResult) -> Answer:
    """Each shock as if it lasted a year and trade had adjusted."""
    trade = _origin("real income of the trade model with the shut links and dearer fuel, less "
                    "without")  # fmt: skip
    oil = _origin("net exports of crude, gas and refined oil times the rise, to first order")
    debt = _origin("debt dynamics with dearer money, less without")
    cut = _origin("trade of relations that no way is left for")
    grade = _origin("grade of country risk with the figures after the shock, less before")
    worst = found.summary.sort_values("real_income_change_usd", kind="stable").to_dict("records")[0]
    figures = (
        figure("worst", f"Largest loss of income: {worst['shock']}",
               worst["real_income_change_usd"], "USD a year", trade),
        figure("count", "Shocks", len(found.summary), "shocks", _origin("rows of the table")),
    )  # fmt: skip
    shocks = table_of("shocks", "Shocks", found.summary, [
        text_column("shock", "Shock"),
        column("real_income_change_pct", "World real income", "%", decimals=4, origin=trade),
        column("real_income_change_usd", "World real income", "USD", origin=trade),
        column("trade_cut_off_usd", "Trade cut off", "USD", origin=cut),
        column("economies_losing", "Economies losing", "economies", origin=trade),
        column("debt_worse", "Debt worse", "economies", origin=debt),
        column("grades_worse", "Grade worse", "economies", origin=grade),
        text_column("worst", "Hardest hit (income and oil bill)"),
    ], origin=trade)  # fmt: skip
    rows = found.countries.assign(_href="/risk/country/" + found.countries["iso3"].astype(str))
    rows = rows.sort_values("total_usd", kind="stable")
    by_country = table_of("economies", "Economies under each shock", rows, [
        text_column("name", "Economy"), text_column("iso3", "Code"), text_column("shock", "Shock"),
        column("real_income_change_pct", "Real income", "%", decimals=3, origin=trade),
        column("oil_usd", "Oil bill", "USD", origin=oil),
        column("total_pct", "Both", "% of income", decimals=3, origin=trade),
        column("probability_without_pct", "Distress before", "%", decimals=1, origin=grade),
        column("probability_with_pct", "Distress after", "%", decimals=1, origin=grade),
        column("grade_without", "Grade before", "of 7", origin=grade),
        column("grade_with", "Grade after", "of 7", origin=grade),
    ], origin=trade)  # fmt: skip
    tables = [shocks, by_country]
    if found.losses is not None:
        drawn = _origin("losses of the loans with the probabilities after the shock")
        tables.append(table_of("losses", "Loans under each shock", found.losses, [
            text_column("shock", "Shock"),
            column("expected_loss_usd", "Expected loss of a year", "USD", origin=drawn),
            column("var_usd", "Value at risk, 99 %", "USD", origin=drawn),
            column("es_usd", "Expected shortfall, 99 %", "USD", origin=drawn),
        ], origin=drawn))  # fmt: skip
    return Answer(
        title="", figures=figures, tables=tuple(tables),
        notes=("Each shock as if it lasted a year and trade had adjusted.",
               "Oil bill: to first order, beside the trade model. Debt worse: economies with 0.5 "
               "points of GDP more public debt after five years."),
    )  # fmt: skip
