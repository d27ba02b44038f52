"""``beltroad debt assess``: class, stress tests and ratings of one country."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from beltroad import __version__
from beltroad.cli.debt import debt_app
from beltroad.cli.output import check_files
from beltroad.errors import InputError

if TYPE_CHECKING:
    from beltroad.finance.debt.report.case import Case

__all__ = ["assess"]

_FRAMEWORKS = ("lic", "bri", "market")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


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
        list[Path] | None,
        typer.Option(help="Project loans on top: .csv table or .toml plan; may be repeated."),
    ] = None,
    package_from: Annotated[
        int | None, typer.Option(help="Year in which each package starts. Default: see the docs.")
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
    files = _packages(package or [], package_from)
    from beltroad.cli import debt_case
    from beltroad.finance.debt.io import packages, reading
    from beltroad.finance.debt.report.case import Request, make

    inputs = reading.read(source)
    read = packages.read_packages(files, inputs, starting=package_from) if files else None
    chosen = chosen or str(inputs.settings["framework"])
    request = Request(inputs, day, read, fan=fan, draws=draws, seed=seed,
                      version=__version__)  # fmt: skip
    case = make(chosen, request)
    written = _write(case, out, html, xlsx)
    if as_json:
        typer.echo(case.json().decode(), nl=False)
    else:
        debt_case.show(case)
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


def _packages(files: list[Path], start: int | None) -> list[Path]:
    """Fail before the country is read where a file cannot be a package."""
    if start is not None and not files:
        raise InputError(f"--package-from {start}: moves packages; add --package FILE")
    for path in files:
        if path.suffix.casefold() not in (".csv", ".toml"):
            raise InputError(
                f"--package {path}: give a .csv table of loans or a .toml financing plan"
            )
        if path.is_dir():
            raise InputError(f"--package {path}: is a folder; give its files one by one")
        if not path.is_file():
            raise InputError(f"--package {path}: there is no such file; check the name")
    return files


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


def _write(case: Case, out: Path | None, html: Path | None, xlsx: Path | None) -> list[Path]:
    """Make every file before the first is written, so that a fault leaves nothing behind."""
    from beltroad.files import write_files

    if not any((out, html, xlsx)):
        return []
    page = case.page() if out or html else b""
    book = case.workbook() if out or xlsx else b""
    folders: dict[Path, dict[str, bytes]] = {}
    if out is not None:
        folders[out] = {"report.html": page, "assessment.xlsx": book,
                        "assessment.json": case.json(), **case.tables()}  # fmt: skip
    for path, data in ((html, page), (xlsx, book)):
        if path is not None:
            folders.setdefault(path.parent, {})[path.name] = data
    for folder, files in folders.items():
        write_files(files, folder)
    return [path for path in (out, html, xlsx) if path is not None]
