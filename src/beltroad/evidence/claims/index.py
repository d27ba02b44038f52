"""A small inverted index: BM25 over weighted fields, prefixes and phrases.

Scores follow Robertson, Zaragoza and Taylor (2004): term frequencies of the fields are weighted
and summed before they saturate, so that a word of the title counts for more than one of a note.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from re import findall

from beltroad.evidence.claims.text import words

__all__ = ["Index", "Query", "read_query"]

SATURATION = 1.2
LENGTH = 0.5
PART_OF_WORD = 0.5
"""A word that only begins with the one asked for counts half."""
SHORTEST_PREFIX = 2


@dataclass(frozen=True)
class Query:
    """Words that count, and phrases that must stand there word for word."""

    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]


def read_query(text: str) -> Query:
    """Words of a query; what stands in double quotes is a phrase."""
    phrases = tuple(p for q in findall(r'"([^"]*)"', text) if (p := tuple(words(q))))
    loose = words(text.replace('"', " "))
    return Query(tuple(dict.fromkeys(loose)), phrases)


class Index:
    """Documents of several fields, searched by words.

    Parameters
    ----------
    documents
        Text by field, one mapping a document.
    weights
        Weight by field; fields without one are not searched.
    """

    def __init__(
        self, documents: Sequence[Mapping[str, str]], weights: Mapping[str, float]
    ) -> None:
        self._texts: list[list[str]] = []
        self._frequencies: dict[str, dict[int, float]] = {}
        lengths = []
        for number, document in enumerate(documents):
            stream: list[str] = []
            length = 0.0
            for field, weight in weights.items():
                found = words(document.get(field, ""))
                length += weight * len(found)
                for word in found:
                    entry = self._frequencies.setdefault(word, {})
                    entry[number] = entry.get(number, 0.0) + weight
                stream += [*found, ""]  # no phrase runs from one field into the next
            self._texts.append(stream)
            lengths.append(length)
        usual = sum(lengths) / len(lengths) if lengths else 1.0
        self._norms = [1 - LENGTH + LENGTH * n / (usual or 1.0) for n in lengths]
        self._vocabulary = sorted(self._frequencies)

    def search(self, text: str) -> list[tuple[int, float]]:
        """Numbers and scores of the documents that hold every word, best first.

        If none holds all of them, those that hold most of their weight.
        """
        query = read_query(text)
        if not query.words:
            return []
        scores = [self._score(word) for word in query.words]
        every = set(scores[0]).intersection(*scores[1:])
        anyone = every or set().union(*scores)
        for phrase in query.phrases:
            anyone = {n for n in anyone if self._holds(n, phrase)}
        ranked = {n: sum(s.get(n, 0.0) for s in scores) for n in anyone}
        return sorted(ranked.items(), key=lambda item: (-item[1], item[0]))

    def _score(self, word: str) -> dict[int, float]:
        """BM25 of one word in all documents; the best of the word and those it begins."""
        frequencies: dict[int, float] = {}
        for found in self._begun(word):
            share = 1.0 if found == word else PART_OF_WORD
            for number, frequency in self._frequencies[found].items():
                frequencies[number] = frequencies.get(number, 0.0) + share * frequency
        count, total = len(frequencies), len(self._texts)
        rarity = math.log(1 + (total - count + 0.5) / (count + 0.5))
        return {
            n: rarity * f * (SATURATION + 1) / (f + SATURATION * self._norms[n])
            for n, f in frequencies.items()
        }

    def _begun(self, word: str) -> list[str]:
        if len(word) < SHORTEST_PREFIX:
            return [word] if word in self._frequencies else []
        place = bisect_left(self._vocabulary, word)
        found = []
        while place < len(self._vocabulary) and self._vocabulary[place].startswith(word):
            found.append(self._vocabulary[place])
            place += 1
        return found

    def _holds(self, number: int, phrase: tuple[str, ...]) -> bool:
        text, size = self._texts[number], len(phrase)
        return any(
            tuple(text[i : i + size - 1]) == phrase[:-1]
            and text[i + size - 1].startswith(phrase[-1])
            for i in range(len(text) - size + 1)
        )
