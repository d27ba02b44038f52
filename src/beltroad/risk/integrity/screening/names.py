"""A name as words that can be compared: folded, legal form and titles apart, words weighted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from beltroad.risk.integrity.screening.scripts import latin
from beltroad.risk.integrity.screening.words import (
    COMMON,
    FORMS,
    LONGEST_FORM,
    PARTICLES,
    ROMAN,
    TITLES,
)  # fmt: skip

__all__ = ["KINDS", "Name", "folded", "name_of"]

KINDS = ("person", "organisation", "vessel", "")
"""What a name can be of; empty: not known."""

_APOSTROPHES = re.compile(r"['’‘ʼʻ`´ʿʾ\"]")
_POINTS = re.compile(r"(?<=\b\w)\.(?=\w\b)")
_REST = re.compile(r"[\W_]+", re.UNICODE)


@dataclass(frozen=True, slots=True)
class Name:
    """Words and weights of a name, its legal forms, its numbers."""

    text: str
    kind: str
    words: tuple[str, ...]
    weights: tuple[float, ...]
    forms: frozenset[str]
    numbers: frozenset[str]


def folded(text: str) -> list[str]:
    """Words in plain lower-case Latin letters."""
    plain = _APOSTROPHES.sub("", latin(text)).replace("&", " and ")
    plain = _POINTS.sub("", plain)
    return _REST.sub(" ", plain).split()


@lru_cache(maxsize=200_000)
def name_of(text: str, kind: str = "") -> Name:
    """Take a name apart.

    Parameters
    ----------
    kind
        One of :data:`KINDS`. An unknown kind with a legal form counts as an organisation.
    """
    words = folded(text)
    kept, forms = _without_forms(words)
    if not kind:
        kind = "organisation" if forms else "person"
    if kind == "person":
        dropped = [word for word in kept if word not in TITLES]
        weights = [_person_weight(word) for word in dropped or kept]
    else:
        dropped = [word for word in kept if word not in ("the", "and", "of")]
        weights = [_thing_weight(word) for word in dropped or kept]
    kept = dropped or kept or words
    if len(weights) != len(kept):
        weights = [1.0] * len(kept)
    numbers = frozenset(
        word
        for word in kept
        if any(c.isdigit() for c in word) or (kind != "person" and word in ROMAN)
    )
    return Name(text, kind, tuple(kept), tuple(weights), forms, numbers)


def _without_forms(words: list[str]) -> tuple[list[str], frozenset[str]]:
    kept: list[str] = []
    forms: set[str] = set()
    i = 0
    while i < len(words):
        for length in range(min(LONGEST_FORM, len(words) - i), 0, -1):
            found = FORMS.get(tuple(words[i : i + length]))
            if found is not None and (length > 1 or i > 0 or len(words) > 1):
                # Short forms are words of names as well: "Pat", "As", "Kim Ad". At the edge only.
                edge = i + length == len(words) or i == 0 or bool(forms) or len(words[i]) > 3
                if edge or length > 1:
                    forms.add(found)
                    i += length
                    break
        else:
            kept.append(words[i])
            i += 1
    return (kept, frozenset(forms)) if kept else (words, frozenset())


def _person_weight(word: str) -> float:
    if word in PARTICLES:
        return 0.2
    if len(word) == 1:
        return 0.4
    return 0.8 if len(word) <= 3 else 1.0


def _thing_weight(word: str) -> float:
    if word in COMMON:
        return 0.35
    if len(word) == 1:
        return 0.4
    return 0.8 if len(word) <= 2 else 1.0
