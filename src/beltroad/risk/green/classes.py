"""Classes of the Green Development Guidance: red, yellow, green over three effects.

A project type has an effect on climate, pollution and biodiversity. The baseline study of
December 2020 puts a project into

* red, where significant and irreversible harm threatens in one effect or more,
* yellow, where no harm is significant and what is left can be mitigated within the project,
* green, where there is no significant harm and a contribution to at least one effect.

Mitigation to accepted standards can move a type up. Harm to an ecologically important area is red,
whatever the type and the mitigation.

Source: BRI International Green Development Coalition (2020), Green Development Guidance for BRI
Projects, Baseline Study Report, as reported in the sources of table ``green_classes``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from beltroad import evidence
from beltroad.errors import InputError, suggest

__all__ = ["CLASSES", "EFFECTS", "GreenType", "class_of", "green_type", "green_types", "type_of"]

EFFECTS = ("climate", "pollution", "biodiversity")
CLASSES = ("red", "yellow", "green")
LEVELS = {
    "significant": "significant harm",
    "moderate": "moderate harm",
    "none": "no harm",
    "positive": "a contribution",
}


@dataclass(frozen=True)
class GreenType:
    """One project type of the table ``green_classes``.

    ``before`` and ``after`` are effects in the order of ``EFFECTS``; ``after`` and ``class_after``
    are empty where no mitigation is known to move the type.
    """

    key: str
    title: str
    excluded: bool
    before: tuple[str, ...]
    after: tuple[str, ...]
    reasons: tuple[str, ...]
    mitigation: str
    class_before: str
    class_after: str
    basis: str
    source: str
    confidence: str
    note: str


def class_of(effects: Mapping[str, str]) -> str:
    """Class of a project from its three effects.

    Parameters
    ----------
    effects
        ``significant``, ``moderate``, ``none`` or ``positive`` for climate, pollution and
        biodiversity.

    Raises
    ------
    InputError
        If an effect is missing or unknown.
    """
    if set(effects) != set(EFFECTS) or not set(effects.values()) <= set(LEVELS):
        raise InputError(
            f"effects must be {', '.join(EFFECTS)}, each one of {', '.join(LEVELS)}, not "
            f"{dict(effects)!r}"
        )
    levels = set(effects.values())
    if "significant" in levels:
        return "red"
    return "green" if "moderate" not in levels and "positive" in levels else "yellow"


@lru_cache(maxsize=1)
def green_types() -> dict[str, GreenType]:
    """All project types by key."""
    return {row["type"]: _type(row) for row in evidence.load("green_classes").to_dict("records")}


def _type(row: Mapping[Any, Any]) -> GreenType:
    address = f" <{row['source_url']}>" if row["source_url"] else ""
    moved = bool(row["class_after"])
    return GreenType(
        key=row["type"],
        title=row["title"],
        excluded=row["excluded"] == "yes",
        before=tuple(row[e] for e in EFFECTS),
        after=tuple(row[f"{e}_after"] for e in EFFECTS) if moved else (),
        reasons=tuple(row[f"{e}_reason"] for e in EFFECTS),
        mitigation=row["mitigation"],
        class_before=row["class_before"],
        class_after=row["class_after"],
        basis=row["basis"],
        source=f"{row['source_title']}{address}",
        confidence=row["confidence"],
        note=row["note"],
    )


def green_type(key: str) -> GreenType:
    """One project type.

    Raises
    ------
    InputError
        If there is none of that key.
    """
    known = green_types()
    if key not in known:
        raise InputError(
            f"no project type {key!r}. {suggest(key, known)} Types: {', '.join(known)}"
        )
    return known[key]


@lru_cache(maxsize=1)
def _rules() -> list[tuple[int, str, re.Pattern[str], str]]:
    table = evidence.load("green_type_rules").sort_values("order")
    return [
        (int(r["order"]), r["field"], re.compile(r["pattern"], re.IGNORECASE), r["type"])
        for r in table.to_dict("records")
    ]


def type_of(
    *, name: str = "", kind: str = "", mode: str = "", effect: str = ""
) -> tuple[str, str] | None:
    """Type of a project by its name, kind, or mode and effect; the first rule that fits counts.

    Returns
    -------
    Type and the rule in words, or None where no rule fits.
    """
    texts = {
        "name": name,
        "kind": kind,
        "mode_effect": f"{mode} {effect}" if mode else "",
        "mode_name": f"{mode} {name}" if mode else "",
    }
    for order, field, pattern, found in _rules():
        text = texts[field]
        if not text:
            continue
        whole = field in ("kind", "mode_effect")
        match = pattern.fullmatch(text) if whole else pattern.search(text)
        if match is None:
            continue
        what = field.replace("_", " and ")
        seen = match.group(0) if field == "name" else text
        return found, f"rule {order}: {what} {seen!r}"
    return None
