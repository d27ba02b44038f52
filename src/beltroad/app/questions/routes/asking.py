"""A question about routes as a form gives it: faults with choices, and what is known of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import sqlalchemy as sa
from pydantic import BaseModel

from beltroad.app.database import Database
from beltroad.app.database.models import JobRow
from beltroad.app.jobs import queue
from beltroad.app.jobs.kinds import Kind
from beltroad.app.questions.routes import places
from beltroad.app.work.disruption import DisruptionRequest
from beltroad.app.work.routes import KIND, MODES, RouteRequest
from beltroad.errors import Fault, InputError, ScenarioError

if TYPE_CHECKING:
    from beltroad.infrastructure.routes.closures import Closure

__all__ = [
    "Asked", "Known", "canonical", "checked", "disruption_asked", "known_of", "query_of",
    "route_asked",
]  # fmt: skip

_MOST = 120
_NAMES = {"origin": "from", "destination": "to", "usd_per_day": "value", "everything": "all",
          "modes": "mode"}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """What a form says: its fields as typed, the request it makes, or its faults.

    ``choices`` are places that an ambiguous or unknown name may mean, by field.
    """

    fields: dict[str, Any]
    request: RouteRequest | DisruptionRequest | None = None
    faults: tuple[Fault, ...] = ()
    choices: dict[str, tuple[dict[str, Any], ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Known:
    """What is known of a question: its hash, whether it is answered, and the last job for it."""

    question: str
    answered: bool
    job: JobRow | None


Given = Iterable[tuple[str, str]]


def route_asked(given: Given) -> Asked:
    """The question of the form for routes; without both ends there is none yet."""
    pairs = list(given)
    fields: dict[str, Any] = {
        name: _one(pairs, name) for name in ("from", "to", "via", "close", "avoid", "state",
                                             "depart", "value")
    }  # fmt: skip
    fields["mode"] = [v for k, v in pairs if k == "mode" and v][: len(MODES)]
    fields["all"] = _one(pairs, "all") not in ("", "0")
    if not (fields["from"] and fields["to"]):
        return Asked(fields)
    raw = {
        "origin": fields["from"], "destination": fields["to"],
        "via": [v.strip() for v in fields["via"].split(";") if v.strip()],
        "close": _words(fields["close"]), "avoid": _words(fields["avoid"]),
        "modes": fields["mode"], "state": _state(fields["state"]), "depart": fields["depart"],
        "usd_per_day": _number(fields["value"]), "everything": fields["all"],
    }  # fmt: skip
    try:
        request = RouteRequest.model_validate(KIND.parse(raw))
    except ScenarioError as error:
        return Asked(fields, faults=tuple(_renamed(error.faults)))
    try:
        return Asked(fields, checked(request))
    except ScenarioError as error:
        choices = {
            f.where: found
            for f in error.faults
            if f.where in ("from", "to") and (found := places.found(str(fields[f.where])))
        }
        return Asked(fields, faults=tuple(error.faults), choices=choices)


def disruption_asked(given: Given) -> Asked:
    """The question of the form for closures; without any closure there is none yet."""
    from beltroad.app.work import disruption

    pairs = list(given)
    fields: dict[str, Any] = {
        name: _one(pairs, name) for name in ("close", "slow", "factor", "state", "by", "weeks")
    }
    fields["congestion"] = _one(pairs, "congestion") not in ("", "0")
    if not (fields["close"] or fields["slow"]):
        return Asked(fields)
    raw = {
        "close": _words(fields["close"]), "slow": _words(fields["slow"]),
        "factor": _number(fields["factor"] or "2"), "state": _state(fields["state"]),
        "by": fields["by"] or "cost", "weeks": _number(fields["weeks"] or "52"),
        "congestion": fields["congestion"],
    }  # fmt: skip
    try:
        request = DisruptionRequest.model_validate(disruption.KIND.parse(raw))
        faults = _faults([
            ("close", lambda: _closures(request.close)), ("slow", lambda: _closures(request.slow))
        ])  # fmt: skip
    except ScenarioError as error:
        return Asked(fields, faults=tuple(error.faults))
    if faults:
        return Asked(fields, faults=tuple(faults))
    update = {"close": canonical(request.close), "slow": canonical(request.slow)}
    return Asked(fields, request.model_copy(update=update))


def checked(request: RouteRequest) -> RouteRequest:
    """The same question in the words that always name the same things.

    Raises
    ------
    ScenarioError
        With every fault: places not known or ambiguous, closures not known, a date that is none.
    """
    faults = _faults(
        [
            ("from", lambda: places.meant(request.origin)),
            ("to", lambda: places.meant(request.destination)),
            *(("via", lambda text=text: places.meant(text)) for text in request.via),
            ("close", lambda: _closures(request.close)),
            ("avoid", lambda: _closures(request.avoid)),
            ("depart", lambda: _day(request.depart)),
        ]
    )
    if faults:
        raise ScenarioError("routes", faults)
    ends = [places.meant(t) for t in (request.origin, *request.via, request.destination)]
    if any(a == b for a, b in pairwise(ends)):
        raise ScenarioError("routes", [Fault("to", "the same place as the one before it",
                                             "give places that lie apart")])  # fmt: skip
    return request.model_copy(
        update={
            "origin": ends[0], "destination": ends[-1], "via": tuple(ends[1:-1]),
            "close": canonical(request.close), "avoid": canonical(request.avoid),
            "modes": tuple(m for m in MODES if m in request.modes),
        }
    )  # fmt: skip


def canonical(texts: Sequence[str]) -> tuple[str, ...]:
    """Closures by kind and reference, each once, in order of the alphabet."""
    out = set()
    for text, closure in zip(texts, _closures(texts), strict=True):
        one = closure is not None and len(closure.refs) == 1
        out.add(f"{closure.kind}:{closure.refs[0]}" if closure is not None and one else text)
    return tuple(sorted(out))


def known_of(database: Database, settings: Any, kind: Kind, request: BaseModel) -> Known:
    """What is known of a question."""
    question = queue.question_of(database, kind, request)
    with database.session(write=False) as session:
        row = session.scalars(
            sa.select(JobRow)
            .where(JobRow.question == question)
            .order_by(JobRow.created_at.desc())
            .limit(1)
        ).first()
    return Known(question, queue.answered(settings, database, question), row)


def query_of(fields: dict[str, Any]) -> str:
    """The fields as the query of an address that opens the question again."""
    pairs = []
    for name, value in fields.items():
        values = value if isinstance(value, list) else ["1" if value is True else value]
        pairs += [(name, v) for v in values if v]
    return urlencode(pairs)


def _faults(checks: Sequence[tuple[str, Callable[[], object]]]) -> list[Fault]:
    found = []
    for where, check in checks:
        try:
            check()
        except InputError as error:
            found.append(Fault(where, str(error)))
    return found


def _renamed(faults: Iterable[Fault]) -> list[Fault]:
    out = []
    for fault in faults:
        first, _, rest = fault.where.partition(".")
        where = ".".join(filter(None, (_NAMES.get(first, first), rest)))
        out.append(Fault(where, fault.problem, fault.remedy))
    return out


def _closures(texts: Sequence[str]) -> list[Closure | None]:
    """What each text means; None where only the network with all projects can tell."""
    from beltroad.infrastructure.routes.closures import parse_closure, parsed_early

    return [parsed_early(text, parse_closure) for text in texts]


def _day(text: str) -> None:
    from beltroad.infrastructure.routes.schedule import parse_departure

    if text:
        parse_departure(text)


def _one(pairs: Sequence[tuple[str, str]], name: str) -> str:
    """A field as typed; several of one name are joined by commas."""
    return ",".join(v.strip() for k, v in pairs if k == name and v.strip())[: 12 * _MOST]


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _state(text: str) -> str | int:
    word = text.strip().lower() or "today"
    return int(word) if word.isascii() and word.isdecimal() and len(word) == 4 else word


def _number(text: str) -> float | str | None:
    try:
        return float(text) if text else None
    except ValueError:
        return text
