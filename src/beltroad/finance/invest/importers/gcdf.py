"""AidData's GCDF 3.0 from the user's own download: commitments by recipient, year and class."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from beltroad.errors import InputError
from beltroad.evidence.connectors import aiddata
from beltroad.evidence.connectors.request import Raw, Request
from beltroad.finance.invest.importers.imported import Imported, finished, row

__all__ = ["read"]

_CLASSES = {"oda": "oda", "oof": "oof", "vague": "vague"}


def read(path: Path, *, period: str = "") -> Imported:
    """Sum the records recommended for aggregates, in constant 2021 USD.

    Parameters
    ----------
    path
        The zip file as AidData gives it out.
    period
        Years, ``2013:2021``; empty for all.

    Raises
    ------
    InputError
        If the file is not AidData's, or a class of flow is not known.
    """
    if not path.is_file():
        raise InputError(f"{path}: there is no such file")
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    request = Request(aiddata.PROVIDER, aiddata.ADDRESS, "zip", aiddata.LICENCE)
    raw = Raw(request, path, digest, path.stat().st_size, 200, datetime.fromtimestamp(0, UTC))
    try:
        records = aiddata.parse(path, raw, aiddata.Query(period=period))
    except InputError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the readers raise, the file is at fault
        raise InputError(f"{path}: no GCDF archive ({error!s:.120})") from None
    records = records[records["indicator"] == "commitment"]
    kind = records["flow_class"].astype(str).str.casefold().str.extract(r"^(oda|oof|vague)")[0]
    if wrong := sorted(set(records["flow_class"][kind.isna()].astype(str))):
        raise InputError(
            f"{path}: flow class {wrong[0]!r:.40} is none of ODA-like, OOF-like, Vague"
        )
    records = records.assign(kind=kind.map(_CLASSES))
    out = []
    lacking = 0
    for (economy, year, instrument), part in records.groupby(["economy", "period", "kind"]):
        known = part["value"].notna()
        lacking += int((~known).sum())
        total = float(part["value"].sum(min_count=1)) / 1e6
        out.append(row(
            reporter="CHN", partner=economy, direction="outward", measure="commitment",
            instrument=instrument, year=year, period=year, value_usd_mn=total,
            price_basis=aiddata.UNIT, as_published="constant 2021 USD",
            status="" if known.any() else "missing", source="gcdf3-own", confidence="high",
            note="" if known.all() else
            f"{int((~known).sum())} of {len(part)} records have no amount",
        ))  # fmt: skip
    notes = ["constant 2021 USD, records recommended for aggregates; AidData's headline of "
             "1,340 bn has another scope"]  # fmt: skip
    if lacking:
        notes.append(f"{lacking} records have no amount and are not counted as zero")
    left = records.attrs.get("left_out", [])
    if left:
        notes.append(f"{sum(each['rows'] for each in left)} rows of regions left out")
    return finished(out, str(path), notes)
