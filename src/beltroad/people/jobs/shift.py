"""Labour that changes industry, from wage bills before and after.

In the trade model labour is mobile between the industries of an economy at one wage, so what an
industry pays over the wage is its labour, and its share of labour is its share of the wage bill.
The economy's labour is given: jobs gained and lost cancel, and the net is zero by construction.
What says something is the size of the shift,

    S = 1/2 sum_j |s'_j - s_j|,

the smallest share of labour that must change industry. People at home within an industry, between
firms and places, or out of work for a while are not in it.

With people in work known by sector, wages of industries differ. Their ratios are then held and one
level of wages clears the labour market in persons:

    E'_j = E_j b_j / w,   b_j = B'_j / B_j,   w = sum_j (E_j / E) b_j.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from beltroad.people.jobs.bills import check_bills
from beltroad.people.jobs.employment import spread

__all__ = ["Shift", "shift"]

_NO_PEOPLE = "people in work not known"
_SPREAD = "people spread over the industries of a sector by wage bill"


@dataclass(frozen=True)
class Shift:
    """What labour does when wage bills change.

    Attributes
    ----------
    economies
        ``iso3``, ``shift_pct`` (S, of the model's labour), ``net_pct`` (zero by construction),
        ``employed_persons``, ``jobs_moved_persons`` and ``jobs_moved_pct`` (the same in persons),
        ``jobs_gained_persons``, ``jobs_lost_persons``, ``net_persons``, ``largest_gain`` and
        ``largest_loss`` (industries), ``imputed``, ``note``. Persons are NaN where not known.
    industries
        One row per economy and industry: ``iso3``, ``industry``, ``share_before_pct``,
        ``share_after_pct``, ``change_points``, ``labour_change_pct``, ``persons_before``,
        ``persons_after``, ``change_persons``.
    """

    economies: pd.DataFrame
    industries: pd.DataFrame


def shift(
    wage_bill_before: pd.DataFrame,
    wage_bill_after: pd.DataFrame,
    employment: pd.DataFrame | None = None,
    *,
    sectors: Mapping[str, str] | None = None,
) -> Shift:
    """Labour that changes industry, by economy and by industry.

    Parameters
    ----------
    wage_bill_before, wage_bill_after
        USD in any one numeraire; industries as rows, economies (ISO 3166-1 alpha-3) as columns.
    employment
        ``iso3, sector, employed_persons``; :func:`~beltroad.people.jobs.employment` has a bundled
        one. Shares of labour alone if not given.
    sectors
        Broad sector by industry, for names that are not ISIC.

    Raises
    ------
    InputError
        For tables that do not match or cannot be used.
    """
    before, after = check_bills(wage_bill_before, wage_bill_after)
    old, new = before / before.sum(), after / after.sum()
    change = new - old
    if employment is None:
        people = pd.DataFrame(np.nan, index=before.index, columns=before.columns)
    else:
        people = spread(before, employment, sectors=sectors)
    moved = persons_after(before, after, people)
    difference = moved - people
    known = people.notna().all()
    gained = difference.clip(lower=0.0).sum().where(known)
    lost = (-difference.clip(upper=0.0)).sum().where(known)
    employed = people.sum().where(known)
    economies = pd.DataFrame(
        {
            "iso3": before.columns.to_numpy(),
            "shift_pct": 50.0 * change.abs().sum().to_numpy(),
            "net_pct": 0.0,
            "employed_persons": employed.to_numpy(),
            "jobs_moved_persons": ((gained + lost) / 2.0).to_numpy(),
            "jobs_moved_pct": (50.0 * (gained + lost) / employed).to_numpy(),
            "jobs_gained_persons": gained.to_numpy(),
            "jobs_lost_persons": lost.to_numpy(),
            "net_persons": (gained - lost).to_numpy(),
            "largest_gain": _largest(change),
            "largest_loss": _largest(-change),
            "imputed": known.to_numpy(),
            "note": np.where(known, _SPREAD, _NO_PEOPLE),
        }
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = (new / old).where(old > 0.0)
    tables = {
        "share_before_pct": 100.0 * old,
        "share_after_pct": 100.0 * new,
        "change_points": 100.0 * change,
        "labour_change_pct": 100.0 * (ratio - 1.0),
        "persons_before": people,
        "persons_after": moved,
        "change_persons": difference,
    }
    industries = pd.DataFrame(
        {
            "iso3": np.repeat(before.columns.to_numpy(), len(before)),
            "industry": np.tile(before.index.to_numpy(), before.shape[1]),
            **{name: table.to_numpy().T.ravel() for name, table in tables.items()},
        }
    )
    return Shift(economies, industries)


def persons_after(before: pd.DataFrame, after: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """People by industry after the change: ratios of industries' wages held, their sum held.

    An industry that paid nothing before has no people to go by; it takes people at the economy's
    mean wage.
    """
    mean_wage = before.sum() / people.sum().where(people.sum() > 0.0)
    wage = (before / people.where(people > 0.0)).fillna(mean_wage)
    wanted = after / wage
    return wanted * (people.sum() / wanted.sum()).where(people.notna().all())


def _largest(change: pd.DataFrame) -> list[str]:
    """Industry with the largest change by economy; empty where none is above zero."""
    values = change.to_numpy()
    at = values.argmax(axis=0)
    return [
        str(change.index[k]) if values[k, column] > 1e-12 else "" for column, k in enumerate(at)
    ]
