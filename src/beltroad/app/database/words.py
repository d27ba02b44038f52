"""Texts as a search compares them: small letters, no accents, no control characters."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence

__all__ = ["plain", "words_of"]

_LONGEST = 20_000


def plain(text: str) -> str:
    """Small letters without accents; ligatures and wide letters in their common form."""
    if text.isascii():  # most are: a tenth of the time
        return (text if text.isprintable() else "".join(filter(str.isprintable, text))).casefold()
    apart = unicodedata.normalize("NFKD", text)
    kept = "".join(c for c in apart if not unicodedata.combining(c) and c.isprintable())
    return kept.casefold()


def words_of(key: str, title: str, data: object) -> str:
    """What a record can be found by: key, title and every text in it."""
    return plain("\n".join((key, title, *_texts(data))).replace("\n", " "))[:_LONGEST]


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, Sequence):
        for each in value:
            yield from _texts(each)
