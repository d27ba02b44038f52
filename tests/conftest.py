"""What all tests share: one cache of intermediate results for a whole run."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# How long an example takes says more about the machine than about the code.
settings.register_profile("beltroad", deadline=None)
settings.load_profile("beltroad")


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
