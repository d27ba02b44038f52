"""Alerts that open when figures cross their thresholds and that people see through to the end."""

from beltroad.risk.watch.alerts import (
    SEVERITIES,
    Alert,
    acknowledge,
    alerts,
    assign,
    close,
    find,
    snooze,
)
from beltroad.risk.watch.figures import (
    Figures,
    note_import,
    own_figures,
    read_figures,
)
from beltroad.risk.watch.signals import Watched, raise_alert, watch

__all__ = [
    "SEVERITIES", "Alert", "Figures", "Watched", "acknowledge", "alerts", "assign", "close",
    "find", "note_import", "own_figures", "raise_alert", "read_figures", "snooze",
    "watch",
]  # fmt: skip
