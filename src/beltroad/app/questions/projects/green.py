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
        kind="computed", method="green", **_cited(str(found["source"])),
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
                    kind="computed", method="green", **_cited(str(built["source"])),
                    formula="sum over works of quantity x emissions per unit, at the low, central "
                            "and high factor of each",
                    inputs=_factors(str(built["construction_kind"]),
                                    str(built["construction_basis"])),
                    note="; ".join(filter(None, [
                        f"confidence: {built['confidence']}" if built["confidence"] else "",
                        say("projects.by_cost_alone")
                        if built["construction_fallback"] == "yes" else "",
                    ])),
                ),
            )
        )  # fmt: skip
    return out


def _cited(source: str) -> dict[str, str]:
    """Title and address of ``title <address>``, with the date that the tables have of it."""
    from beltroad import evidence

    title, _, url = source.split("; ")[0].removesuffix(">").partition(" <")
    dates = (
        str(row["source_date"])
        for name in ("green_classes", "green_construction")
        for row in evidence.load(name).to_dict("records")
        if url and row["source_url"] == url
    )
    date = next(dates, "")
    whole = source if "; " in source else title
    return {"source": whole, "url": url, "as_of": "" if date == "nan" else date}


def _factors(kinds: str, works: str) -> tuple[tuple[str, str], ...]:
    """What was multiplied: the works, and the factor of each kind of them."""
    from beltroad import evidence

    known = {str(r["title"]): r for r in evidence.load("green_construction").to_dict("records")}
    told = [("works", works)]
    for row in (known[title] for title in kinds.split("; ") if title in known):
        low, central, high = (f"{float(row[b]):,.6g}" for b in ("low", "central", "high"))
        told.append((str(row["title"]), f"{central} ({low} to {high}) {row['unit']}"))
    return tuple(told)
