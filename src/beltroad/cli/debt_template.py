"""``beltroad debt template``: the inputs of a country to fill in or change."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from beltroad.cli.debt import debt_app
from beltroad.errors import InputError

__all__ = ["template"]

_BLANK = "blank"


@debt_app.command()
def template(
    country: Annotated[str, typer.Argument(metavar="COUNTRY", help="A country, or 'blank'.")],
    out: Annotated[
        Path | None,
        typer.Option(help="File that ends in .xlsx, or a folder for CSV files. Default: CODE.xlsx"),
    ] = None,
    blank: Annotated[bool, typer.Option("--blank", help="Of the country, but empty.")] = False,
    first_year: Annotated[
        int | None, typer.Option(help="First projection year of a blank one. Default: this year.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace what is there.")] = False,
) -> None:
    """Write a country's inputs as one Excel workbook or a folder, filled or blank."""
    empty = blank or country.strip().casefold() == _BLANK
    if first_year is not None and not empty:
        raise InputError("--first-year is for a blank template: add --blank, or leave it out")
    from datetime import UTC, datetime

    from beltroad.evidence import economies
    from beltroad.files import write_atomically, write_files
    from beltroad.finance.debt.io import blank as blanks
    from beltroad.finance.debt.io import folder, reading
    from beltroad.finance.debt.io.template import workbook_bytes

    code = "" if country.strip().casefold() == _BLANK else economies.iso3(country)
    out = out if out is not None else Path(f"{code or _BLANK}.xlsx")
    _check(out, force=force)
    inputs, why = None, ""
    if not empty:
        try:
            inputs = reading.read(code)
        except InputError as error:
            why = str(error).split(";")[0]
    start = first_year if first_year is not None else datetime.now(UTC).year
    if out.suffix.casefold() == ".xlsx":
        write_atomically(out, workbook_bytes(inputs, iso3=code, first_year=start))
    elif inputs is None:
        write_files(blanks.blank_files(iso3=code, first_year=start), out)
    else:
        write_files(folder.folder_files(inputs), out)
    if why:
        typer.echo(f"{why}: the template is blank", err=True)
    where = out if out.suffix or len(out.parts) > 1 else f"./{out}"
    typer.echo(f"{out} written; fill it in, then: beltroad debt assess {where}", err=True)


def _check(out: Path, *, force: bool) -> None:
    from beltroad.files import check_writable
    from beltroad.finance.debt.io.folder import FILES

    if out.suffix.casefold() == ".xlsx":
        if out.is_dir():
            raise InputError(f"--out {out}: is a folder; give the name of a file in it")
        if not out.parent.is_dir():
            raise InputError(f"--out {out}: there is no folder {out.parent}; make it first")
        there = [out] if out.exists() else []
    elif out.suffix and not out.is_dir():
        raise InputError(f"--out {out}: give a file that ends in .xlsx, or a folder")
    elif out.is_file():
        raise InputError(f"--out {out}: is a file; give a folder, or a file that ends in .xlsx")
    else:
        there = [out / name for name in FILES if (out / name).exists()]
    if there and not force:
        raise InputError(f"{there[0]} is there already; give another --out, or --force to replace")
    check_writable(out.parent if out.suffix.casefold() == ".xlsx" else out)
