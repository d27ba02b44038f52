"""Check and write the table ``uncertain_inputs``: what is drawn at random, and how.

Run: ``python data/build_uncertain_inputs.py``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts" / "uncertain_inputs.csv"
SHAPES = {"truncated_normal", "two_piece", "lognormal", "reference_class"}
FROM = {"here", "icio_industries", "value_of_time", "network_parameters", "overrun",
        "project_risk"}  # fmt: skip
COLUMNS = {
    "input": ("-", "name of the input, or of a family of inputs (one an industry, project, mode)"),
    "group": ("-", "assumption that the variance is split by"),
    "title": ("-", "what it is"),
    "shape": ("-", "truncated_normal, two_piece (median at the central value), lognormal or "
              "reference_class"),
    "values_from": ("-", "table with the central value and the range, or here"),
    "low": ("see unit", "least value, where it is given here"),
    "central": ("see unit", "value of the central appraisal, where it is given here"),
    "high": ("see unit", "largest value, where it is given here"),
    "sigma": ("1", "standard deviation of the logarithm, of a lognormal"),
    "shared": ("1", "correlation of normal scores between the members of the family"),
    "tied_to": ("-", "family with whose member of the same project it is correlated"),
    "tie": ("1", "that correlation of normal scores"),
    "unit": ("-", "unit of the value"),
    "source_title": ("-", "source of the distribution"),
    "source_url": ("-", "its address where it was read"),
    "year": ("year", "vintage"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "how the source was used, what is imputed"),
}  # fmt: skip


def faults(table: pd.DataFrame) -> list[str]:
    """Every fault of the table, one line each."""
    found = [f"{name} given twice" for name in table["input"][table["input"].duplicated()]]
    for row in table.to_dict("records"):
        name = row["input"]
        if row["shape"] not in SHAPES or row["values_from"] not in FROM:
            found.append(f"{name}: shape {row['shape']!r} from {row['values_from']!r}")
        if not 0 <= float(row["shared"]) <= 1:
            found.append(f"{name}: shared {row['shared']}")
        if bool(row["tied_to"]) != bool(row["tie"]) or (
            row["tied_to"] and (row["tied_to"] not in set(table["input"])
                                or not -1 < float(row["tie"]) < 1)
        ):  # fmt: skip
            found.append(f"{name}: tied_to {row['tied_to']!r} with {row['tie']!r}")
        if row["values_from"] == "here":
            needed = ("central", "sigma") if row["shape"] == "lognormal" else (
                "low", "central", "high")  # fmt: skip
            if not all(row[column] for column in needed):
                found.append(f"{name}: needs {', '.join(needed)}")
            elif row["low"] and not (
                float(row["low"]) <= float(row["central"]) <= float(row["high"])
            ):
                found.append(f"{name}: low, central, high are out of order")
        if row["confidence"] not in {"high", "medium", "low"} or not row["source_title"]:
            found.append(f"{name}: source or confidence")
    return found


def main() -> None:
    """Check, then write the table."""
    table = pd.read_csv(FACTS, dtype=str, keep_default_na=False)
    if wrong := faults(table):
        raise SystemExit("\n".join(wrong))
    write_table(
        "uncertain_inputs",
        table,
        title="Uncertain inputs of an appraisal and how they are drawn",
        script="data/build_uncertain_inputs.py",
        columns=COLUMNS,
        sources=[
            {
                "title": "Caliendo and Parro 2015, Table 1",
                "url": "https://doi.org/10.1093/restud/rdu035",
                "licence": "figures cited from a published article",
                "vintage": "2015",
            },
            {
                "title": "beltroad: comparison with published transit times, and judgement",
                "url": "",
                "licence": "Apache-2.0",
                "vintage": "2026",
            },
        ],
        notes="Central values and ranges stand in the tables named in values_from. Correlations "
        "and the spread of transit times are imputed.",
    )


if __name__ == "__main__":
    main()
