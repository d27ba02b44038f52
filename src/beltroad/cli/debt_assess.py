"""``beltroad debt assess``: class, stress tests and ratings of one country."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from beltroad import __version__
from beltroad.cli.debt import debt_app
from beltroad.cli.output import check_files
from beltroad.errors import InputError

if TYPE_CHECKING:
    from beltroad.finance.debt.assess import Assessment
    from beltroad.finance.debt.engine import ProjectPackage
    from beltroad.finance.debt.model import CountryInputs
    from beltroad.finance.debt.stochastic.fan import Fan

__all__ = ["assess"]

_FRAMEWORKS = ("lic", "bri", "market")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_FANS = ("public_debt_pct_gdp", "pv_public_to_gdp_pct", "pv_external_to_gdp_pct",
         "service_external_to_revenue_pct")  # fmt: skip


@debt_app.command()
def assess(
    source: Annotated[
        str, typer.Argument(metavar="INPUT", help="Country, folder of CSV files, or .xlsx file.")
    ],
    framework: Annotated[
        str | None,
        typer.Option(help="lic, bri or market. Default: as the country's settings say."),
    ] = None,
    on: Annotated[
        str | None, typer.Option("--on", help="YYYY-MM-DD: the framework in force that day.")
    ] = None,
    package: Annotated[
        Path | None, typer.Option(help="CSV file of project loans put on top of the baseline.")
    ] = None,
    fan: Annotated[bool, typer.Option("--fan", help="Add fans under drawn shocks.")] = False,
    draws: Annotated[int, typer.Option(help="Paths of a fan.")] = 10_000,
    seed: Annotated[int, typer.Option(help="Seed of the fan.")] = 1,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the report, workbook, JSON and CSV tables.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report as one page.")] = None,
    xlsx: Annotated[Path | None, typer.Option(help="Write all results as a workbook.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Assess debt sustainability: class, five burdens, stress tests, ratings."""
    chosen = _framework(framework)
    day = _day(on)
    _check_outputs(out, html, xlsx)
    if not 100 <= draws <= 1_000_000:
        raise InputError(f"--draws {draws}: give 100 to 1,000,000")
    if seed < 0:
        raise InputError(f"--seed {seed}: give 0 or more")
    from beltroad.finance.debt.io import loans, reading

    inputs = reading.read(source)
    loan_package = loans.read_package(package) if package is not None else None
    chosen = chosen or str(inputs.settings["framework"])
    if chosen != "lic":
        from beltroad.cli import debt_bri

        if fan or html or xlsx or out or package:
            raise InputError(
                "--fan, --package, --out, --html and --xlsx are for the framework lic; this is "
                f"{chosen}: "
                "add --framework lic, or leave them out"
            )
        debt_bri.show(inputs, chosen, on=day, seed=seed, as_json=as_json)
        return
    drawn = (draws, seed) if fan else None
    _lic(inputs, day, drawn, (out, html, xlsx), package=loan_package, as_json=as_json)


def _lic(
    inputs: CountryInputs, day: str, drawn: tuple[int, int] | None,
    outputs: tuple[Path | None, Path | None, Path | None], *, package: ProjectPackage | None,
    as_json: bool,
) -> None:  # fmt: skip
    from beltroad.finance.debt.assess import assess as judge

    found = judge(inputs, on=day, package=package)
    if package is not None:
        from dataclasses import replace

        from beltroad.finance.debt.io.view import beside

        found = replace(found, notes=(beside(found, judge(inputs, on=day), package), *found.notes))
    fans: list[Fan] = []
    if drawn is not None:
        from beltroad.finance.debt.stochastic.fan import fans as draw

        base = found.paths["baseline"]
        made = draw(inputs, base, quantities=_FANS, draws=drawn[0], seed=drawn[1],
                    thresholds=found.thresholds)  # fmt: skip
        fans = list(made.values())
    written = _write(found, fans, *outputs)
    if as_json:
        from beltroad.finance.debt.io.record import json_bytes

        typer.echo(json_bytes(found, fans, version=__version__).decode(), nl=False)
    else:
        from beltroad.cli import debt_print

        debt_print.show(Console(), found, fans)
    for path in written:
        typer.echo(f"{path} written", err=True)


def _framework(text: str | None) -> str:
    if text is None:
        return ""
    word = text.strip().casefold()
    if word not in _FRAMEWORKS:
        raise InputError(f"--framework {text!r:.40}: choose from {', '.join(_FRAMEWORKS)}")
    return word


def _day(text: str | None) -> str:
    if text is None:
        return ""
    from datetime import date

    try:
        if not _DAY.fullmatch(text):
            raise ValueError  # noqa: TRY301
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise InputError(f"--on {text!r:.40}: give a day as YYYY-MM-DD") from None


def _check_outputs(out: Path | None, html: Path | None, xlsx: Path | None) -> None:
    for path, option, endings in (
        (html, "--html", (".html", ".htm")), (xlsx, "--xlsx", (".xlsx",))
    ):  # fmt: skip
        if path is not None and path.suffix.casefold() not in endings:
            raise InputError(f"{option} {path}: give a file that ends in {endings[0]}")
    check_files([path for path in (html, xlsx) if path is not None])
    if out is not None:
        from beltroad.files import check_writable

        if out.suffix.casefold() in (".xlsx", ".html", ".json", ".csv"):
            raise InputError(f"--out {out}: is for a folder; give --xlsx or --html for one file")
        check_writable(out)


def _write(
    found: Assessment, fans: list[Fan], out: Path | None, html: Path | None, xlsx: Path | None
) -> list[Path]:
    """Make every file before the first is written, so that a fault leaves nothing behind."""
    from beltroad.files import write_files
    from beltroad.finance.debt.io.page import debt_page
    from beltroad.finance.debt.io.record import csv_files, json_bytes
    from beltroad.finance.debt.io.sheets import result_workbook

    if not any((out, html, xlsx)):
        return []
    page = debt_page(found, fans, version=__version__).encode() if out or html else b""
    book = result_workbook(found, fans, version=__version__) if out or xlsx else b""
    folders: dict[Path, dict[str, bytes]] = {}
    if out is not None:
        files = {
            "report.html": page,
            "assessment.xlsx": book,
            "assessment.json": json_bytes(found, fans, version=__version__),
            **csv_files(found, fans),
        }
        folders[out] = files
    for path, data in ((html, page), (xlsx, book)):
        if path is not None:
            folders.setdefault(path.parent, {})[path.name] = data
    for folder, files in folders.items():
        write_files(files, folder)
    return [path for path in (out, html, xlsx) if path is not None]
