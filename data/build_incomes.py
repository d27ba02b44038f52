"""Check and write ``income_distributions`` and ``poverty_checks``: grouped incomes by survey.

Reads ``data/facts/people/income_distributions.csv`` (shares, Gini, head counts in 2021 PPP) and,
beside it, ``headcounts_2011.csv`` (the same surveys or near ones in 2011 PPP), ``welfare.csv``
(consumption or income) and ``survey_means.csv``; sources are rows of ``sources.csv``.
Run: ``python data/build_incomes.py``.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pandas as pd

from _common import cited, write_table

FOLDER = Path(__file__).resolve().parent / "facts" / "people"
SCRIPT = "data/build_incomes.py"
QUINTILES = [f"share_q{i}_pct" for i in range(1, 6)]
DECILES = ["share_d1_pct", "share_d10_pct"]
HEADS = ["headcount_300_pct", "headcount_420_pct", "headcount_830_pct"]
OLD_HEADS = ["headcount_190_2011_pct", "headcount_320_2011_pct", "headcount_550_2011_pct"]
#: Shares are published to 0.1 percentage point: five of them sum to 100 within 0.25.
ROUNDING_PCT = 0.25
#: The listing of kinds of surveys ends here.
LISTED_TO = 2021
#: How far, in years, a survey in 2011 PPP may lie from the one it stands for.
NEAR_YEARS = 2


def read(name: str) -> pd.DataFrame:
    """Facts as text, empty cells as empty text."""
    return pd.read_csv(FOLDER / f"{name}.csv", dtype=str, keep_default_na=False)


def _numbers(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    return table.assign(**{c: pd.to_numeric(table[c].replace("", None)) for c in columns})


def surveys() -> pd.DataFrame:
    """Shares, Gini and head counts by economy and survey year."""
    table = _numbers(
        read("income_distributions"), ["survey_year", *QUINTILES, *DECILES, "gini", *HEADS]
    )
    return table.astype({"survey_year": int})


def with_old_lines(table: pd.DataFrame) -> pd.DataFrame:
    """Head counts in 2011 PPP of the same year, or of the nearest within :data:`NEAR_YEARS`."""
    old = _numbers(read("headcounts_2011"), ["year", *OLD_HEADS]).astype({"year": int})
    old = old.rename(columns={"year": "headcount_2011_year", "source": "old_source"})
    old["near"] = old["headcount_2011_year"]
    left = table.sort_values("survey_year", kind="stable")
    out = pd.merge_asof(
        left,
        old.sort_values("near", kind="stable"),
        left_on="survey_year",
        right_on="near",
        by="iso3",
        direction="nearest",
        tolerance=NEAR_YEARS,
    )
    found = out["old_source"].notna()
    out["source"] = out["source"] + (";" + out["old_source"]).where(found, "")
    return out.drop(columns=["near", "old_source"])


def with_welfare(table: pd.DataFrame) -> pd.DataFrame:
    """Consumption or income, by economy and span of years; later surveys count as the last one."""
    spans = read("welfare")
    out = table.assign(welfare="")
    for row in spans.itertuples():
        year = out["survey_year"]
        at = (out["iso3"] == row.iso3) & (year >= int(row.first_year))
        at &= year <= int(row.last_year or 9999)
        out.loc[at, "welfare"] = row.welfare
        out.loc[at, "source"] += ";" + row.source
        for k in out.index[at & (year > LISTED_TO)]:
            told = "welfare as in the economy's surveys to 2021"
            out.loc[k, "note"] = "; ".join(filter(None, [out.loc[k, "note"], told]))
    return out


def with_means(table: pd.DataFrame) -> pd.DataFrame:
    """Survey means in USD a day of 2021 PPP where one was openly found."""
    rows = _numbers(read("survey_means"), ["survey_year", "mean_usd_day_2021"])
    rows = rows.astype({"survey_year": int}).rename(columns={"source": "source_m"})
    keys = ["iso3", "survey_year"]
    out = table.merge(
        rows[[*keys, "mean_usd_day_2021", "source_m"]], on=keys, how="left", validate="1:1"
    )
    out["source"] = out["source"] + (";" + out["source_m"]).where(out["source_m"].notna(), "")
    return out.drop(columns="source_m")


def faults(table: pd.DataFrame, sources: set[str]) -> list[str]:
    """What is wrong with the rows; nothing is written while something is."""
    found = []
    for row in table[table.duplicated(["iso3", "survey_year"])].itertuples():
        found.append(f"{row.iso3} {row.survey_year}: given twice")
    for row in table.to_dict("records"):
        where = f"{row['iso3']} {row['survey_year']}"
        q = [row[c] for c in QUINTILES]
        if abs(sum(q) - 100) > ROUNDING_PCT:
            found.append(f"{where}: the five shares sum to {sum(q):g}")
        if any(b < a for a, b in pairwise(q)):
            found.append(f"{where}: shares fall from one fifth to the next")
        if row["share_d1_pct"] > q[0] / 2 + 0.11 or row["share_d10_pct"] < q[4] / 2 - 0.11:
            found.append(f"{where}: a tenth does not fit into its fifth")
        if not 15 < row["gini"] < 75:
            found.append(f"{where}: Gini {row['gini']}")
        for lines in (HEADS, OLD_HEADS):
            h = [row[c] for c in lines if row[c] == row[c]]
            if any(not 0 <= x <= 100 for x in h) or h != sorted(h):
                found.append(f"{where}: head counts {h} are not in order")
        if row["welfare"] not in ("consumption", "income", ""):
            found.append(f"{where}: welfare {row['welfare']!r}")
        if row["mean_usd_day_2021"] <= 0:
            found.append(f"{where}: mean {row['mean_usd_day_2021']}")
        if unknown := set(row["source"].split(";")) - sources:
            found.append(f"{where}: source {sorted(unknown)} is not in sources.csv")
    return found


def main() -> None:
    """Join, check, write."""
    listed = read("sources")
    table = with_means(with_welfare(with_old_lines(surveys())))
    table["kind"] = "observed"
    wrong = faults(table, set(listed["source"]))
    if wrong:
        raise SystemExit("\n".join(wrong[:50]))
    columns = {
        "iso3": ("-", "ISO 3166-1 alpha-3; XKX (user-assigned) for Kosovo"),
        "survey_year": ("year", "year of the household survey"),
        "welfare": ("-", "what the survey measures: consumption, income; empty if not known to us"),
        **{c: ("% of total", f"share of the {n} fifth of people")
           for c, n in zip(QUINTILES, ("poorest", "second", "middle", "fourth", "richest"),
                           strict=True)},
        "share_d1_pct": ("% of total", "share of the poorest tenth of people"),
        "share_d10_pct": ("% of total", "share of the richest tenth of people"),
        "gini": ("0-100", "Gini index of income or consumption per head"),
        "headcount_300_pct": ("% of population", "below 3.00 USD a day, 2021 PPP"),
        "headcount_420_pct": ("% of population", "below 4.20 USD a day, 2021 PPP"),
        "headcount_830_pct": ("% of population", "below 8.30 USD a day, 2021 PPP"),
        "headcount_190_2011_pct": ("% of population", "below 1.90 USD a day, 2011 PPP"),
        "headcount_320_2011_pct": ("% of population", "below 3.20 USD a day, 2011 PPP"),
        "headcount_550_2011_pct": ("% of population", "below 5.50 USD a day, 2011 PPP"),
        "headcount_2011_year": ("year", "survey year of the head counts in 2011 PPP"),
        "mean_usd_day_2021": ("USD a day, 2021 PPP", "mean income or consumption per head"),
        "source": ("-", "keys of the sources in this file, joined by ';'"),
        "kind": ("-", "observed"),
        "note": ("-", "figures left out or inferred, and why"),
    }  # fmt: skip
    used = {key for joined in table["source"] for key in joined.split(";")}
    table["headcount_2011_year"] = table["headcount_2011_year"].astype(float)
    write_table(
        "income_distributions",
        table[list(columns)].sort_values(["iso3", "survey_year"]).reset_index(drop=True),
        title="Distributions of income or consumption by economy and survey",
        script=SCRIPT,
        sources=cited(listed, used),
        columns=columns,
        notes="Surveys since 2000. Shares and head counts are published to 0.1 %: a zero head "
        "count means below 0.05 %. A zero at 3.00 beside 3 % or more at 4.20 is taken for a "
        "missing value and left empty. Head counts in 2011 PPP come from older releases and are "
        "those of the nearest survey within two years (headcount_2011_year): later revisions of a "
        "survey are not in them.",
        fmt="parquet",
    )  # fmt: skip


def checks() -> None:
    """Write ``poverty_checks``: what PIP itself reports for a few surveys, to measure fits by."""
    table = read("poverty_checks")
    labels = ["iso3", "level", "welfare", "source"]
    table = _numbers(table, [c for c in table.columns if c not in labels])
    wrong = []
    for row in table.to_dict("records"):
        where = f"{row['iso3']} {row['level']} {row['survey_year']}"
        q = [row[c] for c in QUINTILES]
        heads = [row[f"headcount_{n}_pct"] for n in (190, 320, 550, 1000)]
        gaps = [row[f"gap_{n}_pct"] for n in (190, 320, 550, 1000)]
        if abs(sum(q) - 100) > 0.01 or q != sorted(q):
            wrong.append(f"{where}: shares {q}")
        if heads != sorted(heads) or gaps != sorted(gaps):
            wrong.append(f"{where}: head counts or gaps fall with the line")
        if any(g > h for g, h in zip(gaps, heads, strict=True)):
            wrong.append(f"{where}: a gap exceeds its head count")
    if wrong:
        raise SystemExit("\n".join(wrong))
    units = {"mean_usd_day": ("USD a day, 2011 PPP", "mean"),
             "median_usd_day": ("USD a day, 2011 PPP", "median")}  # fmt: skip
    for column in table.columns:
        if column.startswith("headcount_"):
            line = int(column.split("_")[1]) / 100
            units[column] = ("% of population", f"below {line:.2f} USD a day, 2011 PPP")
        elif column.startswith("gap_"):
            line = int(column.split("_")[1]) / 100
            units[column] = ("% of line", f"poverty gap at {line:.2f} USD a day, 2011 PPP")
        elif column.startswith("share_q"):
            units[column] = ("% of total", "share of a fifth of people, poorest first")
    units |= {
        "iso3": ("-", "ISO 3166-1 alpha-3"),
        "level": ("-", "national, or the urban part"),
        "survey_year": ("year", "year of the household survey"),
        "welfare": ("-", "what the survey measures"),
        "share_d10_pct": ("% of total", "share of the richest tenth of people"),
        "gini": ("0-100", "Gini index"),
        "source": ("-", "key of the source in this file"),
    }
    cited = read("sources").set_index("source").loc["pip_2011ppp"]
    write_table(
        "poverty_checks",
        table,
        title="What the Poverty and Inequality Platform reports for a few surveys",
        script=SCRIPT,
        sources=[{"title": f"[pip_2011ppp] {cited['title']}", "url": cited["url"],
                  "licence": cited["licence"], "vintage": cited["vintage"]}],
        columns={c: units[c] for c in table.columns},
        notes="Rounded to five decimals. Given mean and shares, a fitted distribution should find "
        "these head counts and gaps, which rest on the households themselves.",
    )  # fmt: skip


if __name__ == "__main__":
    main()
    checks()
