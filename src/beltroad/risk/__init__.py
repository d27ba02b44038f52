"""Risk: what a project may cost when the past of its kind repeats itself."""

from beltroad.risk.overrun import OverrunClass, cost_range, reference_class

__all__ = ["OverrunClass", "cost_range", "reference_class"]
