"""What commands write: rows as JSON, files that can be written."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from beltroad.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_files", "print_json", "records", "rounded_records"]


def print_json(value: object) -> None:
    """Print a value as indented JSON; numbers that JSON does not know are a fault of the caller."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False))


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows for JSON: what is not known or out of reach is null."""
    return [
        {str(k): None if isinstance(v, float) and not math.isfinite(v) else v
         for k, v in each.items()}
        for each in table.to_dict("records")
    ]  # fmt: skip


def rounded_records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values of ten decimals; unknown numbers are None."""
    rows: list[dict[str, Any]] = json.loads(frame.to_json(orient="records", force_ascii=False))
    return rows


def check_files(paths: Sequence[Path]) -> None:
    """Fail before long work where a file could not be written.

    Raises
    ------
    InputError
        If one is a folder, lies in none, or is named twice.
    """
    for path in paths:
        if path.is_dir():
            raise InputError(f"{path}: is a folder, not a file; give the name of a file in it")
        if not path.parent.is_dir():
            raise InputError(f"{path}: there is no folder {path.parent}; make it first")
    # Not Path.resolve, which raises on a loop of links.
    if len({os.path.realpath(p) for p in paths}) < len(paths):
        raise InputError(f"{paths[0]}: named twice; give each output its own file")
