r"""Capital cost per year, the bill of each country, and gain net of cost.

Capital K that lasts T years costs, at the discount rate r and with upkeep m a year,

.. math:: A = K \, (\mathrm{CRF} + m), \qquad
          \mathrm{CRF} = \frac{r}{1 - (1 + r)^{-T}} \quad (1 / T \text{ where } r = 0).

A project in several countries is split by the length of line in each host where that is known,
and in equal shares where it is not. That says where the asset lies, not who pays in the end:
loans, grants and equity of others are another question.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from beltroad.errors import InputError, suggest

__all__ = ["annual_cost", "bill_by_country", "capital_recovery_factor", "net_gain"]


def capital_recovery_factor(discount_rate: ArrayLike, life_years: ArrayLike) -> NDArray[np.float64]:
    """Yearly payment that repays one unit of capital with interest over its life.

    Parameters
    ----------
    discount_rate
        Yearly rate as a fraction, from 0 to below 1.
    life_years
        Years above 0; broadcasts against ``discount_rate``.

    Raises
    ------
    InputError
        If a rate or a life is out of range.
    """
    rate, life = np.broadcast_arrays(
        np.asarray(discount_rate, np.float64), np.asarray(life_years, np.float64)
    )
    if not np.all((rate >= 0) & (rate < 1)):
        raise InputError(
            f"discount_rate must be a fraction from 0 to below 1, not {discount_rate!r}"
        )
    if not np.all((life > 0) & np.isfinite(life)):
        raise InputError(f"life_years must be above 0 and finite, not {life_years!r}")
    # expm1 and log1p keep the factor exact as the rate goes to zero.
    safe = np.where(rate > 0, rate, 1.0)
    factor = safe / -np.expm1(-life * np.log1p(safe))
    return np.where(rate > 0, factor, 1 / life)


def annual_cost(
    cost_usd: ArrayLike,
    discount_rate: ArrayLike,
    life_years: ArrayLike,
    maintenance_share: ArrayLike = 0.0,
) -> NDArray[np.float64]:
    """Annuity of capital plus yearly upkeep, USD a year; missing costs stay missing.

    Parameters
    ----------
    cost_usd
        Capital cost, USD, not below 0.
    discount_rate, life_years
        As in :func:`capital_recovery_factor`.
    maintenance_share
        Upkeep a year as a share of capital cost, from 0 to below 1.

    Raises
    ------
    InputError
        If a value is out of range.
    """
    cost, share = np.asarray(cost_usd, np.float64), np.asarray(maintenance_share, np.float64)
    if np.any(cost < 0) or np.any(np.isinf(cost)):
        raise InputError(f"cost_usd must be finite and not below 0, not {cost_usd!r}")
    if not np.all((share >= 0) & (share < 1)):
        raise InputError(
            f"maintenance_share must be a fraction from 0 to below 1, not {maintenance_share!r}"
        )
    return cost * (capital_recovery_factor(discount_rate, life_years) + share)


def bill_by_country(
    projects: pd.DataFrame,
    countries: pd.DataFrame,
    *,
    length_km: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Cost of projects by the country in which they lie.

    Parameters
    ----------
    projects
        One row a project: ``id`` (unique), ``countries`` (ISO 3166 alpha-3 codes separated by
        semicolons) and at least one column of money whose name ends in ``_usd``; all such
        columns are split alike.
    countries
        ``iso3`` (unique) and ``gdp_usd`` (missing or above 0).
    length_km : (project, country), optional
        Length of each project's line in each host, indexed by ``id`` with codes as columns. A
        project that is absent or whose hosts have no length is split in equal shares.

    Returns
    -------
    DataFrame indexed by ``iso3``, in the order of ``countries``
        The money columns (0 where nothing lies in a country), ``projects`` (how many),
        ``projects_without_cost`` and ``cost_pct_gdp`` (first money column over GDP, %).

    Raises
    ------
    InputError
        If columns are missing, ids or codes are doubled, a host is unknown, or a length or a
        cost is below 0.
    """
    money = [c for c in projects.columns if str(c).endswith("_usd")]
    _need(projects, ["id", "countries"], "projects")
    _need(countries, ["iso3", "gdp_usd"], "countries")
    if not money:
        raise InputError("projects: no column of money (a name that ends in '_usd')")
    for frame, column in ((projects, "id"), (countries, "iso3")):
        double = frame[column][frame[column].duplicated()].tolist()
        if double:
            raise InputError(f"{column} given twice: {', '.join(map(str, double))}")
    if (projects[money] < 0).any(axis=None):
        bad = projects["id"][(projects[money] < 0).any(axis=1)].tolist()
        raise InputError(f"projects with a cost below 0: {', '.join(map(str, bad))}")

    known = pd.Index(countries["iso3"].astype(str), name="iso3")
    share = _shares(projects, known, length_km)
    cost = projects.set_index("id")[money].astype(float)
    out = pd.DataFrame(0.0, index=known, columns=pd.Index(money))
    for column in money:
        out[column] = share.T.to_numpy() @ cost[column].fillna(0.0).to_numpy()
    hosts = share.to_numpy() > 0
    out["projects"] = hosts.sum(axis=0)
    out["projects_without_cost"] = hosts[cost[money[0]].isna().to_numpy()].sum(axis=0)
    gdp = countries["gdp_usd"].astype(float).to_numpy()
    if np.any(gdp <= 0):
        raise InputError("countries: gdp_usd must be above 0 or missing")
    out["cost_pct_gdp"] = 100 * out[money[0]].to_numpy() / gdp
    return out


def net_gain(real_income_change_usd: pd.Series, annual_cost_usd: pd.Series) -> pd.Series:
    """Yearly real income gain less yearly cost, USD a year, by country.

    Raises
    ------
    InputError
        If the two have different labels: a country without a bill has a bill of 0.
    """
    gain, cost = real_income_change_usd, annual_cost_usd
    odd = gain.index.symmetric_difference(cost.index)
    if len(odd) or gain.index.has_duplicates or cost.index.has_duplicates:
        raise InputError(
            f"gain and cost are not of the same countries: {', '.join(map(str, odd[:8]))}"
        )
    return (gain - cost.reindex(gain.index)).rename("net_gain_usd")


def _shares(
    projects: pd.DataFrame, known: pd.Index, length_km: pd.DataFrame | None
) -> pd.DataFrame:
    """Share of each project in each country; every row adds up to one."""
    share = pd.DataFrame(0.0, index=pd.Index(projects["id"]), columns=known)
    for name, cell in zip(projects["id"], projects["countries"].astype(str), strict=True):
        hosts = list(dict.fromkeys(h.strip() for h in cell.split(";") if h.strip()))
        unknown = [h for h in hosts if h not in known]
        if unknown or not hosts:
            hint = suggest(unknown[0], known) if unknown else "Name at least one host."
            raise InputError(f"project {name!r}: hosts {cell!r} are not all known. {hint}".strip())
        weight = np.ones(len(hosts))
        if length_km is not None and name in length_km.index:
            length = length_km.loc[name].reindex(hosts).fillna(0.0).to_numpy(np.float64)
            if np.any(length < 0):
                raise InputError(f"project {name!r}: lengths below 0 in {hosts}")
            weight = length if length.sum() > 0 else weight
        share.loc[name, hosts] = weight / weight.sum()
    return share


def _need(frame: pd.DataFrame, columns: list[str], what: str) -> None:
    missing = [c for c in columns if c not in frame.columns]
    if missing:
        raise InputError(f"{what}: missing column {', '.join(missing)}")
