"""What an appraisal returns: a few checked tables, and how the run was made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.uncertainty.result import UncertaintyResult

__all__ = ["Appraisal", "Headlines", "MapLayers"]


@dataclass(frozen=True)
class Headlines:
    """World totals of the central case, later state against earlier. Percent unless named.

    Pairs of values are (all economies, economies along the corridors); the second group is that of
    the published study (table ``corridor_economies``), China included.
    """

    shipment_time_fixed_pct: tuple[float, float]
    shipment_time_switch_pct: tuple[float, float]
    shipment_time_largest_pct: float
    trade_cost_pct: tuple[float, float]
    trade_cost_largest_pct: float
    real_income_pct: tuple[float, float]
    real_income_usd: tuple[float, float]
    trade_pct: tuple[float, float]
    project_cost_usd: float
    annual_cost_usd: float
    economies_gaining: int
    economies_losing_after_cost: int
    freight_kgco2e_pct: float


@dataclass(frozen=True)
class MapLayers:
    """Lines and points to draw, in degrees.

    ``lines`` has ``kind`` (rail, sea, project), ``project`` (id or empty), ``part`` and the
    ordered points ``lat``, ``lon``; ``points`` has ``kind`` (city, port, project), ``name``,
    ``project``, ``lat``, ``lon``, ``size``.
    """

    lines: pd.DataFrame
    points: pd.DataFrame


@dataclass(frozen=True)
class Appraisal:
    """One appraised scenario. Tables follow ``appraisal/variables.csv``; immutable by habit.

    ``run`` holds versions, digests of the data, parameters, seed, timings and residuals. The two
    tables of access are there after a run; an appraisal put together by hand may lack them.
    ``more`` holds the tables of parts that a scenario may have or not, by their declared name;
    ``uncertainty`` the draws, unless the scenario does without.
    """

    scenario: Scenario
    headlines: Headlines
    countries: pd.DataFrame
    pairs: pd.DataFrame
    projects: pd.DataFrame
    sensitivity: pd.DataFrame
    yardsticks: pd.DataFrame
    assumptions: pd.DataFrame
    map_layers: MapLayers
    run: dict[str, Any]
    access_cities: pd.DataFrame | None = None
    access_countries: pd.DataFrame | None = None
    more: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    uncertainty: UncertaintyResult | None = None

    def to_html(self, path: str | Path) -> Path:
        """Write the report as one file that opens offline."""
        from beltroad.appraisal.report import html_report
        from beltroad.files import write_atomically

        return write_atomically(Path(path), html_report(self).encode())

    def to_excel(self, path: str | Path) -> Path:
        """Write all tables as one workbook."""
        from beltroad.appraisal.report import workbook
        from beltroad.files import write_atomically

        return write_atomically(Path(path), workbook(self))

    def write(self, folder: str | Path) -> Path:
        """Write report, tables and ``run.json`` into ``folder``, all or nothing."""
        from beltroad.appraisal.writing import write_results

        return write_results(self, Path(folder))
