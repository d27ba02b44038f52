"""Value of time in trade per ICIO industry: `value_of_time`.

Run: ``python data/build_value_of_time.py``. Classes and their values with reasons are in
``facts/value_of_time_classes.csv``; here they are given to the 50 industries.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

from _common import write_table

FACTS = Path(__file__).resolve().parent / "facts" / "value_of_time_classes.csv"
CLASSES = {
    "time_sensitive": ("C26", "C27", "C28", "C29", "C302T309"),
    "manufactures": (
        "C13T15",
        "C16",
        "C17_18",
        "C20",
        "C21",
        "C22",
        "C23",
        "C25",
        "C301",
        "C31T33",
    ),
    "mixed": ("A01", "A03", "C10T12"),
    "bulk": ("A02", "B05", "B06", "B07", "B08", "C19", "C24A", "C24B"),
    "none": (
        "B09",
        "D",
        "E",
        "F",
        "G",
        "H49",
        "H50",
        "H51",
        "H52",
        "H53",
        "I",
        "J58T60",
        "J61",
        "J62_63",
        "K",
        "L",
        "M",
        "N",
        "O",
        "P",
        "Q",
        "R",
        "S",
        "T",
    ),
}


def main() -> None:
    """Build and write the table."""
    with FACTS.open(encoding="utf-8") as handle:
        values = {row["class"]: row for row in csv.DictReader(handle)}
    rows = [
        {
            "industry": industry,
            "time_class": name,
            "per_day_ad_valorem": float(values[name]["central_pct_per_day"]) / 100,
            "per_day_ad_valorem_low": float(values[name]["low_pct_per_day"]) / 100,
            "per_day_ad_valorem_high": float(values[name]["high_pct_per_day"]) / 100,
            "source": values[name]["reason"],
            "confidence": values[name]["confidence"],
        }
        for name, industries in CLASSES.items()
        for industry in industries
    ]
    frame = pd.DataFrame(rows).sort_values("industry", ignore_index=True).round(8)
    if len(frame) != 50 or frame["industry"].duplicated().any():
        raise SystemExit("every industry must be in exactly one class")
    write_table(
        "value_of_time",
        frame,
        title="Ad valorem value of one day in transit, by industry",
        script="data/build_value_of_time.py",
        sources=[
            {
                "title": "Hummels and Schaur (2013), Time as a Trade Barrier, American Economic "
                "Review 103(7)",
                "url": "https://doi.org/10.1257/aer.103.7.2935",
                "licence": "figures cited from a published article",
                "vintage": "2013 (US imports 1991-2005)",
            },
            {
                "title": "Hummels (2001), Time as a Trade Barrier, GTAP Working Paper 18",
                "url": "https://www.gtap.agecon.purdue.edu/resources/res_display.asp?RecordID=1152",
                "licence": "figures cited from a published paper",
                "vintage": "2001",
            },
            {
                "title": "Hummels, Minor, Reisman and Endean (2007), Calculating Tariff "
                "Equivalents for Time in Trade, Nathan Associates for USAID",
                "url": "https://www.nathaninc.com/insight/the-cost-of-a-day-in-trade/",
                "licence": "cited",
                "vintage": "2007",
            },
        ],
        columns={
            "industry": ("-", "ICIO industry"),
            "time_class": ("-", "time_sensitive, manufactures, mixed, bulk or none"),
            "per_day_ad_valorem": ("share of value per day", "central value"),
            "per_day_ad_valorem_low": ("share of value per day", "lower end"),
            "per_day_ad_valorem_high": ("share of value per day", "upper end"),
            "source": ("-", "where the class value is from"),
            "confidence": ("-", "low, medium or high"),
        },
        notes="The mapping of industries to five classes is ours; values by GTAP sector (Minor "
        "2013) could not be read and are not used.",
    )


if __name__ == "__main__":
    main()
