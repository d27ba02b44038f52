"""Cells of a record's sheet: texts, numbers, dates and codes, as a person or a file gives them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from beltroad.errors import InputError, suggest

__all__ = [
    "Address", "Code", "Codes", "CodesWithSemicolons", "Date", "Day", "Key", "Line", "Note",
    "Number", "Sheet", "Text", "Whole", "described", "economy",
]  # fmt: skip

_EXTRA = frozenset({"EUU", "XKX"})


class Sheet(BaseModel):
    """A record's fields: nothing unknown, no infinities, blanks around texts gone."""

    model_config = ConfigDict(
        extra="forbid", str_strip_whitespace=True, allow_inf_nan=False, coerce_numbers_to_str=True
    )

    @model_validator(mode="before")
    @classmethod
    def _blanks(cls, data: Any) -> Any:
        """An empty cell, None and NaN all mean that nothing was given."""
        if not isinstance(data, Mapping):
            return data
        return {name: value for name, value in data.items() if not _blank(value)}


def described(table: str) -> Callable[[type[Sheet]], type[Sheet]]:
    """Take units and descriptions of the fields from the bundled table of the same columns."""

    def take(model: type[Sheet]) -> type[Sheet]:
        from beltroad import evidence

        about = evidence.info(table)
        for name, field in model.model_fields.items():
            if not field.description:
                field.description = about.descriptions.get(name, "")
            unit = about.units.get(name, "-")
            known = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
            field.json_schema_extra = {"unit": "" if unit == "-" else unit, **known}
        model.model_rebuild(force=True)
        return model

    return take


def _blank(value: object) -> bool:
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, float) and math.isnan(value))


def _number(value: object) -> object:
    """A minus as a typesetter writes it is one."""
    return value.replace("\N{MINUS SIGN}", "-") if isinstance(value, str) else value


def _said(value: str, longest: int) -> str:
    from beltroad.risk.journal import checked_text

    try:
        return checked_text(value, "text", longest=longest, empty=True)
    except InputError as error:
        raise ValueError(str(error).removeprefix("text: ") + ".") from None


def _line(longest: int) -> AfterValidator:
    return AfterValidator(lambda value: _said(value, longest))


def _lines(value: str) -> str:
    lines = [_said(line.replace("\t", " "), 50_000) for line in value.splitlines()]
    return "\n".join(lines).strip()


def economy(code: str) -> str:
    """An ISO 3166-1 alpha-3 code in capitals, or a fault that names what was meant."""
    from beltroad.evidence import economies

    said = code.strip().upper()
    if said in _known_economies():
        return said
    found = economies.lookup(code.strip()).iso3
    hint = f"Write {found}." if found else suggest(said, _known_economies())
    raise ValueError(f"{code!r:.40} is no ISO 3166-1 alpha-3 code. {hint}".strip())


@lru_cache(maxsize=1)
def _known_economies() -> frozenset[str]:
    from beltroad.evidence import economies

    return frozenset(economies.table()["iso3"]) | _EXTRA


def _economies(separator: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        parts = value.replace(",", separator).replace(";", separator).split(separator)
        codes = [economy(part) for part in parts if part.strip()]
        twice = [code for code in codes if codes.count(code) > 1]
        if twice:
            raise ValueError(f"{value!r:.60} names {twice[0]} twice.")
        return separator.join(codes)

    return check


def _date(value: str) -> str:
    from beltroad.evidence.dates import days_of

    if value:
        days_of(value)
    return value


def _day(value: str) -> str:
    if value and (len(value) != 10 or _date(value) != value):
        raise ValueError(f"{value!r:.40} is no day: write YYYY-MM-DD.")
    return value


def _address(value: str) -> str:
    if value and not value.startswith(("https://", "http://")):
        raise ValueError(f"{value!r:.60} is no address: begin with https:// or http://.")
    if any(c.isspace() or c in "<>\"'`\\" for c in value):
        raise ValueError("an address has no blanks, quotes or angle brackets.")
    return value


Line = Annotated[str, _line(300)]
Text = Annotated[str, _line(2_000)]
Note = Annotated[str, Field(max_length=20_000), AfterValidator(_lines)]
Address = Annotated[str, _line(1_000), AfterValidator(_address)]
Date = Annotated[str, AfterValidator(_date)]
Day = Annotated[str, AfterValidator(_day)]
Code = Annotated[str, AfterValidator(lambda v: economy(v) if v else "")]
Codes = Annotated[str, AfterValidator(_economies(" "))]
CodesWithSemicolons = Annotated[str, AfterValidator(_economies(";"))]
Number = Annotated[float | None, BeforeValidator(_number)]
Whole = Annotated[int | None, BeforeValidator(_number)]
Key = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,118}$")]
