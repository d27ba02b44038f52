"""Policy levers of a scenario: ``[[levers]]`` tables, each a preset or spelled out.

A preset by name::

    [[levers]]
    preset = "rcep"
    level = "high"

and one spelled out::

    [[levers]]
    name = "Tariffs of the Central Asian economies on each other"
    within = ["KAZ", "KGZ", "TJK", "TKM", "UZB"]
    tariff_factor = 0.0
    days_cut = 1.0
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from beltroad.appraisal.scenario_parts import Level, Part, plain_text
from beltroad.errors import InputError, suggest
from beltroad.trade.levers import (
    INDUSTRY_GROUPS,
    Lever,
    Strength,
    economy_groups,
    preset,
    preset_names,
)

__all__ = ["AMOUNTS", "LeverPart", "levers_of"]

# Key of a scenario -> kind of lever. A factor is what is left of the tariff.
AMOUNTS = {
    "tariff_factor": "tariff_cut",
    "tariff_rate_pct": "tariff_rate",
    "border_cost_cut_pct": "border_cost",
    "days_cut": "border_days",
    "services_cost_cut_pct": "services_barrier",
    "data_cost_cut_pct": "data_barrier",
}
PLACES = ("within", "importers", "exporters")


def _preset(value: str) -> str:
    names = preset_names()
    if value not in names:
        hint = f"{suggest(value, names)} Use {', '.join(names)}.".strip()
        raise ValueError(f"{value!r} is not a preset. {hint}")
    return value


def _place(value: str, info: ValidationInfo) -> str:
    """An economy or a group of economies."""
    countries, groups = (info.context or {}).get("country"), economy_groups()
    if countries is not None and value not in countries and value not in groups:
        hint = f"{suggest(value, {*countries, *groups})} Groups: {', '.join(groups)}.".strip()
        raise ValueError(f"{value!r} is no economy and no group of economies. {hint}")
    return value


def _industry(value: str) -> str:
    known = {*INDUSTRY_GROUPS, *(code for group in INDUSTRY_GROUPS.values() for code in group)}
    if value not in known:
        hint = f"{suggest(value, known)} Groups: {', '.join(INDUSTRY_GROUPS)}.".strip()
        raise ValueError(f"{value!r} is no industry and no group of industries. {hint}")
    return value


Place = Annotated[str, AfterValidator(_place)]
Industry = Annotated[str, AfterValidator(_industry)]
CostCut = Annotated[float, Field(ge=0, le=50)]


class LeverPart(Part):
    """One policy lever, in the ``after`` state: a preset, or places, industries and amounts.

    ``amounts`` replaces assumptions of a preset, by key. Spelled out, ``within`` cuts among all
    of a group, ``importers`` and ``exporters`` along one direction (``both_directions``: both).
    Several amounts make several levers of one name (an agreement: tariffs and border costs).
    """

    preset: Annotated[str, AfterValidator(_preset)] | None = None
    level: Level = "central"
    amounts: Annotated[Mapping[str, float], Field(default_factory=dict)]
    name: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(plain_text)] | None = (
        None
    )
    within: tuple[Place, ...] = ()
    importers: tuple[Place, ...] = ()
    exporters: tuple[Place, ...] = ()
    both_directions: bool = False
    industries: tuple[Industry, ...] = ()
    unless_agreement: Literal["", "any", "deep"] = ""
    tariff_factor: Annotated[float, Field(ge=0, le=1)] | None = None
    tariff_rate_pct: Annotated[float, Field(ge=0, le=300)] | None = None
    border_cost_cut_pct: CostCut | None = None
    days_cut: Annotated[float, Field(ge=0, le=60)] | None = None
    services_cost_cut_pct: CostCut | None = None
    data_cost_cut_pct: CostCut | None = None

    @model_validator(mode="after")
    def _whole(self) -> LeverPart:
        given = [key for key in AMOUNTS if getattr(self, key) is not None]
        places = [key for key in PLACES if getattr(self, key)]
        if self.preset is not None:
            extra = [*given, *places]
            extra += [k for k in ("industries", "unless_agreement", "both_directions", "name")
                      if getattr(self, k)]  # fmt: skip
            if extra:
                raise ValueError(
                    f"{extra[0]} does not go with preset {self.preset!r}. Remove it, or spell the "
                    "lever out without a preset; amounts replaces assumptions of a preset."
                )
            try:
                preset(self.preset, level=self.level, amounts=self.amounts)
            except InputError as error:
                raise ValueError(str(error)) from None
            return self
        if self.amounts:
            raise ValueError("amounts belongs to a preset. Give preset, or tariff_factor etc.")
        if self.name is None:
            raise ValueError("a lever needs preset or name. Add one.")
        if not given:
            raise ValueError(f"a lever needs something to do. Give {', '.join(AMOUNTS)}.")
        if bool(self.within) == bool(self.importers or self.exporters):
            raise ValueError("a lever needs either within, or importers and exporters (or one).")
        if len(set(self.within)) == 1 and self.within[0] not in economy_groups():
            raise ValueError(f"within {self.within[0]!r} is one economy. Name two, or a group.")
        if self.within and self.both_directions:
            raise ValueError("both_directions goes with importers and exporters; within is both.")
        if self.tariff_factor is not None and self.tariff_rate_pct is not None:
            raise ValueError("give tariff_factor or tariff_rate_pct, not both.")
        return self

    def levers(self) -> tuple[Lever, ...]:
        """What the trade model works with."""
        if self.preset is not None:
            return preset(self.preset, level=self.level, amounts=self.amounts)
        out = []
        for key, kind in AMOUNTS.items():
            value = getattr(self, key)
            if value is None:
                continue
            amount = 100.0 * (1.0 - value) if key == "tariff_factor" else float(value)
            out.append(
                Lever(
                    name=self.name or "",
                    kind=kind,
                    strength=Strength.exact(amount),
                    within=self.within,
                    importers=self.importers,
                    exporters=self.exporters,
                    both_directions=self.both_directions,
                    industries=self.industries,
                    unless_agreement=self.unless_agreement,
                    level=self.level,
                )
            )
        return tuple(out)


def levers_of(parts: Sequence[LeverPart]) -> tuple[Lever, ...]:
    """The levers of a scenario, in its order."""
    return tuple(lever for part in parts for lever in part.levers())
