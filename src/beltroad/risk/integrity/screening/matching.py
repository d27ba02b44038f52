"""How well two names agree, word by word, and why.

Words are paired by likeness, best first. A pair counts with the weight of its words; words of one
side only count little (people leave names out), words that differ on both sides count fully (one
of the names belongs to somebody else).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from beltroad.risk.integrity.screening.names import Name
from beltroad.risk.integrity.screening.similarity import word_likeness

__all__ = ["DEFAULT", "Agreement", "Weights", "agreement", "likeness"]


@dataclass(frozen=True)
class Weights:
    """What the score counts; chosen on one half of the public pairs (docs: integrity).

    Attributes
    ----------
    floor
        Words less alike than this do not pair.
    steep
        Power of likeness: how much a misspelling costs.
    omitted
        Weight of words that only one side has, beside words that agree.
    conflict
        Weight of words that differ on both sides.
    lone
        Factor where a single word agrees and a side has more.
    number, form
        Factors for other numbers, and for other legal forms.
    """

    floor: float = 0.75
    steep: float = 1.5
    omitted: float = 0.2
    conflict: float = 2.5
    lone: float = 0.95
    number: float = 0.8
    form: float = 0.95


DEFAULT = Weights()


@dataclass(frozen=True, slots=True)
class Agreement:
    """Score of 0 to 1; pairs of words with their likeness; words that only one side has."""

    score: float
    pairs: tuple[tuple[str, str, float], ...]
    only_first: tuple[str, ...]
    only_second: tuple[str, ...]
    against: tuple[str, ...]


def likeness(first: Name, second: Name, weights: Weights = DEFAULT) -> float:
    """Score of two names, 0 to 1."""
    return agreement(first, second, weights).score


def agreement(first: Name, second: Name, weights: Weights = DEFAULT) -> Agreement:
    """Score of two names with the reasons."""
    a, wa = _joined(first, second)
    b, wb = _joined(second, first)
    if a == b:
        pairs = tuple((word, word, 1.0) for word in a)
        return _finished(1.0, pairs, (), (), first, second, weights)
    found = sorted(
        ((word_likeness(x, y), -abs(i - j), i, j)
         for i, x in enumerate(a) for j, y in enumerate(b)),
        reverse=True,
    )  # fmt: skip
    free_a, free_b = set(range(len(a))), set(range(len(b)))
    agreed = differing = 0.0
    strong = 0
    shown: list[tuple[str, str, float]] = []
    for like, _, i, j in found:
        if like < weights.floor:
            break
        if i not in free_a or j not in free_b:
            continue
        free_a.discard(i)
        free_b.discard(j)
        weight = (wa[i] + wb[j]) / 2
        worth = like**weights.steep
        agreed += weight * worth
        differing += weight * (1 - worth)
        strong += weight >= 0.5
        shown.append((a[i], b[j], round(like, 3)))
    left_a = sum(wa[i] for i in free_a)
    left_b = sum(wb[j] for j in free_b)
    total = (
        agreed + differing + weights.conflict * min(left_a, left_b)
        + weights.omitted * abs(left_a - left_b)
    )  # fmt: skip
    score = agreed / total if total else 0.0
    if strong < 2 and (left_a or left_b) and max(len(a), len(b)) > 1:
        score *= weights.lone
    return _finished(
        score, tuple(shown), tuple(a[i] for i in sorted(free_a)),
        tuple(b[j] for j in sorted(free_b)), first, second, weights,
    )  # fmt: skip


def _finished(
    score: float, pairs: tuple[tuple[str, str, float], ...], only_first: tuple[str, ...],
    only_second: tuple[str, ...], first: Name, second: Name, weights: Weights,
) -> Agreement:  # fmt: skip
    against = []
    if first.numbers != second.numbers:
        score *= weights.number
        against.append("numbers differ")
    if first.forms and second.forms and not first.forms & second.forms:
        score *= weights.form
        against.append(f"legal forms {_listed(first.forms)} and {_listed(second.forms)}")
    if only_first and only_second:
        against.append(f"words differ: {' '.join(only_first)} and {' '.join(only_second)}")
    return Agreement(min(score, 1.0), pairs, only_first, only_second, tuple(against))


def _joined(name: Name, other: Name) -> tuple[tuple[str, ...], Sequence[float]]:
    """Words of ``name``, with neighbours put together where ``other`` writes them as one."""
    theirs = [word for word in other.words if len(word) > 4 and word not in name.words]
    if not theirs or len(name.words) < 2:
        return name.words, name.weights
    words, weights = list(name.words), list(name.weights)
    i = 0
    while i + 1 < len(words):
        both = words[i] + words[i + 1]
        if (
            words[i] not in other.words
            and words[i + 1] not in other.words
            and any(
                abs(len(both) - len(word)) < 2 and word_likeness(both, word) >= 0.85
                for word in theirs
            )
        ):
            words[i : i + 2] = [both]
            weights[i : i + 2] = [weights[i] + weights[i + 1]]
        i += 1
    return tuple(words), weights


def _listed(forms: frozenset[str]) -> str:
    return "/".join(sorted(forms))
