"""Read a year of CEPII's BACI: recorded goods trade by pair of economies.

A year is one CSV of some 11 million rows (t year, i exporter, j importer, k product of the
Harmonised System, v thousand USD free on board, q tonnes), which comes in a zip archive with all
years and with ``country_codes_*.csv``. It is read in pieces, so that memory stays small. Numeric
codes are those of UN Comtrade and not always ISO's: 842 is the United States with territories, 251
France, 579 Norway, 699 India and 757 Switzerland, each with what their customs territory holds.
"""

from __future__ import annotations

import contextlib
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.trade.tables.hs_industry import PREFIXES, UNALLOCATED, industry_of

__all__ = ["BaciTrade", "read_baci"]

Array = npt.NDArray[np.float64]

THOUSAND = 1000.0
HIGHEST = 1000
# Comtrade's numbers where ISO has another one; 490 is "Other Asia, not elsewhere specified".
COMTRADE = {842: "USA", 251: "FRA", 579: "NOR", 699: "IND", 757: "CHE", 490: "TWN"}
# Codes of CEPII's own that stand for one economy.
OWN_CODES = {"S19": "TWN"}
COLUMNS = {"t": "int32", "i": "int32", "j": "int32", "k": "category", "v": "float64"}
SECTORS = (UNALLOCATED, *sorted(set(PREFIXES.values())))
SHOWN = 8


@dataclass(frozen=True)
class BaciTrade:
    """Recorded goods trade of one year.

    Attributes
    ----------
    flows
        ``year, exporter, importer, goods_trade_usd`` and, between the last two, ``sector`` where
        asked for (an ICIO industry, empty where a product names none). Current USD, free on board.
    year
    file
        Name of the CSV file, which tells revision and edition.
    notes
        What the codes stand for and what has no economy of its own.
    """

    flows: pd.DataFrame
    year: int
    file: str
    notes: tuple[str, ...]


def read_baci(
    path: str | Path, *, year: int | None = None, codes: str | Path | None = None,
    by_industry: bool = False, chunk_rows: int = 1_000_000,
) -> BaciTrade:  # fmt: skip
    """Read and add up a year of BACI.

    Parameters
    ----------
    path
        The zip archive as downloaded, or the CSV of a year.
    year
        Which year of an archive of several; needed only then.
    codes
        ``country_codes_*.csv``; by default that in the archive or beside the CSV, and where there
        is none the numeric codes of ISO 3166 and Comtrade's known exceptions.
    by_industry
        Also by ICIO industry (an own map of products, see `hs_industry`).

    Raises
    ------
    InputError
        If the file cannot be read, is no BACI file, or has codes of economies that no list knows.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"{path}: no such file; give a BACI file (CSV or zip)")
    try:
        name, listed = _members(path, year)
        known, notes = _codes(path, listed, None if codes is None else Path(codes))
        with _open(path, name) as handle:
            total, found = _add_up(path, handle, known, by_industry, chunk_rows)
    except InputError:
        raise
    except (ValueError, OSError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        reason = str(error).strip().splitlines() or ["no reason given"]
        raise InputError(f"{path}: cannot be read as a BACI file ({reason[-1]})") from None
    if year is not None and found != year:
        raise InputError(f"{path}: holds trade of {found}, not of {year}")
    flows = _table(total, known, found, by_industry)
    notes = [*notes, *_other_codes(flows)]
    if by_industry and (flows["sector"] == UNALLOCATED).any():
        lost = flows.loc[flows["sector"] == UNALLOCATED, "goods_trade_usd"].sum()
        share = 100 * lost / flows["goods_trade_usd"].sum()
        notes.append(f"products that name no industry: {share:.2g} % of value, sector left empty")
    return BaciTrade(flows, found, Path(name).name, tuple(notes))


def _members(path: Path, year: int | None) -> tuple[str, str]:
    """Names of the CSV of the year and of the list of codes (or empty)."""
    if path.suffix.lower() != ".zip":
        return path.name, ""
    with zipfile.ZipFile(path) as archive:
        names = [n for n in archive.namelist() if n.lower().endswith(".csv")]
    listed = [n for n in names if "country_code" in Path(n).name.lower()]
    years = {int(y[1]): n for n in names if (y := re.search(r"_Y(\d{4})_", Path(n).name))}
    if not years:
        raise InputError(f"{path}: holds no file of a year (BACI_HS92_Y2022_V202401.csv or alike)")
    span = ", ".join(str(y) for y in sorted(years))
    if year is None and len(years) > 1:
        raise InputError(f"{path}: holds {len(years)} years; say which (--year): {span}")
    chosen = next(iter(years)) if year is None else year
    if chosen not in years:
        raise InputError(f"{path}: holds no file of {chosen}; years in it: {span}")
    return years[chosen], listed[0] if listed else ""


@contextlib.contextmanager
def _open(path: Path, name: str) -> Iterator[IO[bytes]]:
    if path.suffix.lower() == ".zip":
        with zipfile.ZipFile(path) as archive, archive.open(name) as handle:
            yield handle
    else:
        with path.open("rb") as handle:
            yield handle


def _codes(path: Path, listed: str, given: Path | None) -> tuple[dict[int, str], list[str]]:
    """ISO codes by number, and what to tell about them."""
    notes = ["490 (Other Asia, not elsewhere specified) is counted as TWN"]
    if given is None and not listed:
        beside = sorted(path.parent.glob("country_code*.csv"))
        given = beside[-1] if beside else None
    if given is None and not listed:
        iso = evidence.load("countries")
        known = {
            int(number): str(code)
            for number, code in zip(iso["iso_numeric"], iso["iso3"], strict=True)
            if str(number).isdecimal()
        }
        notes.append("no country_codes file: numbers of ISO 3166 and of Comtrade")
        return known | COMTRADE, notes
    if given is not None and not given.is_file():
        raise InputError(f"{given}: no such file; give country_codes_*.csv of the download")
    with _open(path, listed) if given is None else given.open("rb") as handle:
        table = pd.read_csv(
            handle, dtype=str, keep_default_na=False, encoding="utf-8", encoding_errors="replace"
        )
    source = listed or str(given)
    number = _column(table, ("country_code", "code", "i"), source)
    iso3 = _column(table, ("country_iso3", "iso_3digit_alpha", "iso3"), source)
    known = {}
    for code, label in zip(table[number].str.strip(), table[iso3].str.strip(), strict=True):
        if not code.isdecimal() or int(code) >= HIGHEST:
            raise InputError(f"{source}: {number} {code[:20]!r} is no number below {HIGHEST}")
        if label and label != "N/A":
            known[int(code)] = OWN_CODES.get(label, label)
    # Older lists leave these without letters.
    return {
        code: iso for code, iso in COMTRADE.items() if str(code) in set(table[number])
    } | known, notes


def _column(table: pd.DataFrame, names: Sequence[str], source: str) -> str:
    for name in names:
        if name in table.columns:
            return name
    raise InputError(f"{source}: has no column {names[0]}; it has {', '.join(table.columns[:8])}")


def _add_up(
    path: Path, handle: IO[bytes], known: Mapping[int, str], by_industry: bool, chunk_rows: int
) -> tuple[Array, int]:
    """Thousand USD, ``[sector, exporter, importer]`` over SECTORS and the known numbers; year."""
    wanted = [c for c in COLUMNS if by_industry or c != "k"]
    reader: Any = pd.read_csv(
        handle, usecols=lambda c: str(c).strip() in wanted, skipinitialspace=True,
        chunksize=chunk_rows, dtype={c: COLUMNS[c] for c in wanted},
    )  # fmt: skip
    order = sorted(known)
    place = np.full(HIGHEST, -1, np.int64)
    place[order] = np.arange(len(order))
    shape = (len(SECTORS), len(order), len(order))
    total = np.zeros(int(np.prod(shape)))
    years: set[int] = set()
    unknown: dict[int, float] = {}
    for chunk in reader:
        missing = [c for c in wanted if c not in chunk.columns]
        if missing:
            raise InputError(
                f"{path}: has no column {', '.join(missing)}; a BACI file has t, i, j, k, v, q"
            )
        _check_rows(path, chunk)
        value = chunk["v"].to_numpy()
        seller, buyer = chunk["i"].to_numpy(), chunk["j"].to_numpy()
        years |= {int(t) for t in np.unique(chunk["t"].to_numpy())}
        for side in (seller, buyer):
            lost = place[side] < 0
            for code in np.unique(side[lost]):
                amount = float(value[lost & (side == code)].sum())
                unknown[int(code)] = unknown.get(int(code), 0.0) + amount
        if not unknown:
            sector = _sectors(chunk) if by_industry else np.zeros(len(chunk), np.int64)
            cell = np.ravel_multi_index((sector, place[seller], place[buyer]), shape)
            total += np.bincount(cell, weights=value, minlength=len(total))
    if not years:
        raise InputError(f"{path}: holds no rows")
    if unknown:
        named = ", ".join(
            f"{code} ({amount / 1e6:.3g} bn USD)"
            for code, amount in sorted(unknown.items(), key=lambda x: -x[1])[:SHOWN]
        )
        raise InputError(
            f"{path}: {len(unknown)} codes of economies are in no list: {named}; give "
            "country_codes_*.csv of the same download (--codes)"
        )
    if len(years) > 1:
        raise InputError(f"{path}: holds several years ({min(years)} to {max(years)}); give one")
    return total.reshape(shape), years.pop()


def _check_rows(path: Path, chunk: pd.DataFrame) -> None:
    """Values are numbers, codes of economies are within bounds; else the line is named."""
    value, seller, buyer = (chunk[c].to_numpy() for c in ("v", "i", "j"))
    codes = (np.minimum(seller, buyer) < 0) | (np.maximum(seller, buyer) >= HIGHEST)
    for bad, what in (
        (~(np.isfinite(value) & (value >= 0)), "v must be a number, not below zero"),
        (codes, f"i and j must be numbers below {HIGHEST}"),
    ):
        if bad.any():
            line = int(chunk.index[np.flatnonzero(bad)[0]]) + 2
            raise InputError(f"{path}: line {line}: {what}")


def _sectors(chunk: pd.DataFrame) -> npt.NDArray[np.int64]:
    """Position of each row's industry in SECTORS."""
    product = chunk["k"].cat
    found = [SECTORS.index(industry_of(str(c))) for c in product.categories]
    empty = SECTORS.index(UNALLOCATED)  # where no product is given, the code is -1
    return np.array([*found, empty], np.int64)[product.codes.to_numpy()]


def _table(total: Array, known: Mapping[int, str], year: int, by_industry: bool) -> pd.DataFrame:
    """Tidy rows sorted by exporter, importer and sector; USD."""
    names = np.array([known[code] for code in sorted(known)], dtype=object)
    k, i, n = np.nonzero(total)
    table = pd.DataFrame(
        {"exporter": names[i], "importer": names[n],
         "sector": np.array(SECTORS, dtype=object)[k], "goods_trade_usd": total[k, i, n] * THOUSAND}
    )  # fmt: skip
    keys = ["exporter", "importer"] + (["sector"] if by_industry else [])
    out = table.groupby(keys, sort=True)["goods_trade_usd"].sum().reset_index()
    out.insert(0, "year", year)
    return out


def _other_codes(flows: pd.DataFrame) -> list[str]:
    """Labels that are no economy of today, with what they trade."""
    today = set(evidence.load("countries")["iso3"])
    both = pd.concat(
        [flows.set_index(side)["goods_trade_usd"] for side in ("exporter", "importer")]
    )
    value = both.groupby(level=0).sum()
    other = value[~value.index.isin(list(today))].sort_values(ascending=False, kind="stable")
    if other.empty:
        return []
    named = ", ".join(f"{c} {v / 1e9:.3g} bn USD" for c, v in other.iloc[:SHOWN].items())
    return [
        f"{len(other)} codes kept that are no economy of the bundled list (small territories, "
        f"former states, groups): {named}"
    ]
