"""What ``beltroad debt assess`` prints under the two frameworks for partner countries."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad import __version__
from beltroad.cli.lines import say
from beltroad.cli.output import print_json

if TYPE_CHECKING:
    import pandas as pd

    from beltroad.finance.debt.bri.low_income import BriAssessment
    from beltroad.finance.debt.bri.market import MarketAssessment
    from beltroad.finance.debt.model import CountryInputs

__all__ = ["show"]

_SIGNALS = {
    "near": "near term", "solvency": "medium term: solvency", "liquidity": "medium term: liquidity",
    "medium": "medium term", "long": "long term", "overall": "overall",
}  # fmt: skip


def show(inputs: CountryInputs, framework: str, *, on: str, seed: int, as_json: bool) -> None:
    """Assess and print: ``bri`` for low-income, ``market`` for market-financing countries."""
    if framework == "bri":
        from beltroad.finance.debt.bri.low_income import assess_bri

        found = assess_bri(inputs, on=on)
        if as_json:
            print_json(_low_income_record(found))
        else:
            _low_income(Console(), found)
        return
    from beltroad.errors import InputError
    from beltroad.finance.debt import engine
    from beltroad.finance.debt.bri.market import assess_market
    from beltroad.finance.debt.stochastic.fan import Fan, fan

    drawn: Fan | None = None
    lacking = ""
    try:
        drawn = fan(inputs, engine.project(inputs), seed=seed)
    except InputError as error:
        lacking = f"no fan: {error}"
    market = assess_market(inputs, drawn, on=on)
    notes = (*market.notes, lacking) if lacking else market.notes
    if as_json:
        print_json(_market_record(market, notes))
    else:
        _market(Console(), market, notes)


def _head(console: Console, inputs: CountryInputs, framework: str) -> None:
    console.print(f"[b]{escape(inputs.name)}[/b]  {inputs.iso3}", highlight=False)
    say(console, f"Framework: {framework}", 11)
    say(console, f"Figures:   {inputs.settings.get('vintage') or 'vintage not stated'}", 11)


def _foot(console: Console, inputs: CountryInputs, notes: tuple[str, ...]) -> None:
    from beltroad.finance.debt.io import view

    console.print()
    say(console, f"Inputs: {view.overview(inputs)}")
    for note in notes:
        say(console, f"- {note}", 2)


def _low_income(console: Console, found: BriAssessment) -> None:
    inputs = found.decisive.inputs
    _head(console, inputs, "BRI-DSF for low-income countries (2019)")
    console.print()
    console.print(f"Risk of external debt distress: [b]{found.final_rating}[/b]", highlight=False)
    console.print(f"Overall risk of public debt distress: [b]{found.overall_rating}[/b]",
                  highlight=False)  # fmt: skip
    console.print()
    for step in found.steps:
        say(console, f"{step.number}. {step.title}: {step.done}", 3)
    missing = dict.fromkeys(m for step in found.steps for m in step.missing)
    _foot(console, inputs, tuple(missing))


def _low_income_record(found: BriAssessment) -> dict[str, Any]:
    from beltroad.finance.debt.io.record import plain, record

    value: dict[str, Any] = plain(
        {
            "schema": "beltroad.debt.bri/1",
            "ratings": {"external": found.final_rating, "model": found.model_rating,
                        "overall": found.overall_rating},
            "steps": [{"number": s.number, "name": s.name, "title": s.title, "done": s.done,
                       "inputs": list(s.inputs), "result": s.result.to_dict("records"),
                       "missing": list(s.missing)} for s in found.steps],
            "assessment": record(found.decisive, version=__version__),
        }
    )  # fmt: skip
    return value


def _market(console: Console, found: MarketAssessment, notes: tuple[str, ...]) -> None:
    _head(console, found.inputs, "BRI-DSF for market-financing countries (2023)")
    console.print()
    shown = Table("horizon", "signal", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for key, signal in found.signals.items():
        shown.add_row(_SIGNALS.get(key, key), f"[b]{escape(str(signal))}[/b]")
    console.print(shown)
    need = found.average_need_pct_gdp
    if need == need:
        console.print(f"Average gross financing need of the medium term: {need:.1f}% of GDP",
                      highlight=False)  # fmt: skip
    _foot(console, found.inputs, notes)


def _market_record(found: MarketAssessment, notes: tuple[str, ...]) -> dict[str, Any]:
    from beltroad.finance.debt.io.record import plain

    def rows(table: pd.DataFrame) -> list[dict[Any, Any]]:
        return table.to_dict("records")

    value: dict[str, Any] = plain(
        {
            "schema": "beltroad.debt.bri-market/1",
            "country": {"iso3": found.inputs.iso3, "name": found.inputs.name},
            "signals": dict(found.signals),
            "near": {"signal": found.near.signal, "heat_map": rows(found.near.heat_map),
                     "variables": rows(found.near.variables),
                     "probability_pct": found.near.probability_pct},
            "medium": rows(found.medium),
            "measures": asdict(found.measures) if found.measures is not None else None,
            "average_need_pct_gdp": found.average_need_pct_gdp,
            "long": rows(found.long), "loss": rows(found.loss),
            "path": rows(found.path.table.reset_index(names="year")),
            "notes": list(notes),
        }
    )  # fmt: skip
    return value
