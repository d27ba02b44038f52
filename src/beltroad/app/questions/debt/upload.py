"""A ministry's own workbook: read in a temporary folder, checked, kept as parsed inputs alone."""

from __future__ import annotations

import hashlib
import io
import math
import re
import shutil
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from beltroad.app.errors import NotFound
from beltroad.app.questions.uploads import uploaded
from beltroad.errors import Fault, InputError, ScenarioError

if TYPE_CHECKING:
    import pandas as pd

    from beltroad.app.answers import Table
    from beltroad.app.settings import Settings
    from beltroad.finance.debt.model import CountryInputs

__all__ = ["MOST_UNPACKED", "differences", "digest_of", "keep", "kept", "parse"]

MOST_UNPACKED = 30_000_000
"""Bytes that a workbook may unpack to; a full template has under a tenth of that."""
_HASH = re.compile(r"[0-9a-f]{64}")
_MOST_KEPT = 500
_MOST_FAULTS = 500
_SAID = "your workbook"


def parse(data: bytes, settings: Settings) -> CountryInputs:
    """Inputs of an uploaded workbook. Nothing of the file stays; its name is never used.

    Raises
    ------
    ScenarioError
        With every fault by sheet and cell.
    InputError
        If it is no workbook, or too large.
    """
    from beltroad.finance.debt.io.faults import DebtInputError
    from beltroad.finance.debt.io.workbook import read_workbook

    most = settings.limits.upload_bytes
    if len(data) > most:
        raise InputError(f"{_SAID}: too large; at most {most / 1e6:.3g} MB")
    _check_unpacked(data)
    with uploaded(data, "workbook.xlsx", _SAID) as path:
        try:
            return read_workbook(path)
        except DebtInputError as error:
            raise ScenarioError(_SAID, [
                Fault(f.where, f.problem, f.remedy) for f in error.faults[:_MOST_FAULTS]
            ]) from None  # fmt: skip


def _check_unpacked(data: bytes) -> None:
    """Sizes as the archive states them; reading stops there, so they cannot be exceeded."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            total = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        return  # the reader says what is wrong with it
    if total > MOST_UNPACKED:
        raise InputError(
            f"{_SAID}: unpacks to {total / 1e6:,.0f} MB, at most {MOST_UNPACKED / 1e6:.0f}; "
            "clear formats and contents outside of the tables"
        )


def digest_of(inputs: CountryInputs) -> str:
    """Content hash of parsed inputs: the same figures have the same address."""
    from beltroad.finance.debt.io.folder import folder_files

    total = hashlib.sha256()
    for name, content in sorted(folder_files(inputs).items()):
        total.update(name.encode() + b"\0" + content + b"\0")
    return total.hexdigest()


def keep(inputs: CountryInputs, settings: Settings) -> str:
    """Keep parsed inputs under their content hash, and give it."""
    from beltroad.files import write_files
    from beltroad.finance.debt.io.folder import folder_files

    digest = digest_of(inputs)
    home = settings.home / "uploads"
    folder = home / digest
    if not (folder / "settings.csv").is_file():
        home.mkdir(parents=True, exist_ok=True)
        write_files(folder_files(inputs), folder)
        _tidy(home)
    return digest


def _tidy(home: Path) -> None:
    """Only the newest stay, so that uploads cannot fill the disk."""
    mine = [path for path in home.iterdir() if path.is_dir()]  # files there are the registry's
    found = sorted(mine, key=lambda p: p.stat().st_mtime, reverse=True)
    for old in found[_MOST_KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def kept(digest: str, settings: Settings) -> CountryInputs:
    """Inputs kept under a hash.

    Raises
    ------
    NotFound
        If there are none.
    """
    from beltroad.finance.debt.io.folder import read_folder

    folder = settings.home / "uploads" / digest
    if not _HASH.fullmatch(digest) or not folder.is_dir():
        raise NotFound("no inputs are kept under this address; upload the workbook again")
    return read_folder(folder)


def differences(own: CountryInputs, prepared: CountryInputs) -> Table:
    """Every value, setting and loan term that differs from the prepared inputs."""
    import pandas as pd

    from beltroad.app.answers import Column, table_of
    from beltroad.finance.debt.io import cells as forms
    from beltroad.finance.debt.report import view

    rows: list[tuple[object, ...]] = []
    sides = [forms.canonical(each) for each in (prepared, own)]
    values = [_by_year(forms.cells(each)) for each in sides]
    for variable, year in sorted({*values[0], *values[1]}):
        a, b = (side.get((variable, year)) for side in values)
        if not _same(a, b):
            rows.append((view.series_title(variable), variable, str(year), a, b))
    settings = [_by_name(forms.setting_rows(each)) for each in sides]
    for name in settings[0]:
        one, other = (_plain(side.get(name)) for side in settings)
        if not _same(one, other):
            rows.append((view.series_title(name), name, "", one, other))
    terms = [{i.name: i for i in each.instruments} for each in sides]
    for name in sorted({*terms[0], *terms[1]}):
        for field in ("interest_pct", "maturity_years", "grace_years", "share_pct"):
            c, d = (getattr(side.get(name), field, None) for side in terms)
            if not _same(c, d):
                rows.append((f"{name}: {field.replace('_', ' ')}", f"terms.{field}", "", c, d))
    columns = ["what", "name", "year", "prepared", "own"]
    return table_of(
        "differences", "Your inputs beside the prepared ones",
        pd.DataFrame(rows, columns=columns, dtype=object),
        (Column(name="what", title="What"), Column(name="name", title="Name"),
         Column(name="year", title="Year"),
         Column(name="prepared", title="Prepared", unit="-", kind="number"),
         Column(name="own", title="Yours", unit="-", kind="number")),
    )  # fmt: skip


def _by_year(table: pd.DataFrame) -> dict[tuple[str, int], float]:
    return {(str(r["variable"]), int(r["year"])): r["value"] for r in table.to_dict("records")}


def _by_name(table: pd.DataFrame) -> dict[str, object]:
    return {str(r["setting"]): r["value"] for r in table.to_dict("records")}


def _same(a: object, b: object) -> bool:
    """Equal but for the digits that a spreadsheet does not keep."""
    if isinstance(a, int | float) and isinstance(b, int | float):
        return math.isclose(a, b, rel_tol=1e-9, abs_tol=1e-12)
    return a == b


def _plain(value: object) -> object:
    return None if value is None or value == "" or value != value else value
