"""What may be passed on, and what has to be said then.

The licence of every source travels with its rows. :func:`licences` finds the registered licences
behind a licence text, :func:`check_export` refuses what may not be passed on, :func:`notice` gives
the lines to pass on. The registry is the bundled table ``licences``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from beltroad.errors import InputError, suggest
from beltroad.evidence.tables import load

__all__ = ["Licence", "check_export", "licence", "licences", "notice", "registry"]

# From the most to the least restrictive; what is not known is treated as refused.
_STRICT = ("no", "unknown", "share_alike", "attribution", "yes")
_REFUSED = ("no", "unknown")


@dataclass(frozen=True)
class Licence:
    """One licence or set of terms.

    Attributes
    ----------
    licence_id
        Short name, ``cc-by-4.0``.
    redistribution
        ``yes``, ``attribution``, ``share_alike``, ``no`` or ``unknown``.
    commercial
        ``yes``, ``no`` or ``unknown``.
    attribution
        Line to pass on; ``{publisher}`` stands for who published the data.
    """

    licence_id: str
    title: str
    url: str
    redistribution: str
    commercial: str
    attribution: str
    note: str

    @property
    def may_be_passed_on(self) -> bool:
        """Whether rows may be handed to others at all."""
        return self.redistribution not in _REFUSED


@lru_cache(maxsize=1)
def registry() -> dict[str, Licence]:
    """All registered licences by id."""
    return {
        str(row["licence_id"]): Licence(
            *(str(row[column]) for column in (
                "licence_id", "title", "url", "redistribution", "commercial", "attribution", "note",
            ))
        )
        for row in load("licences").to_dict("records")
    }  # fmt: skip


@lru_cache(maxsize=1)
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    table = load("licences")
    return tuple(
        (str(licence_id), re.compile(str(pattern), re.IGNORECASE))
        for licence_id, pattern in zip(table["licence_id"], table["patterns"], strict=True)
    )


@lru_cache(maxsize=4096)
def licences(text: str) -> tuple[Licence, ...]:
    """Every registered licence behind an id or a licence text, the most restrictive first.

    Parameters
    ----------
    text
        An id (``etalab-2.0``) or what stands in a source, ``facts cited; CC BY 3.0 IGO``. At least
        one part between semicolons must be known; the others are remarks.

    Raises
    ------
    InputError
        If no licence is found: a text nobody registered is never taken for free.
    """
    known = registry()
    if (exact := known.get(text.strip().casefold())) is not None:
        return (exact,)
    found: dict[str, Licence] = {}
    for part in (piece.strip() for piece in text.split(";")):
        for licence_id, pattern in _patterns():
            if pattern.search(part):
                found[licence_id] = known[licence_id]
    if not found:
        raise InputError(
            f"no registered licence in {text!r:.80}. {suggest(text, known)} "
            f"Known: {', '.join(known)}".replace(".  ", ". ")
        )
    return tuple(sorted(
        found.values(), key=lambda one: (_STRICT.index(one.redistribution), one.licence_id)
    ))  # fmt: skip


def licence(text: str) -> Licence:
    """Give the most restrictive licence behind an id or a licence text (:func:`licences`)."""
    return licences(text)[0]


def check_export(texts: Iterable[str]) -> None:
    """Refuse to pass on rows whose terms do not allow it, or do not say so.

    Parameters
    ----------
    texts
        Licence ids or texts of the rows.

    Raises
    ------
    InputError
        Naming each licence that is in the way, with the reason.
    """
    refused = {
        one.licence_id: one
        for text in dict.fromkeys(texts)
        for one in licences(text)
        if not one.may_be_passed_on
    }
    if refused:
        told = "; ".join(f"{one.title} ({key}): {one.note}" for key, one in refused.items())
        raise InputError(
            f"these rows may not be passed on, so nothing was written. {told} "
            "Use them in Python and publish what you derive from them."
        )


def notice(sources: Iterable[tuple[str, str]]) -> str:
    """Lines to pass on with rows or results.

    Parameters
    ----------
    sources
        Pairs of publisher and licence (id or text); each pair gives one line per licence.

    Returns
    -------
    str
        One line for each, in the order given, without doubles; empty if nothing has to be said.
    """
    lines: dict[str, None] = {}
    for publisher, text in sources:
        for one in licences(text):
            if one.attribution:
                lines[one.attribution.replace("{publisher}", publisher.strip())] = None
    return "\n".join(lines)
