"""Check and write ``wellbeing_projects`` and ``wellbeing_evaluations``.

Small projects for health, water, farming, training and the like, one row each, with what they
cost, whom they reached and who says so. Facts stand in ``facts/people/wellbeing_*.csv``; a cell
is empty where no source was read. All faults are listed, not the first.

Run: ``python data/build_wellbeing.py``.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from _common import write_table

FOLDER = Path(__file__).resolve().parent / "facts" / "people"
SCRIPT = "data/build_wellbeing.py"
DATE = re.compile(r"(\d{4}(-\d{2}(-\d{2})?)?)?")
KINDS = {"health", "water", "farming", "training", "education", "scholarships", "heritage",
         "culture", "aid", "energy", "livelihoods", "laboratory"}  # fmt: skip
BASES = {"trained", "students", "patients", "surgeries", "births", "consultations", "recipients",
         "people_served", "households"}  # fmt: skip
STATUSES = {"identification", "preparation", "implementation", "completion", "maintenance",
            "decommissioning", "decommissioned", "cancelled"}  # fmt: skip
NUMBERS = ("latitude", "longitude", "cost_amount", "cost_year", "cost_usd", "cost_usd_2021",
           "people_reached")  # fmt: skip
COLUMNS = {
    "id": ("-", "key of the row"),
    "name": ("-", "project or programme"),
    "kind": ("-", ", ".join(sorted(KINDS))),
    "scope": ("-", "project; or programme, which contains the rows whose part_of names it"),
    "part_of": ("-", "id of the programme that contains the row; empty if none is listed"),
    "iso3": ("-", "ISO 3166-1 alpha-3 of hosts; several with spaces; empty: not by economy"),
    "place": ("-", "place or places"),
    "latitude": ("degrees", "where a source gives it"),
    "longitude": ("degrees", "where a source gives it"),
    "period_start": ("-", "opening or start, YYYY[-MM[-DD]]"),
    "period_end": ("-", "end or handing over, YYYY[-MM[-DD]]"),
    "status": ("-", "OC4IDS project status, as of the source"),
    "cost_amount": ("currency units", "cost, value given or commitment, in cost_currency"),
    "cost_currency": ("-", "ISO 4217"),
    "cost_year": ("year", "year of the amount"),
    "cost_usd": ("USD", "the same in current dollars where the source itself says so"),
    "cost_usd_2021": ("USD of 2021", "the same in constant dollars as AidData gives it"),
    "people_reached": ("1", "how many were reached; what counts is in reached_basis"),
    "reached_basis": ("-", ", ".join(sorted(BASES))),
    "reached_status": ("-", "reported, or planned where only a target was read"),
    "reached_as_of": ("-", "date of the count, YYYY[-MM[-DD]]"),
    "funder": ("-", "who pays"),
    "implementer": ("-", "who carries it out; several with semicolons"),
    "evaluated": ("-", "yes where an evaluation of any kind was found; no: none was found"),
    "evaluation_method": ("-", "method of it"),
    "evaluation_finding": ("-", "what it says"),
    "evaluator": ("-", "who evaluated"),
    "evaluation_source": ("-", "address of it"),
    "source_title": ("-", "publication of the row"),
    "source_url": ("-", "where it was read; empty if the copy's address is left out"),
    "source_date": ("-", "date of it; empty if not printed"),
    "more_sources": ("-", "addresses of further sources"),
    "record": ("-", "key of the row in its source: AidData record, or beltroad claim"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "what to know about the row"),
}
EVALUATIONS = {
    "id": ("-", "row of wellbeing_projects"),
    "method": ("-", "how it was evaluated"),
    "finding": ("-", "what was found"),
    "evaluator_is": ("-", "implementer, funder or independent"),
    "evaluator": ("-", "who evaluated"),
    "source_title": ("-", "publication"),
    "source_url": ("-", "where it was read"),
    "source_date": ("-", "date of it"),
    "note": ("-", "remarks"),
}


def read(name: str) -> pd.DataFrame:
    """A table of text; no cell is turned into something else."""
    return pd.read_csv(FOLDER / name, dtype=str, keep_default_na=False)


def faults_of(rows: pd.DataFrame, sources: set[str], economies: set[str]) -> list[str]:
    """Everything that is wrong with the rows."""
    found = [f"{each}: id given twice" for each in rows["id"][rows["id"].duplicated()]]
    scope = dict(zip(rows["id"], rows["scope"], strict=True))
    parent = dict(zip(rows["id"], rows["part_of"], strict=True))
    for row in rows.to_dict("records"):
        at = row["id"]
        for column, known in (("kind", KINDS), ("status", STATUSES),
                              ("scope", {"project", "programme"}),
                              ("confidence", {"high", "medium", "low"})):  # fmt: skip
            if row[column] not in known:
                found.append(f"{at}: {column} {row[column]!r}")
        for column in ("period_start", "period_end", "reached_as_of"):
            if not DATE.fullmatch(row[column]):
                found.append(f"{at}: {column} {row[column]!r}")
        for column in NUMBERS:
            try:
                value = float(row[column] or 1)
            except ValueError:
                found.append(f"{at}: {column} {row[column]!r} is no number")
                continue
            if column not in ("latitude", "longitude") and value <= 0:
                found.append(f"{at}: {column} is not above 0; leave unknown figures empty")
        if abs(float(row["latitude"] or 0)) > 90 or bool(row["latitude"]) != bool(row["longitude"]):
            found.append(f"{at}: latitude {row['latitude']!r}, longitude {row['longitude']!r}")
        if set(row["iso3"].split()) - economies:
            found.append(f"{at}: iso3 {row['iso3']!r}")
        if row["scope"] == "project" and len(row["iso3"].split()) != 1:
            found.append(f"{at}: a project has one economy, not {row['iso3']!r}")
        if bool(row["cost_amount"]) != bool(row["cost_currency"]):
            found.append(f"{at}: cost without currency, or currency without cost")
        if row["cost_currency"] == "USD" and row["cost_usd"] != row["cost_amount"]:
            found.append(f"{at}: cost_usd is not cost_amount")
        if bool(row["people_reached"]) != (row["reached_basis"] in BASES):
            found.append(f"{at}: people {row['people_reached']!r} on {row['reached_basis']!r}")
        if row["people_reached"] and row["reached_status"] not in ("reported", "planned"):
            found.append(f"{at}: reached_status {row['reached_status']!r}")
        if row["part_of"] and scope.get(row["part_of"]) != "programme":
            found.append(f"{at}: part_of {row['part_of']!r} is no programme")
        seen, up = {at}, parent[at]
        while up and up not in seen:
            seen.add(up)
            up = parent.get(up, "")
        if up:
            found.append(f"{at}: contains itself")
        if not row["sources"] or set(row["sources"].split()) - sources:
            found.append(f"{at}: sources {row['sources']!r}")
    return found


def main() -> None:
    """Check, then write both tables."""
    rows, evaluations = read("wellbeing_projects.csv"), read("wellbeing_evaluations.csv")
    sources = read("wellbeing_sources.csv").set_index("source_id")
    codes = pd.read_csv(FOLDER.parent / "economies.csv", dtype=str, keep_default_na=False)
    found = faults_of(rows, set(sources.index), set(codes["iso3"]))
    found += [f"source {each} given twice" for each in sources.index[sources.index.duplicated()]]
    found += [f"evaluation of {each}" for each in set(evaluations["project_id"]) - set(rows["id"])]
    found += [
        f"evaluation source {each}" for each in set(evaluations["source"]) - set(sources.index)
    ]
    used = {key for text in rows["sources"] for key in text.split()} | set(evaluations["source"])
    found += [f"source {each} is not used" for each in set(sources.index) - used]
    unread = rows["sources"].str.split().str[0].map(sources["url"]).eq("")
    found += [f"{each}: high confidence without an address"
              for each in rows["id"][unread & rows["confidence"].eq("high")]]  # fmt: skip
    if found:
        raise SystemExit("\n".join(found))
    keys = rows["sources"].str.split()
    for column, at in (("source_title", "title"), ("source_url", "url"), ("source_date", "date")):
        rows[column] = keys.str[0].map(sources[at])
        evaluations[column] = evaluations["source"].map(sources[at])
    rows["more_sources"] = [" ".join(sources.at[key, "url"] for key in each[1:]) for each in keys]
    evaluations = evaluations.rename(columns={"project_id": "id"})
    by_row = evaluations.set_index("id")
    rows["evaluated"] = rows["id"].isin(by_row.index).map({True: "yes", False: "no"})
    told = {"evaluation_method": "method", "evaluation_finding": "finding",
            "evaluator": "evaluator", "evaluation_source": "source_url"}  # fmt: skip
    for column, at in told.items():
        rows[column] = rows["id"].map(by_row[at]).fillna("")
    described = [
        {
            "title": "Global Chinese Development Finance Dataset, version 3.0",
            "url": "https://github.com/aiddata/gcdf-geospatial-data",
            "licence": "ODC-By 1.0",
            "vintage": "2023",
        },
        {
            "title": f"{len(sources) - 1} news reports, releases and papers, one or more for each "
            "row",
            "url": "",
            "licence": "single figures cited",
            "vintage": "2000-2026",
        },
    ]
    write_table(
        "wellbeing_projects",
        rows[list(COLUMNS)],
        title="Small wellbeing projects and exchanges",
        script=SCRIPT,
        columns=COLUMNS,
        sources=described,
        notes="A selection of what could be read, not a census: AidData rows are what stood on "
        "the pages of its list that were read; news rows follow what was looked for. Empty means "
        "not read. Statements on reach are those of funders and implementers unless said.",
    )
    write_table(
        "wellbeing_evaluations",
        evaluations[list(EVALUATIONS)],
        title="Evaluations of wellbeing projects that were found",
        script=SCRIPT,
        columns=EVALUATIONS,
        sources=described[1:],
        notes="A statement of the implementer counts as an evaluation here and is marked so.",
    )


if __name__ == "__main__":
    main()
