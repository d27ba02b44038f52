"""Everything about one project: facts, cost, ranges, class, emissions, finance, hosts."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.app.answers import Answer, Column, Figure, Table, table_of
from beltroad.app.questions.projects.finance import finance_tables
from beltroad.app.questions.projects.green import green_figures
from beltroad.app.questions.projects.hosts import host_table
from beltroad.app.questions.projects.listing import NO_UNITS, Words, coded, number, row_origin, text
from beltroad.app.questions.projects.ranges import cost_figures, range_table

__all__ = ["answer_of"]

_CARDS = ("cost_usd_bn", "length_km", "year_open", "hours_saved_terminal")
_LATER = ("id", "name", "source_title", "source_url", "source_date", "source2_title",
          "source2_url", "accessed", "confidence", "note", *_CARDS)  # fmt: skip


def answer_of(row: Mapping[Hashable, Any], say: Words) -> Answer:
    """What is known of a project and what follows from it, every figure with its origin."""
    tables = [facts(row, say)]
    figures = list(cards(row, say)) + cost_figures(row, say)
    notes = [text(row, "note")] if text(row, "note") else []
    ranged = range_table(row, say)
    if ranged is not None:
        tables.append(ranged)
    figures += green_figures(row, say)
    tables += finance_tables(row, say)
    tables.append(host_table(row, say))
    return Answer(title=text(row, "name"), figures=tuple(figures), tables=tuple(tables),
                  notes=tuple(notes))  # fmt: skip


def cards(row: Mapping[Hashable, Any], say: Words) -> list[Figure]:
    """The few figures that say most, as their source states them."""
    info, origin = evidence.info("projects"), row_origin(row)
    out = [Figure(id="status", label=say("registry.f_status"),
                  value=coded("status", text(row, "status"), say), origin=origin)]  # fmt: skip
    for name in _CARDS:
        value = number(row, name)
        if value is None:
            continue
        unit = info.units.get(name, "")
        note = origin.note
        if name == "cost_usd_bn":
            year = number(row, "cost_year")
            said = [f"prices of {year:.0f}" if year else "", text(row, "cost_note"), note]
            note = "; ".join(filter(None, said))
        if name == "year_open" and text(row, "expected") == "yes":
            note = f"expected, not actual; {note}".strip("; ")
        out.append(
            Figure(
                id=name, label=say(f"registry.f_{name}"), unit="" if unit == "year" else unit,
                # A year is a name, not an amount: no thousands separator.
                value=str(int(value)) if unit == "year" else value,
                origin=origin.model_copy(update={"note": note}),
            )
        )  # fmt: skip
    return out


def facts(row: Mapping[Hashable, Any], say: Words) -> Table:
    """What the table of projects holds about it, with unit and meaning of each field."""
    info = evidence.info("projects")
    rows = []
    for name in info.descriptions:
        value = text(row, name)
        if name in _LATER or not value:
            continue
        if number_like := isinstance(row.get(name), float):
            value = f"{row[name]:g}"
        unit = info.units.get(name, "")
        rows.append({
            "fact": say(f"registry.f_{name}"), "meaning": info.descriptions[name],
            "value": value if number_like else coded(name, value, say),
            "unit": "" if unit in NO_UNITS else unit,
        })  # fmt: skip
    return table_of(
        "facts", say("projects.facts"), pd.DataFrame(rows),
        [Column(name="fact", title=say("projects.fact")),
         Column(name="value", title=say("projects.value")),
         Column(name="unit", title=say("common.unit")),
         Column(name="meaning", title=say("projects.meaning"))],
        origin=row_origin(row),
    )  # fmt: skip
