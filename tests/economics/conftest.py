"""Small appraisals on the bundled data, each run once in a session over one cache folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from small_appraisals import Appraiser


@pytest.fixture(scope="session")
def appraiser(shared_cache: Path, placed_once: None) -> Appraiser:
    """Appraises scenarios; the same one only once."""
    return Appraiser(shared_cache)


@pytest.fixture(scope="session")
def base(appraiser: Appraiser) -> Any:
    """Three projects, 2013 against all that is coming."""
    return appraiser(links=True)
