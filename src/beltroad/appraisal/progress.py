"""Progress of long work: steps with a name, seconds per step, and a hook to show them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["Progress"]

Show = Callable[[str, float | None], None]


class Progress:
    """Collects the seconds of each step; ``show(step, fraction)`` is called as work goes on.

    ``fraction`` is between 0 and 1, or None where it is not known.
    """

    def __init__(self, show: Show | None = None) -> None:
        self._show = show
        self.seconds: dict[str, float] = {}

    @contextmanager
    def step(self, name: str) -> Iterator[Callable[[float], None]]:
        """One step; yields a function to report the fraction done."""
        start = time.perf_counter()
        self._tell(name, None)
        try:
            yield lambda fraction: self._tell(name, fraction)
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start

    def _tell(self, name: str, fraction: float | None) -> None:
        if self._show is not None:
            self._show(name, fraction)
