"""What a column of an appraisal is: unit and description as declared, formula and method beside.

Units, titles and descriptions are those of ``appraisal/variables.csv``; formulas, inputs and
methods those of ``app/explain/appraisal.toml``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files
from typing import Any

from beltroad.app.answers import Column, Origin

__all__ = ["TITLES", "columns_of", "origin_of"]

# Tables of an appraisal by name, with their titles.
TITLES = {
    "countries": "Economies",
    "projects": "Projects, and what each does alone",
    "pairs": "Pairs of economies",
    "sensitivity": "One assumption changed at a time",
    "yardsticks": "Published figures beside ours",
    "assumptions": "Assumptions",
    "uncertainty": "Headline figures over all draws",
    "uncertainty_countries": "Economies over all draws",
    "variance_split": "Which assumption drives the answer",
    "poverty": "Poverty with and without",
    "jobs": "Labour that moves",
    "jobs_industries": "Labour by industry",
    "debt": "Public debt of the hosts, without and with the projects",
    "financing": "Real income with the bill",
    "payments": "Who pays whom",
    "project_risk": "Overruns, delays and gain against cost",
    "loan_risk": "Losses on the loans",
    "loan_concentration": "Concentration of the loans",
    "freight_emissions": "Emissions of freight",
    "green_projects": "Projects under the green guidance",
    "levers": "What the policy levers touch",
    "links": "Value of an hour, place by place",
    "access_cities": "People and GDP within reach, by city",
    "access_countries": "People and GDP within reach, by economy",
}
_ASSUMPTIONS = {
    "parameter": ("Parameter", "Name in the method"),
    "value": ("Value", "Value used in this run"),
    "low": ("Low", "Low end of its range"),
    "high": ("High", "High end of its range"),
    "unit": ("Unit", "Unit"),
    "source": ("Source", "Where it comes from"),
    "confidence": ("Confidence", "How well it is founded"),
    "note": ("Note", "What a reader should know"),
}


@lru_cache(maxsize=1)
def _told() -> dict[str, dict[str, Any]]:
    text = (files("beltroad.app") / "explain" / "appraisal.toml").read_text("utf-8")
    return tomllib.loads(text)


def origin_of(table: str, column: str = "", **more: Any) -> Origin:
    """How a column is made; what is not told of it is told of its table."""
    whole = _told().get(table, {})
    own = whole.get(column, {}) if column else {}
    if not isinstance(own, dict):  # a column that is called like one of the keys
        own = {}
    known = {k: v for k, v in {**whole, **own}.items() if not isinstance(v, dict)}
    inputs = tuple((str(name), "") for name in known.pop("inputs", ()))
    return Origin(**{**known, "inputs": inputs, **more})


def columns_of(table: str, names: Iterable[str] | None = None) -> tuple[Column, ...]:
    """Columns of a table with unit, description and origin, in declared order or that given."""
    if table == "assumptions":
        return tuple(
            Column(name=name, title=title, description=text, origin=origin_of(table, name),
                   kind="number" if name in ("value", "low", "high") else "text")
            for name, (title, text) in _ASSUMPTIONS.items()
            if names is None or name in names
        )  # fmt: skip
    from beltroad.appraisal.schema import variables

    declared = variables(table)
    chosen = [declared[name] for name in (declared if names is None else names) if name in declared]
    return tuple(
        Column(
            name=v.name, title=v.title, unit="" if v.unit in ("-", "bool", "1", "see unit") else
            v.unit, kind="text" if v.is_text else "flag" if v.unit == "bool" else "number",
            decimals=0 if v.unit in ("year", "persons") else None,
            description=v.description, origin=origin_of(table, v.name),
        )
        for v in chosen
    )  # fmt: skip
