"""International poverty lines: an amount a day in USD of one year's purchasing power parities."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from beltroad.errors import InputError, suggest

__all__ = [
    "CURRENT",
    "EXTREME_2011",
    "INTERNATIONAL",
    "MODERATE_2011",
    "PovertyLine",
    "parse_line",
    "parse_lines",
]

PPP_YEARS = (2011, 2017, 2021)
#: Lines of the World Bank by PPP round: extreme, lower-middle and upper-middle income.
INTERNATIONAL = (
    "1.90@2011", "3.20@2011", "5.50@2011",
    "2.15@2017", "3.65@2017", "6.85@2017",
    "3.00@2021", "4.20@2021", "8.30@2021",
)  # fmt: skip
CURRENT = INTERNATIONAL[6:]
EXTREME_2011, MODERATE_2011 = INTERNATIONAL[:2]
_PATTERN = re.compile(r"(\d{1,4}(?:\.\d{1,4})?)(?:@(\d{4}))?")


@dataclass(frozen=True, order=True)
class PovertyLine:
    """``usd`` a day and head in prices of ``ppp_year``."""

    ppp_year: int
    usd: float

    @property
    def key(self) -> str:
        """Such as ``3.00@2021``; more than two decimals where the line has them."""
        text = f"{self.usd:.4f}"
        return f"{text[:-2]}{text[-2:].rstrip('0')}@{self.ppp_year}"


def parse_line(text: str) -> PovertyLine:
    """Read ``3.00@2021``; without a year, the round that holds the amount as a line.

    Raises
    ------
    InputError
        For another form, an amount of 0 or a year without PPPs.
    """
    found = _PATTERN.fullmatch(text.strip())
    if not found or float(found[1]) <= 0:
        raise InputError(f"line {text!r:.40}: give USD a day and PPP year, such as 3.00@2021")
    usd = round(float(found[1]), 4)
    if found[2] is None:
        known = [line for line in map(parse_line, INTERNATIONAL) if line.usd == usd]
        if not known:
            raise InputError(
                f"line {text!r:.40}: no international line of this amount; add the PPP year, "
                f"such as {usd:.2f}@2021. Lines: {', '.join(INTERNATIONAL)}"
            )
        return known[0]
    if (year := int(found[2])) not in PPP_YEARS:
        raise InputError(
            f"line {text!r:.40}: no PPPs of {year}. {suggest(found[2], map(str, PPP_YEARS))} "
            f"Years: {', '.join(map(str, PPP_YEARS))}"
        )
    return PovertyLine(year, usd)


def parse_lines(lines: Sequence[str]) -> tuple[PovertyLine, ...]:
    """Read several lines, each once, in the order given."""
    found = tuple(dict.fromkeys(parse_line(line) for line in lines))
    if not found:
        raise InputError(f"no poverty line given; lines: {', '.join(INTERNATIONAL)}")
    return found
