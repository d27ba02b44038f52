"""Build the bundled table ``visa_requirements``: what a destination asks of a passport's holder.

``python build_visa_requirements.py PATH`` first reads a tidy file of the data set (columns
Passport, Destination, Requirement with ISO 3166-1 alpha-3 codes) and keeps it, coded and one line
per destination, in ``facts/visa_requirements.csv``; without an argument the table is built from
that file. Nothing is corrected: what changed after the vintage stands, dated, in ``policy_facts``.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pandas as pd

from _common import BUNDLE, write_table

FACTS = Path(__file__).resolve().parent / "facts" / "visa_requirements.csv"
VINTAGE = "2025-01-12"
OWN = "-1"
# One letter a cell; a number of days stands for visa-free entry for so long.
CODES = {
    "visa free": "f",
    "visa on arrival": "a",
    "eta": "t",
    "e-visa": "e",
    "visa required": "v",
    "no admission": "n",
}
MEANING = {
    "f": "visa_free",
    "a": "visa_on_arrival",
    "t": "electronic_authorisation",
    "e": "e_visa",
    "v": "visa_required",
    "n": "no_admission",
}
MAX_DAYS = 366


def known_codes() -> set[str]:
    """Alpha-3 codes of all economies."""
    codes = pd.read_csv(BUNDLE / "economy_codes.csv", keep_default_na=False, dtype=str)
    return set(codes["iso3"])


def coded(requirement: str, where: str) -> str:
    """The cell that stands for one requirement of the data set."""
    text = requirement.strip().lower()
    if text == OWN:
        return ""
    if text.isdigit() and 0 < int(text) <= MAX_DAYS:
        return text
    if text not in CODES:
        raise SystemExit(f"{where}: requirement {requirement!r} is not known")
    return CODES[text]


def keep(path: Path) -> None:
    """Read the tidy file and write it, coded and wide, into the facts."""
    tidy = pd.read_csv(path, keep_default_na=False, dtype=str)
    if list(tidy.columns) != ["Passport", "Destination", "Requirement"]:
        raise SystemExit(f"{path}: columns are {list(tidy.columns)}")
    cells: dict[tuple[str, str], str] = {}
    for passport, destination, requirement in tidy.itertuples(index=False):
        key = (destination, passport)
        if key in cells:
            raise SystemExit(f"{path}: {passport} to {destination} is given twice")
        cells[key] = coded(requirement, f"{passport} to {destination}")
    places = sorted({place for key in cells for place in key})
    lacking = [key for a in places for b in places if (key := (a, b)) not in cells]
    if lacking or (odd := set(places) - known_codes()):
        raise SystemExit(f"{path}: pairs without a cell {lacking[:3]} or unknown codes {odd}")
    part = FACTS.with_suffix(".csv.part")
    with part.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["destination", *places])
        writer.writerows([a, *(cells[a, b] for b in places)] for a in places)
    part.replace(FACTS)


def table() -> pd.DataFrame:
    """The kept cells as rows: destination, passport, requirement, days."""
    wide = pd.read_csv(FACTS, keep_default_na=False, dtype=str)
    places = list(wide.columns[1:])
    if list(wide["destination"]) != places or places != sorted(set(places) & known_codes()):
        raise SystemExit("visa_requirements.csv: rows and columns must be the same known codes")
    long = wide.melt(id_vars="destination", var_name="passport", value_name="cell")
    long = long[long["destination"] != long["passport"]]
    bad = long[~long["cell"].isin(MEANING) & ~long["cell"].str.fullmatch(r"[1-9]\d{0,2}")]
    if len(bad):
        raise SystemExit(
            f"visa_requirements.csv: cells not known: {bad.head(3).to_dict('records')}"
        )
    long["requirement"] = long["cell"].map(MEANING).fillna("visa_free")
    long["days"] = pd.to_numeric(long["cell"], errors="coerce").astype("float32")
    out = long.sort_values(["destination", "passport"], ignore_index=True)
    return out[["destination", "passport", "requirement", "days"]]


def main() -> None:
    """Keep the file named on the command line, if any, and write the table."""
    if len(sys.argv) > 1:
        keep(Path(sys.argv[1]))
    frame = table()
    write_table(
        "visa_requirements",
        frame,
        title="Visa requirements of destinations for holders of ordinary passports",
        script="data/build_visa_requirements.py",
        sources=[
            {
                "title": "Passport Index (Arton Capital), visa requirements by passport and "
                "destination, as compiled in the data set below",
                "url": "https://github.com/ilyankou/passport-index-dataset",
                "licence": "facts",
                "vintage": VINTAGE,
            },
            {
                "title": "I. Ilyankou, Passport Index data set (MIT License)",
                "url": "https://github.com/ilyankou/passport-index-dataset",
                "licence": "MIT, Copyright (c) 2017 Ilya Ilyankou",
                "vintage": VINTAGE,
            },
        ],
        columns={
            "destination": ("-", "ISO 3166-1 alpha-3 of the economy entered; XKX for Kosovo"),
            "passport": ("-", "ISO 3166-1 alpha-3 of the economy that issued the passport"),
            "requirement": ("-", "one of " + ", ".join(MEANING.values())),
            "days": ("day", "days of stay without a visa; empty where not given"),
        },
        notes=f"State of {VINTAGE}; not corrected since. What changed for China afterwards is in "
        "policy_facts (visa_mutual, visa_free_by_china, visa_free_for_china), which go first.",
        fmt="parquet",
    )


if __name__ == "__main__":
    main()
