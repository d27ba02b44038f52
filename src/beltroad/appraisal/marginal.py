"""What an hour saved on each link of the network is worth to each economy, in one reverse pass.

The chain of the appraisal run backwards: real income by iceberg cost (the adjoint of the full
equilibrium), iceberg cost by days between economies, these by days between cities (population
weights), these by hours by land and by sea (the split of shippers), and hours by link (the ways
taken). See ``docs/methods/link-values.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from beltroad import trade
from beltroad.appraisal.cache import Cache
from beltroad.appraisal.cases import central_case
from beltroad.appraisal.economy import Economy, calibrated, economy_of
from beltroad.appraisal.inputs import gather
from beltroad.appraisal.levels import Case, days_of
from beltroad.appraisal.progress import Progress
from beltroad.appraisal.scenario import Scenario
from beltroad.appraisal.transport import Transport
from beltroad.errors import DataError, InputError
from beltroad.infrastructure.network import PORT, Network
from beltroad.infrastructure.pricing.lines import voyage_km
from beltroad.infrastructure.pricing.ports import PortTimes
from beltroad.infrastructure.pricing.weights import LinkWeights
from beltroad.infrastructure.projects.states import State
from beltroad.infrastructure.shipments.values import FastestWays, effective_slopes
from beltroad.trade.adjoint import country_gradients, gradient

__all__ = [
    "LinkValues", "Worth", "link_values", "link_values_of", "ways_in", "worth_of",
]  # fmt: skip

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
HOURS_PER_DAY = 24.0
COLUMNS = 32  # objectives at a time: bounds the memory
TOLERANCE = 1e-8  # of the adjoint; what links are worth is kept in single precision


@dataclass(frozen=True)
class Worth:
    """What an hour less between cities is worth, USD a year of real income.

    Attributes
    ----------
    economies
        Labels of the columns; one column ``"world"`` where countries are not told apart.
    by_city
        Weight of an hour by land and by sea of each pair of cities, shape (2, cities, cities).
    group
        Pair of countries of each pair of cities, shape (cities, cities).
    rates
        USD a year per hour of each pair of countries, shape (pairs of countries, economies).
    """

    economies: tuple[str, ...]
    by_city: Array
    group: Ints
    rates: Array

    def per_hour(self) -> Array:
        """Of an hour off every shipment between economies, shape (economies,)."""
        weight = np.bincount(self.group.ravel(), self.by_city.sum(axis=0).ravel(), len(self.rates))
        return np.asarray(weight @ self.rates)


@dataclass(frozen=True)
class LinkValues:
    """Value of an hour saved, USD a year of real income at prices of the accounts.

    Attributes
    ----------
    network, state
        The network with its projects, and the state of it.
    economies
        Labels of the columns by economy; empty where countries were not told apart.
    links
        Rows of the links that some valued shipment uses.
    hours
        Hours of all links of the network from first to second node and back, shape (2, ...);
        ``inf`` where closed.
    world
        USD a year per hour saved, by direction, shape (2, links).
    countries
        The same by economy, both directions together, shape (links, economies).
    port_hours, port_world, port_countries
        Of each port, loading and unloading: shapes (2, ports), (2, ports), (2, ports, economies).
    by_host
        Value times hours by the economy where the time is spent (rows as ``hosts``; the empty one
        is the sea) and by who bears it: USD a year, shape (hosts, economies or 1). Links between
        two economies count half for each.
    per_hour
        Of an hour off every shipment between economies, shape (economies or 1,).
    straits
        Of an hour off every voyage through a strait, by its tag: shape (economies or 1,) each.
    lines
        Links of the lines of projects that are there, by the project's id.
    """

    network: Network
    state: str
    economies: tuple[str, ...]
    links: Ints
    hours: Array
    world: Array
    countries: Floats
    port_hours: Array
    port_world: Array
    port_countries: Floats
    hosts: tuple[str, ...]
    by_host: Array
    per_hour: Array
    straits: dict[str, Array]
    lines: dict[str, NDArray[np.intp]]

    @cached_property
    def time_usd(self) -> Array:
        """Value times hours of each link: what scaling its hours is worth, USD a year."""
        known = np.where(self.world != 0, self.hours[:, self.links], 0.0)
        return np.asarray((self.world * known).sum(axis=0))

    @cached_property
    def port_time_usd(self) -> Array:
        """The same of each port."""
        return np.asarray((self.port_world * self.port_hours).sum(axis=0))

    @cached_property
    def total_time_usd(self) -> float:
        """The same of all links and ports: what scaling all hours is worth, USD a year."""
        return float(self.time_usd.sum() + self.port_time_usd.sum())

    @cached_property
    def ports(self) -> NDArray[np.intp]:
        """Node of each port."""
        return np.flatnonzero(self.network.layer == PORT)


def link_values_of(
    scenario: Scenario | None = None, *, state: State = "today", countries: bool = True,
    threads: int = 1, cache: Cache | None = None, progress: Progress | None = None,
) -> LinkValues:  # fmt: skip
    """Values in one state of the network under a scenario's central case.

    Reforms of the scenario count where the state is at least as far on as that of the accounts.

    Parameters
    ----------
    state
        A year, ``"today"`` or ``"complete"``.
    countries
        Tell economies apart; else the world's sum alone, which takes much less.
    """
    chosen, progress = scenario or Scenario(), progress or Progress()
    cache = cache or Cache.default()
    # An appraisal wants the later state to hold all projects of the earlier one.
    for role in ("after", "before"):
        at = {"before": chosen.states.economy, "after": chosen.states.economy} | {role: state}
        asked = chosen.model_copy(update={"states": chosen.states.model_copy(update=at)})
        try:
            transport = Transport(asked, gather(asked), cache, progress)
        except InputError:
            if role == "before":
                raise
        else:
            break
    economy = economy_of(transport)
    return link_values(
        economy, transport, central_case(chosen), role, countries=countries, threads=threads
    )


def link_values(
    economy: Economy, transport: Transport, case: Case, role: str = "after", *,
    equilibrium: trade.Equilibrium | None = None, countries: bool = True, threads: int = 1,
) -> LinkValues:  # fmt: skip
    """Values in the state ``before``, ``after`` or ``economy`` of an appraisal.

    Parameters
    ----------
    equilibrium
        That of the state, where it is known already.

    Raises
    ------
    InputError
        If the case lets freight money count or reads the published study literally: its ways do
        not minimise hours.
    """
    progress, _ = transport.progress, transport.router
    with progress.step("trade equilibrium and its derivatives"):
        worth = worth_of(economy, transport, case, role, equilibrium, countries=countries)
    with progress.step("fastest ways"):
        land, times = _weights(transport, role)
        ways = ways_in(transport, land, times, threads=threads)
    with progress.step("values back along the ways") as report:
        return _pull_back(transport, role, land, ways, worth, report)


def ways_in(
    transport: Transport, land: LinkWeights, times: PortTimes, *, threads: int = 1
) -> FastestWays:
    """Fastest ways on a transport's network for given hours of links and ports."""
    km = voyage_km(transport.programme.network, transport.inputs.pricing)
    return FastestWays.of(transport.router, land, km, times, threads=threads)


def worth_of(
    economy: Economy, transport: Transport, case: Case, role: str,
    equilibrium: trade.Equilibrium | None = None, *, countries: bool = True,
) -> Worth:  # fmt: skip
    """What an hour between cities is worth: everything but the network, run backwards."""
    if case.money or case.proportional:
        raise InputError(
            f"values of links need ways that minimise hours, which case {case.name!r} does not "
            "use; take one without money and without proportional costs"
        )
    calibration, measure = calibrated(case), economy.measure(case)
    base, now = measure.levels("economy", case), measure.levels(role, case)
    if equilibrium is None:
        change = economy.iceberg_change(calibration, case, base, now)
        equilibrium = trade.solve(calibration, change, tolerance=1e-11)
    days = economy.for_model(calibration, now.days)
    per_day = trade.value_of_time(calibration.industries, case.value_of_time)[:, None, None]
    slope = per_day / (1.0 + per_day * days) / HOURS_PER_DAY  # d ln iceberg / d hours
    group_of = _pairs_of(economy, calibration)
    slope = slope * ((group_of >= 0) & (days > 0))
    if not case.domestic:
        own = np.arange(len(days))
        slope[:, own, own] = 0.0
    weights = _income_usd(calibration, equilibrium)
    if countries:
        found = country_gradients(calibration, equilibrium, tolerance=TOLERANCE).pairs(slope)
        value = -weights[:, None, None] * found
    else:
        whole = gradient(calibration, equilibrium, weights=weights, tolerance=TOLERANCE)
        value = -(whole.ln_iceberg * slope).sum(axis=0)[np.newaxis]
    pairs = economy.weights
    rates = np.zeros((len(pairs.countries) ** 2, len(value)))
    known = group_of >= 0
    rates[group_of[known]] = value[:, known].T

    ids = transport.city_ids
    code, population = transport.inputs.city_country(ids), transport.inputs.city_population(ids)
    at = np.searchsorted(pairs.countries, code)
    share = population / np.bincount(at, population)[at]
    group = (at[:, None] * len(pairs.countries) + at).astype(np.int32)
    with np.errstate(invalid="ignore", divide="ignore"):
        weight = np.outer(share, share) / pairs.total.ravel()[group]
    weight = np.where(pairs.reachable, weight, 0.0)
    by_mode = effective_slopes(
        measure.split, days_of(measure.ways.of(role)), switch=case.switch
    )  # an hour counts as much as the days between cities do
    # Pairs that no objective values need not be followed.
    weight *= np.asarray(rates.any(axis=1))[group]
    return Worth(calibration.economies if countries else ("world",), weight * by_mode, group, rates)


def _pull_back(
    transport: Transport, role: str, land: LinkWeights, ways: FastestWays, worth: Worth,
    report: object,
) -> LinkValues:  # fmt: skip
    network, times = transport.programme.network, ways.times
    n, ports, count = len(network.links), len(times.load_hours), worth.rates.shape[1]
    told = worth.economies if worth.economies != ("world",) else ()
    at_sea = network.has_mode("sea", "port_sea")
    voyage = voyage_km(network, transport.inputs.pricing) / times.speed_kmh
    hours = np.where(at_sea, voyage, np.stack([land.forward[0], land.backward[0]]))
    host = _hosts(network)
    codes, world = tuple(network.countries.tolist()), np.zeros((2, n))
    by_host = np.zeros((len(codes), count))
    port_host = network.country_code[np.flatnonzero(network.layer == PORT)]
    port_hours = np.stack([times.load_hours, times.unload_hours])
    port_world, port_countries = np.zeros((2, ports)), np.zeros((2, ports, len(told)), np.float32)
    columns: list[Floats] = []
    links = np.unique(np.concatenate([ways.land.used, ways.sea.used]) >> 1).astype(np.int32)
    for start in range(0, count, COLUMNS):
        part = slice(start, start + COLUMNS)
        found = ways.values(worth.by_city, worth.group, worth.rates[:, part])
        direction = np.where(found.forward, 0, 1)
        world[direction, found.links] += found.values.sum(axis=1)
        spent = found.values * hours[direction, found.links][:, None]
        for side in host:
            _add_rows(by_host[:, part], side[found.links], spent / 2)
        both = np.zeros((len(links), found.values.shape[1]), np.float32)
        place = np.searchsorted(links, found.links)
        for way in (0, 1):  # each link once a direction
            own = direction == way
            both[place[own]] += found.values[own].astype(np.float32)
        columns.append(both)
        for k, amount in enumerate((found.load, found.unload)):
            port_world[k] += amount.sum(axis=1)
            if told:
                port_countries[k][:, part] = amount
            _add_rows(by_host[:, part], port_host, amount * port_hours[k][:, None])
        if callable(report):
            report(min(1.0, (start + COLUMNS) / count))
    table = np.concatenate(columns, axis=1) if told else np.zeros((len(links), 0), np.float32)
    tags = [t for t in np.unique(network.passage[links[at_sea[links]]]).tolist() if t]
    rows = [np.flatnonzero(network.passage == tag) for tag in tags]
    passing = ways.through(rows, worth.by_city, worth.group, worth.rates)
    used = world[:, links].any(axis=0)
    return LinkValues(
        network, str(_state(transport, role)), told, links[used], hours,
        world[:, links[used]], table[used], port_hours, port_world, port_countries,
        codes, by_host, worth.per_hour(), dict(zip(tags, passing, strict=True)),
        _lines(transport, role),
    )  # fmt: skip


def _state(transport: Transport, role: str) -> State:
    """The state of the network that a role of the appraisal stands for."""
    found: State = getattr(transport.states, role)
    return found


def _lines(transport: Transport, role: str) -> dict[str, NDArray[np.intp]]:
    """Links of the lines of projects that are there, old ones that a project improves included."""
    programme = transport.programme
    there = transport.presence[str(_state(transport, role))]
    none = np.empty(0, np.intp)
    found = {
        key: np.unique(np.concatenate([a.existing, programme.network.added_by.get(key, none)]))
        for key, a in programme.alignments.items()
        if bool(there[key])
    }
    return {key: rows for key, rows in found.items() if len(rows)}


def _weights(transport: Transport, role: str) -> tuple[LinkWeights, PortTimes]:
    there = transport.presence[str(_state(transport, role))]
    return transport.weigh(there, reformed=role == "after")


def _hosts(network: Network) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Countries at both ends of each link; the one there is where the other end is at sea."""
    a, b = network.country_code[network.u], network.country_code[network.v]
    sea = int(np.searchsorted(network.countries, ""))
    if sea < len(network.countries) and network.countries[sea] == "":
        a, b = np.where(a == sea, b, a), np.where(b == sea, a, b)
    return a, b


def _add_rows(total: Array, place: NDArray[np.intp], amount: Array) -> None:
    """Add rows to those of ``total`` at ``place``, repeats included."""
    order = np.argsort(place, kind="stable")
    there, first = np.unique(place[order], return_index=True)
    if len(there):
        total[there] += np.add.reduceat(amount[order], first, axis=0)


def _income_usd(calibration: trade.Calibration, equilibrium: trade.Equilibrium) -> Array:
    """Real income in USD at prices of the accounts, by economy."""
    change = trade.country_results(calibration, equilibrium)["real_income_change_pct"]
    return calibration.income * (1.0 + change.to_numpy(float) / 100.0)


def _pairs_of(economy: Economy, calibration: trade.Calibration) -> NDArray[np.intp]:
    """Which pair of the network's countries each pair of the model is; -1 where none.

    Shape (importers, exporters). Told by what :meth:`Economy.for_model` does to numbered pairs.
    """
    count = len(economy.weights.countries)
    numbered = np.arange(1.0, count * count + 1).reshape(count, count)
    found = economy.for_model(calibration, numbered)
    if not np.array_equal(economy.for_model(calibration, numbered**2), found**2):
        raise DataError("pairs of the model are not pairs of the network's countries")
    return found.astype(np.intp) - 1
