"""Places that are asked about, and dates the answers are given for."""

from __future__ import annotations

from datetime import date

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.policy import facts

__all__ = ["TableFacts", "latest", "pair", "place"]


class TableFacts:
    """The bundled facts."""

    def standing(
        self, instrument_name: str, iso3: str, partner: str = "", on: date | None = None
    ) -> facts.Standing:
        """See :func:`beltroad.policy.facts.standing`."""
        return facts.standing(instrument_name, iso3, partner, on)


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
