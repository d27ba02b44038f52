"""PIP's tidy rows as distributions: the columns of the bundled table ``income_distributions``.

Fetch one or several lines (``pip.fetch`` with ``poverty_line`` 3.00, 4.20, 8.30 in 2021 PPP, 1.90,
3.20, 5.50 in 2011 PPP), put the frames together and hand them in: fresh surveys then stand where
the bundled ones did.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from beltroad.errors import InputError

__all__ = ["COLUMNS", "distributions"]

_HEADS = {
    ("2021 PPP", "headcount@3"): "headcount_300_pct",
    ("2021 PPP", "headcount@4.2"): "headcount_420_pct",
    ("2021 PPP", "headcount@8.3"): "headcount_830_pct",
    ("2011 PPP", "headcount@1.9"): "headcount_190_2011_pct",
    ("2011 PPP", "headcount@3.2"): "headcount_320_2011_pct",
    ("2011 PPP", "headcount@5.5"): "headcount_550_2011_pct",
}
_SHARES = [f"share_q{i}_pct" for i in range(1, 6)]
#: Columns of the bundled table, in its order.
COLUMNS = (
    "iso3", "survey_year", "welfare", *_SHARES, "share_d1_pct", "share_d10_pct", "gini",
    *_HEADS.values(), "headcount_2011_year", "mean_usd_day_2021", "source", "kind", "note",
)  # fmt: skip
_NEEDED = ("economy", "period", "level", "welfare", "indicator", "value", "vintage", "flags")


def distributions(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """One row per economy, survey year and kind of welfare.

    Parameters
    ----------
    frames
        What :func:`beltroad.evidence.connectors.pip.fetch` gave, national rows or what there is.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`; what was not fetched is NaN. Interpolated years and estimates that
        rest on no survey are left out. Where an economy has both kinds of welfare in a year, both
        rows stay and the note says so.

    Raises
    ------
    InputError
        If nothing is handed in, a frame is not PIP's, or two values for one figure differ.
    """
    if not frames:
        raise InputError("no frames: fetch from PIP first")
    tidy = pd.concat(list(frames), ignore_index=True)
    if missing := [c for c in _NEEDED if c not in tidy.columns]:
        raise InputError(f"these are no rows of PIP: no column {', '.join(missing)}")
    flags = tidy["flags"].fillna("").str.split(";")
    made = flags.map(lambda each: any(f == "interpolated" or f.startswith("estimation=")
                                      for f in each))  # fmt: skip
    tidy = tidy[~made.astype(bool) & tidy["value"].notna()]
    tidy = tidy[tidy["level"].isin(("national", "urban", "rural"))]
    keys = ["economy", "period", "welfare", "level"]
    names = [
        _HEADS.get((v, i), i if "@" not in i else "")
        for v, i in zip(tidy["vintage"], tidy["indicator"], strict=True)
    ]
    tidy = tidy.assign(name=names)
    # Means in another year's parities are another figure.
    tidy = tidy[
        (tidy["name"] != "") & ~((tidy["name"] == "mean") & (tidy["vintage"] != "2021 PPP"))
    ]
    tidy = tidy[~(tidy["name"] == "median")]
    spread = tidy.groupby([*keys, "name"])["value"].agg(["min", "max", "first"])
    apart = spread[spread["max"] - spread["min"] > 1e-6]
    if len(apart):
        economy, period, *_, name = apart.index[0]
        raise InputError(f"{economy} {period}: two values of {name}; fetch both from one release")
    wide = spread["first"].unstack("name").reset_index()
    return _named(wide)


def _named(wide: pd.DataFrame) -> pd.DataFrame:
    def held(name: str) -> pd.Series[float]:
        if name in wide:
            return wide[name].astype(float)
        return pd.Series(np.nan, index=wide.index)

    out = pd.DataFrame({"iso3": wide["economy"], "survey_year": wide["period"].str[:4].astype(int)})
    out["welfare"] = wide["welfare"].where(wide["welfare"] != "unknown", "")
    tenths = [100.0 * held(f"decile{i}") for i in range(1, 11)]
    for k, name in enumerate(_SHARES):
        out[name] = tenths[2 * k] + tenths[2 * k + 1]
    out["share_d1_pct"], out["share_d10_pct"] = tenths[0], tenths[9]
    out["gini"] = 100.0 * held("gini")
    for column in _HEADS.values():
        out[column] = 100.0 * held(column)
    old = out[[c for c in _HEADS.values() if "_2011_" in c]].notna().any(axis=1)
    out["headcount_2011_year"] = out["survey_year"].where(old).astype(float)
    out["mean_usd_day_2021"] = held("mean")
    out["source"], out["kind"] = "pip", "observed"
    both = out.duplicated(["iso3", "survey_year"], keep=False)
    out["note"] = [
        "; ".join(filter(None, [level if level != "national" else "",
                                "also the other kind of welfare" if twice else ""]))
        for level, twice in zip(wide["level"], both, strict=True)
    ]  # fmt: skip
    out = out.sort_values(["iso3", "survey_year", "welfare"], ignore_index=True)
    return out[list(COLUMNS)]
