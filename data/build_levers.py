"""Build ``lever_presets`` and ``lever_assumptions``: policy levers by name, and their strength.

A preset is one or more levers; each names a group of ``agreement_members`` and an assumption with
a low, central and high value. Run: ``python data/build_levers.py`` (``--check`` only reports).
"""

from __future__ import annotations

import sys

import pandas as pd

from _common import write_table
from _policy import CONFIDENCE, facts, sources

KINDS = {
    "tariff_cut": "percent of the tariff",
    "border_cost": "percent of delivered cost",
    "border_days": "days",
    "services_barrier": "percent of delivered cost",
    "data_barrier": "percent of delivered cost",
}
INDUSTRIES = {
    "goods", "agriculture", "minerals", "manufactures", "services", "market_services",
    "digital_services",
}  # fmt: skip
ALL = "*"
DEPTHS = {"", "any", "deep"}
ASSUMPTIONS = {
    "assumption": ("-", "short name"),
    "unit": ("-", "unit of low, central and high"),
    "low": ("see unit", "weak effect"),
    "central": ("see unit", "central value"),
    "high": ("see unit", "strong effect"),
    "source": ("-", "key of the source"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "how the values follow from the source"),
}
PRESETS = {
    "preset": ("-", "name of the preset; one row a lever"),
    "lever": ("-", "name of the lever"),
    "kind": ("-", ", ".join(KINDS)),
    "members": ("-", "group of agreement_members; each with each where partners is empty"),
    "partners": (
        "-",
        "group; every member with every partner, both ways. '*': imports of members from anywhere",
    ),
    "industries": ("-", "group of industries"),
    "unless_agreement": ("-", "pairs left alone: with a deep agreement, with any, or none"),
    "assumption": ("-", "key of lever_assumptions"),
    "title": ("-", "what the preset is"),
}


def assumptions() -> tuple[pd.DataFrame, list[str]]:
    """The assumptions as numbers, and their faults."""
    table = facts("lever_assumptions")
    levels = ["low", "central", "high"]
    table[levels] = table[levels].apply(pd.to_numeric)
    found = [f"{a}: given twice" for a in table.loc[table["assumption"].duplicated(), "assumption"]]
    ordered = (table["low"] <= table["central"]) & (table["central"] <= table["high"])
    ordered &= (table["low"] >= 0) & (table["high"] <= 100)
    found += [f"{a}: not 0 <= low <= central <= high" for a in table.loc[~ordered, "assumption"]]
    found += [f"confidence {c!r}" for c in set(table["confidence"]) - CONFIDENCE]
    return table[list(ASSUMPTIONS)], found


def presets(strength: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """The presets, and their faults."""
    table, unit = facts("lever_presets"), strength.set_index("assumption")["unit"]
    groups = set(facts("agreement_members")["group"])
    found = []
    for row in table.to_dict("records"):
        name = f"{row['preset']}/{row['lever']}"
        if row["kind"] not in KINDS or row["assumption"] not in unit.index:
            found.append(f"{name}: kind or assumption unknown")
        elif unit[row["assumption"]] != KINDS[row["kind"]]:
            found.append(f"{name}: {row['kind']} cannot be {unit[row['assumption']]!r}")
        if row["members"] not in groups or row["partners"] not in groups | {"", ALL}:
            found.append(f"{name}: group unknown")
        if row["industries"] not in INDUSTRIES or row["unless_agreement"] not in DEPTHS:
            found.append(f"{name}: industries or unless_agreement unknown")
    twice = table.duplicated(["preset", "lever"])
    found += [f"{lever}: given twice" for lever in table.loc[twice, "lever"]]
    return table[list(PRESETS)], found


def main() -> int:
    """Check, report, write."""
    strength, first = assumptions()
    named, second = presets(strength)
    if faults := first + second:
        print(f"levers: {len(faults)} faults", *faults, sep="\n  ", file=sys.stderr)
        return 1
    print(f"{named['preset'].nunique()} presets, {len(named)} levers, {len(strength)} assumptions")
    if "--check" in sys.argv:
        return 0
    write_table(
        "lever_assumptions",
        strength,
        title="How strong policy levers are: low, central and high",
        script="data/build_levers.py",
        sources=sources(set(strength["source"])),
        columns=ASSUMPTIONS,
        notes="Estimates of trade effects are turned to delivered cost by the uniform trade "
        "elasticity 4.55. Most derived values rest on an imputed step that the note names.",
    )
    write_table(
        "lever_presets",
        named,
        title="Policy levers by name",
        script="data/build_levers.py",
        sources=sources({"imputed"}),
        columns=PRESETS,
        notes="Numbers are in lever_assumptions, members in agreement_members.",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
