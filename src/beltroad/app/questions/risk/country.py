"""Risk of one economy: its early-warning signals over time, drawn and as a table."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from beltroad.app.answers import Table, table_of
from beltroad.app.questions import charts
from beltroad.app.questions.country_risk import signals
from beltroad.app.questions.figures_base import column, origin_of_table, text_column
from beltroad.app.questions.risk.base import word

__all__ = ["Drawn", "history", "one_signal", "over_time"]

_MOST = 6


@dataclass(frozen=True)
class Drawn:
    """One signal over the years beside its threshold."""

    indicator: str
    title: str
    unit: str
    svg: str
    lit: bool


@lru_cache(maxsize=1)
def _values() -> pd.DataFrame:
    from beltroad.risk.country import indicators

    return indicators.values(indicators.figures())


def history(iso3: str) -> pd.DataFrame:
    """Values of all indicators that warn by year, as the signals take them."""
    from beltroad.risk.warning.signals import thresholds

    table = _values()
    if iso3 not in table.index.get_level_values("iso3"):
        return pd.DataFrame()
    own: Any = table.xs(iso3, level="iso3")
    names = [str(name) for name in thresholds().index if name in own.columns]
    found: pd.DataFrame = own[names].dropna(how="all")
    return found


def over_time(iso3: str, language: str = "en") -> tuple[list[Drawn], Table | None]:
    """Drawings of the signals that hold (of others to make a few), and all values as a table."""
    from beltroad.risk.warning.signals import thresholds

    rows, known = history(iso3), thresholds()
    if rows.empty:
        return [], None
    held = signals()
    lit = set(held.loc[held["iso3"] == iso3, "indicator"])
    order = sorted(rows.columns, key=lambda n: (n not in lit, list(known.index).index(n)))
    drawn = [_drawn(str(n), rows[n].dropna(), known, n in lit, language) for n in order[:_MOST]]
    base = origin_of_table("risk_indicators", "observed", method="early-warning")
    frame = rows.iloc[::-1].reset_index()
    table = table_of("history", word("history.title", language), frame, [
        text_column("year", word("c.year", language), kind="date"),
        *(column(str(n), str(known.loc[n, "label"]), str(known.loc[n, "unit"]), decimals=2,
                 origin=base) for n in rows.columns),
    ], origin=base)  # fmt: skip
    return [d for d in drawn if d.svg], table


def one_signal(iso3: str, indicator: str, language: str = "en") -> Drawn | None:
    """The figures behind one signal over the years; none where they are not of the tables."""
    from beltroad.risk.warning.signals import thresholds

    rows, known = history(iso3), thresholds()
    if indicator not in rows.columns:
        return None
    found = _drawn(indicator, rows[indicator].dropna(), known, True, language)
    return found if found.svg else None


def _drawn(
    name: str, series: pd.Series, known: pd.DataFrame, lit: bool, language: str
) -> Drawn:  # fmt: skip
    at = known.to_dict("index")[name]
    title, unit = str(at["label"]), str(at["unit"])
    if series.empty:
        return Drawn(name, title, unit, "", lit)
    years = [int(y) for y in series.index]
    bound = f"{word('c.threshold', language)} ({word('direction.' + at['direction'], language)})"
    frame = pd.DataFrame({
        "year": [*years, min(years), max(years)],
        "value": [*map(float, series), *[float(at["threshold"])] * 2],
        "series": [title] * len(years) + [bound] * 2,
    })  # fmt: skip
    return Drawn(name, title, unit, charts.lines(frame, unit=unit, title=title), lit)
