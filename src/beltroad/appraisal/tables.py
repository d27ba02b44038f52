"""The result tables for readers, assembled from what the stages hand over."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from beltroad import evidence, finance, people, risk
from beltroad.appraisal.cases import STUDY_READING
from beltroad.appraisal.economy import Economy, Outcome
from beltroad.appraisal.inputs import Inputs
from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.schema import check_frame, variables
from beltroad.infrastructure.projects.states import FINISHED
from beltroad.trade.imputed import imputed_economies

__all__ = ["costed_projects", "country_table", "pair_table", "project_table"]

# Share of a change of real income that household surveys show: the middle of 0.7 (consumption)
# and 1.0 (income).
PASS_THROUGH = 0.85
LINES = {3.00: "lifted_extreme", 8.30: "lifted_moderate"}


def costed_projects(inputs: Inputs, scenario: Scenario, presence: pd.DataFrame) -> pd.DataFrame:
    """Projects of the comparison with cost, P80 and annual cost in USD.

    A project counts as new if it is absent in the earlier state and present in the later one.
    """
    table = inputs.projects[inputs.projects["acts"] & inputs.projects["chosen"]].copy()
    table = table.set_index("id", drop=False)
    before, after = str(scenario.states.before), str(scenario.states.after)
    table["state_before"] = presence[before].reindex(table.index)
    table["state_after"] = presence[after].reindex(table.index)
    table["new"] = ~table["state_before"] & table["state_after"]
    table["cost_usd"] = table["cost_usd_bn"] * 1e9
    # A cost of zero is a share or licence without works; it has no overrun to speak of.
    known = table["cost_usd"].where(table["cost_usd"] > 0)
    spread = risk.cost_range(
        known, table["mode"], quantiles=(0.8,), realised=table["status"].isin(FINISHED)
    )
    table["cost_p80_usd"] = spread["cost_p80_usd"]
    maintenance = inputs.pricing.parameters.one("maintenance_share")
    table["life_years"] = _life_years(inputs, scenario, table["mode"])
    table["upkeep_usd"] = maintenance * table["cost_usd"]
    table["annual_cost_usd"] = finance.annual_cost(
        table["cost_usd"], scenario.parameters.discount_rate, table["life_years"], maintenance
    )
    return table


def _life_years(inputs: Inputs, scenario: Scenario, mode: pd.Series) -> np.ndarray:
    """Life of each project: the scenario's, or that of its mode."""
    if scenario.parameters.life_years is not None:
        return np.full(len(mode), float(scenario.parameters.life_years))
    return np.array([inputs.pricing.parameters.one(f"life_years.{m}") for m in mode])


def project_table(costed: pd.DataFrame, lengths: pd.DataFrame, alone: pd.DataFrame) -> pd.DataFrame:
    """Table ``projects``: every project of the comparison, what it costs and does alone."""
    out = costed.join(lengths).join(alone)
    with np.errstate(invalid="ignore", divide="ignore"):
        out["gain_to_cost"] = out["alone_gain_usd"] / out["annual_cost_usd"].replace(0.0, np.nan)
    for state in ("state_before", "state_after"):
        out[state] = np.where(out[state], "there", "absent")
    out["source"] = out["source_title"] + out["source_url"].map(lambda u: f" <{u}>" if u else "")
    notes = out[["match_note", "note"]].fillna("").astype(str)
    out["notes"] = (notes["match_note"] + "; " + notes["note"]).str.strip("; ")
    return check_frame(out[list(variables("projects"))].reset_index(drop=True), "projects")


def pair_table(economy: Economy, outcome: Outcome) -> pd.DataFrame:
    """Table ``pairs``: shipment times of all pairs of economies, trade of the modelled ones."""
    names = economy.weights.countries
    hours = {
        state: economy.weights.mean(getattr(economy.ways, state).hours.astype(float))
        for state in ("before", "after")
    }
    index = pd.MultiIndex.from_product([names, names], names=["exporter", "importer"])
    out = pd.DataFrame(
        {
            "hours_before": hours["before"].ravel(),
            "hours_after": hours["after"].ravel(),
            "days_reckoned_before": outcome.days["days_before"].to_numpy().ravel(),
            "days_reckoned_after": outcome.days["days_after"].to_numpy().ravel(),
            "land_share": economy.weights.mean(economy.measure(outcome.case).split.land_share)
            .clip(0, 1)
            .ravel(),
        },
        index=index,
    ).reset_index()
    out = out[(out["exporter"] != out["importer"]) & out["hours_before"].notna()]
    out["shipment_time_change_pct"] = 100 * (out["hours_after"] / out["hours_before"] - 1)
    keys = ["exporter", "importer"]
    cost = outcome.cost.drop(columns="cost_change_pct").rename(
        columns={"cost_before_pct": "time_cost_before_pct", "cost_after_pct": "time_cost_after_pct"}
    )
    out = out.merge(cost, how="left", on=keys).merge(outcome.bilateral, how="left", on=keys)
    return check_frame(out[list(variables("pairs"))].reset_index(drop=True), "pairs")


def country_table(
    inputs: Inputs,
    outcome: Outcome,
    others: list[Outcome],
    pairs: pd.DataFrame,
    costed: pd.DataFrame,
    outcomes: Callable[[pd.Index], pd.DataFrame],
) -> pd.DataFrame:
    """Table ``countries``: all economies with a city on the network.

    ``outcomes`` gives the columns about households, risk and environment for these economies.
    """
    out = inputs.countries.set_index("iso3", drop=False).copy()
    counts = inputs.cities["iso3"].value_counts()
    out = out[out.index.isin(counts.index)]
    out["cities"] = counts.reindex(out.index)
    model = outcome.countries
    out["in_model"] = out.index.isin(model.index)
    out["accounts"] = _accounts(outcome, out.index)
    out = out.join(_times(pairs)).join(model.drop(columns=["income_usd", "exports_usd"]))
    ranged = [o for o in [outcome, *others] if o.case.name != STUDY_READING]
    every = pd.concat([o.countries["real_income_change_pct"] for o in ranged], axis=1)
    out["real_income_low_pct"], out["real_income_high_pct"] = every.min(axis=1), every.max(axis=1)
    out = out.join(_bills(costed, inputs.countries))
    base = outcome.countries["income_usd"].reindex(out.index)
    out["net_gain_usd"] = finance.net_gain(out["real_income_change_usd"], out["annual_cost_usd"])
    out["net_gain_pct"] = 100 * out["net_gain_usd"] / base
    out = out.join(_poverty(inputs.countries, model["real_income_change_pct"]))
    out = out.join(outcomes(out.index))
    out["flags"] = _flags(out)
    for column in ("region", "income_group"):
        out[column] = out[column].fillna("")
    return check_frame(out[list(variables("countries"))].reset_index(drop=True), "countries")


def _times(pairs: pd.DataFrame) -> pd.DataFrame:
    """Mean days and changes by economy, over its pairs with all others in both directions."""
    both = pd.concat(
        [pairs.rename(columns={"exporter": "iso3"}), pairs.rename(columns={"importer": "iso3"})]
    )
    both["cost_before"], both["cost_after"] = (
        both["trade_usd"] * both[f"time_cost_{k}_pct"] for k in ("before", "after")
    )
    group = both.groupby("iso3")
    cost = group[["cost_before", "cost_after"]].sum(min_count=1)
    return pd.DataFrame(
        {
            "shipment_days_before": group["hours_before"].mean() / 24,
            "shipment_days_after": group["hours_after"].mean() / 24,
            "shipment_time_change_pct": group["shipment_time_change_pct"].mean(),
            "trade_cost_change_pct": 100 * (cost["cost_after"] / cost["cost_before"] - 1),
        }
    )


def _bills(costed: pd.DataFrame, countries: pd.DataFrame) -> pd.DataFrame:
    """Cost of the new projects by host, shared equally among hosts."""
    new = costed.loc[costed["new"], ["countries", "cost_usd", "cost_p80_usd", "annual_cost_usd"]]
    if new.empty:
        zero = pd.DataFrame(0.0, index=countries["iso3"], columns=["project_cost_usd"])
        return zero.assign(
            project_cost_p80_usd=0.0, annual_cost_usd=0.0,
            project_cost_pct_gdp=np.where(countries["gdp_usd"].notna(), 0.0, np.nan),
        )  # fmt: skip
    bill = finance.bill_by_country(new.reset_index(names="id"), countries[["iso3", "gdp_usd"]])
    return bill.rename(
        columns={
            "cost_usd": "project_cost_usd",
            "cost_p80_usd": "project_cost_p80_usd",
            "cost_pct_gdp": "project_cost_pct_gdp",
        }
    )[["project_cost_usd", "project_cost_p80_usd", "project_cost_pct_gdp", "annual_cost_usd"]]


def _poverty(countries: pd.DataFrame, change_pct: pd.Series) -> pd.DataFrame:
    """Persons lifted above each line at today's population; see ``PASS_THROUGH``."""
    figures = evidence.load("poverty").merge(countries[["iso3", "population"]], on="iso3")
    known = change_pct[change_pct.index.isin(figures["iso3"])]
    found = people.poverty_change(
        figures, known / 100, lines=tuple(LINES), pass_through=PASS_THROUGH
    )
    wide = found.pivot_table(index="iso3", columns="line_usd", values="people_lifted", dropna=False)
    return wide.rename(columns=LINES)


def _accounts(outcome: Outcome, codes: pd.Index) -> pd.Series:
    """Whether an economy's accounts are observed, imputed or the user's own; empty if none."""
    inside = codes.isin(outcome.countries.index)
    if outcome.case.accounts is not None:
        split = codes.isin(outcome.case.accounts.about()["imputed"])
        own = np.where(split, "imputed", "own")
        return pd.Series(np.where(inside, own, ""), index=codes)
    imputed = codes.isin(imputed_economies())
    return pd.Series(np.where(~inside, "", np.where(imputed, "imputed", "observed")), index=codes)


def _flags(table: pd.DataFrame) -> pd.Series:
    """What is imputed or missing, in words."""
    notes = {
        "not in the trade model: no income or trade result": ~table["in_model"],
        "accounts imputed: an order of magnitude": table["accounts"] == "imputed",
        "final demand by destination imputed": table["accounts"] == "observed",
        "no GDP figure": table["gdp_usd"].isna(),
        "GDP is an estimate": table["gdp_is_estimate"].astype(str).str.lower().eq("true"),
        "no poverty survey": table["lifted_extreme"].isna() & table["in_model"],
        "one city stands for the economy": table["cities"] == 1,
        "no way from or to its cities": table["shipment_days_before"].isna(),
    }
    text = pd.Series("", index=table.index)
    for note, rows in notes.items():
        text = text.where(~rows, text + ("; " if len(text) else "") + note)
    return text.str.strip("; ")
