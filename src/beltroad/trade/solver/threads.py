"""One thread of linear algebra: the products of a solve are many and small.

Spread over threads they mostly wait for each other: at 172 economies a solve takes 0.4 s of
processor time on one thread and 4 s on four, and no less by the clock.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

__all__ = ["one_thread"]

_P = ParamSpec("_P")
_T = TypeVar("_T")


@lru_cache(maxsize=1)
def _controller() -> ThreadpoolController:
    return ThreadpoolController()


def one_thread(call: Callable[_P, _T]) -> Callable[_P, _T]:
    """The call with linear algebra on one thread; the setting is put back afterwards."""

    @wraps(call)
    def alone(*args: _P.args, **kwargs: _P.kwargs) -> _T:
        with _controller().limit(limits=1, user_api="blas"):
            return call(*args, **kwargs)

    return alone
