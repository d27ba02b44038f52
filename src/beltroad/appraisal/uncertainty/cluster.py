"""The same blocks on a Dask cluster whose scheduler's address is given (extra ``cluster``)."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator, Sequence
from typing import Any

import beltroad
from beltroad.appraisal.cache import source_digest
from beltroad.appraisal.uncertainty.blocks import block_bytes
from beltroad.appraisal.uncertainty.problem import Problem
from beltroad.appraisal.uncertainty.sampling import Plan
from beltroad.errors import InputError

__all__ = ["on_cluster"]

TIMEOUT_SECONDS = 15


def on_cluster(
    problem: Problem, plan: Plan, blocks: Sequence[int], run: str, *, address: str
) -> Iterator[tuple[int, bytes]]:
    """Evaluate blocks on the workers of a cluster; yields each with its bytes as it comes in.

    Raises
    ------
    InputError
        If ``distributed`` is not installed, no scheduler answers at ``address``, it has no
        workers, or theirs is another beltroad than this one.
    """
    try:
        distributed = importlib.import_module("distributed")
    except ImportError:
        raise InputError(
            "a cluster needs the package distributed: pip install 'beltroad[cluster]'"
        ) from None
    with contextlib.ExitStack() as stack:
        client = stack.enter_context(_client(distributed, address))
        _check_workers(client, address)
        shared = client.scatter(problem, broadcast=True, hash=False)
        futures = {
            client.submit(
                block_bytes, shared, plan, block, run,
                key=f"beltroad-{run[:16]}-{block}-{plan.draws}-{plan.pairs}", retries=2,
            ): block
            for block in blocks
        }  # fmt: skip
        stack.callback(client.cancel, list(futures))
        for future in distributed.as_completed(list(futures), loop=client.loop):
            yield futures[future], future.result()
            future.release()


def _client(distributed: Any, address: str) -> Any:
    try:
        return distributed.Client(address, timeout=TIMEOUT_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"no Dask scheduler answers at {address[:100]!r} within {TIMEOUT_SECONDS} s "
            f"({type(error).__name__}). Give its address, like tcp://10.0.0.1:8786, and check "
            "that it runs"
        ) from None


def _check_workers(client: Any, address: str) -> None:
    """There must be workers, and they must run the same beltroad."""
    try:
        client.wait_for_workers(1, timeout=TIMEOUT_SECONDS)
    except TimeoutError:
        raise InputError(
            f"the scheduler at {address} has no workers: start some (dask worker {address})"
        ) from None
    try:
        found = client.run(_identity)
    except ImportError:
        raise InputError(
            f"workers at {address} lack beltroad: install beltroad {beltroad.__version__} there"
        ) from None
    mine = _identity()
    for worker, (version, digest) in found.items():
        if (version, digest) != mine:
            raise InputError(
                f"worker {worker} has beltroad {version} with other source than here "
                f"({mine[0]}): install the same everywhere"
            )


def _identity() -> tuple[str, str]:
    return beltroad.__version__, source_digest()
