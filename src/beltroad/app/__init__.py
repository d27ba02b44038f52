"""The workspace: web pages and HTTP API over beltroad's own functions.

Nothing is computed here. A page or an endpoint asks a function of ``questions`` (quick) or puts a
job for one of ``work`` (long); both call the pillars and the appraisal engine.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from beltroad.app.settings import Settings

if TYPE_CHECKING:
    from beltroad.app.factory import create_app

__all__ = ["Settings", "create_app"]


def __getattr__(name: str) -> Any:
    # Pages and API only where they are served: worker processes start without them.
    if name == "create_app":
        from beltroad.app.factory import create_app

        return create_app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
