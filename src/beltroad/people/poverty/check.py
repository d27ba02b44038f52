"""Ours beside PIP's own head counts: level from one line, head counts at the others.

Every survey has head counts at three lines. The level of a curve is set by one of them alone, and
the head counts at the other two are predicted and held against the published ones.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.people.poverty.changes import bundled_data
from beltroad.people.poverty.distributions import (
    OBSERVED,
    OBSERVED_2011,
    POINTS,
    Distributions,
    bundled,
    distributions,
    pick_surveys,
)
from beltroad.people.poverty.lorenz import FORMS, fit_curves, poverty, slope
from beltroad.people.poverty.placement import implied_lines
from beltroad.people.poverty.projection import GrowthPaths, growth_pass_through

__all__ = [
    "accuracy",
    "household_accuracy",
    "placement_accuracy",
    "projection_accuracy",
    "validity",
]

Array = NDArray[np.float64]
#: A head count next to 0 or 100 % says little about the level: it is published to 0.1 %.
_USABLE = (0.01, 0.99)
_HOUSEHOLD_LINES = (1.90, 3.20, 5.50, 10.00)


def accuracy(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Absolute error of predicted head counts, by form and pair of lines.

    Parameters
    ----------
    table
        In the format of ``income_distributions``; the bundled one (all surveys) if None.

    Returns
    -------
    DataFrame
        ``form`` (a form where it is valid, ``chosen`` by the World Bank's rule, or ``chosen, two
        lines`` with the level interpolated between lines below and above), ``level_from``,
        ``predicted_at`` (lines; ``all`` pools), ``surveys``, ``median_error_pp`` and
        ``p90_error_pp`` (percentage points).
    """
    rows = distributions(bundled() if table is None else table)
    found = list(_errors(rows))
    out, order = [], [*FORMS, "chosen", "chosen, two lines"]
    for name in order:
        mine = [(one, other, e) for form, one, other, e in found if form == name]
        pooled = np.concatenate([e for *_, e in mine])
        for one, other, e in [("all", "all", pooled), *mine]:
            out.append((name, one, other, len(e), *_quantiles(e)))
    return pd.DataFrame(out, columns=["form", "level_from", "predicted_at", "surveys",
                                      "median_error_pp", "p90_error_pp"])  # fmt: skip


def _quantiles(errors: Array) -> tuple[float, float]:
    if not len(errors):
        return np.nan, np.nan
    return float(np.quantile(errors, 0.5)), float(np.quantile(errors, 0.9))


def _errors(rows: Distributions) -> Iterator[tuple[str, str, str, Array]]:
    """Form, line of the level, line predicted, absolute errors in percentage points."""
    lines = list(OBSERVED)
    heads = rows.headcounts
    logs = np.log([line.usd for line in lines])
    every = np.arange(len(rows))
    for i, one in enumerate(lines):
        usable = (heads[:, i] >= _USABLE[0]) & (heads[:, i] <= _USABLE[1])
        chosen = rows.curves.choose(heads[:, i])
        choices = {name: np.where(rows.curves.valid[k], k, -1) for k, name in enumerate(FORMS)}
        for name, form in (choices | {"chosen": chosen}).items():
            theta = rows.curves.theta[form, every]
            at = slope(form, theta, np.where(usable, heads[:, i], np.nan))
            for j, other in enumerate(lines):
                if i != j:
                    got = poverty(form, theta, at * np.exp(logs[j] - logs[i]))[0]
                    yield name, one.key, other.key, _known(got - heads[:, j])
    outer = heads[:, [0, 2]]
    both = ((outer >= _USABLE[0]) & (outer <= _USABLE[1])).all(axis=1)
    # The form must not know the head count to be foreseen either.
    form = rows.curves.choose(heads[:, 0])
    theta = rows.curves.theta[form, every]
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = (np.log(slope(form, theta, np.where(both, h, np.nan))) for h in outer.T)
    weight = (logs[1] - logs[0]) / (logs[2] - logs[0])
    got = poverty(form, theta, np.exp(low + weight * (high - low)))[0]
    pair = f"{lines[0].key} and {lines[2].key}"
    yield "chosen, two lines", pair, lines[1].key, _known(got - heads[:, 1])


def _known(difference: Array) -> Array:
    return np.asarray(100.0 * np.abs(difference[np.isfinite(difference)]))


def placement_accuracy(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Error of head counts at lines of 2011 PPP placed by an economy's other surveys.

    The factor from 2011 to 2021 PPP is the median over the economy's other surveys; the head count
    at the line so placed is held against the published one.

    Returns
    -------
    DataFrame
        ``line``, ``surveys``, ``median_error_pp``, ``p90_error_pp``.
    """
    table = bundled() if table is None else table
    same = table[table["headcount_2011_year"] == table["survey_year"]]
    rows = distributions(same)
    heads = rows.table[list(OBSERVED_2011.values())].to_numpy(dtype=float) / 100.0
    lines = np.log([line.usd for line in OBSERVED_2011])
    usable = (heads >= _USABLE[0]) & (heads <= _USABLE[1])
    logs = np.where(usable, implied_lines(rows) - lines, np.nan)
    codes = rows.table["iso3"].to_numpy()
    factor = np.full(len(rows), np.nan)
    for code in np.unique(codes):
        mine = np.flatnonzero(codes == code)
        for row in mine:
            others = logs[mine[mine != row]]
            if np.isfinite(others).any():
                factor[row] = np.nanmedian(others)
    out = []
    for j, line in enumerate(OBSERVED_2011):
        got = rows.headcount((lines[j] + factor)[:, None])[:, 0]
        errors = _known(got - np.where(usable[:, j], heads[:, j], np.nan))
        out.append((line.key, len(errors), *_quantiles(errors)))
    return pd.DataFrame(out, columns=["line", "surveys", "median_error_pp", "p90_error_pp"])


def projection_accuracy(
    table: pd.DataFrame | None = None, paths: GrowthPaths | None = None, *, since: int = 2017,
    apart: int = 3,
) -> pd.DataFrame:  # fmt: skip
    """Head counts of an economy's latest survey, projected from an earlier one.

    The earlier survey is the last one ``apart`` years or more before, from ``since`` on (growth is
    known from 2018) and of the same kind. Growth passes on at the World Bank's rates.

    Returns
    -------
    DataFrame
        ``line``, ``economies``, median and 90th percentile of the absolute error in percentage
        points, and the same for ``unchanged``, the earlier head count taken as it was.
    """
    table = bundled() if table is None else table
    paths = bundled_data().paths if paths is None else paths
    last = pick_surveys(table)
    pairs = table.merge(last, on=["iso3", "welfare"], suffixes=("", "_later"))
    pairs = pairs[(pairs["survey_year"] >= since)
                  & (pairs["survey_year_later"] - pairs["survey_year"] >= apart)]  # fmt: skip
    pairs = pairs.sort_values("survey_year").groupby("iso3").tail(1).reset_index(drop=True)
    rows = distributions(pairs)
    passed = growth_pass_through(pairs["welfare"].tolist(), None)
    growth = np.ones(len(pairs))
    for year in pairs["survey_year_later"].unique():
        here = (pairs["survey_year_later"] == year).to_numpy()
        growth[here] = paths.factor(
            pairs.loc[here, "iso3"].tolist(),
            pairs.loc[here, "survey_year"].to_numpy(dtype=float),
            int(year), passed[here],
        )[0]  # fmt: skip
    out = []
    for j, (line, column) in enumerate(OBSERVED.items()):
        got = rows.headcount(np.log(line.usd / growth)[:, None])[:, 0]
        later = pairs[f"{column}_later"].to_numpy(dtype=float) / 100.0
        first = rows.headcounts[:, j]
        # Where neither survey counts anybody there is nothing to foresee.
        used = np.isfinite(got) & (np.maximum(first, later) >= _USABLE[0])
        errors, naive = _known((got - later)[used]), _known((first - later)[used])
        out.append((line.key, len(errors), *_quantiles(errors), *_quantiles(naive)))
    return pd.DataFrame(out, columns=["line", "economies", "median_error_pp", "p90_error_pp",
                                      "unchanged_median_pp", "unchanged_p90_pp"])  # fmt: skip


def household_accuracy(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Head count and gap from mean and shares alone, beside those of the households themselves.

    Parameters
    ----------
    table
        In the format of ``poverty_checks``; the bundled one (eight surveys) if None.

    Returns
    -------
    DataFrame
        ``form`` (where valid; ``chosen`` by the World Bank's rule), ``measure``, ``points``
        (surveys x lines), ``median_error_pp``, ``p90_error_pp``.
    """
    table = evidence.load("poverty_checks") if table is None else table
    fifths = table[[f"share_q{i}_pct" for i in range(1, 5)]].to_numpy(dtype=float).cumsum(axis=1)
    rest = 100.0 - table["share_d10_pct"].to_numpy(dtype=float)
    curves = fit_curves(
        POINTS[1:], np.column_stack([fifths, rest]) / 100.0, table["gini"].to_numpy(dtype=float)
    )
    errors: dict[tuple[str, str], list[Array]] = {}
    every = np.arange(len(table))
    for line in _HOUSEHOLD_LINES:
        ratio = line / table["mean_usd_day"].to_numpy(dtype=float)
        seen = {m: table[f"{m}_{100 * line:.0f}_pct"].to_numpy(dtype=float) / 100.0
                for m in ("headcount", "gap")}  # fmt: skip
        forms = {name: np.where(curves.valid[k], k, -1) for k, name in enumerate(FORMS)}
        # The rule looks at the head count that the curve itself gives, not at the one to be met.
        rough = poverty(forms["lognormal"], curves.theta[2], ratio)[0]
        for name, form in (forms | {"chosen": curves.choose(rough)}).items():
            got = poverty(form, curves.theta[np.maximum(form, 0), every], ratio)
            for k, measure in enumerate(seen):
                errors.setdefault((name, measure), []).append(_known(got[k] - seen[measure]))
    out = []
    for (name, measure), parts in errors.items():
        pooled = np.concatenate(parts)
        out.append((name, measure, len(pooled), *_quantiles(pooled)))
    return pd.DataFrame(out, columns=["form", "measure", "points", "median_error_pp",
                                      "p90_error_pp"])  # fmt: skip


def validity(table: pd.DataFrame | None = None) -> pd.DataFrame:
    """Share of surveys in which each form is a Lorenz curve, and how near its Gini index comes.

    Returns
    -------
    DataFrame
        ``form``, ``surveys``, ``valid_pct`` and, over the valid ones, ``median_gini_error`` and
        ``p90_gini_error`` in points of the index.
    """
    rows = distributions(bundled() if table is None else table)
    published = rows.table["gini"].to_numpy(dtype=float)
    gini = 100.0 * rows.curves.gini()
    out = []
    for k, name in enumerate(FORMS):
        good = rows.curves.valid[k]
        errors = np.abs(gini[k] - published)[good & np.isfinite(published)]
        out.append((name, len(rows), 100.0 * float(good.mean()), *_quantiles(errors)))
    return pd.DataFrame(out, columns=["form", "surveys", "valid_pct", "median_gini_error",
                                      "p90_gini_error"])  # fmt: skip
