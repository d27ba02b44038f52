"""AidData: Global Chinese Development Finance (GCDF) 3.0, records 2000-2021, an xlsx in a zip file.

One row for each record. Sums make sense only over records recommended for aggregates (no pledges,
cancelled ones or umbrella agreements); amounts are in constant US dollars of 2021, not in those of
the day. Countries are taken from the ISO-3 column, never from ``gwcode``. Source: :data:`ADDRESS`.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.evidence.connectors.access import Access
from beltroad.evidence.connectors.archives import Archive, member, opened
from beltroad.evidence.connectors.frames import COLUMNS, codes_of, finish, with_economies, years
from beltroad.evidence.connectors.request import FetchError, Raw, Request

__all__ = ["AMOUNTS", "Query", "fetch", "parse", "totals"]

PROVIDER = "aiddata"
LICENCE = "odc-by-1.0"
ADDRESS = (
    "https://docs.aiddata.org/ad4/datasets/"
    "AidDatas_Global_Chinese_Development_Finance_Dataset_Version_3_0.zip"
)
UNIT = "constant 2021 USD"
AMOUNTS = {
    "commitment": "Amount (Constant USD 2021)",
    "commitment_adjusted": "Adjusted Amount (Constant USD 2021)",
}
_DETAILS = {
    "record_id": "AidData Record ID",
    "title": "Title",
    "status": "Status",
    "intent": "Intent",
    "flow_type": "Flow Type Simplified",
    "flow_class": "Flow Class",
    "sector": "Sector Name",
}
_NEEDED = ("Recommended For Aggregates", "Recipient", "Recipient ISO-3", "Commitment Year",
           *AMOUNTS.values(), *_DETAILS.values())  # fmt: skip
_WORKBOOK = r"(?!~).*Chinese.*Development.*Finance.*\.xlsx"
_REGIONAL = re.compile(r"regional|multi-region", re.IGNORECASE)


@dataclass(frozen=True)
class Query:
    """What to read.

    Attributes
    ----------
    recipients
        Names or codes; empty for all.
    all_records
        Also records not recommended for aggregates (flag ``not_for_aggregates``).
    """

    recipients: Sequence[str] = ()
    period: str = ""
    all_records: bool = False
    address: str = ADDRESS


def fetch(query: Query, access: Access | None = None) -> pd.DataFrame:
    """Fetch the archive once and read the records asked for, one row for each and kind of amount.

    Raises
    ------
    InputError
        If the query cannot be used.
    FetchError
        If the archive could not be had whole, or a recipient stands for no known economy.
    """
    access = access or Access()
    years(query.period)
    codes_of(query.recipients)
    raw = access.get(
        Request(PROVIDER, query.address, "zip", LICENCE, max_bytes=500_000_000), keeps=True
    )
    return parse(raw.path, raw, query)


def parse(source: Archive, raw: Raw, query: Query) -> pd.DataFrame:
    """Tidy rows of records: ``economy`` receives from ``partner``, committed in ``period``."""
    first, last = years(query.period)
    table = _sheet(source)
    for column in ("Recommended For Aggregates", "Recipient", "Recipient ISO-3"):
        table[column] = table[column].astype(str).str.strip()
    advised = table["Recommended For Aggregates"].str.casefold()
    if wrong := set(advised) - {"yes", "no"}:
        raise FetchError(f"{PROVIDER}: 'Recommended For Aggregates' is {sorted(wrong)[:3]}")
    table["flags"] = advised.map({"yes": "", "no": "not_for_aggregates"})
    if not query.all_records:
        table = table[advised == "yes"]
    year = pd.to_numeric(table["Commitment Year"], errors="coerce")
    if year.isna().any():
        raise FetchError(f"{PROVIDER}: {int(year.isna().sum())} records have no commitment year")
    table = table.assign(period=year.astype(int).astype(str))
    table = table[year.between(first or 0, last or 9999)]
    code, name = table["Recipient ISO-3"], table["Recipient"]
    table = table.assign(economy=code.where(~code.isin(["", "NA", "nan", "None"]), name))
    regional = {
        text: economies.Found("", "aggregate", "regional") for text in name.unique()
        if _REGIONAL.search(text)
    }  # fmt: skip
    table = with_economies(table, ["economy"], provider=PROVIDER, scheme=None, known=regional)
    left = table.attrs["left_out"]
    if query.recipients:
        table = table[table["economy"].isin(codes_of(query.recipients))]
    details = table.rename(columns={v: k for k, v in _DETAILS.items()})
    parts = []
    for indicator, column in AMOUNTS.items():
        part = details[["economy", "period", "flags", *_DETAILS]].copy()
        part["indicator"], part["partner"], part["unit"] = indicator, "CHN", UNIT
        part["value"] = pd.to_numeric(table[column].replace("", None))
        lacking = part["value"].isna()
        part.loc[lacking, "flags"] = [
            ";".join(filter(None, [flags, "no_amount"])) for flags in part.loc[lacking, "flags"]
        ]
        parts.append(part)
    frame = pd.concat(parts, ignore_index=True)
    frame.attrs["left_out"] = left
    source_name = "AidData, Global Chinese Development Finance Dataset"
    return finish(frame, raw, source=source_name, vintage="3.0", more=tuple(_DETAILS))


def totals(records: pd.DataFrame) -> pd.DataFrame:
    """Sums by recipient, year and kind of amount, over records recommended for aggregates only.

    Records without an amount count in ``flags`` (``no_amount=3``), not as zero.
    """
    if records.empty:
        raise InputError("no records to sum")
    advised = records[~records["flags"].str.contains("not_for_aggregates")]
    key = [column for column in COLUMNS if column not in ("value", "flags")]
    summed = advised.groupby(key, as_index=False).agg(
        value=("value", lambda amounts: amounts.sum(min_count=1)),
        missing=("value", lambda amounts: int(amounts.isna().sum())),
    )
    summed["flags"] = [f"no_amount={count}" if count else "" for count in summed["missing"]]
    frame = summed[list(COLUMNS)]
    frame.attrs = dict(records.attrs)
    return frame


def _sheet(source: Archive) -> pd.DataFrame:
    """The columns needed of the sheet of records; headers may carry spaces at the end."""
    import openpyxl  # slow to import

    with opened(source) as archive:
        name = member(archive, _WORKBOOK, "workbooks of records")
        data = io.BytesIO(archive.read(name))
    book = openpyxl.load_workbook(data, read_only=True, data_only=True)
    try:
        for sheet in book.worksheets:
            rows = sheet.iter_rows(values_only=True)
            header = [" ".join(str(cell or "").split()) for cell in next(rows, ())]
            if "AidData Record ID" not in header or "Recipient" not in header:
                continue
            if missing := [column for column in _NEEDED if column not in header]:
                raise FetchError(f"{PROVIDER}: the sheet has no column {', '.join(missing)}")
            at = {column: header.index(column) for column in _NEEDED}
            listed = [
                {column: _cell(row[i]) for column, i in at.items()}
                for row in rows
                if row[at["AidData Record ID"]] is not None
            ]
            return pd.DataFrame(listed, columns=list(_NEEDED))
    finally:
        book.close()
    raise FetchError(f"{PROVIDER}: the workbook has no sheet of records")


def _cell(value: Any) -> Any:
    return "" if value is None else " ".join(value.split()) if isinstance(value, str) else value
