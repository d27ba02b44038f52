"""A project of the registry as a scenario's own project."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from beltroad.app.registry.records import Record

__all__ = ["inline_of"]

_NUMBERS = ("length_km", "speed_before_kmh", "speed_after_kmh", "hours_saved_terminal",
            "cost_usd_bn")  # fmt: skip
_WHY_NOT = {
    "capacity": "it adds capacity, which hours do not depend on",
    "none": "it does not act on freight",
}


def inline_of(record: Record | Mapping[str, Any]) -> dict[str, Any] | list[str]:
    """A project as ``projects.inline`` of a scenario wants it, or the reasons why it cannot be.

    Give a record, or its data. Countries and the shape are checked as the scenario would check
    them; an id that the bundled table has already is named there with ``projects.include``.
    """
    from pydantic import ValidationError

    from beltroad.appraisal.scenario import InlineProject
    from beltroad.appraisal.scenario_file import known_codes
    from beltroad.infrastructure.projects.record import parse_waypoints
    from beltroad.validation import fault_of

    data = record.data if isinstance(record, Record) else record
    why = []
    if str(data.get("id")) in known_codes()["project"]:
        why.append(f"{data.get('id')} is a bundled project; name it in projects.include")
    if (effect := str(data.get("effect"))) in _WHY_NOT:
        why.append(_WHY_NOT[effect])
    if data.get("freight") == "no":
        why.append("it carries no freight")
    if data.get("mode") not in ("rail", "road", "water", "port", "dryport"):
        why.append(f"mode {data.get('mode')}: no such project can be added to the network")
    if why:
        return why
    out: dict[str, Any] = {
        "id": data["id"], "name": data["name"], "mode": data["mode"], "effect": effect,
        "countries": str(data["countries"]).split(";"),
        "waypoints": [[float(a), float(b)] for a, b in parse_waypoints(str(data["waypoints"]))],
    }  # fmt: skip
    for name in _NUMBERS:
        if _known(data.get(name)):
            out[name] = float(data[name])
    if _known(data.get("gauge_mm")) and data["mode"] == "rail":
        out["gauge_mm"] = int(data["gauge_mm"])
    if _known(data.get("year_open")):
        out["year_open"] = int(data["year_open"])
    if data.get("locode") and data["mode"] in ("port", "dryport"):
        out["locode"] = data["locode"]
    try:
        InlineProject.model_validate(out, context=known_codes())
    except ValidationError as error:
        return [str(fault_of(e, InlineProject, root="project")) for e in error.errors()]
    return out


def _known(value: object) -> bool:
    return value is not None and not (isinstance(value, float) and math.isnan(value))
