"""Households, risk and environment in the report: findings in words, and a table each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.appraisal.green import WORLD
from beltroad.appraisal.report import tables, words
from beltroad.appraisal.report.tables import Style, Table
from beltroad.appraisal.result import Appraisal
from beltroad.appraisal.risks import ALL

__all__ = ["Told", "environment", "households", "risks"]

_MOST_ECONOMIES = 40
# Shorter tables need no search field.
_SEARCHED = 12


@dataclass(frozen=True)
class Told:
    """One part of a section: what it rests on, what it says, and its table."""

    key: str
    title: str
    basis: str
    findings: Sequence[str]
    table: Table


def households(appraisal: Appraisal) -> list[Told]:
    """Poverty and jobs, where the scenario asks for them."""
    if "poverty" not in appraisal.more:
        return []
    return [_poverty(appraisal.more["poverty"]), _jobs(appraisal.more["jobs"])]


def risks(appraisal: Appraisal) -> list[Told]:
    """Projects by reference class and the loans behind them, where there are any."""
    out = []
    if "project_risk" in appraisal.more:
        out.append(_projects(appraisal.more["project_risk"]))
    if "loan_risk" in appraisal.more:
        out.append(_loans(appraisal.more["loan_risk"]))
    return out


def _poverty(rows: pd.DataFrame) -> Told:
    world = rows[rows["iso3"] == WORLD]
    findings = [
        f"{line['line_usd']:.2f} USD a day ({line['ppp_year']:.0f} PPP): in {line['year']:.0f} "
        f"{_poor(line['people_lifted_low'], line['people_lifted_high'])}, when "
        f"{_portion(line['headcount_without_pct'])} of {words.amount(line['population'])} people "
        "are below the line without the scenario; if nobody can change industry, "
        f"{_poor(line['people_lifted_apart_low'], line['people_lifted_apart_high'])}."
        for line in world.to_dict("records")
    ]
    by_line = {
        str(line): part.set_index("iso3")
        for line, part in rows[rows["iso3"] != WORLD].groupby("line", sort=False)
    }
    first = next(iter(by_line.values()))
    order = first["people_lifted_high"].abs().nlargest(_MOST_ECONOMIES).index
    first = first.loc[order]

    def lifted(line: str) -> tuple[tables.Column, list[tables.Cell]]:
        part = by_line[line].loc[order]
        usd, year = line.split("@")
        return tables.spans(
            part["people_lifted_low"], part["people_lifted_high"], f"Lifted, {usd} ({year} PPP)",
            "people", "Low and high pass-through of income to households", decimals=0,
        )  # fmt: skip

    columns = [
        tables.column(first["name"], "poverty", "name", css="wide"),
        tables.column(first["population"], "poverty", "population",
                      style=Style("million", 1e6, 1)),
        tables.column(first["headcount_without_pct"], "poverty", "headcount_without_pct"),
        *(lifted(line) for line in by_line),
        tables.column(first["form"], "poverty", "form"),
        tables.column(first["imputed"], "poverty", "imputed"),
        tables.column(first["note"], "poverty", "note", css="wider small"),
    ]  # fmt: skip
    return Told(
        "poverty",
        "Poverty",
        "Each economy's household survey, grown to the year at its projected rate, with and "
        "without the change of real income; the range is the share of it that reaches households.",
        findings,
        _shown("poverty-table", f"People lifted out of poverty, the {len(first)} largest "
                     "changes", columns),
    )  # fmt: skip


def _poor(low: float, high: float) -> str:
    """How many fewer people are poor, or more where the figures are negative."""
    ends = sorted((round(low), round(high)), key=abs)
    near, far = (words.amount(abs(end)) for end in ends)
    if far == "0":
        return "no fewer people are poor and no more"
    if min(ends) < 0 < max(ends):
        more, fewer = words.amount(-min(ends)), words.amount(max(ends))
        return f"between {more} more and {fewer} fewer people are poor"
    word = "more" if min(ends) < 0 else "fewer"
    if near == far:
        return f"{far} {word} {'person is' if far == '1' else 'people are'} poor"
    return f"{near} to {far} {word} people are poor"


def _portion(value: float) -> str:
    """A share with two digits that mean something, never a zero that is none."""
    return "less than 0.001%" if 0 < value < 0.0005 else words.percent(value, signed=False)


def _jobs(rows: pd.DataFrame) -> Told:
    known = rows[rows["jobs_moved_persons"].notna()]
    titles = evidence.load("icio_industries").set_index("industry")["title"]
    table = rows.assign(**{
        column: [str(titles.get(code, code)) for code in rows[column]]
        for column in ("largest_gain", "largest_loss")
    })  # fmt: skip
    shown = table.nlargest(_MOST_ECONOMIES, "shift_pct")
    most = shown.iloc[0] if len(shown) else None
    findings = ["People in work are not known for any economy."]
    if len(known):
        findings = [
            f"{words.amount(float(known['jobs_moved_persons'].sum()))} of "
            f"{words.amount(float(known['employed_persons'].sum()))} people in work change "
            "industry. The net is zero by construction: the model's labour is given.",
        ]
    if most is not None and most["largest_gain"] and most["largest_loss"]:
        findings.append(
            f"The largest shift is {_portion(most['shift_pct'])} of labour, in {most['name']}: "
            f"towards {most['largest_gain']}, away from {most['largest_loss']}."
        )

    def col(name: str, **more: Any) -> tuple[tables.Column, list[tables.Cell]]:
        return tables.column(shown[name], "jobs", name, **more)

    columns = [
        col("name", css="wide"), col("shift_pct", style=Style("%", 1.0, 4)),
        col("jobs_moved_persons"), col("employed_persons", style=Style("million", 1e6, 1)),
        col("largest_gain"), col("largest_loss"), col("gini_before", style=Style("", 1.0, 1)),
        col("gini_after_specific", style=Style("", 1.0, 3)), col("note", css="wider small"),
    ]  # fmt: skip
    return Told(
        "jobs",
        "Jobs",
        "Labour by industry from the trade model, where people change industry at one wage; "
        "people in work are those of open figures by sector, spread by wage bill.",
        findings,
        _shown("jobs-table", f"Labour that changes industry, the {len(shown)} largest "
                     "shifts", columns),
    )  # fmt: skip


def _projects(rows: pd.DataFrame) -> Told:
    total, each = rows[rows["id"] == ALL].iloc[0], rows[rows["id"] != ALL]
    known = each[each["gain_to_cost"].notna()]
    findings = [
        f"All together: {words.usd(total['cost_usd'])} as estimated; not above "
        f"{words.usd(total['cost_p50_usd'])} with a probability of one half, "
        f"{words.usd(total['cost_p80_usd'])} with four in five, "
        f"{words.usd(total['cost_p90_usd'])} with nine in ten. Finished projects have no range.",
    ]
    if len(known):
        findings.append(
            f"Gain above cost, as appraised: {_above(known, 'gain_to_cost')} of "
            f"{words.count(len(known), 'project')}; after overrun, delay and shortfall of half of "
            f"their class: {_above(known, 'gain_to_cost_p50')}; of four in five: "
            f"{_above(known, 'gain_to_cost_p80')}."
        )
    shown = each.sort_values(["cost_usd", "id"], ascending=[False, True])

    def col(name: str, **more: Any) -> tuple[tables.Column, list[tables.Cell]]:
        return tables.column(shown[name], "project_risk", name, **more)

    ratio = Style("", 1.0, 2)
    columns = [
        col("name", css="wide"), col("id", css="nowrap"), col("class"), col("realised"),
        col("cost_usd"), col("cost_p50_usd"), col("cost_p80_usd"), col("cost_p90_usd"),
        col("delay_ratio_p80", style=ratio), col("delay_p80_years", style=Style("years", 1.0, 1)),
        col("benefit_ratio_p80", style=ratio), col("gain_to_cost", style=ratio),
        col("gain_to_cost_p50", style=ratio), col("gain_to_cost_p80", style=ratio),
        col("note", css="wider small"),
    ]  # fmt: skip
    return Told(
        "project-risk",
        "Projects, if the past of their kind repeats itself",
        "Reference classes of finished projects: cost, time and benefits against what was promised "
        "at the decision to build. Fat-tailed, never normal; costs of projects move together in "
        "part.",
        findings,
        _shown("project-risk-table", "Cost, time and benefits by reference class", columns),
    )  # fmt: skip


def _above(rows: pd.DataFrame, column: str) -> int:
    return int((rows[column] > 1).sum())


def _loans(rows: pd.DataFrame) -> Told:
    total, each = rows[rows["iso3"] == ALL].iloc[0], rows[rows["iso3"] != ALL]
    share = 100 * total["expected_loss_usd"] / total["amount_usd"]
    top = each.head(3)
    findings = [
        f"Of {words.usd(total['amount_usd'])} of loans to {words.count(len(each), 'host')}, "
        f"{words.usd(total['expected_loss_usd'])} a year ({share:.1f}%) is lost on average; in one "
        f"year of a hundred more than {words.usd(total['var_usd'])}, and then "
        f"{words.usd(total['es_usd'])} on average.",
    ]
    if len(each) > 1:
        findings.append(
            f"{words.listing(list(top['name']))} make up {top['es_share_pct'].sum():.0f}% of that "
            "shortfall; the contributions of hosts add up to the whole."
        )

    def col(name: str, **more: Any) -> tuple[tables.Column, list[tables.Cell]]:
        return tables.column(each[name], "loan_risk", name, **more)

    million = Style("USD million", 1e6, 0)
    columns = [
        col("name", css="wide"), col("grade", style=Style("", 1.0, 0)),
        col("amount_usd", style=million), col("probability_pct", style=Style("%", 1.0, 1)),
        col("recovery_pct", style=Style("%", 1.0, 1)), col("basis"),
        col("expected_loss_usd", style=million), col("var_usd", style=million),
        col("es_usd", style=million), col("es_share_pct", style=Style("%", 1.0, 1)),
    ]  # fmt: skip
    return Told(
        "loan-risk",
        "Loans behind the projects",
        "Each project's loan from abroad as if fully drawn, at the host's country grade; defaults "
        "come together through factors of the world, regions and sectors. One year.",
        findings,
        _shown("loan-risk-table", "Losses on loans by host", columns),
    )  # fmt: skip


def environment(appraisal: Appraisal) -> list[Told]:
    """Freight emissions, and the projects under the green guidance."""
    if "freight_emissions" not in appraisal.more:
        return []
    names = dict(zip(appraisal.countries["iso3"], appraisal.countries["name"], strict=True))
    projects = appraisal.more["green_projects"]
    out = [_freight(appraisal.more["freight_emissions"], projects, names)]
    return [*out, _classes(projects)] if len(projects) > 1 else out


def _freight(rows: pd.DataFrame, projects: pd.DataFrame, names: dict[str, str]) -> Told:
    world, each = rows[rows["iso3"] == WORLD].iloc[0], rows[rows["iso3"] != WORLD]
    built = projects.iloc[0]
    change = words.percent(world["change_pct"])
    findings = [
        f"Freight of goods in containers emits {_tonnes(world['emissions_before_t'])} a year "
        f"before and {_tonnes(world['emissions_after_t'])} after ({change}): routes "
        f"{_tonnes(world['routes_change_t'], signed=True)}, land instead of sea or back "
        f"{_tonnes(world['mode_change_t'], signed=True)}, and more trade "
        f"{_tonnes(world['rebound_change_t'], signed=True)}."
    ]
    if built["construction_central_t"] > 0:
        findings.append(
            f"Building emits {_tonnes(built['construction_central_t'])} "
            f"({_tonnes(built['construction_low_t'])} to {_tonnes(built['construction_high_t'])}): "
            f"{_paid_back(built['payback_central_years'])}."
        )
    shown = each.assign(moved=each["emissions_after_t"] - each["emissions_before_t"])
    shown = shown.loc[shown["moved"].abs().nlargest(_MOST_ECONOMIES).index]

    def col(name: str, **more: Any) -> tuple[tables.Column, list[tables.Cell]]:
        return tables.column(shown[name], "freight_emissions", name, **more)

    thousand = Style("thousand t CO2e a year", 1e3, 1, signed=True)
    columns = [
        tables.text_column("Economy", [names.get(c, c) for c in shown["iso3"]], "wide"),
        col("emissions_before_t", style=thousand), col("routes_change_t", style=thousand),
        col("mode_change_t", style=thousand), col("rebound_change_t", style=thousand),
        col("emissions_after_t", style=thousand), col("held_change_pct"), col("change_pct"),
    ]  # fmt: skip
    return Told(
        "freight",
        "Freight emissions",
        "Well-to-wheel emissions of the fastest ways at the shares of land and sea; half of each "
        "pair to either side. Goods in bulk, oil and air freight are not in it.",
        findings,
        _shown("freight-table", f"Freight emissions, the {len(shown)} largest changes", columns),
    )


def _paid_back(years: float) -> str:
    if not 0 <= years < 1e4:
        return "freight emissions do not fall enough to make up for it"
    if years < 1:
        return "less than a year of the fall makes up for it"
    whole = round(years)
    return f"{words.count(whole, 'year')} of the fall {'makes' if whole == 1 else 'make'} up for it"


def _tonnes(value: float, *, signed: bool = False) -> str:
    return f"{words.amount(value, signed=signed)} t CO2e"


def _classes(rows: pd.DataFrame) -> Told:
    total, each = rows.iloc[0], rows.iloc[1:]
    better = int((each["class_if_mitigated"] != each["class_before"]).sum())
    findings = [
        f"Before mitigation: {total['reason']}. Accepted mitigation would move {better or 'none'} "
        "up. Harm to an ecologically important area makes a project red whatever else; where "
        "nothing was said of such areas the rule reads unknown.",
    ]
    shown = each.sort_values(["class_before", "name"])

    def col(name: str, **more: Any) -> tuple[tables.Column, list[tables.Cell]]:
        return tables.column(shown[name], "green_projects", name, **more)

    thousand = Style("thousand t CO2e", 1e3, 0)
    columns = [
        col("name", css="wide"), col("id", css="nowrap"), col("green_type"), col("class_before"),
        col("class_after"), col("class_if_mitigated"), col("area_rule"),
        col("construction_low_t", style=thousand), col("construction_central_t", style=thousand),
        col("construction_high_t", style=thousand), col("construction_basis", css="wide small"),
        col("class_basis"), col("reason", css="wider small"),
    ]  # fmt: skip
    return Told(
        "green-class",
        "Projects under the green guidance",
        "Classes of the Green Development Guidance for project types: red, yellow, green, by harm "
        "to climate, pollution and biodiversity. The type is told from the kind of project; a "
        "class read off a type is a place to start, not an assessment of the project.",
        findings,
        _shown("green-table", "Class and building emissions of the projects", columns),
    )


def _shown(key: str, caption: str, columns: list[tuple[tables.Column, list[tables.Cell]]]) -> Table:
    """A table as wide as it must be, with a search field where it is long."""
    long = bool(columns) and len(columns[0][1]) > _SEARCHED
    return tables.table(key, caption, columns, searchable=long, css="dense")
