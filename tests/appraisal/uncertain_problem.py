"""A small problem with uncertain inputs: three economies, two industries, two projects."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from beltroad import evidence, trade
from beltroad.appraisal.uncertainty.citydays import CityDays
from beltroad.appraisal.uncertainty.distributions import (
    BenefitClass,
    DelayClass,
    Distribution,
    Fixed,
    LogNormal,
    ReferenceClass,
    TruncatedNormal,
    TwoPiece,
)
from beltroad.appraisal.uncertainty.inputs import UncertainInput
from beltroad.appraisal.uncertainty.problem import Bills, Problem

ECONOMIES = ("CHN", "DEU", "KAZ")
CITIES = np.array(["CHN", "CHN", "DEU", "KAZ", "KAZ"])

DRAWN: list[tuple[str, str, Distribution, float, float]] = [
    ("theta.goods", "elasticities", TruncatedNormal(4.5, 0.8, 1.0), 4.5, 0.0),
    ("value_of_time.one", "value_of_time", TwoPiece(0.002, 0.006, 0.02), 0.006, 0.5),
    ("value_of_time.two", "value_of_time", TwoPiece(0.001, 0.01, 0.02), 0.01, 0.5),
    ("transit_days.land", "transit_times", LogNormal(1.0, 0.1), 1.0, 0.0),
    ("transit_days.sea", "transit_times", LogNormal(1.0, 0.1), 1.0, 0.0),
    ("mode_sensitivity", "mode_choice", TwoPiece(4.0, 6.8, 10.0), 6.8, 0.0),
    ("mode_land_handicap_per_day", "mode_choice", TwoPiece(0.0, 0.1, 0.3), 0.1, 0.0),
    ("cargo_value_usd_per_teu", "mode_choice", TwoPiece(2.5e4, 5e4, 7e4), 5e4, 0.0),
    ("overrun.ONE", "project_cost", ReferenceClass("rail"), 1.0, 0.5),
    ("overrun.TWO", "project_cost", ReferenceClass("port"), 1.0, 0.5),
    ("delay.ONE", "delivery", DelayClass("rail", 5.0), 0.0, 0.2091),
    ("delay.TWO", "delivery", DelayClass("port", 4.0), 0.0, 0.2091),
    ("benefit.ONE", "delivery", BenefitClass("rail"), 1.0, 0.2091),
    ("benefit.TWO", "delivery", Fixed(1.0), 1.0, 0.2091),
    ("discount_rate", "finance", TwoPiece(0.03, 0.05, 0.1), 0.05, 0.0),
    ("life_years.rail", "finance", TwoPiece(25.0, 30.0, 50.0), 30.0, 1.0),
    ("maintenance_share", "finance", Fixed(0.02), 0.02, 0.0),
    ("pass_through", "survey", TwoPiece(0.7, 0.85, 1.0), 0.85, 0.0),
]


def small_problem(**change: Distribution) -> Problem:
    """The problem; distributions given by group replace those of all its inputs."""
    inputs = tuple(
        UncertainInput(
            name,
            name.split(".")[0],
            group,
            change.get(group, shape),
            central,
            shared=shared,
            tied_to=name.replace("delay", "overrun") if name.startswith("delay") else "",
            tie=0.5176 if name.startswith("delay") else 0.0,
        )
        for name, group, shape, central, shared in DRAWN
    )
    countries = evidence.load("countries")
    figures = evidence.load("poverty").merge(countries[["iso3", "population"]], on="iso3")
    return Problem(
        calibration=_accounts(),
        cities=_cities(),
        domestic=False,
        inputs=inputs,
        theta_of=("theta.goods", "theta.goods"),
        time_of=("value_of_time.one", "value_of_time.two"),
        bills=Bills(
            np.array([4e9, 1e9]),
            ("overrun.ONE", "overrun.TWO"),
            ("life_years.rail", "life_years.rail"),
            np.array([[0.0, 0.0, 1.0], [0.5, 0.0, 0.5]]),
            ("delay.ONE", "delay.TWO"),
            ("benefit.ONE", "benefit.TWO"),
            np.array([0.8, 0.2]),
        ),
        corridor=np.array([True, False, True]),
        lines=(3.0, 8.3),
        poverty=figures[figures["iso3"].isin(ECONOMIES)].reset_index(drop=True),
    )


def certain(problem: Problem) -> Problem:
    """The same with every input at its central value."""
    inputs = tuple(replace(i, distribution=Fixed(i.central)) for i in problem.inputs)
    return replace(problem, inputs=inputs)


def _accounts() -> trade.Calibration:
    random = np.random.default_rng(5)
    size = np.array([9.0, 4.0, 0.4])
    flow = random.uniform(0.2, 1.0, (2, 3, 3)) * size[:, None] * size * 1e10
    flow[:, np.arange(3), np.arange(3)] *= 12.0
    share = random.uniform(0.05, 0.3, (3, 2, 2))
    return trade.assemble(ECONOMIES, ("one", "two"), flow, share, 4.5, balanced=True)


def _cities() -> CityDays:
    random = np.random.default_rng(6)
    land = random.uniform(100.0, 500.0, (5, 5)).astype(np.float32)
    sea = random.uniform(400.0, 900.0, (5, 5)).astype(np.float32)
    sea[3, :] = sea[:, 3] = np.inf
    np.fill_diagonal(land, 0.0)
    np.fill_diagonal(sea, 0.0)
    hours = {
        "before": {"land": land * np.float32(1.1), "sea": sea},
        "after": {"land": land * np.float32(0.7), "sea": sea},
        "economy": {"land": land, "sea": sea},
    }
    usd = {"land": land.astype(float) * 12.0, "sea": np.where(np.isfinite(sea), 1500.0, np.inf)}
    return CityDays.of(
        ECONOMIES, CITIES, np.array([20.0, 5.0, 8.0, 2.0, 1.0]), np.isfinite(land), hours, usd,
        switch=True, domestic=False,
    )  # fmt: skip


def draws_frame(problem: Problem, values: np.ndarray) -> pd.DataFrame:
    """Drawn values with names."""
    return pd.DataFrame(values, columns=list(problem.names))
