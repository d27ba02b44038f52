"""Numbers and codes in the form in which people read them."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = [
    "MISSING",
    "amount",
    "count",
    "label",
    "listing",
    "number",
    "percent",
    "percent_range",
    "sentence",
    "share",
    "usd",
]

MISSING = "–"
_SCALES = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand"))


def number(value: float, decimals: int, *, signed: bool = False) -> str:
    """A number with thousands separated and a real minus sign; a dash if there is none.

    >>> number(-1234.5, 1), number(-0.001, 2), number(float("nan"), 1)
    ('−1,234.5', '0.00', '–')
    """
    if not math.isfinite(value):
        return MISSING
    text = f"{abs(value):,.{decimals}f}"
    if not text.strip("0.,"):
        return text
    return ("−" if value < 0 else "+" if signed else "") + text


def digits_for(value: float, significant: int = 2, most: int = 3) -> int:
    """Decimals that show a value with about ``significant`` digits."""
    if not math.isfinite(value) or value == 0:
        return 0
    rounded = float(f"{abs(value):.{significant - 1}e}")
    return max(0, min(most, significant - 1 - math.floor(math.log10(rounded))))


def percent(value: float, *, signed: bool = True) -> str:
    """A percentage with two digits that mean something: ``+0.83%``, ``−12%``."""
    if not math.isfinite(value):
        return "not known"
    return number(value, digits_for(value, most=3), signed=signed) + "%"


def percent_range(low: float, high: float, *, signed: bool = True) -> str:
    """Two percentages with the same number of decimals: ``+0.58 to +1.32%``."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "not known"
    decimals = digits_for(max(abs(low), abs(high)), most=3)
    low_text, high_text = (number(v, decimals, signed=signed) for v in (low, high))
    return f"{low_text} to {high_text}%"


def amount(value: float, *, signed: bool = False) -> str:
    """A large number in words with three digits: ``135 billion``."""
    if not math.isfinite(value):
        return "not known"
    for scale, word in _SCALES:
        if abs(value) >= scale * 0.9995:
            scaled = value / scale
            text = number(scaled, digits_for(scaled, 3, 2), signed=signed)
            return f"{text.rstrip('0').rstrip('.') if '.' in text else text} {word}"
    return number(value, 0, signed=signed)


def usd(value: float, *, signed: bool = False) -> str:
    """An amount of money: ``USD 24.2 billion``."""
    if not math.isfinite(value):
        return "not known"
    sign = "−" if value < 0 else "+" if signed and value > 0 else ""
    return f"{sign}USD {amount(abs(value))}"


def count(n: int, singular: str, plural: str = "") -> str:
    """``1 economy``, ``1,204 economies``."""
    return f"{n:,} {singular if n == 1 else plural or singular + 's'}"


def share(n: int, total: int) -> str:
    """``14 of 80``, ``all 80``, ``none of the 80``."""
    if n == 0:
        return f"none of the {total:,}"
    return f"all {total:,}" if n == total else f"{n:,} of {total:,}"


def listing(items: Sequence[str], most: int = 3) -> str:
    """``A, B and C``; with more than ``most``, ``A, B, C and 4 others``."""
    shown = list(items[:most])
    rest = len(items) - len(shown)
    if rest > 0:
        return f"{', '.join(shown)} and {count(rest, 'other')}"
    return " and ".join([", ".join(shown[:-1]), shown[-1]]) if len(shown) > 1 else "".join(shown)


def sentence(text: str) -> str:
    """The text with a capital at its start."""
    return text[:1].upper() + text[1:]


def label(code: str) -> str:
    """A code as a reader's word: ``under_construction`` -> ``Under construction``."""
    return sentence(code.replace("_", " ").strip())
