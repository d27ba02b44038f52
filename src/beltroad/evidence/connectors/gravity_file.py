"""CEPII Gravity: distances, contiguity, language, agreements by pair and year, from a zip file.

One CSV of every pair and year since 1948, also of pairs that did not exist: those rows are left
out, and so are states that are no more. Columns of UN Comtrade trade inside the file keep the terms
of UN Comtrade and are not read. Source:
https://www.cepii.fr/DATA_DOWNLOAD/gravity/doc/Gravity_documentation.pdf.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.evidence.connectors.access import Access
from beltroad.evidence.connectors.archives import Archive, member, opened
from beltroad.evidence.connectors.frames import (
    codes_of,
    drop_doubles,
    finish,
    with_economies,
    years,
)
from beltroad.evidence.connectors.request import FetchError, Raw, Request

__all__ = ["DEFAULT", "Query", "fetch", "parse"]

PROVIDER = "gravity"
LICENCE = "etalab-2.0"
BASE = "https://www.cepii.fr/DATA_DOWNLOAD/gravity/data"
DEFAULT = ("distw_harmonic", "dist", "contig", "comlang_off", "col_dep_ever", "fta_wto")
_MAX_BYTES = 3_000_000_000
_CHUNK_ROWS = 200_000
_KEYS = ("year", "iso3_o", "iso3_d", "country_exists_o", "country_exists_d")
_UNITS = {
    "dist": "km", "distcap": "km", "distw_harmonic": "km", "distw_arithmetic": "km",
    "distw_harmonic_jh": "km", "distw_arithmetic_jh": "km",
    "pop_o": "thousand", "pop_d": "thousand",
    "gdp_o": "thousand current USD", "gdp_d": "thousand current USD",
    "tradeflow_baci": "thousand current USD", "manuf_tradeflow_baci": "thousand current USD",
    "tradeflow_imf_o": "thousand current USD", "tradeflow_imf_d": "thousand current USD",
}  # fmt: skip


@dataclass(frozen=True)
class Query:
    """What to read.

    Attributes
    ----------
    origins, destinations
        Names or codes; empty for all.
    variables
        Numeric columns of the file.
    """

    period: str
    origins: Sequence[str] = ()
    destinations: Sequence[str] = ()
    variables: Sequence[str] = DEFAULT
    release: str = "202211"
    base: str = BASE


def fetch(query: Query, access: Access | None = None) -> pd.DataFrame:
    """Fetch the archive once and read the part asked for.

    Raises
    ------
    InputError
        If the query cannot be used.
    FetchError
        If the archive could not be had whole.
    """
    access = access or Access()
    if not re.fullmatch(r"\d{6}[a-z]?", query.release):
        raise InputError(f"release {query.release!r:.20}: give it as 202211")
    _check_variables(query.variables)
    years(query.period)
    codes_of([*query.origins, *query.destinations])
    address = f"{query.base}/Gravity_csv_V{query.release}.zip"
    request = Request(PROVIDER, address, "zip", LICENCE, max_bytes=_MAX_BYTES)
    raw = access.get(request, keeps=True)
    return parse(raw.path, raw, query)


def parse(source: Archive, raw: Raw, query: Query) -> pd.DataFrame:
    """Tidy rows of the pairs and years asked for."""
    first, last = years(query.period)
    _check_variables(query.variables)
    parts = []
    with opened(source) as archive:
        name = member(archive, r"Gravity_V\w+\.csv", "Gravity")
        with archive.open(name) as handle:
            header = pd.read_csv(handle, nrows=0).columns
        if missing := [key for key in _KEYS if key not in header]:
            raise FetchError(f"{PROVIDER}: the file has no column {', '.join(missing)}")
        for variable in query.variables:
            if variable not in header:
                close = suggest(variable, header)
                raise InputError(f"no variable {variable!r:.40} in the file. {close}".rstrip())
        with archive.open(name) as handle:
            chunks = pd.read_csv(handle, chunksize=_CHUNK_ROWS, dtype=str, keep_default_na=False,
                                 usecols=[*_KEYS, *query.variables])  # fmt: skip
            for chunk in chunks:
                year = chunk["year"].astype(int)
                kept = year.between(first or 0, last or 9999)
                kept &= (chunk["country_exists_o"] == "1") & (chunk["country_exists_d"] == "1")
                parts.append(chunk[kept])
    wide = pd.concat(parts, ignore_index=True)
    wide = wide.rename(columns={"iso3_o": "economy", "iso3_d": "partner", "year": "period"})
    mapped = with_economies(wide, ["economy", "partner"], provider=PROVIDER, scheme=None)
    for column, asked in (("economy", query.origins), ("partner", query.destinations)):
        if asked:
            left = mapped.attrs["left_out"]
            mapped = mapped[mapped[column].isin(codes_of(asked))].copy()
            mapped.attrs["left_out"] = left
    single = drop_doubles(mapped, wide, ["economy", "partner"])
    tidy = []
    for variable in query.variables:
        part = single[["economy", "partner", "period"]].copy()
        text = single[variable].str.strip()
        part["value"] = pd.to_numeric(text.mask(text.isin(["", "NA"])))
        part["indicator"], part["unit"] = variable, _UNITS.get(variable, "")
        part["flags"] = part["value"].isna().map({True: "no_value", False: ""})
        tidy.append(part)
    frame = pd.concat(tidy, ignore_index=True)
    frame.attrs["left_out"] = single.attrs["left_out"]
    match = re.search(r"V(\d{6}\w?)\.csv$", name)
    return finish(frame, raw, source="CEPII, Gravity", vintage=match[1] if match else query.release)


def _check_variables(variables: Sequence[str]) -> None:
    if not variables:
        raise InputError("name at least one variable, for example distw_harmonic")
    for variable in variables:
        if variable.startswith("tradeflow_comtrade"):
            raise InputError(
                f"{variable} holds UN Comtrade data, whose terms do not allow passing rows on, "
                "inside a file under an open licence; use tradeflow_baci, or fetch comtrade"
            )
