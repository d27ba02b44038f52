"""What the tests of the registry share."""

from __future__ import annotations

import pytest

from beltroad.app.database import Database
from beltroad.app.registry.store import Registry


@pytest.fixture
def registry(database: Database) -> Registry:
    """The registry on either database."""
    return Registry(database)
