"""IMF, Direct Investment Positions by Counterpart Economy, from the user's own download.

Positions are stocks at the end of the year in current dollars, negative where a parent owes its
affiliates more than it owns. What a reporter keeps confidential is suppressed, not zero.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from beltroad.errors import InputError
from beltroad.evidence.connectors import imf
from beltroad.evidence.connectors.request import Raw, Request
from beltroad.finance.invest.faults import Faults
from beltroad.finance.invest.importers.imported import Imported, finished, row

__all__ = ["INDICATORS", "from_frame", "read"]

INDICATORS: dict[str, tuple[str, str]] = {
    "INWD_D_NETLA_FALL_ALL": ("inward", "fdi"),
    "OTWD_D_NETAL_FALL_ALL": ("outward", "fdi"),
}
"""Direction and instrument of the dataflow's totals; further codes can be given."""
_COLUMNS = ("economy", "partner", "indicator", "period", "value", "unit", "flags", "derived")


def read(path: Path, *, indicators: Mapping[str, tuple[str, str]] | None = None) -> Imported:
    """Read a file of the dataflow (SDMX-CSV or SDMX-ML), or rows that ``evidence fetch`` wrote.

    Raises
    ------
    InputError
        If the file cannot be read, or rows are faulty.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    head = data[:4000].split(b"\n")[0].decode("utf-8-sig", "replace")
    if {"economy", "partner", "indicator"} <= set(head.strip().split(",")):
        frame = pd.read_csv(path, keep_default_na=False, dtype=str)
        frame["value"] = pd.to_numeric(frame["value"].replace("", None), errors="coerce")
        return from_frame(frame, str(path), indicators=indicators)
    request = Request(imf.PROVIDER, "https://data.imf.org/", "sdmx", imf.LICENCE)
    raw = Raw(request, path, hashlib.sha256(data).hexdigest(), len(data), 200,
              datetime.fromtimestamp(0, UTC))  # fmt: skip
    try:
        frame = imf.parse(data, raw, flow="dip")
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the readers raise, the file is at fault
        raise InputError(f"{path}: no file of the IMF's dataflow DIP ({error!s:.120})") from None
    return from_frame(frame, str(path), indicators=indicators)


def from_frame(frame: pd.DataFrame, source: str = "dip", *,
               indicators: Mapping[str, tuple[str, str]] | None = None) -> Imported:  # fmt: skip
    """Rows of the connector ``imf`` with flow ``dip`` as a ledger.

    Raises
    ------
    InputError
        Listing unknown indicators, units and periods.
    """
    meaning = {**INDICATORS, **(indicators or {})}
    faults = Faults(source)
    out = []
    for number, record in enumerate(frame.to_dict("records"), start=2):
        value = float(record.get("value", math.nan))
        flags = str(record.get("flags", ""))
        if record["indicator"] not in meaning:
            faults.add(number, "indicator", record["indicator"],
                       f"known are {', '.join(meaning)}; leave the row out, or read it from Python "
                       "with indicators={code: (direction, instrument)}")  # fmt: skip
            continue
        if str(record.get("unit", "USD")) not in ("USD", "", "US dollars", "US Dollars"):
            faults.add(number, "unit", record["unit"], "only US dollars can be read")
            continue
        direction, instrument = meaning[record["indicator"]]
        hidden = "obs_status=C" in flags
        unknown = math.isnan(value)
        derived = str(record.get("derived", "O")) not in ("O", "")
        out.append(row(
            reporter=record["economy"], partner=record["partner"], direction=direction,
            measure="stock", instrument=instrument, year=str(record["period"])[:4],
            period=str(record["period"]), value_usd_mn=value / 1e6, as_published="USD",
            status="suppressed" if hidden and unknown else "missing" if unknown else
            "imputed" if derived else "", source="imf-dip", confidence="high",
            note="derived by the IMF from the other side" if derived else "",
        ))  # fmt: skip
    faults.check()
    left = frame.attrs.get("left_out", [])
    notes = []
    if left:
        notes.append(f"{sum(each['rows'] for each in left)} rows of {len(left)} groups or former "
                     "states left out")  # fmt: skip
    return finished(out, source, notes)
