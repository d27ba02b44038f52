"""Early warning: signals with thresholds chosen on history, measured out of sample."""

from beltroad.risk.warning.evaluation import evaluate, signal_table
from beltroad.risk.warning.signals import alerting, thresholds, warnings

__all__ = ["alerting", "evaluate", "signal_table", "thresholds", "warnings"]
