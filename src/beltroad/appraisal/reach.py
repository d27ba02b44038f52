"""Access before and after: people, output and markets within reach, by city and country."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.appraisal.cache import Cache
from beltroad.appraisal.cases import central_case
from beltroad.appraisal.economy import calibrated
from beltroad.appraisal.headlines import corridor_economies
from beltroad.appraisal.inputs import Inputs, gather
from beltroad.appraisal.levels import mean_value_of_time
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.schema import check_frame, variables
from beltroad.appraisal.transport import Transport
from beltroad.errors import InputError, suggest
from beltroad.infrastructure import reach

__all__ = [
    "Access", "Levers", "access", "access_of", "city_curves", "find_city", "levers_of",
    "newly_within", "reach_column",
]  # fmt: skip

Floats = NDArray[np.float32]
Array = NDArray[np.float64]
SIDES = ("before", "after")
PARTS = (0.1, 0.25, 0.5, 0.75, 0.9)


@dataclass(frozen=True)
class Levers:
    """What market access rests on besides hours.

    ``theta`` is the trade elasticity, ``value_per_day`` the share of a good's value that a day in
    transit costs, ``floor_hours`` the time below which the market potential rises no more.
    """

    theta: float
    value_per_day: float
    floor_hours: float = reach.FLOOR_HOURS


@dataclass(frozen=True)
class Access:
    """Access in both states; tables ``access_cities`` and ``access_countries``, and ``groups``.

    ``groups`` has the same measures for the mean inhabitant of all economies, landlocked ones,
    those along the corridors and those of each corridor. ``hours`` are kept for single cities.
    """

    cities: pd.DataFrame
    countries: pd.DataFrame
    groups: pd.DataFrame
    levers: Levers
    days: tuple[float, ...]
    hours: dict[str, Floats]


def reach_column(what: str, days: float, side: str) -> str:
    """Name of a column: ``what`` is ``population`` or ``gdp_usd``, reached within ``days``."""
    return f"{what}_{days:g}d_{side}"


def levers_of(scenario: Scenario) -> Levers:
    """Elasticity and value of time of a scenario, as means over goods traded between economies."""
    parameters = scenario.parameters
    model = calibrated(central_case(scenario))
    flow = model.trade_usd * ~np.eye(len(model.economies), dtype=bool)
    goods = flow.sum(axis=(1, 2)) * model.goods
    return Levers(
        theta=float((goods * model.theta).sum() / goods.sum()),
        value_per_day=mean_value_of_time(model, parameters.value_of_time),
    )


def access_of(
    scenario: Scenario,
    *,
    days: Sequence[float] = reach.DAYS,
    cache: Cache | None = None,
    progress: Progress | None = None,
) -> Access:
    """Access in the earlier and the later state of a scenario; routes what is not in the cache."""
    progress = progress or Progress()
    inputs = gather(scenario)
    transport = Transport(scenario, inputs, cache or Cache.default(), progress)
    hours = {side: transport.state(side).hours for side in SIDES}
    with progress.step("access"):
        return access(inputs, transport.city_ids, hours, levers_of(scenario), days=days)


def access(
    inputs: Inputs,
    city_ids: NDArray[np.str_],
    hours: dict[str, Floats],
    levers: Levers,
    *,
    days: Sequence[float] = reach.DAYS,
) -> Access:
    """Access from the hours ``before`` and ``after`` between cities, each (cities, cities).

    Days other than those of the schema give tables with columns of their own, which are not held
    against it.
    """
    country = inputs.city_country(city_ids)
    share = reach.shares(country, inputs.city_population(city_ids))
    known = inputs.countries.set_index("iso3")
    people, output = (reach.spread(country, share, known[c]) for c in ("population", "gdp_usd"))
    limits = tuple(float(d) for d in days)
    sides = [_measured(hours[side], people, output, levers, limits, side) for side in SIDES]
    measured = pd.concat(sides, axis=1).set_axis(pd.Index(city_ids, name="city_id"))

    about = inputs.cities.set_index("city_id")[["name", "iso3"]].reindex(city_ids)
    cities = about.assign(population=people, gdp_usd=output).join(_with_changes(measured))
    cities["rank"] = reach.ranks(cities["market_access_change_pct"].to_numpy())
    means = reach.country_means(country, share, measured)
    countries = _about_countries(known, country).join(_with_changes(means), how="inner")
    countries["rank"] = reach.ranks(countries["market_access_change_pct"].to_numpy())
    groups = _groups(countries, country, people, measured)
    by_city, by_country = cities.reset_index(), countries.reset_index()
    if limits == reach.DAYS:
        by_city = _declared(by_city, "access_cities")
        by_country = _declared(by_country, "access_countries")
    return Access(by_city, by_country, groups, levers, limits, hours)


def _declared(frame: pd.DataFrame, table: str) -> pd.DataFrame:
    """The frame in the order of the schema and held against it."""
    return check_frame(frame[list(variables(table))], table)


def _measured(
    hours: Floats, people: Array, output: Array, levers: Levers, days: tuple[float, ...], side: str
) -> pd.DataFrame:
    """All measures of one state, one row a city in the order of ``hours``."""
    out: dict[str, Array] = {}
    for what, weight in (("population", people), ("gdp_usd", output)):
        reached = reach.within(hours, weight, days)
        out |= {reach_column(what, d, side): reached[:, k] for k, d in enumerate(days)}
    out[f"days_to_half_gdp_{side}"] = reach.days_to_share(hours, output, [0.5])[:, 0]
    out[f"potential_{side}"] = reach.potential(hours, output, floor_hours=levers.floor_hours)
    out[f"market_access_{side}"] = reach.market_access(
        hours, output, theta=levers.theta, value_per_day=levers.value_per_day
    )
    return pd.DataFrame(out)


def _with_changes(measured: pd.DataFrame) -> pd.DataFrame:
    """The measures and their changes in percent."""
    changes = {
        f"{name}_change_pct": reach.change_pct(
            measured[f"{name}_before"].to_numpy(), measured[f"{name}_after"].to_numpy()
        )
        for name in ("potential", "market_access")
    }
    return measured.assign(**changes)


def _about_countries(known: pd.DataFrame, country: NDArray[np.str_]) -> pd.DataFrame:
    """What a country is: its groups, its totals, and what is not known of it."""
    out = known[["name", "landlocked", "population", "gdp_usd"]].copy()
    out["corridors"] = known["corridor"]
    out["on_corridor"] = out.index.isin(corridor_economies())
    out["cities"] = pd.Series(country).value_counts().reindex(out.index)
    flags = {
        "no population figure: counts no one": out["population"].isna(),
        "no GDP figure: counts nothing": out["gdp_usd"].isna(),
        "one city stands for the economy": out["cities"] == 1,
    }
    words = [[text for text, rows in flags.items() if rows[code]] for code in out.index]
    return out.assign(flags=["; ".join(w) for w in words])


def _groups(
    countries: pd.DataFrame, country: NDArray[np.str_], people: Array, measured: pd.DataFrame
) -> pd.DataFrame:
    """The measures of groups of economies: means over their cities, weighted by population."""
    named = countries["corridors"].str.split(";")
    members = {
        "all economies": countries.index,
        "landlocked": countries.index[countries["landlocked"]],
        "along the corridors": countries.index[countries["on_corridor"]],
    }
    for corridor in sorted({c for codes in named for c in codes} - {""}):
        members[corridor] = countries.index[[corridor in codes for codes in named]]
    rows = {}
    for group, codes in members.items():
        inside = np.isin(country, codes.to_numpy(str)) & (people > 0)
        values = measured[inside]
        rows[group] = pd.Series(
            {c: np.average(values[c], weights=people[inside]) for c in values},
        )
    out = pd.DataFrame(rows).T.rename_axis(index="group")
    sizes = pd.Series({group: len(codes) for group, codes in members.items()})
    return _with_changes(out).assign(economies=sizes).reset_index()


def find_city(cities: pd.DataFrame, text: str) -> int:
    """Row of a city in ``access_cities`` by id, name, or "name, ISO3"; case does not matter.

    Raises
    ------
    InputError
        If there is none, or more than one of that name.
    """
    plain = evidence.load("cities").astype({"city_id": str}).set_index("city_id")["ascii_name"]
    labels = zip(
        cities["city_id"], cities["name"], plain.reindex(cities["city_id"]), cities["iso3"],
        strict=True,
    )  # fmt: skip
    found: dict[str, set[int]] = {}
    for row, (ref, name, ascii_name, iso3) in enumerate(labels):
        for key in (ref, name, ascii_name, f"{name}, {iso3}", f"{ascii_name}, {iso3}"):
            found.setdefault(str(key).casefold(), set()).add(row)
    rows = sorted(found.get(text.strip().casefold(), ()))
    if not rows:
        hint = suggest(text.strip(), [*cities["name"], *plain])
        raise InputError(
            f"no city {text!r:.60} among the {len(cities)} of the table cities. {hint}".strip()
        )
    if len(rows) > 1:
        which = [f"{cities['name'][r]}, {cities['iso3'][r]}" for r in rows]
        if len(set(which)) < len(which):
            which = [str(cities["city_id"][r]) for r in rows]
        raise InputError(f"{text!r:.60} may be {' or '.join(map(repr, which))}; give one of them")
    return rows[0]


def city_curves(found: Access, row: int) -> pd.DataFrame:
    """Days from one city to parts of the world's population and GDP, before and after.

    One row a part (0.1 is a tenth); columns ``population_days_before`` and so on. Infinite where
    so much cannot be reached.
    """
    out: dict[str, Array] = {}
    for what in ("population", "gdp_usd"):
        weight = found.cities[what].to_numpy(np.float64)
        for side in SIDES:
            steps = reach.curve(found.hours[side][row], weight)
            first = np.searchsorted(steps["share"].to_numpy(), np.array(PARTS) * (1 - 1e-12))
            days = np.append(steps["days"].to_numpy(), np.inf)
            out[f"{what.removesuffix('_usd')}_days_{side}"] = days[first]
    return pd.DataFrame(out, index=pd.Index(PARTS, name="part"))


def newly_within(found: Access, row: int, days: float, *, most: int = 5) -> list[str]:
    """Cities that come within ``days`` of one city, largest in population first."""
    limit = days * 24.0
    before, after = (found.hours[side][row] <= limit for side in SIDES)
    rows = found.cities[after & ~before].sort_values(
        ["population", "city_id"], ascending=[False, True]
    )
    return [str(name) for name in rows["name"].head(most)]
