"""A worker process: takes the problem once, then numbers of blocks, and hands back their bytes.

Started as ``python -m beltroad.appraisal.uncertainty.worker`` by
:mod:`beltroad.appraisal.uncertainty.pool`, which talks to it through pipes. Being a program of
its own it needs nothing of the caller's main module, and its linear algebra runs on one thread,
so that a block has the same bytes whoever else is working.
"""

from __future__ import annotations

import os
import pickle
import sys
from contextlib import suppress
from typing import BinaryIO

from beltroad.appraisal.uncertainty.blocks import block_bytes
from beltroad.errors import BeltroadError

__all__ = ["main"]


def _serve(tasks: BinaryIO, results: BinaryIO) -> None:
    problem, plan, run = pickle.load(tasks)  # noqa: S301 (from the process that started this one)
    while True:
        try:
            block = pickle.load(tasks)  # noqa: S301
        except EOFError:
            return
        found: bytes | BeltroadError
        try:
            found = block_bytes(problem, plan, block, run)
        except BeltroadError as error:
            found = error
        pickle.dump((block, found), results)
        results.flush()


def main() -> None:
    """Serve until the other end closes. Whatever is printed goes to the error stream."""
    results = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    with suppress(BrokenPipeError, KeyboardInterrupt):
        _serve(sys.stdin.buffer, results)


if __name__ == "__main__":
    main()
