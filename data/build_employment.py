"""Check and write the table ``employment``: people in work by economy and broad sector.

Reads ``data/facts/people/employment_shares.csv``, ``employment_totals.csv`` and the population in
``growth_outlook.csv``. Run: ``python data/build_employment.py``.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from _common import cited, write_table

FOLDER = Path(__file__).resolve().parent / "facts" / "people"
SCRIPT = "data/build_employment.py"
SECTORS = ("agriculture", "industry", "services")
#: No economy has more people in work than this share of its population.
HIGHEST_SHARE = 0.85


def main() -> None:
    """Join, check, write."""
    shares = pd.read_csv(FOLDER / "employment_shares.csv")
    totals = pd.read_csv(FOLDER / "employment_totals.csv").rename(columns={"year": "total_year"})
    outlook = pd.read_csv(FOLDER / "growth_outlook.csv")
    people = outlook[outlook["variable"] == "population"].set_index("iso3")
    listed = pd.read_csv(FOLDER / "sources.csv", dtype=str, keep_default_na=False)
    faults = [f"{name}: {iso3} is given twice" for name, table in
              (("employment_shares", shares), ("employment_totals", totals))
              for iso3 in table["iso3"][table["iso3"].duplicated()]]  # fmt: skip
    rows = []
    joined = shares.merge(totals, on="iso3", suffixes=("", "_total"))
    for row in joined.to_dict("records"):
        where = row["iso3"]
        share = [row["agriculture_pct"], row["industry_pct"]]
        share.append(100.0 - sum(share))
        if min(share) < 0 or max(share) > 100:
            faults.append(f"{where}: shares {share}")
        if where not in people.index:
            continue
        before, after = (people.loc[where, str(row[c])] for c in ("total_year", "year"))
        if not (before > 0 and after > 0):
            continue
        employed = 1e6 * row["employed_mn"] * after / before
        if not 0.05 * after < employed < HIGHEST_SHARE * after:
            faults.append(f"{where}: {employed:,.0f} in work of {after:,.0f}")
        source = ";".join([row["source"], row["source_total"], "wdi_population"])
        for sector, part in zip(SECTORS, share, strict=True):
            rows.append((where, int(row["year"]), sector, round(employed * part / 100), "imputed",
                         source))  # fmt: skip
    if faults:
        raise SystemExit("\n".join(faults[:50]))
    columns = {
        "iso3": ("-", "ISO 3166-1 alpha-3"),
        "year": ("year", "year of the shares, and to which the total is carried"),
        "sector": ("-", "agriculture (ISIC A), industry (B-F) or services (G-U)"),
        "employed_persons": ("persons", "people in work"),
        "kind": ("-", "imputed: modelled shares of a total carried on with population"),
        "source": ("-", "keys of the sources in this file, joined by ';'"),
    }
    used = {"ilo_wdi", "pwt_10_01", "wdi_population"}
    write_table(
        "employment",
        pd.DataFrame(rows, columns=list(columns)).sort_values(["iso3", "sector"]),
        title="People in work by economy and broad sector",
        script=SCRIPT,
        sources=cited(listed, used),
        columns=columns,
        notes="Persons engaged in 2019 (Penn World Table), carried to the year of the shares with "
        "the growth of population, times the International Labour Organization's modelled shares "
        "by sector. Modelled, not counted; informal and family work are in.",
    )  # fmt: skip


if __name__ == "__main__":
    main()
