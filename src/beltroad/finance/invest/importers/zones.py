"""Statistics of cooperation zones and contracted projects: one row an amount, unit in each row."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from beltroad.errors import InputError, suggest
from beltroad.finance.invest.faults import Faults
from beltroad.finance.invest.importers.imported import Imported, finished, row
from beltroad.finance.invest.importers.names import partner_of
from beltroad.finance.invest.importers.reading import amount, cells
from beltroad.finance.invest.importers.units import parse_unit
from beltroad.finance.invest.periods import last_year

__all__ = ["KINDS", "read"]

KINDS = {
    "zone_investment": ("stock", "zone_investment", ("合作区投资", "累计投资")),
    "zone_taxes": ("flow", "zone_taxes", ("上缴税费", "税费")),
    "contract_new": ("contract_new", "contracts", ("新签合同额",)),
    "contract_done": ("contract_done", "contracts", ("完成营业额",)),
}
"""What can be read: measure, instrument, and names in Chinese."""
_HEADERS = {
    "partner": ("partner", "country", "国家", "国别", "国家（地区）"),
    "period": ("period", "year", "年份", "年度"), "kind": ("kind", "measure", "指标"),
    "value": ("value", "amount", "金额", "数额"), "unit": ("unit", "单位"),
    "industry": ("industry", "行业"), "note": ("note", "备注"),
}  # fmt: skip
_NEEDED = ("partner", "period", "kind", "value", "unit")


def read(path: Path, *, source: str = "user", reporter: str = "CHN") -> Imported:
    """Read a table of partner, period, kind, value, unit and, if wanted, industry and note.

    Raises
    ------
    InputError
        With all faults of the file: row, column, value, remedy.
    """
    rows = cells(path)
    header = [cell.casefold().replace("(", "（").replace(")", "）") for cell in rows[0][1]]
    at = {name: next((i for i, cell in enumerate(header) if cell in spellings), None)
          for name, spellings in _HEADERS.items()}  # fmt: skip
    faults = Faults(str(path))
    for name in _NEEDED:
        if at[name] is None:
            faults.add(rows[0][0], "header", name, f"add a column {' or '.join(_HEADERS[name])}")
    faults.check()
    spelled = {name: kind for kind, (_, _, names) in KINDS.items() for name in (kind, *names)}
    out: list[dict[str, Any]] = []
    seen: dict[tuple[str, ...], int] = {}
    for number, line in rows[1:]:
        text = {name: line[i] if i is not None and i < len(line) else "" for name, i in at.items()}
        found = _row(number, text, spelled, source, reporter, path, faults)
        if found is None:
            continue
        key = tuple(
            str(found[c]) for c in ("partner", "period", "instrument", "measure", "industry")
        )
        if key in seen:
            faults.add(number, "partner", text["partner"], f"the same stands in row {seen[key]}")
        seen[key] = number
        out.append(found)
    faults.check()
    return finished(out, str(path), [])


def _row(number: int, text: dict[str, str], spelled: dict[str, str], source: str, reporter: str,
         path: Path, faults: Faults) -> dict[str, Any] | None:  # fmt: skip
    found: dict[str, Any] = {}
    for name, reader in (("partner", partner_of), ("period", last_year), ("unit", parse_unit)):
        try:
            found[name] = reader(text[name])
        except InputError as error:
            faults.add(number, name, text[name], str(error))
    try:
        value, status = amount(text["value"])
    except ValueError:
        value, status = math.nan, ""
        faults.add(number, "value", text["value"],
                   "give a number, '-' for missing or 'C' for confidential")  # fmt: skip
    kind = spelled.get(text["kind"].strip().casefold())
    if kind is None:
        faults.add(number, "kind", text["kind"],
                   f"give one of {', '.join(KINDS)}; counts of zones or jobs are no amounts: put "
                   f"them into note. {suggest(text['kind'], KINDS)}".strip())  # fmt: skip
    if len(found) < 3 or kind is None:
        return None
    measure, instrument, _ = KINDS[kind]
    unit = found["unit"]
    dollars = unit.currency == "USD"
    scaled = value * unit.millions
    return row(
        reporter=reporter, partner=found["partner"], direction="outward", measure=measure,
        instrument=instrument, industry=text["industry"], year=found["period"],
        period=text["period"].strip(), value_usd_mn=scaled if dollars else math.nan,
        own_value_mn=math.nan if dollars else scaled,
        own_currency="" if dollars or status else unit.currency, as_published=unit.text,
        status=status, source=source, document=f"{path.name}, row {number}", note=text["note"],
    )  # fmt: skip
