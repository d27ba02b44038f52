"""Build ``policy_instruments`` and ``policy_facts``: dated facts of countries and pairs.

The facts stand in ``facts/policy/<topic>_facts.csv``, their instruments and sources beside them.
Every row is checked: codes, dates, vocabularies, a source; all faults are listed, not the first.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts"
FOLDER = FACTS / "policy"
SCRIPT = "data/build_policy_facts.py"
DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
TERM = re.compile(r"[a-z0-9_]+=[^;=]+(;[a-z0-9_]+=[^;=]+)*")
KINDS = {"multilateral", "bilateral", "unilateral"}
PILLARS = {"policy", "infrastructure", "trade", "finance", "people", "risk"}
STATUS = {"in_force", "signed", "ended", "suspended"}
CONFIDENCE = {"high", "medium", "low"}
COVERAGE = {"complete", "partial"}
INSTRUMENT = {
    "instrument": "short name",
    "title": "name of the treaty, agreement, rule or body",
    "topic": "who keeps the rows together: name of the file",
    "kind": "multilateral (parties), bilateral (pairs, codes in alphabetical order), unilateral "
    "(iso3 grants, partner is granted)",
    "pillar": "policy, infrastructure, trade, finance, people or risk",
    "coverage": "complete: an economy without a row was no party on as_of; partial: it may be",
    "as_of": "day to which the rows are known",
    "terms": "meaning of the keys in column terms of policy_facts",
    "source_title": "where the list comes from",
    "source_url": "where it was read; empty if remembered",
    "note": "remarks",
}
FACT = {
    "instrument": "key of policy_instruments",
    "iso3": "ISO 3166-1 alpha-3 (XKX Kosovo; EUU the European Union as a party)",
    "partner": "the other side of a pair; empty for a multilateral instrument",
    "signed_on": "YYYY[-MM[-DD]] or empty (not known)",
    "in_force_from": "YYYY[-MM[-DD]] or empty (not known)",
    "in_force_to": "last day in force, YYYY[-MM[-DD]]; empty if none is known",
    "as_of": "day (YYYY[-MM[-DD]]) on which the row is known to hold",
    "status": "latest known state: in_force, signed, ended or suspended",
    "terms": "key=value;key=value",
    "confidence": "high: official text or list read; medium: secondary source read; low: "
    "unconfirmed (remembered, or sources disagree)",
    "source_title": "who says so",
    "source_url": "where it was read; empty if remembered",
    "note": "remarks",
}


def read(path: Path) -> pd.DataFrame:
    """A table of text; no cell is turned into something else."""
    return pd.read_csv(path, keep_default_na=False, dtype=str)


def valid_date(text: str) -> bool:
    """Whether it is YYYY, YYYY-MM or YYYY-MM-DD of a day that exists."""
    if not DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat((text + "-01-01")[:10])
    except ValueError:
        return False
    return True


def instrument_faults(table: pd.DataFrame, sources: set[str]) -> list[str]:
    """What is wrong with instruments, one line each."""
    faults = []
    for row in table.to_dict("records"):
        rules = {
            "kind": row["kind"] in KINDS,
            "pillar": row["pillar"] in PILLARS,
            "coverage": row["coverage"] in COVERAGE,
            "as_of": len(row["as_of"]) == 10 and valid_date(row["as_of"]),
            "source": row["source"] in sources,
            "title": bool(row["title"]),
        }
        faults += [
            f"{row['instrument']}: {key} {row[key]!r}" for key, ok in rules.items() if not ok
        ]
    twice = table["instrument"][table["instrument"].duplicated()]
    return faults + [f"{name}: given twice" for name in twice]


def fact_faults(
    table: pd.DataFrame, instruments: pd.DataFrame, about: pd.DataFrame, codes: set[str]
) -> list[str]:
    """What is wrong with facts, one line each; ``about`` are the topic's sources."""
    sources = set(about["source"])
    with_url = set(about.loc[about["source_url"] != "", "source"])
    kinds = dict(zip(instruments["instrument"], instruments["kind"], strict=True))
    faults = []
    for number, row in enumerate(table.to_dict("records"), start=2):
        kind = kinds.get(row["instrument"], "")
        one, other = row["iso3"], row["partner"]
        dated = [row[c] for c in ("signed_on", "in_force_from", "in_force_to") if row[c]]
        rules = {
            "instrument": bool(kind),
            "iso3": one in codes,
            "partner": (other == "") if kind == "multilateral" else other in codes and other != one,
            "order of iso3 and partner": kind != "bilateral" or one < other,
            "dates": all(valid_date(text) for text in dated),
            "signed_on after in_force_from": not (row["signed_on"] and row["in_force_from"])
            or row["signed_on"][:4] <= row["in_force_from"][:4],
            "in_force_from after in_force_to": not (row["in_force_from"] and row["in_force_to"])
            or row["in_force_from"][:4] <= row["in_force_to"][:4],
            "status": row["status"] in STATUS,
            "status signed with in_force_from": row["status"] != "signed"
            or not row["in_force_from"],
            "terms": not row["terms"] or bool(TERM.fullmatch(row["terms"])),
            "confidence": row["confidence"] in CONFIDENCE,
            "source": row["source"] in sources,
            "an address for a row that was read": row["confidence"] == "low"
            or row["source"] in with_url,
            "low confidence without a note": row["confidence"] != "low" or bool(row["note"]),
        }
        where = f"row {number} ({row['instrument']} {one} {other})".replace(" )", ")")
        faults += [f"{where}: {key} {row.get(key, '')!r}" for key, ok in rules.items() if not ok]
    same = ["instrument", "iso3", "partner", "signed_on", "in_force_from"]
    faults += [f"rows given twice: {tuple(row)}" for row in
               table.loc[table.duplicated(same), same].itertuples(index=False)]  # fmt: skip
    return faults


def dated(rows: pd.DataFrame, instruments: pd.DataFrame) -> pd.Series:
    """Day on which each row is known to hold: its own term ``known_by``, else that of its list."""
    lists = dict(zip(instruments["instrument"], instruments["as_of"], strict=True))
    own = rows["terms"].str.extract(r"(?:^|;)known_by=([^;]+)", expand=False)
    return own.fillna(rows["instrument"].map(lists))


def as_sources(table: pd.DataFrame) -> list[dict[str, str]]:
    """Rows of sources in the form of a table's metadata."""
    return [
        {"title": row["source_title"], "url": row["source_url"] or SCRIPT,
         "licence": row["licence"] or "facts", "vintage": row["vintage"] or "2026"}
        for row in table.to_dict("records")
    ]  # fmt: skip


def main() -> None:
    """Check all topics and write both tables."""
    codes = set(read(FACTS / "economy_aliases.csv")["iso3"]) - {""}
    codes |= set(read(FACTS.parent.parent / "src/beltroad/evidence/bundle/economy_codes.csv").iso3)
    codes |= {"EUU"}
    instruments, facts, all_sources, faults = [], [], [], []
    for path in sorted(FOLDER.glob("*_instruments.csv")):
        topic = path.name.removesuffix("_instruments.csv")
        sources = read(FOLDER / f"{topic}_sources.csv")
        about, rows = read(path), read(FOLDER / f"{topic}_facts.csv")
        known = set(sources["source"])
        found = instrument_faults(about, known) + fact_faults(rows, about, sources, codes)
        faults += [f"{topic}: {fault}" for fault in found]
        joined = sources[["source", "source_title", "source_url"]]
        instruments.append(about.merge(joined, on="source", how="left"))
        rows["as_of"] = dated(rows, about)
        facts.append(rows.merge(joined, on="source", how="left"))
        used = sources[sources["source"].isin(set(about["source"]) | set(rows["source"]))]
        all_sources.append(used)
    every = pd.concat(instruments, ignore_index=True)
    twice = every["instrument"][every["instrument"].duplicated()]
    faults += [f"{name}: in two topics" for name in twice]
    if faults:
        raise SystemExit("\n".join([f"{len(faults)} faults", *faults[:80]]))
    known = pd.concat(all_sources).drop_duplicates("source_title")
    of_lists = known[known["source_title"].isin(every["source_title"])]
    write_table(
        "policy_instruments",
        every[list(INSTRUMENT)].sort_values(["topic", "instrument"], ignore_index=True),
        title="Treaties, agreements, recognitions, visa rules, currency lines and bodies",
        script=SCRIPT,
        sources=as_sources(of_lists),
        columns={key: ("-", text) for key, text in INSTRUMENT.items()},
    )
    write_table(
        "policy_facts",
        pd.concat(facts)[list(FACT)].sort_values(
            ["instrument", "iso3", "partner", "in_force_from", "signed_on"], ignore_index=True
        ),
        title="Who is party to what, and since when",
        script=SCRIPT,
        sources=as_sources(known),
        columns={key: ("-", text) for key, text in FACT.items()},
        notes="Rows of confidence low are unconfirmed and shown so wherever they are used.",
    )


if __name__ == "__main__":
    main()
