"""Country risk of the hosts of a project."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import lru_cache
from typing import Any

import pandas as pd

from beltroad.app.answers import Column, Origin, Table, table_of
from beltroad.app.questions.projects.listing import Words, text
from beltroad.evidence import economies

__all__ = ["host_table"]


@lru_cache(maxsize=1)
def _grades() -> pd.DataFrame:
    from beltroad.risk.country import grades

    return grades().set_index("iso3")


def host_table(row: Mapping[Hashable, Any], say: Words) -> Table:
    """Grade and chance of debt distress of each host, with what drives it."""
    graded = _grades().to_dict("index")
    rows = []
    for code in filter(None, text(row, "countries").split(";")):
        known = economies.lookup(code).iso3 == code
        line: dict[str, Any] = {
            "host": economies.name(code) if known else code, "_href": f"/countries/{code}",
            "grade": None, "probability_pct": None, "drivers": "", "vintage": "", "flags": "",
        }  # fmt: skip
        if (found := graded.get(code)) is not None:
            line |= {
                "grade": int(found["grade"]),
                "probability_pct": float(found["probability_pct"]),
                **{c: str(found[c]) for c in ("drivers", "vintage", "flags")},
            }
        rows.append(line)
    origin = Origin(
        kind="computed", method="risk-country",
        formula="probability of an onset of debt distress within two years, in seven bands",
    )  # fmt: skip
    columns = [
        Column(name="host", title=say("projects.host")),
        Column(name="grade", title=say("projects.grade"), kind="number", decimals=0,
               description=say("projects.about_grade"), origin=origin),
        Column(name="probability_pct", title=say("projects.probability"), unit="%", decimals=1,
               kind="number", origin=origin),
        Column(name="drivers", title=say("projects.drivers")),
        Column(name="flags", title=say("projects.flags")),
        Column(name="vintage", title=say("common.as_of")),
    ]  # fmt: skip
    names = [c.name for c in columns]
    frame = pd.DataFrame(rows, columns=[*names, "_href"])
    return table_of("hosts", say("projects.hosts"), frame, columns, origin=origin)
