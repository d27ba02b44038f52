"""Which listed names are worth comparing with a name, without comparing all.

Words of the lists stand in an index by what they sound like and by their forms with one letter
left out. The words of a name that is screened bring the listed names that hold a word like them;
how well such a pair can agree at most is known from these words, and only pairs that may reach
the threshold are compared in full.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from beltroad.risk.integrity.screening.matching import DEFAULT, Weights
from beltroad.risk.integrity.screening.names import Name
from beltroad.risk.integrity.screening.similarity import skeleton, sound, word_likeness

__all__ = ["Index"]

_SLACK = 0.95
"""The bound is an estimate where words repeat or are joined: it may be short by this factor."""


class Index:
    """Index of names.

    Parameters
    ----------
    names
        Listed names; answers are positions in this sequence.
    """

    def __init__(self, names: Sequence[Name], weights: Weights = DEFAULT) -> None:
        self._names = names
        self._weights = weights
        postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        for position, name in enumerate(names):
            for word, weight in zip(name.words, name.weights, strict=True):
                postings[word].append((position, weight))
            for word, weight in _joints(name):
                postings[word].append((position, weight))
        self._where = {
            word: np.array([p for p, _ in found], np.int64) for word, found in postings.items()
        }
        self._total = np.array([sum(name.weights) for name in names])
        # An initial of the list agrees with any word of its letter: it is counted as met.
        self._initials = np.array([
            sum(w for word, w in zip(name.words, name.weights, strict=True) if len(word) == 1)
            for name in names
        ])  # fmt: skip
        self._keys: defaultdict[str, list[str]] = defaultdict(list)
        for word in self._where:
            for key in _keys(word):
                self._keys[key].append(word)
        self._alike: dict[str, tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]] = {}

    def candidates(self, name: Name, threshold: float) -> npt.NDArray[np.int64]:
        """Positions of the names that may reach ``threshold`` with this one."""
        where: list[npt.NDArray[np.int64]] = []
        worth: list[npt.NDArray[np.float64]] = []
        held: list[npt.NDArray[np.float64]] = []
        own = list(zip(name.words, name.weights, strict=True))
        for word, weight in [*own, *_joints(name)]:
            positions, likeness = self._like(word)
            where.append(positions)
            worth.append(likeness * weight)
            held.append(np.full(len(positions), weight))
        if not where:
            return np.empty(0, np.int64)
        places = np.concatenate(where)
        met = np.bincount(places, np.concatenate(worth), len(self._names))
        paired = np.bincount(places, np.concatenate(held), len(self._names))
        found = np.flatnonzero(met)
        total = sum(name.weights)
        initials = sum(weight for word, weight in own if len(word) == 1)
        theirs = self._total[found]
        spare = initials + self._initials[found]
        most = np.maximum(total, theirs)
        agreed = np.minimum(met[found] + spare, most)
        covered = np.minimum(paired[found] + spare, most)
        left = np.maximum(total - covered, 0.0)
        left_theirs = np.maximum(theirs - covered, 0.0)
        bound = agreed / (
            covered + self._weights.conflict * np.minimum(left, left_theirs)
            + self._weights.omitted * np.abs(left - left_theirs)
        )  # fmt: skip
        kept: npt.NDArray[np.int64] = found[bound >= threshold * _SLACK]
        return kept

    def _like(self, word: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """Listed names that hold a word like this one, and how like it is."""
        known = self._alike.get(word)
        if known is not None:
            return known
        best: dict[int, float] = {}
        seen: set[str] = set()
        for key in _keys(word):
            for other in self._keys.get(key, ()):
                if other in seen:
                    continue
                seen.add(other)
                like = word_likeness(word, other)
                if like >= self._weights.floor and len(other) > 1:
                    worth = like**self._weights.steep
                    for position in self._where[other].tolist():
                        best[position] = max(best.get(position, 0.0), worth)
        out = (
            np.fromiter(best, np.int64, len(best)),
            np.fromiter(best.values(), np.float64, len(best)),
        )
        self._alike[word] = out
        return out


def _joints(name: Name) -> Iterable[tuple[str, float]]:
    """Neighbouring words written as one: ``jong un`` and ``jongun``."""
    words, weights = name.words, name.weights
    for i in range(len(words) - 1):
        yield words[i] + words[i + 1], weights[i] + weights[i + 1]


def _keys(word: str) -> set[str]:
    """What words that are alike have in common: their sound, less one letter of it."""
    heard = sound(word)
    if len(heard) < 3:
        return {heard, word}
    keys = {heard[:i] + heard[i + 1 :] for i in range(len(heard))}
    bones = skeleton(word)
    if len(bones) > 4:
        # A consonant and any vowels may differ in long words.
        keys |= {f"~{bones[:i]}{bones[i + 1 :]}" for i in range(len(bones))}
    return keys | {heard, "~" + bones}
