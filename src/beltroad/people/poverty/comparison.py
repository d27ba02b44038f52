"""Ours beside the published 7.6 and 32 million people lifted out of poverty by 2030.

The published figures come from a household simulation on top of a general equilibrium model
(Maliszewska and van der Mensbrugghe 2019). Ours differ by the income gains, by the surveys, by what
of a gain reaches households and by the lines; :func:`explain` changes one at a time. Its first step
is the check of this package: the published gains put through our distributions.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.errors import DataError
from beltroad.people.poverty.changes import PovertyData, bundled_data, outlook
from beltroad.people.poverty.lines import EXTREME_2011, MODERATE_2011

__all__ = ["VINTAGE", "explain", "published", "published_gains"]

#: Latest survey that a study of early 2019 could use.
VINTAGE = 2015
YEAR = 2030
_LINES_2011 = (EXTREME_2011, MODERATE_2011)
_LINES_2021 = ("3.00@2021", "4.20@2021")


def published() -> pd.DataFrame:
    """The bundled table of published figures, with their sources."""
    return evidence.load("poverty_published")


def published_gains(rest: str = "shared") -> pd.DataFrame:
    """Real income gains by economy by 2030, put together from what was published.

    Five economies have a figure of their own. China has the published share of the world's gain.
    The world's gain and the part that falls to the Belt and Road area are published too, which
    leaves one average gain for all other economies of the area and one for those outside it,
    reckoned with today's GDP as weights.

    Parameters
    ----------
    rest
        ``shared``: other economies have these averages. ``none``: they gain nothing, so that the
        result counts only what economies with a figure of their own contribute.

    Returns
    -------
    DataFrame
        ``iso3``, ``gain_pct``, ``basis`` (published, share or average).

    Raises
    ------
    DataError
        If the figures contradict each other.
    """
    facts = published()
    one = facts[facts["kind"] != "gain"].drop_duplicates("kind").set_index("kind")["value"]
    own = facts[facts["kind"] == "gain"].set_index("iso3")["value"]
    countries = evidence.load("countries").set_index("iso3")
    gdp = countries["gdp_usd"].astype(float).fillna(0.0)
    area = pd.Series(gdp.index.isin(evidence.load("corridor_economies")["iso3"]), gdp.index)
    area["CHN"] = True
    total = one["world_gain"] * gdp.sum()
    gain = pd.Series(np.nan, index=gdp.index)
    basis = pd.Series("average", index=gdp.index)
    gain[own.index], basis[own.index] = own, "published"
    gain["CHN"], basis["CHN"] = one["china_share"] / 100.0 * total / gdp["CHN"], "share"
    given = (gain * gdp)[area].sum()
    left = one["area_share"] / 100.0 * total - given
    if left < 0:
        raise DataError("poverty_published: the gains of single economies exceed the area's")
    open_ = gain.isna()
    gain[open_ & area] = left / gdp[open_ & area].sum()
    gain[open_ & ~area] = (1.0 - one["area_share"] / 100.0) * total / gdp[~area].sum()
    if rest == "none":
        gain[open_] = 0.0
    return pd.DataFrame({"iso3": gain.index, "gain_pct": gain, "basis": basis}).reset_index(
        drop=True
    )


def explain(
    ours: pd.Series[Any] | None = None, *, data: PovertyData | None = None,
    vintage: PovertyData | None = None,
) -> pd.DataFrame:  # fmt: skip
    """People lifted by 2030, from the published figure to ours, one difference at a time.

    Parameters
    ----------
    ours
        Our changes of real income (proportional), by iso3; None leaves the last steps out.
    data, vintage
        Latest surveys and those up to :data:`VINTAGE`; the bundled ones if None.

    Returns
    -------
    DataFrame
        ``step``, ``extreme`` and ``moderate`` (persons lifted at the lower and the higher line)
        and ``extreme_difference`` and ``moderate_difference`` (to the step before).
    """
    data = data or bundled_data()
    vintage = vintage or bundled_data(VINTAGE)
    gains = {
        name: published_gains(rest).set_index("iso3")["gain_pct"] / 100.0
        for name, rest in (("all", "shared"), ("own", "none"))
    }
    facts = published()
    lifted = facts[facts["kind"] == "lifted"].set_index("line")["value"]
    full, usual = (1.0, 1.0), None
    steps: list[tuple[str, float, float]] = [
        ("published", float(lifted[_LINES_2011[0]]), float(lifted[_LINES_2011[1]])),
        ("published gains of single economies only, surveys to 2015, full pass-through",
         *_lifted(gains["own"], _LINES_2011, full, vintage)),
        ("published gains of all, surveys to 2015, full pass-through",
         *_lifted(gains["all"], _LINES_2011, full, vintage)),
        ("... latest surveys", *_lifted(gains["all"], _LINES_2011, full, data)),
        ("... pass-through by kind of survey", *_lifted(gains["all"], _LINES_2011, usual, data)),
    ]  # fmt: skip
    if ours is not None:
        steps += [
            ("... our gains", *_lifted(ours, _LINES_2011, usual, data)),
            ("... lines 3.00 and 4.20 of 2021 PPP", *_lifted(ours, _LINES_2021, usual, data)),
        ]
    out = pd.DataFrame(steps, columns=["step", "extreme", "moderate"])
    for name in ("extreme", "moderate"):
        values = out[name].to_numpy(dtype=float)
        difference = np.diff(values, prepend=np.nan)
        # The second step stands beside the way from the published figure to ours, not on it.
        difference[1], difference[2] = np.nan, values[2] - values[0]
        out[f"{name}_difference"] = difference
    return out


def _lifted(
    gains: pd.Series[Any], lines: tuple[str, ...], pass_through: tuple[float, float] | None,
    data: PovertyData,
) -> tuple[float, float]:  # fmt: skip
    known = gains[gains.index.isin(data.known)]
    found = outlook(known, lines=lines, year=YEAR, pass_through=pass_through, data=data)
    middle = 0.5 * (found["people_lifted_low"] + found["people_lifted_high"])
    by_line = middle.groupby(found["line"]).sum()
    return float(by_line[lines[0]]), float(by_line[lines[1]])
