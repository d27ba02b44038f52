"""Fixtures of the trade tests."""

from __future__ import annotations

import pytest

from beltroad.trade import Calibration, calibrate


@pytest.fixture(scope="session")
def world() -> Calibration:
    """The bundled calibration."""
    return calibrate()
