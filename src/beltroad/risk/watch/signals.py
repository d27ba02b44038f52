"""From signals to alerts: what is new, what goes on, what has become worse, what has ended."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import pandas as pd

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.risk.journal import Journal, checked_text
from beltroad.risk.watch.alerts import SEVERITIES, Alert, alerts, rank, record

__all__ = ["CHANGES", "COLUMNS", "Watched", "raise_alert", "watch"]

COLUMNS = ("iso3", "indicator", "value", "threshold", "direction", "since_year", "hit_rate",
           "false_alarm_rate", "severity", "source")  # fmt: skip
CHANGES = ("opened", "reopened", "escalated", "updated", "cleared")
WARNING = "warning"
"""Source of alerts that :func:`watch` opens and clears."""


@dataclass(frozen=True)
class Watched:
    """What a run changed.

    Attributes
    ----------
    changes
        One row an alert that changed: change (opened, reopened, escalated, updated, cleared), id,
        iso3, indicator, year, value, value_before, threshold, severity, severity_before.
    signals
        Signals compared.
    unchanged
        Signals whose alert stays as it is, closed ones among them.
    """

    changes: pd.DataFrame
    signals: int
    unchanged: int

    def count(self, change: str) -> int:
        """How many alerts changed in one way."""
        return int((self.changes["change"] == change).sum())


_CHANGE_COLUMNS = ("change", "id", "iso3", "indicator", "year", "value", "value_before",
                   "threshold", "severity", "severity_before")  # fmt: skip


def watch(
    warnings: pd.DataFrame,
    journal: Journal,
    *,
    now: datetime | None = None,
    by: str = "watch",
    covered: Collection[tuple[str, str]] | None = None,
) -> Watched:
    """Compare signals with the alerts of the journal and write down what is new.

    Parameters
    ----------
    warnings
        One row a signal that holds: iso3, indicator, value, threshold, direction, since_year,
        hit_rate, false_alarm_rate (shares), severity (low, medium, high, critical) and source.
        ``year`` is that of the figure; without it ``since_year`` counts as such.
    now
        Time of the events; the journal's clock by default.
    covered
        Pairs of iso3 and indicator that were looked at; alerts of others are not cleared. None:
        all.

    Returns
    -------
    Watched
        The figure of one economy, indicator and year opens an alert once: after a person has
        closed it, only a newer year opens it again.

    Raises
    ------
    InputError
        If a column is missing, an economy or severity unknown, or a row there twice.
    """
    signals = _signals(warnings)
    book = journal if now is None else replace(journal, clock=lambda: now)
    rows: list[dict[str, Any]] = []
    unchanged = 0
    with book.transaction() as block:
        known = alerts(block.events)
        for key, signal in signals.items():
            change = _compare(known.get(key), signal)
            if not change:
                unchanged += 1
                continue
            before = known.get(key)
            record(block, change, key, signal, by)
            rows.append(_row(change, key, signal, before))
        for key, alert in known.items():
            looked_at = covered is None or (alert.iso3, alert.indicator) in covered
            over = alert.status == "closed" or alert.cleared or alert.source != WARNING
            if key not in signals and looked_at and not over:
                record(block, "cleared", key, {}, by)
                rows.append(_row("cleared", key, {}, alert))
    table = pd.DataFrame(rows, columns=list(_CHANGE_COLUMNS))
    order = table.assign(_change=table["change"].map(CHANGES.index),
                         _grave=[-rank(word) for word in table["severity"]])  # fmt: skip
    order = order.sort_values(["_change", "_grave", "id"], kind="stable")
    table = table.loc[order.index].reset_index(drop=True)
    return Watched(table, len(signals), unchanged)


def raise_alert(
    journal: Journal,
    *,
    source: str,
    key: str,
    title: str,
    severity: str = "medium",
    iso3: str = "",
    project: str = "",
    risk: str = "",
    year: int = 0,
    value: float | None = None,
    threshold: float | None = None,
    by: str = "",
) -> str:
    """Open an alert from another source: a red flag, a breached threshold, a risk of the register.

    Parameters
    ----------
    source
        Who raises it: integrity, debt, register. ``warning`` is that of :func:`watch`.
    key
        What makes it one and the same; the alert's id is ``source-key``.
    year
        Of the figure behind it, if any: a closed alert opens again only for a later one.

    Returns
    -------
    str
        The alert's id. One that is there already is updated, escalated or opened again.

    Raises
    ------
    InputError
        If the source is ``warning``, a text is empty, or economy or severity is unknown.
    """
    source = checked_text(source, "source", longest=40).casefold()
    if source == WARNING:
        raise InputError("source 'warning' belongs to beltroad risk watch; give another")
    data: dict[str, Any] = {
        "title": checked_text(title, "title", longest=300), "source": source,
        "severity": SEVERITIES[rank(severity)], "iso3": economies.iso3(iso3) if iso3 else "",
        "indicator": checked_text(key, "key", longest=120),
        "project": checked_text(project, "project", longest=120, empty=True),
        "risk": checked_text(risk, "risk", longest=120, empty=True),
        "year": int(year), "value": _number(value), "threshold": _number(threshold),
    }  # fmt: skip
    alert_id = f"{source}-{data['indicator']}"
    with journal.transaction() as block:
        change = _compare(alerts(block.events).get(alert_id), data)
        if change:
            record(block, change, alert_id, data, by or source)
    return alert_id


def _compare(alert: Alert | None, signal: Mapping[str, Any]) -> str:
    """What a signal does to the alert that is there."""
    if alert is None:
        return "opened"
    newer = signal["year"] > alert.year
    if alert.status == "closed":
        return "reopened" if newer else ""
    if signal["year"] < alert.year:
        return ""  # an old figure says nothing about today
    if rank(signal["severity"]) > rank(alert.severity):
        return "escalated"
    same = signal["value"] == alert.value and signal["severity"] == alert.severity
    return "updated" if newer or not same or alert.cleared else ""


def _signals(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    missing = [column for column in COLUMNS if column not in table.columns]
    if missing:
        raise InputError(f"signals lack the columns {', '.join(missing)}")
    out: dict[str, dict[str, Any]] = {}
    for row in table.to_dict("records"):
        iso3 = economies.iso3(row["iso3"])
        indicator = checked_text(row["indicator"], "indicator", longest=120)
        key = f"{iso3}-{indicator}"
        if key in out:
            raise InputError(f"signals: {iso3} {indicator} is there twice; give the latest figure")
        year = _number(row.get("year"))
        year = _number(row["since_year"]) if year is None else year
        if year is None:
            raise InputError(f"signals: {key} has no year")
        out[key] = {
            "title": checked_text(f"{economies.name(iso3)}: {row.get('label') or indicator}",
                                  "title"),
            "source": WARNING, "iso3": iso3, "indicator": indicator,
            "severity": SEVERITIES[rank(str(row["severity"]))], "year": int(year),
            "value": _number(row["value"]), "threshold": _number(row["threshold"]),
            "direction": checked_text(row["direction"], "direction", empty=True),
            "hit_rate": _number(row["hit_rate"]),
            "false_alarm_rate": _number(row["false_alarm_rate"]),
            "figure_source": checked_text(row["source"], "source", empty=True),
        }  # fmt: skip
    return out


def _number(value: object) -> float | None:
    """A finite number, rounded to ten digits as files are; None for what is not known."""
    if value is None or value == "" or value is pd.NA:
        return None
    number = float(value)  # type: ignore[arg-type]
    return float(f"{number:.10g}") if math.isfinite(number) else None


def _row(change: str, key: str, signal: Mapping[str, Any], before: Alert | None) -> dict[str, Any]:
    def both(name: str) -> object:
        return signal.get(name, getattr(before, name, None))

    return {
        "change": change, "id": key, "iso3": both("iso3"), "indicator": both("indicator"),
        "year": both("year"), "value": both("value"),
        "value_before": None if before is None else before.value,
        "threshold": both("threshold"), "severity": both("severity"),
        "severity_before": "" if before is None else before.severity,
    }  # fmt: skip
