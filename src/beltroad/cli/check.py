"""``beltroad check``: a scenario looked over without running it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.console import app, bars
from beltroad.errors import InputError, ScenarioError

if TYPE_CHECKING:
    import pandas as pd

    from beltroad.appraisal.checking import Check

__all__ = ["check"]

SIGNS = {"info": " ", "warning": "!", "fault": "X"}


@app.command()
def check(
    scenario: Annotated[Path | None, typer.Argument(help="Scenario file (TOML).")] = None,
    every: Annotated[bool, typer.Option("--all", help="Look at every bundled project.")] = False,
    states: Annotated[
        bool, typer.Option("--states", help="Count the projects that are there in each year.")
    ] = False,
    apply: Annotated[
        list[str] | None, typer.Option(help="Switch on an override of the file; repeatable.")
    ] = None,
    warnings: Annotated[
        bool, typer.Option("--warnings", help="Leave out what is as it should be.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print everything as JSON.")] = False,
) -> None:
    """Say what a scenario's projects connect to, and what they do not, without running it.

    Reads the file (all faults at once), places the projects on the network and looks up what
    each new end, port or terminal joins. Exit code 0 with warnings, 2 with faults.
    """
    from beltroad.appraisal.checking import check_scenario
    from beltroad.appraisal.own_accounts import own_accounts
    from beltroad.appraisal.scenario_file import parse_scenario, read_scenario

    if scenario is None and not every and not states:
        raise InputError("nothing to check: name a scenario file, or use --all or --states")
    out: dict[str, Any] = {}
    try:
        chosen = read_scenario(scenario, apply=apply or []) if scenario else parse_scenario({})
    except ScenarioError as error:
        if not as_json:
            raise
        faults = [dataclasses.asdict(fault) for fault in error.faults]
        typer.echo(json.dumps({"scenario": str(scenario), "faults": faults}, indent=1))
        raise SystemExit(2) from None
    own_accounts(chosen)  # refuses a folder of accounts that cannot be used
    if every:
        projects = chosen.projects.model_copy(
            update={"include": "all", "where": type(chosen.projects.where)()}
        )
        chosen = chosen.model_copy(update={"projects": projects})
    if states:
        from beltroad.appraisal.inputs import scenario_projects
        from beltroad.infrastructure.projects.states import there_by_year

        halted = chosen.projects.with_halted
        counts = there_by_year(scenario_projects(chosen), with_halted=halted)
        out["states"] = counts.to_dict("index")
        if not as_json:
            _print_states(counts)
    code = 0
    if scenario is not None or every:
        with bars() as progress:
            found = check_scenario(chosen, progress=progress)
        out |= _as_dict(chosen.name, found)
        if not as_json:
            _print(found, warnings=warnings)
        code = 2 if found.count("fault") else 0
    if as_json:
        typer.echo(json.dumps(out, indent=1))
    if code:
        raise SystemExit(code)


def _as_dict(name: str, found: Check) -> dict[str, Any]:
    return {
        "scenario": name,
        "projects": found.projects.round(3).to_dict("records"),
        "findings": [dataclasses.asdict(f) for f in found.findings],
        "warnings": found.count("warning"),
        "faults": found.count("fault"),
    }


def _print(found: Check, *, warnings: bool) -> None:
    """Each project with its kilometres, and below it what was found."""
    console = Console(highlight=False)
    by_project: dict[str, list[str]] = {}
    for f in found.findings:
        if not (warnings and f.level == "info"):
            by_project.setdefault(f.project, []).append(f"  {SIGNS[f.level]} {escape(f.text)}")
    for row in found.projects.itertuples(index=False):
        lines = by_project.pop(str(row.id), [])
        if warnings and not lines:
            continue
        line = row.effect in ("new_link", "upgrade")
        km = f", {row.matched_km:.0f} km matched, {row.added_km:.0f} km added" if line else ""
        head = f"[b]{escape(str(row.id))}[/b] {escape(str(row.name))}"
        console.print(f"{head} ({row.mode}, {row.effect}{km})", soft_wrap=True)
        console.print("\n".join(lines) or "    nothing to say", soft_wrap=True)
    for name, lines in by_project.items():
        console.print(f"[b]{escape(name)}[/b]\n" + "\n".join(lines), soft_wrap=True)
    count = len(found.projects)
    console.print(
        f"{count} project{'s' if count != 1 else ''} looked at: "
        f"{found.count('warning')} warnings (!), {found.count('fault')} faults (X)."
    )


def _print_states(counts: pd.DataFrame) -> None:
    table = Table("state", *counts.columns, box=None)
    for state, row in counts.iterrows():
        table.add_row(str(state), *(str(x) for x in row))
    Console().print(table)
