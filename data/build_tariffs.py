"""Build the bundled tables ``applied_tariffs`` and ``tariff_pairs`` from the figures in ``facts/``.

``facts/applied_tariffs.csv`` has what the World Bank publishes per importer: weighted means of
the most-favoured-nation tariff on manufactures and on primary products (food, raw materials,
ores, fuels). The script splits the second into food and agriculture and minerals and fuels,
gives members of the European Union its common tariff, and imputes what is missing by the median
of the income group. Run: ``python data/build_tariffs.py`` (``--check`` reports without writing).
"""

from __future__ import annotations

import sys

import pandas as pd

from _common import write_table
from _policy import EUN, EUN_MEMBERS, economies, facts, sources

# Minerals and fuels pay this part of the food tariff (imputed: crude oil, ores and gas are free
# or nearly so in most schedules), so that the mean of both is the published primary rate.
MINERALS_TO_FOOD = 0.1
FOOD_CAP_PCT = 60.0
PAIR_COLUMNS = {
    "importer": ("-", "ISO 3166-1 alpha-3 code"),
    "exporter": ("-", "ISO 3166-1 alpha-3 code"),
    "tariff_pct": ("percent", "ad valorem tariff on all goods, instead of the importer's rate"),
    "year": ("year", "year of the rate"),
    "source": ("-", "key of the source"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "remarks"),
}
COLUMNS = {
    "iso3": ("-", "importer, ISO 3166-1 alpha-3"),
    "agriculture_pct": ("percent", "tariff on farm products, fish and food (derived)"),
    "minerals_pct": ("percent", "tariff on wood, minerals, fuels and refined oil (derived)"),
    "manufactures_pct": ("percent", "MFN tariff on manufactures, weighted mean"),
    "manufactures_year": ("year", "year of the manufactures tariff"),
    "primary_pct": ("percent", "MFN tariff on primary products, weighted mean"),
    "primary_year": ("year", "year of the primary tariff"),
    "food_share": ("share", "part of food in the importer's primary imports, for the split"),
    "applied_manufactures_pct": (
        "percent",
        "effectively applied tariff on manufactures with preferences: a check, not an input",
    ),
    "applied_year": ("year", "year of the effectively applied tariff"),
    "like": ("-", "economy or union whose rates these are, where not its own"),
    "imputed": ("-", "True where the median of the income group or another economy stands in"),
    "source": ("-", "key of the source"),
    "confidence": ("-", "high, medium or low"),
    "note": ("-", "remarks"),
}
NUMBERS = [
    "manufactures_mfn_pct", "manufactures_year", "primary_mfn_pct", "primary_year",
    "manufactures_applied_pct", "applied_year", "food_share_of_primary",
]  # fmt: skip


def given() -> pd.DataFrame:
    """The figures by economy or union, as numbers."""
    table = facts("applied_tariffs").set_index("iso3")
    table[NUMBERS] = table[NUMBERS].apply(pd.to_numeric)
    return table


def faults(table: pd.DataFrame) -> list[str]:
    """Every fault of the figures, one line each."""
    found = [f"{k}: given twice" for k in table.index[table.index.duplicated()]]
    own = table[table["like"] == ""]
    for column in ("manufactures_mfn_pct", "primary_mfn_pct", "manufactures_applied_pct"):
        bad = own.index[~own[column].between(0, 60)]
        found += [f"{k}: {column} is {own.at[k, column]}" for k in bad]
    above = own["manufactures_applied_pct"] > own["manufactures_mfn_pct"] + 0.01
    found += [f"{k}: applied exceeds MFN" for k in own.index[above]]
    found += [
        f"{k}: like {v!r} is not in the table"
        for k, v in table["like"].items()
        if v and v not in own.index
    ]
    return found


def split(primary: float, food_share: float) -> tuple[float, float]:
    """Food and mineral tariffs whose weighted mean is the primary tariff."""
    food = min(primary / (food_share + MINERALS_TO_FOOD * (1.0 - food_share)), FOOD_CAP_PCT)
    return food, MINERALS_TO_FOOD * food


def expand_rates(table: pd.DataFrame, income: pd.Series[str]) -> pd.DataFrame:
    """One row per economy; what is missing is imputed."""
    known = table[table["like"] == ""]
    group = income.reindex(known.index).fillna("high")  # the union is high income
    middle = known[NUMBERS].groupby(group).median()
    middle.loc["unclassified"] = known[NUMBERS].median()
    enough = known["food_share_of_primary"].groupby(group).count() >= 5
    shares = middle["food_share_of_primary"].where(enough.reindex(middle.index, fill_value=True))
    shares = shares.fillna(known["food_share_of_primary"].median())
    rows = []
    for iso3, income_group in income.items():
        in_union = iso3 in EUN_MEMBERS
        like = EUN if in_union else str(table["like"].get(iso3, "")) or str(iso3)
        found = like in known.index
        stands_in = not found or (like != iso3 and not in_union)
        record = known.loc[like] if found else middle.loc[income_group]
        share = record["food_share_of_primary"]
        share = shares[income_group] if pd.isna(share) else share
        food, minerals = split(record["primary_mfn_pct"], share)
        years = ("manufactures_year", "primary_year", "applied_year")
        rows.append(
            {
                "iso3": iso3,
                "agriculture_pct": round(food, 2),
                "minerals_pct": round(minerals, 2),
                "manufactures_pct": round(record["manufactures_mfn_pct"], 2),
                "primary_pct": round(record["primary_mfn_pct"], 2),
                "food_share": round(share, 3),
                "applied_manufactures_pct": round(record["manufactures_applied_pct"], 2),
                **{name: int(record[name]) if found else 2022 for name in years},
                "like": "" if like == iso3 and found else like if found else "income group",
                "imputed": stands_in,
                "source": record["source"] if found else "imputed",
                "confidence": "low" if stands_in else record["confidence"],
                "note": record["note"]
                if found and not stands_in
                else "imputed: rates of another economy"
                if found
                else f"imputed: median of the income group ({income_group})",
            }
        )
    return pd.DataFrame(rows)[list(COLUMNS)]


def pairs(known: set[str]) -> pd.DataFrame:
    """Tariffs of single pairs, checked."""
    table = facts("tariff_pairs")
    table["tariff_pct"] = pd.to_numeric(table["tariff_pct"])
    table["year"] = table["year"].astype(int)
    codes = set(table["importer"]) | set(table["exporter"])
    twice = table.duplicated(["importer", "exporter"]).any()
    if codes - known or twice or not table["tariff_pct"].between(0, 200).all():
        raise SystemExit(f"tariff_pairs: unknown codes {sorted(codes - known)} or bad rates")
    return table[list(PAIR_COLUMNS)]


def main() -> int:
    """Check, split, impute, write."""
    table, world = given(), economies()
    found = faults(table)
    if unknown := set(table.index) - set(world.index) - {EUN}:
        found.append(f"not economies: {sorted(unknown)}")
    if found:
        print(f"applied_tariffs: {len(found)} faults", *found, sep="\n  ", file=sys.stderr)
        return 1
    result, special = expand_rates(table, world["income_group"]), pairs(set(world.index))
    print(f"{len(result)} economies, {int(result['imputed'].sum())} imputed")
    if "--check" in sys.argv:
        return 0
    write_table(
        "applied_tariffs",
        result,
        title="Tariffs by importer on farm products and food, minerals and fuels, manufactures",
        script="data/build_tariffs.py",
        sources=sources(set(result["source"])),
        columns=COLUMNS,
        notes="Rates are most-favoured-nation tariffs weighted by imports, for partners without "
        "an agreement; what partners with one pay is in trade_agreements. Latest year up to 2022. "
        "The figures of 2019 on primary products are left out: specific duties were converted "
        "differently that year. The split of primary products into food and minerals is derived: "
        f"minerals at {MINERALS_TO_FOOD:g} of the food rate (imputed), food at most "
        f"{FOOD_CAP_PCT:g} %, weights from the OECD ICIO of 2022 or the income group (median).",
    )
    write_table(
        "tariff_pairs",
        special,
        title="Tariffs of single pairs that differ from the importer's general rate",
        script="data/build_tariffs.py",
        sources=sources(set(special["source"])),
        columns=PAIR_COLUMNS,
        notes="Only the tariffs of the United States and China on each other are covered.",
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
