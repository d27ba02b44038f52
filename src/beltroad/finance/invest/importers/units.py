"""Units of money in English and Chinese: 万美元, 亿美元, USD 10,000, million USD."""

from __future__ import annotations

import re
from dataclasses import dataclass

from beltroad.errors import InputError

__all__ = ["Unit", "found_unit", "parse_unit"]


@dataclass(frozen=True)
class Unit:
    """A unit of money.

    Attributes
    ----------
    millions
        What one of it is in millions of the currency.
    currency
        USD or CNY.
    text
        As written.
    """

    millions: float
    currency: str
    text: str


_CHINESE = re.compile(
    r"(千亿|百亿|十亿|亿|千万|百万|十万|万|千)?(美元|人民币元|元人民币|人民币|元)"
)
_CHINESE_SCALE = {"": 1e-6, "千": 1e-3, "万": 1e-2, "十万": 1e-1, "百万": 1.0, "千万": 10.0,
                  "亿": 100.0, "十亿": 1e3, "百亿": 1e4, "千亿": 1e5}  # fmt: skip
_CURRENCY = re.compile(r"\b(usd|us ?dollars?|u\.s\. ?dollars?|cny|rmb|yuan)\b|us ?\$|\$")
_SCALES = {"thousand": 1e3, "million": 1e6, "mn": 1e6, "billion": 1e9, "bn": 1e9, "trillion": 1e12}
_STATED = re.compile(r"(?:单位|單位|unit)s?\s*[:：]\s*([^)）;；]+)", re.IGNORECASE)
_BRACKET = re.compile(r"[(（]([^()（）]*)[)）]")
_HELP = "write 万美元, 亿美元, 亿元, 'USD 10,000', 'USD 100 million' or 'million USD'"


def parse_unit(text: str) -> Unit:
    """What a unit means.

    Raises
    ------
    InputError
        If it is not a unit of US dollars or yuan.
    """
    plain = text.strip()
    if chinese := _CHINESE.fullmatch(plain.replace(" ", "")):
        currency = "USD" if chinese[2] == "美元" else "CNY"
        return Unit(_CHINESE_SCALE[chinese[1] or ""], currency, plain)
    low = plain.casefold()
    named = _CURRENCY.search(low)
    if named is None:
        raise InputError(f"{text!r:.40} is no unit of money known here: {_HELP}")
    currency = "CNY" if re.search(r"cny|rmb|yuan", named[0]) else "USD"
    rest = (low[: named.start()] + " " + low[named.end() :]).replace(",", "")
    factor = 1.0
    for word in rest.split():
        if word.strip("'s") in _SCALES or word.rstrip("s") in _SCALES:
            factor *= _SCALES[word.rstrip("s") if word.rstrip("s") in _SCALES else word.strip("'s")]
        elif word.isdecimal() and re.fullmatch(r"10*", word):
            factor *= int(word)
        elif word not in ("of", "in", "current"):
            raise InputError(f"{text!r:.40} is no unit of money known here: {_HELP}")
    return Unit(factor / 1e6, currency, plain)


def found_unit(text: str) -> Unit | None:
    """The unit that a title or header states ("单位：万美元", "Flow (USD million)"), if any."""
    candidates = [m[1] for m in _STATED.finditer(text)] + [m[1] for m in _BRACKET.finditer(text)]
    for candidate in candidates:
        try:
            return parse_unit(candidate)
        except InputError:
            continue
    return None
