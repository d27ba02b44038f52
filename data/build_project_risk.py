"""Check and write the table ``project_risk``: delay, benefits, published uplifts, dependence.

Run: ``python data/build_project_risk.py``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts" / "risk" / "project_risk.csv"
COLUMNS = {
    "kind": ("-", "delay, benefit, uplift (published, of cost) or dependence"),
    "class": ("-", "reference class; empty where it holds for all"),
    "key": ("-", "what the value is"),
    "value": ("share", "share of the estimate (0.44 is 44 % more), or a rank correlation"),
    "projects": ("1", "projects observed"),
    "used": ("-", "yes where it is drawn from or compared with; no: for comparison in print"),
    "source_title": ("-", "publication and where it was read"),
    "source_url": ("-", "address; empty where it was not read"),
    "year": ("year", "year of publication"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "what was confirmed"),
}
KEYS = {
    "delay": {"mean_share", "median_share", "late_share"},
    "benefit": {"mean_share", "sd_share", "half_beyond_share"},
    "uplift": {"p50", "p60", "p70", "p80", "p90"},
    "dependence": {
        "cost_delay_rank",
        "between_projects_rank",
        "delay_sd_per_mean",
        "cost_points_per_delay_year",
    },
}


def main() -> None:
    """Check, then write the table."""
    table = pd.read_csv(FACTS, dtype=str, keep_default_na=False)
    faults = []
    if list(table.columns) != list(COLUMNS):
        faults.append(f"columns {list(table.columns)}")
    twice = table[table.duplicated(["kind", "class", "key"])]
    faults += [f"{row.kind} {row.key}: given twice" for row in twice.itertuples()]
    for row in table.to_dict("records"):
        name = f"{row['kind']} {row['class']} {row['key']}"
        if row["key"] not in KEYS.get(row["kind"], ()):
            faults.append(f"{name}: not known")
        if not -1 < float(row["value"]) < 3:
            faults.append(f"{name}: {row['value']}")
        if not row["source_url"] and row["confidence"] != "low":
            faults.append(f"{name}: no address and not of low confidence")
        if row["confidence"] not in ("high", "medium", "low") or row["used"] not in ("yes", "no"):
            faults.append(f"{name}: confidence or used")
    if faults:
        raise SystemExit("\n".join(faults))
    write_table(
        "project_risk",
        table,
        title="Delay, benefits and published uplifts of infrastructure by reference class",
        script="data/build_project_risk.py",
        columns=COLUMNS,
        sources=[
            {
                "title": "Ansar, Flyvbjerg, Budzier and Lunn 2014, Energy Policy 69",
                "url": "https://baybuzz.co.nz/delusion-and-deception/",
                "licence": "single figures cited",
                "vintage": "2014",
            },
            {
                "title": "Flyvbjerg, Skamris Holm and Buhl 2005, Journal of the American Planning "
                "Association 71",
                "url": "https://ideas.repec.org/p/arx/papers/1303.6654.html",
                "licence": "single figures cited",
                "vintage": "2005",
            },
            {
                "title": "Flyvbjerg with COWI 2004 for the British Department for Transport",
                "url": "http://mobile.transportscotland.gov.uk/stag/td/Part2/"
                "Risk_and_Uncertainty/13.3.3.3",
                "licence": "single figures cited",
                "vintage": "2004",
            },
        ],
        notes="Single figures; rows of low confidence are remembered, or assumptions, as they say.",
    )


if __name__ == "__main__":
    main()
