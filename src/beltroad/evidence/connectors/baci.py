"""CEPII BACI: reconciled goods trade by exporter, importer, year and HS6 product, from a zip file.

One archive for each HS revision, with a CSV ``t,i,j,k,v,q`` for each year (thousand USD, tonnes)
and the country codes, which are those of UN Comtrade (251 France, 490 Other Asia, 842 USA). Rows
are summed to pairs while reading. Source:
https://www.cepii.fr/DATA_DOWNLOAD/baci/doc/baci_webpage.html.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from beltroad.errors import InputError
from beltroad.evidence import economies
from beltroad.evidence.connectors.access import Access
from beltroad.evidence.connectors.archives import Archive, member, opened
from beltroad.evidence.connectors.frames import KEY, codes_of, finish, join, with_economies, years
from beltroad.evidence.connectors.request import FetchError, Raw, Request

__all__ = ["Query", "fetch", "parse"]

PROVIDER = "baci"
LICENCE = "etalab-2.0"
BASE = "https://www.cepii.fr/DATA_DOWNLOAD/baci/data"
_MAX_BYTES = 4_000_000_000
_CHUNK_ROWS = 1_000_000
_USD = 1000.0  # values are in thousand US dollars


@dataclass(frozen=True)
class Query:
    """What to fetch and which part to read.

    Attributes
    ----------
    exporters, importers
        Names or codes; empty for all.
    products
        HS codes of two to six digits, each summed; TOTAL for all goods.
    revision, release
        HS revision (``17``, years from 2017 on) and release (``202501``) of the archive.
    """

    period: str
    exporters: Sequence[str] = ()
    importers: Sequence[str] = ()
    products: Sequence[str] = ("TOTAL",)
    revision: str = "17"
    release: str = "202501"
    base: str = BASE


def fetch(query: Query, access: Access | None = None) -> pd.DataFrame:
    """Fetch the archive once (hundreds of MB) and read the part asked for.

    Raises
    ------
    InputError
        If the query cannot be used, or the archive has no such year.
    FetchError
        If the archive could not be had whole.
    """
    access = access or Access()
    if not re.fullmatch(r"\d{2}:\d{6}[a-z]?", f"{query.revision}:{query.release}"):
        raise InputError("give an HS revision of two digits and a release such as 202501")
    years(query.period)
    codes_of([*query.exporters, *query.importers])
    name = f"BACI_HS{query.revision}_V{query.release}.zip"
    request = Request(PROVIDER, f"{query.base}/{name}", "zip", LICENCE, max_bytes=_MAX_BYTES)
    raw = access.get(request, keeps=True)
    return parse(raw.path, raw, query)


def parse(source: Archive, raw: Raw, query: Query) -> pd.DataFrame:
    """Tidy rows of trade between pairs; ``indicator`` is ``exports:`` and the product."""
    first, last = years(query.period)
    for product in query.products:
        if not re.fullmatch(r"TOTAL|\d{2,6}|[0-9A-Z]{6}", product):
            raise InputError(f"product {product!r:.20}: give TOTAL or two to six digits")
    with opened(source) as archive:
        table = pd.read_csv(
            archive.open(member(archive, r"country_codes_V\w+\.csv", "country codes")),
            dtype=str, keep_default_na=False, encoding_errors="replace",
        )  # fmt: skip
        if missing := {"country_code", "country_name", "country_iso3"} - set(table.columns):
            raise FetchError(f"{PROVIDER}: the country codes have no column {sorted(missing)}")
        known = {str(row["country_code"]): _own(row) for row in table.to_dict("records")}
        found = _year_files(archive)
        chosen = {y: name for y, name in found.items() if (first or 0) <= y <= (last or 9999)}
        if not chosen:
            raise InputError(
                f"period {query.period!r:.30}: the archive holds {min(found)} to {max(found)}"
            )
        frames = []
        for name in chosen.values():
            trade = _pairs(archive, name, query.products)
            mapped = with_economies(
                trade, ["economy", "partner"], provider=PROVIDER, scheme="comtrade", known=known
            )
            left = mapped.attrs["left_out"]
            for column, asked in (("economy", query.exporters), ("partner", query.importers)):
                if asked:
                    mapped = mapped[mapped[column].isin(codes_of(asked))]
            # Two numbers of one economy (729 and 736 for Sudan) never share a year, but may.
            summed = mapped.groupby([*KEY, "unit"], as_index=False).agg(
                value=("value", "sum"), flags=("flags", "max")
            )
            summed.attrs["left_out"] = left
            match = re.search(r"V(\d{6}\w?)\.csv$", name)
            frames.append(finish(
                summed, raw, source="CEPII, BACI", vintage=match[1] if match else query.release
            ))  # fmt: skip
        joined = join(frames)
        joined.attrs["raw"] = [raw.about()]
        return joined


def _year_files(archive: zipfile.ZipFile) -> dict[int, str]:
    found = {}
    for name in archive.namelist():
        if match := re.fullmatch(r"BACI_HS\d\d_Y(\d{4})_V\w+\.csv", name.rpartition("/")[2]):
            found[int(match[1])] = name
    if not found:
        raise FetchError(f"{PROVIDER}: the archive holds no file of a year")
    return dict(sorted(found.items()))


def _pairs(archive: zipfile.ZipFile, name: str, products: Sequence[str]) -> pd.DataFrame:
    """Trade of one year in USD, summed over the products asked for while reading."""
    total: dict[tuple[str, str, str, str], float] = {}
    with archive.open(name) as handle:
        chunks = pd.read_csv(handle, chunksize=_CHUNK_ROWS, usecols=lambda c: c.strip() in "tijkv",
                             dtype={"t": str, "i": str, "j": str, "k": str})  # fmt: skip
        for chunk in chunks:
            if missing := set("tijkv") - set(chunk.columns):
                raise FetchError(f"{PROVIDER}: {name} has no column {', '.join(sorted(missing))}")
            if not pd.api.types.is_numeric_dtype(chunk["v"]) or chunk["v"].isna().any():
                raise FetchError(f"{PROVIDER}: {name} has values that are no numbers")
            product = chunk["k"].str.strip().str.zfill(6)
            for asked in products:
                part = chunk if asked == "TOTAL" else chunk[product.str.startswith(asked)]
                summed = part.groupby(["t", "i", "j"], as_index=False)["v"].sum()
                columns = (summed[c].tolist() for c in "tijv")
                for t, i, j, value in zip(*columns, strict=True):
                    key = (t.strip(), i.strip(), j.strip(), asked)
                    total[key] = total.get(key, 0.0) + float(value)
    rows = [
        {"economy": i, "partner": j, "indicator": f"exports:{asked}", "period": t,
         "value": value * _USD, "unit": "USD",
         "flags": "other_asia_nes" if "490" in (i, j) else ""}
        for (t, i, j, asked), value in total.items()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=[*KEY, "value", "unit", "flags"])


def _own(row: Mapping[Any, Any]) -> economies.Found:
    """What a number means by the archive's own list."""
    found = economies.lookup(row["country_iso3"]) if row["country_iso3"] else None
    if found is not None and found.kind != "unknown":
        return found
    if re.search(r"\bnes\b|\(\.\.\.\d{4}\)", row["country_name"]):
        return economies.Found("", "aggregate", row["country_name"])
    return economies.Found("", "unknown")
