"""An assessment as text for a terminal of 80 columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from beltroad.cli.lines import say

if TYPE_CHECKING:
    from rich.console import Console

    from beltroad.finance.debt.bri.market import MarketAssessment
    from beltroad.finance.debt.ratings.assess import Assessment
    from beltroad.finance.debt.report.beside import Beside
    from beltroad.finance.debt.stochastic.fan import Fan

__all__ = ["fans_table", "package", "show"]

_NOTES = 6
_LOOK = {"low": "green", "moderate": "yellow", "high": "red", "in debt distress": "bold red"}


def show(
    console: Console, found: Assessment, fans: Sequence[Fan] = (), beside: Beside | None = None
) -> None:
    """Print rating, burdens, what is assumed, and notes."""
    from beltroad.finance.debt.report import view

    inputs = found.inputs
    console.print(f"[b]{escape(inputs.name)}[/b]  {inputs.iso3}", highlight=False)
    for what, value in view.identity(found):
        say(console, f"{what + ':':<13}{value}", 13)
    overall, external = found.overall_rating, found.external_rating
    console.print()
    for what, rating in (("Overall risk of public debt distress", overall),
                         ("Risk of external debt distress", external)):  # fmt: skip
        style = _LOOK.get(rating, "bold")
        space = f", {found.space} space to absorb shocks" if found.space and what[0] == "R" else ""
        console.print(f"{what}: [b {style}]{rating}[/b {style}]{space}", highlight=False)
    composite = found.capacity.composite
    known = f" (composite indicator {composite:.2f})" if composite == composite else ""
    console.print(f"Debt-carrying capacity: {found.capacity.final}{known}", highlight=False)
    say(console, view.drivers(found), 0)
    console.print()
    console.print(_burdens(found))
    first, last = view.window(found)[0], view.window(found)[-1]
    said = (
        f"Peaks of {first} to {last} in per cent, and their year. Breach: "
        f"{view.breach_words(found)}. Space: from the baseline's peak to the threshold, per cent "
        "of it. Mechanical, before any judgement."
    )
    say(console, said, 0)
    if beside is not None:
        console.print()
        package(console, found, beside)
    if fans:
        console.print()
        fans_table(console, fans)
    console.print()
    say(console, f"Inputs: {view.overview(inputs)}")
    notes = [n for n in found.notes if not n.startswith("debt-carrying capacity")]
    for note in notes[:_NOTES]:
        say(console, f"- {view.note(note)}", 2)
    if len(notes) > _NOTES:
        say(console, f"- and {len(notes) - _NOTES} more: --json or --html FILE", 2)


def _burdens(found: Assessment) -> Table:
    from beltroad.finance.debt.report import view

    shown = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    shown.add_column("burden", no_wrap=True)
    for title in ("threshold", "baseline"):
        shown.add_column(title, justify="right")
    shown.add_column("most extreme shock", justify="right", no_wrap=True)
    shown.add_column("breach", no_wrap=True)
    shown.add_column("space", justify="right")
    for e in view.extremes(found):
        base = f"{e.baseline_pct:.1f} ({e.baseline_year})" if e.baseline_pct == e.baseline_pct \
            else "not known"  # fmt: skip
        worst = f"{e.stress} {e.stress_pct:.1f} ({e.stress_year})" \
            if e.stress_pct == e.stress_pct else "not known"  # fmt: skip
        breach = "[red]baseline[/red]" if e.baseline_breach else \
            "[yellow]shock[/yellow]" if e.stress_breach else "none"  # fmt: skip
        space = f"{round(e.space_pct) + 0:.0f}%" if e.space_pct == e.space_pct else ""
        shown.add_row(view.short(e.indicator), f"{e.threshold_pct:g}", base, worst, breach, space)
    return shown


def package(console: Console, found: Assessment | MarketAssessment, beside: Beside) -> None:
    """Without and with the projects, side by side."""
    from beltroad.finance.debt.report import view
    from beltroad.finance.debt.report.beside import package_content

    part = package_content(found, beside)["package"]
    facts = part["facts"]
    shown = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    shown.add_column("without and with the projects", overflow="fold")
    shown.add_column("without", justify="right", no_wrap=True)
    shown.add_column("with", justify="right", no_wrap=True)
    for row in part["rows"]:
        unit = f", {row['unit']}" if row["unit"] else ""
        text = f"[b]{escape(row['with'])}[/b]" if row["differs"] else escape(row["with"])
        item = view.brief(f"{row['item']}{unit}").replace("under the worst stress test", "shock")
        shown.add_row(escape(item), escape(row["without"]), text)
    console.print(shown)
    if not facts.loans:
        say(console, "No loans: growth, exports and revenue alone.", 0)
        return
    said = (
        f"Lent USD {facts.disbursement_usd_mn:,.0f} million {facts.when}; "
        f"present value USD {facts.present_value_usd_mn:,.0f} million at "
        f"{facts.discount_rate_pct:g}%, grant element {facts.grant_element_pct:.1f}%."
    )
    say(console, said, 0)


def fans_table(console: Console, fans: Sequence[Fan]) -> None:
    """Where the drawn paths end."""
    from beltroad.finance.debt.report.page_parts import quantity_title

    shown = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    shown.add_column(f"{fans[0].draws:,} drawn paths, seed {fans[0].seed}", no_wrap=True)
    for title in ("in", "5%", "25%", "median", "75%", "95%", "breach"):
        shown.add_column(title, justify="right")
    for fan in fans:
        row = fan.quantiles.iloc[-1]
        values = [f"{row[q]:.0f}" for q in ("q05", "q25", "q50", "q75", "q95")]
        breach = fan.probability.loc[fan.probability["measure"] == "breach", "value"]
        chance = f"{100 * float(breach.iloc[-1]):.0f}%" if len(breach) else ""
        shown.add_row(quantity_title(fan.quantity), str(fan.quantiles.index[-1]), *values, chance)
    console.print(shown)
