"""Sheet of a scenario: its TOML text, checked as the appraisal would read it."""

from __future__ import annotations

import tomllib
from typing import Annotated, Any

from pydantic import Field, model_validator

from beltroad.app.registry.sheets.cells import Key, Line, Note, Sheet
from beltroad.errors import ScenarioError

__all__ = ["ScenarioSheet", "scenario_of"]


class ScenarioSheet(Sheet):
    """A scenario that people share: name, description and the scenario file itself."""

    id: Key = Field(title="Id", description="short name, used in links")
    name: Line = Field(title="Name", min_length=1, description="name as shown")
    description: Note = Field("", title="Description", description="what it is for, in words")
    author: Line = Field("", title="Author", description="who answers for it")
    toml: Annotated[str, Field(max_length=200_000)] = Field(
        title="Scenario file", min_length=1, description="the scenario in TOML",
        json_schema_extra={"long": True},
    )  # fmt: skip
    note: Note = Field("", title="Note", description="remarks")

    @model_validator(mode="after")
    def _readable(self) -> ScenarioSheet:
        from beltroad.app.registry.sheets.project import refuse

        try:
            scenario_of(self.toml)
        except ScenarioError as error:
            refuse([(f"toml: {f.where}", f"{f.problem} {f.remedy}".strip()) for f in error.faults])
        except ValueError as error:
            refuse([("toml", str(error).removeprefix("toml: "))])
        return self


def scenario_of(text: str) -> Any:
    """The scenario in a TOML text; a base or accounts in other files are not allowed here.

    Raises
    ------
    InputError
        If it is not TOML, or with every fault of the scenario.
    """
    from beltroad.appraisal.scenario_file import parse_scenario
    from beltroad.errors import Fault, InputError

    try:
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"toml: not valid TOML: {error}") from None
    faults = [Fault("base", "another file cannot be named here.", "Write its content out.")]
    parameters = raw.get("parameters")
    own = isinstance(parameters, dict) and "trade_data" in parameters
    if "base" in raw or own:
        where = "base" if "base" in raw else "parameters.trade_data"
        raise ScenarioError("toml", [Fault(where, faults[0].problem, faults[0].remedy)])
    return parse_scenario(raw, source="toml")
