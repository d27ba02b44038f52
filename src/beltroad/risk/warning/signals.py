"""Signals that hold now, from the latest figures and the bundled thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.risk.country import episodes, indicators, model
from beltroad.risk.country.grading import CUT_OFFS_PCT
from beltroad.risk.warning.evaluation import COMBINED, LEAST_KNOWN, PROBABILITY, SIGNAL_INDICATORS

__all__ = ["COLUMNS", "SEVERITIES", "thresholds", "warnings"]

COLUMNS = ("iso3", "indicator", "value", "threshold", "direction", "since_year", "hit_rate",
           "false_alarm_rate", "severity", "source", "year", "label", "unit")  # fmt: skip
SEVERITIES = ("low", "medium", "high", "critical")
STALE_YEARS = 3
"""A figure that is older than the economy's newest by more than this gives no signal."""
_WEAK_NOISE = 0.7
OWN_SOURCE = "worked out of the figures of the economy"


def thresholds() -> pd.DataFrame:
    """Bundled thresholds, one row an indicator, with how they did on history.

    Returns
    -------
    DataFrame
        Index ``indicator``: the indicators, ``combined`` and ``model``. ``label``, ``unit``,
        ``threshold``, ``direction`` (above or below warns), ``weight`` in the combined indicator,
        ``hit_rate``, ``false_alarm_rate``, ``noise_to_signal`` (out of sample in time),
        ``hit_rate_in_sample``, ``false_alarm_rate_in_sample``, ``high_at`` and ``critical_at``
        (values that 5 and 1 % of quiet years passed), ``vintage``.
    """
    return evidence.load("risk_warning_thresholds").set_index("indicator")


def warnings(on: str = "", data: pd.DataFrame | None = None) -> pd.DataFrame:
    """Signals that hold.

    Parameters
    ----------
    on
        Year, or date of which the year counts; later figures are left out. Default: none is.
    data
        New figures of the user in long form (iso3, indicator, year, value, source), named as in
        the table ``risk_indicators``; they replace bundled ones of the same year.

    Returns
    -------
    DataFrame
        One row a signal, by iso3 and indicator: ``iso3``, ``indicator``, ``value``, ``threshold``,
        ``direction``, ``since_year`` (first year of the unbroken run of signals), ``hit_rate`` and
        ``false_alarm_rate`` (shares of country-years, out of sample), ``severity`` (low, medium,
        high, critical), ``source``, ``year`` of the figure, ``label``, ``unit``. Indicator
        ``combined`` is the weighted share of signals, ``model`` the probability (%) of the country
        model, medium, high and critical from grades 5, 6 and 7 on; neither is given for economies
        in default, arrears or restructuring.
    """
    last = _last_year(on)
    wide = indicators.figures(data)
    wide = wide[wide.index.get_level_values("year") <= last]
    worked = indicators.values(wide)
    newest = _newest_year(wide)
    table = thresholds()
    latest, years = {}, {}
    found = []
    for name in SIGNAL_INDICATORS:
        # Worse than noise out of sample: it weighs in the combined indicator, but warns of nothing.
        if name not in table.index:
            continue
        at = _row(table, name)
        worthless = at["noise_to_signal"] >= 1
        series = worked[name].dropna()
        current = series.groupby(level="iso3").tail(1).reset_index("year")
        fresh = newest.reindex(current.index) - current["year"] <= STALE_YEARS
        current = current[fresh]
        latest[name], years[name] = current[name], current["year"]
        if worthless:
            continue
        lit = current[_beyond(current[name], at)]
        since = _since(series[series.index.isin(lit.index, level="iso3")], at)
        found.append(_rows(str(name), lit[name], lit["year"], since, at))
    values = pd.DataFrame(latest).reindex(newest.index)
    found += _joint(values, worked, newest, table)
    out = pd.concat(found, ignore_index=True)
    out["source"] = _sources(out, data)
    out = out.sort_values(["iso3", "indicator"], kind="stable", ignore_index=True)
    return out[list(COLUMNS)]


def _last_year(on: str) -> int:
    text = on.strip()
    if not text:
        return 9999
    if not (text[:4].isdecimal() and int(text[:4]) >= episodes.FIRST_YEAR):
        raise InputError(f"on {on!r}: give a year from {episodes.FIRST_YEAR} on, or a date")
    return int(text[:4])


def _newest_year(wide: pd.DataFrame) -> pd.Series:
    """Last year in which an economy has any figure."""
    known = wide.notna().any(axis=1)
    years = wide.index[known].to_frame(index=False)
    return years.groupby("iso3")["year"].max()


def _row(table: pd.DataFrame, name: str) -> dict[str, Any]:
    """One indicator's thresholds and rates."""
    return {str(k): v for k, v in table.loc[[name]].to_dict("records")[0].items()}


def _beyond(values: pd.Series, at: Mapping[str, Any], edge: str = "threshold") -> pd.Series:
    bound = float(at[edge])
    return values.ge(bound) if at["direction"] == "above" else values.le(bound)


def _since(series: pd.Series, at: Mapping[str, Any]) -> pd.Series:
    """First year of the run of signals that ends with the latest figure, by economy.

    Years without a figure do not break a run.
    """
    lit = _beyond(series, at)
    # Runs are numbered from the end: no quiet year may come after.
    quiet_after = (~lit)[::-1].groupby(level="iso3").cumsum()[::-1]
    run = quiet_after[quiet_after == 0].reset_index()
    return run.groupby("iso3")["year"].min()


def _rows(name: str, value: pd.Series, year: pd.Series, since: pd.Series, at: Mapping[str, Any],
          ) -> pd.DataFrame:  # fmt: skip
    rank = np.full(len(value), int(at["noise_to_signal"] < _WEAK_NOISE and name != PROBABILITY))
    if name == PROBABILITY:
        rank = rank + (value.to_numpy() >= CUT_OFFS_PCT[3]).astype(int)
    for edge in ("high_at", "critical_at"):
        rank = rank + _beyond(value, at, edge).to_numpy().astype(int)
    return pd.DataFrame({
        "iso3": list(value.index), "indicator": name, "value": value.to_numpy(float),
        "threshold": float(at["threshold"]), "direction": str(at["direction"]),
        "since_year": since.reindex(value.index).fillna(year).astype(int).to_numpy(),
        "hit_rate": float(at["hit_rate"]), "false_alarm_rate": float(at["false_alarm_rate"]),
        "severity": [SEVERITIES[r] for r in rank], "year": year.astype(int).to_numpy(),
        "label": str(at["label"]), "unit": str(at["unit"]),
    })  # fmt: skip


def _joint(values: pd.DataFrame, worked: pd.DataFrame, newest: pd.Series, table: pd.DataFrame,
           ) -> list[pd.DataFrame]:  # fmt: skip
    """Signals of the combined indicator and of the model."""
    state = episodes.in_distress(rescues=False)[episodes.KNOWN_TO]
    asked = values[~state.reindex(values.index, fill_value=False).astype(bool)]
    year = newest.reindex(asked.index)
    none_before = pd.Series(dtype=float)
    found = []
    if COMBINED in table.index:
        score = _score(asked, table).dropna()
        at = _row(table, COMBINED)
        lit = score[_beyond(score, at)]
        found.append(_rows(COMBINED, lit, year[lit.index], none_before, at))
    income = worked["gdp_per_capita_usd"].dropna().groupby(level="iso3").tail(1).droplevel("year")
    record = episodes.outcomes(_latest_index(year))["record"].droplevel("year")
    x = asked.assign(gdp_per_capita_usd=income.reindex(asked.index), record=record)
    x = x[x["public_debt_pct_gdp"].notna()]
    probability = 100 * model.stored().probability(x)
    at = _row(table, PROBABILITY)
    lit = probability[_beyond(probability, at)]
    found.append(_rows(PROBABILITY, lit, year[lit.index], none_before, at))
    return found


def _latest_index(year: pd.Series) -> pd.MultiIndex:
    capped = year.clip(upper=episodes.KNOWN_TO).astype(int)
    return pd.MultiIndex.from_arrays([year.index, capped], names=["iso3", "year"])


def _score(values: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
    weight = table["weight"].reindex(values.columns)
    weight = weight[weight > 0]
    names = list(weight.index)
    lit = pd.DataFrame({n: _beyond(values[n], _row(table, n)) for n in names})
    known = values[names].notna()
    share = (lit & known).mul(weight).sum(axis=1) / known.mul(weight).sum(axis=1)
    return share.where(values.notna().sum(axis=1) >= LEAST_KNOWN)


def _sources(signals: pd.DataFrame, data: pd.DataFrame | None) -> list[str]:
    """Source of the newest figure that a signal rests on: the user's own or the bundled key."""
    held = evidence.load("risk_indicators")
    by_series = held.groupby("indicator")["source"].first()
    own: dict[tuple[str, str, int], str] = {}
    if data is not None:
        said = (
            data["source"].astype(str) if "source" in data.columns else ["own figures"] * len(data)
        )
        own = {(str(i), str(n), int(y)): s for i, n, y, s in
               zip(data["iso3"], data["indicator"], data["year"], said, strict=True)}  # fmt: skip
    found = []
    for code, name, year in zip(
        signals["iso3"], signals["indicator"], signals["year"], strict=True
    ):
        if name in (COMBINED, PROBABILITY):
            found.append(OWN_SOURCE)
            continue
        series = indicators.INDICATORS[name].needs[0]
        found.append(own.get((code, series, int(year)), str(by_series.get(series, ""))))
    return found


# The cut-offs of grades 6 and 7 are those at which the model's own signal is high and critical.
MODEL_EDGES_PCT = (CUT_OFFS_PCT[4], CUT_OFFS_PCT[5])
