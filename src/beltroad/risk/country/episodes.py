"""Episodes of debt distress: events of several sources merged, and what can be learnt from them.

An economy is *in distress* in each year that one of its events covers. An *onset* is a year in
distress after :data:`QUIET_YEARS` years that were not. A year can be learnt from only if the
economy is not in distress and has not been for two years: what a country looks like in a crisis
and just after says nothing about the way into one (post-crisis bias, Bussiere and Fratzscher 2006).
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from beltroad import evidence

__all__ = ["FIRST_YEAR", "HORIZON_YEARS", "KNOWN_TO", "QUIET_YEARS", "in_distress", "onsets",
           "outcomes"]  # fmt: skip

FIRST_YEAR = 2000
KNOWN_TO = 2024
"""Last year for which events were collected."""
QUIET_YEARS = 2
HORIZON_YEARS = 2
"""An event within two years is what is forecast: 24 months (Kaminsky and Reinhart 1999)."""


@lru_cache
def _events() -> pd.DataFrame:
    return evidence.load("risk_events")


def in_distress(*, unconfirmed: bool = True, rescues: bool = True) -> pd.DataFrame:
    """Whether an economy is in distress, rows iso3, columns years from 1998.

    Parameters
    ----------
    unconfirmed
        Count events of low confidence. Those that only say that an economy was in distress before
        2000 count in any case: without them old crises would look like new ones.
    rescues
        Count large arrangements with the IMF.
    """
    return _state(unconfirmed, rescues).copy()


@lru_cache
def _state(unconfirmed: bool, rescues: bool) -> pd.DataFrame:
    events = _events()
    first = FIRST_YEAR - 2
    codes = sorted(set(events["iso3"]))
    if not unconfirmed:
        events = events[(events["confidence"] != "low") | (events["year"] < FIRST_YEAR)]
    if not rescues:
        events = events[events["kind"] != "imf_rescue"]
    covered = np.zeros((len(codes), KNOWN_TO + 1 - first), bool)
    place = {code: i for i, code in enumerate(codes)}
    for code, start, end in zip(events["iso3"], events["year"], events["year_end"], strict=True):
        covered[place[code], start - first : end - first + 1] = True
    return pd.DataFrame(covered, index=codes, columns=range(first, KNOWN_TO + 1))


def onsets(state: pd.DataFrame) -> pd.DataFrame:
    """First years of episodes, in the shape of ``state``."""
    found = state.copy()
    for lag in range(1, QUIET_YEARS + 1):
        found &= ~state.shift(lag, axis=1, fill_value=False).astype(bool)
    # Nothing is known before the table begins: its first years are no onsets.
    found.iloc[:, :QUIET_YEARS] = False
    return found


def outcomes(
    index: pd.MultiIndex, *, unconfirmed: bool = True, rescues: bool = True,
    horizon: int = HORIZON_YEARS,
) -> pd.DataFrame:  # fmt: skip
    """What followed each economy and year.

    Parameters
    ----------
    index
        Levels iso3 and year.
    horizon
        Years that are looked ahead, 1 or more.

    Returns
    -------
    DataFrame
        ``event`` (1.0 if an onset falls within the horizon, NaN where that is not known yet),
        ``usable`` (out of distress for two years), ``distressed`` and ``record`` (share of the
        last ten years in distress, from 1998).
    """
    state = in_distress(unconfirmed=unconfirmed, rescues=rescues)
    codes = index.get_level_values("iso3").unique()
    state = state.reindex(codes, fill_value=False)
    starts = onsets(state)
    years = range(FIRST_YEAR, KNOWN_TO + 1)
    ahead = {y: starts[[k for k in range(y + 1, y + horizon + 1) if k <= KNOWN_TO]].any(axis=1)
             .astype(float) for y in years}  # fmt: skip
    event = pd.DataFrame(ahead)
    # A horizon that is cut short tells nothing: keeping the onsets already seen, without the quiet
    # years that are not yet known to be quiet, would make crises look frequent.
    for y in range(max(FIRST_YEAR, KNOWN_TO - horizon + 1), KNOWN_TO + 1):
        event[y] = float("nan")
    lately = {y: state.loc[:, y - QUIET_YEARS + 1 : y].any(axis=1) for y in years}
    record = {y: state.loc[:, max(state.columns[0], y - 9) : y].mean(axis=1) for y in years}
    parts = {
        "event": event, "usable": ~pd.DataFrame(lately), "distressed": state[list(years)],
        "record": pd.DataFrame(record),
    }  # fmt: skip
    stacked = {name: part.stack() for name, part in parts.items()}
    found = pd.DataFrame(stacked).rename_axis(["iso3", "year"])
    return found.reindex(index)
