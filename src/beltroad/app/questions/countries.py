"""All economies in one table, and one of its columns for the map."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.app.answers import Column, Table, table_of
from beltroad.app.questions.country import codes
from beltroad.app.questions.figures_base import column, origin_of_table, text_column

__all__ = ["INDICATORS", "columns", "countries", "values"]

# Columns that the map can show, with the ramp and whether they are words.
INDICATORS: dict[str, str] = {
    "score": "Score of cooperation",
    "trade_china": "Trade with China",
    "public_debt_pct_gdp": "Public debt",
    "grade": "Grade of country risk",
    "headcount": "People below 3.00 USD a day",
    "gdp_usd_bn": "Gross domestic product",
    "population": "Population",
    "projects": "Projects on record",
    "in_force": "Member of the cooperation document",
}


@lru_cache(maxsize=1)
def _fixed() -> pd.DataFrame:
    """Everything but the registry's counts; takes a second or two, once."""
    from beltroad.app.questions.country_economy import flows
    from beltroad.app.questions.country_risk import grades
    from beltroad.app.questions.country_ties import card
    from beltroad.policy.membership import members

    table = evidence.load("countries").set_index("iso3")
    table = table.reindex([*table.index, *(c for c in codes() if c not in table.index)])
    table["name"] = [codes()[c] for c in table.index]
    for name in ("region", "income_group", "corridor"):
        table[name] = table[name].astype(object).fillna("")
    table["gdp_usd_bn"] = table["gdp_usd"] / 1e9
    state = members(uncertain=True).set_index("iso3")["state"]
    table["document"] = state.reindex(table.index).astype(object).fillna("none known")
    table["in_force"] = (table["document"] == "member").astype(float)
    found = card()
    ranks = found.ranking.reindex(table.index)
    for name in ("score", "rank", "rank_low", "rank_high"):
        table[name] = ranks[name].astype(float)
    risk = grades().reindex(table.index)
    table["grade"], table["probability"] = risk["grade"].astype(float), risk["probability_pct"]
    rated = evidence.load("debt_ratings").set_index("iso3")["external_rating"]
    table["rating"] = rated.reindex(table.index).astype(object).fillna("")
    poor = evidence.load("poverty").set_index("iso3")["headcount_300_pct"]
    table["headcount"] = poor.reindex(table.index).astype(float)
    every = flows()
    out = every[every["importer"] == "CHN"].set_index("exporter")["trade_musd"]
    into = every[every["exporter"] == "CHN"].set_index("importer")["trade_musd"]
    table["trade_china"] = (out.add(into)).drop("CHN", errors="ignore").reindex(table.index)
    return table


def columns() -> tuple[Column, ...]:
    """Columns of the table of economies."""
    scored = origin_of_table("scorecard_indicators", "computed", method="scorecard")
    risk = origin_of_table("risk_indicators", "computed", method="risk-country")
    trade = origin_of_table("world_trade", "imputed", method="world-accounts").model_copy(
        update={"formula": "exports to plus imports from China, all industries, 2022"}
    )
    return (
        text_column("name", "Economy"), text_column("iso3", "Code"),
        text_column("region", "Region"), text_column("income_group", "Income"),
        text_column("document", "Cooperation document"),
        column("rank", "Rank of cooperation", "index", origin=scored),
        column("rank_low", "Best rank", "index", origin=scored,
               description="5th percentile of ranks under other weights of the pillars"),
        column("rank_high", "Worst rank", "index", origin=scored,
               description="95th percentile of ranks under other weights of the pillars"),
        column("score", "Score", "index, 0 to 1", decimals=2, origin=scored),
        column("population", "Population", "persons", table="countries"),
        column("gdp_usd_bn", "GDP", "billion USD", table="countries", of="gdp_usd", decimals=1),
        column("trade_china", "Trade with China", "million USD", origin=trade),
        column("public_debt_pct_gdp", "Public debt", "% of GDP", table="countries", decimals=1),
        text_column("rating", "Published debt rating"),
        column("grade", "Country risk", "grade, 1 to 7", origin=risk),
        column("headcount", "Below 3.00 USD a day", "% of people", decimals=1,
               origin=origin_of_table("poverty", method="poverty")),
        column("projects", "Projects", "count", origin=origin_of_table(
            "projects", "computed").model_copy(update={
                "formula": "published projects of the registry that name the economy"})),
    )  # fmt: skip


def _counts(projects: pd.DataFrame | None) -> dict[str, int]:
    frame = evidence.load("projects") if projects is None else projects
    counts: dict[str, int] = {}
    for cell in frame["countries"].astype(object).fillna("").astype(str):
        for code in set(cell.replace(",", ";").replace(" ", ";").split(";")) - {""}:
            counts[code] = counts.get(code, 0) + 1
    return counts


def countries(projects: pd.DataFrame | None = None, search: str = "") -> Table:
    """All economies, those with data first by name.

    Parameters
    ----------
    projects
        Projects as the registry has them; the bundled ones if none.
    search
        Only economies whose name, code, region or corridor holds this.
    """
    table = _with_counts(projects)
    if search:
        from beltroad.app.questions.search import search as find

        wanted = {h.id for h in find(search, "economy").hits}
        low = search.casefold()
        keep = [
            code in wanted or low in f"{r.region} {r.corridor} {r.income_group}".casefold()
            for code, r in zip(table.index, table.itertuples(), strict=True)
        ]
        table = table[keep]
    shown = table.rename_axis("iso3").reset_index().sort_values("name", key=lambda s: s.str.lower())
    shown["_href"] = "/countries/" + shown["iso3"]
    return table_of("countries", "Economies", shown, columns())


def _with_counts(projects: pd.DataFrame | None) -> pd.DataFrame:
    counts = _counts(projects)
    table = _fixed().copy()
    table["projects"] = [float(counts.get(c, 0)) for c in table.index]
    return table


def values(indicator: str, projects: pd.DataFrame | None = None) -> dict[str, Any]:
    """One column of :data:`INDICATORS` by code, without what is not known."""
    table = _with_counts(projects)
    found = table[indicator].astype(float).dropna()
    return {str(code): float(value) for code, value in found.items()}
