"""Shock scenarios from what happens to what it costs: network, trade equilibrium, debt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Annotated

import numpy as np
import pandas as pd
from pydantic import Field

from beltroad import evidence, trade
from beltroad.appraisal.disruption import Disruption, Study
from beltroad.appraisal.inputs import gather
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.scenario_parts import Part
from beltroad.appraisal.shocks.costs import closure_costs, iceberg_of, oil_costs
from beltroad.appraisal.shocks.credit import grades_under, losses_under
from beltroad.appraisal.shocks.interest import interest_effects
from beltroad.appraisal.shocks.oil import oil_bill
from beltroad.errors import InputError
from beltroad.infrastructure.parameters import NetworkParameters
from beltroad.infrastructure.projects.states import State
from beltroad.infrastructure.routes.closures import parse_closures
from beltroad.risk import country

__all__ = ["Shock", "ShockResult", "run_shocks", "standard_shocks"]

LEVELS = ("low", "central", "high")
NO_SHOCK = "no shock"
LOSS_DRAWS = 100_000
#: What the trade model says of an economy.
CHANGES = ("real_income_change_usd", "real_income_change_pct", "exports_change_pct",
           "imports_change_pct")  # fmt: skip


class Shock(Part):
    """One scenario: what is shut, how much dearer oil is, how much higher interest.

    ``close`` names straits, borders, countries, ports or lines as ``beltroad disrupt`` does.
    """

    name: Annotated[str, Field(min_length=1, max_length=120)]
    close: tuple[Annotated[str, Field(min_length=1, max_length=60)], ...] = ()
    oil_pct: Annotated[float, Field(gt=-90, le=500)] = 0.0
    interest_points: Annotated[float, Field(ge=-10, le=30)] = 0.0

    @property
    def moves_trade(self) -> bool:
        """Whether costs of trade change at all."""
        return bool(self.close) or self.oil_pct != 0


@dataclass(frozen=True)
class ShockResult:
    """``summary`` one row a scenario; ``countries`` one row a scenario and economy.

    ``losses`` of a portfolio, one row without a shock and one for each, where one was given.
    """

    summary: pd.DataFrame
    countries: pd.DataFrame
    losses: pd.DataFrame | None = None


def standard_shocks() -> tuple[Shock, ...]:
    """A strait, a border, a country, dearer oil, dearer money, and three of them at once."""
    return (
        Shock(name="Suez Canal shut", close=("suez",)),
        Shock(name="Strait of Malacca shut", close=("malacca",)),
        Shock(name="Strait of Hormuz shut, oil +50 %", close=("ormuz",), oil_pct=50),
        Shock(name="Khorgos border shut", close=("khorgos",)),
        Shock(name="Kazakhstan shut", close=("KAZ",)),
        Shock(name="Oil +50 %", oil_pct=50),
        Shock(name="Interest +2 points", interest_points=2),
        Shock(name="Red Sea shut, oil +50 %, interest +2 points", close=("suez", "babalmandab"),
              oil_pct=50, interest_points=2),
    )  # fmt: skip


def run_shocks(
    shocks: Sequence[Shock],
    scenario: Scenario | None = None,
    *,
    exposures: pd.DataFrame | None = None,
    study: Study | None = None,
    state: State = "today",
    level: str = "central",
    threads: int = 2,
    progress: Progress | None = None,
) -> ShockResult:
    """Run scenarios, each against the same base.

    Parameters
    ----------
    shocks
        What happens; names must differ.
    scenario
        Projects and reforms of the network; the bundled ones by default.
    exposures
        Portfolio whose loss is worked out under each shock.
    study
        The network with its trade where it is at hand already; else built from the next two.
    state
        Network that is disturbed: a year, ``"today"`` or ``"complete"``.
    level
        ``low``, ``central`` or ``high`` end of what oil and interest pass through.

    Raises
    ------
    InputError
        If a name is given twice, a place is not known, or the level is not one of the three.
    ConvergenceError
        If a shock is so large that no equilibrium is reached.
    """
    names = [s.name for s in shocks]
    if len(set(names)) < len(names):
        raise InputError(f"two shocks are called {max(names, key=names.count)!r}; rename one")
    values = _parameters(level)
    progress, chosen = progress or Progress(), scenario or Scenario()
    calibration = trade.calibrate("uniform")
    if study is None and any(s.moves_trade for s in shocks):
        study = Study.of(chosen, state=state, threads=threads, progress=progress)
    # All places are looked up before the long work starts.
    shut = {s.name: parse_closures(s.close, study.network) for s in shocks} if study else {}
    parameters = gather(chosen).reformed.parameters
    tables, rows = [], []
    base = country.grades()
    graded = {NO_SHOCK: base}
    # Several shocks may share a rise of interest; each is worked out once.
    dearer = cache(partial(interest_effects, floating_share=values["floating_share_of_debt"]))
    with progress.step("running the shocks") as report:
        for k, shock in enumerate(shocks):
            table = _base(calibration)
            disruption = None
            if study is not None and shock.moves_trade:
                disruption = study.disrupt(shut[shock.name])
                change = _change(study, calibration, shock, disruption, parameters, values)
                table = table.assign(**_solved(calibration, change))
            table["oil_usd"] = oil_bill(calibration, shock.oil_pct)
            table["total_usd"] = table["real_income_change_usd"] + table["oil_usd"]
            table["total_pct"] = 100 * table["total_usd"] / table["income_usd"]
            if shock.interest_points:
                table = table.join(dearer(shock.interest_points), how="outer")
            graded[shock.name] = grades_under(table, base)
            table = table.join(_graded(base, graded[shock.name]), how="left")
            table.insert(0, "shock", shock.name)
            tables.append(table.reset_index())
            rows.append(_summary(shock, table, study, disruption))
            report((k + 1) / len(shocks))
    countries = pd.concat(tables, ignore_index=True)
    known = evidence.load("countries").set_index("iso3")["name"]
    place = {"ROW": "Rest of the world"}
    countries.insert(2, "name", [place.get(c, known.get(c, c)) for c in countries["iso3"]])
    losses = None
    if exposures is not None:
        with progress.step("losses of the portfolio"):
            losses = losses_under(exposures, graded, draws=LOSS_DRAWS, seed=chosen.seed)
    return ShockResult(pd.DataFrame(rows), countries, losses)


def _graded(base: pd.DataFrame, now: pd.DataFrame) -> pd.DataFrame:
    """Grade and probability without and with a shock, index iso3."""
    was, now = base.set_index("iso3"), now.set_index("iso3")
    return pd.DataFrame(
        {
            "grade_without": was["grade"],
            "grade_with": now["grade"],
            "probability_without_pct": was["probability_pct"],
            "probability_with_pct": now["probability_pct"],
        }
    ).astype(float)


def _parameters(level: str) -> dict[str, float]:
    if level not in LEVELS:
        raise InputError(f"level {level!r:.30}: choose {', '.join(LEVELS)}")
    table = evidence.load("shock_parameters").set_index("parameter")
    column = table["value"] if level == "central" else table[level].fillna(table["value"])
    return {str(k): float(v) for k, v in column.items()}


def _base(calibration: trade.Calibration) -> pd.DataFrame:
    """Every economy of the model with no change."""
    out = pd.DataFrame(
        {"income_usd": calibration.income}, index=pd.Index(calibration.economies, name="iso3")
    )
    return out.assign(**dict.fromkeys(CHANGES, 0.0))


def _change(
    study: Study, calibration: trade.Calibration, shock: Shock, disruption: Disruption,
    parameters: NetworkParameters, values: dict[str, float],
) -> np.ndarray:  # fmt: skip
    """Iceberg change of what is shut and of dearer fuel, one after the other."""
    change = np.ones((len(calibration.industries), *(len(calibration.economies),) * 2))
    if shock.close:
        change = iceberg_of(
            study,
            calibration,
            *closure_costs(study, disruption, parameters, values["embargo_cost_times"]),
        )
    if shock.oil_pct:
        through = {mode: values[f"oil_pass_through.{mode}"] for mode in ("land", "sea")}
        change = change * iceberg_of(study, calibration, *oil_costs(study, shock.oil_pct, through))
    return change


def _solved(calibration: trade.Calibration, change: np.ndarray) -> dict[str, pd.Series]:
    found = trade.country_results(calibration, trade.solve(calibration, change))
    return {c: found[c] for c in CHANGES}


def _summary(
    shock: Shock, table: pd.DataFrame, study: Study | None, disruption: Disruption | None
) -> dict[str, object]:
    """World totals, the economies hit hardest, and what happens to debt."""
    hit = table["total_pct"].nsmallest(5)
    worst = ", ".join(f"{code} {pct:+.2f} %" for code, pct in hit[hit < -0.005].to_dict().items())
    row: dict[str, object] = {
        "shock": shock.name,
        "close": ", ".join(shock.close),
        "oil_pct": shock.oil_pct,
        "interest_points": shock.interest_points,
        "trade_cut_off_usd": 0.0,
        "real_income_change_usd": float(table["real_income_change_usd"].sum()),
        "real_income_change_pct": float(
            100 * table["real_income_change_usd"].sum() / table["income_usd"].sum()
        ),
        "economies_losing": float((table["total_pct"] < -0.005).sum()),
        "worst": worst,
        "grades_worse": float((table["grade_with"] > table["grade_without"]).sum()),
        "debt_worse": np.nan,
        "service_to_revenue_rise_points": np.nan,
    }
    if study is not None and disruption is not None:
        cut = np.where(disruption.losses.cut, study.base.teu, 0.0)
        row["trade_cut_off_usd"] = float(cut.sum() * study.usd_per_teu)
    if "public_debt_with_pct" in table:
        rise = table["service_to_revenue_with_pct"] - table["service_to_revenue_without_pct"]
        more = table["public_debt_with_pct"] - table["public_debt_without_pct"]
        row["debt_worse"] = float((more > 0.5).sum())
        row["service_to_revenue_rise_points"] = float(rise.median())
    return row
