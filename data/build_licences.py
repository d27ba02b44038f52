"""Build the bundled table ``licences``: what may be passed on, and what has to be said then.

The rows stand in ``facts/licences.csv``. ``patterns`` are regular expressions, tried without case
on each part of a licence text between semicolons; this script checks that they compile, that no
two rows share an id and that every vocabulary is kept.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts"
REDISTRIBUTION = {"yes", "attribution", "share_alike", "no", "unknown"}
COMMERCIAL = {"yes", "no", "unknown"}


def main() -> None:
    """Write ``licences``."""
    table = pd.read_csv(FACTS / "licences.csv", keep_default_na=False, dtype=str)
    if table["licence_id"].duplicated().any():
        raise SystemExit("licences.csv: a licence_id stands twice")
    for column, allowed in (("redistribution", REDISTRIBUTION), ("commercial", COMMERCIAL)):
        if wrong := set(table[column]) - allowed:
            raise SystemExit(f"licences.csv: {column} {sorted(wrong)} is none of {sorted(allowed)}")
    for row in table.to_dict("records"):
        if not re.fullmatch(r"[a-z0-9.-]+", row["licence_id"]):
            raise SystemExit(f"licences.csv: {row['licence_id']!r} is no id")
        if not row["title"] or not row["patterns"]:
            raise SystemExit(f"licences.csv: {row['licence_id']} lacks a title or patterns")
        if row["url"] and not row["url"].startswith("https://"):
            raise SystemExit(f"licences.csv: {row['licence_id']} has no https address")
        re.compile(row["patterns"])
    columns = {
        "licence_id": ("-", "short name; SPDX identifier in lower case where there is one"),
        "title": ("-", "name of the licence or terms"),
        "url": ("-", "where the terms stand; empty where there is no such document"),
        "redistribution": (
            "-",
            "may rows be passed on: yes, attribution (with the source named), share_alike (under "
            "the same licence), no, unknown (treated as no)",
        ),
        "commercial": ("-", "may they be used commercially: yes, no, unknown"),
        "attribution": ("-", "line to pass on; {publisher} stands for who published the data"),
        "note": ("-", "what it asks, in our words; not legal advice"),
        "patterns": ("-", "regular expressions that find it in a licence text, separated by |"),
    }
    write_table(
        "licences",
        table[list(columns)].sort_values("licence_id"),
        title="Licences and terms of the sources: what may be passed on",
        script="data/build_licences.py",
        sources=[
            {
                "title": "The licence texts and terms named in each row",
                "url": "https://spdx.org/licenses/",
                "licence": "facts",
                "vintage": "terms as known in November 2026",
            }
        ],
        columns=columns,
        notes="Summaries for orientation and for refusing exports; the terms themselves decide.",
    )


if __name__ == "__main__":
    main()
