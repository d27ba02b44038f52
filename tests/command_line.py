"""The command line run in this process, shared by the tests of its commands."""

from __future__ import annotations

import sys

import pytest

from beltroad import cli


def run_beltroad(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str,
    columns: int | None = None, cache: str | None = "off",
) -> tuple[int, str, str]:  # fmt: skip
    """Run the entry point: exit code, output, errors. ``columns`` is the width of the terminal."""
    monkeypatch.setattr(sys, "argv", ["beltroad", *arguments])
    if cache is not None:
        monkeypatch.setenv("BELTROAD_CACHE", cache)
    if columns is not None:
        monkeypatch.setenv("COLUMNS", str(columns))
    try:
        cli.main()
        code = 0
    except SystemExit as leave:
        code = int(leave.code or 0)
    said = capsys.readouterr()
    return code, said.out, said.err
