"""Choosing claims: by pillar, economy or group, indicator, period, document, speaker, subject."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.evidence.claims.dates import parse_period, span_of
from beltroad.evidence.claims.frames import Tables, bundled, joined
from beltroad.evidence.claims.rows import rows_of
from beltroad.evidence.claims.text import fold, words
from beltroad.evidence.economies import iso3

__all__ = ["claim", "claims", "in_period", "place_code"]


def claims(
    pillar: str | None = None, country: str | None = None, indicator: str | None = None,
    period: str | None = None, document: str | None = None, said_by: str | None = None,
    subject: str | None = None, *, tables: Tables | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Claims as a tidy frame: one row a figure that somebody stated, with unit and source.

    Parameters
    ----------
    pillar
        policy, infrastructure, trade, finance or people.
    country
        Any name or code of an economy (:func:`beltroad.evidence.economies.iso3`), or a group or
        place of the claims ("BRI", "WORLD"): claims about it or with it as the counterpart.
    indicator, document
        Code or full title.
    period
        ``2021``, ``2021:2024``, ``2023-06``, ``2024:``: claims whose period overlaps it; for a
        total to date, claims dated in it.
    said_by, subject
        Words that the speaker or the subject must contain.
    tables
        Other tables than the bundled ones.

    Returns
    -------
    pandas.DataFrame
        Columns of :data:`beltroad.evidence.claims.COLUMNS`. Dates keep their stated precision
        (YYYY, YYYY-MM, YYYY-MM-DD); ``value_high`` is NaN but for ranges.

    Raises
    ------
    InputError
        If a filter names what is not there; close names are suggested.
    """
    used = tables or bundled()
    frame = joined(used)
    if pillar is not None:
        frame = _equal(frame, "pillar", pillar, {p: p for p in _known(joined(used)["pillar"])})
    if indicator is not None:
        frame = _equal(frame, "indicator", indicator, _by_title(joined(used), "indicator"))
    if document is not None:
        frame = _equal(frame, "document", document, _by_title(joined(used), "document"))
    if country is not None:
        code = place_code(country, used)
        frame = frame[(frame["geography"] == code) | (frame["partner"] == code)]
    if period is not None:
        frame = frame[in_period(frame, *parse_period(period))]
    if said_by is not None:
        frame = _containing(frame, "said_by", said_by, joined(used))
    if subject is not None:
        frame = _containing(frame, "subject", subject, joined(used))
    return frame.reset_index(drop=True)


def claim(claim_id: str, *, tables: Tables | None = None) -> pd.Series:
    """One claim with all its columns.

    Raises
    ------
    InputError
        If there is no such claim.
    """
    frame = joined(tables)
    found = frame[frame["claim_id"].map(fold) == fold(claim_id.strip())]
    if found.empty:
        raise InputError(
            f"no claim {claim_id!r:.60}. {suggest(claim_id, frame['claim_id'])} "
            "beltroad evidence list prints all".replace("  ", " ")
        )
    return found.iloc[0]


def in_period(frame: pd.DataFrame, first: date, last: date) -> list[bool]:
    """Whether each claim's period overlaps the days from ``first`` to ``last``."""
    found = []
    columns = ("period_start", "period_end", "measure")
    for start, end, measure in zip(*(frame[c] for c in columns), strict=True):
        # A total to date is a statement about its last day, not about every year before.
        span = span_of("" if measure == "cumulative" else start, end)
        found.append(span is not None and span[0] <= last and first <= span[1])
    return found


def place_code(text: str, tables: Tables | None = None) -> str:
    """Code of an economy, group or place in the claims.

    Raises
    ------
    InputError
        If it is neither an economy nor a geography of the claims.
    """
    used = tables or bundled()
    places: dict[str, str] = {}
    for row in rows_of(used.geographies):
        places[fold(row["geography"])] = places[fold(row["title"])] = row["geography"]
    if (code := places.get(fold(text.strip()))) is not None:
        return code
    try:
        return iso3(text)
    except InputError as error:
        listed = ", ".join(used.geographies["geography"])
        close = suggest(text, used.geographies["geography"])
        more = f"{close} Groups and places: {listed}".strip()
        raise InputError(f"{error} {more}") from None


def _known(values: Iterable[str]) -> list[str]:
    return sorted(set(values))


def _by_title(frame: pd.DataFrame, column: str) -> dict[str, str]:
    """Codes by code and by title; a title that two share stands for neither."""
    codes = {fold(c): c for c in frame[column]}
    pairs = frame[[column, f"{column}_title"]].drop_duplicates()
    once = pairs.drop_duplicates(f"{column}_title", keep=False)
    return {fold(t): c for c, t in zip(once[column], once[f"{column}_title"], strict=True)} | codes


def _equal(frame: pd.DataFrame, column: str, value: str, names: dict[str, str]) -> pd.DataFrame:
    code = names.get(fold(value.strip()))
    if code is None:
        known = _known(names.values())
        listed = f" Choose {', '.join(known)}." if len(known) <= 12 else ""
        part = [c for c in known if fold(value.strip()) in fold(c)][:3]
        close = suggest(value, known) or (f"Did you mean {' or '.join(map(repr, part))}?" if
                                          part and value.strip() else "")  # fmt: skip
        raise InputError(
            f"no {column} {value!r:.60} in the claims. {close}{listed}".strip().replace("  ", " ")
        )
    return frame[frame[column] == code]


def _containing(frame: pd.DataFrame, column: str, value: str, every: pd.DataFrame) -> pd.DataFrame:
    wanted = words(value)
    if not wanted:
        raise InputError(f"{column} {value!r:.40} holds no word to look for")

    def holds(text: str) -> bool:
        found = words(text)
        return all(any(w.startswith(each) for w in found) for each in wanted)

    if not any(map(holds, every[column].unique())):
        close = suggest(value, every[column].unique())
        raise InputError(f"no claim whose {column} holds {value!r:.60}. {close}".strip())
    return frame[[holds(t) for t in frame[column]]]
