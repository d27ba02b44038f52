"""Grades of country risk, 1 (best) to 7, from the bundled model and the latest figures."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from datetime import date
from functools import lru_cache

import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError, suggest
from beltroad.evidence import economies
from beltroad.risk.country import episodes, model, sample
from beltroad.risk.country.flags import flags
from beltroad.risk.country.indicators import INDICATORS

__all__ = ["CUT_OFFS_PCT", "IN_DISTRESS_GRADE", "contributions", "distressed_now", "grade_of",
           "grades", "persistence_pct", "year_asked"]  # fmt: skip

CUT_OFFS_PCT = (1.0, 2.0, 4.0, 7.0, 12.0, 25.0)
"""Probability of an onset within two years at which grades 2 to 7 begin."""
IN_DISTRESS_GRADE = 7
_LEAST_COVERAGE = 0.5
# Smaller contributions, in log odds, are not worth a word.
_SAID_FROM = 0.1
_LABELS = {k: v.label for k, v in INDICATORS.items()} | {"record": "record of distress"}
_UNITS = {k: v.unit for k, v in INDICATORS.items()} | {"record": "% of ten years"}


def grade_of(probability_pct: float) -> int:
    """Grade of a probability, by fixed cut-offs."""
    return 1 + sum(probability_pct >= cut for cut in CUT_OFFS_PCT)


@lru_cache
def persistence_pct() -> float:
    """Share of country-years in default, arrears or restructuring that were followed by another."""
    state = episodes.in_distress(rescues=False)[list(range(2000, episodes.KNOWN_TO + 1))]
    now, then = state.iloc[:, :-1].to_numpy(), state.iloc[:, 1:].to_numpy()
    return float(100 * (now & then).sum() / now.sum())


def year_asked(on: str) -> int:
    """Year of ``on``, a year, month (2023-06) or day; 0 if it is empty.

    Raises
    ------
    InputError
        If it is none of these, or lies before the first year that can be graded.
    """
    text = on.strip()
    if not text:
        return 0
    first = sample.FIRST_SAMPLE_YEAR
    whole = text + "-01-01"[len(text) - 4 :] if len(text) in (4, 7) else text
    try:
        year = date.fromisoformat(whole).year if whole.isascii() and len(whole) == 10 else 0
    except ValueError:
        year = 0
    if year < first:
        raise InputError(
            f"on {on!r:.40}: give a year from {first} on, or a date such as 2023-12-31"
        )
    return year


def _latest(on: str, data: pd.DataFrame | None) -> pd.DataFrame:
    """Indicators by economy with the ``year`` that each is graded at.

    That is the base year, an earlier one that is asked for, or, for an economy of which the user
    has later figures, the year of these: a new figure of one economy moves no other.
    """
    asked = year_asked(on) or 9999
    base = min(asked, sample.BASE_YEAR)
    table = sample.latest(base, data).assign(year=base)
    if data is None or asked <= sample.BASE_YEAR:
        return table
    years = pd.to_numeric(data["year"]).astype(int)
    newest = years[years <= asked].groupby(data["iso3"]).max()
    newest = newest[(newest > base) & newest.index.isin(table.index)]
    for year, group in newest.groupby(newest):
        held = sample.latest(int(group.iloc[0]), data).assign(year=year)
        table.loc[group.index] = held.loc[group.index, table.columns]
    return table


def distressed_now(on: str, codes: pd.Index) -> pd.Series:
    """Whether an economy is in default, arrears or restructuring: now, or in the year asked for."""
    year = min(year_asked(on) or episodes.KNOWN_TO, episodes.KNOWN_TO)
    state = episodes.in_distress(rescues=False)[year]
    return state.reindex(codes, fill_value=False).astype(bool)


def grades(on: str = "", data: pd.DataFrame | None = None) -> pd.DataFrame:
    """Grade every economy that figures allow.

    Parameters
    ----------
    on
        Year or date; figures of that year and of at most two before are used. The default is the
        last year with nearly complete figures. Model and bounds are those of the bundled table: an
        earlier year is graded with hindsight about slopes, not about figures.
    data
        Figures of the user (iso3, indicator, year, value, source) that replace bundled ones. An
        economy with later figures than bundled is graded at their year.

    Returns
    -------
    DataFrame
        One row an economy, by iso3: ``iso3``, ``name``, ``probability_pct`` (of an onset of debt
        distress within two years; of distress next year for economies in default, arrears or
        restructuring), ``grade`` (1 best to 7), ``coverage_pct`` (share of the model's indicators
        that are known), ``drivers`` (text), ``imputed``, ``vintage``, ``in_distress``,
        ``official_rating`` (of the LIC-DSF, where there is one) and ``flags`` (what the model does
        not see, or hardly: conflict, low political stability, sanctions, gaps; text for a person
        to read, which moves no grade).
    """
    fitted = model.stored()
    table = _latest(on, data)
    table = table[table["public_debt_pct_gdp"].notna()]
    _, missing = fitted.standardised(table)
    coverage = 1 - missing.mean(axis=1)
    table = table[coverage >= _LEAST_COVERAGE]
    missing = missing.loc[table.index]
    odds = fitted.contributions(table).to_dict("index")
    held, gone = table.to_dict("index"), missing.to_dict("index")
    probability = 100 * fitted.probability(table)
    state = distressed_now(on, table.index)
    official = evidence.load("debt_ratings").set_index("iso3")["external_rating"]
    flagged = flags(table, missing, data)
    stayed = persistence_pct()
    rows = []
    for code in table.index:
        distressed = bool(state[code])
        pct = stayed if distressed else float(probability[code])
        rows.append({
            "iso3": code, "name": economies.name(code), "probability_pct": pct,
            "grade": IN_DISTRESS_GRADE if distressed else grade_of(pct),
            "coverage_pct": float(100 * coverage[code]),
            "drivers": _drivers(odds[code], held[code], gone[code], distressed),
            "imputed": any(gone[code].values()), "vintage": str(held[code]["year"]),
            "in_distress": distressed, "official_rating": str(official.get(code, "")),
            "flags": flagged[code],
        })  # fmt: skip
    return pd.DataFrame(rows)


def contributions(code: str, on: str = "", data: pd.DataFrame | None = None) -> pd.DataFrame:
    """What each indicator adds to one economy's log odds, largest first.

    Returns
    -------
    DataFrame
        ``indicator``, ``label``, ``value``, ``unit``, ``imputed``, ``log_odds`` (against the
        average country-year that the model was fitted to).
    """
    table = _latest(on, data)
    if code not in table.index:
        raise InputError(f"{code!r}: no figures. {suggest(code, table.index)}".rstrip())
    fitted = model.stored()
    row = table.loc[[code]]
    _, missing = fitted.standardised(row)
    odds = fitted.contributions(row).iloc[0]
    shown = row.iloc[0].copy()
    shown["record"] = 100 * shown["record"]
    names = odds.abs().sort_values(ascending=False, kind="stable").index
    return pd.DataFrame({
        "indicator": list(names), "label": [_LABELS[n] for n in names],
        "value": [float(shown[n]) for n in names], "unit": [_UNITS[n] for n in names],
        "imputed": [bool(missing.loc[code, n]) for n in names],
        "log_odds": [float(odds[n]) for n in names],
    })  # fmt: skip


def _said(name: str, row: Mapping[Hashable, float]) -> str:
    value = 100 * row[name] if name == "record" else row[name]
    shown = f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return f"{_LABELS[name]} {shown} {_UNITS[name]}"


def _drivers(
    odds: Mapping[Hashable, float], row: Mapping[Hashable, float],
    missing: Mapping[Hashable, bool], distressed: bool,
) -> str:  # fmt: skip
    """The largest contributions in words; what was imputed is named and never a driver."""
    known = sorted(((v, str(k)) for k, v in odds.items() if not missing[k]), reverse=True)
    up = [_said(name, row) for v, name in known[:3] if v > _SAID_FROM]
    down = [_said(name, row) for v, name in known[::-1][:2] if v < -_SAID_FROM]
    parts = ["in default, arrears or restructuring"] if distressed else []
    if up:
        parts.append("raises: " + ", ".join(up))
    if down:
        parts.append("lowers: " + ", ".join(down))
    gaps = [_LABELS[str(k)] for k, gone in missing.items() if gone]
    if gaps:
        parts.append("imputed: " + ", ".join(gaps))
    return "; ".join(parts) or "near the average in everything"
