"""Risk of projects: cost, time and benefits as in the past of their kind."""

from beltroad.risk.project.benefit import benefit_class
from beltroad.risk.project.delay import delay_class
from beltroad.risk.project.forecast import Draws, draw, forecast, portfolio, uplift_check
from beltroad.risk.project.overrun import OverrunClass, cost_range, reference_class
from beltroad.risk.project.table import checked_projects, read_projects

__all__ = [
    "Draws", "OverrunClass", "benefit_class", "checked_projects", "cost_range", "delay_class",
    "draw", "forecast", "portfolio", "read_projects", "reference_class", "uplift_check",
]  # fmt: skip
