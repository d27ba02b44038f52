"""World Bank Poverty and Inequality Platform (PIP): headcounts, Gini, mean, deciles by survey.

A survey measures consumption or income, and covers the nation or only its urban or rural part;
rows of one economy and year may differ in both, so ``level`` and ``welfare`` belong to the key.
Source: :data:`BASE`.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from beltroad.errors import InputError
from beltroad.evidence.connectors.access import Access
from beltroad.evidence.connectors.frames import (
    codes_of,
    finish,
    join,
    with_economies,
    within,
    years,
)
from beltroad.evidence.connectors.request import FetchError, NoDataError, Raw, Request, printable

__all__ = ["Query", "fetch", "parse"]

PROVIDER = "pip"
LICENCE = "cc-by-4.0"
BASE = "https://api.worldbank.org/pip/v1/pip"
_LEVELS = ("national", "urban", "rural", "all")
_UNITS = {
    "headcount": "share of population",
    "poverty_gap": "share of poverty line",
    "poverty_severity": "index 0 to 1",
    "gini": "index 0 to 1",
    "mean": "PPP USD a day",
    "median": "PPP USD a day",
} | {f"decile{i}": "share of welfare" for i in range(1, 11)}
_NEEDED = ("country_code", "reporting_year", "reporting_level", "welfare_type", "poverty_line")


@dataclass(frozen=True)
class Query:
    """What to fetch.

    Attributes
    ----------
    countries
        Names or codes; empty for all economies.
    poverty_line
        PPP dollars a day, in prices of ``ppp_version``.
    level
        ``national`` (an economy without national rows keeps what it has), ``urban``, ``rural``
        or ``all``.
    fill_gaps
        Also years without a survey, interpolated by PIP (flag ``interpolated``).
    """

    countries: Sequence[str] = ()
    period: str = ""
    poverty_line: float = 3.0
    ppp_version: int = 2021
    level: str = "national"
    fill_gaps: bool = False
    base: str = BASE


def fetch(query: Query, access: Access | None = None) -> pd.DataFrame:
    """Fetch poverty and inequality as tidy rows.

    Raises
    ------
    InputError
        If the query cannot be used.
    FetchError
        If data could not be had whole, or PIP refuses the request.
    """
    access = access or Access()
    if query.level not in _LEVELS:
        raise InputError(f"level {query.level!r:.30}: choose {', '.join(_LEVELS)}")
    if not 0 < query.poverty_line <= 2700:
        raise InputError(f"poverty line {query.poverty_line}: give PPP dollars a day, 3.00")
    years(query.period)
    frames = []
    for country in codes_of(query.countries) or ("all",):
        params = (
            ("country", country), ("year", "all"), ("povline", f"{query.poverty_line:.2f}"),
            ("ppp_version", str(query.ppp_version)), ("fill_gaps", str(query.fill_gaps).lower()),
            ("reporting_level", "all"), ("welfare_type", "all"), ("format", "csv"),
        )  # fmt: skip
        request = Request(PROVIDER, query.base, "csv", LICENCE, params)
        raw = access.get(request, check=_check)
        frames.append(parse(raw.read(), raw, level=query.level, ppp_version=query.ppp_version))
    return within(join(frames), query.period)


def parse(
    data: bytes, raw: Raw, *, level: str = "national", ppp_version: int = 2021
) -> pd.DataFrame:
    """Tidy rows of PIP's CSV: one row for each statistic, survey and reporting level."""
    _refuse_message(data)
    table = pd.read_csv(io.BytesIO(data), keep_default_na=False, dtype=str, encoding="utf-8-sig")
    if missing := [column for column in _NEEDED if column not in table.columns]:
        raise FetchError(f"{PROVIDER}: the table has no column {', '.join(missing)}")
    if level == "national":
        has = set(table.loc[table["reporting_level"] == "national", "country_code"])
        table = table[(table["reporting_level"] == "national") | ~table["country_code"].isin(has)]
    elif level != "all":
        table = table[table["reporting_level"] == level]
    table = table.rename(columns={"country_code": "economy", "reporting_level": "level",
                                  "reporting_year": "period"})  # fmt: skip
    table["welfare"] = table["welfare_type"].where(table["welfare_type"] != "", "unknown")
    line = table["poverty_line"].str.rstrip("0").str.rstrip(".")
    table["flags"] = [_flags(row) for row in table.to_dict("records")]
    statistics = [column for column in _UNITS if column in table.columns]
    parts = []
    for name in statistics:
        part = table[["economy", "period", "level", "welfare", "flags"]].copy()
        at_line = name in ("headcount", "poverty_gap", "poverty_severity")
        part["indicator"] = name + ("@" + line if at_line else "")
        part["value"] = pd.to_numeric(table[name].replace({"": None, "NA": None}))
        part["unit"] = _UNITS[name].replace("PPP USD", f"{ppp_version} PPP USD")
        lacking = part["value"].isna()
        part.loc[lacking, "flags"] = [
            ";".join(filter(None, [flags, "no_value"])) for flags in part.loc[lacking, "flags"]
        ]
        parts.append(part)
    tidy = pd.concat(parts, ignore_index=True)
    tidy = with_economies(tidy, ["economy"], provider=PROVIDER, scheme="world_bank")
    return finish(
        tidy, raw, source="World Bank, Poverty and Inequality Platform",
        vintage=f"{ppp_version} PPP", more=("level", "welfare"),
    )  # fmt: skip


def _flags(row: Mapping[Any, Any]) -> str:
    flags = []
    if row["level"] != "national":
        flags.append(f"level={row['level']}")
    if row["welfare"] == "unknown":
        flags.append("welfare_unknown")
    if row.get("is_interpolated", "").upper() == "TRUE":
        flags.append("interpolated")
    if row.get("estimation_type", "") not in ("", "survey"):
        flags.append(f"estimation={row['estimation_type']}")
    if row.get("survey_comparability", ""):
        flags.append(f"comparability={row['survey_comparability']}")
    return ";".join(re.sub(r"[;\s]+", "_", flag) for flag in flags)


def _check(path: Path) -> None:
    with path.open("rb") as handle:
        _refuse_message(handle.read(100_000))


def _refuse_message(data: bytes) -> None:
    """PIP answers faults as JSON, and nothing found as a table without rows."""
    if data.lstrip()[:1] == b"{":
        try:
            said = json.loads(data)
        except ValueError:
            said = data.decode("utf-8", "replace")
        raise FetchError(f"{PROVIDER} refuses the request: {printable(str(said))}")
    if not data.decode("utf-8-sig", "replace").strip().partition("\n")[2].strip():
        raise NoDataError(f"{PROVIDER}: no surveys for what was asked")
