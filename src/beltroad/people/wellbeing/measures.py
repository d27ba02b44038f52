"""What the registry says: cost per person, coverage by economy and kind, gaps, evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.evidence import economies, load
from beltroad.people.wellbeing.registry import BASES, KINDS, counted, table

__all__ = [
    "cost_per_person", "coverage", "evaluation_share", "gaps", "totals", "with_cost_and_people",
]  # fmt: skip


def totals(rows: pd.DataFrame | None = None) -> pd.DataFrame:
    """People reached by kind, basis and status, without what a programme above already holds.

    Returns
    -------
    Columns kind, reached_basis, unit, reached_status, rows (added up), reached, held (rows left
    out because a listed programme contains them).
    """
    found = _rows(rows)
    known = found[found["people_reached"].notna()].assign(kept=counted(found))
    known["unit"] = known["reached_basis"].map(BASES)
    groups = known.groupby(["kind", "reached_basis", "unit", "reached_status"], sort=True)
    out = pd.DataFrame({
        "rows": groups["kept"].sum(),
        "reached": groups[["people_reached", "kept"]].apply(
            lambda each: each.loc[each["kept"], "people_reached"].sum()
        ),
        "held": groups["kept"].agg(lambda kept: int((~kept).sum())),
    })  # fmt: skip
    return out.reset_index()


def with_cost_and_people(
    rows: pd.DataFrame | None = None, usd_per_unit: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Rows that state both a cost and how many were reached, with the quotient.

    The price is the first that is known of: current US dollars, constant US dollars of 2021, the
    currency of the source. Different prices are never compared in :func:`cost_per_person`.

    Parameters
    ----------
    usd_per_unit
        US dollars per unit of a currency, from the user, for rows in that currency only.

    Returns
    -------
    Columns id, name, kind, iso3, reached_basis, unit, reached_status, price, cost, people_reached,
    cost_per_unit (one person, visit, operation or household), cost_year, confidence, note.
    """
    rates = dict(usd_per_unit or {})
    for currency, rate in rates.items():
        if not (np.isfinite(rate) and rate > 0):
            raise InputError(f"rate {currency}={rate}: give US dollars for one {currency}, above 0")
    found = _rows(rows)
    found = found[found["people_reached"].notna()].copy()
    cost, price = [], []
    for row in found.to_dict("records"):
        currency = row["cost_currency"]
        value, label = np.nan, ""
        for value, label in (  # noqa: B007 - both are used where the loop stops
            (row["cost_usd"], "USD"), (row["cost_usd_2021"], "USD of 2021"),
            (row["cost_amount"] * rates.get(currency, np.nan), "USD at given rates"),
            (row["cost_amount"], currency), (np.nan, ""),
        ):  # fmt: skip
            if value == value:
                break
        cost.append(value)
        price.append(label)
    found["cost"], found["price"] = cost, price
    found = found[found["cost"].notna()]
    found["unit"] = found["reached_basis"].map(BASES)
    found["cost_per_unit"] = found["cost"] / found["people_reached"]
    columns = ["id", "name", "kind", "iso3", "reached_basis", "unit", "reached_status", "price",
               "cost", "people_reached", "cost_per_unit", "cost_year", "confidence",
               "note"]  # fmt: skip
    return found[columns].sort_values(["kind", "price", "id"]).reset_index(drop=True)


def cost_per_person(
    rows: pd.DataFrame | None = None, usd_per_unit: Mapping[str, float] | None = None
) -> pd.DataFrame:
    """Cost per unit reached by kind, basis, status and price; unlike things stay apart.

    Returns
    -------
    Columns kind, reached_basis, unit, reached_status, price, rows, low, median, high,
    low_confidence (rows of low confidence among them) and ids. A programme stands beside its
    projects here: quotients are not added up.
    """
    found = with_cost_and_people(rows, usd_per_unit)
    keys = ["kind", "reached_basis", "unit", "reached_status", "price"]
    groups = found.groupby(keys, sort=True)
    out = groups["cost_per_unit"].agg(rows="size", low="min", median="median", high="max")
    out["low_confidence"] = groups["confidence"].agg(lambda each: int((each == "low").sum()))
    out["ids"] = groups["id"].agg(" ".join)
    return out.reset_index()


def coverage(
    rows: pd.DataFrame | None = None,
    by: Literal["iso3", "kind"] = "iso3",
    *,
    only: str | None = None,
) -> pd.DataFrame:
    """How much is known of each economy, or of each kind.

    Parameters
    ----------
    only
        Name or code of one economy; rows that are shared with others then name it alone.

    Returns
    -------
    By economy, most rows first: iso3, name, projects, programmes (in this economy alone),
    shared_programmes (in several), kinds, with_cost, with_people, people_reported and
    people_planned (persons only, what a programme holds counted once), bases, population,
    reported_per_million, evaluated.
    People of shared programmes are not split among economies.

    By kind: kind, projects, programmes, economies, with_cost, with_people, evaluated.
    """
    found = _rows(rows)
    if by == "kind":
        return _by_kind(found)
    if by != "iso3":
        raise InputError(f"by={by!r:.20}: use iso3 or kind")
    listed = found["iso3"].str.split()
    hosts = pd.Series([len(each) for each in listed], index=found.index, dtype=int)
    single = found[hosts == 1]
    shared = found[hosts > 1]["iso3"].str.split().explode().value_counts()
    out = []
    hosted = sorted({*single["iso3"], *shared.index} - {""})
    if only is not None:
        hosted = [code for code in hosted if code == economies.iso3(only)]
    for code in hosted:
        here = single[single["iso3"] == code]
        person = here[here["reached_basis"].map(BASES) == "persons"]
        kept = person[counted(person, same="unit")]
        reached = {status: kept.loc[kept["reached_status"] == status, "people_reached"]
                   for status in ("reported", "planned")}  # fmt: skip
        out.append({
            "iso3": code,
            "name": economies.name(code),
            "projects": int((here["scope"] == "project").sum()),
            "programmes": int((here["scope"] == "programme").sum()),
            "shared_programmes": int(shared.get(code, 0)),
            "kinds": " ".join(sorted(set(here["kind"]))),
            "with_cost": int((here["cost_amount"].notna() | here["cost_usd_2021"].notna()).sum()),
            "with_people": int(here["people_reached"].notna().sum()),
            "people_reported": reached["reported"].sum(min_count=1),
            "people_planned": reached["planned"].sum(min_count=1),
            "bases": " ".join(sorted(set(kept["reached_basis"]))),
            "evaluated": int((here["evaluated"] == "yes").sum()),
        })  # fmt: skip
    columns = ["iso3", "name", "projects", "programmes", "shared_programmes", "kinds", "with_cost",
               "with_people", "people_reported", "people_planned", "bases",
               "evaluated"]  # fmt: skip
    result = pd.DataFrame(out, columns=columns)
    result = result.sort_values(
        ["projects", "programmes", "shared_programmes"], ascending=False, kind="stable"
    ).reset_index(drop=True)
    people = load("countries").set_index("iso3")["population"]
    result["population"] = result["iso3"].map(people).astype(float)
    result["reported_per_million"] = (
        1e6 * result["people_reported"].astype(float) / result["population"]
    )
    return result


def gaps(
    rows: pd.DataFrame | None = None, *, kind: str | None = None, income_group: str | None = None
) -> pd.DataFrame:
    """Economies of which the registry has nothing, poorest and largest first.

    A gap is one of this registry: what exists but was not read is a gap too.
    """
    found = _rows(rows)
    if kind is not None:
        if kind not in KINDS:
            raise InputError(f"kind {kind!r:.40} is not known. {suggest(kind, KINDS)}".strip())
        found = found[found["kind"] == kind]
    here = {code for text in found["iso3"] for code in text.split()}
    world = load("countries")
    groups = sorted(set(world["income_group"]) - {""})
    if income_group is not None:
        if income_group not in groups:
            raise InputError(f"income group {income_group!r:.30}: use one of {', '.join(groups)}")
        world = world[world["income_group"] == income_group]
    columns = ["iso3", "name", "region", "income_group", "population"]
    out = world.loc[~world["iso3"].isin(here | {"CHN"}), columns]
    order = ("low", "lower middle", "upper middle", "high", "unclassified", "")
    rank = out["income_group"].map({group: at for at, group in enumerate(order)})
    out = out.assign(rank=rank).sort_values(["rank", "population"], ascending=[True, False])
    return out[columns].reset_index(drop=True)


def evaluation_share(rows: pd.DataFrame | None = None) -> pd.DataFrame:
    """Share of rows with an evaluation of any kind, by kind of project and for all.

    Returns
    -------
    Columns kind (the last row is ``all``), rows, evaluated, evaluated_pct, independent (evaluated
    by neither funder nor implementer, where the bundle says so).
    """
    found = _rows(rows)
    said = load("wellbeing_evaluations")
    apart = set(said.loc[said["evaluator_is"] == "independent", "id"])
    found = found.assign(yes=found["evaluated"].eq("yes"), apart=found["id"].isin(apart))
    parts = [*found.groupby("kind", sort=True), ("all", found)]
    return pd.DataFrame([
        {"kind": str(kind), "rows": len(each), "evaluated": int(each["yes"].sum()),
         "evaluated_pct": 100 * each["yes"].mean() if len(each) else float("nan"),
         "independent": int(each["apart"].sum())}
        for kind, each in parts
    ])  # fmt: skip


def _by_kind(found: pd.DataFrame) -> pd.DataFrame:
    out = []
    for kind, here in found.groupby("kind", sort=True):
        codes = {code for text in here["iso3"] for code in text.split()}
        cost = here["cost_amount"].notna() | here["cost_usd_2021"].notna()
        out.append({
            "kind": kind,
            "projects": int((here["scope"] == "project").sum()),
            "programmes": int((here["scope"] == "programme").sum()),
            "economies": len(codes),
            "with_cost": int(cost.sum()),
            "with_people": int(here["people_reached"].notna().sum()),
            "evaluated": int((here["evaluated"] == "yes").sum()),
        })  # fmt: skip
    columns = ["kind", "projects", "programmes", "economies", "with_cost", "with_people",
               "evaluated"]  # fmt: skip
    return pd.DataFrame(out, columns=columns)


def _rows(rows: pd.DataFrame | None) -> pd.DataFrame:
    return table() if rows is None else rows
