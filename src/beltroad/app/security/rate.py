"""How often one visitor may ask: moving windows of a minute, kept in memory."""

from __future__ import annotations

import hashlib
import math
import time

import limits

from beltroad.app.errors import TooMany
from beltroad.app.settings import Limits

__all__ = ["Rates"]


class Rates:
    """Counts of one process. A limit of 0 is no limit."""

    def __init__(self, allowed: Limits) -> None:
        self._window = limits.strategies.MovingWindowRateLimiter(limits.storage.MemoryStorage())
        self._items = {
            "read": allowed.reads_per_minute,
            "write": allowed.writes_per_minute,
            "login": allowed.logins_per_minute,
        }

    def hit(self, what: str, *key: str) -> None:
        """Count one request of ``key``.

        Raises
        ------
        TooMany
            If that is one too many within a minute.
        """
        if not (most := self._items[what]):
            return
        item = limits.RateLimitItemPerMinute(most)
        # A digest: keys are made of what strangers send.
        name = hashlib.sha256("\0".join((what, *key)).encode("utf-8", "replace")).hexdigest()
        if not self._window.hit(item, name):
            free = self._window.get_window_stats(item, name).reset_time - time.time()
            wait = max(1, math.ceil(free))
            raise TooMany(f"more than {most} a minute; try again in {wait} s", wait)
