"""Blocks of draws: evaluated anywhere, kept as files, the same bytes wherever they are made."""

from __future__ import annotations

import io
import os
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from beltroad.appraisal.uncertainty.evaluate import SCALARS, Answer, Evaluator
from beltroad.appraisal.uncertainty.problem import Problem
from beltroad.appraisal.uncertainty.sampling import Plan, block_values, mixed_values
from beltroad.errors import ConvergenceError

__all__ = ["ONE_BY_ONE", "Arrays", "Store", "block_bytes", "evaluate_block", "read_block"]

Arrays = dict[str, NDArray[Any]]
#: Number of the block that moves one group at a time, to these probabilities.
ONE_BY_ONE = -1
ENDS = (0.05, 0.95)
_PARTS = ("scalars", "income_pct", "cost_usd")
_local = threading.local()


def evaluate_block(evaluator: Evaluator, plan: Plan, block: int) -> Arrays:
    """All answers of a block.

    Returns
    -------
    dict
        ``own_*`` (draw, ...), ``partner_*`` (pair, ...) and ``mixed_*`` (pair, group, ...) for
        the parts of an :class:`Answer`; ``failed`` has the messages of draws without an
        equilibrium, whose answers are NaN. The block :data:`ONE_BY_ONE` has ``central_*`` and
        ``ends_*`` (group, end, ...).
    """
    problem, failed = evaluator.problem, list[str]()

    def answer(values: NDArray[np.float64]) -> Answer:
        try:
            return evaluator(values)
        except ConvergenceError as error:
            failed.append(str(error))
            none = np.full(len(problem.calibration.economies), np.nan)
            return Answer(np.full(len(SCALARS), np.nan), none, none)

    groups = np.array([each.group for each in problem.inputs])
    if block == ONE_BY_ONE:
        ends = np.array([i.distribution.quantile(np.array(ENDS)) for i in problem.inputs]).T
        moved = [
            [answer(np.where(groups == g, end, problem.central)) for end in ends]
            for g in plan.groups
        ]
        out = _stacked("central", answer(problem.central)) | _stacked("ends", moved)
        return out | {"failed": np.array(failed, dtype=np.str_)}
    rows, pairs = plan.rows(block)
    own = block_values(problem.inputs, plan.seed, block)
    partner = block_values(problem.inputs, plan.seed, block, partner=True)
    exchanged = [
        mixed_values(problem.inputs, plan.seed, block, g, own, partner)
        for g in (plan.groups if pairs else ())
    ]
    answers, partners, mixed = [], [], []
    for row in range(rows):
        answers.append(answer(own[row]))
        if row < pairs:
            # Those that share their equilibria with the draw come right after it.
            mixed.append([answer(values[row]) for values in exchanged])
            partners.append(answer(partner[row]))
    out = _stacked("own", answers) | _stacked("partner", partners) | _stacked("mixed", mixed)
    return out | {"failed": np.array(failed, dtype=np.str_)}


def _stacked(name: str, answers: Any) -> Arrays:
    """The parts of nested lists of answers as arrays."""

    def part(key: str, each: Any) -> Any:
        return getattr(each, key) if isinstance(each, Answer) else [part(key, e) for e in each]

    return {f"{name}_{key}": np.array(part(key, answers), np.float64) for key in _PARTS}


def block_bytes(problem: Problem, plan: Plan, block: int, run: str) -> bytes:
    """A block as the bytes of its file. The evaluator of a run is made once a thread."""
    if getattr(_local, "run", None) != run:
        _local.evaluator, _local.run = Evaluator(problem), run
    buffer = io.BytesIO()
    np.savez(buffer, **evaluate_block(_local.evaluator, plan, block))  # type: ignore[arg-type]
    return buffer.getvalue()


def read_block(data: bytes) -> Arrays:
    """The arrays of a block's file."""
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


@dataclass(frozen=True)
class Store:
    """Finished blocks of a run: files in a folder of its own, or nothing kept.

    The folder's name is the digest of everything that a block rests on, so that one can never
    be taken for that of other data, inputs or code.
    """

    folder: Path | None

    def name(self, plan: Plan, block: int) -> str:
        """File of a block; one with other draws or pairs is another file."""
        if block == ONE_BY_ONE:
            return "one-by-one.npz"
        rows, pairs = plan.rows(block)
        return f"block-{block:05d}-{rows:02d}-{pairs:02d}.npz"

    def get(self, plan: Plan, block: int) -> bytes | None:
        """The bytes of a block; None if it is not there or cannot be read."""
        if self.folder is None:
            return None
        try:
            data = (self.folder / self.name(plan, block)).read_bytes()
            read_block(data)
        except Exception:  # noqa: BLE001 (a damaged file can fail in any way; it is made again)
            return None
        return data

    def put(self, plan: Plan, block: int, data: bytes) -> None:
        """Write a block whole or not at all; a store that cannot be written keeps nothing."""
        if self.folder is None:
            return
        part = self.folder / f".{self.name(plan, block)}.{os.getpid()}.part"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as handle:
                handle.write(data)
                handle.flush()
                os.fsync(handle.fileno())
            part.replace(self.folder / self.name(plan, block))
        except OSError:
            with suppress(OSError):
                part.unlink(missing_ok=True)
