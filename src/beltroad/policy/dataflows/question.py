"""The facts of one transfer, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from beltroad.errors import InputError, suggest
from beltroad.evidence import economies
from beltroad.policy.dataflows.model import CHOICES, FLAGS, NUMBERS

__all__ = ["Question"]


@dataclass(frozen=True)
class Question:
    """Facts of one transfer; fields as the parameters of ``transfer``."""

    exporter: str
    importer: str
    persons: int
    sensitive_persons: int
    held_persons: int | None
    important_data: bool
    critical_infrastructure: bool
    purpose: str
    zone_list: str
    approved: bool
    consent: bool
    on: date | None

    @classmethod
    def checked(
        cls, *, exporter: str, importer: str, persons: int, sensitive_persons: int,
        held_persons: int | None, important_data: bool, critical_infrastructure: bool,
        purpose: str, zone_list: str, approved: bool, consent: bool, on: date | None,
    ) -> Question:  # fmt: skip
        """Facts with codes resolved.

        Raises
        ------
        InputError
            Naming the first fact that cannot be.
        """
        start, end = economies.iso3(exporter), economies.iso3(importer)
        if start == end:
            raise InputError(f"data from {start} to {end} cross no border; give two economies")
        _whole("persons", persons)
        _whole("sensitive persons", sensitive_persons)
        if sensitive_persons > persons:
            raise InputError(
                f"{sensitive_persons} persons with sensitive data are more than the {persons} "
                "persons in all; count them among the persons too"
            )
        if held_persons is not None:
            _whole("held persons", held_persons)
            if held_persons < persons:
                raise InputError(
                    f"data of {held_persons} persons held in all are fewer than the {persons} "
                    "whose data leave; give at least as many"
                )
        words = {"purpose": purpose, "zone_list": zone_list}
        for fact, word in words.items():
            if word not in CHOICES[fact]:
                close = suggest(word, CHOICES[fact])
                raise InputError(
                    f"{fact.replace('_', ' ')} {word!r:.40} is not known. "
                    f"{close + ' ' if close else ''}Known: {', '.join(CHOICES[fact])}"
                )
        if isinstance(on, datetime):
            on = on.date()
        return cls(
            start, end, persons, sensitive_persons, held_persons, important_data,
            critical_infrastructure, purpose, zone_list, approved, consent, on,
        )  # fmt: skip

    def facts(self) -> dict[str, object]:
        """Values by name of fact, as rules test them."""
        held = self.persons if self.held_persons is None else self.held_persons
        numbers: Mapping[str, int] = {
            "persons": self.persons,
            "sensitive_persons": self.sensitive_persons,
            "held_persons": held,
        }
        found: dict[str, object] = {name: numbers[name] for name in NUMBERS}
        found |= {name: bool(getattr(self, name, False)) for name in FLAGS}
        found["personal_data"] = self.persons > 0
        found |= {name: getattr(self, name) for name in CHOICES}
        found["importer"] = self.importer
        return found


def _whole(what: str, value: object) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise InputError(f"{what} {value!r:.40}: give a whole number, 0 or more")
