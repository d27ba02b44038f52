"""One mapping of economies' names and codes, old and new, to ISO 3166-1 alpha-3.

``iso3("Viet Nam")``, ``iso3("VN")``, ``iso3("704")`` and ``iso3("vietnam")`` are all ``VNM``.
What is unknown, has no single successor (``YUG``) or is a group (``WLD``) is refused with the
reason: a join never loses a row in silence. Providers' own codes (``490`` in UN Comtrade, ``UVK``
in the IMF's WEO) count only under the provider's scheme: they mean other things elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.evidence.tables import load

__all__ = ["Found", "iso3", "iso3_column", "lookup", "name", "schemes", "table"]

Kind = Literal["economy", "dissolved", "aggregate", "unknown"]
_EVERYWHERE = ("name", "former")


@dataclass(frozen=True)
class Found:
    """What a name or code stands for.

    Attributes
    ----------
    iso3
        ISO 3166-1 alpha-3 (XKX for Kosovo); empty unless ``kind`` is ``economy``.
    kind
        ``economy``, ``dissolved`` (a state without a single successor), ``aggregate`` (a group of
        economies) or ``unknown``.
    note
        What to know about it, or why it is refused.
    """

    iso3: str
    kind: Kind
    note: str = ""


def table() -> pd.DataFrame:
    """All economies: iso3, iso2, iso_numeric, name, iso_name, official_name."""
    return _codes().copy()


def schemes() -> tuple[str, ...]:
    """Providers whose own codes are known."""
    return tuple(sorted(set(_aliases()["scheme"]) - set(_EVERYWHERE)))


def name(code: str) -> str:
    """Short English name of an ISO 3166-1 alpha-3 code.

    Raises
    ------
    InputError
        If there is no such economy.
    """
    return _names()[iso3(code)]


def lookup(text: object, scheme: str | None = None) -> Found:
    """Say what a name or code stands for, without refusing anything.

    Parameters
    ----------
    text
        Name, alpha-2, alpha-3 or numeric code, in any case.
    scheme
        A provider's scheme (:func:`schemes`); its codes then come first.

    Raises
    ------
    InputError
        If there is no such scheme.
    """
    key = _key(str(text))
    if scheme is not None:
        if scheme not in schemes():
            raise InputError(
                f"no scheme {scheme!r:.40} of country codes. {suggest(scheme, schemes())} "
                f"Schemes: {', '.join(schemes())}"
            )
        if (own := _index(scheme).get(key)) is not None:
            return own
    for each in ("iso", *_EVERYWHERE):
        if (found := _index(each).get(key)) is not None:
            return found
    return Found("", "unknown")


def iso3(text: object, scheme: str | None = None) -> str:
    """ISO 3166-1 alpha-3 code of an economy given by any name or code.

    Parameters
    ----------
    text, scheme
        As in :func:`lookup`.

    Raises
    ------
    InputError
        If it is unknown (close names are suggested), a group, or a state without one successor.
    """
    found = lookup(text, scheme)
    if found.kind == "economy":
        return found.iso3
    said = f"{str(text)!r:.60}"
    if found.kind == "aggregate":
        raise InputError(f"{said} is a group ({found.note}), not one economy; give its members")
    if found.kind == "dissolved":
        raise InputError(f"{said} stands for no single economy: {found.note}")
    raise InputError(
        f"no economy {said}: give an ISO 3166-1 code or an English name. "
        f"{suggest(str(text), _known())}".rstrip()
    )


def iso3_column(
    values: Iterable[object],
    scheme: str | None = None,
    *,
    aggregates: Literal["refuse", "empty"] = "refuse",
) -> list[str]:
    """Codes of a whole column; every value that cannot be mapped is named in one message.

    Parameters
    ----------
    aggregates
        ``empty`` gives "" for groups (to be filtered out); ``refuse`` counts them as faults.

    Raises
    ------
    InputError
        Listing all values that stand for no economy, with the reason where one is known.
    """
    listed = list(values)
    found = {value: lookup(value, scheme) for value in dict.fromkeys(listed)}
    allowed = {"economy"} | ({"aggregate"} if aggregates == "empty" else set())
    wrong = {value: each for value, each in found.items() if each.kind not in allowed}
    if wrong:
        told = [f"{value!r}" + (f" ({each.note})" if each.note else "")
                for value, each in list(wrong.items())[:12]]  # fmt: skip
        more = f" and {len(wrong) - 12} more" if len(wrong) > 12 else ""
        raise InputError(
            f"{len(wrong)} of {len(found)} names or codes stand for no economy"
            f"{f' in scheme {scheme}' if scheme else ''}: {', '.join(told)}{more}"
        )
    return [found[value].iso3 for value in listed]


@lru_cache(maxsize=1)
def _codes() -> pd.DataFrame:
    return load("economy_codes")


@lru_cache(maxsize=1)
def _aliases() -> pd.DataFrame:
    return load("economy_aliases").astype(str)


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    return dict(zip(_codes()["iso3"], _codes()["name"], strict=True))


@lru_cache(maxsize=1)
def _known() -> tuple[str, ...]:
    return (*_codes()["name"], *_codes()["iso3"])


@lru_cache(maxsize=16)
def _index(scheme: str) -> dict[str, Found]:
    """Key of every name and code of one scheme."""
    if scheme == "iso":
        columns = ("iso3", "iso2", "iso_numeric", "name", "iso_name", "official_name")
        return {
            _key(str(row[column])): Found(str(row["iso3"]), "economy")
            for row in _codes().astype(str).to_dict("records")
            for column in columns
            if row[column]
        }
    rows = _aliases()[_aliases()["scheme"] == scheme].to_dict("records")
    return {_key(row["alias"]): Found(row["iso3"], row["kind"], row["note"]) for row in rows}


def _key(text: str) -> str:
    """Without case, accents, punctuation and articles: what two spellings of a name share."""
    plain = unicodedata.normalize("NFKD", text.strip().casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = plain.replace("ı", "i").replace("&", " and ").replace("’", "'").replace("'", "")
    words = re.sub(r"[^0-9a-z]+", " ", plain).split()
    words = ["saint" if word == "st" else word for word in words if word != "the"]
    numeric = len(words) == 1 and words[0].isdecimal() and len(words[0]) <= 3
    return words[0].zfill(3) if numeric else " ".join(words)
