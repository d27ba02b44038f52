"""The part of a scenario that says what is uncertain and how often to draw."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, model_validator

from beltroad.appraisal.scenario_parts import Part
from beltroad.appraisal.uncertainty.distributions import (
    Discrete,
    Distribution,
    Fixed,
    LogNormal,
    Triangular,
    TruncatedNormal,
    TwoPiece,
    Uniform,
)
from beltroad.errors import InputError

__all__ = ["InputShape", "Uncertainty"]

# Parameters of each shape: those that are needed, those that may be given.
_SHAPES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "fixed": (("value",), ()),
    "uniform": (("low", "high"), ()),
    "triangular": (("low", "mode", "high"), ()),
    "two_piece": (("low", "central", "high"), ()),
    "truncated_normal": (("mean", "sd"), ("low",)),
    "lognormal": (("median", "sigma"), ()),
    "discrete": (("values", "weights"), ()),
}


class InputShape(Part):
    """Another distribution of an input: ``shape`` and the parameters that belong to it."""

    shape: Literal[
        "fixed", "uniform", "triangular", "two_piece", "truncated_normal", "lognormal", "discrete"
    ]
    value: float | None = None
    low: float | None = None
    mode: float | None = None
    central: float | None = None
    high: float | None = None
    mean: float | None = None
    sd: float | None = None
    median: float | None = None
    sigma: float | None = None
    values: tuple[float, ...] | None = None
    weights: tuple[float, ...] | None = None

    @model_validator(mode="after")
    def _fits(self) -> InputShape:
        given = {k for k, v in self.model_dump(exclude={"shape"}).items() if v is not None}
        needed, optional = _SHAPES[self.shape]
        if given - set(needed) - set(optional) or set(needed) - given:
            also = f" and may have {', '.join(optional)}" if optional else ""
            raise ValueError(f"shape {self.shape!r} needs {', '.join(needed)}{also}; nothing else")
        try:
            self.distribution()
        except InputError as error:
            raise ValueError(str(error)) from None
        return self

    def distribution(self) -> Distribution:
        """The distribution."""
        maker = {
            "fixed": Fixed, "uniform": Uniform, "triangular": Triangular, "two_piece": TwoPiece,
            "truncated_normal": TruncatedNormal, "lognormal": LogNormal, "discrete": Discrete,
        }[self.shape]  # fmt: skip
        parameters = self.model_dump(exclude={"shape"}, exclude_none=True)
        made: Distribution = maker(**parameters)
        return made


class Uncertainty(Part):
    """How uncertain assumptions are drawn.

    ``draws`` states of the world give the quantiles; for ``pairs`` of them each group
    of assumptions is also exchanged for that of an independent draw, which splits the variance.
    ``fixed`` names inputs, families (``theta``) or groups (``transit_times``) that are held at
    their central value; ``inputs`` gives inputs or families another distribution.
    """

    draws: Annotated[int, Field(ge=2, le=100_000)] = 200
    pairs: Annotated[int, Field(ge=0, le=100_000)] = 64
    fixed: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = ()
    inputs: Annotated[
        Mapping[Annotated[str, Field(min_length=1, max_length=100)], InputShape],
        Field(default_factory=dict),
    ]
