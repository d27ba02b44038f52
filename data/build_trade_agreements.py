"""Build ``trade_agreements`` and ``agreement_members`` from the tables under ``facts/``.

An agreement is one row: its members, and its partners where it joins two sides (each member with
each partner). ``EUN`` in the facts stands for the European Union and is written out here.
Run: ``python data/build_trade_agreements.py`` (``--check`` reports without writing).
"""

from __future__ import annotations

import re
import sys

import pandas as pd

from _common import write_table
from _policy import CONFIDENCE, economies, expand, facts, sources

KINDS = {"CU", "FTA", "PSA", "unilateral"}
DEPTHS = {"deep", "shallow"}
LEAST_AGREEMENTS = 200
AGREEMENTS = {
    "agreement": ("-", "short name"),
    "name": ("-", "name of the agreement"),
    "kind": (
        "-",
        "CU customs union, FTA free trade agreement, PSA partial scope; unilateral: members give, "
        "partners receive",
    ),
    "depth": ("-", "deep: far beyond tariffs; shallow: mostly tariffs (own judgement)"),
    "members": ("-", "ISO codes; each with each where partners is empty"),
    "partners": ("-", "ISO codes; each member with each partner"),
    "in_force": ("-", "day of entry into force; empty: by in_force_by"),
    "in_force_by": ("year", "year by which it is in force"),
    "source": ("-", "key of the source"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "remarks"),
}
MEMBERS = {
    "group": ("-", "group of economies that a lever may name"),
    "iso3": ("-", "ISO 3166-1 alpha-3 code"),
    "since": ("-", "date of the status: year, month or day; empty where there is none"),
    "status": ("-", "in force, signed, applied, accession working group, memorandum, ..."),
    "source": ("-", "key of the source"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "remarks"),
}
DAY = re.compile(r"(19|20)\d\d-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
DATE = re.compile(r"|(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")


def agreement_faults(row: dict[str, str], known: set[str]) -> list[str]:
    """Faults of one agreement whose codes are written out."""
    members, partners = row["members"].split(), row["partners"].split()
    unknown = {*members, *partners} - known
    found = [f"unknown codes {sorted(unknown)}"] if unknown else []
    if not members or (len(members) < 2 and not partners):
        found.append("no pair")
    if len(set(members)) < len(members) or len(set(partners)) < len(partners):
        found.append("a code is given twice")
    if row["kind"] not in KINDS or row["depth"] not in DEPTHS:
        found.append(f"kind {row['kind']!r} or depth {row['depth']!r}")
    if row["kind"] == "unilateral" and not partners:
        found.append("a unilateral scheme needs partners")
    if row["in_force"] and not DAY.fullmatch(row["in_force"]):
        found.append(f"in_force {row['in_force']!r}")
    if row["in_force"] and row["in_force"][:4] != row["in_force_by"]:
        found.append("in_force and in_force_by disagree")
    if row["confidence"] not in CONFIDENCE:
        found.append(f"confidence {row['confidence']!r}")
    if row["source"] == "not_read" and row["confidence"] == "high":
        found.append("high confidence without a source read")
    return found


def agreements(known: set[str]) -> tuple[pd.DataFrame, list[str]]:
    """The agreements with codes written out, and their faults."""
    table = facts("trade_agreements")
    for column in ("members", "partners"):
        table[column] = [" ".join(expand(codes)) for codes in table[column]]
    found = [f"{a}: given twice" for a in table.loc[table["agreement"].duplicated(), "agreement"]]
    for record in table.to_dict("records"):
        row = {str(k): str(v) for k, v in record.items()}
        found += [f"{row['agreement']}: {fault}" for fault in agreement_faults(row, known)]
    if len(table) < LEAST_AGREEMENTS:
        found.append(f"only {len(table)} agreements")
    table["in_force_by"] = table["in_force_by"].astype(int)
    return table[list(AGREEMENTS)], found


def members(known: set[str]) -> tuple[pd.DataFrame, list[str]]:
    """The groups with their dated members, and their faults."""
    table = facts("agreement_members")
    found = [f"{c}: unknown code" for c in sorted(set(table["iso3"]) - known)]
    twice = table.duplicated(["group", "iso3"])
    found += [f"{g}: given twice" for g in table.loc[twice, "group"]]
    found += [f"since {d!r}" for d in table["since"] if not DATE.fullmatch(d)]
    found += [f"confidence {c!r}" for c in set(table["confidence"]) - CONFIDENCE]
    return table[list(MEMBERS)], found


def main() -> int:
    """Check, report, write."""
    known = set(economies().index)
    pacts, first = agreements(known)
    groups, second = members(known)
    if faults := first + second:
        print(f"trade_agreements: {len(faults)} faults", *faults, sep="\n  ", file=sys.stderr)
        return 1
    print(f"{len(pacts)} agreements; {groups['group'].nunique()} groups, {len(groups)} members")
    if "--check" in sys.argv:
        return 0
    write_table(
        "trade_agreements",
        pacts,
        title="Trade agreements and preference schemes in force in 2022",
        script="data/build_trade_agreements.py",
        sources=sources(set(pacts["source"])),
        columns=AGREEMENTS,
        notes="Agreements up to 2016 are those of the World Bank's Deep Trade Agreements "
        "database, which names one agreement per pair; later ones are added by hand. Left out: "
        "the Global System of Trade Preferences and the Latin American Integration Association "
        "as such (small preferences), the European Union's agreement with Syria, RCEP (its cuts "
        "had only begun in 2022), the African Continental Free Trade Area (hardly any trade "
        "under it in 2022). Depth is a judgement from the kind of agreement, not a count of "
        "provisions.",
    )
    write_table(
        "agreement_members",
        groups,
        title="Members of agreements and programmes that policy levers name, with dates",
        script="data/build_trade_agreements.py",
        sources=sources(set(groups["source"])),
        columns=MEMBERS,
        notes="Members of the Silk Road e-commerce programme agree in number with two published "
        "counts; names and months were not read.",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
