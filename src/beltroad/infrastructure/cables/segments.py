"""Kilometres of every cable segment: published, or drawn way times the cable's slack.

Cable lies longer than the line on a map: it follows a surveyed way and is paid out with slack.
Where a cable's published length and its drawn way agree within bounds, their ratio is the slack
of its segments; else, and for cables without a length, the middle of those ratios is.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import DataError
from beltroad.infrastructure.cables.lines import line_km, read_via

__all__ = ["SLACK_RANGE", "segment_lengths", "segment_lines"]

# A ratio outside is no slack: the drawing lacks legs (rings), or the length counts other things.
SLACK_RANGE = (1.0, 1.35)


def segment_lines(landings: pd.DataFrame, segments: pd.DataFrame) -> list[NDArray[np.float64]]:
    """Points of every segment from end to end, each of shape (points, 2), degrees.

    Raises
    ------
    DataError
        If a segment ends at a landing that its cable does not have.
    """
    keys = zip(landings["cable_id"].astype(str), landings["landing"].astype(str), strict=True)
    spots = landings[["lat", "lon"]].to_numpy(np.float64)
    place = dict(zip(keys, spots, strict=True))
    lines = []
    columns = (segments[c].astype(str) for c in ("cable_id", "from_landing", "to_landing", "via"))
    for cable_id, start, end, via in zip(*columns, strict=True):
        for name in (start, end):
            if (cable_id, name) not in place:
                raise DataError(f"cable {cable_id}: {name!r} is not among cable_landings")
        ends = place[cable_id, start], place[cable_id, end]
        lines.append(np.concatenate([ends[0][None], read_via(via), ends[1][None]]))
    return lines


def segment_lengths(
    cables: pd.DataFrame, landings: pd.DataFrame, segments: pd.DataFrame
) -> pd.DataFrame:
    """The segments with ``drawn_km``, ``km``, ``slack`` and ``km_basis``.

    ``km_basis`` is ``published`` (the segment's own length), ``cable`` (slack from the cable's
    length) or ``default`` (median slack of the other cables of its kind). Overland parts of
    submarine cables take the slack of terrestrial ones.
    """
    out = segments.copy()
    lines = segment_lines(landings, segments)
    out["drawn_km"] = [line_km(line) for line in lines]
    length = cables.set_index("cable_id")["length_km"].astype(float)
    kind = cables.set_index("cable_id")["kind"]
    known = out["km_published"].astype(float)
    drawn = out["drawn_km"].where(known.isna(), 0.0).groupby(out["cable_id"]).sum()
    rest = length - known.fillna(0.0).groupby(out["cable_id"]).sum()
    ratio = (rest / drawn.where(drawn > 0)).reindex(cables["cable_id"])
    marine = ratio[kind.loc[ratio.index] == "submarine"]
    fits = marine[marine.between(*SLACK_RANGE)]
    default = {"submarine": float(fits.median()), "overland": _overland(cables, out)}
    own = out["cable_id"].map(fits)
    by_kind = out["kind"].map(default)
    slack = own.where(out["kind"].eq("submarine") & own.notna(), by_kind)
    basis = np.where(out["kind"].eq("submarine") & own.notna(), "cable", "default")
    out["km"] = known.where(known.notna(), slack * out["drawn_km"])
    # No fibre is shorter than the way it is drawn on.
    out["km"] = np.maximum(out["km"], out["drawn_km"])
    out["slack"] = out["km"] / out["drawn_km"].clip(lower=1e-9)
    out["km_basis"] = np.where(known.notna(), "published", basis)
    return out


def _overland(cables: pd.DataFrame, segments: pd.DataFrame) -> float:
    """Median of published length over straight lines among terrestrial cables in use."""
    land = cables[
        cables["kind"].eq("terrestrial")
        & cables["status"].eq("in_service")
        & cables["length_km"].notna()
    ]
    straight = segments.groupby("cable_id")["drawn_km"].sum()
    ratio = land.set_index("cable_id")["length_km"].astype(float) / straight.reindex(
        land["cable_id"]
    )
    ratio = ratio[ratio.between(1.0, 2.0)]
    return float(ratio.median()) if len(ratio) else 1.0
