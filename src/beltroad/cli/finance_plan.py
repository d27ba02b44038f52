"""``beltroad finance plan``, ``terms`` and ``grant-element``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console

from beltroad.cli.finance import finance_app
from beltroad.cli.lines import say
from beltroad.cli.output import check_files, print_json, rounded_records
from beltroad.errors import InputError, suggest

if TYPE_CHECKING:
    import pandas as pd

    from beltroad.finance.project.result import PipelineResult, ProjectResult

__all__ = ["grant_element", "plan", "terms"]


@finance_app.command()
def plan(
    source: Annotated[Path, typer.Argument(help="A plan (TOML) or a folder of plans.")],
    project: Annotated[str | None, typer.Option(help="Only this project, by id.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    xlsx: Annotated[Path | None, typer.Option(help="Write an Excel workbook.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write all tables as CSV here.")] = None,
) -> None:
    """Work out financing plans: cash flow, returns, cover, softness, what the state owes."""
    from beltroad.files import check_writable, write_atomically, write_files
    from beltroad.finance.project import export, plan_file, result

    if xlsx is not None:
        if xlsx.suffix != ".xlsx":
            raise InputError(f"{xlsx}: give a file that ends in .xlsx")
        check_files([xlsx])
    if out is not None:
        if xlsx is not None and os.path.realpath(xlsx) == os.path.realpath(out):
            raise InputError(f"{out}: named twice; --out is a folder, --xlsx a file")
        check_writable(out)
    plans = plan_file.read_all(source)
    if project is not None:
        plans = _only(plans, project)
    found = result.assess_all(plans)
    if xlsx is not None:
        write_atomically(xlsx, export.workbook(found))
    if out is not None:
        write_files(export.csv_files(found), out)
    if as_json:
        tables = export.tables_of(found)
        print_json({
            "plans": [each.title for each in plans],
            **{name: rounded_records(table) for name, table in tables.items()},
        })  # fmt: skip
        return
    console = Console()
    for each in found.projects:
        _show(console, each)
    if len(found.projects) > 1:
        _pipeline(console, found)


def _only(plans: Sequence[Any], project: str) -> list[Any]:
    ids = [p.id for each in plans for p in each.projects]
    if project not in ids:
        raise InputError(
            f"--project {project}: no such project. {suggest(project, ids)} "
            f"Projects: {', '.join(ids)}"
        )
    kept = [
        each.model_copy(update={"projects": [p for p in each.projects if p.id == project]})
        for each in plans
    ]
    return [each for each in kept if each.projects]


def _num(value: float, digits: int = 0) -> str:
    if value != value:
        return "-"
    if digits == 0 and -0.5 < value < 0:
        value = 0.0
    return "no need" if value == float("inf") else f"{value:,.{digits}f}"


def _money(value: float) -> str:
    """Millions; small amounts keep a decimal."""
    return _num(value, 0 if value != value or abs(value) >= 100 else 1)


def _cover(value: float) -> str:
    """A cover ratio; below zero there is nothing to cover with, and the number says no more."""
    return "< 0" if value < 0 else _num(value, 2)


def _line(console: Console, text: str) -> None:
    """One line of a table, never broken: a narrow terminal wraps it, a file keeps it whole."""
    console.print(text, highlight=False, markup=False, soft_wrap=True)


_COVERS = ("dscr_min", "dscr_mean", "llcr", "plcr")
_HEADLINES = (
    ("capital_cost_mn", "Capital cost", 0), ("financed_mn", "To be financed", 0),
    ("construction_interest_mn", "Interest in construction", 0),
    ("debt_share_pct", "Debt, % of finance", 1), ("project_npv_mn", "NPV of the project", 0),
    ("project_irr_pct", "IRR of the project, %", 2), ("equity_npv_mn", "NPV of the equity", 0),
    ("equity_irr_pct", "IRR of the equity, %", 2), ("dscr_min", "DSCR, lowest", 2),
    ("dscr_mean", "DSCR, mean", 2), ("llcr", "LLCR", 2), ("plcr", "PLCR", 2),
    ("payback_years", "Payback, years", 1),
    ("payback_discounted_years", "Payback, discounted", 1),
    ("debt_cost_pct", "Cost of debt, %", 2),
    ("debt_maturity_years", "Maturity, years", 1),
    ("package_imf_pct", "Grant element, IMF, %", 1),
    ("package_dac_pct", "Grant element, DAC, %", 1),
    ("public_imf_with_fees_pct", "of the state's debt, fees in", 1),
    ("currency_mismatch_pct", "Service to be bought, %", 1),
)  # fmt: skip


def _show(console: Console, each: ProjectResult) -> None:
    flows = each.flows
    code = flows.plan.currency
    say(console, f"{flows.project.name} ({each.id}), millions of {code}")
    values = dict(zip(each.measures["measure"], each.measures["value"], strict=True))
    cells = [
        f"{label:<29}{_cover(values[key]) if key in _COVERS else _num(values[key], digits):>9}"
        for key, label, digits in _HEADLINES
    ]
    for left, right in zip(cells[::2], cells[1::2], strict=True):
        _line(console, f"  {left}  {right}")
    notes = dict(zip(each.measures["measure"], each.measures["note"], strict=True))
    for key in ("project_irr_pct", "equity_irr_pct"):
        if values[key] != values[key]:
            say(console, f"  {key.removesuffix('_pct').replace('_', ' ')}: {notes[key]}")
    _layers(console, each.layers)
    _years(console, each)
    _state(console, each, values)
    _ranges(console, each)
    _currency(console, each, values)
    _owners(console, each)
    for note in each.notes:
        say(console, f"  {note}")
    console.print()


def _layers(console: Console, table: pd.DataFrame) -> None:
    _line(
        console, "\n  layer                    cur  amount    %  rate all-in term grace  IMF   DAC"
    )
    for row in table.to_dict("records"):
        mark = "*" if row["public"] else "g" if row["guaranteed_pct"] else " "
        _line(console,
            f"  {row['layer'][:23]:<23}{mark} {row['currency']} {_num(row['amount_mn']):>7}"
            f" {_num(row['share_pct']):>4} {_num(row['interest_pct'], 1):>5}"
            f" {_num(row['all_in_pct'], 2):>6} {_num(row['maturity_years']):>4}"
            f" {_num(row['grace_years']):>5} {_num(row['imf_pct'], 1):>4}"
            f" {_num(row['dac_pct'], 1):>5}",
        )  # fmt: skip
    say(console, "  *: debt of the state; g: guaranteed by it. IMF, DAC: grant element, %.")


def _state(console: Console, each: ProjectResult, values: dict[str, float]) -> None:
    """What the state owes, guarantees and pays, with present values."""
    year = each.flows.project.completion_year
    said = []
    if values["public_debt_peak_usd_mn"] > 0:
        said.append(
            f"owes up to {_money(values['public_debt_peak_usd_mn'])} million USD, present "
            f"value at the end of {year} {_money(values['public_debt_pv_usd_mn'])}"
        )
    if values["guaranteed_peak_usd_mn"] > 0:
        calls = values["expected_calls_pv_usd_mn"]
        expected = f", of which {_money(calls)} are expected to be called" if calls == calls else ""
        said.append(f"guarantees up to {_money(values['guaranteed_peak_usd_mn'])}, present value "
                    f"{_money(values['guaranteed_pv_usd_mn'])}{expected}")  # fmt: skip
    if each.flows.project.operation.support_by == "state" and values["support_total_mn"] > 0.5:
        said.append(f"supports the project with {_money(values['support_total_mn'])} million "
                    f"{each.flows.plan.currency}, present value "
                    f"{_money(values['support_pv_before_mn'])}")  # fmt: skip
    if said:
        say(console, "  The state " + "; ".join(said) + ".")


def _years(console: Console, each: ProjectResult) -> None:
    _line(
        console, "\n  year capital  drawn revenue   cost service  DSCR  owners support  state owes"
    )
    owed = dict(zip(each.exposure["year"], each.exposure["public_debt_usd_mn"], strict=True))
    for row in each.cash.to_dict("records"):
        cost = row["operating_cost_mn"] + row["renewals_mn"] + row["tax_mn"]
        service = row["interest_mn"] + row["principal_mn"]
        _line(console,
            f"  {row['year']:.0f} {_num(row['capital_mn']):>7} {_num(row['drawn_mn']):>6}"
            f" {_num(row['revenue_mn'] + row['state_payment_mn']):>7} {_num(cost):>6}"
            f" {_num(service):>7} {_cover(row['dscr']):>5} {_num(row['dividends_mn']):>7}"
            f" {_num(row['support_mn']):>7} {_num(owed[row['year']]):>11}",
        )  # fmt: skip
    say(console, "  Cost with renewals and tax; what the state owes in USD, end of year.")


_MEASURES = {
    "capital_cost_mn": "capital cost", "project_irr_pct": "IRR of the project, %",
    "equity_irr_pct": "IRR of the equity, %", "dscr_min": "lowest DSCR",
    "shortfall_max_mn": "largest shortfall",
    "support_pv_mn": "support, present value", "public_debt_peak_mn": "state's debt, peak",
    "dscr_below_one_pct": "DSCR below 1, % of draws",
}  # fmt: skip


def _ranges(console: Console, each: ProjectResult) -> None:
    table = each.ranges
    if len(table):
        columns = [c for c in ("planned", "low", "high", "demand_low", "demand_high", "p10", "p50",
                               "p90", "mean")
                   if c in table.columns]  # fmt: skip
        _line(
            console,
            "\n  "
            + f"{'range':<26}"
            + "".join(f"{c.replace('demand_', 'dem. '):>9}" for c in columns),
        )
        for key, label in _MEASURES.items():
            if key in table.index and not (key.startswith("public") and table.loc[key].max() == 0):
                digits = 2 if key.endswith("pct") or key == "dscr_min" else 0
                figures = table.loc[[key], columns].to_numpy(dtype=float)[0]
                cover = key == "dscr_min"
                shown = "".join(
                    f"{_cover(float(v)) if cover else _num(float(v), digits):>9}" for v in figures
                )
                _line(console, f"  {label:<26}{shown}")
    _line(console, "\n  " + f"{'one thing at a time':<25}" + "".join(
        f"{c:>10}" for c in ("IRR proj.", "IRR eq.", "low DSCR", "shortfall", "support")
    ))  # fmt: skip
    for case, row in each.sensitivity.iterrows():
        shown = (
            f"{_num(float(row['project_irr_pct']), 2):>10}"
            f"{_num(float(row['equity_irr_pct']), 2):>10}"
            f"{_cover(float(row['dscr_min'])):>10}{_num(float(row['shortfall_max_mn'])):>10}"
            f"{_num(float(row['support_pv_mn'])):>10}"
        )
        _line(console, f"  {case:<25}{shown}")
    say(console, "  Shortfall: the most that cash lacks of debt service in a year; support: its "
        "present value.")  # fmt: skip


def _currency(console: Console, each: ProjectResult, values: dict[str, float]) -> None:
    pct = each.flows.plan.depreciation_test_pct
    lost = values["cfads_loss_pv_mn"]
    console.print()
    if lost == lost:
        effect = (
            "leaves the cash for debt service as it is" if abs(lost) < 0.5 else
            f"{'takes' if lost > 0 else 'adds'} {_num(abs(lost))} million "
            f"{'off' if lost > 0 else 'to'} the cash for debt service (present value)"
        )  # fmt: skip
        say(console, f"  A fall of the local currency by {pct:g} % from operation on {effect}; "
            f"lowest DSCR {_cover(values['dscr_min_before'])} before, "
            f"{_cover(values['dscr_min_after'])} after.")  # fmt: skip
    code = each.flows.project.host_currency
    if lost == lost and code is not None and code != each.flows.plan.currency:
        by = "state" if each.flows.project.operation.support_by == "state" else "sponsor"
        say(console, f"  In {code}, over all years: debt service "
            f"{_num(values['service_local_before_mn'])} million before, "
            f"{_num(values['service_local_after_mn'])} after; what the {by} pays in "
            f"{_num(values['support_local_before_mn'])} before, "
            f"{_num(values['support_local_after_mn'])} after.")  # fmt: skip
    if len(each.settlement):
        _line(console, f"  {'settling in local currency':<34}{'today':>12}{'settled':>12}"
              f"{'change':>12}")  # fmt: skip
        for name, row in each.settlement.iterrows():
            shown = "".join(f"{_num(float(row[c]), 2):>12}" for c in ("today", "settled", "change"))
            label = str(name).replace("_", " ").removesuffix(" mn").removesuffix(" pct")
            _line(console, f"  {label:<34}{shown}")
    if each.swap:
        s = each.swap
        say(console, f"  Swap line of {_num(s['line_mn'])}: covers {_num(s['months_at_peak'], 1)} "
            f"months of foreign service in the peak year, {_num(s['months_at_mean'], 1)} on "
            f"average; fully drawn it costs {_num(s['cost_per_year_mn'], 1)} a year.")  # fmt: skip


def _owners(console: Console, each: ProjectResult) -> None:
    for row in each.owners.to_dict("records"):
        support = f" and {_money(row['support_mn'])} of support" if row["support_mn"] > 0.5 else ""
        say(console, f"  {row['owner']} ({row['kind'].replace('_', ' ')}): pays "
            f"{_money(row['paid_in_mn'])}{support}, gets {_money(row['received_mn'])}, IRR "
            f"{_num(row['irr_pct'], 2)} %{' ' + row['note'] if row['note'] else ''}")  # fmt: skip
    if each.integrated and each.flows.project.integrated is not None:
        r = each.integrated
        say(console, f"  {each.flows.project.integrated.party}: IRR as investor "
            f"{_num(r['investor_irr_pct'], 2)} %, as investor, builder and operator "
            f"{_num(r['integrated_irr_pct'], 2)} %.")  # fmt: skip


def _pipeline(console: Console, found: PipelineResult) -> None:
    say(console, f"Pipeline of {len(found.projects)} projects")
    _line(console, f"  {'project':<24}{'capital':>10}{'IRR':>8}{'equity':>8}{'DSCR':>7}"
          f"{'state owes, USD':>18}")  # fmt: skip
    for row in found.summary.to_dict("records"):
        _line(console,
            f"  {row['id'][:24]:<24}{_num(row['capital_cost_mn']):>10}"
            f"{_num(row['project_irr_pct'], 2):>8}{_num(row['equity_irr_pct'], 2):>8}"
            f"{_cover(row['dscr_min']):>7}{_num(row['public_debt_peak_usd_mn']):>18}",
        )  # fmt: skip
    for host, total in found.exposure.groupby("host", sort=True):
        if not total["public_debt_usd_mn"].max() > 0:
            continue
        peak = total.sort_values("public_debt_usd_mn", ascending=False, kind="stable").iloc[0]
        worst = total.sort_values("public_service_usd_mn", ascending=False, kind="stable").iloc[0]
        say(console, f"  {str(host) or 'The state'} owes most in {peak['year']:.0f}: "
            f"{_num(peak['public_debt_usd_mn'])} million USD; it pays most in "
            f"{worst['year']:.0f}: {_num(worst['public_service_usd_mn'])}.")  # fmt: skip


@finance_app.command()
def terms(
    search: Annotated[str, typer.Argument(help="Words that a row must have.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List terms of lenders and conventions of the grant element, each with date and source."""
    from beltroad.finance.project import terms as known

    table = known.table()
    words = search.casefold().split()
    text = (table["key"] + " " + table["institution"] + " " + table["instrument"]).str.casefold()
    keep = [all(w in each for w in words) for each in text]
    table = table[keep]
    if table.empty:
        raise InputError(f"no terms have {search!r}; leave it out to see all")
    if as_json:
        print_json(rounded_records(table))
        return
    console = Console()
    for _, rows in table.groupby("key", sort=False):
        first = rows.iloc[0]
        figures = ", ".join(
            f"{field.removesuffix('_pct').removesuffix('_years').replace('_', ' ')} "
            f"{value:g}{_UNIT.get(unit, '')}"
            for field, value, unit in zip(rows["field"], rows["value"], rows["unit"], strict=True)
        )
        doubt = "" if first["confidence"] == "high" else f", confidence {first['confidence']}"
        say(console, f"{first['institution']}: {first['instrument']}", 2)
        say(console, f"  {figures}")
        say(console, f"  {first['note']} As of {first['as_of']}{doubt}. {first['source_url']}")


_UNIT = {"%": " %", "years": " years", "million": " million"}


@finance_app.command("grant-element")
def grant_element(
    rate: Annotated[float, typer.Option(help="Interest, per cent a year.")],
    maturity: Annotated[int, typer.Option(help="Years to the last repayment.")],
    grace: Annotated[int, typer.Option(help="Years without repayment.")] = 0,
    kind: Annotated[str, typer.Option(help="equal_principal, annuity or bullet.")] = (
        "equal_principal"
    ),
    fees: Annotated[float, typer.Option(help="Fees and premium at signature, %.")] = 0.0,
    per_year: Annotated[int, typer.Option(help="Repayments a year.")] = 1,
    cirr: Annotated[float | None, typer.Option(help="Reference rate of the currency, %.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Work out how soft a loan is under the conventions of IMF, World Bank and OECD."""
    from beltroad.finance.project import concessional

    found = [
        concessional.element(c, rate, maturity, grace, kind=kind, fees_pct=fees, per_year=per_year)
        for c in concessional.conventions(cirr_pct=cirr, maturity_years=maturity)
    ]
    if as_json:
        print_json([
            {"convention": g.convention.key, "title": g.convention.title,
             "discount_rate_pct": g.convention.discount_rate_pct, "grant_element_pct": g.pct,
             "with_fees_pct": g.with_fees_pct, "minimum_pct": g.convention.minimum_pct,
             "passes": g.passes}
            for g in found
        ])  # fmt: skip
        return
    console = Console()
    say(console, f"{rate:g} %, {maturity} years, {grace} of grace, {kind.replace('_', ' ')}")
    console.print(f"  {'convention':<46}{'rate %':>7}{'grant %':>9}{'needed':>8}  passes",
                  highlight=False)  # fmt: skip
    for g in found:
        console.print(
            f"  {g.convention.title[:45]:<46}{g.convention.discount_rate_pct:>7g}"
            f"{g.with_fees_pct:>9.2f}{g.convention.minimum_pct:>8g}  "
            f"{'yes' if g.passes else 'no'}",
            highlight=False, markup=False,
        )  # fmt: skip
    say(console, "  Disbursed at once. Only IMF and World Bank hold it at 0 from below; OECD also "
        "asks that loans fit the IMF's and World Bank's borrowing limits.")  # fmt: skip
