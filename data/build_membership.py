"""Build the bundled table ``membership``: who has signed a cooperation document, when, who says so.

The facts stand in ``facts/membership.csv``, one row per economy, each with its source; this script
checks them and adds the name and the precision of the date. No row is inferred from trade, loans or
projects.
"""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts"
PRECISION = {0: "unknown", 4: "year", 7: "month", 10: "day"}
DATE = re.compile(r"(\d{4}(-\d{2}(-\d{2})?)?)?")


def main() -> None:
    """Write ``membership``."""
    text = {"keep_default_na": False, "dtype": str}
    table = pd.read_csv(FACTS / "membership.csv", **text)
    economies = pd.read_csv(FACTS / "economies.csv", **text)
    if set(table.iso3) != set(economies.iso3) or table.iso3.duplicated().any():
        raise SystemExit("membership.csv must have each economy of economies.csv once")
    for column in ("signed_on", "withdrawn_on", "not_listed_on", "listed_by"):
        wrong = table[~table[column].str.fullmatch(DATE)]
        if len(wrong):
            raise SystemExit(f"{column}: no date in {wrong.iso3.tolist()}")
    table["name"] = table.iso3.map(economies.set_index("iso3")["name"])
    table["date_precision"] = table.signed_on.str.len().map(PRECISION)
    table.loc[table.status == "none", "date_precision"] = ""
    columns = {
        "iso3": ("-", "ISO 3166-1 alpha-3; XKX (user-assigned) for Kosovo"),
        "name": ("-", "short English name in UN usage"),
        "status": ("-", "latest state: member, withdrawn or none"),
        "signed_on": ("-", "first cooperation document: YYYY-MM-DD, YYYY-MM, YYYY, or empty"),
        "date_precision": ("-", "day, month, year or unknown, of signed_on; empty for none"),
        "withdrawn_on": ("-", "day or month the withdrawal was announced, if any"),
        "not_listed_on": ("-", "date of the last official list in hand that lacks the economy"),
        "listed_by": ("-", "date by which an official list or statement counts the economy in"),
        "confidence": (
            "-",
            "high: official statement or agency report of the signing; medium: official list, or "
            "sources that agree; low: one secondary source, or sources that disagree",
        ),
        "source_title": ("-", "who says so"),
        "source_url": ("-", "where it was read"),
        "accessed": ("-", "day it was read"),
        "note": ("-", "remarks"),
    }
    write_table(
        "membership",
        table[list(columns)].sort_values("iso3"),
        title="Belt and Road cooperation documents: signature and withdrawal by economy",
        script="data/build_membership.py",
        sources=[
            {
                "title": "Belt and Road Portal, list of signatories, January 2020, and the source "
                "named in each row",
                "url": "https://www.yidaiyilu.gov.cn/",
                "licence": "facts",
                "vintage": "read on 2026-11-22; latest signature found: May 2025",
            },
            {
                "title": "Steinert, C. and Weyrauch, D., Collecting data on membership in the Belt "
                "and Road Initiative (years by country, from the published maps)",
                "url": "https://bri-project.github.io/posts/2022/03/blog-post-22-001/",
                "licence": "facts",
                "vintage": "March 2022",
            },
        ],
        columns=columns,
        notes="'Member' is shorthand: most documents are memoranda of understanding without legal "
        "force, some are joint statements or arrangements, and some may have lapsed unnoticed. "
        "Where only the year is known from maps of a compilation, confidence is low unless "
        "something else supports it; where that compilation contradicts better knowledge the date "
        "is left empty. China is the initiator and no signatory. An economy without a row of "
        "its own in official lists is 'none': no signature was found.",
    )


if __name__ == "__main__":
    main()
