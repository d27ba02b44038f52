"""How alike two words are: edits with transpositions, and spelling that sounds alike."""

from __future__ import annotations

import re
from functools import lru_cache

__all__ = ["edits", "skeleton", "sound", "word_likeness"]


def edits(a: str, b: str, most: int | None = None) -> int:
    """Damerau-Levenshtein distance (optimal string alignment).

    Parameters
    ----------
    most
        Where the distance is larger than this, ``most + 1`` is returned.
    """
    if a == b:
        return 0
    if most is not None and abs(len(a) - len(b)) > most:
        return most + 1
    if not a or not b:
        return len(a) + len(b)
    # A column of the table of distances as bits (Hyyro 2003): where it rises, where it falls.
    where: dict[str, int] = {}
    for i, letter in enumerate(a):
        where[letter] = where.get(letter, 0) | 1 << i
    mask = (1 << len(a)) - 1
    last = 1 << len(a) - 1
    rises, falls, level, before, distance = mask, 0, 0, 0, len(a)
    for letter in b:
        here = where.get(letter, 0)
        swapped = ((~level & here) << 1) & before
        level = ((((here & rises) + rises) ^ rises) | here | falls | swapped) & mask
        right = falls | (~(level | rises) & mask)
        left = level & rises
        distance += bool(right & last) - bool(left & last)
        right = (right << 1 | 1) & mask
        left = left << 1 & mask
        rises = left | (~(level | right) & mask)
        falls = right & level
        before = here
    return distance if most is None else min(distance, most + 1)


# Spellings that romanisations use for one sound, in this order.
_SOUNDS = [
    (re.compile(pattern), by)
    for pattern, by in (
        ("shch|sch|sh|sz|sj", "s"), ("tch|ch|cz|tsh", "c"), ("zh", "z"), ("kh|gh", "h"),
        ("tz|ts", "c"), ("dzh|dj|dj", "j"), ("ph", "f"), ("th", "t"), ("dh", "d"),
        ("ck|q|k", "k"), ("c(?=[aourlnt])", "k"), ("x", "ks"), ("w", "v"),
        ("ou|oo|uu", "u"), ("ee|ie|ei|ij|iy|yi|ii|y|j(?![aeiou])", "i"), ("ya|ja|ia", "ia"),
        ("yu|ju|iu", "iu"), ("ae|ai|ay", "e"), ("o", "u"), ("e", "i"), (r"(.)\1+", r"\1"),
        ("(?<=.)h$", ""),
    )
]  # fmt: skip


@lru_cache(maxsize=200_000)
def sound(word: str) -> str:
    """A word with the spellings of one sound made equal."""
    if word.isdigit() or len(word) < 3:
        return word
    for pattern, by in _SOUNDS:
        word = pattern.sub(by, word)
    return word


@lru_cache(maxsize=200_000)
def skeleton(word: str) -> str:
    """First letter and consonants of what a word sounds like."""
    heard = sound(word)
    return heard[:1] + re.sub("[aeiou]", "", heard[1:])


@lru_cache(maxsize=500_000)
def word_likeness(a: str, b: str) -> float:
    """0 to 1: equal is 1, sounding alike a little less, then by the share of letters edited."""
    if a == b:
        return 1.0
    if a.isdigit() or b.isdigit():
        return 0.0
    if len(a) == 1 or len(b) == 1:
        # An initial stands for any word it begins.
        return 0.8 if a[0] == b[0] else 0.0
    direct = _share(a, b)
    heard_a, heard_b = sound(a), sound(b)
    return direct if (heard_a, heard_b) == (a, b) else max(direct, 0.95 * _share(heard_a, heard_b))


def _share(a: str, b: str) -> float:
    """Share of letters that stay; below 0.65 words do not pair and 0 is given."""
    longer = max(len(a), len(b))
    most = longer * 7 // 20
    distance = edits(a, b, most)
    return 0.0 if distance > most else 1 - distance / longer
