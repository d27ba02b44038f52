"""The tables of the report: every economy, project, yardstick, case, assumption and source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.appraisal.report import tables, words
from beltroad.appraisal.report.tables import Style, Table
from beltroad.appraisal.result import Appraisal
from beltroad.errors import InputError

__all__ = [
    "assumptions",
    "cases",
    "economies",
    "facts",
    "flags",
    "pairs",
    "projects",
    "run_facts",
    "sources",
]

_MOST_PAIRS = 15


def economies(appraisal: Appraisal) -> Table:
    """All economies, with every figure that a ministry may be asked about."""
    rows = appraisal.countries.sort_values(["name", "iso3"], kind="stable")

    def col(name: str, **more: Any) -> tuple[tables.Column, list[tables.Cell]]:
        return tables.column(rows[name], "countries", name, **more)

    return tables.table(
        "economies",
        "All economies",
        [
            col("name", css="wide"),
            col("iso3"),
            col("region"),
            col("membership", title="Document"),
            col("accounts"),
            col("shipment_days_before", title="Shipment before"),
            col("shipment_time_change_pct"),
            col("trade_cost_change_pct"),
            col("exports_change_pct"),
            col("real_income_change_pct"),
            tables.spans(
                rows.real_income_low_pct, rows.real_income_high_pct, "Real income, cases", "%",
                "Lowest and highest value among the sensitivity cases",
            ),
            col("real_income_change_usd", title="Real income"),
            col("project_cost_usd"),
            col("annual_cost_usd"),
            col("net_gain_usd", title="Net gain",
                style=Style("USD million a year", 1e6, signed=True)),
            col("net_gain_pct", style=Style("% of income", signed=True)),
            *_outcomes(rows),
            col("flags", css="wider small"),
        ],
        searchable=True,
        css="dense",
    )  # fmt: skip


def _outcomes(rows: pd.DataFrame) -> list[tuple[tables.Column, list[tables.Cell]]]:
    """Columns about people, risk and emissions, where the scenario asks for these parts."""
    out = []
    if rows["lifted_projected_low"].notna().any():
        out.append(
            tables.spans(
                rows["lifted_projected_low"] / 1e3, rows["lifted_projected_high"] / 1e3,
                "Lifted out of poverty", "thousand people",
                "At the first poverty line in the target year; low and high pass-through",
                decimals=1,
            )
        )  # fmt: skip
    for name, style in (
        ("jobs_shift_pct", Style("% of labour", 1.0, 3)),
        ("risk_grade", Style("", 1.0, 0)),
        ("freight_change_pct", None),
    ):
        if rows[name].notna().any():
            out.append(tables.column(rows[name], "countries", name, style=style))
    return out


def projects(appraisal: Appraisal, names: Mapping[str, str]) -> Table:
    """All projects of the comparison."""
    rows = appraisal.projects.sort_values(
        ["alone_gain_usd", "id"], ascending=[False, True], na_position="last"
    )

    def col(name: str, **more: Any) -> tuple[tables.Column, list[tables.Cell]]:
        return tables.column(rows[name], "projects", name, **more)

    return tables.table(
        "projects",
        "All projects",
        [
            col("name", css="wide"),
            col("id", css="nowrap"),
            tables.named(rows.countries, names, "Hosts"),
            tables.text_column("Mode", [words.label(v) for v in rows["mode"]]),
            tables.text_column("Status", [words.label(v) for v in rows.status]),
            col("year_open"),
            col("length_km"),
            col("cost_usd"),
            col("cost_p80_usd"),
            col("annual_cost_usd"),
            col("alone_gain_usd"),
            col("gain_to_cost", style=Style("", 1.0, 2)),
            col("pairs_faster_alone"),
            col("confidence"),
            col("source", css="wider small"),
        ],
        searchable=True,
        css="dense",
    )


def pairs(appraisal: Appraisal, names: Mapping[str, str]) -> tuple[Table, Table]:
    """Pairs whose shipments speed up most, and whose trade grows most in money."""
    rows = appraisal.pairs.assign(
        trade_growth=appraisal.pairs.trade_usd * appraisal.pairs.trade_change_pct / 100
    )
    fastest = rows.sort_values(["shipment_time_change_pct", "exporter", "importer"])
    largest = rows.sort_values(["trade_growth", "exporter", "importer"],
                               ascending=[False, True, True])  # fmt: skip

    def build(key: str, caption: str, part: pd.DataFrame) -> Table:
        part = part.head(_MOST_PAIRS)
        label = [
            f"{names.get(a, a)} to {names.get(b, b)}"
            for a, b in zip(part.exporter, part.importer, strict=True)
        ]
        declared = ("hours_before", "hours_after", "shipment_time_change_pct",
                    "time_cost_before_pct", "time_cost_after_pct", "trade_usd",
                    "trade_change_pct")  # fmt: skip
        columns = [tables.text_column("From exporter to importer", label, css="wide")]
        columns += [tables.column(part[c], "pairs", c) for c in declared if part[c].notna().any()]
        if part.trade_growth.notna().any():
            growth = part.trade_growth / 1e6
            columns.append(
                tables.number_column("Trade change", "USD million a year", growth, 0, signed=True)
            )
        return tables.table(key, caption, columns)

    return (
        build("pairs-fastest", f"The {_MOST_PAIRS} pairs whose shipments speed up most", fastest),
        build("pairs-largest", f"The {_MOST_PAIRS} pairs whose trade grows most in money", largest),
    )


def cases(appraisal: Appraisal) -> Table:
    """Every sensitivity case."""
    rows = appraisal.sensitivity
    rows = rows.assign(description=[words.sentence(str(v)) for v in rows.description])
    declared = ("description", "world_real_income_pct", "corridor_real_income_pct",
                "world_trade_pct", "world_trade_cost_pct")  # fmt: skip
    titles = {"description": "Case"}
    columns = [tables.column(rows[c], "sensitivity", c, title=titles.get(c)) for c in declared]
    return tables.table("sensitivity", "All cases", columns)


def assumptions(appraisal: Appraisal) -> Table:
    """Parameters with their source and how far they can be trusted."""
    rows = appraisal.assumptions
    names = [words.label(str(v).replace(".", ", ")) for v in rows.parameter]
    units = [str(v).replace("1/a", "a year") if v != "1" else "" for v in rows.unit]
    return tables.table(
        "assumptions",
        "Assumptions",
        [
            tables.text_column("Assumption", names, "wide"),
            *(_values(title, rows[c])
              for title, c in (("Central", "value"), ("Low", "low"), ("High", "high"))),
            tables.text_column("Unit", units),
            tables.text_column("Confidence", list(rows.confidence)),
            tables.text_column("Source", [str(v) or "our own judgement" for v in rows.source],
                               "wider small"),
            tables.text_column("Note", list(rows.note), "wider small"),
        ],
        searchable=len(rows) > 20,
        css="dense",
    )  # fmt: skip


def _values(title: str, values: pd.Series) -> tuple[tables.Column, list[tables.Cell]]:
    """Values of different units in one column, each with the digits it has."""
    numbers = pd.to_numeric(values, errors="coerce")
    cells = [
        tables.Cell(words.MISSING if _plain(v) == "" else _plain(v).replace("-", "−"), float(n))
        for v, n in zip(values, numbers, strict=True)
    ]
    return tables.Column(title, numeric=True), cells


def flags(appraisal: Appraisal) -> Table:
    """How many economies carry each flag."""
    found: Counter[str] = Counter()
    for text in appraisal.countries["flags"]:
        found.update(part.strip() for part in str(text).split(";") if part.strip())
    order = sorted(found.items(), key=lambda kv: (-kv[1], kv[0]))
    columns = [
        tables.text_column("Flag", [words.label(k) for k, _ in order]),
        tables.number_column("Economies", "", pd.Series([float(n) for _, n in order]), 0),
    ]
    return tables.table("flags", "What is imputed or missing, by number of economies", columns)


def sources(appraisal: Appraisal) -> list[dict[str, Any]]:
    """Every bundled table the run rests on, with who published it."""
    used = appraisal.run.get("data_digests")
    names = sorted(used) if isinstance(used, Mapping) and used else list(evidence.names())
    out = []
    for name in names:
        try:
            about = evidence.info(name)
        except InputError:
            continue  # a digest of something that is not a table
        out.append(
            {"name": about.name, "title": about.title, "sources": about.sources,
             "digest": about.sha256[:12], "script": about.script}
        )  # fmt: skip
    return out


def run_facts(appraisal: Appraisal) -> list[tuple[str, str]]:
    """How the run was made, without what the report shows elsewhere."""
    # Seconds and cache hits differ from run to run; they are in run.json, not in the report.
    elsewhere = {"data_digests", "scenario", "seconds", "from_cache"}
    return facts({k: v for k, v in appraisal.run.items() if k not in elsewhere})


def facts(
    value: Mapping[str, Any], prefix: str = "", *, raw: bool = False
) -> list[tuple[str, str]]:
    """A nested mapping as lines ``name, value``."""
    out: list[tuple[str, str]] = []
    for key, item in value.items():
        name = f"{prefix}{str(key) if raw or prefix else words.label(str(key))}"
        if isinstance(item, Mapping):
            out += facts(item, f"{name}: ")
        else:
            out.append((name, _plain(item)))
    return out


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return "" if value != value else f"{value:.4g}"
    if isinstance(value, (list, tuple)):
        return ", ".join(_plain(v) for v in value)
    return "" if value is None else str(value)
