"""Screening: names against lists. Every hit is a lead to be looked into, never a verdict."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.risk.integrity.screening.entries import Entry, Subject
from beltroad.risk.integrity.screening.index import Index
from beltroad.risk.integrity.screening.matching import Agreement, agreement
from beltroad.risk.integrity.screening.measured import THRESHOLD, measured_at
from beltroad.risk.integrity.screening.names import Name, name_of

__all__ = ["COLUMNS", "NOTE", "screen"]

NOTE = "A lead, not a verdict: compare dates, places and documents before acting on it."

_BIRTH = 0.15
_COUNTRY = 0.10
_SAME = 0.02
_WEAK = 0.10
_KIND = 0.10

COLUMNS = [
    "subject_id", "subject", "score", "name_score", "listed_name", "list", "list_date", "entry_id",
    "kind", "programme", "matched", "for", "against", "threshold", "precision_pct", "recall_pct",
]  # fmt: skip

Scorer = Callable[[Subject, Entry], float]


@dataclass(frozen=True, slots=True)
class _Listed:
    entry: Entry
    text: str
    weak: bool


def screen(
    subjects: Iterable[Subject], entries: Sequence[Entry], *, threshold: float = THRESHOLD,
    limit: int = 10, rescore: Scorer | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Leads of all subjects against all entries.

    Parameters
    ----------
    threshold
        Least score of a lead, 0.3 to 1; the share of true and of missed hits measured at it on
        public pairs stands in the result.
    limit
        Most leads of one subject, best first.
    rescore
        Another matcher's score of a subject and an entry (:mod:`.nomenklatura`), put in place of
        ours; candidates then come from our index at a lower threshold.

    Returns
    -------
    DataFrame
        Columns :data:`COLUMNS`, best score first within a subject. ``score`` is the name's score,
        changed by birth year, country, kind and weak aliases; ``for`` and ``against`` say why.

    Raises
    ------
    InputError
        If the threshold or the limit is out of range.
    """
    if not 0.3 <= threshold <= 1.0:
        raise InputError(f"threshold {threshold:g}: give 0.3 to 1")
    if limit < 1:
        raise InputError(f"limit {limit}: give 1 or more")
    sides = _sides(entries)
    precision, recall = measured_at(threshold) if rescore is None else (float("nan"),) * 2
    # What counts in favour may lift a name that is a little short by itself.
    least = threshold - 2 * _SAME if rescore is None else min(threshold, 0.5)
    rows = []
    for subject in subjects:
        best: dict[int, tuple[float, dict[str, object]]] = {}
        for listed, index, names, kind in sides:
            for text in subject.names:
                name = name_of(text, kind)
                for position in index.candidates(name, least).tolist():
                    found = agreement(name, names[position])
                    if found.score < least:
                        continue
                    row = _lead(subject, text, listed[position], found)
                    if rescore is not None:
                        row["score"] = round(rescore(subject, listed[position].entry), 4)
                    score = float(str(row["score"]))
                    key = id(listed[position].entry)
                    if score >= threshold and score > best.get(key, (0.0,))[0]:
                        best[key] = (score, row)
        top = sorted(best.values(), key=lambda each: (-each[0], str(each[1]["entry_id"])))
        rows += [row for _, row in top[:limit]]
    table = pd.DataFrame(rows, columns=[*COLUMNS[:-3]])
    return table.assign(threshold=threshold, precision_pct=precision, recall_pct=recall)


def _sides(
    entries: Sequence[Entry],
) -> list[tuple[list[_Listed], Index, list[Name], str]]:
    """Persons on one side, organisations and vessels on the other: their words weigh otherwise."""
    out = []
    for kind in ("person", "organisation"):
        listed = [
            _Listed(entry, text, weak)
            for entry in entries
            if (entry.kind in ("person", "")) == (kind == "person")
            for weak, texts in ((False, entry.names), (True, entry.weak_names))
            for text in texts
        ]
        names = [name_of(each.text, kind) for each in listed]
        if listed:
            out.append((listed, Index(names), names, kind))
    return out


def _lead(subject: Subject, text: str, listed: _Listed, found: Agreement) -> dict[str, object]:
    entry = listed.entry
    score = found.score
    reasons: list[str] = []
    against = list(found.against)
    if found.only_second and not found.only_first:
        against.append(f"only on the list: {' '.join(found.only_second)}")
    if found.only_first and not found.only_second:
        against.append(f"not on the list: {' '.join(found.only_first)}")
    if subject.birth_years and entry.birth_years:
        apart = min(abs(a - b) for a in subject.birth_years for b in entry.birth_years)
        said = f"{_join(subject.birth_years)} and {_join(entry.birth_years)}"
        if apart > 1:
            score -= _BIRTH
            against.append(f"born {said}")
        else:
            score += _SAME
            reasons.append(f"born {said}")
    if subject.countries and entry.countries:
        shared = subject.countries & entry.countries
        if shared:
            score += _SAME
            reasons.append(f"country {_names(shared)}")
        else:
            score -= _COUNTRY
            against.append(f"country {_names(subject.countries)} and {_names(entry.countries)}")
    if listed.weak:
        score -= _WEAK
        against.append("the list calls this alias weak")
    if subject.kind and entry.kind and subject.kind != entry.kind:
        score -= _KIND
        against.append(f"a {subject.kind}, listed is a {entry.kind}")
    return {
        "subject_id": subject.id, "subject": text,
        "score": round(max(0.0, min(score, 1.0)), 4), "name_score": round(found.score, 4),
        "listed_name": listed.text, "list": entry.list, "list_date": entry.list_date,
        "entry_id": entry.id, "kind": entry.kind, "programme": entry.programme,
        "matched": "; ".join(
            a if a == b else f"{a} ~ {b} ({like:.2f})" for a, b, like in found.pairs
        ),
        "for": "; ".join(reasons), "against": "; ".join(against),
    }  # fmt: skip


def _join(years: frozenset[int]) -> str:
    return "/".join(map(str, sorted(years)[:3]))


def _names(codes: frozenset[str]) -> str:
    return "/".join(economies.name(code) for code in sorted(codes)[:3])
