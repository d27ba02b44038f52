"""From a scenario's economic stage to the problem that its draws are about."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence, finance
from beltroad.appraisal.economy import Economy, calibrated
from beltroad.appraisal.headlines import corridor_economies
from beltroad.appraisal.inputs import Inputs
from beltroad.appraisal.levels import STATES, Case
from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.tables import LINES
from beltroad.appraisal.uncertainty.citydays import CityDays
from beltroad.appraisal.uncertainty.inputs import default_inputs, theta_names, with_part
from beltroad.appraisal.uncertainty.part import Uncertainty
from beltroad.appraisal.uncertainty.problem import Bills, Problem
from beltroad.errors import InputError
from beltroad.infrastructure.projects.states import FINISHED

__all__ = ["problem_of"]

Array = NDArray[np.float64]


def problem_of(
    scenario: Scenario,
    economy: Economy,
    case: Case,
    costed: pd.DataFrame,
    inputs: Inputs,
    city_ids: NDArray[np.str_],
    part: Uncertainty,
) -> Problem:
    """Everything of a scenario that its draws need.

    Parameters
    ----------
    economy, case
        The economic stage and its central case.
    costed
        Projects of the comparison with ``new`` and ``cost_usd``.
    inputs, city_ids
        Tables of the run, and the cities in the order of the matrices.

    Raises
    ------
    InputError
        If the case counts freight money beside time or reads the study literally: such cases
        have no distribution of the value of time.
    """
    if case.money or case.proportional:
        raise InputError(f"the case {case.name!r} cannot be drawn: only time may count in it")
    calibration = calibrated(case)
    # Policies stay at their central strength in every draw.
    policy = economy.policy(case) if economy.levers else None
    new = costed[costed["new"] & costed["cost_usd"].fillna(0.0).gt(0)].reset_index(drop=True)
    projects = pd.DataFrame(
        {
            "id": new["id"], "mode": new["mode"], "realised": new["status"].isin(FINISHED),
            "years": (new["year_open"] - new["year_start"]).astype(float),
        }
    )  # fmt: skip
    uncertain = default_inputs(
        elasticities=case.elasticities,
        value_of_time=case.value_of_time,
        parameters=inputs.pricing.parameters,
        discount_rate=scenario.parameters.discount_rate,
        life_years=scenario.parameters.life_years,
        projects=projects,
    )
    drawn = {each.name for each in uncertain}
    codes = [str(code) for code in evidence.load("icio_industries")["industry"]]
    theta = dict(zip(codes, theta_names(case.elasticities), strict=True))
    timed = [f"value_of_time.{code}" for code in calibration.industries]
    return Problem(
        calibration=calibration,
        cities=CityDays.of(
            calibration.economies,
            inputs.city_country(city_ids),
            inputs.city_population(city_ids),
            economy.weights.reachable,
            {s: {m: getattr(economy.ways.of(s), m)[0] for m in ("land", "sea")} for s in STATES},
            economy.measure(case).split.usd,
            switch=case.switch,
            domestic=case.domestic,
        ),
        domestic=case.domestic,
        inputs=with_part(uncertain, part),
        theta_of=tuple(theta[code] for code in calibration.industries),
        time_of=tuple(name if name in drawn else "" for name in timed),
        bills=_bills(new, inputs.countries, calibration.economies),
        corridor=np.isin(calibration.economies, sorted(corridor_economies())),
        lines=tuple(LINES),
        poverty=_poverty(inputs.countries, calibration.economies),
        levers={"after": {"tariff": policy.tariff}} if policy else {},
        factors={"after": policy.cost_change} if policy else {},
    )


def _bills(new: pd.DataFrame, countries: pd.DataFrame, economies: tuple[str, ...]) -> Bills:
    """Shares of hosts, found by the rule of the finance pillar: one project, one column."""
    host = np.zeros((len(new), len(economies)))
    if len(new):
        unit = np.eye(len(new))
        columns = {f"project {k}_usd": unit[:, k] for k in range(len(new))}
        table = pd.DataFrame({"id": new["id"], "countries": new["countries"]} | columns)
        share = finance.bill_by_country(table, countries[["iso3", "gdp_usd"]])[list(columns)]
        host = share.reindex(list(economies)).fillna(0.0).to_numpy().T.copy()
    return Bills(
        new["cost_usd"].to_numpy(float),
        tuple(f"overrun.{name}" for name in new["id"]),
        tuple(f"life_years.{mode}" for mode in new["mode"]),
        host,
        tuple(f"delay.{name}" for name in new["id"]),
        tuple(f"benefit.{name}" for name in new["id"]),
        _weights(new),
    )


def _weights(new: pd.DataFrame) -> Array:
    """Share of each project in the gain: by its gain alone if all are known, else by its cost."""
    weight = new["cost_usd"].to_numpy(float)
    if "alone_gain_usd" in new:
        gain = new["alone_gain_usd"].to_numpy(float)
        if np.isfinite(gain).all() and np.maximum(gain, 0.0).sum() > 0:
            weight = np.maximum(gain, 0.0)
    return np.asarray(weight / weight.sum() if len(weight) else weight, np.float64)


def _poverty(countries: pd.DataFrame, economies: tuple[str, ...]) -> pd.DataFrame:
    """Survey figures of the economies of the model."""
    figures = evidence.load("poverty").merge(countries[["iso3", "population"]], on="iso3")
    return figures[figures["iso3"].isin(economies)].reset_index(drop=True)
