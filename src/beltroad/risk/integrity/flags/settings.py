"""Thresholds and choices of the red flags, read from TOML or left at their published defaults."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from beltroad.errors import ScenarioError
from beltroad.validation import fault_of, read_toml

__all__ = ["Settings", "read_settings"]

_MOST_BYTES = 1_000_000


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ShortPeriod(_Part):
    """R003: ``minimum_days`` whole days; others by procedure (``procurementMethodDetails``)."""

    minimum_days: int = Field(default=15, ge=0)
    minimum_days_by_procedure: dict[str, int] = Field(default_factory=dict)
    methods: tuple[str, ...] = Field(default=(), strict=False)


class SingleBid(_Part):
    """R018: methods that count as competitive; whether tenderers may be counted from bids."""

    methods: tuple[str, ...] = Field(default=("open", "selective"), strict=False)
    count_from_bids: bool = False


class Fence(_Part):
    """R024 and R058: a fixed limit in place of the fence that the data give."""

    limit: float | None = Field(default=None, ge=0.0)


class ManyLosses(_Part):
    """R025: who bids often (``percentile`` of the numbers of bids), and a fixed limit."""

    percentile: float = Field(default=75.0, ge=0.0, le=100.0)
    limit: float | None = Field(default=None, ge=0.0, le=1.0)


class OthersDisqualified(_Part):
    """R035: at least so many other tenderers disqualified."""

    minimum_tenderers: int = Field(default=1, ge=1)


class ManyDisqualified(_Part):
    """R038: who is compared at all, and a fixed limit.

    The peer's page asks for two contracting processes of a buyer, its program and the page's own
    example for two bids received; the defaults follow the example.
    """

    limit: float | None = Field(default=None, ge=0.0, le=1.0)
    minimum_bids: int = Field(default=2, ge=1)
    minimum_processes: int = Field(default=1, ge=1)


class ManyKinds(_Part):
    """R048: digits of the class that count, awards needed to be compared, a fixed limit."""

    digits: int = Field(default=2, ge=1)
    limit: float | None = Field(default=None, ge=0.0)
    minimum_processes: int = Field(default=20, ge=1)


class Settings(_Part):
    """All settings. Procedures are values of ``tender/procurementMethodDetails``.

    Attributes
    ----------
    currency
        ISO 4217 code of the prices compared; empty: the first one seen.
    excluded_procedures
        Left out of every flag.
    no_price_procedures
        Left out where prices are compared (the buyer sets the price, or draws lots).
    price_procedures
        If given, prices are compared in these only.
    """

    currency: str = Field(default="", pattern=r"^([A-Z]{3})?$")
    excluded_procedures: tuple[str, ...] = Field(default=(), strict=False)
    no_price_procedures: tuple[str, ...] = Field(default=(), strict=False)
    price_procedures: tuple[str, ...] = Field(default=(), strict=False)
    r003: ShortPeriod = ShortPeriod()
    r018: SingleBid = SingleBid()
    r024: Fence = Fence()
    r025: ManyLosses = ManyLosses()
    r035: OthersDisqualified = OthersDisqualified()
    r038: ManyDisqualified = ManyDisqualified()
    r048: ManyKinds = ManyKinds()
    r058: Fence = Fence()


def read_settings(path: Path) -> Settings:
    """Settings from a TOML file.

    Raises
    ------
    InputError
        If the file cannot be read, or with all its faults at once.
    """
    content = read_toml(path, "settings file", _MOST_BYTES)
    try:
        return Settings.model_validate(content)
    except ValidationError as error:
        faults = [fault_of(each, Settings, root="settings file") for each in error.errors()]
        raise ScenarioError(str(path), faults) from None
