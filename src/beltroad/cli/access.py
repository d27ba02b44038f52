"""``beltroad access``: people, output and markets within reach, before and after."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from beltroad.cli.console import app, bars
from beltroad.cli.output import check_files, records
from beltroad.errors import InputError, suggest

if TYPE_CHECKING:
    import pandas as pd

    from beltroad.appraisal.reach import Access
    from beltroad.appraisal.scenario import Scenario

__all__ = ["access"]

MAX_DAYS = 365.0
MOST_DAYS = 8
# Where two columns per number of days would not fit, the table shows these.
SHOWN = (7.0, 14.0)


@app.command()
def access(
    scenario: Annotated[
        Path | None, typer.Argument(help="Scenario file (TOML). Default: all projects.")
    ] = None,
    city: Annotated[
        str | None, typer.Option(help="One city by name, 'name, ISO3' or GeoNames id.")
    ] = None,
    country: Annotated[
        str | None, typer.Option(help="One economy (ISO 3166 alpha-3) and its cities.")
    ] = None,
    days: Annotated[str, typer.Option(help="Numbers of days, with commas.")] = "1,3,7,14",
    state: Annotated[
        str | None,
        typer.Option(help="Earlier state: today, complete or a year. Default: today."),
    ] = None,
    compare: Annotated[
        str | None,
        typer.Option(help="Later state: today, complete or a year. Default: complete."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, not tables.")] = False,
    csv: Annotated[Path | None, typer.Option(help="Write all measures to this CSV file.")] = None,
) -> None:
    """Say how many people and how much output freight reaches within some days, in two states.

    With a scenario its own states are the default. A city always reaches itself.
    """
    limits = _days(days)
    if city is not None and country is not None:
        raise InputError("--city and --country: give one of the two")
    code = None if country is None else _country(country)
    if csv is not None:
        check_files([csv])
    chosen = _scenario(scenario, state, compare)

    from beltroad.appraisal.reach import access_of, find_city
    from beltroad.files import write_atomically

    if city is not None:
        _known_city(city)
    with bars() as progress:
        found = access_of(chosen, days=limits, progress=progress)
    row = None if city is None else find_city(found.cities, city)
    table = _selected(found, row, code)
    if csv is not None:
        text = table.to_csv(index=False, lineterminator="\n", float_format="%.10g")
        write_atomically(csv, text.encode())
    if as_json:
        record = _record(found, chosen, table, row, code)
        typer.echo(json.dumps(record, ensure_ascii=False, allow_nan=False, indent=1))
    else:
        _print(found, chosen, table, row, code)
    if csv is not None:
        typer.echo(f"{csv} written", err=True)


def _days(text: str) -> tuple[float, ...]:
    """Numbers of days, rising."""
    try:
        found = sorted({float(word) for word in text.split(",")})
    except ValueError:
        raise InputError(f"--days {text!r:.40}: give numbers with commas, as 1,3,7,14") from None
    if not all(0 < d <= MAX_DAYS for d in found):
        raise InputError(f"--days {text!r:.40}: each must be above 0 and at most {MAX_DAYS:g}")
    if len(found) > MOST_DAYS:
        raise InputError(f"--days: {len(found)} numbers; give {MOST_DAYS} at most")
    return tuple(found)


def _country(text: str) -> str:
    from beltroad import evidence

    known = evidence.load("countries").set_index("iso3")["name"]
    code = text.strip().upper()
    if code in known.index:
        return code
    by_name = {str(name).casefold(): iso3 for iso3, name in known.items()}
    named = by_name.get(text.strip().casefold())
    hint = f"Did you mean {named!r}?" if named else suggest(code, known.index)
    raise InputError(f"--country {text!r:.40} is no ISO 3166 alpha-3 code we know. {hint}".strip())


def _known_city(text: str) -> None:
    """Fail before long work where there is no such city."""
    from beltroad import evidence
    from beltroad.appraisal.reach import find_city

    find_city(evidence.load("cities").astype({"city_id": str}), text)


def _scenario(path: Path | None, state: str | None, compare: str | None) -> Scenario:
    """The scenario with the two states that are asked for."""
    from beltroad.appraisal.scenario_file import parse_scenario, read_scenario

    if path is None:
        raw: dict[str, Any] = {"name": "All projects", "states": {"before": "today"}}
    else:
        chosen = read_scenario(path)
        if state is None and compare is None:
            return chosen
        raw = chosen.model_dump(mode="json", exclude_unset=True)
    wanted = {"before": state, "after": compare}
    given = {side: word.strip().lower() for side, word in wanted.items() if word is not None}
    source = "access" if path is None else str(path)
    return parse_scenario(raw | {"states": raw.get("states", {}) | given}, source=source)


def _selected(found: Access, row: int | None, code: str | None) -> pd.DataFrame:
    """What is printed and written: a city, the cities of an economy, or all economies."""
    if row is not None:
        return found.cities.iloc[[row]]
    if code is not None:
        inside = found.cities[found.cities["iso3"] == code]
        return inside.sort_values(["population", "city_id"], ascending=[False, True])
    return found.countries.sort_values(["rank", "iso3"])


def _record(
    found: Access, chosen: Scenario, table: pd.DataFrame, row: int | None, code: str | None
) -> dict[str, Any]:
    from beltroad import __version__
    from beltroad.appraisal.reach import city_curves

    states = chosen.states
    out: dict[str, Any] = {
        "beltroad": __version__,
        "scenario": chosen.name, "scenario_digest": chosen.digest,
        "before": states.before, "after": states.after, "days": list(found.days),
        "theta": found.levers.theta, "value_per_day": found.levers.value_per_day,
        "floor_hours": found.levers.floor_hours,
        "units": {"population": "persons", "gdp_usd": "USD", "potential": "USD/d",
                  "market_access": "USD"},
    }  # fmt: skip
    if row is not None:
        curves = city_curves(found, row).reset_index()
        return out | {"city": records(table)[0], "days_to_parts": records(curves)}
    if code is not None:
        mean = found.countries[found.countries["iso3"] == code]
        return out | {"country": records(mean)[0], "cities": records(table)}
    return out | {"groups": records(found.groups), "countries": records(table)}


def _print(
    found: Access, chosen: Scenario, table: pd.DataFrame, row: int | None, code: str | None
) -> None:
    console = Console(highlight=False)
    states = chosen.states
    console.print(f"\n[b]{escape(chosen.name)}[/b]: {states.before} to {states.after}")
    if row is not None:
        _print_city(console, found, row)
    elif code is not None:
        mean = found.countries[found.countries["iso3"] == code]
        console.print(_wide(found, [*mean.to_dict("records"), *table.to_dict("records")]))
        if flags := mean["flags"].iloc[0]:
            console.print(escape(flags))
    else:
        _print_countries(console, found, table)
    console.print(
        f"Freight door to door, by land or sea, whichever is faster; own city included. "
        f"Market access: elasticity {found.levers.theta:.2f}, "
        f"{100 * found.levers.value_per_day:.2f} % of value a day. "
        "Network © OpenStreetMap (ODbL)."
    )


def _print_countries(console: Console, found: Access, table: pd.DataFrame) -> None:
    inside = table[table["on_corridor"]]
    console.print(_wide(found, inside.to_dict("records")))
    groups = found.groups.rename(columns={"group": "name"})
    console.print(_wide(found, groups.to_dict("records"), first="mean inhabitant of"))
    change = table["market_access_change_pct"]
    up, down = int((change > 0).sum()), int((change < 0).sum())
    console.print(
        f"Of {len(table)} economies market access rises in {up}, falls in {down} and stays in "
        f"{len(table) - up - down}. Economies outside the corridors: --json or --csv."
    )


def _wide(found: Access, rows: list[dict[Any, Any]], first: str = "") -> Table:
    """One line a city, economy or group: reach before and after, and changes."""
    shown = [d for d in found.days if d in SHOWN] or list(found.days[-2:])
    out = Table(first, box=None, pad_edge=False, padding=(0, 1))
    for what in ("people", "GDP"):
        for d in shown:
            out.add_column(f"{what}\nin {d:g} d", justify="right", no_wrap=True)
    for title in ("days to half\nof world GDP", "market\npotential", "market\naccess"):
        out.add_column(title, justify="right", no_wrap=True)
    for values in rows:
        cells = [
            _pair(*_both(values, what, d), scale)
            for what, scale in (("population", 1e6), ("gdp_usd", 1e12))
            for d in shown
        ]
        half = _pair(values["days_to_half_gdp_before"], values["days_to_half_gdp_after"], 1.0)
        changes = (values[f"{k}_change_pct"] for k in ("potential", "market_access"))
        out.add_row(escape(values["name"]), *cells, half, *map(_percent, changes))
    out.caption = "people in millions, GDP in USD trillion; before > after"
    out.caption_justify = "left"
    return out


def _print_city(console: Console, found: Access, row: int) -> None:
    from beltroad.appraisal.reach import city_curves, newly_within

    values = found.cities.iloc[row]
    console.print(f"[b]{escape(values['name'])}[/b], {values['iso3']}")
    out = Table("within", box=None, pad_edge=False, padding=(0, 1))
    for title in ("people, m", "share", "GDP, USD trn", "share"):
        out.add_column(title, justify="right", no_wrap=True)
    out.add_column("newly within")
    for d in found.days:
        cells = []
        for what, scale in (("population", 1e6), ("gdp_usd", 1e12)):
            old, new = _both(values, what, d)
            total = float(found.cities[what].sum())
            cells += [_pair(old, new, scale), _pair(old, new, total / 100, "%")]
        out.add_row(f"{d:g} d", *cells, escape(", ".join(newly_within(found, row, d))))
    console.print(out)
    parts = Table("part of the world", "days to people", "days to GDP", box=None, pad_edge=False)
    for part, days in city_curves(found, row).iterrows():
        parts.add_row(
            f"{100 * float(str(part)):.0f} %",
            *(
                _pair(days[f"{what}_days_before"], days[f"{what}_days_after"], 1.0)
                for what in ("population", "gdp")
            ),
        )
    console.print(parts)
    console.print(
        f"Market potential {_percent(values['potential_change_pct'])}, market access "
        f"{_percent(values['market_access_change_pct'])}: place {values['rank']} of "
        f"{len(found.cities)} cities by change of market access."
    )


def _both(values: Any, what: str, days: float) -> tuple[float, float]:
    """What is reached before and after."""
    from beltroad.appraisal.reach import reach_column

    return (
        float(values[reach_column(what, days, "before")]),
        float(values[reach_column(what, days, "after")]),
    )


def _pair(before: float, after: float, scale: float, unit: str = "") -> str:
    """Before and after in one cell; one figure where they look the same."""
    old, new = (_number(value / scale) + unit for value in (before, after))
    return old if old == new else f"{old} > {new}"


def _number(value: float) -> str:
    if not math.isfinite(value):
        return "never"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _percent(value: float) -> str:
    return f"{value:+.2f} %" if math.isfinite(value) else ""
