"""Figures on every economy of the trade model: output, trade, structure, distance, neighbours.

Reads ``facts/gdp_2022.csv``, ``facts/trade_totals.csv``, ``facts/bilateral_goods_trade.csv``,
``facts/bilateral_goods_shares.csv``, ``facts/common_borders.csv``, ``facts/export_groups.csv`` and
the bundled tables of countries, cities and corridor economies.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from _common import BUNDLE
from beltroad.trade.world import Figures, economy_distance_km

FACTS = Path(__file__).resolve().parent / "facts"
ROW = "ROW"
LEAST_GDP_USD = 5e9
YEAR = 2022


def facts(name: str) -> pd.DataFrame:
    """One table of ``facts/``; codes such as NA survive."""
    return pd.read_csv(FACTS / f"{name}.csv", keep_default_na=False, na_values={"value": [""]})


def bundled(name: str) -> pd.DataFrame:
    """One bundled CSV table as text."""
    return pd.read_csv(BUNDLE / f"{name}.csv", keep_default_na=False, dtype=str)


def gdp() -> pd.Series:
    """GDP 2022 by economy, USD, with the world's total under ``WLD``."""
    return facts("gdp_2022").set_index("iso3")["gdp_usd"].astype(float)


def split_out(observed: Sequence[str]) -> list[str]:
    """Economies on the network that are imputed.

    Those with a GDP of 5 bn USD or more, in 2022 or in the bundled table of countries, and every
    corridor economy.
    """
    output = gdp()
    cities = set(bundled("cities")["iso3"])
    corridor = set(bundled("corridor_economies")["iso3"])
    latest = pd.to_numeric(bundled("countries").set_index("iso3")["gdp_usd"])
    large = {*output.index[output >= LEAST_GDP_USD], *latest.index[latest >= LEAST_GDP_USD]}
    large &= cities & set(output.index)
    return sorted((large | (corridor & set(output.index))) - set(observed) - {"WLD"})


def figures(observed: Sequence[str], imputed: Sequence[str]) -> Figures:
    """Collect the figures; the rest of the world, ``ROW``, comes last."""
    codes = [*observed, *imputed]
    output = gdp()
    world = output.pop("WLD")
    countries = bundled("countries").set_index("iso3")
    rest = [c for c in output.index if c not in set(codes)]
    gdp_usd = output.reindex(codes).to_numpy()
    row_gdp = max(world - gdp_usd.sum(), output.reindex(rest).sum())
    people = pd.to_numeric(countries["population"], errors="coerce")
    population = [*people.reindex(codes), people.reindex(rest).sum()]
    totals = facts("trade_totals")
    totals = totals.pivot_table(index="iso3", columns="indicator", values="value")
    totals = totals.reindex([*codes, ROW])
    size = np.append(gdp_usd, row_gdp)

    def share(name: str) -> np.ndarray:
        return totals[f"{name}_pct_gdp"].to_numpy(float) / 100.0

    def dollars(name: str) -> np.ndarray:
        """USD where given (its vintage of GDP may differ from ours), else share times GDP."""
        given = totals[f"{name}_usd"].to_numpy(float)
        return np.where(np.isfinite(given), given, share(name) * size)

    goods_only = facts("trade_totals_goods_only").set_index("iso3").reindex([*codes, ROW])

    def filled(name: str) -> np.ndarray:
        """Goods and services, or goods alone where nothing else is known."""
        known = dollars(f"{name}_goods_services")
        return np.where(np.isfinite(known), known, 1e6 * goods_only[f"{name}_musd"].to_numpy())

    def label(column: str) -> tuple[str, ...]:
        return (*countries[column].reindex(codes), "")

    groups = facts("export_groups").set_index("iso3")["export_group"]
    exports, imports = filled("exports"), filled("imports")
    merchandise = dollars("merchandise_trade")
    every = [*codes, ROW]
    sold = merchandise * exports / (exports + imports)
    pairs = goods_trade(every)
    pairs = np.where(np.isfinite(pairs), pairs, shares_of_goods(every, sold, merchandise - sold))
    return Figures(
        economies=tuple(every),
        gdp_usd=size,
        population=np.array(population, float),
        exports_usd=exports,
        imports_usd=imports,
        goods_both_usd=merchandise,
        agriculture=share("agriculture"),
        industry=share("industry"),
        continent=label("continent"),
        region=label("region"),
        export_group=(*groups.reindex(codes).fillna(""), ""),
        distance_km=distances(codes, rest, output),
        border=borders(every),
        goods_trade_usd=pairs,
    )


def distances(codes: Sequence[str], rest: Sequence[str], output: pd.Series) -> np.ndarray:
    """Distance between economies; the rest of the world is the mean of its members by GDP."""
    cities = bundled("cities")
    every = [*codes, *[c for c in rest if c in set(cities["iso3"])]]
    full = economy_distance_km(
        cities["iso3"].to_numpy(str), cities["lat"].to_numpy(float),
        cities["lon"].to_numpy(float),
        pd.to_numeric(cities["population"], errors="coerce").fillna(0.0).to_numpy(), every,
    )  # fmt: skip
    n = len(codes)
    weight = output.reindex(every[n:]).to_numpy()
    weight = weight / weight.sum()
    out = np.empty((n + 1, n + 1))
    out[:n, :n] = full[:n, :n]
    out[n, :n] = out[:n, n] = full[:n, n:] @ weight
    out[n, n] = weight @ full[n:, n:] @ weight
    return out


def borders(codes: Sequence[str]) -> np.ndarray:
    """True where two economies share a land border."""
    table = facts("common_borders")
    pairs = set(zip(table["iso3_a"], table["iso3_b"], strict=True))
    return np.array([[(a, b) in pairs or (b, a) in pairs for b in codes] for a in codes])


def goods_trade(codes: Sequence[str]) -> np.ndarray:
    """Recorded goods trade of pairs, USD, [importer, exporter]; NaN where there is no record."""
    table = facts("bilateral_goods_trade")
    rank = table["confidence"].map({"high": 0, "medium": 1, "low": 2})
    table = table.assign(rank=rank, years=(table["year"] - YEAR).abs())
    table = table.sort_values(["years", "rank"], kind="stable")
    table = table.drop_duplicates(["exporter", "importer"])
    place = {code: k for k, code in enumerate(codes)}
    out = np.full((len(codes), len(codes)), np.nan)
    for row in table.itertuples():
        if row.exporter in place and row.importer in place:
            out[place[row.importer], place[row.exporter]] = float(row.value_musd) * 1e6
    return out


def shares_of_goods(codes: Sequence[str], exports: np.ndarray, imports: np.ndarray) -> np.ndarray:
    """Goods trade of pairs known as a share of one side's goods trade, USD, as `goods_trade`.

    ``exports`` and ``imports`` are the goods trade of each economy.
    """
    place = {code: k for k, code in enumerate(codes)}
    out = np.full((len(codes), len(codes)), np.nan)
    for row in facts("bilateral_goods_shares").itertuples():
        if row.exporter in place and row.importer in place:
            n, i = place[row.importer], place[row.exporter]
            out[n, i] = row.share * (exports[i] if row.side == "exports" else imports[n])
    return out
