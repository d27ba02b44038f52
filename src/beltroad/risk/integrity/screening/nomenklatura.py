"""nomenklatura's matcher in place of ours, where it is installed (extra ``screening``).

It needs ICU's headers to be built; nothing else in beltroad depends on it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from itertools import count
from typing import Any

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.risk.integrity.screening.entries import Entry, Subject

# Results are kept by id inside the matcher: no id may come twice.
_IDS = count()

__all__ = ["available", "pair_scorer", "scorer"]

INSTALL = (
    "nomenklatura is not installed; install it with: pip install 'beltroad[screening]' "
    "(pyicu needs the headers of ICU: apt-get install libicu-dev pkg-config g++), or leave the "
    "choice of matcher at 'own'"
)
_SCHEMATA = {"person": "Person", "organisation": "Organization", "vessel": "Vessel", "":
             "LegalEntity"}  # fmt: skip


def available() -> bool:
    """Whether it can be used here."""
    try:
        _parts()
    except InputError:
        return False
    return True


def scorer() -> Callable[[Subject, Entry], float]:
    """Score of a subject and an entry by nomenklatura's ``logic-v2``.

    Raises
    ------
    InputError
        If it is not installed, with how to install it.
    """
    entity, model, matcher, config = _parts()

    def score(subject: Subject, entry: Entry) -> float:
        left = _proxy(entity, model, subject.kind or entry.kind, subject.names, (), subject)
        right = _proxy(entity, model, entry.kind, entry.names, entry.weak_names, entry)
        return float(matcher.compare(left, right, config).score)

    return score


def pair_scorer() -> Callable[[str, str, str], float]:
    """Score of two bare names of a schema of FollowTheMoney (``Person``, ``Company``)."""
    entity, model, matcher, config = _parts()

    def score(first: str, second: str, schema: str) -> float:
        proxies = []
        for name in (first, second):
            proxy = entity(model.get(schema), {"id": f"x{next(_IDS)}"})
            proxy.add("name", name)
            proxies.append(proxy)
        return float(matcher.compare(*proxies, config).score)

    return score


def _proxy(
    entity: Any, model: Any, kind: str, names: tuple[str, ...], weak: tuple[str, ...],
    party: Subject | Entry,
) -> Any:  # fmt: skip
    proxy = entity(model.get(_SCHEMATA[kind]), {"id": f"x{next(_IDS)}"})
    for name in names:
        proxy.add("name", name)
    for name in weak:
        proxy.add("weakAlias", name)
    for code in sorted(party.countries):
        proxy.add("country", economies.lookup(code).iso3.lower(), quiet=True)
    if kind == "person":
        for year in sorted(party.birth_years):
            proxy.add("birthDate", str(year), quiet=True)
    return proxy


def _parts() -> tuple[Any, Any, Any, Any]:
    try:
        ftm = import_module("followthemoney")
        logic = import_module("nomenklatura.matching.logic_v2.model")
    except ImportError:
        raise InputError(INSTALL) from None
    matcher = logic.LogicV2
    return ftm.ValueEntity, ftm.model, matcher, matcher.default_config()
