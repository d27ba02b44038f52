"""Build ``isic``: sections, divisions, groups and classes of ISIC Rev.4 with short titles.

The codes are those of the United Nations; titles are shortened. A group or class without a title
in ``facts/isic.csv`` is the only one of its parent and bears its title.
Run: ``python data/build_isic.py``.
"""

from __future__ import annotations

import pandas as pd

from _common import write_table
from _policy import facts

LEVELS = {1: "section", 2: "division", 3: "group", 4: "class"}
# What the classification itself counts.
COUNTS = {"section": 21, "division": 88, "group": 238, "class": 419}
COLUMNS = {
    "code": ("-", "section letter and digits: J, J61, J611, J6110"),
    "level": ("-", "section, division, group or class"),
    "parent": ("-", "code one level up; empty for a section"),
    "title": ("-", "short title"),
}


def structure() -> pd.DataFrame:
    """The classification as one row a code, in its own order."""
    rows: list[dict[str, str]] = []
    title: dict[str, str] = {"": ""}
    section = ""
    for code, given in facts("isic").itertuples(index=False):
        if code.isalpha():
            section, full, parent, level = code, code, "", "section"
        else:
            full, level = section + code, LEVELS[len(code)]
            parent = section if len(code) == 2 else section + code[:-1]
        if parent not in title or full in title:
            raise SystemExit(f"isic: {full} comes twice or before {parent}")
        title[full] = given or title[parent]
        rows.append({"code": full, "level": level, "parent": parent, "title": title[full]})
    return pd.DataFrame(rows)


def main() -> None:
    """Check the counts of every level and that every code has children down to a class."""
    table = structure()
    found = table["level"].value_counts().to_dict()
    if found != COUNTS:
        raise SystemExit(f"isic: {found}, expected {COUNTS}")
    upper = table[table["level"] != "class"]["code"]
    if barren := sorted(set(upper) - set(table["parent"])):
        raise SystemExit(f"isic: nothing below {barren}")
    if not table["title"].str.strip().all():
        raise SystemExit("isic: a code without a title")
    write_table(
        "isic",
        table,
        title="International Standard Industrial Classification of All Economic Activities, Rev.4",
        script="data/build_isic.py",
        sources=[
            {
                "title": "United Nations, International Standard Industrial Classification of All "
                "Economic Activities, Revision 4, Statistical Papers Series M No. 4 (2008): codes "
                "and hierarchy; titles shortened",
                "url": "",
                "licence": "facts",
                "vintage": "Rev.4, 2008",
            }
        ],
        columns=COLUMNS,
        notes="21 sections, 88 divisions, 238 groups and 419 classes, as the classification "
        "states. Typed from knowledge of the classification and checked by these counts.",
    )


if __name__ == "__main__":
    main()
