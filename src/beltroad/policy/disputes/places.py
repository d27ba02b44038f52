"""Places with law of their own inside one state, and dates the answers are given for."""

from __future__ import annotations

from datetime import date

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.policy import facts

__all__ = ["TERRITORIES", "TableFacts", "latest", "one_state", "pair", "place"]

# Conventions between states do not work between these from these days on; arrangements do.
_PART_OF_CHINA = {"CHN": date.min, "HKG": date(1997, 7, 1), "MAC": date(1999, 12, 20)}
# Without a row of their own it is not known whether a convention was extended to them.
TERRITORIES = frozenset(
    {
        "ABW", "AIA", "ALA", "ASM", "ATF", "BES", "BLM", "BMU", "BVT", "CCK", "CUW", "CXR",
        "CYM", "ESH", "FLK", "FRO", "GGY", "GIB", "GLP", "GRL", "GUF", "GUM", "HMD", "IMN",
        "IOT", "JEY", "MAF", "MNP", "MSR", "MTQ", "MYT", "NCL", "NFK", "PCN", "PRI", "PYF",
        "REU", "SGS", "SHN", "SJM", "SPM", "SXM", "TCA", "TKL", "UMI", "VGB", "VIR", "WLF",
    }
)  # fmt: skip


class TableFacts:
    """The bundled facts."""

    def standing(
        self, instrument_name: str, iso3: str, partner: str = "", on: date | None = None
    ) -> facts.Standing:
        """See :func:`beltroad.policy.facts.standing`."""
        return facts.standing(instrument_name, iso3, partner, on)


def one_state(one: str, other: str, on: date) -> bool:
    """Whether two places are parts of one state, so that conventions do not work between them."""
    return all(code in _PART_OF_CHINA and on >= _PART_OF_CHINA[code] for code in (one, other))


def latest() -> date:
    """The last day to which any list of the topic ``disputes`` is known: the default date."""
    return date.fromisoformat(max(facts.instruments("disputes")["as_of"]))


def place(text: str, what: str) -> str:
    """ISO 3166-1 alpha-3 of an economy.

    Raises
    ------
    InputError
        If it is none; ``what`` names the argument.
    """
    try:
        return economies.iso3(text)
    except InputError as error:
        raise InputError(f"{what}: {error}") from error


def pair(home: str, host: str) -> tuple[str, str]:
    """Two different economies as codes.

    Raises
    ------
    InputError
        If one is unknown or both are the same.
    """
    one, other = place(home, "home"), place(host, "host")
    if one == other:
        raise InputError(
            f"home and host are both {one}: give two economies; a dispute inside one is not covered"
        )
    return one, other
