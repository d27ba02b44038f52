"""Check and write the tables of two-way investment: ledger, sources, groups, names.

Run: ``python data/build_investment.py``.
"""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd

from _common import write_table
from beltroad.evidence.dates import days_of
from beltroad.finance.invest.periods import last_year
from beltroad.finance.invest.vocabulary import (
    BOUNDS,
    COLUMNS,
    CONFIDENCE,
    DIRECTIONS,
    INSTRUMENTS,
    MEASURES,
)

FACTS = Path(__file__).resolve().parent / "facts" / "invest"
SCRIPT = "data/build_investment.py"
CLASSES = {"oda": "oda", "oof": "oof", "vague": "vague"}
# What the two aggregations of GCDF 3.0 are known to add up to, bn constant 2021 USD.
GCDF_YEAR_BN, GCDF_TOTAL_BN = 1485.13, 1494.60
# The source counts by today's recipients, also before they were states of their own.
EARLY = {
    iso3: (year, f"before independence in {year}: assigned so by the source")
    for iso3, year in (("SSD", 2011), ("MNE", 2006), ("SRB", 2006), ("TLS", 2002))
}
GROUPS_ONLY = (
    "ARAB",
    "WORLD",
    "BRI",
    "BRI_ROUTE",
    "TOP10",
    "TOP20",
    "DEVELOPED",
    "TRANSITION",
    "AFRICA",
)


def main() -> None:
    """Check, then write the four tables."""
    faults: list[str] = []
    sources = read("sources")
    groups = read("groups")
    names = read("names_zh")
    places = set(pd.read_csv(FACTS.parent / "economies.csv", dtype=str)["iso3"])
    places |= set(groups["group"]) | set(GROUPS_ONLY)
    ledger = pd.concat([figures(), partners(), gcdf_year(faults), gcdf_total(faults)])
    ledger = ledger[list(COLUMNS)].reset_index(drop=True)
    faults += check(ledger, set(sources["source"]), places)
    for row in groups.itertuples():
        if row.iso3 not in places:
            faults.append(f"groups: {row.group} {row.iso3} is no economy")
        for day in (row.since, row.until):
            if day:
                days_of(day)
    faults += [f"names_zh: {n} stands twice" for n in names["name"][names["name"].duplicated()]]
    faults += [f"names_zh: {c} is no economy" for c in set(names["iso3"]) - places]
    if faults:
        raise SystemExit("\n".join(faults))
    origin = [
        {"title": f"{r.publisher}: {r.title}", "url": r.url, "licence": r.licence,
         "vintage": r.vintage} for r in sources.itertuples()
    ]  # fmt: skip
    write_table(
        "investment", ledger, title="Two-way investment: flows, stocks, commitments, contracts",
        script=SCRIPT, columns=COLUMNS, sources=origin, fmt="parquet",
        notes="Rows of different sources or price bases are never added. GCDF 3.0: "
        "commitments recommended for aggregates, constant 2021 USD; the rows by year (1,485 bn) "
        "lack 20 small economies of the totals (1,495 bn) that have no Gleditsch-Ward number; "
        "AidData's headline is 1,340 bn. Number 817, the former Republic of Vietnam, stands for "
        "Viet Nam there.",
    )  # fmt: skip
    write_table(
        "investment_sources", sources, title="Sources of two-way investment", script=SCRIPT,
        columns={
            "source": ("-", "key"), "title": ("-", "statistic or data set"),
            "publisher": ("-", "who counts"), "url": ("-", "address where read, if any"),
            "licence": ("-", "terms"), "vintage": ("-", "edition or dates"),
            "note": ("-", "what it counts and what a reader must know"),
        },
        sources=[{"title": "as each row says", "url": "", "licence": "facts", "vintage": "2026"}],
    )  # fmt: skip
    write_table(
        "investment_groups", groups, title="Groups of economies with dates of membership",
        script=SCRIPT,
        columns={
            "group": ("-", "code"), "iso3": ("-", "ISO 3166-1 alpha-3"),
            "since": ("-", "member from, YYYY[-MM[-DD]]"), "until": ("-", "member to"),
            "confidence": ("-", "high, medium or low"), "note": ("-", "source or remark"),
        },
        sources=[{"title": "own compilation; unconfirmed rows are marked low", "url": "",
                  "licence": "facts", "vintage": "2026-11"}],
    )  # fmt: skip
    write_table(
        "investment_names_zh", names, title="Chinese names of economies in statistical tables",
        script=SCRIPT,
        columns={"name": ("-", "Chinese name, one spelling a row"),
                 "iso3": ("-", "ISO 3166-1 alpha-3")},
        sources=[{"title": "own list; main spellings agree with the Unicode CLDR's", "url": "",
                  "licence": "facts", "vintage": "2026-11"}],
    )  # fmt: skip


def read(name: str) -> pd.DataFrame:
    """One table of facts, all text."""
    return pd.read_csv(FACTS / f"{name}.csv", dtype=str, keep_default_na=False)


def blank(count: int) -> pd.DataFrame:
    """Rows with the ledger's columns at their defaults."""
    frame = pd.DataFrame({name: [""] * count for name in COLUMNS})
    for name in ("value_usd_mn", "own_value_mn"):
        frame[name] = math.nan
    return frame.assign(reporter="CHN", direction="outward", bound="exact",
                        price_basis="current USD", confidence="medium")  # fmt: skip


def figures() -> pd.DataFrame:
    """Figures read one by one."""
    raw = read("figures")
    frame = blank(len(raw))
    for name in raw.columns:
        if name in frame:
            frame[name] = raw[name]
    frame["value_usd_mn"] = pd.to_numeric(raw["value_usd_mn"].replace("", None))
    frame["own_value_mn"] = pd.to_numeric(raw["own_value_mn_cny"].replace("", None))
    frame["own_currency"] = ["CNY" if v else "" for v in raw["own_value_mn_cny"]]
    frame["year"] = raw["period"].map(last_year)
    constant = frame["source"].str.startswith("gcdf3")
    frame["price_basis"] = frame["price_basis"].mask(constant, "constant 2021 USD")
    return frame


def partners() -> pd.DataFrame:
    """Figures of single partners, of hosts that report themselves, and of parts of years."""
    raw = read("figures_partners")
    frame = blank(len(raw))
    for name in raw.columns:
        frame[name] = raw[name]
    for name in ("value_usd_mn", "own_value_mn"):
        frame[name] = pd.to_numeric(raw[name].replace("", None))
    return frame.assign(year=raw["period"].map(last_year))


def gcdf_year(faults: list[str]) -> pd.DataFrame:
    """AidData by recipient, year and class; a zero means that no amount is recorded."""
    raw = pd.read_csv(FACTS / "gcdf_year.csv", keep_default_na=False)
    parts = []
    for column, instrument in CLASSES.items():
        part = raw[raw[f"{column}_usd_mn"] > 0]
        frame = blank(len(part)).assign(
            partner=part["iso3"].to_numpy(), instrument=instrument, measure="commitment",
            year=part["year"].to_numpy(), period=part["year"].astype(str).to_numpy(),
            value_usd_mn=part[f"{column}_usd_mn"].to_numpy(),
        )  # fmt: skip
        parts.append(frame)
    out = pd.concat(parts, ignore_index=True)
    for iso3, (since, note) in EARLY.items():
        early = (out["partner"] == iso3) & (out["year"].astype(int) < since)
        out.loc[early, "note"] = note
    if abs(out["value_usd_mn"].sum() / 1000 - GCDF_YEAR_BN) > 0.01:
        faults.append(f"gcdf_year adds up to {out['value_usd_mn'].sum() / 1000:.2f} bn")
    return out.assign(price_basis="constant 2021 USD", source="gcdf3-year", confidence="high",
                      as_published="USD")  # fmt: skip


def gcdf_total(faults: list[str]) -> pd.DataFrame:
    """AidData by recipient; recipients in both tables must agree."""
    raw = pd.read_csv(FACTS / "gcdf_total.csv", keep_default_na=False)
    by_year = pd.read_csv(FACTS / "gcdf_year.csv", keep_default_na=False)
    sums = by_year.groupby("iso3")[["oda_usd_mn", "oof_usd_mn", "vague_usd_mn"]].sum().sum(axis=1)
    for iso3, total in zip(raw["iso3"], raw["total_usd_mn"], strict=True):
        if iso3 in sums and abs(sums[iso3] - total) > max(0.05, 1e-4 * total):
            faults.append(f"gcdf: {iso3} is {total} in one table and {sums[iso3]:.3f} in the other")
    if abs(raw["total_usd_mn"].sum() / 1000 - GCDF_TOTAL_BN) > 0.01:
        faults.append(f"gcdf_total adds up to {raw['total_usd_mn'].sum() / 1000:.2f} bn")
    interest = pd.to_numeric(raw["weighted_interest_pct"].replace("", None))
    return blank(len(raw)).assign(
        partner=raw["iso3"], instrument="development_finance", measure="commitment", year=2021,
        period="2000:2021", value_usd_mn=raw["total_usd_mn"], price_basis="constant 2021 USD",
        source="gcdf3-total", confidence="high", as_published="USD billion",
        note=[f"loans at {r:.2f} % on average" if r == r else "" for r in interest],
    )  # fmt: skip


def check(ledger: pd.DataFrame, sources: set[str], places: set[str]) -> list[str]:
    """Faults of rows that no table may have."""
    known = {
        "direction": set(DIRECTIONS), "measure": set(MEASURES), "instrument": set(INSTRUMENTS),
        "bound": set(BOUNDS), "confidence": set(CONFIDENCE), "source": sources,
        "reporter": places, "partner": places,
    }  # fmt: skip
    faults = [
        f"investment: {column} {value!r}"
        for column, allowed in known.items()
        for value in sorted(set(ledger[column]) - allowed)
    ]
    lacking = ledger["value_usd_mn"].isna() & ledger["own_value_mn"].isna()
    faults += [f"investment: {r.source} {r.partner} {r.period} has no amount"
               for r in ledger[lacking].itertuples()]  # fmt: skip
    key = ["source", "reporter", "partner", "direction", "measure", "instrument", "industry",
           "period", "document"]  # fmt: skip
    faults += [f"investment: {r.source} {r.partner} {r.direction} {r.measure} {r.period} twice"
               for r in ledger[ledger.duplicated(key)].itertuples()]  # fmt: skip
    return faults


if __name__ == "__main__":
    main()
