"""Small appraisals on the bundled data, each run once in a session over one cache folder."""

from __future__ import annotations

from typing import Any

import pytest
from small_appraisals import Appraiser


@pytest.fixture(scope="session")
def appraiser(tmp_path_factory: pytest.TempPathFactory) -> Appraiser:
    """Appraises scenarios; the same one only once. Each worker has a cache folder of its own."""
    return Appraiser(tmp_path_factory.mktemp("cache"))


@pytest.fixture(scope="session")
def base(appraiser: Appraiser) -> Any:
    """Three projects, 2013 against all that is coming."""
    return appraiser()
