"""Trade agreements between any two economies, as dated facts of pairs."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from beltroad import evidence

__all__ = ["agreement_pairs"]


def agreement_pairs(columns: Sequence[str]) -> pd.DataFrame:
    """Pairs under the agreements of table ``trade_agreements``, as rows of instrument ``rta``.

    Returns
    -------
    DataFrame
        ``columns`` (those of a policy fact) and ``known_by``, the year by which an agreement
        without a date was in force. Schemes of one-sided preferences are left out.
    """
    name = "trade_agreements"
    table = evidence.load(name).astype(str)
    # Titles of the table's sources begin with the key in brackets that its rows use.
    sources = {each.title[1:].partition("]")[0]: each for each in evidence.info(name).sources}
    out = []
    for number, row in enumerate(table.to_dict("records"), start=2):
        if row["kind"] == "unilateral":
            continue
        members, partners = row["members"].split(), row["partners"].split()
        source = sources[row["source"]]
        pairs = (
            {(min(a, b), max(a, b)) for a in members for b in partners if a != b}
            if partners
            else {(a, b) for a in members for b in members if a < b}
        )
        by = str(row["in_force_by"]).split(".")[0]
        start = row["in_force"] if row["in_force"] not in ("", "nan") else ""
        for a, b in sorted(pairs):
            out.append(
                ("rta", a, b, "", start, "", "in_force",
                 f"agreement={row['name'].replace(';', ',')};kind={row['kind']};"
                 f"depth={row['depth']}",
                 row["confidence"], source.title.partition("] ")[2], source.url, row["note"],
                 f"trade_agreements:{number}", "" if start else by)
            )  # fmt: skip
    return pd.DataFrame(out, columns=[*columns, "known_by"])
