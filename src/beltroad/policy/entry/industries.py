"""Industries: ISIC Rev.4 codes, bare or with their section letter, and those of the trade model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from beltroad import evidence
from beltroad.errors import InputError, suggest

__all__ = ["Industry", "codes_of", "compress", "industry", "title_of"]

_RANGE = re.compile(r"^([A-U])(\d{2,3})(T|_)(\d{2,3})$")
# The trade model splits basic metals across two groups.
_SPLIT = {"C24A": ("C241", "C2431"), "C24B": ("C242", "C2432")}


@dataclass(frozen=True)
class Industry:
    """An industry as the set of its ISIC Rev.4 classes.

    Attributes
    ----------
    code
        As recognised: ``J61``, ``C10T12``.
    title
        Short title.
    classes
        Codes of the classes (``J6110``).
    """

    code: str
    title: str
    classes: frozenset[str]


@lru_cache(maxsize=1)
def _titles() -> dict[str, str]:
    table = evidence.load("isic")
    return dict(zip(table["code"].astype(str), table["title"].astype(str), strict=True))


@lru_cache(maxsize=1)
def _below() -> dict[str, frozenset[str]]:
    """Classes below every code."""
    found: dict[str, set[str]] = {code: set() for code in _titles()}
    for code in found:
        if len(code) == 5:
            for length in (1, 3, 4, 5):
                found[code[:length]].add(code)
    return {code: frozenset(classes) for code, classes in found.items()}


@lru_cache(maxsize=1)
def _model() -> dict[str, str]:
    """Titles of the industries of the trade model."""
    table = evidence.load("icio_industries")
    return dict(zip(table["industry"].astype(str), table["title"].astype(str), strict=True))


def title_of(code: str) -> str:
    """Short title of an ISIC code."""
    return _titles()[code]


@lru_cache(maxsize=4096)
def codes_of(prefixes: tuple[str, ...]) -> frozenset[str]:
    """Classes below any of the codes; ``*`` stands for all.

    Raises
    ------
    InputError
        If one is no ISIC Rev.4 code with its section letter.
    """
    found: set[str] = set()
    for prefix in prefixes:
        if prefix == "*":
            return frozenset().union(*_below().values())
        if prefix not in _below():
            raise InputError(
                f"{prefix!r:.40} is no ISIC Rev.4 code with its section letter (as J61). "
                f"{_hint(prefix)}".rstrip()
            )
        found |= _below()[prefix]
    return frozenset(found)


@lru_cache(maxsize=512)
def industry(text: str) -> Industry:
    """Recognise an industry.

    Parameters
    ----------
    text
        ISIC Rev.4 code with or without the section letter (``J61``, ``6110``), an industry of the
        trade model (``C10T12``) or the exact title of either; capitals do not matter.

    Raises
    ------
    InputError
        If there is none; close ones are suggested.
    """
    word = " ".join(text.split())
    code = re.sub(r"[\s.]", "", word).upper()
    if code in _below():
        return Industry(code, _titles()[code], _below()[code])
    if code.isascii() and code.isdecimal():
        for full, classes in _below().items():
            if full[1:] == code:
                return Industry(full, _titles()[full], classes)
    if code in _SPLIT:
        return Industry(code, _model()[code], codes_of(_SPLIT[code]))
    if code in _model() and (match := _RANGE.match(code)):
        letter, low, sign, high = match.groups()
        ends = (low, high) if sign == "_" else (str(n) for n in range(int(low), int(high) + 1))
        # Numbers of a range that the classification leaves out are no part of it.
        parts = tuple(letter + e for e in ends if letter + e in _below())
        return Industry(code, _model()[code], codes_of(parts))
    folded = word.casefold()
    for known, title in [*_titles().items(), *_model().items()]:
        if title.casefold() == folded:
            return industry(known)
    raise InputError(
        f"industry {text!r:.60} is neither an ISIC Rev.4 code (J61, 6110) nor an industry of the "
        f"trade model. {_hint(word)}".rstrip()
    )


def _hint(text: str) -> str:
    digits = re.sub(r"\D", "", text)
    for full in _below():
        if digits and full[1:] == digits:
            return f"Did you mean {full!r} ({_titles()[full]})?"
    known = {**_titles(), **_model()}
    folded = text.casefold()
    if close := suggest(text, [*known, *known.values()]):
        return close
    inside = [f"{c} ({t})" for c, t in known.items() if len(folded) > 3 and folded in t.casefold()]
    return f"Did you mean {' or '.join(inside[:3])}?" if inside else ""


@lru_cache(maxsize=1)
def _widest_first() -> tuple[tuple[str, frozenset[str]], ...]:
    return tuple(sorted(_below().items(), key=lambda each: (len(each[0]), each[0])))


@lru_cache(maxsize=8192)
def compress(classes: frozenset[str]) -> tuple[str, ...]:
    """The fewest codes that stand for exactly these classes, sorted."""
    left, out = set(classes), []
    for code, below in _widest_first():
        if below <= left:
            out.append(code)
            left -= below
    return tuple(sorted(out))
