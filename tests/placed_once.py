"""Projects placed on the bundled network once for all tests of a process.

Nearly every test on the bundled data places the same projects on the same network and builds the
same topology of it, two to three seconds each time. Both are read and never changed, so that the
tests may share them; :mod:`beltroad.appraisal.transport` shares them between states likewise.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import pytest

from beltroad.infrastructure.network import Network
from beltroad.infrastructure.projects.programme import Programme, place_projects
from beltroad.infrastructure.projects.record import freight_projects
from beltroad.infrastructure.shipments.router import Router

_PLACING = ("transport", "disruption", "routes", "checking")
_KEPT = 4
_programmes: dict[str, Programme] = {}
_routers: dict[int, Router] = {}
_build_router = Router.of


def place_once(network: Network, projects: pd.DataFrame, **more: Any) -> Programme:
    """:func:`place_projects`, remembered for the bundled network and the same rows."""
    if network is not Network.bundled():
        return place_projects(network, projects, **more)
    # What is placed is made of these records alone.
    records = [
        vars(r) | {"waypoints": r.waypoints.tolist()} for r in freight_projects(projects)
    ]  # fmt: skip
    return _remembered(
        _programmes, repr(records), lambda: place_projects(network, projects, **more)
    )


def router_once(network: Network) -> Router:
    """:meth:`Router.of`, remembered for the networks of :func:`place_once`."""
    if not any(programme.network is network for programme in _programmes.values()):
        return _build_router(network)
    found = _remembered(_routers, id(network), lambda: _build_router(network))
    # A network that is no longer kept may have left its number to another.
    return found if found.network is network else _build_router(network)


def _remembered(known: dict[Any, Any], key: Any, build: Any) -> Any:
    if key not in known:
        if len(known) == _KEPT:
            known.pop(next(iter(known)))
        known[key] = build()
    return known[key]


@contextmanager
def sharing() -> Iterator[None]:
    """While this lasts, all of beltroad places projects and builds routers through the above."""
    with pytest.MonkeyPatch.context() as patch:
        for name in _PLACING:
            module = importlib.import_module(f"beltroad.appraisal.{name}")
            patch.setattr(module, "place_projects", place_once)
        patch.setattr(Router, "of", staticmethod(router_once))
        yield
