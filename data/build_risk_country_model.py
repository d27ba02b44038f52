"""Fit the country model to the bundled figures and events, write ``risk_country_model``.

Also writes ``risk_ratings_2020`` from ``data/facts/risk/lic_ratings_2020.csv``, the official
ratings that the model is held against. Run after ``build_risk_indicators`` and
``build_risk_events``: ``python data/build_risk_country_model.py``.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pandas as pd

from _common import ROOT, write_table

sys.path.insert(0, str(ROOT / "src"))

from beltroad.risk.country import model, sample
from beltroad.risk.country.indicators import INDICATORS

FACTS = Path(__file__).resolve().parent / "facts" / "risk" / "lic_ratings_2020.csv"
RATINGS = ("low", "moderate", "high", "in debt distress")
SCRIPT = "data/build_risk_country_model.py"
SCALE = "scale fitted to"
COLUMNS = {
    "term": ("-", "indicator, intercept, income_cuts (quarters of income per head, USD) or counts "
             "(rows and events fitted to, under low and high)"),
    "label": ("-", "what it is"),
    "slope": ("log odds", "for one standard deviation"),
    "mean": (SCALE, "mean of the country-years fitted to"),
    "sd": (SCALE, "standard deviation"),
    "low": (SCALE, "lower bound, 2nd percentile"),
    "high": (SCALE, "upper bound, 98th percentile"),
    **{f"income_{i}": (SCALE, f"median in quarter {i} of income per head, stands in for gaps")
       for i in range(1, 5)},
    "vintage": ("-", "country-years fitted to"),
}  # fmt: skip
OWN = {"title": "Own estimate from the tables risk_indicators and risk_events",
       "url": "https://www.imf.org/en/Publications/WEO/weo-database/2024/April",
       "licence": "as stated there", "vintage": "2024"}  # fmt: skip


def main() -> None:
    """Fit, then write both tables."""
    table = sample.country_years()
    known = table[table["usable"] & table["event"].notna()]
    fitted = model.fit_model(known, known["event"])
    years = known.index.get_level_values("year")
    rows = fitted.table.rename_axis("term").reset_index()
    cuts = dict(zip(["income_1", "income_2", "income_3"], fitted.income_cuts_usd, strict=True))
    extra = [{"term": "income_cuts", **cuts},
             {"term": "counts", "low": fitted.rows, "high": fitted.events}]  # fmt: skip
    rows = pd.concat([rows, pd.DataFrame(extra)], ignore_index=True)
    labels = {k: f"{v.label}, {v.unit}" for k, v in INDICATORS.items()}
    labels |= {"record": "share of the last ten years in distress", "intercept": "intercept",
               "income_cuts": "quarters of income per head, USD",
               "counts": "rows and events"}  # fmt: skip
    logged = "reserves_pct_external_debt"
    labels[logged] = "natural logarithm of " + labels[logged]
    rows = rows.assign(label=rows["term"].map(labels), vintage=f"{years.min()}-{years.max()}")
    numbers = [c for c in rows.columns if c not in ("term", "label", "vintage")]
    rows[numbers] = rows[numbers].astype(float).round(10)
    write_table(
        "risk_country_model", rows[list(COLUMNS)],
        title="Model of sovereign debt distress within two years",
        script=SCRIPT, columns=COLUMNS, sources=[OWN],
        notes="Logistic regression with a ridge of 10 on standardised indicators; see "
        "docs/methods/risk-country.md.",
    )  # fmt: skip
    ratings = pd.read_csv(FACTS, dtype=str, keep_default_na=False)
    wrong = ratings[~ratings["rating"].isin(RATINGS) | ratings["iso3"].duplicated()]
    if len(wrong):
        raise SystemExit(f"ratings at fault: {', '.join(wrong['iso3'])}")
    write_table(
        "risk_ratings_2020", ratings,
        title="Risk of external debt distress as listed in May 2020, economies A to G",
        script=SCRIPT,
        columns={"iso3": ("-", "economy"), "rating": ("-", ", ".join(RATINGS)),
                 "published_on": ("-", "month of the analysis")},
        sources=[{"title": "World Bank, latest publicly available debt sustainability analyses "
                  "under the joint framework for low-income countries, May 2020",
                  "url": "https://www.worldbank.org/en/programs/debt-toolkit/dsa",
                  "licence": "single facts cited", "vintage": "2020-05"}],
        notes="Only the first part of the list, to Guinea-Bissau, could be read.",
    )  # fmt: skip


if __name__ == "__main__":
    main()
