"""Groups of industries that a lever may name."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from beltroad.errors import InputError, suggest

__all__ = ["INDUSTRY_GROUPS", "industry_mask", "tariff_class"]

AGRICULTURE = ("A01", "A03", "C10T12")
MINERALS = ("A02", "B05", "B06", "B07", "B08", "C19")
MANUFACTURES = (
    "C13T15", "C16", "C17_18", "C20", "C21", "C22", "C23", "C24A", "C24B", "C25", "C26", "C27",
    "C28", "C29", "C301", "C302T309", "C31T33",
)  # fmt: skip
MARKET_SERVICES = (
    "G", "H49", "H50", "H51", "H52", "H53", "I", "J58T60", "J61", "J62_63", "K", "M", "N",
)  # fmt: skip
DIGITAL_SERVICES = ("J58T60", "J61", "J62_63", "K", "M", "N")
# Energy and water supply, building, property, public and social services: hardly or not traded.
OTHER_SERVICES = ("B09", "D", "E", "F", "L", "O", "P", "Q", "R", "S", "T")

INDUSTRY_GROUPS: dict[str, tuple[str, ...]] = {
    "goods": AGRICULTURE + MINERALS + MANUFACTURES,
    "agriculture": AGRICULTURE,
    "minerals": MINERALS,
    "manufactures": MANUFACTURES,
    "services": MARKET_SERVICES + OTHER_SERVICES,
    "market_services": MARKET_SERVICES,
    "digital_services": DIGITAL_SERVICES,
}


def industry_mask(names: Sequence[str], industries: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Which of ``industries`` the groups or codes in ``names`` mean.

    A group may have members that the model lacks; a single code must be in the model.

    Raises
    ------
    InputError
        If a name is neither a group nor an industry of the model.
    """
    known = {*INDUSTRY_GROUPS, *industries}
    chosen: set[str] = set()
    for name in names:
        if name not in known:
            raise InputError(
                f"{name!r} is neither a group of industries nor an industry of the model. "
                f"{suggest(name, known)} Groups: {', '.join(INDUSTRY_GROUPS)}"
            )
        chosen |= set(INDUSTRY_GROUPS.get(name, (name,)))
    return np.array([code in chosen for code in industries], dtype=bool)


def tariff_class(industries: Sequence[str]) -> list[str]:
    """Column of the tariff table for each industry: agriculture, minerals, manufactures or "".

    Services pay no tariff (""). Raises `InputError` for codes of another classification.
    """
    columns = {
        code: group
        for group in ("agriculture", "minerals", "manufactures")
        for code in INDUSTRY_GROUPS[group]
    }
    columns |= dict.fromkeys(INDUSTRY_GROUPS["services"], "")
    if unknown := [code for code in industries if code not in columns]:
        raise InputError(
            f"no tariff class for industries {', '.join(unknown[:5])}: base tariffs are known for "
            "ICIO industries; give your own tariffs for another classification"
        )
    return [columns[code] for code in industries]
