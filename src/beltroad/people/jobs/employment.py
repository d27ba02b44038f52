"""People in work by industry: by broad sector as bundled, spread within it by wage bill.

Spreading gives everybody in a broad sector of an economy the same wage. That is wrong within
sectors (a refinery pays more than a tailor), so people are put too low where wages are low and too
high where they are high; sums by sector are those of the source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from sys import float_info

import pandas as pd

from beltroad.errors import InputError
from beltroad.evidence.tables import load
from beltroad.people.tables import number_of, read_table, refuse

__all__ = ["SECTORS", "employment", "read_employment", "sector_of", "spread"]

SECTORS = ("agriculture", "industry", "services")
_NEEDED = ("iso3", "sector", "employed_persons")


def sector_of(industry: str) -> str:
    """Broad sector of an industry named by an ISIC Rev. 4 section or division (``C10T12``).

    Raises
    ------
    InputError
        If the name does not begin like ISIC.
    """
    if not re.fullmatch(r"[A-U](\d[0-9A-Z_]*)?", industry):
        raise InputError(
            f"industry {industry!r:.40} is no ISIC section or division (A01, C10T12, G): rename "
            "it, or in Python give its sector: agriculture, industry or services"
        )
    if industry[0] == "A":
        return "agriculture"
    return "industry" if industry[0] in "BCDEF" else "services"


def employment() -> pd.DataFrame:
    """Bundled people in work: ``iso3, year, sector, employed_persons, kind, source``."""
    return load("employment")


def read_employment(path: Path) -> pd.DataFrame:
    """People in work from a CSV: ``iso3, sector, employed_persons``.

    Raises
    ------
    InputError
        With all faults of the file in one message.
    """
    table = read_table(path, _NEEDED)
    faults = [] if len(table) else ["no rows under the heading"]
    seen: set[tuple[str, str]] = set()
    for line, iso3, sector, persons in table[list(_NEEDED)].itertuples():
        if sector not in SECTORS:
            faults.append(f"line {line}: sector {sector!r:.40}; choose {', '.join(SECTORS)}")
        if (iso3, sector) in seen:
            faults.append(f"line {line}: {iso3} {sector} is given twice; keep one year")
        seen.add((iso3, sector))
        value = number_of(persons)
        if value is None or value < 0.0:
            faults.append(
                f"line {line}: employed_persons {persons!r:.40} is not a number of 0 or more"
            )
    refuse(path, faults)
    return table.assign(employed_persons=table["employed_persons"].astype(float))


def spread(
    bills: pd.DataFrame, people: pd.DataFrame, *, sectors: Mapping[str, str] | None = None
) -> pd.DataFrame:
    """People in work by industry (rows) and economy (columns), of ``bills``'s shape.

    Parameters
    ----------
    bills
        Wage bills, industries as rows, economies as columns.
    people
        ``iso3, sector, employed_persons``: one row per economy and sector.
    sectors
        Sector by industry; by ISIC name if not given.

    Returns
    -------
    DataFrame
        ``E_j = E_s B_j / sum of B_k over s``; economies without all sectors are NaN throughout, and
        so are those where a sector with people pays no wages, or the reverse.

    Raises
    ------
    InputError
        For a missing column, an unknown sector, a pair given twice or a negative number.
    """
    table = _checked(people)
    of = {str(i): sectors[i] if sectors and i in sectors else sector_of(str(i))
          for i in bills.index}  # fmt: skip
    if unknown := sorted(set(of.values()) - set(SECTORS)):
        raise InputError(f"sector {unknown[0]!r:.40}: choose {', '.join(SECTORS)}")
    sector = pd.Series([of[str(i)] for i in bills.index], index=bills.index)
    wide = table.pivot(index="sector", columns="iso3", values="employed_persons")
    wide = wide.reindex(index=list(SECTORS), columns=bills.columns)
    paid = bills.groupby(sector).sum().reindex(list(SECTORS)).fillna(0.0)
    sound = wide.notna().all() & ((wide > 0.0) == (paid > 0.0)).all()
    wage = (paid / wide).where(wide > 0.0)
    out = (bills / wage.loc[list(sector)].set_axis(bills.index)).fillna(0.0)
    return out.where(sound, axis="columns")


def _checked(people: pd.DataFrame) -> pd.DataFrame:
    if missing := [c for c in _NEEDED if c not in people.columns]:
        raise InputError(f"employment has no column {', '.join(missing)}")
    table = people[list(_NEEDED)]
    if unknown := sorted(set(table["sector"]) - set(SECTORS)):
        raise InputError(f"employment: sector {unknown[0]!r:.40}; choose {', '.join(SECTORS)}")
    twice = table[table.duplicated(["iso3", "sector"])]
    if len(twice):
        row = twice.iloc[0]
        raise InputError(f"employment: {row['iso3']} {row['sector']} is given twice; keep one year")
    wrong = table[~table["employed_persons"].between(0.0, float_info.max)]
    if len(wrong):
        row = wrong.iloc[0]
        raise InputError(
            f"employment: {row['iso3']} {row['sector']}: {row['employed_persons']}; "
            "give persons, 0 or more"
        )
    return table
