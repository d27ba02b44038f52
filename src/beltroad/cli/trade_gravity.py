"""``beltroad trade gravity``: trade costs from flows by PPML, and the gap to predicted trade."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.console import bars
from beltroad.cli.output import records
from beltroad.cli.trade import trade_app
from beltroad.errors import InputError, suggest

if TYPE_CHECKING:
    import pandas as pd

    from beltroad.trade.gravity import GravityFit, Potential

__all__ = ["gravity"]

DEFAULTS = {
    "sample": "ln(distance_km),contiguous",
    "corridors": "ln(days),ln(distance_km),contiguous,agreement",
}
SHOWN = 10


@trade_app.command()
def gravity(
    panel: Annotated[
        Path | None,
        typer.Argument(help="Flows: CSV, Parquet or Stata with exporter, importer, trade, ..."),
    ] = None,
    sample: Annotated[
        bool, typer.Option("--sample", help="The bundled flows of goods of 2022.")
    ] = False,
    corridors: Annotated[
        bool,
        typer.Option("--corridors", help="These with the network's days, tariffs, agreements."),
    ] = False,
    flow: Annotated[str, typer.Option(help="Column of flows.")] = "trade",
    on: Annotated[
        str | None,
        typer.Option(help="Regressors with commas: rta,ln(dist),ln1p(tariff),international*year."),
    ] = None,
    effects: Annotated[
        str,
        typer.Option(help="country, country_time, none, or terms: exporter^year + pair."),
    ] = "country",
    cluster: Annotated[str, typer.Option(help="Errors clustered by these terms.")] = "pair",
    years: Annotated[str | None, typer.Option(help="Only these years, with commas.")] = None,
    abroad: Annotated[bool, typer.Option("--abroad", help="Leave out sales at home.")] = False,
    sectors: Annotated[
        str, typer.Option(help="total, pooled (common coefficients) or each (one estimate each).")
    ] = "total",
    theta: Annotated[
        float, typer.Option(help="Trade elasticity that turns coefficients into values.")
    ] = 4.55,
    theta_se: Annotated[float, typer.Option(help="Its standard error.")] = 0.0,
    potential: Annotated[
        str | None,
        typer.Option(help="Gap to predicted trade: in_sample, out_of_sample or observables."),
    ] = None,
    draws: Annotated[int, typer.Option(help="Draws for the interval of predictions.")] = 200,
    seed: Annotated[int, typer.Option(help="Seed of draws and folds.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Folder for all tables.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, not tables.")] = False,
) -> None:
    """Estimate a gravity equation by PPML with fixed effects, on your panel or on ours."""
    from beltroad.files import check_writable, table_bytes, write_files
    from beltroad.trade import gravity as g
    from beltroad.trade.gravity.potential import METHODS

    kind = _kind(panel, sample, corridors)
    if sectors not in ("total", "pooled", "each"):
        raise InputError(f"--sectors {sectors!r:.30}: choose total, pooled or each")
    if potential is not None and potential not in METHODS:
        raise InputError(
            f"--potential {potential!r:.30}: choose from {', '.join(METHODS)}. "
            f"{suggest(potential, METHODS)}".strip()
        )
    if potential is not None and sectors == "each":
        raise InputError("--potential: give --sectors total or pooled with it")
    if on is None and kind == "panel":
        raise InputError("--on: give the regressors with commas, as rta,ln(dist)")
    if seed < 0:
        raise InputError(f"--seed {seed}: give 0 or more")
    if out is not None:
        check_writable(out)
    frame = _panel(kind, panel, sectors)
    frame = _selected(frame, years, abroad)
    regressors = [word.strip() for word in (on or DEFAULTS[kind]).split(",")]
    options: dict[str, Any] = {
        "flow": flow, "regressors": regressors, "effects": effects, "cluster": cluster,
    }  # fmt: skip
    if sectors == "each":
        fits = list(g.estimate_by_sector(frame, **options).values())
    else:
        fits = [g.estimate(frame, **options)]
    worth = [g.equivalents(fit, frame, (theta, theta_se)) for fit in fits]
    gap = None
    if potential is not None:
        gap = _gap(frame, options, potential, draws, seed)
    record = _record(fits, worth, gap, theta, theta_se, kind)
    files = _files(fits, worth, gap)
    files_bytes = {name: table_bytes(table, Path(name)) for name, table in files.items()}
    text = json.dumps(_finite(record), ensure_ascii=False, allow_nan=False, indent=1)
    if out is not None:
        write_files(files_bytes | {"gravity.json": (text + "\n").encode()}, out)
    if as_json:
        typer.echo(text)
    else:
        _print(fits, worth, gap, kind)
    if out is not None:
        typer.echo(f"{out}: {', '.join([*files, 'gravity.json'])} written", err=True)


def _kind(panel: Path | None, sample: bool, corridors: bool) -> str:
    given = [name for name, on in (("panel", panel is not None), ("sample", sample),
                                   ("corridors", corridors)) if on]  # fmt: skip
    if len(given) != 1:
        raise InputError("give one of: the path of a panel, --sample, --corridors")
    return given[0]


def _panel(kind: str, path: Path | None, sectors: str) -> pd.DataFrame:
    from beltroad.trade import gravity as g

    if kind == "panel":
        frame = g.read_panel(cast(Path, path))
        if sectors != "total" and "sector" not in frame.columns:
            raise InputError(f"{path}: no column 'sector' for --sectors {sectors}")
        if sectors == "total" and "sector" in frame.columns:
            raise InputError(f"{path}: has a column 'sector'; say --sectors pooled or each")
        return frame
    if kind == "sample":
        return g.sample_panel(by_industry=sectors != "total")
    from beltroad.appraisal.gravity import corridor_panel

    with bars() as progress:
        return corridor_panel(by_industry=sectors != "total", progress=progress)


def _selected(frame: pd.DataFrame, years: str | None, abroad: bool) -> pd.DataFrame:
    """The rows that are asked for."""
    import pandas as pd

    about = frame.attrs
    if years is not None:
        if "year" not in frame.columns:
            raise InputError(f"{about['source']}: no column 'year' for --years")
        try:
            wanted = {float(word) for word in years.split(",")}
        except ValueError:
            raise InputError(f"--years {years!r:.40}: give years with commas") from None
        year = pd.to_numeric(frame["year"], errors="coerce")
        lacking = sorted(wanted - set(year.dropna()))
        if lacking:
            raise InputError(f"--years: {about['source']} has no rows of {lacking[0]:g}")
        frame = frame[year.isin(wanted)]
    if abroad:
        if not {"exporter", "importer"} <= set(frame.columns):
            raise InputError(f"{about['source']}: needs the columns exporter and importer")
        frame = frame[frame["exporter"] != frame["importer"]]
    frame = frame.reset_index(drop=True)
    frame.attrs = about
    return frame


def _gap(
    frame: pd.DataFrame, options: dict[str, Any], method: str, draws: int, seed: int
) -> Potential:
    from beltroad.appraisal.gravity import corridor_groups
    from beltroad.trade import gravity as g

    about = frame.attrs
    if method == "observables" and {"gdp_exporter_usd", "distance_km"} <= set(frame.columns):
        frame = g.with_mass(frame)
        frame.attrs = about
    named = {str(c) for c in frame["exporter"].unique()}
    groups = {k: v for k, v in corridor_groups().items() if named & set(v)}
    with bars() as progress, progress.step("predictions"):
        return g.potential(
            frame, method=cast(Any, method), draws=draws, seed=seed, groups=groups, **options
        )


def _files(
    fits: list[GravityFit], worth: list[pd.DataFrame], gap: Potential | None
) -> dict[str, pd.DataFrame]:
    """All tables by file name; a column ``sector`` where there are several estimates."""
    import pandas as pd

    def stacked(tables: list[pd.DataFrame]) -> pd.DataFrame:
        if len(fits) > 1:
            tables = [
                t.assign(sector=f.sector) for f, t in zip(fits, tables, strict=True) if len(t)
            ]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()

    out = {
        "coefficients.csv": stacked([fit.table for fit in fits]),
        "equivalents.csv": stacked(worth),
        "dropped.csv": stacked([fit.dropped for fit in fits]),
    }
    if gap is not None:
        out |= {
            "potential_pairs.csv": gap.pairs, "potential_economies.csv": gap.economies,
            "potential_groups.csv": gap.groups,
        }  # fmt: skip
    return out


def _record(
    fits: list[GravityFit], worth: list[pd.DataFrame], gap: Potential | None, theta: float,
    theta_se: float, kind: str,
) -> dict[str, Any]:  # fmt: skip
    from beltroad import __version__

    found: dict[str, Any] = {
        "beltroad": __version__, "theta": theta, "theta_se": theta_se,
        "estimates": [
            {**fit.record(), "equivalents": records(table)}
            for fit, table in zip(fits, worth, strict=True)
        ],
    }  # fmt: skip
    if gap is not None:
        found["potential"] = {
            "method": gap.method, "level": gap.level, "accuracy": gap.accuracy,
            "groups": records(gap.groups), "economies": records(gap.economies),
        }  # fmt: skip
    if kind == "corridors":
        found["literature"] = _literature()
    return found


def _finite(value: Any) -> Any:
    """The record with what is no finite number as null."""
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _literature() -> list[dict[str, Any]]:
    from beltroad.appraisal.gravity import LITERATURE

    keys = ("source", "what", "low_pct", "high_pct", "url")
    return [dict(zip(keys, row, strict=True)) for row in LITERATURE]


def _print(
    fits: list[GravityFit], worth: list[pd.DataFrame], gap: Potential | None, kind: str
) -> None:
    console = Console(highlight=False)
    for fit, table in zip(fits, worth, strict=True):
        _print_fit(console, fit, table)
    if gap is not None:
        _print_gap(console, gap, ("trade", 1.0) if kind == "panel" else ("USD bn", 1e9))
    if kind == "corridors":
        for row in _literature():
            high = f" to {row['high_pct']}" if row["high_pct"] is not None else ""
            console.print(f"{row['source']}: {row['what']} {row['low_pct']}{high} %")
        console.print(
            "One cross-section: days stand for all that goes with them (distance, history, routes "
            "built where trade is); an association, not the effect of a faster way."
        )


def _print_fit(console: Console, fit: GravityFit, worth: pd.DataFrame) -> None:
    sector = f", sector {fit.sector}" if fit.sector else ""
    console.print(
        f"\n[b]{escape(fit.flow)}[/b] by PPML, effects {escape(' + '.join(fit.effects) or 'none')}"
        f"{escape(sector)}: {fit.used:,} of {fit.rows:,} rows ({fit.zeros:,} zeros, "
        f"{fit.separated:,} separated), {fit.clusters:,} clusters ({' + '.join(fit.cluster)}), "
        f"pseudo R2 {fit.pseudo_r2:.3f}"
    )
    table = Table("term", box=None, pad_edge=False)
    for name in ("estimate", "se", "z", "p", f"{fit.level:.0%} low", "high"):
        table.add_column(name, justify="right")
    digits = {"estimate": 4, "se": 4, "z": 2, "p": 4, "low": 4, "high": 4}
    for row in fit.table.to_dict("records"):
        cells = (f"{row[name]:.{places}f}" for name, places in digits.items())
        table.add_row(escape(str(row["term"])), *cells)
    console.print(table)
    for found in worth.to_dict("records"):
        unit = " %" if found["unit"] == "percent" else ""
        console.print(f"{escape(str(found['what']))}: {found['value']:.2f}{unit} "
                      f"({found['low']:.2f} to {found['high']:.2f})")  # fmt: skip


def _print_gap(console: Console, gap: Potential, money: tuple[str, float]) -> None:
    """Trade by group, or the largest gaps; ``money`` is the heading and the unit."""
    heading, unit = money
    console.print(
        f"\n[b]Actual over predicted trade[/b] ({gap.method}); single pairs stray: median "
        f"|log error| {gap.accuracy['median_abs_log_error']:.2f}"
    )
    rows = gap.groups if len(gap.groups) else gap.economies
    rows = rows if len(gap.groups) else rows.sort_values("gap_usd", key=abs).tail(SHOWN)
    first = "group" if len(gap.groups) else "economy"
    table = Table(box=None, pad_edge=False)
    table.add_column(first, no_wrap=True, max_width=24)
    table.add_column("side", no_wrap=True)
    for name in (heading, "predicted", "low", "high", "ratio"):
        table.add_column(name, justify="right")
    for row in rows.to_dict("records"):
        values = [row[k] / unit for k in ("trade", "predicted", "low", "high")]
        cells = [f"{v:,.1f}" if unit > 1 else f"{v:.4g}" for v in values]
        table.add_row(escape(str(row[first])), str(row["side"]), *cells, f"{row['ratio']:.2f}")
    console.print(table)
