"""``beltroad accuracy``: how far the network is from published distances and transit times."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from beltroad.cli.console import app, bars

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["accuracy"]


@app.command()
def accuracy(
    times: Annotated[
        bool, typer.Option("--times/--no-times", help="Transit times, too (two minutes).")
    ] = True,
    rows: Annotated[bool, typer.Option("--rows", help="Print every comparison.")] = False,
    csv: Annotated[Path | None, typer.Option(help="Write every comparison to a CSV file.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the errors as JSON.")] = False,
) -> None:
    """Hold the network against published distances and transit times."""
    from beltroad.appraisal.accuracy import distance_errors, distances, transit_times
    from beltroad.files import check_writable, write_files
    from beltroad.infrastructure.routes.observed import errors

    if csv is not None:
        check_writable(csv.parent)
    with bars() as progress:
        km = distances(progress=progress)
        found = {"distances": distance_errors(km)}
        compared = None
        if times:
            compared, _ = transit_times(progress=progress)
            found["transit times, by part"] = errors(compared, ("part",))
            found["transit times, by part and mode"] = errors(compared, ("part", "mode"))
            found["transit times, by part and kind"] = errors(compared, ("part", "kind"))
    if csv is not None:
        text = (km if compared is None else compared).to_csv(index=False, lineterminator="\n")
        write_files({csv.name: text.encode()}, csv.parent)
    if as_json:
        typer.echo(json.dumps({k: v.to_dict("records") for k, v in found.items()}, indent=1))
        return
    console = Console()
    for title, table in found.items():
        _print(console, title, table)
    if rows:
        columns = ["origin", "destination", "mode", "known_km", "km", "ratio"]
        _print(console, "distances, km", km[columns])
        if compared is not None:
            columns = ["obs_id", "mode", "basis", "part", "days", "days_model", "ratio"]
            _print(console, "transit times, days", compared[columns])


def _print(console: Console, title: str, frame: pd.DataFrame) -> None:
    table = Table(*frame.columns, title=title, title_justify="left", box=None)
    for row in frame.itertuples(index=False):
        table.add_row(*(f"{x:.3g}" if isinstance(x, float) else str(x) for x in row))
    console.print(table)
    console.print()
