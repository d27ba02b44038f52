"""What all tests share: one cache of intermediate results for a whole run, and what is heavy."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from beltroad.appraisal.disruption import Study

# How long an example takes says more about the machine than about the code.
settings.register_profile("beltroad", deadline=None)
settings.load_profile("beltroad")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Files that share what is heavy go to one worker."""
    if config.getvalue("dist") != "loadfile":
        return None
    import sharing_out  # needs xdist

    return sharing_out.ByLot(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several workers the longest lots begin first."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        import sharing_out

        sharing_out.longest_first(items)


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache folder for all workers of this run: entries are keyed by content, written at once."""
    base = tmp_path_factory.getbasetemp()
    folder = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "shared-cache"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def placed_once() -> Iterator[None]:
    """Projects are placed on the bundled network once in a process, from here on."""
    import placed_once  # the network and the appraisal: not for tests of anything else

    with placed_once.sharing():
        yield


@pytest.fixture(scope="session")
def study(placed_once: None) -> Study:
    """Today's network with its trade, for disruptions."""
    from beltroad.appraisal.disruption import Study

    return Study.of(threads=2)
