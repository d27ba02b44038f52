"""What the parts of a scenario file share: codes that must be known, and a frozen model."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationInfo

from beltroad.errors import suggest

__all__ = [
    "AnyProject", "Border", "Corridor", "Country", "Level", "Part", "Port", "ProjectId", "Stop",
    "known", "plain_text",
]  # fmt: skip

Level = Literal["low", "central", "high"]


def known(kind: str) -> AfterValidator:
    """A code that must be among those the bundled tables know."""

    def check(value: str, info: ValidationInfo) -> str:
        codes = (info.context or {}).get(kind)
        if codes is not None and value not in codes:
            raise ValueError(f"{value!r} is not a known {kind}. {suggest(value, codes)}".strip())
        return value

    return AfterValidator(check)


def _one_place(value: str, info: ValidationInfo) -> str:
    """A place of which there is one: two cities may share a name."""
    shared = (info.context or {}).get("shared_name", {}).get(value)
    if shared:
        raise ValueError(f"{value!r} may be {' or '.join(shared)}. Give the id.")
    return value


def plain_text(value: str) -> str:
    """Text that no spreadsheet takes for a formula when it opens a table."""
    if value[:1] in "=+-@\t\r" or not value.isprintable():
        raise ValueError(
            f"{value!r:.60} begins like a formula or has control characters. "
            "Begin with a letter or digit."
        )
    return value


Country = Annotated[str, known("country")]
ProjectId = Annotated[str, known("project")]
AnyProject = Annotated[str, known("project or inline project")]
Border = Annotated[str, known("border")]
Corridor = Annotated[str, known("corridor")]
Port = Annotated[str, known("port")]
Stop = Annotated[str, known("place"), AfterValidator(_one_place)]


class Part(BaseModel):
    """A part of a scenario: frozen, no unknown keys, no infinities."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
