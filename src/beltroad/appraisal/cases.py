"""The central case of a scenario and the cases that vary one assumption each."""

from __future__ import annotations

from dataclasses import replace

from beltroad.appraisal.levels import Case
from beltroad.appraisal.own_accounts import own_accounts
from beltroad.appraisal.scenario import Scenario

__all__ = ["STUDY_READING", "central_case", "variations"]

# The case that reads the published study literally; shown beside the others, part of no range.
STUDY_READING = "study's reading"


def central_case(scenario: Scenario) -> Case:
    """The scenario's own parameters."""
    p = scenario.parameters
    return Case(
        name="central",
        description="the scenario as it stands",
        value_of_time=p.value_of_time,
        switch=p.mode_choice == "switch",
        elasticities=p.elasticities,
        domestic=p.domestic,
        accounts=own_accounts(scenario),
    )


def variations(scenario: Scenario, central: Case) -> list[Case]:
    """Cases with one assumption changed; none that would repeat the central case."""
    if not scenario.sensitivity:
        return []
    other_set = "caliendo_parro_sectoral" if central.elasticities == "uniform" else "uniform"
    switched = (
        "shippers keep their mode: land and sea shares stay as in the accounts' year"
        if central.switch
        else "shippers choose again between land and sea"
    )
    cases = [
        replace(central, name="mode shares", switch=not central.switch, description=switched),
        replace(central, name="value of time low", value_of_time="low",
                description="a day in transit is worth the low value in every industry"),
        replace(central, name="value of time high", value_of_time="high",
                description="a day in transit is worth the high value in every industry"),
        replace(central, name="trade elasticity low", theta="low",
                description="trade reacts less to cost: low end of the elasticities' range"),
        replace(central, name="trade elasticity high", theta="high",
                description="trade reacts more to cost: high end of the elasticities' range"),
        replace(central, name="other elasticities", elasticities=other_set,
                description="elasticities by sector" if other_set != "uniform"
                else "one elasticity for all industries"),
        replace(central, name="domestic trade", domestic=not central.domestic,
                description="shorter times within an economy count too" if not central.domestic
                else "only trade between economies gains"),
        replace(central, name="money and time", money=True,
                description="shippers take the way that is cheapest in money and time, and freight "
                "money counts beside time; prices of freight are rough"),
        replace(central, name=STUDY_READING, proportional=True,
                description="all goods take the fastest way, and their whole trade cost falls by "
                "the percentage by which its days fall: one reading of the published study, an "
                "upper bound that is part of no range here"),
    ]  # fmt: skip
    if central.accounts is not None and len(central.accounts.sets) == 1:
        cases = [c for c in cases if c.elasticities == central.elasticities]
    return [c for c in cases if replace(c, name=central.name, description="") != replace(
        central, description="")]  # fmt: skip
