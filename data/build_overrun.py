"""Check and write the table ``overrun``: reference classes of capital cost overrun.

Run: ``python data/build_overrun.py``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts" / "overrun.csv"
COLUMNS = {
    "mode": ("-", "reference class"),
    "basis": ("-", "what is published: mean_sd, mean_tail or mean"),
    "mean_share": ("share of estimate", "mean overrun in real terms (0.447 is 44.7 %)"),
    "sd_share": ("share of estimate", "standard deviation of the overrun"),
    "projects": ("1", "projects in the class"),
    "over_half_share": ("1", "share of projects with an overrun above 0.5"),
    "tail_mean_share": ("share of estimate", "mean overrun of the projects above 0.5"),
    "used": ("-", "yes where cost ranges are drawn from the class; no: for comparison"),
    "source_title": ("-", "publication"),
    "source_url": ("-", "address"),
    "year": ("year", "year of publication"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "what was confirmed"),
}


def main() -> None:
    """Check, then write the table."""
    table = pd.read_csv(FACTS, dtype=str, keep_default_na=False)
    needed = {
        "mean_sd": ("sd_share",),
        "mean_tail": ("over_half_share", "tail_mean_share"),
        "mean": (),
    }
    faults = [f"{m} given twice" for m in table["mode"][table["mode"].duplicated()]]
    for row in table.itertuples():
        if row.basis not in needed:
            faults.append(f"{row.mode}: basis {row.basis!r}")
            continue
        for column in ("mean_share", *needed[row.basis]):
            if not getattr(row, column) or float(getattr(row, column)) <= 0:
                faults.append(f"{row.mode}: {column} is missing or not above 0")
    if faults:
        raise SystemExit("\n".join(faults))
    write_table(
        "overrun",
        table,
        title="Cost overrun of infrastructure by reference class",
        script="data/build_overrun.py",
        columns=COLUMNS,
        sources=[
            {
                "title": "Flyvbjerg, Skamris Holm and Buhl 2003, Transport Reviews 23",
                "url": "https://doi.org/10.1080/01441640309904",
                "licence": "single figures cited",
                "vintage": "2003",
            },
            {
                "title": "Flyvbjerg and Gardner 2023, How Big Things Get Done",
                "url": "https://energyskeptic.com/?p=15472",
                "licence": "single figures cited",
                "vintage": "2023",
            },
        ],
        notes="Overrun is actual over estimated cost at the decision to build, less one, in "
        "constant prices. The rows from 2023 were not seen in the book itself.",
    )


if __name__ == "__main__":
    main()
