"""Signals that hold now, from the latest figures and the bundled thresholds."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.risk.country import grading, indicators
from beltroad.risk.country.grading import CUT_OFFS_PCT
from beltroad.risk.warning.evaluation import COMBINED, LEAST_KNOWN, PROBABILITY, SIGNAL_INDICATORS

__all__ = ["COLUMNS", "SEVERITIES", "alerting", "thresholds", "warnings"]

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
        ``direction``, ``since_year`` (first year of the unbroken run of signals; of ``combined``
        and ``model`` the year itself), ``hit_rate`` and ``false_alarm_rate`` (shares of
        country-years, out of sample), ``severity`` (low, medium, high, critical), ``source``,
        ``year`` of the figure, ``label``, ``unit``. Indicator
        ``combined`` is the weighted share of signals, ``model`` the probability (%) of the country
        model, medium, high and critical from grades 5, 6 and 7 on; neither is given for economies
        in default, arrears or restructuring.
    """
    last = grading.year_asked(on) or 9999
    wide = indicators.figures(data)
    wide = wide[wide.index.get_level_values("year") <= last]
    worked = indicators.values(wide)
    newest = _newest_year(wide)
    table = thresholds()
    rows = _by_indicator(table)
    latest, found = {}, []
    for name in SIGNAL_INDICATORS:
        # Worse than noise out of sample: it weighs in the combined indicator, but warns of nothing.
        if name not in table.index:
            continue
        at = rows[name]
        worthless = at["noise_to_signal"] >= 1
        series = worked[name].dropna()
        current = series.groupby(level="iso3").tail(1).reset_index("year")
        fresh = newest.reindex(current.index) - current["year"] <= STALE_YEARS
        current = current[fresh]
        latest[name] = current[name]
        if worthless:
            continue
        lit = current[_beyond(current[name], at)]
        since = _since(series[series.index.isin(lit.index, level="iso3")], at)
        found.append(_rows(str(name), lit[name], lit["year"], since, at))
    values = pd.DataFrame(latest).reindex(newest.index)
    found += _joint(values, newest, table, on, data)
    out = pd.concat(found, ignore_index=True)
    out["source"] = _sources(out, data)
    out = out.sort_values(["iso3", "indicator"], kind="stable", ignore_index=True)
    return out[list(COLUMNS)]


def alerting(
    signals: pd.DataFrame, on: str = "", *, also: Collection[tuple[str, str]] = ()
) -> pd.DataFrame:
    """Signals that call a person: a part of what :func:`warnings` gives, in the same columns.

    The ``model`` from grade 6 on, the combined indicator where it is high, and single indicators
    that are critical, as far out as one quiet year in a hundred was. Economies in default, arrears
    or restructuring call nobody: no rate was measured on such years. All other signals are context
    for whoever looks at an economy; if each opened an alert, they would bury what matters.

    Parameters
    ----------
    signals
        From :func:`warnings`.
    on
        As it was given there.
    also
        Pairs of iso3 and indicator that are kept in any case: alerts that are open already, whose
        signal may have weakened without ending.
    """
    rank = signals["severity"].map(SEVERITIES.index).to_numpy()
    joint = signals["indicator"].isin([COMBINED, PROBABILITY])
    least = np.where(joint, SEVERITIES.index("high"), SEVERITIES.index("critical"))
    codes = pd.Index(signals["iso3"].unique())
    calm = set(codes[~grading.distressed_now(on, codes)])
    pairs = zip(signals["iso3"], signals["indicator"], strict=True)
    held = set(also)
    kept = np.array([pair in held for pair in pairs], bool)
    calls = (rank >= least) & signals["iso3"].isin(calm).to_numpy(bool)
    found: pd.DataFrame = signals.loc[calls | kept]
    return found.reset_index(drop=True)


def _newest_year(wide: pd.DataFrame) -> pd.Series:
    """Last year in which an economy has a figure that a signal rests on."""
    used = {name for each in SIGNAL_INDICATORS for name in indicators.INDICATORS[each].needs}
    known = wide[wide.columns.intersection(sorted(used))].notna().any(axis=1)
    years = wide.index[known].to_frame(index=False)
    return years.groupby("iso3")["year"].max()


def _by_indicator(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Thresholds and rates of each indicator."""
    return {str(name): {str(k): v for k, v in row.items()}
            for name, row in table.to_dict("index").items()}  # fmt: skip


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


def _joint(values: pd.DataFrame, newest: pd.Series, table: pd.DataFrame, on: str,
           data: pd.DataFrame | None) -> list[pd.DataFrame]:  # fmt: skip
    """Signals of the combined indicator and of the model, whose figure is that of the grade."""
    graded = grading.grades(on, data).set_index("iso3")
    none_before = pd.Series(dtype=float)
    score = _score(values[~grading.distressed_now(on, values.index)], table).dropna()
    rows = _by_indicator(table)
    at = rows[COMBINED]
    lit = score[_beyond(score, at)]
    found = [_rows(COMBINED, lit, newest[lit.index], none_before, at)]
    calm = graded[~graded["in_distress"]]
    at = rows[PROBABILITY]
    lit = calm.loc[_beyond(calm["probability_pct"], at), "probability_pct"]
    years = calm.loc[lit.index, "vintage"].astype(int)
    return [*found, _rows(PROBABILITY, lit, years, none_before, at)]


def _score(values: pd.DataFrame, table: pd.DataFrame) -> pd.Series:
    weight = table["weight"].reindex(values.columns)
    weight = weight[weight > 0]
    names = list(weight.index)
    rows = _by_indicator(table)
    lit = pd.DataFrame({n: _beyond(values[n], rows[n]) for n in names})
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
