"""What readers of an assessment want to see, as small tables: the page, sheets and prints share it.

Nothing is computed here that bears on a rating; peaks and breaches are those of the assessment.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from beltroad.finance.debt.io import cells as forms
from beltroad.finance.debt.model import CountryInputs
from beltroad.finance.debt.vocabulary import INDICATORS, SERIES, SETTINGS

if TYPE_CHECKING:
    from beltroad.finance.debt.ratings.assess import Assessment

__all__ = [
    "SCENARIOS", "Extreme", "breach_words", "brief", "capital", "column_title", "drivers",
    "extremes", "flagged", "heat", "identity", "label", "note", "overview", "scenario",
    "series_title", "short", "value_text", "window",
]  # fmt: skip

SCENARIOS = {
    "baseline": "Baseline",
    "historical": "Historical averages",
    "B1": "Real growth",
    "B2": "Primary balance",
    "B3": "Exports",
    "B4": "Transfers and direct investment",
    "B5": "Depreciation",
    "B6": "Combination",
    "CL": "Contingent liabilities",
    "ND": "Natural disaster",
    "CP": "Commodity prices",
    "MF": "Market financing",
}
_COLUMN = re.compile(r"\b[a-z]+(_[a-z]+)+\b")
_UNITS = {"_pct_gdp": "% of GDP", "_usd_mn": "USD million", "_pct": "%", "_bp": "basis points"}
_SHORT = {
    "pv_external_to_gdp_pct": "PV ext. / GDP",
    "pv_external_to_exports_pct": "PV ext. / exports",
    "service_external_to_exports_pct": "Service / exports",
    "service_external_to_revenue_pct": "Service / revenue",
    "pv_public_to_gdp_pct": "PV public / GDP",
}


def label(indicator: str) -> str:
    """Name of an indicator."""
    return INDICATORS[indicator].label if indicator in INDICATORS else indicator


def short(indicator: str) -> str:
    """Name of an indicator for narrow columns."""
    return _SHORT.get(indicator, indicator)


def brief(text: str) -> str:
    """A text with the short names of indicators in place of the long ones."""
    for name, each in INDICATORS.items():
        text = text.replace(each.label, short(name))
    return text


def scenario(key: str) -> str:
    """Name of a scenario with its code, where it has one."""
    if key in ("baseline", "historical"):
        return SCENARIOS[key]
    return f"{key} {SCENARIOS[key]}" if key in SCENARIOS else key


def capital(text: str) -> str:
    """A text that begins with a capital letter."""
    return f"{text[:1].upper()}{text[1:]}"


def note(text: str) -> str:
    """A note of the assessment with names for people in place of those of columns."""
    for name, each in INDICATORS.items():
        text = text.replace(name, each.label)
    for name in sorted(SERIES, key=len, reverse=True):
        text = text.replace(name, _brief(name))
    return _COLUMN.sub(lambda found: found[0].replace("_", " "), text)


def column_title(name: str) -> str:
    """Heading of a column: words in place of a name, the unit behind a comma."""
    for ending, unit in _UNITS.items():
        if name.endswith(ending):
            return capital(f"{name.removesuffix(ending)}, {unit}".replace("_", " "))
    return capital(name.replace("_", " "))


def _brief(name: str) -> str:
    """What a series holds, without its fine print."""
    return re.split(r"[:;(]|, end of", SERIES[name].meaning)[0].strip()


def series_title(name: str) -> str:
    """What a series or setting holds, without its unit."""
    if name in SERIES:
        return capital(_brief(name))
    return capital(SETTINGS[name].meaning) if name in SETTINGS else name


def window(assessment: Assessment, key: str = "baseline") -> range:
    """Years that count for the rating: t to t+10; of a stress test from t+1 on."""
    first = assessment.inputs.first_year
    last = first + int(assessment.parameters.values.get("signal.window_years", 10))
    offset = int(assessment.parameters.values.get("signal.stress_first_offset", 1))
    return range(first if key in ("baseline", "historical") else first + offset, last + 1)


def breach_words(assessment: Assessment) -> str:
    """What makes a breach under the parameters of the day."""
    years = int(assessment.parameters.values.get("signal.breach_years", 2))
    words = {1: "in any year", 2: "in two or more years"}.get(years, f"in {years} or more years")
    return f"above the threshold {words}"


def heat(assessment: Assessment) -> pd.DataFrame:
    """Highest value of each indicator in each scenario, within the years that count.

    Returns
    -------
    DataFrame
        ``scenario, indicator, peak_pct, peak_year, threshold_pct, share_pct`` (of the threshold),
        ``years_above`` (strictly). NaN and 0 where nothing is known.
    """
    rows = []
    for key, path in assessment.paths.items():
        years = window(assessment, key)
        for indicator in INDICATORS:
            threshold = assessment.thresholds.get(indicator, math.nan)
            values = path.table[indicator].reindex(years).dropna()
            # As for a breach, all years count from t on, also under stress.
            whole = path.table[indicator].reindex(window(assessment))
            peak = float(values.max()) if len(values) else math.nan
            year = int(str(values.idxmax())) if len(values) else 0
            above = int((whole > threshold).sum())
            rows.append((key, indicator, peak, year, threshold, 100 * peak / threshold, above))
    table = pd.DataFrame(
        rows, columns=["scenario", "indicator", "peak_pct", "peak_year", "threshold_pct",
                       "share_pct", "years_above"]
    )  # fmt: skip
    order = {key: i for i, key in enumerate(SCENARIOS)}
    rank = table["scenario"].map(lambda key: order.get(key, len(order)))
    return table.iloc[rank.argsort(kind="stable")].reset_index(drop=True)


@dataclass(frozen=True)
class Extreme:
    """One indicator: threshold, baseline, and the stress test that strains it most."""

    indicator: str
    label: str
    threshold_pct: float
    baseline_pct: float
    baseline_year: int
    baseline_breach: bool
    baseline_years_above: int
    stress: str
    stress_pct: float
    stress_year: int
    stress_breach: bool
    stress_years_above: int

    @property
    def signal(self) -> str:
        """What this indicator alone says: high, moderate, low; empty where nothing is known."""
        if self.baseline_breach:
            return "high"
        if self.stress_breach:
            return "moderate"
        return "low" if self.baseline_pct == self.baseline_pct else ""

    @property
    def space_pct(self) -> float:
        """Distance of the baseline's peak to the threshold, in per cent of the threshold."""
        return 100 * (1 - self.baseline_pct / self.threshold_pct)


def extremes(assessment: Assessment) -> list[Extreme]:
    """One entry per indicator with a threshold."""
    rows: list[dict[Any, Any]] = assessment.signals.to_dict("records")
    found = {(r["indicator"], r["case"]): r for r in rows}
    out = []
    nothing: dict[Any, Any] = {"peak_pct": math.nan, "peak_year": 0, "breach": False,
                               "scenario": "", "years_above": 0}  # fmt: skip
    for name in INDICATORS:
        if name not in assessment.thresholds:
            continue
        base = found.get((name, "baseline"), nothing)
        worst = found.get((name, "stress"), nothing)
        out.append(
            Extreme(
                name, label(name), assessment.thresholds[name],
                float(base["peak_pct"]), int(base["peak_year"]), bool(base["breach"]),
                int(base["years_above"]), str(worst["scenario"]), float(worst["peak_pct"]),
                int(worst["peak_year"]), bool(worst["breach"]), int(worst["years_above"]),
            )
        )  # fmt: skip
    return out


def drivers(assessment: Assessment) -> str:
    """What the overall rating comes from, in a sentence."""
    if assessment.overall_rating == "in debt distress":
        alone = [e.signal for e in extremes(assessment)]
        worst = next((s for s in ("high", "moderate", "low") if s in alone), "nothing")
        return (
            "A restructuring is under way or there are arrears, as the settings say. "
            f"Thresholds alone would say {worst}."
        )
    found = extremes(assessment)
    high = [e for e in found if e.baseline_breach]
    if high:
        return f"The baseline breaches {_and([e.label for e in high])}."
    moderate = [e for e in found if e.stress_breach]
    if moderate:
        parts = [f"{e.label} ({scenario(e.stress)})" for e in moderate]
        return f"The baseline breaches nothing; a stress test breaches {_and(parts)}."
    known = [e for e in found if e.stress_pct == e.stress_pct]
    if not known:
        return "No stress test could be run."
    near = max(known, key=lambda e: e.stress_pct / e.threshold_pct)
    share = 100 * near.stress_pct / near.threshold_pct
    return (
        f"Neither the baseline nor a stress test breaches a threshold for long. Nearest is "
        f"{near.label}: {share:.0f}% of its threshold under {scenario(near.stress)}."
    )


def _and(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]


def flagged(inputs: CountryInputs) -> pd.DataFrame:
    """Values that no source gives: ``what, years, kind, source, note``, one row per stretch."""
    rows: list[tuple[str, str, str, str, str]] = []
    for row in forms.rows_of(forms.canonical(inputs).origins):
        if row.kind not in forms.FLAGGED:
            continue
        years = str(row.year_from) if row.year_from == row.year_to else \
            f"{row.year_from} to {row.year_to}"  # fmt: skip
        rows.append((row.variable, "" if row.variable in SETTINGS else years, row.kind,
                     row.source, row.note))  # fmt: skip
    rows += [(f"terms: {i.name}", "", i.kind, i.source, "") for i in inputs.instruments
             if i.kind in forms.FLAGGED]  # fmt: skip
    return pd.DataFrame(rows, columns=["what", "years", "kind", "source", "note"])


def overview(inputs: CountryInputs) -> str:
    """How much of the inputs no source gives, in a sentence."""
    values = forms.cells(inputs)
    series = sorted(
        set(values.loc[values["kind"].isin(forms.FLAGGED), "variable"]), key=list(SERIES).index
    )
    share = 100 * float(values["kind"].isin(forms.FLAGGED).mean()) if len(values) else 0.0
    table = flagged(inputs)
    settings = int(table["what"].isin(SETTINGS).sum())
    terms = int(table["what"].str.startswith("terms: ").sum()) if len(table) else 0
    return (f"{share:.0f}% of the yearly values ({len(series)} of {values['variable'].nunique()} "
            f"series), {settings} of {len(SETTINGS)} settings and {terms} of "
            f"{len(inputs.instruments)} terms are imputed or assumed.")  # fmt: skip


def identity(assessment: Assessment) -> list[tuple[str, str]]:
    """Facts that name the assessment."""
    inputs, parameters = assessment.inputs, assessment.parameters
    years, last = window(assessment), int(str(assessment.paths["baseline"].table.index[-1]))
    force = f"in force on {parameters.on}" if parameters.on else "latest parameters"
    return [
        ("Framework", f"{parameters.framework.upper()}, {force}"),
        ("Figures", str(inputs.settings.get("vintage") or "vintage not stated")),
        ("Projection", f"{years[0]} to {last}; {years[0]} to {years[-1]} count for the rating"),
    ]


def value_text(value: object, unit: str = "") -> str:
    """A value of a setting for people."""
    if isinstance(value, str):
        return value or "–"
    number = float(value)  # type: ignore[arg-type]
    if number != number:
        return "–"
    if unit in ("year", "years"):
        return f"{number:.0f}"
    return f"{number:,.6g}"
