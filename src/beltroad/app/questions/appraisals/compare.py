"""Up to four appraisals side by side: settings that differ, figures, economies, a workbook."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import pandas as pd

from beltroad.app.answers import Column, Origin, Table, table_of
from beltroad.app.questions.appraisals.explain import columns_of
from beltroad.app.questions.appraisals.stored import Result, result_of
from beltroad.errors import InputError

if TYPE_CHECKING:
    from beltroad.app.database import Database
    from beltroad.app.settings import Settings

__all__ = [
    "MEASURES", "MOST", "Comparison", "chart_of", "comparison_of", "comparison_parquet",
    "comparison_workbook",
]  # fmt: skip

MOST = 4
# Columns of the table of economies that can be laid side by side.
MEASURES = (
    "real_income_change_pct", "real_income_change_usd", "net_gain_usd", "net_gain_pct",
    "annual_cost_usd", "shipment_time_change_pct", "trade_cost_change_pct", "exports_change_pct",
    "imports_change_pct", "lifted_extreme", "lifted_moderate", "freight_change_pct",
)  # fmt: skip
_LABELS = "ABCD"
_NOTHING = 1e-9


@dataclass(frozen=True)
class Comparison:
    """Appraisals with letters, and the tables that say how they differ. A is the base."""

    results: tuple[Result, ...]
    letters: tuple[str, ...]
    measure: str
    settings: Table
    figures: Table
    economies: Table
    frame: pd.DataFrame

    @property
    def query(self) -> str:
        """The runs as a query string."""
        return "&".join(f"run={r.hash}" for r in self.results)


def comparison_of(
    settings: Settings, database: Database, runs: Sequence[str], measure: str = MEASURES[0]
) -> Comparison:
    """Read and lay side by side.

    Raises
    ------
    InputError
        If there are fewer than two or more than four runs, or one is not known.
    NotFound
        If there is no such result.
    """
    chosen = list(dict.fromkeys(runs))
    if not 2 <= len(chosen) <= MOST:
        raise InputError(f"{len(chosen)} different runs: give two to {MOST} to compare (run=HASH)")
    if measure not in MEASURES:
        raise InputError(f"measure {measure[:40]!r}: give one of {', '.join(MEASURES)}")
    results = tuple(result_of(settings, database, run) for run in chosen)
    letters = tuple(_LABELS[: len(results)])
    frame = _economies(results, letters, measure)
    return Comparison(
        results, letters, measure, _settings(results, letters), _figures(results, letters),
        _economy_table(frame, letters, measure), frame,
    )  # fmt: skip


def _settings(results: Sequence[Result], letters: Sequence[str]) -> Table:
    """Keys of the scenarios whose values are not the same in all."""
    flat = [r.summary["settings"] for r in results]
    keys = list(dict.fromkeys(key for each in flat for key in each))
    rows = [
        {"setting": key} | {x: _plain(each.get(key)) for x, each in zip(letters, flat, strict=True)}
        for key in keys
        if len({repr(each.get(key)) for each in flat}) > 1
    ]
    columns = [Column(name="setting", title="Setting"),
               *(Column(name=x, title=x) for x in letters)]  # fmt: skip
    frame = pd.DataFrame(rows, columns=["setting", *letters])
    return table_of("settings", "What differs between the scenarios", frame, columns,
                    note="Settings that are the same in all are left out.")  # fmt: skip


def _plain(value: Any) -> str:
    if value is None or value == [] or value == {}:
        return "none"
    if isinstance(value, list):
        if all(isinstance(v, (str, int, float)) for v in value):
            text = ", ".join(map(str, value))
            return text if len(text) < 400 else f"{text[:390]} ... ({len(value)} in all)"
        return "; ".join(_part(v) for v in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _part(value: Any) -> str:
    """A row of a part (a reform, a lever) by what it says."""
    if not isinstance(value, dict):
        return str(value)
    said = {k: v for k, v in value.items() if v not in (None, [], {}, "", False)}
    title = said.pop("name", said.pop("preset", said.pop("id", "")))
    return f"{title} ({', '.join(f'{k} {v}' for k, v in list(said.items())[:8])})"


def _figures(results: Sequence[Result], letters: Sequence[str]) -> Table:
    """Headline figures of each, and their difference from A."""
    by_run = [{f.id: f for f in r.figures} for r in results]
    ids = list(dict.fromkeys(key for each in by_run for key in each))
    base, rows = letters[0], []
    for key in ids:
        first = next(each[key] for each in by_run if key in each)
        row: dict[str, Any] = {"figure": first.label, "unit": first.unit}
        for letter, each in zip(letters, by_run, strict=True):
            row[letter] = each[key].value if key in each else None
        for letter in letters[1:]:
            known = row[base] is not None and row[letter] is not None
            row[f"{letter}-{base}"] = row[letter] - row[base] if known else None
        row["_origin"] = first.origin.model_copy(update={"inputs": ()}).model_dump()
        rows.append(row)
    difference = Origin(kind="computed", formula=f"value of the run less value of {base}")
    columns = [
        Column(name="figure", title="Figure"), Column(name="unit", title="Unit"),
        *(Column(name=x, title=x, kind="number") for x in letters),
        *(Column(name=f"{x}-{base}", title=f"{x} less {base}", kind="number", origin=difference)
          for x in letters[1:]),
    ]  # fmt: skip
    names = [c.name for c in columns]
    return table_of("figures", "Headline figures", pd.DataFrame(rows, columns=[*names, "_origin"]),
                    columns)  # fmt: skip


def _economies(results: Sequence[Result], letters: Sequence[str], measure: str) -> pd.DataFrame:
    """One row an economy: the measure in each run, and its difference from A, largest first."""
    parts = [
        result.frame("countries")[["iso3", "name", measure]].rename(columns={measure: letter})
        for letter, result in zip(letters, results, strict=True)
    ]
    out = _joined(parts)
    base = letters[0]
    for letter in letters[1:]:
        out[f"{letter}-{base}"] = out[letter] - out[base]
    largest = out[[f"{x}-{base}" for x in letters[1:]]].abs().max(axis=1)
    order = largest.sort_values(ascending=False, na_position="last", kind="stable").index
    return out.loc[order].reset_index(drop=True)


def _joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Tables of economies side by side; an economy that one of them lacks stays."""
    out = parts[0]
    for part in parts[1:]:
        out = out.merge(part, on="iso3", how="outer", suffixes=("", " too"))
        out["name"] = out["name"].fillna(out.pop("name too"))
    return out


def _economy_table(frame: pd.DataFrame, letters: Sequence[str], measure: str) -> Table:
    told = columns_of("countries", [measure])[0]
    base = letters[0]
    difference = Origin(kind="computed", formula=f"value of the run less value of {base}")
    columns = [
        Column(name="name", title="Economy"), Column(name="iso3", title="Code"),
        *(told.model_copy(update={"name": x, "title": f"{x}: {told.title}"}) for x in letters),
        *(Column(name=f"{x}-{base}", title=f"{x} less {base}", unit=told.unit, kind="number",
                 origin=difference) for x in letters[1:]),
    ]  # fmt: skip
    shown = frame.assign(_href="/countries/" + frame["iso3"].astype(str))
    return table_of("economies", told.title, shown, columns)


def _sheets(found: Comparison) -> dict[str, pd.DataFrame]:
    runs = pd.DataFrame(
        {"letter": found.letters, "name": [r.name for r in found.results],
         "run": [r.hash for r in found.results],
         "version": [r.summary.get("version", "") for r in found.results]}
    )  # fmt: skip
    every = _joined(
        [
            result.frame("countries")[["iso3", "name", *MEASURES]].rename(
                columns={m: f"{m} {letter}" for m in MEASURES}
            )
            for letter, result in zip(found.letters, found.results, strict=True)
        ]
    )
    return {
        "runs": runs,
        "settings": _frame_of(found.settings),
        "figures": _frame_of(found.figures),
        "economies": every,
    }


def _frame_of(table: Table) -> pd.DataFrame:
    return pd.DataFrame(list(table.rows), columns=[c.name for c in table.columns])


def comparison_workbook(found: Comparison) -> bytes:
    """The comparison as a workbook: runs, settings, figures, economies with every measure."""
    packed = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    with pd.ExcelWriter(packed, engine="xlsxwriter", engine_kwargs={"options": options}) as book:
        for name, frame in _sheets(found).items():
            frame.to_excel(book, sheet_name=name, index=False, freeze_panes=(1, 1))
            book.sheets[name].autofit()
    return packed.getvalue()


def comparison_parquet(found: Comparison) -> bytes:
    """Economies with every measure of every run as Parquet."""
    from beltroad.files import parquet_bytes

    return parquet_bytes(_sheets(found)["economies"])


def chart_of(found: Comparison, most: int = 12) -> dict[str, str]:
    """Where the runs differ most: dots of each run by economy, wide and narrow."""
    base, others = found.letters[0], found.letters[1:]
    differences = found.frame[[f"{x}-{base}" for x in others]]
    rows = found.frame[differences.abs().max(axis=1) > _NOTHING].head(most)
    if rows.empty:
        return {}
    drawn = _drawn(
        tuple(r.hash for r in found.results), found.measure, found.letters,
        tuple(rows["name"]), tuple(map(tuple, rows[list(found.letters)].to_numpy(float))),
    )  # fmt: skip
    return dict(zip(("finding", "wide", "narrow"), drawn, strict=True))


@lru_cache(maxsize=32)
def _drawn(
    _: tuple[str, ...], measure: str, letters: tuple[str, ...], names: tuple[str, ...],
    values: tuple[tuple[float, ...], ...],
) -> tuple[str, str, str]:  # fmt: skip
    import altair as alt

    from beltroad.appraisal.report import theme

    told = columns_of("countries", [measure])[0]
    long = pd.DataFrame(
        [(n, x, v) for n, row in zip(names, values, strict=True)
         for x, v in zip(letters, row, strict=True)], columns=["name", "run", "value"],
    )  # fmt: skip
    long["label"] = long["name"] + ", " + long["run"] + ": " + long["value"].map("{:.4g}".format)
    finding = f"{told.title}: the {len(names)} economies for which the runs differ most"

    def draw(narrow: bool) -> str:
        y = alt.Y("name:N", sort=list(names), title=None).axis(labelLimit=110 if narrow else 200)
        x = alt.X("value:Q", title=f"{told.title}, {told.unit}").axis(tickCount=4)
        runs = alt.Chart(long).mark_point(filled=True, size=80, opacity=0.9).encode(
            x=x, y=y, description="label:N",
            shape=alt.Shape("run:N", title=None).scale(
                domain=list(letters), range=["circle", "diamond", "square", "triangle-up"]),
            color=alt.Color("run:N", title=None).scale(
                domain=list(letters),
                range=[theme.ACCENT, theme.LOSS[2], theme.INK, theme.MUTED][: len(letters)]),
        )  # fmt: skip
        span = alt.Chart(long).mark_rule(color="#b9c3c6", aria=False).encode(
            x="min(value):Q", x2="max(value):Q", y=y)  # fmt: skip
        chart = (span + runs).properties(width=200 if narrow else 620, height=alt.Step(22))
        return theme.svg(chart, f"compare-{'n' if narrow else 'w'}", description=finding)

    return finding, draw(False), draw(True)
