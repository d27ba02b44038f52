"""The common form of fetched data, and how a provider's country codes get into it.

Every connector gives rows of :data:`COLUMNS`. Groups of economies and states that are no more have
no ISO 3166-1 code: their rows are left out and listed in ``frame.attrs["left_out"]``. A code that
nobody knows stops everything, because a join would lose it in silence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pandas as pd

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.evidence.connectors.request import FetchError, Raw, stamp

__all__ = [
    "COLUMNS", "KEY", "codes_of", "drop_doubles", "finish", "join", "with_economies", "within",
    "years",
]  # fmt: skip

COLUMNS = (
    "economy", "partner", "indicator", "period", "value", "unit", "flags",
    "source", "vintage", "retrieved", "licence",
)  # fmt: skip
KEY = ("economy", "partner", "indicator", "period")


def with_economies(
    frame: pd.DataFrame,
    columns: Sequence[str],
    *,
    provider: str,
    scheme: str | None,
    groups: str = "",
    known: dict[str, economies.Found] | None = None,
) -> pd.DataFrame:
    """Replace a provider's codes by ISO 3166-1 alpha-3, leaving out rows of groups and old states.

    Parameters
    ----------
    columns
        Columns that hold codes.
    scheme
        Scheme of :func:`beltroad.evidence.economies.lookup`.
    groups
        Regular expression of codes that stand for groups of economies.
    known
        Meaning of codes by the provider's own table, for those the scheme does not know.

    Raises
    ------
    FetchError
        Listing every code that stands for nothing known.
    """
    found: dict[str, economies.Found] = {}
    for column in columns:
        for code in frame[column].astype(str).unique():
            found.setdefault(code, _meaning(code, scheme, groups, known or {}))
    if wrong := sorted(code for code, each in found.items() if each.kind == "unknown"):
        raise FetchError(
            f"{provider}: {len(wrong)} codes stand for no known economy or group: "
            f"{', '.join(map(repr, wrong[:12]))}{' ...' if len(wrong) > 12 else ''}; "
            "they must be added to the list of codes before the data can be used"
        )
    frame = frame.copy()
    left: list[dict[str, Any]] = list(frame.attrs.get("left_out", []))
    for column in columns:
        code = frame[column].astype(str)
        kept = code.map(lambda c: found[c].kind == "economy").astype(bool)
        for each, rows in code[~kept].value_counts(sort=False).items():
            about = found[str(each)]
            left.append({"column": column, "code": str(each), "rows": int(rows),
                         "why": about.note or about.kind})  # fmt: skip
        frame = frame[kept].copy()
        frame[column] = code[kept].map(lambda c: found[c].iso3).astype(str)
    frame.attrs["left_out"] = left
    return frame


def _meaning(
    code: str, scheme: str | None, groups: str, known: dict[str, economies.Found]
) -> economies.Found:
    about = economies.lookup(code, scheme)
    if about.kind == "unknown" and groups and re.fullmatch(groups, code):
        return economies.Found("", "aggregate", "group of economies")
    if about.kind == "unknown" and code in known:
        return known[code]
    return about


def drop_doubles(
    frame: pd.DataFrame, original: pd.DataFrame, columns: Sequence[str]
) -> pd.DataFrame:
    """Leave out rows of an old code where the present code has its own row for the same key.

    A file may hold, for one year, ``VNM`` and the former ``VDR``: both map to ``VNM``.

    Parameters
    ----------
    frame, original
        The same rows (by index) after and before :func:`with_economies`.
    """
    key = [column for column in KEY if column in frame.columns]
    double = frame.duplicated(key, keep=False)
    renamed = pd.Series(False, index=frame.index)
    for column in columns:
        renamed |= frame[column] != original.loc[frame.index, column].astype(str)
    gone = double & renamed
    left = list(frame.attrs.get("left_out", []))
    for column in columns:
        changed = original.loc[frame.index[gone], column].astype(str)
        changed = changed[changed != frame.loc[gone, column]]
        left += [
            {
                "column": column,
                "code": str(code),
                "rows": int(rows),
                "why": "double of its successor",
            }
            for code, rows in changed.value_counts(sort=False).items()
        ]
    kept = frame[~gone].copy()
    kept.attrs["left_out"] = left
    return kept


def finish(
    frame: pd.DataFrame, raw: Raw, *, source: str, vintage: str, more: Sequence[str] = ()
) -> pd.DataFrame:
    """Add provenance and put rows and columns in order.

    Parameters
    ----------
    more
        Further columns of this provider, after the common ones.

    Raises
    ------
    FetchError
        If a value is no number or two rows stand for the same thing.
    """
    frame = frame.copy()
    for column, value in (("partner", ""), ("unit", ""), ("flags", "")):
        if column not in frame.columns:
            frame[column] = value
    if "vintage" not in frame.columns:
        frame["vintage"] = vintage
    frame["source"], frame["licence"] = source, raw.request.licence
    frame["retrieved"] = stamp(raw.retrieved)
    try:
        frame["value"] = pd.to_numeric(frame["value"]).astype(float)
    except (ValueError, TypeError) as error:
        raise FetchError(f"{raw.request.provider}: a value is no number ({error})") from None
    frame = frame[[*COLUMNS, *more]]
    texts = [column for column in frame.columns if column != "value"]
    frame[texts] = frame[texts].astype(str)
    key = [*KEY, *more]
    _refuse_doubles(frame, key, raw.request.provider)
    left = list(frame.attrs.get("left_out", []))
    frame = frame.sort_values(key, kind="stable", ignore_index=True)
    frame.attrs = {"left_out": left, "raw": [raw.about()], "key": key}
    return frame


def _refuse_doubles(frame: pd.DataFrame, key: list[str], provider: str) -> None:
    if (double := frame.duplicated(key, keep=False)).any():
        first = frame.loc[double, key].iloc[0].tolist()
        raise FetchError(f"{provider}: {int(double.sum())} rows are double, the first for {first}")


def join(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Put the frames of several requests together, with the provenance of all.

    Raises
    ------
    FetchError
        If two of them hold rows for the same thing.
    """
    filled = [frame for frame in frames if len(frame)] or list(frames[:1])
    key = list(frames[0].attrs["key"])
    bare = [frame.copy() for frame in filled]
    for frame in bare:
        frame.attrs = {}
    joined = pd.concat(bare, ignore_index=True) if len(bare) > 1 else bare[0]
    raws = [each for frame in frames for each in frame.attrs["raw"]]
    _refuse_doubles(joined, key, raws[0]["provider"])
    joined.attrs = {
        "left_out": _sum_left([each for frame in frames for each in frame.attrs["left_out"]]),
        "raw": raws,
        "key": key,
    }
    return joined


def _sum_left(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One line for each code that was left out, with its rows over all requests."""
    rows: dict[tuple[str, str, str], int] = {}
    for each in listed:
        key = (each["column"], each["code"], each["why"])
        rows[key] = rows.get(key, 0) + each["rows"]
    return [
        {"column": column, "code": code, "rows": count, "why": why}
        for (column, code, why), count in rows.items()
    ]


def years(period: str) -> tuple[int | None, int | None]:
    """First and last year of ``2015:2023``, ``2020``, ``2015:`` or an empty text (all years).

    Raises
    ------
    InputError
        If it is none of these.
    """
    match = re.fullmatch(r"(?:(\d{4})?(:)?(\d{4})?)", period.strip())
    if match is None or (match[1] and match[3] and not match[2]):
        raise InputError(f"period {period!r:.40}: give a year or two, 2020 or 2015:2023")
    first = int(match[1]) if match[1] else None
    last = int(match[3]) if match[3] else (None if match[2] else first)
    if first is not None and last is not None and first > last:
        raise InputError(f"period {period!r:.40}: the first year is after the last")
    return first, last


def within(frame: pd.DataFrame, period: str) -> pd.DataFrame:
    """Rows whose year lies in a period as :func:`years` takes it."""
    first, last = years(period)
    year = frame["period"].str[:4].astype(int)
    kept = frame[year.between(first or 0, last or 9999)].reset_index(drop=True)
    kept.attrs = dict(frame.attrs)
    return kept


def codes_of(values: Sequence[str]) -> tuple[str, ...]:
    """ISO 3166-1 alpha-3 codes of the economies asked for, without doubles."""
    return tuple(dict.fromkeys(economies.iso3(value) for value in values))
