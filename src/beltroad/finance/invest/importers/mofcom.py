"""Statistical tables of the ministry's kind: partners in rows, years or amounts in columns.

Headers and names may be Chinese or English. The unit must be stated: in a header, in a line above
the table ("单位：万美元"), or by the user. A row of totals is checked against the sum of its parts.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from beltroad.errors import InputError, suggest
from beltroad.finance.invest.faults import Faults
from beltroad.finance.invest.groups import known
from beltroad.finance.invest.importers.imported import Imported, finished, row
from beltroad.finance.invest.importers.names import is_total, partner_of
from beltroad.finance.invest.importers.reading import amount, cells
from beltroad.finance.invest.importers.units import Unit, found_unit, parse_unit
from beltroad.finance.invest.ledger import place
from beltroad.finance.invest.vocabulary import DIRECTIONS, INSTRUMENTS, MEASURES

__all__ = ["read"]

_PARTNER = ("国家", "国别", "国家（地区）", "国别（地区）", "国家地区", "国家/地区", "国家或地区",
            "地区",
            "country", "country (region)", "countries (regions)", "country/region", "partner",
            "economy", "destination", "source country", "country or region")  # fmt: skip
_YEAR_NAMES = ("年份", "年度", "year")
_VALUE = {
    "": ("金额", "数额", "value", "amount", "投资额"), "flow": ("流量", "flow", "flows"),
    "stock": ("存量", "stock", "stocks", "position", "positions"),
    "contract_new": ("新签合同额", "new contracts", "newly signed contracts"),
    "contract_done": ("完成营业额", "turnover", "completed turnover"),
}  # fmt: skip
_YEAR = re.compile(r"(?:19|20)\d{2}")
_SEARCHED = 30


@dataclass(frozen=True)
class _Column:
    at: int
    year: int | None
    measure: str
    unit: Unit | None
    name: str


@dataclass(frozen=True)
class _Value:
    row: int
    partner: str
    year: int
    measure: str
    value: float
    status: str
    quantum: float
    unit: Unit


def read(
    path: Path, *, source: str = "user", measure: str | None = None, unit: str | None = None,
    year: int | None = None, direction: str = "outward", instrument: str | None = None,
    reporter: str = "CHN", sheet: str | None = None, check_total: bool = True,
) -> Imported:  # fmt: skip
    """Read one table.

    Parameters
    ----------
    source
        Name under which the rows go; rows are only ever added within one source.
    measure
        flow, stock, contract_new or contract_done where the headers do not say.
    unit
        Unit where the table does not state it; a contradiction is a fault.
    year
        Year of a table without years.
    check_total
        Compare the row of totals with the sum of its parts.

    Raises
    ------
    InputError
        With all faults of the file: row, column, value, remedy.
    """
    for name, value, known_values in (
        ("direction", direction, DIRECTIONS), ("measure", measure, MEASURES),
        ("instrument", instrument, INSTRUMENTS),
    ):  # fmt: skip
        if value is not None and value not in known_values:
            raise InputError(f"{name} {value!r:.30}: give one of {', '.join(known_values)}. "
                             f"{suggest(value, known_values)}".strip())  # fmt: skip
    if year is not None and not 1900 <= year <= 2100:
        raise InputError(f"year {year}: give a year of four digits")
    code = place(reporter)
    rows = cells(path, sheet)
    faults = Faults(str(path))
    at, columns, partner_at, year_at = _header(rows, path, year)
    given = parse_unit(unit) if unit is not None else None
    above = [found_unit(cell) for _, line in rows[:at] for cell in line]
    stated = next((u for u in above if u is not None), None)
    columns = _with_units(columns, stated, given, faults)
    columns = _with_measures(columns, measure, faults)
    faults.check()
    values, left = _values(rows[at + 1 :], columns, partner_at, year_at, year, faults)
    notes = [f"left out, {len(left)} of regions, headings and footnotes: "
             + "; ".join(sorted(left))] if left else []  # fmt: skip
    if check_total and not faults:
        notes += _totals(values, faults)
    faults.check()
    kind = {"contract_new": "contracts", "contract_done": "contracts"}
    default = "fdi_utilised" if direction == "inward" else "fdi"
    out: list[dict[str, Any]] = []
    for v in values:
        scaled = v.value * v.unit.millions
        dollars = v.unit.currency == "USD"
        out.append(row(
            reporter=code, partner=v.partner, direction=direction, measure=v.measure,
            instrument=instrument or kind.get(v.measure, default), year=v.year,
            period=str(v.year), value_usd_mn=scaled if dollars else math.nan,
            own_value_mn=math.nan if dollars else scaled,
            own_currency="" if dollars or v.status else v.unit.currency,
            as_published=v.unit.text, status=v.status, source=source,
            document=f"{path.name}, row {v.row}",
        ))  # fmt: skip
    return finished(out, str(path), notes)


def _header(
    rows: list[tuple[int, list[str]]], path: Path, year: int | None
) -> tuple[int, list[_Column], int, int | None]:
    """Index of the header row, its columns of amounts, the column of partners and of years."""
    for index, (_, line) in enumerate(rows[:_SEARCHED]):
        keys = [_key(cell) for cell in line]
        partner_at = next((i for i, key in enumerate(keys) if key in _PARTNER), None)
        if partner_at is None:
            continue
        year_at = next((i for i, key in enumerate(keys) if key in _YEAR_NAMES), None)
        if (both := _two_rows(line, rows[index + 1 : index + 2], partner_at)) is not None:
            line, index = both, index + 1
        columns = [c for i, cell in enumerate(line) if i not in (partner_at, year_at)
                   if (c := _column(i, cell)) is not None]  # fmt: skip
        if columns:
            if year_at is None and any(c.year is None for c in columns) and year is None:
                raise InputError(f"{path}: the table has no years; give --year")
            return index, columns, partner_at, year_at
    raise InputError(
        f"{path}: no header found in the first {_SEARCHED} rows: one row must name a column of "
        "countries (国家, Country) and columns of years or amounts (2023, 流量, Stock)"
    )


def _two_rows(line: list[str], below: list[tuple[int, list[str]]],
              partner_at: int) -> list[str] | None:  # fmt: skip
    """The header's cells with those of a second header row: merged years over flow and stock."""
    if not below:
        return None
    second = below[0][1]
    told = [(i, cell) for i, cell in enumerate(second) if cell]
    if not told or any(i <= partner_at or _column(i, cell) is None for i, cell in told):
        return None
    out, over = list(line[: partner_at + 1]), ""
    for i in range(partner_at + 1, max(len(line), len(second))):
        # A merged cell holds its text on the left only.
        over = (line[i] if i < len(line) else "") or over
        out.append(f"{over} {second[i] if i < len(second) else ''}".strip())
    return out


def _key(cell: str) -> str:
    """A header without its unit, blanks and case; of a cell in two languages the first."""
    cell = cell.splitlines()[0] if cell.strip() else cell
    text = cell.replace("(", "（").replace(")", "）").replace("\u3000", "").strip().casefold()
    if text.replace("（", " (").replace("）", ")") in _PARTNER or text in _PARTNER:
        return text if text in _PARTNER else text.replace("（", " (").replace("）", ")")
    return re.sub(r"（[^）]*）", "", text).strip()


def _column(at: int, cell: str) -> _Column | None:
    key = _key(cell)
    if not key:
        return None
    year = _YEAR.search(key)
    bare = re.sub(r"(?:19|20)\d{2}|年末?|end|of|,", " ", key)
    words = " ".join(bare.split())
    for measure, names in _VALUE.items():
        if words in names:
            return _Column(at, int(year[0]) if year else None, measure, found_unit(cell), cell)
    if year and not words:
        return _Column(at, int(year[0]), "", found_unit(cell), cell)
    return None


def _with_units(columns: list[_Column], stated: Unit | None, given: Unit | None,
                faults: Faults) -> list[_Column]:  # fmt: skip
    out = []
    for c in columns:
        printed = c.unit or stated
        if printed is None and given is None:
            faults.add(None, f"column {c.name}", "no unit",
                       "state it in the table (单位：万美元) or with --unit")  # fmt: skip
            continue
        if printed and given and (printed.millions, printed.currency) != (
                given.millions, given.currency):  # fmt: skip
            faults.add(None, f"column {c.name}", printed.text,
                       f"the table states another unit than --unit {given.text}")  # fmt: skip
            continue
        out.append(_Column(c.at, c.year, c.measure, printed or given, c.name))
    return out


def _with_measures(columns: list[_Column], measure: str | None, faults: Faults) -> list[_Column]:
    out = []
    for c in columns:
        if not c.measure and measure is None:
            faults.add(None, f"column {c.name}", "flow or stock?", "give --measure flow or stock")
            continue
        out.append(_Column(c.at, c.year, c.measure or measure or "", c.unit, c.name))
    return out


def _values(
    rows: list[tuple[int, list[str]]], columns: list[_Column], partner_at: int,
    year_at: int | None, year: int | None, faults: Faults,
) -> tuple[list[_Value], set[str]]:  # fmt: skip
    out: list[_Value] = []
    left: set[str] = set()
    seen: dict[tuple[str, int, str], int] = {}
    for number, line in rows:
        name = line[partner_at] if partner_at < len(line) else ""
        # The row of totals is often named in the column of numbers before the names.
        name = name or next((c for c in line[:partner_at] if is_total(c)), "")
        texts = [(c, line[c.at] if c.at < len(line) else "") for c in columns]
        if not name or re.match(r"注|资料来源|note|source", name.casefold()):
            if not name and any(text for _, text in texts):
                faults.add(number, "country", "", "name the partner, or delete the row")
            continue
        try:
            partner = partner_of(name)
        except InputError as error:
            if any(text for _, text in texts):
                faults.add(number, "country", name, str(error))
            else:
                left.add(f"{name:.40}")  # a footnote or a heading: it has no amounts
            continue
        if not partner:
            left.add(name)
            continue
        row_year: int | None = year
        if year_at is not None:
            found = _YEAR.search(line[year_at] if year_at < len(line) else "")
            if found is None:
                faults.add(number, "year", line[year_at] if year_at < len(line) else "",
                           "give a year of four digits")  # fmt: skip
                continue
            row_year = int(found[0])
        for c, text in texts:
            if (value := _value(number, partner, c, text, row_year, faults)) is None:
                continue
            if value.status and partner in known() and partner != "NOT_SPECIFIED":
                continue  # a heading of a region, not a figure that is missing
            key = (value.partner, value.year, value.measure)
            if key in seen:
                faults.add(
                    number, c.name, name, f"{partner} {value.year} stands in row {seen[key]}"
                )
            seen[key] = number
            out.append(value)
    return out, left


def _value(number: int, partner: str, c: _Column, text: str, row_year: int | None,
           faults: Faults) -> _Value | None:  # fmt: skip
    try:
        value, status = amount(text)
    except ValueError:
        faults.add(number, c.name, text, "give a number, '-' for missing or 'C' for confidential")
        return None
    year = c.year or row_year
    if year is None or c.unit is None:
        return None
    try:
        exponent = Decimal(text.replace(",", "").strip("()")).as_tuple().exponent
        quantum = 10.0 ** int(exponent)
    except (ArithmeticError, ValueError, TypeError):
        quantum = 1.0
    return _Value(number, partner, year, c.measure, value, status, quantum, c.unit)


def _totals(values: list[_Value], faults: Faults) -> list[str]:
    """Each printed total against the sum of its partners, within what rounding allows."""
    notes = []
    checked = 0
    for total in [v for v in values if v.partner == "WORLD" and not math.isnan(v.value)]:
        parts = [v for v in values if (v.year, v.measure) == (total.year, total.measure)
                 and (v.partner not in known() or v.partner == "NOT_SPECIFIED")]  # fmt: skip
        added = math.fsum(v.value for v in parts if not math.isnan(v.value))
        hidden = sum(math.isnan(v.value) for v in parts)
        # Half a unit each at worst; of many rounded numbers four standard deviations suffice.
        quantum = max([v.quantum for v in parts] or [1.0])
        slack = 1e-9 + quantum * min(
            0.5 * (len(parts) + 1), 0.5 + 4 * math.sqrt(len(parts) / 12)
        )  # fmt: skip
        off = added - total.value
        if abs(off) > slack and (hidden == 0 or off > slack):
            faults.add(total.row, f"total {total.year}", f"{total.value:g}",
                       f"its {len(parts)} partners add up to {added:g}, {off:+g} off: a row is "
                       "missing or misread, or skip the check with --no-total-check")  # fmt: skip
        elif abs(off) > slack:
            notes.append(f"{total.year} {total.measure}: {-off:g} of the total {total.value:g} "
                         f"stands behind {hidden} missing or suppressed partners")  # fmt: skip
        else:
            checked += 1
    if checked:
        notes.append(f"{checked} totals agree with the sums of their partners")
    return notes
