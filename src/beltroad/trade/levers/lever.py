"""A policy lever: what is cut, where, and by how much."""

from __future__ import annotations

from dataclasses import dataclass, replace

from beltroad.errors import InputError, suggest

__all__ = ["KINDS", "Kind", "Lever", "Strength"]

LEVELS = ("low", "central", "high")


@dataclass(frozen=True)
class Kind:
    """What a kind of lever acts on: its unit, its industries by default, and its bounds."""

    unit: str
    industries: str
    most: float
    least: float = 0.0


KINDS: dict[str, Kind] = {
    "tariff_cut": Kind("percent of the tariff", "goods", 100.0),
    "tariff_rate": Kind("percent of value", "goods", 300.0),
    "border_cost": Kind("percent of delivered cost", "goods", 50.0),
    "border_days": Kind("days", "goods", 60.0),
    "services_barrier": Kind("percent of delivered cost", "market_services", 50.0),
    "data_barrier": Kind("percent of delivered cost", "digital_services", 50.0),
}


@dataclass(frozen=True)
class Strength:
    """Low, central and high value of a lever, and where they come from."""

    low: float
    central: float
    high: float
    source: str = "given"
    confidence: str = ""

    @classmethod
    def exact(cls, value: float) -> Strength:
        """One value at every level."""
        return cls(value, value, value)

    def at(self, level: str) -> float:
        """The value of a level; unknown levels raise `InputError`."""
        if level not in LEVELS:
            raise InputError(f"level {level!r} must be one of {', '.join(LEVELS)}")
        return float(getattr(self, level))


@dataclass(frozen=True)
class Lever:
    """One change of policy.

    Attributes
    ----------
    name
        Shown in the account of what the levers did.
    kind
        One of `KINDS`: ``tariff_cut`` (percent of the tariff removed), ``tariff_rate`` (the
        tariff becomes this, percent of value; it may rise), ``border_cost``,
        ``services_barrier``, ``data_barrier`` (percent of delivered cost removed) or
        ``border_days`` (days removed, worth what a day is worth to the industry).
    strength
        Low, central and high value.
    within
        Codes or groups: each imports from each other.
    importers, exporters
        Codes or groups: each importer from each exporter; empty means any economy.
    both_directions
        With ``importers`` and ``exporters``: also the other way.
    industries
        Groups or codes; by default those of the kind.
    unless_agreement
        ``"deep"`` or ``"any"``: pairs that have such an agreement already are left alone.
    level
        Which value of ``strength`` acts.
    title
        What it is about, for readers.
    """

    name: str
    kind: str
    strength: Strength
    within: tuple[str, ...] = ()
    importers: tuple[str, ...] = ()
    exporters: tuple[str, ...] = ()
    both_directions: bool = False
    industries: tuple[str, ...] = ()
    unless_agreement: str = ""
    level: str = "central"
    title: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise InputError(
                f"lever {self.name!r}: kind {self.kind!r} is unknown. "
                f"{suggest(self.kind, KINDS)} Kinds: {', '.join(KINDS)}"
            )
        kind = KINDS[self.kind]
        for level in LEVELS:
            value = self.strength.at(level)
            if not kind.least <= value <= kind.most:
                raise InputError(
                    f"lever {self.name!r}: {value:g} is out of range; {self.kind} is in "
                    f"{kind.unit}, from {kind.least:g} to {kind.most:g}"
                )
        if bool(self.within) == bool(self.importers or self.exporters):
            raise InputError(
                f"lever {self.name!r}: give either within, or importers and exporters "
                "(at least one of the two)"
            )
        if self.unless_agreement not in ("", "any", "deep"):
            raise InputError(
                f"lever {self.name!r}: unless_agreement {self.unless_agreement!r} must be "
                "'any', 'deep' or empty"
            )
        self.strength.at(self.level)

    @property
    def amount(self) -> float:
        """The value that acts, in the unit of the kind."""
        return self.strength.at(self.level)

    @property
    def where(self) -> tuple[str, ...]:
        """Industries as named, or those of the kind."""
        return self.industries or (KINDS[self.kind].industries,)

    def at(self, level: str) -> Lever:
        """The same lever at another level of its strength."""
        return replace(self, level=level)
