"""The ``[[levers]]`` tables of a scenario."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from pydantic import ValidationError
from trade_economies import random_economy

from beltroad.appraisal.levers_part import LeverPart, levers_of
from beltroad.trade.levers import apply, preset

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "levers.toml"
CONTEXT = {"country": frozenset({"KAZ", "CHN", "KGZ", "UZB", "LAO"})}


def part(**given) -> LeverPart:
    return LeverPart.model_validate(given, context=CONTEXT)


def test_a_preset_is_that_of_the_trade_model():
    assert levers_of([part(preset="rcep", level="high")]) == preset("rcep", level="high")
    changed = part(preset="corridor_fta", amounts={"deep_goods_cost_cut": 2.0})
    assert {lever.amount for lever in changed.levers()} == {90.0, 2.0, 4.8}


def test_several_amounts_make_an_agreement():
    agreed = part(
        name="Agreement", within=["KAZ", "CHN"], tariff_factor=0.25, border_cost_cut_pct=3.0,
        days_cut=1.0, services_cost_cut_pct=2.0,
    )  # fmt: skip
    levers = levers_of([agreed])
    assert [lever.kind for lever in levers] == [
        "tariff_cut", "border_cost", "border_days", "services_barrier",
    ]  # fmt: skip
    assert levers[0].amount == 75.0
    economy = random_economy(3, countries=4, industries=4, tariff=0.2)
    done = apply(levers, economy)
    np.testing.assert_allclose(
        done.tariff[0, 0, 1] - 1, 0.25 * (economy.tariff[0, 0, 1] - 1), rtol=1e-12
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "needs preset or name"),
        ({"name": "a", "within": ["KAZ"], "days_cut": 1.0}, "is one economy. Name two"),
        ({"preset": "rcp"}, "Did you mean 'rcep'"),
        ({"preset": "rcep", "days_cut": 1.0}, "days_cut does not go with preset"),
        ({"preset": "rcep", "within": ["KAZ"]}, "within does not go with preset"),
        ({"preset": "rcep", "amounts": {"x": 1.0}}, "has no assumption 'x'"),
        ({"preset": "rcep", "amounts": {"rcep_tariff_cut": 900.0}}, "from 0 to 100"),
        ({"preset": "rcep", "level": "most"}, "'low', 'central' or 'high'"),
        ({"name": "x", "amounts": {"y": 1.0}}, "amounts belongs to a preset"),
        ({"name": "x", "within": ["KAZ", "CHN"]}, "something to do"),
        ({"name": "x", "days_cut": 1.0}, "either within"),
        ({"name": "x", "days_cut": 1.0, "within": ["KAZ"], "importers": ["CHN"]}, "either within"),
        ({"name": "x", "days_cut": 1.0, "within": ["KAZ", "KGS"]}, "Did you mean 'KGZ'"),
        ({"name": "x", "days_cut": 1.0, "within": ["rcep"], "industries": ["god"]}, "'goods'"),
        ({"name": "x", "days_cut": -1.0, "within": ["rcep"]}, "greater than or equal to 0"),
        ({"name": "x", "tariff_factor": 2.0, "within": ["rcep"]}, "less than or equal to 1"),
        (
            {"name": "x", "tariff_factor": 0.5, "tariff_rate_pct": 1.0, "within": ["rcep"]},
            "not both",
        ),
        (
            {"name": "x", "days_cut": 1.0, "within": ["rcep"], "both_directions": True},
            "within is both",
        ),
        ({"name": "x", "day_cut": 1.0, "within": ["rcep"]}, "Extra inputs"),
    ],
)
def test_faults_name_the_remedy(given, message):
    with pytest.raises(ValidationError, match=message):
        part(**given)


def test_the_example_is_valid():
    table = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))
    tables = [table["levers"], *(o["levers"] for o in table["overrides"].values())]
    for given in tables:
        levers = levers_of([LeverPart.model_validate(p) for p in given])
        assert len(levers) >= len(given)
