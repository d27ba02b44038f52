"""Fans and inputs of a case as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from beltroad.app.answers import Answer, Column, Origin, Table, table_of
from beltroad.app.questions.debt.view import columns_for, number

if TYPE_CHECKING:
    from beltroad.app.questions.debt.cases import Found

__all__ = ["fans", "inputs"]


def fans(found: Found) -> Answer:
    """Quantiles and probabilities of every fan; deterministic by its seed."""
    from beltroad.finance.debt.report.page_parts import quantity_title

    case: Any = found.case
    tables, said = [], []
    for fan in case.fans:
        title = quantity_title(fan.quantity)
        origin = Origin(
            kind="computed", method="debt-fans", note="; ".join(fan.notes),
            formula=f"order statistics of {fan.draws:,} paths under shocks drawn from the "
                    f"country's past; method {fan.method}, seed {fan.seed}",
        )  # fmt: skip
        frame = fan.quantiles.reset_index()
        frame["year"] = frame["year"].astype(str)
        frame["baseline_pct"] = fan.baseline.reindex(fan.quantiles.index).to_numpy(float)
        quantiles = [c for c in frame if str(c).startswith("q")]
        tables.append(table_of(
            f"fan-{fan.quantity}", title, frame,
            (Column(name="year", title="Year"),
             *(number(str(q), f"{int(str(q)[1:])} of 100 paths below", "%", origin)
               for q in quantiles),
             number("baseline_pct", "Baseline", "%", origin)), origin=origin,
        ))  # fmt: skip
        chances = fan.probability.copy()
        chances["year"] = chances["year"].astype(str)
        chances["measure"] = chances["measure"].str.replace("_", " ")
        tables.append(table_of(
            f"chance-{fan.quantity}", f"{title}: probabilities", chances,
            (Column(name="measure", title="Measure"), Column(name="year", title="Year"),
             number("value", "Share of paths", "of 1", origin, 3)), origin=origin,
        ))  # fmt: skip
        said += fan.notes
    return Answer(title=found.inputs.name, tables=tuple(tables), notes=tuple(dict.fromkeys(said)))


def inputs(found: Found) -> Answer:
    """Every value the results rest on, with kind and source; settings, loan terms, gaps."""
    from dataclasses import asdict

    from beltroad.finance.debt.io import cells as forms
    from beltroad.finance.debt.report import view
    from beltroad.finance.debt.vocabulary import SERIES, SETTINGS

    given = forms.canonical(found.inputs)
    values = forms.cells(given).copy()
    values["what"] = values["variable"].map(view.series_title)
    values["year"] = values["year"].astype(str)
    values["unit"] = [SERIES[name].unit for name in values["variable"]]
    settings = forms.setting_rows(given)
    settings["unit"] = [SETTINGS[name].unit for name in settings["setting"]]
    settings["what"] = settings["setting"].map(view.series_title)
    terms = pd.DataFrame([asdict(each) for each in given.instruments])
    value = Column(name="value", title="Value", unit="-", kind="number",
                   description="In the unit of its row.")  # fmt: skip
    tail = (
        Column(name="unit", title="Unit"), Column(name="kind", title="Kind"),
        Column(name="source", title="Source"), Column(name="note", title="Remark"),
    )  # fmt: skip
    told = Origin(method="debt-inputs")
    tables = [
        table_of("series", "Series", values, (
            Column(name="what", title="What"), Column(name="variable", title="Name"),
            Column(name="year", title="Year"), value, *tail), origin=told),
        table_of("settings", "Settings", settings, (
            Column(name="what", title="What"), Column(name="setting", title="Name"),
            value, *tail), origin=told),
    ]  # fmt: skip
    if len(terms):
        tables.append(_plain_table("terms", "Terms of new borrowing", terms))
    tables += [
        _plain_table("gaps", "Gaps", given.gaps),
        _plain_table("sources", "Sources", forms.used_sources(given)),
    ]
    return Answer(title=found.inputs.name, tables=tuple(tables), notes=(view.overview(given),))


def _plain_table(key: str, title: str, frame: pd.DataFrame) -> Table:
    origin = Origin(method="debt-inputs")
    return table_of(key, title, frame, columns_for(frame, origin), origin=origin)
