"""Values of a financing plan: amounts, rates, shares, codes, each with what is refused.

Rates and shares are per cent: what looks like a fraction is refused, and so are numbers in quotes.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.finance.currencies import currency

__all__ = [
    "Amount", "Chance", "Code", "Economy", "Fee", "Growth", "Name", "Number", "Rate", "Share",
    "Text", "Whole", "Year", "Years", "no_fraction", "no_fractions", "no_small_share",
    "range_fault",
]  # fmt: skip

_FRACTION = "{0:g} per cent looks like a fraction. Write {1:g} for {1:g} %."


def no_fraction(value: float) -> float:
    """Refuse what is below 0.1: 0.03 is most likely meant as 3 %."""
    if 0 < abs(value) < 0.1:
        raise ValueError(_FRACTION.format(value, 100 * value))
    return value


def no_small_share(value: float) -> float:
    """Refuse a share below one half per cent."""
    if 0 < value < 0.5:
        raise ValueError(_FRACTION.format(value, 100 * value))
    return value


def no_fractions(values: list[float]) -> list[float]:
    """Refuse a list of shares of which none is above one."""
    if any(values) and max(map(abs, values)) <= 1:
        raise ValueError("these look like fractions. Write per cent: 30 for 30 %.")
    return values


def range_fault(low: float | None, high: float | None, name: str) -> str:
    """Say what is wrong with a pair of low and high in per cent; empty if nothing is."""
    if low is None and high is None:
        return ""
    if low is None or high is None or low > high:
        return f"{name}_low_pct and {name}_high_pct go together, low first."
    if (low or high) and max(abs(low), abs(high)) <= 1:
        return f"{name}_low_pct and {name}_high_pct look like fractions. Write 30 for 30 %."
    return ""


def _unquoted(value: object) -> object:
    if isinstance(value, bool | str):
        # Text and truth values would be taken for numbers in silence.
        raise ValueError(f"{value!r:.60} is not a number. Write it without quotes.")  # noqa: TRY004
    return value


def _code(value: str) -> str:
    try:
        return currency(value)
    except InputError as error:
        raise ValueError(str(error)) from None


def _economy(value: str) -> str:
    try:
        found = economies.iso3(value)
    except InputError as error:
        raise ValueError(str(error)) from None
    if found != value:
        raise ValueError(f"{value!r:.40} is no code of ISO 3166-1 alpha-3. Write {found}.")
    return found


def _plain(value: str) -> str:
    if not value.isprintable() or value[:1] in ("=", "+", "-", "@"):
        raise ValueError(
            f"{value!r:.60} begins like a formula or has control characters. "
            "Begin with a letter or digit."
        )
    return value


Text = Annotated[str, AfterValidator(_plain), Field(max_length=300)]
Name = Annotated[str, AfterValidator(_plain), Field(min_length=1, max_length=60)]
Code = Annotated[str, AfterValidator(_code)]
Economy = Annotated[str, AfterValidator(_economy)]
Number = Annotated[float, BeforeValidator(_unquoted)]
Whole = Annotated[int, BeforeValidator(_unquoted)]
Year = Annotated[int, Field(ge=1950, le=2200)]
Amount = Annotated[Number, Field(ge=0, le=1e9)]
Rate = Annotated[Number, Field(ge=0, le=60), AfterValidator(no_fraction)]
Growth = Annotated[Number, Field(ge=-50, le=100), AfterValidator(no_fraction)]
Fee = Annotated[Number, Field(ge=0, le=25), AfterValidator(no_fraction)]
Share = Annotated[Number, Field(ge=0, le=100), AfterValidator(no_small_share)]
Years = Annotated[Whole, Field(ge=0, le=100)]
Chance = Annotated[Number, Field(ge=0, le=100), AfterValidator(no_fraction)]
