"""Risk: projects, countries, portfolios; early warning, register, integrity, green class."""

from beltroad.risk.project.overrun import OverrunClass, cost_range, reference_class

__all__ = ["OverrunClass", "cost_range", "reference_class"]
