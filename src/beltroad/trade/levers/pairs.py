"""Groups of economies and the agreements that join them, as [importer, exporter] arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from beltroad import evidence
from beltroad.errors import InputError, suggest

__all__ = ["DEEP", "NONE", "PARTIAL", "SHALLOW", "agreement_level", "economy_groups", "resolve"]

Levels = npt.NDArray[np.int8]
NONE, PARTIAL, SHALLOW, DEEP = 0, 1, 2, 3


@lru_cache(maxsize=1)
def economy_groups() -> dict[str, tuple[str, ...]]:
    """Groups that a lever may name, with their members' ISO codes in order of the table."""
    table = evidence.load("agreement_members")
    return {
        str(name): tuple(str(c) for c in part["iso3"])
        for name, part in table.groupby("group", sort=True)
    }


@lru_cache(maxsize=1)
def _codes() -> frozenset[str]:
    return frozenset(str(c) for c in evidence.load("countries")["iso3"])


def resolve(names: Iterable[str], *, extra: Iterable[str] = ()) -> tuple[str, ...]:
    """ISO codes of groups and codes, each once, in the order named.

    ``extra`` are codes of a model that are no ISO codes (a rest of the world).

    Raises
    ------
    InputError
        If a name is neither a group nor a code.
    """
    groups, codes = economy_groups(), _codes() | set(extra)
    out: dict[str, None] = {}
    for name in names:
        if name not in groups and name not in codes:
            raise InputError(
                f"{name!r} is neither an economy (ISO 3166-1 alpha-3) nor a group of economies. "
                f"{suggest(name, {*groups, *codes})} Groups: {', '.join(groups)}"
            )
        out |= dict.fromkeys(groups.get(name, (name,)))
    return tuple(out)


def agreement_level(economies: Sequence[str]) -> Levels:
    """The best agreement of each pair in 2022, ``[importer, exporter]``.

    Returns
    -------
    ndarray (N, N) of int8
        ``NONE``, ``PARTIAL`` (partial scope), ``SHALLOW`` (free trade, or a scheme that
        frees the exporter one-sidedly) or ``DEEP``; the diagonal is ``NONE``.
    """
    place = {code: k for k, code in enumerate(economies)}
    level = np.zeros((len(place), len(place)), dtype=np.int8)
    table = evidence.load("trade_agreements")
    for kind, depth, members, partners in zip(
        table["kind"], table["depth"], table["members"], table["partners"], strict=True
    ):
        a = [place[c] for c in str(members).split() if c in place]
        b = [place[c] for c in str(partners).split() if c in place]
        rank = PARTIAL if kind == "PSA" else DEEP if depth == "deep" else SHALLOW
        sides = [(a, b or a)] if kind == "unilateral" or not partners else [(a, b), (b, a)]
        for importers, exporters in sides:
            at = np.ix_(importers, exporters)
            level[at] = np.maximum(level[at], rank)
    np.fill_diagonal(level, NONE)
    return level
