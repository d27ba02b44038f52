"""Full-text search over the claims, their documents and the bundled tables."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from beltroad.errors import InputError
from beltroad.evidence import tables as bundle
from beltroad.evidence.claims.frames import NUMBERS, Tables, bundled, joined
from beltroad.evidence.claims.index import Index, read_query
from beltroad.evidence.claims.rows import rows_of

__all__ = ["RESULT", "search"]

WEIGHTS = {
    "subject": 3.0, "indicator": 1.5, "indicator_title": 3.0, "table_title": 3.0, "name": 3.0,
    "wording": 2.0, "said_by": 2.0, "document_title": 1.0, "geography_title": 1.0,
    "partner_title": 1.0, "number": 2.0, "note": 0.7, "columns": 0.5, "sources": 0.5,
}  # fmt: skip
RESULT = (
    "kind", "id", "title", "indicator_title", "value", "value_high", "bound", "unit", "status",
    "date", "said_by", "score",
)  # fmt: skip
_FIGURE = ("indicator", "indicator_title", "value", "value_high", "bound", "unit", "status")
AGAIN = 0.2
"""Each further claim of one indicator counts so much less."""
WHOLE = 1.5
"""An indicator, a document or a table counts so much more than one claim with the same words."""


def search(text: str, limit: int = 20, *, tables: Tables | None = None) -> pd.DataFrame:
    """Claims and bundled tables that hold the words, the best first.

    Case and accents do not matter; a word also finds those it begins; words in double quotes must
    stand next to each other. If nothing holds all words, what holds some is given.

    Parameters
    ----------
    text
        Words, numbers and quoted phrases.
    limit
        Most rows.
    tables
        Other claims than the bundled ones.

    Returns
    -------
    pandas.DataFrame
        ``kind`` (claim, indicator, document or table), ``id``, ``title`` and ``score``; of claims
        also ``indicator_title``, ``value`` with ``value_high`` (of a range), ``bound`` (exact,
        about, more_than, ...), ``unit``, ``status`` (read or unconfirmed), ``date``, ``said_by``;
        of the others these are empty or NaN.

    Raises
    ------
    InputError
        If there is no word in ``text``, or ``limit`` is below 1.
    """
    if not read_query(text).words:
        raise InputError(f"{text!r:.40} holds no word to look for")
    if limit < 1:
        raise InputError(f"limit {limit}: give at least 1")
    index, about = _index(tables or bundled())
    rows = [{**about[n], "score": round(score, 4)} for n, score in _spread(index, about, text)]
    rows = rows[:limit]
    return pd.DataFrame(rows, columns=list(RESULT))


def _spread(index: Index, about: list[dict[str, object]], text: str) -> list[tuple[int, float]]:
    """Hits by score, where each further claim of one indicator counts a little less.

    Otherwise fifty claims of one indicator would hide all else. Later dates come first in a tie.
    """
    seen: dict[object, int] = {}
    scored = []
    for number, score in index.search(text):
        if about[number]["kind"] != "claim":
            scored.append((number, WHOLE * score))
            continue
        key = about[number]["indicator"]
        seen[key] = seen.get(key, -1) + 1
        scored.append((number, score / (1 + AGAIN * seen[key])))
    scored.sort(key=lambda item: str(about[item[0]]["date"]), reverse=True)
    scored.sort(key=lambda item: -item[1])
    return scored


@lru_cache(maxsize=4)
def _index(tables: Tables) -> tuple[Index, list[dict[str, object]]]:
    texts: list[dict[str, str]] = []
    about: list[dict[str, object]] = []
    frame = joined(tables)
    for row in rows_of(frame):
        number = f"{row['value']:.12g}"
        texts.append({k: v for k, v in row.items() if isinstance(v, str)} | {"number": number})
        about.append({
            "kind": "claim", "id": row["claim_id"], "title": row["subject"],
            "date": row["period_end"], "said_by": row["said_by"] or row["document_title"],
        } | {column: row[column] for column in _FIGURE})  # fmt: skip
    for kind, titles in (("indicator", _indicators(frame)), ("document", _documents(frame))):
        for code, title, more in titles:
            texts.append({"table_title": title, "name": code, "note": more})
            about.append(_plain(kind, code, title))
    for name in bundle.names():
        info = bundle.info(name)
        texts.append({
            "name": name.replace("_", " "), "table_title": info.title, "note": info.notes,
            "columns": " ".join((*info.descriptions, *info.descriptions.values())),
            "sources": " ".join(s.title for s in info.sources),
        })  # fmt: skip
        about.append(_plain("table", name, info.title))
    return Index(texts, WEIGHTS), about


def _plain(kind: str, code: str, title: str) -> dict[str, object]:
    about: dict[str, object] = {"kind": kind, "id": code, "title": title, "date": "", "said_by": ""}
    return about | {c: float("nan") if c in NUMBERS else "" for c in _FIGURE}


def _indicators(frame: pd.DataFrame) -> list[tuple[str, str, str]]:
    rows = frame.drop_duplicates("indicator")
    return list(zip(rows["indicator"], rows["indicator_title"], rows["pillar"], strict=True))


def _documents(frame: pd.DataFrame) -> list[tuple[str, str, str]]:
    rows = frame.drop_duplicates("document")
    more = rows["author"] + " " + rows["publisher"]
    return list(zip(rows["document"], rows["document_title"], more, strict=True))
