"""Files of shock scenarios (TOML): a list of ``[[shock]]``, all faults in one message."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from beltroad.appraisal.scenario_parts import Part
from beltroad.appraisal.shocks.run import Shock
from beltroad.errors import ScenarioError
from beltroad.validation import fault_of, read_toml

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
    raw = read_toml(Path(path), "file of shocks", _MAX_BYTES)
    try:
        return _ShockFile.model_validate(raw).shock
    except ValidationError as error:
        found = error.errors()
        # A list whose items are wrong counts as empty, too; that says nothing new.
        found = [e for e in found if e["type"] != "too_short"] or found
    faults = [fault_of(e, _ShockFile, root="file of shocks") for e in found]
    raise ScenarioError(str(path), faults)
