"""What each project does alone: hours saved and first-order gain over the earlier state."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from beltroad.appraisal.cache import Cache, digest_of
from beltroad.appraisal.economy import Economy
from beltroad.appraisal.levels import Case
from beltroad.appraisal.transport import Transport

__all__ = ["alone"]

COLUMNS = ["alone_hours_saved", "pairs_faster_alone", "alone_gain_usd"]
FASTER_HOURS = 0.1


class Lazy:
    """A value computed once, when first asked for, by whichever thread asks."""

    def __init__(self, compute: Callable[[], Any]) -> None:
        self._compute, self._lock = compute, threading.Lock()

    @cached_property
    def _value(self) -> Any:
        return self._compute()

    @property
    def value(self) -> Any:
        """The value."""
        with self._lock:
            return self._value


def alone(
    transport: Transport,
    economy: Economy,
    case: Case,
    *,
    before: str,
    after: str,
    context: str,
    cache: Cache,
    report: Callable[[float], None],
) -> pd.DataFrame:
    """Add each project that the comparison brings to the earlier state, one at a time.

    Parameters
    ----------
    context
        Digest of everything besides the hours that the gain depends on.

    Returns
    -------
    DataFrame indexed by project id
        ``alone_hours_saved`` (mean over reachable city pairs), ``pairs_faster_alone`` (by more
        than six minutes) and ``alone_gain_usd`` a year; one row for each project that is absent
        in the earlier state and present in the later one.
    """
    there = transport.presence[before]
    new = there.index[~there & transport.presence[after]]
    base = np.stack([economy.ways.before.land[0], economy.ways.before.sea[0]])
    fastest = base.min(axis=0)
    counted = np.isfinite(fastest) & ~np.eye(len(fastest), dtype=bool)
    base_state = Lazy(lambda: transport.base(there))
    done = [0]

    def one(project: str) -> list[float]:
        with_it = there.copy()
        with_it[project] = True

        def compute() -> dict[str, float]:
            hours = transport.hours_with(with_it, base_state.value)
            saved = (fastest - hours.min(axis=0))[counted]
            return {
                "alone_hours_saved": float(np.mean(saved, dtype=np.float64)),
                "pairs_faster_alone": float((saved > FASTER_HOURS).sum()),
                "alone_gain_usd": economy.first_order_gain_usd(case, hours),
            }

        key = digest_of(transport.key(with_it), transport.key(there), context)
        found = cache.get_or("alone", key, compute)
        done[0] += 1
        report(done[0] / len(new))
        return [float(found[c]) for c in COLUMNS]

    # One project a core: the kernels release the interpreter, each call uses one thread.
    with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        rows = list(pool.map(one, new))
    return pd.DataFrame(rows, index=new, columns=COLUMNS, dtype=float)
