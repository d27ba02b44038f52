"""Files of shock scenarios (TOML): a list of ``[[shock]]``, all faults in one message."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from beltroad.appraisal.scenario_parts import Part
from beltroad.appraisal.shocks.run import Shock
from beltroad.errors import InputError, ScenarioError
from beltroad.validation import fault_of, reading_toml

__all__ = ["read_shocks"]

_MAX_BYTES = 1_000_000


class _ShockFile(Part):
    shock: Annotated[tuple[Shock, ...], Field(min_length=1, max_length=50)]


def read_shocks(path: str | Path) -> tuple[Shock, ...]:
    """Read and check a file of shocks.

    Raises
    ------
    ScenarioError
        With every fault of the file.
    InputError
        If the file cannot be read or is not TOML.
    """
    path = Path(path)
    with reading_toml(path, "file of shocks"), path.open("rb") as handle:
        data = handle.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise InputError(f"{path}: over 1 MB; a file of shocks is far smaller")
        raw = tomllib.loads(data.decode())
    try:
        return _ShockFile.model_validate(raw).shock
    except ValidationError as error:
        faults = [fault_of(e, _ShockFile, root="file of shocks") for e in error.errors()]
    raise ScenarioError(str(path), faults)
