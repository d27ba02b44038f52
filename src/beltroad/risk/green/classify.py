"""Projects into the classes of the Green Development Guidance, each with its reasons in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from beltroad.errors import InputError
from beltroad.risk.green.areas import Area, crosses, parse_way
from beltroad.risk.green.classes import EFFECTS, LEVELS, GreenType, green_type, type_of
from beltroad.risk.green.construction import construction_emissions

__all__ = ["COLUMNS", "classified", "classify"]

COLUMNS = (
    "id", "name", "green_type", "type_title", "type_rule", "class_before", "class_after",
    "class_if_mitigated", *EFFECTS, *(f"{e}_reason" for e in EFFECTS), "mitigation_used",
    "mitigation_needed", "area_rule", "area", "excluded", "reason", "basis", "source",
    "confidence",
)  # fmt: skip


def classify(projects: pd.DataFrame, *, areas: Sequence[Area] = ()) -> pd.DataFrame:
    """Class of each project before and after mitigation, with reasons.

    Parameters
    ----------
    projects
        Column ``id`` and any of ``name``, ``mode``, ``effect``, ``kind``, ``waypoints``
        (``lat,lon;...``), ``green_type`` (goes before the rules), ``protected_area``
        (yes, no or empty), ``area_name``, ``mitigation`` (yes where it is documented) and
        ``mitigation_note``.
    areas
        Ecologically important areas that the ways must not cross.

    Returns
    -------
    DataFrame
        One row a project in their order, columns ``COLUMNS``. ``class_after`` counts mitigation
        only where ``mitigation`` is yes; ``class_if_mitigated`` is what it would lead to.
        ``area_rule`` is yes (red, whatever else), no, or unknown where nothing was said. Where no
        rule finds a type, classes are empty.

    Raises
    ------
    InputError
        If a type is unknown, a flag is no yes or no, or waypoints cannot be read; all at once.
    """
    if "id" not in projects:
        raise InputError("projects to classify need a column id")
    rows, faults = [], []
    for row in projects.to_dict("records"):
        try:
            rows.append(_of_row(row, areas))
        except InputError as fault:
            faults.append(f"{row['id']}: {fault}")
    if faults:
        raise InputError("\n".join(faults))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def classified(projects: pd.DataFrame, *, areas: Sequence[Area] = ()) -> pd.DataFrame:
    """Classes as :func:`classify` gives them, with the emissions of building each project."""
    classes = classify(projects, areas=areas)
    # A type found by rule decides how a power plant is counted.
    built = construction_emissions(projects.assign(green_type=classes["green_type"]))
    built = built.rename(
        columns={"confidence": "construction_confidence", "source": "construction_source"}
    )
    return classes.join(built.drop(columns="id"))


def _of_row(row: Mapping[Any, Any], areas: Sequence[Area]) -> dict[str, Any]:
    flags = {key: _flag(row, key) for key in ("protected_area", "mitigation")}
    rule, place = _area_rule(row, flags["protected_area"], areas)
    found = _type(row)
    out = dict.fromkeys(COLUMNS, "") | {
        "id": str(row["id"]), "name": _text(row, "name"), "area_rule": rule, "area": place,
    }  # fmt: skip
    if found is None:
        why = "no rule finds its type: give green_type"
        if rule == "yes":
            out |= dict.fromkeys(("class_before", "class_after", "class_if_mitigated"), "red")
            why = f"{_area_words(place)}; {why}"
        return out | {"reason": why}
    kind, by = found
    mitigated = flags["mitigation"] == "yes" and bool(kind.class_after)
    effects = kind.after if mitigated else kind.before
    possible = kind.class_after or kind.class_before
    classes = (kind.class_before, possible if mitigated else kind.class_before, possible)
    if rule == "yes":
        classes = ("red", "red", "red")
    return out | {
        "green_type": kind.key,
        "type_title": kind.title,
        "type_rule": by,
        **dict(zip(("class_before", "class_after", "class_if_mitigated"), classes, strict=True)),
        **dict(zip(EFFECTS, effects, strict=True)),
        **{f"{e}_reason": r for e, r in zip(EFFECTS, kind.reasons, strict=True)},
        "mitigation_used": (_text(row, "mitigation_note") or kind.mitigation) if mitigated else "",
        "mitigation_needed": "" if mitigated else kind.mitigation,
        "excluded": "yes" if kind.excluded else "no",
        "reason": _reason(kind, rule, place, flags["mitigation"]),
        "basis": kind.basis,
        "source": kind.source,
        "confidence": kind.confidence,
    }


def _reason(kind: GreenType, rule: str, place: str, mitigation: str) -> str:
    """The class in words, what weighs most first."""
    said = []
    if rule == "yes":
        said.append(f"{_area_words(place)}, which is red whatever the type and the mitigation")
    worst = "significant" if "significant" in kind.before else "moderate"
    told = [
        f"{e}: {LEVELS[level]} ({r})"
        for wanted in (worst, "positive")
        for e, level, r in zip(EFFECTS, kind.before, kind.reasons, strict=True)
        if level == wanted
    ]
    said.append(f"{kind.title}: {', '.join(told) or 'neither harm nor a contribution'}")
    if kind.excluded:
        said.append("on the exclusion list that is reported of the study")
    if kind.class_after:
        done = "leads" if mitigation == "yes" else "is not documented; it would lead"
        said.append(f"mitigation {done} to {kind.class_after}: {kind.mitigation}")
    elif mitigation == "yes":
        said.append("no mitigation is known to move this type")
    if rule == "unknown":
        said.append("ecologically important areas were not looked at")
    return "; ".join(said)


def _area_words(place: str) -> str:
    return f"touches an ecologically important area{f' ({place})' if place else ''}"


def _type(row: Mapping[Any, Any]) -> tuple[GreenType, str] | None:
    given = _text(row, "green_type")
    if given:
        return green_type(given), "given"
    found = type_of(
        name=_text(row, "name"), kind=_text(row, "kind"), mode=_text(row, "mode"),
        effect=_text(row, "effect"),
    )  # fmt: skip
    return None if found is None else (green_type(found[0]), found[1])


def _area_rule(row: Mapping[Any, Any], flag: str, areas: Sequence[Area]) -> tuple[str, str]:
    """yes, no or unknown; and the areas that are touched.

    What the user says goes before geometry only where it says yes: a polygon that is crossed
    stays crossed.
    """
    ways = _text(row, "waypoints")
    hit: list[str] = []
    if areas and ways:
        way = parse_way(ways)
        hit = [area.name for area in areas if crosses(way, area)]
    if flag == "yes" or hit:
        named = [_text(row, "area_name")] if flag == "yes" else []
        return "yes", "; ".join(dict.fromkeys(filter(None, [*named, *hit])))
    return ("no" if flag == "no" or (areas and ways) else "unknown"), ""


def _text(row: Mapping[Any, Any], key: str) -> str:
    value = row.get(key, "")
    return value.strip() if isinstance(value, str) else ""


def _flag(row: Mapping[Any, Any], key: str) -> str:
    value = row.get(key, "")
    if isinstance(value, bool):
        return "yes" if value else "no"
    text = _text(row, key).casefold()
    if text not in ("", "yes", "no"):
        raise InputError(f"{key} {value!r} must be yes, no or empty")
    return text
