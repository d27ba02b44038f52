"""UN Comtrade: goods trade by partner and product through the public preview, without a key.

The preview gives at most 500 rows and does not say when it cuts off: as many rows as the limit are
refused. Rows may not be passed on (licence ``un-comtrade``); what you derive from them may.
Source: :data:`BASE`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.evidence.connectors.access import Access
from beltroad.evidence.connectors.frames import codes_of, finish, join, with_economies, years
from beltroad.evidence.connectors.request import FetchError, NoDataError, Raw, Request, printable

__all__ = ["FULL_LIMIT", "PREVIEW_LIMIT", "Query", "fetch", "parse"]

PROVIDER = "comtrade"
LICENCE = "un-comtrade"
BASE = "https://comtradeapi.un.org"
PREVIEW_LIMIT = 500
FULL_LIMIT = 250_000
_MOST_YEARS = 12
_FLOWS = {"X": "exports", "M": "imports", "RX": "re-exports", "RM": "re-imports"}
# Reporters and partners that Comtrade numbers otherwise than ISO 3166-1.
_NUMBERS = {"FRA": "251", "IND": "699", "NOR": "579", "CHE": "757", "USA": "842", "TWN": "490"}


@dataclass(frozen=True)
class Query:
    """What to fetch.

    Attributes
    ----------
    reporters, partners
        Names or codes; no partners means all.
    period
        Years, at most 12.
    products
        HS codes of two, four or six digits, or TOTAL.
    flows
        X exports, M imports, RX re-exports, RM re-imports.
    key_env
        Name of an environment variable with a subscription key, for up to 250 000 rows.
    """

    reporters: Sequence[str]
    partners: Sequence[str] = ()
    period: str = ""
    products: Sequence[str] = ("TOTAL",)
    flows: Sequence[str] = ("X",)
    key_env: str = ""
    base: str = BASE


def fetch(query: Query, access: Access | None = None) -> pd.DataFrame:
    """Fetch trade as tidy rows, one request for each reporter and year.

    Raises
    ------
    InputError
        If the query cannot be used.
    FetchError
        If data could not be had whole: cut off at the limit, or refused.
    """
    access = access or Access()
    first, last = years(query.period)
    if first is None or last is None or last - first >= _MOST_YEARS:
        raise InputError(f"period {query.period!r:.30}: give at most {_MOST_YEARS} years")
    if not query.reporters:
        raise InputError("name at least one reporter")
    for flow in query.flows:
        if flow not in _FLOWS:
            raise InputError(f"flow {flow!r:.20}: choose {', '.join(_FLOWS)}")
    for product in query.products:
        if not re.fullmatch(r"TOTAL|\d{2}(\d{2}){0,2}", product):
            raise InputError(f"product {product!r:.20}: give TOTAL or two, four or six digits")
    path = "data/v1/get" if query.key_env else "public/v1/preview"
    limit = FULL_LIMIT if query.key_env else PREVIEW_LIMIT
    frames = []
    for reporter in codes_of(query.reporters):
        for year in range(first, last + 1):
            params = [
                ("reporterCode", _number(reporter)), ("period", str(year)),
                ("cmdCode", ",".join(query.products)), ("flowCode", ",".join(query.flows)),
                ("partner2Code", "0"), ("customsCode", "C00"), ("motCode", "0"),
                ("includeDesc", "true"),
            ]  # fmt: skip
            if query.partners:
                asked = ",".join(_number(code) for code in codes_of(query.partners))
                params.insert(1, ("partnerCode", asked))
            request = Request(
                PROVIDER, f"{query.base}/{path}/C/A/HS", "json", LICENCE, tuple(params),
                key_header="Ocp-Apim-Subscription-Key" if query.key_env else "",
                key_env=query.key_env,
            )  # fmt: skip
            raw = access.get(request, check=_checker(limit))
            frames.append(parse(raw.read(), raw, limit=limit))
    return join(frames)


def parse(data: bytes, raw: Raw, *, limit: int = PREVIEW_LIMIT) -> pd.DataFrame:
    """Tidy rows of Comtrade's JSON; ``indicator`` is the flow and product, ``exports:TOTAL``."""
    rows = _read(data, limit)
    table = pd.DataFrame(
        [
            {
                "economy": str(row["reporterCode"]),
                "partner": str(row["partnerCode"]),
                "indicator": f"{_FLOWS.get(row['flowCode'], row['flowCode'])}:{row['cmdCode']}",
                "period": str(row["period"]),
                "value": row["primaryValue"],
                "unit": "USD",
                "flags": _flags(row),
            }
            for row in rows
            if _is_total(row)
        ],
        columns=["economy", "partner", "indicator", "period", "value", "unit", "flags"],
    )
    known = {
        str(row[f"{side}Code"]): _area(row, side)
        for row in rows
        for side in ("reporter", "partner")
    }
    table = with_economies(
        table, ["economy", "partner"], provider=PROVIDER, scheme="comtrade", known=known
    )
    return finish(table, raw, source="United Nations, UN Comtrade", vintage="")


def _read(data: bytes, limit: int) -> list[dict[str, Any]]:
    document = json.loads(data)
    if not isinstance(document, dict):
        raise FetchError(f"{PROVIDER}: the answer is no object")
    message = document.get("error") or document.get("message") or ""
    if message:
        raise FetchError(f"{PROVIDER} refuses the request: {printable(str(message))}")
    rows, count = document.get("data"), document.get("count")
    if rows is None or not isinstance(rows, list):
        raise FetchError(f"{PROVIDER}: the answer has no list of rows")
    if count is not None and int(count) > len(rows):
        raise FetchError(f"{PROVIDER}: {len(rows)} rows of {count} came; ask for less")
    if len(rows) >= limit:
        raise FetchError(
            f"{PROVIDER}: {len(rows)} rows are as many as this service gives at once, so some may "
            "be missing; ask for fewer partners, products or flows"
        )
    if not rows:
        raise NoDataError(f"{PROVIDER}: nothing reported for what was asked")
    return rows


def _checker(limit: int) -> Any:
    def check(path: Path) -> None:
        _read(path.read_bytes(), limit)

    return check


def _is_total(row: dict[str, Any]) -> bool:
    """Not a breakdown by second partner, customs procedure or means of transport."""
    return (
        str(row.get("partner2Code", 0)) in ("0", "None")
        and str(row.get("customsCode", "C00")) in ("C00", "None")
        and str(row.get("motCode", 0)) in ("0", "None")
    )


def _flags(row: dict[str, Any]) -> str:
    flags = []
    if row["primaryValue"] is None:
        flags.append("no_value")
    if row.get("isReported") is False and row.get("isAggregate") is not True:
        flags.append("not_reported")
    if row.get("legacyEstimationFlag"):
        flags.append(f"estimation={row['legacyEstimationFlag']}")
    if str(row["partnerCode"]) == "490" or str(row["reporterCode"]) == "490":
        flags.append("other_asia_nes")
    if row.get("classificationCode"):
        flags.append(f"classification={row['classificationCode']}")
    return ";".join(flags)


def _area(row: dict[str, Any], side: str) -> economies.Found:
    """What an area is by Comtrade's own letters; those of groups hold digits (R20, S19)."""
    letters = str(row.get(f"{side}ISO") or "")
    if re.search(r"[\d_]", letters):
        return economies.Found("", "aggregate", printable(str(row.get(f"{side}Desc") or letters)))
    return economies.lookup(letters)


def _number(iso3: str) -> str:
    """Comtrade's number of an economy."""
    if iso3 in _NUMBERS:
        return _NUMBERS[iso3]
    table = economies.table()
    number = table.loc[table["iso3"] == iso3, "iso_numeric"].astype(str)
    if number.empty or not number.iloc[0].strip().isdecimal():
        raise InputError(f"UN Comtrade has no number for {iso3}")
    return str(int(number.iloc[0]))
