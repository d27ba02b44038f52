"""World Bank: development indicators, governance (WGI), logistics (LPI), debt by creditor (IDS).

The indicators API answers ``[meta, rows]`` in pages; errors come with status 200 as
``[{"message": [...]}]``. IDS has its own nested form with a counterpart (creditor) dimension.
Rows of groups (WLD, EAS) are left out. Source: https://datahelpdesk.worldbank.org/.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.evidence import economies
from beltroad.evidence.connectors.access import Access
from beltroad.evidence.connectors.frames import (
    codes_of,
    finish,
    join,
    with_economies,
    within,
    years,
)
from beltroad.evidence.connectors.request import FetchError, Raw, Request, printable

__all__ = ["DebtQuery", "Query", "fetch", "fetch_debt", "find_indicator", "parse", "parse_debt"]

PROVIDER = "world-bank"
LICENCE = "cc-by-4.0"
BASE = "https://api.worldbank.org/v2"
PER_PAGE = 5000
WDI, WGI, IDS = 2, 3, 6
_TITLES = {WDI: "World Bank, World Development Indicators",
           WGI: "World Bank, Worldwide Governance Indicators",
           IDS: "World Bank, International Debt Statistics"}  # fmt: skip
_INDICATOR = re.compile(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*")


@dataclass(frozen=True)
class Query:
    """What to fetch from the indicators API.

    Attributes
    ----------
    indicators
        Codes (``NY.GDP.MKTP.CD``), or for another source than WDI the beginning of a name.
    countries
        Names or codes; empty for all economies.
    period
        ``2015:2023``, ``2020`` or empty for all years.
    source
        Database: 2 WDI (has LPI too), 3 WGI.
    """

    indicators: Sequence[str]
    countries: Sequence[str] = ()
    period: str = ""
    source: int = WDI
    base: str = BASE


@dataclass(frozen=True)
class DebtQuery:
    """What to fetch from International Debt Statistics.

    Attributes
    ----------
    series
        Codes (``DT.DOD.DPPG.CD``).
    countries
        Debtors, names or codes.
    creditor
        Counterpart area as IDS numbers it: 730 is China, WLD all creditors, ``all`` each.
    """

    series: Sequence[str]
    countries: Sequence[str]
    creditor: str = "730"
    period: str = ""
    base: str = BASE


def fetch(query: Query, access: Access | None = None) -> pd.DataFrame:
    """Fetch indicators as tidy rows; unknown values are NaN with the flag ``no_value``.

    Raises
    ------
    InputError
        If a code, country or period cannot be used.
    FetchError
        If data could not be had whole, or the World Bank refuses the request.
    """
    access = access or Access()
    if not query.indicators:
        raise InputError("name at least one indicator, for example NY.GDP.MKTP.CD")
    first, last = years(query.period)
    params = [("format", "json"), ("per_page", str(PER_PAGE)), ("source", str(query.source))]
    if first is not None and last is not None:  # an open end would make another address each year
        params.append(("date", f"{first}:{last}"))
    area = ";".join(codes_of(query.countries)) or "all"
    frames = []
    for asked in dict.fromkeys(query.indicators):
        code = _code(asked) if query.source == WDI else find_indicator(asked, query, access)
        url = f"{query.base}/country/{area}/indicator/{code}"
        raws = _pages(url, tuple(params), access, _read_page)
        frames += [parse(raw.read(), raw, source=query.source) for raw in raws]
    return within(join(frames), query.period)


def fetch_debt(query: DebtQuery, access: Access | None = None) -> pd.DataFrame:
    """Fetch debt by creditor as tidy rows; ``partner`` is the creditor where it is an economy.

    Columns ``creditor_code`` and ``creditor`` hold the creditor as IDS names it, also where it is a
    bank or fund or all together.
    """
    access = access or Access()
    if not query.series or not query.countries:
        raise InputError("name at least one series (DT.DOD.DPPG.CD) and one debtor")
    if not re.fullmatch(r"[A-Za-z0-9]{3}", query.creditor):
        raise InputError(f"creditor {query.creditor!r:.30}: give a number of IDS, 730 for China")
    first, last = years(query.period)
    time = "all" if first is None or last is None else ";".join(
        f"YR{year}" for year in range(first, last + 1)
    )  # fmt: skip
    frames = []
    for series in dict.fromkeys(query.series):
        for country in codes_of(query.countries):
            url = (f"{query.base}/sources/{IDS}/country/{country}/series/{_code(series)}"
                   f"/counterpart-area/{query.creditor}/time/{time}/data")  # fmt: skip
            params = (("format", "json"), ("per_page", str(PER_PAGE)))
            raws = _pages(url, params, access, _read_debt_page)
            frames += [parse_debt(raw.read(), raw) for raw in raws]
    return within(join(frames), query.period)


def find_indicator(asked: str, query: Query, access: Access) -> str:
    """Code of an indicator in a database whose codes have changed, from the database's own list.

    ``CC.EST`` finds ``GOV_WGI_CC.EST``; ``control of corruption: estimate`` finds it by name.

    Raises
    ------
    InputError
        If none or several match.
    """
    url = f"{query.base}/indicator"
    params = (("source", str(query.source)), ("format", "json"), ("per_page", str(PER_PAGE)))
    listed: dict[str, str] = {}
    for raw in _pages(url, params, access, _read_page):
        for row in _read_page(raw.read())[1]:
            listed[str(row["id"])] = str(row["name"])
    wanted = asked.strip().casefold()
    for match in (
        lambda code, _: code.casefold() == wanted,
        lambda code, _: code.casefold().endswith(f"_{wanted}"),
        lambda _, name: name.casefold() == wanted,
        lambda _, name: name.casefold().startswith(wanted),
    ):
        found = [code for code, name in listed.items() if match(code, name)]
        if len(found) == 1:
            return _code(found[0])
        if found:
            raise InputError(f"{asked!r:.60} may be any of {', '.join(sorted(found)[:8])}")
    raise InputError(
        f"source {query.source} has no indicator {asked!r:.60}. "
        f"{suggest(asked, [*listed, *listed.values()])}".rstrip()
    )


def parse(data: bytes, raw: Raw, *, source: int = WDI) -> pd.DataFrame:
    """Tidy rows of one page of the indicators API."""
    meta, rows = _read_page(data)
    table = pd.DataFrame(
        [
            {
                "economy": row.get("countryiso3code") or row["country"]["id"],
                "indicator": row["indicator"]["id"],
                "period": str(row["date"]),
                "value": row["value"],
                "unit": row.get("unit") or _unit(row["indicator"]["value"]),
                "flags": _flags(row),
            }
            for row in rows
        ],
        columns=["economy", "indicator", "period", "value", "unit", "flags"],
    )
    table = with_economies(table, ["economy"], provider=PROVIDER, scheme="world_bank")
    return finish(
        table, raw, source=_TITLES.get(source, f"World Bank, source {source}"),
        vintage=str(meta.get("lastupdated") or ""),
    )  # fmt: skip


def parse_debt(data: bytes, raw: Raw) -> pd.DataFrame:
    """Tidy rows of one page of International Debt Statistics."""
    meta, rows = _read_debt_page(data)
    listed = []
    for row in rows:
        parts = {str(each["concept"]).casefold(): each for each in row["variable"]}
        creditor = parts["counterpart-area"]
        listed.append({
            "economy": parts["country"]["id"],
            "indicator": parts["series"]["id"],
            "period": str(parts["time"]["id"]).removeprefix("YR"),
            "value": row["value"],
            "unit": _unit(str(parts["series"].get("value", ""))),
            "flags": "" if row["value"] is not None else "no_value",
            "creditor_code": str(creditor["id"]),
            "creditor": " ".join(str(creditor.get("value", "")).split()),
        })  # fmt: skip
    table = pd.DataFrame(listed, columns=["economy", "indicator", "period", "value", "unit",
                                          "flags", "creditor_code", "creditor"])  # fmt: skip
    table = with_economies(table, ["economy"], provider=PROVIDER, scheme="world_bank")
    # A creditor may be a bank or fund, which has no code: the name stays in its own column.
    partner = {
        name: economies.lookup(name, "world_bank").iso3 for name in table["creditor"].unique()
    }
    table["partner"] = table["creditor"].map(partner).astype(str)
    return finish(table, raw, source=_TITLES[IDS], vintage=str(meta.get("lastupdated") or ""),
                  more=("creditor_code", "creditor"))  # fmt: skip


Page = tuple[dict[str, Any], list[dict[str, Any]]]


def _pages(
    url: str, params: tuple[tuple[str, str], ...], access: Access, read: Callable[[bytes], Page]
) -> list[Raw]:
    """All pages of an answer, from one state of the database; asked for twice if it moves on."""
    for again in (False, True):
        raws, metas, rows = [], [], 0
        number = pages = 1
        while number <= pages:
            request = Request(PROVIDER, url, "json", LICENCE, (*params, ("page", str(number))))
            raw = access.get(request, check=_checker(read), refresh=again)
            meta, found = read(raw.read())
            pages = max(1, int(meta.get("pages") or 0)) if number == 1 else pages
            raws.append(raw)
            metas.append(meta)
            rows += len(found)
            number += 1
        states = {
            (str(m.get("total")), str(m.get("pages")), str(m.get("lastupdated"))) for m in metas
        }
        if len(states) == 1 and rows == int(metas[0].get("total") or 0):
            return raws
        if access.offline:
            break
    raise FetchError(
        f"{PROVIDER}: the {pages} pages of {printable(url)} do not belong together "
        f"({rows} rows, announced {metas[0].get('total')}); fetch them again"
    )


def _checker(read: Callable[[bytes], Page]) -> Callable[[Path], None]:
    def check(path: Path) -> None:
        read(path.read_bytes())

    return check


def _read_page(data: bytes) -> Page:
    """Meta and rows of a page of the indicators API; raises what an error body says."""
    document = json.loads(data)
    _refuse_message(document)
    if not (isinstance(document, list) and len(document) == 2 and isinstance(document[0], dict)):
        raise FetchError(f"{PROVIDER}: the answer has not the form [meta, rows]")
    rows = document[1] or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise FetchError(f"{PROVIDER}: the answer has no list of rows")
    return document[0], rows


def _read_debt_page(data: bytes) -> Page:
    """Meta and rows of a page of the advanced API of IDS; raises what an error body says."""
    document = json.loads(data)
    _refuse_message(document)
    source = document.get("source") if isinstance(document, dict) else None
    if isinstance(source, list):  # seen for some databases: a list with one source
        source = source[0] if source else None
    if not isinstance(source, dict) or not isinstance(source.get("data", []), list):
        raise FetchError(f"{PROVIDER}: the answer has no source.data")
    return document, source.get("data") or []


def _refuse_message(document: Any) -> None:
    first = document[0] if isinstance(document, list) and document else document
    messages = first.get("message") if isinstance(first, dict) else None
    if messages:
        told = "; ".join(
            f"{each.get('key', '')}: {each.get('value', '')} (error {each.get('id', '?')})"
            if isinstance(each, dict) else str(each)
            for each in (messages if isinstance(messages, list) else [messages])
        )  # fmt: skip
        raise FetchError(
            f"{PROVIDER} refuses the request: {printable(told)}; "
            "check the indicator code and that it belongs to the source asked"
        )


def _code(text: str) -> str:
    code = text.strip()
    if not _INDICATOR.fullmatch(code):
        raise InputError(f"{text!r:.60} is no indicator code such as NY.GDP.MKTP.CD")
    return code


def _unit(name: str) -> str:
    """Unit in the last brackets of an indicator's name: ``GDP (current US$)``."""
    match = re.search(r"\(([^()]*)\)\s*$", name)
    return match[1] if match else ""


def _flags(row: dict[str, Any]) -> str:
    flags = [] if row["value"] is not None else ["no_value"]
    if row.get("obs_status"):
        flags.append(f"obs_status={row['obs_status']}")
    return ";".join(flags)
