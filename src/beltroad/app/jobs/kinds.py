"""Kinds of long work. Each lives in one module of ``beltroad.app.work`` and is named there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ValidationError

from beltroad.app.answers import Answer
from beltroad.errors import Fault, InputError, ScenarioError, suggest

if TYPE_CHECKING:
    from beltroad.app.jobs.context import Context

__all__ = ["LANES", "MODULES", "Kind", "Kinds", "Lane", "Outcome", "kinds", "load", "named"]

Lane = Literal["quick", "long"]
LANES: tuple[Lane, ...] = ("quick", "long")
MODULES = ("appraisal", "routes", "disruption", "debt_projects", "portfolio", "shocks")


@dataclass(frozen=True)
class Outcome:
    """What a job gives: a few values for lists, the answer for the page, files to download.

    Names of files have letters, digits, points, dashes and underscores only.
    """

    summary: dict[str, Any] = field(default_factory=dict)
    answer: Answer | None = None
    files: dict[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Kind:
    """One kind of work.

    ``run`` names a function ``run(request, context) -> Outcome`` as ``module:function``; it is
    imported only where the work is done. ``records`` are the kinds of registry records that the
    answer rests on: a change of one makes the same request a new question. ``keep_days`` is how
    long a result is kept by ``tidy`` (0: as long as the general rule says); ``retries`` is how
    often work whose process died is tried again.
    """

    name: str
    lane: Lane
    request: type[BaseModel]
    run: str
    title: Callable[[Any], str]
    keep_days: int = 0
    retries: int = 1
    records: tuple[str, ...] = ("project",)

    def parse(self, request: BaseModel | Mapping[str, Any]) -> BaseModel:
        """The request as this kind's model.

        Raises
        ------
        ScenarioError
            With every fault of the request.
        """
        if isinstance(request, self.request):
            return request
        given = request.model_dump(mode="json") if isinstance(request, BaseModel) else request
        try:
            return self.request.model_validate(given)
        except ValidationError as error:
            faults = [
                Fault(".".join(str(p) for p in e["loc"]) or "request", str(e["msg"]))
                for e in error.errors(include_url=False, include_context=False, include_input=False)
            ]
            raise ScenarioError(f"request for {self.name}", faults) from None

    def function(self) -> Callable[[Any, Context], Outcome]:
        """The function that does the work."""
        module, _, name = self.run.partition(":")
        found: Callable[[Any, Context], Outcome] = getattr(import_module(module), name)
        return found


Kinds = Mapping[str, Kind]


@lru_cache(maxsize=1)
def kinds() -> Kinds:
    """All kinds of the workspace, by name."""
    found = [import_module(f"beltroad.app.work.{name}").KIND for name in MODULES]
    return {kind.name: kind for kind in found}


def load(place: str = "") -> Kinds:
    """Kinds at ``module:name`` (a mapping or a function that gives one); ours if empty."""
    if not place:
        return kinds()
    module, _, name = place.partition(":")
    found: Any = getattr(import_module(module), name)
    chosen: Kinds = found() if callable(found) else found
    return chosen


def named(name: str, known: Kinds) -> Kind:
    """The kind of a name.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in known:
        near = suggest(name[:40], known) or f"Known: {', '.join(sorted(known))}."
        raise InputError(f"there is no kind of job {name[:40]!r}. {near}")
    return known[name]
