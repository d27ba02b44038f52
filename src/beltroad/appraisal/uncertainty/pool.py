"""Blocks of draws on this machine: one process a core, each with one thread."""

from __future__ import annotations

import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, cast

import beltroad
from beltroad.appraisal.uncertainty.problem import Problem
from beltroad.appraisal.uncertainty.sampling import Plan
from beltroad.errors import BeltroadError, InputError

__all__ = ["cores", "on_this_machine"]

_THREADS = (
    "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)  # fmt: skip
# Arrays of some MB come and go in every draw: giving them back to the system each time costs a
# third of the whole (page faults). Other C libraries do not read these.
_MALLOC = {"MALLOC_MMAP_THRESHOLD_": "1073741824", "MALLOC_TRIM_THRESHOLD_": "1073741824"}


def cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def on_this_machine(
    problem: Problem, plan: Plan, blocks: Sequence[int], run: str, *, workers: int | None = None
) -> Iterator[tuple[int, bytes]]:
    """Evaluate blocks in worker processes; yields each with its bytes as it comes in.

    Leaving the iterator early, by an error or Ctrl-C, ends the workers at once. If this process
    is killed its workers find their pipes closed and end after the block they are at.

    Raises
    ------
    InputError
        If ``workers`` is below 1.
    BeltroadError
        If a worker ended before its block was done, with what is known of the reason.
    """
    if workers is not None and workers < 1:
        raise InputError(f"workers must be at least 1, not {workers}")
    count = min(workers or cores(), len(blocks))
    todo: queue.SimpleQueue[int] = queue.SimpleQueue()
    for block in blocks:
        todo.put(block)
    done: queue.SimpleQueue[tuple[int, bytes] | BaseException] = queue.SimpleQueue()
    task = pickle.dumps((problem, plan, run), protocol=pickle.HIGHEST_PROTOCOL)
    processes: list[subprocess.Popen[bytes]] = []
    try:
        for _ in range(count):
            process = _start()
            processes.append(process)
            threading.Thread(target=_feed, args=(process, task, todo, done), daemon=True).start()
        for _ in blocks:
            found = _next(done)
            if isinstance(found, BaseException):
                raise found
            yield found
    finally:
        for process in processes:
            if process.poll() is None:
                process.kill()
        for process in processes:
            process.wait()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    _close(pipe)


def _start() -> subprocess.Popen[bytes]:
    """A worker with one thread for linear algebra, and the same beltroad as here."""
    home = str(Path(beltroad.__file__).resolve().parents[1])
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    env = os.environ | dict.fromkeys(_THREADS, "1") | _MALLOC
    env |= {"PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.Popen(
        [sys.executable, "-m", "beltroad.appraisal.uncertainty.worker"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env,
        start_new_session=True,  # Ctrl-C is for the one who started it
    )  # fmt: skip


def _feed(
    process: subprocess.Popen[bytes],
    task: bytes,
    todo: queue.SimpleQueue[int],
    done: queue.SimpleQueue[tuple[int, bytes] | BaseException],
) -> None:
    """Hand blocks to one worker until none is left."""
    block = None
    try:
        tasks, results = cast(IO[bytes], process.stdin), cast(IO[bytes], process.stdout)
        tasks.write(task)
        while True:
            try:
                block = todo.get_nowait()
            except queue.Empty:
                break
            pickle.dump(block, tasks)
            tasks.flush()
            _, found = pickle.load(results)  # noqa: S301 (our own child)
            done.put(found if isinstance(found, BeltroadError) else (block, found))
    except Exception as error:  # noqa: BLE001 (whoever waits must hear of it)
        code = process.wait()
        why = f"by signal {-code}: out of memory? Try fewer workers" if code < 0 else "see above"
        message = f"a worker process ended at block {block} ({why}); finished blocks are kept"
        failure = BeltroadError(message)
        failure.__cause__ = error
        done.put(failure)


def _next(
    done: queue.SimpleQueue[tuple[int, bytes] | BaseException],
) -> tuple[int, bytes] | BaseException:
    """Wait in small steps, so that Ctrl-C is heard."""
    while True:
        try:
            return done.get(timeout=0.5)
        except queue.Empty:
            continue


def _close(pipe: object) -> None:
    try:
        pipe.close()  # type: ignore[attr-defined]
    except OSError:
        return
