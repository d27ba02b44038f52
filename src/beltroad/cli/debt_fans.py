"""``beltroad debt fans``: fans of many countries, which can be stopped and go on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from beltroad.cli.console import bars
from beltroad.cli.debt import debt_app
from beltroad.errors import InputError, suggest

if TYPE_CHECKING:
    from beltroad.finance.debt.model import CountryInputs
    from beltroad.finance.debt.stochastic.many import Batch

__all__ = ["fans"]

_METHODS = ("bootstrap", "normal", "student")
_ALL = "all"


@debt_app.command()
def fans(
    out: Annotated[Path, typer.Option(help="Folder for the results; what is there is kept.")],
    countries: Annotated[
        str, typer.Option(help="Codes or names with commas between, or 'all'.")
    ] = _ALL,
    draws: Annotated[int, typer.Option(help="Paths of each fan.")] = 10_000,
    method: Annotated[str, typer.Option(help="bootstrap, normal or student.")] = "bootstrap",
    seed: Annotated[int, typer.Option(help="Seed; the same one gives the same figures.")] = 1,
) -> None:
    """Draw fans of all debt burdens for many countries; the same command goes on after a stop."""
    if not 100 <= draws <= 1_000_000:
        raise InputError(f"--draws {draws}: give 100 to 1,000,000")
    if seed < 0:
        raise InputError(f"--seed {seed}: give 0 or more")
    word = method.strip().casefold()
    if word not in _METHODS:
        raise InputError(
            f"--method {method!r:.40}: choose from {', '.join(_METHODS)}. "
            f"{suggest(word, _METHODS)}".strip()
        )
    if out.exists() and not out.is_dir():
        raise InputError(f"--out {out}: is a file; give a folder")
    from beltroad.files import check_writable, csv_bytes, write_files

    check_writable(out)
    codes = _codes(countries)
    from beltroad.finance.debt.inputs import prepared
    from beltroad.finance.debt.stochastic.many import many

    with bars() as progress:
        with progress.step("inputs") as done:
            inputs = []
            for number, code in enumerate(codes, start=1):
                inputs.append(prepared.inputs(code))
                done(number / len(codes))
        try:
            with progress.step("fans") as done:
                batch = many(
                    inputs, draws=draws, method=word, seed=seed, folder=out,
                    thresholds=_thresholds(inputs), progress=lambda _, share: done(share),
                )  # fmt: skip
        except KeyboardInterrupt:
            typer.echo(f"beltroad: what is finished stays in {out}; the same command goes on",
                       err=True)  # fmt: skip
            raise
    write_files({"quantiles.csv": csv_bytes(batch.quantiles),
                 "probabilities.csv": csv_bytes(batch.probability)}, out)  # fmt: skip
    _print(batch)
    typer.echo(f"{out} written: {len(batch.fans)} countries, {len(batch.reused)} of them were "
               "there already", err=True)  # fmt: skip
    for code, why in batch.failures.items():
        typer.echo(f"beltroad: {code}: {why}", err=True)
    if batch.failures:
        raise typer.Exit(1)


def _codes(text: str) -> list[str]:
    from beltroad.evidence import economies
    from beltroad.finance.debt.inputs import prepared

    known = prepared.codes()
    if text.strip().casefold() == _ALL:
        return list(known)
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if not parts:
        raise InputError("--countries: none given; give codes with commas between, or 'all'")
    codes = [economies.iso3(part) for part in parts]
    for code in codes:
        if codes.count(code) > 1:
            raise InputError(f"--countries: {code} is given twice; give each country once")
        if code not in known:
            raise InputError(
                f"--countries: no inputs are prepared for {code}; those that are: beltroad debt "
                "countries"
            )
    return codes


def _thresholds(inputs: list[CountryInputs]) -> dict[str, dict[str, float]]:
    """Thresholds of each low-income country's class; the others have none."""
    from beltroad.finance.debt import parameters
    from beltroad.finance.debt.ratings.classification import classify
    from beltroad.finance.debt.stochastic.many import class_thresholds

    framework = parameters.load("lic-dsf")
    return {
        each.iso3: class_thresholds(classify(each, framework).final)
        for each in inputs
        if each.settings["framework"] == "lic"
    }


def _print(batch: Batch) -> None:
    debt = "public_debt_pct_gdp"
    shown = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for title in ("public debt, % of GDP", "in", "5%", "25%", "median", "75%", "95%"):
        shown.add_column(title, justify="left" if title.startswith("public") else "right")
    for code, found in batch.fans.items():
        if debt not in found:
            continue
        table = found[debt].quantiles
        last = table.iloc[-1]
        shown.add_row(code, str(table.index[-1]),
                      *(f"{last[q]:.0f}" for q in ("q05", "q25", "q50", "q75", "q95")))  # fmt: skip
    Console().print(shown)
