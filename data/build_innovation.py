"""Check and write ``innovation_units`` and ``innovation_moves``.

Joint laboratories, technology transfer centres, incubators and science parks, and the dated
statements from which their stage follows. Facts stand in ``facts/people/innovation_*.csv``.

Run: ``python data/build_innovation.py``.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from _common import write_table

FOLDER = Path(__file__).resolve().parent / "facts" / "people"
SCRIPT = "data/build_innovation.py"
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
KINDS = {"joint_laboratory", "technology_transfer", "incubator", "science_park"}
STAGES = ("research", "pilot", "application", "promotion")
BASES = {"opened", "seen", "reported"}
UNITS = {
    "unit_id": ("-", "key"),
    "kind": ("-", "joint_laboratory, technology_transfer, incubator or science_park"),
    "name": ("-", "name"),
    "iso3": ("-", "economy where it stands, ISO 3166-1 alpha-3; empty: several"),
    "place": ("-", "town"),
    "field": ("-", "what it works on"),
    "run_by": ("-", "who runs it; with semicolons"),
    "source_title": ("-", "publication"),
    "source_url": ("-", "where it was read; empty if the copy's address is left out"),
    "source_date": ("-", "date of it; empty if not printed"),
    "more_sources": ("-", "addresses of further sources"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "what to know"),
}
MOVES = {
    "unit_id": ("-", "key of innovation_units"),
    "at": ("-", "date of the move, or on which the stage was seen, YYYY[-MM[-DD]]"),
    "from_stage": ("-", "stage before; empty for the first"),
    "to_stage": ("-", ", ".join(STAGES)),
    "basis": ("-", "opened: begins then; seen: was in that stage by then; reported: a result is"),
    "reason": ("-", "what the source says"),
    "source_title": ("-", "publication"),
    "source_url": ("-", "where it was read; empty if the copy's address is left out"),
}


def read(name: str) -> pd.DataFrame:
    """A table of text; no cell is turned into something else."""
    return pd.read_csv(FOLDER / name, dtype=str, keep_default_na=False)


def faults_of(units: pd.DataFrame, moves: pd.DataFrame, sources: set[str]) -> list[str]:
    """Everything that is wrong."""
    found = [f"{each}: given twice" for each in units["unit_id"][units["unit_id"].duplicated()]]
    for row in units.to_dict("records"):
        if row["kind"] not in KINDS or row["confidence"] not in ("high", "medium", "low"):
            found.append(f"{row['unit_id']}: kind {row['kind']!r}, {row['confidence']!r}")
        if not row["sources"] or set(row["sources"].split()) - sources:
            found.append(f"{row['unit_id']}: sources {row['sources']!r}")
    found += [f"move of {each}" for each in set(moves["unit_id"]) - set(units["unit_id"])]
    found += [f"{each}: no stage" for each in set(units["unit_id"]) - set(moves["unit_id"])]
    for unit, rows in moves.groupby("unit_id", sort=False):
        stage, at = "", ""
        for row in rows.to_dict("records"):
            if not DATE.fullmatch(row["at"]) or row["at"] < at:
                found.append(f"{unit}: {row['at']!r} after {at!r}")
            if row["to_stage"] not in STAGES or row["from_stage"] != stage:
                found.append(f"{unit}: {row['from_stage']!r} to {row['to_stage']!r}")
            if row["basis"] not in BASES or not row["reason"] or row["source"] not in sources:
                found.append(f"{unit}: {row}")
            stage, at = row["to_stage"], row["at"]
    return found


def main() -> None:
    """Check, then write both tables."""
    units, moves = read("innovation_units.csv"), read("innovation_moves.csv")
    sources = read("innovation_sources.csv").set_index("source_id")
    found = faults_of(units, moves, set(sources.index))
    used = {key for text in units["sources"] for key in text.split()} | set(moves["source"])
    found += [f"source {each} is not used" for each in set(sources.index) - used]
    if found:
        raise SystemExit("\n".join(found))
    keys = units["sources"].str.split()
    for column, at in (("source_title", "title"), ("source_url", "url"), ("source_date", "date")):
        units[column] = keys.str[0].map(sources[at])
        moves[column] = moves["source"].map(sources[at])
    units["more_sources"] = [" ".join(sources.at[key, "url"] for key in each[1:]) for each in keys]
    described = [
        {
            "title": f"{len(sources)} reports and notices, named in each row",
            "url": "",
            "licence": "single figures cited",
            "vintage": "2014-2025",
        }
    ]
    write_table(
        "innovation_units",
        units[list(UNITS)],
        title="Joint laboratories, technology transfer centres, incubators and science parks",
        script=SCRIPT,
        columns=UNITS,
        sources=described,
        notes="A selection of what could be read; more than 70 joint laboratories are said to "
        "exist (claim chinaorg-2025-01-15-01).",
    )
    write_table(
        "innovation_moves",
        moves[list(MOVES)],
        title="Stages of joint laboratories and centres, as dated statements",
        script=SCRIPT,
        columns=MOVES,
        sources=described,
        notes="The stage is our reading of what a source says: research (joint study), pilot "
        "(trial plant, prototype, demonstration), application (in use by firms or services), "
        "promotion (passed on beyond the first users). Most units have one statement only.",
    )


if __name__ == "__main__":
    main()
