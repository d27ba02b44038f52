"""Files on disk, all or nothing.

Everything is first written beside its destination, then moved into place by renames. If any
step fails, what was there before is put back and the partial files are removed.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import fastparquet
import pandas as pd

from beltroad.errors import InputError, OutputError

__all__ = [
    "as_output_error", "check_table_file", "check_writable", "csv_bytes", "no_formula",
    "parquet_bytes", "table_bytes", "write_atomically", "write_files",
]  # fmt: skip


# With these a spreadsheet takes a text for a formula.
_RISKY = ("=", "+", "-", "@", "\t", "\r")


def no_formula(text: str) -> str:
    """Text of a CSV cell that no spreadsheet takes for a formula: an apostrophe goes in front."""
    return f"'{text}" if text.startswith(_RISKY) else text


def check_writable(folder: Path) -> None:
    """Fail before long work, not after it, when results could not be written.

    Raises
    ------
    OutputError
        If ``folder`` is a file, or it or its nearest existing parent is not writable.
    """
    if folder.exists() and not folder.is_dir():
        raise OutputError(f"{folder}: is a file, not a folder; give another --out")
    parent = folder
    while not parent.exists():
        parent = parent.parent
    try:
        handle, name = tempfile.mkstemp(prefix=".beltroad-", dir=parent)
    except OSError as error:
        raise OutputError(
            f"{folder}: cannot be written ({error.strerror}); give another folder with --out"
        ) from None
    os.close(handle)
    Path(name).unlink()


def write_files(content: Mapping[str, bytes], folder: Path) -> Path:
    """Write several files into ``folder``: either all of them are new, or none."""
    stage: Path | None = None
    try:
        with as_output_error(folder):
            folder.mkdir(parents=True, exist_ok=True)
            stage = Path(tempfile.mkdtemp(prefix=".beltroad-", dir=folder))
            for name, data in content.items():
                _write(stage / name, data)
            _move_in(stage, folder, list(content))
    finally:
        if stage is not None:
            shutil.rmtree(stage, ignore_errors=True)
    return folder


@contextlib.contextmanager
def as_output_error(folder: Path) -> Iterator[None]:
    """Say in one line that results were not written, and what to do."""
    try:
        yield
    except OSError as error:
        if isinstance(error, OutputError):
            raise
        raise OutputError(
            f"{folder}: results were not written ({error.strerror or error}); "
            "files that were there before are unchanged. Free space or give another --out"
        ) from None


def write_atomically(path: Path, data: bytes) -> Path:
    """Write one file whole or not at all."""
    return write_files({path.name: data}, path.parent) / path.name


def table_bytes(frame: pd.DataFrame, path: Path) -> bytes:
    """A table in the form that the file's name asks for: CSV or Parquet."""
    return parquet_bytes(frame) if path.suffix == ".parquet" else csv_bytes(frame)


def check_table_file(path: Path) -> None:
    """Fail before long work if a table cannot be written to ``path``.

    Raises
    ------
    InputError
        If the name ends neither in .csv nor in .parquet, or is a folder.
    """
    if path.suffix not in (".csv", ".parquet") or path.is_dir():
        raise InputError(f"{path}: give a file that ends in .csv or .parquet")
    check_writable(path.parent)


def _write(path: Path, data: bytes) -> None:
    with path.open("wb") as handle:
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def _move_in(stage: Path, folder: Path, names: list[str]) -> None:
    """Rename staged files into place; on any failure or stop put the old ones back."""
    for name in names:
        if (folder / name).is_dir():
            raise IsADirectoryError(errno.EISDIR, f"{name} is a folder", str(folder / name))
    old = stage / "old"
    old.mkdir()
    try:
        for name in names:
            if (folder / name).exists():
                (folder / name).replace(old / name)
            (stage / name).replace(folder / name)
    except BaseException:
        # Told from the disk, not from a list: a stop can come between any two steps.
        for name in names:
            with contextlib.suppress(OSError):
                if (old / name).exists():
                    (old / name).replace(folder / name)
                elif not (stage / name).exists():
                    (folder / name).unlink(missing_ok=True)
        raise


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """CSV as bytes, numbers with ten significant digits."""
    return frame.to_csv(index=False, lineterminator="\n", float_format="%.10g").encode()


def parquet_bytes(frame: pd.DataFrame) -> bytes:
    """Parquet as bytes; fastparquet writes to a path only, hence the folder."""
    plain = frame.copy()
    plain.attrs = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.parquet"
        fastparquet.write(path, plain, compression="ZSTD", write_index=False)
        return path.read_bytes()
