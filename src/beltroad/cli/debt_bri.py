"""What ``beltroad debt assess`` prints under the two frameworks for partner countries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from beltroad.cli.lines import say

if TYPE_CHECKING:
    from rich.console import Console

    from beltroad.finance.debt.bri.low_income import BriAssessment
    from beltroad.finance.debt.bri.market import MarketAssessment
    from beltroad.finance.debt.model import CountryInputs
    from beltroad.finance.debt.report.beside import Beside
    from beltroad.finance.debt.stochastic.fan import Fan

__all__ = ["low_income", "market"]


def _head(console: Console, inputs: CountryInputs, framework: str) -> None:
    console.print(f"[b]{escape(inputs.name)}[/b]  {inputs.iso3}", highlight=False)
    say(console, f"Framework: {framework}", 11)
    say(console, f"Figures:   {inputs.settings.get('vintage') or 'vintage not stated'}", 11)


def _foot(console: Console, inputs: CountryInputs, notes: Sequence[str]) -> None:
    from beltroad.finance.debt.report import view

    console.print()
    say(console, f"Inputs: {view.overview(inputs)}")
    for note in notes:
        say(console, f"- {view.note(note)}", 2)


def low_income(
    console: Console, found: BriAssessment, fans: Sequence[Fan], beside: Beside | None
) -> None:
    """The nine steps and the ratings."""
    from beltroad.cli import debt_print
    from beltroad.finance.debt.report import view

    inputs = found.decisive.inputs
    _head(console, inputs, "BRI-DSF for low-income countries (2019)")
    console.print()
    console.print(f"Risk of external debt distress: [b]{found.final_rating}[/b]", highlight=False)
    console.print(f"Overall risk of public debt distress: [b]{found.overall_rating}[/b]",
                  highlight=False)  # fmt: skip
    if beside is not None:
        console.print()
        debt_print.package(console, found.decisive, beside)
    console.print()
    for step in found.steps:
        say(console, f"{step.number}. {step.title}: {view.note(step.done)}", 3)
    if fans:
        console.print()
        debt_print.fans_table(console, fans)
    said = beside.package.notes if beside is not None else ()
    missing = dict.fromkeys(m for step in found.steps for m in step.missing)
    _foot(console, inputs, (*said, *missing))


def market(
    console: Console, found: MarketAssessment, fans: Sequence[Fan], beside: Beside | None,
    notes: Sequence[str],
) -> None:  # fmt: skip
    """Signals of the three horizons."""
    from beltroad.cli import debt_print
    from beltroad.finance.debt.report import market_view

    _head(console, found.inputs, market_view.FRAMEWORK)
    console.print()
    shown = Table("horizon", "signal", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for key, title in market_view.SIGNALS.items():
        shown.add_row(title, f"[b]{escape(str(found.signals[key]))}[/b]")
    console.print(shown)
    say(console, market_view.drivers(found), 0)
    need = found.average_need_pct_gdp
    if need == need:
        say(console, f"Average gross financing need of the medium term: {need:.1f}% of GDP")
    if beside is not None:
        console.print()
        debt_print.package(console, found, beside)
    if fans:
        console.print()
        debt_print.fans_table(console, fans)
    _foot(console, found.inputs, tuple(dict.fromkeys((*found.notes, *notes))))
