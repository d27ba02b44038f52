"""What the parts of the dispute engine hand to each other: a basis, an answer, a route."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

import pandas as pd

from beltroad.policy.facts import Standing

__all__ = [
    "CONTRACTS",
    "OUT_OF_SCOPE",
    "RESULTS",
    "STATES",
    "Access",
    "Answer",
    "Basis",
    "Document",
    "Facts",
    "Result",
    "Route",
    "Routes",
    "SalesLaw",
    "State",
    "best",
    "weakest",
]

State = Literal["enforceable", "conditional", "uncertain", "unknown", "not enforceable"]
Result = Literal["award", "investment_award", "icsid_award", "judgment", "settlement"]
# Best first: what several conventions say together is the best that one of them says.
STATES: tuple[State, ...] = (
    "enforceable", "conditional", "uncertain", "unknown", "not enforceable",
)  # fmt: skip
RESULTS: tuple[Result, ...] = (
    "award", "investment_award", "icsid_award", "judgment", "settlement",
)  # fmt: skip
CONTRACTS = ("commercial", "investment")
OUT_OF_SCOPE = ("family", "consumer", "employment", "succession")
_CONFIDENCE = ("high", "medium", "low")


class Facts(Protocol):
    """Where standings come from: the bundled facts, or another set of the same form."""

    def standing(
        self, instrument_name: str, iso3: str, partner: str = "", on: date | None = None
    ) -> Standing:
        """What is known about an economy or a pair under an instrument on a date."""
        ...


@dataclass(frozen=True)
class Basis:
    """What one convention, arrangement or law says about one result in one place.

    Attributes
    ----------
    instrument, title
        Key of ``policy_instruments`` and its title; ``own_law`` for results of the same place.
    state
        One of :data:`STATES`.
    since
        Since when it holds for the pair: a day, month or year; empty if it does not, or undated.
    article
        Articles the answer rests on.
    sentence
        The answer in one plain sentence.
    conditions
        What has to hold besides, or is left out.
    refusal
        Grounds on which a court may still refuse, with their article.
    rows
        Rows used, as ``policy_facts:N``.
    confidence
        The lowest of the rows that decide: ``high``, ``medium``, ``low``; empty without rows.
    note
        What limits the answer: a partial list, a date after the list ends.
    """

    instrument: str
    title: str
    state: State
    since: str
    article: str
    sentence: str
    conditions: tuple[str, ...] = ()
    refusal: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    confidence: str = ""
    note: str = ""


@dataclass(frozen=True)
class Document:
    """How a paper of one place is proved genuine in another."""

    what: str
    how: str
    sentence: str
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """Whether a result made in one place is enforceable in another on a date.

    Attributes
    ----------
    bases
        Every convention, arrangement or law that was looked at, best first.
    """

    kind: Result
    made_in: str
    enforced_in: str
    on: date
    state: State
    sentence: str
    bases: tuple[Basis, ...]
    documents: tuple[Document, ...]

    @property
    def basis(self) -> Basis:
        """The basis that decides."""
        return self.bases[0]

    @property
    def rows(self) -> tuple[str, ...]:
        """Rows used, by all bases and documents, without repetition."""
        every = [r for b in self.bases for r in b.rows] + [
            r for d in self.documents for r in d.rows
        ]
        return tuple(dict.fromkeys(every))


@dataclass(frozen=True)
class Access:
    """Whether the parties can take a route at all."""

    state: Literal["open", "by agreement", "not open", "unknown"]
    sentence: str
    rows: tuple[str, ...] = ()


@dataclass(frozen=True)
class Route:
    """One way to settle a dispute, and what its result is worth in both countries."""

    name: str
    kind: Literal["litigation", "arbitration", "icsid", "mediation"]
    seat: str
    access: Access
    in_home: Answer
    in_host: Answer
    forums: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class SalesLaw:
    """Whether the United Nations sales convention governs sales between two economies."""

    state: Literal["governs", "may govern", "does not govern", "unknown"]
    since: str
    article: str
    sentence: str
    declarations: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()
    confidence: str = ""


@dataclass(frozen=True)
class Routes:
    """All routes for two economies and a kind of contract on a date."""

    home: str
    host: str
    contract: str
    on: date
    routes: tuple[Route, ...]
    law: SalesLaw | None

    def table(self) -> pd.DataFrame:
        """One row per route and country of enforcement, in the order of the routes.

        Returns
        -------
        DataFrame
            Columns route, kind, seat, access, enforced_in, state, since, instrument, article,
            sentence, conditions, refusal, documents, confidence, rows, note, forums; lists joined
            by " | ".
        """
        out = []
        for route in self.routes:
            for answer in (route.in_home, route.in_host):
                b = answer.basis
                out.append(
                    (route.name, route.kind, route.seat, route.access.state, answer.enforced_in,
                     answer.state, b.since, b.instrument, b.article, answer.sentence,
                     " | ".join(b.conditions), " | ".join(b.refusal),
                     " | ".join(f"{d.what}: {d.how}" for d in answer.documents), b.confidence,
                     " ".join((*route.access.rows, *answer.rows)), b.note,
                     " | ".join(route.forums))
                )  # fmt: skip
        columns = [
            "route", "kind", "seat", "access", "enforced_in", "state", "since", "instrument",
            "article", "sentence", "conditions", "refusal", "documents", "confidence", "rows",
            "note", "forums",
        ]  # fmt: skip
        return pd.DataFrame(out, columns=columns)


def best(bases: Iterable[Basis]) -> tuple[Basis, ...]:
    """Bases from the best state to the worst; of equal state the one given first stays first."""
    return tuple(sorted(bases, key=lambda b: STATES.index(b.state)))


def weakest(*standings: Standing, floor: str = "") -> str:
    """The lowest confidence of the standings that have rows, and of ``floor``."""
    found = [s.confidence for s in standings if s.confidence] + [c for c in (floor,) if c]
    return max(found, key=_CONFIDENCE.index, default="")
