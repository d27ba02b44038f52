"""IMF: goods trade by partner (IMTS), World Economic Outlook (WEO), direct investment positions.

The request is made by ``sdmx1`` without sending it; the answer is SDMX-CSV 1.0 or 2.0, or SDMX-ML
2.1 (read by ``sdmx1``). Values come in full units: the attribute SCALE only says how the IMF shows
them and never multiplies, UNIT_MULT does. Source: https://data.imf.org/.
"""

from __future__ import annotations

import importlib
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.evidence import economies
from beltroad.evidence.connectors.access import Access
from beltroad.evidence.connectors.frames import codes_of, finish, with_economies, years
from beltroad.evidence.connectors.request import FetchError, NoDataError, Raw, Request, extra

__all__ = ["FLOWS", "Flow", "Query", "fetch", "parse"]

PROVIDER = "imf"
LICENCE = "imf-data"
_CSV = "application/vnd.sdmx.data+csv;version=1.0.0"
# Codes of groups: world, regions, analytical groups, confidential and not specified.
_GROUPS = r"(?:G|GX|TX|R|XR|W|U|S)\d{1,4}(?:_\w+)?|1C_\w+|XX?|_Z"
_CODE = re.compile(r"[A-Z0-9_]+")
# The IMF's own codes where they are not ISO's.
_ASKED = {"XKX": "KOS", "PSE": "WBG"}
_OWN = {code: economies.Found(iso3, "economy") for iso3, code in _ASKED.items()}


@dataclass(frozen=True)
class Flow:
    """One dataflow: where it is and the order of its dimensions."""

    agency: str
    dataflow: str
    title: str
    dimensions: tuple[str, ...]
    partner: bool


FLOWS = {
    "imts": Flow("IMF.STA", "IMTS", "IMF, International Merchandise Trade Statistics",
                 ("COUNTRY", "INDICATOR", "COUNTERPART_COUNTRY", "FREQUENCY"), True),
    "weo": Flow("IMF.RES", "WEO", "IMF, World Economic Outlook",
                ("COUNTRY", "INDICATOR", "FREQUENCY"), False),
    "dip": Flow("IMF.STA", "DIP", "IMF, Direct Investment Positions by Counterpart Economy",
                ("COUNTRY", "DV_TYPE", "INDICATOR", "COUNTERPART_COUNTRY", "FREQUENCY"), True),
}  # fmt: skip


@dataclass(frozen=True)
class Query:
    """What to fetch.

    Attributes
    ----------
    flow
        ``imts``, ``weo`` or ``dip``.
    indicators
        Codes: XG_FOB_USD, MG_CIF_USD (IMTS); NGDPD, GGXWDG_NGDP (WEO);
        INWD_D_NETLA_FALL_ALL, OTWD_D_NETAL_FALL_ALL (DIP).
    countries, partners
        Names or codes; empty for all.
    frequency
        A, Q or M.
    derived
        DIP only: O as reported, empty for all kinds.
    """

    flow: str
    indicators: Sequence[str]
    countries: Sequence[str] = ()
    partners: Sequence[str] = ()
    period: str = ""
    frequency: str = "A"
    derived: str = "O"
    base: str = ""


def fetch(query: Query, access: Access | None = None) -> pd.DataFrame:
    """Fetch one dataflow as tidy rows.

    Raises
    ------
    InputError
        If the query cannot be used or ``sdmx1`` is not installed.
    FetchError
        If data could not be had whole.
    """
    access = access or Access()
    raw = access.get(request_for(query), check=_check)
    return parse(raw.read(), raw, flow=query.flow)


def _check(path: Path) -> None:
    """Refuse an answer without observations; the IMF answers so for unknown codes too."""
    data = path.read_bytes().strip()
    bare = not re.search(rb"<(\w+:)?Obs\b", data) if data[:1] == b"<" else b"\n" not in data
    if bare:
        raise NoDataError(
            f"{PROVIDER}: no observations; the IMF answers so for unknown codes too, so check "
            "the indicators and economies"
        )


def request_for(query: Query) -> Request:
    """Make the request without sending it."""
    if query.flow not in FLOWS:
        raise InputError(
            f"no dataflow {query.flow!r:.30}: {', '.join(FLOWS)}. {suggest(query.flow, FLOWS)}"
        )
    flow = FLOWS[query.flow]
    if query.partners and not flow.partner:
        raise InputError(f"{query.flow} has no partners")
    indicators = [each.strip().upper() for each in query.indicators]
    for code in (*indicators, query.frequency, *([query.derived] if query.derived else [])):
        if not _CODE.fullmatch(code):
            raise InputError(f"{code!r:.40} is no code of the IMF")
    if not indicators:
        raise InputError("name at least one indicator, for example XG_FOB_USD or NGDPD")
    values = {
        "COUNTRY": _areas(query.countries), "COUNTERPART_COUNTRY": _areas(query.partners),
        "INDICATOR": "+".join(indicators), "FREQUENCY": query.frequency, "DV_TYPE": query.derived,
    }  # fmt: skip
    first, last = years(query.period)
    params = {"startPeriod": first, "endPeriod": last}
    sdmx = extra("sdmx", "fetching from the IMF")
    asked = sdmx.Client("IMF_DATA").get(
        "data", resource_id=f"{flow.agency},{flow.dataflow}",
        key=".".join(values[name] for name in flow.dimensions),
        params={name: str(year) for name, year in params.items() if year is not None},
        dry_run=True,
    )  # fmt: skip
    address = str(asked.url)
    if query.base:
        address = query.base + address.partition("/sdmx/2.1")[2]
    return Request(PROVIDER, address, "sdmx", LICENCE, accept=_CSV)


def _areas(countries: Sequence[str]) -> str:
    return "+".join(_ASKED.get(code, code) for code in codes_of(countries))


def parse(data: bytes, raw: Raw, *, flow: str) -> pd.DataFrame:
    """Tidy rows of SDMX-CSV (1.0 or 2.0) or SDMX-ML 2.1 (structure specific) of one dataflow."""
    about = FLOWS[flow]
    table = _from_xml(data) if data.lstrip()[:1] == b"<" else _from_csv(data)
    needed = [*about.dimensions, "TIME_PERIOD", "OBS_VALUE"]
    if missing := [name for name in needed if name not in table.columns]:
        if table.empty:
            table = pd.DataFrame(columns=needed, dtype=str)
        else:
            raise FetchError(f"{PROVIDER}: the table has no column {', '.join(missing)}")
    table = _spread_attributes(table, about.dimensions)
    table = table.rename(columns={"COUNTRY": "economy", "COUNTERPART_COUNTRY": "partner",
                                  "INDICATOR": "indicator", "TIME_PERIOD": "period"})  # fmt: skip
    columns = ["economy", *(["partner"] if about.partner else [])]
    table["value"] = pd.to_numeric(table["OBS_VALUE"].replace("", None))
    if "UNIT_MULT" in table.columns:
        table["value"] *= 10.0 ** pd.to_numeric(table["UNIT_MULT"].replace("", "0"))
    table["unit"] = _first(table, ("UNIT", "UNIT_MEASURE"))
    table["flags"] = [_flags(row, weo=flow == "weo") for row in table.to_dict("records")]
    table["vintage"] = _vintage(table)
    more = ["DV_TYPE"] if "DV_TYPE" in about.dimensions else []
    scheme = "imf_weo" if flow == "weo" else "imf"
    kept = with_economies(
        table, columns, provider=PROVIDER, scheme=scheme, groups=_GROUPS, known=_OWN
    )
    kept = kept.rename(columns={"DV_TYPE": "derived"})
    return finish(kept, raw, source=about.title, vintage="", more=["derived"] if more else [])


def _from_csv(data: bytes) -> pd.DataFrame:
    table = pd.read_csv(io.BytesIO(data), keep_default_na=False, dtype=str, encoding="utf-8-sig")
    # In SDMX-CSV 2.0 the dataflow is STRUCTURE_ID; a label may stand after the name of a column.
    table = table.rename(columns={name: name.partition(":")[0].strip() for name in table.columns})
    return table.rename(columns={"STRUCTURE_ID": "DATAFLOW"})


def _from_xml(data: bytes) -> pd.DataFrame:
    """Observations with the attributes of their series and groups, through ``sdmx1``."""
    sdmx = extra("sdmx", "reading SDMX-ML")
    # Its reader of 3.0 copies the parsers of 2.1 when first imported and fails on those that the
    # IMF's own name space adds; loaded before, both can be used in one process.
    importlib.import_module("sdmx.reader.xml.v30")
    message = sdmx.read_sdmx(io.BytesIO(data))
    rows: list[dict[str, str]] = []
    for dataset in message.data:
        for obs in dataset.obs:
            row = {key: str(each.value) for key, each in obs.key.values.items()}
            for group in obs.group_keys:
                row |= {key: str(each.value) for key, each in group.attrib.items()}
            row |= {key: str(each.value) for key, each in obs.attached_attribute.items()}
            row["OBS_VALUE"] = "" if obs.value is None else str(obs.value)
            rows.append(row)
    return pd.DataFrame(rows).fillna("").astype(str) if rows else pd.DataFrame()


def _spread_attributes(table: pd.DataFrame, dimensions: Sequence[str]) -> pd.DataFrame:
    """Give observations the attributes that the IMF puts on rows of their own, without a period.

    Such a row counts for all observations that share the dimensions it names.
    """
    bare = table["TIME_PERIOD"] == ""
    attributes = [c for c in table.columns if c not in (*dimensions, "TIME_PERIOD", "OBS_VALUE")]
    observed = table[~bare].copy()
    for row in table[bare].to_dict("records"):
        about = pd.Series(True, index=observed.index)
        for name in dimensions:
            if row[name] != "":
                about &= observed[name] == row[name]
        for name in attributes:
            if row[name] != "":
                observed.loc[about & (observed[name] == ""), name] = row[name]
    return observed


def _first(table: pd.DataFrame, names: Sequence[str]) -> pd.Series:
    for name in names:
        if name in table.columns:
            return table[name].astype(str)
    return pd.Series("", index=table.index, dtype=str)


def _vintage(table: pd.DataFrame) -> pd.Series:
    """Dataflow with its version and, where given, the day of publication."""
    flow = _first(table, ("DATAFLOW",))
    day = _first(table, ("PUBLICATION_DATE", "UPDATE_DATE")).str[:10]
    return (flow + (", " + day).where(day != "", "")).str.removeprefix(", ")


def _flags(row: Mapping[Any, Any], *, weo: bool) -> str:
    flags = []
    if str(row.get("OBS_VALUE", "")) == "":
        flags.append("no_value")
    if weo:
        flags += _estimate(str(row["period"]), str(row.get("LATEST_ACTUAL_ANNUAL_DATA", "")))
    for name, flag in (("OBS_STATUS", "obs_status"), ("DERIVATION_TYPE", "derivation"),
                       ("SCALE", "shown_scale")):  # fmt: skip
        value = re.sub(r"[;\s]+", "_", str(row.get(name, "")))
        if value and not (name == "SCALE" and value == "0"):
            flags.append(f"{flag}={value}")
    return ";".join(flags)


def _estimate(period: str, latest: str) -> list[str]:
    """Flag WEO values after the last year of actual data.

    A fiscal year (``FY2024/25``) covers parts of two: the second may be either.
    """
    found = [int(year) for year in re.findall(r"(?:19|20)\d\d", latest)]
    if not found:
        return ["estimate_unknown"]
    year = int(period[:4])
    if year <= found[0]:
        return []
    two_years = re.search(r"\d{4}/\d{2,4}", latest) is not None
    return ["estimate_or_actual"] if two_years and year == found[0] + 1 else ["estimate"]
