"""Green class of a project, and what building it emits."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from beltroad.app.answers import Figure, Origin
from beltroad.app.questions.projects.listing import Words

__all__ = ["green_figures"]


def green_figures(row: Mapping[Hashable, Any], say: Words) -> list[Figure]:
    """The class before and with documented mitigation, and tonnes of building as a range."""
    from beltroad.risk.green import classify, construction_emissions

    table = pd.DataFrame([dict(row)])
    found = classify(table).iloc[0]
    built = construction_emissions(table.assign(green_type=found["green_type"])).iloc[0]
    reasons = [(say(f"projects.effect_on_{e}"), f"{found[e]}: {found[f'{e}_reason']}")
               for e in ("climate", "pollution", "biodiversity") if found[e]]  # fmt: skip
    origin = Origin(
        kind="computed", method="green", source=str(found["source"]),
        formula=str(found["type_rule"]), inputs=tuple(reasons),
        note="; ".join(filter(None, [
            str(found["reason"]), f"basis: {found['basis']}" if found["basis"] else "",
            f"confidence: {found['confidence']}" if found["confidence"] else "",
            f"important area touched: {found['area_rule']}",
        ])),
    )  # fmt: skip
    out = []
    for name in ("class_before", "class_if_mitigated"):
        value = str(found[name])
        shown = say(f"projects.green_{value}") if value else None
        out.append(Figure(id=name, label=say(f"projects.{name}"), value=shown, origin=origin))
    low, middle, high = (
        float(built[f"construction_{bound}_t"]) for bound in ("low", "central", "high")
    )
    if middle == middle:
        out.append(
            Figure(
                id="construction", label=say("projects.construction"), value=middle / 1e3,
                unit="kt CO2e", low=low / 1e3, high=high / 1e3,
                origin=Origin(
                    kind="computed", method="green", source=str(built["source"]),
                    formula=str(built["construction_basis"]),
                    note="; ".join(filter(None, [
                        f"confidence: {built['confidence']}" if built["confidence"] else "",
                        say("projects.by_cost_alone")
                        if built["construction_fallback"] == "yes" else "",
                    ])),
                ),
            )
        )  # fmt: skip
    return out
