"""Levers by name, with assumptions and members from the bundled tables."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError, suggest
from beltroad.trade.levers.lever import Lever, Strength

__all__ = ["assumptions", "describe", "preset", "preset_names"]

ANYONE = "*"


@lru_cache(maxsize=1)
def _tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    return (
        evidence.load("lever_presets"),
        evidence.load("lever_assumptions").set_index("assumption"),
    )


def preset_names() -> tuple[str, ...]:
    """Names of the presets, in the order of the table."""
    return tuple(dict.fromkeys(str(name) for name in _tables()[0]["preset"]))


def assumptions(name: str) -> tuple[str, ...]:
    """Keys of the assumptions that a preset rests on; unknown names raise `InputError`."""
    return tuple(dict.fromkeys(str(a) for a in _rows(name)["assumption"]))


def _rows(name: str) -> pd.DataFrame:
    table = _tables()[0]
    if name not in preset_names():
        raise InputError(
            f"preset {name!r} is unknown. {suggest(name, preset_names())} "
            f"Presets: {', '.join(preset_names())}"
        )
    return table[table["preset"] == name]


def preset(
    name: str, *, level: str = "central", amounts: Mapping[str, float] | None = None
) -> tuple[Lever, ...]:
    """The levers of a preset.

    Parameters
    ----------
    level
        ``"low"``, ``"central"`` or ``"high"``.
    amounts
        Values to use in place of assumptions, by key, in the assumption's unit.

    Raises
    ------
    InputError
        If the preset, the level or an assumption is unknown, or a value is out of range.
    """
    table, mine = _tables()[1], dict(amounts or {})
    rows = _rows(name)
    if unknown := sorted(set(mine) - set(rows["assumption"])):
        raise InputError(
            f"preset {name!r} has no assumption {unknown[0]!r}. "
            f"{suggest(unknown[0], rows['assumption'])} "
            f"Assumptions: {', '.join(assumptions(name))}"
        )
    values = {str(r["assumption"]): r for r in table.reset_index().to_dict("records")}
    levers = []
    for row in rows.to_dict("records"):
        key = str(row["assumption"])
        record = values[key]
        strength = (
            Strength.exact(float(mine[key]))
            if key in mine
            else Strength(
                float(record["low"]),
                float(record["central"]),
                float(record["high"]),
                str(record["source"]),
                str(record["confidence"]),
            )
        )
        members, partners = str(row["members"]), str(row["partners"])
        levers.append(
            Lever(
                name=str(row["lever"]),
                kind=str(row["kind"]),
                strength=strength,
                within=() if partners else (members,),
                importers=(members,) if partners else (),
                exporters=(partners,) if partners not in ("", ANYONE) else (),
                both_directions=partners not in ("", ANYONE),
                industries=(str(row["industries"]),),
                unless_agreement=str(row["unless_agreement"]),
                level=level,
                title=str(row["title"]),
            )
        )
    return tuple(levers)


def describe() -> pd.DataFrame:
    """Every preset with its levers, members and values, for readers.

    Returns
    -------
    DataFrame
        ``preset, lever, kind, members, partners, industries, unless_agreement, assumption,
        unit, low, central, high, source, confidence, note, title``.
    """
    table, strength = _tables()
    return table.join(strength, on="assumption")[
        [
            "preset", "lever", "kind", "members", "partners", "industries", "unless_agreement",
            "assumption", "unit", "low", "central", "high", "source", "confidence", "note",
            "title",
        ]
    ]  # fmt: skip
